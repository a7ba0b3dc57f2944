/* Row 14 of the fault matrix on real threads: the engine core is held up in the middle of an event,
 * the watchdog says so, and when it moves again all goes on. */
#include "control/daemon/run.h"
#include "control/daemon/watchdog.h"
#include "dataplane/port/eal.h"
#include "engine/base/clock.h"
#include "tests/fault/fault.h"
#include "tests/venue/sink_pcap.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define EVENTS_BEFORE 5000
#define PATIENCE_NS   (60 * SECOND_NS) /* an end for a test that hangs; nothing is measured by it */

static _Atomic bool held, let_go; /* set by the engine core, and by us */
static uint64_t events;           /* the engine core's */

static void hold_up(void *context, const struct pl_step *step, const struct pl_event *event) {
  (void)context;
  (void)step;
  (void)event;
  if (++events != EVENTS_BEFORE) return;
  atomic_store_explicit(&held, true, memory_order_release);
  while (!atomic_load_explicit(&let_go, memory_order_acquire)) (void)sched_yield();
}

static uint32_t look(const struct pl_run *run, struct pl_watchdog *watchdog) {
  uint64_t turns[PL_WATCHDOG_CORES];
  pl_run_turns(run, turns);
  return pl_watchdog_look(watchdog, turns, pl_clock_monotonic_ns());
}

static void write_capture(const char *path) {
  static struct pl_sink_pcap sink;
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 8, 20, 200);
  assert_true(pl_sink_pcap_open(&sink, path));
  for (uint32_t i = 0; i < frames.count; i++)
    assert_true(pl_sink_pcap_write(&sink, frames.frames[i].recv_ns, frames.frames[i].data,
                                   frames.frames[i].size_bytes));
  assert_true(pl_sink_pcap_close(&sink));
  pl_frames_free(&frames);
}

static void row_14_held_up_engine_core_is_seen_and_goes_on(void **state) {
  (void)state;
  static struct pl_policy policy;
  static struct pl_pipeline pipeline;
  static struct pl_run run;
  static struct fault_run decided;
  static struct pl_watchdog watchdog;
  char path[] = "/tmp/plimsoll-test-XXXXXX", error[512] = "";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  (void)close(fd);
  write_capture(path);
  pl_policy_default(&policy);
  const struct pl_pipeline_config config = {.venue = pl_venue_find("deribit"),
                                            .policy = &policy,
                                            .instrument_count = 256,
                                            .lossless = true,
                                            .tap = hold_up};
  const struct pl_eal_config eal = {.workers = pl_run_workers(PL_LAYOUT_PIPELINE)};
  assert_int_equal(pl_eal_start(&eal, error, sizeof error), PL_OK);
  assert_int_equal(pl_pipeline_open(&config, &pipeline), PL_OK);
  struct pl_run_config run_config = {
      .pipeline = &pipeline, .layout = PL_LAYOUT_PIPELINE, .port_count = 1, .speed_e3 = 20000};
  assert_int_equal(pl_port_open_capture(path, PL_LINE_A, &run_config.ports[0], error, sizeof error),
                   PL_OK);
  uint64_t begun_ns = pl_clock_monotonic_ns(), by_model = 0;
  bool seen = false, over = false;
  pl_run_start(&run, &run_config);
  while (!pl_run_ended(&run)) {
    uint32_t stalled = look(&run, &watchdog);
    (void)pl_pipeline_drain(&pipeline, fault_judge, &decided);
    if (!seen && (stalled & 1u << PL_WATCHDOG_ENGINE) != 0 &&
        atomic_load_explicit(&held, memory_order_acquire)) {
      seen = true;
      by_model = decided.outcome.by_model;
      atomic_store_explicit(&let_go, true, memory_order_release);
    }
    over |= seen && stalled == 0;
    assert_true(pl_clock_monotonic_ns() - begun_ns < PATIENCE_NS);
    (void)sched_yield();
  }
  (void)pl_pipeline_drain(&pipeline, fault_judge, &decided);
  pl_run_join(&run);
  assert_true(seen && over);
  assert_true(watchdog.stalls >= 1);
  assert_true(decided.outcome.by_model > by_model);
  pl_port_close(run_config.ports[0]);
  pl_pipeline_close(&pipeline);
  pl_eal_stop();
  (void)unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(row_14_held_up_engine_core_is_seen_and_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
