/* What plimsoll-bench prints: one JSON object a figure and line, or an aligned table. */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include "tests/bench/measure.h"

#include <stdbool.h>
#include <stdint.h>

struct pl_report {
  bool json;
  bool smoke; /* everything at tiny size: proves that it runs, measures nothing */
  uint32_t figures;
};

/* One figure beside its repetitions. */
struct pl_figure {
  const char *name, *unit;
  const char *clock;  /* "cpu": CPU time of the thread; "wall": across threads */
  uint64_t per_run;   /* units of work in one repetition */
  double value_share; /* which quantile is the figure: 0.5, or 0.1 where wall time is compared */
  const char *bound;  /* what the figure should be compared with, in one clause */
};

/* pl_report_figure sorts the repetitions and prints the figure with smallest, tenth percentile,
 * median and largest of them. */
void pl_report_figure(struct pl_report *report, const struct pl_figure *figure,
                      struct pl_measure *measure);

/* pl_report_compiler and pl_report_march name the compiler of the benchmarks, with its version, and
 * the instruction set they were built for. */
const char *pl_report_compiler(void);
const char *pl_report_march(void);

/* pl_report_runs returns how many repetitions a figure gets: full, or 3 in a smoke run. */
static inline uint32_t pl_report_runs(const struct pl_report *report, uint32_t full) {
  return report->smoke ? 3 : full;
}

#endif
