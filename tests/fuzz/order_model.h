/* A book of single orders as plainly as it can be written: a list of orders, looked through for
 * everything. What the real one is compared with, by tests and by the fuzzer. */
#ifndef TESTS_FUZZ_ORDER_MODEL_H
#define TESTS_FUZZ_ORDER_MODEL_H

#include "engine/base/check.h"
#include "engine/base/fixed.h"
#include "engine/book/book.h"
#include "engine/book/orders.h"

#include <string.h>

#define MODEL_BOOKS      3u
#define MODEL_ORDERS_MAX 64u
#define MODEL_LOG_EVENTS 40u /* of all books together */

struct model_order {
  uint64_t id, priority;
  int64_t price_e9, qty_e8;
  uint32_t book;
  uint8_t side;
  bool staged;
};

struct model {
  struct model_order orders[MODEL_ORDERS_MAX];
  uint32_t count;
  struct model_book {
    uint8_t state;                                             /* enum pl_book_state */
    bool crossed, doubt, staging, whole, refused, doubt_since; /* the doubt is younger */
    uint64_t unlogged_next; /* behind the last update that is not in the log */
    uint32_t logged;
    struct pl_event log[MODEL_LOG_EVENTS];
  } books[MODEL_BOOKS];
  struct model_book *longest; /* log since the last longest one went */
  uint64_t added, amended, unknown, refused, over, checks, matches, joined, logs_lost;
};

static inline struct model_order *model_find(struct model *model, uint32_t book, uint64_t id,
                                             bool staged) {
  for (uint32_t i = 0; i < model->count; i++) {
    struct model_order *order = &model->orders[i];
    if (order->book == book && order->id == id && order->staged == staged) return order;
  }
  return NULL;
}

static inline void model_remove(struct model *model, struct model_order *order) {
  *order = model->orders[--model->count];
}

static inline void model_remove_all(struct model *model, uint32_t book, bool staged) {
  for (uint32_t i = model->count; i-- > 0;)
    if (model->orders[i].book == book && model->orders[i].staged == staged)
      model_remove(model, &model->orders[i]);
}

/* The sum at a price; without two of the orders, which may be NULL. */
static inline pl_i128 model_sum(const struct model *model, uint32_t book, bool staged, uint8_t side,
                                int64_t price_e9, const struct model_order *but,
                                const struct model_order *and_but) {
  pl_i128 sum = 0;
  for (uint32_t i = 0; i < model->count; i++) {
    const struct model_order *order = &model->orders[i];
    if (order->book == book && order->staged == staged && order->side == side &&
        order->price_e9 == price_e9 && order != but && order != and_but)
      sum += order->qty_e8;
  }
  return sum;
}

/* Puts an order in place of up to two others; false when it must be refused. */
static inline bool model_put(struct model *model, const struct model_order *order,
                             struct model_order *old, struct model_order *displaced) {
  if (order->qty_e8 <= 0 || order->price_e9 == PL_PRICE_NONE) return false;
  if (old == NULL && model->count == MODEL_ORDERS_MAX) return false;
  pl_i128 sum =
      model_sum(model, order->book, order->staged, order->side, order->price_e9, old, displaced) +
      order->qty_e8;
  if (sum > INT64_MAX) return false;
  if (displaced != NULL && displaced != old) {
    *displaced = *order;
    model_remove(model, old);
  } else if (old != NULL) {
    *old = *order;
  } else {
    model->orders[model->count++] = *order;
  }
  return true;
}

static inline bool model_add(struct model *model, const struct pl_event *event, bool staged) {
  if (event->side >= PL_SIDE_NONE) return false;
  const struct model_order order = {.id = event->order_id,
                                    .priority = event->aux,
                                    .price_e9 = event->price_e9,
                                    .qty_e8 = event->qty_e8,
                                    .book = event->instrument,
                                    .side = event->side,
                                    .staged = staged};
  struct model_order *old = model_find(model, event->instrument, event->order_id, staged);
  if (!model_put(model, &order, old, NULL)) return false;
  model->amended += old != NULL;
  model->added += old == NULL;
  return true;
}

static inline bool model_change(struct model *model, const struct pl_event *event,
                                struct model_order *old) {
  if (event->qty_e8 < 0) return false;
  if (event->qty_e8 == 0) return model_remove(model, old), true;
  struct model_order order = *old;
  order.qty_e8 = event->qty_e8;
  if (event->price_e9 != PL_PRICE_NONE) {
    order.price_e9 = event->price_e9;
    order.priority = event->aux;
  }
  return model_put(model, &order, old, NULL);
}

static inline bool model_reduce(struct model *model, const struct pl_event *event,
                                struct model_order *old) {
  if (event->qty_e8 < 0) return false;
  model->over += event->qty_e8 > old->qty_e8;
  if (event->qty_e8 >= old->qty_e8) return model_remove(model, old), true;
  old->qty_e8 -= event->qty_e8;
  return true;
}

