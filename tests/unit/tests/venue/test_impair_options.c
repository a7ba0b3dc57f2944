/* Impairment on a command line: numbers are read exactly, options reach the lines they name, and
 * what was done is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/venue/impair_options.h"
#include "tests/venue/impair_report.h"
#include "tests/venue/number.h"

#define A (1u << PL_LINE_A)
#define B (1u << PL_LINE_B)

static void numbers_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const struct pl_number_unit *units;
    bool good;
    uint64_t value;
  } rows[] = {
      {"0", pl_number_whole, true, 0},
      {"18446744073709551615", pl_number_whole, true, UINT64_MAX},
      {"18446744073709551616", pl_number_whole, false, 0},
      {"18446744073709551615s", pl_number_time, false, 0},
      {"1.0", pl_number_whole, true, 1},
      {"1.5", pl_number_whole, false, 0},
      {"", pl_number_whole, false, 0},
      {".", pl_number_whole, false, 0},
      {"-1", pl_number_whole, false, 0},
      {"+1", pl_number_whole, false, 0},
      {" 1", pl_number_whole, false, 0},
      {"1%", pl_number_share, true, 10000},
      {"0.0001%", pl_number_share, true, 1},
      {"0.00010%", pl_number_share, true, 1},
      {"0.00001%", pl_number_share, false, 0},
      {"100%", pl_number_share, true, 1000000},
      {".5%", pl_number_share, true, 5000},
      {"5.%", pl_number_share, true, 50000},
      {"1.2.3%", pl_number_share, false, 0},
      {"%", pl_number_share, false, 0},
      {"300ppm", pl_number_share, true, 300},
      {"0.01", pl_number_share, false, 0},
      {"50us", pl_number_time, true, 50000},
      {"1.5s", pl_number_time, true, 1500000000},
      {"0.5ns", pl_number_time, false, 0},
      {"2 ms", pl_number_time, false, 0},
      {"2m", pl_number_time, false, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint64_t value = 77;
    bool good = pl_number_read(rows[i].text, rows[i].units, 0, UINT64_MAX, &value);
    if (good != rows[i].good || value != (good ? rows[i].value : 77))
      fail_msg("%s: %d %llu", rows[i].text, good, (unsigned long long)value);
  }
  uint64_t value = 77;
  assert_false(pl_number_read("4", pl_number_whole, 5, 7, &value));
  assert_false(pl_number_read("8", pl_number_whole, 5, 7, &value));
  assert_true(pl_number_read("7", pl_number_whole, 5, 7, &value));
}

/* Bit i: whether the member of line i has the value. */
#define LINES(member, value)                                                                       \
  ((uint32_t)(config[0].member == (value)) | (uint32_t)(config[1].member == (value)) << 1)

static struct pl_impair_config config[PL_IMPAIR_LINES];

static bool take(const char *name, const char *value) {
  const char *error = "unset";
  config[0] = config[1] = pl_impair_config_default();
  assert_true(pl_impair_options_take(name, value, config, &error));
  if (error != NULL) assert_non_null(strstr(error, "--"));
  return error == NULL;
}

static void options_reach_their_lines(void **state) {
  (void)state;
  assert_true(take("--loss", "1%") && LINES(loss_ppm, 10000) == (A | B));
  assert_true(take("--loss-a", "100%") && LINES(loss_ppm, 1000000) == A);
  assert_true(take("--burst-b", "7ppm") && LINES(burst_ppm, 7) == B);
  assert_true(take("--burst-frames", "1") && LINES(burst_frames_max, 1) == (A | B));
  assert_true(take("--burst-frames-a", "1000000") && LINES(burst_frames_max, 1000000) == A);
  assert_true(take("--both-burst", "0.1%") && LINES(both_burst_ppm, 1000) == (A | B));
  assert_true(take("--both-burst-frames", "9") && LINES(both_burst_frames_max, 9) == (A | B));
  assert_true(take("--duplicate", "5%") && LINES(duplicate_ppm, 50000) == (A | B));
  assert_true(take("--duplicate-frames-b", "0") && LINES(duplicate_frames_max, 0) == B);
  assert_true(take("--reorder", "2%") && LINES(reorder_ppm, 20000) == (A | B));
  assert_true(take("--reorder-frames", "64") && LINES(reorder_frames_max, 64) == (A | B));
  assert_true(take("--corrupt-a", "1ppm") && LINES(corrupt_ppm, 1) == A);
  assert_true(take("--truncate-b", "1ppm") && LINES(truncate_ppm, 1) == B);
  assert_true(take("--delay-b", "50us") && LINES(delay_ns, 50000) == B);
  assert_true(take("--jitter", "10us") && LINES(jitter_ns, 10000) == (A | B));
  assert_true(take("--lead", "1s") && LINES(lead_ns, 1000000000) == (A | B));
  assert_true(take("--corrupt-checksum-b", "zero") &&
              LINES(checksum, PL_IMPAIR_CHECKSUM_ZERO) == B);
}

