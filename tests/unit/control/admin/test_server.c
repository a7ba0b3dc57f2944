/* The admin server over real sockets, turned by hand: the clock is the test's. */
#include "tests/unit/control/admin/live_server.h"

#define LONG_ANSWER 100000

static void test_several_requests_on_one_connection(void **state) {
  (void)state;
  int client = connect_client();
  for (int i = 0; i < 5; i++) {
    send_verb(client, PL_VERB_STATUS, "");
    expect_reply(client, PL_VERB_STATUS, PL_OK);
    send_verb(client, PL_VERB_FREEZE, "X");
    expect_reply(client, PL_VERB_FREEZE, PL_E_NOT_FOUND);
  }
  assert_int_equal(handled, 10);
  assert_int_equal(pl_server_counters(server)->accepted, 1);
  assert_int_equal(pl_server_counters(server)->requests, 10);
  assert_int_equal(pl_server_counters(server)->failed, 5);
  close(client);
}

static void test_roles(void **state) {
  (void)state;
  role = PL_ROLE_VIEW;
  int client = connect_client();
  send_verb(client, PL_VERB_QUIT, "");
  expect_reply(client, PL_VERB_QUIT, PL_E_DENIED);
  send_verb(client, PL_VERB_STATUS, ""); /* denied is not thrown out */
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  assert_int_equal(handled, 1);
  assert_int_equal(pl_server_counters(server)->denied, 1);
  close(client);
}

static void test_malformed_messages_cost_the_connection(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 15, 16, 79, 81, 4096, 60000};
  static unsigned char bytes[60000];
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    int client = connect_client();
    assert_int_equal(send(client, bytes, sizes[i], MSG_NOSIGNAL), sizes[i]);
    expect_reply(client, PL_VERB_STATUS, PL_E_PROTOCOL);
    assert_int_equal(receive(client, buffer, sizeof buffer), 0);
    close(client);
  }
  assert_int_equal(pl_server_counters(server)->malformed, sizeof sizes / sizeof *sizes);
  assert_int_equal(handled, 0);
  expect_alive();
}

static void test_random_messages(void **state) {
  (void)state;
  uint64_t seed = 12345;
  for (int i = 0; i < 300; i++) {
    unsigned char bytes[PL_PROTOCOL_REQUEST_BYTES];
    const struct pl_protocol_request request = {.name = "BTC-PERPETUAL"};
    pl_protocol_put_request(PL_VERB_FREEZE, &request, bytes);
    for (int flips = 0; flips < 3; flips++) {
      seed = seed * UINT64_C(6364136223846793005) + 1;
      bytes[(seed >> 33) % sizeof bytes] ^= (unsigned char)(1u << (seed >> 60) % 8);
    }
    int client = connect_client();
    assert_int_equal(send(client, bytes, (seed >> 40) % sizeof bytes + 1, MSG_NOSIGNAL) > 0, 1);
    assert_true(receive(client, buffer, sizeof buffer) > 0);
    close(client);
  }
  expect_alive();
}

static void test_an_answer_too_long_is_an_error(void **state) {
  (void)state;
  int client = connect_client();
  answer_length = 65000;
  send_verb(client, PL_VERB_STATUS, "");
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  answer_length = LONG_ANSWER;
  send_verb(client, PL_VERB_STATUS, "");
  expect_reply(client, PL_VERB_STATUS, PL_E_RANGE);
  close(client);
}

static void test_clients_are_bounded(void **state) {
  (void)state;
  int clients[PL_SERVER_CLIENTS_MAX + 1];
  for (uint32_t i = 0; i < PL_SERVER_CLIENTS_MAX; i++) {
    clients[i] = connect_client();
    send_verb(clients[i], PL_VERB_STATUS, "");
    expect_reply(clients[i], PL_VERB_STATUS, PL_OK);
  }
  clients[PL_SERVER_CLIENTS_MAX] = connect_client();
  assert_int_equal(receive(clients[PL_SERVER_CLIENTS_MAX], buffer, sizeof buffer), 0);
  assert_int_equal(pl_server_counters(server)->refused, 1);
  for (uint32_t i = 0; i <= PL_SERVER_CLIENTS_MAX; i++) close(clients[i]);
  for (uint32_t i = 0; i < 10; i++) (void)pl_server_turn(server, now_ns, TURN_NS);
  expect_alive();
}

static void test_idle_clients_time_out(void **state) {
  (void)state;
  int client = connect_client();
  send_verb(client, PL_VERB_STATUS, "");
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  now_ns += PL_SERVER_CLIENT_TIMEOUT_NS - 1;
  (void)pl_server_turn(server, now_ns, TURN_NS);
  assert_int_equal(pl_server_counters(server)->timed_out, 0);
  now_ns += 1;
  assert_int_equal(receive(client, buffer, sizeof buffer), 0);
  assert_int_equal(pl_server_counters(server)->timed_out, 1);
  close(client);
  expect_alive();
}

/* A client that asks and asks and never reads: its replies fill the socket, then time does it in.
 */
