/* What was done to two lines, for people and for programs. */
#ifndef PL_TESTS_VENUE_IMPAIR_REPORT_H
#define PL_TESTS_VENUE_IMPAIR_REPORT_H

#include <stdio.h>

#include "tests/venue/impair_pair.h"

/* pl_impair_report_table prints an aligned table, a column a line that somebody listens to. */
void pl_impair_report_table(FILE *out, const struct pl_impair_pair *pair);

/* pl_impair_report_json prints one JSON object on a line of its own; `version` goes up when a key
 * changes its meaning. */
void pl_impair_report_json(FILE *out, const struct pl_impair_pair *pair, uint64_t seed);

#endif
