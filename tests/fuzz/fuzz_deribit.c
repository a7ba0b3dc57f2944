/* Venue packets into the Deribit decoder: whatever judge passes, write turns into at most the
 * events that judge announced, all of them sane; what judge refuses changes nothing. */
#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "tests/fuzz/body.h"

#include <stdlib.h>
#include <string.h>

#define INSTRUMENTS 8
#define SEQ         UINT64_C(1000)

enum control { CONTROL_TORN = 1 }; /* a packet is missing before this one */

static void check_event_ends(const struct pl_event *events, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (events[i].flags & PL_EVF_EVENT_END)
      for (uint32_t later = i + 1; later < count; later++)
        PL_CHECK(events[later].instrument != events[i].instrument ||
                 events[i].instrument == PL_INSTRUMENT_NONE);
}

static void feed_packet(void *decoder, const struct pl_body_piece *piece) {
  struct pl_venue_head head;
  struct pl_venue_verdict verdict, again;
  if (pl_deribit_venue.head(piece->bytes, piece->size_bytes, &head) != PL_OK) return;
  PL_CHECK(head.channel_id < 65536 && head.home_channel_id < 65536);
  if (pl_deribit_venue.judge(piece->bytes, piece->size_bytes, &verdict) != PL_OK) return;
  PL_CHECK(verdict.messages <= PL_FRAME_MESSAGES_MAX && verdict.events_max <= PL_FRAME_EVENTS_MAX);
  struct pl_venue_context context = {
      .channel = head.channel_id % PL_CHANNELS_MAX,
      .home_channel = head.home_channel_id % PL_CHANNELS_MAX,
      .continuous = (piece->control & CONTROL_TORN) == 0,
      .seq = SEQ,
      .recv_ns = 1,
  };
  /* a heap block of exactly the announced size: one event too many is seen */
  struct pl_event *events = malloc(verdict.events_max * sizeof *events + 1);
  PL_CHECK(events != NULL);
  uint32_t count =
      pl_deribit_venue.write(decoder, piece->bytes, piece->size_bytes, &context, events);
  PL_CHECK(count <= verdict.events_max);
  pl_body_check_batch(events, count, SEQ, INSTRUMENTS);
  PL_CHECK(count == 0 || (events[0].seq == SEQ && events[count - 1].flags & PL_EVF_FRAME_END));
  check_event_ends(events, count);
  free(events);
  PL_CHECK(pl_deribit_venue.judge(piece->bytes, piece->size_bytes, &again) == PL_OK);
  PL_CHECK(again.messages == verdict.messages && again.events_max == verdict.events_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  struct pl_arena *arena =
      pl_body_arena(pl_directory_footprint(INSTRUMENTS) + pl_deribit_venue.footprint());
  struct pl_directory *directory = pl_directory_create(arena, INSTRUMENTS);
  void *decoder = pl_deribit_venue.create(arena, directory);
  struct pl_body_piece piece;
  while (pl_body_next(&data, &size_bytes, &piece)) {
    feed_packet(decoder, &piece);
    pl_body_free(&piece);
  }
  PL_CHECK(pl_directory_count(directory) <= INSTRUMENTS);
  return 0;
}
