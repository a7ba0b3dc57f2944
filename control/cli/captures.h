/* The captures named on a command line, made ready to be read: see control/daemon/source.h. */
#ifndef CONTROL_CLI_CAPTURES_H
#define CONTROL_CLI_CAPTURES_H

#include <stdbool.h>
#include <stdint.h>

/* pl_captures_ready replaces each path by the one of its plain capture; the new ones live until the
 * process ends.
 *   paths  [count], the caller's
 * False when one cannot be read: said on stderr in the verb's name. */
bool pl_captures_ready(const char *verb, const char **paths, uint32_t count);

#endif
