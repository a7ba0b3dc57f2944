#include "tests/venue/number.h"

#include <stddef.h>
#include <string.h>

const struct pl_number_unit pl_number_whole[] = {{"", 1}, {NULL, 0}};
const struct pl_number_unit pl_number_share[] = {{"%", 10000}, {"ppm", 1}, {NULL, 0}};
const struct pl_number_unit pl_number_time[] = {
    {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0}};

/* Reads digits with at most one point. Returns what follows, NULL when that is no number. */
static const char *read_digits(const char *text, uint64_t *ret_mantissa, uint32_t *ret_decimals) {
  bool has_digit = false, has_point = false;
  *ret_mantissa = 0;
  *ret_decimals = 0;
  for (;; text++) {
    if (*text == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (*text < '0' || *text > '9') return has_digit ? text : NULL;
    has_digit = true;
    if (__builtin_mul_overflow(*ret_mantissa, 10, ret_mantissa) ||
        __builtin_add_overflow(*ret_mantissa, (uint64_t)(*text - '0'), ret_mantissa))
      return NULL;
    *ret_decimals += has_point;
  }
}

bool pl_number_read(const char *text, const struct pl_number_unit *units, uint64_t low,
                    uint64_t high, uint64_t *ret_number) {
  uint64_t number;
  uint32_t decimals;
  const char *unit = read_digits(text, &number, &decimals);
  if (unit == NULL) return false;
  while (units->name != NULL && strcmp(units->name, unit) != 0) units++;
  if (units->name == NULL) return false;
  uint64_t scale = units->scale;
  for (; decimals > 0; decimals--) {
    if (scale % 10 == 0)
      scale /= 10;
    else if (number % 10 == 0)
      number /= 10;
    else
      return false;
  }
  if (__builtin_mul_overflow(number, scale, &number) || number < low || number > high) return false;
  *ret_number = number;
  return true;
}
