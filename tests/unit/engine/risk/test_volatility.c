/* The EWMA against a twin in long double, and what its gaps, its flicker and its ends do. */
#include "engine/risk/volatility.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#define S_NS     UINT64_C(1000000000)
#define START_NS (UINT64_C(1700000000) * S_NS)

/* 2^-x, x >= 0, by halving and the series of e: no library's rounding in it. */
static long double half_power(long double x) {
  long double whole = 1, term = 1, sum = 1;
  for (; x >= 1; x -= 1) whole /= 2;
  for (uint32_t i = 1; i < 30; i++) sum += term *= -x * 0.693147180559945309417L / i;
  return whole * sum;
}

struct twin {
  long double variance, last_price; /* a second */
  uint64_t last_ns;
};

static void twin_update(struct twin *twin, long double price, uint64_t now_ns,
                        uint64_t half_life_ns, long double *ret_largest) {
  bool back = now_ns < twin->last_ns;
  uint64_t step_ns = now_ns - twin->last_ns;
  if (twin->last_ns != 0 && !back && step_ns < PL_VOLATILITY_STEP_MIN_NS) return;
  if (twin->last_ns != 0 && !back && step_ns <= PL_VOLATILITY_STEP_MAX_NS) {
    long double r = 2 * (price - twin->last_price) / (price + twin->last_price);
    long double now = r * r / ((long double)step_ns / S_NS);
    long double decay = half_power((long double)step_ns / half_life_ns);
    twin->variance = decay * twin->variance + (1 - decay) * now;
    if (now > *ret_largest) *ret_largest = now;
  }
  twin->last_ns = now_ns;
  twin->last_price = price;
}

/* Within 0.1 % of the largest squared return seen: the decay is known to 2^-20 a step, a return to
 * 1e-9, and what is added up that way is divided by no less than 1 - 2^(-1/300). */
static void variance_follows_its_twin(void **state) {
  (void)state;
  static const uint64_t half_lives_ns[] = {S_NS, 10 * S_NS, 60 * S_NS, 300 * S_NS};
  uint64_t seed = 1;
  for (uint32_t run = 0; run < 200; run++) {
    struct pl_volatility volatility;
    uint32_t saturations = 0;
    uint64_t now_ns = START_NS, half_life_ns = half_lives_ns[run % 4];
    int64_t price_e9 = (int64_t)(1000000 + random_below(&seed, UINT64_C(100000000000000)));
    pl_volatility_start(&volatility, (uint32_t)random_below(&seed, 2000000));
    struct twin twin = {.variance = (long double)volatility.variance_e18 / 1e18L};
    long double largest = twin.variance;
    for (uint32_t i = 0; i < 500; i++) {
      uint64_t most_ns = i % 50 == 49 ? 60 * S_NS : i % 7 == 6 ? S_NS / 2 : 6 * S_NS;
      now_ns += random_below(&seed, most_ns);
      if (i % 100 == 99) now_ns -= 5 * S_NS;
      price_e9 += (int64_t)random_below(&seed, (uint64_t)price_e9 / 50) - price_e9 / 100;
      pl_volatility_update(&volatility, price_e9, now_ns, half_life_ns, &saturations);
      twin_update(&twin, price_e9, now_ns, half_life_ns, &largest);
      long double off = (long double)volatility.variance_e18 / 1e18L - twin.variance;
      if (off > largest / 1000 || -off > largest / 1000) fail_msg("run %u step %u", run, i);
    }
    assert_int_equal(saturations, 0);
  }
}

static void start_stands_for_its_annual_volatility(void **state) {
  (void)state;
  uint64_t seed = 2;
  for (uint32_t i = 0; i < 20000; i++) {
    uint32_t annual_ppm = (uint32_t)(1000 + random_below(&seed, 4000000)), saturations = 0;
    struct pl_volatility volatility;
    pl_volatility_start(&volatility, annual_ppm);
    uint32_t got = pl_volatility_over_ppm(&volatility, PL_VOLATILITY_YEAR_S, &saturations);
    assert_in_range(got, annual_ppm - 1, annual_ppm + 1);
  }
}

