/* The allow-list: what it leaves goes on, and anything else ends the process by SIGSYS with the
 * call's name on stderr, on whichever thread. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include <cmocka.h>

#include "control/daemon/sandbox.h"
#include "dataplane/port/port.h"
#include "tests/unit/control/daemon/in_child.h"

#define LARGE_BYTES  (1 << 20)
#define LARGER_BYTES (1 << 24)

static char error[256], file[] = "/tmp/plimsoll-test-XXXXXX";
static int ready[2], go[2];

static int enter(void) {
  EXPECT(pl_sandbox_enter(0, error, sizeof error) == PL_OK);
  return 0;
}

static int what_is_left(void) {
  int pair[2];
  char byte = 'x', *volatile memory;
  const struct timespec shortly = {.tv_nsec = 1};
  EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
  EXPECT(enter() == 0);
  EXPECT((memory = malloc(LARGE_BYTES)) != NULL);
  EXPECT((memory = realloc(memory, LARGER_BYTES)) != NULL);
  free(memory);
  EXPECT(send(pair[0], &byte, 1, MSG_NOSIGNAL) == 1 && recv(pair[1], &byte, 1, 0) == 1);
  EXPECT(write(pair[0], &byte, 1) == 1 && read(pair[1], &byte, 1) == 1);
  EXPECT(clock_nanosleep(CLOCK_MONOTONIC, 0, &shortly, NULL) == 0);
  EXPECT(mprotect(mmap(NULL, LARGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                  LARGE_BYTES, PROT_READ | PROT_WRITE) == 0);
  EXPECT(unlink(file) == 0);
  return 0;
}

static void test_what_is_left(void **state) {
  (void)state;
  int descriptor = mkstemp(file);
  assert_true(descriptor >= 0);
  (void)close(descriptor);
  expect_orderly(what_is_left);
}

/* The calls, each the last of its process. */
#define FORBIDDEN(name_, call_)                                                                    \
  static int try_##name_(void) {                                                                   \
    EXPECT(enter() == 0);                                                                          \
    (void)(call_);                                                                                 \
    return 0;                                                                                      \
  }
