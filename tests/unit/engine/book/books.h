/* A few books with their store, and the levels they must hold. */
#ifndef TESTS_UNIT_ENGINE_BOOK_BOOKS_H
#define TESTS_UNIT_ENGINE_BOOK_BOOKS_H

#include "engine/book/book.h"
#include "tests/unit/engine/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BOOKS      24u
#define LOG_EVENTS 8u

struct books {
  struct pl_arena arena;
  struct pl_book_store *store;
  struct pl_book book[BOOKS];
  uint64_t seq; /* of the last event */
};

static inline void books_open(struct books *books) {
  const struct pl_book_config config = {.instrument_count = BOOKS, .log_events = LOG_EVENTS};
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &books->arena), PL_OK);
  books->store = pl_book_store_create(&books->arena, &config);
  for (uint32_t i = 0; i < BOOKS; i++)
    pl_book_init(books->store, i, PL_LANE_LEVELS, &books->book[i]);
  assert_int_equal(books->arena.used_bytes, books->arena.size_bytes);
}

static inline bool books_apply(struct books *books, uint32_t instrument, struct pl_event event) {
  event.instrument = instrument;
  event.seq = ++books->seq;
  return pl_book_apply(books->store, &books->book[instrument], &event);
}

struct level {
  enum pl_side side;
  int64_t price_e9, qty_e8;
};

/* A snapshot in one piece. */
static inline void books_snapshot(struct books *books, uint32_t instrument, uint64_t id,
                                  const struct level *levels, uint32_t count) {
  books_apply(books, instrument, event_snapshot_begin(id, true));
  for (uint32_t i = 0; i < count; i++)
    books_apply(books, instrument,
                event_snapshot_level(levels[i].side, levels[i].price_e9, levels[i].qty_e8));
  books_apply(books, instrument, event_snapshot_end(id));
}

/* The sides' levels, best first, asks before bids. */
static inline void books_expect(const struct books *books, uint32_t instrument,
                                const struct level *levels, uint32_t count) {
  const struct pl_book *book = &books->book[instrument];
  assert_int_equal(book->sides[0].count + book->sides[1].count, count);
  uint32_t depth[2] = {0, 0};
  for (uint32_t i = 0; i < count; i++) {
    const struct pl_book_side *side = &book->sides[levels[i].side];
    uint32_t at = depth[levels[i].side]++;
    assert_true(at < side->count);
    assert_true(pl_book_price_e9(side, levels[i].side, at) == levels[i].price_e9);
    assert_true(pl_book_qty_e8(side, at) == levels[i].qty_e8);
  }
}

#endif
