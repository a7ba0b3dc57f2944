#include "engine/book/book.h"

#include "engine/base/check.h"

#include <string.h>

#define PL_BOOK_NEAR_LEVELS 8 /* levels looked at one by one from the best before halving */

/* A snapshot being put together: raw levels in the order they came. */
struct staging {
  uint64_t change_id;
  uint32_t instrument; /* PL_INSTRUMENT_NONE: free */
  bool whole;
  uint64_t opened; /* order of opening: the oldest is taken over when none is free */
  struct pl_book_side sides[2];
};

struct pl_book_store {
  struct pl_book_counters counters;
  uint64_t opened;
  struct staging stagings[PL_SNAPSHOTS_OPEN_MAX];
};

static size_t side_footprint(void) {
  return 2 * pl_arena_round(PL_BOOK_LEVELS_MAX * sizeof(int64_t));
}

static void side_init(struct pl_arena *arena, struct pl_book_side *ret_side) {
  *ret_side = (struct pl_book_side){
      .keys = pl_arena_take(arena, PL_BOOK_LEVELS_MAX * sizeof(int64_t)),
      .qtys_e8 = pl_arena_take(arena, PL_BOOK_LEVELS_MAX * sizeof(int64_t)),
  };
}

size_t pl_book_footprint(void) {
  return 2 * side_footprint();
}

size_t pl_book_store_footprint(void) {
  return pl_arena_round(sizeof(struct pl_book_store)) +
         PL_SNAPSHOTS_OPEN_MAX * 2 * side_footprint();
}

void pl_book_init(struct pl_arena *arena, struct pl_book *ret_book) {
  *ret_book = (struct pl_book){0};
  side_init(arena, &ret_book->sides[PL_ASK]);
  side_init(arena, &ret_book->sides[PL_BID]);
}

struct pl_book_store *pl_book_store_create(struct pl_arena *arena) {
  struct pl_book_store *store = pl_arena_take(arena, sizeof *store);
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++) {
    store->stagings[i].instrument = PL_INSTRUMENT_NONE;
    side_init(arena, &store->stagings[i].sides[PL_ASK]);
    side_init(arena, &store->stagings[i].sides[PL_BID]);
  }
  return store;
}

const struct pl_book_counters *pl_book_counters(const struct pl_book_store *store) {
  return &store->counters;
}

