/* Frames in memory on two impaired lines. */
#include "engine/base/check.h"
#include "tests/harness/harness.h"

#include <stdlib.h>

static void note(void *context, uint64_t index, const enum pl_impair_fate *fate) {
  struct pl_frames_missed *missed = context;
  if (fate[PL_LINE_A] != PL_IMPAIR_WHOLE && fate[PL_LINE_B] != PL_IMPAIR_WHOLE)
    missed->indexes[missed->count++] = (uint32_t)index;
}

/* Appends the frame at `at` of a line and goes on to the next. */
static void move(struct pl_frames *to, const struct pl_frames *from, uint32_t *at, uint32_t line) {
  const struct pl_frame *frame = &from->frames[(*at)++];
  pl_frames_add(to, frame->data, frame->size_bytes, frame->recv_ns);
  to->frames[to->count - 1].line = line;
}

static void merge(struct pl_frames *to, const struct pl_frames *a, const struct pl_frames *b) {
  uint32_t at_a = 0, at_b = 0;
  while (at_a < a->count || at_b < b->count) {
    bool is_a =
        at_b == b->count || (at_a < a->count && a->frames[at_a].recv_ns <= b->frames[at_b].recv_ns);
    if (is_a)
      move(to, a, &at_a, PL_LINE_A);
    else
      move(to, b, &at_b, PL_LINE_B);
  }
  pl_frames_seal(to);
}

void pl_frames_impair(const struct pl_frames *clean, const struct pl_impair_config *config,
                      struct pl_frames *ret_both, struct pl_frames_missed *ret_missed) {
  struct pl_frames lines[PL_IMPAIR_LINES] = {0};
  const struct pl_impair_out out[PL_IMPAIR_LINES] = {{pl_frames_keep, &lines[PL_LINE_A]},
                                                     {pl_frames_keep, &lines[PL_LINE_B]}};
  struct pl_impair_pair pair;
  PL_CHECK(pl_impair_pair_open(&pair, config, out));
  if (ret_missed != NULL) {
    *ret_missed = (struct pl_frames_missed){calloc(clean->count + 1u, sizeof(uint32_t)), 0};
    PL_CHECK(ret_missed->indexes != NULL);
    pair.log = note;
    pair.log_ctx = ret_missed;
  }
  for (uint32_t i = 0; i < clean->count; i++) {
    const struct pl_frame *frame = &clean->frames[i];
    PL_CHECK(pl_impair_pair_push(&pair, frame->recv_ns, frame->data, frame->size_bytes));
  }
  PL_CHECK(pl_impair_pair_flush(&pair));
  pl_impair_pair_close(&pair);
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) pl_frames_seal(&lines[line]);
  merge(ret_both, &lines[PL_LINE_A], &lines[PL_LINE_B]);
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) pl_frames_free(&lines[line]);
}

void pl_frames_missed_free(struct pl_frames_missed *missed) {
  free(missed->indexes);
  *missed = (struct pl_frames_missed){0};
}
