#include "engine/step/loop.h"

#include "engine/base/clock.h"

#include <sched.h>

#define COMMANDS_PER_POLL 64

/* Events ahead of the one being stepped through: far enough for memory to answer, near enough for
 * the answer to be still there. */
#define LOOK_AHEAD 12u

/* Room for one decision, or NULL: then it is dropped and counted. Decisions already written in this
 * batch are published first, so that the consumer can make room. */
static struct pl_decision *decision_slot(struct pl_loop *loop, uint32_t *unpublished) {
  void *slots;
  /* A reservation is not moved by writing: the slots before ours in this batch are still in it. */
  while (pl_ring_reserve(loop->config.decisions, *unpublished + 1, &slots) <= *unpublished) {
    if (*unpublished != 0) {
      pl_ring_publish(loop->config.decisions, *unpublished);
      *unpublished = 0;
    } else if (!loop->config.lossless) {
      loop->decisions_dropped++;
      return NULL;
    } else {
      (void)sched_yield(); /* replay only: the consumer may share our core */
    }
  }
  return (struct pl_decision *)slots + (*unpublished)++;
}

/* Status and operator events are not answers to a frame: silence is told long after the last one.
 */
static bool is_timed(const struct pl_loop *loop, const struct pl_event *event) {
  return loop->config.handed_ns != NULL && event->type != PL_EV_STATUS &&
         event->type != PL_EV_OPERATOR && event->type != PL_EV_BOOK_CLEAR;
}

static void tell(struct pl_loop *loop, struct pl_decision *decision, const struct pl_event *event,
                 uint32_t *unpublished) {
  if (is_timed(loop, event)) {
    uint64_t now_ns = pl_clock_monotonic_ns();
    uint64_t handed_ns = loop->config.handed_ns(loop->config.context, event->seq);
    if (handed_ns != 0 && now_ns >= handed_ns)
      pl_histogram_record(&loop->latency, now_ns - handed_ns);
  }
  decision->decided_ns = pl_clock_utc_ns();
  struct pl_view view;
  struct pl_view_cell *cell = &loop->config.views[decision->instrument];
  pl_step_view(loop->config.step, decision->instrument, &view);
  pl_seqlock_write(&cell->version, cell->words, &view, PL_VIEW_WORDS);
  struct pl_decision *slot = decision_slot(loop, unpublished);
  if (slot != NULL)
    *slot = *decision;
  else
    pl_step_forget(loop->config.step, decision->instrument);
}

void pl_loop_take(struct pl_loop *loop, const struct pl_event *events, uint32_t count) {
  uint32_t unpublished = 0;
  for (uint32_t i = 0; i < count && i < LOOK_AHEAD; i++)
    pl_step_prefetch(loop->config.step, &events[i]);
  for (uint32_t i = 0; i < count; i++) {
    if (i + LOOK_AHEAD < count) pl_step_prefetch(loop->config.step, &events[i + LOOK_AHEAD]);
    struct pl_decision decision;
    if (pl_step(loop->config.step, &events[i], &decision))
      tell(loop, &decision, &events[i], &unpublished);
    if (PL_UNLIKELY(loop->config.tap != NULL))
      loop->config.tap(loop->config.context, loop->config.step, &events[i]);
  }
  if (unpublished != 0) pl_ring_publish(loop->config.decisions, unpublished);
}

uint32_t pl_loop_poll(struct pl_loop *loop, struct pl_ring *events, uint32_t events_max) {
  void *slots;
  uint32_t count = pl_ring_peek(events, events_max, &slots);
  if (count == 0) return 0;
  pl_loop_take(loop, slots, count);
  pl_ring_release(events, count);
  return count;
}

void pl_loop_commands(struct pl_loop *loop) {
  if (loop->config.commands != NULL)
    (void)pl_loop_poll(loop, loop->config.commands, COMMANDS_PER_POLL);
}