FORBIDDEN(open, open("/", O_RDONLY))
FORBIDDEN(socket, socket(AF_INET, SOCK_DGRAM, 0))
FORBIDDEN(bind, bind(0, NULL, 0))
FORBIDDEN(connect, connect(0, NULL, 0))
FORBIDDEN(execve, execve("/bin/true", (char *[]){NULL}, (char *[]){NULL}))
FORBIDDEN(fork, fork())
FORBIDDEN(setuid, setuid(0))
FORBIDDEN(ptrace, syscall(SYS_ptrace, 0, 0, 0, 0))
FORBIDDEN(bpf, syscall(SYS_bpf, 0, NULL, 0))
FORBIDDEN(io_uring_setup, syscall(SYS_io_uring_setup, 1, NULL))
FORBIDDEN(io_uring_register, syscall(SYS_io_uring_register, 0, 0, NULL, 0))
FORBIDDEN(sigaction, sigaction(SIGSYS, &(struct sigaction){.sa_handler = SIG_IGN}, NULL))
FORBIDDEN(kill, kill(1, 0))
FORBIDDEN(tgkill, syscall(SYS_tgkill, 1, 1, 0))
FORBIDDEN(ioctl, syscall(SYS_ioctl, 0, 0, NULL))
FORBIDDEN(rename, rename("/nonexistent/a", "/nonexistent/b"))
FORBIDDEN(mmap, mmap(NULL, LARGE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
FORBIDDEN(mprotect, syscall(SYS_mprotect, NULL, 0, PROT_EXEC))

static const struct {
  int (*body)(void);
  const char *says; /* the kernel's name of it */
} forbidden[] = {{try_open, "'openat'"},
                 {try_socket, "'socket'"},
                 {try_bind, "'bind'"},
                 {try_connect, "'connect'"},
                 {try_execve, "'execve'"},
                 {try_fork, "'clone'"},
                 {try_setuid, "'setuid'"},
                 {try_ptrace, "'ptrace'"},
                 {try_bpf, "'bpf'"},
                 {try_io_uring_setup, "'io_uring_setup'"},
                 {try_io_uring_register, "'io_uring_register'"},
                 {try_sigaction, "'rt_sigaction'"},
                 {try_kill, "'kill'"},
                 {try_tgkill, "'tgkill'"},
                 {try_ioctl, "'ioctl'"},
                 {try_rename, "'rename'"},
                 {try_mmap, "'mmap'"},
                 {try_mprotect, "'mprotect'"}};

static void expect_death(int (*body)(void), const char *says) {
  struct child_end end = in_child(body);
  if (!WIFSIGNALED(end.status) || strstr(end.said, says) == NULL)
    print_message("wanted %s, status %x, said: %s\n", says, (unsigned)end.status, end.said);
  assert_true(WIFSIGNALED(end.status));
  assert_int_equal(WTERMSIG(end.status), SIGSYS);
  assert_non_null(strstr(end.said, says));
}

static void test_what_is_forbidden(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
    expect_death(forbidden[i].body, forbidden[i].says);
}

static void *wait_and_open(void *argument) {
  char byte = 'x';
  if (write(ready[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1) (void)open("/", O_RDONLY);
  return argument;
}

/* A thread that was there before the filter. */
static int try_on_another_thread(void) {
  pthread_t thread;
  char byte;
  EXPECT(pipe(ready) == 0 && pipe(go) == 0);
  EXPECT(pthread_create(&thread, NULL, wait_and_open, NULL) == 0);
  EXPECT(read(ready[0], &byte, 1) == 1); /* a thread's own beginning is not on the list */
  EXPECT(enter() == 0);
  EXPECT(write(go[1], "x", 1) == 1);
  (void)pthread_join(thread, NULL);
  return 0;
}

static void test_other_threads(void **state) {
  (void)state;
  expect_death(try_on_another_thread, "'openat'");
}

/* One that blocks every signal dies all the same. */
static int try_with_signals_blocked(void) {
  sigset_t all;
  (void)sigfillset(&all);
  EXPECT(enter() == 0);
  EXPECT(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
  (void)open("/", O_RDONLY);
  return 0;
}

static void test_signals_blocked(void **state) {
  (void)state;
  struct child_end end = in_child(try_with_signals_blocked);
  assert_true(WIFSIGNALED(end.status));
  assert_int_equal(WTERMSIG(end.status), SIGSYS);
}

static int fail_a_check(void) {
  EXPECT(enter() == 0);
  abort();
}

static void test_a_failed_check_still_aborts(void **state) {
  (void)state;
  struct child_end end = in_child(fail_a_check);
  assert_true(WIFSIGNALED(end.status));
  assert_int_equal(WTERMSIG(end.status), SIGABRT);
}

/* libpcap asks /sys for its counters: it hears no, and lives. */
static int open_under_net_pcap(void) {
  EXPECT(pl_sandbox_enter(1U << PL_PORT_DRIVER_PCAP, error, sizeof error) == PL_OK);
  EXPECT(open("/", O_RDONLY) < 0 && errno == EACCES);
  (void)socket(AF_INET, SOCK_DGRAM, 0);
  return 0;
}

static void test_net_pcap(void **state) {
  (void)state;
  expect_death(open_under_net_pcap, "'socket'");
}

static int ioctl_under_device(void) {
  EXPECT(pl_sandbox_enter(1U << PL_PORT_DRIVER_DEVICE, error, sizeof error) == PL_OK);
  EXPECT(syscall(SYS_ioctl, -1, 0, NULL) < 0 && errno == EBADF);
  return 0;
}

static void test_device(void **state) {
  (void)state;
  expect_orderly(ioctl_under_device);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_left),
      cmocka_unit_test(test_what_is_forbidden),
      cmocka_unit_test(test_other_threads),
      cmocka_unit_test(test_signals_blocked),
      cmocka_unit_test(test_a_failed_check_still_aborts),
      cmocka_unit_test(test_net_pcap),
      cmocka_unit_test(test_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
