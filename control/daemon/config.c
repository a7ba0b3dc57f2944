#include "control/daemon/config.h"

#include "control/admin/defaults.h"
#include "control/daemon/config_groups.h"
#include "control/daemon/yaml.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define INSTRUMENTS_USUAL 1024
#define MEMORY_MB_MAX     65536
#define QUEUE_MAX         1023
#define ID_MAX            (UINT32_MAX - 1)

static const struct pl_yaml_choice profiles[] = {
    {"embedded", PL_EAL_EMBEDDED}, {"host", PL_EAL_HOST}, {NULL, 0}};
static const struct pl_yaml_choice layouts[] = {
    {"inline", PL_LAYOUT_INLINE}, {"pipeline", PL_LAYOUT_PIPELINE}, {NULL, 0}};
static const struct pl_yaml_choice lines[] = {{"A", PL_LINE_A}, {"B", PL_LINE_B}, {NULL, 0}};

/* The file as it stands: what needs more than a table to check comes after. */
struct top {
  struct pl_config config;
  char venue[PL_CONFIG_USER_BYTES], policy[PL_CONFIG_PATH_BYTES];
  char user[PL_CONFIG_USER_BYTES], group[PL_CONFIG_USER_BYTES];
  uint32_t cpus, roles, ports, resend; /* nodes */
};

static const struct pl_yaml_field top_fields[] = {
    PL_YAML_FIELD_CHOICE("profile", struct top, config.profile, false, profiles),
    PL_YAML_FIELD_CHOICE("layout", struct top, config.layout, false, layouts),
    PL_YAML_FIELD_OTHER("venue", TEXT, struct top, venue, true),
    PL_YAML_FIELD_NUMBER("instruments", struct top, config.instrument_count, false, count, 1,
                         PL_INSTRUMENTS_MAX),
    PL_YAML_FIELD_NUMBER("memory", struct top, config.memory_mb, false, mb, 16, MEMORY_MB_MAX),
    PL_YAML_FIELD_NUMBER("speed", struct top, config.speed_e3, false, e3, 0, 1000000),
    PL_YAML_FIELD_OTHER("policy", TEXT, struct top, policy, true),
    PL_YAML_FIELD_OTHER("admin_socket", TEXT, struct top, config.admin_socket, false),
    PL_YAML_FIELD_OTHER("table", TEXT, struct top, config.table, false),
    PL_YAML_FIELD_OTHER("user", TEXT, struct top, user, false),
    PL_YAML_FIELD_OTHER("group", TEXT, struct top, group, false),
    PL_YAML_FIELD_OTHER("cpus", LIST, struct top, cpus, false),
    PL_YAML_FIELD_OTHER("roles", MAP, struct top, roles, false),
    PL_YAML_FIELD_OTHER("ports", LIST, struct top, ports, true),
    PL_YAML_FIELD_OTHER("resend", LIST, struct top, resend, false),
};

static const struct pl_yaml_field cpu_field =
    PL_YAML_FIELD_NUMBER("cpus", struct pl_config, cpu_count, false, count, 0, 65535);
static const struct pl_yaml_field id_field =
    PL_YAML_FIELD_NUMBER("id", struct pl_config, cpu_count, false, count, 0, ID_MAX);

struct role_lists {
  uint32_t users, groups; /* nodes */
};

static const struct pl_yaml_field role_fields[] = {
    PL_YAML_FIELD_OTHER("users", LIST, struct role_lists, users, false),
    PL_YAML_FIELD_OTHER("groups", LIST, struct role_lists, groups, false),
};

struct port {
  struct pl_config_port config;
  uint32_t groups; /* node */
};

static const struct pl_yaml_field port_fields[] = {
    PL_YAML_FIELD_OTHER("capture", TEXT, struct port, config.capture, false),
    PL_YAML_FIELD_OTHER("driver", TEXT, struct port, config.driver_name, false),
    PL_YAML_FIELD_OTHER("interface", TEXT, struct port, config.interface, false),
    PL_YAML_FIELD_CHOICE("line", struct port, config.line, false, lines),
    PL_YAML_FIELD_NUMBER("queue", struct port, config.queue, false, count, 0, QUEUE_MAX),
    PL_YAML_FIELD_OTHER("promiscuous", FLAG, struct port, config.promiscuous, false),
    PL_YAML_FIELD_OTHER("groups", LIST, struct port, groups, false),
};
enum { GIVEN_CAPTURE = 1 << 0, GIVEN_DRIVER = 1 << 1, GIVEN_INTERFACE = 1 << 2 };
enum { GIVEN_LIVE_ONLY = 1 << 4 | 1 << 5 | 1 << 6 };

