/* The weather of the simulated market: what a scenario demands at one moment of feed time. */
#ifndef PL_TESTS_VENUE_FLOW_REGIME_H
#define PL_TESTS_VENUE_FLOW_REGIME_H

#include <stdint.h>

enum pl_flow_scenario { PL_FLOW_CALM_ONLY, PL_FLOW_STRESS };

enum pl_flow_regime {
  PL_FLOW_REGIME_CALM,
  PL_FLOW_REGIME_TREND,
  PL_FLOW_REGIME_CRASH,
  PL_FLOW_REGIME_RECOVERY,
};

struct pl_flow_weather {
  enum pl_flow_regime regime;
  int64_t price_ppm;       /* price against the start of the cycle, 1000000 = the same */
  int64_t depth_ppm;       /* amount of a level against calm */
  int64_t levels_ppm;      /* number of levels against calm */
  int64_t spread_ppm;      /* half of the spread, of the price; one tick is the floor */
  int64_t rate_ppm;        /* order flow against calm */
  int64_t volatility_ppm;  /* size of the random price steps against calm */
  int64_t trade_ppm;       /* chance that an update carries a trade */
  int64_t sell_ppm;        /* chance that a trade's taker sells */
  int64_t liquidation_ppm; /* chance that a trade is a liquidation */
  int64_t discount_ppm;    /* perpetual below its index */
  int64_t iv_ppm;          /* implied volatility, a year */
};

/* The weather at `elapsed_ns` after the start. The stress scenario (calm 35 %, trend 15 %, crash
 * 15 %, recovery 35 % of the cycle) repeats every `cycle_ns` (> 0) and ends where it began. */
void pl_flow_regime_at(enum pl_flow_scenario scenario, uint64_t elapsed_ns, uint64_t cycle_ns,
                       struct pl_flow_weather *ret_weather);

/* The regime's name, for people. */
const char *pl_flow_regime_name(enum pl_flow_regime regime);

#endif
