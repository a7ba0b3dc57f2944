/* The book walk against the plainest reading of its definition: one unit of 1e-8 after another,
 * each taken from the best level left, each band summed level by level. */
#include "engine/impact/walk.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LEVELS      6u
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const uint32_t bands_bps[PL_BAND_COUNT] = PL_BANDS_BPS;
static const enum pl_kind kinds[] = {PL_KIND_LINEAR, PL_KIND_INVERSE, PL_KIND_OPTION_LINEAR,
                                     PL_KIND_OPTION_INVERSE, PL_KIND_SPOT};

struct ladder {
  struct pl_book_side side;
  enum pl_side which;
  struct pl_level levels[PL_BOOK_LEVELS_MAX];
};

static void ladder_open(struct ladder *ladder, enum pl_side which) {
  ladder->which = which;
  ladder->side = (struct pl_book_side){.levels = ladder->levels, .capacity = PL_BOOK_LEVELS_MAX};
}

static void ladder_add(struct ladder *ladder, int64_t price_e9, int64_t qty_e8) {
  (void)pl_levels_set(NULL, &ladder->side, ladder->which, price_e9, qty_e8);
}

static int64_t price_of(const struct ladder *ladder, uint32_t at) {
  return ladder->which == PL_BID ? ladder->levels[at].key : -ladder->levels[at].key;
}

static pl_i128 behind_of(const struct ladder *ladder, const struct pl_walk_terms *terms,
                         uint32_t at) {
  int64_t price_e9 = price_of(ladder, at);
  pl_i128 behind = ladder->which == PL_BID ? (pl_i128)terms->mid_e9 - price_e9
                                           : (pl_i128)price_e9 - terms->mid_e9;
  return behind > 0 ? behind : 0;
}

/* Cost of one unit (1e-8) at a level, in 1e-17: the coin lost, valued at mid, for an inverse. */
static pl_i128 unit_cost(const struct ladder *ladder, const struct pl_walk_terms *terms,
                         uint32_t at) {
  pl_i128 behind = behind_of(ladder, terms, at), price = price_of(ladder, at);
  if (terms->kind != PL_KIND_INVERSE || behind == 0) return behind;
  if (price <= 0) return PL_PRICE_E9_MAX;
  pl_i128 cost = (behind * PL_E9 + price - 1) / price;
  return cost < PL_PRICE_E9_MAX ? cost : PL_PRICE_E9_MAX;
}

/* Takes so many units one by one. */
static struct pl_walk_cost oracle_cost(const struct ladder *ladder,
                                       const struct pl_walk_terms *terms, int64_t qty_e8) {
  struct pl_walk_cost cost = {0};
  uint32_t at = ladder->side.count;
  int64_t taken = 0;
  while (cost.filled_qty_e8 < qty_e8 && at > 0) {
    if (taken == ladder->levels[at - 1].qty_e8) {
      at--, taken = 0;
      continue;
    }
    cost.cost_e17 += (pl_u128)unit_cost(ladder, terms, at - 1);
    cost.filled_qty_e8++, taken++;
  }
  return cost;
}