/* Index of the first key not below key: where it is, or where it belongs. */
static uint32_t lower_bound(const struct pl_book_side *side, int64_t key) {
  uint32_t high = side->count;
  for (uint32_t near = 0; near < PL_BOOK_NEAR_LEVELS; near++) {
    if (high == 0 || side->keys[high - 1] < key) return high;
    high--;
  }
  uint32_t low = 0; /* keys[high] >= key; halve what is left */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (side->keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void remove_at(struct pl_book_side *side, uint32_t at) {
  size_t better = side->count - at - 1;
  memmove(&side->keys[at], &side->keys[at + 1], better * sizeof *side->keys);
  memmove(&side->qtys_e8[at], &side->qtys_e8[at + 1], better * sizeof *side->qtys_e8);
  side->count--;
}

static void insert_at(struct pl_book_side *side, uint32_t at, int64_t key, int64_t qty_e8) {
  if (side->count == PL_BOOK_LEVELS_MAX) { /* full: the worst level gives way */
    side->truncated = true;
    if (at == 0) return;
    remove_at(side, 0);
    at--;
  }
  size_t better = side->count - at;
  memmove(&side->keys[at + 1], &side->keys[at], better * sizeof *side->keys);
  memmove(&side->qtys_e8[at + 1], &side->qtys_e8[at], better * sizeof *side->qtys_e8);
  side->keys[at] = key;
  side->qtys_e8[at] = qty_e8;
  side->count++;
}

bool pl_book_level_set(struct pl_book_side *side, enum pl_side which, int64_t price_e9,
                       int64_t qty_e8) {
  int64_t key = which == PL_BID ? price_e9 : -price_e9;
  uint32_t at = lower_bound(side, key);
  bool known = at < side->count && side->keys[at] == key;
  if (known && qty_e8 == 0)
    remove_at(side, at);
  else if (known)
    side->qtys_e8[at] = qty_e8;
  else if (qty_e8 != 0)
    insert_at(side, at, key, qty_e8);
  return known;
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
  if (book->state == PL_BOOK_EMPTY) {
    counters->updates_no_book += (event->flags & PL_EVF_MESSAGE_END) != 0;
    return false;
  }
  if (book->state == PL_BOOK_BROKEN || !update_follows(store, book, event)) return false;
  if (event->side == PL_SIDE_NONE) return false;
  struct pl_book_side *side = &book->sides[event->side];
  bool was_truncated = side->truncated;
  bool known = pl_book_level_set(side, event->side, event->price_e9, event->qty_e8);
  counters->sides_truncated += !was_truncated && side->truncated;
  if (event->qty_e8 != 0)
    counters->levels_set++;
  else if (known)
    counters->levels_removed++;
  else if (!side->truncated)
    counters->removals_unknown++;
  return true;
}

static struct staging *staging_find(struct pl_book_store *store, uint32_t instrument) {
  for (uint32_t i = 0; i < PL_SNAPSHOTS_OPEN_MAX; i++)
    if (store->stagings[i].instrument == instrument) return &store->stagings[i];
  return NULL;
}

static void snapshot_begin(struct pl_book_store *store, const struct pl_event *event) {
  struct staging *staging = staging_find(store, event->instrument);
  if (staging == NULL) staging = staging_find(store, PL_INSTRUMENT_NONE);
  if (staging == NULL) {
    staging = &store->stagings[0];
    for (uint32_t i = 1; i < PL_SNAPSHOTS_OPEN_MAX; i++)
      if (store->stagings[i].opened < staging->opened) staging = &store->stagings[i];
  }
  if (staging->instrument != PL_INSTRUMENT_NONE) store->counters.snapshots_orphaned++;
  staging->instrument = event->instrument;
  staging->change_id = event->order_id;
  staging->whole = event->aux != 0;
  staging->opened = ++store->opened;
  for (uint32_t i = 0; i < 2; i++) {
    staging->sides[i].count = 0;
    staging->sides[i].truncated = false;
  }
}

/* Sorts a staged side with the best at the end. Venues send it sorted one way
 * or the other; then this is one pass. Anything else costs at most
 * PL_BOOK_LEVELS_MAX^2 / 2 moves. */
static void staged_sort(struct pl_book_side *side) {
  if (side->count > 1 && side->keys[0] > side->keys[1]) {
    for (uint32_t low = 0, high = side->count - 1; low < high; low++, high--) {
      int64_t key = side->keys[low], qty_e8 = side->qtys_e8[low];
      side->keys[low] = side->keys[high], side->qtys_e8[low] = side->qtys_e8[high];
      side->keys[high] = key, side->qtys_e8[high] = qty_e8;
    }
  }
  for (uint32_t next = 1; next < side->count; next++) {
    int64_t key = side->keys[next], qty_e8 = side->qtys_e8[next];
    uint32_t at = next;
    for (; at > 0 && side->keys[at - 1] > key; at--) {
      side->keys[at] = side->keys[at - 1];
      side->qtys_e8[at] = side->qtys_e8[at - 1];
    }
    side->keys[at] = key;
    side->qtys_e8[at] = qty_e8;
  }
  uint32_t kept = 0; /* a price named twice stands once */
  for (uint32_t next = 0; next < side->count; next++) {
    if (kept != 0 && side->keys[kept - 1] == side->keys[next]) continue;
    side->keys[kept] = side->keys[next];
    side->qtys_e8[kept++] = side->qtys_e8[next];
  }
  side->count = kept;
}

static void snapshot_level(struct pl_book_store *store, const struct pl_event *event) {
  struct staging *staging = staging_find(store, event->instrument);
  if (staging == NULL || event->side == PL_SIDE_NONE || event->qty_e8 == 0) return;
  struct pl_book_side *side = &staging->sides[event->side];
  if (side->count == PL_BOOK_LEVELS_MAX) { /* from here on sorted, and the worst gives way */
    if (!side->truncated) staged_sort(side);
    (void)pl_book_level_set(side, event->side, event->price_e9, event->qty_e8);
    return;
  }
  side->keys[side->count] = event->side == PL_BID ? event->price_e9 : -event->price_e9;
  side->qtys_e8[side->count++] = event->qty_e8;
}

static bool side_equals(const struct pl_book_side *a, const struct pl_book_side *b) {
  return a->count == b->count && memcmp(a->keys, b->keys, a->count * sizeof *a->keys) == 0 &&
         memcmp(a->qtys_e8, b->qtys_e8, a->count * sizeof *a->qtys_e8) == 0;
}

static void side_copy(struct pl_book_side *to, const struct pl_book_side *from) {
  memcpy(to->keys, from->keys, from->count * sizeof *from->keys);
  memcpy(to->qtys_e8, from->qtys_e8, from->count * sizeof *from->qtys_e8);
  to->count = from->count;
  to->truncated = from->truncated;
}

static bool snapshot_end(struct pl_book_store *store, struct pl_book *book,
                         const struct pl_event *event) {
  struct pl_book_counters *counters = &store->counters;
  struct staging *staging = staging_find(store, event->instrument);
  if (staging == NULL) {
    counters->snapshots_orphaned++;
    return false;
  }
  staging->instrument = PL_INSTRUMENT_NONE;
  bool kept = book->state == PL_BOOK_KEPT;
  if (!staging->whole) { /* depth-limited: half a book proves nothing */
    counters->snapshots_partial++;
    return false;
  }
  counters->snapshots++;
  if (kept && staging->change_id < book->change_id &&
      ++book->older_snapshots < PL_BOOK_OLDER_SNAPSHOTS_MAX)
    return false; /* the kept book is newer */
  bool comparable = true;
  for (uint32_t i = 0; i < 2; i++) {
    staged_sort(&staging->sides[i]);
    comparable &= !staging->sides[i].truncated && !book->sides[i].truncated;
  }
  if (kept && staging->change_id == book->change_id && comparable) {
    counters->snapshot_checks++;
    counters->snapshot_matches += side_equals(&staging->sides[0], &book->sides[0]) &&
                                  side_equals(&staging->sides[1], &book->sides[1]);
  }
  side_copy(&book->sides[0], &staging->sides[0]);
  side_copy(&book->sides[1], &staging->sides[1]);
  book->change_id = staging->change_id;
  book->state = PL_BOOK_KEPT;
  book->crossed = book->followed = false;
  book->older_snapshots = 0;
  if (staging->opened > book->doubt_opened) book->in_doubt = false;
  return true;
}

/* Strictly rising keys and no empty level: what every search and walk relies on. */
static __attribute__((unused)) bool is_sound(const struct pl_book_side *side) {
  for (uint32_t i = 0; i < side->count; i++)
    if (side->qtys_e8[i] <= 0 || (i != 0 && side->keys[i - 1] >= side->keys[i])) return false;
  return side->count <= PL_BOOK_LEVELS_MAX;
}

static void check_at_event_end(struct pl_book_store *store, struct pl_book *book) {
  PL_CHECK_DEEP(is_sound(&book->sides[PL_ASK]) && is_sound(&book->sides[PL_BID]));
  int64_t bid_e9 = pl_book_best_e9(book, PL_BID), ask_e9 = pl_book_best_e9(book, PL_ASK);
  if (book->state == PL_BOOK_KEPT && bid_e9 != PL_PRICE_NONE && ask_e9 != PL_PRICE_NONE &&
      bid_e9 >= ask_e9) {
    store->counters.crossings++;
    book->state = PL_BOOK_BROKEN;
    book->crossed = true;
  }
  if (!book->quote_due) return;
  book->quote_due = false;
  if (!pl_book_is_proven(book)) return;
  store->counters.ticker_checks++;
  store->counters.ticker_matches += bid_e9 == book->quote_bid_e9 && ask_e9 == book->quote_ask_e9;
}

bool pl_book_apply(struct pl_book_store *store, struct pl_book *book,
                   const struct pl_event *event) {
  bool changed = false;
  switch (event->type) {
  case PL_EV_LEVEL_SET:
    if (event->flags & PL_EVF_SNAPSHOT)
      snapshot_level(store, event);
    else
      changed = apply_level(store, book, event);
    break;
  case PL_EV_SNAPSHOT_BEGIN: snapshot_begin(store, event); break;
  case PL_EV_SNAPSHOT_END: changed = snapshot_end(store, book, event); break;
  case PL_EV_BOOK_CLEAR:
    book->sides[0].count = book->sides[1].count = 0;
    book->sides[0].truncated = book->sides[1].truncated = false;
    book->state = PL_BOOK_EMPTY;
    book->crossed = false;
    pl_book_doubt(store, book); /* a snapshot begun before belongs to what was cleared */
    changed = true;
    break;
  case PL_EV_QUOTE:
    book->quote_due = true;
    book->quote_bid_e9 = event->price_e9;
    book->quote_ask_e9 = (int64_t)event->aux;
    break;
  default: break;
  }
  if (event->flags & PL_EVF_EVENT_END) check_at_event_end(store, book);
  return changed;
}

void pl_book_doubt(const struct pl_book_store *store, struct pl_book *book) {
  book->in_doubt = true;
  book->doubt_opened = store->opened;
}
