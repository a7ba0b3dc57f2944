#include "engine/base/policy.h"

#include <stddef.h>

const struct pl_policy_row *pl_policy_match(const struct pl_policy *policy, uint64_t name_hash,
                                            enum pl_kind kind) {
  const struct pl_policy_row *by_kind = &policy->rows[0];
  for (uint32_t i = 0; i < policy->row_count && i < PL_POLICY_ROWS_MAX; i++) {
    const struct pl_policy_row *row = &policy->rows[i];
    if (row->name_hash != 0 && row->name_hash == name_hash) return row;
    if (row->name_hash == 0 && i > 0 && row->kind == kind) by_kind = row;
  }
  return by_kind;
}

void pl_policy_default(struct pl_policy *ret_policy) {
  *ret_policy = (struct pl_policy){
      .version = 1,
      .mode = PL_MODE_AUTONOMOUS,
      .silence_ns = UINT64_C(5000000000),
      .gap_wait_ns = UINT64_C(2000000),
      .resend_wait_ns = UINT64_C(50000000),
      .rearm_ns = UINT64_C(2000000000),
      .valid_ns = UINT64_C(10000000000),
      .row_count = 1,
  };
  ret_policy->rows[0] = (struct pl_policy_row){
      .kind = PL_KIND_UNKNOWN,
      .static_im_ppm = 200000,
      .static_mm_ppm = 120000,
      .static_clip_u6 = INT64_C(10000000000), /* 10,000 quote units */
      .im_min_ppm = 20000,
      .im_max_ppm = 500000,
      .im_up_ppm_per_s = 20000,
      .im_down_ppm_per_s = 500,
      .mm_share_ppm = 600000,
      .vol_half_life_ns = UINT64_C(300000000000),
      .vol_start_ppm = 600000,
      .vol_quantile_e3 = 3500,
      .horizon_s = 600,
      .reference_size_u6 = INT64_C(250000000000), /* 250,000 quote units */
      .unfilled_ppm = 100000,
      .clip_band_bps = 50,
      .clip_share_ppm = 200000,
      .clip_max_u6 = INT64_C(5000000000000),
      .slice_ms = 500,
  };
}

static bool band_exists(uint32_t band_bps) {
  static const uint32_t bands_bps[PL_BAND_COUNT] = PL_BANDS_BPS;
  for (uint32_t i = 0; i < PL_BAND_COUNT; i++)
    if (bands_bps[i] == band_bps) return true;
  return false;
}

bool pl_policy_row_is_sound(const struct pl_policy_row *row, const char **ret_why) {
  const char *why = NULL;
  if (row->static_mm_ppm == 0 || row->static_mm_ppm > row->static_im_ppm)
    why = "static mm is zero or above static im";
  else if (row->im_min_ppm == 0)
    why = "im_min is zero";
  else if (row->im_min_ppm > row->im_max_ppm)
    why = "im_min above im_max";
  else if (row->static_im_ppm < row->im_min_ppm || row->static_im_ppm > row->im_max_ppm)
    why = "static im outside im_min..im_max";
  else if (row->im_max_ppm > 1000000)
    why = "im_max above 100 %";
  else if (row->mm_share_ppm == 0 || row->mm_share_ppm > 1000000)
    why = "mm_share outside 0..100 %";
  else if (row->vol_half_life_ns == 0)
    why = "vol_half_life is zero";
  else if (!band_exists(row->clip_band_bps))
    why = "clip_band is none of 10, 25, 50, 100, 200, 500 bps";
  else if (row->clip_share_ppm > 1000000 || row->unfilled_ppm > 1000000)
    why = "clip_share or unfilled_slippage above 100 %";
  else if (row->static_clip_u6 < 0 || row->clip_max_u6 < 0 || row->reference_size_u6 <= 0)
    why = "a size is negative or the reference size is zero";
  if (why == NULL) return true;
  *ret_why = why;
  return false;
}
