#include "dataplane/port/groups.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/check.h"

/* Sockets without an address: they hold memberships and receive nothing. */
struct pl_groups {
  char interface[IF_NAMESIZE];
  unsigned index;
  uint32_t socket_count, member_count;
  int sockets[PL_GROUPS_MAX]; /* at worst one a membership */
  struct member {
    struct pl_groups_entry entry;
    int socket;
  } members[PL_GROUPS_MAX];
};

static void put_address(struct sockaddr_storage *ret_address, uint32_t ipv4) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(ipv4)};
  memset(ret_address, 0, sizeof *ret_address);
  memcpy(ret_address, &address, sizeof address);
}

/* These calls name the interface by its index: the older ones want an address of it. */
static bool change(int fd, unsigned index, const struct pl_groups_entry *entry, bool join) {
  if (entry->source_ipv4 == 0) {
    struct group_req request = {.gr_interface = index};
    put_address(&request.gr_group, entry->group_ipv4);
    return setsockopt(fd, IPPROTO_IP, join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request,
                      sizeof request) == 0;
  }
  struct group_source_req request = {.gsr_interface = index};
  put_address(&request.gsr_group, entry->group_ipv4);
  put_address(&request.gsr_source, entry->source_ipv4);
  return setsockopt(fd, IPPROTO_IP, join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
                    &request, sizeof request) == 0;
}

static bool add_socket(struct pl_groups *groups) {
  PL_CHECK(groups->socket_count < PL_GROUPS_MAX);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) groups->sockets[groups->socket_count++] = fd;
  return fd >= 0;
}

/* A socket takes igmp_max_memberships groups, and igmp_max_msf senders of one; then another one is
 * opened. */
static bool join(struct pl_groups *groups, const struct pl_groups_entry *entry) {
  bool fresh = groups->socket_count == 0;
  if (fresh && !add_socket(groups)) return false;
  bool joined = change(groups->sockets[groups->socket_count - 1], groups->index, entry, true);
  if (!joined && errno == ENOBUFS && !fresh)
    joined = add_socket(groups) &&
             change(groups->sockets[groups->socket_count - 1], groups->index, entry, true);
  if (joined)
    groups->members[groups->member_count++] =
        (struct member){*entry, groups->sockets[groups->socket_count - 1]};
  return joined;
}

static bool is_covered(const struct pl_groups_entry *entries, uint32_t count, uint32_t at) {
  for (uint32_t i = 0; i < count; i++) {
    if (i == at || entries[i].group_ipv4 != entries[at].group_ipv4) continue;
    bool same = entries[i].source_ipv4 == entries[at].source_ipv4;
    if ((same && i < at) || (!same && entries[i].source_ipv4 == 0)) return true;
  }
  return false;
}

static enum pl_status explain(const struct pl_groups *groups, const struct pl_groups_entry *entry,
                              int code, char *ret_error, size_t error_bytes) {
  struct in_addr address = {htonl(entry->group_ipv4)};
  char group[INET_ADDRSTRLEN] = "?", why[160];
  (void)inet_ntop(AF_INET, &address, group, sizeof group);
  switch (code) {
  case ENODEV: snprintf(why, sizeof why, "no IPv4 there: see its MTU in 'ip link'"); break;
  case ENOBUFS:
    snprintf(why, sizeof why,
             "no room for one membership: raise net.ipv4.igmp_max_memberships or "
             "net.core.optmem_max");
    break;
  case EMFILE:
  case ENFILE: snprintf(why, sizeof why, "no more files: raise 'ulimit -n'"); break;
  default: snprintf(why, sizeof why, "%s", strerror(code)); break;
  }
  snprintf(ret_error, error_bytes, "cannot join group %s on %s: %s", group, groups->interface, why);
  return code == ENOBUFS || code == ENOMEM ? PL_E_MEMORY : PL_E_SYSTEM;
}

enum pl_status pl_groups_join(const char *interface, const struct pl_groups_entry *entries,
                              uint32_t count, struct pl_groups **ret_groups, char *ret_error,
                              size_t error_bytes) {
  PL_CHECK(count <= PL_GROUPS_MAX);
  unsigned index = if_nametoindex(interface);
  if (index == 0) {
    snprintf(ret_error, error_bytes, "no interface '%s' here: see 'ip -br link'", interface);
    return PL_E_CONFIG;
  }
  struct pl_groups *groups = calloc(1, sizeof *groups);
  if (groups == NULL) {
    snprintf(ret_error, error_bytes, "not enough memory to join groups on %s", interface);
    return PL_E_MEMORY;
  }
  snprintf(groups->interface, sizeof groups->interface, "%s", interface);
  groups->index = index;
  for (uint32_t i = 0; i < count; i++) {
    if (is_covered(entries, count, i) || join(groups, &entries[i])) continue;
    enum pl_status status = explain(groups, &entries[i], errno, ret_error, error_bytes);
    pl_groups_leave(groups);
    return status;
  }
  *ret_groups = groups;
  return PL_OK;
}

enum pl_status pl_groups_renew(struct pl_groups *groups, char *ret_error, size_t error_bytes) {
  enum pl_status status = PL_OK;
  for (uint32_t i = 0; i < groups->member_count; i++) {
    const struct member *member = &groups->members[i];
    if (member->entry.source_ipv4 == 0) continue;
    (void)change(member->socket, groups->index, &member->entry, false);
    if (!change(member->socket, groups->index, &member->entry, true))
      status = explain(groups, &member->entry, errno, ret_error, error_bytes);
  }
  return status;
}

void pl_groups_leave(struct pl_groups *groups) {
  if (groups == NULL) return;
  for (uint32_t i = 0; i < groups->socket_count; i++) close(groups->sockets[i]);
  free(groups);
}
