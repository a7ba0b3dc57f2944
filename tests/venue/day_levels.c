#include "tests/venue/day_levels.h"

#include "engine/base/check.h"

#include <stdlib.h>

/* A cell of an open-addressed table; orders 0: free. */
struct cell {
  uint64_t key;
  uint32_t qty, orders;
};

struct pl_day_levels {
  uint32_t mask;
  struct cell *cells; /* [mask + 1]; at most half are taken: no more levels than orders */
};

struct pl_day_levels *pl_day_levels_open(const struct pl_day_config *config) {
  struct pl_day_levels *levels = calloc(1, sizeof *levels);
  if (levels == NULL) return NULL;
  uint32_t room = 2;
  while (room < 2 * (config->live_orders + config->live_orders / 8 + 64)) room *= 2;
  levels->mask = room - 1;
  levels->cells = calloc(room, sizeof *levels->cells);
  if (levels->cells == NULL) {
    free(levels);
    return NULL;
  }
  return levels;
}

void pl_day_levels_close(struct pl_day_levels *levels) {
  if (levels == NULL) return;
  free(levels->cells);
  free(levels);
}

static uint64_t key_of(const struct pl_day_op *op, int64_t price) {
  return (uint64_t)op->symbol << 33 | (uint64_t)op->side << 32 | (uint64_t)price;
}

static uint32_t home(const struct pl_day_levels *levels, uint64_t key) {
  return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & levels->mask;
}

/* The cell of a key, or the free one where it belongs. */
static uint32_t find(const struct pl_day_levels *levels, uint64_t key) {
  uint32_t at = home(levels, key);
  while (levels->cells[at].orders != 0 && levels->cells[at].key != key)
    at = (at + 1) & levels->mask;
  return at;
}

/* Frees a cell and moves up whatever could no longer be found behind it. */
static void release(struct pl_day_levels *levels, uint32_t hole) {
  struct cell *cells = levels->cells;
  cells[hole] = (struct cell){0};
  for (uint32_t at = (hole + 1) & levels->mask; cells[at].orders != 0;
       at = (at + 1) & levels->mask) {
    uint32_t wanted = home(levels, cells[at].key);
    if (((at - wanted) & levels->mask) < ((at - hole) & levels->mask)) continue;
    cells[hole] = cells[at];
    cells[at] = (struct cell){0};
    hole = at;
  }
}

static struct pl_day_level change(struct pl_day_levels *levels, const struct pl_day_op *op,
                                  int64_t price, int64_t qty, int32_t orders) {
  uint64_t key = key_of(op, price);
  uint32_t at = find(levels, key);
  struct cell *cell = &levels->cells[at];
  bool is_new = cell->orders == 0;
  PL_CHECK(!is_new || orders > 0);
  cell->key = key;
  cell->qty = (uint32_t)(cell->qty + qty);
  cell->orders = (uint32_t)((int64_t)cell->orders + orders);
  struct pl_day_level level = {
      .price = price, .qty = cell->qty, .orders = cell->orders, .side = op->side, .is_new = is_new};
  PL_CHECK((level.qty == 0) == (level.orders == 0));
  if (level.orders == 0) release(levels, at);
  return level;
}

uint32_t pl_day_levels_apply(struct pl_day_levels *levels, const struct pl_day_op *op,
                             struct pl_day_level ret_changes[PL_DAY_LEVEL_CHANGES_MAX]) {
  int64_t qty = op->qty;
  switch ((enum pl_day_kind)op->kind) {
  case PL_DAY_ADD:
  case PL_DAY_ADD_ATTRIBUTED: ret_changes[0] = change(levels, op, op->price, qty, 1); return 1;
  case PL_DAY_EXECUTE:
  case PL_DAY_EXECUTE_PRICE:
  case PL_DAY_REDUCE:
  case PL_DAY_DELETE:
    ret_changes[0] = change(levels, op, op->price, -qty, op->qty_after == 0 ? -1 : 0);
    return 1;
  case PL_DAY_REPLACE:
    if (op->other_price == op->price) {
      ret_changes[0] = change(levels, op, op->price, qty - op->qty_before, 0);
      return 1;
    }
    ret_changes[0] = change(levels, op, op->price, -(int64_t)op->qty_before, -1);
    ret_changes[1] = change(levels, op, op->other_price, qty, 1);
    return 2;
  default: return 0; /* definitions, openings and hidden trades */
  }
}
