#include "control/daemon/run.h"

#include "control/daemon/merge.h"
#include "control/daemon/watchdog.h"
#include "dataplane/port/eal.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/fixed.h"

#include <sched.h>

#define IDLE_POLLS_BEFORE_YIELD 256

_Static_assert(PL_RUN_PORTS_MAX <= PL_MERGE_SOURCES_MAX, "every port may be a capture");

uint32_t pl_run_workers(enum pl_layout layout) {
  return layout == PL_LAYOUT_PIPELINE ? 2 : 1;
}

static bool is_stopped(const struct pl_run *run) {
  return atomic_load_explicit(&run->stop, memory_order_relaxed); /* nothing goes with the wish */
}

/* Feed time against wall time, so that a capture can be played at a pace people can watch. */
struct pace {
  uint64_t first_recv_ns, first_wall_ns;
};

/* Where cores are shared, a worker without work lets others have its own.
 *   turns  counts how often it came round, for the watchdog; nothing goes with it */
static void rest(_Atomic uint64_t *turns, uint32_t *idle, uint32_t got) {
  atomic_store_explicit(turns, atomic_load_explicit(turns, memory_order_relaxed) + 1,
                        memory_order_relaxed);
  *idle = got != 0 ? 0 : *idle + 1;
  if (*idle >= IDLE_POLLS_BEFORE_YIELD) (void)sched_yield();
}

static void pace_wait(struct pl_run *run, struct pace *pace, uint64_t recv_ns) {
  if (run->config.speed_e3 == 0) return;
  if (pace->first_recv_ns == 0) *pace = (struct pace){recv_ns, pl_clock_monotonic_ns()};
  if (recv_ns <= pace->first_recv_ns) return;
  uint64_t due_ns =
      (uint64_t)((pl_u128)(recv_ns - pace->first_recv_ns) * 1000 / run->config.speed_e3);
  uint32_t idle = IDLE_POLLS_BEFORE_YIELD;
  while (pl_clock_monotonic_ns() - pace->first_wall_ns < due_ns && !is_stopped(run))
    rest(&run->receive_turns, &idle, 0);
}

static void take(struct pl_run *run, const struct pl_frame *frames, uint32_t count) {
  uint64_t now_ns = count == 0 ? pl_clock_utc_ns() : 0;
  if (run->config.layout == PL_LAYOUT_INLINE)
    pl_pipeline_run(run->config.pipeline, frames, count, now_ns);
  else
    pl_pipeline_receive(run->config.pipeline, frames, count, now_ns);
}

/* A paced burst is handed over frame by frame: its frames are due at different times. */
static void take_paced(struct pl_run *run, struct pace *pace, const struct pl_frame *frames,
                       uint32_t count) {
  if (run->config.speed_e3 == 0) {
    take(run, frames, count);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    pace_wait(run, pace, frames[i].recv_ns);
    take(run, &frames[i], 1);
  }
}

/* For those who look on; we are the only writer, and no other memory goes with it. */
static void tell_progress(struct pl_run *run, const struct pl_frame *frames, uint32_t count) {
  uint64_t total = atomic_load_explicit(&run->frames, memory_order_relaxed) + count;
  atomic_store_explicit(&run->frames, total, memory_order_relaxed);
  atomic_store_explicit(&run->recv_ns, frames[count - 1].recv_ns, memory_order_relaxed);
}

static uint32_t burst_capture(void *context, struct pl_frame *ret_frames, bool *ret_ended) {
  struct pl_port *port = context;
  uint32_t count = pl_port_burst(port, ret_frames, PL_BURST_FRAMES_MAX);
  *ret_ended = pl_port_ended(port);
  return count;
}

