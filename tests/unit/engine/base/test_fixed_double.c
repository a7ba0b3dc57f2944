/* Doubles to fixed point, against an oracle that only multiplies and compares. */
#include "engine/base/fixed.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define E9   1000000000u
#define KEPT INT64_C(-777) /* what an output holds that must stay untouched */

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

struct row {
  uint64_t bits;
  uint32_t scale;
  int64_t limit;
  enum pl_status status;
  int64_t fixed;
};

#define NEGATIVE(bits) ((bits) | UINT64_C(1) << 63)
#define ONE            UINT64_C(0x3ff0000000000000)
#define HALF           UINT64_C(0x3fe0000000000000)
#define TIE_E9         UINT64_C(0x3f50000000000000) /* 2^-10: 976562.5 at 1e9 */
#define TWO_62         UINT64_C(0x43d0000000000000)
#define TWO_63         UINT64_C(0x43e0000000000000)
#define BELOW_TWO_63   UINT64_C(0x43dfffffffffffff) /* 2^63 - 1024 */

static const struct row edges[] = {
    /* zero, subnormals, the smallest normal */
    {0, E9, INT64_MAX, PL_OK, 0},
    {NEGATIVE(0), E9, INT64_MAX, PL_OK, 0},
    {1, E9, INT64_MAX, PL_OK, 0},
    {NEGATIVE(UINT64_C(0xfffffffffffff)), E9, INT64_MAX, PL_OK, 0},
    {UINT64_C(0x10000000000000), E9, INT64_MAX, PL_OK, 0},
    /* ties go away from zero; one bit less does not */
    {HALF, 1, INT64_MAX, PL_OK, 1},
    {NEGATIVE(HALF), 1, INT64_MAX, PL_OK, -1},
    {HALF - 1, 1, INT64_MAX, PL_OK, 0},
    {NEGATIVE(HALF - 1), 1, INT64_MAX, PL_OK, 0},
    {UINT64_C(0x3ff8000000000000), 1, INT64_MAX, PL_OK, 2}, /* 1.5 */
    {UINT64_C(0x4004000000000000), 1, INT64_MAX, PL_OK, 3}, /* 2.5 */
    {UINT64_C(0x4003ffffffffffff), 1, INT64_MAX, PL_OK, 2}, /* just below */
    {TIE_E9, E9, INT64_MAX, PL_OK, 976563},
    {NEGATIVE(TIE_E9), E9, INT64_MAX, PL_OK, -976563},
    {TIE_E9 - 1, E9, INT64_MAX, PL_OK, 976562},
    /* decimals that no double holds */
    {UINT64_C(0x3f40624dd2f1a9fc), E9, INT64_MAX, PL_OK, 500000},    /* 0.0005 */
    {UINT64_C(0x3fb999999999999a), E9, INT64_MAX, PL_OK, 100000000}, /* 0.1 */
    {UINT64_C(0x3fb999999999999a), 10, INT64_MAX, PL_OK, 1},
    {UINT64_C(0x40f86a0000000000), E9, INT64_MAX, PL_OK, 100000000000000}, /* 100,000 */
    /* the limit is accepted, the next number is not */
    {ONE, E9, E9, PL_OK, E9},
    {NEGATIVE(ONE), E9, E9, PL_OK, -(int64_t)E9},
    {ONE, E9, E9 - 1, PL_E_RANGE, KEPT},
    {NEGATIVE(ONE), E9, E9 - 1, PL_E_RANGE, KEPT},
    {UINT64_C(0x4197d78400000000), E9, PL_PRICE_E9_MAX, PL_OK, PL_PRICE_E9_MAX}, /* 1e8 */
    {UINT64_C(0x4197d78400000001), E9, PL_PRICE_E9_MAX, PL_E_RANGE, KEPT},
    {UINT64_C(0x4202a05f20000000), 100000000, PL_QTY_E8_MAX, PL_OK, PL_QTY_E8_MAX}, /* 1e10 */
    /* the ends of int64 */
    {TWO_62, 1, INT64_MAX, PL_OK, INT64_C(1) << 62},
    {BELOW_TWO_63, 1, INT64_MAX, PL_OK, INT64_MAX - 1023},
    {NEGATIVE(BELOW_TWO_63), 1, INT64_MAX, PL_OK, -(INT64_MAX - 1023)},
    {TWO_63, 1, INT64_MAX, PL_E_RANGE, KEPT},
    {NEGATIVE(TWO_63), 1, INT64_MAX, PL_E_RANGE, KEPT},
    {UINT64_C(0x45e0000000000000), E9, INT64_MAX, PL_E_RANGE, KEPT}, /* 2^95 */
    {UINT64_C(0x7fefffffffffffff), 1, INT64_MAX, PL_E_RANGE, KEPT},  /* largest double */
    /* what is no number */
    {UINT64_C(0x7ff0000000000000), E9, INT64_MAX, PL_E_NAN, KEPT},
    {NEGATIVE(UINT64_C(0x7ff0000000000000)), E9, INT64_MAX, PL_E_NAN, KEPT},
    {UINT64_C(0x7ff8000000000000), E9, INT64_MAX, PL_E_NAN, KEPT},
    {UINT64_C(0x7ff0000000000001), E9, INT64_MAX, PL_E_NAN, KEPT},
    {UINT64_MAX, E9, INT64_MAX, PL_E_NAN, KEPT},
};

