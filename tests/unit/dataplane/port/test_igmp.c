/* Membership reports as they leave the loopback interface of a network namespace of the test's own,
 * read by the letter of RFC 3376 and compared with what a router should know. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/port/igmp.h"

#define ETHERNET_BYTES 14
#define IP_BYTES       24 /* with the router alert */
#define FRAME_MAX      2048
#define ETHERTYPE_ALL  3
#define MTU_BYTES      1500
#define GROUP(i)       (0xe8000000u + (uint32_t)(i))
#define SOURCE(i)      (0x0a000001u + (uint32_t)(i))
#define IS_INCLUDE     1
#define IS_EXCLUDE     2

static char error[256];
static int wire = -1; /* sees what leaves lo */

/* What a router knows after reading: per group how often it was told, how, and by whom. */
static struct told {
  uint32_t group, sources[PL_GROUPS_MAX];
  uint32_t times, kind, source_count;
} told[PL_GROUPS_MAX];
static uint32_t told_count;

static int set_up(void **state) {
  (void)state;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_ALL)};
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return 0;
  wire = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE_ALL));
  address.sll_ifindex = (int)if_nametoindex("lo");
  if (wire < 0 || ioctl(wire, SIOCSIFFLAGS, &request) != 0) return -1;
  return bind(wire, (const struct sockaddr *)&address, sizeof address);
}

static uint32_t be16(const uint8_t *at) {
  return (uint32_t)at[0] << 8 | at[1];
}
static uint32_t be32(const uint8_t *at) {
  return be16(at) << 16 | be16(at + 2);
}

static const uint8_t *take_record(const uint8_t *at, const uint8_t *end) {
  assert_true(end - at >= 8);
  assert_int_equal(at[1], 0);
  uint32_t source_count = be16(at + 2), group = be32(at + 4), i = 0;
  while (i < told_count && told[i].group != group) i++;
  assert_true(i < PL_GROUPS_MAX);
  if (i == told_count) told[told_count++] = (struct told){.group = group};
  told[i].times++;
  told[i].kind = at[0];
  told[i].source_count = source_count;
  at += 8;
  assert_true(end - at >= (ptrdiff_t)(4 * source_count));
  for (uint32_t k = 0; k < source_count; k++, at += 4) told[i].sources[k] = be32(at);
  return at;
}

static void take_report(const uint8_t *ip, size_t size_bytes) {
  static const uint8_t router_alert[] = {0x94, 4, 0, 0};
  const uint8_t *igmp = ip + IP_BYTES, *end = ip + size_bytes;
  assert_true(size_bytes <= MTU_BYTES);
  assert_int_equal(ip[0], 0x46);
  assert_int_equal(ip[1], 0xc0);
  assert_int_equal(be16(ip + 2), size_bytes);
  assert_int_equal(ip[8], 1); /* hops */
  assert_int_equal(be32(ip + 16), 0xe0000016);
  assert_memory_equal(ip + 20, router_alert, sizeof router_alert);
  assert_int_equal(igmp[0], 0x22);
  uint32_t sum = 0, records = be16(igmp + 6);
  for (const uint8_t *at = igmp; at < end; at += 2) sum += be16(at);
  while (sum >> 16 != 0) sum = (sum >> 16) + (sum & 0xffff);
  assert_int_equal(sum, 0xffff);
  const uint8_t *at = igmp + 8;
  for (uint32_t i = 0; i < records; i++) at = take_record(at, end);
  assert_ptr_equal(at, end);
}

/* Sends the reports of entries and reads them; returns how many there were. */
static uint32_t report(const struct pl_groups_entry *entries, uint32_t count) {
  struct pl_igmp *igmp = NULL;
  uint8_t frame[FRAME_MAX];
  uint32_t reports = 0;
  struct sockaddr_ll from;
  if (wire < 0) skip(); /* no namespaces for this user */
  assert_int_equal(pl_igmp_open("lo", entries, count, &igmp, error, sizeof error), PL_OK);
  pl_igmp_report(igmp);
  told_count = 0;
  for (;;) {
    socklen_t from_bytes = sizeof from;
    ssize_t got = recvfrom(wire, frame, sizeof frame, 0, (struct sockaddr *)&from, &from_bytes);
    if (got < 0) break;
    if (from.sll_pkttype != PACKET_OUTGOING || frame[ETHERNET_BYTES + 9] != IPPROTO_IGMP) continue;
    take_report(frame + ETHERNET_BYTES, (size_t)got - ETHERNET_BYTES);
    reports++;
  }
  pl_igmp_close(igmp);
  return reports;
}

