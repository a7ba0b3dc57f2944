/* Drives a Binance capture through the Deribit encoder: real flow, synthetic wire.
 *
 * What is real: every price, quantity, update id, trade and receive time. What is made up: the
 * definition (BTCUSDT as a linear perpetual), the split into packets, the ticker's other fields
 * (null), and these three:
 *   - The snapshot leaves first, on the snapshot channel, and counts as complete although it holds
 *     1,000 levels a side. Updates that it contains are left out; the one that it lies within
 *     follows on it (its previous id becomes the snapshot's).
 *   - An update of more levels than a packet holds becomes several messages, isLast on the last.
 *     Each needs an id of its own: they count up to the update's.
 *   - With each update goes the last ticker up to the update's id, as the venue does it, even if
 *     the recorder got it a little later than the update. The tickers between are left out: the
 *     levels that would go with them are not told one by one. */
#ifndef PL_TESTS_VENUE_BINANCE_DERIBIT_H
#define PL_TESTS_VENUE_BINANCE_DERIBIT_H

#include "tests/venue/exchange.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_BINANCE_DERIBIT_INSTRUMENT 1u
#define PL_BINANCE_DERIBIT_NAME       "BTCUSDT"

struct pl_binance_deribit_counts {
  uint32_t depth_seen, depth_contained; /* updates; those left out as part of the snapshot */
  uint32_t books;                       /* book messages, parts counted singly */
  uint32_t split;                       /* updates of several messages */
  uint32_t levels, snapshot_levels;
  uint32_t tickers_seen, tickers; /* in the capture; on the wire */
  uint32_t trades, frames;
  uint64_t snapshot_id, last_id;
};

/* pl_binance_deribit_run drives a whole capture.
 *   sink, context  takes the frames, see exchange.h
 *   ret_counts     what was driven; complete only on NULL
 * Returns NULL, or why it ended early, a literal. */
const char *pl_binance_deribit_run(const char *path, pl_exchange_sink *sink, void *context,
                                   struct pl_binance_deribit_counts *ret_counts);

#endif
