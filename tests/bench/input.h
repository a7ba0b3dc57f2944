/* What the single-thread benchmarks and the instruction counts run over: frames of the simulated
 * exchange or of a capture, taken apart once so that each stage can be measured alone. */
#ifndef TESTS_BENCH_INPUT_H
#define TESTS_BENCH_INPUT_H

#include "tests/harness/harness.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_INPUT_INSTRUMENTS 128 /* directory size; the exchange and the samples list fewer */

/* A UDP payload that was judged good, with what writing it needs. */
struct pl_input_packet {
  struct pl_packet packet;
  struct pl_venue_context context;
};

struct pl_input {
  struct pl_frames frames;
  struct pl_input_packet *packets; /* [packet_count] */
  struct pl_event *events;         /* [event_count] as the feed made them */
  uint64_t messages, payload_bytes;
  uint32_t packet_count, event_count;
};

/* pl_input_exchange takes in so many seconds of the simulated exchange. pl_input_capture takes in a
 * file; false when it cannot be read. Out of memory ends the program. */
void pl_input_exchange(struct pl_input *ret_input, uint64_t seed, uint32_t seconds,
                       uint32_t updates_per_s);
bool pl_input_capture(struct pl_input *ret_input, const char *path);

void pl_input_free(struct pl_input *input);

/* pl_input_feed takes a feed handler for Deribit from an arena; PL_INPUT_INSTRUMENTS entries. */
struct pl_feed *pl_input_feed(struct pl_arena *arena);
size_t pl_input_feed_footprint(void);

/* pl_input_play runs all frames through a fresh feed handler into a scratch of PL_FRAME_EVENTS_MAX
 * events; ret_events may be NULL, else all events are kept there. Returns how many there were. */
uint32_t pl_input_play(struct pl_feed *feed, const struct pl_frames *frames,
                       struct pl_event *scratch, struct pl_event *ret_events);

#endif
