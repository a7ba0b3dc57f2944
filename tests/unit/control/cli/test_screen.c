/* The table people look at, text against text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/screen.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const struct pl_row rows[] = {
    {.name = "BTC-PERPETUAL",
     .decision = {.seq = 9,
                  .im_ppm = 65432,
                  .mm_ppm = 39260,
                  .clip_max_u6 = INT64_C(1250000000000),
                  .reason_mask = 0},
     .view = {.mid_e9 = INT64_C(104250250000000),
              .depth_u6 = {[PL_BID] = {0, 1250000000000, 2500000000000, 12340000000000, 0, 0},
                           [PL_ASK] = {0, 999999999, 1000000000, 250000000000, 0, 0}},
              .spread_ppm = 48,
              .vol_ppm = 623451,
              .state = PL_VIEW_LIVE}},
    {.name = "BTC-27DEC26-100000-C-LONGER",
     .decision = {.seq = 10,
                  .im_ppm = 350000,
                  .mm_ppm = 250000,
                  .clip_max_u6 = 2000000000,
                  .reason_mask = PL_REASON_SILENT | PL_REASON_REARM | PL_REASON_FROZEN},
     .view = {.mid_e9 = 12500000, .spread_ppm = 1234567, .state = PL_VIEW_STALE}},
    {.decision = {.instrument = 7}, .view = {.state = PL_VIEW_EMPTY}},
};

static void expect_rows(uint32_t columns, bool colour, const char *text) {
  char *got = NULL;
  size_t size;
  FILE *out = open_memstream(&got, &size);
  pl_screen_rows(out, rows, COUNT_OF(rows), columns, colour);
  assert_int_equal(fclose(out), 0);
  assert_string_equal(got, text);
  free(got);
}

static void test_the_whole_table(void **state) {
  (void)state;
  expect_rows(
      0, false,
      "instrument                    mid  spread  bid25  bid50 bid100  ask25  ask50 ask100   vol%"
      "    im%    mm%   clip state  reason\n"
      "BTC-PERPETUAL           104250.25    0.48  1.25M  2.50M  12.3M    999  1.00k   250k   62.3"
      "   6.54   3.92  1.25M live   -\n"
      "BTC-27DEC26-100000-C-L   0.012500 12345.6      0      0      0      0      0      0      -"
      "  35.00  25.00  2.00k stale  silent rearm frozen\n"
      "#7                              -       -      -      -      -      -      -      -      -"
      "      -      -      - empty  -\n");
}

static void test_narrow_terminals(void **state) {
  (void)state;
  expect_rows(102, false,
              "instrument                    mid  spread  bid50  ask50   vol%    im%    mm%   clip "
              "state  reason\n"
              "BTC-PERPETUAL           104250.25    0.48  2.50M  1.00k   62.3   6.54   3.92  1.25M "
              "live   -\n"
              "BTC-27DEC26-100000-C-L   0.012500 12345.6      0      0      -  35.00  25.00  2.00k "
              "stale  silent rear\n"
              "#7                              -       -      -      -      -      -      -      - "
              "empty  -\n");
  expect_rows(61, false,
              "instrument                    mid    im%    mm%   clip state\n"
              "BTC-PERPETUAL           104250.25   6.54   3.92  1.25M live\n"
              "BTC-27DEC26-100000-C-L   0.012500  35.00  25.00  2.00k stale\n"
              "#7                              -      -      -      - empty\n");
  expect_rows(30, false,
              "instrument                im%\n"
              "BTC-PERPETUAL            6.54\n"
              "BTC-27DEC26-100000-C-L  35.00\n"
              "#7                          -\n");
}

static void test_colours_follow_the_state(void **state) {
  (void)state;
  expect_rows(36, true,
              "\033[1minstrument                im% state\033[0m\n"
              "\033[32mBTC-PERPETUAL            6.54 live\033[0m\n"
              "\033[31mBTC-27DEC26-100000-C-L  35.00 stale\033[0m\n"
              "\033[2m#7                          - empty\033[0m\n");
}

static void test_numbers_are_cut_not_rounded(void **state) {
  (void)state;
  static const struct {
    int64_t value;
    uint32_t scale;
    const char *text;
  } cases[] = {
      {0, 1, "0"},
      {0, 1000000, "0"},
      {1, 1000000, "0.00"},
      {999, 1, "999"},
      {1000, 1, "1.00k"},
      {1999, 1, "1.99k"},
      {19999, 1, "19.9k"},
      {999999, 1, "999k"},
      {1250000, 1, "1.25M"},
      {-1250000, 1, "-1.25M"},
      {9999999, 1000000, "9.99"},
      {INT64_C(250000000000), 1000000, "250k"},
      {INT64_MAX, 1, "9223P"},
      {INT64_MIN, 1, "-9223P"},
      {INT64_MAX, 1000000, "9.22T"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char text[PL_SCREEN_NUMBER_BYTES];
    assert_string_equal(pl_screen_number(cases[i].value, cases[i].scale, text), cases[i].text);
  }
}

static void test_prices(void **state) {
  (void)state;
  static const struct {
    int64_t price_e9;
    const char *text;
  } cases[] = {
      {1, "0.000000"},
      {12500000, "0.012500"},
      {INT64_C(9999999999), "9.999999"},
      {INT64_C(10000000000), "10.0000"},
      {INT64_C(999999990000), "999.9999"},
      {INT64_C(104250256000000), "104250.25"},
      {INT64_C(-104250256000000), "-104250.25"},
      {INT64_MIN, "-9223372036.85"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char text[PL_SCREEN_NUMBER_BYTES];
    assert_string_equal(pl_screen_price(cases[i].price_e9, text), cases[i].text);
  }
}

static void test_progress(void **state) {
  (void)state;
  static const struct {
    uint64_t done, total;
    uint32_t columns;
    const char *text;
  } cases[] = {
      {0, 10, 0, "[........................................]   0 %  0 of 10 frames"},
      {5, 10, 0, "[####################....................]  50 %  5 of 10 frames"},
      {1300000, 1000000, 0,
       "[########################################] 100 %  1.00M of 1.00M frames"},
      {UINT64_MAX - 1, UINT64_MAX, 40, "[#########.]  99 %  9223P of 9223P frames"},
      {5, 10, 20, " 50 %  5 of 10 frames"},
      {1234, 0, 0, "1.23k frames"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char *got = NULL;
    size_t size;
    FILE *out = open_memstream(&got, &size);
    pl_screen_progress(out, cases[i].done, cases[i].total, "frames", cases[i].columns);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, cases[i].text);
    free(got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_whole_table),
      cmocka_unit_test(test_narrow_terminals),
      cmocka_unit_test(test_colours_follow_the_state),
      cmocka_unit_test(test_numbers_are_cut_not_rounded),
      cmocka_unit_test(test_prices),
      cmocka_unit_test(test_progress),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
