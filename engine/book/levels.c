#include "engine/book/levels.h"

#include "engine/base/check.h"

#include <string.h>

#define CLASSES 10

_Static_assert(PL_LEVELS_BLOCK_MIN << (CLASSES - 1) == PL_BOOK_LEVELS_MAX,
               "the last class is full");

/* A free block holds the next of its class in its first level. */
struct block {
  struct block *next;
};

struct pl_levels_pool {
  struct pl_level *levels; /* never given out from used on */
  uint32_t used, levels_max;
  struct block *free[CLASSES];
};

size_t pl_levels_pool_footprint(uint32_t levels_max) {
  return pl_arena_round(sizeof(struct pl_levels_pool)) +
         pl_arena_round(levels_max * sizeof(struct pl_level));
}

struct pl_levels_pool *pl_levels_pool_create(struct pl_arena *arena, uint32_t levels_max) {
  struct pl_levels_pool *pool = pl_arena_take(arena, sizeof *pool);
  pool->levels = pl_arena_take(arena, levels_max * sizeof *pool->levels);
  pool->levels_max = levels_max;
  return pool;
}

static uint32_t class_of(uint32_t capacity) {
  return (uint32_t)__builtin_ctz(capacity / PL_LEVELS_BLOCK_MIN);
}

/* A block for at least so many levels, a larger one when none of its class is left; NULL: none. */
static struct pl_level *take(struct pl_levels_pool *pool, uint32_t capacity,
                             uint32_t *ret_capacity) {
  uint32_t class = class_of(capacity);
  *ret_capacity = capacity;
  if (pool->free[class] == NULL && pool->levels_max - pool->used >= capacity) {
    pool->used += capacity;
    return &pool->levels[pool->used - capacity];
  }
  while (class < CLASSES && pool->free[class] == NULL) class ++;
  if (class == CLASSES) return NULL;
  struct block *block = pool->free[class];
  pool->free[class] = block->next;
  *ret_capacity = PL_LEVELS_BLOCK_MIN << class;
  return (struct pl_level *)(void *)block;
}

static void give(struct pl_levels_pool *pool, struct pl_book_side *side) {
  if (side->capacity == 0) return;
  struct block *block = (struct block *)(void *)side->levels;
  block->next = pool->free[class_of(side->capacity)];
  pool->free[class_of(side->capacity)] = block;
}

static bool grow(struct pl_levels_pool *pool, struct pl_book_side *side) {
  if (pool == NULL || side->capacity == PL_BOOK_LEVELS_MAX) return false;
  uint32_t capacity;
  uint32_t wanted = side->capacity != 0 ? 2u * side->capacity : PL_LEVELS_BLOCK_MIN;
  struct pl_level *levels = take(pool, wanted, &capacity);
  if (levels == NULL) return false;
  if (side->count != 0) memcpy(levels, side->levels, side->count * sizeof *levels);
  give(pool, side);
  side->levels = levels;
  side->capacity = (uint16_t)capacity;
  return true;
}

void pl_levels_remove(struct pl_book_side *side, uint32_t at, uint32_t count) {
  struct pl_level *levels = side->levels;
  uint32_t better = side->count - at - count;
  side->count -= count;
  if (better <= 4)
    for (uint32_t i = 0; i < better; i++) levels[at + i] = levels[at + count + i];
  else
    memmove(&levels[at], &levels[at + count], better * sizeof *levels);
}

void pl_levels_insert(struct pl_levels_pool *pool, struct pl_book_side *side, uint32_t at,
                      int64_t key, int64_t qty_e8) {
  if (PL_UNLIKELY(side->count == side->capacity) && !grow(pool, side)) {
    side->truncated = true; /* full: the worst level gives way */
    if (at == 0) return;
    pl_levels_remove(side, 0, 1);
    at--;
  }
  struct pl_level *levels = side->levels;
  uint32_t better = side->count - at;
  if (better <= 4)
    for (uint32_t i = side->count; i > at; i--) levels[i] = levels[i - 1];
  else
    memmove(&levels[at + 1], &levels[at], better * sizeof *levels);
  levels[at] = (struct pl_level){key, qty_e8};
  side->count++;
}

bool pl_levels_set(struct pl_levels_pool *pool, struct pl_book_side *side, enum pl_side which,
                   int64_t price_e9, int64_t qty_e8) {
  int64_t key = pl_levels_key(which, price_e9);
  uint32_t at = pl_levels_find(side, key);
  bool known = pl_levels_has(side, at, key);
  if (known && qty_e8 == 0)
    pl_levels_remove(side, at, 1);
  else if (known)
    side->levels[at].qty_e8 = qty_e8;
  else if (qty_e8 != 0)
    pl_levels_insert(pool, side, at, key, qty_e8);
  return known;
}

bool pl_levels_append(struct pl_levels_pool *pool, struct pl_book_side *side, int64_t key,
                      int64_t qty_e8) {
  if (side->count == side->capacity && !grow(pool, side)) return false;
  side->levels[side->count++] = (struct pl_level){key, qty_e8};
  return true;
}

static bool is_rising(const struct pl_book_side *side) {
  for (uint32_t i = 1; i < side->count; i++)
    if (side->levels[i - 1].key >= side->levels[i].key) return false;
  return true;
}

static void swap(struct pl_level *a, struct pl_level *b) {
  struct pl_level swapped = *a;
  *a = *b, *b = swapped;
}

/* Lets the level at an index sink below those of a larger key in the heap of count levels. */
static void sink(struct pl_level *levels, uint32_t at, uint32_t count) {
  for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && levels[child + 1].key > levels[child].key) child++;
    if (levels[at].key >= levels[child].key) return;
    swap(&levels[at], &levels[child]);
    at = child;
  }
}

void pl_levels_sort(struct pl_book_side *side) {
  struct pl_level *levels = side->levels;
  uint32_t count = side->count;
  if (count > 1 && levels[0].key > levels[1].key)
    for (uint32_t low = 0, high = count - 1; low < high; low++, high--)
      swap(&levels[low], &levels[high]);
  if (is_rising(side)) return;
  for (uint32_t at = count / 2; at-- > 0;) sink(levels, at, count);
  for (uint32_t left = count - 1; left > 0; left--) {
    swap(&levels[0], &levels[left]);
    sink(levels, 0, left);
  }
  uint32_t kept = 0;
  for (uint32_t next = 0; next < count; next++)
    if (kept == 0 || levels[kept - 1].key != levels[next].key) levels[kept++] = levels[next];
  side->count = kept;
}

void pl_levels_clear(struct pl_levels_pool *pool, struct pl_book_side *side) {
  give(pool, side);
  *side = (struct pl_book_side){.count = 0};
}

bool pl_levels_equal(const struct pl_book_side *a, const struct pl_book_side *b) {
  return a->count == b->count &&
         (a->count == 0 || memcmp(a->levels, b->levels, a->count * sizeof *a->levels) == 0);
}

bool pl_levels_is_sound(const struct pl_book_side *side) {
  for (uint32_t i = 0; i < side->count; i++)
    if (side->levels[i].qty_e8 <= 0 || (i != 0 && side->levels[i - 1].key >= side->levels[i].key))
      return false;
  return side->count <= PL_BOOK_LEVELS_MAX;
}
