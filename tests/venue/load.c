#include "tests/venue/load.h"

#include "tests/venue/load_wires.h"

#include <stdlib.h>
#include <string.h>

static const struct pl_load_wire *const wires[] = {&pl_load_itch, &pl_load_deep, &pl_load_starbase,
                                                   &pl_load_cme};

#define SECOND_NS UINT64_C(1000000000)

/* Where the round of snapshots stands. */
struct cycle {
  uint64_t period_ns, begun_ns; /* period 0: there are none */
  uint32_t symbols, told;       /* of this round */
  struct pl_day_resting *orders;
};

struct pl_load {
  struct pl_load_config config;
  pl_exchange_sink *sink;
  void *ctx, *state;
  struct pl_day *day;
  struct pl_load_packet packet;
  struct cycle cycle;
  uint32_t defined; /* symbols */
  bool is_open, stopped;
  uint64_t seqs[PL_LOAD_STREAMS], messages;
  uint16_t ip_id;
  uint8_t frame[PL_ETHERNET_OVERHEAD + PL_LOAD_PAYLOAD_MAX];
};

const struct pl_load_wire *pl_load_wire_find(const char *name) {
  for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++)
    if (strcmp(wires[i]->name, name) == 0) return wires[i];
  return NULL;
}

static bool open_cycle(struct pl_load *load) {
  const struct pl_load_config *config = &load->config;
  if (config->snapshot_cycle_s == 0) return true;
  uint32_t room = config->day.live_orders + config->day.live_orders / 8 + 64; /* as day.h says */
  load->cycle.period_ns = config->snapshot_cycle_s * SECOND_NS;
  load->cycle.begun_ns = config->day.start_ns;
  load->cycle.orders = calloc(room, sizeof *load->cycle.orders);
  return load->cycle.orders != NULL;
}

struct pl_load *pl_load_open(const struct pl_load_config *config, pl_exchange_sink *sink,
                             void *ctx) {
  if (config->packet_messages == 0) return NULL;
  if (config->snapshot_cycle_s != 0 && config->wire->put_snapshot == NULL) return NULL;
  struct pl_load *load = calloc(1, sizeof *load);
  if (load == NULL) return NULL;
  *load = (struct pl_load){.config = *config, .sink = sink, .ctx = ctx};
  for (uint32_t i = 0; i < PL_LOAD_STREAMS; i++) load->seqs[i] = 1;
  load->packet.bytes = load->frame + PL_ETHERNET_OVERHEAD;
  load->day = pl_day_open(&config->day);
  if (config->wire->open != NULL) load->state = config->wire->open(&config->day);
  if (load->day != NULL && (config->wire->open == NULL || load->state != NULL) && open_cycle(load))
    return load;
  pl_load_close(load);
  return NULL;
}

void pl_load_close(struct pl_load *load) {
  if (load == NULL) return;
  if (load->state != NULL) load->config.wire->close(load->state);
  pl_day_close(load->day);
  free(load->cycle.orders);
  free(load);
}

static void send(struct pl_load *load) {
  const struct pl_load_wire *wire = load->config.wire;
  struct pl_load_packet *packet = &load->packet;
  if (!load->is_open) return;
  load->is_open = false;
  size_t payload = wire->finish(load->state, packet);
  size_t size = pl_ethernet_wrap(&wire->paths[packet->stream], load->ip_id++, packet->bytes,
                                 payload, load->frame, sizeof load->frame);
  load->seqs[packet->stream] += wire->counts_packets ? 1 : packet->messages;
  load->messages += packet->messages;
  if (!load->sink(load->ctx, packet->time_ns, load->frame, size)) load->stopped = true;
}

static void begin(struct pl_load *load, uint32_t stream, uint64_t time_ns) {
  load->packet.stream = stream;
  load->is_open = true;
  load->packet.seq = load->seqs[stream];
  load->packet.time_ns = time_ns;
  load->packet.messages = 0;
  load->config.wire->begin(load->state, &load->packet);
}

/* A packet holds operations of one stream, whole ones. */
static void take(struct pl_load *load, const struct pl_day_op *op) {
  const struct pl_load_wire *wire = load->config.wire;
  uint32_t stream = wire->stream(op);
  bool skipped = false;
  if (load->is_open && load->packet.stream != stream) send(load);
  if (!load->is_open) begin(load, stream, op->time_ns);
  uint32_t messages = wire->put(load->state, &load->packet, op, &skipped);
  if (messages == 0 && !skipped) {
    send(load);
    begin(load, stream, op->time_ns);
    messages = wire->put(load->state, &load->packet, op, &skipped);
  }
  load->packet.time_ns = op->time_ns;
  load->packet.messages += messages;
  if (op->kind == PL_DAY_SYMBOL) load->defined++;
  if (load->packet.messages >= load->config.packet_messages) send(load);
}

/* What was sent is all that the day has seen, so a book is exact as of the last message. */
static void send_snapshot(struct pl_load *load, uint32_t symbol, uint64_t time_ns) {
  const struct pl_load_wire *wire = load->config.wire;
  uint32_t part = 0;
  const struct pl_load_book book = {.symbol = symbol,
                                    .count = pl_day_book(load->day, symbol, load->cycle.orders),
                                    .anchor_seq = load->seqs[0] - 1,
                                    .time_ns = time_ns,
                                    .orders = load->cycle.orders};
  begin(load, PL_LOAD_SNAPSHOTS, time_ns);
  while (!wire->put_snapshot(load->state, &load->packet, &book, &part)) {
    send(load);
    begin(load, PL_LOAD_SNAPSHOTS, time_ns);
  }
  send(load);
}

/* Sends the snapshots that are due before an operation at that time. */
static void run_cycle(struct pl_load *load, uint64_t until_ns) {
  struct cycle *cycle = &load->cycle;
  while (cycle->period_ns != 0 && !load->stopped) {
    uint64_t due_ns = cycle->begun_ns + cycle->told * cycle->period_ns / (cycle->symbols + 1);
    if (due_ns > until_ns) return;
    if (load->is_open) send(load);
    if (cycle->told == 0) cycle->symbols = load->defined;
    if (cycle->told < cycle->symbols) {
      send_snapshot(load, cycle->told++, due_ns);
      continue;
    }
    if (cycle->symbols != 0) {
      begin(load, PL_LOAD_SNAPSHOTS, due_ns);
      load->config.wire->put_cycle_end(load->state, &load->packet, cycle->symbols);
      send(load);
    }
    cycle->begun_ns += cycle->period_ns;
    cycle->told = 0;
  }
}

uint64_t pl_load_run(struct pl_load *load, uint64_t messages) {
  uint64_t before = load->messages;
  struct pl_day_op op;
  while (!load->stopped && load->messages - before < messages) {
    run_cycle(load, pl_day_now_ns(load->day));
    if (load->stopped || !pl_day_next(load->day, &op)) {
      if (load->is_open && load->packet.messages != 0) send(load);
      break;
    }
    take(load, &op);
  }
  return load->messages - before;
}
