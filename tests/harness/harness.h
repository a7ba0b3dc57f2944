/* What tests of the whole pipeline share: captures in memory, a run of the pipeline over them in
 * one thread without DPDK, and what came out of it. */
#ifndef TESTS_HARNESS_HARNESS_H
#define TESTS_HARNESS_HARNESS_H

#include "control/daemon/digest.h"
#include "control/daemon/pipeline.h"
#include "tests/venue/exchange.h"
#include "tests/venue/impair_pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Frames in one block of memory. */
struct pl_frames {
  uint8_t *bytes;
  size_t bytes_used, bytes_room;
  struct pl_frame *frames; /* data is set by pl_frames_seal */
  size_t *offsets;
  uint32_t count, room;
};

/* pl_frames_add appends a copy of a frame; pl_frames_seal makes the data pointers, after the last.
 * pl_frames_free gives all back. Out of memory ends the test. */
void pl_frames_add(struct pl_frames *frames, const uint8_t *data, uint32_t size_bytes,
                   uint64_t recv_ns);
void pl_frames_seal(struct pl_frames *frames);
void pl_frames_free(struct pl_frames *frames);

/* pl_frames_read takes in a capture file with libpcap, unpacked by gzip when its name ends in .gz;
 * false when it is no capture or has no frame. A cut tail ends it. */
bool pl_frames_read(struct pl_frames *frames, const char *path);

/* pl_frames_keep is a pl_exchange_sink that appends each frame; context is the struct pl_frames. */
bool pl_frames_keep(void *context, uint64_t time_ns, const uint8_t *frame, size_t size);

/* pl_frames_venue runs the simulated exchange for one cycle; the frames are sealed.
 * pl_frames_exchange does it with all else at its default. */
void pl_frames_venue(struct pl_frames *frames, const struct pl_exchange_config *config);
void pl_frames_exchange(struct pl_frames *frames, uint64_t seed, uint32_t seconds,
                        uint32_t updates_per_s);

/* Indexes of frames, growing. */
struct pl_frames_missed {
  uint32_t *indexes;
  uint32_t count;
};

/* pl_frames_impair lets frames travel on two lines.
 *   config      [PL_IMPAIR_LINES], by line
 *   ret_both    what came on either, in order of time, A first of equal times, each with its line;
 *               sealed, zero before
 *   ret_missed  which of the clean frames came whole on no line; may be NULL
 * Both are freed by the caller, with pl_frames_free and pl_frames_missed_free. */
void pl_frames_impair(const struct pl_frames *clean, const struct pl_impair_config *config,
                      struct pl_frames *ret_both, struct pl_frames_missed *ret_missed);
void pl_frames_missed_free(struct pl_frames_missed *missed);

/* pl_harness_shared returns the path of a shared file, NULL (and a loud line) when it is absent.
 *   name  below the shared folder: PLIMSOLL_SHARED or ../shared */
const char *pl_harness_shared(const char *name, char *room, size_t room_bytes);

struct pl_harness {
  struct pl_pipeline pipeline;
  const char *venue;         /* NULL means deribit */
  uint32_t instrument_count; /* 0 means 1024 */
  /* Called for each event that the engine took in; may be NULL. */
  void (*tap)(void *context, const struct pl_step *step, const struct pl_event *event);
  uint64_t decisions, digest;
  bool asks;             /* what is missing is asked for: the test answers */
  uint32_t burst_frames; /* frames handed over at once; 0 means PL_BURST_FRAMES_MAX */
  bool in_two_stages;    /* through the event ring instead of inline */
  /* Called for each decision; may be NULL. */
  void (*each)(void *context, const struct pl_decision *decision);
  void *context;            /* of tap and each */
  struct pl_digest *stream; /* what digest is of */
};

/* pl_harness_open opens a pipeline; policy NULL is the default one. The harness must not move, and
 * what it is to be told is set before.
 * pl_harness_play runs frames through it; may be called again. pl_harness_close ends it. */
void pl_harness_open(struct pl_harness *harness, const struct pl_policy *policy);
void pl_harness_play(struct pl_harness *harness, const struct pl_frames *frames);
void pl_harness_close(struct pl_harness *harness);

/* pl_harness_flush gives up what is still waited for, and decides on what waited. */
void pl_harness_flush(struct pl_harness *harness);

/* pl_harness_ledger_closes tells whether rx = decoded + every named drop. */
bool pl_harness_ledger_closes(const struct pl_harness *harness);

#endif
