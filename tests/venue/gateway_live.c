#include "tests/venue/gateway_live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define WAKE_US      20000 /* how often the thread looks whether it is over */
#define DATAGRAM_MAX 2048

struct pl_gateway_live {
  pl_exchange_sink *sink;
  void *ctx;
  int socket;
  pthread_t thread;
  _Atomic bool over;
  pthread_mutex_t mutex; /* of what follows */
  struct pl_gateway *gateway;
  uint64_t feed_ns;        /* of the last frame */
  struct sockaddr_in peer; /* who is being answered */
};

bool pl_gateway_live_address(const char *text, struct sockaddr_in *ret_address) {
  char host[INET_ADDRSTRLEN], *end;
  const char *colon = strrchr(text, ':');
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (colon == NULL || (size_t)(colon - text) >= sizeof host) return false;
  memcpy(host, text, (size_t)(colon - text));
  host[colon - text] = '\0';
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return false;
  if (colon[1] < '0' || colon[1] > '9') return false;
  unsigned long port = strtoul(colon + 1, &end, 10);
  if (*end != '\0' || port > UINT16_MAX) return false;
  address.sin_port = htons((uint16_t)port);
  *ret_address = address;
  return true;
}

static void send_to_peer(void *ctx, const uint8_t *payload, size_t size) {
  struct pl_gateway_live *live = ctx;
  (void)sendto(live->socket, payload, size, 0, (const struct sockaddr *)&live->peer,
               sizeof live->peer); /* what does not go out is lost, as on a wire */
}

static void *serve(void *argument) {
  struct pl_gateway_live *live = argument;
  uint8_t request[DATAGRAM_MAX];
  /* a wish; nothing goes with it */
  while (!atomic_load_explicit(&live->over, memory_order_relaxed)) {
    struct sockaddr_in peer;
    socklen_t peer_bytes = sizeof peer;
    ssize_t size =
        recvfrom(live->socket, request, sizeof request, 0, (struct sockaddr *)&peer, &peer_bytes);
    if (size < 0) continue; /* WAKE_US went by */
    (void)pthread_mutex_lock(&live->mutex);
    live->peer = peer;
    pl_gateway_answer(live->gateway, live->feed_ns, request, (size_t)size, send_to_peer, live);
    (void)pthread_mutex_unlock(&live->mutex);
  }
  return NULL;
}

static bool open_socket(struct pl_gateway_live *live, const struct sockaddr_in *address) {
  const struct timeval wake = {.tv_usec = WAKE_US};
  live->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (live->socket < 0) return false;
  if (setsockopt(live->socket, SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof wake) == 0 &&
      bind(live->socket, (const struct sockaddr *)address, sizeof *address) == 0)
    return true;
  int error = errno;
  (void)close(live->socket);
  errno = error;
  return false;
}

/* Signals are for the thread that sends: they must end its sleep. */
static bool start(struct pl_gateway_live *live) {
  sigset_t all, before;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&live->thread, NULL, serve, live) == 0;
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

struct pl_gateway_live *pl_gateway_live_open(const struct pl_gateway_config *config,
                                             const struct sockaddr_in *address,
                                             pl_exchange_sink *sink, void *ctx) {
  struct pl_gateway_live *live = calloc(1, sizeof *live);
  if (live == NULL) return NULL;
  live->sink = sink;
  live->ctx = ctx;
  (void)pthread_mutex_init(&live->mutex, NULL);
  live->gateway = pl_gateway_open(config);
  if (live->gateway != NULL && open_socket(live, address)) {
    if (start(live)) return live;
    (void)close(live->socket);
  }
  pl_gateway_close(live->gateway);
  free(live);
  return NULL;
}

struct pl_gateway_counters pl_gateway_live_close(struct pl_gateway_live *live) {
  if (live == NULL) return (struct pl_gateway_counters){0};
  atomic_store_explicit(&live->over, true, memory_order_relaxed);
  (void)pthread_join(live->thread, NULL);
  (void)close(live->socket);
  struct pl_gateway_counters counters = *pl_gateway_counters(live->gateway);
  pl_gateway_close(live->gateway);
  (void)pthread_mutex_destroy(&live->mutex);
  free(live);
  return counters;
}

uint16_t pl_gateway_live_port(const struct pl_gateway_live *live) {
  struct sockaddr_in address = {0};
  socklen_t bytes = sizeof address;
  (void)getsockname(live->socket, (struct sockaddr *)&address, &bytes);
  return ntohs(address.sin_port);
}

/* Kept when it is sent and not before: the sink waits until a frame is due. */
bool pl_gateway_live_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_gateway_live *live = ctx;
  if (!live->sink(live->ctx, time_ns, frame, size)) return false;
  (void)pthread_mutex_lock(&live->mutex);
  pl_gateway_keep(live->gateway, frame, size);
  live->feed_ns = time_ns;
  (void)pthread_mutex_unlock(&live->mutex);
  return true;
}
