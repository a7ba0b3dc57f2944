/* What ends holding back before its time: no room, another run; and one packet that is so far ahead
 * that it may be a mistake. */
#include "tests/unit/dataplane/line/holds.h"

#define FAR (UINT64_C(3) * PL_LINE_JUMP_UNITS)

static struct holds holds;

static int setup_joined(void **state) {
  (void)state;
  holds_open(&holds, 0);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 1, 1), PL_LINE_FIRST);
  holds_expect(&holds, "1-2");
  return 0;
}

/* As many as one channel may hold; one more, and its first hole is given up. */
static void channel_that_holds_too_many_goes_on(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_LINE_HELD_EACH; i++)
    assert_int_equal(holds_take(&holds, PL_LINE_A, 3 + i, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_channel(&holds)->held, PL_LINE_HELD_EACH);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 10, 1), PL_LINE_DUPLICATE); /* needs no room */
  holds_expect(&holds, "");
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3 + PL_LINE_HELD_EACH, 1), PL_LINE_NEXT);
  holds_expect(&holds, "3-516");
  holds_expect_counts(&holds, 1, 1, 1);
  assert_int_equal(holds_channel(&holds)->held, 0);
}

/* Every second unit is missing: only the first hole has to go. */
static void for_want_of_room_only_the_first_hole_is_given_up(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_LINE_HELD_EACH; i++)
    assert_int_equal(holds_take(&holds, PL_LINE_A, 3 + 2 * i, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3 + 2 * PL_LINE_HELD_EACH, 1), PL_LINE_AHEAD);
  holds_expect(&holds, "3-4");
  holds_expect_counts(&holds, 2, 1, 1);
  assert_int_equal(holds_channel(&holds)->held, PL_LINE_HELD_EACH);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect(&holds, "5-6");
}

/* All channels share the slots: the one that finds none goes on without waiting. */
static void slots_are_shared_by_all_channels(void **state) {
  (void)state;
  _Static_assert(PL_LINE_HELD_MAX == 2 * PL_LINE_HELD_EACH, "two channels take all the slots");
  struct pl_line_table *table = holds.driver.table;
  struct line_driver drivers[3];
  for (uint32_t i = 0; i < 3; i++) {
    line_driver_open(&drivers[i], table, 0);
    if (i == 0) continue;
    drivers[i].channel = pl_line_channel(table, 20 + i);
    table->index_by_id[20 + i] = 0; /* as new for whoever comes next */
  }
  drivers[0].decoded = 1;
  const struct pl_line_place first = {.seq = 1, .seq_count = 1};
  for (uint32_t i = 1; i < 3; i++)
    (void)line_driver_take(&drivers[i], PL_LINE_A, &first, holds.now_ns);
  for (uint32_t i = 0; i < PL_LINE_HELD_MAX; i++) {
    const struct pl_line_place place = {.seq = 3 + i / 2, .seq_count = 1};
    assert_int_equal(line_driver_take(&drivers[i % 2], PL_LINE_A, &place, holds.now_ns),
                     PL_LINE_AHEAD);
  }
  const struct pl_line_place early = {.seq = 5, .seq_count = 1}, next = {.seq = 7, .seq_count = 1};
  assert_int_equal(line_driver_take(&drivers[2], PL_LINE_A, &early, holds.now_ns), PL_LINE_NEXT);
  assert_int_equal(drivers[2].no_room, 1);
  assert_int_equal(line_driver_channel(&drivers[2])->units_lost, 3);
  const struct pl_line_place filling = {.seq = 2, .seq_count = 1};
  assert_int_equal(line_driver_take(&drivers[1], PL_LINE_B, &filling, holds.now_ns), PL_LINE_NEXT);
  assert_int_equal(line_driver_channel(&drivers[1])->next_seq, 3 + PL_LINE_HELD_EACH);
  assert_int_equal(line_driver_take(&drivers[2], PL_LINE_A, &next, holds.now_ns), PL_LINE_AHEAD);
  for (uint32_t i = 0; i < 3; i++) line_driver_check(&drivers[i]);
}

