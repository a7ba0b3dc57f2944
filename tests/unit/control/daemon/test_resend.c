/* Requests to the venue's servers and their answers, on the loopback: each channel's server, what
 * is counted, and that nothing waits. */
#include "control/daemon/config.h"
#include "control/daemon/resend.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVERS  3
#define WAIT_MS  60000 /* a bound for slow machines, not a measure */
#define KEPT_MAX 200

/* The pipeline's ends. */
static struct pl_feed_request requests[KEPT_MAX];
static uint32_t request_count, request_at;
static uint8_t answers[KEPT_MAX];
static uint32_t answer_count, answer_room;

static bool next_request(void *context, struct pl_feed_request *ret_request) {
  assert_ptr_equal(context, requests);
  if (request_at == request_count) return false;
  *ret_request = requests[request_at++];
  return true;
}

static bool take_answer(void *context, const uint8_t *payload, uint32_t size_bytes) {
  assert_ptr_equal(context, requests);
  if (answer_count == answer_room) return false;
  assert_true(size_bytes > 0 && answer_count < KEPT_MAX);
  answers[answer_count++] = payload[size_bytes - 1];
  return true;
}

static const struct pl_resend_ends ends = {next_request, take_answer, requests};

static int sockets[SERVERS];
static struct pl_resend_config config;
static struct pl_resend resend;
static char error[PL_YAML_ERROR_BYTES];

static int open_servers(void **state) {
  (void)state;
  static const uint32_t channels[SERVERS] = {310, PL_RESEND_EVERY, 311};
  request_count = request_at = answer_count = 0;
  answer_room = KEPT_MAX;
  config = (struct pl_resend_config){.count = SERVERS};
  for (uint32_t i = 0; i < SERVERS; i++) {
    struct sockaddr_in *address = &config.servers[i].address;
    socklen_t bytes = sizeof *address;
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sockets[i] < 0 || bind(sockets[i], (struct sockaddr *)address, bytes) != 0) return -1;
    if (getsockname(sockets[i], (struct sockaddr *)address, &bytes) != 0) return -1;
    config.servers[i].channel_id = channels[i];
  }
  resend = (struct pl_resend){.opened = 0};
  return pl_resend_open(&config, &resend, error, sizeof error) == PL_OK ? 0 : -1;
}

static int close_servers(void **state) {
  (void)state;
  pl_resend_close(&resend);
  pl_resend_close(&resend);
  for (uint32_t i = 0; i < SERVERS; i++) (void)close(sockets[i]);
  return 0;
}

static void ask(uint32_t channel_id, uint8_t word) {
  assert_true(request_count < KEPT_MAX);
  requests[request_count++] =
      (struct pl_feed_request){.channel_id = channel_id, .size_bytes = 3, .bytes = {1, 2, word}};
}

static void wait_for(int socket) {
  struct pollfd poll_for = {.fd = socket, .events = POLLIN};
  assert_int_equal(poll(&poll_for, 1, WAIT_MS), 1);
}

/* Takes a request and answers it with so many bytes; returns its last. */
static uint8_t serve(uint32_t server, uint32_t answer_bytes) {
  static uint8_t bytes[PL_FRAME_BYTES_MAX + 1];
  struct sockaddr_in peer;
  socklen_t peer_bytes = sizeof peer;
  wait_for(sockets[server]);
  assert_int_equal(
      recvfrom(sockets[server], bytes, sizeof bytes, 0, (struct sockaddr *)&peer, &peer_bytes), 3);
  uint8_t word = bytes[2];
  bytes[answer_bytes - 1] = word;
  assert_int_equal(
      sendto(sockets[server], bytes, answer_bytes, 0, (struct sockaddr *)&peer, peer_bytes),
      answer_bytes);
  return word;
}

static void each_channel_has_its_server(void **state) {
  (void)state;
  ask(310, 1);
  ask(312, 2);
  ask(311, 3);
  ask(0, 4);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.requests, 4);
  assert_int_equal(serve(0, 100), 1);
  assert_int_equal(serve(2, 100), 3);
  assert_int_equal(serve(1, 100), 2);
  assert_int_equal(serve(1, 1), 4);
  for (uint32_t i = 0; i < SERVERS; i++) wait_for(resend.sockets[i]);
  pl_resend_turn(&resend, &ends); /* in the order of the servers, and of each */
  assert_int_equal(answer_count, 4);
  assert_memory_equal(answers, ((const uint8_t[]){1, 2, 4, 3}), 4);
  assert_int_equal(resend.counters.answers, 4);
  assert_int_equal(resend.counters.answer_bytes, 301);
  assert_int_equal(resend.counters.send_errors + resend.counters.unserved +
                       resend.counters.receive_errors + resend.counters.answers_no_room,
                   0);
}

