#include "tests/venue/gateway.h"

#include "dataplane/feed/udp.h"
#include "tests/venue/gateway_wires.h"

#include <stdlib.h>
#include <string.h>

static const struct pl_gateway_wire *const wires[] = {&pl_gateway_itch, &pl_gateway_starbase};

static const struct pl_gateway_wire *find(const char *venue) {
  for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++)
    if (strcmp(wires[i]->name, venue) == 0) return wires[i];
  return NULL;
}

bool pl_gateway_serves(const char *venue) {
  return find(venue) != NULL;
}

struct pl_gateway *pl_gateway_open(const struct pl_gateway_config *config) {
  const struct pl_gateway_wire *wire = find(config->venue);
  if (wire == NULL || config->history_units == 0) return NULL;
  struct pl_gateway *gateway = calloc(1, sizeof *gateway);
  if (gateway == NULL) return NULL;
  *gateway = (struct pl_gateway){.config = *config, .wire = wire};
  gateway->store = pl_gateway_store_open(config->history_units);
  if (gateway->store != NULL) return gateway;
  free(gateway);
  return NULL;
}

void pl_gateway_close(struct pl_gateway *gateway) {
  if (gateway != NULL) pl_gateway_store_close(gateway->store);
  free(gateway);
}

void pl_gateway_keep(struct pl_gateway *gateway, const uint8_t *frame, size_t size) {
  struct pl_packet packet;
  if (pl_udp_parse(frame, size, &packet) == PL_OK)
    gateway->wire->keep(gateway, packet.data, packet.size_bytes);
}

void pl_gateway_out(struct pl_gateway *gateway, const uint8_t *payload, size_t size) {
  gateway->counters.packets++;
  gateway->send(gateway->ctx, payload, size);
}

void pl_gateway_answer(struct pl_gateway *gateway, uint64_t now_ns, const uint8_t *request,
                       size_t size, pl_gateway_send *send, void *ctx) {
  uint64_t before = gateway->counters.packets;
  gateway->counters.requests++;
  gateway->send = send;
  gateway->ctx = ctx;
  gateway->now_ns = now_ns;
  gateway->wire->answer(gateway, request, size);
  if (gateway->counters.packets == before) gateway->counters.silent++;
}

const struct pl_gateway_counters *pl_gateway_counters(const struct pl_gateway *gateway) {
  return &gateway->counters;
}
