#include "engine/base/check.h"
#include "tests/bench/cases.h"

#define RUNS 7

/* A whole replay, inline: frames to decisions, views and digest. */
void pl_case_replay_run(struct pl_report *report, const struct pl_input *input) {
  struct pl_measure measure = {.count = 0};
  uint64_t digest = 0;
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    struct pl_harness harness = {.decisions = 0};
    pl_harness_open(&harness, NULL);
    uint64_t from_ns = pl_measure_cpu_ns();
    pl_harness_play(&harness, &input->frames);
    uint64_t ns = pl_measure_cpu_ns() - from_ns;
    PL_CHECK(harness.decisions != 0 && (run == 0 || harness.digest == digest));
    digest = harness.digest;
    pl_measure_add(&measure, (double)input->frames.count * 1e9 / (double)ns);
    pl_harness_close(&harness);
  }
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = "replay",
                       .unit = "frames/s",
                       .clock = "cpu",
                       .per_run = input->frames.count,
                       .value_share = 0.5,
                       .bound = "the inverse of wire.inline's mean, clock reads and digest added; "
                                "pages are first touched in here",
                   },
                   &measure);
}
