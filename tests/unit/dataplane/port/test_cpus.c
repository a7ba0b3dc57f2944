/* Placement of workers: an edge table of masks and counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/port/cpus.h"

static cpu_set_t set_of(uint64_t bits) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (unsigned cpu = 0; cpu < 64; cpu++)
    if ((bits >> cpu & 1) != 0) CPU_SET(cpu, &set);
  return set;
}

static void expect_lcores(uint64_t allowed_bits, uint32_t workers, const uint32_t *cpus,
                          const char *wanted) {
  char text[PL_CPUS_LCORES_BYTES];
  struct pl_cpus_plan plan;
  cpu_set_t allowed = set_of(allowed_bits);
  pl_cpus_plan(&allowed, workers, cpus, &plan);
  pl_cpus_format_lcores(&plan, text, sizeof(text));
  assert_string_equal(text, wanted);
}

static void test_chosen_workers_leave_a_cpu_to_the_rest(void **state) {
  (void)state;
  expect_lcores(0x1, 0, NULL, "0@(0)");
  expect_lcores(0x3, 0, NULL, "0@(0,1)");
  expect_lcores(0x3, 1, NULL, "0@(0),1@1");
  expect_lcores(0xf, 2, NULL, "0@(0,1),1@2,2@3");
  expect_lcores(0xb0, 2, NULL, "0@(4),1@5,2@7");
}

static void test_too_few_cpus_are_shared(void **state) {
  (void)state;
  expect_lcores(0x1, 2, NULL, "0@(0),1@0,2@0");
  expect_lcores(0x2, 1, NULL, "0@(1),1@1");
  expect_lcores(0x3, 2, NULL, "0@(0,1),1@1,2@0");
  expect_lcores(0x3, 3, NULL, "0@(0,1),1@1,2@0,3@1");
}

static void test_named_cpus_are_taken(void **state) {
  (void)state;
  const uint32_t cpus[] = {0, 9};
  expect_lcores(0x3, 2, cpus, "0@(1),1@0,2@9");
  expect_lcores(0x1, 1, cpus, "0@(0),1@0");
}

static void test_the_longest_plan_fits(void **state) {
  (void)state;
  char text[PL_CPUS_LCORES_BYTES];
  struct pl_cpus_plan plan = {.workers = PL_CPUS_WORKERS_MAX};
  memset(&plan.main_cpus, 0xff, sizeof(plan.main_cpus));
  for (uint32_t i = 0; i < PL_CPUS_WORKERS_MAX; i++) plan.worker_cpu[i] = CPU_SETSIZE - 1;
  pl_cpus_format_lcores(&plan, text, sizeof(text));
  assert_non_null(strstr(text, ",32@1023"));
}

static void test_the_kernel_is_asked(void **state) {
  (void)state;
  char error[256];
  cpu_set_t before, after;
  assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
  uint32_t cpu = (uint32_t)sched_getcpu();
  assert_int_equal(pl_cpus_check(&cpu, 1, error, sizeof(error)), PL_OK);
  const uint32_t bad[] = {cpu, CPU_SETSIZE};
  assert_int_equal(pl_cpus_check(bad, 2, error, sizeof(error)), PL_E_CONFIG);
  assert_non_null(strstr(error, "CPU 1024"));
  const uint32_t absent = CPU_SETSIZE - 1;
  assert_int_equal(pl_cpus_check(&absent, 1, error, sizeof(error)), PL_E_CONFIG);
  assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
  assert_true(CPU_EQUAL(&before, &after));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chosen_workers_leave_a_cpu_to_the_rest),
      cmocka_unit_test(test_too_few_cpus_are_shared),
      cmocka_unit_test(test_named_cpus_are_taken),
      cmocka_unit_test(test_the_longest_plan_fits),
      cmocka_unit_test(test_the_kernel_is_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
