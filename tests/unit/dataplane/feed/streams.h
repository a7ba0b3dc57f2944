/* One stream of units on the wire of several venues, cut into packets as a test likes, and a feed
 * handler that takes them from two lines. What comes out is kept in one list; told in short it is a
 * letter for what happened to the channel and the number of the unit for its first event. */
#ifndef TESTS_UNIT_DATAPLANE_FEED_STREAMS_H
#define TESTS_UNIT_DATAPLANE_FEED_STREAMS_H

#include "dataplane/feed/ethernet.h"
#include "dataplane/feed/feed.h"
#include "tests/venue/wire_deep.h"
#include "tests/venue/wire_deribit.h"
#include "tests/venue/wire_itch.h"
#include "tests/venue/wire_starbase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND_NS      UINT64_C(1000000000)
#define START_NS       (UINT64_C(1700000000) * SECOND_NS)
#define SILENCE_NS     (5 * SECOND_NS)
#define GAP_WAIT_NS    UINT64_C(2000000)
#define RESEND_WAIT_NS UINT64_C(50000000)
#define EVENTS_MAX     4096u
#define INSTRUMENTS    16u
#define CHANNEL        7u
#define GROUP_IPV4     0xef6f6f01u
#define PORT           6100u

/* Writes units [from, from + count) as the payload of one packet; returns its size. The first unit
 * is 1 and names the instrument; a unit's price or order is its number. */
typedef size_t stream_maker(uint8_t *bytes, size_t capacity, uint64_t from, uint32_t count);

static inline size_t stream_itch(uint8_t *bytes, size_t capacity, uint64_t from, uint32_t count) {
  struct pl_wire_itch packet;
  assert_true(pl_wire_itch_begin(&packet, bytes, capacity, "000010059B", from));
  for (uint64_t unit = from; unit < from + count; unit++) {
    const struct pl_wire_itch_head head = {1, 1, 34200 * SECOND_NS + unit};
    if (unit == 1)
      assert_true(pl_wire_itch_directory(
          &packet, &(struct pl_wire_itch_directory){head, "A", 'Q', 'N', 'P', 100}));
    else if (unit % 4 != 0)
      assert_true(pl_wire_itch_add(
          &packet, &(struct pl_wire_itch_add){head, unit, 'B', 100, "A", (uint32_t)unit, NULL}));
    else
      assert_true(pl_wire_itch_execution(
          &packet, &(struct pl_wire_itch_execution){head, unit - 1, 10, unit, 0, 0}));
  }
  return pl_wire_itch_finish(&packet);
}

static inline size_t stream_deep(uint8_t *bytes, size_t capacity, uint64_t from, uint32_t count) {
  struct pl_wire_deep packet;
  const struct pl_wire_deep_head head = {CHANNEL, 7, 1000, from, START_NS};
  assert_true(pl_wire_deep_begin(&packet, bytes, capacity, &head));
  for (uint64_t unit = from; unit < from + count; unit++) {
    const struct pl_wire_deep_level level = {
        {unit % 3 != 0, START_NS + unit, "A"}, 100, (int64_t)unit};
    assert_true(pl_wire_deep_level(&packet, '8', &level));
  }
  return pl_wire_deep_finish(&packet);
}

static inline size_t stream_starbase(uint8_t *bytes, size_t capacity, uint64_t from,
                                     uint32_t count) {
  static const struct pl_star_mark mark = {PL_STAR_WHOLE, (int64_t)START_NS};
  struct pl_star_packet packet;
  const struct pl_star_head head = {(int64_t)START_NS, (int64_t)from, CHANNEL, PL_STAR_INCREMENTAL};
  assert_true(pl_wire_starbase_begin(&packet, bytes, capacity, &head));
  for (uint64_t unit = from; unit < from + count; unit++) {
    const struct pl_star_instrument instrument = {.instrument_id = 5,
                                                  .name = "A",
                                                  .underlying = "",
                                                  .quantity_asset = "USD",
                                                  .price_asset = "USD",
                                                  .expiry_ns = PL_STAR_NULL,
                                                  .strike_e9 = PL_STAR_NULL,
                                                  .tick_e9 = 1000000000};
    const struct pl_star_put put = {(int64_t)unit, 5, 10, (int64_t)unit * 1000000000, 0, 0};
    if (unit == 1)
      assert_true(pl_wire_starbase_instrument(&packet, &mark, &instrument));
    else
      assert_true(pl_wire_starbase_put(&packet, &mark, &put));
  }
  return pl_wire_starbase_finish(&packet);
}

