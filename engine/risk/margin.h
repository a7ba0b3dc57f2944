/* Margin of one instrument, first cut: what the price may do until the position is closed, plus
 * what closing it costs in the book that is there, never below the floor. Margins round up, the
 * clip rounds down. Pure; engine thread. */
#ifndef ENGINE_RISK_MARGIN_H
#define ENGINE_RISK_MARGIN_H

#include "engine/base/fixed.h"
#include "engine/base/policy.h"

#include <stdint.h>

struct pl_margin_input {
  const struct pl_policy_row *row;
  uint32_t deviation_ppm;                   /* standard deviation over the row's horizon */
  uint32_t slippage_ppm;                    /* of the reference size, worse side */
  const int64_t (*depth_u6)[PL_BAND_COUNT]; /* [2], by side */
};

/* What the model proposes, before govern bounds it. */
struct pl_margin {
  uint32_t im_ppm;
  int64_t clip_u6;
  uint32_t reason_mask; /* PL_REASON_FLOOR */
};

/* pl_margin_propose computes max(floor, quantile * deviation + slippage) and the largest clip: a
 * share of the thinner side's depth within the row's band. The maintenance margin follows the
 * initial one where that is bounded, in engine/govern. */
void pl_margin_propose(const struct pl_margin_input *input, struct pl_margin *ret_margin,
                       uint32_t *saturations);

#endif
