/* The daemon whole, in a process of its own: it plays two lines of the simulated exchange, of which
 * B comes in late, publishes the table, answers, obeys, and leaves nothing behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/admin/client.h"
#include "control/daemon/service.h"
#include "tests/venue/exchange.h"
#include "tests/venue/sink_pcap.h"

#define FEED_SECONDS 3
#define SECOND_NS    UINT64_C(1000000000)
#define TRIES_MAX    6000 /* of 10 ms: a bound for slow machines, not a measure */
#define TIMEOUT_MS   30000

static char folder[] = "/tmp/plimsoll-test-XXXXXX", table_name[PL_TABLE_NAME_BYTES];
static char config_path[64], capture_path[64], late_path[64], socket_path[64];
static uint64_t frames, late_frames;
static pid_t daemon_pid;

static uint64_t late_ns;

static bool write_late(void *context, uint64_t time_ns, const uint8_t *frame, size_t size) {
  return time_ns < late_ns || pl_sink_pcap_write(context, time_ns, frame, size);
}

static uint64_t write_capture(const char *path, pl_exchange_sink *write) {
  static struct pl_sink_pcap sink;
  const struct pl_exchange_config config = pl_exchange_default();
  late_ns = config.start_ns + FEED_SECONDS * SECOND_NS / 2;
  assert_true(pl_sink_pcap_open(&sink, path));
  struct pl_exchange *exchange = pl_exchange_open(&config, write, &sink);
  assert_non_null(exchange);
  assert_true(pl_exchange_run(exchange, config.start_ns + FEED_SECONDS * SECOND_NS));
  pl_exchange_close(exchange);
  assert_true(pl_sink_pcap_close(&sink));
  assert_true(sink.frames > 100);
  return sink.frames;
}

static void write_config(void) {
  char policy_path[1024];
  assert_non_null(realpath("deploy/policy.yaml", policy_path));
  FILE *file = fopen(config_path, "w");
  assert_non_null(file);
  assert_true(fprintf(file,
                      "venue: deribit\nlayout: pipeline\ninstruments: 64\nspeed: 0\npolicy: %s\n"
                      "admin_socket: %s\ntable: %s\n"
                      "ports: [{capture: late.pcap, line: B}, {capture: feed.pcap}]\n",
                      policy_path, socket_path, table_name) > 0);
  assert_int_equal(fclose(file), 0);
}

/* The child's whole life; its exit code tells. */
static _Noreturn void run_daemon(void) {
  static struct pl_service service;
  char error[1024] = "";
  enum pl_status status = pl_service_check(&service, config_path, error, sizeof error);
  if (status == PL_OK) status = pl_service_run(&service, error, sizeof error);
  if (status != PL_OK) (void)fprintf(stderr, "daemon: %s\n", error);
  _exit(status == PL_OK ? 0 : 1);
}

static void ask(enum pl_verb verb, const char *name, enum pl_mode mode,
                struct pl_client_reply *ret_reply) {
  struct pl_protocol_request request = {.mode = mode};
  (void)snprintf(request.name, sizeof request.name, "%s", name);
  pl_client_call(socket_path, verb, &request, TIMEOUT_MS, ret_reply);
}

static void pause_shortly(void) {
  const struct timespec pause = {.tv_nsec = 10000000};
  (void)nanosleep(&pause, NULL);
}

static json_int_t number_of(const char *key) {
  struct pl_client_reply reply;
  ask(PL_VERB_STATUS, "", PL_MODE_STATIC, &reply);
  json_int_t number =
      reply.status == PL_OK ? json_integer_value(json_object_get(reply.json, key)) : -1;
  json_decref(reply.json);
  return number;
}

static int start(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  (void)snprintf(config_path, sizeof config_path, "%s/d.yaml", folder);
  (void)snprintf(capture_path, sizeof capture_path, "%s/feed.pcap", folder);
  (void)snprintf(late_path, sizeof late_path, "%s/late.pcap", folder);
  (void)snprintf(socket_path, sizeof socket_path, "%s/a.sock", folder);
  (void)snprintf(table_name, sizeof table_name, "service-%d", (int)getpid());
  frames = write_capture(capture_path, pl_sink_pcap_write);
  late_frames = write_capture(late_path, write_late);
  write_config();
  daemon_pid = fork();
  if (daemon_pid == 0) run_daemon();
  for (int i = 0; i < TRIES_MAX; i++) {
    if (number_of("packets") == (json_int_t)(frames + late_frames)) return 0;
    if (waitpid(daemon_pid, NULL, WNOHANG) != 0) return -1;
    pause_shortly();
  }
  return -1;
}

