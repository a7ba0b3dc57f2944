/* Log-linear histogram of latencies in the manner of HdrHistogram: 32 linear buckets an octave, so
 * a recorded value is known within 3.2 %. Recording allocates nothing and takes one increment. */
#ifndef ENGINE_BASE_HISTOGRAM_H
#define ENGINE_BASE_HISTOGRAM_H

#include <stdint.h>

#define PL_HISTOGRAM_LINEAR_BITS 5
#define PL_HISTOGRAM_BUCKETS     ((64 - PL_HISTOGRAM_LINEAR_BITS + 1) << PL_HISTOGRAM_LINEAR_BITS)

struct pl_histogram {
  uint64_t count, max_ns;
  uint64_t buckets[PL_HISTOGRAM_BUCKETS];
};

/* pl_histogram_record adds one value. One thread only. */
static inline void pl_histogram_record(struct pl_histogram *histogram, uint64_t value_ns) {
  uint32_t linear = 1u << PL_HISTOGRAM_LINEAR_BITS, at = (uint32_t)value_ns;
  if (value_ns >= linear) {
    uint32_t octave = 63 - (uint32_t)__builtin_clzll(value_ns) - PL_HISTOGRAM_LINEAR_BITS;
    at = ((octave + 1) << PL_HISTOGRAM_LINEAR_BITS) + (uint32_t)((value_ns >> octave) - linear);
  }
  histogram->buckets[at]++;
  histogram->count++;
  if (value_ns > histogram->max_ns) histogram->max_ns = value_ns;
}

/* pl_histogram_quantile_ns returns the upper edge of the bucket that holds the quantile (so it is
 * never too small), at most the largest value recorded; 0 when nothing was recorded.
 *   quantile_ppm  0..1000000 */
uint64_t pl_histogram_quantile_ns(const struct pl_histogram *histogram, uint32_t quantile_ppm);

#endif
