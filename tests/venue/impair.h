/* What a line does to the frames that travel on it, seeded: loss, copies, reordering, skew, damage.
 *
 * What happens to a frame depends on the seed, the line, the kind of impairment and the frame's
 * number alone: the same configuration gives the same bytes, and another rate of one kind leaves
 * the others' choices as they were. */
#ifndef PL_TESTS_VENUE_IMPAIR_H
#define PL_TESTS_VENUE_IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/frame.h"
#include "tests/venue/exchange.h"

#define PL_IMPAIR_FRAMES_MAX       64u /* how many later frames one may be held back behind */
#define PL_IMPAIR_BURST_FRAMES_MAX 1000000u
#define PL_IMPAIR_DELAY_NS_MAX     10000000000u
#define PL_IMPAIR_JITTER_NS_MAX    1000000000u
#define PL_IMPAIR_FRAME_BYTES_MAX  65535u

/* What becomes of the UDP checksum of a frame whose payload was corrupted. */
enum pl_impair_checksum {
  PL_IMPAIR_CHECKSUM_LEFT, /* as it was: now wrong, as behind a card that does not look */
  PL_IMPAIR_CHECKSUM_ZERO, /* 0: the sender never made one */
};

struct pl_impair_config {
  uint64_t seed;
  uint64_t lead_ns;   /* so long from the first frame on, only delay and jitter act */
  uint64_t delay_ns;  /* added to every frame's time */
  uint64_t jitter_ns; /* up to so much more, per frame; never past the frame before */
  uint32_t loss_ppm;
  uint32_t burst_ppm; /* frames that a burst begins at: it takes 1 to burst_frames_max in a row */
  uint32_t burst_frames_max;
  uint32_t both_burst_ppm; /* likewise; the same bursts on every line of this seed */
  uint32_t both_burst_frames_max;
  uint32_t duplicate_ppm; /* a copy follows, behind 0 to duplicate_frames_max later frames */
  uint32_t duplicate_frames_max;
  uint32_t reorder_ppm; /* held back behind 1 to reorder_frames_max later frames, whether those */
  uint32_t reorder_frames_max; /* arrive or not; leaves at the time of the last of them */
  uint32_t corrupt_ppm;        /* 1 to 3 bits of the UDP payload flip */
  uint32_t truncate_ppm;       /* cut short somewhere behind the Ethernet header */
  enum pl_impair_checksum checksum;
};

/* A name in JSON, a text for people. Closes: frames = lost + lost_burst + lost_both +
 * (frames_out - copies), once flushed. */
#define PL_IMPAIR_COUNTER_MAP(X)                                                                   \
  X(frames, "frames in")                                                                           \
  X(lost, "lost alone")                                                                            \
  X(lost_burst, "lost in bursts of this line")                                                     \
  X(lost_both, "lost in bursts of both lines")                                                     \
  X(copies, "copies added")                                                                        \
  X(held, "held back")                                                                             \
  X(corrupted, "corrupted")                                                                        \
  X(truncated, "cut short")                                                                        \
  X(frames_out, "frames out")

struct pl_impair_counters {
#define X(name, text) uint64_t name;
  PL_IMPAIR_COUNTER_MAP(X)
#undef X
};

enum pl_impair_fate { PL_IMPAIR_LOST, PL_IMPAIR_DAMAGED, PL_IMPAIR_WHOLE };

struct pl_impair;

/* pl_impair_config_default returns the one of rate zero, seed 1: every frame passes as it came.
 * Its lengths are those that take effect when only a rate is set. */
struct pl_impair_config pl_impair_config_default(void);

/* pl_impair_open begins a line.
 *   config  copied; a share is at most 1000000 ppm, the rest within the bounds above
 *   line    which one it is; part of the seed
 *   sink    gets the frames in order of their time; its time never goes back. ctx is the caller's
 * Returns NULL when a value is out of its range or memory is short. */
struct pl_impair *pl_impair_open(const struct pl_impair_config *config, enum pl_line_id line,
                                 pl_exchange_sink *sink, void *ctx);

/* pl_impair_push lets one frame travel: the sink is called for what arrives now.
 *   time_ns   a time before the last frame's counts as that
 *   ret_fate  what becomes of it, now or later
 * Returns false when the sink refused a frame or this one exceeds PL_IMPAIR_FRAME_BYTES_MAX;
 * nothing more comes out then. */
bool pl_impair_push(struct pl_impair *impair, uint64_t time_ns, const uint8_t *frame, size_t size,
                    enum pl_impair_fate *ret_fate);

/* pl_impair_flush lets out what is still held back, after the last frame. False as above. */
bool pl_impair_flush(struct pl_impair *impair);

const struct pl_impair_counters *pl_impair_counters(const struct pl_impair *impair);

/* pl_impair_close frees it; NULL is allowed. */
void pl_impair_close(struct pl_impair *impair);

#endif
