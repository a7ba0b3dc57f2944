#include "tests/venue/flow_listing.h"

#include <stdio.h>

#include "tests/venue/wire_deribit.h"

#define NEVER_MS          32503708800000u /* 3000-01-01 08:00 UTC, as the venue writes it */
#define DEC_2026_MS       1798185600000u  /* 2026-12-25 08:00 UTC */
#define NOV_2026_MS       1795766400000u  /* 2026-11-27 08:00 UTC */
#define MAR_2027_MS       1806048000000u  /* 2027-03-26 08:00 UTC */
#define OPTION_STRIKES    9u
#define OPTION_WEIGHT_PPM 150000u
#define TICKER_FAST_NS    100000000u
#define TICKER_SLOW_NS    1000000000u

static const struct pl_flow_listing fixed[PL_FLOW_FIXED] = {
    {.name = "BTC-PERPETUAL",
     .id = 101,
     .kind = PL_WIRE_FUTURE,
     .type = PL_WIRE_REVERSED,
     .is_perpetual = true,
     .underlying = PL_FLOW_BTC,
     .channel = PL_FLOW_CHANNEL_BTC,
     .tick = {1, 2},
     .lot = {10, 1},
     .contract = {10, 1},
     .currency = {"BTC", "USD", "USD", "BTC", "USD"},
     .expiration_ms = NEVER_MS,
     .weight_ppm = 380000,
     .levels = 320,
     .base_lots = 1800,
     .width_ppm = 15000,
     .ticker_ns = TICKER_FAST_NS},
    {.name = "ETH-PERPETUAL",
     .id = 102,
     .kind = PL_WIRE_FUTURE,
     .type = PL_WIRE_REVERSED,
     .is_perpetual = true,
     .underlying = PL_FLOW_ETH,
     .channel = PL_FLOW_CHANNEL_ETH,
     .tick = {1, 20},
     .lot = {1, 1},
     .contract = {1, 1},
     .currency = {"ETH", "USD", "USD", "ETH", "USD"},
     .expiration_ms = NEVER_MS,
     .weight_ppm = 240000,
     .levels = 260,
     .base_lots = 9000,
     .width_ppm = 18000,
     .ticker_ns = TICKER_FAST_NS},
    {.name = "BTC_USDC-PERPETUAL",
     .id = 103,
     .kind = PL_WIRE_FUTURE,
     .type = PL_WIRE_LINEAR,
     .is_perpetual = true,
     .underlying = PL_FLOW_BTC,
     .channel = PL_FLOW_CHANNEL_LINEAR,
     .tick = {1, 2},
     .lot = {1, 1000},
     .contract = {1, 1000},
     .currency = {"BTC", "USDC", "USDC", "USDC", "BTC"},
     .expiration_ms = NEVER_MS,
     .weight_ppm = 120000,
     .levels = 160,
     .base_lots = 140,
     .width_ppm = 18000,
     .ticker_ns = TICKER_FAST_NS},
    {.name = "SOL_USDC-PERPETUAL",
     .id = 104,
     .kind = PL_WIRE_FUTURE,
     .type = PL_WIRE_LINEAR,
     .is_perpetual = true,
     .underlying = PL_FLOW_SOL,
     .channel = PL_FLOW_CHANNEL_LINEAR,
     .tick = {1, 100},
     .lot = {1, 10},
     .contract = {1, 10},
     .currency = {"SOL", "USDC", "USDC", "USDC", "SOL"},
     .expiration_ms = NEVER_MS,
     .weight_ppm = 90000,
     .levels = 120,
     .base_lots = 500,
     .width_ppm = 25000,
     .ticker_ns = TICKER_FAST_NS},
    {.name = "BTC-25DEC26",
     .id = 105,
     .kind = PL_WIRE_FUTURE,
     .type = PL_WIRE_REVERSED,
     .underlying = PL_FLOW_BTC,
     .channel = PL_FLOW_CHANNEL_BTC,
     .tick = {5, 2},
     .lot = {10, 1},
     .contract = {10, 1},
     .currency = {"BTC", "USD", "USD", "BTC", "USD"},
     .expiration_ms = DEC_2026_MS,
     .carry_ppm = 8000,
     .weight_ppm = 20000,
     .levels = 40,
     .base_lots = 600,
     .width_ppm = 20000,
     .ticker_ns = TICKER_SLOW_NS},
    {.name = "BTC-FS-25DEC26_PERP", /* defined and quoted on request only: its book stays empty */
     .id = 106,
     .kind = PL_WIRE_FUTURE_COMBO,
     .type = PL_WIRE_REVERSED,
     .underlying = PL_FLOW_BTC,
     .channel = PL_FLOW_CHANNEL_BTC,
     .tick = {1, 2},
     .lot = {10, 1},
     .contract = {10, 1},
     .currency = {"BTC", "USD", "USD", "BTC", "USD"},
     .expiration_ms = DEC_2026_MS,
     .ticker_ns = TICKER_SLOW_NS},
};

