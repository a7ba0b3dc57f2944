/* What a book proves of itself at the end of an event: not crossed, and the venue's own touch. */
#include "tests/unit/engine/book/books.h"

static struct books books;

static int setup(void **state) {
  (void)state;
  books = (struct books){0};
  books_open(&books);
  books_snapshot(&books, 0, 1, (const struct level[]){{PL_ASK, 101, 1}, {PL_BID, 100, 1}}, 2);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&books.arena);
  return 0;
}

static const struct pl_book_counters *count(void) {
  return pl_book_counters(books.store);
}

/* Every pair of best prices: locked and crossed break the book, anything else does not. */
static void book_is_broken_when_locked_or_crossed_at_event_end(void **state) {
  (void)state;
  uint64_t id = 10, crossings = 0;
  for (int64_t bid = -3; bid <= 3; bid++)
    for (int64_t ask = -3; ask <= 3; ask++) {
      books_snapshot(&books, 0, ++id, NULL, 0);
      books_apply(&books, 0, event_level(id, id + 1, PL_BID, bid, 1));
      assert_int_equal(books.book[0].state, PL_BOOK_KEPT); /* one side cannot cross */
      books_apply(&books, 0, event_level(id + 1, id + 2, PL_ASK, ask, 1));
      id += 2;
      crossings += bid >= ask;
      assert_int_equal(books.book[0].state, bid >= ask ? PL_BOOK_BROKEN : PL_BOOK_KEPT);
      assert_int_equal(books.book[0].crossed, bid >= ask);
      assert_int_equal(count()->crossings, crossings);
    }
}

static void crossing_inside_an_event_is_no_fault(void **state) {
  (void)state;
  struct pl_event through = event_level(1, 2, PL_BID, 102, 1);
  through.flags = PL_EVF_MESSAGE_END; /* the event goes on in the next message */
  books_apply(&books, 0, through);
  assert_true(pl_book_is_proven(&books.book[0]));
  books_apply(&books, 0, event_level(2, 3, PL_ASK, 101, 0));
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_int_equal(count()->crossings, 0);
}

static void broken_book_takes_no_update_until_a_snapshot(void **state) {
  (void)state;
  books_apply(&books, 0, event_level(1, 2, PL_BID, 101, 1));
  assert_true(books.book[0].crossed);
  assert_false(books_apply(&books, 0, event_level(2, 3, PL_BID, 101, 0)));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  books_snapshot(&books, 0, 3, (const struct level[]){{PL_ASK, 101, 1}}, 1);
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_false(books.book[0].crossed);
  assert_int_equal(count()->crossings, 1);
}

/* Updates were applied that an older snapshot lacks, and no log has them. */
static void older_snapshot_does_not_mend_a_crossed_book(void **state) {
  (void)state;
  static const struct level levels[] = {{PL_ASK, 101, 1}, {PL_BID, 100, 1}};
  books_snapshot(&books, 0, 10, levels, 2);
  books_apply(&books, 0, event_level(10, 11, PL_BID, 101, 1));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  books_snapshot(&books, 0, 10, levels, 2);
  assert_false(pl_book_is_proven(&books.book[0]));
  books_snapshot(&books, 0, 11, levels, 2);
  assert_true(pl_book_is_proven(&books.book[0]));
}

static void crossed_snapshot_breaks_the_book(void **state) {
  (void)state;
  books_snapshot(&books, 0, 3, (const struct level[]){{PL_ASK, 101, 1}, {PL_BID, 101, 1}}, 2);
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  assert_true(books.book[0].crossed);
}

static void quote_matches_only_when_both_sides_do(void **state) {
  (void)state;
  static const int64_t prices[] = {PL_PRICE_NONE, 100, 101, 0};
  uint64_t checks = 0;
  for (uint32_t i = 0; i < 16; i++) {
    int64_t bid = prices[i / 4], ask = prices[i % 4];
    uint64_t matches = count()->ticker_matches;
    books_apply(&books, 0, event_quote(bid, ask));
    assert_int_equal(count()->ticker_checks, ++checks);
    assert_int_equal(count()->ticker_matches - matches, bid == 100 && ask == 101);
  }
}

