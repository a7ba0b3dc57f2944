#include "dataplane/venue/starbase.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"
#include "tests/venue/wire_starbase.h"

#include <stdlib.h>

#define RUNS          15
#define PASSES        40 /* of the stream in one repetition */
#define PACKETS       4000
#define SMOKE_PACKETS 20
#define INSTRUMENTS   200
#define TIME_NS       INT64_C(1786000000000000000)
#define E9            INT64_C(1000000000)

struct stream {
  uint8_t (*bytes)[PL_STAR_PAYLOAD_MAX]; /* [count], the first INSTRUMENTS being definitions */
  size_t sizes[INSTRUMENTS + PACKETS];
  uint32_t count;
  uint64_t messages, state; /* of the packets after the definitions; of the random numbers */
  int64_t seq, order_id;
};

static uint32_t draw(struct stream *stream, uint32_t below) {
  stream->state = stream->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((stream->state >> 33) % below);
}

static void begin(struct stream *stream, struct pl_star_packet *packet) {
  const struct pl_star_head head = {TIME_NS, stream->seq, 1, PL_STAR_INCREMENTAL};
  PL_CHECK(
      pl_wire_starbase_begin(packet, stream->bytes[stream->count], PL_STAR_PAYLOAD_MAX, &head));
}

static void finish(struct stream *stream, struct pl_star_packet *packet) {
  stream->sizes[stream->count++] = pl_wire_starbase_finish(packet);
  stream->seq += packet->count;
}

static void define(struct stream *stream, int64_t id) {
  struct pl_star_packet packet;
  static const struct pl_star_mark mark = {PL_STAR_WHOLE, TIME_NS};
  const struct pl_star_instrument instrument = {
      .instrument_id = id, .name = "BTC-PERPETUAL", .tick_e9 = E9, .exponent = -3};
  begin(stream, &packet);
  PL_CHECK(pl_wire_starbase_instrument(&packet, &mark, &instrument));
  finish(stream, &packet);
}

/* In a hundred messages 45 puts, 20 reductions, 30 deletions and 5 trades. */
static bool append(struct stream *stream, struct pl_star_packet *packet, uint16_t flags) {
  const struct pl_star_mark mark = {flags, TIME_NS + stream->order_id};
  int64_t id = 1000 + draw(stream, INSTRUMENTS), order_id = stream->order_id - draw(stream, 1000);
  uint32_t kind = draw(stream, 100);
  uint8_t side = (uint8_t)draw(stream, 2);
  if (kind < 45) {
    int64_t price_e9 = (50000 + (int64_t)draw(stream, 100)) * E9;
    const struct pl_star_put put = {++stream->order_id, id,  1 + draw(stream, 10000), price_e9,
                                    stream->order_id,   side};
    return pl_wire_starbase_put(packet, &mark, &put);
  }
  if (kind < 65)
    return pl_wire_starbase_reduced(packet, &mark, side, order_id, id, draw(stream, 100));
  if (kind < 95) return pl_wire_starbase_delete(packet, &mark, side, order_id, id);
  const struct pl_star_trade trade = {stream->order_id, id, order_id, 5, 50000 * E9, side};
  return pl_wire_starbase_trade(packet, &mark, &trade);
}

/* Packets of 5 to 20 messages in transactions of one to three. */
static void fill(struct stream *stream, uint32_t packets) {
  for (int64_t i = 0; i < INSTRUMENTS; i++) define(stream, 1000 + i);
  for (uint32_t i = 0; i < packets; i++) {
    struct pl_star_packet packet;
    begin(stream, &packet);
    for (uint32_t left = 5 + draw(stream, 16); left != 0;) {
      uint32_t size = 1 + draw(stream, left < 3 ? left : 3);
      for (uint32_t at = 0; at < size; at++)
        PL_CHECK(
            append(stream, &packet,
                   (uint16_t)((at == 0 ? PL_STAR_START : 0) | (at == size - 1 ? PL_STAR_END : 0))));
      left -= size;
    }
    stream->messages += packet.count;
    finish(stream, &packet);
  }
}

static uint64_t pass(const struct stream *stream, void *decoder, struct pl_event *events,
                     uint32_t from) {
  uint64_t written = 0;
  for (uint32_t i = from; i < stream->count; i++) {
    const struct pl_packet packet = {stream->bytes[i], (uint32_t)stream->sizes[i], 0, 0};
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    if (pl_starbase_venue.head(&packet, &head) != PL_OK ||
        pl_starbase_venue.judge(&packet, &verdict) != PL_OK)
      continue;
    const struct pl_venue_context context = {
        .continuous = true, .whole = true, .packet_seq = head.seq, .seq = i, .recv_ns = TIME_NS};
    written += pl_starbase_venue.write(decoder, &packet, &context, events);
  }
  return written;
}

void pl_case_starbase_run(struct pl_report *report, const struct pl_input *input) {
  (void)input; /* a stream of its own */
  struct stream *stream = calloc(1, sizeof *stream);
  PL_CHECK(stream != NULL);
  stream->bytes = malloc(sizeof *stream->bytes * (INSTRUMENTS + PACKETS));
  PL_CHECK(stream->bytes != NULL);
  stream->seq = 1;
  stream->order_id = 1000;
  fill(stream, report->smoke ? SMOKE_PACKETS : PACKETS);
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  PL_CHECK(pl_arena_open(pl_directory_footprint(INSTRUMENTS) + pl_starbase_venue.footprint() +
                             events_bytes,
                         &arena) == PL_OK);
  struct pl_directory *directory = pl_directory_create(&arena, INSTRUMENTS);
  void *decoder = pl_starbase_venue.create(&arena, directory);
  struct pl_event *events = pl_arena_take(&arena, events_bytes);
  PL_CHECK(pass(stream, decoder, events, 0) >= stream->messages); /* definitions and first orders */
  uint32_t passes = report->smoke ? 1 : PASSES;
  struct pl_measure measure = {.count = 0};
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint32_t again = 0; again < passes; again++)
      (void)pass(stream, decoder, events, INSTRUMENTS);
    pl_measure_add(&measure,
                   (double)(pl_measure_cpu_ns() - from_ns) / (double)(stream->messages * passes));
  }
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = "decode.starbase",
                       .unit = "ns/message",
                       .clock = "cpu",
                       .per_run = stream->messages * passes,
                       .value_share = 0.5,
                       .bound = "45 B read twice and a line written: 3 ns; instrument found by "
                                "hash, its entry, its row and its transaction's mark, each a "
                                "line from L2: 4 ns each at worst; the goal is 20",
                   },
                   &measure);
  pl_arena_close(&arena);
  free(stream->bytes);
  free(stream);
}
