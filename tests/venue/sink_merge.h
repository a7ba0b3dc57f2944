/* Two lines' frames in one order of time, for sinks that wait until a frame is due: neither line
 * may keep the other waiting. */
#ifndef PL_TESTS_VENUE_SINK_MERGE_H
#define PL_TESTS_VENUE_SINK_MERGE_H

#include "tests/venue/impair_pair.h"

#define PL_SINK_MERGE_FRAMES_MAX 8192u /* held of one line */

struct pl_sink_merge;

/* One line's way in. */
struct pl_sink_merge_line {
  struct pl_sink_merge *merge;
  uint32_t line;
};

/* pl_sink_merge_open begins.
 *   out  [PL_IMPAIR_LINES], by line; copied
 * Returns NULL when memory is short. pl_sink_merge_close frees it; NULL is allowed. */
struct pl_sink_merge *pl_sink_merge_open(const struct pl_impair_out *out);
void pl_sink_merge_close(struct pl_sink_merge *merge);

/* pl_sink_merge_take is a pl_exchange_sink; ctx is a struct pl_sink_merge_line. The frame goes on
 * when pl_sink_merge_until says so. False when a line is full, or a frame longer than
 * PL_SINK_LIVE_FRAME_MAX. */
bool pl_sink_merge_take(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

/* pl_sink_merge_is_full tells that a line holds all it may: the lines are too far apart. */
bool pl_sink_merge_is_full(const struct pl_sink_merge *merge);

/* pl_sink_merge_until hands over what is due before that time, line A first of equal times. False
 * when a sink refused. */
bool pl_sink_merge_until(struct pl_sink_merge *merge, uint64_t time_ns);

#endif
