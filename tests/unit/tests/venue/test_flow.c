/* The market's shape: the numbers a reader of the demo is promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/flow.h"
#include "tests/venue/flow_price.h"
#include "tests/venue/wire_deribit.h"

#define SECOND_NS 1000000000u
#define CYCLE_NS  (120u * (uint64_t)SECOND_NS)
#define START_NS  1793577600000000000u

static struct pl_flow flow;

static void open_flow(uint64_t seed) {
  pl_flow_init(&flow, &(struct pl_flow_config){.seed = seed,
                                               .start_ns = START_NS,
                                               .cycle_ns = CYCLE_NS,
                                               .options = 8,
                                               .scenario = PL_FLOW_STRESS});
}

/* Amount of both sides of the book together. */
static int64_t depth_of(uint32_t index) {
  int64_t lots = 0;
  for (int side = PL_FLOW_ASK; side <= PL_FLOW_BID; side++)
    for (uint32_t i = 0; i < flow.instrument[index].book.side[side].count; i++)
      lots += flow.instrument[index].book.side[side].level[i].lots;
  return lots;
}

static int64_t spread_of(uint32_t index) {
  const struct pl_flow_book *book = &flow.instrument[index].book;
  return pl_flow_book_best(book, PL_FLOW_ASK)->tick - pl_flow_book_best(book, PL_FLOW_BID)->tick;
}

static void run_second(uint32_t second, uint32_t updates_per_step) {
  struct pl_flow_update update;
  for (uint32_t i = 0; i < SECOND_NS / PL_FLOW_STEP_NS; i++) {
    pl_flow_advance(&flow, START_NS + second * (uint64_t)SECOND_NS + i * PL_FLOW_STEP_NS);
    for (uint32_t k = 0; k < updates_per_step; k++)
      for (uint32_t index = 0; index < 4; index++) pl_flow_update(&flow, index, &update);
  }
}

static void crash_is_a_crash(void **state) {
  (void)state;
  open_flow(11);
  int64_t calm_depth[4], top_u6[3] = {0}, low_u6[3] = {INT64_MAX, INT64_MAX, INT64_MAX};
  for (uint32_t i = 0; i < 4; i++) {
    calm_depth[i] = depth_of(i);
    assert_in_range(flow.instrument[i].book.side[PL_FLOW_BID].count, 100, PL_FLOW_LEVELS_MAX);
  }
  for (uint32_t second = 0; second < 80; second++) {
    run_second(second, flow.weather.regime == PL_FLOW_REGIME_CRASH ? 12 : 3);
    for (uint32_t i = 0; i < 3; i++) {
      if (flow.asset[i].index_u6 > top_u6[i]) top_u6[i] = flow.asset[i].index_u6;
      if (flow.asset[i].index_u6 < low_u6[i]) low_u6[i] = flow.asset[i].index_u6;
    }
    if (second != 72) continue;
    assert_int_equal(flow.weather.regime, PL_FLOW_REGIME_CRASH);
    for (uint32_t i = 0; i < 4; i++) {
      assert_in_range(depth_of(i) * 1000 / calm_depth[i], 20, 120);
      assert_in_range(spread_of(i), 5, 1000);
    }
  }
  for (uint32_t i = 0; i < 3; i++)
    assert_in_range((top_u6[i] - low_u6[i]) * 100 / top_u6[i], 20, 25);
}

static void cycle_ends_where_it_began(void **state) {
  (void)state;
  struct pl_flow_weather start, end, again;
  memset(&start, 0, sizeof start); /* they are compared with their padding */
  memset(&again, 0, sizeof again);
  pl_flow_regime_at(PL_FLOW_STRESS, 0, CYCLE_NS, &start);
  pl_flow_regime_at(PL_FLOW_STRESS, CYCLE_NS - 1, CYCLE_NS, &end);
  pl_flow_regime_at(PL_FLOW_STRESS, CYCLE_NS, CYCLE_NS, &again);
  assert_in_range(end.price_ppm, start.price_ppm - 100, start.price_ppm + 100);
  assert_memory_equal(&start, &again, sizeof start);
  assert_int_equal(end.regime, PL_FLOW_REGIME_RECOVERY);
}

