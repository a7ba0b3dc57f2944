#include "tests/venue/flow_regime.h"

#include <stddef.h>

#define FIELDS      11
#define CYCLE_PARTS 10000u /* a knot's place is counted in ten-thousandths of the cycle */

/* A knot fixes all values at one place of the cycle; between knots they run straight. */
struct knot {
  uint32_t place;
  enum pl_flow_regime regime; /* from here to the next knot */
  int64_t value[FIELDS];      /* in the order of struct pl_flow_weather */
};

/* The crash of 24 % from the top: depth goes first, then the price, then forced sellers. */
static const struct knot stress[] = {
    /*               price    depth   levels  spread rate     vol      trade   sell    liq  disc iv
     */
    {0,
     PL_FLOW_REGIME_CALM,
     {1000000, 1000000, 1000000, 0, 1000000, 1000000, 120000, 500000, 500, 0, 450000}},
    {3500,
     PL_FLOW_REGIME_TREND,
     {1000000, 1000000, 1000000, 0, 1000000, 1000000, 120000, 500000, 500, 0, 450000}},
    {4900,
     PL_FLOW_REGIME_TREND,
     {1060000, 800000, 950000, 5, 1600000, 1500000, 160000, 400000, 3000, -300, 480000}},
    {5000,
     PL_FLOW_REGIME_CRASH,
     {1058000, 400000, 800000, 20, 2500000, 2500000, 200000, 600000, 40000, 0, 550000}},
    {5150,
     PL_FLOW_REGIME_CRASH,
     {1020000, 130000, 600000, 250, 5500000, 6000000, 280000, 800000, 300000, 1500, 900000}},
    {6300,
     PL_FLOW_REGIME_CRASH,
     {825000, 130000, 550000, 400, 6000000, 6500000, 300000, 820000, 400000, 3500, 1300000}},
    {6500,
     PL_FLOW_REGIME_RECOVERY,
     {820000, 170000, 600000, 300, 4500000, 4500000, 220000, 450000, 150000, 2000, 1250000}},
    {7500,
     PL_FLOW_REGIME_RECOVERY,
     {910000, 400000, 800000, 40, 2500000, 2200000, 180000, 440000, 20000, 300, 800000}},
    {10000,
     PL_FLOW_REGIME_CALM,
     {1000000, 1000000, 1000000, 0, 1000000, 1000000, 120000, 500000, 500, 0, 450000}},
};

static void fill(const int64_t *value, struct pl_flow_weather *weather) {
  weather->price_ppm = value[0];
  weather->depth_ppm = value[1];
  weather->levels_ppm = value[2];
  weather->spread_ppm = value[3];
  weather->rate_ppm = value[4];
  weather->volatility_ppm = value[5];
  weather->trade_ppm = value[6];
  weather->sell_ppm = value[7];
  weather->liquidation_ppm = value[8];
  weather->discount_ppm = value[9];
  weather->iv_ppm = value[10];
}

void pl_flow_regime_at(enum pl_flow_scenario scenario, uint64_t elapsed_ns, uint64_t cycle_ns,
                       struct pl_flow_weather *ret_weather) {
  if (scenario == PL_FLOW_CALM_ONLY) {
    ret_weather->regime = PL_FLOW_REGIME_CALM;
    fill(stress[0].value, ret_weather);
    return;
  }
  uint64_t part_ns = cycle_ns / CYCLE_PARTS > 0 ? cycle_ns / CYCLE_PARTS : 1;
  uint64_t at_ns = elapsed_ns % cycle_ns;
  size_t i = 0;
  size_t last = sizeof stress / sizeof stress[0] - 2;
  while (i < last && at_ns >= stress[i + 1].place * part_ns) i++;
  int64_t from_us = (int64_t)(stress[i].place * part_ns / 1000);
  int64_t span_us = (int64_t)(stress[i + 1].place * part_ns / 1000) - from_us;
  int64_t past_us = (int64_t)(at_ns / 1000) - from_us;
  if (span_us < 1) span_us = 1;
  if (past_us > span_us) past_us = span_us; /* the cycle's remainder below one part */
  int64_t value[FIELDS];
  for (size_t k = 0; k < FIELDS; k++) {
    int64_t from = stress[i].value[k], to = stress[i + 1].value[k];
    value[k] = from + (to - from) * past_us / span_us;
  }
  ret_weather->regime = stress[i].regime;
  fill(value, ret_weather);
}

const char *pl_flow_regime_name(enum pl_flow_regime regime) {
  static const char *const names[] = {"calm", "trend", "crash", "recovery"};
  return names[regime];
}
