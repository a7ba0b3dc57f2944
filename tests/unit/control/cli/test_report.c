/* What `plimsoll status` says of a daemon that is not well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/report.h"

/* The first line of the text, from a reply with these. */
static void assert_says(bool degraded, int stale, const char *link, bool stalled,
                        const char *wanted) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  json_t *reply = json_pack("{s:s, s:i, s:i, s:b, s:b, s:{s:i}, s:[{s:s}]}", "daemon_version", "1",
                            "pid", 7, "uptime_s", 61, "degraded", (int)degraded, "stalled",
                            (int)stalled, "states", "stale", stale, "ports", "link", link);
  assert_non_null(reply);
  pl_report_status(out, reply);
  json_decref(reply);
  assert_int_equal(fclose(out), 0);
  *strchr(text, '\n') = '\0';
  assert_string_equal(text, wanted);
  free(text);
}

static void every_reason_is_named_and_no_other(void **state) {
  (void)state;
  assert_says(false, 0, "up", false, "plimsolld  1, pid 7, up 0 h 01 min 01 s");
  assert_says(true, 1, "up", false,
              "plimsolld  1, pid 7, up 0 h 01 min 01 s, DEGRADED: stale rows");
  assert_says(true, 0, "down", false,
              "plimsolld  1, pid 7, up 0 h 01 min 01 s, DEGRADED: link lost");
  assert_says(true, 0, "unknown", true,
              "plimsolld  1, pid 7, up 0 h 01 min 01 s, DEGRADED: a core does not come round");
  assert_says(true, 2, "gone", true,
              "plimsolld  1, pid 7, up 0 h 01 min 01 s, DEGRADED: stale rows, link lost, a core "
              "does not come round");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reason_is_named_and_no_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
