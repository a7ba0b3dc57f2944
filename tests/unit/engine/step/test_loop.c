/* The loop round the step: a full decision ring waits or drops as told, the view beside a decision
 * is the step's, and only what answers a frame is timed. */
#include "engine/step/loop.h"
#include "tests/unit/engine/events.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define INSTRUMENTS 3u
#define SLOTS       8u
#define EVENTS      1000u
#define START_NS    UINT64_C(1700000000000000000)

struct rig {
  struct pl_arena arena;
  struct pl_policy policy;
  struct pl_loop loop;
  struct pl_ring *decisions, *commands;
  struct pl_view_cell *views;
  uint64_t tapped, asked, asked_seq;
};

static struct rig rig;
static struct pl_event events[EVENTS];

static uint64_t handed_ns(const void *context, uint64_t event_seq) {
  struct rig *asked = (struct rig *)(uintptr_t)context;
  asked->asked++;
  asked->asked_seq = event_seq;
  return 1;
}

static void tap(void *context, const struct pl_step *step, const struct pl_event *event) {
  struct rig *tapped = context;
  assert_ptr_equal(step, tapped->loop.config.step);
  assert_ptr_equal(event, &events[tapped->tapped]);
  tapped->tapped++;
}

static int setup(void **state) {
  (void)state;
  memset(&rig, 0, sizeof rig);
  pl_policy_default(&rig.policy);
  const struct pl_step_config config = {.policy = &rig.policy, .instrument_count = INSTRUMENTS};
  size_t room = pl_step_footprint(&config) + 2 * pl_ring_footprint(SLOTS) +
                pl_arena_round(INSTRUMENTS * sizeof *rig.views);
  assert_int_equal(pl_arena_open(room, &rig.arena), PL_OK);
  struct pl_step *step = pl_step_create(&rig.arena, &config);
  rig.decisions = pl_ring_create(&rig.arena, SLOTS);
  rig.commands = pl_ring_create(&rig.arena, SLOTS);
  rig.views = pl_arena_take(&rig.arena, INSTRUMENTS * sizeof *rig.views);
  rig.loop.config = (struct pl_loop_config){.step = step,
                                            .decisions = rig.decisions,
                                            .commands = rig.commands,
                                            .views = rig.views,
                                            .handed_ns = handed_ns,
                                            .context = &rig};
  for (uint32_t i = 0; i < EVENTS; i++) { /* each decides: freeze and thaw in turn */
    bool freeze = i / INSTRUMENTS % 2 == 0;
    events[i] = (struct pl_event){.seq = 65536 + i,
                                  .exch_ns = START_NS,
                                  .instrument = i % INSTRUMENTS,
                                  .type = PL_EV_OPERATOR,
                                  .aux = freeze ? PL_COMMAND_FREEZE : PL_COMMAND_THAW,
                                  .flags = PL_EVF_EVENT_END};
  }
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&rig.arena);
  return 0;
}

/* Takes what is in the ring; the sequences must follow from *next on. */
static uint32_t drain(uint64_t *next) {
  void *slots;
  uint32_t count = pl_ring_peek(rig.decisions, SLOTS, &slots);
  const struct pl_decision *decisions = slots;
  for (uint32_t i = 0; i < count; i++) {
    assert_true(decisions[i].seq == (*next)++);
    assert_true(decisions[i].decided_ns > 0);
  }
  pl_ring_release(rig.decisions, count);
  return count;
}

/* Nobody drains: the ring keeps the oldest, the rest is dropped and counted, nothing waits. */
static void full_ring_drops_the_newest_and_counts(void **state) {
  (void)state;
  uint64_t next = 1;
  pl_loop_take(&rig.loop, events, SLOTS);
  assert_int_equal(rig.loop.decisions_dropped, 0);
  pl_loop_take(&rig.loop, events + SLOTS, 30);
  assert_int_equal(rig.loop.decisions_dropped, 30);
  assert_int_equal(drain(&next), SLOTS);
  assert_int_equal(drain(&next), 0);
  assert_int_equal(pl_step_counters(rig.loop.config.step)->decisions, SLOTS + 30);
  next = SLOTS + 31; /* and goes on with the next */
  pl_loop_take(&rig.loop, events + SLOTS + 30, 2);
  assert_int_equal(drain(&next), 2);
}

