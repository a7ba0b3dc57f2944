/* Starbase's retransmit gateway. */
#include "tests/venue/gateway_wires.h"
#include "tests/venue/wire_starbase.h"

#include <string.h>

#define SECOND_NS       UINT64_C(1000000000)
#define REQUEST_BYTES   56u /* packet header, message header, body and padding */
#define REQUEST_VERSION 1

enum reason { TOO_LOW = 1, TOO_HIGH, RATE_LIMIT, OTHER };

static uint64_t le(const uint8_t *at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i > 0; i--) value = value << 8 | at[i - 1];
  return value;
}

static void keep(struct pl_gateway *gateway, const uint8_t *payload, size_t size) {
  if (size < PL_STAR_PACKET_HEADER || le(payload + 20, 2) != PL_STAR_INCREMENTAL) return;
  uint64_t seq = le(payload + 8, 8), count = le(payload + 22, 2);
  uint32_t channel_id = (uint32_t)le(payload + 16, 4);
  size_t at = PL_STAR_PACKET_HEADER;
  for (uint64_t i = 0; i < count && size - at >= PL_STAR_MESSAGE_HEADER; i++) {
    size_t length = (size_t)le(payload + at, 2);
    if (length < PL_STAR_MESSAGE_HEADER || length > size - at) return;
    (void)pl_gateway_store_keep(gateway->store, channel_id, seq + i, payload + at, length);
    at += length;
  }
}

/* A request that was understood. */
struct request {
  int64_t id;
  uint32_t channel_id;
  uint64_t seq, count;
};

static bool read_request(const uint8_t *bytes, size_t size, struct request *ret_request) {
  const uint8_t *message = bytes + PL_STAR_PACKET_HEADER;
  const uint8_t *body = message + PL_STAR_MESSAGE_HEADER;
  if (size != REQUEST_BYTES || le(bytes + 20, 2) != PL_STAR_REQUEST || le(bytes + 22, 2) != 1)
    return false;
  if (le(message, 2) != size - PL_STAR_PACKET_HEADER || le(message + 2, 2) != 200 ||
      le(message + 4, 2) != REQUEST_VERSION)
    return false;
  *ret_request = (struct request){.id = (int64_t)le(bytes + 8, 8),
                                  .channel_id = (uint32_t)le(bytes + 16, 4),
                                  .seq = le(body, 8),
                                  .count = body[8]};
  return true;
}

static void reject(struct pl_gateway *gateway, const struct request *request, enum reason reason,
                   uint64_t retry_ns, const char *details) {
  struct pl_star_packet packet;
  uint8_t bytes[PL_GATEWAY_PAYLOAD_MAX];
  int64_t now_ns = (int64_t)gateway->now_ns;
  const struct pl_star_head head = {now_ns, request->id, (int32_t)request->channel_id,
                                    PL_STAR_REJECT};
  const struct pl_star_mark mark = {PL_STAR_INSIDE, now_ns};
  gateway->counters.rejects++;
  (void)pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head);
  (void)pl_wire_starbase_reject(&packet, &mark, (int64_t)retry_ns, details, (int8_t)reason);
  pl_gateway_out(gateway, bytes, pl_wire_starbase_finish(&packet));
}

/* Whether one request more is too many for this second. */
static bool is_too_often(struct pl_gateway *gateway) {
  uint64_t second = gateway->now_ns / SECOND_NS;
  if (gateway->config.requests_max == 0) return false;
  if (second != gateway->second) gateway->requests = 0;
  gateway->second = second;
  return ++gateway->requests > gateway->config.requests_max;
}

/* As many units from seq on as fit a packet; returns how many those were. */
static uint64_t send_packet(struct pl_gateway *gateway, uint32_t channel_id, uint64_t seq,
                            uint64_t end_seq) {
  struct pl_star_packet packet;
  uint8_t bytes[PL_GATEWAY_PAYLOAD_MAX];
  const struct pl_star_head head = {(int64_t)gateway->now_ns, (int64_t)seq, (int32_t)channel_id,
                                    PL_STAR_REPLY};
  (void)pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head);
  for (; seq + packet.count < end_seq; packet.count++) {
    size_t size;
    const uint8_t *unit =
        pl_gateway_store_unit(gateway->store, channel_id, seq + packet.count, &size);
    if (size > packet.capacity - packet.size) break;
    memcpy(bytes + packet.size, unit, size);
    packet.size += size;
  }
  pl_gateway_out(gateway, bytes, pl_wire_starbase_finish(&packet));
  return packet.count;
}

static void answer(struct pl_gateway *gateway, const uint8_t *bytes, size_t size) {
  struct request request;
  uint64_t first, next;
  if (!read_request(bytes, size, &request)) return;
  uint64_t left_ns = SECOND_NS - gateway->now_ns % SECOND_NS;
  if (is_too_often(gateway)) {
    reject(gateway, &request, RATE_LIMIT, left_ns, "too many requests");
    return;
  }
  if (request.count == 0 ||
      !pl_gateway_store_range(gateway->store, request.channel_id, &first, &next)) {
    reject(gateway, &request, OTHER, 0, "no such channel or no messages");
    return;
  }
  if (request.seq < first) {
    reject(gateway, &request, TOO_LOW, 0, "not kept any more");
    return;
  }
  if (request.seq >= next) {
    reject(gateway, &request, TOO_HIGH, PL_GATEWAY_RETRY_NS, "not sent yet");
    return;
  }
  uint64_t end = request.count < next - request.seq ? request.seq + request.count : next;
  uint64_t seq = request.seq;
  for (uint32_t packets = 0; seq < end; packets++) {
    if (gateway->config.packets_max != 0 && packets == gateway->config.packets_max) break;
    seq += send_packet(gateway, request.channel_id, seq, end);
  }
}

const struct pl_gateway_wire pl_gateway_starbase = {
    .name = "starbase", .keep = keep, .answer = answer};
