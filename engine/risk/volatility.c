#include "engine/risk/volatility.h"

/* The return as 2 (p - q) / (p + q): the logarithm's to third order, odd, and bounded by 2. */
static int64_t return_e9(int64_t price_e9, int64_t before_e9) {
  pl_i128 difference = (pl_i128)(price_e9 - before_e9) * 2 * PL_E9;
  return (int64_t)pl_fixed_div_floor(difference, price_e9 + before_e9);
}

void pl_volatility_start(struct pl_volatility *ret_volatility, uint32_t annual_ppm) {
  pl_u128 annual_e18 = (pl_u128)annual_ppm * annual_ppm * 1000000;
  *ret_volatility = (struct pl_volatility){
      .variance_e18 = (uint64_t)(annual_e18 / PL_VOLATILITY_YEAR_S),
  };
}

void pl_volatility_update(struct pl_volatility *volatility, int64_t price_e9, uint64_t now_ns,
                          uint64_t half_life_ns, uint32_t *saturations) {
  if (price_e9 <= 0) return;
  uint64_t step_ns = now_ns - volatility->last_ns; /* a step back wraps far above the maximum */
  if (volatility->last_ns != 0 && step_ns < PL_VOLATILITY_STEP_MIN_NS) return;
  if (volatility->last_ns != 0 && step_ns <= PL_VOLATILITY_STEP_MAX_NS) {
    int64_t r_e9 = return_e9(price_e9, volatility->last_price_e9);
    pl_u128 now_e18 = (pl_u128)(uint64_t)(r_e9 * r_e9) * (uint64_t)PL_E9 / step_ns;
    uint32_t decay_q32 = pl_fixed_decay_q32(step_ns, half_life_ns);
    pl_u128 sum =
        (pl_u128)volatility->variance_e18 * decay_q32 + now_e18 * ((UINT64_C(1) << 32) - decay_q32);
    sum >>= 32;
    if (sum > UINT64_MAX) {
      sum = UINT64_MAX;
      (*saturations)++;
    }
    volatility->variance_e18 = (uint64_t)sum;
  }
  volatility->last_ns = now_ns;
  volatility->last_price_e9 = price_e9;
}

uint32_t pl_volatility_over_ppm(const struct pl_volatility *volatility, uint32_t horizon_s,
                                uint32_t *saturations) {
  pl_u128 variance_e18 = (pl_u128)volatility->variance_e18 * horizon_s;
  uint32_t halvings = 0; /* the root of a variance beyond 64 bits: halve it per factor of four */
  for (; variance_e18 >> 64 != 0; halvings++) variance_e18 = (variance_e18 >> 2) + 1;
  pl_u128 deviation_e9 = ((pl_u128)pl_fixed_sqrt((uint64_t)variance_e18) + 1) << halvings;
  return pl_fixed_saturate_u32((pl_i128)((deviation_e9 + 999) / 1000), saturations);
}
