#include "dataplane/venue/starbase_resend.h"

#include "dataplane/venue/starbase_wire.h"
#include "engine/base/check.h"

#define REQUEST_BYTES 16 /* the body: 9, and padding */
#define REJECT_BYTES  56 /* 49, and padding */
#define TYPE_REJECT   0

_Static_assert(PL_STARBASE_PACKET_BYTES + PL_STARBASE_MESSAGE_BYTES + REQUEST_BYTES <=
                   PL_VENUE_REQUEST_BYTES,
               "a request fits");

/* Both times stay 0: there is no clock here, and the number is what the gateway answers to. */
uint32_t pl_starbase_request(const void *decoder, uint32_t channel_id, uint64_t seq, uint32_t count,
                             uint8_t *ret_bytes) {
  (void)decoder;
  PL_CHECK(count >= 1 && count <= PL_STARBASE_REQUEST_UNITS_MAX);
  uint32_t size = PL_STARBASE_PACKET_BYTES + PL_STARBASE_MESSAGE_BYTES + REQUEST_BYTES;
  memset(ret_bytes, 0, size);
  pl_bytes_put_le64(ret_bytes + 8, seq);
  pl_bytes_put_le32(ret_bytes + 16, channel_id);
  pl_bytes_put_le16(ret_bytes + 20, PL_STARBASE_RETRANSMIT);
  pl_bytes_put_le16(ret_bytes + 22, 1);
  uint8_t *message = ret_bytes + PL_STARBASE_PACKET_BYTES;
  pl_bytes_put_le16(message, PL_STARBASE_MESSAGE_BYTES + REQUEST_BYTES);
  pl_bytes_put_le16(message + 2, PL_STARBASE_RETRANSMIT_REQUEST);
  pl_bytes_put_le16(message + 4, PL_STARBASE_VERSION);
  uint8_t *body = message + PL_STARBASE_MESSAGE_BYTES;
  pl_bytes_put_le64(body, seq);
  body[8] = (uint8_t)count;
  return size;
}

static void set_retry(int64_t delay_ns, struct pl_venue_reject *ret_reject) {
  uint64_t retry_ns = delay_ns > 0 ? (uint64_t)delay_ns : PL_STARBASE_RETRY_USUAL_NS;
  if (retry_ns > PL_STARBASE_RETRY_MOST_NS) return;
  ret_reject->try_again = true;
  ret_reject->retry_ns =
      retry_ns > PL_STARBASE_RETRY_LEAST_NS ? retry_ns : PL_STARBASE_RETRY_LEAST_NS;
}

bool pl_starbase_rejects(const struct pl_packet *packet, struct pl_venue_reject *ret_reject) {
  const uint8_t *data = packet->data;
  size_t at = PL_STARBASE_PACKET_BYTES;
  struct pl_starbase_message message;
  if (packet->size_bytes < PL_STARBASE_PACKET_BYTES) return false;
  if (pl_bytes_le16(data + 20) != TYPE_REJECT || pl_bytes_le16(data + 22) != 1) return false;
  if (pl_bytes_le32(data + 16) >= PL_STARBASE_CHANNELS) return false;
  if (pl_starbase_next(data, packet->size_bytes, &at, &message) != PL_OK) return false;
  if (at != packet->size_bytes || message.body_bytes != REJECT_BYTES) return false;
  if (message.template_id != PL_STARBASE_RETRANSMIT_REJECT) return false;
  if (message.version != PL_STARBASE_VERSION) return false;
  uint8_t reason = message.body[48];
  if (reason < PL_STARBASE_TOO_LOW || reason > PL_STARBASE_OTHER) return false;
  *ret_reject = (struct pl_venue_reject){.channel_id = pl_bytes_le32(data + 16),
                                         .seq = pl_bytes_le64(data + 8)};
  if (reason == PL_STARBASE_TOO_HIGH || reason == PL_STARBASE_RATE)
    set_retry((int64_t)pl_bytes_le64(message.body), ret_reject);
  return true;
}
