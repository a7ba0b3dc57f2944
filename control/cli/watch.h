/* Looking again and again: --watch. */
#ifndef CONTROL_CLI_WATCH_H
#define CONTROL_CLI_WATCH_H

#include "control/cli/options.h"

/* pl_watch looks some two times a second until SIGINT or SIGTERM, each time on a clear terminal;
 * without --watch once.
 *   look  prints, and returns the exit code; when watching that is PL_EXIT_OK */
int pl_watch(const struct pl_options *options, int (*look)(const struct pl_options *options));

/* pl_watch_rows returns how many rows a table may have: those that fit the terminal when watching,
 * else UINT32_MAX.
 *   head_lines  around the rows, the cursor's own included */
uint32_t pl_watch_rows(const struct pl_options *options, uint32_t head_lines);

#endif
