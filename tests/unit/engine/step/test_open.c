/* Commands and statuses that fall into the middle of a venue's event: the book is half applied, and
 * what is half applied is neither checked nor decided on. */
#include "tests/unit/engine/step/script.h"

#define MID (50000 * E9)

static struct script script;

static int setup(void **state) {
  (void)state;
  script_open(&script);
  script_live(&script, 0, PL_KIND_LINEAR);
  script_later(&script, SECOND_NS);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  script_close(&script);
  return 0;
}

static bool level(enum pl_side side, int64_t price_e9, int64_t qty_e8, bool last) {
  uint64_t id = script.change_id[0];
  struct pl_event event = event_level(id - 1, id, side, price_e9, qty_e8);
  if (!last) event.flags = 0;
  return script_event(&script, 0, event);
}

/* One update that takes the bid through the old ask; the tap falls in after each of its levels. */
static void move_up(void (*between)(uint32_t at)) {
  script.change_id[0]++;
  level(PL_BID, MID + 2 * E9, 100 * E8, false);
  between(0);
  level(PL_ASK, MID + E9, 0, false);
  between(1);
  level(PL_ASK, MID + 3 * E9, 100 * E8, true);
}

static void set_mode(uint32_t at) {
  uint32_t before = script.decisions;
  script_operator(&script, 0, PL_COMMAND_MODE, at == 0 ? PL_MODE_MONITOR : PL_MODE_AUTONOMOUS);
  assert_int_equal(script.decisions, before);
}

static void resume(uint32_t at) {
  (void)at;
  uint32_t before = script.decisions;
  script_status(&script, 0, PL_COND_RESUMED);
  assert_int_equal(script.decisions, before);
}

static void freeze(uint32_t at) {
  script_operator(&script, 0, at == 0 ? PL_COMMAND_FREEZE : PL_COMMAND_THAW, 0);
  if (at == 0) assert_int_equal(script.last.reason_mask, PL_REASON_FROZEN);
}

static void expect_good_book(void) {
  assert_int_equal(pl_step_book_counters(script.step)->crossings, 0);
  assert_int_equal(pl_step_book(script.step, 0)->state, PL_BOOK_KEPT);
  assert_true(pl_book_best_e9(pl_step_book(script.step, 0), PL_BID) == MID + 2 * E9);
}

static void command_inside_an_event_breaks_no_book(void **state) {
  (void)state;
  move_up(set_mode);
  expect_good_book();
  assert_int_equal(script.last.source, PL_SOURCE_EWMA);
}

static void status_inside_an_event_breaks_no_book(void **state) {
  (void)state;
  move_up(resume);
  expect_good_book();
}

static void freeze_inside_an_event_is_said_at_once(void **state) {
  (void)state;
  move_up(freeze);
  expect_good_book();
}

static void forgotten_decision_is_said_again_at_the_next_event(void **state) {
  (void)state;
  script.change_id[0]++;
  assert_true(level(PL_BID, MID - 9 * E9, E8, true));
  uint32_t before = script.decisions;
  script_price(&script, 0, PL_EV_OPEN_INTEREST, 0);
  assert_int_equal(script.decisions, before); /* nothing new to say */
  pl_step_forget(script.step, 0);
  script_price(&script, 0, PL_EV_OPEN_INTEREST, 0);
  assert_int_equal(script.decisions, before + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(command_inside_an_event_breaks_no_book),
      TEST(status_inside_an_event_breaks_no_book),
      TEST(freeze_inside_an_event_is_said_at_once),
      TEST(forgotten_decision_is_said_again_at_the_next_event),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
