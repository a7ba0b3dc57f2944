/* Single-producer single-consumer ring of cache lines. Slots are written and read in place, and a
 * whole burst is published by one store: batching is worth more than the choice of ring
 * (docs/adr/0004-ring.md). Indices run freely and are compared by difference. */
#ifndef ENGINE_BASE_RING_H
#define ENGINE_BASE_RING_H

#include "engine/base/arena.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define PL_RING_AHEAD_SLOTS 32 /* slots of the next burst that publishing asks for ahead */

struct pl_ring_slot {
  alignas(PL_CACHE_LINE_BYTES) uint64_t words[PL_CACHE_LINE_BYTES / sizeof(uint64_t)];
};

struct pl_ring {
  /* Read-only after init. */
  alignas(PL_CACHE_LINE_BYTES) struct pl_ring_slot *slots;
  uint64_t mask;
  /* The producer's lines: head is read by the consumer, the rest by nobody else. */
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic uint64_t head;
  alignas(2 * PL_CACHE_LINE_BYTES) uint64_t head_local;
  uint64_t tail_seen;
  /* The consumer's lines. */
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic uint64_t tail;
  alignas(2 * PL_CACHE_LINE_BYTES) uint64_t tail_local;
  uint64_t head_seen;
};

/* pl_ring_footprint returns the arena bytes of a ring of slot_count slots (a power of two). */
static inline size_t pl_ring_footprint(uint64_t slot_count) {
  return pl_arena_round(sizeof(struct pl_ring) + 2 * PL_CACHE_LINE_BYTES) +
         pl_arena_round(slot_count * sizeof(struct pl_ring_slot));
}

/* pl_ring_create takes a ring from the arena. Start-up only. */
struct pl_ring *pl_ring_create(struct pl_arena *arena, uint64_t slot_count);

/* pl_ring_reserve gives the producer room in place.
 *   slots_max  how many it would like
 *   returns    how many it has, 0..slots_max, contiguous from *ret_slots (so fewer at the wrap);
 *              0 means full: the caller's policy decides what becomes of its data
 * Producer thread only. A reservation that is not published is simply made again. */
static inline uint32_t pl_ring_reserve(struct pl_ring *ring, uint32_t slots_max, void **ret_slots) {
  uint64_t head = ring->head_local, room = ring->mask + 1 - (head - ring->tail_seen);
  if (room < slots_max) {
    /* pairs with the release in pl_ring_release: the consumer is done with these slots */
    ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
    room = ring->mask + 1 - (head - ring->tail_seen);
  }
  uint64_t at = head & ring->mask, to_wrap = ring->mask + 1 - at;
  uint64_t count = room < to_wrap ? room : to_wrap;
  *ret_slots = &ring->slots[at];
  return count < slots_max ? (uint32_t)count : slots_max;
}

/* pl_ring_room returns how many slots are free, those beyond the wrap included. Producer only. */
static inline uint64_t pl_ring_room(struct pl_ring *ring) {
  /* pairs with the release in pl_ring_release */
  ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
  return ring->mask + 1 - (ring->head_local - ring->tail_seen);
}

/* Asks for a line in order to write it. The instruction itself: without -mprfchw the compiler's
 * builtin asks for a shared copy, which is worse than not asking. */
static inline void pl_ring_prefetch(const struct pl_ring_slot *slot) {
#ifdef __x86_64__
  __asm__ volatile("prefetchw %0" : : "m"(*slot));
#else
  __builtin_prefetch(slot, 1);
#endif
}

/* pl_ring_publish hands slot_count reserved slots to the consumer, all at once. Producer only. */
static inline void pl_ring_publish(struct pl_ring *ring, uint32_t slot_count) {
  ring->head_local += slot_count;
  /* pairs with the acquire in pl_ring_peek: the slots' contents come before the index */
  atomic_store_explicit(&ring->head, ring->head_local, memory_order_release);
  /* Ask for the slots of the next burst: the consumer's core holds their lines since it read them,
   * and waiting for each in turn is most of what a burst costs (bench: ring.burst32). */
  uint64_t at = ring->head_local & ring->mask, to_wrap = ring->mask + 1 - at;
  uint64_t ahead = slot_count < PL_RING_AHEAD_SLOTS ? slot_count : PL_RING_AHEAD_SLOTS;
  const struct pl_ring_slot *slot = &ring->slots[at],
                            *end = slot + (ahead < to_wrap ? ahead : to_wrap);
  for (; slot < end; slot++) pl_ring_prefetch(slot);
}

/* pl_ring_peek gives the consumer what is published, in place.
 *   returns  how many slots, 0..slots_max, contiguous from *ret_slots
 * Consumer thread only. The slots stay the consumer's until pl_ring_release. */
static inline uint32_t pl_ring_peek(struct pl_ring *ring, uint32_t slots_max, void **ret_slots) {
  uint64_t tail = ring->tail_local, filled = ring->head_seen - tail;
  if (filled < slots_max) {
    /* pairs with the release in pl_ring_publish */
    ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
    filled = ring->head_seen - tail;
  }
  uint64_t at = tail & ring->mask, to_wrap = ring->mask + 1 - at;
  uint64_t count = filled < to_wrap ? filled : to_wrap;
  *ret_slots = &ring->slots[at];
  return count < slots_max ? (uint32_t)count : slots_max;
}

/* pl_ring_release gives slot_count peeked slots back to the producer. Consumer only. */
static inline void pl_ring_release(struct pl_ring *ring, uint32_t slot_count) {
  ring->tail_local += slot_count;
  /* pairs with the acquire in pl_ring_reserve: our reads come before the slots are reused */
  atomic_store_explicit(&ring->tail, ring->tail_local, memory_order_release);
}

#endif
