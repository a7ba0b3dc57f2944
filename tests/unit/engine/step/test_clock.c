/* The engine's clock: the venue's time, guarded against stamps that cannot be. */
#include "tests/unit/engine/step/script.h"

#define HOUR_NS (3600 * SECOND_NS)
#define JUMP_NS (60 * SECOND_NS) /* as far ahead as one stamp is believed */

static struct script script;

static int setup(void **state) {
  (void)state;
  script_open(&script);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  script_close(&script);
  return 0;
}

static uint64_t jumps(void) {
  return pl_step_counters(script.step)->clock_jumps;
}

/* A trade stamped so far from now; then a change of state, whose decision tells the clock. */
static uint64_t clock_after(int64_t ahead_ns) {
  static bool frozen;
  frozen = !frozen;
  struct pl_event trade = {.type = PL_EV_TRADE, .exch_ns = script.now_ns + (uint64_t)ahead_ns};
  script_later(&script, 0);
  script_event(&script, 0, trade);
  script_later(&script, 0);
  script_operator(&script, 0, frozen ? PL_COMMAND_FREEZE : PL_COMMAND_THAW, 0);
  return script.last.event_ns - START_NS;
}

/* One frame of a single stamp, whose decision tells the clock. */
static uint64_t clock_at(int64_t ahead_ns) {
  static bool frozen;
  frozen = !frozen;
  script_later(&script, 0);
  script_event(&script, 0,
               (struct pl_event){.type = PL_EV_OPERATOR,
                                 .aux = frozen ? PL_COMMAND_FREEZE : PL_COMMAND_THAW,
                                 .exch_ns = START_NS + (uint64_t)ahead_ns,
                                 .flags = PL_EVF_EVENT_END});
  return script.last.event_ns - START_NS;
}

static void clock_follows_the_newest_stamp_and_never_steps_back(void **state) {
  (void)state;
  assert_int_equal(clock_after(0), 0);
  assert_int_equal(clock_after(5), 5);
  assert_int_equal(clock_after(-7), 5);
  assert_int_equal(clock_after((int64_t)JUMP_NS), JUMP_NS);
  assert_int_equal(clock_after((int64_t)JUMP_NS - 1), JUMP_NS);
  assert_int_equal(jumps(), 0);
}

static void one_stamp_far_ahead_is_not_believed(void **state) {
  (void)state;
  (void)clock_after(0);
  assert_int_equal(clock_after((int64_t)JUMP_NS + 1), 0);
  assert_int_equal(jumps(), 1);
  assert_int_equal(clock_after(3), 3);
}

static void two_frames_that_agree_move_the_clock(void **state) {
  (void)state;
  (void)clock_at(0);
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS)), 0);
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS + SECOND_NS)), 50 * HOUR_NS + SECOND_NS);
  assert_int_equal(jumps(), 2);
}

static void two_wild_stamps_that_disagree_do_not(void **state) {
  (void)state;
  (void)clock_after(0);
  assert_int_equal(clock_after((int64_t)(50 * HOUR_NS)), 0);
  assert_int_equal(clock_after((int64_t)(60 * HOUR_NS)), 0);
  assert_int_equal(clock_after((int64_t)(40 * HOUR_NS)), 0);
  assert_int_equal(jumps(), 3);
}

/* A message makes several events with one stamp: it agrees with itself, which proves nothing. */
static void events_of_one_message_do_not_confirm_each_other(void **state) {
  (void)state;
  (void)clock_after(0);
  script_later(&script, 0);
  struct pl_event mark = {.type = PL_EV_MARK, .exch_ns = script.now_ns + 9000 * HOUR_NS};
  for (uint32_t i = 0; i < 6; i++) script_event(&script, 0, mark);
  script_later(&script, 0);
  assert_int_equal(clock_after(1), 1);
}

/* Nothing to compare the first stamp with: it holds until another frame is far behind it. */
static void first_stamp_far_ahead_gives_way_to_another_frame(void **state) {
  (void)state;
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS)), 50 * HOUR_NS);
  assert_int_equal(clock_at(7), 7);
  assert_int_equal(clock_at(8), 8);
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS)), 8); /* settled: now that one is doubted */
}

static void first_stamp_is_kept_within_its_own_frame(void **state) {
  (void)state;
  const struct pl_event late = {.type = PL_EV_MARK, .exch_ns = START_NS + 50 * HOUR_NS};
  const struct pl_event early = {
      .type = PL_EV_MARK, .exch_ns = START_NS + 1, .flags = PL_EVF_EVENT_END};
  script_event(&script, 0, late);
  script_event(&script, 0, early);
  assert_true(script.last.event_ns == START_NS + 50 * HOUR_NS);
}

/* Two frames agreed: no stamp of the past moves it any more. */
static void settled_clock_does_not_go_back(void **state) {
  (void)state;
  (void)clock_at((int64_t)(50 * HOUR_NS));
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS) + 1), 50 * HOUR_NS + 1);
  assert_int_equal(clock_at(0), 50 * HOUR_NS + 1);
  assert_int_equal(clock_at(0), 50 * HOUR_NS + 1);
}

/* Good stamps came in between: a second wild one, hours of frames later, is again the first. */
static void stamp_that_was_not_confirmed_is_forgotten(void **state) {
  (void)state;
  (void)clock_at(0);
  (void)clock_at(1);
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS)), 1);
  for (int64_t i = 2; i < 50; i++) assert_int_equal(clock_at(i), i);
  assert_int_equal(clock_at((int64_t)(50 * HOUR_NS)), 49);
}

static void clock_event_decides_nothing(void **state) {
  (void)state;
  (void)clock_after(0);
  struct pl_event tick = {.type = PL_EV_CLOCK, .flags = PL_EVF_EVENT_END};
  script_later(&script, 3 * SECOND_NS);
  assert_false(script_event(&script, 0, tick));
  assert_false(script_event(&script, INSTRUMENTS, tick));
  assert_int_equal(pl_step_counters(script.step)->instruments_foreign, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(clock_follows_the_newest_stamp_and_never_steps_back),
      TEST(one_stamp_far_ahead_is_not_believed),
      TEST(two_frames_that_agree_move_the_clock),
      TEST(two_wild_stamps_that_disagree_do_not),
      TEST(events_of_one_message_do_not_confirm_each_other),
      TEST(first_stamp_far_ahead_gives_way_to_another_frame),
      TEST(first_stamp_is_kept_within_its_own_frame),
      TEST(settled_clock_does_not_go_back),
      TEST(stamp_that_was_not_confirmed_is_forgotten),
      TEST(clock_event_decides_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
