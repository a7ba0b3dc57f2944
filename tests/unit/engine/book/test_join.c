/* Joining a book to a snapshot: what the log holds, loses and lets go. Every schedule of a short
 * history is in test_join_schedules.c. */
#include "engine/book/store.h"
#include "tests/unit/engine/book/orders.h"

/* A book of another instrument than 0; what is acted on is chosen by `at`. */
static uint32_t at;

static bool apply(struct pl_event event) {
  return books_apply(&books, at, event);
}

/* A bid of one at a price that is its id. */
static void bid(uint64_t id) {
  struct pl_event event = order(PL_EV_ORDER_ADD, id, (int64_t)id, 1, id);
  event.side = PL_BID;
  (void)apply(event);
}

static void clear(bool empty) {
  (void)apply((struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = empty});
}

static uint64_t next_seq(void) {
  return books.seq + 1;
}

/* A snapshot of bids 1 to count, older than the event from a seq on. */
static void snapshot(uint64_t count, uint64_t newer) {
  struct pl_event event = event_snapshot_begin(77, true);
  event.flags |= PL_EVF_ORDERS;
  (void)apply(event);
  for (uint64_t id = 1; id <= count; id++) {
    event = order(PL_EV_ORDER_ADD, id, (int64_t)id, 1, id);
    event.side = PL_BID;
    event.flags = PL_EVF_ORDERS | PL_EVF_SNAPSHOT;
    (void)apply(event);
  }
  event = event_snapshot_end(77);
  event.flags |= PL_EVF_ORDERS;
  event.aux = newer;
  (void)apply(event);
}

/* Proven, and of bids 1 to count. */
static void expect_bids(uint32_t count) {
  assert_true(pl_book_is_proven(&books.book[at]));
  assert_int_equal(books.book[at].sides[PL_BID].count, count);
  assert_int_equal(books.book[at].orders, count);
  if (count != 0) assert_int_equal(pl_book_best_e9(&books.book[at], PL_BID), count);
}

static void expect_waiting(uint32_t logged) {
  assert_false(pl_book_is_proven(&books.book[at]));
  assert_int_equal(books.book[at].log_count, logged);
}

static int setup_join(void **state) {
  at = 0;
  (void)setup(state);
  for (at = BOOKS; at-- > 0;) clear(false);
  at = 0;
  return 0;
}

static void case_08_snapshot_within_the_log(void **state) {
  (void)state;
  uint64_t seqs[5];
  for (uint64_t id = 1; id <= 4; id++) {
    seqs[id] = next_seq();
    bid(id);
    expect_waiting((uint32_t)id);
  }
  snapshot(2, seqs[3]);
  expect_bids(4);
  assert_int_equal(books.book[0].log_count, 0);
  assert_int_equal(count()->updates_logged, 4);
  assert_int_equal(count()->updates_joined, 2);
  assert_int_equal(count()->orders_amended, 0);
}

static void case_08_snapshot_at_both_ends_of_the_log(void **state) {
  (void)state;
  for (uint32_t newer = 0; newer < 2; newer++) {
    clear(false);
    uint64_t first = next_seq();
    for (uint64_t id = 1; id <= 3; id++) bid(id);
    if (newer)
      snapshot(3, next_seq() + 5); /* its own: newer than all of the log */
    else
      snapshot(0, first);
    expect_bids(3);
    assert_int_equal(count()->updates_joined, 3);
  }
}

/* It was proven, and then it was not: what it applied before that is not in the log. */
static void case_08_snapshot_older_than_the_log_waits_for_the_next(void **state) {
  (void)state;
  clear(true);
  uint64_t applied = next_seq();
  bid(1);
  pl_book_doubt(books.store, &books.book[0]);
  uint64_t logged = next_seq();
  bid(2);
  snapshot(0, applied);
  expect_waiting(1);
  assert_int_equal(count()->snapshots_early, 1);
  assert_int_equal(count()->snapshots, 0);
  snapshot(1, logged);
  expect_bids(2);
  assert_int_equal(count()->snapshots, 1);
}

