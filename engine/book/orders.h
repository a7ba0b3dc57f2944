/* The book that is kept from single orders: the table says what each order is, the levels of its
 * side are their exact sums. */
#ifndef ENGINE_BOOK_ORDERS_H
#define ENGINE_BOOK_ORDERS_H

#include "engine/book/book.h"

/* Slots looked at for dead orders at each order event while there are any. */
#define PL_ORDERS_SWEEP_SLOTS 8u

struct pl_orders_queued {
  uint64_t priority, id;
  int64_t qty_e8;
};

/* pl_orders_queue tells the orders at one price in the order in which they trade: by priority, then
 * by id. It looks through the whole table: for tools and tests, never for the hot path. The store
 * must keep priorities.
 *   ret_orders  [orders_max], the first ones when there are more
 *   returns     how many there are */
uint32_t pl_orders_queue(const struct pl_book_store *store, uint32_t instrument, enum pl_side which,
                         int64_t price_e9, struct pl_orders_queued *ret_orders,
                         uint32_t orders_max);

#endif
