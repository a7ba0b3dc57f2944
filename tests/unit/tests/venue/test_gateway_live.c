/* The gateway on a socket of the loopback: it answers while nothing is being sent. */
#include "dataplane/feed/udp.h"
#include "tests/venue/gateway_live.h"
#include "tests/venue/load.h"
#include "tests/venue/wire_itch.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_S 60 /* a bound for slow machines, not a measure */

static uint64_t frames_passed, frames_wanted;

static bool pass(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  (void)ctx, (void)time_ns, (void)frame, (void)size;
  return frames_passed++ < frames_wanted;
}

static struct pl_gateway_live *open_live(void) {
  static const struct pl_gateway_config config = {.venue = "itch", .history_units = 1000};
  struct sockaddr_in address;
  assert_true(pl_gateway_live_address("127.0.0.1:0", &address));
  struct pl_gateway_live *live = pl_gateway_live_open(&config, &address, pass, NULL);
  assert_non_null(live);
  return live;
}

static int connect_to(const struct pl_gateway_live *live) {
  struct sockaddr_in address;
  const struct timeval wait = {.tv_sec = WAIT_S};
  assert_true(pl_gateway_live_address("127.0.0.1:0", &address));
  address.sin_port = htons(pl_gateway_live_port(live));
  assert_int_not_equal(address.sin_port, 0);
  int peer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  assert_true(peer >= 0);
  assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
  assert_int_equal(connect(peer, (struct sockaddr *)&address, sizeof address), 0);
  return peer;
}

static void send_day(struct pl_gateway_live *live) {
  struct pl_load_config config = {
      .wire = pl_load_wire_find("itch"), .day = pl_day_default(), .packet_messages = 10};
  config.day.symbols = 3;
  config.day.messages = 200;
  config.day.live_orders = 20;
  struct pl_load *load = pl_load_open(&config, pl_gateway_live_push, live);
  assert_non_null(load);
  (void)pl_load_run(load, UINT64_MAX);
  pl_load_close(load);
}

static void requests_are_answered(void **state) {
  (void)state;
  frames_passed = 0;
  frames_wanted = UINT64_MAX;
  struct pl_gateway_live *live = open_live();
  int peer = connect_to(live);
  send_day(live);
  assert_int_equal(frames_passed, 20);
  for (uint8_t seq = 1; seq <= 200; seq++) {
    uint8_t request[20] = "PLIMSOLL01", answer[2048];
    request[17] = seq;
    request[19] = 1;
    assert_int_equal(send(peer, request, sizeof request, 0), sizeof request);
    ssize_t size = recv(peer, answer, sizeof answer, 0);
    assert_true(size > 20);
    assert_memory_equal(answer, request, sizeof request); /* session, number and count */
    assert_int_equal(answer[21], size - 22);
  }
  (void)close(peer);
  struct pl_gateway_counters counters = pl_gateway_live_close(live);
  assert_int_equal(counters.requests, 200);
  assert_int_equal(counters.packets, 200);
  assert_int_equal(counters.rejects + counters.silent, 0);
}

/* What the sink refuses was never sent, and stops the exchange as without us. */
static void a_refused_frame_is_not_kept(void **state) {
  (void)state;
  frames_passed = 0;
  frames_wanted = 3;
  struct pl_gateway_live *live = open_live();
  int peer = connect_to(live);
  send_day(live);
  assert_int_equal(frames_passed, 4);
  uint8_t request[20] = "PLIMSOLL01", answer[2048];
  request[17] = 31; /* of the fourth frame */
  request[19] = 1;
  assert_int_equal(send(peer, request, sizeof request, 0), sizeof request);
  request[17] = 30;
  assert_int_equal(send(peer, request, sizeof request, 0), sizeof request);
  assert_true(recv(peer, answer, sizeof answer, 0) > 20);
  assert_int_equal(answer[17], 30);
  (void)close(peer);
  assert_int_equal(pl_gateway_live_close(live).silent, 1);
}

static void a_taken_port_is_said(void **state) {
  (void)state;
  static const struct pl_gateway_config config = {.venue = "itch", .history_units = 1};
  struct pl_gateway_live *live = open_live();
  struct sockaddr_in address;
  assert_true(pl_gateway_live_address("127.0.0.1:0", &address));
  address.sin_port = htons(pl_gateway_live_port(live));
  assert_null(pl_gateway_live_open(&config, &address, pass, NULL));
  assert_int_equal(pl_gateway_live_close(live).requests, 0);
  (void)pl_gateway_live_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_are_answered),
      cmocka_unit_test(a_refused_frame_is_not_kept),
      cmocka_unit_test(a_taken_port_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
