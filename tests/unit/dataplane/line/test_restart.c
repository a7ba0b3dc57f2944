/* A venue that begins to count anew, and lines that only look like it. */
#include "tests/unit/dataplane/line/table.h"

static struct table table;

static int setup(void **state) {
  (void)state;
  table_open(&table, 32);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  table_close(&table);
  return 0;
}

static void run(enum pl_line_id line, uint64_t from, uint64_t to) {
  for (uint64_t seq = from; seq < to; seq++) (void)table_take(&table, 1, line, seq);
}

static void expect_next(enum pl_line_id line, uint64_t from, uint64_t to) {
  for (uint64_t seq = from; seq < to; seq++)
    assert_int_equal(table_take(&table, 1, line, seq), PL_LINE_NEXT);
}

static void restart_to_one_is_seen_at_once(void **state) {
  (void)state;
  for (uint64_t first = 0; first <= 1; first++) {
    run(PL_LINE_A, 1000, 1100);
    assert_int_equal(table_take(&table, 1, PL_LINE_A, first), PL_LINE_RESTART);
    expect_next(PL_LINE_A, first + 1, 50);
    (void)table_take(&table, 1, PL_LINE_A, 900); /* away, for the second round */
  }
  assert_int_equal(table_channel(&table, 1)->restarts, 2);
}

/* Only after so many packets in order is it believed; the table says which one. */
static void restart_in_the_middle_takes_a_run_of_sixteen(void **state) {
  (void)state;
  run(PL_LINE_A, 5000, 5200);
  for (uint64_t i = 0; i < PL_LINE_RESTART_RUN - 1; i++)
    assert_int_equal(table_take(&table, 1, PL_LINE_A, 300 + i), PL_LINE_LATE);
  assert_int_equal(table_take(&table, 1, PL_LINE_A, 300 + PL_LINE_RESTART_RUN - 1),
                   PL_LINE_RESTART);
  expect_next(PL_LINE_A, 300 + PL_LINE_RESTART_RUN, 400);
}

static void broken_run_begins_to_count_again(void **state) {
  (void)state;
  run(PL_LINE_A, 5000, 5200);
  run(PL_LINE_A, 300, 315);
  assert_int_equal(table_take(&table, 1, PL_LINE_A, 316), PL_LINE_LATE); /* 315 is missing */
  for (uint64_t seq = 317; seq < 316 + PL_LINE_RESTART_RUN - 1; seq++)
    assert_int_equal(table_take(&table, 1, PL_LINE_A, seq), PL_LINE_LATE);
  assert_int_equal(table_take(&table, 1, PL_LINE_A, 316 + PL_LINE_RESTART_RUN - 1),
                   PL_LINE_RESTART);
}

/* One packet of the present run in between: the old ones were late, not new. */
static void present_run_ends_a_run_back(void **state) {
  (void)state;
  run(PL_LINE_A, 5000, 5200);
  for (uint64_t i = 0; i < 40; i++) {
    assert_int_equal(table_take(&table, 1, PL_LINE_A, 300 + i), PL_LINE_LATE);
    if (i % 10 == 9)
      assert_int_equal(table_take(&table, 1, PL_LINE_A, 5200 + i / 10), PL_LINE_NEXT);
  }
  assert_int_equal(table_channel(&table, 1)->restarts, 0);
}

static void lagging_line_is_never_a_restart(void **state) {
  (void)state;
  for (uint64_t lag = 1; lag < 400; lag += 33) {
    table_close(&table);
    table_open(&table, 32);
    for (uint64_t seq = 1; seq < 1000; seq++) {
      (void)table_take(&table, 1, PL_LINE_A, seq);
      if (seq <= lag) continue;
      enum pl_line_verdict verdict = table_take(&table, 1, PL_LINE_B, seq - lag);
      assert_int_equal(verdict, lag < PL_LINE_WINDOW_UNITS ? PL_LINE_DUPLICATE : PL_LINE_LATE);
    }
    assert_int_equal(table_channel(&table, 1)->restarts, 0);
    assert_int_equal(table_channel(&table, 1)->gaps, 0);
  }
}

/* Line B still brings the old run for a while: that is over, and must not pull the channel back. */
static void old_run_on_the_lagging_line_is_late_after_a_restart(void **state) {
  (void)state;
  for (uint64_t seq = 1000; seq < 1200; seq++) {
    (void)table_take(&table, 1, PL_LINE_A, seq);
    if (seq >= 1005) (void)table_take(&table, 1, PL_LINE_B, seq - 5);
  }
  assert_int_equal(table_take(&table, 1, PL_LINE_A, 1), PL_LINE_RESTART);
  for (uint64_t i = 0; i < 5; i++) {
    assert_int_equal(table_take(&table, 1, PL_LINE_B, 1195 + i), PL_LINE_LATE);
    assert_int_equal(table_take(&table, 1, PL_LINE_A, 2 + i), PL_LINE_NEXT);
  }
  for (uint64_t i = 0; i < 50; i++) {
    assert_int_equal(table_take(&table, 1, PL_LINE_B, 1 + i), PL_LINE_DUPLICATE);
    assert_int_equal(table_take(&table, 1, PL_LINE_A, 7 + i), PL_LINE_NEXT);
  }
  assert_int_equal(table_channel(&table, 1)->gaps, 0);
}

static void second_line_joins_a_new_run_anywhere(void **state) {
  (void)state;
  run(PL_LINE_A, 1000, 1200);
  run(PL_LINE_B, 1000, 1200);
  run(PL_LINE_A, 1, 20);
  assert_int_equal(table_take(&table, 1, PL_LINE_B, 3), PL_LINE_DUPLICATE);
  assert_int_equal(table_take(&table, 1, PL_LINE_B, 20), PL_LINE_NEXT);
  assert_int_equal(table_channel(&table, 1)->restarts, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(restart_to_one_is_seen_at_once),
      TEST(restart_in_the_middle_takes_a_run_of_sixteen),
      TEST(broken_run_begins_to_count_again),
      TEST(present_run_ends_a_run_back),
      TEST(lagging_line_is_never_a_restart),
      TEST(old_run_on_the_lagging_line_is_late_after_a_restart),
      TEST(second_line_joins_a_new_run_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
