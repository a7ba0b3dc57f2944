/* What the daemon does with the network beside reading frames: it joins the groups of its ports and
 * watches their interfaces. Main thread. */
#ifndef CONTROL_DAEMON_NETWORK_H
#define CONTROL_DAEMON_NETWORK_H

#include "control/daemon/config.h"
#include "dataplane/port/groups.h"
#include "dataplane/port/igmp.h"
#include "dataplane/port/link.h"

struct pl_network {
  const struct pl_config *config;
  struct pl_link *link;
  struct pl_link_view seen[PL_RUN_PORTS_MAX]; /* as last logged */
  uint64_t overruns;                          /* of the watch, as last seen */
  struct pl_groups *groups[PL_RUN_PORTS_MAX];
  struct pl_igmp *reports[PL_RUN_PORTS_MAX]; /* where the kernel cannot answer for the groups */
  uint64_t report_ns;                        /* monotonic, of the next ones */
};

/* pl_network_watch begins to watch the interfaces, before the ports are opened.
 *   config       outlives it
 *   ret_network  zeroed; closed with pl_network_close whatever is returned
 *   ret_error    one line on failure */
PL_MUST_USE enum pl_status pl_network_watch(const struct pl_config *config,
                                            struct pl_network *ret_network, char *ret_error,
                                            size_t error_bytes);

/* pl_network_join joins the groups, once the ports are open. Errors as above. */
PL_MUST_USE enum pl_status pl_network_join(struct pl_network *network, char *ret_error,
                                           size_t error_bytes);

/* pl_network_turn takes in what happened to the interfaces, a log line on stderr each, and tells
 * the network of the groups where that is due.
 *   now_ns  monotonic */
void pl_network_turn(struct pl_network *network, uint64_t now_ns);

/* pl_network_link returns the state of a port's interface, by the port's place. */
const struct pl_link_view *pl_network_link(const struct pl_network *network, uint32_t port);

/* pl_network_is_whole tells that no port's interface is down or gone. */
bool pl_network_is_whole(const struct pl_network *network);

/* pl_network_close leaves the groups. A zeroed network is nothing to close. */
void pl_network_close(struct pl_network *network);

#endif
