/* The receive core's side of `plimsoll capture`: while a capture is on, each frame is copied, with
 * how it fared, into a bounded ring that the housekeeping thread empties. A full ring loses the
 * newest frame from the capture, and from nothing else. One producer, one consumer.
 *
 * The consumer gives an order (on with these options, or off); the producer obeys it at its next
 * burst and says so. Once it has obeyed off, everything it will ever put for that capture is in the
 * ring and its counts stand still. */
#ifndef CONTROL_DAEMON_CAPTURE_TAP_H
#define CONTROL_DAEMON_CAPTURE_TAP_H

#include "engine/base/frame.h"
#include "engine/base/ring.h"

#include <stdbool.h>

struct pl_capture_order {
  uint32_t snap_bytes; /* kept of each frame, 1..PL_FRAME_BYTES_MAX */
  uint32_t lines;      /* bit n: frames of line n are wanted */
  bool drops;          /* only frames that were not decoded */
};

/* What became of frames that are not in the ring, since the line's last one that is. */
struct pl_capture_missing {
  uint64_t passed_over; /* not wanted */
  uint64_t lost;        /* wanted, but the ring was full */
};

/* One frame in the ring, its kept bytes behind it. */
struct pl_capture_record {
  uint64_t recv_ns;
  struct pl_capture_missing before; /* between the line's record before this one and this */
  uint32_t size_bytes, kept_bytes;
  uint32_t slots;   /* of the ring, its own */
  uint8_t line;     /* enum pl_line_id; PL_LINE_COUNT: not a frame, but the rest up to the wrap */
  uint8_t outcome;  /* enum pl_status: PL_OK when it was decoded */
  uint16_t padding; /* 0 */
  uint8_t data[];
};
_Static_assert(sizeof(struct pl_capture_record) == 40, "within the first slot");

struct pl_capture_tap {
  struct pl_ring *ring;
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t order;  /* the consumer's */
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t obeyed; /* the producer's, and so the rest */
  _Atomic uint64_t lost;                                /* in the capture in force, to be shown */
  struct pl_capture_order in_force;
  struct pl_capture_missing missing[PL_LINE_COUNT];
};

#define PL_CAPTURE_TAP_ON (UINT64_C(1) << 31) /* bit of an order's word; else it is off */

size_t pl_capture_tap_footprint(uint64_t slot_count);

/* pl_capture_tap_create takes a tap, switched off, from the arena. Start-up only.
 *   slot_count  of its ring, a power of two; a frame takes as many lines of 64 bytes as it and its
 *               record fill */
struct pl_capture_tap *pl_capture_tap_create(struct pl_arena *arena, uint64_t slot_count);

/* --- producer: the receive core --- */

/* pl_capture_tap_obey makes an order one's own; for pl_capture_tap_ready. */
void pl_capture_tap_obey(struct pl_capture_tap *tap, uint64_t order);

/* pl_capture_tap_ready is asked once a burst, an empty one too.
 *   tap      may be NULL: none
 *   returns  the tap when frames are to be put, else NULL */
static inline struct pl_capture_tap *pl_capture_tap_ready(struct pl_capture_tap *tap) {
  if (tap == NULL) return NULL;
  /* pairs with the release in pl_capture_tap_give: the ring was emptied before */
  uint64_t order = atomic_load_explicit(&tap->order, memory_order_acquire);
  /* our own, so no order is needed */
  if (PL_UNLIKELY(order != atomic_load_explicit(&tap->obeyed, memory_order_relaxed)))
    pl_capture_tap_obey(tap, order);
  return PL_UNLIKELY((order & PL_CAPTURE_TAP_ON) != 0) ? tap : NULL;
}

/* pl_capture_tap_put copies a frame, if it is wanted and there is room. Never blocks.
 *   tap      as pl_capture_tap_ready returned it for this burst
 *   outcome  what pl_feed_accept said of it */
void pl_capture_tap_put(struct pl_capture_tap *tap, const struct pl_frame *frame,
                        enum pl_status outcome);

/* --- consumer: the housekeeping thread --- */

/* pl_capture_tap_give orders a capture on, or off (NULL). On only after off was obeyed and the ring
 * is empty. */
void pl_capture_tap_give(struct pl_capture_tap *tap, const struct pl_capture_order *order);

/* pl_capture_tap_is_obeyed tells whether the producer has taken up the last order. */
bool pl_capture_tap_is_obeyed(const struct pl_capture_tap *tap);

/* pl_capture_tap_lost returns how many frames found the ring full in this capture, so far. */
uint64_t pl_capture_tap_lost(const struct pl_capture_tap *tap);

/* pl_capture_tap_peek returns the oldest record, NULL when there is none. It is valid until
 * pl_capture_tap_release, which gives it back. */
const struct pl_capture_record *pl_capture_tap_peek(struct pl_capture_tap *tap);
void pl_capture_tap_release(struct pl_capture_tap *tap, const struct pl_capture_record *record);

/* pl_capture_tap_missing returns what is missing behind a line's last record. Once off was obeyed,
 * or by the producer itself. */
const struct pl_capture_missing *pl_capture_tap_missing(const struct pl_capture_tap *tap,
                                                        uint32_t line);

#endif
