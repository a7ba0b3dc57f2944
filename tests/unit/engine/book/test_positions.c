/* Levels by position against a plain array, best first: every action at every position with every
 * price and depth, on every book of up to three levels. */
#include "tests/unit/engine/book/books.h"

#include <string.h>

#define PRICES 5
#define LEVELS 3u

struct model {
  uint32_t count;
  struct level levels[LEVELS + 1];
};

/* How good a price is on a side. */
static int64_t rank(enum pl_side side, int64_t price) {
  return side == PL_BID ? price : -price;
}

static bool is_sorted(const struct model *model) {
  for (uint32_t i = 1; i < model->count; i++)
    if (rank(model->levels[i].side, model->levels[i - 1].price_e9) <=
        rank(model->levels[i].side, model->levels[i].price_e9))
      return false;
  return true;
}

/* What the venue's rules make of the model; false when they make nothing of it. */
static bool model_act(struct model *model, uint32_t action, uint32_t position, uint32_t depth_max,
                      struct level level) {
  struct model next = *model;
  uint32_t at = position - 1;
  bool sets = action == PL_LEVEL_INSERT || action == PL_LEVEL_CHANGE || action == PL_LEVEL_OVERLAY;
  if (position == 0 || (sets && level.qty_e8 == 0)) return false;
  if (action == PL_LEVEL_INSERT ? at > model->count || at >= depth_max
                                : at >= model->count && action != PL_LEVEL_DELETE_THRU)
    return false;
  switch (action) {
  case PL_LEVEL_INSERT:
    memmove(&next.levels[at + 1], &next.levels[at], (next.count - at) * sizeof level);
    next.levels[at] = level;
    next.count++;
    break;
  case PL_LEVEL_CHANGE:
    if (level.price_e9 != next.levels[at].price_e9) return false;
    next.levels[at] = level;
    break;
  case PL_LEVEL_OVERLAY: next.levels[at] = level; break;
  case PL_LEVEL_DELETE:
    if (level.price_e9 != 0 && level.price_e9 != next.levels[at].price_e9) return false;
    memmove(&next.levels[at], &next.levels[at + 1], (next.count - at - 1) * sizeof level);
    next.count--;
    break;
  case PL_LEVEL_DELETE_THRU: next.count = 0; break;
  case PL_LEVEL_DELETE_FROM:
    memmove(&next.levels[0], &next.levels[position], (next.count - position) * sizeof level);
    next.count -= position;
    break;
  default: return false;
  }
  if (!is_sorted(&next)) return false;
  if (action == PL_LEVEL_INSERT && next.count > depth_max) next.count = depth_max;
  *model = next;
  return true;
}

static struct pl_event event_at(uint64_t previous, uint64_t id, enum pl_side side, uint32_t action,
                                uint32_t position, uint32_t depth_max, int64_t price, int64_t qty) {
  return (struct pl_event){.type = PL_EV_LEVEL_AT,
                           .order_id = id,
                           .aux = PL_LEVEL_AT(previous, depth_max, action, position),
                           .side = (uint8_t)side,
                           .price_e9 = price,
                           .qty_e8 = qty,
                           .flags = EVENT_MESSAGE_END};
}

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

static const struct pl_book_counters *count(void) {
  return pl_book_counters(books.store);
}

/* The book whose prices are the bits of a mask; prices -2..2, so that 0 and negative ones are met.
 */
static struct model model_of(uint32_t mask, enum pl_side side) {
  struct model model = {.count = 0};
  for (uint32_t i = 0; i < PRICES; i++) {
    uint32_t price = side == PL_BID ? PRICES - 1 - i : i;
    if (mask >> price & 1)
      model.levels[model.count++] = (struct level){side, (int64_t)price - 2, 10 + price};
  }
  return model;
}

