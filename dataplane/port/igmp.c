#include "dataplane/port/igmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/igmp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_ip.h>

#include "engine/base/check.h"

#define REPORTS_TO        0xe0000016u /* 224.0.0.22 */
#define PRECEDENCE        0xc0
#define REPORT_BYTES_MAX  1400 /* with its IP header it fits what carries a feed */
#define REPORT_HEAD_BYTES sizeof(struct igmpv3_report)
#define RECORD_HEAD_BYTES sizeof(struct igmpv3_grec)
#define SOURCE_BYTES      4
#define RECORDS_BYTES_MAX (PL_GROUPS_MAX * (RECORD_HEAD_BYTES + SOURCE_BYTES))

/* Two neighbours hold more than one report, or they were one. */
#define REPORTS_MAX 5
_Static_assert((REPORTS_MAX + 1) / 2 * (REPORT_BYTES_MAX - REPORT_HEAD_BYTES) > RECORDS_BYTES_MAX,
               "room for all records, however they fall");
_Static_assert(REPORT_HEAD_BYTES + RECORD_HEAD_BYTES + PL_GROUPS_MAX * SOURCE_BYTES <=
                   REPORT_BYTES_MAX,
               "a record is never split");

struct pl_igmp {
  int fd;
  uint32_t count;
  struct report {
    uint32_t size_bytes;
    uint16_t records;
    uint8_t bytes[REPORT_BYTES_MAX];
  } reports[REPORTS_MAX];
};

/* The state of a group, of all entries that name it; returns its size. */
static uint32_t make_record(const struct pl_groups_entry *entries, uint32_t count, uint32_t group,
                            uint8_t *ret_record) {
  struct igmpv3_grec head = {.grec_type = IGMPV3_MODE_IS_INCLUDE, .grec_mca = htonl(group)};
  uint16_t sources = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (entries[i].group_ipv4 != group) continue;
    if (entries[i].source_ipv4 == 0) head.grec_type = IGMPV3_MODE_IS_EXCLUDE; /* nobody */
    uint32_t source = htonl(entries[i].source_ipv4);
    memcpy(ret_record + RECORD_HEAD_BYTES + SOURCE_BYTES * sources++, &source, sizeof source);
  }
  if (head.grec_type == IGMPV3_MODE_IS_EXCLUDE) sources = 0;
  head.grec_nsrcs = htons(sources);
  memcpy(ret_record, &head, sizeof head);
  return (uint32_t)(RECORD_HEAD_BYTES + SOURCE_BYTES * sources);
}

static void add_record(struct pl_igmp *igmp, const uint8_t *record, uint32_t record_bytes) {
  if (igmp->count == 0 ||
      igmp->reports[igmp->count - 1].size_bytes + record_bytes > REPORT_BYTES_MAX) {
    PL_CHECK(igmp->count < REPORTS_MAX);
    igmp->reports[igmp->count++].size_bytes = REPORT_HEAD_BYTES;
  }
  struct report *report = &igmp->reports[igmp->count - 1];
  memcpy(report->bytes + report->size_bytes, record, record_bytes);
  report->size_bytes += record_bytes;
  report->records++;
}

static void finish(struct report *report) {
  struct igmpv3_report head = {.type = IGMPV3_HOST_MEMBERSHIP_REPORT,
                               .ngrec = htons(report->records)};
  memcpy(report->bytes, &head, sizeof head);
  head.csum = (uint16_t)~rte_raw_cksum(report->bytes, report->size_bytes);
  memcpy(report->bytes, &head, sizeof head);
}

static void make_reports(struct pl_igmp *igmp, const struct pl_groups_entry *entries,
                         uint32_t count) {
  uint8_t record[RECORD_HEAD_BYTES + PL_GROUPS_MAX * SOURCE_BYTES];
  for (uint32_t i = 0; i < count; i++) {
    uint32_t before = 0;
    while (entries[before].group_ipv4 != entries[i].group_ipv4) before++;
    if (before == i)
      add_record(igmp, record, make_record(entries, count, entries[i].group_ipv4, record));
  }
  for (uint32_t i = 0; i < igmp->count; i++) finish(&igmp->reports[i]);
}

static bool set(int fd, int level, int option, const void *value, size_t value_bytes) {
  return setsockopt(fd, level, option, value, (socklen_t)value_bytes) == 0;
}

static bool open_socket(struct pl_igmp *igmp, const char *interface) {
  static const uint8_t router_alert[] = {0x94, 4, 0, 0};
  struct sock_filter nothing = {BPF_RET | BPF_K, 0, 0, 0}; /* is received */
  const struct sock_fprog filter = {1, &nothing};
  const struct ip_mreqn by = {.imr_ifindex = (int)if_nametoindex(interface)};
  const int precedence = PRECEDENCE, loop = 0;
  igmp->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_IGMP);
  return igmp->fd >= 0 && set(igmp->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) &&
         set(igmp->fd, SOL_SOCKET, SO_BINDTODEVICE, interface, strlen(interface)) &&
         set(igmp->fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) &&
         set(igmp->fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) &&
         set(igmp->fd, IPPROTO_IP, IP_OPTIONS, router_alert, sizeof router_alert) &&
         set(igmp->fd, IPPROTO_IP, IP_TOS, &precedence, sizeof precedence);
}

enum pl_status pl_igmp_open(const char *interface, const struct pl_groups_entry *entries,
                            uint32_t count, struct pl_igmp **ret_igmp, char *ret_error,
                            size_t error_bytes) {
  PL_CHECK(count <= PL_GROUPS_MAX);
  struct pl_igmp *igmp = calloc(1, sizeof *igmp);
  if (igmp == NULL) {
    snprintf(ret_error, error_bytes, "not enough memory to report groups on %s", interface);
    return PL_E_MEMORY;
  }
  if (!open_socket(igmp, interface)) {
    snprintf(ret_error, error_bytes, "cannot report groups on %s: %s", interface,
             errno == EPERM ? "it needs cap_net_raw" : strerror(errno));
    pl_igmp_close(igmp);
    return PL_E_SYSTEM;
  }
  make_reports(igmp, entries, count);
  *ret_igmp = igmp;
  return PL_OK;
}

void pl_igmp_report(const struct pl_igmp *igmp) {
  const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(REPORTS_TO)};
  for (uint32_t i = 0; i < igmp->count; i++)
    (void)sendto(igmp->fd, igmp->reports[i].bytes, igmp->reports[i].size_bytes, 0,
                 (const struct sockaddr *)&to, sizeof to);
}

void pl_igmp_close(struct pl_igmp *igmp) {
  if (igmp == NULL) return;
  if (igmp->fd >= 0) close(igmp->fd);
  free(igmp);
}
