#include "control/daemon/pipeline.h"

#include "engine/base/clock.h"

#include <sched.h>
#include <string.h>

#define ENGINE_BATCH_EVENTS 256
/* A burst's small frames are stepped through together, so that looking ahead has something to see;
 * a frame that is large alone fits behind them. */
#define BATCH_EVENTS   256
#define SCRATCH_EVENTS (BATCH_EVENTS + PL_FRAME_EVENTS_MAX)
#define STATS_NS       UINT64_C(250000000)

#define REQUEST_SLOTS 64 /* requests on their way to the control thread */
#define ANSWERS_BATCH 8  /* answers taken behind a burst: frames come first */

_Static_assert(sizeof(struct pl_feed_request) <= sizeof(struct pl_ring_slot), "fits a slot");

static uint64_t note_handed_ns(const void *context, uint64_t event_seq) {
  const struct pl_pipeline *pipeline = context;
  return pl_feed_note(pipeline->feed, event_seq / PL_EVENTS_PER_FRAME)->handed_ns;
}

/* The loop has one context; the tap's own goes through the pipeline. */
static void tap(void *context, const struct pl_step *step, const struct pl_event *event) {
  const struct pl_pipeline *pipeline = context;
  pipeline->config.tap(pipeline->config.tap_context, step, event);
}

static struct pl_step_config step_config(const struct pl_pipeline_config *config) {
  return (struct pl_step_config){
      .policy = config->policy,
      .instrument_count = config->instrument_count,
      .orders_max = config->venue->orders_max,
      .log_events = config->venue->has_snapshots ? PL_JOIN_EVENTS_MAX : 0,
  };
}

static size_t footprint(const struct pl_pipeline_config *config) {
  struct pl_step_config step = step_config(config);
  return pl_feed_footprint(config->venue, config->instrument_count) + pl_step_footprint(&step) +
         pl_ring_footprint(PL_EVENT_RING_SLOTS) + pl_ring_footprint(PL_COMMAND_RING_SLOTS) +
         pl_ring_footprint(PL_DECISION_RING_SLOTS) +
         (config->asks ? pl_ring_footprint(REQUEST_SLOTS) + pl_answers_footprint() : 0) +
         pl_arena_round(config->instrument_count * sizeof(struct pl_view_cell)) +
         pl_arena_round(SCRATCH_EVENTS * sizeof(struct pl_event)) +
         pl_arena_round(sizeof(struct pl_channels_cell));
}

enum pl_status pl_pipeline_open(const struct pl_pipeline_config *config,
                                struct pl_pipeline *ret_pipeline) {
  struct pl_arena arena;
  enum pl_status status = pl_arena_open(footprint(config), &arena);
  if (status != PL_OK) return status;
  struct pl_pipeline *p = ret_pipeline;
  struct pl_step_config step = step_config(config);
  *p = (struct pl_pipeline){.config = *config};
  const struct pl_feed_config feed = {
      .venue = config->venue,
      .instrument_count = config->instrument_count,
      .silence_ns = config->policy->silence_ns,
      .gap_wait_ns = config->policy->gap_wait_ns,
      .resend_wait_ns = config->policy->resend_wait_ns,
      .asks = config->asks,
      .groups = config->groups,
      .group_count = config->group_count,
  };
  p->feed = pl_feed_create(&arena, &feed);
  p->step = pl_step_create(&arena, &step);
  p->events = pl_ring_create(&arena, PL_EVENT_RING_SLOTS);
  p->commands = pl_ring_create(&arena, PL_COMMAND_RING_SLOTS);
  p->decisions = pl_ring_create(&arena, PL_DECISION_RING_SLOTS);
  p->requests = config->asks ? pl_ring_create(&arena, REQUEST_SLOTS) : NULL;
  p->answers = config->asks ? pl_answers_create(&arena) : NULL;
  p->views = pl_arena_take(&arena, config->instrument_count * sizeof *p->views);
  p->scratch = pl_arena_take(&arena, SCRATCH_EVENTS * sizeof *p->scratch);
  p->channels = pl_arena_take(&arena, sizeof *p->channels);
  if (config->touch) pl_arena_touch(&arena);
  p->arena = arena;
  p->loop.config = (struct pl_loop_config){
      .step = p->step,
      .decisions = p->decisions,
      .commands = p->commands,
      .views = p->views,
      .lossless = config->lossless,
      .handed_ns = note_handed_ns,
      .tap = config->tap != NULL ? tap : NULL,
      .context = p,
  };
  return PL_OK;
}