static void bad_values_are_refused(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      {"--loss", "1"},
      {"--loss", "101%"},
      {"--burst-frames", "0"},
      {"--burst-frames", "1000001"},
      {"--reorder-frames", "0"},
      {"--reorder-frames", "65"},
      {"--duplicate-frames", "65"},
      {"--delay", "11s"},
      {"--delay", "50"},
      {"--jitter", "2s"},
      {"--lead", "1%"},
      {"--corrupt-checksum", "right"},
  };
  static const char *const unknown[] = {"--los", "--losses", "--loss-c",     "--both-burst-a",
                                        "loss",  "--",       "--lead-b",     "--loss-",
                                        "",      "-loss",    "--burst-frame"};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_impair_config before = pl_impair_config_default();
    if (take(rows[i][0], rows[i][1])) fail_msg("accepted: %s %s", rows[i][0], rows[i][1]);
    assert_memory_equal(&config[0], &before, sizeof before);
    assert_memory_equal(&config[1], &before, sizeof before);
  }
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    const char *error;
    assert_false(pl_impair_options_take(unknown[i], "1%", config, &error));
  }
}

static bool swallow(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  (void)ctx;
  (void)time_ns;
  (void)frame;
  return size > 0;
}

/* Ten frames, all lost on A; B is listened to or not. */
static const char *report(bool with_b, bool as_json) {
  static char text[4096];
  const struct pl_impair_out out[PL_IMPAIR_LINES] = {{swallow, NULL},
                                                     {with_b ? swallow : NULL, NULL}};
  struct pl_impair_pair pair;
  uint8_t frame[60] = {0};
  config[0] = config[1] = pl_impair_config_default();
  config[0].loss_ppm = 1000000;
  assert_true(pl_impair_pair_open(&pair, config, out));
  for (uint64_t i = 0; i < 10; i++) assert_true(pl_impair_pair_push(&pair, i, frame, 60));
  assert_true(pl_impair_pair_flush(&pair));
  memset(text, 0, sizeof text);
  FILE *file = fmemopen(text, sizeof text, "w");
  assert_non_null(file);
  if (as_json)
    pl_impair_report_json(file, &pair, 3);
  else
    pl_impair_report_table(file, &pair);
  assert_int_equal(fclose(file), 0);
  pl_impair_pair_close(&pair);
  return text;
}

static void report_is_json(void **state) {
  (void)state;
  for (uint32_t with_b = 0; with_b < 2; with_b++) {
    int version, seed, frames, missed, lost, lost_b = -1, out_b = -1;
    json_t *root = json_loads(report(with_b, true), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_unpack(root, "{s:i, s:i, s:i, s:i, s:{s:{s:i}, s?{s:i, s:i}}}", "version",
                                 &version, "seed", &seed, "frames", &frames, "missed", &missed,
                                 "lines", "a", "lost", &lost, "b", "lost", &lost_b, "frames_out",
                                 &out_b),
                     0);
    assert_int_equal(version, 1);
    assert_int_equal(seed, 3);
    assert_int_equal(frames, 10);
    assert_int_equal(missed, with_b ? 0 : 10);
    assert_int_equal(lost, 10);
    assert_int_equal(lost_b, with_b ? 0 : -1);
    assert_int_equal(out_b, with_b ? 10 : -1);
    json_decref(root);
  }
}

/* Each line of the table is as wide as the first. */
static void report_is_aligned(void **state) {
  (void)state;
  const char *text = report(true, false);
  size_t width = strcspn(text, "\n");
  for (uint32_t row = 0; row < 10; row++) {
    assert_int_equal(strcspn(text, "\n"), width);
    text += width + 1;
  }
  assert_non_null(strstr(text, "0 of 10 frames"));
  assert_null(strstr(report(false, false), "line B"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_exact),      cmocka_unit_test(options_reach_their_lines),
      cmocka_unit_test(bad_values_are_refused), cmocka_unit_test(report_is_json),
      cmocka_unit_test(report_is_aligned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
