/* The daemon's configuration: the shipped one, what is filled in, and an edge table of refusals. */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/daemon/config.h"
#include "control/daemon/yaml.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Lines 1 to 3; what follows starts on line 4. */
#define HEAD "venue: deribit\npolicy: p.yaml\nports: [{driver: net_pcap, interface: lo}]\n"

static char error[PL_YAML_ERROR_BYTES];
static struct pl_config config;

static enum pl_status parse(const char *path, const char *text) {
  error[0] = '\0';
  return pl_config_parse(path, text, strlen(text), &config, error, sizeof error);
}

static void test_what_is_left_out(void **state) {
  (void)state;
  assert_int_equal(parse("c.yaml", HEAD), PL_OK);
  assert_string_equal(error, "");
  assert_int_equal(config.profile, PL_EAL_EMBEDDED);
  assert_int_equal(config.layout, PL_LAYOUT_PIPELINE);
  assert_string_equal(config.venue->name, "deribit");
  assert_int_equal(config.instrument_count, 1024);
  assert_int_equal(config.memory_mb, 0);
  assert_int_equal(config.speed_e3, 1000);
  assert_string_equal(config.policy_path, "p.yaml");
  assert_string_equal(config.admin_socket, "/run/plimsoll/admin.sock");
  assert_string_equal(config.table, "main");
  assert_true(config.user == PL_PRIVILEGES_USER_NONE);
  assert_true(config.group == PL_TABLE_GROUP_NONE);
  assert_int_equal(config.cpu_count, 0);
  assert_int_equal(config.roles.uid_count, 0);
  assert_int_equal(config.port_count, 1);
  assert_int_equal(config.ports[0].driver, PL_PORT_DRIVER_PCAP);
  assert_string_equal(config.ports[0].interface, "lo");
  assert_int_equal(config.ports[0].line, PL_LINE_A);
}

static void test_everything_said(void **state) {
  (void)state;
  assert_int_equal(
      parse("/etc/plimsoll/c.yaml",
            "profile: host\nlayout: inline\nvenue: deribit\ninstruments: 16384\n"
            "memory: 1 GB\nspeed: 2.5\npolicy: sub/p.yaml\nadmin_socket: /tmp/a\n"
            "table: t-1\ngroup: root\ncpus: [3]\n"
            "roles: {users: [root, 1001], groups: [7, root]}\nports:\n"
            "  - {driver: net_af_packet, interface: eth0, line: B, promiscuous: true}\n"
            "  - {driver: net_af_xdp, interface: eth1, queue: 3}\n"
            "  - {driver: device, interface: '0000:01:00.0'}\n"
            "  - {driver: net_pcap, interface: eth2}\n"),
      PL_OK);
  assert_int_equal(config.profile, PL_EAL_HOST);
  assert_int_equal(config.layout, PL_LAYOUT_INLINE);
  assert_int_equal(config.memory_mb, 1024);
  assert_int_equal(config.speed_e3, 2500);
  assert_string_equal(config.policy_path, "/etc/plimsoll/sub/p.yaml");
  assert_int_equal(config.group, 0);
  assert_int_equal(config.cpu_count, 1);
  assert_int_equal(config.cpus[0], 3);
  assert_int_equal(config.roles.uid_count, 2);
  assert_int_equal(config.roles.uids[0], 0);
  assert_int_equal(config.roles.uids[1], 1001);
  assert_int_equal(config.roles.gids[0], 7);
  assert_int_equal(config.roles.gids[1], 0);
  assert_int_equal(config.port_count, 4);
  assert_int_equal(config.ports[0].line, PL_LINE_B);
  assert_true(config.ports[0].promiscuous);
  assert_int_equal(config.ports[1].queue, 3);
  assert_string_equal(config.ports[3].interface, "eth2");
}

static void test_a_user_comes_with_a_group(void **state) {
  (void)state;
  assert_int_equal(parse("c.yaml", HEAD "user: daemon\n"), PL_OK);
  const struct passwd *known = getpwnam("daemon");
  assert_non_null(known);
  assert_int_equal(config.user, known->pw_uid);
  assert_int_equal(config.group, known->pw_gid);
  assert_int_equal(parse("c.yaml", HEAD "user: daemon\ngroup: 7\n"), PL_OK);
  assert_int_equal(config.user, known->pw_uid);
  assert_int_equal(config.group, 7);
  assert_int_equal(parse("c.yaml", HEAD "user: 4294967290\ngroup: 7\n"), PL_OK);
  assert_true(config.user == 4294967290);
}