static void try_one(const struct model *from, enum pl_side side, uint32_t action, uint32_t position,
                    uint32_t depth_max, struct level level) {
  struct pl_book *book = &books.book[0];
  struct model model = *from;
  static uint64_t id = 100;
  id += 10;
  book->state = PL_BOOK_EMPTY;
  books_snapshot(&books, 0, id, from->levels, from->count);
  uint64_t wrong = count()->positions_wrong;
  bool fits = model_act(&model, action, position, depth_max, level);
  bool changed = books_apply(
      &books, 0,
      event_at(id, id + 1, side, action, position, depth_max, level.price_e9, level.qty_e8));
  if (changed != fits || count()->positions_wrong - wrong != !fits ||
      (book->state == PL_BOOK_KEPT) != fits)
    fail_msg("action %u, position %u of %u, depth %u, price %lld: %d", action, position,
             from->count, depth_max, (long long)level.price_e9, changed);
  books_expect(&books, 0, model.levels, model.count); /* as it was, when it did not fit */
}

static void case_16_every_action_on_every_small_book(void **state) {
  (void)state;
  for (enum pl_side side = PL_ASK; side <= PL_BID; side++)
    for (uint32_t mask = 0; mask < 1u << PRICES; mask++) {
      struct model from = {.count = 0};
      if ((uint32_t)__builtin_popcount(mask) > LEVELS) continue;
      from = model_of(mask, side);
      for (uint32_t action = 0; action <= PL_LEVEL_ACTION_COUNT; action++)
        for (uint32_t position = 0; position <= LEVELS + 2; position++)
          for (uint32_t depth_max = from.count != 0 ? from.count : 1; depth_max <= LEVELS + 1;
               depth_max++)
            for (int64_t price = -2; price < PRICES - 2; price++)
              for (int64_t qty = 0; qty < 2; qty++)
                try_one(&from, side, action, position, depth_max,
                        (struct level){side, price, qty * 5});
    }
}

static const struct level ten[] = {
    {PL_BID, 110, 1}, {PL_BID, 109, 2}, {PL_BID, 108, 3}, {PL_BID, 107, 4}, {PL_BID, 106, 5},
    {PL_BID, 105, 6}, {PL_BID, 104, 7}, {PL_BID, 103, 8}, {PL_BID, 102, 9}, {PL_BID, 101, 10}};

/* A new level in a full book: the last one falls off without being told. */
static void case_16_new_in_a_full_book_drops_the_last(void **state) {
  (void)state;
  books_snapshot(&books, 0, 1, ten, 10);
  books_apply(&books, 0, event_at(1, 2, PL_BID, PL_LEVEL_INSERT, 1, 10, 111, 7));
  struct level expected[10] = {{PL_BID, 111, 7}};
  memcpy(&expected[1], ten, 9 * sizeof ten[0]);
  books_expect(&books, 0, expected, 10);
  books_apply(&books, 0, event_at(2, 3, PL_BID, PL_LEVEL_DELETE, 1, 10, 111, 0));
  books_expect(&books, 0, ten, 9); /* the tenth comes with an update of its own */
  books_apply(&books, 0, event_at(3, 4, PL_BID, PL_LEVEL_INSERT, 10, 10, 101, 10));
  books_expect(&books, 0, ten, 10);
}

static void case_16_delete_thru_and_from(void **state) {
  (void)state;
  books_snapshot(&books, 0, 1, ten, 10);
  books_apply(&books, 0, event_at(1, 2, PL_BID, PL_LEVEL_DELETE_FROM, 3, 10, 0, 0));
  books_expect(&books, 0, ten + 3, 7);
  books_apply(&books, 0, event_at(2, 3, PL_BID, PL_LEVEL_DELETE_THRU, 1, 10, 0, 0));
  books_expect(&books, 0, NULL, 0);
  assert_int_equal(count()->levels_removed, 10);
}

static void case_16_change_of_a_missing_level_breaks_the_book(void **state) {
  (void)state;
  books_snapshot(&books, 0, 1, ten, 2);
  assert_false(books_apply(&books, 0, event_at(1, 2, PL_BID, PL_LEVEL_CHANGE, 3, 10, 108, 9)));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  assert_int_equal(count()->positions_wrong, 1);
  books_expect(&books, 0, ten, 2);
  assert_false(books_apply(&books, 0, event_at(2, 3, PL_BID, PL_LEVEL_CHANGE, 1, 10, 110, 9)));
  books_expect(&books, 0, ten, 2); /* nothing more until a snapshot */
}

