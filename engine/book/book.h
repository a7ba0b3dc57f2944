/* The books of an instrument: levels as the venue tells them, by price or by position; levels
 * summed from single orders; implied liquidity apart. One interface for applying updates and for
 * replacing a book from a snapshot. A book also proves itself: change ids must follow each other, a
 * snapshot at the kept change id must equal the kept book, and the venue's own best prices must
 * equal ours. Engine thread only. */
#ifndef ENGINE_BOOK_BOOK_H
#define ENGINE_BOOK_BOOK_H

#include "engine/base/arena.h"
#include "engine/base/event.h"
#include "engine/book/levels.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

/* A snapshot older than the kept book may just be late. So many in a row, with no update between
 * them, say that it is the kept change id that is wrong. */
#define PL_BOOK_OLDER_SNAPSHOTS_MAX 3

/* Levels that a store has room for: so many an instrument on average, its books together, and some
 * full sides beside them. */
#define PL_BOOK_LEVELS_EACH 256u
#define PL_BOOK_SIDES_FULL  24u

enum pl_lane { PL_LANE_LEVELS, PL_LANE_ORDERS, PL_LANE_IMPLIED, PL_LANE_COUNT };

/* pl_book_lane returns which of its instrument's books a level, order or snapshot event is for. */
static inline enum pl_lane pl_book_lane(const struct pl_event *event) {
  if (event->flags & PL_EVF_ORDERS) return PL_LANE_ORDERS;
  return event->flags & PL_EVF_IMPLIED ? PL_LANE_IMPLIED : PL_LANE_LEVELS;
}

enum pl_book_state {
  PL_BOOK_EMPTY,  /* not begun: no snapshot yet, and not known to be empty */
  PL_BOOK_KEPT,   /* equal to the venue's as of change_id */
  PL_BOOK_BROKEN, /* an update is missing or made no sense; only a snapshot mends it */
};

struct pl_book {
  alignas(PL_CACHE_LINE_BYTES) struct pl_book_side sides[2]; /* by enum pl_side */
  uint64_t change_id;
  uint32_t generation;     /* of the orders that stand in it */
  uint32_t orders;         /* how many do */
  uint8_t state;           /* enum pl_book_state */
  uint8_t lane;            /* enum pl_lane */
  bool crossed;            /* at the end of the last event: not proven, or broken for it */
  bool closed;             /* the venue does not trade it, as the caller says: it may cross */
  bool in_doubt;           /* see pl_book_doubt */
  bool followed;           /* an update followed since the last snapshot */
  bool quote_due;          /* a quote waits for the end of the event to be compared */
  uint8_t older_snapshots; /* in a row, nothing following in between */
  uint64_t unlogged_next;  /* behind the last update that a snapshot must have, as it is not in the
                              log: its seq (orders; applied ones too) or change id */
  int64_t quote_bid_e9, quote_ask_e9;
  uint64_t doubt_opened;    /* snapshots begun before the doubt */
  uint32_t generation_last; /* given to orders of the instrument, staged ones too */
  /* The log: updates that came while the book was not proven, for behind the next snapshot. */
  uint32_t log_first, log_last, log_count;
  uint32_t doubt_logged; /* how many of them came before the doubt */
};

struct pl_book_counters {
  uint64_t updates, levels_set, levels_removed;
  uint64_t removals_unknown; /* a level removed that was not there */
  uint64_t updates_old;      /* change id not above the kept one: already in the snapshot */
  uint64_t updates_no_book;
  uint64_t chain_breaks, crossings, sides_truncated;
  uint64_t crossings_closed; /* event ends that found a book crossed while its venue was closed */
  uint64_t positions_wrong;  /* an update by position that does not fit the kept side */
  uint64_t snapshots, snapshots_partial, snapshots_orphaned;
  uint64_t snapshots_void;  /* as the decoder says, or with an order that was refused */
  uint64_t snapshots_early; /* older than an update that is not in the log */
  uint64_t updates_logged, updates_joined; /* events kept for a snapshot; applied behind one */
  uint64_t logs_lost;                      /* for want of room: the book waits for a later one */
  uint64_t snapshot_checks, snapshot_matches;
  uint64_t ticker_checks, ticker_matches;
  uint64_t orders_live;    /* when asked for; staged ones not counted */
  uint64_t orders_added;   /* by an add or a replace */
  uint64_t orders_amended; /* added under an id that was known */
  uint64_t orders_unknown; /* changed, reduced, replaced or deleted, but never added */
  uint64_t orders_refused; /* no room, a sum beyond its range, or no quantity: the book is broken */
  uint64_t reductions_over; /* by more than there was: the order is gone */
};

