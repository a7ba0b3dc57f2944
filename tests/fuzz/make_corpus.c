/* make_corpus FOLDER: writes the seeds of the fuzzers below FOLDER: of each venue its messages one
 * by one and runs of a generated day, and what the simulated exchange sends. The same seeds every
 * time.
 */
#include "tests/bench/input.h"
#include "tests/fuzz/events.h"
#include "tests/fuzz/seeds.h"

#include <stdio.h>

#define SEED          7
#define SECONDS       11 /* past the second snapshot cycle */
#define UPDATES_PER_S 100
#define STEP_EVENTS   120

/* Runs of packets and of frames from all along the feed; each control bit turns up somewhere. */
static void write_runs(const struct pl_input *input, const char *folder) {
  for (uint32_t number = 0; number < PL_SEED_RUNS; number++) {
    struct pl_seed packets = {.size_bytes = 0}, frames = {.size_bytes = 0};
    uint32_t first = input->packet_count / PL_SEED_RUNS * number;
    for (uint32_t i = 0; i < 4 && first + i < input->packet_count; i++) {
      const struct pl_input_packet *packet = &input->packets[first + i];
      const struct pl_frame *frame = &input->frames.frames[first + i];
      uint8_t control = 0;
      if (i == 2) control = (uint8_t)(1u << number % 6);
      (void)pl_seed_piece(&packets, control & 1, packet->packet.data, packet->packet.size_bytes);
      (void)pl_seed_piece(&frames, control, frame->data, frame->size_bytes);
    }
    pl_seed_write(&packets, folder, "deribit", number);
    pl_seed_write(&frames, folder, "frame", number);
  }
}

/* The first events of each instrument: its definition, its book, its first updates. */
static void write_events(const struct pl_input *input, const char *folder) {
  for (uint32_t number = 0; number < PL_SEED_RUNS; number++) {
    struct pl_seed seed = {.bytes = {(uint8_t)number}, .size_bytes = 1};
    uint64_t now_ns = 0;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < input->event_count && taken < STEP_EVENTS; i++) {
      const struct pl_event *event = &input->events[i];
      if (event->instrument != number) continue;
      pl_events_pack(event, &now_ns, seed.bytes + seed.size_bytes);
      seed.size_bytes += PL_EVENTS_RECORD_BYTES;
      taken++;
    }
    pl_seed_write(&seed, folder, "step", number);
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
  struct pl_seed seed = {.bytes = {0}, .size_bytes = 1};
  uint64_t now_ns = 0;
  for (uint32_t i = 0; i < sizeof events / sizeof events[0]; i++) {
    pl_events_pack(&events[i], &now_ns, seed.bytes + seed.size_bytes);
    seed.size_bytes += PL_EVENTS_RECORD_BYTES;
  }
  pl_seed_write(&seed, folder, "step", PL_SEED_RUNS);
}

/* A book of orders begun, amended, replaced, cleared and replaced by a snapshot. */
static void write_orders(const char *folder) {
  static const uint8_t types[] = {PL_EV_ORDER_ADD,    PL_EV_ORDER_ADD,     PL_EV_ORDER_ADD,
                                  PL_EV_ORDER_CHANGE, PL_EV_ORDER_REPLACE, PL_EV_ORDER_REDUCE,
                                  PL_EV_ORDER_DELETE};
  for (uint32_t number = 0; number < PL_SEED_RUNS; number++) {
    struct pl_seed seed = {.size_bytes = 0};
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
      if (i % 40 == 39) event.type = PL_EV_SNAPSHOT_END, event.aux = i % 7 * 4 + (number % 4 == 0);
      if (i % 50 == 49) event.type = PL_EV_BOOK_CLEAR, event.aux = 1;
      pl_events_pack(&event, &now_ns, seed.bytes + seed.size_bytes);
      seed.size_bytes += PL_EVENTS_RECORD_BYTES;
    }
    pl_seed_write(&seed, folder, "orders", number);
  }
}

int main(int count, char **argument) {
  static void (*const venues[])(const char *folder) = {
      pl_seeds_deribit, pl_seeds_cme, pl_seeds_itch, pl_seeds_deep, pl_seeds_starbase,
  };
  static const char *const days[] = {"cme", "itch", "deep", "starbase"};
  if (count != 2) {
    (void)fprintf(stderr, "usage: make_corpus FOLDER\n");
    return 2;
  }
  struct pl_input input;
  pl_input_exchange(&input, SEED, SECONDS, UPDATES_PER_S);
  pl_seed_folder(argument[1]);
  write_runs(&input, argument[1]);
  write_events(&input, argument[1]);
  write_one_sided(argument[1]);
  write_orders(argument[1]);
  pl_seeds_lines(argument[1]);
  for (size_t i = 0; i < sizeof venues / sizeof venues[0]; i++) venues[i](argument[1]);
  for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) pl_seeds_day(argument[1], days[i]);
  pl_input_free(&input);
  return 0;
}