/* Every way in which the ids of an update may lie to the kept one. */
static void ids_decide_before_positions_do(void **state) {
  (void)state;
  static const struct {
    uint64_t previous, id;
    bool applied, broken;
  } rows[] = {
      {5, 6, true, false},  /* the next one */
      {5, 9, true, false},  /* ids between were no book updates */
      {3, 6, true, false},  /* begun before the snapshot */
      {5, 5, false, false}, /* the one that the snapshot contains */
      {3, 4, false, false}, /* older */
      {6, 7, false, true},  /* one is missing */
      {0, 6, true, false},  /* the first that the decoder saw */
      {5, UINT64_C(1) << 40, true, false},
  };
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    books.book[i].state = PL_BOOK_EMPTY;
    books_snapshot(&books, i, 5, ten, 2);
    pl_book_doubt(books.store, &books.book[i]);
    bool applied = books_apply(
        &books, i, event_at(rows[i].previous, rows[i].id, PL_BID, PL_LEVEL_CHANGE, 1, 10, 110, 9));
    assert_int_equal(applied, rows[i].applied);
    assert_int_equal(books.book[i].state, rows[i].broken ? PL_BOOK_BROKEN : PL_BOOK_KEPT);
    assert_int_equal(pl_book_is_proven(&books.book[i]), rows[i].applied);
    assert_true(books.book[i].change_id == (rows[i].applied ? rows[i].id : 5));
  }
  assert_int_equal(count()->chain_breaks, 1);
  assert_int_equal(count()->updates_old, 2);
}

static void events_of_one_update_share_its_id(void **state) {
  (void)state;
  books_snapshot(&books, 0, 5, ten, 2);
  assert_true(books_apply(&books, 0, event_at(5, 7, PL_BID, PL_LEVEL_DELETE, 1, 10, 110, 0)));
  assert_true(books_apply(&books, 0, event_at(5, 7, PL_BID, PL_LEVEL_DELETE, 1, 10, 109, 0)));
  books_expect(&books, 0, NULL, 0);
  assert_false(books_apply(&books, 0, event_at(7, 8, PL_SIDE_NONE, 0, 0, 0, 0, 0)));
  assert_true(books_apply(&books, 0, event_at(8, 9, PL_ASK, PL_LEVEL_INSERT, 1, 10, 111, 1)));
  assert_int_equal(count()->chain_breaks, 0);
}

static void book_that_begins_from_nothing_is_kept_at_once(void **state) {
  (void)state;
  assert_false(books_apply(&books, 0, event_at(0, 1, PL_ASK, PL_LEVEL_INSERT, 1, 10, 111, 1)));
  assert_int_equal(count()->updates_no_book, 1);
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
  assert_true(pl_book_is_proven(&books.book[0]));
  assert_true(books_apply(&books, 0, event_at(0, 1, PL_ASK, PL_LEVEL_INSERT, 1, 10, 111, 1)));
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 111, 1}}, 1);
}

/* What did not fit is applied again behind the next snapshot: there it fits, or the chain shows
 * what is missing. */
static void update_that_did_not_fit_is_kept_for_a_snapshot(void **state) {
  (void)state;
  books_apply(&books, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
  books_apply(&books, 0, event_at(0, 1, PL_ASK, PL_LEVEL_CHANGE, 1, 10, 111, 2));
  assert_int_equal(books.book[0].state, PL_BOOK_BROKEN);
  books_snapshot(&books, 0, 0, (const struct level[]){{PL_ASK, 111, 1}}, 1);
  assert_true(pl_book_is_proven(&books.book[0]));
  books_expect(&books, 0, (const struct level[]){{PL_ASK, 111, 2}}, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_16_every_action_on_every_small_book),
      TEST(case_16_new_in_a_full_book_drops_the_last),
      TEST(case_16_delete_thru_and_from),
      TEST(case_16_change_of_a_missing_level_breaks_the_book),
      TEST(ids_decide_before_positions_do),
      TEST(events_of_one_update_share_its_id),
      TEST(book_that_begins_from_nothing_is_kept_at_once),
      TEST(update_that_did_not_fit_is_kept_for_a_snapshot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
