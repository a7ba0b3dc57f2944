#include "engine/book/book.h"

#include "engine/base/check.h"
#include "engine/book/store.h"

static uint32_t levels_max(const struct pl_book_config *config) {
  return config->instrument_count * PL_BOOK_LEVELS_EACH + PL_BOOK_SIDES_FULL * PL_BOOK_LEVELS_MAX;
}

size_t pl_book_store_footprint(const struct pl_book_config *config) {
  return pl_arena_round(sizeof(struct pl_book_store)) +
         pl_levels_pool_footprint(levels_max(config)) +
         pl_order_table_footprint(config->orders_max, config->priorities) +
         pl_join_footprint(config->log_events) +
         pl_arena_round(config->instrument_count * sizeof(struct pl_book *));
}

struct pl_book_store *pl_book_store_create(struct pl_arena *arena,
                                           const struct pl_book_config *config) {
  struct pl_book_store *store = pl_arena_take(arena, sizeof *store);
  store->pool = pl_levels_pool_create(arena, levels_max(config));
  pl_order_table_create(arena, config->orders_max, config->priorities, &store->table);
  pl_join_create(arena, config->log_events, &store->join);
  store->order_books = pl_arena_take(arena, config->instrument_count * sizeof *store->order_books);
  store->instrument_count = config->instrument_count;
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    store->stagings[i].instrument = PL_INSTRUMENT_NONE;
  return store;
}

void pl_book_init(struct pl_book_store *store, uint32_t instrument, enum pl_lane lane,
                  struct pl_book *ret_book) {
  PL_CHECK(instrument < store->instrument_count);
  *ret_book = (struct pl_book){.lane = (uint8_t)lane, .generation = 1, .generation_last = 1};
  if (lane == PL_LANE_ORDERS) store->order_books[instrument] = ret_book;
}

const struct pl_book_counters *pl_book_counters(struct pl_book_store *store) {
  uint32_t live = store->table.count - store->table.dead;
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++) live -= store->stagings[i].orders;
  store->counters.orders_live = live;
  return &store->counters;
}

/* The first event of an update decides whether the whole update is applied: change ids must follow
 * each other. An update whose id is 0 belongs to a venue without a chain. */
static bool update_follows(struct pl_book_store *store, struct pl_book *book,
                           const struct pl_event *event) {
  if (event->order_id == 0 || event->order_id == book->change_id) return true;
  bool older = event->order_id < book->change_id;
  if (older && !book->followed) { /* contained in the snapshot */
    store->counters.updates_old += (event->flags & PL_EVF_MESSAGE_END) != 0;
    return false;
  }
  /* Behind an update that followed, an older one cannot be on a channel in order: then the kept id
   * is the wrong one, and waiting for it would be waiting for ever. */
  if (older || event->aux != book->change_id) {
    store->counters.chain_breaks++;
    book->state = PL_BOOK_BROKEN;
    return false;
  }
  book->change_id = event->order_id;
  book->in_doubt = false;
  book->followed = true;
  book->older_snapshots = 0;
  return true;
}

static bool apply_level(struct pl_book_store *store, struct pl_book *book,
                        const struct pl_event *event) {
  struct pl_book_counters *counters = &store->counters;
  if (event->flags & PL_EVF_MESSAGE_END) counters->updates++;
  if (PL_UNLIKELY(book->state != PL_BOOK_KEPT) || !update_follows(store, book, event)) {
    pl_join_missed(store, book, event);
    return false;
  }
  if (event->side >= PL_SIDE_NONE) return false;
  struct pl_book_side *side = &book->sides[event->side];
  bool was_truncated = side->truncated;
  bool known = pl_levels_set(store->pool, side, event->side, event->price_e9, event->qty_e8);
  counters->sides_truncated += !was_truncated && side->truncated;
  if (event->qty_e8 != 0)
    counters->levels_set++;
  else if (known)
    counters->levels_removed++;
  else if (!side->truncated)
    counters->removals_unknown++;
  return true;
}

/* A book that is known to be empty begins there; any other waits for a snapshot. One begun before
 * belongs to what was cleared. */
static void clear(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event) {
  bool known_empty = event->aux != 0 && pl_store_keeps(store, book);
  pl_levels_clear(store->pool, &book->sides[0]);
  pl_levels_clear(store->pool, &book->sides[1]);
  if (book->lane == PL_LANE_ORDERS) pl_orders_clear(store, book);
  pl_join_drop(store, book);
  pl_join_note(book, event); /* no snapshot of orders from before it */
  book->state = known_empty ? PL_BOOK_KEPT : PL_BOOK_EMPTY;
  book->crossed = false;
  book->older_snapshots = 0;
  pl_book_doubt(store, book);
  if (!known_empty) return;
  book->in_doubt = book->followed = false;
  book->change_id = 0;
  struct pl_staging *staging = pl_snapshot_find(store, event->instrument, book->lane);
  if (staging == NULL) return;
  store->counters.snapshots_orphaned++;
  pl_snapshot_drop(store, staging);
}