static void where_nobody_waits_a_gap_is_a_gap_at_once(void **state) {
  (void)state;
  const struct pl_line_config config = {.seq_bits = 64, .silence_ns = SILENCE_NS};
  holds_open_with(&holds, &config, 0);
  (void)holds_take(&holds, PL_LINE_A, 1, 1);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 1), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 6, 0), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3, 2), PL_LINE_LATE);
  holds_expect(&holds, "1-2 4-5");
  holds_expect_counts(&holds, 0, 2, 3);
}

static void case_06_restart_drops_what_is_held(void **state) {
  (void)state;
  for (uint64_t unit = 2; unit < 100; unit++) (void)holds_take(&holds, PL_LINE_A, unit, 1);
  (void)holds_take(&holds, PL_LINE_A, 101, 1);
  (void)holds_take(&holds, PL_LINE_A, 103, 1);
  holds.driver.out.count = 0;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 1, 1), PL_LINE_RESTART); /* the same session */
  holds_expect(&holds, "1-2");
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds_channel(&holds)->late, 2);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
  holds_tick(&holds, 10 * GAP_WAIT_NS);
  holds_expect_counts(&holds, 1, 0, 0);
}

static void case_06_channel_that_is_forgotten_has_no_hole(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 3, 1);
  (void)holds_take(&holds, PL_LINE_A, 6, 0);
  assert_int_equal(pl_line_forget(holds.driver.table, holds.driver.channel), 1);
  holds.driver.decoded--, holds.driver.late++;
  uint32_t index;
  uint64_t now_ns = holds.now_ns + GAP_WAIT_NS;
  assert_int_equal(pl_line_tick(holds.driver.table, now_ns, &index), PL_LINE_NOTHING);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 1), PL_LINE_FIRST);
  holds_expect_counts(&holds, 1, 0, 0);
}

static void case_06_session_changes_while_packets_are_held(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 3, 1);
  (void)holds_take(&holds, PL_LINE_A, 9, 0);
  holds.session = 1;
  assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 0), PL_LINE_LATE); /* no heartbeat does it */
  assert_int_equal(holds_channel(&holds)->held, 1);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_RESTART);
  holds_expect(&holds, "2-3");
  holds_expect_state(&holds, "stale"); /* of the new run, unit 1 is missing */
  holds.session = 0;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 2, 1), PL_LINE_LATE); /* of the old run */
  holds.session = 1;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 4, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3, 1), PL_LINE_NEXT);
  holds_expect(&holds, "3-5");
  holds_expect_counts(&holds, 2, 0, 0);
}

/* It does not stay longer for what comes meanwhile. */
static void case_07_one_packet_far_ahead_is_dropped(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, FAR, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_B, FAR, 1), PL_LINE_DUPLICATE); /* is no witness */
  holds_tick(&holds, GAP_WAIT_NS - 1);
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
  assert_int_equal(holds.driver.alone, 0);
  holds_tick(&holds, 1);
  assert_int_equal(holds.driver.alone, 1);
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds_take(&holds, PL_LINE_A, 3, 1), PL_LINE_NEXT);
  holds_expect(&holds, "2-4");
  holds_expect_counts(&holds, 1, 0, 0);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_B].units_filled, 0);
}

/* A packet that is not quite so far is believed alone. */
static void how_far_is_too_far(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 2 + PL_LINE_JUMP_UNITS, 1), PL_LINE_AHEAD);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_counts(&holds, 1, 1, PL_LINE_JUMP_UNITS);
}

/* The venue went on for long without us: what comes next agrees, be it held or dropped before. */
static void case_07_packet_far_ahead_is_believed_with_the_next(void **state) {
  (void)state;
  for (uint32_t slow = 0; slow < 3; slow++) {
    (void)setup_joined(state);
    (void)holds_take(&holds, PL_LINE_A, FAR, 1);
    if (slow == 1) holds_tick(&holds, GAP_WAIT_NS);
    if (slow == 2) (void)holds_take(&holds, PL_LINE_A, FAR + 1, 0);
    if (slow != 2) assert_int_equal(holds_take(&holds, PL_LINE_A, FAR + 1, 1), PL_LINE_AHEAD);
    holds_tick(&holds, GAP_WAIT_NS);
    assert_int_equal(holds.driver.alone, slow == 1);
    assert_int_equal(holds_channel(&holds)->next_seq, FAR + (slow == 2 ? 1 : 2));
    assert_int_equal(holds_channel(&holds)->gaps, 1);
  }
}

