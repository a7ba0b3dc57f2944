/* The view: what a screen or an auditor wants to see beside a decision. Written by the engine core
 * per instrument, read off the hot core. */
#ifndef ENGINE_BASE_VIEW_H
#define ENGINE_BASE_VIEW_H

#include "engine/base/event.h"
#include "engine/base/policy.h"

enum pl_view_state {
  PL_VIEW_EMPTY,  /* no book yet */
  PL_VIEW_LIVE,   /* the book is proven and the model speaks */
  PL_VIEW_STALE,  /* the book cannot be trusted: gap, silence, broken chain, crossed */
  PL_VIEW_STATIC, /* the book is fine but static limits hold: mode, frozen, kind, closed, rearm */
  PL_VIEW_STATE_COUNT
};

struct pl_view {
  int64_t best_price_e9[2]; /* by enum pl_side; PL_PRICE_NONE: empty */
  int64_t best_qty_e8[2];
  int64_t mid_e9; /* 0: none */
  int64_t mark_e9, index_e9;
  int64_t open_interest_e8;
  int64_t depth_u6[2][PL_BAND_COUNT]; /* by side, by PL_BANDS_BPS */
  uint64_t change_id;
  uint32_t levels[2];
  uint32_t spread_ppm;
  uint32_t vol_ppm;      /* annualised */
  uint32_t slippage_ppm; /* of the reference size, worse side */
  uint32_t im_raw_ppm;   /* before bounds and rates; 0: the model did not speak */
  uint32_t state;        /* enum pl_view_state */
  uint32_t kind;         /* enum pl_kind */
};
_Static_assert(sizeof(struct pl_view) % sizeof(uint64_t) == 0, "copied in words by the seqlock");

/* pl_view_state_name returns the state's name for tables and JSON; "?" outside the range. */
const char *pl_view_state_name(uint32_t state);

#endif
