#include "tests/venue/exchange_port.h"

#define LINE_OVERHEAD 24u /* preamble, frame check sequence, gap */
#define BITS_PER_NS   10u /* 10 Gbit/s */
#define SOURCE_PORT   43000u

void pl_exchange_port_begin(struct pl_exchange_port *port, enum pl_flow_channel channel,
                            enum pl_exchange_line line) {
  port->channel = channel;
  port->line = line;
  uint16_t number = (uint16_t)channel;
  if (line == PL_EXCHANGE_SNAPSHOT) number = (uint16_t)(number + PL_EXCHANGE_SNAPSHOT_CHANNEL);
  uint32_t sequence = ++port->sequence[channel][line];
  pl_wire_deribit_begin(&port->packet, port->frame + PL_ETHERNET_OVERHEAD, PL_WIRE_PAYLOAD_MAX,
                        number, sequence);
}

void pl_exchange_port_send(struct pl_exchange_port *port, uint64_t now_ns) {
  size_t payload_size = pl_wire_deribit_finish(&port->packet);
  if (port->stopped) return;
  const struct pl_ethernet_path path = {
      .source_ip = PL_EXCHANGE_SOURCE_IP,
      .group_ip = PL_EXCHANGE_GROUP_IP | (uint32_t)port->channel,
      .source_port = (uint16_t)(SOURCE_PORT + (uint32_t)port->channel),
      .destination_port = port->line == PL_EXCHANGE_SNAPSHOT ? PL_EXCHANGE_PORT_SNAPSHOT
                                                             : PL_EXCHANGE_PORT_INCREMENTAL,
  };
  size_t size = pl_ethernet_wrap(&path, port->ip_id++, port->packet.bytes, payload_size,
                                 port->frame, sizeof port->frame);
  uint64_t time_ns = now_ns > port->wire_ns ? now_ns : port->wire_ns;
  port->wire_ns = time_ns + (size + LINE_OVERHEAD) * 8 / BITS_PER_NS + 1;
  if (!port->sink(port->ctx, time_ns, port->frame, size)) port->stopped = true;
}
