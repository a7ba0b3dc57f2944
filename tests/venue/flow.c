#include "tests/venue/flow.h"

#include <string.h>

#include "tests/venue/flow_orders.h"
#include "tests/venue/flow_price.h"
#include "tests/venue/wire_deribit.h"

#define NOISE_STEP_PPB   9000 /* per step: about 50 % a year */
#define NOISE_DECAY      1024 /* steps; pulls the price back to the scenario */
#define BASIS_STEP_PPB   1500
#define BASIS_DECAY      256
#define PREMIUM_DECAY    128  /* steps; the mark is the index plus this slow mean of the basis */
#define FUNDING_DEAD_PPB 2500 /* a premium within it costs nothing */
#define FUNDING_CAP_PPB  5000000
#define FUNDING_8H_DECAY 1024
#define FIRST_CHANGE_ID  50000000u
#define FIRST_TRADE_ID   300000000u

static const struct pl_flow_asset assets[PL_FLOW_UNDERLYINGS] = {
    [PL_FLOW_BTC] = {.base_u6 = 68000000000, .beta_ppm = 1000000, .step_u6 = 10000},
    [PL_FLOW_ETH] = {.base_u6 = 2450000000, .beta_ppm = 1040000, .step_u6 = 10000},
    [PL_FLOW_SOL] = {.base_u6 = 112000000, .beta_ppm = 1080000, .step_u6 = 100},
};

static void move_asset(struct pl_flow *flow, struct pl_flow_asset *asset, int64_t common_ppb) {
  int64_t step_ppb = NOISE_STEP_PPB * flow->weather.volatility_ppm / 1000000;
  int64_t own_ppb = pl_flow_random_bell(&flow->random, step_ppb);
  asset->noise_ppb += (common_ppb * 8 + own_ppb * 6) / 10 - asset->noise_ppb / NOISE_DECAY;
  int64_t factor_ppm = 1000000 + asset->beta_ppm * (flow->weather.price_ppm - 1000000) / 1000000;
  int64_t price_u6 = asset->base_u6 * factor_ppm / 1000000;
  price_u6 += price_u6 / 1000 * asset->noise_ppb / 1000000;
  asset->index_u6 = price_u6 / asset->step_u6 * asset->step_u6;
}

static int64_t funding_of(int64_t premium_ppb) {
  int64_t rate_ppb = 0;
  if (premium_ppb > FUNDING_DEAD_PPB) rate_ppb = premium_ppb - FUNDING_DEAD_PPB;
  if (premium_ppb < -FUNDING_DEAD_PPB) rate_ppb = premium_ppb + FUNDING_DEAD_PPB;
  if (rate_ppb > FUNDING_CAP_PPB) rate_ppb = FUNDING_CAP_PPB;
  if (rate_ppb < -FUNDING_CAP_PPB) rate_ppb = -FUNDING_CAP_PPB;
  return rate_ppb;
}

static void move_future(struct pl_flow *flow, struct pl_flow_instrument *instrument) {
  const struct pl_flow_listing *listing = &instrument->listing;
  int64_t index_u6 = flow->asset[listing->underlying].index_u6;
  int64_t step_ppb = BASIS_STEP_PPB * flow->weather.volatility_ppm / 1000000;
  instrument->basis_ppb += pl_flow_random_bell(&flow->random, step_ppb);
  instrument->basis_ppb -= instrument->basis_ppb / BASIS_DECAY;
  int64_t over_ppm = listing->carry_ppm - flow->weather.discount_ppm;
  int64_t now_ppb = over_ppm * 1000 + instrument->basis_ppb;
  instrument->fair_u6 = index_u6 + index_u6 / 1000 * now_ppb / 1000000;
  instrument->premium_ppb += (now_ppb - instrument->premium_ppb) / PREMIUM_DECAY;
  instrument->mark_u6 = index_u6 + index_u6 / 1000 * instrument->premium_ppb / 1000000;
  if (!listing->is_perpetual) return;
  instrument->funding_ppb = funding_of(instrument->premium_ppb);
  instrument->funding_8h_ppb +=
      (instrument->funding_ppb - instrument->funding_8h_ppb) / FUNDING_8H_DECAY;
}

