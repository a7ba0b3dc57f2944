/* The generated day against a book kept the plain way: orders by reference, levels by price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/day_levels.h"

#define PRICES 65536
#define REFS   16000000

struct order {
  uint32_t symbol, qty;
  int64_t price;
  uint8_t side;
};

/* A reader's view of the day: nothing here comes from the generator's own tables. */
struct plain {
  struct order *orders; /* [refs], by reference */
  uint32_t refs, live, last_ref;
  uint64_t last_ns, match_id;
  uint32_t (*qty)[2][PRICES]; /* [symbols] */
  int64_t (*best)[2];         /* [symbols]; 0: none (bids), PRICES: none (asks) */
  bool *open;                 /* [symbols] */
  bool fifo;                  /* checks the age of executed orders too: slow */
};

static void plain_open(struct plain *plain, const struct pl_day_config *config) {
  *plain = (struct plain){.refs = 2 * config->messages + 2};
  plain->orders = calloc(plain->refs, sizeof *plain->orders);
  plain->qty = calloc(config->symbols, sizeof *plain->qty);
  plain->best = calloc(config->symbols, sizeof *plain->best);
  plain->open = calloc(config->symbols, sizeof *plain->open);
  assert_true(plain->orders != NULL && plain->qty != NULL);
  assert_true(plain->best != NULL && plain->open != NULL);
  plain->last_ns = config->start_ns;
  for (uint32_t i = 0; i < config->symbols; i++) plain->best[i][PL_ASK] = PRICES;
}

static void plain_close(struct plain *plain) {
  free(plain->orders);
  free(plain->qty);
  free(plain->best);
  free(plain->open);
}

static void plain_level(struct plain *plain, uint32_t symbol, uint8_t side, int64_t price,
                        int64_t qty) {
  uint32_t *levels = plain->qty[symbol][side];
  int64_t *best = &plain->best[symbol][side];
  assert_true(price > 0 && price < PRICES);
  levels[price] = (uint32_t)(levels[price] + qty);
  if (side == PL_ASK) {
    if (levels[price] != 0 && price < *best) *best = price;
    while (*best < PRICES && levels[*best] == 0) ++*best;
  } else {
    if (levels[price] != 0 && price > *best) *best = price;
    while (*best > 0 && levels[*best] == 0) --*best;
  }
}

static void plain_add(struct plain *plain, const struct pl_day_op *op, uint64_t ref, int64_t price,
                      uint32_t qty) {
  assert_true(ref > plain->last_ref && ref <= plain->last_ref + 2 && ref < plain->refs);
  assert_true(qty > 0 && op->qty_after == qty && op->qty == qty && op->side <= PL_BID);
  plain->last_ref = (uint32_t)ref;
  plain->orders[ref] = (struct order){op->symbol, qty, price, op->side};
  plain->live++;
  plain_level(plain, op->symbol, op->side, price, qty);
}

static void plain_take(struct plain *plain, const struct pl_day_op *op, uint32_t qty) {
  assert_true(op->ref != 0 && op->ref < plain->refs);
  struct order *order = &plain->orders[op->ref];
  assert_true(qty > 0 && qty <= order->qty); /* else unknown, gone, or too much */
  assert_true(order->symbol == op->symbol && order->side == op->side);
  assert_true(order->price == op->price && order->qty == op->qty_before);
  order->qty -= qty;
  plain->live -= order->qty == 0;
  plain_level(plain, op->symbol, op->side, op->price, -(int64_t)qty);
}

static void plain_touch(const struct plain *plain, const struct pl_day_op *op) {
  assert_true(op->price == plain->best[op->symbol][op->side]);
  if (!plain->fifo) return;
  for (uint32_t ref = 1; ref < op->ref; ref++) {
    const struct order *order = &plain->orders[ref];
    assert_false(order->qty != 0 && order->symbol == op->symbol && order->side == op->side &&
                 order->price == op->price);
  }
}

static void plain_match(struct plain *plain, const struct pl_day_op *op) {
  assert_true(op->match_id == ++plain->match_id);
}

