#include "engine/base/check.h"
#include "engine/base/fixed.h"
#include "tests/bench/cases.h"

#include <math.h>
#include <stdlib.h>

#define RUNS        7
#define INSTRUMENTS 4000u
#define LIVE        400000u  /* orders that stand all the time */
#define EVENTS      2000000u /* measured in one run */
#define SMOKE_SHARE 100
#define RECENT      8192u /* most cancels hit orders this new */
#define ZIPF        0.9
#define NEAR_TICKS  6.0 /* mean distance from the touch */
#define FAR_TICKS   2000
#define TICK        (PL_E9 / 100)
#define LOOK_AHEAD  12u

struct order {
  uint64_t id;
  int64_t price_e9, qty_e8;
  uint32_t instrument, live_at; /* in live; NONE when gone */
  uint8_t side;
};

#define NONE UINT32_MAX

/* The market that is played: every order by its id, dense or scattered. */
struct market {
  uint64_t seed;
  double zipf[INSTRUMENTS];
  int64_t mid_ticks[INSTRUMENTS];
  struct order *orders; /* [id] */
  uint32_t *live;       /* ids */
  uint32_t order_count, live_count, live_goal;
  bool sparse;
};

static uint64_t random_next(uint64_t *seed) { /* splitmix64 */
  uint64_t value = *seed += UINT64_C(0x9E3779B97F4A7C15);
  value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
  return value ^ value >> 31;
}

static uint32_t below(struct market *market, uint32_t bound) {
  return (uint32_t)((random_next(&market->seed) >> 32) * bound >> 32);
}

static double unit(struct market *market) {
  return (double)(random_next(&market->seed) >> 11) / (double)(UINT64_C(1) << 53);
}

