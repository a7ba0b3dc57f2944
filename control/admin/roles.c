#include "control/admin/roles.h"

#include <sys/socket.h>
#include <unistd.h>

enum pl_role pl_roles_of(const struct pl_roles *roles, uid_t own, uid_t uid, const gid_t *gids,
                         uint32_t gid_count) {
  if (uid == 0 || uid == own) return PL_ROLE_OPERATE;
  for (uint32_t i = 0; i < roles->uid_count; i++)
    if (roles->uids[i] == uid) return PL_ROLE_OPERATE;
  for (uint32_t i = 0; i < roles->gid_count; i++)
    for (uint32_t j = 0; j < gid_count; j++)
      if (roles->gids[i] == gids[j]) return PL_ROLE_OPERATE;
  return PL_ROLE_VIEW;
}

enum pl_role pl_roles_peer(const void *context, int descriptor) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return PL_ROLE_VIEW;
  gid_t gids[1 + PL_ROLES_GROUPS_MAX] = {peer.gid};
  uint32_t gid_count = 1;
  size = PL_ROLES_GROUPS_MAX * sizeof *gids;
  /* fails with more groups than we look at: the primary one then decides */
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, gids + 1, &size) == 0)
    gid_count += (uint32_t)(size / sizeof *gids);
  return pl_roles_of(context, geteuid(), peer.uid, gids, gid_count);
}
