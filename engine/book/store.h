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

/* Updates kept for books that are not proven, each book's linked in the order they came. */
struct pl_join {
  struct pl_event *events; /* [events_max] */
  uint32_t *next;          /* [events_max]: the one behind in its log, or among the free ones */
  uint32_t events_max;
  uint32_t fresh;                  /* places from here on were never used */
  uint32_t free_first, free_count; /* places given back */
  bool applying;                   /* what is applied from a log is in it already */
  struct pl_book *longest;         /* log of those added to since the last longest one went */
};

struct pl_book_store {
  struct pl_book_counters counters;
  struct pl_levels_pool *pool;
  struct pl_order_table table;
  struct pl_join join;
  struct pl_book **order_books; /* [instrument_count], NULL where there is none */
  uint32_t instrument_count;
  uint64_t opened;
  struct pl_staging stagings[PL_SNAPSHOTS_OPEN_MAX];
};

/* Whether the store can keep a book at all: one of orders stays empty where there is no table. */
static inline bool pl_store_keeps(const struct pl_book_store *store, const struct pl_book *book) {
  return book->lane != PL_LANE_ORDERS || store->table.orders_max != 0;
}

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

/* join.c: pl_join_keep puts an update into its book's log, pl_join_missed does with one that was
 * not applied, if a snapshot is to bring the book, and pl_join_note says of one that is not kept
 * that a snapshot must have it. pl_join_drop lets a log go. pl_join_apply applies what of it is
 * newer than the snapshot that has just become the book, and lets it go when the book can do
 * without: at most PL_JOIN_EVENTS_MAX updates of some 75 ns at one event, 5 ms, in which the ring
 * before the engine takes 3 million events a second; mostly what came since the book was lost.
 *   from_seq  updates of orders before are in the snapshot; of levels, change ids say so */
static inline void pl_join_note(struct pl_book *book, const struct pl_event *event) {
  book->unlogged_next = (book->lane == PL_LANE_ORDERS ? event->seq : event->order_id) + 1;
}
size_t pl_join_footprint(uint32_t events_max);
void pl_join_create(struct pl_arena *arena, uint32_t events_max, struct pl_join *ret_join);
void pl_join_keep(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event);
void pl_join_missed(struct pl_book_store *store, struct pl_book *book,
                    const struct pl_event *event);
void pl_join_drop(struct pl_book_store *store, struct pl_book *book);
void pl_join_apply(struct pl_book_store *store, struct pl_book *book, uint64_t from_seq);

#endif
