/* What `plimsoll capture` costs the receive core: asking whether one is on, once a burst, and
 * putting a frame while one is. */
#include "control/daemon/capture_tap.h"
#include "tests/bench/cases.h"

#define RUNS        41
#define BURSTS      1000000
#define FRAMES      200000
#define FRAME_BYTES 180 /* a common packet of the feed */
#define SLOTS       (1u << 14)
#define DRAIN       1024 /* frames put before the ring is emptied, which is not measured */

static struct pl_measure measure_off(struct pl_report *report, struct pl_capture_tap *tap) {
  struct pl_measure measure = {.count = 0};
  uint32_t bursts = report->smoke ? BURSTS / 200 : BURSTS;
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    struct pl_capture_tap *volatile where = tap; /* read again each time, as from the pipeline */
    uint64_t ready = 0, from_ns = pl_measure_cpu_ns();
    for (uint32_t i = 0; i < bursts; i++) ready += pl_capture_tap_ready(where) != NULL;
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / bursts);
    PL_CHECK(ready == 0);
  }
  return measure;
}

static void drain(struct pl_capture_tap *tap) {
  const struct pl_capture_record *record;
  while ((record = pl_capture_tap_peek(tap)) != NULL) pl_capture_tap_release(tap, record);
}

static struct pl_measure measure_on(struct pl_report *report, struct pl_capture_tap *tap) {
  static uint8_t bytes[FRAME_BYTES];
  static const struct pl_capture_order order = {PL_FRAME_BYTES_MAX, 1u << PL_LINE_A, false};
  const struct pl_frame frame = {bytes, sizeof bytes, PL_LINE_A, 1};
  struct pl_measure measure = {.count = 0};
  uint32_t frames = report->smoke ? FRAMES / 100 : FRAMES;
  pl_capture_tap_give(tap, &order);
  PL_CHECK(pl_capture_tap_ready(tap) != NULL);
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    uint64_t ns = 0;
    for (uint32_t done = 0; done < frames; done += DRAIN) {
      uint64_t from_ns = pl_measure_cpu_ns();
      for (uint32_t i = 0; i < DRAIN; i++) pl_capture_tap_put(tap, &frame, PL_OK);
      ns += pl_measure_cpu_ns() - from_ns;
      drain(tap);
    }
    uint32_t put = (frames + DRAIN - 1) / DRAIN * DRAIN;
    pl_measure_add(&measure, (double)ns / put);
  }
  PL_CHECK(pl_capture_tap_lost(tap) == 0);
  return measure;
}

void pl_case_capture_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct pl_arena arena;
  PL_CHECK(pl_arena_open(pl_capture_tap_footprint(SLOTS), &arena) == PL_OK);
  struct pl_capture_tap *tap = pl_capture_tap_create(&arena, SLOTS);
  pl_arena_touch(&arena);
  struct pl_measure off = measure_off(report, tap), on = measure_on(report, tap);
  pl_report_figure(report,
                   &(struct pl_figure){.name = "capture.off",
                                       .unit = "ns/burst",
                                       .clock = "cpu",
                                       .per_run = BURSTS,
                                       .value_share = 0.5,
                                       .bound = "two loads that hit and three predicted branches: "
                                                "2 ns"},
                   &off);
  pl_report_figure(report,
                   &(struct pl_figure){.name = "capture.put",
                                       .unit = "ns/frame",
                                       .clock = "cpu",
                                       .per_run = FRAMES,
                                       .value_share = 0.5,
                                       .bound = "a copy of 180 bytes into 4 lines of the ring"},
                   &on);
  pl_arena_close(&arena);
}
