/* The table of commands: numbers, words and roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/admin/commands.h"
#include "control/admin/roles.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void test_numbers_are_unique(void **state) {
  (void)state;
  for (uint32_t i = 0; pl_commands_at(i) != NULL; i++) {
    const struct pl_commands_row *row = pl_commands_at(i);
    assert_true(row->verb > 0 && row->verb <= UINT16_MAX);
    assert_ptr_equal(pl_commands_find((uint32_t)row->verb), row);
    assert_true(strlen(row->help) > 0);
  }
  assert_null(pl_commands_find(0));
  assert_null(pl_commands_find(UINT32_MAX));
}

static void test_words(void **state) {
  (void)state;
  static const struct {
    const char *words[3];
    uint32_t count, used;
    const char *found; /* NULL: none */
  } cases[] = {
      {{"status"}, 1, 1, "status"},
      {{"status", "x"}, 2, 1, "status"},
      {{"policy", "show"}, 2, 2, "policy show"},
      {{"policy", "check", "show"}, 3, 2, "policy check"},
      {{"policy"}, 1, 0, NULL},
      {{"policy", "sho"}, 2, 0, NULL},
      {{"policy show"}, 1, 0, NULL},
      {{"statu"}, 1, 0, NULL},
      {{"status2"}, 1, 0, NULL},
      {{""}, 1, 0, NULL},
      {{NULL}, 0, 0, NULL},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    uint32_t used = 0;
    const struct pl_commands_row *row =
        pl_commands_match((char *const *)(uintptr_t)cases[i].words, cases[i].count, &used);
    assert_int_equal(row != NULL, cases[i].found != NULL);
    assert_int_equal(used, cases[i].used);
    if (row != NULL) assert_string_equal(row->words, cases[i].found);
  }
}

static void test_who_may_operate(void **state) {
  (void)state;
  const struct pl_roles roles = {
      .uids = {1001}, .uid_count = 1, .gids = {2001, 2002}, .gid_count = 2};
  static const struct {
    uid_t uid;
    gid_t gids[3];
    enum pl_role role;
  } cases[] = {
      {0, {9, 9, 9}, PL_ROLE_OPERATE},       /* root */
      {500, {9, 9, 9}, PL_ROLE_OPERATE},     /* the daemon's own */
      {1001, {9, 9, 9}, PL_ROLE_OPERATE},    /* named */
      {1002, {9, 9, 2002}, PL_ROLE_OPERATE}, /* by a group */
      {1002, {9, 9, 9}, PL_ROLE_VIEW},
      {2001, {9, 9, 1001}, PL_ROLE_VIEW}, /* a user's number is no group's */
      {UINT32_MAX, {UINT32_MAX, 0, 0}, PL_ROLE_VIEW},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++)
    assert_int_equal(pl_roles_of(&roles, 500, cases[i].uid, cases[i].gids, 3), cases[i].role);
  assert_int_equal(pl_roles_of(&(struct pl_roles){.uid_count = 0}, 500, 1001, NULL, 0),
                   PL_ROLE_VIEW);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers_are_unique),
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_who_may_operate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