static int end(void **state) {
  (void)state;
  (void)unlink(config_path);
  (void)unlink(capture_path);
  (void)unlink(late_path);
  return rmdir(folder); /* fails if the socket is still there */
}

static void test_the_ledger_closes(void **state) {
  (void)state;
  assert_int_equal(number_of("decoded"), frames); /* as line A alone: merged by capture time */
  assert_int_equal(number_of("duplicates"), late_frames);
  assert_int_equal(number_of("gaps"), 0);
  assert_int_equal(number_of("decisions_dropped"), 0);
  assert_int_equal(number_of("decisions"), number_of("decisions_published"));
  assert_true(number_of("decisions") > 0);
  assert_true(number_of("instruments") > 3);
}

static json_int_t number_at(const json_t *object, const char *key) {
  return json_integer_value(json_object_get(object, key));
}

static void test_feeds(void **state) {
  (void)state;
  struct pl_client_reply reply;
  ask(PL_VERB_FEEDS, "", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  const json_t *rows = json_object_get(reply.json, "rows");
  json_int_t packets = 0, duplicates = 0;
  assert_int_equal(json_array_size(rows), number_at(reply.json, "row_count"));
  for (size_t i = 0; i < json_array_size(rows); i++) {
    packets += number_at(json_array_get(rows, i), "packets");
    duplicates += number_at(json_array_get(rows, i), "duplicates");
  }
  assert_int_equal(packets, frames);
  assert_int_equal(duplicates, late_frames);
  assert_int_equal(number_at(reply.json, "packets"), frames + late_frames);
  assert_int_equal(number_at(reply.json, "decoded"), frames);
  assert_int_equal(number_at(json_object_get(reply.json, "dropped"), "duplicate"), late_frames);
  json_decref(reply.json);
}

static bool find_row(const char *name, struct pl_row *ret_row) {
  struct pl_table *table;
  struct pl_table_beat beat;
  char error[PL_TABLE_ERROR_BYTES];
  bool found = false;
  assert_int_equal(pl_table_open(table_name, &table, error, sizeof error), PL_OK);
  assert_true(pl_table_read_beat(table, &beat));
  for (uint32_t i = 0; i < beat.row_count && !found; i++)
    found = pl_table_read_row(table, i, ret_row) && strcmp(ret_row->name, name) == 0;
  pl_table_close(table);
  return found;
}

static void test_the_table_is_published(void **state) {
  (void)state;
  struct pl_row row;
  assert_true(find_row("BTC-PERPETUAL", &row));
  assert_true(row.decision.seq > 0);
  assert_true(row.decision.im_ppm > 0 && row.decision.mm_ppm <= row.decision.im_ppm);
  assert_int_equal(row.view.kind, PL_KIND_INVERSE);
  assert_true(row.view.mid_e9 > 0);
}

/* Waits for a reason to come to a row, or to go. */
static void expect_reason(uint32_t reason, bool wanted) {
  struct pl_row row;
  for (int i = 0; i < TRIES_MAX; i++) {
    assert_true(find_row("BTC-PERPETUAL", &row));
    if (((row.decision.reason_mask & reason) != 0) == wanted) return;
    pause_shortly();
  }
  fail();
}

static void test_freeze_and_thaw(void **state) {
  (void)state;
  struct pl_client_reply reply;
  struct pl_row row;
  ask(PL_VERB_FREEZE, "BTC-PERPETUAL", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  json_decref(reply.json);
  expect_reason(PL_REASON_FROZEN, true);
  assert_true(find_row("BTC-PERPETUAL", &row));
  assert_int_equal(row.decision.source, PL_SOURCE_STATIC);
  assert_int_equal(row.decision.im_ppm, 200000);
  ask(PL_VERB_THAW, "BTC-PERPETUAL", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  json_decref(reply.json);
  expect_reason(PL_REASON_FROZEN, false);
  ask(PL_VERB_FREEZE, "NO-SUCH", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_E_NOT_FOUND);
  json_decref(reply.json);
}

static void test_mode(void **state) {
  (void)state;
  struct pl_client_reply reply;
  ask(PL_VERB_MODE, "", PL_MODE_MONITOR, &reply);
  assert_int_equal(reply.status, PL_OK);
  assert_string_equal(json_string_value(json_object_get(reply.json, "mode_before")), "autonomous");
  json_decref(reply.json);
  expect_reason(PL_REASON_MODE, true);
}

static void test_policy_show(void **state) {
  (void)state;
  struct pl_client_reply reply;
  ask(PL_VERB_POLICY_SHOW, "", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  const json_t *rows = json_object_get(reply.json, "rows"), *first = json_array_get(rows, 0);
  assert_int_equal(json_array_size(rows),
                   json_integer_value(json_object_get(reply.json, "row_count")));
  assert_string_equal(json_string_value(json_object_get(first, "row")), "default");
  assert_int_equal(json_integer_value(json_object_get(first, "static_im_ppm")), 200000);
  json_decref(reply.json);
}

static void test_a_second_daemon_is_refused(void **state) {
  (void)state;
  static struct pl_service second;
  char error[1024] = "";
  assert_int_equal(pl_service_check(&second, config_path, error, sizeof error), PL_OK);
  assert_int_equal(pl_service_run(&second, error, sizeof error), PL_E_CONFIG);
  assert_non_null(strstr(error, "answers there already"));
  assert_int_equal(number_of("decoded"), frames); /* the first did not notice */
}

/* Last: with the feed over and time going on, nothing of it is believed any more; then the end. */
static void test_quit(void **state) {
  (void)state;
  struct pl_client_reply reply;
  struct pl_table *table = NULL;
  char error[PL_TABLE_ERROR_BYTES];
  int code = -1;
  expect_reason(PL_REASON_SILENT, true);
  ask(PL_VERB_FEEDS, "", PL_MODE_STATIC, &reply);
  assert_true(json_is_true(json_object_get(reply.json, "degraded")));
  assert_true(number_at(reply.json, "channels_silent") > 0);
  json_decref(reply.json);
  ask(PL_VERB_QUIT, "", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  json_decref(reply.json);
  assert_int_equal(waitpid(daemon_pid, &code, 0), daemon_pid);
  assert_true(WIFEXITED(code));
  assert_int_equal(WEXITSTATUS(code), 0);
  assert_int_equal(pl_table_open(table_name, &table, error, sizeof error), PL_E_UNREACHABLE);
  assert_int_not_equal(access(socket_path, F_OK), 0);
}

/* Asks for a capture on a stream of its own; the caller's end of it, -1: it was refused. */
static int ask_for_capture(uint32_t lines, enum pl_status wanted) {
  int pair[2];
  struct pl_client_reply reply;
  const struct pl_protocol_request request = {
      .capture = {.snap_bytes = 100, .lines = (uint8_t)lines}};
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  pl_client_call_with(socket_path, PL_VERB_CAPTURE, &request, pair[1], TIMEOUT_MS, &reply);
  assert_int_equal(reply.status, wanted);
  json_decref(reply.json);
  (void)close(pair[1]);
  if (wanted == PL_OK) return pair[0];
  (void)close(pair[0]);
  return -1;
}

/* The captures it played are over, so there is nothing to capture: the file is whole all the same.
 */
static void test_a_live_capture(void **state) {
  (void)state;
  static uint8_t bytes[65536];
  struct pl_pcapng_counts counts = {0};
  struct pl_client_reply reply;
  size_t used = 0, whole;
  ssize_t got;
  ask(PL_VERB_CAPTURE, "", PL_MODE_STATIC, &reply); /* holds nothing, and no stream with it */
  assert_int_equal(reply.status, PL_E_PROTOCOL);
  json_decref(reply.json);
  int stream = ask_for_capture(1u << PL_LINE_A, PL_OK);
  (void)ask_for_capture(1u << PL_LINE_A, PL_E_BUSY);
  assert_int_equal(shutdown(stream, SHUT_WR), 0);
  while ((got = recv(stream, bytes + used, sizeof bytes - used, 0)) > 0) used += (size_t)got;
  assert_int_equal(got, 0);
  assert_int_equal(pl_pcapng_count(bytes, used, &counts, &whole), PL_OK);
  assert_int_equal(whole, used);
  assert_int_equal(counts.interfaces, 1);
  assert_int_equal(counts.interfaces_ended, 1);
  assert_int_equal(counts.packets, 0);
  (void)close(stream);
  stream = ask_for_capture(1u << PL_LINE_A, PL_OK); /* and the next may begin */
  (void)close(stream);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_ledger_closes),
      cmocka_unit_test(test_feeds),
      cmocka_unit_test(test_the_table_is_published),
      cmocka_unit_test(test_a_live_capture),
      cmocka_unit_test(test_freeze_and_thaw),
      cmocka_unit_test(test_mode),
      cmocka_unit_test(test_policy_show),
      cmocka_unit_test(test_a_second_daemon_is_refused),
      cmocka_unit_test(test_quit),
  };
  return cmocka_run_group_tests(tests, start, end);
}
