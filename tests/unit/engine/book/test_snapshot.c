/* Snapshots: put together part by part, replacing a book only when whole. */
#include "tests/unit/engine/book/books.h"
#include "tests/unit/engine/random.h"

static struct books books;

static int setup(void **state) {
  (void)state;
  books = (struct books){0};
  books_open(&books);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&books.arena);
  return 0;
}

static const struct level kept[] = {
    {PL_ASK, 101, 1}, {PL_ASK, 102, 2}, {PL_ASK, 104, 3}, {PL_BID, 100, 4}, {PL_BID, 97, 5}};
#define KEPT 5

static const struct pl_book_counters *count(void) {
  return pl_book_counters(books.store);
}

static void nothing_changes_before_the_snapshot_ends(void **state) {
  (void)state;
  books_apply(&books, 0, event_snapshot_begin(7, true));
  for (uint32_t i = 0; i < KEPT; i++) {
    struct pl_event level = event_snapshot_level(kept[i].side, kept[i].price_e9, kept[i].qty_e8);
    level.flags |= PL_EVF_EVENT_END; /* a part ended here */
    assert_false(books_apply(&books, 0, level));
    assert_int_equal(books.book[0].state, PL_BOOK_EMPTY);
    books_expect(&books, 0, NULL, 0);
  }
  assert_true(books_apply(&books, 0, event_snapshot_end(7)));
  books_expect(&books, 0, kept, KEPT);
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_int_equal(books.book[0].change_id, 7);
}

/* Every order of five levels: best first, worst first, and everything between. */
static void levels_come_in_any_order(void **state) {
  (void)state;
  uint32_t order[KEPT] = {0, 1, 2, 3, 4};
  for (uint32_t permutation = 0; permutation < 120; permutation++) {
    struct level levels[KEPT];
    uint32_t rest = permutation;
    for (uint32_t i = 0; i < KEPT; i++) order[i] = i;
    for (uint32_t i = 0; i < KEPT; i++) {
      uint32_t pick = i + rest % (KEPT - i), swapped = order[i];
      rest /= KEPT - i;
      order[i] = order[pick], order[pick] = swapped;
      levels[i] = kept[order[i]];
    }
    books_snapshot(&books, 0, 1 + permutation, levels, KEPT);
    books_expect(&books, 0, kept, KEPT);
  }
}

static void long_sides_are_sorted_however_they_come(void **state) {
  (void)state;
  static struct level levels[PL_BOOK_LEVELS_MAX], sorted[PL_BOOK_LEVELS_MAX];
  uint64_t seed = 1;
  for (uint32_t way = 0; way < 4; way++) {
    for (uint32_t i = 0; i < PL_BOOK_LEVELS_MAX; i++)
      levels[i] = sorted[i] = (struct level){PL_BID, 2 * PL_BOOK_LEVELS_MAX - i, 1 + i};
    for (uint32_t i = PL_BOOK_LEVELS_MAX - 1; way == 1 && i > 0; i--) {
      uint32_t pick = (uint32_t)random_below(&seed, i + 1);
      struct level swapped = levels[i];
      levels[i] = levels[pick], levels[pick] = swapped;
    }
    for (uint32_t i = 0; way == 2 && i < PL_BOOK_LEVELS_MAX; i++)
      levels[i] = sorted[PL_BOOK_LEVELS_MAX - 1 - i];
    if (way == 3) levels[0] = sorted[1], levels[1] = sorted[0];
    books_snapshot(&books, 0, 1 + way, levels, PL_BOOK_LEVELS_MAX);
    books_expect(&books, 0, sorted, PL_BOOK_LEVELS_MAX);
    assert_false(books.book[0].sides[PL_BID].truncated);
  }
}

/* More levels than are kept: the touch must be right whichever end the venue sends first. */
static void snapshot_larger_than_a_side_keeps_the_best(void **state) {
  (void)state;
  const uint32_t sent = PL_BOOK_LEVELS_MAX + 100;
  for (uint32_t best_first = 0; best_first < 2; best_first++) {
    books_apply(&books, best_first, event_snapshot_begin(1, true));
    for (uint32_t i = 0; i < sent; i++) {
      int64_t rank = best_first ? i : sent - 1 - i;
      books_apply(&books, best_first, event_snapshot_level(PL_ASK, 1000 + rank, 1 + rank));
    }
    books_apply(&books, best_first, event_snapshot_end(1));
    const struct pl_book *book = &books.book[best_first];
    assert_int_equal(book->sides[PL_ASK].count, PL_BOOK_LEVELS_MAX);
    assert_true(book->sides[PL_ASK].truncated);
    if (pl_book_best_e9(book, PL_ASK) != 1000)
      fail_msg("best first %u: best is %lld", best_first, (long long)pl_book_best_e9(book, PL_ASK));
  }
}

