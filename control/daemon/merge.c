#include "control/daemon/merge.h"

#include "engine/base/check.h"

#include <stddef.h>

void pl_merge_init(struct pl_merge *merge, const struct pl_merge_source *sources, uint32_t count) {
  PL_CHECK(count > 0 && count <= PL_MERGE_SOURCES_MAX);
  merge->count = count;
  for (uint32_t i = 0; i < count; i++) {
    struct pl_merge_input *input = &merge->inputs[i];
    input->source = sources[i];
    input->at = input->count = 0;
    input->ended = false;
  }
}

static bool is_used_up(const struct pl_merge_input *input) {
  return input->at == input->count;
}

/* Asks the sources whose frames are all taken; false while one of them has more to come but not
 * now: what is earliest is then not known. */
static bool refill(struct pl_merge *merge) {
  bool known = true;
  for (uint32_t i = 0; i < merge->count; i++) {
    struct pl_merge_input *input = &merge->inputs[i];
    if (!is_used_up(input) || input->ended) continue;
    input->at = 0;
    input->count = input->source.burst(input->source.context, input->frames, &input->ended);
    known &= input->count != 0 || input->ended;
  }
  return known;
}

static bool is_before(const struct pl_frame *a, const struct pl_frame *b) {
  return a->recv_ns != b->recv_ns ? a->recv_ns < b->recv_ns : a->line < b->line;
}

/* NULL when nothing is left. Where all is equal, the source named first. */
static struct pl_merge_input *earliest(struct pl_merge *merge) {
  struct pl_merge_input *first = NULL;
  for (uint32_t i = 0; i < merge->count; i++) {
    struct pl_merge_input *input = &merge->inputs[i];
    if (is_used_up(input)) continue;
    if (first == NULL || is_before(&input->frames[input->at], &first->frames[first->at]))
      first = input;
  }
  return first;
}

uint32_t pl_merge_take(struct pl_merge *merge, struct pl_frame *ret_frames) {
  uint32_t count = 0;
  if (!refill(merge)) return 0;
  while (count < PL_BURST_FRAMES_MAX) {
    struct pl_merge_input *input = earliest(merge);
    if (input == NULL) break;
    ret_frames[count++] = input->frames[input->at++];
    /* What it has next may be the earliest, and asking would end the life of what we return. */
    if (is_used_up(input) && !input->ended) break;
  }
  return count;
}

bool pl_merge_ended(const struct pl_merge *merge) {
  for (uint32_t i = 0; i < merge->count; i++)
    if (!merge->inputs[i].ended || !is_used_up(&merge->inputs[i])) return false;
  return true;
}