static void test_nothing_to_report(void **state) {
  (void)state;
  assert_int_equal(report(NULL, 0), 0);
}

static void test_whoever_sends(void **state) {
  (void)state;
  struct pl_groups_entry entries[] = {{GROUP(1), 0}, {GROUP(2), 0}, {GROUP(1), 0}};
  assert_int_equal(report(entries, 3), 1);
  assert_int_equal(told_count, 2);
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(told[i].group, GROUP(1 + i));
    assert_int_equal(told[i].times, 1);
    assert_int_equal(told[i].kind, IS_EXCLUDE);
    assert_int_equal(told[i].source_count, 0);
  }
}

static void test_senders(void **state) {
  (void)state;
  struct pl_groups_entry entries[] = {{GROUP(1), SOURCE(1)},
                                      {GROUP(2), SOURCE(1)},
                                      {GROUP(1), SOURCE(2)},
                                      {GROUP(3), SOURCE(1)},
                                      {GROUP(3), 0}};
  assert_int_equal(report(entries, 5), 1);
  assert_int_equal(told_count, 3);
  assert_int_equal(told[0].kind, IS_INCLUDE);
  assert_int_equal(told[0].source_count, 2);
  assert_int_equal(told[0].sources[0], SOURCE(1));
  assert_int_equal(told[0].sources[1], SOURCE(2));
  assert_int_equal(told[1].kind, IS_INCLUDE);
  assert_int_equal(told[1].source_count, 1);
  assert_int_equal(told[2].kind, IS_EXCLUDE); /* whoever sends is more than one who sends */
  assert_int_equal(told[2].source_count, 0);
}

/* Records of every size up to the largest, as many as fit: each is told once, whole. */
static void test_full_reports(void **state) {
  (void)state;
  for (uint32_t senders = 1; senders <= PL_GROUPS_MAX; senders++) {
    struct pl_groups_entry entries[PL_GROUPS_MAX];
    uint32_t groups = PL_GROUPS_MAX / senders;
    for (uint32_t i = 0; i < groups * senders; i++)
      entries[i] = (struct pl_groups_entry){GROUP(i / senders), SOURCE(i % senders)};
    assert_true(report(entries, groups * senders) >= 1);
    assert_int_equal(told_count, groups);
    for (uint32_t i = 0; i < groups; i++) {
      assert_int_equal(told[i].times, 1);
      assert_int_equal(told[i].source_count, senders);
      for (uint32_t k = 0; k < senders; k++) assert_int_equal(told[i].sources[k], SOURCE(k));
    }
  }
}

/* Large and small records in turn, so that each large one breaks a report. */
static void test_broken_reports(void **state) {
  (void)state;
  static const uint32_t senders[] = {1, 120, 1, 120, 1, 13};
  struct pl_groups_entry entries[PL_GROUPS_MAX];
  uint32_t count = 0;
  for (uint32_t group = 0; group < 6; group++)
    for (uint32_t k = 0; k < senders[group]; k++)
      entries[count++] = (struct pl_groups_entry){GROUP(group), SOURCE(k)};
  assert_int_equal(count, PL_GROUPS_MAX);
  assert_int_equal(report(entries, count), 1);
  for (uint32_t i = 0; i < PL_GROUPS_MAX; i++)
    entries[i] = (struct pl_groups_entry){GROUP(i), SOURCE(i)};
  assert_int_equal(report(entries, PL_GROUPS_MAX), 3);
  assert_int_equal(told_count, PL_GROUPS_MAX);
}

static void test_no_such_interface(void **state) {
  (void)state;
  struct pl_igmp *igmp = NULL;
  struct pl_groups_entry entry = {GROUP(1), 0};
  if (wire < 0) skip();
  assert_int_equal(pl_igmp_open("plim-none", &entry, 1, &igmp, error, sizeof error), PL_E_SYSTEM);
  assert_null(igmp);
  assert_string_equal(error, "cannot report groups on plim-none: No such device");
  pl_igmp_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_to_report), cmocka_unit_test(test_whoever_sends),
      cmocka_unit_test(test_senders),           cmocka_unit_test(test_full_reports),
      cmocka_unit_test(test_broken_reports),    cmocka_unit_test(test_no_such_interface),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
