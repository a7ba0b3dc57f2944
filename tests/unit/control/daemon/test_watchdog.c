/* When a core counts as stalled, to the nanosecond; and that one which is told from outside. */
#include "control/daemon/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STEP_NS (PL_WATCHDOG_NS / 5)
#define RECEIVE (1u << PL_WATCHDOG_RECEIVE)
#define ENGINE  (1u << PL_WATCHDOG_ENGINE)

static struct pl_watchdog watchdog;
static uint64_t turns[PL_WATCHDOG_CORES], now_ns;

static int setup(void **state) {
  (void)state;
  memset(&watchdog, 0, sizeof watchdog);
  memset(turns, 0, sizeof turns);
  now_ns = 1000 * STEP_NS;
  (void)pl_watchdog_look(&watchdog, turns, now_ns);
  return 0;
}

static uint32_t look(uint64_t later_ns, uint64_t received, uint64_t stepped) {
  now_ns += later_ns;
  turns[PL_WATCHDOG_RECEIVE] += received;
  turns[PL_WATCHDOG_ENGINE] += stepped;
  return pl_watchdog_look(&watchdog, turns, now_ns);
}

static void cores_that_move_are_not_stalled(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 100; i++) assert_int_equal(look(STEP_NS, 1, i % 5 == 0), 0);
  assert_int_equal(watchdog.stalls, 0);
}

static void row_14_stalled_core_is_told_until_it_moves(void **state) {
  (void)state;
  assert_int_equal(look(STEP_NS, 1, 1), 0);
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(look(STEP_NS, 1, 0), 0);
  assert_int_equal(look(1, 1, 0), ENGINE); /* one nanosecond over the limit */
  assert_int_equal(look(STEP_NS, 1, 0), ENGINE);
  assert_int_equal(look(STEP_NS, 1, 1), 0);
  assert_int_equal(watchdog.stalls, 1);
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(look(STEP_NS, 0, 0), 0);
  assert_int_equal(look(STEP_NS, 0, 0), RECEIVE | ENGINE);
  assert_int_equal(watchdog.stalls, 3);
}

/* The whole machine stood still: who looks was away as long as those it looks at. */
static void watcher_that_was_away_starts_anew(void **state) {
  (void)state;
  assert_int_equal(look(STEP_NS, 1, 1), 0);
  assert_int_equal(look(100 * PL_WATCHDOG_NS, 0, 0), 0);
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(look(STEP_NS, 0, 1), 0);
  assert_int_equal(look(STEP_NS, 0, 1), RECEIVE);
  assert_int_equal(look(100 * PL_WATCHDOG_NS, 0, 1), RECEIVE); /* and does not forget what it saw */
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(cores_that_move_are_not_stalled),
      TEST(row_14_stalled_core_is_told_until_it_moves),
      TEST(watcher_that_was_away_starts_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
