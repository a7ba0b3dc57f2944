#include "tests/bench/input.h"

#include "dataplane/feed/udp.h"
#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"

#include <stdlib.h>
#include <string.h>

size_t pl_input_feed_footprint(void) {
  return pl_feed_footprint(&pl_deribit_venue, PL_INPUT_INSTRUMENTS);
}

struct pl_feed *pl_input_feed(struct pl_arena *arena) {
  struct pl_policy policy;
  pl_policy_default(&policy);
  return pl_feed_create(arena, &(struct pl_feed_config){.venue = &pl_deribit_venue,
                                                        .instrument_count = PL_INPUT_INSTRUMENTS,
                                                        .silence_ns = policy.silence_ns,
                                                        .gap_wait_ns = policy.gap_wait_ns});
}

uint32_t pl_input_play(struct pl_feed *feed, const struct pl_frames *frames,
                       struct pl_event *scratch, struct pl_event *ret_events) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < frames->count; i++) {
    (void)pl_feed_accept(feed, &frames->frames[i], 0);
    while (pl_feed_pending(feed) > 0) {
      uint32_t count = pl_feed_write(feed, scratch);
      if (ret_events != NULL) memcpy(ret_events + total, scratch, count * sizeof *scratch);
      total += count;
    }
  }
  return total;
}

static void take_events(struct pl_input *input) {
  struct pl_arena arena;
  size_t scratch_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  size_t bytes = 2 * pl_input_feed_footprint() + pl_arena_round(scratch_bytes);
  PL_CHECK(pl_arena_open(bytes, &arena) == PL_OK);
  struct pl_event *scratch = pl_arena_take(&arena, scratch_bytes);
  input->event_count = pl_input_play(pl_input_feed(&arena), &input->frames, scratch, NULL);
  input->events = malloc(input->event_count * sizeof *input->events + 1);
  PL_CHECK(input->events != NULL);
  (void)pl_input_play(pl_input_feed(&arena), &input->frames, scratch, input->events);
  pl_arena_close(&arena);
}

/* Dense channel numbers in order of appearance, as the line table gives them out. */
static uint32_t channel_of(uint32_t *ids, uint32_t *count, uint32_t id) {
  for (uint32_t i = 0; i < *count; i++)
    if (ids[i] == id) return i;
  PL_CHECK(*count < PL_CHANNELS_MAX);
  ids[*count] = id;
  return (*count)++;
}

static void take_packets(struct pl_input *input) {
  uint32_t ids[PL_CHANNELS_MAX], count = 0;
  input->packets = malloc(input->frames.count * sizeof *input->packets + 1);
  PL_CHECK(input->packets != NULL);
  for (uint32_t i = 0; i < input->frames.count; i++) {
    const struct pl_frame *frame = &input->frames.frames[i];
    struct pl_packet packet;
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    if (pl_udp_parse(frame->data, frame->size_bytes, &packet) != PL_OK ||
        pl_deribit_venue.head(&packet, &head) != PL_OK ||
        pl_deribit_venue.judge(&packet, &verdict) != PL_OK)
      continue;
    input->packets[input->packet_count++] = (struct pl_input_packet){
        .packet = packet,
        .context = {.channel = channel_of(ids, &count, head.channel_id),
                    .home_channel = channel_of(ids, &count, head.home_channel_id),
                    .recovery = head.recovery,
                    .continuous = true,
                    .seq = (uint64_t)i * PL_EVENTS_PER_FRAME,
                    .recv_ns = frame->recv_ns},
    };
    input->messages += verdict.messages;
    input->payload_bytes += packet.size_bytes;
  }
}

void pl_input_exchange(struct pl_input *ret_input, uint64_t seed, uint32_t seconds,
                       uint32_t updates_per_s) {
  *ret_input = (struct pl_input){0};
  pl_frames_exchange(&ret_input->frames, seed, seconds, updates_per_s);
  take_packets(ret_input);
  take_events(ret_input);
}

bool pl_input_capture(struct pl_input *ret_input, const char *path) {
  *ret_input = (struct pl_input){0};
  if (!pl_frames_read(&ret_input->frames, path)) return false;
  take_packets(ret_input);
  take_events(ret_input);
  return true;
}

void pl_input_free(struct pl_input *input) {
  pl_frames_free(&input->frames);
  free(input->packets);
  free(input->events);
  *input = (struct pl_input){0};
}
