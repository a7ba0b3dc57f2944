/* Reader of a Binance futures capture: lines of a local time in ns and one JSON message each, plain
 * or compressed by gzip. Decimal strings become fixed point exactly, or the line is refused.
 *
 * What the messages mean: a depth update sets the quantities of price levels (0: gone, or never
 * known) and brings the book from prev_id to last_id; it follows the one whose last_id is its
 * prev_id. A snapshot holds the best 1,000 levels a side as of last_id. A ticker is the touch as of
 * last_id; tickers and updates come over two connections, either may be ahead. */
#ifndef PL_TESTS_VENUE_BINANCE_H
#define PL_TESTS_VENUE_BINANCE_H

#include "engine/base/event.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_BINANCE_LEVELS_MAX 8192 /* of one message, both sides */

enum pl_binance_kind {
  PL_BINANCE_SNAPSHOT,
  PL_BINANCE_DEPTH,
  PL_BINANCE_TICKER,
  PL_BINANCE_TRADE,
  PL_BINANCE_KIND_COUNT
};

struct pl_binance_level {
  int64_t price_e9, qty_e8;
  uint8_t side; /* enum pl_side */
};

/* A field not named at its kind is zero. */
struct pl_binance_line {
  enum pl_binance_kind kind;
  uint64_t recv_ns;           /* the recorder's clock */
  uint64_t venue_ms;          /* the matching engine's, ahead of or behind the recorder's */
  uint64_t first_id, prev_id; /* depth */
  uint64_t last_id;           /* all but trade */
  /* snapshot, depth: bids, then asks; ticker: bid, ask; trade: one, side that of the aggressor */
  const struct pl_binance_level *levels;
  uint32_t level_count;
  uint64_t trade_id; /* trade */
};

struct pl_binance;

/* pl_binance_open opens a capture; NULL when it cannot. pl_binance_close closes it, NULL is
 * allowed. */
struct pl_binance *pl_binance_open(const char *path);
void pl_binance_close(struct pl_binance *binance);

/* pl_binance_next reads the next line; false when there is none, or when it makes no sense.
 *   ret_line  its levels are the reader's, valid until the next call; undefined on false */
bool pl_binance_next(struct pl_binance *binance, struct pl_binance_line *ret_line);

/* pl_binance_error returns what is wrong with the last line read, NULL when the capture ended
 * whole. */
const char *pl_binance_error(const struct pl_binance *binance);

/* pl_binance_decimal reads digits, and optionally a point and digits, as a multiple of 1/scale.
 *   scale     a power of ten
 *   ret_value  >= 0; untouched on error
 * False for any other character, digits finer than the scale, or what leaves 63 bits. */
bool pl_binance_decimal(const char *text, int64_t scale, int64_t *ret_value);

#endif