static inline bool model_replace(struct model *model, const struct pl_event *event,
                                 struct model_order *old) {
  struct model_order order = *old;
  order.id = event->aux;
  order.priority = 0;
  order.price_e9 = event->price_e9;
  order.qty_e8 = event->qty_e8;
  struct model_order *displaced = model_find(model, event->instrument, event->aux, false);
  bool known = displaced != NULL;
  if (!model_put(model, &order, old, displaced)) return false;
  model->amended += known;
  model->added += !known;
  return true;
}

static inline void model_drop_log(struct model *model, struct model_book *book) {
  if (book->logged == 0) return;
  book->unlogged_next = book->log[book->logged - 1].seq + 1;
  book->logged = 0;
  if (model->longest == book) model->longest = NULL;
}

static inline void model_log(struct model *model, struct model_book *book,
                             const struct pl_event *event) {
  uint32_t logged = 0;
  for (uint32_t i = 0; i < MODEL_BOOKS; i++) logged += model->books[i].logged;
  if (logged == MODEL_LOG_EVENTS) {
    model_drop_log(model, model->longest);
    model->logs_lost++;
  }
  book->log[book->logged++] = *event;
  if (model->longest == NULL || book->logged > model->longest->logged) model->longest = book;
}

static inline void model_update(struct model *model, const struct pl_event *event) {
  struct model_book *book = &model->books[event->instrument];
  bool taken = true;
  struct model_order *old = model_find(model, event->instrument, event->order_id, false);
  if (event->type == PL_EV_ORDER_ADD)
    taken = model_add(model, event, false);
  else if (old == NULL)
    model->unknown++;
  else if (event->type == PL_EV_ORDER_CHANGE)
    taken = model_change(model, event, old);
  else if (event->type == PL_EV_ORDER_REDUCE)
    taken = model_reduce(model, event, old);
  else if (event->type == PL_EV_ORDER_REPLACE)
    taken = model_replace(model, event, old);
  else
    model_remove(model, old);
  if (taken) return;
  model->refused++;
  book->state = PL_BOOK_BROKEN;
}

static inline void model_order_event(struct model *model, const struct pl_event *event) {
  struct model_book *book = &model->books[event->instrument];
  if (event->flags & PL_EVF_SNAPSHOT) {
    if (event->type != PL_EV_ORDER_ADD || !book->staging || book->refused) return;
    book->refused = !model_add(model, event, true);
    model->refused += book->refused;
    return;
  }
  if (book->state == PL_BOOK_KEPT && !book->doubt)
    book->unlogged_next = event->seq + 1;
  else
    model_log(model, book, event);
  if (book->state == PL_BOOK_KEPT) model_update(model, event);
}

static inline bool model_same_levels(const struct model *model, uint32_t book) {
  for (uint32_t i = 0; i < model->count; i++) {
    const struct model_order *order = &model->orders[i];
    if (order->book == book &&
        model_sum(model, book, false, order->side, order->price_e9, NULL, NULL) !=
            model_sum(model, book, true, order->side, order->price_e9, NULL, NULL))
      return false;
  }
  return true;
}

/* The updates that are newer than the snapshot, behind it. */
static inline void model_join(struct model *model, struct model_book *book, uint64_t from_seq) {
  for (uint32_t i = 0; i < book->logged && book->state == PL_BOOK_KEPT; i++) {
    if (book->log[i].seq < from_seq) continue;
    if (!book->doubt) book->unlogged_next = book->log[i].seq + 1;
    model_update(model, &book->log[i]);
    model->joined++;
  }
  if (book->state == PL_BOOK_KEPT && !book->doubt) model_drop_log(model, book);
}

static inline void model_snapshot_end(struct model *model, const struct pl_event *event) {
  uint32_t index = event->instrument;
  struct model_book *book = &model->books[index];
  bool is_void = event->aux == PL_SNAPSHOT_VOID, ahead = !is_void && event->aux > event->seq;
  bool taken = book->staging && !is_void && !book->refused && book->whole &&
               event->aux >= book->unlogged_next;
  book->staging = false;
  if (!taken) {
    if (ahead && book->state == PL_BOOK_KEPT) book->state = PL_BOOK_BROKEN;
    model_remove_all(model, index, true);
    return;
  }
  if (book->state == PL_BOOK_KEPT && !book->doubt && !ahead) {
    model->checks++;
    model->matches += model_same_levels(model, index);
  }
  model_remove_all(model, index, false);
  for (uint32_t i = 0; i < model->count; i++)
    if (model->orders[i].book == index) model->orders[i].staged = false;
  book->state = PL_BOOK_KEPT;
  book->crossed = false;
  if (!book->doubt_since) book->doubt = false;
  model_join(model, book, event->aux);
}

