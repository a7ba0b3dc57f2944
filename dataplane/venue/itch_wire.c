#include "dataplane/venue/itch_wire.h"

#include "engine/base/check.h"
#include "engine/base/fixed.h"

#include <xxhash.h>

_Static_assert(PL_ITCH_PRICE_MAX *PL_ITCH_PRICE_E9 <= PL_PRICE_E9_MAX, "prices fit");
_Static_assert(UINT32_MAX *PL_E8 <= PL_QTY_E8_MAX, "shares of 32 bits fit");
_Static_assert(PL_FRAME_MESSAGES_MAX *PL_ITCH_MESSAGE_EVENTS <= PL_FRAME_EVENTS_MAX,
               "no packet within the bound of messages breaks that of events");

/* clang-format off */
#define SIDE(at)     .side_at = (at)
#define NO_SIDE      .side_none = PL_SIDE_NONE
#define PRICE(at)    .price_at = (at), .price_mask = UINT32_MAX
#define SHARES(at)   .shares_at = (at), .shares_mask = UINT32_MAX
#define STOCK(at)    .stock_at = (at)
#define NEW_REF(at)  .new_ref_at = (at), .new_ref_mask = UINT64_MAX
#define FLAGS        PL_EVF_ORDERS | PL_EVF_MESSAGE_END
#define ORDER(event) PL_ITCH_ORDER, .event_type = (event), .event_flags = FLAGS | PL_EVF_EVENT_END
#define EXECUTION    PL_ITCH_EXECUTION, .event_type = PL_EV_ORDER_REDUCE, .event_flags = FLAGS

const struct pl_itch_shape pl_itch_shapes[256] = {
    ['A'] = {36, ORDER(PL_EV_ORDER_ADD), .events_max = 3,
             SIDE(19), SHARES(20), STOCK(24), PRICE(32)},
    ['F'] = {40, ORDER(PL_EV_ORDER_ADD), .events_max = 3,
             SIDE(19), SHARES(20), STOCK(24), PRICE(32)},
    ['E'] = {31, EXECUTION, .events_max = 3, NO_SIDE, SHARES(19)},
    ['C'] = {36, EXECUTION, .events_max = 3, NO_SIDE, SHARES(19)},
    ['X'] = {23, ORDER(PL_EV_ORDER_REDUCE), .events_max = 2, NO_SIDE, SHARES(19)},
    ['D'] = {19, ORDER(PL_EV_ORDER_DELETE), .events_max = 2, NO_SIDE},
    ['U'] = {35, ORDER(PL_EV_ORDER_REPLACE), .events_max = 2,
             NO_SIDE, NEW_REF(19), SHARES(27), PRICE(31)},
    ['P'] = {44, PL_ITCH_TRADE, .events_max = 2, SIDE(19), SHARES(20), STOCK(24), PRICE(32)},
    ['Q'] = {40, PL_ITCH_CROSS, .events_max = 2, NO_SIDE, STOCK(19), PRICE(27)},
    ['R'] = {39, PL_ITCH_DIRECTORY, .events_max = 2, NO_SIDE, STOCK(11)},
    ['H'] = {25, PL_ITCH_ACTION, .events_max = 2, NO_SIDE, STOCK(11)},
    ['S'] = {12, PL_ITCH_SKIPPED, NO_SIDE}, ['Y'] = {20, PL_ITCH_SKIPPED, NO_SIDE},
    ['L'] = {26, PL_ITCH_SKIPPED, NO_SIDE}, ['V'] = {35, PL_ITCH_SKIPPED, NO_SIDE},
    ['W'] = {12, PL_ITCH_SKIPPED, NO_SIDE}, ['K'] = {28, PL_ITCH_SKIPPED, NO_SIDE},
    ['J'] = {35, PL_ITCH_SKIPPED, NO_SIDE}, ['h'] = {21, PL_ITCH_SKIPPED, NO_SIDE},
    ['B'] = {19, PL_ITCH_SKIPPED, NO_SIDE}, ['I'] = {50, PL_ITCH_SKIPPED, NO_SIDE},
    ['N'] = {20, PL_ITCH_SKIPPED, NO_SIDE}, ['O'] = {48, PL_ITCH_SKIPPED, NO_SIDE},
};
/* clang-format on */

