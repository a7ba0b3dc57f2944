#include "control/admin/client.h"

#include "control/admin/listen.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define INTERRUPTIONS_MAX 16

static void fail(struct pl_client_reply *reply, enum pl_status status, const char *what,
                 const char *why) {
  reply->status = status;
  (void)snprintf(reply->error, sizeof reply->error, "%.160s: %.80s", what, why);
}

static void fail_errno(struct pl_client_reply *reply, const char *path, int number) {
  enum pl_status status = number == EACCES || number == EPERM ? PL_E_DENIED : PL_E_UNREACHABLE;
  reply->timed_out = number == EAGAIN || number == EWOULDBLOCK || number == ETIMEDOUT;
  fail(reply, status, path, reply->timed_out ? "no answer in time" : strerror(number));
}

/* The status a reply's name stands for; PL_E_PROTOCOL for one this build does not know. */
static enum pl_status status_named(const char *name) {
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++)
    if (strcmp(pl_status_name((enum pl_status)i), name) == 0) return (enum pl_status)i;
  return PL_E_PROTOCOL;
}

void pl_client_read_reply(const unsigned char *bytes, size_t size_bytes, enum pl_verb verb,
                          struct pl_client_reply *ret_reply) {
  const char *text = NULL, *why = "";
  size_t text_bytes = 0;
  json_error_t json_error;
  *ret_reply = (struct pl_client_reply){.status = PL_OK};
  if (pl_protocol_get_reply(bytes, size_bytes, verb, &text, &text_bytes, &why) != PL_OK) {
    fail(ret_reply, PL_E_PROTOCOL, "reply", why);
    return;
  }
  json_t *json = json_loadb(text, text_bytes, JSON_REJECT_DUPLICATES, &json_error);
  const char *status = json_string_value(json_object_get(json, "status"));
  const char *error = json_string_value(json_object_get(json, "error"));
  if (status == NULL) {
    json_decref(json);
    fail(ret_reply, PL_E_PROTOCOL, "reply", "not an object with a status");
    return;
  }
  ret_reply->json = json;
  ret_reply->status = status_named(status);
  if (ret_reply->status == PL_OK) return;
  (void)snprintf(ret_reply->error, sizeof ret_reply->error, "%s", error != NULL ? error : status);
  for (char *at = ret_reply->error; *at != '\0'; at++)
    if (*at < ' ' || *at > '~') *at = '?';
}

static bool set_timeout(int descriptor, uint32_t timeout_ms) {
  struct timeval timeout = {.tv_sec = timeout_ms / 1000,
                            .tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000};
  return setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
         setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0;
}

/* Calls with a time limit are not taken up again after an interruption. */
static ssize_t receive(int descriptor, unsigned char *bytes, size_t size_bytes) {
  ssize_t got = -1;
  for (uint32_t tries = 0; tries < INTERRUPTIONS_MAX; tries++) {
    got = recv(descriptor, bytes, size_bytes, 0);
    if (got >= 0 || errno != EINTR) break;
  }
  return got;
}

/* given: a descriptor to send along, -1: none */
static ssize_t send_message(int descriptor, unsigned char *bytes, size_t size_bytes, int given) {
  alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof given)] = {0};
  struct iovec piece = {bytes, size_bytes};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  if (given >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    *part = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof given), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(part), &given, sizeof given);
  }
  return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

/* Sends the request and reads the reply on a socket that is ready. */
static void converse(int descriptor, const char *path, enum pl_verb verb,
                     const struct pl_protocol_request *request, int given,
                     struct pl_client_reply *ret_reply) {
  unsigned char message[PL_PROTOCOL_REQUEST_BYTES];
  unsigned char *buffer = malloc(PL_PROTOCOL_REPLY_BYTES_MAX + 1);
  if (buffer == NULL) {
    fail(ret_reply, PL_E_MEMORY, path, "no memory");
    return;
  }
  pl_protocol_put_request(verb, request, message);
  ssize_t got = send_message(descriptor, message, sizeof message, given);
  if (got >= 0) got = receive(descriptor, buffer, PL_PROTOCOL_REPLY_BYTES_MAX + 1);
  if (got > 0)
    pl_client_read_reply(buffer, (size_t)got, verb, ret_reply);
  else
    fail_errno(ret_reply, path, got == 0 ? ECONNRESET : errno);
  free(buffer);
}

void pl_client_call(const char *path, enum pl_verb verb, const struct pl_protocol_request *request,
                    uint32_t timeout_ms, struct pl_client_reply *ret_reply) {
  pl_client_call_with(path, verb, request, -1, timeout_ms, ret_reply);
}

void pl_client_call_with(const char *path, enum pl_verb verb,
                         const struct pl_protocol_request *request, int given, uint32_t timeout_ms,
                         struct pl_client_reply *ret_reply) {
  struct sockaddr_un address;
  *ret_reply = (struct pl_client_reply){.status = PL_OK};
  if (pl_listen_address(path, &address) != PL_OK) {
    fail(ret_reply, PL_E_CONFIG, path, "not a socket's path");
    return;
  }
  int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || !set_timeout(descriptor, timeout_ms) ||
      connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0)
    fail_errno(ret_reply, path, errno);
  else
    converse(descriptor, path, verb, request, given, ret_reply);
  if (descriptor >= 0) (void)close(descriptor);
}
