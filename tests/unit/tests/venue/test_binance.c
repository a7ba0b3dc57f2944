/* The Binance reader on lines made here: exact decimals, every field, and what is refused; and the
 * order that its Deribit driver insists on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/base/fixed.h"
#include "tests/venue/binance.h"
#include "tests/venue/binance_deribit.h"

static void decimals_are_exact(void **state) {
  (void)state;
  const struct {
    const char *text;
    int64_t scale, value; /* -1: refused */
  } rows[] = {
      {"0", 1, 0},
      {"61800.20", PL_E9, INT64_C(61800200000000)},
      {"0.001", PL_E8, 100000},
      {"0.000000001", PL_E9, 1},
      {"0.0000000010", PL_E9, 1}, /* finer than the scale, but zeros */
      {"0.0000000011", PL_E9, -1},
      {"9223372036.854775807", PL_E9, INT64_MAX},
      {"9223372036.854775808", PL_E9, -1},
      {"9223372037", PL_E9, -1},
      {"99999999999999999999", 1, -1},
      {"007.5", 10, 75},
      {"", 1, -1},
      {".5", 10, -1},
      {"5.", 10, -1},
      {"1.2.3", PL_E9, -1},
      {"-1", 1, -1},
      {"+1", 1, -1},
      {"1e3", 1, -1},
      {" 1", 1, -1},
      {"1 ", 1, -1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t value = -1;
    assert_int_equal(pl_binance_decimal(rows[i].text, rows[i].scale, &value), rows[i].value >= 0);
    assert_true(value == rows[i].value);
  }
}

#define SNAPSHOT(id)                                                                               \
  "7 {\"lastUpdateId\":" id                                                                        \
  ",\"E\":1,\"T\":2,\"bids\":[[\"9.5\",\"1\"]],\"asks\":[[\"10\",\"2\"]]}\n"
#define DEPTH(first, last, before, bids, asks)                                                     \
  "8 {\"data\":{\"e\":\"depthUpdate\",\"T\":3,\"U\":" first ",\"u\":" last ",\"pu\":" before       \
  ",\"b\":[" bids "],\"a\":[" asks "]}}\n"
#define TICKER                                                                                     \
  "9 "                                                                                             \
  "{\"data\":{\"e\":\"bookTicker\",\"T\":4,\"u\":12,\"b\":\"9.5\",\"B\":\"1\",\"a\":\"10\",\"A\":" \
  "\"3\"}}\n"
#define TRADE                                                                                      \
  "9 {\"data\":{\"e\":\"trade\",\"T\":5,\"t\":77,\"p\":\"10\",\"q\":\"0.25\",\"m\":false}}\n"

static char path[] = "/tmp/plimsoll-binance-XXXXXX";

static void write_file(const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fputs(text, file) >= 0, 1);
  assert_int_equal(fclose(file), 0);
}

static struct pl_binance *open_text(const char *text) {
  write_file(text);
  struct pl_binance *binance = pl_binance_open(path);
  assert_non_null(binance);
  return binance;
}

static void fields_are_read(void **state) {
  (void)state;
  struct pl_binance *binance = open_text(
      SNAPSHOT("11") DEPTH("10", "12", "9", "[\"9.5\",\"0\"]", "[\"10\",\"3\"]") TICKER TRADE);
  struct pl_binance_line line;
  assert_true(pl_binance_next(binance, &line));
  assert_int_equal(line.kind, PL_BINANCE_SNAPSHOT);
  assert_true(line.recv_ns == 7 && line.venue_ms == 2 && line.last_id == 11);
  assert_true(line.level_count == 2 && line.levels[0].side == PL_BID);
  assert_true(line.levels[0].price_e9 == 9500000000 && line.levels[0].qty_e8 == PL_E8);
  assert_true(line.levels[1].side == PL_ASK && line.levels[1].qty_e8 == 2 * PL_E8);
  assert_true(pl_binance_next(binance, &line));
  assert_int_equal(line.kind, PL_BINANCE_DEPTH);
  assert_true(line.first_id == 10 && line.last_id == 12 && line.prev_id == 9);
  assert_true(line.level_count == 2 && line.levels[0].qty_e8 == 0 && line.venue_ms == 3);
  assert_true(line.levels[0].side == PL_BID && line.levels[1].side == PL_ASK);
  assert_true(pl_binance_next(binance, &line));
  assert_int_equal(line.kind, PL_BINANCE_TICKER);
  assert_true(line.last_id == 12 && line.level_count == 2);
  assert_true(line.levels[0].side == PL_BID && line.levels[0].price_e9 == 9500000000);
  assert_true(line.levels[1].side == PL_ASK && line.levels[1].qty_e8 == 3 * PL_E8);
  assert_true(pl_binance_next(binance, &line));
  assert_int_equal(line.kind, PL_BINANCE_TRADE);
  assert_true(line.trade_id == 77 && line.level_count == 1 && line.levels[0].side == PL_BID);
  assert_true(line.levels[0].price_e9 == 10 * PL_E9 && line.levels[0].qty_e8 == PL_E8 / 4);
  assert_false(pl_binance_next(binance, &line));
  assert_null(pl_binance_error(binance));
  pl_binance_close(binance);
}