static int64_t oracle_depth(const struct ladder *ladder, const struct pl_walk_terms *terms,
                            uint32_t bps) {
  pl_i128 value = 0;
  for (uint32_t at = 0; at < ladder->side.count; at++) {
    if (behind_of(ladder, terms, at) * 10000 > (pl_i128)terms->reference_e9 * bps) continue;
    int64_t price_e9 = price_of(ladder, at) > 0 ? price_of(ladder, at) : 0;
    bool priced = terms->kind == PL_KIND_LINEAR || terms->kind == PL_KIND_SPOT;
    value += (pl_i128)ladder->levels[at].qty_e8 * (priced ? price_e9 : terms->unit_e9);
  }
  value /= INT64_C(100000000000);
  return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static void check(const struct ladder *ladder, const struct pl_walk_terms *terms) {
  int64_t qtys_e8[PL_IMPACT_SIZES_MAX], depth_u6[PL_BAND_COUNT];
  struct pl_walk_cost costs[PL_IMPACT_SIZES_MAX];
  uint32_t saturations = 0;
  for (uint32_t i = 0; i < PL_IMPACT_SIZES_MAX; i++) qtys_e8[i] = i * 3 / 2;
  pl_walk_costs(&ladder->side, ladder->which, terms, qtys_e8, PL_IMPACT_SIZES_MAX, costs);
  for (uint32_t i = 0; i < PL_IMPACT_SIZES_MAX; i++) {
    struct pl_walk_cost wanted = oracle_cost(ladder, terms, qtys_e8[i]), alone;
    assert_true(costs[i].filled_qty_e8 == wanted.filled_qty_e8);
    assert_true(costs[i].cost_e17 == wanted.cost_e17);
    pl_walk_costs(&ladder->side, ladder->which, terms, &qtys_e8[i], 1, &alone);
    assert_true(alone.cost_e17 == wanted.cost_e17 && alone.filled_qty_e8 == wanted.filled_qty_e8);
    if (i > 0) assert_true(costs[i].cost_e17 >= costs[i - 1].cost_e17);
  }
  pl_walk_depth(&ladder->side, ladder->which, terms, depth_u6, &saturations);
  for (uint32_t band = 0; band < PL_BAND_COUNT; band++) {
    int64_t wanted = oracle_depth(ladder, terms, bands_bps[band]);
    if (depth_u6[band] != wanted)
      fail_msg("kind %u band %u: %lld, not %lld", terms->kind, band, (long long)depth_u6[band],
               (long long)wanted);
    if (band > 0) assert_true(depth_u6[band] >= depth_u6[band - 1]);
  }
}

/* Small books round a small mid: behind it, at it, through it, at and below zero. */
static void walk_is_the_sum_of_its_units(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (uint32_t run = 0; run < 20000; run++) {
    static struct ladder ladder;
    struct pl_walk_terms terms;
    enum pl_kind kind = kinds[run % COUNT(kinds)];
    int64_t scale = run % 3 == 0 ? 1 : run % 3 == 1 ? 1000003 : PL_E9;
    int64_t mid_e9 = (1 + (int64_t)random_below(&seed, 40)) * scale;
    assert_true(pl_walk_terms(kind, mid_e9, 37 * scale, &terms));
    ladder_open(&ladder, run & 1 ? PL_BID : PL_ASK);
    for (uint32_t i = 0; i < LEVELS; i++)
      ladder_add(&ladder,
                 run % 7 == 0 ? mid_e9 + (int64_t)random_below(&seed, 201) - 100
                              : ((int64_t)random_below(&seed, 90) - 5) * scale,
                 (int64_t)random_below(&seed, 6));
    check(&ladder, &terms);
  }
}

/* A level exactly on the edge of a band is inside it, one step of 1e-9 further it is not. */
static void band_edges_are_exact(void **state) {
  (void)state;
  static const int64_t mids_e9[] = {
      PL_E9, 10000, 12345, 999, 64123 * PL_E9 + 1, PL_PRICE_E9_MAX / 2};
  for (uint32_t which = 0; which < 2; which++)
    for (uint32_t i = 0; i < COUNT(mids_e9); i++)
      for (uint32_t k = 0; k < COUNT(kinds); k++) {
        struct pl_walk_terms terms;
        assert_true(pl_walk_terms(kinds[k], mids_e9[i], 3 * mids_e9[i], &terms));
        for (uint32_t band = 0; band < PL_BAND_COUNT; band++)
          for (int64_t step = -1; step <= 1; step++) {
            static struct ladder ladder;
            pl_i128 edge = (pl_i128)terms.reference_e9 * bands_bps[band] / 10000;
            int64_t off_e9 = (int64_t)edge + step;
            ladder_open(&ladder, which ? PL_BID : PL_ASK);
            ladder_add(&ladder, which ? mids_e9[i] - off_e9 : mids_e9[i] + off_e9, PL_E8 * 1000000);
            check(&ladder, &terms);
          }
      }
}

static void walk_beyond_the_book_says_what_it_filled(void **state) {
  (void)state;
  static struct ladder ladder;
  struct pl_walk_terms terms;
  uint32_t saturations = 0;
  assert_true(pl_walk_terms(PL_KIND_LINEAR, 100 * PL_E9, 0, &terms));
  ladder_open(&ladder, PL_BID);
  const int64_t wanted_e8[] = {0, PL_E8, 4 * PL_E8, INT64_MAX};
  struct pl_walk_cost costs[4];
  pl_walk_costs(&ladder.side, PL_BID, &terms, wanted_e8, 4, costs); /* an empty side */
  for (uint32_t i = 0; i < 4; i++)
    assert_true(costs[i].filled_qty_e8 == 0 && costs[i].cost_e17 == 0);
  assert_int_equal(pl_walk_slippage_ppm(&terms, &costs[1], PL_E8, 100000, &saturations), 100001);
  ladder_add(&ladder, 99 * PL_E9, 2 * PL_E8);
  pl_walk_costs(&ladder.side, PL_BID, &terms, wanted_e8, 4, costs);
  assert_true(costs[1].filled_qty_e8 == PL_E8);
  assert_true(costs[2].filled_qty_e8 == 2 * PL_E8 && costs[3].filled_qty_e8 == 2 * PL_E8);
  assert_true(costs[2].cost_e17 == (pl_u128)(2 * PL_E8) * PL_E9);
  assert_int_equal(pl_walk_slippage_ppm(&terms, &costs[1], PL_E8, 100000, &saturations), 10000);
  /* half at 1 %, half charged 10 % */
  assert_in_range(pl_walk_slippage_ppm(&terms, &costs[2], 4 * PL_E8, 100000, &saturations), 55000,
                  55001);
  assert_int_equal(saturations, 0);
}

/* The slippage is never below the exact share, and above it by rounding only. */
static void slippage_rounds_up_and_no_further(void **state) {
  (void)state;
  uint64_t seed = 9;
  for (uint32_t run = 0; run < 100000; run++) {
    struct pl_walk_terms terms;
    uint32_t saturations = 0;
    int64_t mid_e9 = 1 + (int64_t)random_below(&seed, UINT64_C(1) << random_below(&seed, 50));
    assert_true(pl_walk_terms(kinds[run % COUNT(kinds)], mid_e9, 1 + mid_e9 / 3, &terms));
    int64_t qty_e8 = 1 + (int64_t)random_below(&seed, UINT64_C(1) << random_below(&seed, 50));
    int64_t filled_e8 = (int64_t)random_below(&seed, (uint64_t)qty_e8 + 1);
    int64_t share_e9 = terms.kind == PL_KIND_INVERSE ? PL_E9 : terms.reference_e9;
    uint32_t unfilled_ppm = (uint32_t)random_below(&seed, 1000001);
    struct pl_walk_cost cost = {filled_e8, (pl_u128)(uint64_t)filled_e8 *
                                               random_below(&seed, (uint64_t)share_e9)};
    pl_u128 whole = (pl_u128)(uint64_t)qty_e8 * (uint64_t)share_e9;
    pl_u128 unfilled = (pl_u128)(uint64_t)(qty_e8 - filled_e8) * (uint64_t)share_e9;
    pl_u128 exact = cost.cost_e17 * 1000000 + unfilled * unfilled_ppm;
    uint32_t least = (uint32_t)((exact + whole - 1) / whole);
    uint32_t got = pl_walk_slippage_ppm(&terms, &cost, qty_e8, unfilled_ppm, &saturations);
    pl_u128 slack = unfilled == 0 ? 0 : 1 + (pl_u128)unfilled_ppm * 1000000 / whole;
    if (got < least || got > least + slack) fail_msg("run %u: %u, least %u", run, got, least);
    assert_true(saturations == 0 || slack > 1000); /* a walk of next to nothing */
  }
}

static void quantity_of_a_size_rounds_up(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (uint32_t run = 0; run < 100000; run++) {
    uint32_t saturations = 0;
    struct pl_walk_terms terms = {.unit_e9 = 1 + (int64_t)(random_next(&seed) >> (4 + run % 59))};
    int64_t size_u6 = (int64_t)(random_next(&seed) >> (1 + run % 63));
    int64_t qty_e8 = pl_walk_qty_e8(&terms, size_u6, &saturations);
    pl_i128 size = (pl_i128)size_u6 * INT64_C(100000000000), unit = terms.unit_e9;
    if (saturations == 0)
      assert_true(qty_e8 * unit >= size && (qty_e8 == 0 || (qty_e8 - 1) * unit < size));
    else
      assert_true(qty_e8 == INT64_MAX && (pl_i128)INT64_MAX * unit < size);
  }
}

static void terms_need_a_kind_and_positive_prices(void **state) {
  (void)state;
  static const int64_t prices[] = {INT64_MIN, -1, 0, 1, 5 * PL_E9};
  for (uint32_t kind = 0; kind < PL_KIND_COUNT + 2; kind++)
    for (uint32_t i = 0; i < 25; i++) {
      struct pl_walk_terms terms = {.mid_e9 = 77};
      int64_t mid_e9 = prices[i / 5], index_e9 = prices[i % 5];
      bool option = kind == PL_KIND_OPTION_LINEAR || kind == PL_KIND_OPTION_INVERSE;
      bool known = kind != PL_KIND_UNKNOWN && kind < PL_KIND_COMBO;
      bool wanted = known && mid_e9 > 0 && (!option || index_e9 > 0);
      assert_int_equal(pl_walk_terms((enum pl_kind)kind, mid_e9, index_e9, &terms), wanted);
      if (!wanted) assert_true(terms.mid_e9 == 77);
      if (!wanted) continue;
      bool inverse_option = kind == PL_KIND_OPTION_INVERSE;
      assert_true(terms.unit_e9 == (option ? index_e9 : kind == PL_KIND_INVERSE ? PL_E9 : mid_e9));
      assert_true(terms.reference_e9 == (inverse_option ? PL_E9 : option ? index_e9 : mid_e9));
    }
}

#define ORACLE_LEVELS 1024 /* of the largest, whose worth is still below 2^127 */

/* Sums of orders may be larger than any quantity of a level: beyond 128 bits, less is said. */
static void fullest_book_of_sums_is_cut_and_says_so(void **state) {
  (void)state;
  static struct ladder ladder;
  for (uint32_t k = 0; k < COUNT(kinds); k++) {
    struct pl_walk_terms terms;
    int64_t depth_u6[PL_BAND_COUNT];
    uint32_t saturations = 0;
    assert_true(pl_walk_terms(kinds[k], PL_PRICE_E9_MAX, PL_PRICE_E9_MAX, &terms));
    ladder_open(&ladder, PL_BID);
    for (int64_t i = 0; i < PL_BOOK_LEVELS_MAX; i++)
      ladder_add(&ladder, PL_PRICE_E9_MAX - i, INT64_MAX);
    pl_walk_depth(&ladder.side, PL_BID, &terms, depth_u6, &saturations);
    for (uint32_t band = 0; band < PL_BAND_COUNT; band++) assert_true(depth_u6[band] == INT64_MAX);
    assert_true(saturations != 0);
  }
}

/* A full book at the ends of every range: nothing wraps, what does not fit is cut and counted. */
static void largest_book_saturates_instead_of_wrapping(void **state) {
  (void)state;
  static struct ladder ladder;
  for (uint32_t k = 0; k < COUNT(kinds); k++)
    for (uint32_t which = 0; which < 2; which++) {
      struct pl_walk_terms terms;
      int64_t depth_u6[PL_BAND_COUNT], most = INT64_MAX;
      uint32_t saturations = 0;
      struct pl_walk_cost cost;
      assert_true(pl_walk_terms(kinds[k], PL_PRICE_E9_MAX, PL_PRICE_E9_MAX, &terms));
      ladder_open(&ladder, which ? PL_BID : PL_ASK);
      for (int64_t i = 0; i < ORACLE_LEVELS; i++)
        ladder_add(&ladder, PL_PRICE_E9_MAX - i, PL_QTY_E8_MAX);
      pl_walk_depth(&ladder.side, ladder.which, &terms, depth_u6, &saturations);
      for (uint32_t band = 0; band < PL_BAND_COUNT; band++)
        assert_true(depth_u6[band] == oracle_depth(&ladder, &terms, bands_bps[band]));
      assert_int_equal(saturations != 0, depth_u6[0] == INT64_MAX);
      ladder_open(&ladder, which ? PL_BID : PL_ASK);
      for (int64_t i = 0; i < PL_BOOK_LEVELS_MAX; i++)
        ladder_add(&ladder, which ? i - PL_PRICE_E9_MAX : PL_PRICE_E9_MAX - i, PL_QTY_E8_MAX);
      pl_walk_costs(&ladder.side, ladder.which, &terms, &most, 1, &cost);
      assert_true(cost.filled_qty_e8 == INT64_MAX);
      pl_u128 worst_e17 = (pl_u128)INT64_MAX * 2 * (uint64_t)PL_PRICE_E9_MAX;
      assert_true(cost.cost_e17 <= worst_e17);
      assert_true(which == 0 || cost.cost_e17 > worst_e17 / 3);
      saturations = 0;
      uint32_t ppm = pl_walk_slippage_ppm(&terms, &cost, most, 1000000, &saturations);
      assert_true(which == 0 ? ppm == 0 : ppm >= 1000000);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walk_is_the_sum_of_its_units),
      cmocka_unit_test(fullest_book_of_sums_is_cut_and_says_so),
      cmocka_unit_test(band_edges_are_exact),
      cmocka_unit_test(walk_beyond_the_book_says_what_it_filled),
      cmocka_unit_test(slippage_rounds_up_and_no_further),
      cmocka_unit_test(quantity_of_a_size_rounds_up),
      cmocka_unit_test(terms_need_a_kind_and_positive_prices),
      cmocka_unit_test(largest_book_saturates_instead_of_wrapping),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
