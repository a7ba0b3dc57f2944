#include "control/daemon/capture_tap.h"

#include <string.h>

/* An order in one word, so that it is taken whole: the snap length, the lines, whether drops alone,
 * whether on; above them a number that no other order has, so that one the producer has never seen
 * is not taken for the one after it. */
#define LINES_SHIFT  16
#define LINES_BITS   8
#define DROPS_SHIFT  24
#define NUMBER_SHIFT 32

_Static_assert(PL_FRAME_BYTES_MAX < 1 << LINES_SHIFT, "fits the word");
_Static_assert(PL_LINE_COUNT <= LINES_BITS, "fits the word");

size_t pl_capture_tap_footprint(uint64_t slot_count) {
  return pl_arena_round(sizeof(struct pl_capture_tap)) + pl_ring_footprint(slot_count);
}

struct pl_capture_tap *pl_capture_tap_create(struct pl_arena *arena, uint64_t slot_count) {
  struct pl_capture_tap *tap = pl_arena_take(arena, sizeof *tap);
  tap->ring = pl_ring_create(arena, slot_count);
  return tap;
}

static uint64_t pack(const struct pl_capture_order *order) {
  if (order == NULL) return 0;
  PL_CHECK(order->snap_bytes >= 1 && order->snap_bytes <= PL_FRAME_BYTES_MAX);
  PL_CHECK(order->lines < 1u << PL_LINE_COUNT);
  return PL_CAPTURE_TAP_ON | (uint64_t)order->drops << DROPS_SHIFT |
         (uint64_t)order->lines << LINES_SHIFT | order->snap_bytes;
}

void pl_capture_tap_obey(struct pl_capture_tap *tap, uint64_t order) {
  /* our own */
  uint64_t before = atomic_load_explicit(&tap->obeyed, memory_order_relaxed);
  tap->in_force = (struct pl_capture_order){
      .snap_bytes = order & ((1u << LINES_SHIFT) - 1),
      .lines = order >> LINES_SHIFT & ((1u << LINES_BITS) - 1),
      .drops = (order >> DROPS_SHIFT & 1) != 0,
  };
  /* off behind off: the capture between them came and went unseen */
  if ((order & PL_CAPTURE_TAP_ON) != 0 || (before & PL_CAPTURE_TAP_ON) == 0) {
    memset(tap->missing, 0, sizeof tap->missing);
    atomic_store_explicit(&tap->lost, 0, memory_order_relaxed); /* a figure, nothing goes with it */
  }
  /* pairs with the acquire in pl_capture_tap_is_obeyed: records and counts come before it */
  atomic_store_explicit(&tap->obeyed, order, memory_order_release);
}

/* Room for a record in one piece, NULL when there is none. The rest up to the ring's wrap is made a
 * record of its own where it is too short. */
static struct pl_capture_record *room(struct pl_ring *ring, uint32_t slots) {
  void *at;
  uint32_t got = pl_ring_reserve(ring, slots, &at);
  if (got == slots) return at;
  if (pl_ring_room(ring) < got + slots) return NULL;
  struct pl_capture_record *filler = at;
  *filler = (struct pl_capture_record){.slots = got, .line = PL_LINE_COUNT};
  pl_ring_publish(ring, got);
  return pl_ring_reserve(ring, slots, &at) == slots ? at : NULL;
}

void pl_capture_tap_put(struct pl_capture_tap *tap, const struct pl_frame *frame,
                        enum pl_status outcome) {
  const struct pl_capture_order *order = &tap->in_force;
  struct pl_capture_missing *missing = &tap->missing[frame->line];
  if ((order->lines >> frame->line & 1) == 0 || (order->drops && outcome == PL_OK)) {
    missing->passed_over++;
    return;
  }
  uint32_t kept_bytes = frame->data == NULL ? 0 : frame->size_bytes;
  if (kept_bytes > order->snap_bytes) kept_bytes = order->snap_bytes;
  uint32_t slots =
      (uint32_t)((sizeof(struct pl_capture_record) + kept_bytes + sizeof(struct pl_ring_slot) - 1) /
                 sizeof(struct pl_ring_slot));
  struct pl_capture_record *record = room(tap->ring, slots);
  if (record == NULL) {
    missing->lost++;
    /* our own figure: see pl_capture_tap_lost */
    atomic_store_explicit(&tap->lost, pl_capture_tap_lost(tap) + 1, memory_order_relaxed);
    return;
  }
  *record = (struct pl_capture_record){
      .recv_ns = frame->recv_ns,
      .before = *missing,
      .size_bytes = frame->size_bytes,
      .kept_bytes = kept_bytes,
      .slots = slots,
      .line = (uint8_t)frame->line,
      .outcome = (uint8_t)outcome,
  };
  if (kept_bytes != 0) memcpy(record->data, frame->data, kept_bytes);
  *missing = (struct pl_capture_missing){0};
  pl_ring_publish(tap->ring, slots);
}

void pl_capture_tap_give(struct pl_capture_tap *tap, const struct pl_capture_order *order) {
  /* our own */
  uint64_t number = (atomic_load_explicit(&tap->order, memory_order_relaxed) >> NUMBER_SHIFT) + 1;
  /* pairs with the acquire in pl_capture_tap_ready */
  atomic_store_explicit(&tap->order, number << NUMBER_SHIFT | pack(order), memory_order_release);
}

bool pl_capture_tap_is_obeyed(const struct pl_capture_tap *tap) {
  /* pairs with the release in pl_capture_tap_obey; the order is our own */
  return atomic_load_explicit(&tap->obeyed, memory_order_acquire) ==
         atomic_load_explicit(&tap->order, memory_order_relaxed);
}

uint64_t pl_capture_tap_lost(const struct pl_capture_tap *tap) {
  return atomic_load_explicit(&tap->lost, memory_order_relaxed); /* a figure, as above */
}

const struct pl_capture_record *pl_capture_tap_peek(struct pl_capture_tap *tap) {
  void *at;
  while (pl_ring_peek(tap->ring, 1, &at) != 0) {
    const struct pl_capture_record *record = at;
    if (record->line != PL_LINE_COUNT) return record;
    pl_ring_release(tap->ring, record->slots);
  }
  return NULL;
}

void pl_capture_tap_release(struct pl_capture_tap *tap, const struct pl_capture_record *record) {
  pl_ring_release(tap->ring, record->slots);
}

const struct pl_capture_missing *pl_capture_tap_missing(const struct pl_capture_tap *tap,
                                                        uint32_t line) {
  return &tap->missing[line];
}
