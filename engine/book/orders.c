#include "engine/book/orders.h"

#include "engine/book/store.h"

/* Where orders go: the kept book, or the snapshot that is being put together. */
struct target {
  struct pl_book_side *sides;
  uint32_t *orders;
  uint32_t instrument, generation;
};

/* A sum with one part less and another more; false, and as it was, when that leaves its range. */
static inline bool grow(int64_t *sum_e8, int64_t less_e8, int64_t more_e8) {
  int64_t grown_e8;
  if (__builtin_add_overflow(*sum_e8 - less_e8, more_e8, &grown_e8)) return false;
  *sum_e8 = grown_e8;
  return true;
}

/* Adds to the sum of a level; false when that would leave its range, nothing is changed then. A
 * truncated side takes nothing below the worst level it keeps: the sum would not be whole. */
static inline bool sum_add(struct pl_book_store *store, struct pl_book_side *side, int64_t key,
                           int64_t qty_e8) {
  uint32_t at = pl_levels_find(side, key);
  if (pl_levels_has(side, at, key)) return grow(&side->levels[at].qty_e8, 0, qty_e8);
  if (PL_UNLIKELY(side->truncated) && at == 0) return true;
  bool was_truncated = side->truncated;
  pl_levels_insert(store->pool, side, at, key, qty_e8);
  store->counters.sides_truncated += !was_truncated && side->truncated;
  return true;
}

/* Takes from the sum of a level, which is there unless the side is truncated. */
static inline void sum_take(struct pl_book_side *side, int64_t key, int64_t qty_e8) {
  uint32_t at = pl_levels_find(side, key);
  if (!pl_levels_has(side, at, key)) {
    PL_CHECK_DEEP(side->truncated);
    return;
  }
  side->levels[at].qty_e8 -= qty_e8;
  PL_CHECK_DEEP(side->levels[at].qty_e8 >= 0);
  if (side->levels[at].qty_e8 == 0) pl_levels_remove(side, at, 1);
}

static struct pl_book_side *side_of(const struct target *target, const struct pl_order *order) {
  return &target->sides[order->place & 1];
}

/* Moves the sums from what an order was to what it shall be; false when it cannot, nothing is
 * changed then. */
static bool sums_move(struct pl_book_store *store, const struct target *target,
                      const struct pl_order *from, const struct pl_order *to) {
  struct pl_book_side *side = side_of(target, from);
  if (from->place != to->place || from->key != to->key) {
    if (!sum_add(store, side_of(target, to), to->key, to->qty_e8)) return false;
    sum_take(side, from->key, from->qty_e8);
    return true;
  }
  uint32_t at = pl_levels_find(side, from->key);
  if (!pl_levels_has(side, at, from->key)) return true;
  return grow(&side->levels[at].qty_e8, from->qty_e8, to->qty_e8);
}

static struct pl_order *find(const struct pl_book_store *store, const struct target *target,
                             uint64_t id) {
  return pl_order_table_find(&store->table, id, target->instrument, target->generation);
}

static void priority_set(struct pl_book_store *store, const struct pl_order *order,
                         uint64_t priority) {
  if (store->table.priorities != NULL)
    store->table.priorities[order - store->table.orders] = priority;
}

static void forget(struct pl_book_store *store, const struct target *target,
                   struct pl_order *order) {
  (*target->orders)--;
  pl_order_table_remove(&store->table, order);
}

static bool is_order(const struct pl_event *event) {
  return event->qty_e8 > 0 && event->price_e9 != PL_PRICE_NONE;
}

static struct pl_order order_of(const struct target *target, const struct pl_event *event,
                                uint64_t id, uint32_t side) {
  return (struct pl_order){
      .id = id,
      .key = pl_levels_key((enum pl_side)side, event->price_e9),
      .qty_e8 = event->qty_e8,
      .generation = target->generation,
      .place = target->instrument << 1 | side,
  };
}

/* Each of these returns false when the order is refused; nothing is changed then. */

