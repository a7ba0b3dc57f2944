/* A feed handler, and frames made for it by the venue's own encoder. */
#ifndef TESTS_UNIT_DATAPLANE_FEED_WIRES_H
#define TESTS_UNIT_DATAPLANE_FEED_WIRES_H

#include "dataplane/feed/ethernet.h"
#include "dataplane/feed/feed.h"
#include "tests/venue/wire_deribit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND_NS   UINT64_C(1000000000)
#define SILENCE_NS  (5 * SECOND_NS)
#define START_NS    (UINT64_C(1700000000) * SECOND_NS)
#define EVENTS_MAX  20000u
#define INSTRUMENTS 600u

struct wires {
  struct pl_arena arena;
  struct pl_feed *feed;
  struct pl_wire_packet packet;
  uint8_t payload[9000], bytes[9216];
  uint32_t size_bytes; /* of the frame in bytes */
  uint64_t now_ns;
  struct pl_event events[EVENTS_MAX]; /* of the last frame or tick */
  uint32_t count;
};

static inline void wires_open(struct wires *wires) {
  const struct pl_venue *venue = pl_venue_find("deribit");
  memset(wires, 0, sizeof *wires);
  wires->now_ns = START_NS;
  assert_int_equal(pl_arena_open(pl_feed_footprint(venue, INSTRUMENTS), &wires->arena), PL_OK);
  wires->feed =
      pl_feed_create(&wires->arena, &(struct pl_feed_config){.venue = venue,
                                                             .instrument_count = INSTRUMENTS,
                                                             .silence_ns = SILENCE_NS});
  assert_true(wires->arena.used_bytes <= wires->arena.size_bytes);
}

/* The ledger closes at the end of every test: each frame ended under exactly one name. */
static inline void wires_close(struct wires *wires) {
  const struct pl_feed_counters *counters = pl_feed_counters(wires->feed);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += counters->outcomes[i];
  assert_int_equal(sum, counters->frames);
  pl_arena_close(&wires->arena);
}

static inline void wires_begin(struct wires *wires, uint16_t channel, uint32_t sequence) {
  assert_true(pl_wire_deribit_begin(&wires->packet, wires->payload, 1458, channel, sequence));
}

/* Wraps what was begun into a frame. */
static inline void wires_wrap(struct wires *wires) {
  const struct pl_ethernet_path path = {0x0a000001, 0xef6f6f01, 4000, 6100};
  size_t size = pl_wire_deribit_finish(&wires->packet);
  wires->size_bytes =
      (uint32_t)pl_ethernet_wrap(&path, 1, wires->payload, size, wires->bytes, sizeof wires->bytes);
  assert_true(wires->size_bytes > 0);
}

static inline enum pl_status wires_accept(struct wires *wires, enum pl_line_id line) {
  const struct pl_frame frame = {.data = wires->bytes,
                                 .size_bytes = wires->size_bytes,
                                 .line = line,
                                 .recv_ns = wires->now_ns};
  return pl_feed_accept(wires->feed, &frame, 7);
}

/* Takes all that is pending, on blocks of exactly the size announced. */
static inline void wires_drain(struct wires *wires) {
  wires->count = 0;
  for (uint32_t pending; (pending = pl_feed_pending(wires->feed)) > 0;) {
    assert_true(wires->count + pending <= EVENTS_MAX);
    uint32_t written = pl_feed_write(wires->feed, wires->events + wires->count);
    assert_true(written <= pending);
    wires->count += written;
  }
}

/* Sends what was begun on line A and takes its events. */
static inline enum pl_status wires_send(struct wires *wires) {
  wires_wrap(wires);
  enum pl_status status = wires_accept(wires, PL_LINE_A);
  wires_drain(wires);
  return status;
}

static inline void wires_tick(struct wires *wires, uint64_t later_ns) {
  wires->now_ns += later_ns;
  pl_feed_tick(wires->feed, wires->now_ns);
  wires_drain(wires);
}

/* One ticker of an instrument in a packet of its own. */
static inline enum pl_status wires_ticker(struct wires *wires, uint16_t channel, uint32_t sequence,
                                          uint32_t instrument) {
  const struct pl_wire_ticker ticker = {
      .instrument_id = instrument, .state = 1, .timestamp_ms = wires->now_ns / 1000000};
  wires_begin(wires, channel, sequence);
  assert_true(pl_wire_deribit_ticker(&wires->packet, &ticker));
  return wires_send(wires);
}

/* How many status events of a condition the last batch holds for a venue instrument. */
static inline uint32_t wires_told(const struct wires *wires, uint32_t instrument,
                                  enum pl_condition condition) {
  uint32_t told = 0;
  for (uint32_t i = 0; i < wires->count; i++) {
    const struct pl_event *event = &wires->events[i];
    if (event->type != PL_EV_STATUS || event->aux != condition) continue;
    told += pl_directory_entry(pl_feed_directory(wires->feed), event->instrument)->venue_id ==
            instrument;
  }
  return told;
}

#endif
