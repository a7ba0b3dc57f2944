/* The symbols of a generated day: how often each is traded (Zipf, exponent 0.9), where its price
 * is, and what it is called. */
#ifndef PL_TESTS_VENUE_DAY_SYMBOLS_H
#define PL_TESTS_VENUE_DAY_SYMBOLS_H

#include "tests/venue/flow_random.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_DAY_NAME_BYTES 8 /* four letters or more, and the terminating zero */

/* A symbol's mid never leaves its base by more, and no base lies lower than the second. */
#define PL_DAY_MID_SPAN_TICKS  400
#define PL_DAY_BASE_MIN_TICKS  4000
#define PL_DAY_BASE_SPAN_TICKS 46000

struct pl_day_symbol {
  int32_t base_ticks, mid_ticks;
  uint32_t share_q32; /* of all order flow */
};

struct pl_day_symbols {
  uint32_t count;
  struct pl_day_symbol *symbols; /* [count] */
  struct pl_day_alias {
    uint32_t keep_q32, other;
  } * aliases; /* [count]; Walker's alias method: one draw a choice, whatever the count */
};

/* pl_day_symbols_open makes count symbols, 1..PL_DAY_SYMBOLS_MAX; which of them are busy is drawn.
 * False when memory is short. pl_day_symbols_close frees them; of zeroed symbols too. */
bool pl_day_symbols_open(struct pl_day_symbols *ret_symbols, uint32_t count,
                         struct pl_flow_random *random);
void pl_day_symbols_close(struct pl_day_symbols *symbols);

/* pl_day_symbols_draw chooses a symbol as its share says. */
uint32_t pl_day_symbols_draw(const struct pl_day_symbols *symbols, struct pl_flow_random *random);

/* pl_day_symbol_move lets the mid walk by a tick now and then, within its span. bits: at least
 * four uniform ones. */
void pl_day_symbol_move(struct pl_day_symbol *symbol, uint64_t bits);

/* pl_day_symbol_name writes the name of a symbol: capitals, the same for every seed. */
void pl_day_symbol_name(uint32_t symbol, char ret_name[PL_DAY_NAME_BYTES]);

#endif
