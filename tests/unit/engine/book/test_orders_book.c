/* What is around the orders: room, clears, snapshots, doubt, crossing. */
#include "tests/unit/engine/book/orders.h"

static void full_table_refuses_and_a_snapshot_mends(void **state) {
  (void)state;
  for (uint64_t id = 1; id <= ORDERS_MAX; id++) assert_true(add(id, PL_BID, 100, 1, id));
  assert_true(replace(1, 100, 100, 1)); /* one for one is no more */
  assert_false(add(50, PL_BID, 100, 1, 1));
  assert_int_equal(count()->orders_refused, 1);
  assert_int_equal(book->state, PL_BOOK_BROKEN);
  assert_int_equal(count()->orders_live, ORDERS_MAX);
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, ORDERS_MAX}}, 1);
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
  stage_begin();
  stage_add(7, PL_BID, 100, 3);
  stage_end(false);
  assert_int_equal(book->state, PL_BOOK_KEPT);
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 3}}, 1);
}

/* Cleared orders give their room back at once, whatever of them is still in the table. */
static void cleared_orders_make_room(void **state) {
  (void)state;
  for (uint64_t round = 0; round < 50; round++) {
    for (uint64_t id = 1; id <= ORDERS_MAX; id++)
      assert_true(add(round * 3 + id, PL_BID, 100, 1, id));
    assert_int_equal(count()->orders_live, ORDERS_MAX);
    books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
    assert_int_equal(count()->orders_live, 0);
    books_expect(&books, 0, NULL, 0);
  }
  assert_int_equal(count()->orders_amended + count()->orders_refused, 0);
}

static void snapshot_replaces_orders_and_proves_them(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1) && add(2, PL_ASK, 101, 5, 1));
  stage_begin();
  stage_add(1, PL_BID, 100, 5);
  assert_true(add(3, PL_BID, 99, 1, 1)); /* the live book goes on meanwhile */
  stage_add(2, PL_ASK, 101, 5);
  stage_add(3, PL_BID, 99, 1);
  stage_end(false);
  assert_int_equal(count()->snapshot_checks, 1);
  assert_int_equal(count()->snapshot_matches, 1);
  assert_int_equal(count()->orders_live, 3);
  assert_true(reduce(1, 2) && delete (2)); /* the staged ones are the orders now */
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 3}, {PL_BID, 99, 1}}, 2);
  stage_begin();
  stage_add(9, PL_BID, 98, 1);
  stage_end(false);
  assert_int_equal(count()->snapshot_checks, 2);
  assert_int_equal(count()->snapshot_matches, 1);
  assert_false(delete (1));
  books_expect(&books, 0, (const struct level[]){{PL_BID, 98, 1}}, 1);
}

static void snapshot_overtaken_interrupted_or_refused_leaves_nothing(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1));
  for (uint64_t round = 0; round < 30; round++) {
    stage_begin();
    stage_add(1, PL_BID, 50, 1);
    stage_add(2, PL_BID, 51, 1);
    if (round % 3 == 0) stage_end(true);
    if (round % 3 == 1) { /* refused: more than there is room for */
      for (uint64_t id = 3; id <= ORDERS_MAX + 2; id++) stage_add(id, PL_BID, 52, 1);
      stage_end(false);
    } /* else interrupted by the next beginning */
    books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 5}}, 1);
    assert_true(pl_book_is_proven(book));
    assert_int_equal(count()->orders_live, 1);
  }
  assert_int_equal(count()->snapshots, 0);
  assert_int_equal(count()->snapshots_void, 20);
  assert_int_equal(count()->orders_refused, 10);
  assert_int_equal(count()->snapshots_orphaned, 9);
}

static void doubt_ends_with_a_snapshot_only(void **state) {
  (void)state;
  pl_book_doubt(books.store, &books.book[0]);
  assert_true(add(1, PL_BID, 100, 5, 1));
  assert_false(pl_book_is_proven(book));
  stage_begin();
  stage_add(1, PL_BID, 100, 5);
  stage_end(false);
  assert_true(pl_book_is_proven(book));
  assert_int_equal(count()->snapshot_checks, 0); /* a doubted book proves nothing */
}

