/* The book of single orders, event by event. test_orders_model.c plays long streams. */
#include "tests/unit/engine/book/orders.h"

static void levels_are_the_sums_of_their_orders(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1) && add(2, PL_BID, 100, 7, 2) && add(3, PL_BID, 99, 1, 3) &&
              add(4, PL_ASK, 101, 2, 4));
  books_expect(&books, 0,
               (const struct level[]){{PL_ASK, 101, 2}, {PL_BID, 100, 12}, {PL_BID, 99, 1}}, 3);
  assert_true(act(PL_EV_ORDER_CHANGE, 2, PL_PRICE_NONE, 3, 9));
  assert_true(act(PL_EV_ORDER_CHANGE, 3, 98, 4, 9));
  books_expect(&books, 0,
               (const struct level[]){{PL_ASK, 101, 2}, {PL_BID, 100, 8}, {PL_BID, 98, 4}}, 3);
  assert_true(act(PL_EV_ORDER_CHANGE, 4, PL_PRICE_NONE, 0, 0)); /* nothing is left of it */
  assert_true(delete (1) && delete (2) && delete (3));
  books_expect(&books, 0, NULL, 0);
  assert_int_equal(count()->orders_live, 0);
  assert_int_equal(count()->orders_added, 4);
}

static void unknown_orders_are_counted_and_change_nothing(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1));
  assert_false(delete (2));
  assert_false(reduce(2, 1));
  assert_false(act(PL_EV_ORDER_CHANGE, 2, 100, 1, 1));
  struct pl_event elsewhere = order(PL_EV_ORDER_DELETE, 1, 0, 0, 0);
  assert_false(books_apply(&books, 1, elsewhere)); /* ids are an instrument's own */
  assert_int_equal(count()->orders_unknown, 4);
  assert_true(pl_book_is_proven(book));
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 5}}, 1);
}

static void book_that_has_not_begun_takes_no_orders(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1));
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
  assert_false(add(2, PL_BID, 100, 5, 1));
  assert_false(delete (1));
  assert_int_equal(count()->updates_no_book, 2);
  assert_int_equal(count()->orders_unknown, 0);
  assert_int_equal(book->state, PL_BOOK_EMPTY);
  assert_int_equal(count()->orders_live, 0);
}

static void case_17_replace_of_an_unknown_order(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1));
  assert_false(replace(7, 8, 100, 5));
  assert_false(delete (8)); /* the new one does not stand either: its side is not known */
  assert_int_equal(count()->orders_unknown, 2);
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 5}}, 1);
}

static void case_17_replace_chain(void **state) {
  (void)state;
  assert_true(add(1, PL_ASK, 100, 5, 1));
  for (uint64_t id = 1; id < 100; id++)
    assert_true(replace(id, id + 1, 100 + (int64_t)id % 3, 5 + (int64_t)id));
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 100, 104}}, 1);
  assert_int_equal(count()->orders_live, 1);
  assert_false(delete (99));
  assert_true(replace(100, 100, 97, 1)); /* by itself */
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 97, 1}}, 1);
  assert_true(add(5, PL_BID, 90, 2, 1) && replace(100, 5, 96, 3)); /* by one that stands: it goes */
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 96, 3}}, 1);
  assert_int_equal(count()->orders_live, 1);
}

static void case_17_cumulative_cancels_to_zero(void **state) {
  (void)state;
  assert_true(add(1, PL_ASK, 100, 5, 1) && add(2, PL_ASK, 100, 1, 1));
  for (uint32_t i = 0; i < 5; i++) assert_true(reduce(1, 1));
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 100, 1}}, 1);
  assert_false(reduce(1, 1)); /* it is gone */
  assert_int_equal(count()->orders_unknown, 1);
  assert_true(reduce(2, 9)); /* more than there is: it is gone, and that is said */
  books_expect(&books, 0, NULL, 0);
  assert_int_equal(count()->reductions_over, 1);
  assert_int_equal(count()->orders_live, 0);
}

