/* Descriptors that come with requests to the admin server. */
#include "tests/unit/control/admin/live_server.h"

/* How many descriptors this process has: what is not closed shows. */
static uint32_t open_descriptors(void) {
  uint32_t count = 0;
  for (int i = 0; i < 1024; i++) count += fcntl(i, F_GETFD) >= 0;
  return count;
}

/* Sends a message with descriptors along; it is a request where size is one's. */
static void send_with(int client, enum pl_verb verb, const int *descriptors, uint32_t count,
                      size_t size) {
  unsigned char bytes[PL_PROTOCOL_REQUEST_BYTES];
  alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(8 * sizeof(int))] = {0};
  const struct pl_protocol_request request = {.mode = 0};
  pl_protocol_put_request(verb, &request, bytes);
  struct iovec piece = {bytes, size};
  struct msghdr message = {.msg_iov = &piece,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = CMSG_SPACE(count * sizeof(int))};
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  *part = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(part), descriptors, count * sizeof(int));
  assert_int_equal(sendmsg(client, &message, MSG_NOSIGNAL), size);
}

static void test_a_descriptor_reaches_the_handler(void **state) {
  (void)state;
  int ends[2], client = connect_client();
  assert_int_equal(pipe(ends), 0);
  keeps_given = true;
  send_with(client, PL_VERB_STATUS, &ends[1], 1, PL_PROTOCOL_REQUEST_BYTES);
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  assert_true(given >= 0);
  assert_int_equal(fcntl(given, F_GETFD), FD_CLOEXEC);
  assert_int_equal(write(given, "x", 1), 1);
  char byte = 0;
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(byte, 'x');
  assert_int_equal(close(given), 0);
  send_verb(client, PL_VERB_STATUS, ""); /* and not again with the next */
  expect_reply(client, PL_VERB_STATUS, PL_OK);
  assert_int_equal(given, -1);
  close(client), close(ends[0]), close(ends[1]);
}

/* Whatever comes uncalled for is closed: with a verb that keeps none, more than one, with a message
 * that is none, from one who may not, behind a request that is never read. */
static void test_descriptors_are_not_collected(void **state) {
  (void)state;
  static const struct {
    enum pl_verb verb;
    uint32_t count;
    size_t size;
    enum pl_role role;
    enum pl_status status;
  } cases[] = {
      {PL_VERB_STATUS, 1, PL_PROTOCOL_REQUEST_BYTES, PL_ROLE_OPERATE, PL_OK},
      {PL_VERB_STATUS, 2, PL_PROTOCOL_REQUEST_BYTES, PL_ROLE_OPERATE, PL_OK},
      {PL_VERB_STATUS, 8, PL_PROTOCOL_REQUEST_BYTES, PL_ROLE_OPERATE, PL_OK},
      {PL_VERB_STATUS, 8, 5, PL_ROLE_OPERATE, PL_E_PROTOCOL},
      {PL_VERB_QUIT, 8, PL_PROTOCOL_REQUEST_BYTES, PL_ROLE_VIEW, PL_E_DENIED},
  };
  int descriptors[8];
  for (uint32_t i = 0; i < 8; i++) descriptors[i] = dup(STDERR_FILENO);
  uint32_t before = open_descriptors();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int client = connect_client();
    role = cases[i].role;
    send_with(client, cases[i].verb, descriptors, cases[i].count, cases[i].size);
    expect_reply(client, cases[i].verb, cases[i].status);
    close(client);
    for (uint32_t j = 0; j < 10; j++) (void)pl_server_turn(server, now_ns, TURN_NS);
    assert_int_equal(open_descriptors(), before);
  }
  for (uint32_t i = 0; i < 8; i++) close(descriptors[i]);
  expect_alive();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SERVER(test_a_descriptor_reaches_the_handler),
      WITH_SERVER(test_descriptors_are_not_collected),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