static void case_12_orders_crossed_while_open_heal(void **state) {
  (void)state;
  assert_true(add(1, PL_BID, 100, 5, 1) && add(2, PL_ASK, 100, 5, 1)); /* locked */
  assert_int_equal(book->state, PL_BOOK_KEPT);
  assert_false(pl_book_is_proven(book));
  assert_true(add(3, PL_BID, 99, 5, 1)); /* goes on being kept */
  assert_false(pl_book_is_proven(book));
  assert_int_equal(count()->crossings, 2);
  assert_true(delete (2));
  assert_true(pl_book_is_proven(book));
  books_expect(&books, 0, (const struct level[]){{PL_BID, 100, 5}, {PL_BID, 99, 5}}, 2);
}

static void case_12_crossed_in_pre_open_stays_kept(void **state) {
  (void)state;
  books.book[0].closed = true;
  assert_true(add(1, PL_BID, 101, 5, 1) && add(2, PL_ASK, 100, 5, 1));
  assert_int_equal(book->state, PL_BOOK_KEPT);
  assert_int_equal(count()->crossings, 0);
  assert_int_equal(count()->crossings_closed, 1);
  books.book[0].closed = false;
  assert_false(pl_book_is_proven(book)); /* not before an event ended without */
  assert_true(delete (1));
  assert_true(pl_book_is_proven(book));
}

/* Mid-event a book may cross; nobody looks before the end. */
static void case_12_crossed_in_the_middle_of_an_event(void **state) {
  (void)state;
  struct pl_event bid = order(PL_EV_ORDER_ADD, 1, 101, 5, 1);
  bid.side = PL_BID;
  bid.flags = PL_EVF_ORDERS;
  assert_true(add(2, PL_ASK, 100, 5, 1));
  assert_true(books_apply(&books, 0, bid));
  assert_true(delete (2));
  assert_true(pl_book_is_proven(book));
  assert_int_equal(count()->crossings, 0);
}

/* More levels than a side keeps: what is kept stays exact, what was let go does not come back. */
static void truncated_side_keeps_exact_sums(void **state) {
  (void)state;
  const struct pl_book_config config = {.instrument_count = 1,
                                        .orders_max = 2 * PL_BOOK_LEVELS_MAX};
  struct pl_arena arena;
  struct pl_book deep;
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &arena), PL_OK);
  struct pl_book_store *store = pl_book_store_create(&arena, &config);
  pl_book_init(store, 0, PL_LANE_ORDERS, &deep);
  struct pl_event event = {.type = PL_EV_BOOK_CLEAR, .aux = 1};
  (void)pl_book_apply(store, &deep, &event);
  for (uint32_t i = 0; i < PL_BOOK_LEVELS_MAX + 10; i++) {
    event = order(PL_EV_ORDER_ADD, i + 1, 10 + i, 2, 0);
    event.side = PL_BID;
    assert_true(pl_book_apply(store, &deep, &event));
  }
  const struct pl_book_side *bids = &deep.sides[PL_BID];
  assert_int_equal(bids->count, PL_BOOK_LEVELS_MAX);
  assert_true(bids->truncated);
  assert_int_equal(pl_book_counters(store)->sides_truncated, 1);
  event = order(PL_EV_ORDER_DELETE, 12, 0, 0, 0); /* a kept one: room again */
  assert_true(pl_book_apply(store, &deep, &event));
  event = order(PL_EV_ORDER_ADD, 2 * PL_BOOK_LEVELS_MAX, 12, 1,
                0); /* where another stands that was let go */
  event.side = PL_BID;
  (void)pl_book_apply(store, &deep, &event);
  assert_int_equal(bids->count, PL_BOOK_LEVELS_MAX - 1);
  event = order(PL_EV_ORDER_DELETE, 3, 0, 0, 0);
  (void)pl_book_apply(store, &deep, &event);
  for (uint32_t i = 0; i < bids->count; i++) assert_true(bids->levels[i].qty_e8 == 2);
  assert_int_equal(deep.state, PL_BOOK_KEPT);
  pl_arena_close(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(full_table_refuses_and_a_snapshot_mends),
      TEST(cleared_orders_make_room),
      TEST(snapshot_replaces_orders_and_proves_them),
      TEST(snapshot_overtaken_interrupted_or_refused_leaves_nothing),
      TEST(doubt_ends_with_a_snapshot_only),
      TEST(case_12_orders_crossed_while_open_heal),
      TEST(case_12_crossed_in_pre_open_stays_kept),
      TEST(case_12_crossed_in_the_middle_of_an_event),
      TEST(truncated_side_keeps_exact_sums),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