/* Never below the root, and above it by rounding only; and it grows with the horizon. */
static void deviation_rounds_up(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (uint32_t i = 0; i < 100000; i++) {
    struct pl_volatility volatility = {.variance_e18 = random_next(&seed) >> (1 + i % 63)};
    uint32_t horizon_s = (uint32_t)random_below(&seed, 100000), saturations = 0;
    uint32_t got = pl_volatility_over_ppm(&volatility, horizon_s, &saturations);
    long double square = (long double)volatility.variance_e18 * horizon_s;
    long double upper = got * 1000.0L;
    if (saturations != 0) continue;
    assert_true(upper * upper >= square);
    if (got < 2) continue;
    long double lower = (got - 1) * 1000.0L * (1 - 1e-9L) - 8;
    assert_true(lower < 0 || lower * lower <= square);
    assert_true(pl_volatility_over_ppm(&volatility, horizon_s + 1, &saturations) >= got);
  }
}

static void deviation_beyond_its_range_is_cut_and_counted(void **state) {
  (void)state;
  struct pl_volatility volatility = {.variance_e18 = UINT64_MAX};
  uint32_t saturations = 0;
  assert_true(pl_volatility_over_ppm(&volatility, UINT32_MAX, &saturations) == UINT32_MAX);
  assert_int_equal(saturations, 1);
  assert_int_equal(pl_volatility_over_ppm(&volatility, 0, &saturations), 1);
  assert_int_equal(saturations, 1);
}

static struct pl_volatility running(void) {
  struct pl_volatility volatility;
  uint32_t saturations = 0;
  pl_volatility_start(&volatility, 600000);
  pl_volatility_update(&volatility, 100 * PL_E9, START_NS, 60 * S_NS, &saturations);
  return volatility;
}

/* Exactly at the limits of a step, and one nanosecond off. */
static void steps_too_short_wait_and_too_long_start_again(void **state) {
  (void)state;
  static const struct {
    uint64_t step_ns;
    bool counts, restarts;
  } rows[] = {{0, false, false},
              {PL_VOLATILITY_STEP_MIN_NS - 1, false, false},
              {PL_VOLATILITY_STEP_MIN_NS, true, true},
              {PL_VOLATILITY_STEP_MAX_NS, true, true},
              {PL_VOLATILITY_STEP_MAX_NS + 1, false, true},
              {UINT64_MAX, false, true} /* one nanosecond back */};
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_volatility volatility = running(), before = volatility;
    uint32_t saturations = 0;
    uint64_t now_ns = START_NS + rows[i].step_ns;
    pl_volatility_update(&volatility, 110 * PL_E9, now_ns, 60 * S_NS, &saturations);
    assert_int_equal(volatility.variance_e18 != before.variance_e18, rows[i].counts);
    assert_int_equal(volatility.last_ns == now_ns, rows[i].restarts || rows[i].step_ns == 0);
    assert_int_equal(volatility.last_price_e9 == 110 * PL_E9, rows[i].restarts);
  }
}

static void price_that_is_none_is_passed_over(void **state) {
  (void)state;
  static const int64_t none[] = {0, -1, INT64_MIN};
  for (uint32_t i = 0; i < 3; i++) {
    struct pl_volatility volatility = running(), before = volatility;
    uint32_t saturations = 0;
    pl_volatility_update(&volatility, none[i], START_NS + 5 * S_NS, 60 * S_NS, &saturations);
    assert_memory_equal(&volatility, &before, sizeof before);
  }
}

/* A crash from the largest price to the smallest and back: bounded by the return of two. */
static void largest_returns_do_not_wrap(void **state) {
  (void)state;
  struct pl_volatility volatility;
  uint32_t saturations = 0;
  pl_volatility_start(&volatility, UINT32_MAX);
  for (uint32_t i = 0; i < 1000; i++) {
    int64_t price_e9 = i & 1 ? 1 : INT64_C(100000000000000000);
    pl_volatility_update(&volatility, price_e9, START_NS + i * S_NS, S_NS / 1000, &saturations);
    if (i > 1) assert_in_range(volatility.variance_e18, 3999999900000000000, 4000000000000000000);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(variance_follows_its_twin),
      cmocka_unit_test(start_stands_for_its_annual_volatility),
      cmocka_unit_test(deviation_rounds_up),
      cmocka_unit_test(deviation_beyond_its_range_is_cut_and_counted),
      cmocka_unit_test(steps_too_short_wait_and_too_long_start_again),
      cmocka_unit_test(price_that_is_none_is_passed_over),
      cmocka_unit_test(largest_returns_do_not_wrap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
