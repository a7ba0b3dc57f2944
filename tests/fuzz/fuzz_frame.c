/* Ethernet frames into the feed handler, several of them, on both lines, with pauses and with
 * packets given up for want of room: every frame ends in exactly one place, and what comes out is
 * sane and in order. */
#include "dataplane/feed/feed.h"
#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "tests/fuzz/body.h"

#include <stdlib.h>

#define INSTRUMENTS 8
#define SILENCE_NS  UINT64_C(5000000000)
#define FRAME_NS    UINT64_C(1000000)
#define FIRST_NS    UINT64_C(1793577600000000000)

enum control {
  CONTROL_LINE_B = 1,
  CONTROL_PAUSE = 2,    /* nothing for longer than the silence limit, then the frame */
  CONTROL_NO_ROOM = 4,  /* the ring is full: the packet is abandoned */
  CONTROL_OVERSIZE = 8, /* the port could not hold it */
  CONTROL_BACK = 16,    /* the receive clock steps back */
};

struct run {
  struct pl_feed *feed;
  uint64_t now_ns, next_seq;
};

static void take_pending(struct run *run) {
  uint32_t pending, rounds = 0;
  while ((pending = pl_feed_pending(run->feed)) > 0) {
    PL_CHECK(pending <= PL_FRAME_EVENTS_MAX && rounds++ <= 64 * PL_CHANNELS_MAX);
    struct pl_event *events = malloc(pending * sizeof *events);
    PL_CHECK(events != NULL);
    uint32_t count = pl_feed_write(run->feed, events);
    PL_CHECK(count <= pending);
    pl_body_check_batch(events, count, run->next_seq, INSTRUMENTS);
    if (count != 0) run->next_seq = events[count - 1].seq + 1;
    free(events);
  }
}

static void feed_frame(struct run *run, const struct pl_body_piece *piece) {
  if (piece->control & CONTROL_PAUSE) {
    run->now_ns += 2 * SILENCE_NS;
    pl_feed_tick(run->feed, run->now_ns);
    take_pending(run);
  }
  run->now_ns += FRAME_NS;
  if (piece->control & CONTROL_BACK) run->now_ns -= 3 * SILENCE_NS;
  struct pl_frame frame = {
      .data = piece->control & CONTROL_OVERSIZE ? NULL : piece->bytes,
      .size_bytes = piece->size_bytes,
      .line = piece->control & CONTROL_LINE_B ? PL_LINE_B : PL_LINE_A,
      .recv_ns = run->now_ns,
  };
  enum pl_status status = pl_feed_accept(run->feed, &frame, 0);
  PL_CHECK(status < PL_STATUS_COUNT && status != PL_E_RING_FULL);
  if (piece->control & CONTROL_NO_ROOM) pl_feed_abandon(run->feed);
  take_pending(run);
}

static void check_ledger(const struct pl_feed *feed, uint64_t frames) {
  const struct pl_feed_counters *counters = pl_feed_counters(feed);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += counters->outcomes[i];
  PL_CHECK(counters->frames == frames && sum == frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  struct pl_arena *arena = pl_body_arena(pl_feed_footprint(&pl_deribit_venue, INSTRUMENTS));
  const struct pl_feed_config config = {
      .venue = &pl_deribit_venue, .instrument_count = INSTRUMENTS, .silence_ns = SILENCE_NS};
  struct run run = {.feed = pl_feed_create(arena, &config), .now_ns = FIRST_NS};
  struct pl_body_piece piece;
  uint64_t frames = 0;
  for (; pl_body_next(&data, &size_bytes, &piece); frames++) {
    feed_frame(&run, &piece);
    pl_body_free(&piece);
  }
  check_ledger(run.feed, frames);
  return 0;
}
