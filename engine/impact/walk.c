#include "engine/impact/walk.h"

#include "engine/base/check.h"

#define LEVELS_BELOW_MAX 128

#define PL_E2  100
#define PL_E11 INT64_C(100000000000)

bool pl_walk_terms(enum pl_kind kind, int64_t mid_e9, int64_t index_e9,
                   struct pl_walk_terms *ret_terms) {
  struct pl_walk_terms terms = {.kind = kind, .mid_e9 = mid_e9};
  switch (kind) {
  case PL_KIND_LINEAR:
  case PL_KIND_SPOT: terms.reference_e9 = terms.unit_e9 = mid_e9; break;
  case PL_KIND_INVERSE:
    terms.reference_e9 = mid_e9;
    terms.unit_e9 = PL_E9;
    break;
  case PL_KIND_OPTION_LINEAR: terms.reference_e9 = terms.unit_e9 = index_e9; break;
  case PL_KIND_OPTION_INVERSE:
    terms.reference_e9 = PL_E9;
    terms.unit_e9 = index_e9;
    break;
  default: return false;
  }
  if (terms.mid_e9 <= 0 || terms.reference_e9 <= 0 || terms.unit_e9 <= 0) return false;
  *ret_terms = terms;
  return true;
}

int64_t pl_walk_qty_e8(const struct pl_walk_terms *terms, int64_t size_u6, uint32_t *saturations) {
  return pl_fixed_saturate(pl_fixed_div_ceil((pl_i128)size_u6 * PL_E11, terms->unit_e9),
                           saturations);
}

/* Distance of a level behind mid; a level through mid is at no distance. */
static int64_t behind_mid_e9(const struct pl_walk_terms *terms, enum pl_side which,
                             int64_t price_e9) {
  int64_t behind_e9 = which == PL_BID ? terms->mid_e9 - price_e9 : price_e9 - terms->mid_e9;
  return behind_e9 > 0 ? behind_e9 : 0;
}

/* Cost of one contract unit at a level, in 1e-9 quote. */
static int64_t unit_cost_e9(const struct pl_walk_terms *terms, enum pl_side which,
                            int64_t price_e9) {
  int64_t behind_e9 = behind_mid_e9(terms, which, price_e9);
  if (terms->kind != PL_KIND_INVERSE || behind_e9 == 0) return behind_e9;
  if (price_e9 <= 0) return PL_PRICE_E9_MAX; /* worthless: the whole coin value is lost */
  uint64_t price = (uint64_t)price_e9;
  pl_u128 cost_e9 = ((pl_u128)(uint64_t)behind_e9 * (uint64_t)PL_E9 + price - 1) / price;
  return cost_e9 < (pl_u128)PL_PRICE_E9_MAX ? (int64_t)cost_e9 : PL_PRICE_E9_MAX;
}

void pl_walk_costs(const struct pl_book_side *side, enum pl_side which,
                   const struct pl_walk_terms *terms, const int64_t *qtys_e8, uint32_t count,
                   struct pl_walk_cost *ret_costs) {
  PL_CHECK(count >= 1 && count <= PL_IMPACT_SIZES_MAX);
  pl_u128 cost_e17 = 0;
  int64_t filled_qty_e8 = 0;
  uint32_t size = 0, depth = 0;
  while (size < count && depth < side->count) {
    int64_t level_qty_e8 = pl_book_qty_e8(side, depth);
    uint64_t level_cost_e9 =
        (uint64_t)unit_cost_e9(terms, which, pl_book_price_e9(side, which, depth));
    /* sizes that end inside this level */
    while (size < count && qtys_e8[size] - filled_qty_e8 <= level_qty_e8) {
      uint64_t part_qty_e8 = (uint64_t)(qtys_e8[size] - filled_qty_e8);
      ret_costs[size++] = (struct pl_walk_cost){
          .filled_qty_e8 = filled_qty_e8 + (int64_t)part_qty_e8,
          .cost_e17 = cost_e17 + (pl_u128)part_qty_e8 * level_cost_e9,
      };
    }
    if (size == count) return; /* and the sum below cannot pass INT64_MAX */
    cost_e17 += (pl_u128)(uint64_t)level_qty_e8 * level_cost_e9;
    filled_qty_e8 += level_qty_e8;
    depth++;
  }
  for (; size < count; size++)
    ret_costs[size] = (struct pl_walk_cost){.filled_qty_e8 = filled_qty_e8, .cost_e17 = cost_e17};
}