void pl_pipeline_close(struct pl_pipeline *pipeline) {
  pl_arena_close(&pipeline->arena);
}

static void receive_stats(const struct pl_pipeline *pipeline, struct pl_receive_stats *ret_stats) {
  uint32_t count;
  const struct pl_channel *channels = pl_line_channels(pl_feed_lines(pipeline->feed), &count);
  *ret_stats = (struct pl_receive_stats){
      .feed = *pl_feed_counters(pipeline->feed),
      .venue = *pl_feed_venue_counters(pipeline->feed),
      .instruments = pl_directory_count(pl_feed_directory(pipeline->feed)),
  };
  for (uint32_t i = 0; i < count; i++) {
    ret_stats->channels += channels[i].started;
    ret_stats->channels_silent += channels[i].silent;
    ret_stats->gaps += channels[i].gaps;
    ret_stats->units_lost += channels[i].units_lost;
    ret_stats->duplicates += channels[i].duplicates;
    ret_stats->late += channels[i].late;
    ret_stats->restarts += channels[i].restarts;
    ret_stats->silences += channels[i].silences;
  }
}

static void engine_stats(const struct pl_pipeline *pipeline, struct pl_engine_stats *ret_stats) {
  const struct pl_histogram *latency = &pipeline->loop.latency;
  *ret_stats = (struct pl_engine_stats){
      .step = *pl_step_counters(pipeline->step),
      .books = *pl_step_book_counters(pipeline->step),
      .decisions_dropped = pipeline->loop.decisions_dropped,
      .latency_p50_ns = pl_histogram_quantile_ns(latency, 500000),
      .latency_p99_ns = pl_histogram_quantile_ns(latency, 990000),
      .latency_p999_ns = pl_histogram_quantile_ns(latency, 999000),
  };
}

static void write_receive(struct pl_pipeline *pipeline) {
  struct pl_receive_cell *cell = &pipeline->receive_cell;
  struct pl_receive_stats stats;
  receive_stats(pipeline, &stats);
  pl_seqlock_write(&cell->version, cell->words, &stats, PL_STATS_WORDS(pl_receive_stats));
  pl_channels_write(pipeline->channels, pipeline->feed);
}

static void write_engine(struct pl_pipeline *pipeline) {
  struct pl_engine_cell *cell = &pipeline->engine_cell;
  struct pl_engine_stats stats;
  engine_stats(pipeline, &stats);
  pl_seqlock_write(&cell->version, cell->words, &stats, PL_STATS_WORDS(pl_engine_stats));
}

/* Whether a cell's writer is due again; then it is due next STATS_NS from now. */
static bool is_due(uint64_t *due_ns, uint64_t now_ns) {
  if (now_ns < *due_ns) return false;
  *due_ns = now_ns + STATS_NS;
  return true;
}

static void tell_receive(struct pl_pipeline *pipeline, uint64_t now_ns) {
  if (is_due(&pipeline->receive_cell.due_ns, now_ns)) write_receive(pipeline);
}

static void tell_engine(struct pl_pipeline *pipeline, uint64_t now_ns) {
  if (is_due(&pipeline->engine_cell.due_ns, now_ns)) write_engine(pipeline);
}

void pl_pipeline_sum_up(struct pl_pipeline *pipeline) {
  write_receive(pipeline);
  write_engine(pipeline);
}

bool pl_pipeline_receive_stats(const struct pl_pipeline *pipeline,
                               struct pl_receive_stats *ret_stats) {
  const struct pl_receive_cell *cell = &pipeline->receive_cell;
  return pl_seqlock_read(&cell->version, cell->words, ret_stats, PL_STATS_WORDS(pl_receive_stats));
}

bool pl_pipeline_engine_stats(const struct pl_pipeline *pipeline,
                              struct pl_engine_stats *ret_stats) {
  const struct pl_engine_cell *cell = &pipeline->engine_cell;
  return pl_seqlock_read(&cell->version, cell->words, ret_stats, PL_STATS_WORDS(pl_engine_stats));
}

static void flush(struct pl_pipeline *pipeline, uint32_t *gathered) {
  pl_loop_take(&pipeline->loop, pipeline->scratch, *gathered);
  *gathered = 0;
}