struct expiry {
  const char *name;
  uint64_t time_ms;
};

static const struct expiry expiries[] = {
    {"25DEC26", DEC_2026_MS}, {"27NOV26", NOV_2026_MS}, {"26MAR27", MAR_2027_MS}};

/* Rank 0, 1, 2, 3, 4 ... becomes 0, +1, -1, +2, -2 ... strikes from the money. */
static int64_t outward(uint32_t rank) {
  int64_t step = (rank + 1) / 2;
  return rank % 2 == 1 ? step : -step;
}

static struct pl_flow_listing make_option(uint32_t number) {
  bool is_btc = number % 2 == 0;
  bool is_call = number / 2 % 2 == 0;
  uint32_t rank = number / 4 % OPTION_STRIKES;
  const struct expiry *expiry = &expiries[number / 4 / OPTION_STRIKES];
  int64_t strike = is_btc ? 70000 + 5000 * outward(rank) : 2400 + 200 * outward(rank);
  const char *coin = is_btc ? "BTC" : "ETH";
  struct pl_flow_listing listing = {
      .id = 201 + number,
      .kind = PL_WIRE_OPTION,
      .type = PL_WIRE_REVERSED,
      .option_type = is_call ? 1 : 2,
      .underlying = is_btc ? PL_FLOW_BTC : PL_FLOW_ETH,
      .channel = is_btc ? PL_FLOW_CHANNEL_BTC_OPTIONS : PL_FLOW_CHANNEL_ETH_OPTIONS,
      .tick = {1, 10000},
      .lot = {1, is_btc ? 10 : 1},
      .contract = {1, 1},
      .coarse_above_ticks = 50,
      .coarse_ticks = 5,
      .currency = {coin, coin, "USD", coin, coin},
      .expiration_ms = expiry->time_ms,
      .strike_usd = strike,
      .levels = 12,
      .base_lots = is_btc ? 60 : 90,
      .width_ppm = 350000,
      .ticker_ns = TICKER_SLOW_NS,
  };
  snprintf(listing.name, sizeof listing.name, "%s-%s-%d-%c", coin, expiry->name, (int)strike,
           is_call ? 'C' : 'P');
  return listing;
}

_Static_assert(PL_FLOW_OPTIONS_MAX <= 4 * OPTION_STRIKES * (sizeof expiries / sizeof expiries[0]),
               "every option number needs an expiry");

void pl_flow_listing_make(uint32_t index, uint32_t options, struct pl_flow_listing *ret_listing) {
  if (index < PL_FLOW_FIXED) {
    *ret_listing = fixed[index];
    return;
  }
  *ret_listing = make_option(index - PL_FLOW_FIXED);
  ret_listing->weight_ppm = OPTION_WEIGHT_PPM / (options > 0 ? options : 1);
}
