/* A venue is asked to send units again: how often, how many at once, and what ends the waiting. */
#include "tests/unit/dataplane/line/holds.h"

#define PAGE_UNITS 4u

static struct holds holds;

/* Units 2 and 3 are missing, and the venue was asked. */
static int setup_asked(void **state) {
  (void)state;
  holds_open(&holds, PAGE_UNITS);
  (void)holds_take(&holds, PL_LINE_A, 1, 1);
  (void)holds_take(&holds, PL_LINE_A, 4, 1);
  holds_expect_request(&holds, "");
  holds_tick(&holds, GAP_WAIT_NS - 1);
  holds_expect_request(&holds, "");
  assert_int_equal(holds.driver.waiting, 0);
  holds_tick(&holds, 1);
  holds_expect_request(&holds, "2-4");
  holds_expect_request(&holds, "");
  holds_expect_state(&holds, "resend wait");
  assert_int_equal(holds.driver.waiting, 1);
  holds_expect(&holds, "1-2");
  return 0;
}

static void expect_whole(const char *out, uint64_t filled) {
  holds_expect(&holds, out);
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds.driver.whole, 1);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_RESEND].units_filled, filled);
  assert_int_equal(holds_channel(&holds)->gaps, 0);
}

static void expect_lost(const char *out) {
  holds_expect(&holds, out);
  holds_expect_state(&holds, "stale");
  assert_int_equal(holds.driver.whole, 0);
  assert_int_equal(holds_channel(&holds)->gaps, 1);
}

static void case_03_hole_is_filled_by_what_is_sent_again(void **state) {
  (void)state;
  holds_tick(&holds, RESEND_WAIT_NS - 1);
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  expect_whole("2-5", 2);
  holds_tick(&holds, 10 * RESEND_WAIT_NS);
  holds_expect_request(&holds, "");
  assert_int_equal(pl_line_stale_ns(holds_channel(&holds), holds.now_ns), RESEND_WAIT_NS - 1);
}

static void answer_that_comes_before_its_channel_is_of_no_use(void **state) {
  (void)state;
  holds_open(&holds, PAGE_UNITS);
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_LATE);
  assert_false(holds_channel(&holds)->started);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 1), PL_LINE_FIRST);
  holds.session = 9; /* and one of another session begins none */
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 1, 1), PL_LINE_LATE);
}

static void case_10_asked_three_times_in_vain(void **state) {
  (void)state;
  for (uint32_t asks = 1; asks < PL_LINE_ASKS_MAX; asks++) {
    holds_tick(&holds, RESEND_WAIT_NS - 1);
    holds_expect_request(&holds, "");
    holds_tick(&holds, 1);
    holds_expect_request(&holds, "2-4");
  }
  holds_tick(&holds, RESEND_WAIT_NS - 1);
  holds_expect(&holds, "");
  holds_tick(&holds, 1);
  expect_lost("4-5");
  assert_int_equal(holds.driver.waiting, 1); /* told once */
  holds_expect_request(&holds, "");
}

/* As many as one request may be for, and on from where the answer ends. */
static void case_10_requests_are_paged(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 15, 1), PL_LINE_AHEAD);
  holds_tick(&holds, GAP_WAIT_NS);
  static const char *const pages[] = {"5-9", "9-13", "13-15"};
  for (uint32_t i = 0; i < 3; i++) {
    holds_expect_request(&holds, pages[i]);
    holds_tick(&holds, RESEND_WAIT_NS - 1);
    uint32_t count = i < 2 ? PAGE_UNITS : 2;
    assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 5 + i * PAGE_UNITS, count), PL_LINE_NEXT);
  }
  holds_expect(&holds, "2-16");
  holds_expect_request(&holds, "");
  holds_expect_state(&holds, "normal");
  assert_int_equal(holds.driver.whole, 2);
  assert_int_equal(holds_channel(&holds)->gaps, 0);
}

static void case_10_short_answer_is_asked_on_from(void **state) {
  (void)state;
  holds_tick(&holds, RESEND_WAIT_NS);
  holds_expect_request(&holds, "2-4"); /* the second request of three */
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 1), PL_LINE_NEXT);
  for (uint32_t asks = 0; asks < PL_LINE_ASKS_MAX; asks++) {
    holds_expect(&holds, asks == 0 ? "2-3" : "");
    holds_expect_request(&holds, "3-4"); /* it brought something: three that may not, anew */
    holds_tick(&holds, RESEND_WAIT_NS);
  }
  expect_lost("4-5");
}