/* Gathers what is pending behind what was; steps through it when there is enough. */
static void gather(struct pl_pipeline *pipeline, uint32_t *gathered) {
  while (pl_feed_pending(pipeline->feed) > 0) {
    *gathered += pl_feed_write(pipeline->feed, pipeline->scratch + *gathered);
    if (*gathered >= BATCH_EVENTS) flush(pipeline, gathered);
  }
}

/* Takes in what was sent again, and puts out what is to be asked for; what does not fit the ring
 * stays with the feed.
 *   write  writes what is pending, as after a frame */
static void exchange_requests(struct pl_pipeline *pipeline,
                              void (*write)(struct pl_pipeline *pipeline, uint32_t *count),
                              uint32_t *count) {
  struct pl_packet packet;
  uint64_t recv_ns;
  void *slot;
  if (pipeline->answers == NULL) return;
  for (uint32_t i = 0; i < ANSWERS_BATCH; i++) {
    if (!pl_answers_peek(pipeline->answers, &packet, &recv_ns)) break;
    (void)pl_feed_accept_answer(pipeline->feed, &packet, recv_ns, pl_clock_monotonic_ns());
    write(pipeline, count);
    pl_answers_done(pipeline->answers);
  }
  while (pl_ring_reserve(pipeline->requests, 1, &slot) != 0 &&
         pl_feed_request(pipeline->feed, slot))
    pl_ring_publish(pipeline->requests, 1);
}

void pl_pipeline_run(struct pl_pipeline *pipeline, const struct pl_frame *frames, uint32_t count,
                     uint64_t now_ns) {
  uint64_t handed_ns = count != 0 ? pl_clock_monotonic_ns() : 0; /* the whole burst is, now */
  struct pl_capture_tap *capture = pl_capture_tap_ready(pipeline->config.capture);
  uint32_t gathered = 0;
  pl_loop_commands(&pipeline->loop);
  if (count == 0) {
    pl_feed_tick(pipeline->feed, now_ns);
    gather(pipeline, &gathered);
  }
  for (uint32_t i = 0; i < count; i++) {
    enum pl_status outcome = pl_feed_accept(pipeline->feed, &frames[i], handed_ns);
    if (capture != NULL) pl_capture_tap_put(capture, &frames[i], outcome);
    gather(pipeline, &gathered);
  }
  exchange_requests(pipeline, gather, &gathered);
  if (gathered != 0) flush(pipeline, &gathered);
  uint64_t wall_ns = pl_clock_monotonic_ns();
  tell_receive(pipeline, wall_ns);
  tell_engine(pipeline, wall_ns);
}

void pl_pipeline_flush(struct pl_pipeline *pipeline) {
  uint32_t gathered = 0;
  pl_feed_flush(pipeline->feed);
  gather(pipeline, &gathered);
  if (gathered != 0) flush(pipeline, &gathered);
}

/* Room for a batch in the event ring: in place where it is in one piece, else in the scratch. NULL
 * when there is not enough. What is written already in this burst is published only when the ring
 * is full. */
static struct pl_event *room(struct pl_pipeline *pipeline, uint32_t events, uint32_t *unpublished) {
  for (;;) {
    void *slots;
    uint32_t got = pl_ring_reserve(pipeline->events, *unpublished + events, &slots);
    if (got >= *unpublished + events) return (struct pl_event *)slots + *unpublished;
    if (pl_ring_room(pipeline->events) >= *unpublished + events) return pipeline->scratch;
    if (*unpublished != 0) {
      pl_ring_publish(pipeline->events, *unpublished);
      *unpublished = 0;
    } else if (!pipeline->config.lossless) {
      return NULL;
    } else {
      (void)sched_yield(); /* replay only: the engine may share our core */
    }
  }
}

/* Copies a batch that did not fit before the wrap, in two pieces, and publishes it. */
static void push_scratch(struct pl_pipeline *pipeline, uint32_t count, uint32_t *unpublished) {
  if (*unpublished != 0) pl_ring_publish(pipeline->events, *unpublished);
  *unpublished = 0;
  for (uint32_t done = 0; done < count;) {
    void *slots;
    uint32_t got = pl_ring_reserve(pipeline->events, count - done, &slots);
    memcpy(slots, pipeline->scratch + done, got * sizeof *pipeline->scratch);
    pl_ring_publish(pipeline->events, got);
    done += got;
  }
}

