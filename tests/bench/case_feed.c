#include "engine/base/check.h"
#include "tests/bench/cases.h"

#define RUNS 15

/* Sequence numbers may be played once, so every repetition has a feed handler of its own, made and
 * touched outside the measured part. */
void pl_case_feed_run(struct pl_report *report, const struct pl_input *input) {
  struct pl_measure measure = {.count = 0};
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) {
    struct pl_arena arena;
    size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
    PL_CHECK(pl_arena_open(pl_input_feed_footprint() + events_bytes, &arena) == PL_OK);
    struct pl_feed *feed = pl_input_feed(&arena);
    struct pl_event *events = pl_arena_take(&arena, events_bytes);
    pl_arena_touch(&arena);
    uint64_t from_ns = pl_measure_cpu_ns();
    (void)pl_input_play(feed, &input->frames, events, NULL);
    uint64_t ns = pl_measure_cpu_ns() - from_ns;
    PL_CHECK(pl_feed_counters(feed)->messages == input->messages);
    pl_measure_add(&measure, (double)ns / (double)input->messages);
    pl_arena_close(&arena);
  }
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = "feed",
                       .unit = "ns/message",
                       .clock = "cpu",
                       .per_run = input->messages,
                       .value_share = 0.5,
                       .bound = "decode, plus one line of the channel and some 3 of the frame "
                                "missed in L2 a packet: decode + 20 ns",
                   },
                   &measure);
}
