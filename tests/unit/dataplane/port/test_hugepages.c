/* The hugepage preflight against directories laid out like the kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "dataplane/port/hugepages.h"

static char root[64];
static char error[512];

static void write_count(const char *dir, const char *file, unsigned count) {
  char path[256];
  snprintf(path, sizeof(path), "%s/%s", dir, file);
  FILE *stream = fopen(path, "w");
  assert_non_null(stream);
  fprintf(stream, "%u\n", count);
  fclose(stream);
}

static void add_size(unsigned page_kb, unsigned total, unsigned free_pages) {
  char dir[128];
  snprintf(dir, sizeof(dir), "%s/hugepages-%ukB", root, page_kb);
  mkdir(dir, 0700);
  write_count(dir, "nr_hugepages", total);
  write_count(dir, "free_hugepages", free_pages);
}

static int make_root(void **state) {
  (void)state;
  snprintf(root, sizeof(root), "/tmp/pl_test_hugepages.XXXXXX");
  return mkdtemp(root) == NULL ? -1 : 0;
}

static int remove_root(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", root);
  return system(command);
}

static void test_no_page_gives_the_command(void **state) {
  (void)state;
  add_size(1048576, 0, 0);
  add_size(2048, 0, 0);
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_E_MEMORY);
  assert_non_null(strstr(error, "echo 32 | sudo tee"));
  assert_non_null(strstr(error, "hugepages-2048kB/nr_hugepages"));
  assert_null(strchr(error, '\n'));
}

static void test_pages_in_use_are_added_to_those_needed(void **state) {
  (void)state;
  add_size(2048, 40, 10);
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_E_MEMORY);
  assert_non_null(strstr(error, "10 of 40"));
  assert_non_null(strstr(error, "echo 62 | sudo tee"));
}

static void test_enough_of_any_size_will_do(void **state) {
  (void)state;
  add_size(2048, 32, 31);
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_E_MEMORY);
  add_size(2048, 32, 32);
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_OK);
  add_size(2048, 0, 0);
  add_size(1048576, 1, 1);
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_OK);
}

static void test_a_kernel_without_them_is_told(void **state) {
  (void)state;
  assert_int_equal(pl_hugepages_check(root, 64, error, sizeof(error)), PL_E_MEMORY);
  assert_non_null(strstr(error, "embedded profile"));
  assert_int_equal(pl_hugepages_check("/nonexistent", 64, error, sizeof(error)), PL_E_MEMORY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_no_page_gives_the_command, make_root, remove_root),
      cmocka_unit_test_setup_teardown(test_pages_in_use_are_added_to_those_needed, make_root,
                                      remove_root),
      cmocka_unit_test_setup_teardown(test_enough_of_any_size_will_do, make_root, remove_root),
      cmocka_unit_test_setup_teardown(test_a_kernel_without_them_is_told, make_root, remove_root),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