/* Here a unit is a packet. */
static inline size_t stream_deribit_on(uint16_t channel, uint8_t *bytes, size_t capacity,
                                       uint64_t unit) {
  struct pl_wire_packet packet;
  const struct pl_wire_ticker ticker = {.instrument_id = 10,
                                        .state = 1,
                                        .timestamp_ms = START_NS / 1000000 + unit,
                                        .mark_price = (double)unit};
  assert_true(pl_wire_deribit_begin(&packet, bytes, capacity, channel, (uint32_t)unit));
  assert_true(pl_wire_deribit_ticker(&packet, &ticker));
  return pl_wire_deribit_finish(&packet);
}

static inline size_t stream_deribit(uint8_t *bytes, size_t capacity, uint64_t from,
                                    uint32_t count) {
  assert_int_equal(count, 1);
  return stream_deribit_on(CHANNEL, bytes, capacity, from);
}

static const struct stream_venue {
  const char *name;
  stream_maker *make;
  uint32_t units_max; /* in one packet */
} stream_venues[] = {
    {"deribit", stream_deribit, 1},
    {"itch", stream_itch, 8},
    {"deep", stream_deep, 8},
    {"starbase", stream_starbase, 8},
};
#define STREAM_VENUES   (sizeof stream_venues / sizeof stream_venues[0])
#define STREAM_DERIBIT  (&stream_venues[0])
#define STREAM_ITCH     (&stream_venues[1])
#define STREAM_STARBASE (&stream_venues[3])

struct stream {
  const struct stream_venue *venue;
  struct pl_arena arena;
  struct pl_feed *feed;
  uint64_t now_ns;
  uint8_t bytes[PL_ETHERNET_FRAME_MAX];
  uint32_t size_bytes; /* of the frame in bytes */
  struct pl_event events[EVENTS_MAX];
  uint32_t count;
};

static inline void stream_open_with(struct stream *stream, const struct stream_venue *venue,
                                    const struct pl_feed_config *config) {
  size_t room = pl_feed_footprint(config->venue, config->instrument_count);
  stream->venue = venue;
  stream->now_ns = START_NS;
  stream->count = 0;
  assert_int_equal(pl_arena_open(room, &stream->arena), PL_OK);
  stream->feed = pl_feed_create(&stream->arena, config);
}

static inline void stream_open(struct stream *stream, const struct stream_venue *venue) {
  const struct pl_feed_config config = {.venue = pl_venue_find(venue->name),
                                        .instrument_count = INSTRUMENTS,
                                        .silence_ns = SILENCE_NS,
                                        .gap_wait_ns = GAP_WAIT_NS,
                                        .resend_wait_ns = RESEND_WAIT_NS};
  stream_open_with(stream, venue, &config);
}

static inline uint64_t stream_outcome(const struct stream *stream, enum pl_status status) {
  return pl_feed_counters(stream->feed)->outcomes[status];
}

static inline const struct pl_channel *stream_channel(const struct stream *stream) {
  uint32_t count;
  return pl_line_channels(pl_feed_lines(stream->feed), &count);
}

/* The ledger closes, whatever happened. */
static inline void stream_close(struct stream *stream) {
  const struct pl_feed_counters *counters = pl_feed_counters(stream->feed);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += counters->outcomes[i];
  assert_int_equal(sum, counters->frames);
  pl_arena_close(&stream->arena);
}

