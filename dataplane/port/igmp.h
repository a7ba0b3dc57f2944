/* IGMPv3 membership reports sent unasked, for interfaces whose frames no longer reach the kernel:
 * net_af_xdp takes every frame of its queue, a router's questions too, so that the kernel never
 * answers and the network prunes the groups. */
#ifndef DATAPLANE_PORT_IGMP_H
#define DATAPLANE_PORT_IGMP_H

#include "dataplane/port/groups.h"

/* A router that asks whether anyone still listens to a group waits two seconds. */
#define PL_IGMP_REPORT_NS UINT64_C(1000000000)

struct pl_igmp;

/* pl_igmp_open prepares the reports of groups.
 *   entries    [count], as pl_groups_join takes them; read during the call only
 *   ret_igmp   closed by the caller with pl_igmp_close; untouched on failure
 *   ret_error  one line on failure
 * Returns PL_OK, PL_E_MEMORY, or PL_E_SYSTEM (no such interface, no cap_net_raw, which is needed
 * for this call only). Any thread. */
PL_MUST_USE enum pl_status pl_igmp_open(const char *interface,
                                        const struct pl_groups_entry *entries, uint32_t count,
                                        struct pl_igmp **ret_igmp, char *ret_error,
                                        size_t error_bytes);

/* pl_igmp_report sends them once, to where routers and switches listen. What cannot be sent, as
 * when the interface is down, is sent the next time. */
void pl_igmp_report(const struct pl_igmp *igmp);

/* pl_igmp_close ends it. NULL is nothing to close. */
void pl_igmp_close(struct pl_igmp *igmp);

#endif
