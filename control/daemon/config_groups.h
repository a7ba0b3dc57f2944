/* The multicast groups of a configuration's ports. */
#ifndef CONTROL_DAEMON_CONFIG_GROUPS_H
#define CONTROL_DAEMON_CONFIG_GROUPS_H

#include "control/daemon/config.h"
#include "control/daemon/yaml.h"

/* pl_config_groups_read reads a port's list of groups.
 *   list    its node
 *   config  venue known; takes the groups
 *   port    driver known; takes their place in config
 * Returns PL_OK, or PL_E_CONFIG with the error written. */
PL_MUST_USE enum pl_status pl_config_groups_read(struct pl_yaml *yaml, uint32_t list,
                                                 struct pl_config *config,
                                                 struct pl_config_port *port);

/* pl_config_groups_check checks what only all groups together show. node: for the error. */
PL_MUST_USE enum pl_status pl_config_groups_check(struct pl_yaml *yaml, uint32_t node,
                                                  const struct pl_config *config);

#endif
