#include "tests/venue/sink_merge.h"

#include <stdlib.h>
#include <string.h>

#include "tests/venue/sink_live.h"

struct slot {
  uint64_t time_ns;
  size_t size;
  uint8_t bytes[PL_SINK_LIVE_FRAME_MAX];
};

struct queue {
  uint64_t head, tail; /* counts of frames taken out and put in */
  struct slot slots[PL_SINK_MERGE_FRAMES_MAX];
};

struct pl_sink_merge {
  struct pl_impair_out out[PL_IMPAIR_LINES];
  struct queue queues[PL_IMPAIR_LINES];
};

struct pl_sink_merge *pl_sink_merge_open(const struct pl_impair_out *out) {
  struct pl_sink_merge *merge = calloc(1, sizeof *merge);
  if (merge != NULL) memcpy(merge->out, out, sizeof merge->out);
  return merge;
}

void pl_sink_merge_close(struct pl_sink_merge *merge) {
  free(merge);
}

static bool is_full(const struct queue *queue) {
  return queue->tail - queue->head == PL_SINK_MERGE_FRAMES_MAX;
}

bool pl_sink_merge_is_full(const struct pl_sink_merge *merge) {
  return is_full(&merge->queues[PL_LINE_A]) || is_full(&merge->queues[PL_LINE_B]);
}

bool pl_sink_merge_take(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_sink_merge_line *in = ctx;
  struct queue *queue = &in->merge->queues[in->line];
  if (is_full(queue) || size > PL_SINK_LIVE_FRAME_MAX) return false;
  struct slot *slot = &queue->slots[queue->tail++ % PL_SINK_MERGE_FRAMES_MAX];
  slot->time_ns = time_ns;
  slot->size = size;
  memcpy(slot->bytes, frame, size);
  return true;
}

static const struct slot *first(const struct queue *queue) {
  return queue->head != queue->tail ? &queue->slots[queue->head % PL_SINK_MERGE_FRAMES_MAX] : NULL;
}

bool pl_sink_merge_until(struct pl_sink_merge *merge, uint64_t time_ns) {
  for (;;) {
    const struct slot *a = first(&merge->queues[PL_LINE_A]), *b = first(&merge->queues[PL_LINE_B]);
    bool is_b = a == NULL || (b != NULL && b->time_ns < a->time_ns);
    const struct slot *next = is_b ? b : a;
    if (next == NULL || next->time_ns >= time_ns) return true;
    const struct pl_impair_out *out = &merge->out[is_b];
    if (!out->sink(out->ctx, next->time_ns, next->bytes, next->size)) return false;
    merge->queues[is_b].head++;
  }
}
