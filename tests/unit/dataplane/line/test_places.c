/* Venues that count messages, send heartbeats and name their sessions. */
#include "tests/unit/dataplane/line/table.h"

static struct table table;

static int setup(void **state) {
  (void)state;
  table_open(&table, 64);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  table_close(&table);
  return 0;
}

static enum pl_line_verdict take(enum pl_line_id line, uint64_t session, uint64_t seq,
                                 uint32_t seq_count) {
  uint32_t index = pl_line_channel(table.lines, 1);
  const struct pl_line_place place = {.session = session, .seq = seq, .seq_count = seq_count};
  bool was_silent;
  return table_take_place(&table, index, line, &place, SECOND_NS, &was_silent);
}

static const struct pl_channel *channel(void) {
  return table_channel(&table, 1);
}

static void heartbeat_is_no_message(void **state) {
  (void)state;
  assert_int_equal(take(PL_LINE_A, 7, 1, 0), PL_LINE_FIRST);
  for (uint32_t i = 0; i < 100; i++) assert_int_equal(take(PL_LINE_A, 7, 1, 0), PL_LINE_NEXT);
  assert_int_equal(take(PL_LINE_A, 7, 1, 3), PL_LINE_NEXT);
  assert_int_equal(take(PL_LINE_B, 7, 4, 0), PL_LINE_NEXT);
  assert_true(channel()->whole);
  assert_int_equal(channel()->next_seq, 4);
}

static void heartbeat_reveals_what_was_lost_at_the_tail(void **state) {
  (void)state;
  (void)take(PL_LINE_A, 7, 1, 10);
  assert_int_equal(take(PL_LINE_A, 7, 14, 0), TABLE_GAP);
  assert_int_equal(channel()->units_lost, 3);
  assert_false(channel()->whole);
  assert_int_equal(take(PL_LINE_A, 7, 14, 1), PL_LINE_NEXT);
}

/* A publisher that hangs repeats an old heartbeat: no run of packets, no restart. */
static void stuck_heartbeat_is_late_for_ever(void **state) {
  (void)state;
  for (uint64_t seq = 1; seq < 5000; seq += 10) (void)take(PL_LINE_A, 7, seq, 10);
  for (uint32_t i = 0; i < 3 * PL_LINE_RESTART_RUN; i++)
    assert_int_equal(take(PL_LINE_A, 7, 101, 0), PL_LINE_LATE);
  assert_int_equal(channel()->restarts, 0);
}

static void run_back_is_counted_in_units(void **state) {
  (void)state;
  for (uint64_t seq = 5001; seq < 6000; seq += 10) (void)take(PL_LINE_A, 7, seq, 10);
  for (uint64_t i = 0; i < PL_LINE_RESTART_RUN - 1; i++)
    assert_int_equal(take(PL_LINE_A, 7, 301 + 3 * i, 3), PL_LINE_LATE);
  assert_int_equal(take(PL_LINE_A, 7, 301 + 3 * (PL_LINE_RESTART_RUN - 1), 3), PL_LINE_RESTART);
  assert_false(channel()->whole); /* it was joined in the middle */
}

/* Case 6: the sequence goes to 1 with the same session, and with a new one. */
static void restart_under_the_same_session_and_under_a_new_one(void **state) {
  (void)state;
  (void)take(PL_LINE_A, 7, 1, 5);
  assert_int_equal(take(PL_LINE_A, 7, 1, 5), PL_LINE_DUPLICATE); /* may still be a late copy */
  (void)take(PL_LINE_A, 7, 6, 100);
  assert_int_equal(take(PL_LINE_A, 7, 1, 5), PL_LINE_RESTART);
  assert_true(channel()->whole);
  assert_int_equal(take(PL_LINE_A, 8, 1, 5), PL_LINE_RESTART);
  assert_int_equal(take(PL_LINE_A, 8, 6, 5), PL_LINE_NEXT);
  assert_int_equal(take(PL_LINE_A, 7, 6, 5), PL_LINE_LATE); /* a packet of the old run after it */
  assert_int_equal(channel()->next_seq, 11);
  assert_true(channel()->whole);
}

