#include "engine/book/store.h"

struct pl_staging *pl_snapshot_find(struct pl_book_store *store, uint32_t instrument,
                                    enum pl_lane lane) {
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    if (store->stagings[i].instrument == instrument && store->stagings[i].lane == lane)
      return &store->stagings[i];
  return NULL;
}

/* Nothing of it is left behind but dead orders, which are swept. */
void pl_snapshot_drop(struct pl_book_store *store, struct pl_staging *staging) {
  store->table.dead += staging->orders;
  staging->instrument = PL_INSTRUMENT_NONE;
  staging->orders = 0;
  pl_levels_clear(store->pool, &staging->sides[0]);
  pl_levels_clear(store->pool, &staging->sides[1]);
}

/* The one of the book if there is one, else a free one, else the one that was opened first. */
static struct pl_staging *staging_take(struct pl_book_store *store, uint32_t instrument,
                                       enum pl_lane lane) {
  struct pl_staging *staging = pl_snapshot_find(store, instrument, lane);
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX && staging == NULL; i++)
    if (store->stagings[i].instrument == PL_INSTRUMENT_NONE) staging = &store->stagings[i];
  if (staging == NULL) {
    staging = &store->stagings[0];
    for (uint32_t i = 1; i < PL_SNAPSHOTS_OPEN_MAX; i++)
      if (store->stagings[i].opened < staging->opened) staging = &store->stagings[i];
  }
  if (staging->instrument != PL_INSTRUMENT_NONE) store->counters.snapshots_orphaned++;
  pl_snapshot_drop(store, staging);
  return staging;
}

void pl_snapshot_begin(struct pl_book_store *store, struct pl_book *book,
                       const struct pl_event *event) {
  if (!pl_store_keeps(store, book)) return;
  struct pl_staging *staging = staging_take(store, event->instrument, book->lane);
  staging->instrument = event->instrument;
  staging->lane = book->lane;
  staging->change_id = event->order_id;
  staging->whole = event->aux != 0;
  staging->refused = false;
  staging->opened = ++store->opened;
  if (++book->generation_last == 0) book->generation_last = 1; /* 0 is a free slot */
  staging->generation = book->generation_last;
}

void pl_snapshot_level(struct pl_book_store *store, const struct pl_event *event) {
  struct pl_staging *staging = pl_snapshot_find(store, event->instrument, pl_book_lane(event));
  if (staging == NULL || event->side >= PL_SIDE_NONE || event->qty_e8 <= 0) return;
  struct pl_book_side *side = &staging->sides[event->side];
  int64_t key = pl_levels_key(event->side, event->price_e9);
  if (!side->truncated && pl_levels_append(store->pool, side, key, event->qty_e8)) return;
  if (!side->truncated) pl_levels_sort(side); /* from here on sorted, and the worst gives way */
  side->truncated = true;
  (void)pl_levels_set(store->pool, side, event->side, event->price_e9, event->qty_e8);
}

/* Orders carry no change ids: a snapshot that is due is of the state that a proven book is in,
 * unless it is ahead of what was told. */
static bool is_comparable(const struct pl_staging *staging, const struct pl_book *book,
                          const struct pl_event *event) {
  if (book->state != PL_BOOK_KEPT) return false;
  for (uint32_t i = 0; i < 2; i++)
    if (staging->sides[i].truncated || book->sides[i].truncated) return false;
  if (book->lane != PL_LANE_ORDERS) return staging->change_id == book->change_id;
  return !book->in_doubt && event->aux <= event->seq;
}

/* The staged book takes the place of the kept one, which goes where the staged one was. */
static void replace(struct pl_book *book, struct pl_staging *staging) {
  for (uint32_t i = 0; i < 2; i++) {
    struct pl_book_side kept = book->sides[i];
    book->sides[i] = staging->sides[i];
    staging->sides[i] = kept;
  }
  if (book->lane == PL_LANE_ORDERS) {
    uint32_t orders = staging->orders;
    staging->orders = book->orders;
    book->orders = orders;
    book->generation = staging->generation;
  }
  book->change_id = staging->change_id;
  book->state = PL_BOOK_KEPT;
  book->crossed = book->followed = false;
  book->older_snapshots = 0;
  if (staging->opened > book->doubt_opened) book->in_doubt = false;
}

/* Whether the staged book is to be the book; counts why not. */
static bool is_due(struct pl_book_counters *counters, struct pl_book *book,
                   const struct pl_staging *staging, const struct pl_event *event) {
  bool of_orders = book->lane == PL_LANE_ORDERS;
  if (event->aux == PL_SNAPSHOT_VOID || staging->refused) {
    counters->snapshots_void++;
    return false;
  }
  if (!staging->whole) { /* depth-limited: half a book proves nothing */
    counters->snapshots_partial++;
    return false;
  }
  uint64_t newer = of_orders ? event->aux : staging->change_id + 1;
  bool older = newer < book->unlogged_next;
  counters->snapshots_early += older;
  if (of_orders) {
    counters->snapshots += !older;
    return !older;
  }
  counters->snapshots++;
  older |= book->state == PL_BOOK_KEPT && staging->change_id < book->change_id;
  return !older || ++book->older_snapshots >= PL_BOOK_OLDER_SNAPSHOTS_MAX;
}

/* Of what a snapshot ahead of the updates contains nothing more is told: without it the book would
 * miss that. */
static void forgo(struct pl_book *book, const struct pl_event *event) {
  bool ahead = event->aux != PL_SNAPSHOT_VOID && event->aux > event->seq;
  if (book->lane == PL_LANE_ORDERS && ahead && book->state == PL_BOOK_KEPT)
    book->state = PL_BOOK_BROKEN;
}

bool pl_snapshot_end(struct pl_book_store *store, struct pl_book *book,
                     const struct pl_event *event) {
  struct pl_book_counters *counters = &store->counters;
  struct pl_staging *staging = pl_snapshot_find(store, event->instrument, book->lane);
  counters->snapshots_orphaned += staging == NULL;
  bool due = staging != NULL && is_due(counters, book, staging, event);
  if (due) {
    if (book->lane != PL_LANE_ORDERS)
      for (uint32_t i = 0; i < 2; i++) pl_levels_sort(&staging->sides[i]);
    if (is_comparable(staging, book, event)) {
      counters->snapshot_checks++;
      counters->snapshot_matches += pl_levels_equal(&staging->sides[0], &book->sides[0]) &&
                                    pl_levels_equal(&staging->sides[1], &book->sides[1]);
    }
    replace(book, staging);
  } else {
    forgo(book, event);
  }
  if (staging != NULL) pl_snapshot_drop(store, staging);
  if (due) pl_join_apply(store, book, event->aux);
  return due;
}