static void quote_of_an_empty_side_is_none(void **state) {
  (void)state;
  books_apply(&books, 0, event_level(1, 2, PL_BID, 100, 0));
  books_apply(&books, 0, event_quote(PL_PRICE_NONE, 101));
  assert_int_equal(count()->ticker_matches, 1);
  books_apply(&books, 0, event_quote(100, 101));
  assert_int_equal(count()->ticker_matches, 1);
}

/* Trades, ticker, book: the quote speaks of the book as it is when the event is whole. */
static void quote_waits_for_the_end_of_the_event(void **state) {
  (void)state;
  struct pl_event quote = event_quote(100, 102);
  quote.flags = 0;
  books_apply(&books, 0, quote);
  assert_int_equal(count()->ticker_checks, 0);
  struct pl_event removal = event_level(1, 2, PL_ASK, 101, 0);
  removal.flags = 0;
  books_apply(&books, 0, removal);
  assert_int_equal(count()->ticker_checks, 0);
  books_apply(&books, 0, event_level(1, 2, PL_ASK, 102, 5));
  assert_int_equal(count()->ticker_checks, 1);
  assert_int_equal(count()->ticker_matches, 1);
  books_apply(&books, 0, event_level(2, 3, PL_ASK, 102, 6));
  assert_int_equal(count()->ticker_checks, 1); /* once */
}

static void quote_of_a_book_that_is_not_kept_is_dropped(void **state) {
  (void)state;
  books_apply(&books, 1, event_quote(100, 101));
  books_apply(&books, 0, event_level(7, 8, PL_ASK, 101, 0)); /* breaks the chain */
  books_apply(&books, 0, event_quote(100, 101));
  assert_int_equal(count()->ticker_checks, 0);
  books_snapshot(&books, 0, 9, (const struct level[]){{PL_BID, 100, 1}}, 1);
  assert_int_equal(count()->ticker_checks, 0);
}

/* What was lost may be what the quote speaks of. */
static void quote_of_a_book_in_doubt_is_dropped(void **state) {
  (void)state;
  pl_book_doubt(books.store, &books.book[0]);
  books_apply(&books, 0, event_quote(50, 60));
  assert_int_equal(count()->ticker_checks, 0);
  books_apply(&books, 0, event_level(1, 2, PL_BID, 99, 1));
  assert_int_equal(count()->ticker_checks, 0); /* nor later */
  books_apply(&books, 0, event_quote(100, 101));
  assert_int_equal(count()->ticker_matches, 1);
}

static void levels_set_removed_and_unknown_are_counted(void **state) {
  (void)state;
  books_apply(&books, 0, event_level(1, 2, PL_BID, 99, 5));
  books_apply(&books, 0, event_level(2, 3, PL_BID, 99, 6));
  books_apply(&books, 0, event_level(3, 4, PL_BID, 99, 0));
  books_apply(&books, 0, event_level(4, 5, PL_BID, 99, 0));
  assert_int_equal(count()->levels_set, 2);
  assert_int_equal(count()->levels_removed, 1);
  assert_int_equal(count()->removals_unknown, 1);
  assert_int_equal(count()->updates, 4);
}

static void other_events_leave_the_book_alone(void **state) {
  (void)state;
  for (uint32_t type = 0; type < 255; type++) {
    if (type == PL_EV_LEVEL_SET || type == PL_EV_BOOK_CLEAR || type == PL_EV_QUOTE ||
        type == PL_EV_SNAPSHOT_BEGIN || type == PL_EV_SNAPSHOT_END)
      continue;
    struct pl_event event = event_level(1, 2, PL_BID, 101, 5);
    event.type = (uint8_t)type;
    assert_false(books_apply(&books, 0, event));
  }
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 101, 1}, {PL_BID, 100, 1}}, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(book_is_broken_when_locked_or_crossed_at_event_end),
      TEST(crossing_inside_an_event_is_no_fault),
      TEST(broken_book_takes_no_update_until_a_snapshot),
      TEST(older_snapshot_does_not_mend_a_crossed_book),
      TEST(crossed_snapshot_breaks_the_book),
      TEST(quote_matches_only_when_both_sides_do),
      TEST(quote_of_an_empty_side_is_none),
      TEST(quote_waits_for_the_end_of_the_event),
      TEST(quote_of_a_book_that_is_not_kept_is_dropped),
      TEST(quote_of_a_book_in_doubt_is_dropped),
      TEST(levels_set_removed_and_unknown_are_counted),
      TEST(other_events_leave_the_book_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
