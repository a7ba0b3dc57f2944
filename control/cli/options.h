/* The tool's command line: the options every verb takes, the verb, its argument. */
#ifndef CONTROL_CLI_OPTIONS_H
#define CONTROL_CLI_OPTIONS_H

#include "control/admin/commands.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the tool's exit code means; part of its interface. */
enum pl_exit {
  PL_EXIT_OK,
  PL_EXIT_FAILED,
  PL_EXIT_USAGE,
  PL_EXIT_UNREACHABLE,
  PL_EXIT_DENIED,
  PL_EXIT_DEGRADED,
  PL_EXIT_CHECK_FAILED,
  PL_EXIT_TIMED_OUT,
};

#define PL_OPTIONS_ERROR_BYTES 160

struct pl_options {
  const struct pl_commands_row *command;
  const char *argument; /* the verb's; NULL where it takes none */
  uint32_t mode;        /* enum pl_mode, where the argument is one */
  const char *socket, *table;
  uint32_t timeout_ms;
  bool json, watch, help, version;
  int rest_count; /* of a verb that reads its own options: from the verb's word on */
  char **rest;
};

/* pl_options_parse reads a command line. Sockets and tables not named come from the environment,
 * else from control/admin/defaults.h.
 *   argv       [argc], the program's; may be reordered; what is returned points into it
 *   ret_error  [PL_OPTIONS_ERROR_BYTES] one line on failure
 * Returns false when it is wrong. With help or version set, command may be NULL. */
bool pl_options_parse(int argc, char **argv, struct pl_options *ret_options, char *ret_error);

/* pl_options_usage prints the help that comes from the table of commands. */
void pl_options_usage(FILE *out);

#endif
