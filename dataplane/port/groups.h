/* Multicast groups of an interface. The kernel joins them (IGMP), whoever reads the frames. */
#ifndef DATAPLANE_PORT_GROUPS_H
#define DATAPLANE_PORT_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define PL_GROUPS_MAX 256

struct pl_groups_entry {
  uint32_t group_ipv4;  /* host order */
  uint32_t source_ipv4; /* the sender alone, host order; 0: whoever sends */
};

struct pl_groups;

/* pl_groups_join joins the groups on an interface, which may be down or lack an IPv4 address.
 *   entries     [count], count <= PL_GROUPS_MAX; the same entry twice is one, and a group that is
 *               named with and without a sender is joined without
 *   ret_groups  given back by pl_groups_leave; untouched on failure
 *   ret_error   one line on failure
 * Returns PL_OK, PL_E_CONFIG (no such interface), PL_E_MEMORY or PL_E_SYSTEM; then nothing is
 * joined. Any thread; no privilege. */
PL_MUST_USE enum pl_status pl_groups_join(const char *interface,
                                          const struct pl_groups_entry *entries, uint32_t count,
                                          struct pl_groups **ret_groups, char *ret_error,
                                          size_t error_bytes);

/* pl_groups_renew makes the memberships good after the interface was down. The kernel tells the
 * network of its groups again by itself, but forgets whose frames alone were asked for. Errors as
 * above; what can be joined is. */
PL_MUST_USE enum pl_status pl_groups_renew(struct pl_groups *groups, char *ret_error,
                                           size_t error_bytes);

/* pl_groups_leave leaves them. NULL is nothing to leave. */
void pl_groups_leave(struct pl_groups *groups);

#endif
