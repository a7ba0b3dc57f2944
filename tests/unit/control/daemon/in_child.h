/* What cannot be undone is done in a child: how it ended, and what it said on stderr. */
#ifndef TESTS_UNIT_CONTROL_DAEMON_IN_CHILD_H
#define TESTS_UNIT_CONTROL_DAEMON_IN_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_SAID_BYTES 1024

struct child_end {
  int status; /* as waitpid tells it */
  char said[CHILD_SAID_BYTES];
};

/* Runs body in a child, which ends with what it returns. */
static struct child_end in_child(int (*body)(void)) {
  struct child_end end = {.status = -1};
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    (void)dup2(ends[1], STDERR_FILENO);
    _exit(body());
  }
  assert_true(child > 0);
  (void)close(ends[1]);
  size_t size = 0;
  for (ssize_t got; (got = read(ends[0], end.said + size, sizeof end.said - 1 - size)) > 0;)
    size += (size_t)got;
  (void)close(ends[0]);
  assert_int_equal(waitpid(child, &end.status, 0), child);
  return end;
}

/* In the child: a line and exit code 1 where something does not hold. */
#define EXPECT(what_)                                                                              \
  do {                                                                                             \
    if (!(what_)) {                                                                                \
      (void)dprintf(STDERR_FILENO, "line %d: not so: %s\n", __LINE__, #what_);                     \
      return 1;                                                                                    \
    }                                                                                              \
  } while (0)

static void expect_orderly(int (*body)(void)) {
  struct child_end end = in_child(body);
  if (end.said[0] != '\0') print_message("%s", end.said);
  assert_true(WIFEXITED(end.status));
  assert_int_equal(WEXITSTATUS(end.status), 0);
}

#endif