/* A proven book logs nothing: a snapshot that an update overtook is of no use. */
static void case_08_proven_book_needs_no_older_snapshot(void **state) {
  (void)state;
  clear(true);
  uint64_t first = next_seq();
  bid(1);
  snapshot(0, first);
  expect_bids(1);
  assert_int_equal(count()->snapshots_early, 1);
  snapshot(1, first + 1); /* equal, and compared */
  expect_bids(1);
  assert_int_equal(count()->snapshot_checks, 1);
  assert_int_equal(count()->snapshot_matches, 1);
  snapshot(2, next_seq() + 4); /* ahead by its own and one more: nothing to be compared with */
  expect_bids(2);
  assert_int_equal(count()->snapshot_checks, 1);
}

static void case_08_overflow_restarts_the_longest(void **state) {
  (void)state;
  uint64_t first = next_seq();
  for (at = 0; at < 2; at++) /* 5 updates of book 0, 3 of book 1: all the room there is */
    for (uint64_t id = 1; id <= 5 - 2 * at; id++) bid(id);
  at = 1;
  bid(4);
  expect_waiting(4);
  at = 0;
  expect_waiting(0);
  assert_int_equal(count()->logs_lost, 1);
  snapshot(5, 1); /* made before what was lost */
  expect_waiting(0);
  bid(6);
  uint64_t newer = books.seq;
  snapshot(5, newer);
  expect_bids(6);
  clear(true); /* room for the other's orders */
  at = 1;
  snapshot(0, first + 5);
  assert_int_equal(count()->snapshots_early, 1);
  expect_bids(4);
}

/* One book alone loses its own and begins again; the room is always all there. */
static void case_08_overflow_of_one_book(void **state) {
  (void)state;
  for (uint64_t round = 1; round <= 5; round++) {
    clear(false);
    for (uint64_t id = 1; id <= LOG_EVENTS; id++) bid(id);
    expect_waiting(LOG_EVENTS);
    uint64_t newer = next_seq();
    bid(LOG_EVENTS + 1);
    expect_waiting(1);
    assert_int_equal(count()->logs_lost, round);
    snapshot(LOG_EVENTS - 1, newer - 1);
    expect_waiting(1);
    clear(false);
    bid(1);
    snapshot(0, books.seq);
    expect_bids(1);
  }
}

/* The end of what is not whole changes nothing; the log is there for the next. */
static void case_09_void_and_partial_snapshots_leave_the_log(void **state) {
  (void)state;
  uint64_t first = next_seq();
  bid(1);
  snapshot(0, PL_SNAPSHOT_VOID);
  expect_waiting(1);
  struct pl_event event = event_snapshot_begin(77, false);
  event.flags |= PL_EVF_ORDERS;
  (void)apply(event);
  event = event_snapshot_end(77);
  event.flags |= PL_EVF_ORDERS;
  event.aux = first;
  (void)apply(event);
  expect_waiting(1);
  assert_int_equal(count()->snapshots_partial, 1);
  for (uint64_t id = 2; id <= 4; id++) bid(id);
  snapshot(0, first);
  expect_bids(4);
}

static void case_10_second_gap_while_it_waits(void **state) {
  (void)state;
  bid(1);
  pl_book_doubt(books.store, &books.book[0]);
  struct pl_event event = event_snapshot_begin(77, true);
  event.flags |= PL_EVF_ORDERS;
  (void)apply(event);
  pl_book_doubt(books.store, &books.book[0]); /* inside the snapshot */
  uint64_t newer = next_seq();
  bid(2);
  event = event_snapshot_end(77);
  event.flags |= PL_EVF_ORDERS;
  event.aux = newer;
  (void)apply(event);
  expect_waiting(2);
  assert_int_equal(books.book[0].state, PL_BOOK_KEPT);
  snapshot(1, newer);
  expect_bids(2);
}