/* A configuration being read. */
struct reading {
  struct pl_yaml *yaml;
  const char *path;
  struct top top;
};

/* The node of a key's value, for the line of an error about it. */
static uint32_t node_of(const struct reading *reading, const char *key) {
  uint32_t root = pl_yaml_root(reading->yaml), value;
  for (uint32_t i = 0; i < pl_yaml_count(reading->yaml, root); i++)
    if (strcmp(pl_yaml_text(reading->yaml, pl_yaml_pair(reading->yaml, root, i, &value)), key) == 0)
      return value;
  return root;
}

/* A path as the file means it: relative to the file. */
static enum pl_status resolve(const struct reading *reading, uint32_t node, const char *path,
                              char *ret_path) {
  const char *slash = strrchr(reading->path, '/');
  int folder = path[0] == '/' || slash == NULL ? 0 : (int)(slash - reading->path) + 1;
  int wrote = snprintf(ret_path, PL_CONFIG_PATH_BYTES, "%.*s%s", folder, reading->path, path);
  if (wrote < 0 || wrote >= PL_CONFIG_PATH_BYTES)
    return pl_yaml_fail(reading->yaml, node, "path too long");
  return PL_OK;
}

static enum pl_status find_group(struct reading *reading, uint32_t node, const char *name,
                                 gid_t *ret_gid) {
  uint64_t number;
  if (name[0] >= '0' && name[0] <= '9') {
    enum pl_status status = pl_yaml_number(reading->yaml, node, &id_field, &number);
    if (status == PL_OK) *ret_gid = (gid_t)number;
    return status;
  }
  const struct group *found = getgrnam(name);
  if (found == NULL) return pl_yaml_fail(reading->yaml, node, "no such group: '%.40s'", name);
  *ret_gid = found->gr_gid;
  return PL_OK;
}

static enum pl_status find_user(struct reading *reading, uint32_t node, const char *name,
                                uid_t *ret_uid) {
  uint64_t number;
  if (name[0] >= '0' && name[0] <= '9') {
    enum pl_status status = pl_yaml_number(reading->yaml, node, &id_field, &number);
    if (status == PL_OK) *ret_uid = (uid_t)number;
    return status;
  }
  const struct passwd *found = getpwnam(name);
  if (found == NULL) return pl_yaml_fail(reading->yaml, node, "no such user: '%.40s'", name);
  *ret_uid = found->pw_uid;
  return PL_OK;
}

static enum pl_status read_ids(struct reading *reading, uint32_t list, uint32_t *ret_count,
                               enum pl_status (*find)(struct reading *, uint32_t, const char *,
                                                      uint32_t *),
                               uint32_t *ret_ids) {
  uint32_t count = pl_yaml_count(reading->yaml, list);
  if (count > PL_ROLES_MAX)
    return pl_yaml_fail(reading->yaml, list, "more than %d names", PL_ROLES_MAX);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t node = pl_yaml_item(reading->yaml, list, i);
    const char *name = pl_yaml_text(reading->yaml, node);
    if (name == NULL) return pl_yaml_fail(reading->yaml, node, "a name or number is wanted here");
    enum pl_status status = find(reading, node, name, &ret_ids[i]);
    if (status != PL_OK) return status;
  }
  *ret_count = count;
  return PL_OK;
}

_Static_assert(sizeof(uid_t) == sizeof(uint32_t) && sizeof(gid_t) == sizeof(uint32_t), "Linux");

static enum pl_status read_roles(struct reading *reading) {
  struct role_lists found = {0};
  struct pl_roles *roles = &reading->top.config.roles;
  if (reading->top.roles == 0) return PL_OK;
  enum pl_status status = pl_yaml_fields(reading->yaml, reading->top.roles, role_fields,
                                         COUNT_OF(role_fields), &found, NULL);
  if (status == PL_OK)
    status = read_ids(reading, found.users, &roles->uid_count, find_user, roles->uids);
  if (status == PL_OK)
    status = read_ids(reading, found.groups, &roles->gid_count, find_group, roles->gids);
  return status;
}

