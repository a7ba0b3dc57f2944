#include "tests/latency/stages_packets.h"

#include "dataplane/feed/udp.h"
#include "engine/base/check.h"

#include <stdlib.h>

#define PACKET_MESSAGES 12

static bool keep(void *context, uint64_t time_ns, const uint8_t *frame, size_t size_bytes) {
  struct pl_stages_packets *packets = context;
  pl_frames_add(&packets->frames, frame, (uint32_t)size_bytes, time_ns);
  return true;
}

void pl_stages_packets_open(struct pl_stages_packets *ret_packets, const char *venue,
                            uint32_t instruments, const struct pl_day_config *day) {
  size_t scratch_bytes = PL_FRAME_EVENTS_MAX * sizeof *ret_packets->scratch;
  struct pl_arena arena; /* open until the program ends */
  *ret_packets = (struct pl_stages_packets){.venue = pl_venue_find(venue)};
  PL_CHECK(pl_arena_open(pl_directory_footprint(instruments) + ret_packets->venue->footprint() +
                             scratch_bytes,
                         &arena) == PL_OK);
  ret_packets->decoder =
      ret_packets->venue->create(&arena, pl_directory_create(&arena, instruments));
  ret_packets->scratch = pl_arena_take(&arena, scratch_bytes);
  if (day == NULL) return;
  const struct pl_load_config config = {
      .wire = pl_load_wire_find(venue), .day = *day, .packet_messages = PACKET_MESSAGES};
  ret_packets->load = pl_load_open(&config, keep, ret_packets);
  PL_CHECK(ret_packets->load != NULL);
}

void pl_stages_packets_seal(struct pl_stages_packets *packets) {
  struct pl_frames *frames = &packets->frames;
  pl_frames_seal(frames);
  free(packets->packets);
  packets->packets = calloc(frames->count, sizeof *packets->packets);
  PL_CHECK(packets->packets != NULL);
  for (uint32_t i = 0; i < frames->count; i++)
    PL_CHECK(pl_udp_parse(frames->frames[i].data, frames->frames[i].size_bytes,
                          &packets->packets[i]) == PL_OK);
}

void pl_stages_packets_next(struct pl_stages_packets *packets, uint32_t messages) {
  pl_frames_free(&packets->frames);
  packets->frames = (struct pl_frames){0};
  PL_CHECK(pl_load_run(packets->load, messages) != 0);
  pl_stages_packets_seal(packets);
}

uint64_t pl_stages_packets_decode(struct pl_stages_packets *packets, struct pl_event *events) {
  const struct pl_venue *venue = packets->venue;
  uint64_t messages = 0;
  for (uint32_t i = 0; i < packets->frames.count; i++) {
    const struct pl_packet *packet = &packets->packets[i];
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    PL_CHECK(venue->head(packet, &head) == PL_OK && venue->judge(packet, &verdict) == PL_OK);
    const struct pl_venue_context context = {.continuous = true,
                                             .whole = true,
                                             .packet_seq = head.seq,
                                             .seq = packets->written * PL_EVENTS_PER_FRAME,
                                             .recv_ns = packets->frames.frames[i].recv_ns};
    uint32_t count = venue->write(packets->decoder, packet, &context,
                                  events == NULL ? packets->scratch : events);
    if (events != NULL) events += count;
    packets->written += count;
    messages += verdict.messages;
  }
  return messages;
}
