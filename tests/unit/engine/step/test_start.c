/* The beginning: nothing is believed before it proved itself for long enough. */
#include "tests/unit/engine/step/script.h"

static struct script script;

static int setup(void **state) {
  (void)state;
  script_open(&script);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  script_close(&script);
  return 0;
}

/* A definition carries no time of its own, so it is decided on before the clock is known. */
static void model_waits_for_the_rearm_time_from_the_first_book_on(void **state) {
  (void)state;
  struct pl_event definition = {.type = PL_EV_INSTRUMENT,
                                .side = PL_KIND_LINEAR,
                                .order_id = 1000,
                                .flags = PL_EVF_EVENT_END};
  struct pl_decision decision;
  assert_true(pl_step(script.step, &definition, &decision));
  assert_int_equal(decision.source, PL_SOURCE_STATIC);
  script_snapshot(&script, 0, 50000 * E9, 2 * E9, 1000000 * E8);
  assert_int_equal(script.last.source, PL_SOURCE_STATIC);
  assert_int_equal(script.last.reason_mask, PL_REASON_REARM);
  script_later(&script, script.policy.rearm_ns);
  script_level(&script, 0, PL_BID, 40000 * E9, E8);
  assert_int_equal(script.last.source, PL_SOURCE_EWMA);
}

/* The book is there already when the terms turn up: the terms alone do not make it proven. */
static void model_waits_after_a_change_of_kind(void **state) {
  (void)state;
  script_live(&script, 0, PL_KIND_LINEAR);
  script_define(&script, 0, PL_KIND_SPOT);
  assert_int_equal(script.last.source, PL_SOURCE_STATIC);
  assert_int_equal(script.last.reason_mask, PL_REASON_REARM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(model_waits_for_the_rearm_time_from_the_first_book_on),
      TEST(model_waits_after_a_change_of_kind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
