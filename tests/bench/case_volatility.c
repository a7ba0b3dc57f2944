#include "engine/base/check.h"
#include "engine/risk/volatility.h"
#include "tests/bench/cases.h"

#define RUNS      15
#define UPDATES   100000
#define HALF_LIFE UINT64_C(300000000000)

/* Every update is a whole step: its interval is between the minimum and the maximum. */
void pl_case_volatility_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  uint32_t updates = report->smoke ? UPDATES / 100 : UPDATES, saturations = 0;
  struct pl_volatility volatility;
  pl_volatility_start(&volatility, 600000);
  struct pl_measure measure = {.count = 0};
  int64_t price_e9 = INT64_C(60000) * PL_E9;
  uint64_t now_ns = UINT64_C(1793577600000000000), random = 1;
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint32_t i = 0; i < updates; i++) {
      random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      price_e9 += (int64_t)(random >> 60) * PL_E9 - INT64_C(15) * PL_E9 / 2;
      now_ns += PL_VOLATILITY_STEP_MIN_NS + (random >> 35);
      pl_volatility_update(&volatility, price_e9, now_ns, HALF_LIFE, &saturations);
    }
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / updates);
  }
  PL_CHECK(volatility.variance_e18 != 0 && price_e9 > 0);
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = "volatility",
                       .unit = "ns/update",
                       .clock = "cpu",
                       .per_run = updates,
                       .value_share = 0.5,
                       .bound = "3 divisions, one or two of them of 128 bits at some 25 cycles, in "
                                "one dependent chain: about 30 ns",
                   },
                   &measure);
}
