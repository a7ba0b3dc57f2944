/* Doubt: after a loss a book is not proven until something newer than the loss says so. And a kept
 * book whose change id can no longer be met must not pass for proven for ever. */
#include "tests/unit/engine/book/books.h"

static struct books books;

static const struct level one[] = {{PL_ASK, 101, 1}, {PL_BID, 100, 1}};

static int setup(void **state) {
  (void)state;
  books = (struct books){0};
  books_open(&books);
  books_snapshot(&books, 0, 5, one, 2);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&books.arena);
  return 0;
}

static void doubt(uint32_t instrument) {
  pl_book_doubt(books.store, &books.book[instrument]);
}

static bool proven(uint32_t instrument) {
  return pl_book_is_proven(&books.book[instrument]);
}

/* The loss may have hit what came between the snapshot's making and its last part. */
static void snapshot_begun_before_the_doubt_does_not_end_it(void **state) {
  (void)state;
  for (uint64_t id = 5; id <= 7; id++) { /* at the kept id, and beyond it */
    books_apply(&books, 0, event_snapshot_begin(id, true));
    books_apply(&books, 0, event_snapshot_level(PL_ASK, 101, 1));
    doubt(0);
    books_apply(&books, 0, event_snapshot_level(PL_BID, 100, 1));
    books_apply(&books, 0, event_snapshot_end(id));
    assert_false(proven(0));
    assert_int_equal(books.book[0].change_id, id);
    books_snapshot(&books, 0, id, one, 2);
    assert_true(proven(0));
  }
}

/* Another instrument's snapshot begun in between is no proof of this one's. */
static void order_of_beginnings_is_kept_per_snapshot(void **state) {
  (void)state;
  books_snapshot(&books, 1, 5, one, 2);
  books_apply(&books, 0, event_snapshot_begin(6, true));
  doubt(0);
  doubt(1);
  books_apply(&books, 1, event_snapshot_begin(6, true));
  books_apply(&books, 0, event_snapshot_end(6));
  books_apply(&books, 1, event_snapshot_end(6));
  assert_false(proven(0));
  assert_true(proven(1));
}

static void doubt_marks_a_book_in_any_state(void **state) {
  (void)state;
  doubt(1); /* empty: lost before its first snapshot */
  books_apply(&books, 2, event_snapshot_begin(5, true));
  doubt(2); /* empty, and its first snapshot is on the way */
  books_apply(&books, 2, event_snapshot_end(5));
  books_apply(&books, 0, event_level(7, 8, PL_BID, 99, 1));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  doubt(0);
  assert_true(books.book[0].in_doubt && books.book[1].in_doubt && books.book[2].in_doubt);
  assert_int_equal(books.book[2].state, PL_BOOK_KEPT);
  assert_false(proven(2));
  for (uint32_t i = 0; i < 3; i++) {
    books_snapshot(&books, i, 9, one, 2);
    assert_true(proven(i));
  }
}

static void update_that_follows_ends_the_doubt(void **state) {
  (void)state;
  doubt(0);
  books_apply(&books, 0, event_level(3, 4, PL_BID, 99, 1)); /* old: says nothing */
  assert_false(proven(0));
  books_apply(&books, 0, event_level(4, 5, PL_BID, 99, 1)); /* the kept one again */
  assert_false(proven(0));
  books_apply(&books, 0, event_level(5, 6, PL_BID, 99, 1));
  assert_true(proven(0));
}

static void update_that_does_not_follow_leaves_it_to_a_snapshot(void **state) {
  (void)state;
  doubt(0);
  books_apply(&books, 0, event_level(6, 7, PL_BID, 99, 1));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  books_apply(&books, 0, event_level(5, 6, PL_BID, 99, 1));
  assert_false(proven(0));
  books_snapshot(&books, 0, 7, one, 2);
  assert_true(proven(0));
}

