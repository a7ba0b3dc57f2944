#include "control/daemon/network.h"

#include "engine/base/clock.h"

#include <stdio.h>

#define ERROR_BYTES 256

_Static_assert(PL_LINK_INTERFACES_MAX >= PL_RUN_PORTS_MAX, "every port's interface is watched");
_Static_assert(PL_GROUPS_MAX >= PL_FEED_GROUPS_MAX, "one port may have all groups");

/* NULL where the kernel has no interface. */
static const char *interface_of(const struct pl_config_port *port) {
  bool kernel = port->capture[0] == '\0' && port->driver != PL_PORT_DRIVER_DEVICE;
  return kernel ? port->interface : NULL;
}

static void tell(const struct pl_config_port *port, const struct pl_link_view *view) {
  const char *line = port->line == PL_LINE_A ? "A" : "B", *other = *line == 'A' ? "B" : "A";
  (void)fprintf(stderr, "plimsolld: %s (line %s): ", port->interface, line);
  if (view->state == PL_LINK_UP)
    (void)fprintf(stderr, "link up\n");
  else if (view->state == PL_LINK_DOWN)
    (void)fprintf(stderr, "link down; its channels go on by line %s or fall silent\n", other);
  else if (view->back)
    (void)fprintf(stderr,
                  "there again, as another interface; restart plimsolld to receive by it\n");
  else
    (void)fprintf(stderr,
                  "interface gone; its channels go on by line %s or fall silent, and it stays "
                  "deaf until plimsolld is restarted\n",
                  other);
}

enum pl_status pl_network_watch(const struct pl_config *config, struct pl_network *ret_network,
                                char *ret_error, size_t error_bytes) {
  const char *interfaces[PL_RUN_PORTS_MAX];
  for (uint32_t i = 0; i < config->port_count; i++) interfaces[i] = interface_of(&config->ports[i]);
  ret_network->config = config;
  enum pl_status status = pl_link_open(interfaces, config->port_count, pl_clock_utc_ns(),
                                       &ret_network->link, ret_error, error_bytes);
  if (status != PL_OK) return status;
  for (uint32_t i = 0; i < config->port_count; i++) {
    ret_network->seen[i] = *pl_link_at(ret_network->link, i);
    if (ret_network->seen[i].state == PL_LINK_DOWN) tell(&config->ports[i], &ret_network->seen[i]);
  }
  return PL_OK;
}

enum pl_status pl_network_join(struct pl_network *network, char *ret_error, size_t error_bytes) {
  struct pl_groups_entry entries[PL_FEED_GROUPS_MAX];
  for (uint32_t i = 0; i < network->config->port_count; i++) {
    const struct pl_config_port *port = &network->config->ports[i];
    const struct pl_config_group *groups = &network->config->groups[port->group_first];
    if (port->group_count == 0) continue;
    for (uint32_t k = 0; k < port->group_count; k++)
      entries[k] = (struct pl_groups_entry){groups[k].feed.group_ipv4, groups[k].source_ipv4};
    enum pl_status status = pl_groups_join(port->interface, entries, port->group_count,
                                           &network->groups[i], ret_error, error_bytes);
    if (status == PL_OK && port->driver == PL_PORT_DRIVER_AF_XDP)
      status = pl_igmp_open(port->interface, entries, port->group_count, &network->reports[i],
                            ret_error, error_bytes);
    if (status != PL_OK) return status;
  }
  return PL_OK;
}

static void renew(struct pl_groups *groups) {
  char error[ERROR_BYTES];
  if (groups != NULL && pl_groups_renew(groups, error, sizeof error) != PL_OK)
    (void)fprintf(stderr, "plimsolld: %s\n", error);
}

static void report(struct pl_network *network, uint64_t now_ns) {
  if (now_ns < network->report_ns) return;
  network->report_ns = now_ns + PL_IGMP_REPORT_NS;
  for (uint32_t i = 0; i < network->config->port_count; i++)
    if (network->reports[i] != NULL) pl_igmp_report(network->reports[i]);
}

void pl_network_turn(struct pl_network *network, uint64_t now_ns) {
  report(network, now_ns);
  pl_link_poll(network->link, pl_clock_utc_ns());
  bool overrun = network->overruns != pl_link_overruns(network->link);
  network->overruns = pl_link_overruns(network->link);
  for (uint32_t i = 0; i < network->config->port_count; i++) {
    const struct pl_link_view *view = pl_link_at(network->link, i);
    struct pl_link_view *seen = &network->seen[i];
    bool changed = view->changes != seen->changes || view->back != seen->back;
    *seen = *view;
    if (changed) tell(&network->config->ports[i], view);
    if ((changed || overrun) && view->state == PL_LINK_UP) renew(network->groups[i]);
  }
}

const struct pl_link_view *pl_network_link(const struct pl_network *network, uint32_t port) {
  return pl_link_at(network->link, port);
}

bool pl_network_is_whole(const struct pl_network *network) {
  for (uint32_t i = 0; i < network->config->port_count; i++) {
    enum pl_link_state state = pl_network_link(network, i)->state;
    if (state == PL_LINK_DOWN || state == PL_LINK_GONE) return false;
  }
  return true;
}

void pl_network_close(struct pl_network *network) {
  for (uint32_t i = 0; i < PL_RUN_PORTS_MAX; i++) {
    pl_igmp_close(network->reports[i]);
    pl_groups_leave(network->groups[i]);
  }
  pl_link_close(network->link);
  *network = (struct pl_network){0};
}
