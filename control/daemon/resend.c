#include "control/daemon/resend.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_REQUESTS_MAX 64 /* of all servers */
#define TURN_ANSWERS_MAX  64 /* of one */
#define MULTICAST_PREFIX  0xe

static uint32_t find(const struct pl_resend_config *config, uint32_t channel_id) {
  uint32_t every = PL_RESEND_SERVERS_MAX;
  for (uint32_t i = 0; i < config->count; i++) {
    if (config->servers[i].channel_id == channel_id) return i;
    if (config->servers[i].channel_id == PL_RESEND_EVERY) every = i;
  }
  return every;
}

/* --- configuration ---------------------------------------------------------------------------- */

struct entry {
  uint32_t channel_id;
  char server[32];
};

static const struct pl_yaml_field fields[] = {
    PL_YAML_FIELD_NUMBER("channel", struct entry, channel_id, false, count, 0, PL_CHANNEL_IDS - 1),
    PL_YAML_FIELD_OTHER("server", TEXT, struct entry, server, true),
};

/* One host can be asked, and answers as itself. */
static bool is_host(struct in_addr address) {
  return address.s_addr != 0 && ntohl(address.s_addr) >> 28 < MULTICAST_PREFIX;
}

/* IPv4 address and port. */
static bool read_address(const char *text, struct sockaddr_in *ret_address) {
  char host[INET_ADDRSTRLEN];
  const char *colon = strrchr(text, ':');
  uint32_t port = 0;
  if (colon == NULL || (size_t)(colon - text) >= sizeof host || colon[1] == '\0') return false;
  memcpy(host, text, (size_t)(colon - text));
  host[colon - text] = '\0';
  for (const char *at = colon + 1; *at != '\0'; at++) {
    if (*at < '0' || *at > '9' || port > UINT16_MAX) return false;
    port = port * 10 + (uint32_t)(*at - '0');
  }
  *ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  return port != 0 && port <= UINT16_MAX && inet_pton(AF_INET, host, &ret_address->sin_addr) == 1 &&
         is_host(ret_address->sin_addr);
}

enum pl_status pl_resend_read(struct pl_yaml *yaml, uint32_t list,
                              struct pl_resend_config *ret_config) {
  struct pl_resend_config config = {.count = 0};
  uint32_t count = pl_yaml_count(yaml, list);
  if (count > PL_RESEND_SERVERS_MAX)
    return pl_yaml_fail(yaml, list, "resend: at most %d servers", PL_RESEND_SERVERS_MAX);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t node = pl_yaml_item(yaml, list, i);
    struct entry entry = {.channel_id = PL_RESEND_EVERY};
    struct pl_resend_server *server = &config.servers[i];
    enum pl_status status =
        pl_yaml_fields(yaml, node, fields, sizeof fields / sizeof *fields, &entry, NULL);
    if (status != PL_OK) return status;
    server->channel_id = entry.channel_id;
    if (!read_address(entry.server, &server->address))
      return pl_yaml_fail(yaml, node, "server: a host's IPv4 address and a port are wanted: '%s'",
                          entry.server);
    if (find(&config, entry.channel_id) != PL_RESEND_SERVERS_MAX &&
        config.servers[find(&config, entry.channel_id)].channel_id == entry.channel_id)
      return pl_yaml_fail(yaml, node, "resend: two servers for the same channel");
    config.count++;
  }
  *ret_config = config;
  return PL_OK;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static enum pl_status open_socket(struct pl_resend *resend, const struct pl_resend_server *server) {
  int made = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return PL_E_SYSTEM;
  resend->sockets[resend->opened++] = made;
  return connect(made, (const struct sockaddr *)&server->address, sizeof server->address) == 0
             ? PL_OK
             : PL_E_SYSTEM;
}

enum pl_status pl_resend_open(const struct pl_resend_config *config, struct pl_resend *resend,
                              char *ret_error, size_t error_bytes) {
  resend->config = *config;
  for (uint32_t i = 0; i < config->count; i++) {
    char host[INET_ADDRSTRLEN];
    const struct pl_resend_server *server = &config->servers[i];
    if (open_socket(resend, server) == PL_OK) continue;
    int error = errno;
    (void)inet_ntop(AF_INET, &server->address.sin_addr, host, sizeof host);
    (void)snprintf(ret_error, error_bytes, "resend: server %s:%u: %s", host,
                   ntohs(server->address.sin_port), strerror(error));
    return PL_E_SYSTEM;
  }
  return PL_OK;
}

void pl_resend_close(struct pl_resend *resend) {
  for (uint32_t i = 0; i < resend->opened; i++) (void)close(resend->sockets[i]);
  resend->opened = 0;
}

static void send_requests(struct pl_resend *resend, const struct pl_resend_ends *ends) {
  struct pl_feed_request request;
  for (uint32_t i = 0; i < TURN_REQUESTS_MAX && ends->next_request(ends->context, &request); i++) {
    uint32_t server = find(&resend->config, request.channel_id);
    if (server == PL_RESEND_SERVERS_MAX) {
      resend->counters.unserved++;
      continue;
    }
    ssize_t sent = send(resend->sockets[server], request.bytes, request.size_bytes, 0);
    (*(sent == (ssize_t)request.size_bytes ? &resend->counters.requests
                                           : &resend->counters.send_errors))++;
  }
}

/* An error that a former datagram caused is told once, by whichever call comes next. */
static void take_answers(struct pl_resend *resend, int from, const struct pl_resend_ends *ends) {
  uint8_t payload[PL_FRAME_BYTES_MAX];
  for (uint32_t i = 0; i < TURN_ANSWERS_MAX; i++) {
    ssize_t size = recv(from, payload, sizeof payload, MSG_TRUNC);
    if (size < 0) {
      resend->counters.receive_errors += errno != EAGAIN && errno != EWOULDBLOCK;
      return;
    }
    resend->counters.answers++;
    resend->counters.answer_bytes += (uint64_t)size;
    if ((size_t)size > sizeof payload || !ends->take_answer(ends->context, payload, (uint32_t)size))
      resend->counters.answers_no_room++;
  }
}

void pl_resend_turn(struct pl_resend *resend, const struct pl_resend_ends *ends) {
  if (resend->opened == 0) return;
  send_requests(resend, ends);
  for (uint32_t i = 0; i < resend->opened; i++) take_answers(resend, resend->sockets[i], ends);
}
