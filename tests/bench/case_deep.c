#include "dataplane/feed/udp.h"
#include "dataplane/venue/deep.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"
#include "tests/venue/wire_deep.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS          15
#define MESSAGES_GOAL 2000000 /* in one repetition */
#define INSTRUMENTS   8192
#define SYMBOLS       1000
#define PACKETS       4000
#define SMOKE_PACKETS 100
#define CAPTURE       "captures/iex/DEEP10.pcap.gz"
#define BOUND                                                                                      \
  "some 34 B read twice and 1 line written a message, the directory's lines in L2: about 10 ns; "  \
  "wanted: at most 20"

/* Payloads one after the other, as a port's buffers hold them. */
struct stream {
  uint8_t *bytes;
  struct pl_packet *packets;
  uint64_t messages;
  uint32_t count;
};

struct decode {
  void *decoder;
  struct pl_event *events; /* [PL_FRAME_EVENTS_MAX] */
  uint64_t written;
};

static uint32_t draw(uint64_t *state, uint32_t below) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((*state >> 33) % below);
}

/* Mostly levels, then trades and statuses, as a trading day has them. */
static void put_message(struct pl_wire_deep *packet, uint64_t *state) {
  char symbol[9];
  uint32_t number = draw(state, SYMBOLS), what = draw(state, 100);
  (void)snprintf(symbol, sizeof symbol, "%c%c%c", 'A' + (int)(number % 10),
                 'A' + (int)(number / 10 % 10), 'A' + (int)(number / 100));
  const struct pl_wire_deep_about about = {(uint8_t)(draw(state, 25) != 0),
                                           UINT64_C(1500000000000000000), symbol};
  const struct pl_wire_deep_level level = {about, 100 * draw(state, 5), 100000 + draw(state, 99)};
  const struct pl_wire_deep_trade trade = {about, 100, 100000, draw(state, 1u << 30)};
  const struct pl_wire_deep_about status = {'T', about.time_ns, symbol};
  bool fits = what < 75   ? pl_wire_deep_level(packet, draw(state, 2) ? 'B' : 'S', &level)
              : what < 95 ? pl_wire_deep_trade(packet, &trade)
                          : pl_wire_deep_status(packet, &status, "");
  PL_CHECK(fits);
}

static void stream_make(struct stream *ret_stream, uint32_t packets) {
  struct stream stream = {.bytes = malloc((size_t)packets * PL_WIRE_DEEP_PAYLOAD_MAX),
                          .packets = calloc(packets, sizeof *stream.packets)};
  PL_CHECK(stream.bytes != NULL && stream.packets != NULL);
  uint64_t state = 1;
  uint8_t *at = stream.bytes;
  for (; stream.count < packets; stream.count++) {
    struct pl_wire_deep packet;
    const struct pl_wire_deep_head head = {.channel_id = 1, .first_seq = stream.messages + 1};
    PL_CHECK(pl_wire_deep_begin(&packet, at, PL_WIRE_DEEP_PAYLOAD_MAX, &head));
    for (uint32_t left = 10 + draw(&state, 21); left > 0; left--) put_message(&packet, &state);
    size_t size = pl_wire_deep_finish(&packet);
    stream.packets[stream.count] = (struct pl_packet){.data = at, .size_bytes = (uint32_t)size};
    stream.messages += packet.messages;
    at += size;
  }
  *ret_stream = stream;
}

/* The payloads of a capture that the decoder takes; false when there is no such file. */
static bool stream_read(struct stream *ret_stream, struct pl_frames *frames) {
  char path[4096];
  if (pl_harness_shared(CAPTURE, path, sizeof path) == NULL) return false;
  if (!pl_frames_read(frames, path)) return false;
  struct stream stream = {.packets = calloc(frames->count, sizeof *stream.packets)};
  PL_CHECK(stream.packets != NULL);
  for (uint32_t i = 0; i < frames->count; i++) {
    struct pl_packet *packet = &stream.packets[stream.count];
    struct pl_venue_head head;
    if (pl_udp_parse(frames->frames[i].data, frames->frames[i].size_bytes, packet) != PL_OK ||
        pl_deep_venue.head(packet, &head) != PL_OK)
      continue;
    stream.messages += head.seq_count;
    stream.count++;
  }
  *ret_stream = stream;
  return true;
}

static void stream_free(struct stream *stream) {
  free(stream->bytes);
  free(stream->packets);
}

static void pass(struct decode *decode, const struct stream *stream) {
  const struct pl_venue_context context = {.continuous = true, .whole = true, .recv_ns = 1};
  for (uint32_t i = 0; i < stream->count; i++) {
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    const struct pl_packet *packet = &stream->packets[i];
    if (pl_deep_venue.head(packet, &head) != PL_OK ||
        pl_deep_venue.judge(packet, &verdict) != PL_OK)
      continue;
    decode->written += pl_deep_venue.write(decode->decoder, packet, &context, decode->events);
  }
}

static void run(struct pl_report *report, const struct stream *stream, const char *name) {
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  PL_CHECK(
      pl_arena_open(pl_directory_footprint(INSTRUMENTS) + pl_deep_venue.footprint() + events_bytes,
                    &arena) == PL_OK);
  struct pl_directory *directory = pl_directory_create(&arena, INSTRUMENTS);
  struct decode decode = {.decoder = pl_deep_venue.create(&arena, directory),
                          .events = pl_arena_take(&arena, events_bytes)};
  uint64_t passes = report->smoke ? 1 : MESSAGES_GOAL / stream->messages + 1;
  pass(&decode, stream); /* the directory fills in the first pass only */
  PL_CHECK(decode.written != 0);
  struct pl_measure measure = {.count = 0};
  uint64_t messages = stream->messages * passes;
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint64_t again = 0; again < passes; again++) pass(&decode, stream);
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / (double)messages);
  }
  const struct pl_figure figure = {.name = name,
                                   .unit = "ns/message",
                                   .clock = "cpu",
                                   .per_run = messages,
                                   .value_share = 0.5,
                                   .bound = BOUND};
  pl_report_figure(report, &figure, &measure);
  pl_arena_close(&arena);
}

void pl_case_deep_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct stream stream;
  stream_make(&stream, report->smoke ? SMOKE_PACKETS : PACKETS);
  run(report, &stream, "decode.deep");
  stream_free(&stream);
  struct pl_frames frames = {0};
  if (stream_read(&stream, &frames)) {
    run(report, &stream, "decode.deep.capture");
    stream_free(&stream);
  }
  pl_frames_free(&frames);
}
