#include "tests/venue/es_cme_levels.h"

static void change(struct pl_wire_cme_level *changes, uint32_t *count, uint8_t action, uint32_t at,
                   const struct pl_es_cme_level *level) {
  if (*count < PL_ES_CME_CHANGES_MAX)
    changes[*count] = (struct pl_wire_cme_level){.id = PL_ES_CME_INSTRUMENT,
                                                 .action = action,
                                                 .level = (uint8_t)(at + 1),
                                                 .price_e9 = level->price_e9 * PL_ES_CME_FACTOR,
                                                 .qty = level->contracts};
  (*count)++;
}

static void take_out(struct pl_es_cme_top *top, uint32_t at) {
  top->count--;
  for (uint32_t i = at; i < top->count; i++) top->levels[i] = top->levels[i + 1];
}

static void put_in(struct pl_es_cme_top *top, uint32_t at, const struct pl_es_cme_level *level) {
  for (uint32_t i = top->count; i > at; i--) top->levels[i] = top->levels[i - 1];
  top->levels[at] = *level;
  if (top->count < PL_ES_CME_DEPTH) top->count++; /* else the last one falls off */
}

uint32_t pl_es_cme_changes(const struct pl_es_cme_book *book, enum pl_side side,
                           struct pl_es_cme_top *told, struct pl_wire_cme_level *ret_changes) {
  struct pl_es_cme_top now;
  uint32_t count = 0;
  pl_es_cme_book_top(book, side, &now);
  for (uint32_t at = 0; at < told->count;) {
    if (pl_es_cme_book_contracts(book, side, told->levels[at].price_e9) != 0) {
      at++;
      continue;
    }
    change(ret_changes, &count, PL_WIRE_CME_DELETE, at, &told->levels[at]);
    take_out(told, at);
  }
  for (uint32_t at = 0; at < now.count; at++) {
    const struct pl_es_cme_level *level = &now.levels[at];
    bool stands = at < told->count && told->levels[at].price_e9 == level->price_e9;
    if (!stands) put_in(told, at, level);
    if (!stands || told->levels[at].contracts != level->contracts)
      change(ret_changes, &count, stands ? PL_WIRE_CME_CHANGE : PL_WIRE_CME_NEW, at, level);
  }
  for (uint32_t i = 0; i < count && i < PL_ES_CME_CHANGES_MAX; i++)
    ret_changes[i].type = side == PL_BID ? '0' : '1';
  return count;
}
