#include "tests/venue/day_symbols.h"

#include <stdlib.h>

#define Q30          30
#define LETTERS      26u
#define NAME_LETTERS 4u
#define MOVE_ONE_IN  8u /* orders on a symbol move its mid */

__extension__ typedef unsigned __int128 u128;

/* x^10 in Q30, rounded down at each step: a function that never decreases in x. */
static uint64_t power10_q30(uint64_t x_q30) {
  uint64_t x2 = x_q30 * x_q30 >> Q30;
  uint64_t x4 = (uint64_t)((u128)x2 * x2 >> Q30);
  uint64_t x8 = (uint64_t)((u128)x4 * x4 >> Q30);
  return (uint64_t)((u128)x8 * x2 >> Q30);
}

/* rank^-0.9 in Q60: the tenth root by halving, divided by the rank. rank < 2^16. */
static uint64_t weight_q60(uint32_t rank) {
  uint64_t low = UINT64_C(1) << Q30, high = UINT64_C(4) << Q30; /* 4^10 > 2^16 */
  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    if (power10_q30(middle) <= (uint64_t)rank << Q30)
      low = middle;
    else
      high = middle;
  }
  return (low << Q30) / rank;
}

/* Vose's way to fill the table: a column that is too small is topped up by one that is too big.
 *   scaled_q32  [count] share times count; used up */
static void alias_fill(struct pl_day_symbols *symbols, uint64_t *scaled_q32, uint32_t *work) {
  uint32_t small = 0, large = symbols->count; /* two stacks that grow towards each other */
  for (uint32_t i = 0; i < symbols->count; i++) {
    if (scaled_q32[i] < UINT64_C(1) << 32)
      work[small++] = i;
    else
      work[--large] = i;
  }
  while (small > 0 && large < symbols->count) {
    uint32_t less = work[--small], more = work[large];
    symbols->aliases[less] = (struct pl_day_alias){(uint32_t)scaled_q32[less], more};
    scaled_q32[more] -= (UINT64_C(1) << 32) - scaled_q32[less];
    if (scaled_q32[more] >= UINT64_C(1) << 32) continue;
    large++;
    work[small++] = more;
  }
  while (small > 0) { /* what rounding left over is whole */
    uint32_t whole = work[--small];
    symbols->aliases[whole] = (struct pl_day_alias){UINT32_MAX, whole};
  }
  for (; large < symbols->count; large++)
    symbols->aliases[work[large]] = (struct pl_day_alias){UINT32_MAX, work[large]};
}

/* Deals the ranks out to the symbols, so that neighbours are not all busy or all quiet. */
static void shares_fill(struct pl_day_symbols *symbols, uint64_t *scaled_q32, uint32_t *rank,
                        struct pl_flow_random *random) {
  uint32_t count = symbols->count;
  u128 sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    rank[i] = i + 1;
    sum += weight_q60(i + 1);
  }
  for (uint32_t i = count - 1; i > 0; i--) {
    uint32_t other = pl_flow_random_below(random, i + 1), kept = rank[i];
    rank[i] = rank[other];
    rank[other] = kept;
  }
  for (uint32_t i = 0; i < count; i++) {
    u128 weight_q92 = (u128)weight_q60(rank[i]) << 32;
    scaled_q32[i] = (uint64_t)(weight_q92 * count / sum);
    uint64_t share_q32 = (uint64_t)(weight_q92 / sum);
    symbols->symbols[i].share_q32 = share_q32 < UINT32_MAX ? (uint32_t)share_q32 : UINT32_MAX;
  }
}

bool pl_day_symbols_open(struct pl_day_symbols *ret_symbols, uint32_t count,
                         struct pl_flow_random *random) {
  struct pl_day_symbols made = {
      .count = count,
      .symbols = calloc(count, sizeof *made.symbols),
      .aliases = calloc(count, sizeof *made.aliases),
  };
  uint64_t *scaled_q32 = calloc(count, sizeof *scaled_q32);
  uint32_t *work = calloc(count, sizeof *work);
  bool whole = made.symbols != NULL && made.aliases != NULL && scaled_q32 != NULL && work != NULL;
  if (whole) {
    shares_fill(&made, scaled_q32, work, random);
    alias_fill(&made, scaled_q32, work);
    for (uint32_t i = 0; i < count; i++)
      made.symbols[i].base_ticks = made.symbols[i].mid_ticks =
          PL_DAY_BASE_MIN_TICKS + (int32_t)pl_flow_random_below(random, PL_DAY_BASE_SPAN_TICKS);
    *ret_symbols = made;
  } else {
    pl_day_symbols_close(&made);
  }
  free(scaled_q32);
  free(work);
  return whole;
}

void pl_day_symbols_close(struct pl_day_symbols *symbols) {
  free(symbols->symbols);
  free(symbols->aliases);
  *symbols = (struct pl_day_symbols){0};
}

uint32_t pl_day_symbols_draw(const struct pl_day_symbols *symbols, struct pl_flow_random *random) {
  uint64_t bits = pl_flow_random_next(random);
  uint32_t column = (uint32_t)((bits >> 32) * symbols->count >> 32);
  const struct pl_day_alias *alias = &symbols->aliases[column];
  return (uint32_t)bits < alias->keep_q32 ? column : alias->other;
}

void pl_day_symbol_move(struct pl_day_symbol *symbol, uint64_t bits) {
  if (bits % MOVE_ONE_IN != 0) return;
  int32_t away = symbol->mid_ticks - symbol->base_ticks;
  int32_t step = bits / MOVE_ONE_IN % 2 != 0 ? 1 : -1;
  if (away + step <= PL_DAY_MID_SPAN_TICKS && away + step >= -PL_DAY_MID_SPAN_TICKS)
    symbol->mid_ticks += step;
}

void pl_day_symbol_name(uint32_t symbol, char ret_name[PL_DAY_NAME_BYTES]) {
  for (uint32_t i = NAME_LETTERS; i-- > 0; symbol /= LETTERS)
    ret_name[i] = (char)('A' + symbol % LETTERS);
  ret_name[NAME_LETTERS] = '\0';
}
