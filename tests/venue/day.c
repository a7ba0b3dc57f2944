#include "tests/venue/day.h"

#include "tests/venue/day_orders.h"

#include <stdlib.h>

#define DAY_NS       UINT64_C(23400000000000)
#define GAP_NS_MAX   (UINT64_C(1) << 39)
#define PPM          1000000u
#define START_NS     UINT64_C(1793629800000000000)
#define FIRST_MATCH  1u
#define LIVE_SLACK   64u
#define NEAR_TICKS   10u /* mean distance from the mid */
#define FAR_PPM      30000u
#define FAR_TICKS    2000u
#define RECENT_PPM   700000u
#define WHOLE_PPM    880000u /* executions that take the whole order */
#define NAMED_PPM    19000u  /* adds that are attributed */
#define REF_SKIP_Q16 21627u  /* references that are never seen */
#define ROUND_LOT    100u

/* Of a million operations; the rest is adds and deletes, balanced by the live orders. */
#define REPLACE_PPM       76000u
#define EXECUTE_PPM       50000u
#define TRADE_PPM         10000u
#define REDUCE_PPM        4000u
#define EXECUTE_PRICE_PPM 1000u
#define ADD_EVEN_PPM      519000 /* adds among adds and deletes that keep the live orders level */
#define ADD_GAIN          16     /* how hard a distance from the target is countered */

struct pl_day {
  struct pl_day_config config;
  struct pl_flow_random random;
  uint32_t done; /* operations */
  uint32_t ref;  /* the last one given */
  uint32_t victim;
  uint64_t match_id, now_ns, gap_ns;
  struct pl_day_symbols symbols;
  struct pl_day_orders orders;
};

struct pl_day_config pl_day_default(void) {
  return (struct pl_day_config){.seed = 1,
                                .start_ns = START_NS,
                                .symbols = 4000,
                                .messages = 10000001,
                                .live_orders = 400000};
}

static bool is_valid(const struct pl_day_config *config) {
  return config->symbols >= 1 && config->symbols <= PL_DAY_SYMBOLS_MAX && config->messages >= 1 &&
         config->messages <= PL_DAY_MESSAGES_MAX && config->live_orders >= 1 &&
         config->live_orders <= PL_DAY_LIVE_ORDERS_MAX;
}

struct pl_day *pl_day_open(const struct pl_day_config *config) {
  if (!is_valid(config)) return NULL;
  struct pl_day *day = calloc(1, sizeof *day);
  if (day == NULL) return NULL;
  day->config = *config;
  day->now_ns = config->start_ns;
  day->match_id = FIRST_MATCH;
  day->victim = PL_DAY_NONE;
  day->gap_ns = DAY_NS / config->messages;
  if (day->gap_ns > GAP_NS_MAX) day->gap_ns = GAP_NS_MAX;
  pl_flow_random_seed(&day->random, config->seed);
  uint32_t live_max = config->live_orders + config->live_orders / 8 + LIVE_SLACK;
  if (!pl_day_symbols_open(&day->symbols, config->symbols, &day->random) ||
      !pl_day_orders_open(&day->orders, &day->symbols, live_max)) {
    pl_day_close(day);
    return NULL;
  }
  return day;
}

void pl_day_close(struct pl_day *day) {
  if (day == NULL) return;
  pl_day_symbols_close(&day->symbols);
  pl_day_orders_close(&day->orders);
  free(day);
}

uint32_t pl_day_live(const struct pl_day *day) {
  return day->orders.live;
}

uint64_t pl_day_now_ns(const struct pl_day *day) {
  return day->now_ns;
}

static int compare(const void *first, const void *second) {
  const struct pl_day_resting *a = first, *b = second;
  if (a->price != b->price) return (a->price < b->price) == (a->side == PL_ASK) ? -1 : 1;
  return a->ref < b->ref ? -1 : 1;
}

uint32_t pl_day_book(const struct pl_day *day, uint32_t symbol, struct pl_day_resting *ret_orders) {
  static const uint8_t sides[] = {PL_BID, PL_ASK};
  uint32_t count = 0;
  for (uint32_t i = 0; i < 2; i++) {
    const struct pl_day_side *side = &day->orders.sides[symbol * 2 + sides[i]];
    for (uint32_t at = 0; at < side->count; at++) {
      uint32_t slot = day->orders.entries[side->first + at].slot;
      const struct pl_day_order *order = &day->orders.orders[slot];
      ret_orders[count + at] =
          (struct pl_day_resting){order->ref, order->price, order->qty, sides[i]};
    }
    qsort(ret_orders + count, side->count, sizeof *ret_orders, compare);
    count += side->count;
  }
  return count;
}

/* --- draws ------------------------------------------------------------------------------------ */

static uint32_t next_ref(struct pl_day *day, uint32_t bits16) {
  day->ref += bits16 < REF_SKIP_Q16 ? 2 : 1;
  return day->ref;
}

