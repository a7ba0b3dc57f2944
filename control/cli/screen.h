/* The decision table as text: one line an instrument, aligned, with numbers people can read. Used
 * by `plimsoll table` and by the replay's live table. Writes to the stream it is given and nowhere
 * else; whole numbers only. */
#ifndef CONTROL_CLI_SCREEN_H
#define CONTROL_CLI_SCREEN_H

#include "control/publish/row.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PL_SCREEN_NUMBER_BYTES 32

/* pl_screen_rows prints a head line and one line a row, in the caller's order.
 *   rows     [count]
 *   columns  width of the terminal; 0: as wide as it takes. On a narrow one the least important
 *            columns are left out and the last is cut
 *   colour   ANSI colours by state; see pl_screen_colour */
void pl_screen_rows(FILE *out, const struct pl_row *rows, uint32_t count, uint32_t columns,
                    bool colour);

/* pl_screen_progress prints a bar, the percentage and the numbers, without a line end.
 *   total    0: not known, the number alone is printed
 *   what     what is counted, as in "frames"
 *   columns  as above */
void pl_screen_progress(FILE *out, uint64_t done, uint64_t total, const char *what,
                        uint32_t columns);

/* pl_screen_number writes a number with three significant digits and k, M, G or T: 1.25M.
 *   value   in units of 1/scale; scale 1 or 1000000
 *   ret     [PL_SCREEN_NUMBER_BYTES]
 * Cuts, never rounds up: what is shown is there. Returns ret. */
char *pl_screen_number(int64_t value, uint32_t scale, char *ret);

/* pl_screen_price writes a price with as many decimals as its size calls for. Returns ret. */
char *pl_screen_price(int64_t price_e9, char *ret);

/* pl_screen_colour tells whether a stream wants colours: a terminal, and NO_COLOR not set. */
bool pl_screen_colour(FILE *out);

/* pl_screen_columns returns the width of the terminal behind a stream, 0 when it is none. */
uint32_t pl_screen_columns(FILE *out);

#endif