static void test_clients_that_do_not_read(void **state) {
  (void)state;
  answer_length = 60000;
  int client = connect_client();
  unsigned char bytes[PL_PROTOCOL_REQUEST_BYTES];
  const struct pl_protocol_request request = {.mode = 0};
  pl_protocol_put_request(PL_VERB_STATUS, &request, bytes);
  for (uint32_t i = 0; i < 100; i++) {
    (void)send(client, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)pl_server_turn(server, now_ns, TURN_NS);
  }
  for (uint32_t i = 0; i < 10; i++) (void)pl_server_turn(server, now_ns, TURN_NS);
  assert_false(pl_server_is_idle(server)); /* stuck, and nobody else is */
  answer_length = 10;
  expect_alive();
  now_ns += PL_SERVER_CLIENT_TIMEOUT_NS;
  for (uint32_t i = 0; i < TURNS_MAX && !pl_server_is_idle(server); i++)
    (void)pl_server_turn(server, now_ns, TURN_NS);
  assert_true(pl_server_is_idle(server));
  close(client);
  expect_alive();
}

static void test_a_living_socket_is_left_alone(void **state) {
  (void)state;
  struct pl_server *second = NULL;
  assert_int_equal(pl_server_open(&config, &second, error, sizeof error), PL_E_CONFIG);
  assert_non_null(strstr(error, "answers there already"));
  assert_null(second);
  expect_alive();
  struct stat found;
  assert_int_equal(stat(path, &found), 0);
  assert_int_equal(found.st_mode & 0777, 0660);
}

static void test_signals_end_the_loop(void **state) {
  (void)state;
  assert_true(pl_server_turn(server, now_ns, TURN_NS));
  assert_int_equal(kill(getpid(), SIGTERM), 0);
  uint32_t turns = 0;
  while (turns < TURNS_MAX && pl_server_turn(server, now_ns, TURN_NS)) turns++;
  assert_true(turns < TURNS_MAX);
}

static void test_closing_with_clients_connected(void **state) {
  (void)state;
  int client = connect_client();
  send_verb(client, PL_VERB_STATUS, "");
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  pl_server_close(server);
  assert_int_equal(recv(client, buffer, sizeof buffer, 0), 0);
  close(client);
  assert_int_equal(pl_server_open(&config, &server, error, sizeof error), PL_OK);
}

/* --- without a server --- */

static void test_a_dead_daemons_socket_is_replaced(void **state) {
  int descriptor;
  assert_int_equal(pl_listen_open(path, (gid_t)-1, &descriptor, error, sizeof error), PL_OK);
  close(descriptor); /* as a killed daemon would leave it */
  assert_int_equal(open_server(state), 0);
  expect_alive();
  assert_int_equal(close_server(state), 0);
}

static void test_other_files_are_left_alone(void **state) {
  (void)state;
  int descriptor = open(path, O_CREAT | O_WRONLY, 0600);
  assert_true(descriptor >= 0);
  close(descriptor);
  assert_int_equal(pl_server_open(&config, &server, error, sizeof error), PL_E_CONFIG);
  assert_non_null(strstr(error, "something else"));
  assert_int_equal(unlink(path), 0);
}

static void test_paths(void **state) {
  (void)state;
  static char longer[200];
  memset(longer, 'x', sizeof longer - 1);
  int descriptor;
  assert_int_equal(pl_listen_open("", (gid_t)-1, &descriptor, error, sizeof error), PL_E_CONFIG);
  assert_int_equal(pl_listen_open(longer, (gid_t)-1, &descriptor, error, sizeof error),
                   PL_E_CONFIG);
  assert_int_equal(pl_listen_open("/nonexistent/a", (gid_t)-1, &descriptor, error, sizeof error),
                   PL_E_SYSTEM);
}

static void test_nobody_answers(void **state) {
  (void)state;
  struct pl_client_reply reply;
  const struct pl_protocol_request request = {.mode = 0};
  pl_client_call(path, PL_VERB_STATUS, &request, 100, &reply);
  assert_int_equal(reply.status, PL_E_UNREACHABLE);
  assert_false(reply.timed_out);
  int descriptor; /* listens, and that is all */
  assert_int_equal(pl_listen_open(path, (gid_t)-1, &descriptor, error, sizeof error), PL_OK);
  pl_client_call(path, PL_VERB_STATUS, &request, 1, &reply);
  assert_int_equal(reply.status, PL_E_UNREACHABLE);
  assert_string_equal(strchr(reply.error, 0x3a), ": no answer in time");
  assert_true(reply.timed_out);
  close(descriptor);
  assert_int_equal(unlink(path), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SERVER(test_several_requests_on_one_connection),
      WITH_SERVER(test_roles),
      WITH_SERVER(test_malformed_messages_cost_the_connection),
      WITH_SERVER(test_random_messages),
      WITH_SERVER(test_an_answer_too_long_is_an_error),
      WITH_SERVER(test_clients_are_bounded),
      WITH_SERVER(test_idle_clients_time_out),
      WITH_SERVER(test_clients_that_do_not_read),
      WITH_SERVER(test_a_living_socket_is_left_alone),
      WITH_SERVER(test_signals_end_the_loop),
      WITH_SERVER(test_closing_with_clients_connected),
      cmocka_unit_test(test_a_dead_daemons_socket_is_replaced),
      cmocka_unit_test(test_other_files_are_left_alone),
      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_nobody_answers),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
