#include "control/daemon/sandbox.h"

#include "dataplane/port/port.h"

#include <errno.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define NAMES_MAX  512 /* beyond the highest number of a system call */
#define NAME_BYTES 32

/* Measured by strace under each driver, the operator's verbs in use, until the end; and what other
 * paths of the same code may take. docs/adr/0012-privileges.md */
static const int allowed[] = {
    /* main thread: the ring of the admin socket, its clients, signals */
    SCMP_SYS(io_uring_enter), SCMP_SYS(getsockopt), SCMP_SYS(geteuid), SCMP_SYS(getpid),
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(shutdown),
    /* what is open: the service manager, netlink, requests to the venue, a capture's reader, AF_XDP
     * and live net_pcap */
    SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(poll),
    SCMP_SYS(setsockopt), /* memberships, renewed when a link comes back */
    /* workers without frames; DPDK's interrupt thread */
    SCMP_SYS(sched_yield), SCMP_SYS(epoll_wait),
    /* the end: socket and table */
    SCMP_SYS(unlink), SCMP_SYS(exit_group),
    /* libc: memory, locks, clocks where the vDSO has none, a second arena */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_getaffinity),
    /* libc: abort() after a failed check, and our own handler */
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(gettid),
#ifdef PL_DEEP_CHECKS
    SCMP_SYS(sigaltstack), /* sanitizers, at the end */
#endif
};

static char names[NAMES_MAX][NAME_BYTES];

static void resolve_names(void) {
  for (int i = 0; i < NAMES_MAX; i++) {
    char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
    (void)snprintf(names[i], sizeof names[i], "%s", name != NULL ? name : "unknown");
    free(name);
  }
}

/* Async-signal-safe. */
static void say(const char *text) {
  ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
  (void)ignored;
}

/* On the thread that tried; the call was not carried out. The handler is reset already, so that the
 * second signal ends the process whatever else happens. */
static void on_forbidden(int number, siginfo_t *info, void *context) {
  (void)context;
  bool named = info->si_syscall >= 0 && info->si_syscall < NAMES_MAX;
  say("plimsolld: system call '");
  say(named ? names[info->si_syscall] : "unknown");
  say("' is forbidden once started: ended. A defect, or somebody else's code: keep this line\n");
  (void)raise(number);
  _exit(EXIT_FAILURE);
}

/* The rules return 0 or a negative errno, as libseccomp does. */
static int add_common(scmp_filter_ctx filter) {
  int result = 0;
  for (size_t i = 0; i < COUNT_OF(allowed) && result == 0; i++)
    result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
  /* memory, but none that could be run */
  const int mappers[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
  for (size_t i = 0; i < COUNT_OF(mappers) && result == 0; i++)
    result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mappers[i], 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  if (result != 0) return result;
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                          SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

/* libpcap looks into /sys whenever it is asked for its counters, and does without; when its
 * interface went down it asks for its flags. */
static int add_pcap(scmp_filter_ctx filter) {
  int result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0);
  if (result == 0) result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getsockname), 0);
  if (result != 0) return result;
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                          SCMP_A1(SCMP_CMP_EQ, SIOCGIFFLAGS, 0));
}

/* Not measured, since no such hardware is here: vfio, and DPDK's interrupt thread. */
static int add_device(scmp_filter_ctx filter) {
  int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 0);
  if (result != 0) return result;
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(epoll_ctl), 0);
}

static int load(uint32_t drivers) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
  if (filter == NULL) return -ENOMEM;
  int result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
  if (result == 0)
    result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  if (result == 0) result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree */
  if (result == 0) result = add_common(filter);
  if (result == 0 && (drivers & 1U << PL_PORT_DRIVER_PCAP) != 0) result = add_pcap(filter);
  if (result == 0 && (drivers & 1U << PL_PORT_DRIVER_DEVICE) != 0) result = add_device(filter);
  if (result == 0) result = seccomp_load(filter);
  seccomp_release(filter);
  return result;
}

enum pl_status pl_sandbox_enter(uint32_t drivers, char *ret_error, size_t error_bytes) {
  const struct sigaction action = {.sa_sigaction = on_forbidden,
                                   .sa_flags = (int)(SA_SIGINFO | SA_RESETHAND | SA_NODEFER)};
  resolve_names();
  int result = sigaction(SIGSYS, &action, NULL) == 0 ? 0 : -errno;
  /* the filter takes it to the other threads */
  if (result == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) result = -errno;
  if (result == 0) result = load(drivers);
  if (result == 0) return PL_OK;
  (void)snprintf(ret_error, error_bytes,
                 "the kernel takes no system call filter (%s): it needs CONFIG_SECCOMP_FILTER",
                 strerror(-result));
  return result == -ENOMEM ? PL_E_MEMORY : PL_E_SYSTEM;
}
