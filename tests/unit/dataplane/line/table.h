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
  table->lines = pl_line_create(&table->arena, seq_bits, SILENCE_NS);
}

static inline void table_close(struct table *table) {
  pl_arena_close(&table->arena);
}

static inline enum pl_line_verdict table_judge(const struct table *table, uint32_t index,
                                               enum pl_line_id line, uint64_t seq) {
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  return pl_line_judge(table->lines, index, line, &place);
}

/* Judges and commits one packet of one unit. */
static inline enum pl_line_verdict table_take(struct table *table, uint32_t id,
                                              enum pl_line_id line, uint64_t seq) {
  uint32_t index = pl_line_channel(table->lines, id);
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  enum pl_line_verdict verdict = pl_line_judge(table->lines, index, line, &place);
  (void)pl_line_commit(table->lines, index, line, &place, verdict, SECOND_NS);
  return verdict;
}

static inline const struct pl_channel *table_channel(const struct table *table, uint32_t id) {
  uint32_t count;
  const struct pl_channel *channels = pl_line_channels(table->lines, &count);
  for (uint32_t i = 0; i < count; i++)
    if (channels[i].id == id) return &channels[i];
  return NULL;
}

#endif