uint32_t pl_walk_slippage_ppm(const struct pl_walk_terms *terms, const struct pl_walk_cost *cost,
                              int64_t qty_e8, uint32_t unfilled_ppm, uint32_t *saturations) {
  PL_CHECK(qty_e8 > 0 && cost->filled_qty_e8 <= qty_e8);
  /* An inverse contract's cost is a share of its own quantity, everything else's of reference. */
  int64_t share_of_e9 = terms->kind == PL_KIND_INVERSE ? PL_E9 : terms->reference_e9;
  pl_u128 whole_e17 = (pl_u128)(uint64_t)qty_e8 * (uint64_t)share_of_e9;
  pl_u128 unfilled_e17 = (pl_u128)(uint64_t)(qty_e8 - cost->filled_qty_e8) * (uint64_t)share_of_e9;
  pl_u128 charged_e17 = (unfilled_e17 / (uint64_t)PL_PPM + 1) * unfilled_ppm;
  if (unfilled_e17 == 0) charged_e17 = 0;
  return pl_fixed_ratio_ppm(cost->cost_e17 + charged_e17, whole_e17, saturations);
}

void pl_walk_depth(const struct pl_book_side *side, enum pl_side which,
                   const struct pl_walk_terms *terms, int64_t ret_depth_u6[PL_BAND_COUNT],
                   uint32_t *saturations) {
  static const uint32_t bands_bps[PL_BAND_COUNT] = PL_BANDS_BPS;
  bool priced = terms->kind == PL_KIND_LINEAR || terms->kind == PL_KIND_SPOT;
  pl_u128 value = 0; /* priced: 1e-17 quote; else 1e-8 contract units */
  /* Full sides of the largest sums pass 128 bits: less is said then, and that it is. So many levels
   * more fit behind the limit, whatever they hold. */
  const pl_u128 value_max = (pl_u128)1 << (priced || terms->kind == PL_KIND_INVERSE ? 126 : 70);
  bool deep = side->count > LEVELS_BELOW_MAX;
  uint32_t depth = 0;
  for (uint32_t band = 0; band < PL_BAND_COUNT; band++) {
    pl_i128 edge = (pl_i128)terms->reference_e9 * bands_bps[band];
    int64_t edge_e9 = (int64_t)pl_fixed_div_floor(edge, 10000); /* exact: distances are whole */
    for (; depth < side->count; depth++) {
      int64_t price_e9 = pl_book_price_e9(side, which, depth);
      if (behind_mid_e9(terms, which, price_e9) > edge_e9) break;
      uint64_t qty_e8 = (uint64_t)pl_book_qty_e8(side, depth);
      if (PL_UNLIKELY(deep) && depth % LEVELS_BELOW_MAX == 0 && value > value_max)
        value = value_max, (*saturations)++;
      value += priced ? (pl_u128)qty_e8 * (uint64_t)(price_e9 > 0 ? price_e9 : 0) : qty_e8;
    }
    pl_u128 value_u6 = priced ? value / (uint64_t)PL_E11 : value / PL_E2;
    if (!priced && terms->kind != PL_KIND_INVERSE)
      value_u6 = value * (uint64_t)terms->unit_e9 / (uint64_t)PL_E11;
    ret_depth_u6[band] = pl_fixed_saturate((pl_i128)value_u6, saturations);
  }
}
