#include "tests/bench/peer_ring.h"

#include "engine/base/check.h"

size_t pl_peer_ring_footprint(uint32_t slot_count) {
  ssize_t bytes = rte_ring_get_memsize_elem(PL_CACHE_LINE_BYTES, slot_count);
  PL_CHECK(bytes > 0);
  return pl_arena_round((size_t)bytes) + 2 * PL_CACHE_LINE_BYTES;
}

struct rte_ring *pl_peer_ring_create(struct pl_arena *arena, uint32_t slot_count) {
  /* both rings begin on a pair of lines, as the adjacent-line prefetcher sees them */
  size_t pair_bytes = 2 * (size_t)PL_CACHE_LINE_BYTES;
  uintptr_t memory = (uintptr_t)pl_arena_take(arena, pl_peer_ring_footprint(slot_count));
  struct rte_ring *ring = (struct rte_ring *)((memory + pair_bytes - 1) & ~(pair_bytes - 1));
  PL_CHECK(rte_ring_init(ring, "peer", slot_count, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0);
  return ring;
}