static void receive_captures(struct pl_run *run) {
  struct pl_merge_source sources[PL_RUN_PORTS_MAX];
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  struct pl_merge merge;
  struct pace pace = {0};
  uint32_t idle = 0;
  for (uint32_t i = 0; i < run->config.port_count; i++)
    sources[i] = (struct pl_merge_source){burst_capture, run->config.ports[i]};
  pl_merge_init(&merge, sources, run->config.port_count);
  while (!is_stopped(run) && !pl_merge_ended(&merge)) {
    uint32_t count = pl_merge_take(&merge, frames);
    if (count != 0) {
      take_paced(run, &pace, frames, count);
      tell_progress(run, frames, count);
    }
    rest(&run->receive_turns, &idle, count);
  }
}

/* Live ports are polled in turn; what comes is due now. */
static void receive_live(struct pl_run *run) {
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  uint32_t idle = 0;
  while (!is_stopped(run)) {
    uint32_t got = 0;
    for (uint32_t i = 0; i < run->config.port_count; i++) {
      uint32_t count = pl_port_burst(run->config.ports[i], frames, PL_BURST_FRAMES_MAX);
      if (count == 0) continue;
      take(run, frames, count);
      tell_progress(run, frames, count);
      got += count;
    }
    if (got == 0) take(run, NULL, 0);
    rest(&run->receive_turns, &idle, got);
  }
}

static bool is_capture(const struct pl_run *run, uint32_t port) {
  return pl_port_capture_info(run->config.ports[port]) != NULL;
}

static int receive_worker(void *argument) {
  struct pl_run *run = argument;
  if (is_capture(run, 0))
    receive_captures(run);
  else
    receive_live(run);
  if (run->config.layout == PL_LAYOUT_INLINE)
    atomic_store_explicit(&run->stepped, true, memory_order_release); /* pairs with pl_run_ended */
  atomic_store_explicit(&run->received, true, memory_order_release);  /* pairs with engine_worker */
  return 0;
}

static int engine_worker(void *argument) {
  struct pl_run *run = argument;
  uint32_t idle = 0;
  for (;;) {
    /* read before the ring: what was published before it was set is then found below */
    bool received = atomic_load_explicit(&run->received, memory_order_acquire);
    uint32_t count = pl_pipeline_engine(run->config.pipeline);
    if (count == 0 && received) break;
    rest(&run->engine_turns, &idle, count);
  }
  atomic_store_explicit(&run->stepped, true, memory_order_release); /* pairs with pl_run_ended */
  return 0;
}

void pl_run_start(struct pl_run *run, const struct pl_run_config *config) {
  *run = (struct pl_run){.config = *config};
  PL_CHECK(config->port_count > 0 && config->port_count <= PL_RUN_PORTS_MAX);
  for (uint32_t i = 1; i < config->port_count; i++)
    PL_CHECK(is_capture(run, i) == is_capture(run, 0));
  pl_eal_launch(0, receive_worker, run);
  if (config->layout == PL_LAYOUT_PIPELINE) pl_eal_launch(1, engine_worker, run);
}

void pl_run_turns(const struct pl_run *run, uint64_t *ret_turns) {
  uint64_t received = atomic_load_explicit(&run->receive_turns, memory_order_relaxed);
  ret_turns[PL_WATCHDOG_RECEIVE] = ret_turns[PL_WATCHDOG_ENGINE] = received;
  if (run->config.layout == PL_LAYOUT_PIPELINE)
    ret_turns[PL_WATCHDOG_ENGINE] = atomic_load_explicit(&run->engine_turns, memory_order_relaxed);
}

void pl_run_stop(struct pl_run *run) {
  atomic_store_explicit(&run->stop, true, memory_order_relaxed); /* a wish; nothing goes with it */
}

bool pl_run_ended(const struct pl_run *run) {
  return atomic_load_explicit(&run->stepped, memory_order_acquire);
}

void pl_run_join(struct pl_run *run) {
  (void)pl_eal_join(0);
  if (run->config.layout == PL_LAYOUT_PIPELINE) (void)pl_eal_join(1);
}