static void what_finds_no_room_is_counted(void **state) {
  (void)state;
  answer_room = 1;
  for (uint8_t i = 0; i < 3; i++) ask(310, i);
  pl_resend_turn(&resend, &ends);
  (void)serve(0, PL_FRAME_BYTES_MAX + 1); /* too long */
  (void)serve(0, PL_FRAME_BYTES_MAX);
  (void)serve(0, 1); /* and no room */
  wait_for(resend.sockets[0]);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.answers, 3);
  assert_int_equal(resend.counters.answers_no_room, 2);
  assert_int_equal(resend.counters.answer_bytes, 2 * PL_FRAME_BYTES_MAX + 2);
  assert_int_equal(answer_count, 1);
  assert_int_equal(answers[0], 1);
}

/* The kernel tells so with the next call: counted there, and the others are served on. */
static void nobody_at_the_port(void **state) {
  (void)state;
  (void)close(sockets[0]);
  for (uint32_t i = 0; i < 10; i++) {
    ask(310, 1);
    pl_resend_turn(&resend, &ends);
  }
  assert_int_equal(resend.counters.requests + resend.counters.send_errors, 10);
  assert_true(resend.counters.send_errors + resend.counters.receive_errors > 0);
  ask(311, 7);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(serve(2, 50), 7);
  wait_for(resend.sockets[2]);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(answer_count, 1);
  sockets[0] = -1;
}

static void a_turn_is_bounded(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 100; i++) ask(310, 1);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.requests, 64);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.requests, 100);
}

static void a_channel_without_a_server(void **state) {
  (void)state;
  resend.config.count = 1; /* 310 only */
  ask(311, 1);
  ask(310, 1);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.unserved, 1);
  assert_int_equal(resend.counters.requests, 1);
}

/* Only a server's own words come in: its socket is connected. */
static void strangers_are_not_heard(void **state) {
  (void)state;
  struct sockaddr_in ours;
  socklen_t bytes = sizeof ours;
  assert_int_equal(getsockname(resend.sockets[0], (struct sockaddr *)&ours, &bytes), 0);
  assert_int_equal(sendto(sockets[1], "x", 1, 0, (struct sockaddr *)&ours, bytes), 1);
  ask(310, 5);
  pl_resend_turn(&resend, &ends);
  (void)serve(0, 10);
  wait_for(resend.sockets[0]);
  pl_resend_turn(&resend, &ends);
  assert_int_equal(resend.counters.answers, 1);
  assert_int_equal(answers[0], 5);
}

static void nothing_configured_is_nothing_to_do(void **state) {
  (void)state;
  struct pl_resend none = {.opened = 0};
  assert_int_equal(
      pl_resend_open(&(struct pl_resend_config){.count = 0}, &none, error, sizeof error), PL_OK);
  pl_resend_turn(&none, NULL);
  pl_resend_close(&none);
}

/* --- configuration --- */
#define HEAD "venue: starbase\npolicy: p.yaml\nports: [{driver: net_pcap, interface: lo}]\n"

static enum pl_status parse(const char *text) {
  static struct pl_config parsed;
  error[0] = '\0';
  enum pl_status status =
      pl_config_parse("c.yaml", text, strlen(text), &parsed, error, sizeof error);
  if (status == PL_OK) config = parsed.resend;
  return status;
}

static void servers_are_read(void **state) {
  (void)state;
  assert_int_equal(parse(HEAD), PL_OK);
  assert_int_equal(config.count, 0);
  assert_int_equal(parse(HEAD "resend:\n  - {channel: 310, server: 10.0.0.9:6400}\n"
                              "  - {server: 10.0.0.10:65535}\n"),
                   PL_OK);
  assert_int_equal(config.count, 2);
  assert_int_equal(config.servers[0].channel_id, 310);
  assert_int_equal(ntohl(config.servers[0].address.sin_addr.s_addr), 0x0a000009);
  assert_int_equal(ntohs(config.servers[0].address.sin_port), 6400);
  assert_int_equal(config.servers[1].channel_id, PL_RESEND_EVERY);
  assert_int_equal(ntohs(config.servers[1].address.sin_port), 65535);
  assert_int_equal(parse(HEAD "resend: []\n"), PL_OK);
  assert_int_equal(config.count, 0);
}

