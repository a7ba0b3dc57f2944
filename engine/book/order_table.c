#include "engine/book/order_table.h"

#define HASH_BITS 64

/* Lines for one and a half times as many orders, so that few share one: probing and closing gaps
 * stay in the line, and their branches are foreseen. */
static uint32_t slots(uint32_t orders_max) {
  uint32_t count = 2u << (PL_ORDER_BLOCK_BITS + PL_ORDER_LINE_BITS);
  while (count < 3 * (uint64_t)orders_max) count *= 2;
  return count;
}

size_t pl_order_table_footprint(uint32_t orders_max, bool priorities) {
  if (orders_max == 0) return 0;
  return pl_arena_round(slots(orders_max) * sizeof(struct pl_order)) +
         (priorities ? pl_arena_round(slots(orders_max) * sizeof(uint64_t)) : 0);
}

void pl_order_table_create(struct pl_arena *arena, uint32_t orders_max, bool priorities,
                           struct pl_order_table *ret_table) {
  *ret_table = (struct pl_order_table){.orders_max = orders_max};
  if (orders_max == 0) return;
  PL_CHECK(orders_max <= 1u << 30);
  uint32_t count = slots(orders_max);
  ret_table->orders = pl_arena_take(arena, count * sizeof *ret_table->orders);
  if (priorities)
    ret_table->priorities = pl_arena_take(arena, count * sizeof *ret_table->priorities);
  ret_table->mask = count - 1;
  uint32_t block_bits = (uint32_t)__builtin_ctz(count) - PL_ORDER_BLOCK_BITS - PL_ORDER_LINE_BITS;
  ret_table->shift = HASH_BITS - block_bits;
}

/* An order that stands behind a gap may move into it unless that is before its home. None that can
 * move stands further behind than an order can be from its home. */
void pl_order_table_remove(struct pl_order_table *table, struct pl_order *order) {
  struct pl_order *orders = table->orders;
  uint32_t mask = table->mask, gap = (uint32_t)(order - orders);
  for (uint32_t at = (gap + 1) & mask; orders[at].generation != 0; at = (at + 1) & mask) {
    uint32_t home = pl_order_table_home(table, orders[at].id);
    uint32_t from_gap = (at - gap) & mask;
    if (from_gap >= PL_ORDER_PROBES_MAX) break;
    if (((at - home) & mask) < from_gap) continue;
    orders[gap] = orders[at];
    if (table->priorities != NULL) table->priorities[gap] = table->priorities[at];
    gap = at;
  }
  orders[gap].generation = 0;
  table->count--;
}
