/* Whether this processor has the instructions the binary was built for. Asked before anything else,
 * so that an old one gets a sentence instead of SIGILL. */
#ifndef CONTROL_DAEMON_CPU_H
#define CONTROL_DAEMON_CPU_H

#include <stdbool.h>

/* For functions that may run before the answer is known: main, and these. */
#define PL_CPU_BASELINE __attribute__((target("arch=x86-64"), noinline))

/* pl_cpu_is_enough tells whether every instruction set this file was compiled with is there and
 * switched on by the kernel.
 *   ret_missing  the first that is not; untouched when all are
 * Any thread; runs on any x86-64. */
bool pl_cpu_is_enough(const char **ret_missing);

/* pl_cpu_refuse says so in one line on stderr and returns the exit code. */
int pl_cpu_refuse(const char *program, const char *missing);

#endif
