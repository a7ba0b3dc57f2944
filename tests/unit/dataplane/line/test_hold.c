/* Packets that came early are held back, and given up what does not come: each edge by hand. */
#include "tests/unit/dataplane/line/holds.h"

static struct holds holds;

static int setup(void **state) {
  (void)state;
  holds_open(&holds, 0);
  return 0;
}

/* Joined with unit 1 on line A; nothing of it is of interest. */
static int setup_joined(void **state) {
  (void)setup(state);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 1, 1), PL_LINE_FIRST);
  holds_expect(&holds, "1-2");
  return 0;
}

static void case_01_a_packet_counts_once_whatever_comes_again(void **state) {
  (void)state;
  static const enum pl_line_id lines[] = {PL_LINE_A, PL_LINE_B};
  for (uint32_t unit = 2; unit < 30; unit++) {
    enum pl_line_id first = lines[unit % 2], second = lines[1 - unit % 2];
    assert_int_equal(holds_take(&holds, first, unit, 1), PL_LINE_NEXT);
    assert_int_equal(holds_take(&holds, second, unit, 1), PL_LINE_DUPLICATE);
    assert_int_equal(holds_take(&holds, first, unit, 1), PL_LINE_DUPLICATE);
  }
  assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 1), PL_LINE_DUPLICATE); /* far later */
  holds_expect(&holds, "2-30");
  assert_int_equal(holds_channel(&holds)->duplicates, 2 * 28 + 1);
  holds_expect_counts(&holds, 0, 0, 0);
}

static void case_01_what_is_held_counts_once_too(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 3), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 5, 3), PL_LINE_DUPLICATE);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 3), PL_LINE_DUPLICATE);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 6, 2), PL_LINE_DUPLICATE); /* inside the other */
  assert_int_equal(holds_take(&holds, PL_LINE_B, 5, 4), PL_LINE_AHEAD);     /* more than it */
  assert_int_equal(holds_channel(&holds)->held, 2);
  assert_int_equal(holds_channel(&holds)->duplicates, 3);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_B].packets, 3);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 3), PL_LINE_NEXT);
  holds_expect(&holds, "2-9");
  assert_int_equal(holds_channel(&holds)->packets, 4);
}

/* Another packet brought all of it meanwhile. */
static void case_01_held_packet_that_became_known_is_a_duplicate(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 4), PL_LINE_NEXT);
  holds_expect(&holds, "2-6");
  assert_int_equal(holds_channel(&holds)->duplicates, 1);
  assert_int_equal(holds_channel(&holds)->packets, 2);
}

static void case_02_of_an_overlap_only_the_tail_is_new(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 2, 3), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 2), PL_LINE_DUPLICATE);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 4, 3), PL_LINE_NEXT);
  holds_expect(&holds, "2-7");
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 4), PL_LINE_NEXT);
  holds_expect(&holds, "7-9");
  /* held ones overlap each other, and what fills the hole */
  assert_int_equal(holds_take(&holds, PL_LINE_A, 11, 2), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 12, 3), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 9, 3), PL_LINE_NEXT);
  holds_expect(&holds, "9-15");
  assert_int_equal(holds_channel(&holds)->duplicates, 1);
  holds_expect_counts(&holds, 1, 0, 0);
}

static void case_03_reorder_of_two_is_no_gap(void **state) {
  (void)state;
  for (uint32_t unit = 2; unit < 100; unit += 2) {
    assert_int_equal(holds_take(&holds, PL_LINE_A, unit + 1, 1), PL_LINE_AHEAD);
    holds_expect(&holds, "");
    holds_expect_state(&holds, "gap wait");
    holds_tick(&holds, GAP_WAIT_NS - 1);
    assert_int_equal(holds_take(&holds, PL_LINE_A, unit, 1), PL_LINE_NEXT);
    holds_expect_state(&holds, "normal");
    assert_int_equal(holds.driver.out.count, 1);
    holds.driver.out.count = 0;
  }
  holds_expect_counts(&holds, 49, 0, 0);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_A].units_filled, 49);
  assert_int_equal(pl_line_stale_ns(holds_channel(&holds), holds.now_ns), 0);
}

static void case_03_gap_on_one_line_is_filled_by_the_other(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 1, 1), PL_LINE_DUPLICATE);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
  holds_expect(&holds, "2-3");
  assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 1), PL_LINE_NEXT);
  holds_expect(&holds, "3-6");
  assert_int_equal(holds_take(&holds, PL_LINE_B, 4, 1), PL_LINE_DUPLICATE);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_A].units_filled, 0);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_B].units_filled, 2);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_A].units_skipped, 2);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_B].units_skipped, 0);
  holds_expect_counts(&holds, 1, 0, 0);
  holds_expect_state(&holds, "normal");
}

