#include "control/admin/server.h"

#include "control/admin/answer.h"
#include "control/admin/listen.h"
#include "control/admin/ring.h"
#include "engine/base/check.h"

#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define RING_ENTRIES    64 /* more than there are operations under way at once */
#define TURN_EVENTS_MAX (2 * (PL_SERVER_CLIENTS_MAX + 2))
#define CLOSE_TURNS_MAX 1000
#define CLOSE_WAIT_NS   UINT64_C(1000000)
#define ACCEPT_PAUSE_NS UINT64_C(100000000) /* after a failure, so that it cannot spin */
#define DEADLINE_PASSED UINT64_MAX

_Static_assert(RING_ENTRIES >= 2 * (PL_SERVER_CLIENTS_MAX + 2), "every operation has its entry");

/* One operation is under way for each client, so a slot is free again when that one ends. */
enum client_state { CLIENT_FREE, CLIENT_RECEIVING, CLIENT_SENDING };

struct client {
  enum client_state state;
  int descriptor;
  enum pl_role role;
  bool last_reply; /* close when it is sent */
  uint64_t deadline_ns;
  unsigned char request[PL_PROTOCOL_REQUEST_BYTES + 1]; /* one more: a longer message shows */
  alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int))]; /* one descriptor */
  struct iovec piece;
  struct msghdr message; /* points to those above */
  unsigned char reply[PL_PROTOCOL_REPLY_BYTES_MAX];
};

/* user_data of what is no client's. */
enum { TAG_ACCEPT = PL_SERVER_CLIENTS_MAX, TAG_SIGNAL };

struct pl_server {
  struct pl_server_config config;
  struct io_uring ring;
  int listener, signals;
  bool ring_open, accepting, stopping, closing;
  uint64_t now_ns, accept_due_ns;
  struct pl_server_counters counters;
  struct client clients[PL_SERVER_CLIENTS_MAX];
};

static void signal_set(sigset_t *ret_set) {
  (void)sigemptyset(ret_set);
  (void)sigaddset(ret_set, SIGTERM);
  (void)sigaddset(ret_set, SIGINT);
}

void pl_server_block_signals(void) {
  sigset_t set;
  signal_set(&set);
  PL_CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static struct io_uring_sqe *entry(struct pl_server *server) {
  struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);
  PL_CHECK(sqe != NULL); /* see RING_ENTRIES */
  return sqe;
}

static void start_accept(struct pl_server *server) {
  struct io_uring_sqe *sqe = entry(server);
  io_uring_prep_accept(sqe, server->listener, NULL, NULL, SOCK_CLOEXEC);
  io_uring_sqe_set_data64(sqe, TAG_ACCEPT);
  server->accepting = true;
}

static void start_signal(struct pl_server *server) {
  struct io_uring_sqe *sqe = entry(server);
  io_uring_prep_poll_add(sqe, server->signals, POLLIN);
  io_uring_sqe_set_data64(sqe, TAG_SIGNAL);
}

static void start_receive(struct pl_server *server, struct client *client) {
  struct io_uring_sqe *sqe = entry(server);
  client->piece = (struct iovec){client->request, sizeof client->request};
  /* CMSG_LEN, not the space, which has room for two */
  client->message = (struct msghdr){.msg_iov = &client->piece,
                                    .msg_iovlen = 1,
                                    .msg_control = client->control,
                                    .msg_controllen = CMSG_LEN(sizeof(int))};
  io_uring_prep_recvmsg(sqe, client->descriptor, &client->message, MSG_CMSG_CLOEXEC);
  io_uring_sqe_set_data64(sqe, (uint64_t)(client - server->clients));
  client->state = CLIENT_RECEIVING;
}

static void start_send(struct pl_server *server, struct client *client, size_t size_bytes) {
  struct io_uring_sqe *sqe = entry(server);
  io_uring_prep_send(sqe, client->descriptor, client->reply, size_bytes, MSG_NOSIGNAL);
  io_uring_sqe_set_data64(sqe, (uint64_t)(client - server->clients));
  client->state = CLIENT_SENDING;
}

