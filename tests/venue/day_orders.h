/* The live orders of a generated day. Each side of each symbol is a heap, its best order first, the
 * oldest of a price before the younger ones. All memory is taken at open. */
#ifndef PL_TESTS_VENUE_DAY_ORDERS_H
#define PL_TESTS_VENUE_DAY_ORDERS_H

#include "engine/base/event.h"
#include "tests/venue/day_symbols.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_DAY_RECENT 8192u /* orders that count as recent */
#define PL_DAY_NONE   UINT32_MAX

/* A price as a rank that is smaller when it is better, and back: its own inverse. */
#define PL_DAY_PRICE_RANK(book, value)                                                             \
  ((book) % 2 == PL_ASK ? (uint32_t)(value) : UINT32_MAX - (uint32_t)(value))

struct pl_day_order {
  uint32_t ref;
  uint32_t qty;     /* 0: the slot is free */
  uint32_t heap_at; /* place in its side; of a free slot, the next free one */
  uint32_t book;    /* symbol * 2 + enum pl_side */
  int32_t price;    /* ticks */
  uint32_t added;   /* orders added before it */
};

struct pl_day_orders {
  struct pl_day_order *orders; /* [order_room]; a slot is an index into it */
  uint32_t order_room, used;   /* slots at and behind `used` were never taken */
  uint32_t free_first, live;
  struct pl_day_side {
    uint32_t first, count, room; /* entries first .. first + count - 1 */
  } * sides;                     /* [symbols * 2] */
  struct pl_day_entry {
    uint32_t rank, ref, slot; /* smaller rank is better; then the smaller ref */
  } * entries;
  uint32_t recent[PL_DAY_RECENT]; /* slots of the last orders added, PL_DAY_NONE: gone */
  uint32_t added;                 /* ever */
};

/* pl_day_orders_open makes room for live_max orders, each side in proportion to its symbol's share
 * and some. False when memory is short. pl_day_orders_close frees it; of zeroed orders too. */
bool pl_day_orders_open(struct pl_day_orders *ret_orders, const struct pl_day_symbols *symbols,
                        uint32_t live_max);
void pl_day_orders_close(struct pl_day_orders *orders);

/* pl_day_orders_room tells whether a side takes another order. */
bool pl_day_orders_room(const struct pl_day_orders *orders, uint32_t book);

/* pl_day_orders_add puts an order in; its side has room. ref above all before, qty > 0. */
void pl_day_orders_add(struct pl_day_orders *orders, uint32_t book, uint32_t ref, int32_t price,
                       uint32_t qty);

/* pl_day_orders_remove takes an order out. slot: of a live order. */
void pl_day_orders_remove(struct pl_day_orders *orders, uint32_t slot);

/* pl_day_orders_best returns the slot of a side's first order, PL_DAY_NONE when it is empty. */
static inline uint32_t pl_day_orders_best(const struct pl_day_orders *orders, uint32_t book) {
  const struct pl_day_side *side = &orders->sides[book];
  return side->count != 0 ? orders->entries[side->first].slot : PL_DAY_NONE;
}

/* pl_day_orders_best_price returns its price; false when the side is empty. */
static inline bool pl_day_orders_best_price(const struct pl_day_orders *orders, uint32_t book,
                                            int32_t *ret_price) {
  const struct pl_day_side *side = &orders->sides[book];
  if (side->count == 0) return false;
  *ret_price = (int32_t)PL_DAY_PRICE_RANK(book, orders->entries[side->first].rank);
  return true;
}

/* pl_day_orders_draw chooses a live order, PL_DAY_NONE when there is none.
 *   recent  one of the last PL_DAY_RECENT added, if one of them is still live */
uint32_t pl_day_orders_draw(const struct pl_day_orders *orders, struct pl_flow_random *random,
                            bool recent);

#endif
