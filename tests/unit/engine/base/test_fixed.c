/* Division, ratio, root and decay: exhaustive where the range is small, edges where it is not. */
#include "engine/base/fixed.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The one integer q with q * d <= v < (q + 1) * d, found without dividing. */
static int64_t floor_oracle(int64_t value, int64_t divisor) {
  int64_t quotient = 0;
  while (quotient * divisor > value) quotient--;
  while ((quotient + 1) * divisor <= value) quotient++;
  return quotient;
}

static void division_rounds_down_and_up_for_every_small_pair(void **state) {
  (void)state;
  for (int64_t value = -300; value <= 300; value++)
    for (int64_t divisor = 1; divisor <= 40; divisor++) {
      int64_t down = floor_oracle(value, divisor);
      if (pl_fixed_div_floor(value, divisor) != down) fail_msg("floor");
      if (pl_fixed_div_ceil(value, divisor) != down + (down * divisor != value)) fail_msg("ceil");
    }
}

/* q * d + r with 0 <= r < d must give q and, when r > 0, q + 1; on both sides of 64 bits. */
static void division_is_exact_beyond_64_bits(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (uint32_t i = 0; i < 100000; i++) {
    int64_t divisor = (int64_t)(random_next(&seed) >> (1 + random_below(&seed, 62))) | 1;
    pl_i128 quotient = (pl_i128)(int64_t)random_next(&seed) >> random_below(&seed, 64);
    int64_t rest = (int64_t)random_below(&seed, (uint64_t)divisor);
    pl_i128 value = quotient * divisor + rest;
    if (pl_fixed_div_floor(value, divisor) != quotient) fail_msg("floor, round %u", i);
    if (pl_fixed_div_ceil(value, divisor) != quotient + (rest != 0)) fail_msg("ceil, round %u", i);
  }
  assert_true(pl_fixed_div_floor(INT64_MIN, 1) == INT64_MIN);
  assert_true(pl_fixed_div_ceil(INT64_MIN, 1) == INT64_MIN);
  assert_true(pl_fixed_div_floor((pl_i128)INT64_MIN - 1, INT64_MAX) == -2);
  assert_true(pl_fixed_div_ceil((pl_i128)INT64_MAX + 1, INT64_MAX) == 2);
}

static void saturation_cuts_and_counts(void **state) {
  (void)state;
  uint32_t count = 0;
  assert_true(pl_fixed_saturate(INT64_MAX, &count) == INT64_MAX);
  assert_true(pl_fixed_saturate(INT64_MIN, &count) == INT64_MIN);
  assert_int_equal(pl_fixed_saturate_u32(0, &count), 0);
  assert_int_equal(pl_fixed_saturate_u32(UINT32_MAX, &count), UINT32_MAX);
  assert_int_equal(count, 0);
  assert_true(pl_fixed_saturate((pl_i128)INT64_MAX + 1, &count) == INT64_MAX);
  assert_true(pl_fixed_saturate((pl_i128)INT64_MIN - 1, &count) == INT64_MIN);
  assert_int_equal(pl_fixed_saturate_u32((pl_i128)UINT32_MAX + 1, &count), UINT32_MAX);
  assert_int_equal(pl_fixed_saturate_u32(-1, &count), 0);
  assert_int_equal(count, 4);
}

static void ratio_rounds_up_for_every_small_pair(void **state) {
  (void)state;
  uint32_t count = 0;
  for (uint64_t part = 0; part <= 400; part++)
    for (uint64_t whole = 1; whole <= 400; whole++)
      if (pl_fixed_ratio_ppm(part, whole, &count) != (part * 1000000 + whole - 1) / whole)
        fail_msg("%llu / %llu", (unsigned long long)part, (unsigned long long)whole);
  assert_int_equal(count, 0);
}

/* k X / (j X) is k / j however large X is; an X that is no power of two may cost one ppm, upwards.
 */