static bool add(struct pl_book_store *store, const struct target *target,
                const struct pl_event *event) {
  if (!is_order(event) || event->side >= PL_SIDE_NONE) return false;
  struct pl_order *slot = find(store, target, event->order_id);
  if (slot == NULL) return false;
  struct pl_order order = order_of(target, event, event->order_id, event->side);
  if (PL_UNLIKELY(slot->generation != 0)) { /* known: the old goes, the new stands */
    if (!sums_move(store, target, slot, &order)) return false;
    *slot = order;
    priority_set(store, slot, event->aux);
    store->counters.orders_amended++;
    return true;
  }
  if (pl_order_table_is_full(&store->table)) return false;
  if (!sum_add(store, side_of(target, &order), order.key, order.qty_e8)) return false;
  pl_order_table_put(&store->table, slot, order, event->aux);
  (*target->orders)++;
  store->counters.orders_added++;
  return true;
}

static void delete (struct pl_book_store *store, const struct target *target,
                    struct pl_order *order) {
  sum_take(side_of(target, order), order->key, order->qty_e8);
  forget(store, target, order);
}

static bool change(struct pl_book_store *store, const struct target *target, struct pl_order *order,
                   const struct pl_event *event) {
  if (event->qty_e8 < 0) return false;
  if (event->qty_e8 == 0) {
    delete (store, target, order);
    return true;
  }
  struct pl_order changed = *order;
  changed.qty_e8 = event->qty_e8;
  if (event->price_e9 != PL_PRICE_NONE)
    changed.key = pl_levels_key(order->place & 1, event->price_e9);
  if (!sums_move(store, target, order, &changed)) return false;
  *order = changed;
  if (event->price_e9 != PL_PRICE_NONE) priority_set(store, order, event->aux);
  return true;
}

static bool reduce(struct pl_book_store *store, const struct target *target, struct pl_order *order,
                   const struct pl_event *event) {
  if (event->qty_e8 < 0) return false;
  if (event->qty_e8 >= order->qty_e8) {
    store->counters.reductions_over += event->qty_e8 > order->qty_e8;
    delete (store, target, order);
    return true;
  }
  sum_take(side_of(target, order), order->key, event->qty_e8);
  order->qty_e8 -= event->qty_e8;
  return true;
}

/* The new order's sum is the only thing that can fail, so it comes first, but for what the two old
 * ones give back to it. */
static bool replace(struct pl_book_store *store, const struct target *target,
                    struct pl_order *order, const struct pl_event *event) {
  if (!is_order(event)) return false;
  struct pl_order *slot = find(store, target, event->aux);
  if (slot == NULL) return false;
  struct pl_order changed = order_of(target, event, event->aux, order->place & 1);
  bool known = slot->generation != 0, same = slot == order;
  struct pl_order displaced = *slot;
  if (known && !same) sum_take(side_of(target, slot), slot->key, slot->qty_e8);
  if (!sums_move(store, target, order, &changed)) {
    if (known && !same)
      (void)sum_add(store, side_of(target, slot), displaced.key, displaced.qty_e8);
    return false;
  }
  store->counters.orders_amended += known;
  store->counters.orders_added += !known;
  if (known) {
    *slot = changed;
    priority_set(store, slot, 0);
  } else {
    pl_order_table_put(&store->table, slot, changed, 0);
    (*target->orders)++;
  }
  if (!same) forget(store, target, order);
  return true;
}

static bool apply(struct pl_book_store *store, const struct target *target,
                  const struct pl_event *event, bool *ret_changed) {
  *ret_changed = true;
  if (event->type == PL_EV_ORDER_ADD) return add(store, target, event);
  struct pl_order *order = find(store, target, event->order_id);
  if (PL_UNLIKELY(order == NULL || order->generation == 0)) {
    store->counters.orders_unknown++;
    *ret_changed = false;
    return true;
  }
  switch (event->type) {
  case PL_EV_ORDER_CHANGE: return change(store, target, order, event);
  case PL_EV_ORDER_REDUCE: return reduce(store, target, order, event);
  case PL_EV_ORDER_REPLACE: return replace(store, target, order, event);
  default: delete (store, target, order); return true;
  }
}