/* Round lots mostly, odd lots now and then. bits: uniform. */
static uint32_t qty_of(uint32_t bits) {
  if (bits % 8 == 0) return 1 + (bits >> 3) % (ROUND_LOT - 1);
  uint32_t zeros = (uint32_t)__builtin_ctz(bits >> 3 | 1u << 26);
  return ROUND_LOT * (1 + zeros + (bits >> 30)); /* 1..30 lots, 3.5 on average */
}

/* A price on a side: about the mid, and where it would meet the other side, just short of it. */
static int32_t draw_price(struct pl_day *day, uint32_t book) {
  int32_t distance, met;
  if (pl_flow_random_chance(&day->random, FAR_PPM))
    distance = (int32_t)pl_flow_random_below(&day->random, FAR_TICKS + 1);
  else
    distance = (int32_t)(pl_flow_random_wait_ns(&day->random, NEAR_TICKS * 16) / 16);
  int32_t mid = day->symbols.symbols[book / 2].mid_ticks;
  bool meets = pl_day_orders_best_price(&day->orders, book ^ 1, &met);
  if (book % 2 == PL_ASK) {
    int32_t price = mid + 1 + distance;
    return meets && price <= met ? met + 1 : price;
  }
  int32_t price = mid - distance;
  return meets && price >= met ? met - 1 : price;
}

/* Drawn one victim ahead, so that its memory is there when its turn comes. */
static uint32_t draw_victim(struct pl_day *day) {
  uint32_t slot = day->victim;
  if (slot == PL_DAY_NONE || day->orders.orders[slot].qty == 0)
    slot = pl_day_orders_draw(&day->orders, &day->random,
                              pl_flow_random_chance(&day->random, RECENT_PPM));
  day->victim = pl_day_orders_draw(&day->orders, &day->random,
                                   pl_flow_random_chance(&day->random, RECENT_PPM));
  if (day->victim != PL_DAY_NONE) __builtin_prefetch(&day->orders.orders[day->victim], 1);
  return slot;
}

/* The order that an aggressor meets: on the side that the mid has reached, else on either. */
static uint32_t draw_touch(struct pl_day *day) {
  uint32_t symbol = pl_day_symbols_draw(&day->symbols, &day->random);
  uint32_t ask_book = symbol * 2 + PL_ASK, bid_book = symbol * 2 + PL_BID;
  int32_t mid = day->symbols.symbols[symbol].mid_ticks, ask, bid;
  bool asks = pl_day_orders_best_price(&day->orders, ask_book, &ask);
  bool bids = pl_day_orders_best_price(&day->orders, bid_book, &bid);
  bool takes_ask = pl_flow_random_below(&day->random, 2) != 0;
  if (bids && bid > mid) takes_ask = false;
  if (asks && ask <= mid) takes_ask = true;
  return pl_day_orders_best(&day->orders, asks && (takes_ask || !bids) ? ask_book : bid_book);
}

/* --- operations ------------------------------------------------------------------------------- */

/* What an operation says of the order it is about. */
static void name_order(const struct pl_day *day, uint32_t slot, struct pl_day_op *op) {
  const struct pl_day_order *order = &day->orders.orders[slot];
  op->ref = order->ref;
  op->price = order->price;
  op->symbol = order->book / 2;
  op->side = (uint8_t)(order->book % 2);
  op->qty_before = order->qty;
}

/* Takes a quantity off an order; the last of it takes the order off. */
static void take(struct pl_day *day, uint32_t slot, uint32_t qty, struct pl_day_op *op) {
  name_order(day, slot, op);
  op->qty = qty;
  op->qty_after = op->qty_before - qty;
  if (op->qty_after == 0)
    pl_day_orders_remove(&day->orders, slot);
  else
    day->orders.orders[slot].qty = op->qty_after;
}

static void delete (struct pl_day *day, struct pl_day_op *op) {
  uint32_t slot = draw_victim(day);
  op->kind = PL_DAY_DELETE;
  take(day, slot, day->orders.orders[slot].qty, op);
}

/* An order on a side with room; with none on either something is deleted instead. */
static void add(struct pl_day *day, struct pl_day_op *op) {
  uint32_t symbol = pl_day_symbols_draw(&day->symbols, &day->random);
  uint64_t bits = pl_flow_random_next(&day->random);
  pl_day_symbol_move(&day->symbols.symbols[symbol], bits >> 60);
  uint32_t book = symbol * 2 + (uint32_t)(bits >> 59) % 2;
  if (!pl_day_orders_room(&day->orders, book)) book ^= 1;
  if (!pl_day_orders_room(&day->orders, book)) {
    delete (day, op);
    return;
  }
  uint32_t ref = next_ref(day, bits & 0xffff), qty = qty_of((uint32_t)(bits >> 24));
  bool named = pl_flow_random_chance(&day->random, NAMED_PPM);
  int32_t price = draw_price(day, book);
  pl_day_orders_add(&day->orders, book, ref, price, qty);
  op->kind = named ? PL_DAY_ADD_ATTRIBUTED : PL_DAY_ADD;
  op->ref = ref;
  op->price = price;
  op->symbol = symbol;
  op->side = (uint8_t)(book % 2);
  op->qty = op->qty_after = qty;
}