struct pl_book_config {
  uint32_t instrument_count;
  uint32_t orders_max; /* live orders of all instruments together, staged ones too; 0: no orders */
  bool priorities;     /* keep each order's, for pl_orders_queue */
  uint32_t log_events; /* updates kept for books that wait for a snapshot; 0: there are none */
};

/* What all books share: the pool of levels, the table of orders, the space where snapshots are put
 * together before they replace anything, the log of updates that wait for one, and what was
 * counted. */
struct pl_book_store;

size_t pl_book_store_footprint(const struct pl_book_config *config);

/* pl_book_store_create takes a store from the arena. Start-up only. */
struct pl_book_store *pl_book_store_create(struct pl_arena *arena,
                                           const struct pl_book_config *config);

/* pl_book_init makes an empty book that holds no memory but its own. It must stay where it is: the
 * store knows the books of orders.
 *   instrument  below the store's instrument_count; the one that its events name */
void pl_book_init(struct pl_book_store *store, uint32_t instrument, enum pl_lane lane,
                  struct pl_book *ret_book);

/* pl_book_apply applies one event of the book family (levels, orders, snapshot begin and end, book
 * clear, quote) to the book of the event's lane, a book clear or a quote to the one that is given;
 * other types leave it alone. At PL_EVF_EVENT_END it ends the event.
 *   returns true when the levels changed, so that what is derived from them is out of date */
bool pl_book_apply(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event);

/* pl_book_end_event checks a book at the end of a venue's event: that it is not crossed, and that a
 * waiting quote is its own best. For the books of the instrument that the event's last part was not
 * for. */
void pl_book_end_event(struct pl_book_store *store, struct pl_book *book);

/* pl_book_prefetch asks for what applying an event that comes soon will touch: the order's place in
 * the table and the best levels of the book. Changes nothing. */
void pl_book_prefetch(const struct pl_book_store *store, const struct pl_book *book,
                      const struct pl_event *event);

/* pl_book_doubt marks a book as not proven: packets of its channel were lost, perhaps not its own.
 * The next update that follows on the kept change id proves it again, or a snapshot that begins
 * after this. */
void pl_book_doubt(const struct pl_book_store *store, struct pl_book *book);

/* pl_book_is_proven tells whether the book may be used: kept, not in doubt and not crossed. */
static inline bool pl_book_is_proven(const struct pl_book *book) {
  return book->state == PL_BOOK_KEPT && !book->in_doubt && !book->crossed;
}

/* pl_book_counters returns what all books of the store counted; valid as long as the store, but
 * orders_live is as of this call. */
const struct pl_book_counters *pl_book_counters(struct pl_book_store *store);

/* pl_book_price_e9 returns the price of the level that is depth levels behind the best (0);
 * pl_book_qty_e8 its quantity. */
static inline int64_t pl_book_price_e9(const struct pl_book_side *side, enum pl_side which,
                                       uint32_t depth) {
  int64_t key = side->levels[side->count - 1 - depth].key;
  return which == PL_BID ? key : -key;
}

static inline int64_t pl_book_qty_e8(const struct pl_book_side *side, uint32_t depth) {
  return side->levels[side->count - 1 - depth].qty_e8;
}

/* pl_book_best_e9 returns the best price of a side, PL_PRICE_NONE when it is empty. */
static inline int64_t pl_book_best_e9(const struct pl_book *book, enum pl_side which) {
  const struct pl_book_side *side = &book->sides[which];
  return side->count != 0 ? pl_book_price_e9(side, which, 0) : PL_PRICE_NONE;
}

/* pl_book_best_qty_e8 returns the quantity at the best price of a side, 0 when it is empty. */
static inline int64_t pl_book_best_qty_e8(const struct pl_book *book, enum pl_side which) {
  const struct pl_book_side *side = &book->sides[which];
  return side->count != 0 ? pl_book_qty_e8(side, 0) : 0;
}

#endif
