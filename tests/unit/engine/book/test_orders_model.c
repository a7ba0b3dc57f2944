/* The book of single orders against a plain list of them: long random streams over few ids, prices
 * and books, so that everything collides with everything. */
#include "tests/fuzz/order_model.h"
#include "tests/unit/engine/book/books.h"
#include "tests/unit/engine/random.h"

#define STEPS 60000u

struct ids {
  uint64_t base, stride, count; /* dense, aliasing in the table, or spread over 64 bits */
};

/* Thrown away, of all that was told so far, ahead of that, or behind it. */
static uint64_t random_end(uint64_t *seed, uint64_t seq) {
  uint64_t behind = random_below(seed, 12);
  if (behind == 0) return PL_SNAPSHOT_VOID;
  return behind < 8 || behind * behind > seq ? seq + behind / 7 : seq - behind * behind;
}

static struct pl_event random_event(uint64_t *seed, const struct ids *ids, uint64_t seq) {
  static const uint8_t types[] = {PL_EV_ORDER_ADD,     PL_EV_ORDER_ADD,     PL_EV_ORDER_ADD,
                                  PL_EV_ORDER_ADD,     PL_EV_ORDER_CHANGE,  PL_EV_ORDER_REDUCE,
                                  PL_EV_ORDER_REPLACE, PL_EV_ORDER_REPLACE, PL_EV_ORDER_DELETE,
                                  PL_EV_ORDER_DELETE};
  struct pl_event event = {
      .seq = seq,
      .order_id = ids->base + random_below(seed, ids->count) * ids->stride,
      .price_e9 = (int64_t)random_below(seed, 7) - 3,
      .qty_e8 = (int64_t)random_below(seed, 5) + 1,
      .aux = random_below(seed, 4),
      .instrument = (uint32_t)random_below(seed, MODEL_BOOKS),
      .type = types[random_below(seed, sizeof types)],
      .side = (uint8_t)random_below(seed, 2),
      .flags = PL_EVF_ORDERS,
  };
  uint64_t rare = random_below(seed, 400);
  if (event.type == PL_EV_ORDER_REPLACE)
    event.aux = ids->base + random_below(seed, ids->count) * ids->stride;
  if (event.type == PL_EV_ORDER_CHANGE && rare < 200) event.price_e9 = PL_PRICE_NONE;
  if (rare == 0) event.qty_e8 = -(int64_t)random_below(seed, 2);
  if (rare == 1 && event.type == PL_EV_ORDER_ADD) event.qty_e8 = INT64_MAX - 1;
  if (random_below(seed, 3) == 0) event.flags |= PL_EVF_SNAPSHOT;
  if (random_below(seed, 2) == 0) event.flags |= PL_EVF_EVENT_END;
  if (rare >= 384) {
    static const uint8_t books[] = {PL_EV_SNAPSHOT_BEGIN, PL_EV_SNAPSHOT_END, PL_EV_SNAPSHOT_END,
                                    PL_EV_BOOK_CLEAR};
    event.type = books[rare % 4];
    event.order_id = 0;
    event.aux = random_below(seed, 4) != 0;
    if (event.type == PL_EV_SNAPSHOT_END) event.aux = random_end(seed, seq);
  }
  return event;
}

static void play(uint64_t seed, const struct ids *ids) {
  const struct pl_book_config config = {.instrument_count = MODEL_BOOKS,
                                        .orders_max = MODEL_ORDERS_MAX,
                                        .priorities = true,
                                        .log_events = MODEL_LOG_EVENTS};
  struct pl_arena arena;
  struct pl_book books[MODEL_BOOKS];
  struct model model = {.count = 0};
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &arena), PL_OK);
  struct pl_book_store *store = pl_book_store_create(&arena, &config);
  for (uint32_t i = 0; i < MODEL_BOOKS; i++) pl_book_init(store, i, PL_LANE_ORDERS, &books[i]);
  for (uint32_t step = 0; step < STEPS; step++) {
    struct pl_event event = random_event(&seed, ids, step);
    (void)pl_book_apply(store, &books[event.instrument], &event);
    model_apply(&model, &event);
    if (event.flags & PL_EVF_EVENT_END) model_end_event(&model, event.instrument);
    model_check(&model, event.instrument, &books[event.instrument], store);
    model_check_counters(&model, store);
  }
  const struct pl_book_counters *counters = pl_book_counters(store);
  assert_true(counters->snapshots > 50 && counters->snapshots_void > 20);
  assert_true(counters->snapshots_early > 0 && counters->logs_lost > 0 &&
              counters->updates_joined > 50);
  assert_true(counters->orders_refused > 20);
  assert_true(counters->orders_added > 1000 && counters->orders_amended > 500);
  pl_arena_close(&arena);
}

static void random_streams_equal_the_list(void **state) {
  (void)state;
  static const struct ids kinds[] = {
      {1, 1, 40},                            /* dense, all of them known soon */
      {1, 1, 120},                           /* dense, more than there is room for */
      {UINT64_C(0xFFFFFFFFFFFFFFE0), 1, 64}, /* through the end of 64 bits */
      {5, 128, 90},                          /* one place in eight of the table only */
      {7, UINT64_C(0x9E3779B97F4A7C15), 90}, /* spread over 64 bits */
      {8, UINT64_C(1) << 60, 16},            /* few, far apart */
  };
  for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) play(i + 1, &kinds[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_streams_equal_the_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
