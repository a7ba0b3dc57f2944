/* The book walk: what a size costs and how much a band holds, in exact integers
 * (reference: a liquidation of size Q sweeps the levels best first; its slippage is measured
 * against mid). Pure functions over a book side; engine thread, or any thread with its own copy. */
#ifndef ENGINE_IMPACT_WALK_H
#define ENGINE_IMPACT_WALK_H

#include "engine/base/fixed.h"
#include "engine/base/policy.h"
#include "engine/book/book.h"

/* What prices and quantities of a contract mean, at this moment.
 *
 *   kind            value of q at price p    slippage and bands are shares of
 *   linear, spot    p * q                    mid
 *   inverse         q (already in quote)     mid; a level costs q * |mid - p| / p, the coin lost
 *                                            valued at mid, rounded up to 1 ppb of q a level
 *   option linear   q * index                index (premium and index both in quote)
 *   option inverse  q * index                1 coin (premium in coin)
 */
struct pl_walk_terms {
  enum pl_kind kind;
  int64_t mid_e9;       /* > 0 */
  int64_t reference_e9; /* what slippage and bands are shares of, > 0 */
  int64_t unit_e9;      /* quote value of one contract unit, > 0: mid, 1 or index */
};

/* pl_walk_terms fills in the terms of a contract.
 *   mid_e9     mid of its book
 *   index_e9   underlying's price; used by options only
 *   returns    false when the kind has no walk (combo, unknown) or a price it needs is not
 *              positive; ret_terms is then untouched */
bool pl_walk_terms(enum pl_kind kind, int64_t mid_e9, int64_t index_e9,
                   struct pl_walk_terms *ret_terms);

/* pl_walk_terms_equal tells whether walks under two terms give the same numbers. */
static inline bool pl_walk_terms_equal(const struct pl_walk_terms *a,
                                       const struct pl_walk_terms *b) {
  return a->kind == b->kind && a->mid_e9 == b->mid_e9 && a->reference_e9 == b->reference_e9 &&
         a->unit_e9 == b->unit_e9;
}

/* pl_walk_qty_e8 returns the quantity whose value at mid is size_u6, rounded up: the size that is
 * walked is never smaller than the size asked for. */
int64_t pl_walk_qty_e8(const struct pl_walk_terms *terms, int64_t size_u6, uint32_t *saturations);

struct pl_walk_cost {
  int64_t filled_qty_e8; /* at most what was asked for and what the side holds */
  pl_u128 cost_e17; /* lost against mid, in 1e-17 of the quote unit (options: of the premium's) */
};

/* pl_walk_costs walks one side once for several sizes.
 *   qtys_e8    [count] ascending, each >= 0
 *   count      1..PL_IMPACT_SIZES_MAX
 *   ret_costs  [count]; monotone in size by construction
 * Levels through mid (a crossed book) cost nothing rather than earn. Worst case: one division a
 * level for inverse contracts, none otherwise. */
void pl_walk_costs(const struct pl_book_side *side, enum pl_side which,
                   const struct pl_walk_terms *terms, const int64_t *qtys_e8, uint32_t count,
                   struct pl_walk_cost *ret_costs);

/* pl_walk_slippage_ppm returns the average slippage of a walk as a share, rounded up.
 *   qty_e8        size that was asked for, > 0
 *   unfilled_ppm  charged on the part that the side could not fill */
uint32_t pl_walk_slippage_ppm(const struct pl_walk_terms *terms, const struct pl_walk_cost *cost,
                              int64_t qty_e8, uint32_t unfilled_ppm, uint32_t *saturations);

/* pl_walk_depth measures the value standing within each of PL_BANDS_BPS of mid, in one pass.
 *   ret_depth_u6  [PL_BAND_COUNT], micro quote units, rounded down, never falling from band to band
 */
void pl_walk_depth(const struct pl_book_side *side, enum pl_side which,
                   const struct pl_walk_terms *terms, int64_t ret_depth_u6[PL_BAND_COUNT],
                   uint32_t *saturations);

#endif
