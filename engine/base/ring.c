#include "engine/base/ring.h"

struct pl_ring *pl_ring_create(struct pl_arena *arena, uint64_t slot_count) {
  PL_CHECK(slot_count >= 2 && (slot_count & (slot_count - 1)) == 0);
  size_t pair_bytes = 2 * (size_t)PL_CACHE_LINE_BYTES;
  uintptr_t memory = (uintptr_t)pl_arena_take(arena, sizeof(struct pl_ring) + pair_bytes);
  struct pl_ring *ring = (struct pl_ring *)((memory + pair_bytes - 1) & ~(pair_bytes - 1));
  ring->slots = pl_arena_take(arena, slot_count * sizeof(struct pl_ring_slot));
  ring->mask = slot_count - 1;
  return ring;
}
