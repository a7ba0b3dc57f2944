/* An admin server over real sockets for tests, turned by hand: the clock is the test's. */
#ifndef TESTS_UNIT_CONTROL_ADMIN_LIVE_SERVER_H
#define TESTS_UNIT_CONTROL_ADMIN_LIVE_SERVER_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/admin/client.h"
#include "control/admin/listen.h"
#include "control/admin/server.h"

#define TURNS_MAX 5000 /* of a millisecond at most: a bound, not a measure */
#define TURN_NS   UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

static char folder[] = "/tmp/plimsoll-test-XXXXXX", path[64], error[PL_SERVER_ERROR_BYTES];
static enum pl_role role;
static uint32_t handled, answer_length;
static int given;        /* the descriptor that came with the last request */
static bool keeps_given; /* or leaves it to the server */
static struct pl_server *server;
static uint64_t now_ns;

static inline enum pl_role role_of(const void *context, int descriptor) {
  (void)context;
  assert_true(descriptor >= 0);
  return role;
}

static inline enum pl_status handle(void *context, const struct pl_commands_row *command,
                                    const struct pl_protocol_request *request, int *descriptor,
                                    json_t *reply, char *ret_error, size_t error_bytes) {
  (void)context;
  handled++;
  given = *descriptor;
  if (keeps_given) *descriptor = -1;
  if (command->verb == PL_VERB_FREEZE) {
    (void)snprintf(ret_error, error_bytes, "no '%s'", request->name);
    return PL_E_NOT_FOUND;
  }
  char *text = calloc(1, answer_length + 1u);
  assert_non_null(text);
  memset(text, 'x', answer_length);
  (void)json_object_set_new(reply, "text", json_string(text));
  free(text);
  return PL_OK;
}

static const struct pl_server_config config = {
    .path = path, .group = PL_SERVER_GROUP_NONE, .role = role_of, .handle = handle};

static inline int open_server(void **state) {
  (void)state;
  role = PL_ROLE_OPERATE;
  handled = 0;
  answer_length = 10;
  given = -1;
  keeps_given = false;
  now_ns = SECOND_NS;
  if (pl_server_open(&config, &server, error, sizeof error) == PL_OK) return 0;
  print_error("%s\n", error);
  return -1;
}

static inline int close_server(void **state) {
  (void)state;
  pl_server_close(server);
  server = NULL;
  return access(path, F_OK) == 0; /* the socket is gone with it */
}

static inline int make_folder(void **state) {
  (void)state;
  pl_server_block_signals();
  if (mkdtemp(folder) == NULL) return -1;
  (void)snprintf(path, sizeof path, "%s/a.sock", folder);
  return 0;
}

static inline int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static inline int connect_client(void) {
  struct sockaddr_un address;
  assert_int_equal(pl_listen_address(path, &address), PL_OK);
  int client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  assert_true(client >= 0);
  assert_int_equal(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
  return client;
}

/* Turns until the client has something to read, which is then [0, size] of bytes; -1 never came. */
static inline ssize_t receive(int client, unsigned char *bytes, size_t size) {
  for (uint32_t i = 0; i < TURNS_MAX; i++) {
    (void)pl_server_turn(server, now_ns, TURN_NS);
    ssize_t got = recv(client, bytes, size, MSG_DONTWAIT);
    if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return got;
  }
  return -1;
}

static inline void send_verb(int client, enum pl_verb verb, const char *name) {
  unsigned char bytes[PL_PROTOCOL_REQUEST_BYTES];
  struct pl_protocol_request request = {.mode = 0};
  (void)snprintf(request.name, sizeof request.name, "%s", name);
  pl_protocol_put_request(verb, &request, bytes);
  assert_int_equal(send(client, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
}

static unsigned char buffer[PL_PROTOCOL_REPLY_BYTES_MAX + 1];

static inline void expect_reply(int client, enum pl_verb verb, enum pl_status status) {
  struct pl_client_reply reply;
  ssize_t got = receive(client, buffer, sizeof buffer);
  assert_true(got > 0);
  pl_client_read_reply(buffer, (size_t)got, verb, &reply);
  assert_int_equal(reply.status, status);
  assert_int_equal(json_integer_value(json_object_get(reply.json, "version")), 2);
  json_decref(reply.json);
}

/* The server still works: the point of every hostile case. */
static inline void expect_alive(void) {
  int client = connect_client();
  send_verb(client, PL_VERB_STATUS, "");
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  close(client);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

#endif