/* The venue's answer to the request for what is missing first. */
static void refuse(bool try_again, uint64_t retry_ns) {
  pl_line_refuse(holds.driver.table, holds.driver.channel, holds_channel(&holds)->next_seq,
                 try_again, retry_ns, holds.now_ns);
}

static void case_10_refused_for_ever_is_lost_at_once(void **state) {
  (void)state;
  refuse(false, 0);
  holds_expect(&holds, "");
  holds_tick(&holds, 0);
  expect_lost("4-5");
}

static void case_10_refused_for_now_is_asked_again_in_time(void **state) {
  (void)state;
  for (uint32_t asks = 1; asks < PL_LINE_ASKS_MAX; asks++) {
    refuse(true, 700);
    holds_tick(&holds, 699);
    holds_expect_request(&holds, "");
    holds_tick(&holds, 1);
    holds_expect_request(&holds, "2-4");
  }
  refuse(true, 700);
  holds_tick(&holds, 700);
  expect_lost("4-5");
}

/* Nobody asked, or it came meanwhile: a refusal is about nothing. */
static void case_10_late_refusal_changes_nothing(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_B, 2, 2);
  expect_whole("2-5", 0);
  refuse(false, 0);
  (void)holds_take(&holds, PL_LINE_A, 6, 1);
  refuse(false, 0);
  holds_tick(&holds, GAP_WAIT_NS - 1);
  holds_expect_state(&holds, "gap wait");
  holds_tick(&holds, 1);
  holds_expect_request(&holds, "5-6");
}

/* It is an answer to the request before: what is asked for now may well come. */
static void case_10_refusal_of_another_request_changes_nothing(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_B, 2, 1);
  holds_expect_request(&holds, "3-4");
  pl_line_refuse(holds.driver.table, holds.driver.channel, 2, false, 0, holds.now_ns);
  holds_tick(&holds, RESEND_WAIT_NS - 1);
  holds_expect_state(&holds, "resend wait");
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 3, 1), PL_LINE_NEXT);
  expect_whole("2-5", 1);
}

static void case_10_answer_races_the_multicast_copy(void **state) {
  (void)state;
  for (uint32_t late = 0; late < 2; late++) {
    (void)setup_asked(state);
    enum pl_line_id first = late ? PL_LINE_B : PL_LINE_RESEND;
    enum pl_line_id second = late ? PL_LINE_RESEND : PL_LINE_B;
    assert_int_equal(holds_take(&holds, first, 2, 2), PL_LINE_NEXT);
    assert_int_equal(holds_take(&holds, second, 2, 2), PL_LINE_DUPLICATE);
    expect_whole("2-5", late ? 0 : 2);
    assert_int_equal(holds_channel(&holds)->duplicates, 1);
  }
  (void)setup_asked(state); /* half and half, in pieces that overlap */
  assert_int_equal(holds_take(&holds, PL_LINE_B, 2, 1), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  expect_whole("2-5", 1);
}

/* It came after the request was due and before anybody took it. */
static void case_10_request_that_nobody_needs_any_more_is_not_sent(void **state) {
  (void)state;
  holds_open(&holds, PAGE_UNITS);
  (void)holds_take(&holds, PL_LINE_A, 1, 1);
  (void)holds_take(&holds, PL_LINE_A, 4, 1);
  holds_tick(&holds, GAP_WAIT_NS);
  (void)holds_take(&holds, PL_LINE_B, 2, 2);
  holds_expect_request(&holds, "");
  assert_int_equal(holds.driver.whole, 1);
}

static void case_10_second_gap_during_the_first_is_asked_for_too(void **state) {
  (void)state;
  (void)holds_take(&holds, PL_LINE_A, 7, 1);
  (void)holds_take(&holds, PL_LINE_A, 9, 0);
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  holds_expect(&holds, "2-5");
  holds_expect_request(&holds, "5-7");
  assert_int_equal(holds.driver.whole, 0); /* not yet */
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 5, 2), PL_LINE_NEXT);
  holds_expect_request(&holds, "8-9");
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 8, 1), PL_LINE_NEXT);
  expect_whole("5-9", 5);
  assert_int_equal(holds_channel(&holds)->holes, 1);
}

