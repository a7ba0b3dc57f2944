#include "control/daemon/board.h"

#include "engine/base/check.h"

#include <string.h>

void pl_board_init(struct pl_board *ret_board, struct pl_pipeline *pipeline,
                   struct pl_table *table) {
  memset(ret_board, 0, sizeof *ret_board);
  ret_board->pipeline = pipeline;
  ret_board->table = table;
}

static void take(void *context, const struct pl_decision *decision) {
  struct pl_board *board = context;
  uint32_t instrument = decision->instrument;
  PL_CHECK(instrument < board->pipeline->config.instrument_count);
  board->latest[instrument] = *decision;
  board->decisions++;
  if (board->is_dirty[instrument]) return;
  board->is_dirty[instrument] = true;
  board->dirty[board->dirty_count++] = instrument;
}

/* Writes one row; returns the state it shows. */
static uint32_t put(struct pl_board *board, uint32_t instrument) {
  struct pl_row row;
  memset(&row, 0, sizeof row); /* other processes see the padding too */
  const char *name = pl_directory_name(pl_feed_directory(board->pipeline->feed), instrument);
  memcpy(row.name, name, strnlen(name, sizeof row.name - 1));
  row.decision = board->latest[instrument];
  row.decision.instrument = instrument;
  if (!pl_pipeline_view(board->pipeline, instrument, &row.view)) row.view.state = PL_VIEW_EMPTY;
  pl_table_put(board->table, instrument, &row);
  return row.view.state;
}

static void put_all(struct pl_board *board, uint32_t count) {
  uint32_t states[PL_VIEW_STATE_COUNT] = {0};
  for (uint32_t i = 0; i < count; i++) {
    uint32_t state = put(board, i);
    if (state < PL_VIEW_STATE_COUNT) states[state]++;
  }
  memcpy(board->states, states, sizeof states);
}

void pl_board_turn(struct pl_board *board, uint64_t now_ns, uint32_t mode, uint32_t stalled) {
  (void)pl_pipeline_drain(board->pipeline, take, board);
  uint32_t count = pl_directory_count(pl_feed_directory(board->pipeline->feed));
  bool all = now_ns >= board->refresh_due_ns;
  for (uint32_t i = 0; i < board->dirty_count; i++) {
    if (!all) (void)put(board, board->dirty[i]);
    board->is_dirty[board->dirty[i]] = false;
  }
  board->dirty_count = 0;
  if (all) {
    put_all(board, count);
    board->refresh_due_ns = now_ns + PL_BOARD_REFRESH_NS;
  }
  struct pl_table_beat beat = {.monotonic_ns = now_ns,
                               .decisions = board->decisions,
                               .row_count = count,
                               .mode = mode,
                               .stalled = stalled};
  pl_table_beat(board->table, &beat);
}
