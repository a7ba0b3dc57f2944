#include "tests/bench/measure.h"

#include <stdlib.h>
#include <time.h>

#define CALIBRATION_NS UINT64_C(20000000)

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  (void)clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t pl_measure_cpu_ns(void) {
  return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void pl_measure_add(struct pl_measure *measure, double value) {
  if (measure->count < PL_MEASURE_RUNS_MAX) measure->values[measure->count++] = value;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

void pl_measure_sort(struct pl_measure *measure) {
  qsort(measure->values, measure->count, sizeof measure->values[0], compare);
}

double pl_measure_quantile(const struct pl_measure *measure, double share) {
  if (measure->count == 0) return 0;
  return measure->values[(uint32_t)(share * (measure->count - 1) + 0.5)];
}

double pl_measure_ns_per_tick(void) {
  static double ns_per_tick;
  if (ns_per_tick > 0) return ns_per_tick;
  uint64_t from_ns = clock_ns(CLOCK_MONOTONIC_RAW), from = pl_measure_tsc(), now_ns;
  do now_ns = clock_ns(CLOCK_MONOTONIC_RAW);
  while (now_ns - from_ns < CALIBRATION_NS);
  ns_per_tick = (double)(now_ns - from_ns) / (double)(pl_measure_tsc() - from);
  return ns_per_tick;
}
