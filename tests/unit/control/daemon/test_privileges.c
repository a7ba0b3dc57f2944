/* Privileges given up: by every thread, and not to be had again. What takes root is left out, with
 * a word, where the tests run without. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "control/daemon/privileges.h"
#include "tests/unit/control/daemon/in_child.h"

#define THREADS    3
#define USER       65534
#define OTHER_USER 65533

static atomic_bool asked;
static char error[256];

struct seen {
  uid_t uid, effective;
  gid_t gid;
  int groups;
  bool bare;
};

static struct seen look(void) {
  struct seen seen = {.uid = getuid(), .effective = geteuid(), .gid = getgid()};
  seen.groups = getgroups(0, NULL);
  cap_t own = cap_get_proc(), none = cap_init();
  seen.bare = own != NULL && none != NULL && cap_compare(own, none) == 0;
  (void)cap_free(own);
  (void)cap_free(none);
  return seen;
}

/* Made before, asked after. */
static void *other_thread(void *argument) {
  struct seen *seen = argument;
  while (!atomic_load_explicit(&asked, memory_order_acquire)) (void)usleep(1000);
  *seen = look();
  return NULL;
}

/* Returns the threads' views, our own as the last. */
static enum pl_status drop_with_threads(uid_t user, gid_t group,
                                        struct seen ret_seen[THREADS + 1]) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, other_thread, &ret_seen[i]) != 0) return PL_E_SYSTEM;
  enum pl_status status = pl_privileges_drop(user, group, error, sizeof error);
  /* release: pairs with other_thread */
  atomic_store_explicit(&asked, true, memory_order_release);
  for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
  ret_seen[THREADS] = look();
  if (status != PL_OK) (void)dprintf(STDERR_FILENO, "%s\n", error);
  return status;
}

static int become_user(void) {
  struct seen seen[THREADS + 1];
  EXPECT(drop_with_threads(USER, USER, seen) == PL_OK);
  for (int i = 0; i <= THREADS; i++) {
    EXPECT(seen[i].uid == USER && seen[i].effective == USER && seen[i].gid == USER);
    EXPECT(seen[i].groups == 0);
    EXPECT(seen[i].bare);
  }
  EXPECT(setuid(0) != 0 && setgid(0) != 0);
  for (int i = 0; i < cap_max_bits(); i++) EXPECT(cap_get_bound(i) == 0);
  EXPECT(prctl(PR_GET_DUMPABLE) == 0);
  return 0;
}

static int stay_root(void) {
  struct seen seen[THREADS + 1];
  EXPECT(drop_with_threads(PL_PRIVILEGES_USER_NONE, (gid_t)-1, seen) == PL_OK);
  for (int i = 0; i <= THREADS; i++) EXPECT(seen[i].uid == getuid() && seen[i].bare);
  EXPECT(prctl(PR_GET_DUMPABLE) == 0);
  return 0;
}

/* An ordinary user that was handed capabilities, ambient ones too, as by systemd. */
static int user_with_capabilities(void) {
  struct seen seen[THREADS + 1];
  const cap_value_t kept[] = {CAP_NET_RAW, CAP_NET_ADMIN};
  cap_t own = cap_init();
  EXPECT(prctl(PR_SET_KEEPCAPS, 1) == 0 && setgid(USER) == 0 && setuid(USER) == 0);
  for (int set = CAP_EFFECTIVE; set <= CAP_INHERITABLE; set++)
    EXPECT(cap_set_flag(own, (cap_flag_t)set, 2, kept, CAP_SET) == 0);
  EXPECT(cap_set_proc(own) == 0 && cap_set_ambient(CAP_NET_RAW, CAP_SET) == 0);
  EXPECT(!look().bare);
  EXPECT(drop_with_threads(USER, USER, seen) == PL_OK);
  for (int i = 0; i <= THREADS; i++) EXPECT(seen[i].uid == USER && seen[i].bare);
  EXPECT(cap_get_ambient(CAP_NET_RAW) == 0);
  return 0;
}

static int user_cannot_become_another(void) {
  EXPECT(setgid(USER) == 0 && setuid(USER) == 0);
  EXPECT(pl_privileges_check(PL_PRIVILEGES_USER_NONE, error, sizeof error) == PL_OK);
  EXPECT(pl_privileges_check(USER, error, sizeof error) == PL_OK);
  EXPECT(error[0] == '\0');
  EXPECT(pl_privileges_check(OTHER_USER, error, sizeof error) == PL_E_DENIED);
  EXPECT(strstr(error, "uid 65534 cannot become uid 65533") != NULL);
  EXPECT(pl_privileges_drop(OTHER_USER, OTHER_USER, error, sizeof error) == PL_E_DENIED);
  return 0;
}

/* Root that may do nothing of root's, as in some containers: not silently. */
static int root_without_setuid(void) {
  cap_t own = cap_get_proc();
  const cap_value_t lost[] = {CAP_SETUID};
  EXPECT(cap_set_flag(own, CAP_EFFECTIVE, 1, lost, CAP_CLEAR) == 0);
  EXPECT(cap_set_flag(own, CAP_PERMITTED, 1, lost, CAP_CLEAR) == 0 && cap_set_proc(own) == 0);
  EXPECT(pl_privileges_drop(USER, USER, error, sizeof error) == PL_E_SYSTEM);
  EXPECT(strstr(error, "cannot give them up: Operation not permitted") != NULL);
  return 0;
}

static void as_root(int (*body)(void)) {
  if (geteuid() != 0) {
    print_message("*** left out: needs root\n");
    skip();
  }
  expect_orderly(body);
}

static void test_become_user(void **state) {
  (void)state;
  as_root(become_user);
}

static void test_stay(void **state) {
  (void)state;
  expect_orderly(stay_root);
}

static void test_user_with_capabilities(void **state) {
  (void)state;
  as_root(user_with_capabilities);
}

static void test_user_cannot_become_another(void **state) {
  (void)state;
  as_root(user_cannot_become_another);
}

static void test_root_without_setuid(void **state) {
  (void)state;
  as_root(root_without_setuid);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_become_user),
      cmocka_unit_test(test_stay),
      cmocka_unit_test(test_user_with_capabilities),
      cmocka_unit_test(test_user_cannot_become_another),
      cmocka_unit_test(test_root_without_setuid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
