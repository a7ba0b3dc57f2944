/* Sends frames on a network interface, paced by feed time against the monotonic clock. */
#ifndef PL_TESTS_VENUE_SINK_LIVE_H
#define PL_TESTS_VENUE_SINK_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_SINK_LIVE_BATCH     64u /* frames handed to the kernel at once */
#define PL_SINK_LIVE_FRAME_MAX 1514u
#define PL_SINK_LIVE_ERROR_MAX 320u

struct pl_sink_live {
  int socket;
  uint64_t feed_start_ns;      /* feed time that corresponds to ... */
  uint64_t monotonic_start_ns; /* ... this moment */
  uint32_t speed_permille;     /* feed time per real time; 1000 is real time */
  uint32_t queued;
  uint64_t frames, bytes;
  uint64_t full;             /* times the interface's queue was full and we waited */
  uint64_t down;             /* frames thrown away because the interface was down */
  struct pl_sink_live *peer; /* of the other line; NULL: there is none */
  bool failed;               /* `error` says why */
  char error[PL_SINK_LIVE_ERROR_MAX];
  size_t size[PL_SINK_LIVE_BATCH];
  uint8_t frame[PL_SINK_LIVE_BATCH][PL_SINK_LIVE_FRAME_MAX];
};

/* Opens a raw socket on the interface, which must be up (needs CAP_NET_RAW), and starts the clock.
 *   feed_start_ns   feed time of the first frame
 *   speed_permille  > 0
 * Returns false with sink->error set. */
bool pl_sink_live_open(struct pl_sink_live *sink, const char *interface, uint64_t feed_start_ns,
                       uint32_t speed_permille);

/* Makes two open sinks the two lines of one feed: one clock, and neither waits while the other has
 * frames to send. */
void pl_sink_live_join(struct pl_sink_live *a, struct pl_sink_live *b);

/* A pl_exchange_sink; ctx is the struct pl_sink_live. Waits until the frame is due; frames due
 * within 50 us of each other leave together. An interface that goes down loses its frames until it
 * comes up again, as a link does. Returns false after an error or when asked to stop. */
bool pl_sink_live_send(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

/* Asks every live sink of the process to stop; safe in a signal handler. */
void pl_sink_live_stop(void);

/* Sends what is queued and closes. Returns false with sink->error set when a frame was not sent. */
bool pl_sink_live_close(struct pl_sink_live *sink);

#endif