/* Writes one batch, on exactly the room announced; false when there is none. */
static inline bool stream_write(struct stream *stream) {
  uint32_t pending = pl_feed_pending(stream->feed);
  if (pending == 0) return false;
  assert_true(stream->count + pending <= EVENTS_MAX);
  uint32_t written = pl_feed_write(stream->feed, stream->events + stream->count);
  assert_true(written <= pending);
  for (uint32_t i = 0; i < written; i++, stream->count++)
    assert_true(stream->count == 0 ||
                stream->events[stream->count].seq > stream->events[stream->count - 1].seq);
  return true;
}

static inline void stream_drain(struct stream *stream) {
  while (stream_write(stream)) continue;
}

/* A packet in a frame to a group; its events stay pending. */
static inline enum pl_status stream_accept_to(struct stream *stream, enum pl_line_id line,
                                              uint32_t group_ipv4, uint16_t port, size_t size) {
  const struct pl_ethernet_path path = {0x0a000001, group_ipv4, 4000, port};
  size = pl_ethernet_wrap(&path, 1, stream->bytes + PL_ETHERNET_OVERHEAD, size, stream->bytes,
                          sizeof stream->bytes);
  assert_true(size != 0);
  const struct pl_frame frame = {stream->bytes, (uint32_t)size, line, stream->now_ns};
  return pl_feed_accept(stream->feed, &frame, 0);
}

static inline size_t stream_make(struct stream *stream, uint64_t from, uint32_t count) {
  return stream->venue->make(stream->bytes + PL_ETHERNET_OVERHEAD,
                             sizeof stream->bytes - PL_ETHERNET_OVERHEAD, from, count);
}

static inline enum pl_status stream_accept(struct stream *stream, enum pl_line_id line,
                                           uint64_t from, uint32_t count) {
  return stream_accept_to(stream, line, GROUP_IPV4, PORT, stream_make(stream, from, count));
}

static inline enum pl_status stream_take(struct stream *stream, enum pl_line_id line, uint64_t from,
                                         uint32_t count) {
  enum pl_status status = stream_accept(stream, line, from, count);
  stream_drain(stream);
  return status;
}

static inline void stream_tick(struct stream *stream, uint64_t later_ns) {
  stream->now_ns += later_ns;
  pl_feed_tick(stream->feed, stream->now_ns);
  stream_drain(stream);
}

/* What came out since the last time, in short: G gap, W waiting, F filled, S silent, R resumed,
 * C cleared, and each Deribit packet by its mark price. */
static inline void stream_expect(struct stream *stream, const char *expected) {
  static const char letters[PL_COND_COUNT] = {[PL_COND_GAP] = 'G',
                                              [PL_COND_WAITING] = 'W',
                                              [PL_COND_FILLED] = 'F',
                                              [PL_COND_SILENT] = 'S',
                                              [PL_COND_RESUMED] = 'R'};
  char text[EVENTS_MAX] = "";
  size_t used = 0;
  for (uint32_t i = 0; i < stream->count && used < sizeof text - 24; i++) {
    const struct pl_event *event = &stream->events[i];
    bool stale = (event->flags & PL_EVF_STALE) != 0;
    if (event->type == PL_EV_STATUS && letters[event->aux] != 0) {
      text[used++] = letters[event->aux];
      assert_int_equal(stale, event->aux != PL_COND_FILLED && event->aux != PL_COND_RESUMED);
    }
    if (event->type == PL_EV_BOOK_CLEAR && stale) text[used++] = 'C';
    if (event->type == PL_EV_MARK)
      used += (size_t)snprintf(text + used, sizeof text - used, "%u",
                               (unsigned)(event->price_e9 / 1000000000));
    text[used] = '\0';
  }
  stream->count = 0;
  assert_string_equal(text, expected);
}

#endif
