#include "tests/venue/day_orders.h"

#include "engine/base/check.h"

#include <stdlib.h>

#define DRAWS_MAX       64  /* slots and recent orders are mostly live: a few draws do */
#define SIDE_ROOM_FIXED 48u /* what a side may hold beyond its share: a few deviations */

static uint64_t root_floor(uint64_t value) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
    if ((root | bit) * (root | bit) <= value) root |= bit;
  return root;
}

static uint32_t side_room(uint32_t share_q32, uint32_t live_max) {
  uint64_t mean = ((uint64_t)share_q32 * live_max >> 32) / 2 + 1;
  return (uint32_t)(mean + mean / 4 + 8 * root_floor(mean) + SIDE_ROOM_FIXED);
}

bool pl_day_orders_open(struct pl_day_orders *ret_orders, const struct pl_day_symbols *symbols,
                        uint32_t live_max) {
  *ret_orders = (struct pl_day_orders){.order_room = live_max, .free_first = PL_DAY_NONE};
  ret_orders->sides = calloc(2 * (size_t)symbols->count, sizeof *ret_orders->sides);
  ret_orders->orders = calloc(live_max, sizeof *ret_orders->orders);
  if (ret_orders->sides == NULL || ret_orders->orders == NULL)
    return pl_day_orders_close(ret_orders), false;
  uint32_t first = 0;
  for (uint32_t i = 0; i < 2 * symbols->count; i++) {
    uint32_t room = side_room(symbols->symbols[i / 2].share_q32, live_max);
    ret_orders->sides[i] = (struct pl_day_side){.first = first, .room = room};
    first += room;
  }
  ret_orders->entries = calloc(first, sizeof *ret_orders->entries);
  if (ret_orders->entries == NULL) return pl_day_orders_close(ret_orders), false;
  return true;
}

void pl_day_orders_close(struct pl_day_orders *orders) {
  free(orders->sides);
  free(orders->orders);
  free(orders->entries);
  *orders = (struct pl_day_orders){0};
}

/* --- the heaps -------------------------------------------------------------------------------- */

static bool before(struct pl_day_entry a, struct pl_day_entry b) {
  return ((uint64_t)a.rank << 32 | a.ref) < ((uint64_t)b.rank << 32 | b.ref);
}

static void place(struct pl_day_orders *orders, struct pl_day_entry *heap, uint32_t at,
                  struct pl_day_entry entry) {
  heap[at] = entry;
  orders->orders[entry.slot].heap_at = at;
}

static void rise(struct pl_day_orders *orders, struct pl_day_entry *heap, uint32_t at,
                 struct pl_day_entry entry) {
  for (; at > 0 && before(entry, heap[(at - 1) / 2]); at = (at - 1) / 2)
    place(orders, heap, at, heap[(at - 1) / 2]);
  place(orders, heap, at, entry);
}

static void sink(struct pl_day_orders *orders, struct pl_day_entry *heap, uint32_t count,
                 uint32_t at, struct pl_day_entry entry) {
  for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && before(heap[child + 1], heap[child])) child++;
    if (!before(heap[child], entry)) break;
    place(orders, heap, at, heap[child]);
    at = child;
  }
  place(orders, heap, at, entry);
}

bool pl_day_orders_room(const struct pl_day_orders *orders, uint32_t book) {
  return orders->live < orders->order_room && orders->sides[book].count < orders->sides[book].room;
}

void pl_day_orders_add(struct pl_day_orders *orders, uint32_t book, uint32_t ref, int32_t price,
                       uint32_t qty) {
  PL_CHECK(pl_day_orders_room(orders, book) && qty != 0);
  uint32_t slot = orders->free_first;
  if (slot != PL_DAY_NONE)
    orders->free_first = orders->orders[slot].heap_at;
  else
    slot = orders->used++;
  orders->orders[slot] = (struct pl_day_order){
      .ref = ref, .qty = qty, .book = book, .price = price, .added = orders->added};
  orders->live++;
  struct pl_day_side *side = &orders->sides[book];
  struct pl_day_entry entry = {PL_DAY_PRICE_RANK(book, price), ref, slot};
  rise(orders, &orders->entries[side->first], side->count++, entry);
  orders->recent[orders->added++ % PL_DAY_RECENT] = slot;
}

void pl_day_orders_remove(struct pl_day_orders *orders, uint32_t slot) {
  struct pl_day_order *order = &orders->orders[slot];
  struct pl_day_side *side = &orders->sides[order->book];
  struct pl_day_entry *heap = &orders->entries[side->first];
  uint32_t at = order->heap_at;
  struct pl_day_entry last = heap[--side->count];
  if (at != side->count) { /* the last one takes its place, and may belong up or down from there */
    if (at > 0 && before(last, heap[(at - 1) / 2]))
      rise(orders, heap, at, last);
    else
      sink(orders, heap, side->count, at, last);
  }
  if (orders->added - order->added <= PL_DAY_RECENT)
    orders->recent[order->added % PL_DAY_RECENT] = PL_DAY_NONE;
  order->qty = 0;
  order->heap_at = orders->free_first;
  orders->free_first = slot;
  orders->live--;
}

/* --- choosing --------------------------------------------------------------------------------- */

static uint32_t draw_recent(const struct pl_day_orders *orders, struct pl_flow_random *random) {
  uint32_t known = orders->added < PL_DAY_RECENT ? orders->added : PL_DAY_RECENT;
  for (uint32_t i = 0; i < DRAWS_MAX; i++) {
    uint32_t slot = orders->recent[pl_flow_random_below(random, known)];
    if (slot != PL_DAY_NONE) return slot;
  }
  return PL_DAY_NONE;
}

uint32_t pl_day_orders_draw(const struct pl_day_orders *orders, struct pl_flow_random *random,
                            bool recent) {
  if (orders->live == 0) return PL_DAY_NONE;
  uint32_t slot = recent ? draw_recent(orders, random) : PL_DAY_NONE;
  if (slot != PL_DAY_NONE) return slot;
  for (uint32_t i = 0; i < DRAWS_MAX; i++) {
    slot = pl_flow_random_below(random, orders->used);
    if (orders->orders[slot].qty != 0) return slot;
  }
  for (slot = 0; orders->orders[slot].qty == 0; slot++) continue;
  return slot;
}
