/* The stage of the lines: units in order on two lines, as the feed handler asks for them. */
#include "dataplane/line/line.h"
#include "engine/base/check.h"
#include "tests/latency/stages.h"

#define UNITS     10000
#define CHANNEL   42
#define FIRST_SEQ 1
#define STEP_NS   1000

static struct pl_line_table *table;
static const struct pl_channel *channels;
static uint32_t index_of;

static bool hear(enum pl_line_id line, uint64_t seq) {
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  uint32_t skip;
  enum pl_line_verdict verdict = pl_line_judge(table, index_of, line, &place, &skip);
  (void)pl_line_commit(table, index_of, line, &place, verdict, skip, seq * STEP_NS);
  PL_CHECK(!channels[index_of].hole && channels[index_of].held == 0);
  return verdict == PL_LINE_NEXT;
}

void pl_stages_lines_prepare(void) {
  const struct pl_line_config config = {.seq_bits = 32, .gap_wait_ns = STEP_NS};
  struct pl_arena arena; /* open until the program ends */
  uint32_t count;
  PL_CHECK(pl_arena_open(pl_line_footprint(), &arena) == PL_OK);
  table = pl_line_create(&arena, &config);
  channels = pl_line_channels(table, &count);
  index_of = pl_line_channel(table, CHANNEL);
  for (uint32_t line = PL_LINE_A; line <= PL_LINE_B; line++) (void)hear(line, FIRST_SEQ);
}

PL_STAGE stage_lines(void) {
  uint32_t taken = 0;
  for (uint32_t i = 1; i <= UNITS; i++)
    for (uint32_t line = PL_LINE_A; line <= PL_LINE_B; line++) taken += hear(line, FIRST_SEQ + i);
  PL_CHECK(taken == UNITS);
  pl_stages_sink += taken;
  return 2 * UNITS;
}