static void drop_client(struct client *client) {
  (void)close(client->descriptor);
  client->state = CLIENT_FREE;
}

static void on_accept(struct pl_server *server, int result) {
  server->accepting = false;
  if (result < 0) {
    server->accept_due_ns = server->now_ns + ACCEPT_PAUSE_NS;
    return;
  }
  uint32_t at = 0;
  while (at < PL_SERVER_CLIENTS_MAX && server->clients[at].state != CLIENT_FREE) at++;
  if (at == PL_SERVER_CLIENTS_MAX || server->closing) {
    server->counters.refused++;
    (void)close(result);
    return;
  }
  struct client *client = &server->clients[at];
  server->counters.accepted++;
  client->descriptor = result;
  client->role = server->config.role(server->config.role_context, result);
  client->last_reply = false;
  client->deadline_ns = server->now_ns + PL_SERVER_CLIENT_TIMEOUT_NS;
  start_receive(server, client);
}

/* The descriptor that came with a message, -1: none. The kernel drops those there is no room for.
 */
static int take_descriptor(struct client *client) {
  int descriptor = -1;
  const struct cmsghdr *part = CMSG_FIRSTHDR(&client->message);
  if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
      part->cmsg_len == CMSG_LEN(sizeof descriptor))
    memcpy(&descriptor, CMSG_DATA(part), sizeof descriptor);
  return descriptor;
}

static void on_received(struct pl_server *server, struct client *client, int result) {
  int descriptor = result >= 0 ? take_descriptor(client) : -1;
  if (result <= 0 || server->closing) {
    if (descriptor >= 0) (void)close(descriptor);
    drop_client(client);
    return;
  }
  size_t size_bytes;
  enum pl_status status =
      pl_answer_make(&server->config, client->role, client->request, (size_t)result, &descriptor,
                     &server->counters, client->reply, &size_bytes);
  if (descriptor >= 0) (void)close(descriptor);
  client->last_reply = status == PL_E_PROTOCOL;
  client->deadline_ns = server->now_ns + PL_SERVER_CLIENT_TIMEOUT_NS;
  if (size_bytes == 0)
    drop_client(client);
  else
    start_send(server, client, size_bytes);
}

static void on_sent(struct pl_server *server, struct client *client, int result) {
  if (result < 0 || client->last_reply || server->closing) {
    drop_client(client);
    return;
  }
  client->deadline_ns = server->now_ns + PL_SERVER_CLIENT_TIMEOUT_NS;
  start_receive(server, client);
}

static void on_signal(struct pl_server *server) {
  struct signalfd_siginfo info;
  if (read(server->signals, &info, sizeof info) == (ssize_t)sizeof info) server->stopping = true;
  start_signal(server);
}

static void on_completion(struct pl_server *server, const struct io_uring_cqe *cqe) {
  if (cqe->user_data == TAG_ACCEPT) {
    on_accept(server, cqe->res);
  } else if (cqe->user_data == TAG_SIGNAL) {
    on_signal(server);
  } else {
    PL_CHECK(cqe->user_data < PL_SERVER_CLIENTS_MAX);
    struct client *client = &server->clients[cqe->user_data];
    if (client->state == CLIENT_RECEIVING)
      on_received(server, client, cqe->res);
    else
      on_sent(server, client, cqe->res);
  }
}

/* Ends what has waited too long; the operation under way then ends by itself. */
static void check_deadlines(struct pl_server *server) {
  for (uint32_t i = 0; i < PL_SERVER_CLIENTS_MAX; i++) {
    struct client *client = &server->clients[i];
    if (client->state == CLIENT_FREE || server->now_ns < client->deadline_ns) continue;
    client->deadline_ns = DEADLINE_PASSED;
    server->counters.timed_out++;
    (void)shutdown(client->descriptor, SHUT_RDWR);
  }
  if (!server->accepting && !server->closing && server->now_ns >= server->accept_due_ns)
    start_accept(server);
}

