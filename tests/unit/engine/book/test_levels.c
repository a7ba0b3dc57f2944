/* The levels of a side against a brute-force list: every short sequence, and long random ones. */
#include "engine/book/book.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MODEL_MAX 1100u

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
    if (at == model->count || model->qtys[at] != side->qtys_e8[side->count - 1 - depth])
      return false;
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
  int64_t keys[TINY_PRICES + 1], qtys[TINY_PRICES + 1];
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
      struct pl_book_side side = {.keys = tiny.keys, .qtys_e8 = tiny.qtys, .count = tiny.count};
      bool known = pl_book_level_set(&side, which, price, qty);
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
  static int64_t keys[PL_BOOK_LEVELS_MAX], qtys[PL_BOOK_LEVELS_MAX];
  static struct model model;
  model.count = 0;
  struct pl_book_side side = {.keys = keys, .qtys_e8 = qtys};
  bool let_go = false;
  for (uint32_t step = 0; step < steps; step++) {
    int64_t price = (int64_t)random_below(&seed, prices) - (int64_t)prices / 2;
    int64_t qty = (int64_t)random_below(&seed, prices > 1000 ? 20 : 3);
    let_go |=
        model.count == PL_BOOK_LEVELS_MAX && qty != 0 && model_find(&model, price) == model.count;
    if (pl_book_level_set(&side, which, price, qty) != model_set(&model, which, price, qty))
      fail_msg("known at step %u", step);
    if (side.truncated != let_go) fail_msg("truncated at step %u", step);
    if ((step % 61 == 0 || prices < 100) && !equal(&model, &side, which))
      fail_msg("levels differ at step %u", step);
  }
  assert_true(equal(&model, &side, which));
  assert_int_equal(let_go, prices > 1000);
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
  for (enum pl_side which = PL_ASK; which <= PL_BID; which++) play(which, 1500, 20000, 4);
}

static void best_of_an_empty_side_is_none(void **state) {
  (void)state;
  int64_t keys[2], qtys[2];
  struct pl_book book = {.sides = {{.keys = keys, .qtys_e8 = qtys}}};
  assert_true(pl_book_best_e9(&book, PL_ASK) == PL_PRICE_NONE);
  assert_true(pl_book_best_qty_e8(&book, PL_ASK) == 0);
  (void)pl_book_level_set(&book.sides[PL_ASK], PL_ASK, -5, 7);
  (void)pl_book_level_set(&book.sides[PL_ASK], PL_ASK, 6, 8);
  assert_true(pl_book_best_e9(&book, PL_ASK) == -5);
  assert_true(pl_book_best_qty_e8(&book, PL_ASK) == 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_short_sequence_equals_the_list),
      cmocka_unit_test(long_random_sequences_equal_the_list),
      cmocka_unit_test(full_side_lets_the_worst_go_and_says_so),
      cmocka_unit_test(best_of_an_empty_side_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
