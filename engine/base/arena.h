/* Start-up memory. Everything the hot path touches is taken from an arena before it starts and is
 * given back in one piece; nothing is freed in between. Not thread-safe: start-up only. */
#ifndef ENGINE_BASE_ARENA_H
#define ENGINE_BASE_ARENA_H

#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

struct pl_arena {
  unsigned char *base;
  size_t size_bytes, used_bytes;
};

/* pl_arena_open maps size_bytes of zeroed memory, asking for huge pages. PL_E_MEMORY when it cannot
 * be had; ret_arena is then untouched. Pages are touched by pl_arena_touch, or else at first use.
 */
PL_MUST_USE enum pl_status pl_arena_open(size_t size_bytes, struct pl_arena *ret_arena);

/* pl_arena_take returns size_bytes of zeroed memory on a cache-line boundary, the arena's to keep.
 * Running out is a mistake in a footprint, hence a failed check. */
void *pl_arena_take(struct pl_arena *arena, size_t size_bytes);

/* pl_arena_touch writes one byte a page of all that was taken, so that no page fault is left for
 * the hot path. */
void pl_arena_touch(struct pl_arena *arena);

/* pl_arena_close unmaps everything. The arena may be opened again. */
void pl_arena_close(struct pl_arena *arena);

/* pl_arena_round returns what pl_arena_take(size_bytes) uses up: for adding footprints. */
static inline size_t pl_arena_round(size_t size_bytes) {
  return (size_bytes + 63) & ~(size_t)63;
}

#endif