/* Lines 1 to 3. */
#define GROUPS(list)                                                                               \
  "venue: itch\npolicy: p\nports: [{driver: net_pcap, interface: lo, groups: [" list "]}]\n"

/* A group that names no channel may bring any. */
static void a_channel_comes_by_a_group(void **state) {
  (void)state;
  assert_int_equal(
      parse(GROUPS("{group: 239.1.1.1, port: 1, channel: 3}") "resend: [{channel: 3, server: "
                                                              "10.0.0.9:1}]\n"),
      PL_OK);
  assert_int_equal(parse(GROUPS("{group: 239.1.1.1, port: 1, channel: 3}, {group: 239.1.1.1, port: "
                                "2}") "resend: [{channel: 4, server: 10.0.0.9:1}]\n"),
                   PL_OK);
}

static void wrong_servers_are_refused(void **state) {
  (void)state;
  static const char *const rows[][2] = {
      {HEAD "resend: [{channel: 310}]\n", "c.yaml:4: key 'server' is missing"},
      {HEAD "resend: [{server: 10.0.0.9}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9'"},
      {HEAD "resend: [{server: '10.0.0.9:'}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9:'"},
      {HEAD "resend: [{server: 10.0.0.9:0}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9:0'"},
      {HEAD "resend: [{server: 10.0.0.9:65536}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9:65536'"},
      {HEAD "resend: [{server: 10.0.0.9:99999999999}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9:99999999999'"},
      {HEAD "resend: [{server: host:6400}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: 'host:6400'"},
      {HEAD "resend: [{server: 239.1.1.1:6400}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '239.1.1.1:6400'"},
      {HEAD "resend: [{server: 255.255.255.255:6400}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '255.255.255.255:6400'"},
      {HEAD "resend: [{server: 0.0.0.0:6400}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '0.0.0.0:6400'"},
      {HEAD "resend: [{server: 10.0.0.9:64a}]\n",
       "c.yaml:4: server: a host's IPv4 address and a port are wanted: '10.0.0.9:64a'"},
      {HEAD "resend:\n  - {server: 10.0.0.9:1}\n  - {server: 10.0.0.9:2}\n",
       "c.yaml:6: resend: two servers for the same channel"},
      {HEAD "resend:\n  - {channel: 1, server: 10.0.0.9:1}\n  - {server: 10.0.0.9:1}\n"
            "  - {channel: 1, server: 10.0.0.9:2}\n",
       "c.yaml:7: resend: two servers for the same channel"},
      {"venue: deribit\npolicy: p.yaml\nports: [{driver: net_pcap, interface: lo}]\n"
       "resend: [{server: 10.0.0.9:1}]\n",
       "c.yaml:4: resend: deribit sends nothing again"},
      {"venue: itch\npolicy: p.yaml\nports: [{capture: f}]\nresend: [{server: 10.0.0.9:1}]\n",
       "c.yaml:4: resend: not with captures"},
      {GROUPS("{group: 239.1.1.1, port: 1, channel: 3}") "resend:\n  - {server: 10.0.0.9:1}\n"
                                                         "  - {channel: 4, server: 10.0.0.9:2}\n",
       "c.yaml:6: resend: no group has channel 4"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (parse(rows[i][0]) != PL_E_CONFIG) fail_msg("row %zu was taken", i);
    assert_string_equal(error, rows[i][1]);
  }
  assert_int_equal(parse(HEAD "resend: [{channel: 262144, server: 10.0.0.9:1}]\n"), PL_E_CONFIG);
}

static void there_is_a_most(void **state) {
  (void)state;
  char text[4096] = HEAD "resend:\n";
  for (uint32_t i = 0; i <= PL_RESEND_SERVERS_MAX; i++) {
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "  - {channel: %u, server: 10.0.0.9:1}\n", i);
    assert_int_equal(parse(text), i < PL_RESEND_SERVERS_MAX ? PL_OK : PL_E_CONFIG);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_servers, close_servers)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_channel_has_its_server),
      TEST(what_finds_no_room_is_counted),
      TEST(nobody_at_the_port),
      TEST(a_turn_is_bounded),
      TEST(a_channel_without_a_server),
      TEST(strangers_are_not_heard),
      cmocka_unit_test(nothing_configured_is_nothing_to_do),
      cmocka_unit_test(servers_are_read),
      cmocka_unit_test(a_channel_comes_by_a_group),
      cmocka_unit_test(wrong_servers_are_refused),
      cmocka_unit_test(there_is_a_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
