#include "engine/base/histogram.h"

#include "engine/base/fixed.h"

static uint64_t upper_edge_ns(uint32_t bucket) {
  uint32_t linear = 1u << PL_HISTOGRAM_LINEAR_BITS;
  if (bucket < linear) return bucket;
  uint32_t octave = (bucket >> PL_HISTOGRAM_LINEAR_BITS) - 1;
  uint64_t low = (uint64_t)(linear + (bucket & (linear - 1))) << octave;
  return low + ((UINT64_C(1) << octave) - 1);
}

uint64_t pl_histogram_quantile_ns(const struct pl_histogram *histogram, uint32_t quantile_ppm) {
  if (histogram->count == 0) return 0;
  uint64_t rank = (uint64_t)(((pl_u128)histogram->count * quantile_ppm + 999999) / 1000000);
  if (rank == 0) rank = 1;
  uint64_t seen = 0;
  for (uint32_t bucket = 0; bucket < PL_HISTOGRAM_BUCKETS; bucket++) {
    seen += histogram->buckets[bucket];
    if (seen < rank) continue;
    uint64_t edge_ns = upper_edge_ns(bucket);
    return edge_ns < histogram->max_ns ? edge_ns : histogram->max_ns;
  }
  return histogram->max_ns;
}