static void case_17_delete_after_zero(void **state) {
  (void)state;
  assert_true(add(1, PL_ASK, 100, 5, 1) && reduce(1, 5));
  assert_false(delete (1));
  assert_int_equal(count()->orders_unknown, 1);
  assert_true(pl_book_is_proven(book));
}

static void case_18_put_on_a_known_id_goes_to_the_back(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 10) && add(2, PL_BID, 100, 6, 11) &&
              add(3, PL_BID, 100, 7, 12));
  expect_queue(PL_BID, 100, (const uint64_t[]){1, 2, 3}, 3);
  assert_true(add(1, PL_BID, 100, 4, 13));
  expect_queue(PL_BID, 100, (const uint64_t[]){2, 3, 1}, 3);
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 17}}, 1);
  assert_true(add(2, PL_ASK, 105, 1, 14)); /* and may change its side */
  expect_queue(PL_BID, 100, (const uint64_t[]){3, 1}, 2);
  expect_queue(PL_ASK, 105, (const uint64_t[]){2}, 1);
  assert_int_equal(count()->orders_amended, 2);
  assert_int_equal(count()->orders_live, 3);
}

static void case_18_late_priority_inserts_mid_queue(void **state) {
  (void)state;
  assert_true(add(9, PL_BID, 100, 5, 10) && add(8, PL_BID, 100, 6, 30) &&
              add(7, PL_BID, 100, 7, 20));
  expect_queue(PL_BID, 100, (const uint64_t[]){9, 7, 8}, 3);
  assert_true(add(6, PL_BID, 100, 7, 20)); /* equal: the lower id first */
  expect_queue(PL_BID, 100, (const uint64_t[]){9, 6, 7, 8}, 4);
  assert_true(act(PL_EV_ORDER_CHANGE, 9, 100, 5, 25));           /* a price gives a new priority */
  assert_true(act(PL_EV_ORDER_CHANGE, 6, PL_PRICE_NONE, 1, 99)); /* none keeps it */
  expect_queue(PL_BID, 100, (const uint64_t[]){6, 7, 9, 8}, 4);
  struct pl_orders_queued first;
  assert_int_equal(pl_orders_queue(books.store, 0, PL_BID, 100, &first, 1), 4);
  assert_int_equal(first.id, 6);
}

static void case_18_reduce_to_zero_and_delete_unknown(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 10) && add(2, PL_BID, 100, 6, 11));
  assert_true(act(PL_EV_ORDER_CHANGE, 1, PL_PRICE_NONE, 0, 0));
  expect_queue(PL_BID, 100, (const uint64_t[]){2}, 1);
  assert_false(delete (1));
  assert_int_equal(count()->orders_unknown, 1);
}

static void case_19_overflow_of_a_sum_breaks_the_book(void **state) {
  (void)state;
  static const struct {
    int64_t first, second;
    bool fits;
  } rows[] = {{INT64_MAX - 1, 1, true},
              {INT64_MAX - 1, 2, false},
              {INT64_MAX, 1, false},
              {INT64_MAX / 2, INT64_MAX / 2 + 1, true},
              {INT64_MAX / 2 + 1, INT64_MAX / 2 + 1, false}};
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
    assert_true(add(1, PL_BID, 100, rows[i].first, 1) && add(3, PL_ASK, 101, 1, 1));
    assert_int_equal(add(2, PL_BID, 100, rows[i].second, 1), rows[i].fits);
    assert_int_equal(book->state, rows[i].fits ? PL_BOOK_KEPT : PL_BOOK_BROKEN);
    int64_t sum = rows[i].first + (rows[i].fits ? rows[i].second : 0);
    books_expect(&books, 0, (const struct level[]){{PL_ASK, 101, 1}, {PL_BID, 100, sum}}, 2);
    assert_int_equal(count()->orders_live, rows[i].fits ? 3 : 2); /* nothing half applied */
  }
  assert_int_equal(count()->orders_refused, 3);
}

