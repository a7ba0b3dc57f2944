#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"

#define RUNS         15
#define PACKETS_GOAL 200000 /* packets in one repetition */

struct decode {
  void *decoder;
  struct pl_event *events; /* [PL_FRAME_EVENTS_MAX] */
  uint64_t written;
};

static void pass(struct decode *decode, const struct pl_input *input) {
  for (uint32_t i = 0; i < input->packet_count; i++) {
    const struct pl_input_packet *packet = &input->packets[i];
    struct pl_venue_verdict verdict;
    if (pl_deribit_venue.judge(&packet->packet, &verdict) == PL_OK)
      decode->written += pl_deribit_venue.write(decode->decoder, &packet->packet, &packet->context,
                                                decode->events);
  }
}

static void run(struct pl_report *report, const struct pl_input *input, const char *name) {
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  PL_CHECK(pl_arena_open(pl_directory_footprint(PL_INPUT_INSTRUMENTS) +
                             pl_deribit_venue.footprint() + events_bytes,
                         &arena) == PL_OK);
  struct pl_directory *directory = pl_directory_create(&arena, PL_INPUT_INSTRUMENTS);
  struct decode decode = {.decoder = pl_deribit_venue.create(&arena, directory),
                          .events = pl_arena_take(&arena, events_bytes)};
  uint32_t passes = report->smoke ? 1 : PACKETS_GOAL / input->packet_count + 1;
  pass(&decode, input); /* the directory fills in the first pass only */
  PL_CHECK(decode.written != 0);
  struct pl_measure measure = {.count = 0};
  uint64_t messages = input->messages * passes;
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint32_t again = 0; again < passes; again++) pass(&decode, input);
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / (double)messages);
  }
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = name,
                       .unit = "ns/message",
                       .clock = "cpu",
                       .per_run = messages,
                       .value_share = 0.5,
                       .bound = "some 130 B read twice and 3 lines written, all in L1 and L2: "
                                "about 10 ns; 6 doubles to fixed point, 3 ns each with their "
                                "checks: 20 ns more",
                   },
                   &measure);
  pl_arena_close(&arena);
}

void pl_case_decode_run(struct pl_report *report, const struct pl_input *input) {
  run(report, input, "decode");
  char path[4096];
  struct pl_input sample;
  if (pl_harness_shared("captures/deribit/sample_capture_v1_6.pcapng", path, sizeof path) == NULL)
    return;
  if (!pl_input_capture(&sample, path)) return;
  run(report, &sample, "decode.sample");
  pl_input_free(&sample);
}
