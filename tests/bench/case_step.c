#include "engine/base/check.h"
#include "tests/bench/cases.h"

#include <stdlib.h>
#include <string.h>

#define RUNS 15

struct stepping {
  struct pl_policy policy;
  const struct pl_event *events;
  uint32_t count;
  uint64_t decisions;
};

/* One pass over the stream with an engine of its own, made and touched outside the measured part;
 * returns its CPU time. */
static uint64_t pass(struct stepping *stepping) {
  struct pl_arena arena;
  const struct pl_step_config config = {.policy = &stepping->policy,
                                        .instrument_count = PL_INPUT_INSTRUMENTS};
  PL_CHECK(pl_arena_open(pl_step_footprint(&config), &arena) == PL_OK);
  struct pl_step *step = pl_step_create(&arena, &config);
  pl_arena_touch(&arena);
  struct pl_decision decision;
  stepping->decisions = 0;
  uint64_t from_ns = pl_measure_cpu_ns();
  for (uint32_t i = 0; i < stepping->count; i++)
    stepping->decisions += pl_step(step, &stepping->events[i], &decision);
  uint64_t ns = pl_measure_cpu_ns() - from_ns;
  pl_arena_close(&arena);
  return ns;
}

static void print(struct pl_report *report, const char *name, const char *unit, uint64_t per_run,
                  const char *bound, struct pl_measure *measure) {
  struct pl_figure figure = {.name = name,
                             .unit = unit,
                             .clock = "cpu",
                             .per_run = per_run,
                             .value_share = 0.5,
                             .bound = bound};
  pl_report_figure(report, &figure, measure);
}

/* The price of deciding is the difference to the same stream without its event ends. */
void pl_case_step_run(struct pl_report *report, const struct pl_input *input) {
  static struct stepping whole, endless;
  pl_policy_default(&whole.policy);
  pl_policy_default(&endless.policy);
  size_t bytes = input->event_count * sizeof *input->events;
  struct pl_event *events = malloc(bytes + 1);
  PL_CHECK(events != NULL);
  memcpy(events, input->events, bytes);
  uint64_t ends = 0;
  for (uint32_t i = 0; i < input->event_count; i++) {
    ends += (events[i].flags & PL_EVF_EVENT_END) != 0;
    events[i].flags &= (uint8_t)~PL_EVF_EVENT_END;
  }
  whole.events = input->events;
  endless.events = events;
  whole.count = endless.count = input->event_count;
  struct pl_measure event = {.count = 0}, apply = {.count = 0}, decide = {.count = 0},
                    decision = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    double whole_ns = (double)pass(&whole), endless_ns = (double)pass(&endless);
    PL_CHECK(whole.decisions != 0 && ends != 0);
    pl_measure_add(&event, whole_ns / whole.count);
    pl_measure_add(&apply, endless_ns / whole.count);
    pl_measure_add(&decide, (whole_ns - endless_ns) / (double)ends);
    pl_measure_add(&decision, whole_ns / (double)whole.decisions);
  }
  print(report, "step.event", "ns/event", whole.count,
        "apply, plus decide times the share of events that end one", &event);
  print(report, "step.apply", "ns/event", whole.count,
        "1 event line, 1-2 lines of the instrument and 2 of its book, mostly L2 hits: about 10 ns",
        &apply);
  print(report, "step.decide", "ns/event end", ends,
        "both sides walked (some 100 levels, a multiply each), 2 slippages and 12 bands divided by "
        "128 bits, 1 square root of 5 divisions: about 500 ns",
        &decide);
  print(report, "step.decision", "ns/decision", whole.decisions,
        "everything, over the decisions that were published", &decision);
  free(events);
}
