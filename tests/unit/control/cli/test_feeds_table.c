/* The channels people look at, text against text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/feeds_table.h"
#include "control/daemon/feeds_json.h"

#define MS UINT64_C(1000000)

enum { NORMAL, GAP_WAIT, RESEND_WAIT, SNAPSHOT, STALE };

static struct pl_channels_stats channels;

static int setup(void **state) {
  (void)state;
  static const struct pl_channel_row rows[] = {
      {.id = 1, .next_seq = 4711, .lines = {{.packets = 4710}, {.packets = 4000}}},
      {.id = 262143,
       .state = RESEND_WAIT,
       .next_seq = 9999999999,
       .filled = {1, 23, 456},
       .gaps = 1,
       .units_lost = 99999,
       .gaps_by_snapshot = 1,
       .duplicates = 1234567,
       .late = 3,
       .restarts = 1,
       .stale_ns = 850 * MS,
       .held = 512,
       .lines = {{.packets = UINT64_MAX, .silent = 1}, {.packets = 1250000}}},
      {.id = 3, .state = STALE, .next_seq = UINT64_MAX, .stale_ns = UINT64_C(100) * 3600000 * MS},
      {.id = 4, .silent = 1, .silences = 2, .next_seq = 10000000000},
      {.id = 5, .state = GAP_WAIT},
      {.id = 6, .state = SNAPSHOT},
  };
  channels.count = sizeof rows / sizeof *rows;
  memcpy(channels.rows, rows, sizeof rows);
  return 0;
}

static char *print(uint32_t rows_max, uint32_t columns, bool colour) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  json_t *rows = pl_feeds_json_rows(&channels, 0, PL_CHANNELS_MAX);
  pl_feeds_table(out, rows, rows_max, columns, colour);
  json_decref(rows);
  assert_int_equal(fclose(out), 0);
  return text;
}

static void the_whole_table(void **state) {
  (void)state;
  char *text = print(UINT32_MAX, 0, false);
  assert_string_equal(
      text,
      "channel state         sequence  gaps  lost fillA fillB resent  snap   dup  late restart "
      "silent  stale held      A      B\n"
      "1       normal            4711     0     0     0     0      0     0     0     0       0 "
      "     0      0    0  4.71k  4.00k\n"
      "262143  resend wait 9999999999     1 99.9k     1    23    456     1 1.23M     3       1 "
      "     0  850ms  512 9223P!  1.25M\n"
      "3       stale            9223P     0     0     0     0      0     0     0     0       0 "
      "     0     4d    0      0      0\n"
      "4       normal           10.0G     0     0     0     0      0     0     0     0       0 "
      "    2!      0    0      0      0\n"
      "5       gap wait             0     0     0     0     0      0     0     0     0       0 "
      "     0      0    0      0      0\n"
      "6       snapshot             0     0     0     0     0      0     0     0     0       0 "
      "     0      0    0      0      0\n");
  free(text);
}

static void every_line_fits(void **state) {
  (void)state;
  static const uint32_t widths[] = {120, 80, 1};
  memset(channels.rows, 0xff, sizeof channels.rows);
  channels.count = PL_CHANNELS_MAX;
  for (uint32_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    char *text = print(UINT32_MAX, i == 0 ? 0 : widths[i], false);
    uint32_t lines = 0;
    for (char *at = strtok(text, "\n"); at != NULL; at = strtok(NULL, "\n"), lines++)
      assert_true(strlen(at) <= widths[i]);
    assert_int_equal(lines, PL_CHANNELS_MAX + 1);
    free(text);
  }
}

static void colours_say_what_is_wrong(void **state) {
  (void)state;
  char *text = print(UINT32_MAX, 7, true);
  assert_string_equal(text, "\033[1mchannel\033[0m\n"
                            "1\n"
                            "\033[33m262143\033[0m\n"
                            "\033[31m3\033[0m\n"
                            "\033[31m4\033[0m\n"
                            "\033[33m5\033[0m\n"
                            "\033[33m6\033[0m\n");
  free(text);
}

static void what_does_not_fit_is_counted(void **state) {
  (void)state;
  char *text = print(2, 7, false);
  assert_string_equal(text, "channel\n1\n262143\nand 4 more\n");
  free(text);
  channels.count = 0;
  text = print(2, 7, false);
  assert_string_equal(text, "channel\n");
  free(text);
}

static void times(void **state) {
  (void)state;
  static const struct {
    uint64_t ms;
    const char *text;
  } cases[] = {
      {0, "0"},
      {1, "1ms"},
      {999, "999ms"},
      {1000, "1.0s"},
      {59999, "59.9s"},
      {60000, "1m00s"},
      {3599999, "59m59s"},
      {3600000, "1h00m"},
      {359999999, "99h59m"},
      {360000000, "4d"},
  };
  for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    channels = (struct pl_channels_stats){.count = 1};
    channels.rows[0].stale_ns = cases[i].ms * MS + 999999;
    char *text = print(1, 0, false), wanted[16];
    (void)snprintf(wanted, sizeof wanted, "%6s", cases[i].text);
    const char *row = strchr(text, '\n') + 1;
    assert_memory_equal(row + strlen(row) - 1 - 25, wanted, 6);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_whole_table, setup),
      cmocka_unit_test_setup(every_line_fits, setup),
      cmocka_unit_test_setup(colours_say_what_is_wrong, setup),
      cmocka_unit_test_setup(what_does_not_fit_is_counted, setup),
      cmocka_unit_test(times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
