/* A stylised option price in integers. */
#ifndef PL_TESTS_VENUE_FLOW_PRICE_H
#define PL_TESTS_VENUE_FLOW_PRICE_H

#include <stdbool.h>
#include <stdint.h>

struct pl_flow_option {
  bool is_call;
  int64_t strike_u6;
  int64_t index_u6; /* > 0 */
  int64_t left_ms;  /* to expiry */
  int64_t iv_ppm;   /* at the money, a year */
};

/* The price in coin (1e-6) by the normal model: intrinsic value plus
 * deviation * (density(x) - x * tail(x)), x the distance from the money in deviations, from a
 * table of that bracket. Further strikes trade at a higher volatility.
 *   ret_iv_ppm  the volatility used
 * Returns at least 400 (four ticks), so that an option always has room for a bid. */
int64_t pl_flow_price_option(const struct pl_flow_option *option, int64_t *ret_iv_ppm);

#endif
