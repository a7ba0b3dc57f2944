/* EAL's start, stop and workers. It starts once in a process: the first group leaves that to
 * children, the second runs inside the one start of this process. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/port/eal.h"
#include "dataplane/port/port.h"
#include "tests/unit/dataplane/port/capture_file.h"

#define POLLS_MAX 100000 /* a port that never ends fails the test instead of hanging it */

static char path[] = "/tmp/pl_test_eal.XXXXXX";
static char error[PL_EAL_ERROR_BYTES];
static cpu_set_t cpus_before; /* EAL */

static int run_beside(int up, int go) {
  const struct pl_eal_config config = {.profile = PL_EAL_EMBEDDED, .workers = 1};
  char byte = 0;
  int both = fileno(tmpfile());
  if (dup2(both, STDOUT_FILENO) < 0 || dup2(both, STDERR_FILENO) < 0) return 2;
  if (pl_eal_start(&config, error, sizeof(error)) != PL_OK) return 3;
  struct pl_port *port;
  if (pl_port_open_capture(path, PL_LINE_A, &port, error, sizeof(error)) != PL_OK) return 4;
  if (write(up, "u", 1) != 1 || read(go, &byte, 1) != 0) return 5;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  uint32_t seen = 0;
  for (uint32_t polls = 0; !pl_port_ended(port) && polls < POLLS_MAX; polls++)
    seen += pl_port_burst(port, frames, PL_BURST_FRAMES_MAX);
  pl_port_close(port);
  pl_eal_stop();
  fflush(NULL);
  if (seen != 100) return 6;
  return lseek(both, 0, SEEK_END) == 0 ? 0 : 7; /* nothing was printed */
}

/* Both children hold a started EAL and an open port at the same time. */
static void test_two_processes_run_side_by_side_in_silence(void **state) {
  (void)state;
  int up[2], go[2];
  assert_int_equal(pipe(up), 0);
  assert_int_equal(pipe(go), 0);
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    assert_true(children[i] >= 0);
    if (children[i] == 0) {
      close(go[1]);
      _exit(run_beside(up[1], go[0]));
    }
  }
  close(up[1]);
  char byte;
  for (int i = 0; i < 2; i++) (void)!read(up[0], &byte, 1);
  close(go[1]); /* end of file is the start signal */
  for (int i = 0; i < 2; i++) {
    int status = -1;
    waitpid(children[i], &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
  close(up[0]);
  close(go[0]);
}

static int run_bad_start(void) {
  const uint32_t cpus[] = {CPU_SETSIZE + 1};
  const char *const devices[] = {"0000:00:00.0"};
  const struct pl_eal_config no_cpu = {.workers = 1, .worker_cpus = cpus};
  const struct pl_eal_config no_device = {.devices = devices, .devices_count = 1};
  const struct pl_eal_config crowd = {.workers = PL_EAL_WORKERS_MAX + 1};
  const struct pl_eal_config greedy = {.memory_mb = 1u << 30};
  const struct pl_eal_config fair = {.workers = 0};
  if (pl_eal_start(&no_cpu, error, sizeof(error)) != PL_E_CONFIG) return 2;
  if (pl_eal_start(&no_device, error, sizeof(error)) != PL_E_CONFIG) return 3;
  if (pl_eal_start(&crowd, error, sizeof(error)) != PL_E_CONFIG) return 4;
  if (pl_eal_start(&greedy, error, sizeof(error)) == PL_OK) return 5;
  if (error[0] == '\0' || strchr(error, '\n') != NULL) return 6;
  if (pl_eal_start(&fair, error, sizeof(error)) != PL_E_SYSTEM) return 7;
  return 0;
}

static void test_a_start_that_cannot_be_says_so_in_one_line(void **state) {
  (void)state;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(run_bad_start());
  int status = -1;
  waitpid(child, &status, 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static int play_on_worker(void *arg) {
  struct pl_port *port = arg;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  int seen = 0;
  for (uint32_t polls = 0; !pl_port_ended(port) && polls < POLLS_MAX; polls++)
    seen += (int)pl_port_burst(port, frames, PL_BURST_FRAMES_MAX);
  return (uint32_t)sched_getcpu() == pl_eal_worker_cpu(0) ? seen : -1;
}

static void test_a_worker_polls_on_its_own_cpu(void **state) {
  (void)state;
  struct pl_port *port;
  assert_int_equal(pl_port_open_capture(path, PL_LINE_A, &port, error, sizeof(error)), PL_OK);
  pl_eal_launch(0, play_on_worker, port);
  assert_int_equal(pl_eal_join(0), 100);
  assert_true(pl_port_ended(port));
  pl_port_close(port);
  cpu_set_t mine;
  assert_int_equal(sched_getaffinity(0, sizeof(mine), &mine), 0);
  if (CPU_COUNT(&cpus_before) > 1)
    assert_false(CPU_ISSET(pl_eal_worker_cpu(0), &mine));
  else
    assert_true(CPU_EQUAL(&cpus_before, &mine));
}

static void test_a_second_start_is_refused(void **state) {
  (void)state;
  const struct pl_eal_config config = {.profile = PL_EAL_EMBEDDED};
  assert_int_equal(pl_eal_start(&config, error, sizeof(error)), PL_E_SYSTEM);
  assert_non_null(strstr(error, "once"));
}

static int start_eal(void **state) {
  (void)state;
  const struct pl_eal_config config = {.profile = PL_EAL_EMBEDDED, .workers = 1};
  if (sched_getaffinity(0, sizeof(cpus_before), &cpus_before) != 0) return -1;
  if (pl_eal_start(&config, error, sizeof(error)) == PL_OK) return 0;
  fprintf(stderr, "%s\n", error);
  return -1;
}

static int stop_eal(void **state) {
  (void)state;
  pl_eal_stop();
  cpu_set_t after;
  bool same = sched_getaffinity(0, sizeof(after), &after) == 0 && CPU_EQUAL(&cpus_before, &after);
  return same ? 0 : -1;
}

int main(void) {
  int fd = mkstemp(path);
  if (fd < 0) return 1;
  close(fd);
  capture_file_write(path, 100, capture_file_size_small);
  const struct CMUnitTest before_eal[] = {
      cmocka_unit_test(test_two_processes_run_side_by_side_in_silence),
      cmocka_unit_test(test_a_start_that_cannot_be_says_so_in_one_line),
  };
  const struct CMUnitTest with_eal[] = {
      cmocka_unit_test(test_a_worker_polls_on_its_own_cpu),
      cmocka_unit_test(test_a_second_start_is_refused),
  };
  int failed = cmocka_run_group_tests(before_eal, NULL, NULL);
  failed += cmocka_run_group_tests(with_eal, start_eal, stop_eal);
  unlink(path);
  return failed;
}
