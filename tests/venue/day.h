/* A trading day as a stream of order-level operations, for load: venue-neutral, to be put on the
 * wire by a venue's encoder.
 *
 * Same configuration, same operations, on every compiler: integers only. First every symbol is
 * defined, then every symbol opens, then orders come and go about a mid that walks: the live orders
 * rise to their target and stay there. What holds at every operation:
 *   - references rise over all symbols, by one or two; an operation names only live orders
 *   - no book is crossed or locked
 *   - an execution takes the oldest order of the best price of its side
 * Of the operations about 46 % add, 39 % delete, 8 % replace, 5 % execute, 1 % are trades against
 * what is not displayed, 0.4 % reduce and 0.1 % execute at another price; 70 % of what is deleted,
 * reduced or replaced is one of the last 8,192 orders; 3 % of the prices are drawn up to 2,000
 * ticks away, the others near the mid with an exponential distance. Symbols are Zipf's, 0.9. (With
 * fewer than some 25 messages a live order, adds have a larger part.) */
#ifndef PL_TESTS_VENUE_DAY_H
#define PL_TESTS_VENUE_DAY_H

#include "engine/base/event.h"
#include "tests/venue/day_symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_DAY_SYMBOLS_MAX     65535u
#define PL_DAY_MESSAGES_MAX    (UINT32_C(1) << 31) /* references stay below 2^32 */
#define PL_DAY_LIVE_ORDERS_MAX (UINT32_C(1) << 24)

enum pl_day_kind {
  PL_DAY_SYMBOL,         /* definition */
  PL_DAY_STATUS,         /* it opens */
  PL_DAY_ADD,            /* a new order */
  PL_DAY_ADD_ATTRIBUTED, /* a new order that says whose it is */
  PL_DAY_EXECUTE,        /* at the order's price */
  PL_DAY_EXECUTE_PRICE,  /* at other_price; printable or not */
  PL_DAY_REDUCE,         /* a part is cancelled */
  PL_DAY_DELETE,         /* all that is left is cancelled */
  PL_DAY_REPLACE,        /* ref goes; new_ref, other_price and qty_after come in its place */
  PL_DAY_TRADE,          /* of liquidity that is not displayed; no order changes */
  PL_DAY_KIND_COUNT
};

/* A field not named at its kind is zero; side is then PL_SIDE_NONE. */
struct pl_day_op {
  uint64_t time_ns;    /* UTC; never goes back */
  uint64_t ref;        /* the order; trade: 0 */
  uint64_t new_ref;    /* replace */
  uint64_t match_id;   /* execute, execute price, trade: +1 each */
  int64_t price;       /* ticks, > 0, of the order as it was before; trade: of the trade */
  int64_t other_price; /* replace: the new price; execute price: the trade's */
  uint32_t symbol;     /* 0..symbols - 1 */
  uint32_t qty;        /* added, executed, cancelled, traded; replace: the new quantity */
  uint32_t qty_before; /* of the order; an added one: 0 */
  uint32_t qty_after;  /* of the order, 0: it is gone; replace: of the new one */
  uint8_t kind;        /* enum pl_day_kind */
  uint8_t side;        /* enum pl_side of the order; trade: of the resting side */
  bool printable;      /* execute price */
};

struct pl_day_config {
  uint64_t seed;
  uint64_t start_ns;    /* UTC, of the first operation */
  uint32_t symbols;     /* 1..PL_DAY_SYMBOLS_MAX */
  uint32_t messages;    /* operations, definitions included; 1..PL_DAY_MESSAGES_MAX. They are
                           spread over about six and a half hours */
  uint32_t live_orders; /* target; 1..PL_DAY_LIVE_ORDERS_MAX. Never above it by more than an eighth
                           and 64 */
};

struct pl_day;

/* pl_day_default returns 10,000,001 messages over 4,000 symbols with 400,000 live orders, seed 1,
 * from 2026-11-02 14:30 UTC. */
struct pl_day_config pl_day_default(void);

/* pl_day_open begins a day; NULL when a value is out of its range or memory is short. pl_day_close
 * frees it; NULL is allowed. */
struct pl_day *pl_day_open(const struct pl_day_config *config);
void pl_day_close(struct pl_day *day);

/* pl_day_next writes the next operation; false, and ret_op untouched, when the day is over. */
bool pl_day_next(struct pl_day *day, struct pl_day_op *ret_op);

/* pl_day_live returns the number of orders live now. */
uint32_t pl_day_live(const struct pl_day *day);

/* pl_day_now_ns returns the time of the next operation; when the day is over, one not before the
 * last. */
uint64_t pl_day_now_ns(const struct pl_day *day);

/* A live order. */
struct pl_day_resting {
  uint64_t ref;
  int64_t price; /* ticks */
  uint32_t qty;
  uint8_t side; /* enum pl_side */
};

/* pl_day_book writes a symbol's live orders as they stand: bids, then asks, of each side the best
 * price first and of a price the oldest.
 *   ret_orders  room for pl_day_live orders
 *   returns     how many there are */
uint32_t pl_day_book(const struct pl_day *day, uint32_t symbol, struct pl_day_resting *ret_orders);

#endif
