#include "engine/book/store.h"

/* Whether an update follows on the kept book. One that is contained in a snapshot is skipped; the
 * events of one update all carry its id. */
static bool follows(struct pl_book_store *store, struct pl_book *book,
                    const struct pl_event *event) {
  if (event->order_id == book->change_id && book->followed) return true;
  if (event->order_id <= book->change_id) {
    store->counters.updates_old += (event->flags & PL_EVF_MESSAGE_END) != 0;
    return false;
  }
  if (PL_LEVEL_AT_PREVIOUS(event->aux) > book->change_id) {
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

/* Whether a key would stand between its neighbours: worse than what is better, and the reverse.
 *   at  index of the next worse level + 1, that of the next better one - skipped */
static bool stands(const struct pl_book_side *side, uint32_t at, uint32_t skipped, int64_t key) {
  if (at > 0 && side->levels[at - 1].key >= key) return false;
  return at + skipped >= side->count || side->levels[at + skipped].key > key;
}

/* position 1 is the best, at the end: position p of n levels has index n - p. */
static bool insert(struct pl_book_store *store, struct pl_book_side *side, uint32_t position,
                   const struct pl_event *event) {
  uint32_t depth_max = PL_LEVEL_AT_DEPTH_MAX(event->aux);
  if (position > side->count + 1 || position > depth_max || event->qty_e8 <= 0) return false;
  uint32_t at = side->count + 1 - position; /* those from here on are better */
  int64_t key = pl_levels_key(event->side, event->price_e9);
  if (!stands(side, at, 0, key)) return false;
  bool was_truncated = side->truncated;
  pl_levels_insert(store->pool, side, at, key, event->qty_e8);
  store->counters.sides_truncated += !was_truncated && side->truncated;
  store->counters.levels_set++;
  if (side->count > depth_max) pl_levels_remove(side, 0, side->count - depth_max);
  return true;
}

/* Changes a level where it stands, its price too when it is laid over. */
static bool change(struct pl_book_store *store, struct pl_book_side *side, uint32_t position,
                   const struct pl_event *event) {
  if (position > side->count || event->qty_e8 <= 0) return false;
  uint32_t at = side->count - position;
  int64_t key = pl_levels_key(event->side, event->price_e9);
  bool over = PL_LEVEL_AT_ACTION(event->aux) == PL_LEVEL_OVERLAY;
  if (over ? !stands(side, at, 1, key) : side->levels[at].key != key) return false;
  side->levels[at] = (struct pl_level){key, event->qty_e8};
  store->counters.levels_set++;
  return true;
}

/* Takes levels out; the price of a single one is compared when the event gives one. */
static bool delete (struct pl_book_store *store, struct pl_book_side *side, uint32_t position,
                    const struct pl_event *event) {
  bool whole = PL_LEVEL_AT_ACTION(event->aux) == PL_LEVEL_DELETE_THRU;
  if (!whole && position > side->count) return false;
  uint32_t at = side->count - position, count = 1;
  switch (PL_LEVEL_AT_ACTION(event->aux)) {
  case PL_LEVEL_DELETE_THRU:
    at = 0;
    count = side->count;
    break;
  case PL_LEVEL_DELETE_FROM: count = position; break;
  default:
    if (event->price_e9 != 0 && side->levels[at].key != pl_levels_key(event->side, event->price_e9))
      return false;
  }
  pl_levels_remove(side, at, count);
  store->counters.levels_removed += count;
  return true;
}

static bool act(struct pl_book_store *store, struct pl_book_side *side,
                const struct pl_event *event) {
  uint32_t position = PL_LEVEL_AT_POSITION(event->aux);
  if (position == 0) return false;
  switch (PL_LEVEL_AT_ACTION(event->aux)) {
  case PL_LEVEL_INSERT: return insert(store, side, position, event);
  case PL_LEVEL_CHANGE:
  case PL_LEVEL_OVERLAY: return change(store, side, position, event);
  case PL_LEVEL_DELETE:
  case PL_LEVEL_DELETE_THRU:
  case PL_LEVEL_DELETE_FROM: return delete (store, side, position, event);
  default: return false;
  }
}

bool pl_position_apply(struct pl_book_store *store, struct pl_book *book,
                       const struct pl_event *event) {
  struct pl_book_counters *counters = &store->counters;
  if (event->flags & PL_EVF_MESSAGE_END) counters->updates++;
  if (PL_UNLIKELY(book->state != PL_BOOK_KEPT) || !follows(store, book, event)) {
    pl_join_missed(store, book, event);
    return false;
  }
  if (event->side >= PL_SIDE_NONE) return false;
  if (act(store, &book->sides[event->side], event)) return true;
  counters->positions_wrong++;
  book->state = PL_BOOK_BROKEN;
  pl_join_missed(store, book, event);
  return false;
}
