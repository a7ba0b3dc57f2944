/* Impairment on a command line: one table of options for every program that has it. */
#ifndef PL_TESTS_VENUE_IMPAIR_OPTIONS_H
#define PL_TESTS_VENUE_IMPAIR_OPTIONS_H

#include <stdio.h>

#include "tests/venue/impair_pair.h"

/* pl_impair_options_take takes one option: --loss and the like for both lines, with -a or -b behind
 * its name for that line alone.
 *   config     [PL_IMPAIR_LINES], by line
 *   ret_error  NULL, or what is wrong with the value: one line, valid until the next call
 * Returns false when the option is none of the table. One thread. */
bool pl_impair_options_take(const char *name, const char *value, struct pl_impair_config *config,
                            const char **ret_error);

/* pl_impair_options_usage prints the table. */
void pl_impair_options_usage(FILE *out);

#endif
