/* Drives a market-by-order capture of one ES contract through the MDP 3.0 encoder: real flow,
 * synthetic wire.
 *
 * What is real: every order, price, size, trade and receive time, the order of the records, the
 * ends of the events, and where the venue cut its packets. What is made up:
 *   - The definition, with CME's display factor for ES: a wire price of 481000 is 4810.00.
 *   - The book by price: each record's effect on the best ten levels becomes level entries, in an
 *     order that is legal for a book by position. A record's order goes behind the level entry of
 *     its price, by reference; if that level is not told, into a message of orders alone.
 *   - Priorities, report numbers and packet numbers.
 *   - The market's state: pre-open until 23:00 UTC, then open, before the opening's trades.
 *   - A packet of no book change first, then the capture's snapshot, by price and by order; then
 * the book as it stands, every so many events. */
#ifndef PL_TESTS_VENUE_ES_CME_H
#define PL_TESTS_VENUE_ES_CME_H

#include "dataplane/feed/ethernet.h"
#include "tests/venue/exchange.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_ES_CME_NAME        "ESH4"
#define PL_ES_CME_OPEN_NS     UINT64_C(1703545200000000000) /* 2023-12-25 23:00 UTC */
#define PL_ES_CME_PAYLOAD_MIN 500u                          /* each message that is made fits */

/* Streams by their group address; all the channel's. */
enum pl_es_cme_stream {
  PL_ES_CME_UPDATES,     /* 224.0.31.1 */
  PL_ES_CME_LEVELS,      /* 224.0.31.22: snapshots by price */
  PL_ES_CME_DEFINITIONS, /* 224.0.31.43 */
  PL_ES_CME_ORDERS_ALL,  /* 224.0.31.64: snapshots of orders */
  PL_ES_CME_STREAM_COUNT
};
extern const struct pl_ethernet_path pl_es_cme_paths[PL_ES_CME_STREAM_COUNT];

struct pl_es_cme_config {
  uint32_t payload_bytes;   /* a packet has at most so many, PL_ES_CME_PAYLOAD_MIN.. */
  uint32_t snapshot_events; /* events between two snapshots; 0: only the first */
};

struct pl_es_cme_counts {
  uint32_t records, events, events_split; /* split: over several packets */
  uint32_t frames, packets;               /* packets: of the updates */
  uint32_t messages_book, messages_orders, messages_trades;
  uint32_t levels, references, orders, trades, fills; /* entries */
  uint32_t snapshots, snapshot_orders;                /* snapshot orders: of the first */
};

/* pl_es_cme_run drives a whole capture.
 *   sink, context  takes the frames, see exchange.h
 *   ret_counts     kept up to date: inside the sink, events are those that ended up to this frame;
 *                  complete only on NULL
 * Returns NULL, or why it ended early, a literal. */
const char *pl_es_cme_run(const char *path, const struct pl_es_cme_config *config,
                          pl_exchange_sink *sink, void *context,
                          struct pl_es_cme_counts *ret_counts);

#endif
