/* Clocks and samples of the benchmarks. Single-thread figures are CPU time of the thread, so that
 * what shares the machine costs noise and not truth; figures across threads are wall time, and
 * there the best and the tenth percentile say more than the median. */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stdint.h>
#include <x86intrin.h>

#define PL_MEASURE_RUNS_MAX 512

/* Repetitions of one figure; sorted by pl_measure_sort before a quantile is asked for. */
struct pl_measure {
  double values[PL_MEASURE_RUNS_MAX];
  uint32_t count;
};

/* pl_measure_cpu_ns returns the CPU time of the calling thread. */
uint64_t pl_measure_cpu_ns(void);

/* pl_measure_add keeps one more value; beyond PL_MEASURE_RUNS_MAX values they are let go. */
void pl_measure_add(struct pl_measure *measure, double value);

/* pl_measure_sort orders the values; pl_measure_quantile then returns the one at a share of the
 * way from the smallest (0) to the largest (1); 0 when there is none. */
void pl_measure_sort(struct pl_measure *measure);
double pl_measure_quantile(const struct pl_measure *measure, double share);

/* pl_measure_tsc reads the time-stamp counter with everything before it finished and nothing after
 * it begun: a plain rdtsc lets loads in flight retire in the next interval. Costs some 10 ns. */
static inline uint64_t pl_measure_tsc(void) {
  _mm_lfence();
  uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
}

/* pl_measure_ns_per_tick returns the counter's period, calibrated once against the raw monotonic
 * clock (20 ms at the first call). */
double pl_measure_ns_per_tick(void);

#endif