bool pl_server_turn(struct pl_server *server, uint64_t now_ns, uint64_t wait_ns) {
  struct io_uring_cqe *cqe = NULL;
  struct __kernel_timespec wait = {.tv_sec = (int64_t)(wait_ns / UINT64_C(1000000000)),
                                   .tv_nsec = (long long)(wait_ns % UINT64_C(1000000000))};
  server->now_ns = now_ns;
  check_deadlines(server);
  /* running out of time and being interrupted are both a turn without work */
  (void)io_uring_submit_and_wait_timeout(&server->ring, &cqe, 1, &wait, NULL);
  for (uint32_t i = 0; i < TURN_EVENTS_MAX && io_uring_peek_cqe(&server->ring, &cqe) == 0; i++) {
    on_completion(server, cqe);
    io_uring_cqe_seen(&server->ring, cqe);
  }
  return !server->stopping;
}

bool pl_server_is_idle(const struct pl_server *server) {
  for (uint32_t i = 0; i < PL_SERVER_CLIENTS_MAX; i++)
    if (server->clients[i].state == CLIENT_SENDING) return false;
  return true;
}

const struct pl_server_counters *pl_server_counters(const struct pl_server *server) {
  return &server->counters;
}

static enum pl_status fail(const char *what, int number, char *ret_error, size_t error_bytes) {
  (void)snprintf(ret_error, error_bytes, "%s: %s", what, strerror(number));
  return number == ENOMEM ? PL_E_MEMORY : PL_E_SYSTEM;
}

static enum pl_status open_all(struct pl_server *server, char *ret_error, size_t error_bytes) {
  sigset_t set;
  signal_set(&set);
  server->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (server->signals < 0) return fail("signalfd", errno, ret_error, error_bytes);
  int result = pl_ring_open(RING_ENTRIES, &server->ring);
  if (result < 0)
    return fail("io_uring (allowed here? see kernel.io_uring_disabled)", -result, ret_error,
                error_bytes);
  server->ring_open = true;
  enum pl_status status = pl_listen_open(server->config.path, server->config.group,
                                         &server->listener, ret_error, error_bytes);
  if (status != PL_OK) return status;
  start_signal(server);
  start_accept(server);
  return PL_OK;
}

enum pl_status pl_server_open(const struct pl_server_config *config, struct pl_server **ret_server,
                              char *ret_error, size_t error_bytes) {
  struct pl_server *server = calloc(1, sizeof *server);
  if (server == NULL) return fail("admin server", ENOMEM, ret_error, error_bytes);
  server->config = *config;
  server->listener = server->signals = -1;
  json_object_seed(0); /* reads /dev/urandom, which the first object could no longer */
  enum pl_status status = open_all(server, ret_error, error_bytes);
  if (status == PL_OK)
    *ret_server = server;
  else
    pl_server_close(server);
  return status;
}

enum pl_status pl_server_give(const struct pl_server *server, uid_t user, char *ret_error,
                              size_t error_bytes) {
  if (chown(server->config.path, user, (gid_t)-1) == 0) return PL_OK;
  return fail("admin socket: cannot make it the user's", errno, ret_error, error_bytes);
}

static bool has_clients(const struct pl_server *server) {
  for (uint32_t i = 0; i < PL_SERVER_CLIENTS_MAX; i++)
    if (server->clients[i].state != CLIENT_FREE) return true;
  return false;
}

void pl_server_close(struct pl_server *server) {
  if (server == NULL) return;
  server->closing = true;
  if (server->listener >= 0) {
    (void)unlink(server->config.path);
    (void)shutdown(server->listener, SHUT_RDWR);
  }
  for (uint32_t i = 0; i < PL_SERVER_CLIENTS_MAX; i++)
    if (server->clients[i].state != CLIENT_FREE)
      (void)shutdown(server->clients[i].descriptor, SHUT_RDWR);
  /* the kernel may write to a client's buffers until its operation has ended */
  for (uint32_t i = 0; i < CLOSE_TURNS_MAX && has_clients(server); i++)
    (void)pl_server_turn(server, server->now_ns, CLOSE_WAIT_NS);
  if (server->ring_open) io_uring_queue_exit(&server->ring);
  if (server->listener >= 0) (void)close(server->listener);
  if (server->signals >= 0) (void)close(server->signals);
  if (!has_clients(server)) free(server);
}