/* Whatever came before a clear is not of the book behind it. */
static void case_10_clear_lets_the_log_go(void **state) {
  (void)state;
  for (uint32_t empty = 0; empty < 2; empty++) {
    uint64_t first = next_seq();
    for (uint64_t id = 1; id <= 3; id++) bid(id);
    clear(empty);
    assert_int_equal(books.book[0].log_count, 0);
    snapshot(0, first);
    assert_int_equal(pl_book_is_proven(&books.book[0]), empty);
    bid(1);
    snapshot(0, first + 4); /* made behind the clear */
    expect_bids(1);
    clear(false);
  }
}

/* A snapshot ahead silences the updates that it contains. Where it does not become the book, they
 * are missing. */
static void case_10_snapshot_ahead_that_is_refused(void **state) {
  (void)state;
  clear(true);
  bid(1);
  snapshot(ORDERS_MAX + 1, next_seq() + ORDERS_MAX + 4);
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  assert_int_equal(count()->snapshots_void, 1);
  snapshot(2, next_seq() + 3);
  expect_bids(2);
  struct pl_event event = event_snapshot_end(77); /* its beginning is not known */
  event.flags |= PL_EVF_ORDERS;
  event.aux = next_seq() + 1;
  (void)apply(event);
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
}

/* The joined book is refused an order: it is broken, and another snapshot mends it. */
static void case_10_log_that_does_not_fit(void **state) {
  (void)state;
  uint64_t first = next_seq();
  for (uint64_t id = 1; id <= 3; id++) bid(id);
  at = 1;
  clear(true);
  for (uint64_t id = 1; id < ORDERS_MAX; id++) bid(id);
  at = 0;
  snapshot(0, first);
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  assert_int_equal(count()->orders_refused, 1);
  at = 1;
  clear(true);
  at = 0;
  snapshot(3, next_seq());
  expect_bids(3);
}

/* A book in a store without a table of orders never passes for one that is known. */
static void case_10_store_without_orders(void **state) {
  (void)state;
  const struct pl_book_config config = {.instrument_count = 1, .log_events = LOG_EVENTS};
  struct pl_arena arena;
  struct pl_book one;
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &arena), PL_OK);
  struct pl_book_store *store = pl_book_store_create(&arena, &config);
  pl_book_init(store, 0, PL_LANE_ORDERS, &one);
  const struct pl_event events[] = {{.type = PL_EV_BOOK_CLEAR, .aux = 1},
                                    order(PL_EV_ORDER_ADD, 1, 1, 1, 0),
                                    {.type = PL_EV_SNAPSHOT_BEGIN, .flags = PL_EVF_ORDERS},
                                    {.type = PL_EV_SNAPSHOT_END, .flags = PL_EVF_ORDERS}};
  for (uint32_t i = 0; i < 4; i++) {
    (void)pl_book_apply(store, &one, &events[i]);
    assert_int_equal(one.state, PL_BOOK_EMPTY);
    assert_int_equal(one.log_count, 0);
  }
  pl_arena_close(&arena);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_join, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_08_snapshot_within_the_log),
      TEST(case_08_snapshot_at_both_ends_of_the_log),
      TEST(case_08_snapshot_older_than_the_log_waits_for_the_next),
      TEST(case_08_proven_book_needs_no_older_snapshot),
      TEST(case_08_overflow_restarts_the_longest),
      TEST(case_08_overflow_of_one_book),
      TEST(case_09_void_and_partial_snapshots_leave_the_log),
      TEST(case_10_second_gap_while_it_waits),
      TEST(case_10_clear_lets_the_log_go),
      TEST(case_10_snapshot_ahead_that_is_refused),
      TEST(case_10_log_that_does_not_fit),
      TEST(case_10_store_without_orders),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
