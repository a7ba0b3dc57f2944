/* The daemon whole, in a process of its own: it plays a capture of the simulated exchange,
 * publishes the table, answers, obeys, and leaves nothing behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
static char config_path[64], capture_path[64], socket_path[64];
static uint64_t frames;
static pid_t daemon_pid;

static void write_capture(void) {
  static struct pl_sink_pcap sink;
  const struct pl_exchange_config config = pl_exchange_default();
  assert_true(pl_sink_pcap_open(&sink, capture_path));
  struct pl_exchange *exchange = pl_exchange_open(&config, pl_sink_pcap_write, &sink);
  assert_non_null(exchange);
  assert_true(pl_exchange_run(exchange, config.start_ns + FEED_SECONDS * SECOND_NS));
  pl_exchange_close(exchange);
  assert_true(pl_sink_pcap_close(&sink));
  frames = sink.frames;
  assert_true(frames > 100);
}

static void write_config(void) {
  char policy_path[1024];
  assert_non_null(realpath("deploy/policy.yaml", policy_path));
  FILE *file = fopen(config_path, "w");
  assert_non_null(file);
  assert_true(fprintf(file,
                      "venue: deribit\nlayout: pipeline\ninstruments: 64\nspeed: 0\npolicy: %s\n"
                      "admin_socket: %s\ntable: %s\nports: [{capture: feed.pcap}]\n",
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
  (void)snprintf(socket_path, sizeof socket_path, "%s/a.sock", folder);
  (void)snprintf(table_name, sizeof table_name, "service-%d", (int)getpid());
  write_capture();
  write_config();
  daemon_pid = fork();
  if (daemon_pid == 0) run_daemon();
  for (int i = 0; i < TRIES_MAX; i++) {
    if (number_of("packets") == (json_int_t)frames) return 0;
    if (waitpid(daemon_pid, NULL, WNOHANG) != 0) return -1;
    pause_shortly();
  }
  return -1;
}

static int end(void **state) {
  (void)state;
  (void)unlink(config_path);
  (void)unlink(capture_path);
  return rmdir(folder); /* fails if the socket is still there */
}

static void test_the_ledger_closes(void **state) {
  (void)state;
  assert_int_equal(number_of("decoded"), frames);
  assert_int_equal(number_of("gaps"), 0);
  assert_int_equal(number_of("decisions_dropped"), 0);
  assert_int_equal(number_of("decisions"), number_of("decisions_published"));
  assert_true(number_of("decisions") > 0);
  assert_true(number_of("instruments") > 3);
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
  ask(PL_VERB_QUIT, "", PL_MODE_STATIC, &reply);
  assert_int_equal(reply.status, PL_OK);
  json_decref(reply.json);
  assert_int_equal(waitpid(daemon_pid, &code, 0), daemon_pid);
  assert_true(WIFEXITED(code));
  assert_int_equal(WEXITSTATUS(code), 0);
  assert_int_equal(pl_table_open(table_name, &table, error, sizeof error), PL_E_UNREACHABLE);
  assert_int_not_equal(access(socket_path, F_OK), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_ledger_closes),
      cmocka_unit_test(test_the_table_is_published),
      cmocka_unit_test(test_freeze_and_thaw),
      cmocka_unit_test(test_mode),
      cmocka_unit_test(test_policy_show),
      cmocka_unit_test(test_a_second_daemon_is_refused),
      cmocka_unit_test(test_quit),
  };
  return cmocka_run_group_tests(tests, start, end);
}