static void nonsense_is_refused(void **state) {
  (void)state;
  const char *const rows[] = {
      "7 {\"lastUpdateId\":1",  /* cut short */
      "{\"lastUpdateId\":1}\n", /* no time */
      "7 nonsense\n",
      "7 []\n",
      "7 {\"T\":1}\n", /* no snapshot either */
      "7 {\"data\":{\"e\":\"other\",\"T\":1}}\n",
      DEPTH("1", "2", "\"0\"", "", ""), /* an id in quotes */
      DEPTH("1", "-2", "0", "", ""),
      DEPTH("1", "2", "0", "[\"1\"]", ""), /* a price alone */
      DEPTH("1", "2", "0", "[1,2]", ""),   /* numbers for strings */
      DEPTH("1", "2", "0", "", "[\"1\",\"1e9\"]"),
      DEPTH("1", "2", "0", "", "[\"100000001\",\"1\"]"),   /* above the price limit */
      DEPTH("1", "2", "0", "", "[\"1\",\"10000000001\"]"), /* the quantity limit */
      "9 {\"data\":{\"e\":\"trade\",\"T\":5,\"t\":7,\"p\":\"1\",\"q\":\"1\",\"m\":0}}\n",
  };
  struct pl_binance_line line;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_binance *binance = open_text(rows[i]);
    assert_false(pl_binance_next(binance, &line));
    assert_non_null(pl_binance_error(binance));
    assert_false(pl_binance_next(binance, &line)); /* and it stays so */
    pl_binance_close(binance);
  }
  assert_null(pl_binance_open("/nonexistent"));
  pl_binance_close(NULL);
}

struct stop {
  uint32_t frames, after;
};

static bool count_frame(void *context, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct stop *stop = context;
  (void)time_ns;
  assert_true(frame != NULL && size > 42);
  return ++stop->frames < stop->after;
}

static void driver_insists_on_the_chain(void **state) {
  (void)state;
  const struct {
    const char *text;
    bool good;
    uint32_t contained, books;
  } rows[] = {
      {SNAPSHOT("11"), true, 0, 0},
      {DEPTH("9", "11", "8", "", "") SNAPSHOT("11") DEPTH("12", "13", "11", "", ""), true, 1, 1},
      {SNAPSHOT("11") DEPTH("10", "12", "9", "", "") DEPTH("13", "15", "12", "", ""), true, 0, 2},
      {SNAPSHOT("11") DEPTH("13", "15", "12", "", ""), false, 0, 0}, /* 12 is missing */
      {SNAPSHOT("11") DEPTH("10", "12", "9", "", "") DEPTH("14", "15", "13", "", ""), false, 0, 1},
      {DEPTH("10", "12", "9", "", ""), false, 0, 0}, /* no snapshot */
      {SNAPSHOT("11") "7 nonsense\n", false, 0, 0},
      {SNAPSHOT("11") TICKER DEPTH("10", "12", "9", "", "") TRADE, true, 0, 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    write_file(rows[i].text);
    struct stop stop = {.after = UINT32_MAX};
    struct pl_binance_deribit_counts counts;
    assert_int_equal(pl_binance_deribit_run(path, count_frame, &stop, &counts) == NULL,
                     rows[i].good);
    assert_int_equal(counts.depth_contained, rows[i].contained);
    assert_int_equal(counts.books, rows[i].books);
    assert_int_equal(counts.frames, stop.frames);
  }
  struct stop stop = {.after = 2};
  struct pl_binance_deribit_counts counts;
  assert_non_null(pl_binance_deribit_run(path, count_frame, &stop, &counts));
  assert_int_equal(stop.frames, 2);
  assert_non_null(pl_binance_deribit_run("/nonexistent", count_frame, &stop, &counts));
}

static int make_file(void **state) {
  (void)state;
  int handle = mkstemp(path);
  return handle >= 0 ? close(handle) : -1;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decimals_are_exact),
      cmocka_unit_test(fields_are_read),
      cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(driver_insists_on_the_chain),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
