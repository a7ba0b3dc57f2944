/* From the ring of decisions to the shared table: the newest decision of each instrument, beside
 * its name and its view. Main thread, which is the ring's only consumer. */
#ifndef CONTROL_DAEMON_BOARD_H
#define CONTROL_DAEMON_BOARD_H

#include "control/daemon/pipeline.h"
#include "control/publish/table.h"

#define PL_BOARD_REFRESH_NS UINT64_C(100000000) /* rows without a new decision: their views */

struct pl_board {
  struct pl_pipeline *pipeline;
  struct pl_table *table;
  uint64_t decisions; /* drained */
  uint64_t refresh_due_ns;
  uint32_t dirty_count;
  uint32_t dirty[PL_INSTRUMENTS_MAX]; /* each at most once */
  bool is_dirty[PL_INSTRUMENTS_MAX];
  struct pl_decision latest[PL_INSTRUMENTS_MAX];
  uint32_t states[PL_VIEW_STATE_COUNT]; /* instruments by state, at the last refresh */
};

/* pl_board_init joins a pipeline and a table that has a row for each of its instruments; both
 * outlive the board. */
void pl_board_init(struct pl_board *ret_board, struct pl_pipeline *pipeline,
                   struct pl_table *table);

/* pl_board_turn drains the ring and writes the rows that changed, all rows every
 * PL_BOARD_REFRESH_NS, and the heartbeat.
 *   now_ns  monotonic
 *   mode    enum pl_mode wanted, for the heartbeat
 *   stalled what the watchdog sees, for it too */
void pl_board_turn(struct pl_board *board, uint64_t now_ns, uint32_t mode, uint32_t stalled);

#endif
