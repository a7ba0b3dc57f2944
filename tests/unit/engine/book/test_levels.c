/* The levels of a side against a brute-force list: every short sequence, and long random ones. */
#include "engine/book/book.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MODEL_MAX (PL_BOOK_LEVELS_MAX + 1u)

/* Prices and quantities in no order at all. */
struct model {
  uint32_t count;
  int64_t prices[MODEL_MAX], qtys[MODEL_MAX];
};

static uint32_t model_find(const struct model *model, int64_t price) {
  uint32_t at = 0;
  while (at < model->count && model->prices[at] != price) at++;
  return at;
}

static uint32_t model_worst(const struct model *model, enum pl_side which) {
  uint32_t worst = 0;
  for (uint32_t i = 1; i < model->count; i++)
    if (which == PL_BID ? model->prices[i] < model->prices[worst]
                        : model->prices[i] > model->prices[worst])
      worst = i;
  return worst;
}

static void model_remove(struct model *model, uint32_t at) {
  model->count--;
  model->prices[at] = model->prices[model->count];
  model->qtys[at] = model->qtys[model->count];
}

/* Sets a level, then lets the worst go when there are too many. */
static bool model_set(struct model *model, enum pl_side which, int64_t price, int64_t qty) {
  uint32_t at = model_find(model, price);
  bool known = at < model->count;
  if (qty != 0) {
    model->prices[at] = price;
    model->qtys[at] = qty;
    model->count += !known;
  } else if (known) {
    model_remove(model, at);
  }
  if (model->count > PL_BOOK_LEVELS_MAX) model_remove(model, model_worst(model, which));
  return known;
}

static bool equal(const struct model *model, const struct pl_book_side *side, enum pl_side which) {
  if (side->count != model->count) return false;
  for (uint32_t depth = 0; depth < side->count; depth++) {
    int64_t price = pl_book_price_e9(side, which, depth);
    uint32_t at = model_find(model, price);
    if (at == model->count || model->qtys[at] != pl_book_qty_e8(side, depth)) return false;
    if (depth > 0) {
      int64_t better = pl_book_price_e9(side, which, depth - 1);
      if (which == PL_BID ? better <= price : better >= price) return false;
    }
  }
  return true;
}

#define TINY_PRICES 4
#define TINY_QTYS   3
#define TINY_DEPTH  5

struct tiny {
  struct pl_level levels[TINY_PRICES + 1];
  uint32_t count;
};

static void explore(const struct tiny *from, const struct model *model_from, enum pl_side which,
                    uint32_t depth) {
  for (int64_t price = -2; price < -2 + TINY_PRICES; price++)
    for (int64_t qty = 0; qty < TINY_QTYS; qty++) {
      struct tiny tiny = *from;
      struct model model = {.count = model_from->count};
      memcpy(model.prices, model_from->prices, model.count * sizeof model.prices[0]);
      memcpy(model.qtys, model_from->qtys, model.count * sizeof model.qtys[0]);
      struct pl_book_side side = {
          .levels = tiny.levels, .count = tiny.count, .capacity = TINY_PRICES + 1};
      bool known = pl_levels_set(NULL, &side, which, price, qty);
      if (known != model_set(&model, which, price, qty)) fail_msg("known");
      if (!equal(&model, &side, which)) fail_msg("levels differ");
      tiny.count = side.count;
      if (depth > 1) explore(&tiny, &model, which, depth - 1);
    }
}

static void every_short_sequence_equals_the_list(void **state) {
  (void)state;
  const struct tiny tiny = {.count = 0};
  static const struct model model;
  explore(&tiny, &model, PL_ASK, TINY_DEPTH);
  explore(&tiny, &model, PL_BID, TINY_DEPTH);
}

