/* A book kept straight from market-by-order records, without thought: what the pipeline's books of
 * the ES capture are compared with. */
#ifndef TESTS_REPLAY_ES_PLAIN_H
#define TESTS_REPLAY_ES_PLAIN_H

#include "engine/book/book.h"
#include "tests/venue/dbn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define E8      INT64_C(100000000)
#define TICK_E9 INT64_C(250000000)
#define TICKS   65536
#define SLOTS   262144u

struct order {
  uint64_t id, priority;
  int64_t tick;
  uint32_t size, side; /* size 0: gone or never there */
};

struct plain {
  struct order orders[SLOTS];
  int64_t contracts[2][TICKS];
  int64_t low[2], high[2]; /* ticks that were ever used */
  uint64_t priority;
};

static inline void plain_move(struct plain *plain, const struct order *order, int64_t by) {
  assert_in_range(order->tick, 1, TICKS - 1);
  plain->contracts[order->side][order->tick] += by;
  if (plain->low[order->side] == 0 || order->tick < plain->low[order->side])
    plain->low[order->side] = order->tick;
  if (order->tick > plain->high[order->side]) plain->high[order->side] = order->tick;
}

static inline void plain_take(struct plain *plain, const struct pl_dbn_record *record) {
  if (record->action == PL_DBN_TRADE || record->action == PL_DBN_FILL) return;
  uint32_t at = (uint32_t)(record->order_id % SLOTS);
  while (plain->orders[at].id != 0 && plain->orders[at].id != record->order_id)
    at = (at + 1) % SLOTS;
  struct order *order = &plain->orders[at], before = *order;
  if (before.size != 0) plain_move(plain, &before, -(int64_t)before.size);
  assert_true((before.size != 0) == (record->action != PL_DBN_ADD));
  *order = (struct order){record->order_id, before.priority, record->price_e9 / TICK_E9,
                          record->action == PL_DBN_CANCEL ? 0 : record->size,
                          record->side == PL_DBN_BID ? PL_BID : PL_ASK};
  if (order->size == 0) return;
  if (order->tick != before.tick || order->size > before.size) order->priority = ++plain->priority;
  plain_move(plain, order, order->size);
}

/* The side's levels from the best on equal those kept, as far as depth; all of them are kept. */
static inline void expect_side(const struct plain *plain, const struct pl_book *book,
                               enum pl_side which, uint32_t depth) {
  const struct pl_book_side *side = &book->sides[which];
  int64_t step = which == PL_BID ? -1 : 1;
  int64_t tick = which == PL_BID ? plain->high[which] : plain->low[which];
  uint32_t at = 0;
  for (; at < depth && tick >= plain->low[which] && tick <= plain->high[which]; tick += step) {
    if (plain->contracts[which][tick] == 0) continue;
    assert_true(at < side->count);
    assert_int_equal(pl_book_price_e9(side, which, at), tick * TICK_E9);
    assert_int_equal(pl_book_qty_e8(side, at), plain->contracts[which][tick] * E8);
    at++;
  }
  if (at < depth) assert_int_equal(side->count, at);
}

static inline bool plain_is_crossed(const struct plain *plain) {
  int64_t ask = plain->low[PL_ASK], bid = plain->high[PL_BID];
  while (ask <= plain->high[PL_ASK] && plain->contracts[PL_ASK][ask] == 0) ask++;
  while (bid >= plain->low[PL_BID] && plain->contracts[PL_BID][bid] == 0) bid--;
  return bid >= ask;
}

#endif
