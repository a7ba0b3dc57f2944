/* The venue's gateway: it sees every frame that the venue sends and answers requests to send
 * some of it again. Reads no clock: same frames, same requests at the same feed times, same
 * answers.
 *
 *   itch      a MoldUDP64 re-request server: one downstream packet with as many of the messages
 *             asked for as there are and as fit; silent when it has nothing to give
 *   starbase  the retransmit gateway: packets of type incremental and retransmit, or a reject */
#ifndef PL_TESTS_VENUE_GATEWAY_H
#define PL_TESTS_VENUE_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_GATEWAY_PAYLOAD_MAX 1400u
#define PL_GATEWAY_RETRY_NS                                                                        \
  UINT64_C(5000000) /* what the gateway says for what it does not have yet */

struct pl_gateway_config {
  const char *venue;      /* itch, starbase */
  uint32_t history_units; /* that are remembered, >= 1 */
  uint32_t requests_max;  /* starbase: taken in a second of feed time; 0: any number */
  uint32_t packets_max;   /* starbase: of one answer; 0: until all is served */
};

struct pl_gateway_counters {
  uint64_t requests, packets, rejects;
  uint64_t silent; /* requests that were not answered */
};

struct pl_gateway;

/* pl_gateway_serves tells whether a venue sends anything again. */
bool pl_gateway_serves(const char *venue);

/* Takes the payload of one datagram that answers; [size] bytes, valid during the call only. */
typedef void pl_gateway_send(void *ctx, const uint8_t *payload, size_t size);

/* pl_gateway_open begins; NULL when the venue sends nothing again, a value is out of its range or
 * memory is short. The configuration is copied. pl_gateway_close frees it; NULL is allowed. */
struct pl_gateway *pl_gateway_open(const struct pl_gateway_config *config);
void pl_gateway_close(struct pl_gateway *gateway);

/* pl_gateway_keep remembers what a frame holds. Every frame that the venue sends, in order; frames
 * of channels that are not sent again are passed over. */
void pl_gateway_keep(struct pl_gateway *gateway, const uint8_t *frame, size_t size);

/* pl_gateway_answer answers a request.
 *   now_ns   feed time
 *   request  [size], the payload of the datagram that came
 *   send     called for each datagram of the answer, in order */
void pl_gateway_answer(struct pl_gateway *gateway, uint64_t now_ns, const uint8_t *request,
                       size_t size, pl_gateway_send *send, void *ctx);

const struct pl_gateway_counters *pl_gateway_counters(const struct pl_gateway *gateway);

#endif