static void *consume(void *argument) {
  uint64_t *next = argument;
  while (*next <= EVENTS)
    if (drain(next) == 0) (void)sched_yield();
  return NULL;
}

/* Far more in one batch than the ring holds: all of it arrives, in order. */
static void lossless_ring_waits_for_its_consumer(void **state) {
  (void)state;
  pthread_t consumer;
  uint64_t next = 1;
  rig.loop.config.lossless = true;
  assert_int_equal(pthread_create(&consumer, NULL, consume, &next), 0);
  for (uint32_t at = 0; at < EVENTS; at += 100) pl_loop_take(&rig.loop, events + at, 100);
  assert_int_equal(pthread_join(consumer, NULL), 0);
  assert_true(next == EVENTS + 1);
  assert_int_equal(rig.loop.decisions_dropped, 0);
}

/* Every batch size, every place in the ring: published by the end of the call. */
static void batch_is_published_when_it_is_taken(void **state) {
  (void)state;
  uint64_t next = 1;
  for (uint32_t at = 0, size = 1; at + size <= EVENTS; at += size, size = size % SLOTS + 1) {
    pl_loop_take(&rig.loop, events + at, size);
    uint32_t got = 0;
    for (uint32_t i = 0; i < 3; i++) got += drain(&next);
    assert_int_equal(got + rig.loop.decisions_dropped, size);
  }
}

static void view_beside_a_decision_is_the_steps(void **state) {
  (void)state;
  for (uint32_t i = 0; i < INSTRUMENTS; i++) {
    struct pl_event price = {.seq = 1,
                             .exch_ns = START_NS,
                             .instrument = i,
                             .type = PL_EV_MARK,
                             .price_e9 = 77 + i,
                             .flags = PL_EVF_EVENT_END};
    struct pl_view seen, wanted;
    assert_false(pl_seqlock_read(&rig.views[i].version, rig.views[i].words, &seen, PL_VIEW_WORDS));
    pl_loop_take(&rig.loop, &price, 1);
    assert_true(pl_seqlock_read(&rig.views[i].version, rig.views[i].words, &seen, PL_VIEW_WORDS));
    pl_step_view(rig.loop.config.step, i, &wanted);
    assert_memory_equal(&seen, &wanted, sizeof seen);
    assert_true(seen.mark_e9 == 77 + i);
  }
}

static void only_answers_to_frames_are_timed(void **state) {
  (void)state;
  pl_loop_take(&rig.loop, events, 3);
  struct pl_event told = {
      .exch_ns = START_NS + 1, .type = PL_EV_STATUS, .aux = PL_COND_GAP, .flags = PL_EVF_EVENT_END};
  pl_loop_take(&rig.loop, &told, 1);
  assert_int_equal(rig.asked, 0);
  struct pl_event closed = {.seq = 99 * 65536,
                            .exch_ns = START_NS + rig.policy.valid_ns,
                            .instrument = 1,
                            .type = PL_EV_TRADE,
                            .flags = PL_EVF_EVENT_END};
  pl_loop_take(&rig.loop, &closed, 1);
  assert_int_equal(rig.asked, 1);
  assert_int_equal(rig.asked_seq, 99 * 65536);
  assert_int_equal(rig.loop.latency.count, 1);
}

static void commands_are_taken_from_their_ring(void **state) {
  (void)state;
  void *slots;
  uint64_t next = 1;
  assert_int_equal(pl_ring_reserve(rig.commands, 3, &slots), 3);
  memcpy(slots, events, 3 * sizeof events[0]);
  pl_ring_publish(rig.commands, 3);
  pl_loop_commands(&rig.loop);
  assert_int_equal(drain(&next), 3);
  pl_loop_commands(&rig.loop);
  assert_int_equal(drain(&next), 0);
  rig.loop.config.commands = NULL;
  pl_loop_commands(&rig.loop);
}

static void tap_sees_every_event_after_the_step(void **state) {
  (void)state;
  rig.loop.config.tap = tap;
  pl_loop_take(&rig.loop, events, 40);
  assert_int_equal(rig.tapped, 40);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(full_ring_drops_the_newest_and_counts), TEST(lossless_ring_waits_for_its_consumer),
      TEST(batch_is_published_when_it_is_taken),   TEST(view_beside_a_decision_is_the_steps),
      TEST(only_answers_to_frames_are_timed),      TEST(commands_are_taken_from_their_ring),
      TEST(tap_sees_every_event_after_the_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
