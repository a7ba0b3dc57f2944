#include "dataplane/venue/cme.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"
#include "tests/venue/wire_cme.h"

#include <stdlib.h>

#define RUNS         15
#define PACKETS      512 /* different ones */
#define PACKETS_GOAL 200000
#define INSTRUMENTS  16
#define ENTRIES_MAX  4
#define TIME_NS      UINT64_C(1700000000000000000)
#define TICK_E9      INT64_C(25000000000)

enum mix { MIX_LEVELS, MIX_ORDERS, MIX_BOTH };
enum sizes { SIZES_ONE, SIZES_MANY };

struct run {
  const char *name, *bound;
  enum mix mix;
  enum sizes sizes;
};

/* The decoder and what it is fed: packets of 1 to 3 messages with 1 to 4 entries each, as the venue
 * sends them for one event of one instrument. */
struct bench {
  void *decoder;
  struct pl_event *events; /* [PL_FRAME_EVENTS_MAX] */
  uint8_t
      bytes[PACKETS * PL_WIRE_CME_PAYLOAD_MAX]; /* packets one behind the other, as in a capture */
  struct pl_packet packets[PACKETS];
  uint64_t written;
  uint32_t seq, messages, entries;
};

static void put_levels(struct pl_wire_cme *packet, int32_t id, uint8_t count, bool orders,
                       uint8_t event, uint32_t number) {
  struct pl_wire_cme_level levels[ENTRIES_MAX];
  struct pl_wire_cme_reference references[ENTRIES_MAX];
  for (uint8_t i = 0; i < count; i++) {
    levels[i] = (struct pl_wire_cme_level){.id = id,
                                           .number = number + i,
                                           .type = i % 2 == 0 ? '0' : '1',
                                           .action = i % 3,
                                           .level = (uint8_t)(1 + i),
                                           .price_e9 = (19000 + i) * TICK_E9,
                                           .qty = 3 + i};
    references[i] = (struct pl_wire_cme_reference){.order_id = number + i,
                                                   .priority = number,
                                                   .qty = 1,
                                                   .reference = (uint8_t)(i + 1),
                                                   .action = i % 3};
  }
  PL_CHECK(pl_wire_cme_book(packet, &(struct pl_wire_cme_book){TIME_NS, event, false, levels, count,
                                                               references, orders ? count : 0}));
}

static void put_orders(struct pl_wire_cme *packet, int32_t id, uint8_t count, uint8_t event,
                       uint32_t number) {
  struct pl_wire_cme_order orders[ENTRIES_MAX];
  for (uint8_t i = 0; i < count; i++)
    orders[i] = (struct pl_wire_cme_order){.id = id,
                                           .order_id = number + i,
                                           .priority = number,
                                           .type = i % 2 == 0 ? '0' : '1',
                                           .action = i % 3,
                                           .price_e9 = (19000 + i) * TICK_E9,
                                           .qty = 3 + i};
  PL_CHECK(pl_wire_cme_orders(packet, &(struct pl_wire_cme_orders){TIME_NS, event, orders, count}));
}

/* Entries of a message: one, but for every fourth, which has two; or 1 to 4. */
static uint8_t entries_of(enum sizes sizes, uint32_t message) {
  return (uint8_t)(1 + (sizes == SIZES_ONE ? message % 4 == 3 : message * 5 / 3 % ENTRIES_MAX));
}

/* Sizes in a fixed order without a short period: messages and entries repeat every 3 and 4. */
static void fill(struct bench *bench, const struct run *run) {
  enum mix mix = run->mix;
  bench->messages = bench->entries = 0;
  uint8_t *at = bench->bytes;
  for (uint32_t i = 0; i < PACKETS; i++) {
    struct pl_wire_cme packet;
    uint32_t messages = 1 + i % 3;
    int32_t id = (int32_t)(1 + i * 7 % INSTRUMENTS);
    PL_CHECK(pl_wire_cme_begin(&packet, at, PL_WIRE_CME_PAYLOAD_MAX, 13, i, TIME_NS));
    for (uint32_t j = 0; j < messages; j++) {
      uint8_t count = entries_of(run->sizes, bench->messages++);
      uint8_t event = j == messages - 1 ? PL_WIRE_CME_END : 4;
      bench->entries += mix == MIX_BOTH ? 2u * count : count;
      if (mix == MIX_ORDERS)
        put_orders(&packet, id, count, event, 1 + i * ENTRIES_MAX);
      else
        put_levels(&packet, id, count, mix == MIX_BOTH, event, 1 + i * ENTRIES_MAX);
    }
    bench->packets[i] = (struct pl_packet){at, (uint32_t)packet.size, 0xe0001f01, 14310};
    at += packet.size;
  }
}

