#include "tests/venue/es_cme_book.h"

#include <stdlib.h>

#define TICKS 65536

struct pl_es_cme_book {
  struct pl_es_cme_order orders[PL_ES_CME_ORDERS];
  int64_t contracts[2][TICKS]; /* by enum pl_side */
  int64_t best[2];             /* tick that no level is better than */
  uint64_t priority;
  uint32_t live;
};

struct pl_es_cme_book *pl_es_cme_book_open(void) {
  struct pl_es_cme_book *book = calloc(1, sizeof *book);
  if (book != NULL) book->best[PL_ASK] = TICKS;
  return book;
}

void pl_es_cme_book_close(struct pl_es_cme_book *book) {
  free(book);
}

static struct pl_es_cme_order *find(struct pl_es_cme_book *book, uint64_t id) {
  uint32_t at = (uint32_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 40) % PL_ES_CME_ORDERS;
  while (book->orders[at].id != 0 && book->orders[at].id != id) at = (at + 1) % PL_ES_CME_ORDERS;
  return &book->orders[at];
}

static void move(struct pl_es_cme_book *book, const struct pl_es_cme_order *order, int64_t by) {
  int64_t tick = order->price_e9 / PL_ES_CME_TICK_E9;
  bool better = order->side == PL_BID ? tick > book->best[PL_BID] : tick < book->best[PL_ASK];
  book->contracts[order->side][tick] += by;
  if (better) book->best[order->side] = tick;
}

static const char *check(const struct pl_dbn_record *record, const struct pl_es_cme_order *order) {
  uint8_t side = record->side == PL_DBN_BID ? PL_BID : PL_ASK;
  bool known = order->size != 0;
  if (record->side != PL_DBN_BID && record->side != PL_DBN_ASK) return "an order of no side";
  if (record->size == 0 || record->order_id == 0) return "an order of no size or id";
  if (record->price_e9 % PL_ES_CME_TICK_E9 != 0 || record->price_e9 <= 0 ||
      record->price_e9 / PL_ES_CME_TICK_E9 >= TICKS)
    return "a price off the ticks";
  if (record->action == PL_DBN_ADD) return known ? "an order added twice" : NULL;
  if (record->action != PL_DBN_CANCEL && record->action != PL_DBN_MODIFY) return "no book record";
  if (!known) return "an unknown order";
  if (order->side != side) return "an order that changes its side";
  if (record->action == PL_DBN_CANCEL && record->size != order->size) return "a cancel of a part";
  return NULL;
}

const char *pl_es_cme_book_take(struct pl_es_cme_book *book, const struct pl_dbn_record *record,
                                struct pl_es_cme_order *ret_order) {
  struct pl_es_cme_order *order = find(book, record->order_id);
  const char *error = check(record, order);
  if (error != NULL) return error;
  struct pl_es_cme_order now = *order;
  bool cancel = record->action == PL_DBN_CANCEL;
  if (record->action == PL_DBN_ADD)
    now = (struct pl_es_cme_order){.id = record->order_id,
                                   .side = record->side == PL_DBN_BID ? PL_BID : PL_ASK};
  now.size = cancel ? 0 : record->size;
  if (!cancel) now.price_e9 = record->price_e9;
  if (now.price_e9 != order->price_e9 || now.size > order->size) now.priority = ++book->priority;
  book->live += now.size != 0;
  book->live -= order->size != 0;
  if (order->size != 0) move(book, order, -(int64_t)order->size);
  if (!cancel) move(book, &now, now.size);
  *order = *ret_order = now;
  return NULL;
}

void pl_es_cme_book_top(const struct pl_es_cme_book *book, enum pl_side side,
                        struct pl_es_cme_top *ret_top) {
  int64_t step = side == PL_BID ? -1 : 1;
  ret_top->count = 0;
  for (int64_t tick = book->best[side];
       tick > 0 && tick < TICKS && ret_top->count < PL_ES_CME_DEPTH; tick += step)
    if (book->contracts[side][tick] != 0)
      ret_top->levels[ret_top->count++] =
          (struct pl_es_cme_level){tick * PL_ES_CME_TICK_E9, book->contracts[side][tick]};
}

int64_t pl_es_cme_book_contracts(const struct pl_es_cme_book *book, enum pl_side side,
                                 int64_t price_e9) {
  return book->contracts[side][price_e9 / PL_ES_CME_TICK_E9];
}

uint32_t pl_es_cme_book_live(const struct pl_es_cme_book *book) {
  return book->live;
}

const struct pl_es_cme_order *pl_es_cme_book_next(const struct pl_es_cme_book *book, uint32_t *at) {
  while (*at < PL_ES_CME_ORDERS) {
    const struct pl_es_cme_order *order = &book->orders[(*at)++];
    if (order->size != 0) return order;
  }
  return NULL;
}
