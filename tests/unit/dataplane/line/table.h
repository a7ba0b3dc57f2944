/* A table of channels and the short word for a packet that comes in. */
#ifndef TESTS_UNIT_DATAPLANE_LINE_TABLE_H
#define TESTS_UNIT_DATAPLANE_LINE_TABLE_H

#include "dataplane/line/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND_NS  UINT64_C(1000000000)
#define SILENCE_NS (5 * SECOND_NS)

struct table {
  struct pl_arena arena;
  struct pl_line_table *lines;
};

static inline void table_open(struct table *table, uint32_t seq_bits) {
  assert_int_equal(pl_arena_open(pl_line_footprint(), &table->arena), PL_OK);
  table->lines = pl_line_create(
      &table->arena, &(struct pl_line_config){.seq_bits = seq_bits, .silence_ns = SILENCE_NS});
}

static inline void table_close(struct table *table) {
  pl_arena_close(&table->arena);
}

static inline enum pl_line_verdict table_judge(const struct table *table, uint32_t index,
                                               enum pl_line_id line, uint64_t seq) {
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  uint32_t skip;
  return pl_line_judge(table->lines, index, line, &place, &skip);
}

/* Where nobody waits, a packet that is ahead is taken, and what is before it is lost: the verdict
 * of a packet that showed a gap. */
#define TABLE_GAP ((enum pl_line_verdict)(PL_LINE_LATE + 1))

/* Judges and commits one packet. */
static inline enum pl_line_verdict table_take_place(struct table *table, uint32_t index,
                                                    enum pl_line_id line,
                                                    const struct pl_line_place *place,
                                                    uint64_t now_ns, bool *ret_was_silent) {
  uint32_t skip;
  enum pl_line_verdict verdict = pl_line_judge(table->lines, index, line, place, &skip);
  bool gap = verdict == PL_LINE_AHEAD;
  if (gap) {
    pl_line_give_up(table->lines, index, place->seq, now_ns);
    verdict = pl_line_judge(table->lines, index, line, place, &skip);
  }
  *ret_was_silent = pl_line_commit(table->lines, index, line, place, verdict, skip, now_ns);
  return gap ? TABLE_GAP : verdict;
}

/* The next channel that fell silent; PL_CHANNELS_MAX when there is none. */
static inline uint32_t table_silence(struct table *table, uint64_t now_ns) {
  uint32_t index;
  return pl_line_tick(table->lines, now_ns, &index) == PL_LINE_SILENCE ? index : PL_CHANNELS_MAX;
}

/* The same with one packet of one unit. */
static inline enum pl_line_verdict table_take(struct table *table, uint32_t id,
                                              enum pl_line_id line, uint64_t seq) {
  uint32_t index = pl_line_channel(table->lines, id);
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  bool was_silent;
  return table_take_place(table, index, line, &place, SECOND_NS, &was_silent);
}

static inline const struct pl_channel *table_channel(const struct table *table, uint32_t id) {
  uint32_t count;
  const struct pl_channel *channels = pl_line_channels(table->lines, &count);
  for (uint32_t i = 0; i < count; i++)
    if (channels[i].id == id) return &channels[i];
  return NULL;
}

#endif
