/* The threads of the appliance: ports polled on pinned EAL workers, in one of two layouts.
 *
 *   inline    worker 0 polls, decodes, steps            main thread drains decisions
 *   pipeline  worker 0 polls, decodes; worker 1 steps   main thread drains decisions */
#ifndef CONTROL_DAEMON_RUN_H
#define CONTROL_DAEMON_RUN_H

#include "control/daemon/pipeline.h"
#include "dataplane/port/port.h"

#include <stdatomic.h>

enum pl_layout { PL_LAYOUT_INLINE, PL_LAYOUT_PIPELINE };

#define PL_RUN_PORTS_MAX 8

struct pl_run_config {
  struct pl_pipeline *pipeline;
  enum pl_layout layout;
  /* Either captures, merged by their stamps, which end by themselves; or live ports, polled in
   * turn, which end by stopping. */
  struct pl_port *ports[PL_RUN_PORTS_MAX];
  uint32_t port_count;
  uint32_t speed_e3; /* captures only: feed time per wall time, in thousandths; 0: unpaced */
};

struct pl_run {
  struct pl_run_config config;
  /* One writer a line pair: the main thread, the receive core, the engine core (inline: the receive
   * core, once). */
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic bool stop;
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic bool received; /* nothing more will come */
  _Atomic uint64_t frames, recv_ns;                       /* progress */
  _Atomic uint64_t receive_turns;
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic bool stepped; /* nothing more will be decided */
  _Atomic uint64_t engine_turns;
};

/* pl_run_workers returns how many EAL workers a layout needs. */
uint32_t pl_run_workers(enum pl_layout layout);

/* pl_run_start launches the workers. Main thread, after pl_eal_start with pl_run_workers workers
 * and opening the ports. run must stay until pl_run_join. */
void pl_run_start(struct pl_run *run, const struct pl_run_config *config);

/* pl_run_stop asks the workers to end; they do so after the burst in hand. Any thread; may be
 * called from a signal handler. */
void pl_run_stop(struct pl_run *run);

/* pl_run_turns tells how often each core came round, as the watchdog wants it. Where one core does
 * both, its turns count for both. Any thread.
 *   ret_turns  [PL_WATCHDOG_CORES] */
void pl_run_turns(const struct pl_run *run, uint64_t *ret_turns);

/* pl_run_ended tells whether the workers are done: then drain once more and join. */
bool pl_run_ended(const struct pl_run *run);

/* pl_run_join waits for the workers. Main thread. */
void pl_run_join(struct pl_run *run);

#endif