static uint32_t instrument_pick(struct market *market) {
  double at = unit(market) * market->zipf[INSTRUMENTS - 1];
  uint32_t low = 0, high = INSTRUMENTS - 1;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (market->zipf[middle] < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Sparse ids are the dense ones scattered over 64 bits, one to one. */
static uint64_t id_of(const struct market *market, uint32_t index) {
  uint64_t seed = index;
  return market->sparse ? random_next(&seed) : index + 1;
}

static int64_t price_pick(struct market *market, uint32_t instrument, uint8_t side) {
  int64_t *mid = &market->mid_ticks[instrument];
  if (below(market, 64) == 0) *mid += below(market, 2) ? 1 : -1;
  int64_t away = below(market, 100) < 3 ? below(market, FAR_TICKS)
                                        : (int64_t)(-log(1 - unit(market)) * NEAR_TICKS);
  return (*mid + (side == PL_BID ? -1 - away : 1 + away)) * TICK;
}

static uint32_t order_new(struct market *market, uint32_t instrument, uint8_t side) {
  uint32_t index = market->order_count++;
  market->orders[index] = (struct order){
      .id = id_of(market, index),
      .price_e9 = price_pick(market, instrument, side),
      .qty_e8 = (int64_t)(1 + below(market, 10)) * 100 * PL_E8,
      .instrument = instrument,
      .side = side,
      .live_at = market->live_count,
  };
  market->live[market->live_count++] = index;
  return index;
}

static void order_end(struct market *market, struct order *order) {
  uint32_t last = market->live[--market->live_count];
  market->live[order->live_at] = last;
  market->orders[last].live_at = order->live_at;
  order->live_at = NONE;
}

/* Seven of ten are among the newest. */
static struct order *order_pick(struct market *market) {
  for (uint32_t tries = 0; below(market, 10) < 7 && tries < 16; tries++) {
    uint32_t back = below(market, RECENT);
    if (back >= market->order_count) continue;
    struct order *order = &market->orders[market->order_count - 1 - back];
    if (order->live_at != NONE) return order;
  }
  return &market->orders[market->live[below(market, market->live_count)]];
}

static struct pl_event event_of(const struct order *order, enum pl_event_type type) {
  return (struct pl_event){.order_id = order->id,
                           .instrument = order->instrument,
                           .type = (uint8_t)type,
                           .side = PL_SIDE_NONE,
                           .flags = PL_EVF_ORDERS | PL_EVF_EVENT_END | PL_EVF_MESSAGE_END};
}

static struct pl_event add(struct market *market) {
  uint32_t instrument = instrument_pick(market);
  const struct order *order =
      &market->orders[order_new(market, instrument, (uint8_t)below(market, 2))];
  struct pl_event event = event_of(order, PL_EV_ORDER_ADD);
  event.side = order->side;
  event.price_e9 = order->price_e9;
  event.qty_e8 = order->qty_e8;
  return event;
}

/* In a hundred that are no adds: 73 go, 14 are replaced, 13 are executed in part. */
static struct pl_event next(struct market *market) {
  if (market->live_count < market->live_goal || below(market, 100) < 40) return add(market);
  struct order *order = order_pick(market);
  uint32_t kind = below(market, 100);
  struct pl_event event = event_of(order, PL_EV_ORDER_DELETE);
  if (kind < 14) {
    uint32_t index = order_new(market, order->instrument, order->side);
    const struct order *changed = &market->orders[index];
    event.type = PL_EV_ORDER_REPLACE;
    event.aux = changed->id;
    event.price_e9 = changed->price_e9;
    event.qty_e8 = changed->qty_e8;
  } else if (kind < 27 && order->qty_e8 > 100 * PL_E8) {
    event.type = PL_EV_ORDER_REDUCE;
    event.qty_e8 = 100 * PL_E8;
    order->qty_e8 -= event.qty_e8;
    return event;
  }
  order_end(market, order);
  return event;
}

static struct pl_event *stream_make(uint32_t fill, uint32_t count, bool sparse) {
  static struct market market;
  uint32_t total = fill + count;
  struct pl_event *events = malloc(total * sizeof *events);
  market = (struct market){.seed = 1, .live_goal = fill, .sparse = sparse};
  market.orders = malloc(total * sizeof *market.orders);
  market.live = malloc(total * sizeof *market.live);
  PL_CHECK(events != NULL && market.orders != NULL && market.live != NULL);
  double sum = 0;
  for (uint32_t i = 0; i < INSTRUMENTS; i++) {
    market.zipf[i] = sum += pow(1.0 + i, -ZIPF);
    market.mid_ticks[i] = 5000 + i;
  }
  for (uint32_t i = 0; i < total; i++) events[i] = next(&market);
  free(market.orders);
  free(market.live);
  return events;
}

struct orders {
  struct pl_arena arena;
  struct pl_book_store *store;
  struct pl_book *books; /* [INSTRUMENTS] */
  uint64_t sink;
};

static void orders_open(struct orders *orders, uint32_t live) {
  const struct pl_book_config config = {.instrument_count = INSTRUMENTS,
                                        .orders_max = live + live / 4};
  size_t books_bytes = INSTRUMENTS * sizeof *orders->books;
  PL_CHECK(pl_arena_open(pl_book_store_footprint(&config) + books_bytes, &orders->arena) == PL_OK);
  orders->books = pl_arena_take(&orders->arena, books_bytes);
  orders->store = pl_book_store_create(&orders->arena, &config);
  for (uint32_t i = 0; i < INSTRUMENTS; i++) {
    const struct pl_event begin = {.instrument = i, .type = PL_EV_BOOK_CLEAR, .aux = 1};
    pl_book_init(orders->store, i, PL_LANE_ORDERS, &orders->books[i]);
    (void)pl_book_apply(orders->store, &orders->books[i], &begin);
  }
}

/* Apply and read the touch, as the step does, looking ahead or not. */
static uint64_t play(struct orders *orders, const struct pl_event *events, uint32_t count,
                     bool ahead) {
  uint64_t from_ns = pl_measure_cpu_ns(), sink = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (ahead && i + LOOK_AHEAD < count) {
      const struct pl_event *far = &events[i + LOOK_AHEAD];
      pl_book_prefetch(orders->store, &orders->books[far->instrument], far);
    }
    struct pl_book *book = &orders->books[events[i].instrument];
    (void)pl_book_apply(orders->store, book, &events[i]);
    sink += (uint64_t)pl_book_best_e9(book, PL_BID) ^ (uint64_t)pl_book_best_e9(book, PL_ASK);
  }
  orders->sink += sink;
  return pl_measure_cpu_ns() - from_ns;
}

static void measure(struct pl_report *report, const char *name, bool sparse, bool ahead,
                    const char *bound) {
  uint32_t share = report->smoke ? SMOKE_SHARE : 1, fill = LIVE / share, count = EVENTS / share;
  struct pl_event *events = stream_make(fill, count, sparse);
  struct pl_measure measure = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    struct orders orders = {.sink = 0};
    orders_open(&orders, fill);
    (void)play(&orders, events, fill, true);
    pl_measure_add(&measure, (double)play(&orders, events + fill, count, ahead) / count);
    const struct pl_book_counters *counters = pl_book_counters(orders.store);
    PL_CHECK(counters->orders_unknown + counters->orders_refused + counters->orders_amended == 0);
    PL_CHECK(counters->sides_truncated == 0 && counters->orders_live >= fill / 2);
    pl_arena_close(&orders.arena);
  }
  struct pl_figure figure = {.name = name,
                             .unit = "ns/event",
                             .clock = "cpu",
                             .per_run = count,
                             .value_share = 0.5,
                             .bound = bound};
  pl_report_figure(report, &figure, &measure);
  free(events);
}

void pl_case_orders_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  measure(report, "orders.apply", false, true,
          "1 event line from memory, 1 order line, 1 book line and 1-2 lines of levels asked for "
          "ahead, 2-3 missed branches: about 30 ns");
  measure(report, "orders.apply_unaided", false, false,
          "the same, each line waited for: about twice as much");
  measure(report, "orders.apply_sparse", true, true,
          "the same with ids scattered over 64 bits: newest orders share no lines");
}