static void test_captures_are_found_from_the_file(void **state) {
  (void)state;
  assert_int_equal(parse("/etc/plimsoll/c.yaml", "policy: p\nvenue: deribit\nports:\n"
                                                 "  - {capture: day.pcap}\n"
                                                 "  - {capture: /tmp/day.pcap, line: B}\n"),
                   PL_OK);
  assert_int_equal(config.port_count, 2);
  assert_string_equal(config.ports[0].capture, "/etc/plimsoll/day.pcap");
  assert_string_equal(config.ports[0].interface, "");
  assert_string_equal(config.ports[1].capture, "/tmp/day.pcap");
  assert_int_equal(config.ports[1].line, PL_LINE_B);
}

static void expect_group(uint32_t at, struct pl_feed_group wanted, uint32_t source_ipv4) {
  const struct pl_config_group *group = &config.groups[at];
  assert_int_equal(group->feed.group_ipv4, wanted.group_ipv4);
  assert_int_equal(group->feed.port, wanted.port);
  assert_int_equal(group->feed.channel_id, wanted.channel_id);
  assert_int_equal(group->feed.home_channel_id, wanted.home_channel_id);
  assert_int_equal(group->source_ipv4, source_ipv4);
}

static void test_groups(void **state) {
  (void)state;
  assert_int_equal(parse("c.yaml",
                         "venue: cme\npolicy: p\nports:\n"
                         "  - driver: net_af_packet\n    interface: eth0\n    groups:\n"
                         "      - {group: 224.0.31.1, port: 14310, channel: 310}\n"
                         "      - {group: 224.0.31.22, port: 14310, channel: 1310, serves: 310}\n"
                         "      - {group: 239.255.255.255, port: 65535, source: 10.50.0.1}\n"
                         "  - driver: net_af_xdp\n    interface: eth1\n    line: B\n    groups:\n"
                         "      - {group: 224.0.32.1, port: 15310, channel: 310}\n"
                         "      - {group: 224.0.0.0, port: 1, serves: 310}\n"
                         "      - {group: 239.255.255.255, port: 65535, source: 10.50.0.2}\n"),
                   PL_OK);
  uint32_t none = PL_CHANNEL_IDS;
  assert_int_equal(config.group_count, 6);
  assert_int_equal(config.ports[0].group_first, 0);
  assert_int_equal(config.ports[0].group_count, 3);
  assert_int_equal(config.ports[1].group_first, 3);
  assert_int_equal(config.ports[1].group_count, 3);
  expect_group(0, (struct pl_feed_group){0xe0001f01, 14310, 310, 310}, 0);
  expect_group(1, (struct pl_feed_group){0xe0001f16, 14310, 1310, 310}, 0);
  expect_group(2, (struct pl_feed_group){0xefffffff, 65535, none, none}, 0x0a320001);
  expect_group(3, (struct pl_feed_group){0xe0002001, 15310, 310, 310}, 0);
  expect_group(4, (struct pl_feed_group){0xe0000000, 1, none, 310}, 0);
  /* the feed knows no sender: the last of each port is one */
  assert_int_equal(config.feed_group_count, 5);
  assert_int_equal(config.feed_groups[2].group_ipv4, 0xefffffff);
  assert_int_equal(config.feed_groups[3].group_ipv4, 0xe0002001);
  assert_int_equal(config.feed_groups[4].port, 1);
}

static void test_no_groups(void **state) {
  (void)state;
  assert_int_equal(parse("c.yaml", HEAD), PL_OK);
  assert_int_equal(config.group_count, 0);
  assert_int_equal(config.feed_group_count, 0);
  assert_int_equal(config.ports[0].group_count, 0);
}

/* A port of one venue with so many groups, each another. */
static enum pl_status parse_many(uint32_t count) {
  static char text[PL_YAML_BYTES_MAX];
  int used = snprintf(text, sizeof text,
                      "venue: itch\npolicy: p\nports:\n  - driver: net_pcap\n    interface: lo\n"
                      "    groups:\n");
  for (uint32_t i = 0; i < count; i++)
    used += snprintf(text + used, sizeof text - (size_t)used,
                     "      - {group: 239.0.0.1, port: %u}\n", 1 + i);
  return parse("c.yaml", text);
}

