/* The L2 book of one instrument: price levels a side, kept sorted with the best at the end, so that
 * the touch, where nearly all changes fall, is the cheap end. One interface for applying updates
 * and for replacing the book from a snapshot; it also proves itself: change ids must follow each
 * other, a snapshot at the kept change id must equal the kept book, and the venue's own best prices
 * must equal ours. Engine thread only. */
#ifndef ENGINE_BOOK_BOOK_H
#define ENGINE_BOOK_BOOK_H

#include "engine/base/arena.h"
#include "engine/base/event.h"

#include <stdbool.h>
#include <stdint.h>

/* A snapshot older than the kept book may just be late. So many in a row, with no update between
 * them, say that it is the kept change id that is wrong. */
#define PL_BOOK_OLDER_SNAPSHOTS_MAX 3

/* Levels as two parallel arrays: searching touches keys only. A key is the price, negated on the
 * ask side, so that on both sides a better level has a larger key. */
struct pl_book_side {
  int64_t *keys;
  int64_t *qtys_e8;
  uint32_t count;
  bool truncated; /* a level was let go because PL_BOOK_LEVELS_MAX were kept */
};

enum pl_book_state {
  PL_BOOK_EMPTY,  /* no snapshot yet */
  PL_BOOK_KEPT,   /* equal to the venue's as of change_id */
  PL_BOOK_BROKEN, /* an update is missing or made no sense; only a snapshot mends it */
};

struct pl_book {
  struct pl_book_side sides[2]; /* by enum pl_side */
  uint64_t change_id;
  uint8_t state;  /* enum pl_book_state */
  bool crossed;   /* broken because it was crossed at the end of an event */
  bool quote_due; /* a quote waits for the end of the event to be compared */
  bool in_doubt;  /* see pl_book_doubt */
  int64_t quote_bid_e9, quote_ask_e9;
  uint64_t doubt_opened;   /* snapshots begun before the doubt */
  bool followed;           /* an update followed since the last snapshot */
  uint8_t older_snapshots; /* in a row, nothing following in between */
};

struct pl_book_counters {
  uint64_t updates, levels_set, levels_removed;
  uint64_t removals_unknown; /* a level removed that was not there */
  uint64_t updates_old;      /* change id not above the kept one: already in the snapshot */
  uint64_t updates_no_book;
  uint64_t chain_breaks, crossings, sides_truncated;
  uint64_t snapshots, snapshots_partial, snapshots_orphaned;
  uint64_t snapshot_checks, snapshot_matches;
  uint64_t ticker_checks, ticker_matches;
};

/* Where snapshots are put together before they replace anything, and what was counted. */
struct pl_book_store;

size_t pl_book_footprint(void);
size_t pl_book_store_footprint(void);

/* pl_book_init takes the levels of one book from the arena. Start-up only. */
void pl_book_init(struct pl_arena *arena, struct pl_book *ret_book);

/* pl_book_store_create takes the staging space that all books share. Start-up only. */
struct pl_book_store *pl_book_store_create(struct pl_arena *arena);

/* pl_book_apply applies one event of the book family (level set, snapshot begin and end, book
 * clear, quote) to its instrument's book; other types leave it alone. At PL_EVF_EVENT_END it checks
 * that the book is not crossed and compares a waiting quote.
 *   returns true when the levels changed, so that what is derived from them is out of date */
bool pl_book_apply(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event);

/* pl_book_doubt marks a book as not proven: packets of its channel were lost, perhaps not its own.
 * The next update that follows on the kept change id proves it again, or a snapshot that begins
 * after this. */
void pl_book_doubt(const struct pl_book_store *store, struct pl_book *book);

/* pl_book_is_proven tells whether the book may be used: kept, and not in doubt. */
static inline bool pl_book_is_proven(const struct pl_book *book) {
  return book->state == PL_BOOK_KEPT && !book->in_doubt;
}

/* pl_book_counters returns what all books of the store counted; valid as long as the store. */
const struct pl_book_counters *pl_book_counters(const struct pl_book_store *store);

/* pl_book_level_set sets the quantity of a price on one side; 0 removes the level.
 *   price_e9  any but INT64_MIN
 *   returns   true when the price was there before */
bool pl_book_level_set(struct pl_book_side *side, enum pl_side which, int64_t price_e9,
                       int64_t qty_e8);

/* pl_book_price_e9 returns the price of the level that is depth levels behind the best (0). */
static inline int64_t pl_book_price_e9(const struct pl_book_side *side, enum pl_side which,
                                       uint32_t depth) {
  int64_t key = side->keys[side->count - 1 - depth];
  return which == PL_BID ? key : -key;
}

/* pl_book_best_e9 returns the best price of a side, PL_PRICE_NONE when it is empty. */
static inline int64_t pl_book_best_e9(const struct pl_book *book, enum pl_side which) {
  const struct pl_book_side *side = &book->sides[which];
  return side->count != 0 ? pl_book_price_e9(side, which, 0) : PL_PRICE_NONE;
}

/* pl_book_best_qty_e8 returns the quantity at the best price of a side, 0 when it is empty. */
static inline int64_t pl_book_best_qty_e8(const struct pl_book *book, enum pl_side which) {
  const struct pl_book_side *side = &book->sides[which];
  return side->count != 0 ? side->qtys_e8[side->count - 1] : 0;
}

#endif
