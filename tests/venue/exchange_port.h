/* The venue's outgoing side: sequence numbers, addresses and wire time of each channel. */
#ifndef PL_TESTS_VENUE_EXCHANGE_PORT_H
#define PL_TESTS_VENUE_EXCHANGE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/feed/ethernet.h"
#include "tests/venue/exchange.h"
#include "tests/venue/wire_deribit.h"

#define PL_EXCHANGE_GROUP_IP         0xef6f6f00u /* 239.111.111.N, N the channel */
#define PL_EXCHANGE_SOURCE_IP        0x0a320001u
#define PL_EXCHANGE_PORT_INCREMENTAL 6100u
#define PL_EXCHANGE_PORT_SNAPSHOT    6101u
#define PL_EXCHANGE_SNAPSHOT_CHANNEL 100u /* added to the incremental channel's number */

enum pl_exchange_line { PL_EXCHANGE_INCREMENTAL, PL_EXCHANGE_SNAPSHOT };

struct pl_exchange_port {
  pl_exchange_sink *sink;
  void *ctx;
  bool stopped;
  uint64_t wire_ns; /* when the last frame had left */
  uint32_t sequence[PL_FLOW_CHANNELS][2];
  uint16_t ip_id;
  enum pl_flow_channel channel; /* of the open packet */
  enum pl_exchange_line line;
  struct pl_wire_packet packet;
  uint8_t frame[PL_ETHERNET_OVERHEAD + PL_WIRE_PAYLOAD_MAX];
};

/* Opens the next packet of a channel; messages are then appended to port->packet. */
void pl_exchange_port_begin(struct pl_exchange_port *port, enum pl_flow_channel channel,
                            enum pl_exchange_line line);

/* Hands the open packet to the sink, not before `now_ns` and not before the line is free again
 * (10 Gbit/s). Nothing leaves after the sink has refused a frame. */
void pl_exchange_port_send(struct pl_exchange_port *port, uint64_t now_ns);

#endif
