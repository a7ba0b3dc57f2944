#include "tests/venue/binance.h"

#include "engine/base/fixed.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LINE_BYTES_MAX (1u << 20)

struct pl_binance {
  gzFile file;
  const char *error;
  uint32_t level_count;
  struct pl_binance_level levels[PL_BINANCE_LEVELS_MAX];
  char line[LINE_BYTES_MAX];
};

struct pl_binance *pl_binance_open(const char *path) {
  struct pl_binance *binance = calloc(1, sizeof *binance);
  if (binance == NULL) return NULL;
  binance->file = gzopen(path, "rb");
  if (binance->file != NULL) return binance;
  free(binance);
  return NULL;
}

void pl_binance_close(struct pl_binance *binance) {
  if (binance == NULL) return;
  (void)gzclose(binance->file);
  free(binance);
}

const char *pl_binance_error(const struct pl_binance *binance) {
  return binance->error;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool pl_binance_decimal(const char *text, int64_t scale, int64_t *ret_value) {
  const char *at = text;
  int64_t value = 0;
  if (!is_digit(*at)) return false;
  for (; is_digit(*at); at++)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *at - '0', &value))
      return false;
  if (__builtin_mul_overflow(value, scale, &value)) return false;
  if (*at == '.' && is_digit(at[1])) {
    int64_t unit = scale;
    for (at++; is_digit(*at); at++) {
      unit /= 10;
      if (unit == 0 && *at != '0') return false;
      if (__builtin_add_overflow(value, (*at - '0') * unit, &value)) return false;
    }
  }
  if (*at != '\0') return false;
  *ret_value = value;
  return true;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static bool get_id(const json_t *object, const char *name, uint64_t *ret_value) {
  const json_t *value = json_object_get(object, name);
  if (!json_is_integer(value) || json_integer_value(value) < 0) return false;
  *ret_value = (uint64_t)json_integer_value(value);
  return true;
}

/* Appends one level; prices and quantities are strings in the message. */
static bool add_level(struct pl_binance *binance, const json_t *price, const json_t *qty,
                      enum pl_side side) {
  if (binance->level_count == PL_BINANCE_LEVELS_MAX) return false;
  struct pl_binance_level *level = &binance->levels[binance->level_count++];
  level->side = (uint8_t)side;
  return json_is_string(price) && json_is_string(qty) &&
         pl_binance_decimal(json_string_value(price), PL_E9, &level->price_e9) &&
         pl_binance_decimal(json_string_value(qty), PL_E8, &level->qty_e8) &&
         level->price_e9 <= PL_PRICE_E9_MAX && level->qty_e8 <= PL_QTY_E8_MAX;
}

static bool add_levels(struct pl_binance *binance, const json_t *levels, enum pl_side side) {
  if (!json_is_array(levels)) return false;
  for (size_t i = 0; i < json_array_size(levels); i++) {
    const json_t *pair = json_array_get(levels, i);
    if (json_array_size(pair) != 2 ||
        !add_level(binance, json_array_get(pair, 0), json_array_get(pair, 1), side))
      return false;
  }
  return true;
}

static bool read_snapshot(struct pl_binance *binance, const json_t *m,
                          struct pl_binance_line *line) {
  line->kind = PL_BINANCE_SNAPSHOT;
  return get_id(m, "lastUpdateId", &line->last_id) &&
         add_levels(binance, json_object_get(m, "bids"), PL_BID) &&
         add_levels(binance, json_object_get(m, "asks"), PL_ASK);
}

static bool read_depth(struct pl_binance *binance, const json_t *m, struct pl_binance_line *line) {
  line->kind = PL_BINANCE_DEPTH;
  return get_id(m, "U", &line->first_id) && get_id(m, "pu", &line->prev_id) &&
         get_id(m, "u", &line->last_id) && add_levels(binance, json_object_get(m, "b"), PL_BID) &&
         add_levels(binance, json_object_get(m, "a"), PL_ASK);
}

static bool read_ticker(struct pl_binance *binance, const json_t *m, struct pl_binance_line *line) {
  line->kind = PL_BINANCE_TICKER;
  return get_id(m, "u", &line->last_id) &&
         add_level(binance, json_object_get(m, "b"), json_object_get(m, "B"), PL_BID) &&
         add_level(binance, json_object_get(m, "a"), json_object_get(m, "A"), PL_ASK);
}

static bool read_trade(struct pl_binance *binance, const json_t *m, struct pl_binance_line *line) {
  const json_t *buyer_is_maker = json_object_get(m, "m");
  line->kind = PL_BINANCE_TRADE;
  return json_is_boolean(buyer_is_maker) && get_id(m, "t", &line->trade_id) &&
         add_level(binance, json_object_get(m, "p"), json_object_get(m, "q"),
                   json_is_true(buyer_is_maker) ? PL_ASK : PL_BID);
}

static bool read_message(struct pl_binance *binance, const json_t *root,
                         struct pl_binance_line *line) {
  const json_t *data = json_object_get(root, "data"), *m = data != NULL ? data : root;
  const char *event = json_string_value(json_object_get(m, "e"));
  if (!get_id(m, "T", &line->venue_ms)) return false;
  if (event == NULL) return read_snapshot(binance, m, line);
  if (strcmp(event, "depthUpdate") == 0) return read_depth(binance, m, line);
  if (strcmp(event, "bookTicker") == 0) return read_ticker(binance, m, line);
  return strcmp(event, "trade") == 0 && read_trade(binance, m, line);
}

static bool fail(struct pl_binance *binance, const char *error) {
  binance->error = error;
  return false;
}

bool pl_binance_next(struct pl_binance *binance, struct pl_binance_line *ret_line) {
  if (binance->error != NULL) return false;
  if (gzgets(binance->file, binance->line, LINE_BYTES_MAX) == NULL) {
    int code;
    (void)gzerror(binance->file, &code);
    return code == Z_OK || code == Z_STREAM_END ? false : fail(binance, "the file is damaged");
  }
  size_t length = strlen(binance->line);
  if (length == 0 || binance->line[length - 1] != '\n')
    return fail(binance, "a line is cut short or too long");
  char *json;
  *ret_line = (struct pl_binance_line){.recv_ns = strtoull(binance->line, &json, 10)};
  if (json == binance->line || *json != ' ') return fail(binance, "a line without a time");
  json_t *root = json_loads(json, 0, NULL);
  binance->level_count = 0;
  bool good = root != NULL && read_message(binance, root, ret_line);
  json_decref(root);
  if (!good) return fail(binance, "a message that makes no sense");
  ret_line->levels = binance->levels;
  ret_line->level_count = binance->level_count;
  return true;
}