/* A user without a group named comes with the primary one. */
static enum pl_status read_owner(struct reading *reading) {
  const struct top *top = &reading->top;
  struct pl_config *config = &reading->top.config;
  enum pl_status status = PL_OK;
  uint32_t node = node_of(reading, "user");
  if (top->group[0] != '\0')
    status = find_group(reading, node_of(reading, "group"), top->group, &config->group);
  if (top->user[0] == '\0' || status != PL_OK) return status;
  status = find_user(reading, node, top->user, &config->user);
  if (status != PL_OK || top->group[0] != '\0') return status;
  const struct passwd *found = getpwuid(config->user);
  if (found == NULL)
    return pl_yaml_fail(reading->yaml, node, "user: nothing is known of it: name its 'group' too");
  config->group = found->pw_gid;
  return PL_OK;
}

static enum pl_status read_cpus(struct reading *reading) {
  struct pl_config *config = &reading->top.config;
  uint32_t list = reading->top.cpus, count = pl_yaml_count(reading->yaml, list);
  uint32_t wanted = pl_run_workers((enum pl_layout)config->layout);
  if (list == 0) return PL_OK;
  if (count != wanted)
    return pl_yaml_fail(reading->yaml, list, "cpus: this layout takes %u", wanted);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t cpu;
    enum pl_status status =
        pl_yaml_number(reading->yaml, pl_yaml_item(reading->yaml, list, i), &cpu_field, &cpu);
    if (status != PL_OK) return status;
    config->cpus[i] = (uint32_t)cpu;
  }
  config->cpu_count = count;
  return PL_OK;
}

static enum pl_status check_live(struct reading *reading, uint32_t node, uint64_t given,
                                 struct pl_config_port *port) {
  struct pl_yaml *yaml = reading->yaml;
  if ((given & GIVEN_DRIVER) == 0) return pl_yaml_fail(yaml, node, "key 'driver' is missing");
  if ((given & GIVEN_INTERFACE) == 0) return pl_yaml_fail(yaml, node, "key 'interface' is missing");
  if (pl_port_driver_find(port->driver_name, &port->driver) != PL_OK)
    return pl_yaml_fail(yaml, node,
                        "driver: '%.40s' is none of net_pcap, net_af_packet, net_af_xdp, device",
                        port->driver_name);
  if (port->driver == PL_PORT_DRIVER_DEVICE && reading->top.config.profile != PL_EAL_HOST)
    return pl_yaml_fail(yaml, node, "driver: a device needs `profile: host`");
  return PL_OK;
}

static enum pl_status read_port(struct reading *reading, uint32_t node,
                                struct pl_config_port *ret_port) {
  struct port port = {0};
  uint64_t given;
  enum pl_status status =
      pl_yaml_fields(reading->yaml, node, port_fields, COUNT_OF(port_fields), &port, &given);
  if (status != PL_OK) return status;
  if ((given & GIVEN_CAPTURE) == 0) {
    status = check_live(reading, node, given, &port.config);
    if (status == PL_OK && port.groups != 0)
      status =
          pl_config_groups_read(reading->yaml, port.groups, &reading->top.config, &port.config);
  } else if ((given & (GIVEN_DRIVER | GIVEN_INTERFACE | GIVEN_LIVE_ONLY)) != 0) {
    status = pl_yaml_fail(reading->yaml, node, "a capture takes no key but 'line'");
  } else {
    char path[PL_CONFIG_PATH_BYTES];
    status = resolve(reading, node, port.config.capture, path);
    if (status == PL_OK) memcpy(port.config.capture, path, sizeof path);
  }
  if (status == PL_OK) *ret_port = port.config;
  return status;
}

static enum pl_status read_ports(struct reading *reading) {
  struct pl_config *config = &reading->top.config;
  struct pl_config_port *ports = config->ports;
  uint32_t list = reading->top.ports, count = pl_yaml_count(reading->yaml, list);
  if (count < 1 || count > PL_RUN_PORTS_MAX)
    return pl_yaml_fail(reading->yaml, list, "ports: 1 to %d of them", PL_RUN_PORTS_MAX);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t node = pl_yaml_item(reading->yaml, list, i);
    enum pl_status status = read_port(reading, node, &ports[i]);
    if (status != PL_OK) return status;
    /* one silence clock: a capture's time and the wall's do not mix */
    if ((ports[i].capture[0] == '\0') != (ports[0].capture[0] == '\0'))
      return pl_yaml_fail(reading->yaml, list, "ports: either captures or live ports, not both");
    /* what is sent to a group that is not named is dropped */
    if ((ports[i].group_count == 0) != (ports[0].group_count == 0))
      return pl_yaml_fail(reading->yaml, node, "groups: name them on every port, or on none");
  }
  config->port_count = count;
  return pl_config_groups_check(reading->yaml, list, config);
}

