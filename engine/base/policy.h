/* The policy as the engine reads it: limits people agreed on, one row an instrument or a kind.
 * Immutable once the engine runs; control/daemon makes it from YAML and has checked every range. */
#ifndef ENGINE_BASE_POLICY_H
#define ENGINE_BASE_POLICY_H

#include "engine/base/decision.h"
#include "engine/base/event.h"

#include <stdbool.h>
#include <stdint.h>

struct pl_policy_row {
  uint64_t name_hash; /* XXH3 of the instrument's name; 0: the row is its kind's default */
  uint8_t kind;       /* enum pl_kind, for a default row */

  /* Static table: what holds when the engine cannot know. */
  uint32_t static_im_ppm, static_mm_ppm;
  int64_t static_clip_u6;

  /* Bounds of the initial margin and how fast it may move, per second of exchange time. */
  uint32_t im_min_ppm, im_max_ppm;
  uint32_t im_up_ppm_per_s, im_down_ppm_per_s;
  uint32_t mm_share_ppm; /* maintenance as a share of initial margin */

  /* Volatility: half-life of the EWMA, where it starts, and what a margin covers. */
  uint64_t vol_half_life_ns;
  uint32_t vol_start_ppm;   /* annualised */
  uint32_t vol_quantile_e3; /* standard deviations, in thousandths */
  uint32_t horizon_s;       /* time to close a position out */

  /* Liquidity. */
  int64_t reference_size_u6; /* size whose slippage the margin covers */
  uint32_t unfilled_ppm;     /* slippage charged on what the book cannot fill */
  uint32_t clip_band_bps;    /* depth within this band counts for the clip; one of PL_BANDS_BPS */
  uint32_t clip_share_ppm;   /* share of that depth one clip may take */
  int64_t clip_max_u6;
  uint32_t slice_ms;
};

/* Bands, in basis points of the reference price, at which capacity is measured. */
#define PL_BAND_COUNT 6
#define PL_BANDS_BPS                                                                               \
  { 10, 25, 50, 100, 200, 500 }

struct pl_policy {
  uint64_t hash; /* XXH3 of the policy file's bytes */
  uint32_t version;
  uint8_t mode;            /* enum pl_mode at start; the operator changes it by an event */
  uint64_t silence_ns;     /* a channel silent for longer makes its instruments stale */
  uint64_t gap_wait_ns;    /* receive clock: an early packet waits for those before it */
  uint64_t resend_wait_ns; /* receive clock: an answer to a request for packets is waited for */
  uint64_t rearm_ns;       /* exchange time without a fault before the model speaks again */
  uint64_t valid_ns;       /* a decision holds this long; events repeat it at half of it */
  uint32_t row_count;      /* rows[0] is the default of every kind that has no row of its own */
  struct pl_policy_row rows[PL_POLICY_ROWS_MAX];
};

/* pl_policy_match returns the row for an instrument: its own by name, else its kind's, else the
 * first. Never NULL. Not for the hot path: once an instrument definition.
 *   name_hash  XXH3-64 of the instrument's name; 0 matches no row by name */
const struct pl_policy_row *pl_policy_match(const struct pl_policy *policy, uint64_t name_hash,
                                            enum pl_kind kind);

/* pl_policy_default fills in the policy that the demo and a replay without --policy run on. */
void pl_policy_default(struct pl_policy *ret_policy);

/* pl_policy_row_is_sound tells whether a row's own invariants hold (MM <= IM, bounds in order, the
 * static limits inside what can be published, a band that exists). ret_why names the first that
 * does not; untouched when sound. */
bool pl_policy_row_is_sound(const struct pl_policy_row *row, const char **ret_why);

#endif
