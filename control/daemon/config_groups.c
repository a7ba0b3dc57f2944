#include "control/daemon/config_groups.h"

#include <arpa/inet.h>
#include <stdbool.h>

#define COUNT_OF(array)  (sizeof(array) / sizeof *(array))
#define MULTICAST_PREFIX 0xe /* 224.0.0.0/4 */
#define UDP_PORT_MAX     65535

/* An entry as it stands. */
struct entry {
  char group[INET_ADDRSTRLEN], source[INET_ADDRSTRLEN];
  uint32_t port, channel, serves;
};

static const struct pl_yaml_field fields[] = {
    PL_YAML_FIELD_OTHER("group", TEXT, struct entry, group, true),
    PL_YAML_FIELD_NUMBER("port", struct entry, port, true, count, 1, UDP_PORT_MAX),
    PL_YAML_FIELD_OTHER("source", TEXT, struct entry, source, false),
    PL_YAML_FIELD_NUMBER("channel", struct entry, channel, false, count, 0, PL_CHANNEL_IDS - 1),
    PL_YAML_FIELD_NUMBER("serves", struct entry, serves, false, count, 0, PL_CHANNEL_IDS - 1),
};

static bool read_ipv4(const char *text, uint32_t *ret_ipv4) {
  struct in_addr address;
  if (inet_pton(AF_INET, text, &address) != 1) return false;
  *ret_ipv4 = ntohl(address.s_addr);
  return true;
}

static bool is_multicast(uint32_t ipv4) {
  return ipv4 >> 28 == MULTICAST_PREFIX;
}

/* Another venue's packets name their channel, and one group may carry several. */
static bool wire_is_mute(const struct pl_venue *venue) {
  return venue->id == PL_VENUE_CME || venue->id == PL_VENUE_ITCH;
}

static enum pl_status read_entry(struct pl_yaml *yaml, uint32_t node, const struct pl_venue *venue,
                                 struct pl_config_group *ret_group) {
  struct entry entry = {.channel = PL_CHANNEL_IDS, .serves = PL_CHANNEL_IDS};
  enum pl_status status = pl_yaml_fields(yaml, node, fields, COUNT_OF(fields), &entry, NULL);
  if (status != PL_OK) return status;
  struct pl_config_group group = {.feed = {.port = (uint16_t)entry.port,
                                           .channel_id = entry.channel,
                                           .home_channel_id = entry.serves}};
  if (!read_ipv4(entry.group, &group.feed.group_ipv4) || !is_multicast(group.feed.group_ipv4))
    return pl_yaml_fail(yaml, node, "group: '%s' is none of 224.0.0.0 to 239.255.255.255",
                        entry.group);
  bool sourced = entry.source[0] != '\0';
  if (sourced && (!read_ipv4(entry.source, &group.source_ipv4) || group.source_ipv4 == 0 ||
                  group.source_ipv4 >> 28 >= MULTICAST_PREFIX))
    return pl_yaml_fail(yaml, node, "source: '%s' is no sender's IPv4 address", entry.source);
  bool named = entry.channel != PL_CHANNEL_IDS || entry.serves != PL_CHANNEL_IDS;
  if (named && !wire_is_mute(venue))
    return pl_yaml_fail(yaml, node, "channel, serves: the packets of %s name their channel",
                        venue->name);
  if (entry.serves == PL_CHANNEL_IDS) group.feed.home_channel_id = entry.channel;
  *ret_group = group;
  return PL_OK;
}

/* Once for the feed, whichever ports bring it. */
static enum pl_status add_to_feed(struct pl_yaml *yaml, uint32_t node,
                                  const struct pl_feed_group *group, struct pl_config *config) {
  for (uint32_t i = 0; i < config->feed_group_count; i++) {
    const struct pl_feed_group *other = &config->feed_groups[i];
    if (other->group_ipv4 != group->group_ipv4 || other->port != group->port) continue;
    if (other->channel_id == group->channel_id && other->home_channel_id == group->home_channel_id)
      return PL_OK;
    return pl_yaml_fail(yaml, node,
                        "channel, serves: another entry of this group and port differs");
  }
  config->feed_groups[config->feed_group_count++] = *group;
  return PL_OK;
}

enum pl_status pl_config_groups_read(struct pl_yaml *yaml, uint32_t list, struct pl_config *config,
                                     struct pl_config_port *port) {
  uint32_t count = pl_yaml_count(yaml, list);
  if (port->driver == PL_PORT_DRIVER_DEVICE)
    return pl_yaml_fail(yaml, list,
                        "groups: nobody joins them for a device: set them on the switch, or use a "
                        "kernel driver (net_af_xdp, net_af_packet)");
  if (count > PL_FEED_GROUPS_MAX - config->group_count)
    return pl_yaml_fail(yaml, list, "groups: more than %d of all ports", PL_FEED_GROUPS_MAX);
  port->group_first = config->group_count;
  for (uint32_t i = 0; i < count; i++) {
    struct pl_config_group *group = &config->groups[config->group_count];
    uint32_t node = pl_yaml_item(yaml, list, i);
    enum pl_status status = read_entry(yaml, node, config->venue, group);
    if (status == PL_OK) status = add_to_feed(yaml, node, &group->feed, config);
    if (status != PL_OK) return status;
    config->group_count++;
    port->group_count++;
  }
  return PL_OK;
}

enum pl_status pl_config_groups_check(struct pl_yaml *yaml, uint32_t node,
                                      const struct pl_config *config) {
  for (uint32_t i = 0; i < config->feed_group_count; i++) {
    uint32_t home = config->feed_groups[i].home_channel_id, at = 0;
    while (at < config->feed_group_count && config->feed_groups[at].channel_id != home) at++;
    if (home != PL_CHANNEL_IDS && at == config->feed_group_count)
      return pl_yaml_fail(yaml, node, "serves: no group has channel %u", home);
  }
  return PL_OK;
}