static void case_06_restart_ends_a_request(void **state) {
  (void)state;
  holds_tick(&holds, 2 * RESEND_WAIT_NS);
  holds.session = 1;
  assert_int_equal(holds_take(&holds, PL_LINE_A, 1, 1), PL_LINE_RESTART);
  expect_whole("1-2", 0);
  holds_expect_request(&holds, "");
  assert_int_equal(holds_channel(&holds)->late, 1);
  assert_int_equal(holds_channel(&holds)->lines[PL_LINE_A].units_filled, 0);
  (void)holds_take(&holds, PL_LINE_A, 3, 1); /* the new run's first hole is asked for three times */
  holds_tick(&holds, GAP_WAIT_NS);
  for (uint32_t asks = 0; asks < PL_LINE_ASKS_MAX; asks++) {
    holds_expect_request(&holds, "2-3");
    assert_int_equal(holds_channel(&holds)->gaps, 0);
    holds_tick(&holds, RESEND_WAIT_NS);
  }
  holds_expect(&holds, "3-4");
}

/* Without sessions too: an answer is asked for, so it is never of the run before. */
static void case_06_answers_are_taken_after_a_restart(void **state) {
  (void)state;
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 5, 2 * PL_LINE_WINDOW_UNITS), PL_LINE_NEXT);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 1, 8), PL_LINE_RESTART);
  assert_int_equal(holds_take(&holds, PL_LINE_A, 11, 1), PL_LINE_AHEAD);
  holds_tick(&holds, GAP_WAIT_NS);
  holds_expect_request(&holds, "9-11");
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 9, 2), PL_LINE_NEXT);
  holds_expect_state(&holds, "normal");
}

/* What is believed by nobody is dropped, and then nothing is missing any more: that is told. */
static void far_packet_behind_a_request_does_not_keep_it(void **state) {
  (void)state;
  uint64_t far = UINT64_C(3) * PL_LINE_JUMP_UNITS;
  assert_int_equal(holds_take(&holds, PL_LINE_A, far, 1), PL_LINE_AHEAD);
  assert_int_equal(holds_take(&holds, PL_LINE_RESEND, 2, 2), PL_LINE_NEXT);
  holds_expect_request(&holds, "");
  assert_int_equal(holds.driver.whole, 0);
  holds_tick(&holds, RESEND_WAIT_NS);
  expect_whole("2-5", 2);
  assert_int_equal(holds.driver.alone, 1);
}

static void channels_ask_in_turn(void **state) {
  (void)state;
  struct pl_line_table *table = holds.driver.table;
  uint8_t byte = 0;
  const struct pl_packet packet = {.data = &byte, .size_bytes = 1};
  for (uint32_t id = 20; id < 23; id++) {
    uint32_t index = pl_line_channel(table, id);
    table->index_by_id[id] = 0; /* as new for whoever comes next */
    const struct pl_line_place places[] = {{.seq = 1, .seq_count = 1}, {.seq = id, .seq_count = 1}};
    (void)pl_line_commit(table, index, PL_LINE_A, &places[0], PL_LINE_FIRST, 0, holds.now_ns);
    assert_int_equal(pl_line_hold(table, index, PL_LINE_A, &places[1], &packet, holds.now_ns, 0),
                     PL_LINE_AHEAD);
  }
  uint32_t index, count;
  uint64_t seq, now_ns = holds.now_ns + GAP_WAIT_NS;
  for (uint32_t i = 1; i <= 3; i++) {
    assert_int_equal(pl_line_tick(table, now_ns, &index), PL_LINE_ASKED);
    assert_int_equal(index, i);
  }
  assert_int_equal(pl_line_tick(table, now_ns, &index), PL_LINE_NOTHING);
  for (uint32_t i = 1; i <= 3; i++) {
    assert_true(pl_line_ask(table, &index, &seq, &count));
    assert_int_equal(index, i);
    assert_int_equal(seq, 2);
    assert_int_equal(count, PAGE_UNITS);
  }
  assert_false(pl_line_ask(table, &index, &seq, &count));
}

#define TEST(name) cmocka_unit_test_setup(name, setup_asked)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_03_hole_is_filled_by_what_is_sent_again),
      TEST(answer_that_comes_before_its_channel_is_of_no_use),
      TEST(case_10_asked_three_times_in_vain),
      TEST(case_10_requests_are_paged),
      TEST(case_10_short_answer_is_asked_on_from),
      TEST(case_10_refused_for_ever_is_lost_at_once),
      TEST(case_10_refused_for_now_is_asked_again_in_time),
      TEST(case_10_late_refusal_changes_nothing),
      TEST(case_10_refusal_of_another_request_changes_nothing),
      TEST(case_10_answer_races_the_multicast_copy),
      TEST(case_10_request_that_nobody_needs_any_more_is_not_sent),
      TEST(case_10_second_gap_during_the_first_is_asked_for_too),
      TEST(case_06_restart_ends_a_request),
      TEST(case_06_answers_are_taken_after_a_restart),
      TEST(far_packet_behind_a_request_does_not_keep_it),
      TEST(channels_ask_in_turn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
