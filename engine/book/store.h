/* What the parts of engine/book share among themselves. */
#ifndef ENGINE_BOOK_STORE_H
#define ENGINE_BOOK_STORE_H

#include "engine/book/book.h"
#include "engine/book/order_table.h"

/* A snapshot being put together. Levels stand in the order they came; orders stand in the table
 * under a generation of their own, and as sums in the sides. */
struct pl_staging {
  uint64_t change_id;
  uint32_t instrument; /* PL_INSTRUMENT_NONE: free */
  uint8_t lane;
  bool whole;
  bool refused; /* an order of it was: it must not replace anything */
  uint32_t generation, orders;
  uint64_t opened; /* order of opening: the oldest is taken over when none is free */
  struct pl_book_side sides[2];
};

struct pl_book_store {
  struct pl_book_counters counters;
  struct pl_levels_pool *pool;
  struct pl_order_table table;
  struct pl_book **order_books; /* [instrument_count], NULL where there is none */
  uint32_t instrument_count;
  uint64_t opened;
  struct pl_staging stagings[PL_SNAPSHOTS_OPEN_MAX];
};

/* snapshot.c: the four kinds of snapshot event. Staged orders are orders.c's. */
struct pl_staging *pl_snapshot_find(struct pl_book_store *store, uint32_t instrument,
                                    enum pl_lane lane);
void pl_snapshot_begin(struct pl_book_store *store, struct pl_book *book,
                       const struct pl_event *event);
void pl_snapshot_level(struct pl_book_store *store, const struct pl_event *event);
bool pl_snapshot_end(struct pl_book_store *store, struct pl_book *book,
                     const struct pl_event *event);
void pl_snapshot_drop(struct pl_book_store *store, struct pl_staging *staging);

/* position.c: one update by position; true when the levels changed. */
bool pl_position_apply(struct pl_book_store *store, struct pl_book *book,
                       const struct pl_event *event);

/* orders.c: one order event; true when the levels changed. pl_orders_clear lets all orders of a
 * book go, whose levels are the caller's to clear. */
bool pl_orders_apply(struct pl_book_store *store, struct pl_book *book,
                     const struct pl_event *event);
void pl_orders_clear(struct pl_book_store *store, struct pl_book *book);

#endif