static void ratio_of_huge_numbers_is_never_too_small(void **state) {
  (void)state;
  uint32_t count = 0;
  for (uint64_t part = 1; part <= 60; part++)
    for (uint64_t whole = 1; whole <= 60; whole++)
      for (uint32_t shift = 40; shift <= 122; shift++) {
        uint64_t exact = (part * 1000000 + whole - 1) / whole;
        pl_u128 unit = (pl_u128)1 << shift;
        if (pl_fixed_ratio_ppm(part * unit, whole * unit, &count) != exact)
          fail_msg("unit 2^%u", shift);
        uint64_t odd = pl_fixed_ratio_ppm(part * (unit + 1), whole * (unit + 1), &count);
        if (odd < exact || odd > exact + 1) fail_msg("unit 2^%u + 1", shift);
      }
  assert_int_equal(count, 0);
}

static void ratio_saturates_at_the_end_of_its_range(void **state) {
  (void)state;
  uint32_t count = 0;
  assert_int_equal(pl_fixed_ratio_ppm(4294967295u, 1000000, &count), UINT32_MAX);
  assert_int_equal(count, 0);
  assert_int_equal(pl_fixed_ratio_ppm(4294967296u, 1000000, &count), UINT32_MAX);
  assert_int_equal(count, 1);
  assert_int_equal(pl_fixed_ratio_ppm(~(pl_u128)0, 1, &count), UINT32_MAX);
  assert_int_equal(pl_fixed_ratio_ppm(~(pl_u128)0, 1 << 20, &count), UINT32_MAX);
  assert_int_equal(count, 3);
  assert_int_equal(pl_fixed_ratio_ppm(~(pl_u128)0, ~(pl_u128)0, &count), 1000001);
  assert_int_equal(pl_fixed_ratio_ppm(0, ~(pl_u128)0, &count), 0);
  assert_int_equal(pl_fixed_ratio_ppm(1, ~(pl_u128)0, &count), 1);
  assert_int_equal(count, 3);
}

static void root_is_exact_for_every_small_number(void **state) {
  (void)state;
  uint64_t root = 0;
  for (uint64_t value = 0; value <= 1u << 20; value++) {
    if ((root + 1) * (root + 1) <= value) root++;
    if (pl_fixed_sqrt(value) != root) fail_msg("root of %llu", (unsigned long long)value);
  }
}

static void root_is_exact_round_every_kind_of_square(void **state) {
  (void)state;
  uint64_t seed = 4;
  for (uint64_t i = 0; i < 300000; i++) {
    uint64_t root = i < 1000 ? UINT32_MAX - i : 1 + (random_next(&seed) >> (32 + i % 24));
    if (root > UINT32_MAX) root = UINT32_MAX;
    uint64_t square = root * root;
    if (pl_fixed_sqrt(square) != root || pl_fixed_sqrt(square - 1) != root - 1 ||
        pl_fixed_sqrt(square + 2 * root) != root)
      fail_msg("square of %llu", (unsigned long long)root);
  }
  assert_int_equal(pl_fixed_sqrt(UINT64_MAX), UINT32_MAX);
}

/* 2^-f for 0 <= f < 1 given as a fraction of 2^32: the product of 2^-2^-i over f's bits, in 64-bit
 * mantissas; their roots by Newton. */
static long double power_oracle(uint32_t fraction_q32) {
  static long double roots[32];
  if (roots[0] == 0) {
    long double square = 0.5L;
    for (int i = 0; i < 32; i++) {
      long double root = 1;
      for (int step = 0; step < 10; step++) root = (root + square / root) / 2;
      square = roots[i] = root;
    }
  }
  long double power = 1;
  for (int i = 0; i < 32; i++)
    if (fraction_q32 >> (31 - i) & 1) power *= roots[i];
  return power;
}

/* 257 points with straight lines between them are within (ln 2)^2 / 8 / 2^16 of the curve. */
#define DECAY_ERROR_Q32 4096.0L /* 2^-20 */

