/* The wire of MoldUDP64 1.0 and TotalView-ITCH 5.0: offsets, what each message type looks like, and
 * the judge. Big endian throughout. Source: Nasdaq's specifications of both. */
#ifndef DATAPLANE_VENUE_ITCH_WIRE_H
#define DATAPLANE_VENUE_ITCH_WIRE_H

#include "dataplane/venue/bytes.h"
#include "dataplane/venue/venue.h"

#define PL_ITCH_SESSION_BYTES  10 /* a packet begins with the session, sequence u64, count u16 */
#define PL_ITCH_SEQ_AT         10
#define PL_ITCH_COUNT_AT       18
#define PL_ITCH_HEAD_BYTES     20
#define PL_ITCH_BLOCK_BYTES    2      /* the length before each message */
#define PL_ITCH_END_OF_SESSION 0xFFFF /* as the count: no blocks follow */
#define PL_ITCH_STOCK_BYTES    8

/* One tick of the wire's prices is 1e-4; the highest is 200,000. */
#define PL_ITCH_PRICE_E9       INT64_C(100000)
#define PL_ITCH_PRICE_MAX      2000000000u
#define PL_ITCH_TIME_NS_END    UINT64_C(86401000000000) /* a day and a leap second */
#define PL_ITCH_MESSAGE_EVENTS 3                        /* the most that one message makes */

/* How a message type is treated. */
enum pl_itch_role {
  PL_ITCH_UNKNOWN,   /* skipped by its length, counted */
  PL_ITCH_SKIPPED,   /* known, checked, and of no use here */
  PL_ITCH_ORDER,     /* one order event */
  PL_ITCH_EXECUTION, /* an order event and a trade */
  PL_ITCH_TRADE,
  PL_ITCH_CROSS,
  PL_ITCH_DIRECTORY,
  PL_ITCH_ACTION
};

/* What a message type looks like. Judging and writing read the same few places of every message,
 * whatever its type, so that neither has to guess the type of the next one: a place that a type
 * does not have is 0, its mask too. */
struct pl_itch_shape {
  uint8_t bytes;                              /* exactly; 0: not known */
  uint8_t role;                               /* enum pl_itch_role */
  uint8_t events_max;                         /* what writing it makes at most */
  uint8_t event_type, event_flags, side_none; /* of the order event; side_none: it has no side */
  uint8_t side_at, price_at, shares_at, stock_at, new_ref_at;
  uint32_t price_mask, shares_mask;
  uint64_t new_ref_mask;
};

extern const struct pl_itch_shape pl_itch_shapes[256]; /* by message type */

/* The fields that all messages have, but for those of unknown type. */
static inline uint16_t pl_itch_locate(const uint8_t *message) {
  return pl_bytes_be16(message + 1);
}

/* Nanoseconds since midnight where the exchange stands. */
static inline uint64_t pl_itch_time_ns(const uint8_t *message) {
  return pl_bytes_be64(message + 3) & (UINT64_MAX >> 16);
}

/* pl_itch_head and pl_itch_judge are the venue's (venue.h). PL_E_PACKET_HEADER, PL_E_TRUNCATED when
 * blocks are announced that the packet does not hold, PL_E_TRAILING, PL_E_BLOCK for a known type
 * with another length, PL_E_VALUE, PL_E_TOO_MANY. */
enum pl_status pl_itch_head(const struct pl_packet *packet, struct pl_venue_head *ret_head);
enum pl_status pl_itch_judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict);

#define PL_ITCH_REQUEST_UNITS_MAX 65534 /* all that a count can say, but for end of session */

/* pl_itch_request encodes a request to send messages again. One answer is one packet: of many asked
 * for only those come that fit.
 *   session  [PL_ITCH_SESSION_BYTES]
 *   count    1..PL_ITCH_REQUEST_UNITS_MAX
 *   returns  its size, PL_ITCH_HEAD_BYTES; ret_bytes has room for it */
uint32_t pl_itch_request(const uint8_t *session, uint64_t seq, uint32_t count, uint8_t *ret_bytes);

/* pl_itch_blocks returns how many blocks a packet announces; [PL_ITCH_HEAD_BYTES] at least. */
static inline uint32_t pl_itch_blocks(const uint8_t *packet) {
  uint16_t count = pl_bytes_be16(packet + PL_ITCH_COUNT_AT);
  return count == PL_ITCH_END_OF_SESSION ? 0 : count;
}

#endif
