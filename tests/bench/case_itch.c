/* Nasdaq's stream without a book behind it: a mixture of types in no order that could be learnt,
 * over as many stocks as a day has active ones. Order references are as long as real ones and mean
 * nothing. */
#include "dataplane/venue/itch.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"
#include "tests/unit/engine/random.h"
#include "tests/venue/wire_itch.h"

#include <stdlib.h>

#define RUNS           25
#define PASSES         10
#define STOCKS         4000u
#define MESSAGES       200000u
#define PACKET_TYPICAL 30u
#define TIME_NS        UINT64_C(34200000000000)

struct stream {
  uint8_t *bytes; /* [PL_WIRE_ITCH_PAYLOAD_MAX] a packet */
  struct pl_packet *packets;
  uint32_t packet_count;
  uint64_t messages, random;
  void *decoder;
  struct pl_event *events; /* [PL_FRAME_EVENTS_MAX] */
  uint64_t written;
};

static bool append(struct stream *stream, struct pl_wire_itch *packet) {
  uint64_t random = random_next(&stream->random), which = random % 100;
  uint16_t locate = (uint16_t)(1 + random / 100 % STOCKS);
  uint32_t shares = (uint32_t)(100 * (1 + random % 7)), price = (uint32_t)(random >> 45);
  uint64_t ref = random >> 30;
  const struct pl_wire_itch_head head = {locate, 0, TIME_NS + stream->messages * 1000};
  if (which < 45)
    return pl_wire_itch_add(packet, &(struct pl_wire_itch_add){head, ref, random >> 63 ? 'B' : 'S',
                                                               shares, "STOCK", price, NULL});
  if (which < 84) return pl_wire_itch_delete(packet, &head, ref);
  if (which < 92)
    return pl_wire_itch_replace(packet,
                                &(struct pl_wire_itch_replace){head, ref, ref + 1, shares, price});
  if (which < 97)
    return pl_wire_itch_execution(packet,
                                  &(struct pl_wire_itch_execution){head, ref, shares, ref, 0, 0});
  if (which == 97)
    return pl_wire_itch_trade(
        packet, &(struct pl_wire_itch_trade){head, 0, 'B', shares, "STOCK", price, ref});
  if (which == 98)
    return pl_wire_itch_add(
        packet, &(struct pl_wire_itch_add){head, ref, 'B', shares, "STOCK", price, "MPID"});
  return pl_wire_itch_cancel(packet, &head, ref, shares);
}

static void make(struct stream *stream, uint32_t messages) {
  uint32_t room = messages; /* packets: none is empty */
  stream->bytes = malloc((size_t)room * PL_WIRE_ITCH_PAYLOAD_MAX);
  stream->packets = malloc(room * sizeof *stream->packets);
  PL_CHECK(stream->bytes != NULL && stream->packets != NULL);
  uint8_t *at = stream->bytes;
  while (stream->messages < messages) {
    struct pl_wire_itch packet;
    uint64_t wanted = 1 + random_next(&stream->random) % (2 * PACKET_TYPICAL - 1);
    PL_CHECK(pl_wire_itch_begin(&packet, at, PL_WIRE_ITCH_PAYLOAD_MAX, "BENCH", 1));
    while (packet.count < wanted && append(stream, &packet)) stream->messages++;
    size_t size = pl_wire_itch_finish(&packet);
    stream->packets[stream->packet_count++] =
        (struct pl_packet){.data = at, .size_bytes = (uint32_t)size};
    at += size;
  }
}

static void pass(struct stream *stream) {
  struct pl_venue_context context = {.continuous = true, .recv_ns = 50000 * UINT64_C(1000000000)};
  for (uint32_t i = 0; i < stream->packet_count; i++) {
    const struct pl_packet *packet = &stream->packets[i];
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    if (pl_itch_venue.head(packet, &head) != PL_OK ||
        pl_itch_venue.judge(packet, &verdict) != PL_OK)
      continue;
    context.packet_seq = head.seq;
    stream->written += pl_itch_venue.write(stream->decoder, packet, &context, stream->events);
  }
}

/* All stocks are named before the clock runs. */
static void name_stocks(struct stream *stream) {
  const struct pl_venue_context context = {.continuous = true};
  for (uint32_t i = 1; i <= STOCKS; i++) {
    uint8_t bytes[PL_WIRE_ITCH_PAYLOAD_MAX];
    struct pl_wire_itch packet;
    PL_CHECK(pl_wire_itch_begin(&packet, bytes, sizeof bytes, "BENCH", i));
    const struct pl_wire_itch_directory stock = {.head = {(uint16_t)i, 0, TIME_NS},
                                                 .stock = "STOCK"};
    PL_CHECK(pl_wire_itch_directory(&packet, &stock));
    const struct pl_packet sent = {.data = bytes,
                                   .size_bytes = (uint32_t)pl_wire_itch_finish(&packet)};
    PL_CHECK(pl_itch_venue.write(stream->decoder, &sent, &context, stream->events) == 1);
  }
}

void pl_case_itch_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct stream stream = {.random = 1};
  make(&stream, report->smoke ? MESSAGES / 100 : MESSAGES);
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  PL_CHECK(pl_arena_open(pl_directory_footprint(STOCKS) + pl_itch_venue.footprint() + events_bytes,
                         &arena) == PL_OK);
  struct pl_directory *directory = pl_directory_create(&arena, STOCKS);
  stream.decoder = pl_itch_venue.create(&arena, directory);
  stream.events = pl_arena_take(&arena, events_bytes);
  name_stocks(&stream);
  pass(&stream);
  PL_CHECK(stream.written >= stream.messages);
  uint32_t passes = report->smoke ? 1 : PASSES;
  struct pl_measure measure = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint32_t again = 0; again < passes; again++) pass(&stream);
    pl_measure_add(&measure,
                   (double)(pl_measure_cpu_ns() - from_ns) / ((double)stream.messages * passes));
  }
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = "decode.itch",
                       .unit = "ns/message",
                       .clock = "cpu",
                       .per_run = stream.messages * passes,
                       .value_share = 0.5,
                       .bound = "some 30 B read twice and one line of 8 words written, no place "
                                "guessed by type: about 60 instructions at 4 a cycle, 5 ns",
                   },
                   &measure);
  pl_arena_close(&arena);
  free(stream.packets);
  free(stream.bytes);
}
