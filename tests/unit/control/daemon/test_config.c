/* The daemon's configuration: the shipped one, what is filled in, and an edge table of refusals. */
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

static const struct {
  const char *text, *error;
} refusals[] = {
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
      cmocka_unit_test(test_captures_are_found_from_the_file),
      cmocka_unit_test(test_refusals_name_their_line),
      cmocka_unit_test(test_long_paths),
      cmocka_unit_test(test_the_shipped_configuration_loads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
