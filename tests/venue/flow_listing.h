/* What the simulated venue lists: the static terms of every instrument. */
#ifndef PL_TESTS_VENUE_FLOW_LISTING_H
#define PL_TESTS_VENUE_FLOW_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#define PL_FLOW_OPTIONS_MAX     96u
#define PL_FLOW_FIXED           6u /* four perpetuals, one dated future, one combo */
#define PL_FLOW_INSTRUMENTS_MAX (PL_FLOW_FIXED + PL_FLOW_OPTIONS_MAX)
#define PL_FLOW_UNDERLYINGS     3u
#define PL_FLOW_NAME_MAX        40u

enum pl_flow_underlying { PL_FLOW_BTC, PL_FLOW_ETH, PL_FLOW_SOL };

/* Incremental channels; the snapshots of channel N are on 100 + N. */
enum pl_flow_channel {
  PL_FLOW_CHANNEL_INDEX = 0,
  PL_FLOW_CHANNEL_BTC = 1,
  PL_FLOW_CHANNEL_ETH = 2,
  PL_FLOW_CHANNEL_LINEAR = 3,
  PL_FLOW_CHANNEL_BTC_OPTIONS = 4,
  PL_FLOW_CHANNEL_ETH_OPTIONS = 5,
  PL_FLOW_CHANNELS = 6,
};

/* An exact decimal: num / den; the double on the wire is this one division. */
struct pl_flow_ratio {
  int64_t num, den;
};

struct pl_flow_listing {
  char name[PL_FLOW_NAME_MAX];
  uint32_t id;
  uint8_t kind;        /* enum pl_wire_kind */
  uint8_t type;        /* enum pl_wire_type */
  uint8_t option_type; /* 0 none, 1 call, 2 put */
  bool is_perpetual;
  enum pl_flow_underlying underlying;
  enum pl_flow_channel channel;
  struct pl_flow_ratio tick;     /* price of one tick */
  struct pl_flow_ratio lot;      /* amount of one lot, also the smallest trade */
  struct pl_flow_ratio contract; /* contract size */
  int64_t coarse_above_ticks;    /* above this price only multiples of coarse_ticks; 0: never */
  int64_t coarse_ticks;
  const char *currency[5]; /* base, quote, counter, settlement, size */
  uint64_t expiration_ms;
  int64_t strike_usd;  /* options */
  int64_t carry_ppm;   /* dated future above its index */
  uint32_t weight_ppm; /* share of the venue's book updates */
  uint32_t levels;     /* a side, in calm */
  int64_t base_lots;   /* typical amount of a level at the touch, in calm */
  int64_t width_ppm;   /* how far the book reaches from the touch, of the price */
  uint64_t ticker_ns;  /* between two tickers */
};

/* The terms of instrument `index`: 0..3 perpetuals, 4 the dated future, 5 the future combo on
 * instruments 4 and 0, then options in turn on BTC and ETH, calls and puts, strikes outward from
 * the money. `options` (at most PL_FLOW_OPTIONS_MAX) shares the options' part of the flow. */
void pl_flow_listing_make(uint32_t index, uint32_t options, struct pl_flow_listing *ret_listing);

#endif