static void case_03_waiting_ends_to_the_nanosecond(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 2), PL_LINE_AHEAD);
  assert_int_equal(pl_line_due_ns(holds.driver.table), holds.now_ns + GAP_WAIT_NS);
  holds_tick(&holds, GAP_WAIT_NS - 1);
  holds_expect(&holds, "");
  holds_expect_counts(&holds, 1, 0, 0);
  holds_tick(&holds, 1);
  holds_expect(&holds, "4-6");
  holds_expect_counts(&holds, 1, 1, 2);
  assert_int_equal(pl_line_due_ns(holds.driver.table), UINT64_MAX);
  /* what comes now is too late */
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_LATE);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 2), PL_LINE_LATE);
  assert_int_equal(holds_channel(&holds)->late, 2);
  holds_expect_counts(&holds, 1, 1, 2);
}

static void case_03_second_hole_has_a_wait_of_its_own(void **state) {
  (void)state;
  for (uint32_t filled = 0; filled < 2; filled++) {
    (void)setup_joined(state);
    (void)holds_take(&holds, PL_LINE_A, 3, 1);
    (void)holds_take(&holds, PL_LINE_A, 5, 1);
    holds_tick(&holds, filled ? 600 : GAP_WAIT_NS);
    if (filled) assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
    holds_expect(&holds, filled ? "2-4" : "3-4");
    holds_tick(&holds, GAP_WAIT_NS - 1);
    holds_expect(&holds, "");
    holds_tick(&holds, 1);
    holds_expect(&holds, "5-6");
    holds_expect_counts(&holds, filled ? 1 : 2, 2 - filled, 2 - filled);
  }
}

/* Part of what is missing came: the venue is at it. More behind the hole says nothing of the kind.
 */
static void case_03_only_what_moves_the_hole_prolongs_the_wait(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 5, 1);
  holds_tick(&holds, 600);
  (void)holds_take(&holds, PL_LINE_A, 7, 1);
  (void)holds_take(&holds, PL_LINE_B, 4, 1);
  (void)holds_take(&holds, PL_LINE_B, 9, 0);
  (void)holds_take(&holds, PL_LINE_B, 2, 0); /* a heartbeat of a line that stands there */
  assert_int_equal(holds_channel(&holds)->due_ns, SECOND_NS + GAP_WAIT_NS);
  (void)holds_take(&holds, PL_LINE_B, 2, 1);
  assert_int_equal(holds_channel(&holds)->due_ns, SECOND_NS + 600 + GAP_WAIT_NS);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect(&holds, "2-3 4-6");
}

static void case_04_gap_on_both_lines_stays_until_it_is_mended(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 3, 1);
  (void)holds_take(&holds, PL_LINE_B, 3, 1);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_state(&holds, "stale");
  uint64_t lost_ns = holds.now_ns;
  for (uint32_t unit = 4; unit < 20; unit++) (void)holds_take(&holds, PL_LINE_A, unit, 1);
  holds_expect_state(&holds, "stale");
  assert_int_equal(pl_line_stale_ns(holds_channel(&holds), lost_ns + 70), 70);
  pl_line_mend(holds.driver.table, holds.driver.channel, lost_ns + 100);
  holds_expect_state(&holds, "normal");
  assert_int_equal(pl_line_stale_ns(holds_channel(&holds), lost_ns + 500), 100);
  assert_int_equal(holds_channel(&holds)->mended_by_snapshot, 1);
  pl_line_mend(holds.driver.table, holds.driver.channel, lost_ns + 600); /* nothing is broken */
  assert_int_equal(holds_channel(&holds)->mended_by_snapshot, 1);
}

static void case_05_heartbeat_reveals_the_tail_and_moves_nothing(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 2, 0), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 0), PL_LINE_AHEAD);
  assert_int_equal(holds_channel(&holds)->next_seq, 2);
  holds_expect_state(&holds, "gap wait");
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 1), PL_LINE_NEXT);
  holds_expect_state(&holds, "normal");
  holds_expect_counts(&holds, 1, 0, 0);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 7, 0), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 6, 0), PL_LINE_AHEAD); /* overtaken */
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_counts(&holds, 2, 1, 3);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 7, 1), PL_LINE_NEXT);
  holds_expect(&holds, "2-4 7-8");
}