/* The book's invariants hold whatever the venue sends: prices strictly sorted, nothing at 0. */
static void snapshot_with_doubles_and_empty_levels_leaves_a_sound_book(void **state) {
  (void)state;
  const struct level odd[] = {
      {PL_BID, 100, 4}, {PL_BID, 100, 6}, {PL_BID, 99, 0}, {PL_BID, 98, 1}, {PL_ASK, 101, 0}};
  books_snapshot(&books, 0, 1, odd, 5);
  const struct pl_book *book = &books.book[0];
  for (uint32_t which = 0; which < 2; which++)
    for (uint32_t i = 0; i < book->sides[which].count; i++) {
      assert_true(book->sides[which].levels[i].qty_e8 > 0);
      if (i > 0)
        assert_true(book->sides[which].levels[i].key > book->sides[which].levels[i - 1].key);
    }
}

static void snapshot_older_than_kept_book_is_ignored(void **state) {
  (void)state;
  books_snapshot(&books, 0, 7, kept, KEPT);
  pl_book_doubt(books.store, &books.book[0]);
  books_snapshot(&books, 0, 6, kept, 2);
  books_expect(&books, 0, kept, KEPT);
  assert_int_equal(books.book[0].change_id, 7);
  assert_false(pl_book_is_proven(&books.book[0])); /* it says nothing of what was lost since */
  assert_int_equal(count()->snapshot_checks, 0);
}

static void snapshot_newer_than_kept_book_replaces_it(void **state) {
  (void)state;
  books_snapshot(&books, 0, 7, kept, KEPT);
  pl_book_doubt(books.store, &books.book[0]);
  books_snapshot(&books, 0, 9, kept, 2);
  books_expect(&books, 0, kept, 2);
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_false(books_apply(&books, 0, event_level(7, 8, PL_ASK, 101, 9))); /* contained in it */
  books_expect(&books, 0, kept, 2);
  assert_int_equal(count()->snapshot_checks, 0);
  assert_int_equal(count()->updates_old, 1);
}

static void snapshot_equal_to_kept_book_proves_it(void **state) {
  (void)state;
  books_snapshot(&books, 0, 7, kept, KEPT);
  books_snapshot(&books, 0, 7, kept, KEPT);
  assert_int_equal(count()->snapshot_checks, 1);
  assert_int_equal(count()->snapshot_matches, 1);
  uint64_t id = 8;
  struct level other[KEPT];
  for (uint32_t changed = 0; changed < 2 * KEPT; changed++) { /* each quantity, each price */
    for (uint32_t i = 0; i < KEPT; i++) other[i] = kept[i];
    struct level *level = &other[changed / 2];
    level->qty_e8 += changed % 2;
    if (changed % 2 == 0) level->price_e9 += level->side == PL_BID ? -7 : 7;
    books_snapshot(&books, 0, ++id, kept, KEPT);
    books_snapshot(&books, 0, id, other, KEPT);
  }
  books_snapshot(&books, 0, ++id, kept, KEPT);
  books_snapshot(&books, 0, id, kept, KEPT - 1); /* one level less */
  assert_int_equal(count()->snapshot_checks, 1 + 2 * KEPT + 1);
  assert_int_equal(count()->snapshot_matches, 1);
}

/* A side that let levels go has nothing to be compared with. */
static void truncated_book_is_replaced_without_a_check(void **state) {
  (void)state;
  static struct level levels[PL_BOOK_LEVELS_MAX];
  for (uint32_t i = 0; i < PL_BOOK_LEVELS_MAX; i++) levels[i] = (struct level){PL_ASK, 1000 + i, 1};
  books_snapshot(&books, 0, 1, levels, PL_BOOK_LEVELS_MAX);
  books_apply(&books, 0, event_level(1, 2, PL_ASK, 999, 1));
  assert_int_equal(count()->sides_truncated, 1);
  books_snapshot(&books, 0, 2, levels, PL_BOOK_LEVELS_MAX);
  assert_int_equal(count()->snapshot_checks, 0);
  assert_false(books.book[0].sides[PL_ASK].truncated);
  books_snapshot(&books, 0, 2, levels, PL_BOOK_LEVELS_MAX);
  assert_int_equal(count()->snapshot_checks, 1);
}