/* prices: how many there are to choose from; far above the bound, sides run full. */
static void play(enum pl_side which, uint64_t prices, uint32_t steps, uint64_t seed) {
  static struct pl_level levels[PL_BOOK_LEVELS_MAX];
  static struct model model;
  model.count = 0;
  struct pl_book_side side = {.levels = levels, .capacity = PL_BOOK_LEVELS_MAX};
  bool let_go = false;
  for (uint32_t step = 0; step < steps; step++) {
    int64_t price = (int64_t)random_below(&seed, prices) - (int64_t)prices / 2;
    int64_t qty = (int64_t)random_below(&seed, prices > PL_BOOK_LEVELS_MAX ? 20 : 3);
    let_go |=
        model.count == PL_BOOK_LEVELS_MAX && qty != 0 && model_find(&model, price) == model.count;
    if (pl_levels_set(NULL, &side, which, price, qty) != model_set(&model, which, price, qty))
      fail_msg("known at step %u", step);
    if (side.truncated != let_go) fail_msg("truncated at step %u", step);
    if ((step % 61 == 0 || prices < 100) && !equal(&model, &side, which))
      fail_msg("levels differ at step %u", step);
  }
  assert_true(equal(&model, &side, which));
  assert_int_equal(let_go, prices > PL_BOOK_LEVELS_MAX);
}

static void long_random_sequences_equal_the_list(void **state) {
  (void)state;
  for (enum pl_side which = PL_ASK; which <= PL_BID; which++) {
    play(which, 7, 20000, 1);
    play(which, 30, 20000, 2);
    play(which, 700, 20000, 3);
  }
}

static void full_side_lets_the_worst_go_and_says_so(void **state) {
  (void)state;
  for (enum pl_side which = PL_ASK; which <= PL_BID; which++) play(which, 6000, 60000, 4);
}

static void best_of_an_empty_side_is_none(void **state) {
  (void)state;
  struct pl_level levels[2];
  struct pl_book book = {.sides = {{.levels = levels, .capacity = 2}}};
  assert_true(pl_book_best_e9(&book, PL_ASK) == PL_PRICE_NONE);
  assert_true(pl_book_best_qty_e8(&book, PL_ASK) == 0);
  (void)pl_levels_set(NULL, &book.sides[PL_ASK], PL_ASK, -5, 7);
  (void)pl_levels_set(NULL, &book.sides[PL_ASK], PL_ASK, 6, 8);
  assert_true(pl_book_best_e9(&book, PL_ASK) == -5);
  assert_true(pl_book_best_qty_e8(&book, PL_ASK) == 7);
}

/* A side that cannot grow keeps its best levels; what another gives back serves it. */
static void empty_pool_lets_the_worst_go_until_a_block_is_free(void **state) {
  (void)state;
  const uint32_t room = 3 * PL_LEVELS_BLOCK_MIN;
  struct pl_arena arena;
  struct pl_book_side first = {.count = 0}, second = {.count = 0};
  assert_int_equal(pl_arena_open(pl_levels_pool_footprint(room), &arena), PL_OK);
  struct pl_levels_pool *pool = pl_levels_pool_create(&arena, room);
  for (int64_t i = 0; i < 2 * PL_LEVELS_BLOCK_MIN; i++) /* grows out of a block into twice that */
    (void)pl_levels_set(pool, &first, PL_BID, i, 1);
  assert_int_equal(first.capacity, 2 * PL_LEVELS_BLOCK_MIN);
  assert_false(first.truncated);
  for (int64_t i = 0; i < 100; i++) (void)pl_levels_set(pool, &second, PL_BID, i, 1);
  assert_int_equal(second.count, PL_LEVELS_BLOCK_MIN); /* the one that the first grew out of */
  assert_true(second.truncated && pl_levels_is_sound(&second));
  assert_true(second.levels[0].key == 100 - PL_LEVELS_BLOCK_MIN);
  struct pl_book_side third = {.count = 0};
  (void)pl_levels_set(pool, &third, PL_ASK, 5, 1);
  assert_int_equal(third.count, 0);
  assert_true(third.truncated);
  pl_levels_clear(pool, &first);
  pl_levels_clear(pool, &third);
  (void)pl_levels_set(pool, &third, PL_ASK, 5, 1);
  assert_int_equal(third.count, 1);
  assert_int_equal(third.capacity,
                   2 * PL_LEVELS_BLOCK_MIN); /* larger than asked for: all there is */
  pl_arena_close(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_short_sequence_equals_the_list),
      cmocka_unit_test(long_random_sequences_equal_the_list),
      cmocka_unit_test(full_side_lets_the_worst_go_and_says_so),
      cmocka_unit_test(best_of_an_empty_side_is_none),
      cmocka_unit_test(empty_pool_lets_the_worst_go_until_a_block_is_free),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
