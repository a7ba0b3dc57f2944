/* The order flow of one instrument: how its book follows the fair price. */
#ifndef PL_TESTS_VENUE_FLOW_ORDERS_H
#define PL_TESTS_VENUE_FLOW_ORDERS_H

#include "tests/venue/flow.h"

/* Fills an empty book to its calm number of levels round the fair price. */
void pl_flow_orders_fill(struct pl_flow *flow, struct pl_flow_instrument *instrument);

/* One update: stale quotes leave, the touch follows the fair price, orders come and go, trades
 * print. Appends to ret_update, which the caller has emptied. */
void pl_flow_orders_run(struct pl_flow *flow, struct pl_flow_instrument *instrument,
                        struct pl_flow_update *ret_update);

#endif
