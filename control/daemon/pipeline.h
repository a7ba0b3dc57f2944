/* The appliance without its ports and threads: feed, rings, loop and step joined as the design
 * draws them. Both thread layouts, the replay, the daemon and the tests run this one composition.
 */
#ifndef CONTROL_DAEMON_PIPELINE_H
#define CONTROL_DAEMON_PIPELINE_H

#include "control/daemon/answers.h"
#include "control/daemon/capture_tap.h"
#include "control/daemon/channels.h"
#include "dataplane/feed/feed.h"
#include "engine/step/loop.h"

/* Counters for other threads: each core copies its own into a cell some four times a second. */
struct pl_receive_stats {
  struct pl_feed_counters feed;
  struct pl_venue_counters venue;
  uint64_t channels, channels_silent, instruments;
  uint64_t gaps, units_lost, duplicates, late, restarts, silences;
};

struct pl_engine_stats {
  struct pl_step_counters step;
  struct pl_book_counters books;
  uint64_t decisions_dropped;
  uint64_t latency_p50_ns, latency_p99_ns, latency_p999_ns; /* frame handed over to decision */
};

#define PL_STATS_WORDS(type) (sizeof(struct type) / sizeof(uint64_t))

struct pl_pipeline_config {
  const struct pl_venue *venue;
  const struct pl_policy *policy;     /* outlives the pipeline */
  uint32_t instrument_count;          /* 1..PL_INSTRUMENTS_MAX */
  bool lossless;                      /* replay: full rings wait; live: they drop and count */
  bool touch;                         /* live: every page is touched at start */
  bool asks;                          /* requests are taken and answers brought, see below */
  const struct pl_feed_group *groups; /* [group_count], as the feed takes them */
  uint32_t group_count;
  struct pl_capture_tap *capture; /* `plimsoll capture`; NULL: none */
  void (*tap)(void *context, const struct pl_step *step, const struct pl_event *event);
  void *tap_context;
};

struct pl_pipeline {
  struct pl_arena arena;
  struct pl_pipeline_config config;
  struct pl_feed *feed; /* receive core's */
  struct pl_step *step; /* engine core's */
  struct pl_loop loop;  /* engine core's */
  struct pl_ring *events, *commands, *decisions;
  struct pl_view_cell *views;        /* [instrument_count] */
  struct pl_event *scratch;          /* a batch, or what did not fit the ring; receive core's */
  struct pl_channels_cell *channels; /* any thread reads it */
  struct pl_ring *requests;          /* these two: NULL unless somebody asks */
  struct pl_answers *answers;
  struct pl_receive_cell {
    alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t version;
    _Atomic uint64_t words[PL_STATS_WORDS(pl_receive_stats)];
    uint64_t due_ns; /* the writer's */
  } receive_cell;
  struct pl_engine_cell {
    alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t version;
    _Atomic uint64_t words[PL_STATS_WORDS(pl_engine_stats)];
    uint64_t due_ns;
  } engine_cell;
};

/* pl_pipeline_open maps and wires everything. Start-up only. PL_E_MEMORY; ret_pipeline is then
 * untouched. It must not be moved afterwards: the loop points into it. */
PL_MUST_USE enum pl_status pl_pipeline_open(const struct pl_pipeline_config *config,
                                            struct pl_pipeline *ret_pipeline);

void pl_pipeline_close(struct pl_pipeline *pipeline);

/* pl_pipeline_run takes frames through to decisions on the calling core (layout inline).
 *   frames  [count]; count 0 only moves the silence clock to now_ns
 *   now_ns  receive clock, UTC; not read when there are frames */
void pl_pipeline_run(struct pl_pipeline *pipeline, const struct pl_frame *frames, uint32_t count,
                     uint64_t now_ns);

/* pl_pipeline_receive takes frames as far as the event ring (layout pipeline, receive core). Same
 * arguments. */
void pl_pipeline_receive(struct pl_pipeline *pipeline, const struct pl_frame *frames,
                         uint32_t count, uint64_t now_ns);

/* pl_pipeline_flush gives up what is still waited for, at the end of the captures, and decides on
 * what waited. On any one thread, once the workers are done. */
void pl_pipeline_flush(struct pl_pipeline *pipeline);

/* pl_pipeline_engine takes one batch from the event ring (layout pipeline, engine core); returns
 * how many events it took. */
uint32_t pl_pipeline_engine(struct pl_pipeline *pipeline);

/* pl_pipeline_drain hands every decision that is ready to a function, in order, on the calling
 * thread, which is the only consumer; returns how many. */
uint32_t pl_pipeline_drain(struct pl_pipeline *pipeline,
                           void (*take)(void *context, const struct pl_decision *decision),
                           void *context);

/* pl_pipeline_command queues an operator event for the engine core; false when the queue is full
 * (try again). One control thread only.
 *   instrument  dense index
 *   argument    enum pl_mode for PL_COMMAND_MODE; every instrument must be told, one by one */
bool pl_pipeline_command(struct pl_pipeline *pipeline, enum pl_command command, uint32_t instrument,
                         uint32_t argument);

/* pl_pipeline_receive_stats and pl_pipeline_engine_stats read the counters as last copied; false
 * until there are any. Any thread. */
bool pl_pipeline_receive_stats(const struct pl_pipeline *pipeline,
                               struct pl_receive_stats *ret_stats);
bool pl_pipeline_engine_stats(const struct pl_pipeline *pipeline,
                              struct pl_engine_stats *ret_stats);

/* pl_pipeline_request takes the next request to the venue to send packets again; false when there
 * is none. pl_pipeline_answer hands over a datagram that came back, copied; false when there is no
 * room (it is lost, and asked for again). One control thread only.
 *   payload  [size_bytes], up to PL_FRAME_BYTES_MAX
 *   recv_ns  receive clock, UTC */
bool pl_pipeline_request(struct pl_pipeline *pipeline, struct pl_feed_request *ret_request);
bool pl_pipeline_answer(struct pl_pipeline *pipeline, const uint8_t *payload, uint32_t size_bytes,
                        uint64_t recv_ns);

/* pl_pipeline_sum_up copies the counters now. For the core that owns them, or when it is done. */
void pl_pipeline_sum_up(struct pl_pipeline *pipeline);

/* pl_pipeline_view reads an instrument's view; false when there is none yet. Any thread. */
bool pl_pipeline_view(const struct pl_pipeline *pipeline, uint32_t instrument,
                      struct pl_view *ret_view);

#endif