static void plain_apply(struct plain *plain, const struct pl_day_op *op) {
  assert_true(op->time_ns >= plain->last_ns);
  plain->last_ns = op->time_ns;
  if (op->kind > PL_DAY_STATUS) assert_true(plain->open[op->symbol]);
  switch ((enum pl_day_kind)op->kind) {
  case PL_DAY_SYMBOL: break;
  case PL_DAY_STATUS: plain->open[op->symbol] = true; break;
  case PL_DAY_ADD:
  case PL_DAY_ADD_ATTRIBUTED:
    assert_int_equal(op->qty_before, 0);
    plain_add(plain, op, op->ref, op->price, op->qty);
    break;
  case PL_DAY_EXECUTE:
  case PL_DAY_EXECUTE_PRICE:
    plain_touch(plain, op);
    plain_match(plain, op);
    assert_true((op->kind == PL_DAY_EXECUTE_PRICE) == (op->other_price != 0));
    assert_true(op->other_price != op->price);
    plain_take(plain, op, op->qty);
    break;
  case PL_DAY_REDUCE:
  case PL_DAY_DELETE:
    assert_true((op->kind == PL_DAY_DELETE) == (op->qty_after == 0));
    plain_take(plain, op, op->qty);
    break;
  case PL_DAY_REPLACE:
    plain_take(plain, op, op->qty_before);
    plain_add(plain, op, op->new_ref, op->other_price, op->qty);
    break;
  case PL_DAY_TRADE:
    assert_true(op->ref == 0 && op->price > 0 && op->qty > 0);
    plain_match(plain, op);
    break;
  default: fail();
  }
  if (op->kind >= PL_DAY_EXECUTE && op->kind <= PL_DAY_DELETE)
    assert_int_equal(plain->orders[op->ref].qty, op->qty_after);
  assert_true(plain->best[op->symbol][PL_BID] < plain->best[op->symbol][PL_ASK]);
}

/* What the level sums say must be what the plain book holds. */
static void plain_compare(const struct plain *plain, const struct pl_day_op *op,
                          struct pl_day_levels *levels) {
  struct pl_day_level changes[PL_DAY_LEVEL_CHANGES_MAX];
  uint32_t count = pl_day_levels_apply(levels, op, changes);
  bool none = op->kind <= PL_DAY_STATUS || op->kind == PL_DAY_TRADE;
  bool two = op->kind == PL_DAY_REPLACE && op->other_price != op->price;
  assert_int_equal(count, none ? 0 : two ? 2 : 1);
  for (uint32_t i = 0; i < count; i++) {
    assert_int_equal(changes[i].side, op->side);
    assert_int_equal(changes[i].price, i == 0 ? op->price : op->other_price);
    assert_int_equal(changes[i].qty, plain->qty[op->symbol][op->side][changes[i].price]);
    bool adds = op->kind <= PL_DAY_ADD_ATTRIBUTED || i == 1;
    assert_int_equal(changes[i].is_new, adds && changes[i].qty == op->qty);
    assert_int_equal(changes[i].orders == 0, changes[i].qty == 0);
    assert_true(!changes[i].is_new || changes[i].orders == 1);
  }
}

static void run_legal(const struct pl_day_config *config, bool fifo) {
  struct plain plain;
  plain_open(&plain, config);
  plain.fifo = fifo;
  struct pl_day *day = pl_day_open(config);
  struct pl_day_levels *levels = pl_day_levels_open(config);
  assert_true(day != NULL && levels != NULL);
  struct pl_day_op op;
  uint32_t count = 0, live_max = config->live_orders + config->live_orders / 8 + 64;
  while (pl_day_next(day, &op)) {
    count++;
    plain_apply(&plain, &op);
    plain_compare(&plain, &op, levels);
    assert_int_equal(plain.live, pl_day_live(day));
    assert_true(plain.live <= live_max);
  }
  assert_int_equal(count, config->messages);
  if (config->live_orders >= 1000 && config->messages >= 25 * config->live_orders)
    assert_in_range(plain.live, config->live_orders * 97 / 100, config->live_orders * 103 / 100);
  pl_day_levels_close(levels);
  pl_day_close(day);
  plain_close(&plain);
}

static void operations_are_legal(void **state) {
  (void)state;
  const struct pl_day_config rows[] = {
      {.seed = 1, .symbols = 200, .messages = 600000, .live_orders = 20000},
      {.seed = 2, .symbols = 1, .messages = 200000, .live_orders = 5000, .start_ns = 99},
      {.seed = 3, .symbols = 50, .messages = 100000, .live_orders = 40}, /* sides run empty */
      {.seed = 4, .symbols = 3, .messages = 50000, .live_orders = 1},
      {.seed = 5, .symbols = 300, .messages = 100, .live_orders = 10}, /* not even defined */
      {.seed = 0, .symbols = 1, .messages = 1, .live_orders = 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) run_legal(&rows[i], false);
}

static void executions_take_the_oldest_order(void **state) {
  (void)state;
  const struct pl_day_config config = {
      .seed = 6, .symbols = 4, .messages = 20000, .live_orders = 800};
  run_legal(&config, true);
}

static void configurations_out_of_range_are_refused(void **state) {
  (void)state;
  const struct pl_day_config good = {.symbols = 1, .messages = 1, .live_orders = 1};
  struct pl_day_config rows[] = {good, good, good, good, good, good};
  rows[0].symbols = 0;
  rows[1].symbols = PL_DAY_SYMBOLS_MAX + 1;
  rows[2].messages = 0;
  rows[3].messages = PL_DAY_MESSAGES_MAX + 1;
  rows[4].live_orders = 0;
  rows[5].live_orders = PL_DAY_LIVE_ORDERS_MAX + 1;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) assert_null(pl_day_open(&rows[i]));
  pl_day_close(NULL);
  pl_day_levels_close(NULL);
}

