/* EWMA of squared returns with elapsed-time decay: v' = d v + (1 - d) r^2 / dt, d = 2^(-dt / T),
 * per second of exchange time (RiskMetrics with irregular steps). Engine thread only. */
#ifndef ENGINE_RISK_VOLATILITY_H
#define ENGINE_RISK_VOLATILITY_H

#include "engine/base/fixed.h"

#include <stdint.h>

/* Returns over shorter steps are quote flicker, not volatility; over longer ones the feed was away
 * and the step is missing, never calm. */
#define PL_VOLATILITY_STEP_MIN_NS UINT64_C(1000000000)
#define PL_VOLATILITY_STEP_MAX_NS UINT64_C(30000000000)

#define PL_VOLATILITY_YEAR_S 31557600

struct pl_volatility {
  uint64_t variance_e18; /* squared return a second, 1e-18 */
  uint64_t last_ns;      /* exchange time of the last price used; 0: none */
  int64_t last_price_e9;
};

/* pl_volatility_start sets the variance that stands for an annualised volatility. */
void pl_volatility_start(struct pl_volatility *ret_volatility, uint32_t annual_ppm);

/* pl_volatility_update takes in a price.
 *   price_e9      > 0, else it is passed over
 *   now_ns        exchange time; a step back or a step longer than the maximum only restarts the
 *                 step, a step shorter than the minimum waits
 *   half_life_ns  > 0
 *   saturations   incremented when the variance met the end of its range */
void pl_volatility_update(struct pl_volatility *volatility, int64_t price_e9, uint64_t now_ns,
                          uint64_t half_life_ns, uint32_t *saturations);

/* pl_volatility_over_ppm returns the standard deviation over a horizon as a share of price, rounded
 * up, saturating at UINT32_MAX (counted). */
uint32_t pl_volatility_over_ppm(const struct pl_volatility *volatility, uint32_t horizon_s,
                                uint32_t *saturations);

#endif