static void add_or_delete(struct pl_day *day, struct pl_day_op *op) {
  int64_t target = day->config.live_orders;
  int64_t add_ppm = ADD_EVEN_PPM + ADD_GAIN * PPM * (target - day->orders.live) / target;
  if (day->orders.live == 0 || (int64_t)pl_flow_random_below(&day->random, PPM) < add_ppm)
    add(day, op);
  else
    delete (day, op);
}

static void execute(struct pl_day *day, enum pl_day_kind kind, struct pl_day_op *op) {
  uint32_t slot = draw_touch(day);
  if (slot == PL_DAY_NONE) {
    add_or_delete(day, op);
    return;
  }
  uint32_t qty = day->orders.orders[slot].qty;
  if (qty > 1 && !pl_flow_random_chance(&day->random, WHOLE_PPM))
    qty = 1 + pl_flow_random_below(&day->random, qty - 1);
  op->kind = (uint8_t)kind;
  op->match_id = day->match_id++;
  take(day, slot, qty, op);
  if (kind == PL_DAY_EXECUTE) return;
  uint32_t bits = (uint32_t)(pl_flow_random_next(&day->random) >> 32);
  op->printable = bits % 2 != 0;
  op->other_price = op->price + (bits / 2 % 2 != 0 ? 1 : -1);
}

static void reduce(struct pl_day *day, struct pl_day_op *op) {
  uint32_t slot = draw_victim(day);
  if (slot == PL_DAY_NONE || day->orders.orders[slot].qty == 1) {
    add_or_delete(day, op);
    return;
  }
  op->kind = PL_DAY_REDUCE;
  take(day, slot, 1 + pl_flow_random_below(&day->random, day->orders.orders[slot].qty - 1), op);
}

static void replace(struct pl_day *day, struct pl_day_op *op) {
  uint32_t slot = draw_victim(day);
  if (slot == PL_DAY_NONE) {
    add_or_delete(day, op);
    return;
  }
  op->kind = PL_DAY_REPLACE;
  name_order(day, slot, op);
  uint64_t bits = pl_flow_random_next(&day->random);
  uint32_t book = day->orders.orders[slot].book, ref = next_ref(day, bits & 0xffff);
  op->qty = op->qty_after = bits >> 63 != 0 ? op->qty_before : qty_of((uint32_t)(bits >> 24));
  pl_day_orders_remove(&day->orders, slot);
  int32_t price = draw_price(day, book);
  pl_day_orders_add(&day->orders, book, ref, price, op->qty);
  op->new_ref = ref;
  op->other_price = price;
}

static void trade(struct pl_day *day, struct pl_day_op *op) {
  op->kind = PL_DAY_TRADE;
  op->symbol = pl_day_symbols_draw(&day->symbols, &day->random);
  op->side = (uint8_t)pl_flow_random_below(&day->random, 2);
  op->price = day->symbols.symbols[op->symbol].mid_ticks;
  op->qty = qty_of((uint32_t)(pl_flow_random_next(&day->random) >> 32));
  op->match_id = day->match_id++;
}

static void flow(struct pl_day *day, struct pl_day_op *op) {
  uint32_t left = pl_flow_random_below(&day->random, PPM);
  if (left < REPLACE_PPM)
    replace(day, op);
  else if ((left -= REPLACE_PPM) < EXECUTE_PPM)
    execute(day, PL_DAY_EXECUTE, op);
  else if ((left -= EXECUTE_PPM) < TRADE_PPM)
    trade(day, op);
  else if ((left -= TRADE_PPM) < REDUCE_PPM)
    reduce(day, op);
  else if (left - REDUCE_PPM < EXECUTE_PRICE_PPM)
    execute(day, PL_DAY_EXECUTE_PRICE, op);
  else
    add_or_delete(day, op);
}

bool pl_day_next(struct pl_day *day, struct pl_day_op *ret_op) {
  if (day->done == day->config.messages) return false;
  uint32_t at = day->done++;
  struct pl_day_op op = {.time_ns = day->now_ns, .side = PL_SIDE_NONE};
  day->now_ns += pl_flow_random_wait_ns(&day->random, day->gap_ns);
  if (at < 2 * day->config.symbols) {
    op.kind = at < day->config.symbols ? PL_DAY_SYMBOL : PL_DAY_STATUS;
    op.symbol = at % day->config.symbols;
  } else {
    flow(day, &op);
  }
  *ret_op = op;
  return true;
}
