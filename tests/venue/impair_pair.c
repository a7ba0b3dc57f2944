#include "tests/venue/impair_pair.h"

bool pl_impair_pair_open(struct pl_impair_pair *pair, const struct pl_impair_config *config,
                         const struct pl_impair_out *out) {
  *pair = (struct pl_impair_pair){0};
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    if (out[line].sink == NULL) continue;
    pair->line[line] = pl_impair_open(&config[line], line, out[line].sink, out[line].ctx);
    if (pair->line[line] != NULL) continue;
    pl_impair_pair_close(pair);
    return false;
  }
  return true;
}

bool pl_impair_pair_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_impair_pair *pair = ctx;
  enum pl_impair_fate fate[PL_IMPAIR_LINES] = {PL_IMPAIR_LOST, PL_IMPAIR_LOST};
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (pair->line[line] != NULL &&
        !pl_impair_push(pair->line[line], time_ns, frame, size, &fate[line]))
      return false;
  pair->missed += fate[PL_LINE_A] != PL_IMPAIR_WHOLE && fate[PL_LINE_B] != PL_IMPAIR_WHOLE;
  if (pair->log != NULL) pair->log(pair->log_ctx, pair->frames, fate);
  pair->frames++;
  return true;
}

bool pl_impair_pair_flush(struct pl_impair_pair *pair) {
  bool done = true;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (pair->line[line] != NULL && !pl_impair_flush(pair->line[line])) done = false;
  return done;
}

void pl_impair_pair_close(struct pl_impair_pair *pair) {
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) pl_impair_close(pair->line[line]);
  *pair = (struct pl_impair_pair){0};
}