/* Each way to bring an order to a price where there is no room for it; and to where there is,
 * because what it was stood there itself. */
static void case_19_overflow_by_amend_change_and_replace(void **state) {
  (void)state;
  for (uint32_t way = 0; way < 3; way++)
    for (uint32_t fits = 0; fits < 2; fits++) {
      books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
      assert_true(add(1, PL_BID, 100, INT64_MAX - 10, 1) && add(2, PL_BID, fits ? 100 : 99, 9, 1));
      int64_t qty = fits ? 10 : 11;
      bool done = way == 0   ? add(2, PL_BID, 100, qty, 2)
                  : way == 1 ? act(PL_EV_ORDER_CHANGE, 2, 100, qty, 2)
                             : replace(2, 3, 100, qty);
      assert_int_equal(done, fits);
      assert_int_equal(book->state, fits ? PL_BOOK_KEPT : PL_BOOK_BROKEN);
      assert_true(pl_book_best_qty_e8(book, PL_BID) == INT64_MAX - (fits ? 0 : 10));
      assert_int_equal(book->sides[PL_BID].count, fits ? 1 : 2);
    }
}

static void case_19_extreme_and_negative_prices(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, -PL_PRICE_E9_MAX, 1, 1) && add(2, PL_BID, -5, 2, 1) &&
              add(3, PL_ASK, 0, 3, 1) && add(4, PL_ASK, PL_PRICE_E9_MAX, 4, 1));
  const struct level expected[] = {
      {PL_ASK, 0, 3}, {PL_ASK, PL_PRICE_E9_MAX, 4}, {PL_BID, -5, 2}, {PL_BID, -PL_PRICE_E9_MAX, 1}};
  books_expect(&books, 0, expected, 4);
  assert_true(pl_book_is_proven(book));
  assert_true(act(PL_EV_ORDER_CHANGE, 3, -4, 3, 1));
  assert_true(pl_book_best_e9(book, PL_ASK) == -4);
}

static void case_19_orders_that_are_none_are_refused(void **state) {
  (void)state;
  static const struct {
    int64_t price, qty;
    uint8_t type;
  } rows[] = {{100, 0, PL_EV_ORDER_ADD},
              {100, -1, PL_EV_ORDER_ADD},
              {PL_PRICE_NONE, 1, PL_EV_ORDER_ADD},
              {100, -1, PL_EV_ORDER_CHANGE},
              {0, -1, PL_EV_ORDER_REDUCE},
              {100, 0, PL_EV_ORDER_REPLACE},
              {PL_PRICE_NONE, 1, PL_EV_ORDER_REPLACE}};
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
    assert_true(add(1, PL_BID, 90, 5, 1));
    struct pl_event event = order(rows[i].type, 1, rows[i].price, rows[i].qty, 2);
    event.side = PL_BID;
    assert_false(books_apply(&books, 0, event));
    assert_int_equal(count()->orders_refused, i + 1);
    assert_int_equal(book->state, PL_BOOK_BROKEN);
    books_expect(&books, 0, (const struct level[]){{PL_BID, 90, 5}}, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(levels_are_the_sums_of_their_orders),
      TEST(unknown_orders_are_counted_and_change_nothing),
      TEST(book_that_has_not_begun_takes_no_orders),
      TEST(case_17_replace_of_an_unknown_order),
      TEST(case_17_replace_chain),
      TEST(case_17_cumulative_cancels_to_zero),
      TEST(case_17_delete_after_zero),
      TEST(case_18_put_on_a_known_id_goes_to_the_back),
      TEST(case_18_late_priority_inserts_mid_queue),
      TEST(case_18_reduce_to_zero_and_delete_unknown),
      TEST(case_19_overflow_of_a_sum_breaks_the_book),
      TEST(case_19_overflow_by_amend_change_and_replace),
      TEST(case_19_extreme_and_negative_prices),
      TEST(case_19_orders_that_are_none_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
