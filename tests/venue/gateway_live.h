/* The gateway on a UDP socket, beside a feed that is being sent live. It stands between the
 * exchange and its sink and sees all that is sent, before anything can be lost; a thread of its own
 * answers, so that requests need not wait for the next frame. */
#ifndef PL_TESTS_VENUE_GATEWAY_LIVE_H
#define PL_TESTS_VENUE_GATEWAY_LIVE_H

#include "tests/venue/exchange.h"
#include "tests/venue/gateway.h"

#include <netinet/in.h>

struct pl_gateway_live;

/* pl_gateway_live_address reads ADDRESS:PORT, IPv4; false when it is none. */
bool pl_gateway_live_address(const char *text, struct sockaddr_in *ret_address);

/* pl_gateway_live_open binds the socket and starts to answer.
 *   address  port 0: any; pl_gateway_live_port tells which
 *   sink     where frames go on to, with its ctx
 * NULL when the socket cannot be bound (errno) or pl_gateway_open refuses. pl_gateway_live_close
 * ends it and tells what was counted; NULL is allowed. */
struct pl_gateway_live *pl_gateway_live_open(const struct pl_gateway_config *config,
                                             const struct sockaddr_in *address,
                                             pl_exchange_sink *sink, void *ctx);
struct pl_gateway_counters pl_gateway_live_close(struct pl_gateway_live *live);

uint16_t pl_gateway_live_port(const struct pl_gateway_live *live);

/* pl_gateway_live_push is a pl_exchange_sink; ctx is the struct pl_gateway_live. */
bool pl_gateway_live_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

#endif