/* One event of a book of orders; an instrument below MODEL_BOOKS, snapshots without change ids. */
static inline void model_apply(struct model *model, const struct pl_event *event) {
  struct model_book *book = &model->books[event->instrument];
  switch (event->type) {
  case PL_EV_SNAPSHOT_BEGIN:
    model_remove_all(model, event->instrument, true);
    book->staging = true;
    book->refused = book->doubt_since = false;
    book->whole = event->aux != 0;
    break;
  case PL_EV_SNAPSHOT_END: model_snapshot_end(model, event); break;
  case PL_EV_BOOK_CLEAR:
    model_remove_all(model, event->instrument, false);
    model_drop_log(model, book);
    book->unlogged_next = event->seq + 1;
    book->state = event->aux != 0 ? PL_BOOK_KEPT : PL_BOOK_EMPTY;
    book->crossed = false;
    book->doubt = event->aux == 0;
    book->doubt_since = true;
    if (event->aux == 0) break;
    book->staging = false;
    model_remove_all(model, event->instrument, true);
    break;
  default: model_order_event(model, event);
  }
}

static inline int64_t model_best_e9(const struct model *model, uint32_t book, uint8_t side) {
  int64_t best_e9 = PL_PRICE_NONE;
  for (uint32_t i = 0; i < model->count; i++) {
    const struct model_order *order = &model->orders[i];
    if (order->book != book || order->staged || order->side != side) continue;
    bool better = side == PL_BID ? order->price_e9 > best_e9
                                 : best_e9 == PL_PRICE_NONE || order->price_e9 < best_e9;
    if (best_e9 == PL_PRICE_NONE || better) best_e9 = order->price_e9;
  }
  return best_e9;
}

/* The crossing is looked for at the end of an event only. */
static inline void model_end_event(struct model *model, uint32_t index) {
  struct model_book *book = &model->books[index];
  if (book->state != PL_BOOK_KEPT) return;
  int64_t bid_e9 = model_best_e9(model, index, PL_BID),
          ask_e9 = model_best_e9(model, index, PL_ASK);
  book->crossed = bid_e9 != PL_PRICE_NONE && ask_e9 != PL_PRICE_NONE && bid_e9 >= ask_e9;
}

/* Every level is the sum of its orders, every order is in a level, and the queue at a price holds
 * the orders that are there, in the order of (priority, id). */
static inline void model_check(const struct model *model, uint32_t index,
                               const struct pl_book *book, const struct pl_book_store *store) {
  const struct model_book *expected = &model->books[index];
  PL_CHECK(book->state == expected->state);
  PL_CHECK(pl_book_is_proven(book) ==
           (expected->state == PL_BOOK_KEPT && !expected->doubt && !expected->crossed));
  uint32_t orders = 0, queued = 0;
  for (uint32_t i = 0; i < model->count; i++)
    orders += model->orders[i].book == index && !model->orders[i].staged;
  PL_CHECK(book->orders == orders);
  for (uint32_t side = 0; side < 2; side++) {
    const struct pl_book_side *levels = &book->sides[side];
    PL_CHECK(pl_levels_is_sound(levels) && !levels->truncated);
    PL_CHECK(pl_book_best_e9(book, (enum pl_side)side) ==
             model_best_e9(model, index, (uint8_t)side));
    for (uint32_t depth = 0; depth < levels->count; depth++) {
      struct pl_orders_queued queue[MODEL_ORDERS_MAX];
      int64_t price_e9 = pl_book_price_e9(levels, (enum pl_side)side, depth), sum_e8 = 0;
      uint32_t count =
          pl_orders_queue(store, index, (enum pl_side)side, price_e9, queue, MODEL_ORDERS_MAX);
      for (uint32_t i = 0; i < count; i++) {
        struct model_order *order =
            model_find((struct model *)(uintptr_t)model, index, queue[i].id, false);
        PL_CHECK(order != NULL && order->side == side && order->price_e9 == price_e9);
        PL_CHECK(order->qty_e8 == queue[i].qty_e8 && order->priority == queue[i].priority);
        if (i > 0)
          PL_CHECK(queue[i - 1].priority < queue[i].priority ||
                   (queue[i - 1].priority == queue[i].priority && queue[i - 1].id < queue[i].id));
        sum_e8 += queue[i].qty_e8;
      }
      PL_CHECK(count != 0 && sum_e8 == pl_book_qty_e8(levels, depth));
      queued += count;
    }
  }
  PL_CHECK(queued == orders);
}

static inline void model_check_counters(const struct model *model, struct pl_book_store *store) {
  const struct pl_book_counters *counters = pl_book_counters(store);
  uint32_t live = 0;
  for (uint32_t i = 0; i < model->count; i++) live += !model->orders[i].staged;
  PL_CHECK(counters->orders_live == live);
  PL_CHECK(counters->orders_added == model->added && counters->orders_amended == model->amended);
  PL_CHECK(counters->orders_unknown == model->unknown);
  PL_CHECK(counters->orders_refused == model->refused);
  PL_CHECK(counters->reductions_over == model->over);
  PL_CHECK(counters->snapshot_checks == model->checks);
  PL_CHECK(counters->snapshot_matches == model->matches);
  PL_CHECK(counters->updates_joined == model->joined && counters->logs_lost == model->logs_lost);
}

#endif
