/* The snapshot cycle and the reference data that goes with it. */
#ifndef PL_TESTS_VENUE_EXCHANGE_SNAPSHOT_H
#define PL_TESTS_VENUE_EXCHANGE_SNAPSHOT_H

#include <stdint.h>

#include "tests/venue/exchange_port.h"
#include "tests/venue/flow.h"

/* Sends one whole cycle on every snapshot channel that lists an instrument: start, then for each
 * instrument its definitions, combo legs, ticker and book in parts, then end. Packets are filled
 * before the next one is opened. */
void pl_exchange_snapshot_cycle(struct pl_exchange_port *port, const struct pl_flow *flow,
                                uint64_t now_ns);

/* Announces the combo (definitions and legs) on its incremental channel. */
void pl_exchange_snapshot_announce(struct pl_exchange_port *port, const struct pl_flow *flow,
                                   uint64_t now_ns);

#endif