static void regimes_come_in_order(void **state) {
  (void)state;
  const struct {
    uint32_t second;
    enum pl_flow_regime regime;
  } rows[] = {
      {0, PL_FLOW_REGIME_CALM},      {41, PL_FLOW_REGIME_CALM},      {42, PL_FLOW_REGIME_TREND},
      {59, PL_FLOW_REGIME_TREND},    {60, PL_FLOW_REGIME_CRASH},     {77, PL_FLOW_REGIME_CRASH},
      {78, PL_FLOW_REGIME_RECOVERY}, {119, PL_FLOW_REGIME_RECOVERY},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_flow_weather weather;
    uint64_t at_ns = rows[i].second * (uint64_t)SECOND_NS;
    pl_flow_regime_at(PL_FLOW_STRESS, at_ns, CYCLE_NS, &weather);
    assert_int_equal(weather.regime, rows[i].regime);
    pl_flow_regime_at(PL_FLOW_CALM_ONLY, at_ns, CYCLE_NS, &weather);
    assert_int_equal(weather.regime, PL_FLOW_REGIME_CALM);
  }
  assert_string_equal(pl_flow_regime_name(PL_FLOW_REGIME_CRASH), "crash");
}

static void options_are_listed(void **state) {
  (void)state;
  struct pl_flow_listing listing;
  pl_flow_listing_make(PL_FLOW_FIXED, 8, &listing);
  assert_string_equal(listing.name, "BTC-25DEC26-70000-C");
  pl_flow_listing_make(PL_FLOW_FIXED + 3, 8, &listing);
  assert_string_equal(listing.name, "ETH-25DEC26-2400-P");
  for (uint32_t i = 0; i < PL_FLOW_INSTRUMENTS_MAX; i++) {
    pl_flow_listing_make(i, PL_FLOW_OPTIONS_MAX, &listing);
    for (uint32_t k = 0; k < i; k++) {
      struct pl_flow_listing other;
      pl_flow_listing_make(k, PL_FLOW_OPTIONS_MAX, &other);
      assert_string_not_equal(listing.name, other.name);
      assert_int_not_equal(listing.id, other.id);
    }
  }
}

/* Against the normal model computed in floating point beforehand: F 68000, 53 days, 45 %. */
static void option_prices_are_plausible(void **state) {
  (void)state;
  struct pl_flow_option option = {.is_call = true,
                                  .strike_u6 = 68000000000,
                                  .index_u6 = 68000000000,
                                  .left_ms = (int64_t)53 * 86400 * 1000,
                                  .iv_ppm = 450000};
  int64_t iv_ppm;
  assert_in_range(pl_flow_price_option(&option, &iv_ppm), 68300, 68500); /* 0.06841 */
  assert_int_equal(iv_ppm, 450000);
  int64_t last_u6 = INT64_MAX;
  for (int64_t strike = 40000; strike <= 120000; strike += 5000) {
    option.strike_u6 = strike * 1000000;
    option.is_call = true;
    int64_t call_u6 = pl_flow_price_option(&option, &iv_ppm);
    option.is_call = false;
    int64_t put_u6 = pl_flow_price_option(&option, &iv_ppm);
    assert_true(call_u6 <= last_u6); /* a higher strike is never worth more */
    last_u6 = call_u6;
    int64_t forward_u6 = (68000 - strike) * 1000000 / 68000;
    assert_true(llabs(call_u6 - put_u6 - forward_u6) < 405); /* parity, up to the price floor */
  }
  option.left_ms = -5;
  option.is_call = true;
  assert_int_equal(pl_flow_price_option(&option, &iv_ppm), 400);
}

static void random_numbers_have_their_shape(void **state) {
  (void)state;
  struct pl_flow_random random;
  pl_flow_random_seed(&random, 0);
  uint64_t wait_sum = 0;
  int64_t bell_sum = 0, bell_square = 0, hits = 0;
  for (int i = 0; i < 100000; i++) {
    wait_sum += pl_flow_random_wait_ns(&random, 1000000);
    int64_t bell = pl_flow_random_bell(&random, 1000);
    bell_sum += bell;
    bell_square += bell * bell;
    hits += pl_flow_random_chance(&random, 250000);
    assert_true(pl_flow_random_below(&random, 7) < 7);
  }
  assert_in_range(wait_sum / 100000, 950000, 1100000);
  assert_in_range(bell_sum / 100000 + 20, 0, 40);
  assert_in_range(bell_square / 100000, 970000, 1030000);
  assert_in_range(hits, 24500, 25500);
  assert_int_equal(pl_flow_random_below(&random, 0), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(crash_is_a_crash),
      cmocka_unit_test(cycle_ends_where_it_began),
      cmocka_unit_test(regimes_come_in_order),
      cmocka_unit_test(options_are_listed),
      cmocka_unit_test(option_prices_are_plausible),
      cmocka_unit_test(random_numbers_have_their_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
