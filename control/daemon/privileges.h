/* What the process may do, given up once everything is open: the user, the groups, every
 * capability, in every thread. Main thread, at the start. */
#ifndef CONTROL_DAEMON_PRIVILEGES_H
#define CONTROL_DAEMON_PRIVILEGES_H

#include "engine/base/status.h"

#include <stddef.h>
#include <sys/types.h>

#define PL_PRIVILEGES_USER_NONE ((uid_t)-1) /* stay who we are */

/* pl_privileges_check tells whether the process can become a user.
 *   user       PL_PRIVILEGES_USER_NONE: nothing to become
 *   ret_error  [error_bytes] one line on failure
 * Returns PL_OK or PL_E_DENIED. */
PL_MUST_USE enum pl_status pl_privileges_check(uid_t user, char *ret_error, size_t error_bytes);

/* pl_privileges_drop makes all threads the user's, of one group and without supplementary ones,
 * empties all their capability sets (the bounding set where they may), and looks in /proc whether
 * it is so. Nothing can be attached to the process afterwards, and it leaves no core file. Takes
 * the signal SIGRTMIN for a moment, which no thread may block.
 *   user, group  PL_PRIVILEGES_USER_NONE, or the user we are: ids stay, capabilities go
 *   ret_error    [error_bytes] one line on failure; the process is then only good for ending
 * Returns PL_OK, PL_E_DENIED, or PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_privileges_drop(uid_t user, gid_t group, char *ret_error,
                                              size_t error_bytes);

#endif
