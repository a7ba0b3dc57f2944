/* Numbered frames, and what a line made of them. */
#ifndef PL_TESTS_UNIT_TESTS_VENUE_TRAVEL_H
#define PL_TESTS_UNIT_TESTS_VENUE_TRAVEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/feed/ethernet.h"
#include "tests/venue/impair.h"

#define TRAVEL_FRAMES_MAX  20000u
#define TRAVEL_OUT_MAX     (2 * TRAVEL_FRAMES_MAX)
#define TRAVEL_PAYLOAD     40u
#define TRAVEL_BYTES       (PL_ETHERNET_OVERHEAD + TRAVEL_PAYLOAD)
#define TRAVEL_STEP_NS     1000u
#define TRAVEL_START_NS    5000000u
#define TRAVEL_CHECKSUM_AT 40u

struct travel_frame {
  uint64_t time_ns;
  uint32_t index; /* from the source MAC, which nothing damages */
  uint32_t size;
  uint8_t bytes[TRAVEL_BYTES];
};

struct travel {
  uint32_t count, room; /* room: frames taken before the sink refuses */
  enum pl_impair_fate fates[TRAVEL_FRAMES_MAX];
  struct pl_impair_counters counters;
  struct travel_frame out[TRAVEL_OUT_MAX];
};

static inline uint64_t travel_time_ns(uint32_t index) {
  return TRAVEL_START_NS + (uint64_t)index * TRAVEL_STEP_NS;
}

/* Writes frame number `index`, TRAVEL_BYTES bytes. */
static inline void travel_make(uint32_t index, uint8_t *frame) {
  static const struct pl_ethernet_path path = {0x0a000001, 0xef000001, 1000, 2000};
  uint8_t payload[TRAVEL_PAYLOAD];
  for (uint32_t i = 0; i < TRAVEL_PAYLOAD; i++) payload[i] = (uint8_t)(index * 7 + i);
  assert_int_equal(
      pl_ethernet_wrap(&path, (uint16_t)index, payload, sizeof payload, frame, TRAVEL_BYTES),
      TRAVEL_BYTES);
  memcpy(frame + 6, &index, sizeof index);
}

/* A pl_exchange_sink; ctx is a struct travel. */
static inline bool travel_take(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct travel *travel = ctx;
  if (travel->count == travel->room) return false;
  assert_in_range(size, 14, TRAVEL_BYTES);
  struct travel_frame *out = &travel->out[travel->count];
  if (travel->count > 0) assert_true(time_ns >= out[-1].time_ns); /* never goes back */
  *out = (struct travel_frame){.time_ns = time_ns, .size = (uint32_t)size};
  memcpy(&out->index, frame + 6, sizeof out->index);
  memcpy(out->bytes, frame, size);
  travel->count++;
  return true;
}

static inline void travel_begin(struct travel *travel) {
  memset(travel, 0, sizeof *travel);
  travel->room = TRAVEL_OUT_MAX;
}

/* Lets so many frames travel on a line; the ledger must close. */
static inline void travel_run(struct travel *travel, const struct pl_impair_config *config,
                              enum pl_line_id line, uint32_t frames) {
  travel_begin(travel);
  struct pl_impair *impair = pl_impair_open(config, line, travel_take, travel);
  assert_non_null(impair);
  for (uint32_t i = 0; i < frames; i++) {
    uint8_t frame[TRAVEL_BYTES];
    travel_make(i, frame);
    assert_true(pl_impair_push(impair, travel_time_ns(i), frame, sizeof frame, &travel->fates[i]));
  }
  assert_true(pl_impair_flush(impair));
  travel->counters = *pl_impair_counters(impair);
  pl_impair_close(impair);
  const struct pl_impair_counters *c = &travel->counters;
  assert_int_equal(c->frames, frames);
  assert_int_equal(c->frames_out, travel->count);
  assert_int_equal(c->frames, c->lost + c->lost_burst + c->lost_both + c->frames_out - c->copies);
}

/* Whether what came out is the frame as it went in. */
static inline bool travel_is_whole(const struct travel_frame *frame) {
  uint8_t clean[TRAVEL_BYTES];
  travel_make(frame->index, clean);
  return frame->size == TRAVEL_BYTES && memcmp(frame->bytes, clean, sizeof clean) == 0;
}

#endif