/* An order is dead when neither its book nor a snapshot of it that is open is of its generation. */
static bool is_dead(struct pl_book_store *store, const struct pl_order *order) {
  uint32_t instrument = order->place >> 1;
  if (order->generation == store->order_books[instrument]->generation) return false;
  const struct pl_staging *staging = pl_snapshot_find(store, instrument, PL_LANE_ORDERS);
  return staging == NULL || staging->generation != order->generation;
}

static void sweep(struct pl_book_store *store) {
  struct pl_order_table *table = &store->table;
  for (uint32_t i = 0; i < PL_ORDERS_SWEEP_SLOTS && table->dead != 0; i++) {
    struct pl_order *order = &table->orders[table->swept];
    if (order->generation != 0 && is_dead(store, order)) {
      pl_order_table_remove(table, order);
      table->dead--; /* and what moved here is looked at next */
    } else {
      table->swept = (table->swept + 1) & table->mask;
    }
  }
}

static void stage(struct pl_book_store *store, const struct pl_event *event) {
  struct pl_staging *staging = pl_snapshot_find(store, event->instrument, PL_LANE_ORDERS);
  if (staging == NULL || staging->refused || event->type != PL_EV_ORDER_ADD) return;
  const struct target target = {staging->sides, &staging->orders, event->instrument,
                                staging->generation};
  if (add(store, &target, event)) return;
  staging->refused = true;
  store->counters.orders_refused++;
}

bool pl_orders_apply(struct pl_book_store *store, struct pl_book *book,
                     const struct pl_event *event) {
  struct pl_book_counters *counters = &store->counters;
  if (PL_UNLIKELY(store->table.dead != 0)) sweep(store);
  if (event->flags & PL_EVF_SNAPSHOT) {
    stage(store, event);
    return false;
  }
  counters->updates += (event->flags & PL_EVF_MESSAGE_END) != 0;
  if (PL_UNLIKELY(book->state != PL_BOOK_KEPT || book->lane != PL_LANE_ORDERS)) {
    pl_join_missed(store, book, event);
    return false;
  }
  if (PL_UNLIKELY(book->in_doubt))
    pl_join_keep(store, book, event);
  else
    book->unlogged_next = event->seq + 1;
  const struct target target = {book->sides, &book->orders, event->instrument, book->generation};
  bool changed;
  if (!apply(store, &target, event, &changed)) {
    counters->orders_refused++;
    book->state = PL_BOOK_BROKEN;
    return false;
  }
  return changed;
}

void pl_orders_clear(struct pl_book_store *store, struct pl_book *book) {
  store->table.dead += book->orders;
  book->orders = 0;
  if (++book->generation_last == 0) book->generation_last = 1;
  book->generation = book->generation_last;
}

static bool is_before(const struct pl_orders_queued *a, const struct pl_orders_queued *b) {
  return a->priority != b->priority ? a->priority < b->priority : a->id < b->id;
}

uint32_t pl_orders_queue(const struct pl_book_store *store, uint32_t instrument, enum pl_side which,
                         int64_t price_e9, struct pl_orders_queued *ret_orders,
                         uint32_t orders_max) {
  const struct pl_order_table *table = &store->table;
  PL_CHECK(table->priorities != NULL && instrument < store->instrument_count);
  const struct pl_book *book = store->order_books[instrument];
  int64_t key = pl_levels_key(which, price_e9);
  uint32_t count = 0;
  for (uint32_t i = 0; i <= table->mask; i++) {
    const struct pl_order *order = &table->orders[i];
    if (book == NULL || order->generation != book->generation || order->key != key ||
        order->place != (instrument << 1 | which))
      continue;
    struct pl_orders_queued queued = {table->priorities[i], order->id, order->qty_e8};
    uint32_t at = count < orders_max ? count : orders_max;
    for (; at > 0 && is_before(&queued, &ret_orders[at - 1]); at--)
      if (at < orders_max) ret_orders[at] = ret_orders[at - 1];
    if (at < orders_max) ret_orders[at] = queued;
    count++;
  }
  return count;
}