static void take(struct bench *bench, const struct pl_packet *packet) {
  struct pl_venue_verdict verdict;
  const struct pl_venue_context context = {
      .continuous = true, .packet_seq = bench->seq++, .recv_ns = TIME_NS};
  if (pl_cme_venue.judge(packet, &verdict) == PL_OK)
    bench->written += pl_cme_venue.write(bench->decoder, packet, &context, bench->events);
}

/* Instruments with a display factor of 0.01, as the index futures have. */
static void define(struct bench *bench) {
  for (int32_t id = 1; id <= INSTRUMENTS; id++) {
    struct pl_wire_cme packet;
    uint8_t bytes[PL_WIRE_CME_PAYLOAD_MAX];
    const struct pl_wire_cme_definition definition = {.template_id = 54,
                                                      .total = PL_WIRE_CME_TOTAL_NULL,
                                                      .action = 'A',
                                                      .state = 17,
                                                      .symbol = "ES",
                                                      .id = id,
                                                      .tick_e9 = TICK_E9,
                                                      .factor_e9 = 10000000,
                                                      .depth = 10};
    PL_CHECK(pl_wire_cme_begin(&packet, bytes, sizeof bytes, 13, 1, TIME_NS) &&
             pl_wire_cme_definition(&packet, &definition));
    take(bench, &(struct pl_packet){bytes, (uint32_t)packet.size, 0xe0001f01, 14310});
  }
}

static void measure(struct pl_report *report, struct bench *bench, const struct run *run) {
  fill(bench, run);
  uint32_t passes = report->smoke ? 1 : PACKETS_GOAL / PACKETS + 1;
  struct pl_measure measure = {.count = 0};
  uint64_t messages = (uint64_t)bench->messages * passes;
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) {
    uint64_t before = bench->written, from_ns = pl_measure_cpu_ns();
    for (uint32_t pass = 0; pass < passes; pass++)
      for (uint32_t j = 0; j < PACKETS; j++) take(bench, &bench->packets[j]);
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / (double)messages);
    PL_CHECK(bench->written - before == (uint64_t)bench->entries * passes);
  }
  pl_report_figure(report,
                   &(struct pl_figure){.name = run->name,
                                       .unit = "ns/message",
                                       .clock = "cpu",
                                       .per_run = messages,
                                       .value_share = 0.5,
                                       .bound = run->bound},
                   &measure);
}

void pl_case_cme_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  static const struct run runs[] = {
      {"decode.cme.mbp",
       "2.5 levels a message, 2 messages a packet: a line written and 32 B read twice each, some "
       "4 ns a level; goal 20 ns",
       MIX_LEVELS, SIZES_MANY},
      {"decode.cme.mbp_1",
       "1.25 levels a message, as futures send, 2 messages a packet: instructions, not memory; "
       "some "
       "6 ns a level and 13 ns a message, half of these the packet's; goal 20 ns",
       MIX_LEVELS, SIZES_ONE},
      {"decode.cme.mbo",
       "2.5 orders a message, 2 messages a packet: a line written and 40 B read twice each, some "
       "4 ns an order; goal 20 ns",
       MIX_ORDERS, SIZES_MANY},
      {"decode.cme.mbo_1",
       "1.25 orders a message, 2 messages a packet: as the levels, without a second group to read; "
       "goal 20 ns",
       MIX_ORDERS, SIZES_ONE},
      {"decode.cme.both", "2.5 levels and as many orders a message: twice the above", MIX_BOTH,
       SIZES_MANY},
  };
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  struct bench *bench = calloc(1, sizeof *bench);
  PL_CHECK(bench != NULL);
  PL_CHECK(
      pl_arena_open(pl_directory_footprint(INSTRUMENTS) + pl_cme_venue.footprint() + events_bytes,
                    &arena) == PL_OK);
  bench->decoder = pl_cme_venue.create(&arena, pl_directory_create(&arena, INSTRUMENTS));
  bench->events = pl_arena_take(&arena, events_bytes);
  define(bench);
  for (uint32_t i = 0; i < sizeof runs / sizeof runs[0]; i++) measure(report, bench, &runs[i]);
  pl_arena_close(&arena);
  free(bench);
}