static void partial_snapshot_never_touches_the_book(void **state) {
  (void)state;
  books_snapshot(&books, 0, 7, kept, KEPT);
  books_apply(&books, 0, event_snapshot_begin(9, false));
  books_apply(&books, 0, event_snapshot_level(PL_BID, 55, 5));
  assert_false(books_apply(&books, 0, event_snapshot_end(9)));
  books_expect(&books, 0, kept, KEPT);
  assert_int_equal(books.book[0].change_id, 7);
  assert_int_equal(count()->snapshots_partial, 1);
}

static void parts_without_a_beginning_or_an_end_do_nothing(void **state) {
  (void)state;
  books_apply(&books, 0, event_snapshot_level(PL_BID, 55, 5));
  assert_false(books_apply(&books, 0, event_snapshot_end(3)));
  assert_int_equal(books.book[0].state, PL_BOOK_EMPTY);
  assert_int_equal(count()->snapshots_orphaned, 1);
  books_apply(&books, 0, event_snapshot_begin(4, true));
  books_apply(&books, 0, event_snapshot_level(PL_BID, 55, 5));
  books_snapshot(&books, 0, 5, kept, KEPT); /* begun anew: the old part is not in it */
  books_expect(&books, 0, kept, KEPT);
  assert_int_equal(count()->snapshots_orphaned, 2);
  assert_false(books_apply(&books, 0, event_snapshot_end(5))); /* ended already */
  assert_int_equal(count()->snapshots_orphaned, 3);
}

static void levels_without_a_side_are_left_out(void **state) {
  (void)state;
  books_apply(&books, 0, event_snapshot_begin(4, true));
  books_apply(&books, 0, event_snapshot_level(PL_SIDE_NONE, 55, 5));
  books_apply(&books, 0, event_snapshot_level(PL_BID, 56, 5));
  books_apply(&books, 0, event_snapshot_end(4));
  books_expect(&books, 0, (const struct level[]){{PL_BID, 56, 5}}, 1);
}

static void snapshots_of_many_instruments_go_side_by_side(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    books_apply(&books, i, event_snapshot_begin(1, true));
  for (uint32_t level = 0; level < 3; level++)
    for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
      books_apply(&books, i, event_snapshot_level(PL_BID, 10 * i + level, 1 + level));
  for (uint32_t i = PL_SNAPSHOTS_OPEN_MAX; i-- > 0;) {
    assert_true(books_apply(&books, i, event_snapshot_end(1)));
    const struct level expected[] = {
        {PL_BID, 10 * i + 2, 3}, {PL_BID, 10 * i + 1, 2}, {PL_BID, 10 * i, 1}};
    books_expect(&books, i, expected, 3);
  }
  assert_int_equal(count()->snapshots_orphaned, 0);
}

static void oldest_open_snapshot_gives_way_when_the_table_is_full(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    books_apply(&books, i, event_snapshot_begin(1, true));
  books_apply(&books, 0,
              event_snapshot_begin(2, true)); /* begun again: now instrument 1 is oldest */
  books_apply(&books, 20, event_snapshot_begin(1, true));
  books_apply(&books, 20, event_snapshot_level(PL_BID, 5, 5));
  assert_int_equal(count()->snapshots_orphaned, 2);
  assert_false(books_apply(&books, 1, event_snapshot_end(1)));
  assert_int_equal(count()->snapshots_orphaned, 3);
  assert_true(books_apply(&books, 20, event_snapshot_end(1)));
  books_expect(&books, 20, (const struct level[]){{PL_BID, 5, 5}}, 1);
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    if (i != 1) assert_true(books_apply(&books, i, event_snapshot_end(1)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(nothing_changes_before_the_snapshot_ends),
      TEST(levels_come_in_any_order),
      TEST(long_sides_are_sorted_however_they_come),
      TEST(snapshot_larger_than_a_side_keeps_the_best),
      TEST(snapshot_with_doubles_and_empty_levels_leaves_a_sound_book),
      TEST(snapshot_older_than_kept_book_is_ignored),
      TEST(snapshot_newer_than_kept_book_replaces_it),
      TEST(snapshot_equal_to_kept_book_proves_it),
      TEST(truncated_book_is_replaced_without_a_check),
      TEST(partial_snapshot_never_touches_the_book),
      TEST(parts_without_a_beginning_or_an_end_do_nothing),
      TEST(levels_without_a_side_are_left_out),
      TEST(snapshots_of_many_instruments_go_side_by_side),
      TEST(oldest_open_snapshot_gives_way_when_the_table_is_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
