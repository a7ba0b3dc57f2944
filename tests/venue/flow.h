/* The simulated market: index prices, marks, books and trades, a function of (seed, feed time).
 *
 * All state is integer; nothing here reads a clock, and there is one source of randomness. The
 * order of calls is part of the function: same calls, same seed, same market. */
#ifndef PL_TESTS_VENUE_FLOW_H
#define PL_TESTS_VENUE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/venue/flow_book.h"
#include "tests/venue/flow_listing.h"
#include "tests/venue/flow_random.h"
#include "tests/venue/flow_regime.h"

#define PL_FLOW_STEP_NS    10000000u /* the prices move in steps of this feed time */
#define PL_FLOW_PRINTS_MAX 8u        /* trades in one update */

struct pl_flow_config {
  uint64_t seed;
  uint64_t start_ns; /* feed time, UTC */
  uint64_t cycle_ns; /* length of one run of the stress scenario, > 0 */
  uint32_t options;  /* at most PL_FLOW_OPTIONS_MAX */
  enum pl_flow_scenario scenario;
};

struct pl_flow_asset {
  int64_t base_u6;   /* price at the start of a cycle */
  int64_t beta_ppm;  /* share of the scenario's price move */
  int64_t index_u6;  /* now */
  int64_t noise_ppb; /* random part of the price */
  int64_t step_u6;   /* the index is published in these steps */
};

struct pl_flow_instrument {
  struct pl_flow_listing listing;
  struct pl_flow_book book;
  uint64_t change_id; /* of the last book message */
  uint64_t trade_seq;
  int64_t fair_u6; /* where quotes gather; options in coin */
  int64_t mark_u6;
  int64_t basis_ppb;   /* random part of fair against index */
  int64_t premium_ppb; /* futures: slow mean of fair against index, what the mark adds */
  int64_t iv_ppm;      /* options: a year */
  int64_t last_tick;   /* of the last trade, 0 before it */
  uint8_t tick_direction;
  int64_t open_interest_lots;
  int64_t funding_ppb;
  int64_t funding_8h_ppb;
  int64_t settlement_u6;
};

struct pl_flow {
  struct pl_flow_config config;
  struct pl_flow_random random;
  struct pl_flow_weather weather;
  struct pl_flow_asset asset[PL_FLOW_UNDERLYINGS];
  uint64_t change_id; /* last given out, venue wide */
  uint64_t trade_id;
  uint32_t count;
  struct pl_flow_instrument instrument[PL_FLOW_INSTRUMENTS_MAX];
};

struct pl_flow_print { /* one trade */
  int64_t tick;
  int64_t lots;
  uint64_t seq, id;
  uint8_t direction;      /* enum pl_wire_direction */
  uint8_t liquidation;    /* enum pl_wire_liquidation */
  uint8_t tick_direction; /* 0 plus, 1 zero-plus, 2 minus, 3 zero-minus */
};

struct pl_flow_update {
  uint32_t print_count;
  struct pl_flow_print print[PL_FLOW_PRINTS_MAX];
  struct pl_flow_changes changes; /* in an order that never crosses the book on the way */
};

/* Lists the instruments and fills every book. config: cycle_ns > 0, options within the limit. */
void pl_flow_init(struct pl_flow *flow, const struct pl_flow_config *config);

/* Moves weather, indices, fair prices, marks and funding on by one step to feed time `now_ns`. */
void pl_flow_advance(struct pl_flow *flow, uint64_t now_ns);

/* Order flow of one instrument: changes its book and says how. The book stays uncrossed after
 * every single change; the update may be empty (and is, for an instrument without a book). */
void pl_flow_update(struct pl_flow *flow, uint32_t index, struct pl_flow_update *ret_update);

/* Gives the instrument's next book message its change id. Returns the id before it. */
uint64_t pl_flow_next_change(struct pl_flow *flow, uint32_t index);

#endif