/* Groups that name no channel may bring any. */
static bool may_come(const struct pl_config *config, uint32_t channel_id) {
  for (uint32_t i = 0; i < config->feed_group_count; i++) {
    uint32_t named = config->feed_groups[i].channel_id;
    if (named == channel_id || named == PL_CHANNEL_IDS) return true;
  }
  return config->feed_group_count == 0;
}

static enum pl_status read_resend(struct reading *reading) {
  struct pl_config *config = &reading->top.config;
  uint32_t list = reading->top.resend;
  if (list == 0) return PL_OK;
  if (config->venue->resend.request == NULL)
    return pl_yaml_fail(reading->yaml, list, "resend: %s sends nothing again", config->venue->name);
  if (config->ports[0].capture[0] != '\0') /* one clock, as for ports */
    return pl_yaml_fail(reading->yaml, list, "resend: not with captures");
  enum pl_status status = pl_resend_read(reading->yaml, list, &config->resend);
  for (uint32_t i = 0; status == PL_OK && i < config->resend.count; i++) {
    uint32_t channel_id = config->resend.servers[i].channel_id;
    if (channel_id != PL_RESEND_EVERY && !may_come(config, channel_id))
      status = pl_yaml_fail(reading->yaml, pl_yaml_item(reading->yaml, list, i),
                            "resend: no group has channel %u", channel_id);
  }
  return status;
}

static enum pl_status read_names(struct reading *reading) {
  struct top *top = &reading->top;
  struct pl_config *config = &top->config;
  config->venue = pl_venue_find(top->venue);
  if (config->venue == NULL)
    return pl_yaml_fail(reading->yaml, node_of(reading, "venue"), "no such venue: '%.40s'",
                        top->venue);
  if (!pl_table_name_is_sound(config->table))
    return pl_yaml_fail(reading->yaml, node_of(reading, "table"),
                        "table: letters, digits, '-', '_' and '.' only");
  if (config->admin_socket[0] != '/')
    return pl_yaml_fail(reading->yaml, node_of(reading, "admin_socket"),
                        "admin_socket: an absolute path is wanted here");
  return resolve(reading, node_of(reading, "policy"), top->policy, config->policy_path);
}

static enum pl_status read_all(struct reading *reading) {
  struct pl_config *config = &reading->top.config;
  *config = (struct pl_config){.profile = PL_EAL_EMBEDDED,
                               .layout = PL_LAYOUT_PIPELINE,
                               .instrument_count = INSTRUMENTS_USUAL,
                               .speed_e3 = 1000,
                               .admin_socket = PL_DEFAULT_SOCKET,
                               .table = PL_DEFAULT_TABLE,
                               .user = PL_PRIVILEGES_USER_NONE,
                               .group = PL_TABLE_GROUP_NONE};
  enum pl_status status = pl_yaml_fields(reading->yaml, pl_yaml_root(reading->yaml), top_fields,
                                         COUNT_OF(top_fields), &reading->top, NULL);
  if (status == PL_OK) status = read_names(reading);
  if (status == PL_OK) status = read_owner(reading);
  if (status == PL_OK) status = read_cpus(reading);
  if (status == PL_OK) status = read_roles(reading);
  if (status == PL_OK) status = read_ports(reading);
  if (status == PL_OK) status = read_resend(reading);
  return status;
}

static enum pl_status finish(struct pl_yaml *yaml, const char *path, struct pl_config *ret_config) {
  struct reading reading = {.yaml = yaml, .path = path};
  enum pl_status status = read_all(&reading);
  pl_yaml_close(yaml);
  if (status == PL_OK) *ret_config = reading.top.config;
  return status;
}

enum pl_status pl_config_parse(const char *path, const char *text, size_t size_bytes,
                               struct pl_config *ret_config, char *ret_error, size_t error_bytes) {
  struct pl_yaml *yaml;
  enum pl_status status = pl_yaml_open_bytes(path, text, size_bytes, &yaml, ret_error, error_bytes);
  return status == PL_OK ? finish(yaml, path, ret_config) : status;
}

enum pl_status pl_config_load(const char *path, struct pl_config *ret_config, char *ret_error,
                              size_t error_bytes) {
  struct pl_yaml *yaml;
  enum pl_status status = pl_yaml_open(path, &yaml, ret_error, error_bytes);
  return status == PL_OK ? finish(yaml, path, ret_config) : status;
}
