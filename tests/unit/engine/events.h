/* Events of the book family, as a decoder would make them. */
#ifndef TESTS_UNIT_ENGINE_EVENTS_H
#define TESTS_UNIT_ENGINE_EVENTS_H

#include "engine/base/event.h"

#include <stdbool.h>

#define EVENT_MESSAGE_END (PL_EVF_MESSAGE_END | PL_EVF_EVENT_END)

/* One level of an update that follows on change id `before`. */
static inline struct pl_event event_level(uint64_t before, uint64_t id, enum pl_side side,
                                          int64_t price_e9, int64_t qty_e8) {
  return (struct pl_event){.type = PL_EV_LEVEL_SET,
                           .aux = before,
                           .order_id = id,
                           .side = (uint8_t)side,
                           .price_e9 = price_e9,
                           .qty_e8 = qty_e8,
                           .flags = EVENT_MESSAGE_END};
}

static inline struct pl_event event_snapshot_begin(uint64_t id, bool whole) {
  return (struct pl_event){.type = PL_EV_SNAPSHOT_BEGIN,
                           .order_id = id,
                           .aux = whole,
                           .side = PL_SIDE_NONE,
                           .flags = PL_EVF_SNAPSHOT};
}

static inline struct pl_event event_snapshot_level(enum pl_side side, int64_t price_e9,
                                                   int64_t qty_e8) {
  return (struct pl_event){.type = PL_EV_LEVEL_SET,
                           .side = (uint8_t)side,
                           .price_e9 = price_e9,
                           .qty_e8 = qty_e8,
                           .flags = PL_EVF_SNAPSHOT};
}

static inline struct pl_event event_snapshot_end(uint64_t id) {
  return (struct pl_event){.type = PL_EV_SNAPSHOT_END,
                           .order_id = id,
                           .side = PL_SIDE_NONE,
                           .flags = PL_EVF_SNAPSHOT | EVENT_MESSAGE_END};
}

/* The venue's own best prices; PL_PRICE_NONE: an empty side. */
static inline struct pl_event event_quote(int64_t bid_e9, int64_t ask_e9) {
  return (struct pl_event){.type = PL_EV_QUOTE,
                           .side = PL_SIDE_NONE,
                           .price_e9 = bid_e9,
                           .aux = (uint64_t)ask_e9,
                           .flags = PL_EVF_EVENT_END};
}

#endif
