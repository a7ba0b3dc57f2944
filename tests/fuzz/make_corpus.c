/* make_corpus FOLDER: writes the seeds of the fuzzers below FOLDER, from the simulated exchange and
 * from one packet of each template. The same seeds every time. */
#include "engine/base/check.h"
#include "tests/bench/input.h"
#include "tests/fuzz/events.h"
#include "tests/venue/wire_deribit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SEED          7
#define SECONDS       11 /* past the second snapshot cycle */
#define UPDATES_PER_S 100
#define FILES         16
#define SEED_BYTES    4096
#define STEP_EVENTS   120

struct seed {
  uint8_t bytes[SEED_BYTES];
  size_t size_bytes;
};

static void folder_make(const char *path) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return;
  perror(path);
  exit(EXIT_FAILURE);
}

static void seed_write(const struct seed *seed, const char *folder, const char *target,
                       uint32_t number) {
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", folder, target);
  folder_make(path);
  (void)snprintf(path, sizeof path, "%s/%s/seed-%02u", folder, target, number);
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(seed->bytes, 1, seed->size_bytes, file) != seed->size_bytes ||
      fclose(file) != 0) {
    perror(path);
    exit(EXIT_FAILURE);
  }
}

/* Appends a piece as tests/fuzz/body.h reads it; false when the seed is full. */
static bool seed_piece(struct seed *seed, uint8_t control, const uint8_t *bytes, size_t size) {
  if (seed->size_bytes + 3 + size > sizeof seed->bytes) return false;
  uint8_t *at = seed->bytes + seed->size_bytes;
  at[0] = control;
  at[1] = (uint8_t)size;
  at[2] = (uint8_t)(size >> 8);
  memcpy(at + 3, bytes, size);
  seed->size_bytes += 3 + size;
  return true;
}

/* Runs of packets and of frames from all along the feed; each control bit turns up somewhere. */
static void write_runs(const struct pl_input *input, const char *folder) {
  for (uint32_t number = 0; number < FILES; number++) {
    struct seed packets = {.size_bytes = 0}, frames = {.size_bytes = 0};
    uint32_t first = input->packet_count / FILES * number;
    for (uint32_t i = 0; i < 4 && first + i < input->packet_count; i++) {
      const struct pl_input_packet *packet = &input->packets[first + i];
      const struct pl_frame *frame = &input->frames.frames[first + i];
      uint8_t control = 0;
      if (i == 2) control = (uint8_t)(1u << number % 6);
      (void)seed_piece(&packets, control & 1, packet->packet.data, packet->packet.size_bytes);
      (void)seed_piece(&frames, control, frame->data, frame->size_bytes);
    }
    seed_write(&packets, folder, "deribit", number);
    seed_write(&frames, folder, "frame", number);
  }
}

static bool append(struct pl_wire_packet *packet, uint32_t template_id) {
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, PL_WIRE_NEW, 60000, 10},
                                                {PL_WIRE_ASK, PL_WIRE_DELETED, 60001, 0}};
  static const struct pl_wire_trade trade = {.price = 60000, .amount = 10, .trade_id = 1, .iv = 50};
  static const struct pl_wire_leg legs[] = {{1, 1}, {2, -1}};
  static const struct pl_wire_tick_step step = {100, 0.5};
  struct pl_wire_instrument instrument = {.instrument_id = 1,
                                          .state = PL_WIRE_OPEN,
                                          .kind = PL_WIRE_OPTION,
                                          .type = PL_WIRE_REVERSED,
                                          .base_currency = "BTC",
                                          .quote_currency = "BTC",
                                          .counter_currency = "USD",
                                          .settlement_currency = "BTC",
                                          .size_currency = "BTC",
                                          .expiration_ms = 1800000000000,
                                          .strike = 70000,
                                          .contract_size = 1,
                                          .tick_size = 0.0005,
                                          .tick_steps = &step,
                                          .tick_step_count = 1,
                                          .name = "BTC-1JAN27-70000-C"};
  switch (template_id) {
  case PL_WIRE_INSTRUMENT: return pl_wire_deribit_instrument(packet, &instrument);
  case PL_WIRE_BOOK:
    return pl_wire_deribit_book(packet, &(struct pl_wire_book){1, 1, 1, 2, 1, levels, 2});
  case PL_WIRE_TRADES:
    return pl_wire_deribit_trades(packet, &(struct pl_wire_trades){1, &trade, 1});
  case PL_WIRE_TICKER:
    return pl_wire_deribit_ticker(packet, &(struct pl_wire_ticker){.instrument_id = 1, .state = 1});
  case PL_WIRE_SNAPSHOT:
    return pl_wire_deribit_snapshot(packet, &(struct pl_wire_snapshot){1, 1, 2, 1, 1, levels, 1});
  case PL_WIRE_SNAPSHOT_START: return pl_wire_deribit_snapshot_start(packet, 5);
  case PL_WIRE_SNAPSHOT_END: return pl_wire_deribit_snapshot_end(packet);
  case PL_WIRE_COMBO_LEGS: return pl_wire_deribit_combo_legs(packet, 3, legs, 2);
  case PL_WIRE_PRICE_INDEX: return pl_wire_deribit_price_index(packet, "btc_usd", 60000, 1);
  case PL_WIRE_RFQ:
    return pl_wire_deribit_rfq(packet, &(struct pl_wire_rfq){1, 1, PL_WIRE_BUY, 10, 1});
  default: return pl_wire_deribit_instrument_v2(packet, &instrument);
  }
}