static void partial_snapshot_ends_no_doubt(void **state) {
  (void)state;
  doubt(0);
  books_apply(&books, 0, event_snapshot_begin(9, false));
  books_apply(&books, 0, event_snapshot_end(9));
  assert_false(proven(0));
}

static void doubt_told_again_counts_from_then(void **state) {
  (void)state;
  doubt(0);
  books_apply(&books, 0, event_snapshot_begin(6, true));
  doubt(0);
  books_apply(&books, 0, event_snapshot_end(6));
  assert_false(proven(0));
}

/* One change id that jumped (a corrupt packet) and every real update after it looks old. On a
 * channel in order that cannot be: the book must not stay kept while nothing moves it. */
static void older_update_behind_an_update_breaks_the_chain(void **state) {
  (void)state;
  books_apply(&books, 0, event_level(5, 1u << 30, PL_BID, 99, 1));
  books_apply(&books, 0, event_level(6, 7, PL_BID, 99, 2));
  assert_false(proven(0));
  books_snapshot(&books, 0, 8, one, 2);
  assert_true(proven(0));
  assert_int_equal(books.book[0].change_id, 8);
}

static void older_updates_behind_a_snapshot_are_contained_in_it(void **state) {
  (void)state;
  books_snapshot(&books, 0, 9, one, 2);
  for (uint64_t id = 6; id <= 8; id++)
    books_apply(&books, 0, event_level(id - 1, id, PL_BID, 99, 2));
  assert_true(proven(0));
  assert_int_equal(pl_book_counters(books.store)->chain_breaks, 0);
}

/* The same with a snapshot's own id: whole snapshots come and come, all older, nothing follows. */
static void snapshots_always_older_replace_the_book_in_the_end(void **state) {
  (void)state;
  books_snapshot(&books, 0, 1u << 30, one, 2);
  const struct level moved[] = {{PL_ASK, 201, 1}, {PL_BID, 200, 1}};
  for (uint64_t i = 1; i <= PL_BOOK_OLDER_SNAPSHOTS_MAX; i++) {
    books_expect(&books, 0, one, 2);
    books_snapshot(&books, 0, 5 + i, moved, 2);
  }
  books_expect(&books, 0, moved, 2);
  assert_true(proven(0));
}

/* The venue began anew: what was under way belongs to what was cleared. */
static void snapshot_begun_before_a_clear_proves_nothing(void **state) {
  (void)state;
  books_apply(&books, 0, event_snapshot_begin(900, true));
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
  assert_false(proven(0));
  books_apply(&books, 0, event_snapshot_end(900));
  assert_false(proven(0));
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
  books_snapshot(&books, 0, 3, one, 2);
  assert_true(proven(0));
  assert_int_equal(books.book[0].change_id, 3);
}

/* A snapshot made before the newest update may be on its way: one older one proves nothing. */
static void one_older_snapshot_leaves_the_newer_book(void **state) {
  (void)state;
  const struct level other[] = {{PL_ASK, 201, 1}, {PL_BID, 200, 1}};
  for (uint64_t id = 6; id < 12; id++) {
    books_apply(&books, 0, event_level(id - 1, id, PL_BID, 100, 1));
    books_snapshot(&books, 0, id - 1, other, 2);
    books_expect(&books, 0, one, 2);
    assert_true(proven(0));
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(snapshot_begun_before_the_doubt_does_not_end_it),
      TEST(order_of_beginnings_is_kept_per_snapshot),
      TEST(doubt_marks_a_book_in_any_state),
      TEST(update_that_follows_ends_the_doubt),
      TEST(update_that_does_not_follow_leaves_it_to_a_snapshot),
      TEST(partial_snapshot_ends_no_doubt),
      TEST(doubt_told_again_counts_from_then),
      TEST(older_update_behind_an_update_breaks_the_chain),
      TEST(older_updates_behind_a_snapshot_are_contained_in_it),
      TEST(snapshots_always_older_replace_the_book_in_the_end),
      TEST(snapshot_begun_before_a_clear_proves_nothing),
      TEST(one_older_snapshot_leaves_the_newer_book),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
