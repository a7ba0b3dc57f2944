/* The price levels of one side of a book, kept sorted with the best at the end, so that the touch,
 * where nearly all changes fall, is the cheap end: a change there moves nothing. Sides grow into
 * blocks of a shared pool, so that memory follows the levels that are held, not the instruments
 * that are listed. Engine thread only. */
#ifndef ENGINE_BOOK_LEVELS_H
#define ENGINE_BOOK_LEVELS_H

#include "engine/base/arena.h"
#include "engine/base/check.h"
#include "engine/base/event.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Levels from the best that are searched all at once, without a branch that depends on where the
 * key is; only behind them the search halves. */
#define PL_LEVELS_NEAR 16u

#define PL_LEVELS_BLOCK_MIN                                                                        \
  16u /* levels of the smallest block; each class holds twice the last                             \
       */

/* A key is the price, negated on the ask side, so that on both sides a better level has a larger
 * key. Key and quantity side by side: the four best levels are one cache line. */
struct pl_level {
  int64_t key, qty_e8;
};

/* Two levels in one vector: lanes 0 and 2 are the keys. */
typedef int64_t pl_levels_pair __attribute__((vector_size(2 * sizeof(struct pl_level))));

/* Zero is an empty side without a block. */
struct pl_book_side {
  struct pl_level *levels; /* [capacity] */
  uint32_t count;
  uint16_t capacity;
  bool truncated; /* a level was let go: PL_BOOK_LEVELS_MAX were kept, or the pool was empty */
};

/* Blocks that sides grow into. Free ones are kept by class and never joined again: what sides grew
 * out of is at most as much as what they hold. */
struct pl_levels_pool;

/* pl_levels_pool_footprint and _create: room for so many levels. Start-up only. */
size_t pl_levels_pool_footprint(uint32_t levels_max);
struct pl_levels_pool *pl_levels_pool_create(struct pl_arena *arena, uint32_t levels_max);

/* pl_levels_key returns the key of a price. */
static inline int64_t pl_levels_key(enum pl_side which, int64_t price_e9) {
  int64_t sign = (int64_t)which - 1; /* ask: all ones; no branch, sides come at random */
  return (price_e9 ^ sign) - sign;
}

/* pl_levels_find returns the index of the first key that is not below key: where it is, or where it
 * belongs. */
static inline uint32_t pl_levels_find(const struct pl_book_side *side, int64_t key) {
  const struct pl_level *levels = side->levels;
  uint32_t count = side->count;
  uint32_t near = count > PL_LEVELS_NEAR ? count - PL_LEVELS_NEAR : count & 1; /* pairs behind it */
  pl_levels_pair below = {0};
  for (uint32_t i = near; i < count; i += 2) {
    pl_levels_pair pair;
    memcpy(&pair, &levels[i], sizeof pair);
    below -= pair < key; /* a comparison that holds is -1 */
  }
  uint32_t at = near + (uint32_t)below[0] + (uint32_t)below[2];
  if (PL_LIKELY(at != near || near == 0)) return at;
  for (uint32_t low = 0, left = near;; left /= 2) { /* halve what is left */
    if (left == 0) return low;
    uint32_t half = left - left / 2;
    low = levels[low + half - 1].key < key ? low + half : low;
  }
}

/* pl_levels_has tells whether the key stands at an index that pl_levels_find returned. */
static inline bool pl_levels_has(const struct pl_book_side *side, uint32_t at, int64_t key) {
  return at < side->count && side->levels[at].key == key;
}

/* pl_levels_insert puts a level at an index, those better than it move. Where there is no room the
 * worst level gives way (itself, if it is the worst) and the side is truncated.
 *   pool  NULL: the side's levels are the caller's and stay as many as they are */
void pl_levels_insert(struct pl_levels_pool *pool, struct pl_book_side *side, uint32_t at,
                      int64_t key, int64_t qty_e8);

/* pl_levels_remove takes count levels out from an index on. */
void pl_levels_remove(struct pl_book_side *side, uint32_t at, uint32_t count);

/* pl_levels_set sets the quantity of a price; 0 removes the level.
 *   pool      as for pl_levels_insert
 *   price_e9  any but INT64_MIN
 *   returns   true when the price was there before */
bool pl_levels_set(struct pl_levels_pool *pool, struct pl_book_side *side, enum pl_side which,
                   int64_t price_e9, int64_t qty_e8);

/* pl_levels_append puts a level behind the last whatever its key; false when there is no room. For
 * what pl_levels_sort then sorts. */
bool pl_levels_append(struct pl_levels_pool *pool, struct pl_book_side *side, int64_t key,
                      int64_t qty_e8);

/* pl_levels_sort sorts a side with the best at the end; a price named twice stands once. Sides that
 * came sorted one way or the other cost one pass, any other some n log n. */
void pl_levels_sort(struct pl_book_side *side);

/* pl_levels_clear empties a side and gives its block back. */
void pl_levels_clear(struct pl_levels_pool *pool, struct pl_book_side *side);

bool pl_levels_equal(const struct pl_book_side *a, const struct pl_book_side *b);

/* pl_levels_is_sound: strictly rising keys and no empty level, which every search relies on. */
bool pl_levels_is_sound(const struct pl_book_side *side);

#endif
