/* Live orders by (id, instrument, generation). Eight consecutive ids have eight cache lines
 * beside each other, and a hash says where the eight stand: dense ids are a direct index into lines
 * that their neighbours in time keep warm, sparse ids are hashed, and the largest id costs no
 * memory. A line has a second slot, for an order whose own is taken; behind it comes the next line.
 * Taking an order out closes the gap, so that no mark is left behind. Engine thread only. */
#ifndef ENGINE_BOOK_ORDER_TABLE_H
#define ENGINE_BOOK_ORDER_TABLE_H

#include "engine/base/arena.h"
#include "engine/base/check.h"
#include "engine/base/event.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_ORDER_BLOCK_BITS 3     /* ids beside each other: 2^3 */
#define PL_ORDER_LINE_BITS  1     /* slots of a cache line: 2^1 */
#define PL_ORDER_PROBES_MAX 1024u /* slots looked at for one order */

struct pl_order {
  uint64_t id;
  int64_t key; /* pl_levels_key of its price */
  int64_t qty_e8;
  uint32_t generation; /* 0: a free slot */
  uint32_t place;      /* instrument * 2 + side */
};
_Static_assert(sizeof(struct pl_order) == 32, "two orders a cache line");

struct pl_order_table {
  struct pl_order *orders; /* [mask + 1] */
  uint64_t *priorities;    /* beside them; NULL: not kept */
  uint32_t mask, shift;
  uint32_t orders_max;
  uint32_t count; /* slots taken */
  uint32_t dead;  /* of them by orders of a generation that is gone */
  uint32_t swept; /* next slot to look for dead ones */
};

/* pl_order_table_footprint and _create: room for orders_max orders; 0: none at all. Start-up only.
 *   priorities  keep each order's */
size_t pl_order_table_footprint(uint32_t orders_max, bool priorities);
void pl_order_table_create(struct pl_arena *arena, uint32_t orders_max, bool priorities,
                           struct pl_order_table *ret_table);

static inline uint32_t pl_order_table_home(const struct pl_order_table *table, uint64_t id) {
  uint64_t hash = (id >> PL_ORDER_BLOCK_BITS) * UINT64_C(0x9E3779B97F4A7C15);
  uint32_t block = (uint32_t)(hash >> table->shift);
  uint32_t line = block << PL_ORDER_BLOCK_BITS | (uint32_t)(id & ((1u << PL_ORDER_BLOCK_BITS) - 1));
  return line << PL_ORDER_LINE_BITS;
}

/* pl_order_table_find returns the order of that key, or else the free slot where it belongs
 * (generation 0); NULL when there is neither within PL_ORDER_PROBES_MAX slots. */
static inline struct pl_order *pl_order_table_find(const struct pl_order_table *table, uint64_t id,
                                                   uint32_t instrument, uint32_t generation) {
  uint32_t at = pl_order_table_home(table, id);
  for (uint32_t probe = 0; probe < PL_ORDER_PROBES_MAX; probe++, at = (at + 1) & table->mask) {
    struct pl_order *order = &table->orders[at];
    if (order->generation == 0) return order;
    if (order->id == id && order->generation == generation && order->place >> 1 == instrument)
      return order;
  }
  return NULL;
}

/* pl_order_table_is_full tells whether another order must be refused. */
static inline bool pl_order_table_is_full(const struct pl_order_table *table) {
  return table->count - table->dead >= table->orders_max || table->count > table->mask / 4 * 3;
}

/* pl_order_table_put writes an order into the free slot that pl_order_table_find returned. */
static inline void pl_order_table_put(struct pl_order_table *table, struct pl_order *slot,
                                      struct pl_order order, uint64_t priority) {
  *slot = order;
  table->count++;
  if (table->priorities != NULL) table->priorities[slot - table->orders] = priority;
}

/* pl_order_table_remove takes an order out; orders behind it may move. */
void pl_order_table_remove(struct pl_order_table *table, struct pl_order *order);

/* pl_order_table_prefetch asks for the lines where an order stands, most likely, and where taking
 * it out looks for what may move. */
static inline void pl_order_table_prefetch(const struct pl_order_table *table, uint64_t id) {
  uint32_t home = pl_order_table_home(table, id);
  __builtin_prefetch(&table->orders[home], 1);
  __builtin_prefetch(&table->orders[home + (1u << PL_ORDER_LINE_BITS)], 1);
}

#endif
