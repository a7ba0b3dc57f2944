#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/arguments.h"

#define WORDS_MAX 11

/* Splits a line at its blanks and parses it. */
static bool parse(const char *line, struct pl_arguments *ret_arguments) {
  static char words[256]; /* the result points into it */
  char *argument[WORDS_MAX] = {0};
  const char *error = NULL;
  int count = 0;
  assert_true(strlen(line) < sizeof words);
  strcpy(words, line);
  for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
    assert_true(count < WORDS_MAX);
    argument[count++] = word;
  }
  bool ok = pl_arguments_parse(count, argument, ret_arguments, &error);
  assert_int_equal(ok, error == NULL);
  return ok;
}

static void bad_usage_is_refused(void **state) {
  (void)state;
  static const char *const lines[] = {
      "x",
      "x --out",
      "x --out f --interface i",
      "x --bogus 1",
      "x --out f --seed",
      "x --out f --seed -1",
      "x --out f --seed 1x",
      "x --out f --seed 18446744073709551616",
      "x --out f --seconds 0",
      "x --out f --seconds 604801",
      "x --out f --rate 0",
      "x --out f --rate 1000001",
      "x --out f --options 97",
      "x --out f --snapshot-cycle 0",
      "x --out f --scenario storm",
      "x --out f --speed 2",
      "x --interface i --speed 0",
      "x --interface i --speed 1.2345",
      "x --interface i --speed 1..2",
      "x --interface i --speed 1000.001",
      "x --interface i --speed -1",
      "x --out-b f",
      "x --out f --interface-b i",
      "x --interface i --out-b f",
      "x --out f --out-b",
      "x --out f --impair-seed -1",
      "x --out f --loss 1",
      "x --out f --loss-c 1%",
      "x --interface i --resend 10.0.0.1:6400",
      "x --out f --venue itch --resend 10.0.0.1:6400",
      "x --interface i --venue deep --resend 10.0.0.1:6400",
      "x --interface i --venue itch --resend 10.0.0.1",
      "x --interface i --venue itch --resend 10.0.0:6400",
      "x --interface i --venue itch --resend 10.0.0.1:",
      "x --interface i --venue itch --resend 10.0.0.1:65536",
      "x --interface i --venue itch --resend 10.0.0.1:64x",
      "x --out f --venue itch --snapshot-cycle 5",
  };
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    struct pl_arguments arguments, before;
    memset(&arguments, 0x5a, sizeof arguments);
    memcpy(&before, &arguments, sizeof before); /* with its padding */
    if (parse(lines[i], &arguments)) fail_msg("accepted: %s", lines[i]);
    assert_memory_equal(&arguments, &before, sizeof before);
  }
}

static void defaults_and_values_arrive(void **state) {
  (void)state;
  struct pl_arguments arguments;
  assert_true(parse("x --out f.pcap", &arguments));
  assert_string_equal(arguments.paths[PL_LINE_A], "f.pcap");
  assert_null(arguments.interfaces[PL_LINE_A]);
  assert_int_equal(arguments.seconds, 120);
  assert_int_equal(arguments.exchange.seed, 1);
  assert_int_equal(arguments.exchange.options, 8);
  assert_int_equal(arguments.exchange.scenario, PL_FLOW_STRESS);
  assert_int_equal(arguments.exchange.cycle_ns, 120000000000u);
  assert_true(parse("x --seed 18446744073709551615 --seconds 60 --rate 5 --out f", &arguments));
  assert_true(arguments.exchange.seed == UINT64_MAX);
  assert_int_equal(arguments.exchange.cycle_ns, 60000000000u);
  assert_int_equal(arguments.exchange.rate, 5);
  assert_true(parse("x --options 96 --scenario calm --snapshot-cycle 3 --out f", &arguments));
  assert_int_equal(arguments.exchange.options, 96);
  assert_int_equal(arguments.exchange.scenario, PL_FLOW_CALM_ONLY);
  assert_int_equal(arguments.exchange.snapshot_cycle_s, 3);
}

static void a_venue_sends_again(void **state) {
  (void)state;
  struct pl_arguments arguments;
  assert_true(parse("x --out f --venue starbase", &arguments));
  assert_int_equal(arguments.load.snapshot_cycle_s, 0);
  assert_false(arguments.resends);
  assert_true(parse("x --interface i --venue starbase --snapshot-cycle 5 --resend 10.0.0.9:6400",
                    &arguments));
  assert_int_equal(arguments.load.snapshot_cycle_s, 5);
  assert_true(arguments.resends);
  assert_int_equal(ntohl(arguments.resend.sin_addr.s_addr), 0x0a000009);
  assert_int_equal(ntohs(arguments.resend.sin_port), 6400);
}

static void speed_is_read_exactly(void **state) {
  (void)state;
  const struct {
    const char *line;
    uint32_t permille;
  } rows[] = {
      {"x --interface i", 1000},
      {"x --interface i --speed 2", 2000},
      {"x --interface i --speed 0.001", 1},
      {"x --interface i --speed 1.5", 1500},
      {"x --interface i --speed .25", 250},
      {"x --interface i --speed 3.", 3000},
      {"x --interface i --speed 1000", 1000000},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_arguments arguments;
    assert_true(parse(rows[i].line, &arguments));
    assert_int_equal(arguments.speed_permille, rows[i].permille);
  }
}

static void two_lines_and_their_impairment_arrive(void **state) {
  (void)state;
  struct pl_arguments arguments;
  assert_true(parse("x --out a --out-b b", &arguments));
  assert_string_equal(arguments.paths[PL_LINE_B], "b");
  assert_false(arguments.is_impaired);
  assert_true(parse("x --interface a --interface-b b --impair-seed 7 --loss-b 2%", &arguments));
  assert_string_equal(arguments.interfaces[PL_LINE_B], "b");
  assert_true(arguments.is_impaired);
  assert_int_equal(arguments.impair[PL_LINE_A].seed, 7);
  assert_int_equal(arguments.impair[PL_LINE_B].seed, 7);
  assert_int_equal(arguments.impair[PL_LINE_A].loss_ppm, 0);
  assert_int_equal(arguments.impair[PL_LINE_B].loss_ppm, 20000);
}

static void endless_keeps_the_cycle(void **state) {
  (void)state;
  struct pl_arguments arguments;
  assert_true(parse("x --interface i --seconds 0", &arguments));
  assert_int_equal(arguments.seconds, 0);
  assert_int_equal(arguments.exchange.cycle_ns, 120000000000u);
}

static void help_wins(void **state) {
  (void)state;
  struct pl_arguments arguments;
  assert_true(parse("x --out f --help", &arguments));
  assert_true(arguments.help);
  char text[8192] = "";
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  pl_arguments_usage(out);
  assert_int_equal(fclose(out), 0);
  assert_non_null(strstr(text, "--snapshot-cycle"));
  assert_non_null(strstr(text, "--both-burst-frames"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_usage_is_refused),
      cmocka_unit_test(defaults_and_values_arrive),
      cmocka_unit_test(a_venue_sends_again),
      cmocka_unit_test(speed_is_read_exactly),
      cmocka_unit_test(two_lines_and_their_impairment_arrive),
      cmocka_unit_test(endless_keeps_the_cycle),
      cmocka_unit_test(help_wins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