static void double_edges_convert_as_the_table_says(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    int64_t fixed = KEPT;
    enum pl_status status =
        pl_fixed_from_double(edges[i].bits, edges[i].scale, edges[i].limit, &fixed);
    if (status != edges[i].status || fixed != edges[i].fixed)
      fail_msg("row %zu: %s, %lld", i, pl_status_name(status), (long long)fixed);
  }
}

/* |value| * scale to nearest, ties up, by exact steps of doubling; true when it fits INT64_MAX. */
static bool oracle(double value, uint32_t scale, int64_t *ret_magnitude) {
  const double two_52 = 4503599627370496.0;
  int exponent = 0;
  if (value == 0) return *ret_magnitude = 0, true;
  for (; value >= 2 * two_52; exponent++) value /= 2;
  for (; value < two_52; exponent--) value *= 2;
  pl_u128 product = (pl_u128)(uint64_t)value * scale;
  if (exponent > 11) return false;
  for (; exponent > 0; exponent--) product *= 2;
  /* Halve with a memory: was the last bit dropped set, and was any before it? Ties need only the
   * last one, so the others are let go. */
  unsigned last = 0;
  for (; exponent < 0; exponent++) last = product & 1, product /= 2;
  product += last;
  if (product > (pl_u128)INT64_MAX) return false;
  *ret_magnitude = (int64_t)product;
  return true;
}

static void compare(uint64_t bits, uint32_t scale) {
  double value = double_of(bits);
  int64_t fixed = KEPT, expected = KEPT;
  enum pl_status status = pl_fixed_from_double(bits, scale, INT64_MAX, &fixed);
  enum pl_status must = PL_OK;
  if (value - value != 0)
    must = PL_E_NAN;
  else if (!oracle(value < 0 ? -value : value, scale, &expected))
    must = PL_E_RANGE;
  else if (value < 0)
    expected = -expected;
  if (status != must || fixed != expected)
    fail_msg("%016llx at %u: %s, %lld", (unsigned long long)bits, scale, pl_status_name(status),
             (long long)fixed);
}

static void every_exponent_rounds_to_nearest(void **state) {
  (void)state;
  static const uint32_t scales[] = {1, 2, 3, 10, 1000, 100000000, 999999999, E9};
  static const uint64_t mantissas[] = {0,
                                       1,
                                       UINT64_C(0x8000000000000),
                                       UINT64_C(0x7ffffffffffff),
                                       UINT64_C(0x8000000000001),
                                       UINT64_C(0xfffffffffffff)};
  for (uint64_t exponent = 0; exponent < 2048; exponent++)
    for (size_t m = 0; m < 6; m++)
      for (size_t s = 0; s < 8; s++) {
        compare(exponent << 52 | mantissas[m], scales[s]);
        compare(NEGATIVE(exponent << 52 | mantissas[m]), scales[s]);
      }
}

static void random_numbers_round_to_nearest(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (uint32_t i = 0; i < 300000; i++) {
    uint64_t bits = random_next(&seed);
    uint64_t exponent = 1023 - 60 + random_below(&seed, 125); /* where the result is neither 0 */
    compare((bits & ~(UINT64_C(0x7ff) << 52)) | exponent << 52, (uint32_t)(1 + bits % E9));
  }
}

/* What a venue does: a decimal price, written as the double next to it, comes back exactly. */
static void decimals_come_back_exactly(void **state) {
  (void)state;
  uint64_t seed = 2;
  for (int64_t i = 0; i < 600000; i++) {
    int64_t whole = i < 300000 ? i : (int64_t)(random_next(&seed) >> 12); /* < 2^52 */
    int64_t fixed = KEPT;
    assert_int_equal(pl_fixed_from_double(bits_of((double)whole / 1e9), E9, INT64_MAX, &fixed),
                     PL_OK);
    if (fixed != whole) fail_msg("%lld came back as %lld", (long long)whole, (long long)fixed);
    assert_int_equal(
        pl_fixed_from_double(bits_of((double)-whole / 1e8), 100000000, INT64_MAX, &fixed), PL_OK);
    if (fixed != -whole) fail_msg("-%lld came back as %lld", (long long)whole, (long long)fixed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(double_edges_convert_as_the_table_says),
      cmocka_unit_test(every_exponent_rounds_to_nearest),
      cmocka_unit_test(random_numbers_round_to_nearest),
      cmocka_unit_test(decimals_come_back_exactly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
