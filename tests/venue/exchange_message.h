/* From the market's integers to the wire's messages; the only place where prices turn double. */
#ifndef PL_TESTS_VENUE_EXCHANGE_MESSAGE_H
#define PL_TESTS_VENUE_EXCHANGE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/venue/flow.h"
#include "tests/venue/wire_deribit.h"

/* Each function appends one message about instrument `index` at feed time `now_ns`. Returns false,
 * packet unchanged, when it does not fit. */

/* Instrument definition: template 1000, or 1010 when `is_v2`. */
bool pl_exchange_message_instrument(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                    uint32_t index, bool is_v2);

/* Ticker with the book's best prices as they are now. */
bool pl_exchange_message_ticker(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                uint32_t index, uint64_t now_ns);

/* The update's trades. */
bool pl_exchange_message_trades(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                uint32_t index, const struct pl_flow_update *update,
                                uint64_t now_ns);

/* A run of an update's book changes. */
struct pl_exchange_slice {
  const struct pl_flow_changes *changes;
  uint32_t first, count;
  bool is_last; /* false: the rest follows in another message */
};

/* The slice's book changes. Gives the message its change id. */
bool pl_exchange_message_book(struct pl_wire_packet *packet, struct pl_flow *flow, uint32_t index,
                              const struct pl_exchange_slice *slice, uint64_t now_ns);

/* How far a book's snapshot has come; starts as zeros. */
struct pl_exchange_progress {
  uint32_t level; /* the next one to send, asks first */
  bool is_done;
};

/* One part of a book snapshot, at most PL_WIRE_SNAPSHOT_LEVELS levels. Moves `progress` on, or
 * leaves it when the part does not fit. */
bool pl_exchange_message_snapshot(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                  uint32_t index, struct pl_exchange_progress *progress,
                                  uint64_t now_ns);

#endif
