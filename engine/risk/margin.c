#include "engine/risk/margin.h"

static int64_t clip_u6(const struct pl_margin_input *input) {
  static const uint32_t bands_bps[PL_BAND_COUNT] = PL_BANDS_BPS;
  uint32_t band = 0;
  while (band + 1 < PL_BAND_COUNT && bands_bps[band] < input->row->clip_band_bps) band++;
  int64_t ask_u6 = input->depth_u6[PL_ASK][band], bid_u6 = input->depth_u6[PL_BID][band];
  pl_i128 share = (pl_i128)(ask_u6 < bid_u6 ? ask_u6 : bid_u6) * input->row->clip_share_ppm;
  int64_t clip = (int64_t)pl_fixed_div_floor(share, PL_PPM); /* share <= 1: it fits */
  return clip < input->row->clip_max_u6 ? clip : input->row->clip_max_u6;
}

void pl_margin_propose(const struct pl_margin_input *input, struct pl_margin *ret_margin,
                       uint32_t *saturations) {
  const struct pl_policy_row *row = input->row;
  pl_i128 base_ppm = pl_fixed_div_ceil((pl_i128)input->deviation_ppm * row->vol_quantile_e3, 1000);
  uint32_t im_ppm = pl_fixed_saturate_u32(base_ppm + input->slippage_ppm, saturations);
  ret_margin->reason_mask = 0;
  if (im_ppm < row->im_min_ppm) {
    im_ppm = row->im_min_ppm;
    ret_margin->reason_mask = PL_REASON_FLOOR;
  }
  ret_margin->im_ppm = im_ppm;
  ret_margin->clip_u6 = clip_u6(input);
}
