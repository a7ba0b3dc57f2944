/* Order events into the book of single orders, against the plain list of them. Records as fuzz_step
 * reads them; ids, prices and quantities are folded so that they meet. */
#include "engine/base/check.h"
#include "tests/fuzz/body.h"
#include "tests/fuzz/events.h"
#include "tests/fuzz/order_model.h"

#define PRICES 16
#define IDS    96u

static struct pl_event fold(struct pl_event event, uint64_t seq) {
  bool order = event.type >= PL_EV_ORDER_ADD && event.type <= PL_EV_ORDER_DELETE;
  event.flags &= PL_EVF_EVENT_END | PL_EVF_SNAPSHOT | PL_EVF_MESSAGE_END;
  event.flags |= PL_EVF_ORDERS;
  event.instrument %= MODEL_BOOKS;
  event.seq = seq;
  if (event.type == PL_EV_SNAPSHOT_END) { /* one of the last, itself, ahead, thrown away */
    uint64_t newer = seq + 1 - event.aux / 2 % 32;
    event.aux = event.aux & 1 ? PL_SNAPSHOT_VOID : newer > seq + 1 ? 0 : newer;
  } else if (!order) {
    event.aux &= 1;
  }
  if (!order) {
    event.order_id = 0;
    return event;
  }
  event.order_id = (event.order_id % IDS) << event.order_id % 3 * 20; /* dense ones, sparse ones */
  if (event.type == PL_EV_ORDER_REPLACE) event.aux = (event.aux % IDS) << event.aux % 3 * 20;
  event.price_e9 %= PRICES;
  if (event.type == PL_EV_ORDER_CHANGE && event.price_e9 == 0) event.price_e9 = PL_PRICE_NONE;
  if (event.aux % 8 == 0) event.qty_e8 = (int64_t)((uint64_t)event.qty_e8 << 4 & INT64_MAX);
  return event;
}

static bool is_of_book(uint8_t type) {
  return (type >= PL_EV_ORDER_ADD && type <= PL_EV_ORDER_DELETE) || type == PL_EV_BOOK_CLEAR ||
         type == PL_EV_SNAPSHOT_BEGIN || type == PL_EV_SNAPSHOT_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  static struct model model;
  static struct pl_book books[MODEL_BOOKS];
  const struct pl_book_config config = {.instrument_count = MODEL_BOOKS,
                                        .orders_max = MODEL_ORDERS_MAX,
                                        .priorities = true,
                                        .log_events = MODEL_LOG_EVENTS};
  struct pl_book_store *store =
      pl_book_store_create(pl_body_arena(pl_book_store_footprint(&config)), &config);
  memset(&model, 0, sizeof model);
  for (uint32_t i = 0; i < MODEL_BOOKS; i++) {
    const struct pl_event begin = {.type = PL_EV_BOOK_CLEAR, .aux = 1, .instrument = i};
    pl_book_init(store, i, PL_LANE_ORDERS, &books[i]);
    (void)pl_book_apply(store, &books[i], &begin);
    model_apply(&model, &begin);
  }
  uint64_t now_ns = 0;
  for (size_t at = 0; at + PL_EVENTS_RECORD_BYTES <= size_bytes; at += PL_EVENTS_RECORD_BYTES) {
    struct pl_event event = fold(pl_events_unpack(data + at, &now_ns), at / PL_EVENTS_RECORD_BYTES);
    if (!is_of_book(event.type)) continue;
    (void)pl_book_apply(store, &books[event.instrument], &event);
    model_apply(&model, &event);
    if (event.flags & PL_EVF_EVENT_END) model_end_event(&model, event.instrument);
    model_check(&model, event.instrument, &books[event.instrument], store);
  }
  model_check_counters(&model, store);
  return 0;
}
