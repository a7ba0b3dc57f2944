/* The two lines of a feed: one source of frames, each line impaired for itself. */
#ifndef PL_TESTS_VENUE_IMPAIR_PAIR_H
#define PL_TESTS_VENUE_IMPAIR_PAIR_H

#include "tests/venue/impair.h"

#define PL_IMPAIR_LINES 2u /* PL_LINE_A, PL_LINE_B */

/* Told once for each frame of the source.
 *   index  from 0
 *   fate   by line, as of now: a frame still held back counts as what will come of it; a line that
 *          nobody listens to loses everything */
typedef void pl_impair_log(void *ctx, uint64_t index, const enum pl_impair_fate *fate);

struct pl_impair_pair {
  struct pl_impair *line[PL_IMPAIR_LINES]; /* NULL: nobody listens */
  pl_impair_log *log;                      /* may be NULL; set it after open */
  void *log_ctx;
  uint64_t frames;
  uint64_t missed; /* frames that reached no line whole */
};

/* Where a line's frames go. */
struct pl_impair_out {
  pl_exchange_sink *sink; /* NULL: nobody listens to this line */
  void *ctx;
};

/* pl_impair_pair_open opens both lines.
 *   config, out  [PL_IMPAIR_LINES], by line; bursts on both lines at once need one seed, one rate
 *                and one length of them in both
 * Returns false, with nothing to close, as pl_impair_open returns NULL. */
bool pl_impair_pair_open(struct pl_impair_pair *pair, const struct pl_impair_config *config,
                         const struct pl_impair_out *out);

/* pl_impair_pair_push is a pl_exchange_sink; ctx is the struct pl_impair_pair. Line A is served
 * first. */
bool pl_impair_pair_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

/* pl_impair_pair_flush lets out what is held back. False when a sink refused. */
bool pl_impair_pair_flush(struct pl_impair_pair *pair);

void pl_impair_pair_close(struct pl_impair_pair *pair);

#endif