static void case_05_heartbeat_beyond_a_hole_is_not_forgotten_with_it(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 3, 1);
  (void)holds_take(&holds, PL_LINE_A, 6, 0);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect(&holds, "3-4");
  holds_expect_counts(&holds, 2, 1, 1);
  holds_expect_state(&holds, "gap wait");
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_counts(&holds, 2, 2, 3);
  assert_int_equal(holds_channel(&holds)->next_seq, 6);
}

static void case_05_heartbeat_very_far_is_believed_the_second_time(void **state) {
  (void)state;
  uint64_t far = 2 + PL_LINE_JUMP_UNITS + 1;
  assert_int_equal(holds_take(&holds, PL_LINE_A, far, 0), PL_LINE_AHEAD);
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3 * far, 0), PL_LINE_AHEAD); /* says other */
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3 * far + 1, 0), PL_LINE_AHEAD);
  holds_expect_state(&holds, "gap wait");
  holds_tick(&holds, GAP_WAIT_NS);
  assert_int_equal(holds_channel(&holds)->next_seq, 3 * far + 1);
  holds_expect_counts(&holds, 1, 1, 3 * far - 1);
  uint64_t near = 3 * far + 1 + PL_LINE_JUMP_UNITS; /* not very far: at once */
  assert_int_equal(holds_take(&holds, PL_LINE_B, near, 0), PL_LINE_AHEAD);
  holds_expect_state(&holds, "gap wait");
}

static const struct {
  uint32_t bits;
  uint64_t base;
} wraps[] = {{32, UINT32_MAX - 2}, {32, INT32_MAX - 2}, {64, UINT64_MAX - 2}, {64, INT64_MAX - 2}};

static void case_07_numbers_wrap_inside_a_hole(void **state) {
  (void)state;
  for (uint32_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
    const struct pl_line_config config = {
        .seq_bits = wraps[i].bits, .silence_ns = SILENCE_NS, .gap_wait_ns = GAP_WAIT_NS};
    holds_open_with(&holds, &config, wraps[i].base);
    (void)holds_take(&holds, PL_LINE_A, 0, 1);
    assert_int_equal(holds_take(&holds, PL_LINE_A, 6, 2), PL_LINE_AHEAD);
    assert_int_equal(holds_take(&holds, PL_LINE_A, 2, 3), PL_LINE_AHEAD); /* over the end */
    assert_int_equal(holds_take(&holds, PL_LINE_A, 9, 0), PL_LINE_AHEAD);
    assert_int_equal(holds_take(&holds, PL_LINE_B, 1, 1), PL_LINE_NEXT);
    holds_expect(&holds, "0-5");
    holds_tick(&holds, GAP_WAIT_NS);
    holds_expect(&holds, "6-8");
    holds_tick(&holds, GAP_WAIT_NS);
    holds_expect_counts(&holds, 2, 2, 2);
    assert_int_equal(holds_take(&holds, PL_LINE_B, 5, 1), PL_LINE_LATE);
    assert_int_equal(holds_take(&holds, PL_LINE_B, 4, 1), PL_LINE_DUPLICATE);
    assert_int_equal(holds_take(&holds, PL_LINE_B, 7, 3), PL_LINE_NEXT);
    holds_expect(&holds, "9-10");
  }
}

#define TEST(name) cmocka_unit_test_setup(name, setup_joined)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_01_a_packet_counts_once_whatever_comes_again),
      TEST(case_01_what_is_held_counts_once_too),
      TEST(case_01_held_packet_that_became_known_is_a_duplicate),
      TEST(case_02_of_an_overlap_only_the_tail_is_new),
      TEST(case_03_reorder_of_two_is_no_gap),
      TEST(case_03_gap_on_one_line_is_filled_by_the_other),
      TEST(case_03_waiting_ends_to_the_nanosecond),
      TEST(case_03_second_hole_has_a_wait_of_its_own),
      TEST(case_03_only_what_moves_the_hole_prolongs_the_wait),
      TEST(case_04_gap_on_both_lines_stays_until_it_is_mended),
      TEST(case_05_heartbeat_reveals_the_tail_and_moves_nothing),
      TEST(case_05_heartbeat_beyond_a_hole_is_not_forgotten_with_it),
      TEST(case_05_heartbeat_very_far_is_believed_the_second_time),
      TEST(case_07_numbers_wrap_inside_a_hole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
