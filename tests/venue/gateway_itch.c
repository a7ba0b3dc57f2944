/* MoldUDP64's re-request server. Its request looks like the header of a packet. */
#include "tests/venue/gateway_wires.h"
#include "tests/venue/put.h"
#include "tests/venue/wire_itch.h"

#define CHANNEL_ID 0 /* a session has one stream */

static uint64_t be(const uint8_t *at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; i++) value = value << 8 | at[i];
  return value;
}

static void keep(struct pl_gateway *gateway, const uint8_t *payload, size_t size) {
  if (size < PL_WIRE_ITCH_HEADER) return;
  uint64_t seq = be(payload + 10, 8), count = be(payload + 18, 2);
  if (memcmp(gateway->session, payload, PL_GATEWAY_SESSION_BYTES) != 0) {
    pl_gateway_store_clear(gateway->store);
    memcpy(gateway->session, payload, PL_GATEWAY_SESSION_BYTES);
  }
  if (count == PL_WIRE_ITCH_END_OF_SESSION) return;
  size_t at = PL_WIRE_ITCH_HEADER;
  for (uint64_t i = 0; i < count && size - at >= 2; i++) {
    size_t block = 2 + (size_t)be(payload + at, 2);
    if (block > size - at) return;
    (void)pl_gateway_store_keep(gateway->store, CHANNEL_ID, seq + i, payload + at, block);
    at += block;
  }
}

static void answer(struct pl_gateway *gateway, const uint8_t *request, size_t size) {
  uint64_t first, next;
  uint8_t bytes[PL_GATEWAY_PAYLOAD_MAX];
  if (size != PL_WIRE_ITCH_HEADER) return;
  if (memcmp(request, gateway->session, PL_GATEWAY_SESSION_BYTES) != 0) return;
  if (!pl_gateway_store_range(gateway->store, CHANNEL_ID, &first, &next)) return;
  uint64_t seq = be(request + 10, 8), count = be(request + 18, 2);
  if (seq < first || seq >= next || count == 0) return;
  if (count > next - seq) count = next - seq;
  size_t at = PL_WIRE_ITCH_HEADER;
  uint64_t fit = 0;
  for (; fit < count; fit++) {
    size_t block;
    const uint8_t *unit = pl_gateway_store_unit(gateway->store, CHANNEL_ID, seq + fit, &block);
    if (block > sizeof bytes - at) break;
    memcpy(bytes + at, unit, block);
    at += block;
  }
  memcpy(bytes, request, PL_WIRE_ITCH_HEADER);
  pl_put_be(bytes + 18, fit, 2);
  pl_gateway_out(gateway, bytes, at);
}

const struct pl_gateway_wire pl_gateway_itch = {.name = "itch", .keep = keep, .answer = answer};