static void decay_stays_near_the_exact_power(void **state) {
  (void)state;
  uint64_t half_life_ns = UINT64_C(1) << 32, seed = 5;
  for (uint32_t halvings = 0; halvings < 34; halvings++)
    for (uint32_t i = 0; i < 20000; i++) {
      uint32_t fraction = i < 4096 ? i << 20 : (uint32_t)random_next(&seed);
      uint32_t decay = pl_fixed_decay_q32(halvings * half_life_ns + fraction, half_life_ns);
      long double exact = power_oracle(fraction) * 4294967296.0L;
      for (uint32_t h = 0; h < halvings; h++) exact /= 2;
      long double error = decay > exact ? decay - exact : exact - decay;
      if (error > DECAY_ERROR_Q32 || error > exact / 1000000 + 1)
        fail_msg("%u halvings and %08x: off by %Lg", halvings, fraction, error);
    }
}

/* Whatever the half-life, also where the fraction needs more than 64 bits on the way. */
static void decay_knows_any_half_life(void **state) {
  (void)state;
  static const uint64_t lives_ns[] = {1,
                                      2,
                                      3,
                                      1000,
                                      999999999,
                                      UINT64_C(300000000000),
                                      UINT64_C(1) << 33,
                                      (UINT64_C(1) << 48) + 1,
                                      UINT64_MAX / 2,
                                      UINT64_MAX};
  for (size_t i = 0; i < sizeof lives_ns / sizeof lives_ns[0]; i++)
    for (uint32_t part = 0; part < 64; part++) {
      uint64_t elapsed_ns = (uint64_t)((pl_u128)lives_ns[i] * part / 64);
      pl_u128 fraction = ((pl_u128)elapsed_ns << 32) / lives_ns[i];
      long double exact = power_oracle((uint32_t)fraction) * 4294967296.0L;
      long double error = exact - pl_fixed_decay_q32(elapsed_ns, lives_ns[i]);
      if (error > DECAY_ERROR_Q32 || error < -DECAY_ERROR_Q32)
        fail_msg("half-life %llu, part %u", (unsigned long long)lives_ns[i], part);
    }
}

static void decay_never_rises(void **state) {
  (void)state;
  uint32_t before = UINT32_MAX;
  for (uint64_t elapsed_ns = 0; elapsed_ns < 40 * 100003; elapsed_ns++) {
    uint32_t decay = pl_fixed_decay_q32(elapsed_ns, 100003);
    if (decay > before) fail_msg("at %llu", (unsigned long long)elapsed_ns);
    before = decay;
  }
  assert_int_equal(before, 0);
  assert_int_equal(pl_fixed_decay_q32(UINT64_MAX, 1), 0);
  assert_int_equal(pl_fixed_decay_q32(0, UINT64_MAX), UINT32_MAX);
}

/* The table's last entry stands behind the half of its last step. */
static void decay_table_is_what_its_script_prints(void **state) {
  (void)state;
  FILE *script = popen("/usr/bin/python3 tests/golden/decay_table.py 2>/dev/null", "r");
  assert_non_null(script);
  uint32_t table[258], count = 0;
  while (count < 258 && fscanf(script, " %x,", &table[count]) == 1) count++;
  if (pclose(script) != 0 && count == 0) skip();
  assert_int_equal(count, 257);
  for (uint32_t i = 0; i < 256; i++) assert_int_equal(pl_fixed_decay_q32(i, 256), table[i]);
  assert_int_equal(pl_fixed_decay_q32(511, 512), table[255] - (table[255] - table[256]) / 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(division_rounds_down_and_up_for_every_small_pair),
      cmocka_unit_test(division_is_exact_beyond_64_bits),
      cmocka_unit_test(saturation_cuts_and_counts),
      cmocka_unit_test(ratio_rounds_up_for_every_small_pair),
      cmocka_unit_test(ratio_of_huge_numbers_is_never_too_small),
      cmocka_unit_test(ratio_saturates_at_the_end_of_its_range),
      cmocka_unit_test(root_is_exact_for_every_small_number),
      cmocka_unit_test(root_is_exact_round_every_kind_of_square),
      cmocka_unit_test(decay_stays_near_the_exact_power),
      cmocka_unit_test(decay_knows_any_half_life),
      cmocka_unit_test(decay_never_rises),
      cmocka_unit_test(decay_table_is_what_its_script_prints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
