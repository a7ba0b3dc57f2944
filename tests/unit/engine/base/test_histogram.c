/* Histogram of latencies: bucket edges, and quantiles against a sorted list. */
#include "engine/base/histogram.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pl_histogram histogram;

static int setup(void **state) {
  (void)state;
  memset(&histogram, 0, sizeof histogram);
  return 0;
}

/* The upper edge of the bucket a value falls into: recorded with a larger one to bound max_ns. */
static uint64_t edge_of(uint64_t value_ns) {
  setup(NULL);
  pl_histogram_record(&histogram, value_ns);
  pl_histogram_record(&histogram, UINT64_MAX);
  return pl_histogram_quantile_ns(&histogram, 500000);
}

static void edge_is_never_below_and_at_most_a_32nd_above(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (uint64_t value_ns = 0; value_ns < 100000; value_ns++) {
    uint64_t edge_ns = edge_of(value_ns);
    if (edge_ns < value_ns || edge_ns - value_ns > value_ns / 32) fail_msg("%lu", value_ns);
    if (value_ns < 64) assert_int_equal(edge_ns, value_ns);
  }
  for (uint32_t shift = 17; shift < 64; shift++)
    for (int64_t near = -70; near < 70; near++) {
      uint64_t value_ns = (UINT64_C(1) << shift) + (uint64_t)near, edge_ns = edge_of(value_ns);
      if (edge_ns < value_ns || edge_ns - value_ns > value_ns / 32) fail_msg("%lu", value_ns);
      value_ns = random_next(&seed) >> (63 - shift);
      edge_ns = edge_of(value_ns);
      if (edge_ns < value_ns || edge_ns - value_ns > value_ns / 32) fail_msg("%lu", value_ns);
    }
  assert_int_equal(edge_of(UINT64_MAX), UINT64_MAX);
}

static void edges_rise_with_the_buckets(void **state) {
  (void)state;
  uint64_t before = 0;
  uint32_t different = 1;
  for (uint64_t value_ns = 0; value_ns < 70000; value_ns++) {
    uint64_t edge_ns = edge_of(value_ns);
    assert_true(edge_ns >= before);
    assert_true(edge_ns == before || value_ns == before + 1); /* buckets leave no hole */
    different += edge_ns != before;
    before = edge_ns;
  }
  assert_true(different > 32 * 11); /* eleven octaves above the linear one */
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

static void quantile_is_the_value_of_its_rank_or_just_above(void **state) {
  (void)state;
  static uint64_t values[1000];
  uint64_t seed = 2;
  for (uint32_t count = 1; count <= 1000; count += 37) {
    setup(NULL);
    for (uint32_t i = 0; i < count; i++) {
      values[i] = random_next(&seed) >> random_below(&seed, 64);
      pl_histogram_record(&histogram, values[i]);
    }
    qsort(values, count, sizeof values[0], compare);
    for (uint32_t ppm = 0; ppm <= 1000000; ppm += 12500) {
      uint64_t rank = ((uint64_t)count * ppm + 999999) / 1000000;
      uint64_t exact = values[rank == 0 ? 0 : rank - 1];
      uint64_t got = pl_histogram_quantile_ns(&histogram, ppm);
      if (got < exact || got - exact > exact / 32) fail_msg("%u of %u", ppm, count);
    }
    assert_int_equal(pl_histogram_quantile_ns(&histogram, 1000000), values[count - 1]);
    assert_int_equal(histogram.count, count);
  }
}

static void nothing_recorded_is_zero(void **state) {
  (void)state;
  assert_int_equal(pl_histogram_quantile_ns(&histogram, 500000), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(edge_is_never_below_and_at_most_a_32nd_above, setup),
      cmocka_unit_test_setup(edges_rise_with_the_buckets, setup),
      cmocka_unit_test_setup(quantile_is_the_value_of_its_rank_or_just_above, setup),
      cmocka_unit_test_setup(nothing_recorded_is_zero, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
