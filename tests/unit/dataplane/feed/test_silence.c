/* Silence: a channel that stops speaking makes its instruments stale, whatever else goes on. */
#include "tests/unit/dataplane/feed/wires.h"

static struct wires wires;

static int setup(void **state) {
  (void)state;
  wires_open(&wires);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  wires_close(&wires);
  return 0;
}

static void silence_is_told_once_and_resumption_after_it(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  assert_int_equal(wires_ticker(&wires, 2, 1, 20), PL_OK);
  wires_tick(&wires, SILENCE_NS);
  assert_int_equal(wires.count, 0); /* exactly the limit is not over it */
  assert_int_equal(wires_ticker(&wires, 2, 2, 20), PL_OK);
  wires_tick(&wires, SECOND_NS);
  assert_int_equal(wires.count, 1);
  assert_int_equal(wires_told(&wires, 10, PL_COND_SILENT), 1);
  assert_int_equal(wires.events[0].flags, PL_EVF_EVENT_END | PL_EVF_STALE);
  wires_tick(&wires, SECOND_NS);
  assert_int_equal(wires.count, 0);
  assert_int_equal(wires_ticker(&wires, 1, 2, 10), PL_OK);
  assert_int_equal(wires_told(&wires, 10, PL_COND_RESUMED), 1);
  assert_int_equal(wires.events[0].aux, PL_COND_RESUMED); /* before the packet's own */
  assert_int_equal(wires.events[0].flags, PL_EVF_EVENT_END);
  assert_int_equal(wires_told(&wires, 10, PL_COND_GAP), 0);
}

static void resumption_with_loss_is_told_after_the_gap(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  wires_tick(&wires, SILENCE_NS + SECOND_NS);
  assert_int_equal(wires_ticker(&wires, 1, 4, 10), PL_OK);
  assert_int_equal(wires.events[0].aux, PL_COND_GAP);
  assert_int_equal(wires.events[1].aux, PL_COND_RESUMED);
}

/* A frame that comes after a pause tells the silence first, then its own channel's return. */
static void pause_of_the_whole_feed_is_seen_by_the_next_frame(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  assert_int_equal(wires_ticker(&wires, 2, 1, 20), PL_OK);
  wires.now_ns += SILENCE_NS + SECOND_NS;
  assert_int_equal(wires_ticker(&wires, 1, 2, 10), PL_OK);
  assert_int_equal(wires_told(&wires, 10, PL_COND_SILENT), 1);
  assert_int_equal(wires_told(&wires, 20, PL_COND_SILENT), 1);
  assert_int_equal(wires_told(&wires, 10, PL_COND_RESUMED), 1);
  assert_int_equal(wires_told(&wires, 20, PL_COND_RESUMED), 0);
  assert_int_equal(wires.events[2].aux, PL_COND_RESUMED);
}

static void snapshot_channel_is_silent_by_nature(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 101, 1, 10), PL_OK);
  for (uint32_t second = 1; second < 9; second++) {
    wires.now_ns += SECOND_NS;
    assert_int_equal(wires_ticker(&wires, 1, second, 10), PL_OK);
    assert_int_equal(wires_told(&wires, 10, PL_COND_SILENT), 0);
  }
}

/* Snapshots alone do not make an instrument live: its own channel has to speak. */
static void channel_that_never_spoke_falls_silent(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 101, 1, 10), PL_OK);
  wires_tick(&wires, SILENCE_NS + SECOND_NS);
  assert_int_equal(wires_told(&wires, 10, PL_COND_SILENT), 1);
}

static void instrument_listed_on_a_silent_channel_is_told_so(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 101, 1, 10), PL_OK);
  wires_tick(&wires, SILENCE_NS + SECOND_NS);
  uint32_t told = 0;
  assert_int_equal(wires_ticker(&wires, 101, 2, 11), PL_OK);
  told += wires_told(&wires, 11, PL_COND_SILENT);
  wires_tick(&wires, SECOND_NS);
  told += wires_told(&wires, 11, PL_COND_SILENT);
  assert_true(told > 0);
}

/* Nothing could be told for a while: what is told at last ends with how things are. */
static void sweeps_held_up_end_with_the_newest_state(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  wires.now_ns += SILENCE_NS + SECOND_NS;
  pl_feed_tick(wires.feed, wires.now_ns); /* silent, not told */
  wires_begin(&wires, 1, 2);
  wires_wrap(&wires);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK); /* resumed, not told */
  pl_feed_abandon(wires.feed);
  wires.now_ns += SILENCE_NS + SECOND_NS;
  pl_feed_tick(wires.feed, wires.now_ns); /* silent again */
  wires_drain(&wires);
  enum pl_condition last = PL_COND_COUNT;
  for (uint32_t i = 0; i < wires.count; i++)
    if (wires.events[i].aux != PL_COND_GAP) last = (enum pl_condition)wires.events[i].aux;
  assert_int_equal(last, PL_COND_SILENT);
}

/* A clock that steps back (a corrected capture, a second port) must not stop the watch. */
static void receive_clock_may_step_back(void **state) {
  (void)state;
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  wires.now_ns -= 100 * SECOND_NS;
  wires_tick(&wires, 0);
  assert_int_equal(wires.count, 0);
  assert_int_equal(wires_ticker(&wires, 1, 2, 10), PL_OK);
  wires_tick(&wires, SILENCE_NS + SECOND_NS);
  assert_int_equal(wires_told(&wires, 10, PL_COND_SILENT), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(silence_is_told_once_and_resumption_after_it),
      TEST(resumption_with_loss_is_told_after_the_gap),
      TEST(pause_of_the_whole_feed_is_seen_by_the_next_frame),
      TEST(snapshot_channel_is_silent_by_nature),
      TEST(channel_that_never_spoke_falls_silent),
      TEST(instrument_listed_on_a_silent_channel_is_told_so),
      TEST(sweeps_held_up_end_with_the_newest_state),
      TEST(receive_clock_may_step_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
