/* Groups joined on the loopback interface, as /proc/net tells them. Any user may. */
#include <arpa/inet.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/port/groups.h"

/* Other tests may run in the same namespace: the process's own number keeps them apart. */
#define GROUP(i)    (0xef000000u | ((uint32_t)getpid() & 0xffff) << 8 | (i))
#define SOURCE(i)   (0x0a000001u + (i))
#define MANY        45 /* beyond two sockets' usual 20 */
#define SOURCES     25 /* of one group: beyond two sockets' usual 10 */
#define SOCKETS_FEW 3
#define LINE_BYTES  256
#define ERROR_BYTES 512

static char error[ERROR_BYTES];

static uint32_t users_of(uint32_t group) {
  char line[LINE_BYTES], device[LINE_BYTES] = "";
  uint32_t users = 0, found, count;
  FILE *file = fopen("/proc/net/igmp", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    if (line[0] != '\t')
      (void)sscanf(line, "%*u %255s", device);
    else if (strcmp(device, "lo") == 0 && sscanf(line, " %x %u", &found, &count) == 2 &&
             ntohl(found) == group)
      users = count;
  }
  (void)fclose(file);
  return users;
}

/* How often a sender's frames are asked for. */
static uint32_t asked_of(uint32_t group, uint32_t source) {
  char line[LINE_BYTES];
  uint32_t asked = 0, found_group, found_source, count;
  FILE *file = fopen("/proc/net/mcfilter", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL)
    if (sscanf(line, "%*u lo %x %x %u", &found_group, &found_source, &count) == 3 &&
        found_group == group && found_source == source)
      asked = count;
  (void)fclose(file);
  return asked;
}

static struct pl_groups *join(const struct pl_groups_entry *entries, uint32_t count) {
  struct pl_groups *groups = NULL;
  assert_int_equal(pl_groups_join("lo", entries, count, &groups, error, sizeof error), PL_OK);
  assert_non_null(groups);
  return groups;
}

static void test_joined_until_left(void **state) {
  (void)state;
  struct pl_groups_entry entry = {GROUP(1), 0};
  assert_int_equal(users_of(GROUP(1)), 0);
  struct pl_groups *groups = join(&entry, 1);
  assert_int_equal(users_of(GROUP(1)), 1);
  assert_int_equal(pl_groups_renew(groups, error, sizeof error), PL_OK);
  assert_int_equal(users_of(GROUP(1)), 1);
  pl_groups_leave(groups);
  assert_int_equal(users_of(GROUP(1)), 0);
  pl_groups_leave(NULL);
}

static void test_one_group_is_joined_once(void **state) {
  (void)state;
  struct pl_groups_entry entries[] = {{GROUP(1), 0}, {GROUP(2), 0}, {GROUP(1), 0}};
  struct pl_groups *groups = join(entries, 3);
  assert_int_equal(users_of(GROUP(1)), 1);
  assert_int_equal(users_of(GROUP(2)), 1);
  pl_groups_leave(groups);
}

static void test_source_specific(void **state) {
  (void)state;
  struct pl_groups_entry entries[] = {
      {GROUP(1), SOURCE(0)}, {GROUP(1), SOURCE(1)}, {GROUP(1), SOURCE(0)}};
  struct pl_groups *groups = join(entries, 3);
  for (uint32_t renewals = 0; renewals < 2; renewals++) {
    assert_int_equal(users_of(GROUP(1)), 1);
    assert_int_equal(asked_of(GROUP(1), SOURCE(0)), 1);
    assert_int_equal(asked_of(GROUP(1), SOURCE(1)), 1);
    assert_int_equal(asked_of(GROUP(1), SOURCE(2)), 0);
    assert_int_equal(pl_groups_renew(groups, error, sizeof error), PL_OK);
  }
  pl_groups_leave(groups);
  assert_int_equal(asked_of(GROUP(1), SOURCE(0)), 0);
}

