/* The price levels that a generated day's orders add up to: says for each operation which levels
 * have which total now. For venues that tell levels and not orders. */
#ifndef PL_TESTS_VENUE_DAY_LEVELS_H
#define PL_TESTS_VENUE_DAY_LEVELS_H

#include "tests/venue/day.h"

#define PL_DAY_LEVEL_CHANGES_MAX 2 /* of one operation: a replace changes two */

struct pl_day_level {
  int64_t price; /* ticks */
  uint32_t qty;  /* sum of its orders, 0: the level is gone */
  uint32_t orders;
  uint8_t side; /* enum pl_side */
  bool is_new;  /* the level was not there before */
};

struct pl_day_levels;

/* pl_day_levels_open begins without levels, with room for those of a day of that configuration;
 * NULL when memory is short. pl_day_levels_close frees it; NULL is allowed. */
struct pl_day_levels *pl_day_levels_open(const struct pl_day_config *config);
void pl_day_levels_close(struct pl_day_levels *levels);

/* pl_day_levels_apply takes in the day's next operation, in order and without leaving one out.
 *   ret_changes  the levels of op->symbol that changed, in the order in which they did; a replace
 *                at the old price changes one
 * Returns how many. */
uint32_t pl_day_levels_apply(struct pl_day_levels *levels, const struct pl_day_op *op,
                             struct pl_day_level ret_changes[PL_DAY_LEVEL_CHANGES_MAX]);

#endif