/* A test session of the venue, a corrupt header: one packet must not cost the day. */
static void stray_packet_of_another_session_is_got_over(void **state) {
  (void)state;
  for (uint64_t seq = 1; seq < 1000; seq += 5) (void)take(PL_LINE_A, 7, seq, 5);
  assert_int_equal(take(PL_LINE_A, 9, 4, 0), PL_LINE_LATE); /* a heartbeat alone begins nothing */
  assert_int_equal(take(PL_LINE_A, 7, 1001, 5), PL_LINE_NEXT);
  assert_int_equal(take(PL_LINE_A, 9, 4, 1), PL_LINE_RESTART);
  uint64_t seq = 1006;
  for (uint32_t i = 1; i < PL_LINE_RESTART_RUN; i++, seq += 5)
    assert_int_equal(take(PL_LINE_A, 7, seq, 5), PL_LINE_LATE);
  assert_int_equal(take(PL_LINE_A, 7, seq, 5), PL_LINE_RESTART);
  assert_int_equal(take(PL_LINE_A, 7, seq + 5, 5), PL_LINE_NEXT);
  assert_false(channel()->whole);
}

/* A line that lags brings the end of the old session, however long it takes. */
static void lagging_line_of_the_old_session_never_brings_it_back(void **state) {
  (void)state;
  for (uint64_t seq = 1; seq < 1000; seq += 5) (void)take(PL_LINE_A, 7, seq, 5);
  assert_int_equal(take(PL_LINE_A, 8, 1, 5), PL_LINE_RESTART);
  for (uint64_t seq = 401; seq < 1000; seq += 5)
    assert_int_equal(take(PL_LINE_B, 7, seq, 5), PL_LINE_LATE);
  assert_int_equal(take(PL_LINE_A, 8, 6, 5), PL_LINE_NEXT);
}

static void new_session_that_counts_on_is_a_restart(void **state) {
  (void)state;
  (void)take(PL_LINE_A, 7, 1, 100);
  (void)take(PL_LINE_B, 7, 1, 100);
  assert_int_equal(take(PL_LINE_A, 8, 101, 5), PL_LINE_RESTART);
  assert_false(channel()->whole);
  assert_int_equal(take(PL_LINE_B, 7, 101, 5), PL_LINE_LATE);
  assert_int_equal(take(PL_LINE_B, 8, 106, 5), PL_LINE_NEXT);
}

static void whole_ends_with_the_first_loss(void **state) {
  (void)state;
  (void)take(PL_LINE_A, 0, 2, 1);
  assert_false(channel()->whole); /* joined late */
  table_close(&table);
  table_open(&table, 64);
  (void)take(PL_LINE_A, 0, 1, 4);
  assert_true(channel()->whole);
  assert_int_equal(take(PL_LINE_A, 0, 5, 4), PL_LINE_NEXT);
  assert_true(channel()->whole);
  pl_line_tear(table.lines, pl_line_channel(table.lines, 1), SECOND_NS);
  assert_false(channel()->whole);
  assert_int_equal(take(PL_LINE_A, 0, 9, 4), PL_LINE_NEXT);
  assert_false(channel()->whole);
}

/* A loop of snapshots shorter than the window: its first packet is the next round, no duplicate. */
static void recovery_channel_goes_round_in_short_loops(void **state) {
  (void)state;
  uint32_t index = pl_line_channel(table.lines, 1);
  for (uint32_t i = 0; i < 12; i++) {
    const struct pl_line_place place = {
        .seq = 1 + i % 3, .seq_count = 1, .recovery = true, .loops = true};
    enum pl_line_verdict wanted = i == 0       ? PL_LINE_FIRST
                                  : i % 3 == 0 ? PL_LINE_RESTART
                                               : PL_LINE_NEXT;
    bool was_silent;
    assert_int_equal(table_take_place(&table, index, PL_LINE_A, &place, SECOND_NS, &was_silent),
                     wanted);
    if (i == 2)
      (void)pl_line_commit(table.lines, index, PL_LINE_B, &place, PL_LINE_DUPLICATE, 0, 1);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(heartbeat_is_no_message),
      TEST(heartbeat_reveals_what_was_lost_at_the_tail),
      TEST(stuck_heartbeat_is_late_for_ever),
      TEST(run_back_is_counted_in_units),
      TEST(restart_under_the_same_session_and_under_a_new_one),
      TEST(stray_packet_of_another_session_is_got_over),
      TEST(lagging_line_of_the_old_session_never_brings_it_back),
      TEST(new_session_that_counts_on_is_a_restart),
      TEST(recovery_channel_goes_round_in_short_loops),
      TEST(whole_ends_with_the_first_loss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
