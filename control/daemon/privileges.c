#include "control/daemon/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS_DIR  "/proc/self/task"
#define STATUS_BYTES 4096
#define PATH_BYTES   64
#define THREAD_S_MAX 10 /* for one thread to answer; they sleep in the kernel, or poll */

/* What every thread does in turn, never two at once. Ids and capabilities belong to threads, and
 * those of DPDK are not made by us: each is told by a signal. */
static struct {
  uid_t user;
  gid_t group;
  bool change_ids, bounding;
  cap_t none;
  sem_t done;
  _Atomic int error; /* errno of the first that failed; the semaphore orders it */
} shed;

enum pl_status pl_privileges_check(uid_t user, char *ret_error, size_t error_bytes) {
  uid_t own = geteuid();
  if (user == PL_PRIVILEGES_USER_NONE || user == own || own == 0) return PL_OK;
  (void)snprintf(ret_error, error_bytes,
                 "user: uid %u cannot become uid %u: start as root or as that user, or leave the "
                 "key out",
                 (unsigned)own, (unsigned)user);
  return PL_E_DENIED;
}

/* Safe in a signal handler: system calls alone; libcap's three do nothing else. The plain calls
 * instead of glibc's, which would themselves go through every thread. Returns 0 or an errno. */
static int shed_thread(void) {
  for (cap_value_t i = 0; shed.bounding && i < cap_max_bits(); i++)
    if (cap_drop_bound(i) != 0) return errno;
  if (shed.change_ids && (syscall(SYS_setgroups, 0, NULL) != 0 ||
                          syscall(SYS_setresgid, shed.group, shed.group, shed.group) != 0 ||
                          syscall(SYS_setresuid, shed.user, shed.user, shed.user) != 0))
    return errno;
  if (cap_reset_ambient() != 0 && errno != EINVAL) return errno; /* EINVAL: a kernel without it */
  return cap_set_proc(shed.none) == 0 ? 0 : errno;
}

static void on_signal(int number) {
  (void)number;
  int saved = errno, error = shed_thread();
  if (error != 0) atomic_store_explicit(&shed.error, error, memory_order_relaxed);
  (void)sem_post(&shed.done);
  errno = saved;
}

/* Returns 0 or an errno. A thread that has ended meanwhile has nothing to give up. */
static int shed_other(pid_t thread) {
  struct timespec end;
  if (syscall(SYS_tgkill, getpid(), thread, SIGRTMIN) != 0) return errno == ESRCH ? 0 : errno;
  (void)clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += THREAD_S_MAX;
  while (sem_timedwait(&shed.done, &end) != 0)
    if (errno != EINTR) return errno;
  return atomic_load_explicit(&shed.error, memory_order_relaxed);
}

/* Calls visit for each thread until one returns an errno, and returns that, or 0. */
static int each_thread(int (*visit)(pid_t thread)) {
  DIR *folder = opendir(THREADS_DIR);
  if (folder == NULL) return errno;
  int result = 0;
  const struct dirent *entry;
  while (result == 0 && (entry = readdir(folder)) != NULL)
    if (entry->d_name[0] != '.') result = visit((pid_t)strtol(entry->d_name, NULL, 10));
  (void)closedir(folder);
  return result;
}

static int shed_if_other(pid_t thread) {
  return thread == gettid() ? 0 : shed_other(thread);
}

static int shed_all(void) {
  const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  struct sigaction before;
  if (sem_init(&shed.done, 0, 0) != 0) return errno;
  if (sigaction(SIGRTMIN, &action, &before) != 0) return errno;
  int error = each_thread(shed_if_other);
  if (error == 0) error = shed_thread(); /* last: the others' ids cannot be changed without ours */
  (void)sigaction(SIGRTMIN, &before, NULL);
  return error;
}

/* A line of /proc/TID/status with a set of capabilities. */
static bool is_empty(const char *status, const char *name) {
  const char *line = strstr(status, name);
  return line != NULL && strtoull(line + strlen(name), NULL, 16) == 0;
}

/* Whether the kernel shows a thread as it should be; 0 or an errno. */
static int verify_thread(pid_t thread) {
  char path[PATH_BYTES], status[STATUS_BYTES], ids[PATH_BYTES];
  (void)snprintf(path, sizeof path, "%s/%d/status", THREADS_DIR, (int)thread);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  ssize_t got = read(descriptor, status, sizeof status - 1);
  (void)close(descriptor);
  if (got <= 0) return EIO;
  status[got] = '\0';
  (void)snprintf(ids, sizeof ids, "\nUid:\t%u\t%u\t%u\t%u\n", shed.user, shed.user, shed.user,
                 shed.user);
  bool bare = is_empty(status, "\nCapInh:") && is_empty(status, "\nCapPrm:") &&
              is_empty(status, "\nCapEff:") && is_empty(status, "\nCapAmb:") &&
              (!shed.bounding || is_empty(status, "\nCapBnd:"));
  return bare && (!shed.change_ids || strstr(status, ids) != NULL) ? 0 : EPERM;
}

static bool may_bound(void) {
  cap_flag_value_t value = CAP_CLEAR;
  cap_t own = cap_get_proc();
  if (own == NULL) return false;
  (void)cap_get_flag(own, CAP_SETPCAP, CAP_EFFECTIVE, &value);
  (void)cap_free(own);
  return value == CAP_SET;
}

enum pl_status pl_privileges_drop(uid_t user, gid_t group, char *ret_error, size_t error_bytes) {
  enum pl_status status = pl_privileges_check(user, ret_error, error_bytes);
  if (status != PL_OK) return status;
  shed.user = user;
  shed.group = group;
  shed.change_ids = user != PL_PRIVILEGES_USER_NONE && user != geteuid();
  shed.bounding = may_bound();
  shed.none = cap_init(); /* all empty */
  const char *what = "give them up";
  int error = shed.none != NULL ? shed_all() : ENOMEM;
  if (error == 0 && prctl(PR_SET_DUMPABLE, 0) != 0) error = errno;
  if (error == 0) {
    what = "see in " THREADS_DIR " that they are gone";
    error = each_thread(verify_thread);
  }
  (void)cap_free(shed.none);
  if (error == 0) return PL_OK;
  (void)snprintf(ret_error, error_bytes, "privileges: cannot %s: %s", what, strerror(error));
  return PL_E_SYSTEM;
}