/* Levels that cross while they trade are missing an update, for good. Orders may just be about to
 * trade, and before an auction anything may cross: nothing is missing then, the book is kept, and
 * used again when an event ends without. */
static void check_crossing(struct pl_book_store *store, struct pl_book *book) {
  const struct pl_book_side *bids = &book->sides[PL_BID], *asks = &book->sides[PL_ASK];
  bool crosses = bids->count != 0 && asks->count != 0 &&
                 bids->levels[bids->count - 1].key >= -asks->levels[asks->count - 1].key;
  if (PL_LIKELY(!crosses)) {
    if (book->state == PL_BOOK_KEPT) book->crossed = false;
    return;
  }
  if (book->state != PL_BOOK_KEPT) return;
  book->crossed = true;
  if (book->closed) {
    store->counters.crossings_closed++;
    return;
  }
  store->counters.crossings++;
  if (book->lane == PL_LANE_ORDERS) return;
  book->state = PL_BOOK_BROKEN;
  book->unlogged_next = book->change_id + 1; /* what was applied is in no log */
}

void pl_book_end_event(struct pl_book_store *store, struct pl_book *book) {
  PL_CHECK_DEEP(pl_levels_is_sound(&book->sides[PL_ASK]) &&
                pl_levels_is_sound(&book->sides[PL_BID]));
  check_crossing(store, book);
  if (PL_LIKELY(!book->quote_due)) return;
  book->quote_due = false;
  if (!pl_book_is_proven(book)) return;
  store->counters.ticker_checks++;
  store->counters.ticker_matches += pl_book_best_e9(book, PL_BID) == book->quote_bid_e9 &&
                                    pl_book_best_e9(book, PL_ASK) == book->quote_ask_e9;
}

static bool apply(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event) {
  bool changed = false;
  bool level = event->type == PL_EV_LEVEL_SET || event->type == PL_EV_LEVEL_AT;
  if (level && book->lane == PL_LANE_ORDERS) return false; /* its levels are sums, nothing else */
  switch (event->type) {
  case PL_EV_LEVEL_SET:
    if (event->flags & PL_EVF_SNAPSHOT)
      pl_snapshot_level(store, event);
    else
      changed = apply_level(store, book, event);
    break;
  case PL_EV_LEVEL_AT: changed = pl_position_apply(store, book, event); break;
  case PL_EV_SNAPSHOT_BEGIN: pl_snapshot_begin(store, book, event); break;
  case PL_EV_SNAPSHOT_END: changed = pl_snapshot_end(store, book, event); break;
  case PL_EV_BOOK_CLEAR:
    clear(store, book, event);
    changed = true;
    break;
  case PL_EV_QUOTE:
    book->quote_due = true;
    book->quote_bid_e9 = event->price_e9;
    book->quote_ask_e9 = (int64_t)event->aux;
    break;
  default: break;
  }
  return changed;
}

bool pl_book_apply(struct pl_book_store *store, struct pl_book *book,
                   const struct pl_event *event) {
  bool changed;
  if (event->type >= PL_EV_ORDER_ADD && event->type <= PL_EV_ORDER_DELETE)
    changed = pl_orders_apply(store, book, event);
  else
    changed = apply(store, book, event);
  if (event->flags & PL_EVF_EVENT_END) pl_book_end_event(store, book);
  return changed;
}
void pl_book_prefetch(const struct pl_book_store *store, const struct pl_book *book,
                      const struct pl_event *event) {
  for (uint32_t i = 0; i < 2; i++) {
    uintptr_t end =
        (uintptr_t)book->sides[i].levels + book->sides[i].count * sizeof(struct pl_level);
    __builtin_prefetch((const void *)(end - 1), 1);
    __builtin_prefetch((const void *)(end - 1 - PL_CACHE_LINE_BYTES), 1);
  }
  if (event->type < PL_EV_ORDER_ADD || event->type > PL_EV_ORDER_DELETE) return;
  if (store->table.orders_max == 0) return;
  pl_order_table_prefetch(&store->table, event->order_id);
  if (event->type == PL_EV_ORDER_REPLACE) pl_order_table_prefetch(&store->table, event->aux);
}

void pl_book_doubt(const struct pl_book_store *store, struct pl_book *book) {
  book->in_doubt = true;
  book->doubt_opened = store->opened;
  book->doubt_logged = book->log_count;
}
