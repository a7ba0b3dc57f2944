/* Which of an instrument's books decisions are made of: single orders when there are any and they
 * are proven, else levels; never implied liquidity. */
#include "tests/unit/engine/step/script.h"

static struct script script;

static int setup(void **state) {
  (void)state;
  script_open(&script);
  script_define(&script, 0, PL_KIND_LINEAR);
  script_event(&script, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
  return 0;
}

static int teardown(void **state) {
  (void)state;
  script_close(&script);
  return 0;
}

static void add(uint64_t id, enum pl_side side, int64_t price_e9, int64_t qty_e8) {
  script_event(&script, 0,
               (struct pl_event){.type = PL_EV_ORDER_ADD,
                                 .order_id = id,
                                 .side = (uint8_t)side,
                                 .price_e9 = price_e9,
                                 .qty_e8 = qty_e8,
                                 .flags = PL_EVF_ORDERS | EVENT_MESSAGE_END});
}

static void delete (uint64_t id) {
  script_event(&script, 0,
               (struct pl_event){.type = PL_EV_ORDER_DELETE,
                                 .order_id = id,
                                 .side = PL_SIDE_NONE,
                                 .flags = PL_EVF_ORDERS | EVENT_MESSAGE_END});
}

static void level(enum pl_side side, int64_t price_e9, int64_t qty_e8, uint8_t flags) {
  struct pl_event event = event_level(0, 0, side, price_e9, qty_e8);
  event.flags |= flags;
  script_event(&script, 0, event);
}

static int64_t mid_e9(void) {
  struct pl_view view;
  pl_step_view(script.step, 0, &view);
  return view.mid_e9;
}

static enum pl_lane lane(void) {
  return (enum pl_lane)pl_step_book(script.step, 0)->lane;
}

static void levels_until_there_are_orders(void **state) {
  (void)state;
  level(PL_BID, 99 * E9, E8, 0);
  level(PL_ASK, 101 * E9, E8, 0);
  assert_int_equal(lane(), PL_LANE_LEVELS);
  assert_true(mid_e9() == 100 * E9);
  add(1, PL_BID, 199 * E9, E8);
  add(2, PL_ASK, 201 * E9, E8);
  assert_int_equal(lane(), PL_LANE_ORDERS);
  assert_true(mid_e9() == 200 * E9);
  level(PL_BID, 100 * E9, E8, 0); /* kept, but not looked at */
  assert_true(mid_e9() == 200 * E9);
  assert_true(pl_book_best_e9(pl_step_lane_book(script.step, 0, PL_LANE_LEVELS), PL_BID) ==
              100 * E9);
}

static void implied_levels_are_kept_apart(void **state) {
  (void)state;
  level(PL_BID, 99 * E9, E8, 0);
  level(PL_ASK, 101 * E9, E8, 0);
  level(PL_BID, 150 * E9, E8, PL_EVF_IMPLIED); /* would cross */
  assert_int_equal(lane(), PL_LANE_LEVELS);
  assert_true(mid_e9() == 100 * E9);
  assert_true(pl_book_is_proven(pl_step_book(script.step, 0)));
  const struct pl_book *implied = pl_step_lane_book(script.step, 0, PL_LANE_IMPLIED);
  assert_true(pl_book_best_e9(implied, PL_BID) == 150 * E9);
}

static void case_12_crossed_orders_give_way_to_levels_until_they_heal(void **state) {
  (void)state;
  level(PL_BID, 99 * E9, E8, 0);
  level(PL_ASK, 101 * E9, E8, 0);
  add(1, PL_BID, 199 * E9, E8);
  add(2, PL_ASK, 198 * E9, E8);
  assert_int_equal(lane(), PL_LANE_LEVELS);
  assert_true(mid_e9() == 100 * E9);
  assert_int_equal(script.last.reason_mask & PL_REASON_CROSSED, 0);
  delete (2);
  add(3, PL_ASK, 201 * E9, E8);
  assert_int_equal(lane(), PL_LANE_ORDERS);
  assert_true(mid_e9() == 200 * E9);
}

static void case_12_crossed_orders_alone_say_why(void **state) {
  (void)state;
  add(1, PL_BID, 199 * E9, E8);
  add(2, PL_ASK, 198 * E9, E8);
  assert_int_equal(script.last.reason_mask & PL_REASON_CROSSED, PL_REASON_CROSSED);
  assert_int_equal(script.last.source, PL_SOURCE_STATIC);
  delete (1);
  add(4, PL_BID, 197 * E9, E8);
  assert_int_equal(script.last.reason_mask & PL_REASON_CROSSED, 0);
}

static void case_12_pre_open_crossing_is_no_fault_of_the_book(void **state) {
  (void)state;
  script_status(&script, 0, PL_COND_CLOSED);
  level(PL_BID, 101 * E9, E8, 0);
  level(PL_ASK, 100 * E9, E8, 0);
  assert_int_equal(script.last.reason_mask & PL_REASON_CLOSED, PL_REASON_CLOSED);
  assert_int_equal(pl_step_book(script.step, 0)->state, PL_BOOK_KEPT);
  script_status(&script, 0,
                PL_COND_OPEN); /* opened crossed: not used before it is seen uncrossed */
  assert_int_equal(script.last.reason_mask & PL_REASON_CROSSED, PL_REASON_CROSSED);
  level(PL_ASK, 103 * E9, E8, 0); /* an event that ends crossed while it trades */
  assert_int_equal(pl_step_book(script.step, 0)->state, PL_BOOK_BROKEN);
  level(PL_BID, 101 * E9, 0, 0);
  level(PL_BID, 99 * E9, E8, 0);
  assert_int_equal(script.last.reason_mask & (PL_REASON_CROSSED | PL_REASON_CHAIN),
                   PL_REASON_CROSSED);
}

static void case_12_pre_open_crossing_that_ends_before_the_open(void **state) {
  (void)state;
  script_status(&script, 0, PL_COND_CLOSED);
  level(PL_BID, 101 * E9, E8, 0);
  level(PL_ASK, 100 * E9, E8, 0);
  level(PL_BID, 101 * E9, 0, 0);
  level(PL_BID, 99 * E9, E8, 0);
  script_status(&script, 0, PL_COND_OPEN);
  assert_int_equal(script.last.reason_mask & PL_REASON_CROSSED, 0);
  assert_true(pl_book_is_proven(pl_step_book(script.step, 0)));
}

static void clear_and_loss_are_for_all_books(void **state) {
  (void)state;
  level(PL_BID, 99 * E9, E8, 0);
  level(PL_BID, 98 * E9, E8, PL_EVF_IMPLIED);
  add(1, PL_BID, 199 * E9, E8);
  script_status(&script, 0, PL_COND_GAP);
  for (uint32_t i = 0; i < PL_LANE_COUNT; i++)
    assert_false(pl_book_is_proven(pl_step_lane_book(script.step, 0, (enum pl_lane)i)));
  script_event(&script, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .flags = PL_EVF_EVENT_END});
  for (uint32_t i = 0; i < PL_LANE_COUNT; i++) {
    const struct pl_book *book = pl_step_lane_book(script.step, 0, (enum pl_lane)i);
    assert_int_equal(book->state, PL_BOOK_EMPTY);
    assert_int_equal(book->sides[PL_BID].count, 0);
  }
  assert_int_equal(pl_step_book_counters(script.step)->orders_live, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(levels_until_there_are_orders),
      TEST(implied_levels_are_kept_apart),
      TEST(case_12_crossed_orders_give_way_to_levels_until_they_heal),
      TEST(case_12_crossed_orders_alone_say_why),
      TEST(case_12_pre_open_crossing_is_no_fault_of_the_book),
      TEST(case_12_pre_open_crossing_that_ends_before_the_open),
      TEST(clear_and_loss_are_for_all_books),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