/* A mistaken number on the line that lags: the line must not seem to have gone back from there. */
static void packet_that_was_not_believed_is_no_place_to_go_back_from(void **state) {
  (void)state;
  for (uint32_t beat = 0; beat < 2; beat++) {
    (void)setup_joined(state);
    (void)holds_take(&holds, PL_LINE_B, 1, 1);
    (void)holds_take(&holds, PL_LINE_B, FAR + 100, 1 - beat);
    holds_tick(&holds, GAP_WAIT_NS);
    for (uint64_t unit = 2; unit < 4 * PL_LINE_RESTART_RUN; unit++) {
      assert_int_equal(holds_take(&holds, PL_LINE_A, unit, 1), PL_LINE_NEXT);
      assert_int_equal(holds_take(&holds, PL_LINE_B, unit, 1), PL_LINE_DUPLICATE);
    }
    assert_int_equal(holds_channel(&holds)->lines[PL_LINE_B].units_skipped, 0);
  }
}

/* What a mistake seemed to show was no hole: a real one gets all of its wait. */
static void hole_before_a_far_packet_is_waited_for_from_its_beginning(void **state) {
  (void)state;
  for (uint32_t beat = 0; beat < 2; beat++) {
    (void)setup_joined(state);
    (void)holds_take(&holds, PL_LINE_A, FAR, 1);
    holds_tick(&holds, GAP_WAIT_NS - 1);
    assert_int_equal(holds_take(&holds, PL_LINE_B, 3, 1 - beat), PL_LINE_AHEAD);
    holds_tick(&holds, GAP_WAIT_NS - 1);
    holds_expect_counts(&holds, 1, 0, 0);
    assert_int_equal(holds_take(&holds, PL_LINE_A, 2, 1), PL_LINE_NEXT);
    holds_expect(&holds, beat ? "2-3" : "2-4");
  }
}

/* A wait for what nothing shows to be missing any more: a heartbeat showed it beside the far one.
 */
static void tail_behind_a_far_packet_is_still_waited_for(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, FAR, 1);
  (void)holds_take(&holds, PL_LINE_B, 4, 0);
  holds_tick(&holds, GAP_WAIT_NS);
  assert_int_equal(holds.driver.alone, 1);
  holds_expect_counts(&holds, 1, 1, 2);
  assert_int_equal(holds_channel(&holds)->next_seq, 4);
  (void)holds_take(&holds, PL_LINE_A, 3 * FAR, 1);
  (void)holds_take(&holds, PL_LINE_B, 6, 0);
  holds_tick(&holds, GAP_WAIT_NS - 1);
  (void)holds_take(&holds, PL_LINE_B, 4, 1);
  holds_tick(&holds, 1); /* the tail became smaller just now */
  assert_int_equal(holds.driver.alone, 2);
  holds_expect_counts(&holds, 2, 1, 2);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_counts(&holds, 2, 2, 3);
}

#define TEST(name) cmocka_unit_test_setup(name, setup_joined)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(channel_that_holds_too_many_goes_on),
      TEST(for_want_of_room_only_the_first_hole_is_given_up),
      TEST(slots_are_shared_by_all_channels),
      TEST(where_nobody_waits_a_gap_is_a_gap_at_once),
      TEST(case_06_restart_drops_what_is_held),
      TEST(case_06_channel_that_is_forgotten_has_no_hole),
      TEST(case_06_session_changes_while_packets_are_held),
      TEST(case_07_one_packet_far_ahead_is_dropped),
      TEST(how_far_is_too_far),
      TEST(case_07_packet_far_ahead_is_believed_with_the_next),
      TEST(packet_that_was_not_believed_is_no_place_to_go_back_from),
      TEST(hole_before_a_far_packet_is_waited_for_from_its_beginning),
      TEST(tail_behind_a_far_packet_is_still_waited_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