static void test_as_many_groups_as_the_feed_takes(void **state) {
  (void)state;
  assert_int_equal(parse_many(PL_FEED_GROUPS_MAX), PL_OK);
  assert_int_equal(config.feed_group_count, PL_FEED_GROUPS_MAX);
  assert_int_equal(parse_many(PL_FEED_GROUPS_MAX + 1), PL_E_CONFIG);
  assert_string_equal(error, "c.yaml:7: groups: more than 256 of all ports");
}

/* Lines 1 to 3; the group is on line 4. */
#define GROUP(venue, entry)                                                                        \
  "venue: " venue "\npolicy: p\nports: [{driver: net_pcap, interface: lo, groups: [\n" entry "]}]" \
  "\n"

static const struct {
  const char *text, *error;
} refusals[] = {
    {GROUP("cme", "x"), "c.yaml:4: a mapping is wanted here"},
    {GROUP("cme", "{port: 1}"), "c.yaml:4: key 'group' is missing"},
    {GROUP("cme", "{group: 239.1.1.1}"), "c.yaml:4: key 'port' is missing"},
    {GROUP("cme", "{group: 239.1.1.1, port: 0}"), "c.yaml:4: port: 0 is out of range: 1 to 65535"},
    {GROUP("cme", "{group: 239.1.1.1, port: 65536}"),
     "c.yaml:4: port: 65536 is out of range: 1 to 65535"},
    {GROUP("cme", "{group: 240.0.0.0, port: 1}"),
     "c.yaml:4: group: '240.0.0.0' is none of 224.0.0.0 to 239.255.255.255"},
    {GROUP("cme", "{group: 223.255.255.255, port: 1}"),
     "c.yaml:4: group: '223.255.255.255' is none of 224.0.0.0 to 239.255.255.255"},
    {GROUP("cme", "{group: 239.1.1, port: 1}"),
     "c.yaml:4: group: '239.1.1' is none of 224.0.0.0 to 239.255.255.255"},
    {GROUP("cme", "{group: 239.1.1.1.1.1.1.1, port: 1}"),
     "c.yaml:4: group: longer than 15 characters"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, source: 239.1.1.2}"),
     "c.yaml:4: source: '239.1.1.2' is no sender's IPv4 address"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, source: 0.0.0.0}"),
     "c.yaml:4: source: '0.0.0.0' is no sender's IPv4 address"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, source: eth0}"),
     "c.yaml:4: source: 'eth0' is no sender's IPv4 address"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, channel: 262144}"),
     "c.yaml:4: channel: 262144 is out of range: 0 to 262143"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, serves: 262144}"),
     "c.yaml:4: serves: 262144 is out of range: 0 to 262143"},
    {GROUP("cme", "{group: 239.1.1.1, port: 1, serves: 310}"),
     "c.yaml:3: serves: no group has channel 310"},
    {GROUP("deribit", "{group: 239.1.1.1, port: 1, channel: 1}"),
     "c.yaml:4: channel, serves: the packets of deribit name their channel"},
    {GROUP("starbase", "{group: 239.1.1.1, port: 1, serves: 1}"),
     "c.yaml:4: channel, serves: the packets of starbase name their channel"},
    {GROUP("itch", "{group: 239.1.1.1, port: 1, channel: 1},\n{group: 239.1.1.1, port: 1}"),
     "c.yaml:5: channel, serves: another entry of this group and port differs"},
    {GROUP("cme", "{group: 239.1.1.1, ports: 1}"),
     "c.yaml:4: unknown key 'ports': did you mean 'port'?"},
    {"venue: cme\npolicy: p\nports:\n  - driver: net_pcap\n    interface: x\n"
     "    groups: [{group: 239.1.1.1, port: 1}]\n  - {driver: net_pcap, interface: y}\n",
     "c.yaml:7: groups: name them on every port, or on none"},
    {"venue: cme\npolicy: p\nports:\n  - {capture: f, groups: []}\n",
     "c.yaml:4: a capture takes no key but 'line'"},
    {"venue: cme\npolicy: p\nprofile: host\nports:\n  - driver: device\n    interface: x\n"
     "    groups: [{group: 239.1.1.1, port: 1}]\n",
     "c.yaml:7: groups: nobody joins them for a device: set them on the switch, or use a kernel "
     "driver (net_af_xdp, net_af_packet)"},
    {"venue: deribit\n", "c.yaml:1: key 'policy' is missing"},
    {"policy: p\nports: []\n", "c.yaml:1: key 'venue' is missing"},
    {"policy: p\nvenue: nasdaq\nports: []\n", "c.yaml:2: no such venue: 'nasdaq'"},
    {"policy: p\nvenue: deribit\nports: []\n", "c.yaml:3: ports: 1 to 8 of them"},
    {"policy: p\nvenue: deribit\nports:\n  - eth0\n", "c.yaml:4: a mapping is wanted here"},
    {"policy: p\nvenue: deribit\nports:\n  - {line: A}\n", "c.yaml:4: key 'driver' is missing"},
    {"policy: p\nvenue: deribit\nports:\n  - {driver: net_pcap}\n",
     "c.yaml:4: key 'interface' is missing"},
    {"policy: p\nvenue: deribit\nports:\n  - driver: net_tap\n    interface: x\n",
     "c.yaml:4: driver: 'net_tap' is none of net_pcap, net_af_packet, net_af_xdp, device"},
    {"policy: p\nvenue: deribit\nports:\n  - {driver: device, interface: x}\n",
     "c.yaml:4: driver: a device needs `profile: host`"},
    {"policy: p\nvenue: deribit\nports:\n  - {capture: f, interface: x}\n",
     "c.yaml:4: a capture takes no key but 'line'"},
    {"policy: p\nvenue: deribit\nports:\n  - {capture: f, line: C}\n",
     "c.yaml:4: line: 'C' is none of A, B"},
    {"policy: p\nvenue: deribit\nports:\n  - {driver: net_pcap, interface: x}\n"
     "  - {capture: f}\n",
     "c.yaml:4: ports: either captures or live ports, not both"},
    {HEAD "profile: fast\n", "c.yaml:4: profile: 'fast' is none of embedded, host"},
    {HEAD "layout: ring\n", "c.yaml:4: layout: 'ring' is none of inline, pipeline"},
    {HEAD "instruments: 16385\n", "c.yaml:4: instruments: 16385 is out of range: 1 to 16384"},
    {HEAD "instruments: 5 k\n", "c.yaml:4: instruments: '5 k' takes no unit"},
    {HEAD "table: a/b\n", "c.yaml:4: table: letters, digits, '-', '_' and '.' only"},
    {HEAD "admin_socket: run/a\n", "c.yaml:4: admin_socket: an absolute path is wanted here"},
    {HEAD "group: no such group\n", "c.yaml:4: no such group: 'no such group'"},
    {HEAD "user: no such user\n", "c.yaml:4: no such user: 'no such user'"},
    {HEAD "user: 4294967290\n", "c.yaml:4: user: nothing is known of it: name its 'group' too"},
    {HEAD "roles: {users: [root, no such user]}\n", "c.yaml:4: no such user: 'no such user'"},
    {HEAD "roles:\n  users: [root,\n    1x]\n", "c.yaml:6: id: '1x' takes no unit"},
    {HEAD "roles: {users: [[root]]}\n", "c.yaml:4: a name or number is wanted here"},
    {HEAD "roles: {users: [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}\n",
     "c.yaml:4: more than 16 names"},
    {HEAD "cpus: [1]\n", "c.yaml:4: cpus: this layout takes 2"},
    {HEAD "cpus: [1, x]\n", "c.yaml:4: cpus: 'x' is no number of at most 18 digits"},
    {HEAD "admin_sockets: /x\n",
     "c.yaml:4: unknown key 'admin_sockets': did you mean 'admin_socket'?"},
};

static void test_refusals_name_their_line(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(refusals); i++) {
    assert_int_equal(parse("c.yaml", refusals[i].text), PL_E_CONFIG);
    assert_string_equal(error, refusals[i].error);
  }
}

static void test_long_paths(void **state) {
  (void)state;
  static char path[PL_CONFIG_PATH_BYTES];
  memset(path, 'd', sizeof path - 1);
  path[sizeof path - 2] = '/';
  assert_int_equal(parse(path, HEAD), PL_E_CONFIG);
}

static void test_the_shipped_configuration_loads(void **state) {
  (void)state;
  assert_int_equal(pl_config_load("deploy/plimsolld.yaml", &config, error, sizeof error), PL_OK);
  assert_string_equal(config.policy_path, "deploy/policy.yaml");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_is_left_out),
      cmocka_unit_test(test_everything_said),
      cmocka_unit_test(test_a_user_comes_with_a_group),
      cmocka_unit_test(test_captures_are_found_from_the_file),
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_no_groups),
      cmocka_unit_test(test_as_many_groups_as_the_feed_takes),
      cmocka_unit_test(test_refusals_name_their_line),
      cmocka_unit_test(test_long_paths),
      cmocka_unit_test(test_the_shipped_configuration_loads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
