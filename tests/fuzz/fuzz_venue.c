/* Packets into one venue's decoder, PL_FUZZ_VENUE: whatever judge passes, write turns into at most
 * the events that judge announced, all of them sane; what judge refuses changes nothing. */
#include "dataplane/venue/venue.h"
#include "engine/base/check.h"
#include "tests/fuzz/body.h"

#include <stdlib.h>
#include <string.h>

#define INSTRUMENTS  8
#define RETRY_NS_MAX UINT64_C(10000000000)

/* Channel ids onto the few that there are; not by a power of two, which would put a snapshot
 * channel (Starbase: 65536 above) onto the one that it serves. */
#define CHANNELS (PL_CHANNELS_MAX - 1)

/* Bits of a piece's control byte. */
enum control {
  CONTROL_TORN = 1,  /* a packet is missing before this one */
  CONTROL_WHOLE = 2, /* the run was followed from its beginning */
};

/* Deribit: an instrument's event ends once a packet. Its closing, when its id goes to another
 * contract, is an event of its own. */
static void check_event_ends(const struct pl_event *events, uint32_t count) {
  bool ended[INSTRUMENTS] = {false};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t instrument = events[i].instrument;
    if ((events[i].flags & PL_EVF_EVENT_END) == 0 || instrument == PL_INSTRUMENT_NONE) continue;
    bool closing = events[i].type == PL_EV_STATUS && events[i].aux == PL_COND_CLOSED;
    PL_CHECK(!ended[instrument] || closing);
    ended[instrument] = true;
  }
}

/* What says no is no packet of the feed, and names a channel and a time that can be. */
static void check_reject(const struct pl_venue *venue, const struct pl_packet *packet) {
  struct pl_venue_reject reject;
  struct pl_venue_head head;
  if (venue->resend.rejects == NULL || !venue->resend.rejects(packet, &reject)) return;
  PL_CHECK(venue->head(packet, &head) == PL_E_PACKET_HEADER);
  PL_CHECK(reject.channel_id < PL_CHANNEL_IDS);
  PL_CHECK(reject.try_again ? reject.retry_ns >= 1 : reject.retry_ns == 0);
  PL_CHECK(reject.retry_ns <= RETRY_NS_MAX);
}

static void feed_packet(const struct pl_venue *venue, void *decoder,
                        const struct pl_body_piece *piece, uint64_t seq) {
  struct pl_venue_head head;
  struct pl_venue_verdict verdict, again;
  const struct pl_packet packet = {.data = piece->bytes, .size_bytes = (uint32_t)piece->size_bytes};
  check_reject(venue, &packet);
  if (venue->head(&packet, &head) != PL_OK) return;
  PL_CHECK(head.channel_id < PL_CHANNEL_IDS && head.home_channel_id < PL_CHANNEL_IDS);
  if (venue->judge(&packet, &verdict) != PL_OK) return;
  PL_CHECK(verdict.messages <= PL_FRAME_MESSAGES_MAX && verdict.events_max <= PL_FRAME_EVENTS_MAX);
  struct pl_venue_context context = {
      .channel = head.channel_id % CHANNELS,
      .home_channel = head.home_channel_id % CHANNELS,
      .recovery = head.recovery,
      .continuous = (piece->control & CONTROL_TORN) == 0,
      .whole = (piece->control & CONTROL_WHOLE) != 0,
      .packet_seq = head.seq,
      .seq = seq,
      .recv_ns = 1,
  };
  /* a heap block of exactly the announced size: one event too many is seen */
  struct pl_event *events = malloc(verdict.events_max * sizeof *events + 1);
  PL_CHECK(events != NULL);
  uint32_t count = venue->write(decoder, &packet, &context, events);
  PL_CHECK(count <= verdict.events_max);
  pl_body_check_batch(events, count, seq, INSTRUMENTS);
  PL_CHECK(count == 0 || (events[0].seq == seq && events[count - 1].flags & PL_EVF_FRAME_END));
  if (venue->id == PL_VENUE_DERIBIT) check_event_ends(events, count);
  free(events);
  PL_CHECK(venue->judge(&packet, &again) == PL_OK);
  PL_CHECK(again.messages == verdict.messages && again.events_max == verdict.events_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  const struct pl_venue *venue = pl_venue_find(PL_FUZZ_VENUE);
  PL_CHECK(venue != NULL);
  struct pl_arena *arena = pl_body_arena(pl_directory_footprint(INSTRUMENTS) + venue->footprint());
  struct pl_directory *directory = pl_directory_create(arena, INSTRUMENTS);
  void *decoder = venue->create(arena, directory);
  struct pl_body_piece piece;
  for (uint64_t frame = 1; pl_body_next(&data, &size_bytes, &piece); frame++) {
    feed_packet(venue, decoder, &piece, frame * PL_EVENTS_PER_FRAME);
    pl_body_free(&piece);
  }
  PL_CHECK(pl_directory_count(directory) <= INSTRUMENTS);
  return 0;
}