/* One packet of each template, alone. */
static void write_templates(const char *folder) {
  for (uint32_t id = PL_WIRE_INSTRUMENT; id <= PL_WIRE_INSTRUMENT_V2; id++) {
    uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
    struct pl_wire_packet packet;
    struct seed seed = {.size_bytes = 0};
    PL_CHECK(pl_wire_deribit_begin(&packet, bytes, sizeof bytes, 101, 1) && append(&packet, id));
    PL_CHECK(seed_piece(&seed, 0, bytes, pl_wire_deribit_finish(&packet)));
    seed_write(&seed, folder, "deribit", FILES + id - PL_WIRE_INSTRUMENT);
    if (id == PL_WIRE_SNAPSHOT_END) seed_write(&seed, folder, "canary", 0); /* the shortest */
  }
}

/* The first events of each instrument: its definition, its book, its first updates. */
static void write_events(const struct pl_input *input, const char *folder) {
  for (uint32_t number = 0; number < FILES; number++) {
    struct seed seed = {.bytes = {(uint8_t)number}, .size_bytes = 1};
    uint64_t now_ns = 0;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < input->event_count && taken < STEP_EVENTS; i++) {
      const struct pl_event *event = &input->events[i];
      if (event->instrument != number) continue;
      pl_events_pack(event, &now_ns, seed.bytes + seed.size_bytes);
      seed.size_bytes += PL_EVENTS_RECORD_BYTES;
      taken++;
    }
    seed_write(&seed, folder, "step", number);
  }
}

/* Found by fuzz_step: a side that empties after its mid was known, looked at before the event ends.
 */
static void write_one_sided(const char *folder) {
  const struct pl_event events[] = {
      {.type = PL_EV_INSTRUMENT, .side = PL_KIND_LINEAR, .exch_ns = PL_EXCHANGE_EPOCH_NS},
      {.type = PL_EV_SNAPSHOT_BEGIN, .flags = PL_EVF_SNAPSHOT, .order_id = 1, .aux = 1},
      {.type = PL_EV_LEVEL_SET,
       .flags = PL_EVF_SNAPSHOT,
       .side = PL_BID,
       .price_e9 = 9,
       .qty_e8 = 1},
      {.type = PL_EV_LEVEL_SET,
       .flags = PL_EVF_SNAPSHOT,
       .side = PL_ASK,
       .price_e9 = 11,
       .qty_e8 = 1},
      {.type = PL_EV_SNAPSHOT_END, .flags = PL_EVF_SNAPSHOT | PL_EVF_EVENT_END, .order_id = 1},
      {.type = PL_EV_LEVEL_SET, .side = PL_BID, .price_e9 = 9, .order_id = 2, .aux = 1},
  };
  struct seed seed = {.bytes = {0}, .size_bytes = 1};
  uint64_t now_ns = 0;
  for (uint32_t i = 0; i < sizeof events / sizeof events[0]; i++) {
    pl_events_pack(&events[i], &now_ns, seed.bytes + seed.size_bytes);
    seed.size_bytes += PL_EVENTS_RECORD_BYTES;
  }
  seed_write(&seed, folder, "step", FILES);
}

/* A book of orders begun, amended, replaced, cleared and replaced by a snapshot. */
static void write_orders(const char *folder) {
  static const uint8_t types[] = {PL_EV_ORDER_ADD,    PL_EV_ORDER_ADD,     PL_EV_ORDER_ADD,
                                  PL_EV_ORDER_CHANGE, PL_EV_ORDER_REPLACE, PL_EV_ORDER_REDUCE,
                                  PL_EV_ORDER_DELETE};
  for (uint32_t number = 0; number < FILES; number++) {
    struct seed seed = {.size_bytes = 0};
    uint64_t now_ns = 0;
    for (uint32_t i = 0; i < STEP_EVENTS; i++) {
      struct pl_event event = {.type = types[(i + number) % sizeof types],
                               .order_id = i % (number + 3),
                               .aux = (i + 1) % (2 * number + 5),
                               .price_e9 = i % 13,
                               .qty_e8 = 1 + i % 5,
                               .instrument = i % (1 + number % 3),
                               .side = (uint8_t)(i / 5 % 2),
                               .flags = i / 20 % 2 ? PL_EVF_SNAPSHOT : PL_EVF_EVENT_END};
      if (i % 40 == 19) event.type = PL_EV_SNAPSHOT_BEGIN, event.aux = 1;
      if (i % 40 == 39) event.type = PL_EV_SNAPSHOT_END, event.aux = number % 4 == 0;
      if (i % 50 == 49) event.type = PL_EV_BOOK_CLEAR, event.aux = 1;
      pl_events_pack(&event, &now_ns, seed.bytes + seed.size_bytes);
      seed.size_bytes += PL_EVENTS_RECORD_BYTES;
    }
    seed_write(&seed, folder, "orders", number);
  }
}

int main(int count, char **argument) {
  if (count != 2) {
    (void)fprintf(stderr, "usage: make_corpus FOLDER\n");
    return 2;
  }
  struct pl_input input;
  pl_input_exchange(&input, SEED, SECONDS, UPDATES_PER_S);
  folder_make(argument[1]);
  write_runs(&input, argument[1]);
  write_templates(argument[1]);
  write_events(&input, argument[1]);
  write_one_sided(argument[1]);
  write_orders(argument[1]);
  pl_input_free(&input);
  return 0;
}
