/* The daemon's configuration: YAML, read once at the start and checked as a whole. */
#ifndef CONTROL_DAEMON_CONFIG_H
#define CONTROL_DAEMON_CONFIG_H

#include "control/admin/roles.h"
#include "control/daemon/privileges.h"
#include "control/daemon/resend.h"
#include "control/daemon/run.h"
#include "control/publish/table.h"
#include "dataplane/port/eal.h"

#define PL_CONFIG_PATH_BYTES      1024
#define PL_CONFIG_SOCKET_BYTES    108 /* what a unix socket's address holds */
#define PL_CONFIG_INTERFACE_BYTES 64
#define PL_CONFIG_USER_BYTES      64

struct pl_config_port {
  char capture[PL_CONFIG_PATH_BYTES];        /* "" for a live port */
  char interface[PL_CONFIG_INTERFACE_BYTES]; /* "" for a capture */
  char driver_name[PL_CONFIG_INTERFACE_BYTES];
  enum pl_port_driver driver;
  uint32_t line; /* enum pl_line_id */
  uint32_t queue;
  bool promiscuous;
  uint32_t group_first, group_count; /* of pl_config's groups; on every port or on none */
};

/* A multicast group as a port subscribes to it. */
struct pl_config_group {
  struct pl_feed_group feed;
  uint32_t source_ipv4; /* the sender alone; 0: whoever sends */
};

struct pl_config {
  uint32_t profile; /* enum pl_eal_profile */
  uint32_t layout;  /* enum pl_layout */
  const struct pl_venue *venue;
  uint32_t instrument_count;
  uint32_t memory_mb;                     /* 0: enough for the ports */
  uint32_t speed_e3;                      /* captures only; 0: as fast as it goes */
  char policy_path[PL_CONFIG_PATH_BYTES]; /* as it can be opened from here */
  char admin_socket[PL_CONFIG_SOCKET_BYTES];
  char table[PL_TABLE_NAME_BYTES];
  uid_t user;  /* whom the daemon becomes; PL_PRIVILEGES_USER_NONE: nobody else */
  gid_t group; /* owns socket and table, and the user's; PL_TABLE_GROUP_NONE: the process's own */
  uint32_t cpus[PL_EAL_WORKERS_MAX];
  uint32_t cpu_count; /* 0: chosen from the affinity mask */
  struct pl_roles roles;
  struct pl_config_port ports[PL_RUN_PORTS_MAX];
  uint32_t port_count;                               /* at least 1 */
  struct pl_config_group groups[PL_FEED_GROUPS_MAX]; /* port by port */
  uint32_t group_count;
  struct pl_feed_group feed_groups[PL_FEED_GROUPS_MAX]; /* the same, each group and port once */
  uint32_t feed_group_count;
  struct pl_resend_config resend;
};

/* pl_config_load reads and checks a configuration. Paths in it are relative to the file.
 *   ret_config  untouched on failure
 *   ret_error   [error_bytes] on failure one line, `FILE:LINE: message`
 * Returns PL_OK, PL_E_NO_FILE, PL_E_CONFIG or PL_E_MEMORY. */
PL_MUST_USE enum pl_status pl_config_load(const char *path, struct pl_config *ret_config,
                                          char *ret_error, size_t error_bytes);

/* pl_config_parse does the same with text in memory; path stands for the file. */
PL_MUST_USE enum pl_status pl_config_parse(const char *path, const char *text, size_t size_bytes,
                                           struct pl_config *ret_config, char *ret_error,
                                           size_t error_bytes);

#endif
