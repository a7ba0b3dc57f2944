/* Who may do what: the role of whoever is at the other end of a socket, as the kernel says. */
#ifndef CONTROL_ADMIN_ROLES_H
#define CONTROL_ADMIN_ROLES_H

#include "control/admin/commands.h"

#include <stdbool.h>
#include <sys/types.h>

#define PL_ROLES_MAX        16
#define PL_ROLES_GROUPS_MAX 64 /* groups of one peer that are looked at */

/* Users and groups that may operate; root and the daemon's own user always may. */
struct pl_roles {
  uid_t uids[PL_ROLES_MAX];
  gid_t gids[PL_ROLES_MAX];
  uint32_t uid_count, gid_count;
};

/* pl_roles_of returns the role of a user.
 *   own   the daemon's user
 *   gids  [gid_count] the user's groups */
enum pl_role pl_roles_of(const struct pl_roles *roles, uid_t own, uid_t uid, const gid_t *gids,
                         uint32_t gid_count);

/* pl_roles_peer returns the role of a connected unix socket's peer at the time it connected; view
 * when the kernel does not tell.
 *   context  struct pl_roles */
enum pl_role pl_roles_peer(const void *context, int descriptor);

#endif