static void receive_pending(struct pl_pipeline *pipeline, uint32_t *unpublished) {
  uint32_t pending;
  while ((pending = pl_feed_pending(pipeline->feed)) > 0) {
    struct pl_event *events = room(pipeline, pending, unpublished);
    if (events == NULL) {
      pl_feed_abandon(pipeline->feed);
      return;
    }
    uint32_t count = pl_feed_write(pipeline->feed, events);
    if (events == pipeline->scratch)
      push_scratch(pipeline, count, unpublished);
    else
      *unpublished += count;
  }
}

void pl_pipeline_receive(struct pl_pipeline *pipeline, const struct pl_frame *frames,
                         uint32_t count, uint64_t now_ns) {
  uint64_t handed_ns = count != 0 ? pl_clock_monotonic_ns() : 0; /* the whole burst is, now */
  struct pl_capture_tap *capture = pl_capture_tap_ready(pipeline->config.capture);
  uint32_t unpublished = 0;
  if (count == 0) {
    pl_feed_tick(pipeline->feed, now_ns);
    receive_pending(pipeline, &unpublished);
  }
  for (uint32_t i = 0; i < count; i++) {
    enum pl_status outcome = pl_feed_accept(pipeline->feed, &frames[i], handed_ns);
    if (capture != NULL) pl_capture_tap_put(capture, &frames[i], outcome);
    receive_pending(pipeline, &unpublished);
  }
  exchange_requests(pipeline, receive_pending, &unpublished);
  if (unpublished != 0) pl_ring_publish(pipeline->events, unpublished);
  tell_receive(pipeline, pl_clock_monotonic_ns());
}

uint32_t pl_pipeline_engine(struct pl_pipeline *pipeline) {
  pl_loop_commands(&pipeline->loop);
  tell_engine(pipeline, pl_clock_monotonic_ns());
  return pl_loop_poll(&pipeline->loop, pipeline->events, ENGINE_BATCH_EVENTS);
}

uint32_t pl_pipeline_drain(struct pl_pipeline *pipeline,
                           void (*take)(void *context, const struct pl_decision *decision),
                           void *context) {
  uint32_t total = 0, count;
  void *slots;
  while ((count = pl_ring_peek(pipeline->decisions, PL_DECISION_RING_SLOTS, &slots)) > 0) {
    const struct pl_decision *decisions = slots;
    for (uint32_t i = 0; i < count; i++) take(context, &decisions[i]);
    pl_ring_release(pipeline->decisions, count);
    total += count;
  }
  return total;
}

bool pl_pipeline_command(struct pl_pipeline *pipeline, enum pl_command command, uint32_t instrument,
                         uint32_t argument) {
  void *slot;
  if (pl_ring_reserve(pipeline->commands, 1, &slot) == 0) return false;
  *(struct pl_event *)slot = (struct pl_event){
      .recv_ns = pl_clock_utc_ns(),
      .aux = command,
      .instrument = instrument,
      .type = PL_EV_OPERATOR,
      .side = (uint8_t)argument,
      .flags = PL_EVF_EVENT_END,
      .venue = (uint8_t)pipeline->config.venue->id,
  };
  pl_ring_publish(pipeline->commands, 1);
  return true;
}

bool pl_pipeline_view(const struct pl_pipeline *pipeline, uint32_t instrument,
                      struct pl_view *ret_view) {
  if (instrument >= pipeline->config.instrument_count) return false;
  const struct pl_view_cell *cell = &pipeline->views[instrument];
  return pl_seqlock_read(&cell->version, cell->words, ret_view, PL_VIEW_WORDS);
}

bool pl_pipeline_request(struct pl_pipeline *pipeline, struct pl_feed_request *ret_request) {
  void *slot;
  if (pipeline->requests == NULL || pl_ring_peek(pipeline->requests, 1, &slot) == 0) return false;
  memcpy(ret_request, slot, sizeof *ret_request);
  pl_ring_release(pipeline->requests, 1);
  return true;
}

bool pl_pipeline_answer(struct pl_pipeline *pipeline, const uint8_t *payload, uint32_t size_bytes,
                        uint64_t recv_ns) {
  return pipeline->answers != NULL &&
         pl_answers_put(pipeline->answers, payload, size_bytes, recv_ns);
}
