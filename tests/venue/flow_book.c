#include "tests/venue/flow_book.h"

#include <stddef.h>
#include <string.h>

#include "tests/venue/wire_deribit.h"

/* Turns prices so that a smaller key is always the better one. */
static int64_t key_of(enum pl_flow_side side, int64_t tick) {
  return side == PL_FLOW_ASK ? tick : -tick;
}

/* The index of the first level not better than `tick`. */
static uint32_t find(const struct pl_flow_ladder *ladder, enum pl_flow_side side, int64_t tick) {
  uint32_t low = 0, high = ladder->count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (key_of(side, ladder->level[middle].tick) < key_of(side, tick))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool is_named(const struct pl_flow_changes *changes, enum pl_flow_side side, int64_t tick) {
  for (uint32_t i = 0; i < changes->count; i++)
    if (changes->change[i].side == side && changes->change[i].tick == tick) return true;
  return false;
}

static bool would_cross(const struct pl_flow_book *book, enum pl_flow_side side, int64_t tick) {
  const struct pl_flow_level *other =
      pl_flow_book_best(book, side == PL_FLOW_ASK ? PL_FLOW_BID : PL_FLOW_ASK);
  return other != NULL && key_of(side, tick) <= key_of(side, other->tick);
}

/* Puts the amount into the ladder. Returns the kind of change, or -1 when there is nothing to do.
 */
static int apply(struct pl_flow_ladder *ladder, uint32_t at, int64_t tick, int64_t lots) {
  struct pl_flow_level *level = &ladder->level[at];
  bool exists = at < ladder->count && level->tick == tick;
  size_t after = (size_t)(ladder->count - at) * sizeof *level;
  if (lots == 0) {
    if (!exists) return -1;
    memmove(level, level + 1, after - sizeof *level);
    ladder->count--;
    return PL_WIRE_DELETED;
  }
  if (exists) {
    if (level->lots == lots) return -1;
    level->lots = lots;
    return PL_WIRE_CHANGED;
  }
  if (ladder->count == PL_FLOW_LEVELS_MAX) return -1;
  memmove(level + 1, level, after);
  *level = (struct pl_flow_level){tick, lots};
  ladder->count++;
  return PL_WIRE_NEW;
}

bool pl_flow_book_set(struct pl_flow_book *book, struct pl_flow_changes *changes,
                      enum pl_flow_side side, int64_t tick, int64_t lots) {
  if (tick <= 0 || lots < 0) return false;
  if (lots > 0 && would_cross(book, side, tick)) return false;
  if (changes != NULL && (changes->count == PL_FLOW_CHANGES_MAX || is_named(changes, side, tick)))
    return false;
  struct pl_flow_ladder *ladder = &book->side[side];
  int kind = apply(ladder, find(ladder, side, tick), tick, lots);
  if (kind < 0) return false;
  if (changes != NULL)
    changes->change[changes->count++] =
        (struct pl_flow_change){.side = side, .kind = (uint8_t)kind, .tick = tick, .lots = lots};
  return true;
}

const struct pl_flow_level *pl_flow_book_best(const struct pl_flow_book *book,
                                              enum pl_flow_side side) {
  return book->side[side].count > 0 ? &book->side[side].level[0] : NULL;
}
