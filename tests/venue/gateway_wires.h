/* The wires that a venue sends again on, one file each, and what they share with gateway.c. */
#ifndef PL_TESTS_VENUE_GATEWAY_WIRES_H
#define PL_TESTS_VENUE_GATEWAY_WIRES_H

#include "tests/venue/gateway.h"
#include "tests/venue/gateway_store.h"

#define PL_GATEWAY_SESSION_BYTES 10u

struct pl_gateway {
  struct pl_gateway_config config;
  const struct pl_gateway_wire *wire;
  struct pl_gateway_store *store;
  struct pl_gateway_counters counters;
  uint8_t session[PL_GATEWAY_SESSION_BYTES]; /* itch: of what is kept */
  uint64_t second; /* starbase: of feed time, that the requests below are of */
  uint32_t requests;
  /* of the request that is being answered */
  pl_gateway_send *send;
  void *ctx;
  uint64_t now_ns;
};

struct pl_gateway_wire {
  const char *name;
  /* Remembers the units of a packet; [size] bytes of payload. */
  void (*keep)(struct pl_gateway *gateway, const uint8_t *payload, size_t size);
  /* Answers by pl_gateway_out, or not at all. */
  void (*answer)(struct pl_gateway *gateway, const uint8_t *request, size_t size);
};

extern const struct pl_gateway_wire pl_gateway_itch, pl_gateway_starbase;

/* pl_gateway_out sends one datagram of the answer. */
void pl_gateway_out(struct pl_gateway *gateway, const uint8_t *payload, size_t size);

#endif
