/* A venue's decoder outside the feed, and the events that packets became. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_DECODER_H
#define TESTS_UNIT_DATAPLANE_VENUE_DECODER_H

#include "dataplane/venue/venue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECV_NS UINT64_C(1700000000000000055)

struct decoder {
  struct pl_arena arena;
  const struct pl_venue *venue;
  struct pl_directory *directory;
  void *state;
  struct pl_venue_head head;                   /* of the last packet that had a good one */
  struct pl_event events[PL_FRAME_EVENTS_MAX]; /* of the last packet */
  uint32_t count;
  uint64_t seq; /* of the next event */
};

/* Where a packet stands; all zero is the next packet of an incremental channel joined late. */
struct decoder_place {
  uint32_t channel, home; /* dense indices */
  bool recovery, broken, whole;
  uint32_t group_ipv4;
  uint16_t port;
};

static inline void decoder_open(struct decoder *decoder, const char *venue, uint32_t instruments) {
  memset(decoder, 0, sizeof *decoder);
  decoder->venue = pl_venue_find(venue);
  assert_non_null(decoder->venue);
  size_t room = decoder->venue->footprint() + pl_directory_footprint(instruments);
  assert_int_equal(pl_arena_open(room, &decoder->arena), PL_OK);
  decoder->directory = pl_directory_create(&decoder->arena, instruments);
  decoder->state = decoder->venue->create(&decoder->arena, decoder->directory);
  decoder->seq = 1000;
}

static inline void decoder_close(struct decoder *decoder) {
  pl_arena_close(&decoder->arena);
}

/* Judges bytes as they are and, when they pass, writes their events: both on heap blocks of exactly
 * the size that they may use. What is refused leaves no events. */
static inline enum pl_status decoder_take(struct decoder *decoder, const uint8_t *bytes,
                                          size_t size, const struct decoder_place *place) {
  struct pl_venue_verdict verdict;
  uint8_t *exact = malloc(size != 0 ? size : 1);
  assert_non_null(exact);
  memcpy(exact, bytes, size);
  decoder->count = 0;
  const struct pl_packet packet = {exact, (uint32_t)size, place->group_ipv4, place->port};
  enum pl_status status = decoder->venue->head(&packet, &decoder->head);
  if (status == PL_OK) status = decoder->venue->judge(&packet, &verdict);
  if (status == PL_OK) {
    struct pl_event *events = calloc(verdict.events_max + 1u, sizeof *events);
    const struct pl_venue_context context = {.channel = place->channel,
                                             .home_channel = place->home,
                                             .recovery = place->recovery,
                                             .continuous = !place->broken,
                                             .whole = place->whole,
                                             .packet_seq = decoder->head.seq,
                                             .seq = decoder->seq,
                                             .recv_ns = RECV_NS};
    assert_non_null(events);
    assert_true(verdict.events_max <= PL_FRAME_EVENTS_MAX);
    decoder->count = decoder->venue->write(decoder->state, &packet, &context, events);
    assert_true(decoder->count <= verdict.events_max);
    memcpy(decoder->events, events, decoder->count * sizeof *events);
    decoder->seq += decoder->count;
    free(events);
  }
  free(exact);
  return status;
}

/* The last packet's events, field by field. Sequence, receive time and venue follow by rule. */
static inline void decoder_expect(const struct decoder *decoder, const struct pl_event *expected,
                                  uint32_t count) {
  assert_int_equal(decoder->count, count);
  for (uint32_t i = 0; i < count; i++) {
    struct pl_event wanted = expected[i];
    wanted.seq = decoder->seq - decoder->count + i;
    wanted.recv_ns = RECV_NS;
    wanted.venue = (uint8_t)decoder->venue->id;
    assert_memory_equal(&decoder->events[i], &wanted, sizeof wanted);
  }
}

static inline struct pl_instrument *decoder_entry(struct decoder *decoder, uint64_t venue_id) {
  for (uint32_t i = 0; i < pl_directory_count(decoder->directory); i++) {
    struct pl_instrument *entry = pl_directory_entry(decoder->directory, i);
    if (entry->venue_id == venue_id) return entry;
  }
  fail_msg("no instrument %llu", (unsigned long long)venue_id);
  return NULL;
}

#endif
