/* One book of single orders with room for a few, and the words its tests are written in. */
#ifndef TESTS_UNIT_ENGINE_BOOK_ORDERS_H
#define TESTS_UNIT_ENGINE_BOOK_ORDERS_H

#include "engine/base/fixed.h"
#include "engine/book/orders.h"
#include "tests/unit/engine/book/books.h"

#define ORDERS_MAX 8u
#define QUEUE      16u

static struct books books;
static const struct pl_book *const book = &books.book[0];

static inline int setup(void **state) {
  (void)state;
  const struct pl_book_config config = {.instrument_count = BOOKS,
                                        .orders_max = ORDERS_MAX,
                                        .priorities = true,
                                        .log_events = LOG_EVENTS};
  books = (struct books){0};
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &books.arena), PL_OK);
  books.store = pl_book_store_create(&books.arena, &config);
  assert_int_equal(books.arena.used_bytes, books.arena.size_bytes);
  for (uint32_t i = 0; i < BOOKS; i++) {
    pl_book_init(books.store, i, PL_LANE_ORDERS, &books.book[i]);
    books_apply(&books, i, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .aux = 1});
  }
  return 0;
}

static inline int teardown(void **state) {
  (void)state;
  pl_arena_close(&books.arena);
  return 0;
}

static inline const struct pl_book_counters *count(void) {
  return pl_book_counters(books.store);
}

static inline struct pl_event order(enum pl_event_type type, uint64_t id, int64_t price,
                                    int64_t qty, uint64_t aux) {
  return (struct pl_event){.type = (uint8_t)type,
                           .order_id = id,
                           .price_e9 = price,
                           .qty_e8 = qty,
                           .aux = aux,
                           .side = PL_SIDE_NONE,
                           .flags = PL_EVF_ORDERS | EVENT_MESSAGE_END};
}

static inline bool add(uint64_t id, enum pl_side side, int64_t price, int64_t qty,
                       uint64_t priority) {
  struct pl_event event = order(PL_EV_ORDER_ADD, id, price, qty, priority);
  event.side = (uint8_t)side;
  return books_apply(&books, 0, event);
}

static inline bool act(enum pl_event_type type, uint64_t id, int64_t price, int64_t qty,
                       uint64_t aux) {
  return books_apply(&books, 0, order(type, id, price, qty, aux));
}

static inline bool delete (uint64_t id) {
  return act(PL_EV_ORDER_DELETE, id, 0, 0, 0);
}

static inline bool reduce(uint64_t id, int64_t qty) {
  return act(PL_EV_ORDER_REDUCE, id, 0, qty, 0);
}

static inline bool replace(uint64_t old, uint64_t id, int64_t price, int64_t qty) {
  return act(PL_EV_ORDER_REPLACE, old, price, qty, id);
}

static inline void stage(enum pl_event_type type, struct pl_event event) {
  event.type = (uint8_t)type;
  event.flags |= PL_EVF_SNAPSHOT | PL_EVF_ORDERS;
  books_apply(&books, 0, event);
}

static inline void stage_add(uint64_t id, enum pl_side side, int64_t price, int64_t qty) {
  struct pl_event event = order(PL_EV_ORDER_ADD, id, price, qty, id);
  event.side = (uint8_t)side;
  stage(PL_EV_ORDER_ADD, event);
}

static inline void stage_begin(void) {
  stage(PL_EV_SNAPSHOT_BEGIN, event_snapshot_begin(0, true));
}

/* Of all that was told so far, or to be thrown away. */
static inline void stage_end(bool is_void) {
  struct pl_event event = event_snapshot_end(0);
  event.aux = is_void ? PL_SNAPSHOT_VOID : books.seq + 1;
  stage(PL_EV_SNAPSHOT_END, event);
}

static inline void expect_queue(enum pl_side side, int64_t price, const uint64_t *ids,
                                uint32_t expected) {
  struct pl_orders_queued queue[QUEUE];
  assert_int_equal(pl_orders_queue(books.store, 0, side, price, queue, QUEUE), expected);
  for (uint32_t i = 0; i < expected; i++) assert_int_equal(queue[i].id, ids[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
