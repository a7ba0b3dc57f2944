/* Fixed-point arithmetic. Products go through 128 bits, rounding is written here once, and what
 * does not fit saturates and is counted; nothing wraps. Results are the same on every compiler and
 * machine (docs/adr/0003-numbers.md). */
#ifndef ENGINE_BASE_FIXED_H
#define ENGINE_BASE_FIXED_H

#include "engine/base/status.h"

#include <stdint.h>

__extension__ typedef __int128 pl_i128;
__extension__ typedef unsigned __int128 pl_u128;

#define PL_E9  INT64_C(1000000000)
#define PL_E8  INT64_C(100000000)
#define PL_PPM INT64_C(1000000)

/* Price and quantity limits of a decoded field: below them every sum and product of the engine
 * stays inside 128 bits. 1e8 quote units, 1e10 contract units. */
#define PL_PRICE_E9_MAX INT64_C(100000000000000000)
#define PL_QTY_E8_MAX   INT64_C(1000000000000000000)

/* pl_fixed_saturate cuts a value to int64. saturations is incremented when it did. */
static inline int64_t pl_fixed_saturate(pl_i128 value, uint32_t *saturations) {
  if (value > INT64_MAX) return (*saturations)++, INT64_MAX;
  if (value < INT64_MIN) return (*saturations)++, INT64_MIN;
  return (int64_t)value;
}

/* pl_fixed_saturate_u32 cuts a value to 0..UINT32_MAX and counts it like pl_fixed_saturate. */
static inline uint32_t pl_fixed_saturate_u32(pl_i128 value, uint32_t *saturations) {
  if (value > UINT32_MAX) return (*saturations)++, UINT32_MAX;
  if (value < 0) return (*saturations)++, 0;
  return (uint32_t)value;
}

/* pl_fixed_div_floor and pl_fixed_div_ceil divide and round towards minus and plus infinity.
 * divisor > 0. When both fit 64 bits the division is a 64-bit one: it is several times cheaper. */
static inline pl_i128 pl_fixed_div_floor(pl_i128 value, int64_t divisor) {
  if (value == (int64_t)value) {
    int64_t quotient = (int64_t)value / divisor;
    return quotient - ((int64_t)value % divisor < 0);
  }
  pl_i128 quotient = value / divisor;
  return quotient - (value % divisor < 0);
}

static inline pl_i128 pl_fixed_div_ceil(pl_i128 value, int64_t divisor) {
  return -pl_fixed_div_floor(-value, divisor);
}

/* pl_fixed_ratio_ppm returns ceil(part * 1e6 / whole), part >= 0, whole > 0, at most UINT32_MAX
 * (counted). Both may be any size: they are shifted down together, the part rounded up and the
 * whole down, so the ratio is never too small. */
uint32_t pl_fixed_ratio_ppm(pl_u128 part, pl_u128 whole, uint32_t *saturations);

/* pl_fixed_sqrt returns floor(sqrt(value)). */
uint64_t pl_fixed_sqrt(uint64_t value);

/* pl_fixed_decay_q32 returns 2^(-elapsed / half_life) in Q32, within 2^-20 of the truth, never
 * above 1 and never increasing in elapsed. half_life_ns > 0. Table of 257 points, linear between.
 */
uint32_t pl_fixed_decay_q32(uint64_t elapsed_ns, uint64_t half_life_ns);

/* pl_fixed_from_double converts an IEEE 754 double, given as its bits, to a multiple of 1/scale,
 * to nearest, ties away from zero, in integers only.
 *   bits       the double as it stands on the wire
 *   scale      1 .. 1e9
 *   limit      largest magnitude of the result that is accepted, > 0
 *   ret_fixed  untouched on error
 * PL_E_NAN for NaN and infinity, PL_E_RANGE beyond the limit. */
PL_MUST_USE static inline enum pl_status pl_fixed_from_double(uint64_t bits, uint32_t scale,
                                                              int64_t limit, int64_t *ret_fixed) {
  uint32_t exponent = (uint32_t)(bits >> 52) & 0x7ff;
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (exponent == 0x7ff) return PL_E_NAN;
  if (exponent != 0) mantissa |= UINT64_C(1) << 52;
  pl_u128 product = (pl_u128)mantissa * scale; /* < 2^83; the value is product * 2^-shift */
  int shift = 1075 - (int)(exponent != 0 ? exponent : 1);
  pl_u128 magnitude;
  if (shift > 84)
    magnitude = 0;
  else if (shift > 0)
    magnitude = (product + ((pl_u128)1 << (shift - 1))) >> shift;
  else if (shift > -44)
    magnitude = product << -shift;
  else
    return PL_E_RANGE;
  if (magnitude > (pl_u128)limit) return PL_E_RANGE;
  *ret_fixed = bits >> 63 ? -(int64_t)magnitude : (int64_t)magnitude;
  return PL_OK;
}

#endif
