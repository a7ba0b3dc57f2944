#include "control/cli/columns.h"

#include <limits.h>

void pl_columns_put(struct pl_columns_line *line, uint32_t width, bool left, const char *text) {
  size_t room = sizeof line->text - line->used;
  const char *space = line->used == 0 ? "" : " ";
  int cut = width != 0 ? (int)width : INT_MAX;
  int wrote = snprintf(line->text + line->used, room, left ? "%s%-*.*s" : "%s%*.*s", space,
                       (int)width, cut, text);
  if (wrote > 0 && (size_t)wrote < room) line->used += (size_t)wrote;
}

void pl_columns_end(FILE *out, struct pl_columns_line *line, uint32_t columns, const char *colour) {
  if (columns != 0 && line->used > columns) line->used = columns;
  while (line->used > 0 && line->text[line->used - 1] == ' ') line->used--;
  (void)fprintf(out, "%s%.*s%s\n", colour, (int)line->used, line->text,
                colour[0] != '\0' ? "\033[0m" : "");
  line->used = 0;
}
