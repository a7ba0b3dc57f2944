/* The log of updates that came for books which are not proven. A snapshot is always some way behind
 * the updates; with those that it lacks applied behind it, a busy book can be joined to it. */
#include "engine/book/store.h"

size_t pl_join_footprint(uint32_t events_max) {
  return pl_arena_round(events_max * sizeof(struct pl_event)) +
         pl_arena_round(events_max * sizeof(uint32_t));
}

void pl_join_create(struct pl_arena *arena, uint32_t events_max, struct pl_join *ret_join) {
  *ret_join = (struct pl_join){.events_max = events_max};
  if (events_max == 0) return;
  ret_join->events = pl_arena_take(arena, events_max * sizeof *ret_join->events);
  ret_join->next = pl_arena_take(arena, events_max * sizeof *ret_join->next);
}

void pl_join_drop(struct pl_book_store *store, struct pl_book *book) {
  struct pl_join *join = &store->join;
  if (book->log_count == 0) return;
  pl_join_note(book, &join->events[book->log_last]);
  join->next[book->log_last] = join->free_first;
  join->free_first = book->log_first;
  join->free_count += book->log_count;
  if (join->longest == book) join->longest = NULL;
  book->log_count = book->doubt_logged = 0;
}

/* A free place. When there is none the longest log goes, whole: that makes the most room for the
 * fewest books that have to wait for another snapshot, and quiet ones are never among them. The
 * longest is known since the last that went: by the time there is no room again, each book that is
 * still added to was compared. */
static uint32_t place(struct pl_book_store *store) {
  struct pl_join *join = &store->join;
  if (join->free_count == 0 && join->fresh < join->events_max) return join->fresh++;
  if (join->free_count == 0) {
    pl_join_drop(store, join->longest);
    store->counters.logs_lost++;
  }
  uint32_t at = join->free_first;
  join->free_first = join->next[at];
  join->free_count--;
  return at;
}

void pl_join_keep(struct pl_book_store *store, struct pl_book *book, const struct pl_event *event) {
  struct pl_join *join = &store->join;
  if (join->applying) return;
  if (join->events_max == 0) {
    pl_join_note(book, event);
    return;
  }
  uint32_t at = place(store);
  join->events[at] = *event;
  if (book->log_count == 0)
    book->log_first = at;
  else
    join->next[book->log_last] = at;
  book->log_last = at;
  book->log_count++;
  if (join->longest == NULL || book->log_count > join->longest->log_count) join->longest = book;
  store->counters.updates_logged++;
}

/* Levels without change ids could not be told from what a snapshot contains. */
void pl_join_missed(struct pl_book_store *store, struct pl_book *book,
                    const struct pl_event *event) {
  bool ends = (event->flags & PL_EVF_MESSAGE_END) != 0;
  bool of_levels = event->type == PL_EV_LEVEL_SET || event->type == PL_EV_LEVEL_AT;
  store->counters.updates_no_book += ends && book->state == PL_BOOK_EMPTY;
  if (book->state == PL_BOOK_KEPT || !pl_store_keeps(store, book)) return;
  if (of_levels ? event->order_id != 0 : book->lane == PL_LANE_ORDERS)
    pl_join_keep(store, book, event);
}

/* The ordinary path, but that nothing is counted again, a doubt is ended only by what came after
 * it, and crossings are looked for behind the last update: in between, the venue may have been
 * closed. */
void pl_join_apply(struct pl_book_store *store, struct pl_book *book, uint64_t from_seq) {
  struct pl_join *join = &store->join;
  bool of_orders = book->lane == PL_LANE_ORDERS;
  uint64_t snapshot_id = book->change_id;
  uint32_t at = book->log_first;
  join->applying = true;
  for (uint32_t i = 0; i < book->log_count && book->state == PL_BOOK_KEPT; i++) {
    struct pl_event event = join->events[at];
    bool in_doubt = book->in_doubt && i < book->doubt_logged;
    at = join->next[at];
    if (of_orders ? event.seq < from_seq : event.order_id <= snapshot_id) continue;
    event.flags &= (uint8_t) ~(PL_EVF_EVENT_END | PL_EVF_MESSAGE_END);
    (void)pl_book_apply(store, book, &event);
    book->in_doubt |= in_doubt;
    store->counters.updates_joined++;
  }
  join->applying = false;
  /* A kept book of levels proves itself from here on, one of orders needs another snapshot. */
  if (book->state == PL_BOOK_KEPT && !(of_orders && book->in_doubt)) pl_join_drop(store, book);
}