static uint64_t mixed(uint64_t hash, uint64_t value) {
  return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t hash_of(uint64_t seed) {
  const struct pl_day_config config = {
      .seed = seed, .symbols = 100, .messages = 200000, .live_orders = 4000};
  struct pl_day *day = pl_day_open(&config);
  assert_non_null(day);
  struct pl_day_op op;
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  while (pl_day_next(day, &op)) {
    const uint64_t words[] = {op.time_ns,
                              op.ref,
                              op.new_ref,
                              op.match_id,
                              op.symbol,
                              op.qty,
                              (uint64_t)op.price,
                              op.qty_before,
                              op.qty_after,
                              (uint64_t)op.other_price,
                              op.kind,
                              op.side,
                              op.printable};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) hash = mixed(hash, words[i]);
  }
  pl_day_close(day);
  return hash;
}

static void seed_decides_everything(void **state) {
  (void)state;
  assert_true(hash_of(1) == hash_of(1));
  assert_true(hash_of(1) != hash_of(2));
  print_message("hash of seed 1: %016llx\n", (unsigned long long)hash_of(1));
  assert_true(hash_of(1) == UINT64_C(0xda72c7facafb7377)); /* on every compiler */
}

/* The default day, the figures of the measured one: shares in parts per 100,000. */
static void mix_is_the_measured_one(void **state) {
  (void)state;
  const struct {
    enum pl_day_kind kind;
    int64_t share, tolerance;
  } rows[] = {
      {PL_DAY_SYMBOL, 40, 1},           {PL_DAY_STATUS, 40, 1},      {PL_DAY_ADD, 46300, 500},
      {PL_DAY_ADD_ATTRIBUTED, 900, 50}, {PL_DAY_DELETE, 38600, 500}, {PL_DAY_REPLACE, 7600, 100},
      {PL_DAY_EXECUTE, 5000, 100},      {PL_DAY_TRADE, 1000, 30},    {PL_DAY_REDUCE, 400, 20},
      {PL_DAY_EXECUTE_PRICE, 100, 10},
  };
  const struct pl_day_config config = pl_day_default();
  struct pl_day *day = pl_day_open(&config);
  assert_non_null(day);
  struct pl_day_op op;
  int64_t counts[PL_DAY_KIND_COUNT] = {0};
  uint64_t ref_max = 0, recent = 0, cancels = 0, at = 0, *born = calloc(REFS, sizeof *born);
  uint32_t live_min = UINT32_MAX, *busy = calloc(config.symbols, sizeof *busy);
  assert_true(born != NULL && busy != NULL);
  for (uint64_t added = 0; pl_day_next(day, &op); at++) {
    counts[op.kind]++;
    busy[op.symbol]++;
    if (op.kind == PL_DAY_DELETE || op.kind == PL_DAY_REDUCE || op.kind == PL_DAY_REPLACE) {
      cancels++;
      recent += added - born[op.ref] < 8192;
    }
    uint64_t ref = op.kind == PL_DAY_REPLACE ? op.new_ref : op.ref;
    if (ref > ref_max) born[ref_max = ref] = added++;
    if (at > config.messages / 4 && pl_day_live(day) < live_min) live_min = pl_day_live(day);
  }
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t away = counts[rows[i].kind] * 100000 / config.messages - rows[i].share;
    assert_true(away <= rows[i].tolerance && away >= -rows[i].tolerance);
  }
  uint32_t busiest = 0;
  for (uint32_t i = 0; i < config.symbols; i++) busiest = busy[i] > busiest ? busy[i] : busiest;
  print_message("refs to %llu, recent %llu of %llu cancels, busiest symbol %u, live %u\n",
                (unsigned long long)ref_max, (unsigned long long)recent,
                (unsigned long long)cancels, busiest, pl_day_live(day));
  assert_in_range(ref_max, 7200000, 7400000);
  assert_in_range(recent * 1000 / cancels, 690, 720); /* 70 %, and some of the others by chance */
  assert_in_range(busiest, 700000, 780000);           /* 1 of the 13.5 that the ranks add up to */
  assert_in_range(live_min, 396000, 404000);
  assert_in_range(pl_day_live(day), 396000, 404000);
  free(born);
  free(busy);
  pl_day_close(day);
}

static void names_are_unique(void **state) {
  (void)state;
  char before[PL_DAY_NAME_BYTES] = "", name[PL_DAY_NAME_BYTES];
  for (uint32_t i = 0; i < PL_DAY_SYMBOLS_MAX; i++) {
    pl_day_symbol_name(i, name);
    assert_int_equal(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 4);
    assert_true(strcmp(before, name) < 0);
    memcpy(before, name, sizeof before);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(operations_are_legal),
      cmocka_unit_test(executions_take_the_oldest_order),
      cmocka_unit_test(configurations_out_of_range_are_refused),
      cmocka_unit_test(seed_decides_everything),
      cmocka_unit_test(mix_is_the_measured_one),
      cmocka_unit_test(names_are_unique),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
