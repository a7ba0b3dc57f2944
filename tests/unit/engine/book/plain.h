/* A short history of one instrument's updates, the plain truth after each of them, and the events
 * that a decoder would make of them and of a snapshot. */
#ifndef TESTS_UNIT_ENGINE_BOOK_PLAIN_H
#define TESTS_UNIT_ENGINE_BOOK_PLAIN_H

#include "engine/book/book.h"
#include "tests/unit/engine/events.h"

#define UNITS_MAX 6u
#define ITEMS     3u

enum kind { BY_PRICE, BY_POSITION, BY_ORDER, KINDS };

/* What a unit does to an item, an order or the level at a price of its own; or it is of another
 * instrument. */
enum step { OTHER, GROW_0, GROW_1, GROW_2, SHRINK_0, SHRINK_1, SHRINK_2, STEPS };

struct truth {
  int64_t qty[ITEMS]; /* 0: it is not there */
  uint32_t updates;   /* the change id */
};

struct history {
  enum kind kind;
  uint32_t units;
  uint8_t steps[UNITS_MAX + 1]; /* from 1 */
  struct truth truth[UNITS_MAX + 1];
  struct pl_event events[UNITS_MAX + 1]; /* type none: of another instrument */
};

static const enum pl_side plain_sides[ITEMS] = {PL_BID, PL_ASK, PL_BID};
/* Two of the orders are at one price. A book by position has a level a side. */
static const int64_t plain_prices[ITEMS] = {100, 101, 100};

static inline uint32_t plain_items(enum kind kind) {
  return kind == BY_ORDER ? 3 : 2;
}

static inline struct pl_event plain_order(uint32_t item, int64_t before, int64_t after) {
  struct pl_event event = {.type = before == 0      ? PL_EV_ORDER_ADD
                                   : after == 0     ? PL_EV_ORDER_DELETE
                                   : after < before ? PL_EV_ORDER_REDUCE
                                                    : PL_EV_ORDER_CHANGE,
                           .order_id = item + 1,
                           .price_e9 = before == 0 ? plain_prices[item] : PL_PRICE_NONE,
                           .qty_e8 = after < before ? before - after : after,
                           .side = (uint8_t)plain_sides[item],
                           .flags = PL_EVF_ORDERS | EVENT_MESSAGE_END};
  return event;
}

static inline struct pl_event plain_event(enum kind kind, uint32_t id, uint32_t item,
                                          int64_t before, int64_t after) {
  if (kind == BY_ORDER) return plain_order(item, before, after);
  struct pl_event event = event_level(id - 1, id, plain_sides[item], plain_prices[item], after);
  if (kind == BY_PRICE) return event;
  enum pl_level_action action = before == 0  ? PL_LEVEL_INSERT
                                : after == 0 ? PL_LEVEL_DELETE
                                             : PL_LEVEL_CHANGE;
  event.type = PL_EV_LEVEL_AT;
  event.aux = PL_LEVEL_AT(id - 1, 10, action, 1);
  return event;
}

/* Works out the steps; false when one of them makes no sense. */
static inline bool plain_tell(struct history *history) {
  history->truth[0] = (struct truth){.updates = 0};
  for (uint32_t unit = 1; unit <= history->units; unit++) {
    struct truth *now = &history->truth[unit];
    *now = history->truth[unit - 1];
    uint8_t step = history->steps[unit];
    history->events[unit] = (struct pl_event){.type = PL_EV_NONE};
    if (step == OTHER) continue;
    uint32_t item = (step - 1u) % ITEMS;
    int64_t before = now->qty[item], after = step < SHRINK_0 ? before + 1 : before / 2;
    if (item >= plain_items(history->kind) || before == after) return false;
    now->qty[item] = after;
    history->events[unit] = plain_event(history->kind, ++now->updates, item, before, after);
  }
  return true;
}

static inline bool plain_equals(const struct truth *truth, const struct pl_book *book) {
  for (uint32_t side = 0; side < 2; side++) {
    int64_t sum = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
      if (plain_sides[item] == side) sum += truth->qty[item];
    if (book->sides[side].count != (sum != 0)) return false;
    if (sum != 0 && pl_book_qty_e8(&book->sides[side], 0) != sum) return false;
  }
  return true;
}

#endif
