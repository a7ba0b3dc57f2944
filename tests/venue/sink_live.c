#include "tests/venue/sink_live.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS      1000000000u
#define TOGETHER_NS    50000u
#define FULL_WAIT_NS   50000
#define FULL_TRIES_MAX 20000u /* one second of a full queue is an error */

static volatile sig_atomic_t stop_asked;

static bool fail(struct pl_sink_live *sink, const char *what) {
  if (!sink->failed) snprintf(sink->error, sizeof sink->error, "%s: %s", what, strerror(errno));
  sink->failed = true;
  return false;
}

static uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void pl_sink_live_stop(void) {
  stop_asked = 1;
}

static bool is_up(int socket, const char *interface) {
  struct ifreq request = {0};
  (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
  if (ioctl(socket, SIOCGIFFLAGS, &request) != 0) return false;
  errno = ENETDOWN;
  return (request.ifr_flags & IFF_UP) != 0;
}

bool pl_sink_live_open(struct pl_sink_live *sink, const char *interface, uint64_t feed_start_ns,
                       uint32_t speed_permille) {
  memset(sink, 0, sizeof *sink);
  sink->socket = -1;
  unsigned index = if_nametoindex(interface);
  if (index == 0) return fail(sink, "no such interface");
  /* protocol 0, here and in bind: the socket only sends, no received frame piles up on it */
  sink->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (sink->socket < 0) return fail(sink, "raw socket (needs CAP_NET_RAW)");
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)index};
  if (!is_up(sink->socket, interface) ||
      bind(sink->socket, (const struct sockaddr *)&address, sizeof address) != 0) {
    fail(sink, "interface");
    close(sink->socket);
    return false;
  }
  sink->speed_permille = speed_permille;
  sink->feed_start_ns = feed_start_ns;
  sink->monotonic_start_ns = monotonic_ns();
  return true;
}

void pl_sink_live_join(struct pl_sink_live *a, struct pl_sink_live *b) {
  b->monotonic_start_ns = a->monotonic_start_ns;
  a->peer = b;
  b->peer = a;
}

/* Hands up to the whole queue to the kernel. Returns the number of frames taken, -1 on error. */
static int send_some(struct pl_sink_live *sink, uint32_t first) {
  struct mmsghdr messages[PL_SINK_LIVE_BATCH];
  struct iovec parts[PL_SINK_LIVE_BATCH];
  uint32_t count = sink->queued - first;
  memset(messages, 0, sizeof messages);
  for (uint32_t i = 0; i < count; i++) {
    parts[i] = (struct iovec){.iov_base = sink->frame[first + i], .iov_len = sink->size[first + i]};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  return sendmmsg(sink->socket, messages, count, 0);
}

static bool flush(struct pl_sink_live *sink) {
  uint32_t first = 0, tries = 0;
  while (first < sink->queued) {
    int sent = send_some(sink, first);
    if (sent > 0) {
      for (int i = 0; i < sent; i++) sink->bytes += sink->size[first + (uint32_t)i];
      first += (uint32_t)sent;
      sink->frames += (uint64_t)sent;
      tries = 0;
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == ENETDOWN) {
      sink->down += sink->queued - first;
      break;
    }
    bool is_full = sent == 0 || errno == ENOBUFS || errno == EAGAIN;
    if (!is_full || ++tries > FULL_TRIES_MAX) {
      sink->queued = 0;
      return fail(sink, "send");
    }
    sink->full++;
    nanosleep(&(struct timespec){.tv_nsec = FULL_WAIT_NS}, NULL);
  }
  sink->queued = 0;
  return true;
}

static void wait_until(uint64_t monotonic_due_ns) {
  const struct timespec due = {.tv_sec = (time_t)(monotonic_due_ns / SECOND_NS),
                               .tv_nsec = (long)(monotonic_due_ns % SECOND_NS)};
  while (!stop_asked && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
  }
}

bool pl_sink_live_send(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_sink_live *sink = ctx;
  if (stop_asked || sink->failed || size > PL_SINK_LIVE_FRAME_MAX) return false;
  uint64_t feed_ns = time_ns - sink->feed_start_ns;
  /* microseconds: the product stays in 64 bits for centuries of feed time */
  uint64_t due_ns = sink->monotonic_start_ns + feed_ns / 1000 * 1000000 / sink->speed_permille;
  uint64_t now_ns = monotonic_ns();
  if (due_ns > now_ns + TOGETHER_NS) {
    if (!flush(sink) || (sink->peer != NULL && !flush(sink->peer))) return false;
    wait_until(due_ns);
  }
  memcpy(sink->frame[sink->queued], frame, size);
  sink->size[sink->queued++] = size;
  return sink->queued < PL_SINK_LIVE_BATCH || flush(sink);
}

bool pl_sink_live_close(struct pl_sink_live *sink) {
  if (!sink->failed) flush(sink);
  close(sink->socket);
  return !sink->failed;
}
