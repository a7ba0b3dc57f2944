/* One line of an aligned table, put together cell by cell. */
#ifndef CONTROL_CLI_COLUMNS_H
#define CONTROL_CLI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PL_COLUMNS_LINE_BYTES 4096

#define PL_COLUMNS_RED    "\033[31m"
#define PL_COLUMNS_GREEN  "\033[32m"
#define PL_COLUMNS_YELLOW "\033[33m"
#define PL_COLUMNS_DIM    "\033[2m"
#define PL_COLUMNS_BOLD   "\033[1m"
#define PL_COLUMNS_PLAIN  "" /* no colour */

struct pl_columns_line {
  char text[PL_COLUMNS_LINE_BYTES];
  size_t used; /* 0: nothing put yet */
};

/* pl_columns_put appends a cell, with a space before it unless it is the first.
 *   width  text is padded and cut to it; 0: as wide as it takes
 *   left   aligned to the left */
void pl_columns_put(struct pl_columns_line *line, uint32_t width, bool left, const char *text);

/* pl_columns_end prints the line, without the spaces at its end, and begins the next.
 *   columns  the line is cut to so many; 0: not
 *   colour   PL_COLUMNS_* */
void pl_columns_end(FILE *out, struct pl_columns_line *line, uint32_t columns, const char *colour);

#endif