enum pl_status pl_itch_head(const struct pl_packet *packet, struct pl_venue_head *ret_head) {
  if (packet->size_bytes < PL_ITCH_HEAD_BYTES) return PL_E_PACKET_HEADER;
  uint64_t session = XXH3_64bits(packet->data, PL_ITCH_SESSION_BYTES);
  *ret_head = (struct pl_venue_head){
      .session = session != 0 ? session : 1,
      .seq = pl_bytes_be64(packet->data + PL_ITCH_SEQ_AT),
      .seq_count = pl_itch_blocks(packet->data),
  };
  return PL_OK;
}

/* Fields that only some rare types have. A cross may be of no shares. */
static bool rest_is_good(const uint8_t *message) {
  switch (message[0]) {
  case 'C':
    return (message[31] == 'Y' || message[31] == 'N') &&
           pl_bytes_be32(message + 32) <= PL_ITCH_PRICE_MAX;
  case 'Q': return pl_bytes_be64(message + 11) <= (uint64_t)(PL_QTY_E8_MAX / PL_E8);
  case 'H':
    return message[19] == 'H' || message[19] == 'P' || message[19] == 'Q' || message[19] == 'T';
  default: return true;
  }
}

/* Without a branch that depends on the type: what a type lacks passes by its mask. */
static inline bool fields_are_good(const uint8_t *message, const struct pl_itch_shape *shape) {
  uint8_t side = message[shape->side_at];
  bool bad = (side != 'B') & (side != 'S') & (shape->side_none == 0);
  bad |= (pl_bytes_be32(message + shape->price_at) & shape->price_mask) > PL_ITCH_PRICE_MAX;
  bad |= (pl_bytes_le32(message + shape->shares_at) | ~shape->shares_mask) == 0;
  bad |= message[shape->stock_at] <= ' ';
  bad |= pl_itch_time_ns(message) >= PL_ITCH_TIME_NS_END;
  return !bad;
}

enum pl_status pl_itch_judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  uint32_t blocks = pl_itch_blocks(packet->data), events_max = 0;
  if (blocks > PL_FRAME_MESSAGES_MAX) return PL_E_TOO_MANY;
  const uint8_t *at = packet->data + PL_ITCH_HEAD_BYTES;
  const uint8_t *end = packet->data + packet->size_bytes;
  for (uint32_t i = 0; i < blocks; i++) {
    if (end - at < PL_ITCH_BLOCK_BYTES) return PL_E_TRUNCATED;
    uint32_t bytes = pl_bytes_be16(at);
    const uint8_t *message = at + PL_ITCH_BLOCK_BYTES;
    if ((uint32_t)(end - message) < bytes) return PL_E_TRUNCATED;
    at = message + bytes;
    if (bytes == 0) continue;
    const struct pl_itch_shape *shape = &pl_itch_shapes[message[0]];
    if (PL_UNLIKELY(bytes != shape->bytes)) {
      if (shape->bytes != 0) return PL_E_BLOCK;
      continue;
    }
    if (!fields_are_good(message, shape)) return PL_E_VALUE;
    if (PL_UNLIKELY(shape->role > PL_ITCH_ORDER) && !rest_is_good(message)) return PL_E_VALUE;
    events_max += shape->events_max;
  }
  if (at != end) return PL_E_TRAILING;
  *ret_verdict = (struct pl_venue_verdict){.messages = blocks, .events_max = events_max};
  return PL_OK;
}

uint32_t pl_itch_request(const uint8_t *session, uint64_t seq, uint32_t count, uint8_t *ret_bytes) {
  PL_CHECK(count >= 1 && count <= PL_ITCH_REQUEST_UNITS_MAX);
  memcpy(ret_bytes, session, PL_ITCH_SESSION_BYTES);
  pl_bytes_put_be64(ret_bytes + PL_ITCH_SEQ_AT, seq);
  pl_bytes_put_be16(ret_bytes + PL_ITCH_COUNT_AT, (uint16_t)count);
  return PL_ITCH_HEAD_BYTES;
}
