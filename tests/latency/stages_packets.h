/* Packets of one venue and its decoder, for the stages of the venues whose days are generated. */
#ifndef TESTS_LATENCY_STAGES_PACKETS_H
#define TESTS_LATENCY_STAGES_PACKETS_H

#include "dataplane/venue/venue.h"
#include "tests/harness/harness.h"
#include "tests/venue/load.h"

struct pl_stages_packets {
  const struct pl_venue *venue;
  void *decoder;
  struct pl_event *scratch; /* [PL_FRAME_EVENTS_MAX] */
  struct pl_load *load;     /* NULL: the frames are made by hand */
  struct pl_frames frames;
  struct pl_packet *packets; /* of the frames */
  uint64_t written;          /* events so far */
};

/* pl_stages_packets_open makes a decoder with a directory of its own, and begins a day on the
 * venue's wire if there is one.
 *   day  NULL: none */
void pl_stages_packets_open(struct pl_stages_packets *ret_packets, const char *venue,
                            uint32_t instruments, const struct pl_day_config *day);

/* pl_stages_packets_next puts the day's next messages in the place of the frames. */
void pl_stages_packets_next(struct pl_stages_packets *packets, uint32_t messages);

/* pl_stages_packets_seal takes the packets out of the frames, after the last was added by hand. */
void pl_stages_packets_seal(struct pl_stages_packets *packets);

/* pl_stages_packets_decode runs head, judge and write over all frames.
 *   events  [so many as come] where they go one behind the other; NULL: nowhere
 *   returns messages */
uint64_t pl_stages_packets_decode(struct pl_stages_packets *packets, struct pl_event *events);

#endif
