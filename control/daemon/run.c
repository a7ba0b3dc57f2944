#include "control/daemon/run.h"

#include "dataplane/port/eal.h"
#include "engine/base/clock.h"
#include "engine/base/fixed.h"

#include <sched.h>

#define IDLE_POLLS_BEFORE_YIELD 256

uint32_t pl_run_workers(enum pl_layout layout) {
  return layout == PL_LAYOUT_PIPELINE ? 2 : 1;
}

/* Feed time against wall time, so that a capture can be played at a pace people can watch. */
struct pace {
  uint64_t first_recv_ns, first_wall_ns;
};

static void pace_wait(struct pl_run *run, struct pace *pace, uint64_t recv_ns) {
  if (run->config.speed_e3 == 0) return;
  if (pace->first_recv_ns == 0) *pace = (struct pace){recv_ns, pl_clock_monotonic_ns()};
  if (recv_ns <= pace->first_recv_ns) return;
  uint64_t due_ns =
      (uint64_t)((pl_u128)(recv_ns - pace->first_recv_ns) * 1000 / run->config.speed_e3);
  while (pl_clock_monotonic_ns() - pace->first_wall_ns < due_ns &&
         !atomic_load_explicit(&run->stop, memory_order_relaxed))
    (void)sched_yield();
}

static void take(struct pl_run *run, const struct pl_frame *frames, uint32_t count) {
  uint64_t now_ns = count == 0 ? pl_clock_utc_ns() : 0;
  if (run->config.layout == PL_LAYOUT_INLINE)
    pl_pipeline_run(run->config.pipeline, frames, count, now_ns);
  else
    pl_pipeline_receive(run->config.pipeline, frames, count, now_ns);
}

/* A paced burst is handed over frame by frame: its frames are due at different times. What comes
 * from a live port is due now. */
static void take_paced(struct pl_run *run, struct pace *pace, const struct pl_port *port,
                       const struct pl_frame *frames, uint32_t count) {
  if (run->config.speed_e3 == 0 || pl_port_capture_info(port) == NULL) {
    take(run, frames, count);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    pace_wait(run, pace, frames[i].recv_ns);
    take(run, &frames[i], 1);
  }
}

static bool all_ended(const struct pl_run *run) {
  for (uint32_t i = 0; i < run->config.port_count; i++)
    if (!pl_port_ended(run->config.ports[i])) return false;
  return true;
}

static int receive_worker(void *argument) {
  struct pl_run *run = argument;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  struct pace pace = {0};
  uint64_t total = 0;
  uint32_t idle = 0;
  bool live = false;
  for (uint32_t i = 0; i < run->config.port_count; i++)
    live |= pl_port_capture_info(run->config.ports[i]) == NULL;
  while (!atomic_load_explicit(&run->stop, memory_order_relaxed) && !all_ended(run)) {
    uint32_t got = 0;
    for (uint32_t i = 0; i < run->config.port_count; i++) {
      uint32_t count = pl_port_burst(run->config.ports[i], frames, PL_BURST_FRAMES_MAX);
      if (count == 0) continue;
      take_paced(run, &pace, run->config.ports[i], frames, count);
      got += count;
      /* progress only: no other memory goes with it */
      atomic_store_explicit(&run->recv_ns, frames[count - 1].recv_ns, memory_order_relaxed);
    }
    total += got;
    if (got != 0) atomic_store_explicit(&run->frames, total, memory_order_relaxed);
    idle = got != 0 ? 0 : idle + 1;
    if (got == 0 && live) take(run, NULL, 0);
    if (idle >= IDLE_POLLS_BEFORE_YIELD) (void)sched_yield(); /* where cores are shared */
  }
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
    idle = count != 0 ? 0 : idle + 1;
    if (idle >= IDLE_POLLS_BEFORE_YIELD) (void)sched_yield();
  }
  atomic_store_explicit(&run->stepped, true, memory_order_release); /* pairs with pl_run_ended */
  return 0;
}

void pl_run_start(struct pl_run *run, const struct pl_run_config *config) {
  *run = (struct pl_run){.config = *config};
  pl_eal_launch(0, receive_worker, run);
  if (config->layout == PL_LAYOUT_PIPELINE) pl_eal_launch(1, engine_worker, run);
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
