/* What the tests of faults share: a clean run of the simulated exchange, its frames on two lines,
 * and what came of playing them. */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

#include "tests/harness/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND_NS  UINT64_C(1000000000)
#define PAYLOAD_AT 42u /* Ethernet, IPv4, UDP */

/* What came of a run: sums over channels, and what was decided. */
struct fault_outcome {
  uint64_t digest, decisions, by_model, static_by_gap, static_by_silence;
  uint64_t gaps, units_lost, holes, duplicates, late, restarts, silences;
  uint64_t filled[PL_LINE_COUNT], outcomes[PL_STATUS_COUNT];
  uint32_t held;
};

struct fault_run {
  struct pl_harness harness;
  struct fault_outcome outcome;
};

static inline void fault_judge(void *context, const struct pl_decision *decision) {
  struct fault_outcome *outcome = &((struct fault_run *)context)->outcome;
  bool is_static = decision->source == PL_SOURCE_STATIC;
  outcome->by_model += !is_static;
  outcome->static_by_gap += is_static && (decision->reason_mask & PL_REASON_GAP) != 0;
  outcome->static_by_silence += is_static && (decision->reason_mask & PL_REASON_SILENT) != 0;
  /* whatever happens, what is published stays inside its bounds */
  assert_true(decision->mm_ppm <= decision->im_ppm && decision->im_ppm <= 1000000);
  assert_true(decision->clip_max_u6 >= 0);
  assert_true(is_static || (decision->reason_mask & PL_REASON_FAULTS) == 0);
}

static inline void fault_open(struct fault_run *run, const struct pl_policy *policy) {
  memset(run, 0, sizeof *run);
  run->harness.each = fault_judge;
  run->harness.context = run;
  pl_harness_open(&run->harness, policy);
}

/* Sums up what the run has come to so far. */
static inline const struct fault_outcome *fault_look(struct fault_run *run) {
  struct fault_outcome *outcome = &run->outcome;
  uint32_t count;
  const struct pl_feed *feed = run->harness.pipeline.feed;
  const struct pl_channel *channels = pl_line_channels(pl_feed_lines(feed), &count);
  outcome->gaps = outcome->units_lost = outcome->holes = outcome->duplicates = outcome->late = 0;
  outcome->restarts = outcome->silences = outcome->held = 0;
  memset(outcome->filled, 0, sizeof outcome->filled);
  for (uint32_t i = 0; i < count; i++) {
    outcome->gaps += channels[i].gaps;
    outcome->units_lost += channels[i].units_lost;
    outcome->holes += channels[i].holes;
    outcome->duplicates += channels[i].duplicates;
    outcome->late += channels[i].late;
    outcome->restarts += channels[i].restarts;
    outcome->silences += channels[i].silences;
    outcome->held += channels[i].held;
    for (uint32_t line = 0; line < PL_LINE_COUNT; line++)
      outcome->filled[line] += channels[i].lines[line].units_filled;
  }
  memcpy(outcome->outcomes, pl_feed_counters(feed)->outcomes, sizeof outcome->outcomes);
  outcome->digest = run->harness.digest;
  outcome->decisions = run->harness.decisions;
  return outcome;
}

/* Plays frames to their end. The run is closed; what came of it stays. */
static inline const struct fault_outcome *
fault_play(struct fault_run *run, const struct pl_frames *frames, const struct pl_policy *policy) {
  fault_open(run, policy);
  pl_harness_play(&run->harness, frames);
  pl_harness_flush(&run->harness);
  assert_true(pl_harness_ledger_closes(&run->harness));
  const struct fault_outcome *outcome = fault_look(run);
  assert_int_equal(outcome->held, 0);
  pl_harness_close(&run->harness);
  return outcome;
}

/* Appends frames [from, to) of a clean run on a line, each so much later than it was. */
static inline void fault_add(struct pl_frames *frames, const struct pl_frames *clean, uint32_t from,
                             uint32_t to, enum pl_line_id line, uint64_t later_ns) {
  for (uint32_t i = from; i < to; i++) {
    const struct pl_frame *frame = &clean->frames[i];
    pl_frames_add(frames, frame->data, frame->size_bytes, frame->recv_ns + later_ns);
    frames->frames[frames->count - 1].line = line;
  }
}

/* The payload of a frame added last, to be changed. */
static inline uint8_t *fault_last_payload(struct pl_frames *frames) {
  return frames->bytes + frames->offsets[frames->count - 1] + PAYLOAD_AT;
}

/* Channel and sequence number of a Deribit frame. */
static inline uint32_t fault_channel(const struct pl_frame *frame) {
  return (uint32_t)frame->data[PAYLOAD_AT + 2] | (uint32_t)frame->data[PAYLOAD_AT + 3] << 8;
}

/* An update of the channel of books that most is said on, some way in; the channel's next one. */
static inline uint32_t fault_pick(const struct pl_frames *clean, uint32_t from, uint32_t channel) {
  uint32_t at = from;
  while (at < clean->count && fault_channel(&clean->frames[at]) != channel) at++;
  assert_true(at < clean->count);
  return at;
}

#endif
