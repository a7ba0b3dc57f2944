/* Tables of names: every code has a name of its own and a hint, everything else is "?". */
#include "engine/base/decision.h"
#include "engine/base/status.h"
#include "engine/base/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef const char *table(uint32_t code);

static const char *status_name(uint32_t code) {
  return pl_status_name((enum pl_status)code);
}

static const char *status_hint(uint32_t code) {
  return pl_status_hint((enum pl_status)code);
}

static void check_names(table *name, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    assert_non_null(name(i));
    assert_true(strspn(name(i), "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(name(i)));
    assert_true(strlen(name(i)) > 0);
    for (uint32_t other = 0; other < i; other++) assert_string_not_equal(name(i), name(other));
  }
  assert_string_equal(name(count), "?");
  assert_string_equal(name(UINT32_MAX), "?");
}

static void check_hints(table *hint, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    assert_true(strlen(hint(i)) > 3);
    assert_true(hint(i)[strlen(hint(i)) - 1] != '.');
  }
  assert_string_equal(hint(count), "?");
}

static void every_status_has_a_name_of_its_own_and_a_hint(void **state) {
  (void)state;
  check_names(status_name, PL_STATUS_COUNT);
  check_hints(status_hint, PL_STATUS_COUNT);
  assert_string_equal(pl_status_name(PL_OK), "ok");
  assert_string_equal(pl_status_name(PL_E_RING_FULL), "ring_full");
  assert_string_equal(pl_status_name(PL_E_SYSTEM), "system");
}

static void every_reason_has_a_name_of_its_own_and_a_hint(void **state) {
  (void)state;
  check_names(pl_decision_reason, PL_REASON_COUNT);
  check_hints(pl_decision_reason_hint, PL_REASON_COUNT);
  assert_string_equal(pl_decision_reason(PL_REASON_BIT_GAP), "gap");
  assert_string_equal(pl_decision_reason(PL_REASON_BIT_SATURATED), "saturated");
}

static void modes_sources_and_states_have_names(void **state) {
  (void)state;
  check_names(pl_decision_mode, PL_MODE_COUNT);
  check_names(pl_decision_source, PL_SOURCE_COUNT);
  check_names(pl_view_state_name, PL_VIEW_STATE_COUNT);
  assert_string_equal(pl_decision_mode(PL_MODE_AUTONOMOUS), "autonomous");
  assert_string_equal(pl_decision_source(PL_SOURCE_EWMA), "ewma");
  assert_string_equal(pl_view_state_name(PL_VIEW_STALE), "stale");
}

/* What forces static limits and what only says what bit are told apart by one mask. */
static void faults_are_all_reasons_before_the_first_bound(void **state) {
  (void)state;
  const uint32_t faults = PL_REASON_GAP | PL_REASON_SILENT | PL_REASON_NO_BOOK | PL_REASON_CHAIN |
                          PL_REASON_CROSSED | PL_REASON_NO_PRICE | PL_REASON_NO_TERMS |
                          PL_REASON_KIND | PL_REASON_CLOSED | PL_REASON_REARM | PL_REASON_FROZEN |
                          PL_REASON_MODE;
  assert_int_equal(PL_REASON_FAULTS, faults);
  const uint32_t bounds = PL_REASON_FLOOR | PL_REASON_CAP | PL_REASON_RATE | PL_REASON_JOINT |
                          PL_REASON_DEPTH | PL_REASON_SATURATED;
  assert_int_equal(faults & bounds, 0);
  assert_int_equal(faults | bounds, (1u << PL_REASON_COUNT) - 1);
}

/* The digest ends before the wall clock's stamp. */
static void digest_covers_all_of_a_decision_but_the_wall_time(void **state) {
  (void)state;
  assert_int_equal(PL_DECISION_DIGEST_BYTES, sizeof(struct pl_decision) - sizeof(uint64_t));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_status_has_a_name_of_its_own_and_a_hint),
      cmocka_unit_test(every_reason_has_a_name_of_its_own_and_a_hint),
      cmocka_unit_test(modes_sources_and_states_have_names),
      cmocka_unit_test(faults_are_all_reasons_before_the_first_bound),
      cmocka_unit_test(digest_covers_all_of_a_decision_but_the_wall_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
