/* The tool's command line: an edge table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/options.h"
#include "engine/base/decision.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define WORDS_MAX       8

static char error[PL_OPTIONS_ERROR_BYTES];
static struct pl_options options;

static bool parse(const char *const words[WORDS_MAX]) {
  static char *argv[WORDS_MAX + 2];
  int argc = 1;
  argv[0] = (char *)(uintptr_t) "plimsoll";
  for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
    argv[argc] = (char *)(uintptr_t)words[argc - 1];
  argv[argc] = NULL;
  error[0] = '\0';
  return pl_options_parse(argc, argv, &options, error);
}

static void test_wrong_lines(void **state) {
  (void)state;
  static const struct {
    const char *words[WORDS_MAX], *error;
  } cases[] = {
      {{NULL}, "a verb is missing"},
      {{"--json"}, "a verb is missing"},
      {{"sink"}, "no such verb: sink"},
      {{"policy"}, "no such verb: policy"},
      {{"--sink", "status"}, "no such option: --sink"},
      {{"status", "--sink"}, "no such option: --sink"},
      {{"status", "extra"}, "one argument too many: extra"},
      {{"status", "--socket"}, "an option lacks its value: --socket"},
      {{"status", "--watch"}, "--watch is for table and feeds"},
      {{"status", "--timeout-ms", "0"}, "--timeout-ms is 1 to 999999"},
      {{"status", "--timeout-ms", "1000000"}, "--timeout-ms is 1 to 999999"},
      {{"status", "--timeout-ms", "-1"}, "--timeout-ms is 1 to 999999"},
      {{"mode"}, "mode: static|monitor|autonomous is missing"},
      {{"mode", "fast"}, "no such mode: fast"},
      {{"freeze"}, "freeze: INSTRUMENT is missing"},
      {{"freeze", "A", "B"}, "one argument too many: B"},
      {{"policy", "check"}, "policy check: FILE is missing"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    assert_false(parse(cases[i].words));
    assert_string_equal(error, cases[i].error);
  }
}

static void test_defaults_and_environment(void **state) {
  (void)state;
  assert_int_equal(unsetenv("PLIMSOLL_SOCKET"), 0);
  assert_int_equal(unsetenv("PLIMSOLL_TABLE"), 0);
  assert_true(parse((const char *const[WORDS_MAX]){"status"}));
  assert_int_equal(options.command->verb, PL_VERB_STATUS);
  assert_string_equal(options.socket, "/run/plimsoll/admin.sock");
  assert_string_equal(options.table, "main");
  assert_int_equal(options.timeout_ms, 5000);
  assert_false(options.json);
  assert_int_equal(setenv("PLIMSOLL_SOCKET", "/e", 1), 0);
  assert_int_equal(setenv("PLIMSOLL_TABLE", "", 1), 0);
  assert_true(parse((const char *const[WORDS_MAX]){"status"}));
  assert_string_equal(options.socket, "/e");
  assert_string_equal(options.table, "main");
  assert_true(parse((const char *const[WORDS_MAX]){"status", "--socket", "/o"}));
  assert_string_equal(options.socket, "/o");
  assert_int_equal(unsetenv("PLIMSOLL_SOCKET"), 0);
  assert_int_equal(unsetenv("PLIMSOLL_TABLE"), 0);
}

static void test_options_stand_anywhere(void **state) {
  (void)state;
  static const char *const lines[][WORDS_MAX] = {
      {"--json", "--socket", "/s", "freeze", "BTC-PERPETUAL"},
      {"freeze", "--json", "BTC-PERPETUAL", "--socket=/s"},
      {"freeze", "BTC-PERPETUAL", "-j", "--socket", "/s"},
  };
  for (size_t i = 0; i < COUNT_OF(lines); i++) {
    assert_true(parse(lines[i]));
    assert_int_equal(options.command->verb, PL_VERB_FREEZE);
    assert_string_equal(options.argument, "BTC-PERPETUAL");
    assert_string_equal(options.socket, "/s");
    assert_true(options.json);
  }
}

static void test_arguments(void **state) {
  (void)state;
  assert_true(parse((const char *const[WORDS_MAX]){"mode", "monitor"}));
  assert_int_equal(options.mode, PL_MODE_MONITOR);
  assert_true(parse((const char *const[WORDS_MAX]){"policy", "check", "f.yaml"}));
  assert_string_equal(options.argument, "f.yaml");
  assert_true(parse((const char *const[WORDS_MAX]){"table", "--watch", "--table", "t"}));
  assert_true(options.watch);
  assert_string_equal(options.table, "t");
  assert_true(parse((const char *const[WORDS_MAX]){"feeds", "--watch"}));
  assert_true(options.watch);
  assert_true(parse((const char *const[WORDS_MAX]){"--version"}));
  assert_true(options.version);
  assert_true(parse((const char *const[WORDS_MAX]){"mode", "--help"}));
  assert_true(options.help);
}

static void test_replay_reads_its_own_options(void **state) {
  (void)state;
  assert_true(parse((const char *const[WORDS_MAX]){"replay", "--layout", "inline", "--json", "f"}));
  assert_int_equal(options.command->verb, PL_VERB_REPLAY);
  assert_false(options.json);
  assert_int_equal(options.rest_count, 5);
  assert_string_equal(options.rest[0], "replay");
  assert_string_equal(options.rest[4], "f");
}

static void test_the_help_names_every_verb(void **state) {
  (void)state;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  pl_options_usage(out);
  assert_int_equal(fclose(out), 0);
  for (uint32_t i = 0; pl_commands_at(i) != NULL; i++) {
    assert_non_null(strstr(text, pl_commands_at(i)->words));
    assert_non_null(strstr(text, pl_commands_at(i)->help));
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wrong_lines),
      cmocka_unit_test(test_defaults_and_environment),
      cmocka_unit_test(test_options_stand_anywhere),
      cmocka_unit_test(test_arguments),
      cmocka_unit_test(test_replay_reads_its_own_options),
      cmocka_unit_test(test_the_help_names_every_verb),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