static void move_option(struct pl_flow *flow, struct pl_flow_instrument *instrument,
                        uint64_t now_ns) {
  const struct pl_flow_listing *listing = &instrument->listing;
  const struct pl_flow_option option = {
      .is_call = listing->option_type == 1,
      .strike_u6 = listing->strike_usd * 1000000,
      .index_u6 = flow->asset[listing->underlying].index_u6,
      .left_ms = (int64_t)listing->expiration_ms - (int64_t)(now_ns / 1000000),
      .iv_ppm = flow->weather.iv_ppm,
  };
  instrument->fair_u6 = pl_flow_price_option(&option, &instrument->iv_ppm);
  instrument->mark_u6 = (instrument->fair_u6 + 50) / 100 * 100; /* published to one tick */
}

static void move_instrument(struct pl_flow *flow, struct pl_flow_instrument *instrument,
                            uint64_t now_ns) {
  if (instrument->listing.kind == PL_WIRE_OPTION) {
    move_option(flow, instrument, now_ns);
  } else if (instrument->listing.kind == PL_WIRE_FUTURE_COMBO) {
    /* the dated future bought, the perpetual sold */
    instrument->fair_u6 = flow->instrument[4].fair_u6 - flow->instrument[0].fair_u6;
    instrument->mark_u6 = flow->instrument[4].mark_u6 - flow->instrument[0].mark_u6;
  } else {
    move_future(flow, instrument);
  }
}

void pl_flow_advance(struct pl_flow *flow, uint64_t now_ns) {
  pl_flow_regime_at(flow->config.scenario, now_ns - flow->config.start_ns, flow->config.cycle_ns,
                    &flow->weather);
  int64_t step_ppb = NOISE_STEP_PPB * flow->weather.volatility_ppm / 1000000;
  int64_t common_ppb = pl_flow_random_bell(&flow->random, step_ppb);
  for (uint32_t i = 0; i < PL_FLOW_UNDERLYINGS; i++) move_asset(flow, &flow->asset[i], common_ppb);
  for (uint32_t i = 0; i < flow->count; i++) move_instrument(flow, &flow->instrument[i], now_ns);
}

static void open_instrument(struct pl_flow *flow, uint32_t index) {
  struct pl_flow_instrument *instrument = &flow->instrument[index];
  pl_flow_listing_make(index, flow->config.options, &instrument->listing);
  const struct pl_flow_listing *listing = &instrument->listing;
  instrument->premium_ppb = listing->carry_ppm * 1000;
  move_instrument(flow, instrument, flow->config.start_ns);
  instrument->settlement_u6 = instrument->mark_u6;
  instrument->open_interest_lots = listing->base_lots * listing->levels * 60;
  instrument->change_id = ++flow->change_id;
  pl_flow_orders_fill(flow, instrument);
}

void pl_flow_init(struct pl_flow *flow, const struct pl_flow_config *config) {
  memset(flow, 0, sizeof *flow);
  flow->config = *config;
  pl_flow_random_seed(&flow->random, config->seed);
  memcpy(flow->asset, assets, sizeof assets);
  flow->change_id = FIRST_CHANGE_ID;
  flow->trade_id = FIRST_TRADE_ID;
  pl_flow_advance(flow, config->start_ns); /* no instruments yet: weather and indices */
  flow->count = PL_FLOW_FIXED + config->options;
  for (uint32_t i = 0; i < flow->count; i++) open_instrument(flow, i);
}

void pl_flow_update(struct pl_flow *flow, uint32_t index, struct pl_flow_update *ret_update) {
  ret_update->print_count = 0;
  ret_update->changes.count = 0;
  if (flow->instrument[index].listing.levels > 0)
    pl_flow_orders_run(flow, &flow->instrument[index], ret_update);
}

uint64_t pl_flow_next_change(struct pl_flow *flow, uint32_t index) {
  uint64_t before = flow->instrument[index].change_id;
  flow->instrument[index].change_id = ++flow->change_id;
  return before;
}