/* Whoever sends is more than one who sends, whatever the order. */
static void test_any_sender_covers_one(void **state) {
  (void)state;
  struct pl_groups_entry entries[] = {{GROUP(1), SOURCE(0)}, {GROUP(1), 0}, {GROUP(1), SOURCE(1)}};
  struct pl_groups *groups = join(entries, 3);
  assert_int_equal(users_of(GROUP(1)), 1);
  assert_int_equal(asked_of(GROUP(1), SOURCE(0)), 0);
  assert_int_equal(asked_of(GROUP(1), SOURCE(1)), 0);
  pl_groups_leave(groups);
}

static void test_more_than_a_socket_takes(void **state) {
  (void)state;
  struct pl_groups_entry entries[MANY + SOURCES];
  for (uint32_t i = 0; i < MANY; i++) entries[i] = (struct pl_groups_entry){GROUP(i), 0};
  for (uint32_t i = 0; i < SOURCES; i++)
    entries[MANY + i] = (struct pl_groups_entry){GROUP(MANY), SOURCE(i)};
  struct pl_groups *groups = join(entries, MANY + SOURCES);
  for (uint32_t i = 0; i < MANY; i++) assert_int_equal(users_of(GROUP(i)), 1);
  assert_int_equal(pl_groups_renew(groups, error, sizeof error), PL_OK);
  for (uint32_t i = 0; i < SOURCES; i++) assert_int_equal(asked_of(GROUP(MANY), SOURCE(i)), 1);
  pl_groups_leave(groups);
  for (uint32_t i = 0; i <= MANY; i++) assert_int_equal(users_of(GROUP(i)), 0);
}

static void expect_failure(const char *interface, const struct pl_groups_entry *entries,
                           uint32_t count, enum pl_status status, const char *message) {
  struct pl_groups *groups = NULL;
  assert_int_equal(pl_groups_join(interface, entries, count, &groups, error, sizeof error), status);
  assert_null(groups);
  assert_string_equal(error, message);
}

static void test_no_such_interface(void **state) {
  (void)state;
  struct pl_groups_entry entry = {GROUP(1), 0};
  expect_failure("plim-none", &entry, 1, PL_E_CONFIG,
                 "no interface 'plim-none' here: see 'ip -br link'");
}

static void test_no_group(void **state) {
  (void)state;
  struct pl_groups_entry entry = {0x0a000001, 0};
  expect_failure("lo", &entry, 1, PL_E_SYSTEM,
                 "cannot join group 10.0.0.1 on lo: Invalid argument");
}

/* Halfway out of sockets: nothing stays joined. */
static void test_out_of_files(void **state) {
  (void)state;
  struct pl_groups_entry entries[PL_GROUPS_MAX];
  struct rlimit usual, few;
  char wanted[ERROR_BYTES];
  for (uint32_t i = 0; i < PL_GROUPS_MAX; i++) entries[i] = (struct pl_groups_entry){GROUP(i), 0};
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
  int next = dup(0); /* the lowest that is free */
  assert_true(next > 0);
  close(next);
  few = (struct rlimit){(rlim_t)next + SOCKETS_FEW, usual.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  struct pl_groups *groups = NULL;
  enum pl_status status =
      pl_groups_join("lo", entries, PL_GROUPS_MAX, &groups, error, sizeof error);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
  if (status == PL_OK) { /* this host's igmp_max_memberships is generous */
    pl_groups_leave(groups);
    skip();
  }
  assert_int_equal(status, PL_E_SYSTEM);
  (void)snprintf(wanted, sizeof wanted, "on lo: no more files: raise 'ulimit -n'");
  assert_non_null(strstr(error, wanted));
  for (uint32_t i = 0; i < PL_GROUPS_MAX; i++) assert_int_equal(users_of(GROUP(i)), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_joined_until_left),
      cmocka_unit_test(test_one_group_is_joined_once),
      cmocka_unit_test(test_source_specific),
      cmocka_unit_test(test_any_sender_covers_one),
      cmocka_unit_test(test_more_than_a_socket_takes),
      cmocka_unit_test(test_no_such_interface),
      cmocka_unit_test(test_no_group),
      cmocka_unit_test(test_out_of_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
