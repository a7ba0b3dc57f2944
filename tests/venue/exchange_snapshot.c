#include "tests/venue/exchange_snapshot.h"

#include "tests/venue/exchange_message.h"

#define PERPETUAL_INDEX   0u
#define DATED_INDEX       4u
#define COMBO_INDEX       5u
#define SNAPSHOT_DELAY_MS 200u

/* The messages of a cycle that have no part number. */
enum item { ITEM_START, ITEM_DEFINITION, ITEM_DEFINITION_V2, ITEM_LEGS, ITEM_TICKER, ITEM_END };

static bool append(struct pl_wire_packet *packet, const struct pl_flow *flow, enum item item,
                   uint32_t index, uint64_t now_ns) {
  const struct pl_wire_leg legs[2] = {{flow->instrument[DATED_INDEX].listing.id, 1},
                                      {flow->instrument[PERPETUAL_INDEX].listing.id, -1}};
  switch (item) {
  case ITEM_START: return pl_wire_deribit_snapshot_start(packet, SNAPSHOT_DELAY_MS);
  case ITEM_DEFINITION: return pl_exchange_message_instrument(packet, flow, index, false);
  case ITEM_DEFINITION_V2: return pl_exchange_message_instrument(packet, flow, index, true);
  case ITEM_LEGS:
    return pl_wire_deribit_combo_legs(packet, flow->instrument[index].listing.id, legs, 2);
  case ITEM_TICKER: return pl_exchange_message_ticker(packet, flow, index, now_ns);
  case ITEM_END: return pl_wire_deribit_snapshot_end(packet);
  }
  return false;
}

static void next_packet(struct pl_exchange_port *port, uint64_t now_ns) {
  pl_exchange_port_send(port, now_ns);
  pl_exchange_port_begin(port, port->channel, port->line);
}

/* Every single message fits an empty packet, so one retry is enough. */
static void add(struct pl_exchange_port *port, const struct pl_flow *flow, enum item item,
                uint32_t index, uint64_t now_ns) {
  if (append(&port->packet, flow, item, index, now_ns)) return;
  next_packet(port, now_ns);
  append(&port->packet, flow, item, index, now_ns);
}

static void add_book(struct pl_exchange_port *port, const struct pl_flow *flow, uint32_t index,
                     uint64_t now_ns) {
  struct pl_exchange_progress progress = {0};
  while (!progress.is_done)
    if (!pl_exchange_message_snapshot(&port->packet, flow, index, &progress, now_ns))
      next_packet(port, now_ns);
}

static void add_instrument(struct pl_exchange_port *port, const struct pl_flow *flow,
                           uint32_t index, uint64_t now_ns) {
  add(port, flow, ITEM_DEFINITION, index, now_ns);
  add(port, flow, ITEM_DEFINITION_V2, index, now_ns);
  if (index == COMBO_INDEX) add(port, flow, ITEM_LEGS, index, now_ns);
  add(port, flow, ITEM_TICKER, index, now_ns);
  add_book(port, flow, index, now_ns);
}

static bool is_listed(const struct pl_flow *flow, enum pl_flow_channel channel) {
  for (uint32_t i = 0; i < flow->count; i++)
    if (flow->instrument[i].listing.channel == channel) return true;
  return false;
}

void pl_exchange_snapshot_cycle(struct pl_exchange_port *port, const struct pl_flow *flow,
                                uint64_t now_ns) {
  for (int n = PL_FLOW_CHANNEL_BTC; n < PL_FLOW_CHANNELS; n++) {
    enum pl_flow_channel channel = (enum pl_flow_channel)n;
    if (!is_listed(flow, channel)) continue;
    pl_exchange_port_begin(port, channel, PL_EXCHANGE_SNAPSHOT);
    add(port, flow, ITEM_START, 0, now_ns);
    next_packet(port, now_ns); /* the venue sends start and end alone */
    for (uint32_t i = 0; i < flow->count; i++)
      if (flow->instrument[i].listing.channel == channel) add_instrument(port, flow, i, now_ns);
    next_packet(port, now_ns);
    add(port, flow, ITEM_END, 0, now_ns);
    pl_exchange_port_send(port, now_ns);
  }
}

void pl_exchange_snapshot_announce(struct pl_exchange_port *port, const struct pl_flow *flow,
                                   uint64_t now_ns) {
  pl_exchange_port_begin(port, flow->instrument[COMBO_INDEX].listing.channel,
                         PL_EXCHANGE_INCREMENTAL);
  add(port, flow, ITEM_DEFINITION, COMBO_INDEX, now_ns);
  add(port, flow, ITEM_DEFINITION_V2, COMBO_INDEX, now_ns);
  add(port, flow, ITEM_LEGS, COMBO_INDEX, now_ns);
  pl_exchange_port_send(port, now_ns);
}
