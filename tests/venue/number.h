/* Numbers on a command line: decimal, with a unit, exactly. */
#ifndef PL_TESTS_VENUE_NUMBER_H
#define PL_TESTS_VENUE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct pl_number_unit {
  const char *name; /* behind the digits; "" where none is needed; NULL ends the list */
  uint64_t scale;   /* what 1 of it is worth, a power of ten */
};

extern const struct pl_number_unit pl_number_whole[]; /* no unit, no decimals */
extern const struct pl_number_unit pl_number_share[]; /* %, ppm; to ppm */
extern const struct pl_number_unit pl_number_time[];  /* ns, us, ms, s; to ns */

/* pl_number_read reads `12`, `0.5%`, `50us`.
 * Returns false, ret_number untouched, for anything else, a digit that the unit cannot keep, or a
 * value outside [low, high]. */
bool pl_number_read(const char *text, const struct pl_number_unit *units, uint64_t low,
                    uint64_t high, uint64_t *ret_number);

#endif
