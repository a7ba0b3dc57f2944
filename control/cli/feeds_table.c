#include "control/cli/feeds_table.h"

#include "control/cli/columns.h"
#include "control/cli/screen.h"

#include <inttypes.h>
#include <string.h>

#define CELL_BYTES 64

enum line { LINE_A, LINE_B }; /* places in a row's lines */

static uint64_t number_at(const json_t *object, const char *key) {
  return (uint64_t)json_integer_value(json_object_get(object, key));
}

static bool is_true(const json_t *object, const char *key) {
  return json_is_true(json_object_get(object, key));
}

static const char *state_of(const json_t *row) {
  const char *state = json_string_value(json_object_get(row, "state"));
  return state != NULL ? state : "?";
}

static void cell_state(const json_t *row, const char *key, char *ret) {
  (void)key;
  (void)snprintf(ret, CELL_BYTES, "%s", state_of(row));
}

/* Three digits are enough to look at, and the whole number is in the JSON. */
static void cell_number(const json_t *row, const char *key, char *ret) {
  (void)pl_screen_number((int64_t)number_at(row, key), 1, ret);
}

/* In full, where it is not wider than the column. */
static void cell_whole(const json_t *row, const char *key, char *ret) {
  uint64_t number = number_at(row, key);
  if (number < UINT64_C(10000000000))
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64, number);
  else
    cell_number(row, key, ret);
}

/* How often; marked when it is so now. */
static void cell_silences(const json_t *row, const char *key, char *ret) {
  cell_number(row, key, ret);
  if (is_true(row, "silent")) strcat(ret, "!");
}

static void put_line(const json_t *row, enum line line, char *ret) {
  const json_t *object = json_array_get(json_object_get(row, "lines"), line);
  cell_number(object, "packets", ret);
  if (is_true(object, "silent")) strcat(ret, "!");
}
static void cell_line_a(const json_t *row, const char *key, char *ret) {
  (void)key;
  put_line(row, LINE_A, ret);
}
static void cell_line_b(const json_t *row, const char *key, char *ret) {
  (void)key;
  put_line(row, LINE_B, ret);
}

/* A duration of any size in six columns. */
static void cell_time(const json_t *row, const char *key, char *ret) {
  uint64_t ms = number_at(row, key) / 1000000, s = ms / 1000, min = s / 60;
  if (ms < 1000)
    (void)snprintf(ret, CELL_BYTES, ms == 0 ? "%" PRIu64 : "%" PRIu64 "ms", ms);
  else if (s < 60)
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 ".%" PRIu64 "s", s, ms / 100 % 10);
  else if (min < 60)
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 "m%02" PRIu64 "s", min, s % 60);
  else if (min < UINT64_C(6000))
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 "h%02" PRIu64 "m", min / 60, min % 60);
  else
    (void)snprintf(ret, CELL_BYTES, "%" PRIu64 "d", min / 1440);
}

static const struct column {
  const char *title;
  uint32_t width;
  bool left;
  void (*cell)(const json_t *row, const char *key, char *ret);
  const char *key;
} table[] = {
    {"channel", 7, true, cell_whole, "channel"},
    {"state", 11, true, cell_state, ""},
    {"sequence", 10, false, cell_whole, "next_seq"},
    {"gaps", 5, false, cell_number, "gaps"},
    {"lost", 5, false, cell_number, "units_lost"},
    {"fillA", 5, false, cell_number, "filled_a"},
    {"fillB", 5, false, cell_number, "filled_b"},
    {"resent", 6, false, cell_number, "filled_resend"},
    {"snap", 5, false, cell_number, "gaps_by_snapshot"},
    {"dup", 5, false, cell_number, "duplicates"},
    {"late", 5, false, cell_number, "late"},
    {"restart", 7, false, cell_number, "restarts"},
    {"silent", 6, false, cell_silences, "silences"},
    {"stale", 6, false, cell_time, "stale_ns"},
    {"held", 4, false, cell_number, "held"},
    {"A", 6, false, cell_line_a, ""},
    {"B", 6, false, cell_line_b, ""},
};
#define COLUMNS (sizeof table / sizeof *table)

static const char *colour_of(const json_t *row) {
  if (is_true(row, "silent") || strcmp(state_of(row), "stale") == 0) return PL_COLUMNS_RED;
  return strcmp(state_of(row), "normal") == 0 ? PL_COLUMNS_PLAIN : PL_COLUMNS_YELLOW;
}

void pl_feeds_table(FILE *out, const json_t *rows, uint32_t rows_max, uint32_t columns,
                    bool colour) {
  struct pl_columns_line line = {.used = 0};
  size_t count = json_array_size(rows);
  for (uint32_t i = 0; i < COLUMNS; i++)
    pl_columns_put(&line, table[i].width, table[i].left, table[i].title);
  pl_columns_end(out, &line, columns, colour ? PL_COLUMNS_BOLD : PL_COLUMNS_PLAIN);
  for (size_t at = 0; at < count && at < rows_max; at++) {
    const json_t *row = json_array_get(rows, at);
    for (uint32_t i = 0; i < COLUMNS; i++) {
      char text[CELL_BYTES];
      table[i].cell(row, table[i].key, text);
      pl_columns_put(&line, table[i].width, table[i].left, text);
    }
    pl_columns_end(out, &line, columns, colour ? colour_of(row) : PL_COLUMNS_PLAIN);
  }
  if (count > rows_max) (void)fprintf(out, "and %zu more\n", count - rows_max);
}
