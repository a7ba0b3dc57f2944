#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"
#include "tests/bench/pair.h"

#include <stdatomic.h>
#include <stdlib.h>

#define RUNS 7

/* Frame handed over by the poll loop to decision seen by the consumer, one frame at a time. The
 * calling thread stands for the poll loop and for the consumer (two CPUs have to do; both stamps
 * then come from one counter), the other one is the engine. */
struct wire {
  struct pl_pipeline pipeline;
  const struct pl_frames *frames;
  uint64_t seen_tsc; /* first decision of the frame in flight; 0: none yet */
  uint64_t *ticks;   /* [tick_count], at most one a frame */
  uint32_t tick_count;
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic uint64_t events_done; /* the engine's line */
  alignas(2 * PL_CACHE_LINE_BYTES) _Atomic bool stop;            /* the caller's */
};

static void take(void *context, const struct pl_decision *decision) {
  struct wire *wire = context;
  (void)decision;
  if (wire->seen_tsc == 0) wire->seen_tsc = pl_measure_tsc();
}

static void keep(struct wire *wire, uint64_t from_tsc) {
  if (wire->seen_tsc != 0) wire->ticks[wire->tick_count++] = wire->seen_tsc - from_tsc;
}

/* Waits until the engine took every event the feed made, draining decisions as they come. */
static void drain(struct wire *wire) {
  uint64_t events = pl_feed_counters(wire->pipeline.feed)->events, idle = 0;
  bool done;
  do {
    /* pairs with the release in engine: its decisions were published before */
    done = atomic_load_explicit(&wire->events_done, memory_order_acquire) >= events;
    if (pl_pipeline_drain(&wire->pipeline, take, wire) == 0 && !done) pl_pair_wait(&idle);
  } while (!done);
}

static void receive(void *context) {
  struct wire *wire = context;
  for (uint32_t i = 0; i < wire->frames->count; i++) {
    wire->seen_tsc = 0;
    uint64_t from_tsc = pl_measure_tsc();
    pl_pipeline_receive(&wire->pipeline, &wire->frames->frames[i], 1, 0);
    drain(wire);
    keep(wire, from_tsc);
  }
  atomic_store_explicit(&wire->stop, true, memory_order_relaxed); /* nothing hangs on its order */
}

static void engine(void *context) {
  struct wire *wire = context;
  uint64_t done = 0, idle = 0;
  while (!atomic_load_explicit(&wire->stop, memory_order_relaxed)) {
    uint32_t count = pl_pipeline_engine(&wire->pipeline);
    if (count == 0) {
      pl_pair_wait(&idle);
      continue;
    }
    idle = 0;
    done += count;
    /* pairs with the acquire in drain */
    atomic_store_explicit(&wire->events_done, done, memory_order_release);
  }
}

static void inline_all(struct wire *wire) {
  for (uint32_t i = 0; i < wire->frames->count; i++) {
    wire->seen_tsc = 0;
    uint64_t from_tsc = pl_measure_tsc();
    pl_pipeline_run(&wire->pipeline, &wire->frames->frames[i], 1, 0);
    (void)pl_pipeline_drain(&wire->pipeline, take, wire);
    keep(wire, from_tsc);
  }
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

static void pass(struct wire *wire, const struct pl_policy *policy, bool two,
                 struct pl_measure *p50, struct pl_measure *p99) {
  struct pl_pipeline_config config = {.venue = &pl_deribit_venue,
                                      .policy = policy,
                                      .instrument_count = PL_INPUT_INSTRUMENTS,
                                      .lossless = true,
                                      .touch = true};
  PL_CHECK(pl_pipeline_open(&config, &wire->pipeline) == PL_OK);
  wire->tick_count = 0;
  atomic_store_explicit(&wire->stop, false, memory_order_relaxed); /* the threads start later */
  atomic_store_explicit(&wire->events_done, 0, memory_order_relaxed);
  if (two)
    pl_pair_run(receive, engine, wire);
  else
    inline_all(wire);
  PL_CHECK(wire->tick_count != 0);
  qsort(wire->ticks, wire->tick_count, sizeof wire->ticks[0], compare);
  uint64_t high = (uint64_t)wire->tick_count * 99 / 100;
  pl_measure_add(p50, (double)wire->ticks[wire->tick_count / 2] * pl_measure_ns_per_tick());
  pl_measure_add(p99, (double)wire->ticks[high] * pl_measure_ns_per_tick());
  pl_pipeline_close(&wire->pipeline);
}

static void print(struct pl_report *report, const struct wire *wire, const char *name,
                  const char *bound, struct pl_measure *measure) {
  struct pl_figure figure = {.name = name,
                             .unit = "ns",
                             .clock = "wall",
                             .per_run = wire->tick_count,
                             .value_share = 0.5,
                             .bound = bound};
  pl_report_figure(report, &figure, measure);
}

void pl_case_wire_run(struct pl_report *report, const struct pl_input *input) {
  static struct wire wire;
  static struct pl_policy policy;
  pl_policy_default(&policy);
  wire.frames = &input->frames;
  wire.ticks = malloc(input->frames.count * sizeof *wire.ticks);
  PL_CHECK(wire.ticks != NULL);
  struct pl_measure measures[4] = {{.count = 0}, {.count = 0}, {.count = 0}, {.count = 0}};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    pass(&wire, &policy, true, &measures[0], &measures[1]);
    pass(&wire, &policy, false, &measures[2], &measures[3]);
  }
  print(report, &wire, "wire.pipeline.p50",
        "inline, plus a hop (hop.p50) and the lines of the events and the decision across",
        &measures[0]);
  print(report, &wire, "wire.pipeline.p99", "the same with snapshots of whole books", &measures[1]);
  print(report, &wire, "wire.inline.p50",
        "feed for a packet, step for its events, one view of 5 lines: about 1 us", &measures[2]);
  print(report, &wire, "wire.inline.p99", "the same with snapshots of whole books", &measures[3]);
  free(wire.ticks);
}
