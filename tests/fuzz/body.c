#include "tests/fuzz/body.h"

#include "engine/base/check.h"
#include "engine/base/fixed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PIECE_HEAD_BYTES 3

bool pl_body_next(const uint8_t **data, size_t *left_bytes, struct pl_body_piece *ret_piece) {
  if (*left_bytes < PIECE_HEAD_BYTES) return false;
  const uint8_t *head = *data;
  uint32_t size_bytes = (uint32_t)head[1] | (uint32_t)head[2] << 8;
  *data += PIECE_HEAD_BYTES;
  *left_bytes -= PIECE_HEAD_BYTES;
  if (size_bytes > *left_bytes) size_bytes = (uint32_t)*left_bytes;
  uint8_t *bytes = malloc(size_bytes != 0 ? size_bytes : 1);
  PL_CHECK(bytes != NULL);
  memcpy(bytes, *data, size_bytes);
  *data += size_bytes;
  *left_bytes -= size_bytes;
  *ret_piece = (struct pl_body_piece){head[0], bytes, size_bytes};
  return true;
}

void pl_body_free(struct pl_body_piece *piece) {
  free(piece->bytes);
  piece->bytes = NULL;
}

/* Pages are given back rather than zeroed: few of a decoder's are touched by one input. */
struct pl_arena *pl_body_arena(size_t size_bytes) {
  static struct pl_arena arena;
  if (arena.base == NULL) {
    PL_CHECK(pl_arena_open(size_bytes, &arena) == PL_OK);
    (void)madvise(arena.base, arena.size_bytes, MADV_NOHUGEPAGE);
  }
  PL_CHECK(madvise(arena.base, arena.used_bytes, MADV_DONTNEED) == 0);
  arena.used_bytes = 0;
  return &arena;
}

static bool within(int64_t value, int64_t limit) {
  return value >= -limit && value <= limit;
}

static void check_event(const struct pl_event *event, uint32_t instrument_count) {
  PL_CHECK(event->type < PL_EV_TYPE_COUNT);
  PL_CHECK(event->type != PL_EV_NONE || event->flags & PL_EVF_EVENT_END);
  PL_CHECK(event->instrument < instrument_count || event->instrument == PL_INSTRUMENT_NONE);
  PL_CHECK(event->venue > PL_VENUE_NONE && event->venue < PL_VENUE_COUNT);
  if (event->type == PL_EV_INSTRUMENT)
    PL_CHECK(event->side < PL_KIND_COUNT);
  else
    PL_CHECK(event->side <= PL_SIDE_NONE);
  if (event->type == PL_EV_STATUS) PL_CHECK(event->aux < PL_COND_COUNT);
  if (event->type == PL_EV_LEVEL_SET) {
    PL_CHECK(within(event->price_e9, PL_PRICE_E9_MAX));
    PL_CHECK(event->qty_e8 >= 0 && event->qty_e8 <= PL_QTY_E8_MAX);
  }
  if (event->type == PL_EV_LEVEL_AT && event->side != PL_SIDE_NONE) {
    PL_CHECK(within(event->price_e9, PL_PRICE_E9_MAX));
    PL_CHECK(event->qty_e8 >= 0 && event->qty_e8 <= PL_QTY_E8_MAX);
    PL_CHECK(PL_LEVEL_AT_ACTION(event->aux) < PL_LEVEL_ACTION_COUNT);
    PL_CHECK(PL_LEVEL_AT_POSITION(event->aux) >= 1 && PL_LEVEL_AT_DEPTH_MAX(event->aux) >= 1);
  }
  if (event->type == PL_EV_ORDER_ADD || event->type == PL_EV_ORDER_REPLACE) {
    PL_CHECK(within(event->price_e9, PL_PRICE_E9_MAX));
    PL_CHECK(event->qty_e8 > 0 && event->qty_e8 <= PL_QTY_E8_MAX);
  }
  if (event->type >= PL_EV_ORDER_ADD && event->type <= PL_EV_ORDER_DELETE)
    PL_CHECK(event->flags & PL_EVF_ORDERS);
  if (event->type == PL_EV_MARK || event->type == PL_EV_INDEX)
    PL_CHECK(within(event->price_e9, PL_PRICE_E9_MAX));
  if (event->type == PL_EV_QUOTE) {
    int64_t ask_e9 = (int64_t)event->aux;
    PL_CHECK(event->price_e9 == PL_PRICE_NONE || within(event->price_e9, PL_PRICE_E9_MAX));
    PL_CHECK(ask_e9 == PL_PRICE_NONE || within(ask_e9, PL_PRICE_E9_MAX));
  }
}

void pl_body_check_batch(const struct pl_event *events, uint32_t count, uint64_t first_seq,
                         uint32_t instrument_count) {
  for (uint32_t i = 0; i < count; i++) {
    check_event(&events[i], instrument_count);
    PL_CHECK(i == 0 ? events[i].seq >= first_seq : events[i].seq == events[i - 1].seq + 1);
    PL_CHECK((events[i].flags & PL_EVF_FRAME_END) == 0 || i == count - 1);
  }
}
