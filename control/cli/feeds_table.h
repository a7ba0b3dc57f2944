/* The channels of a feed as an aligned table that fits 120 columns: for `plimsoll feeds` and the
 * summary of a replay. */
#ifndef CONTROL_CLI_FEEDS_TABLE_H
#define CONTROL_CLI_FEEDS_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* pl_feeds_table prints a head line and one line a channel.
 *   rows      array, as pl_feeds_json_rows makes it
 *   rows_max  the rest is told by its number alone
 *   columns   lines are cut to so many; 0: not
 *   colour    red: stale or silent; yellow: not normal */
void pl_feeds_table(FILE *out, const json_t *rows, uint32_t rows_max, uint32_t columns,
                    bool colour);

#endif
