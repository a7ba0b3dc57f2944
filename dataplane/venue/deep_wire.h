/* The wire of IEX DEEP 1.0 over IEX-TP 1: offsets, a walker over the messages of a packet, a judge.
 * Little endian throughout. Sources: IEX Transport Specification 1.26, IEX DEEP Specification 1.08;
 * lengths confirmed on a capture of 391,999 messages (docs/venues/deep.md). */
#ifndef DATAPLANE_VENUE_DEEP_WIRE_H
#define DATAPLANE_VENUE_DEEP_WIRE_H

#include "dataplane/venue/bytes.h"
#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define PL_DEEP_HEAD_BYTES   40 /* version .. sendTime */
#define PL_DEEP_LENGTH_BYTES 2  /* before each message, not counting itself */
#define PL_DEEP_VERSION      1
#define PL_DEEP_PROTOCOL_ID  0x8004

#define PL_DEEP_MESSAGE_EVENTS_MAX 3 /* instrument, book clear, level */

enum pl_deep_type {
  PL_DEEP_SYSTEM_EVENT = 'S',
  PL_DEEP_DIRECTORY = 'D',
  PL_DEEP_TRADING_STATUS = 'H',
  PL_DEEP_RETAIL_LIQUIDITY = 'I',
  PL_DEEP_OPERATIONAL_HALT = 'O',
  PL_DEEP_SHORT_SALE = 'P',
  PL_DEEP_SECURITY_EVENT = 'E',
  PL_DEEP_LEVEL_BUY = '8',
  PL_DEEP_LEVEL_SELL = '5',
  PL_DEEP_TRADE = 'T',
  PL_DEEP_OFFICIAL_PRICE = 'X',
  PL_DEEP_TRADE_BREAK = 'B',
  PL_DEEP_AUCTION = 'A',
};

/* Offsets in a message. Type, one byte that the type gives its meaning, and time stand in all. */
enum pl_deep_offset {
  PL_DEEP_AT_FLAGS = 1,
  PL_DEEP_AT_TIME = 2,
  PL_DEEP_AT_SYMBOL = 10,
  PL_DEEP_AT_SIZE = 18,
  PL_DEEP_AT_PRICE = 22,
  PL_DEEP_AT_TRADE_ID = 30,
};

#define PL_DEEP_SYMBOL_BYTES  8
#define PL_DEEP_LEVEL_IS_LAST 0x01 /* event flag: the book's transition is complete */

#define PL_DEEP_E9_PER_PRICE INT64_C(100000) /* Price has four decimals */

/* One message, all of it inside the packet. */
struct pl_deep_message {
  const uint8_t *data; /* [size_bytes], the type first */
  uint32_t size_bytes; /* may be 0: the transport allows it */
};

/* pl_deep_next reads the message at *at and moves *at behind it.
 *   packet   [size_bytes], IEX-TP header first
 *   returns  PL_OK, or PL_E_TRUNCATED when a part of it lies outside the packet: *at and
 *            ret_message are then untouched */
PL_MUST_USE static inline enum pl_status pl_deep_next(const uint8_t *packet, size_t size_bytes,
                                                      size_t *at,
                                                      struct pl_deep_message *ret_message) {
  if (size_bytes - *at < PL_DEEP_LENGTH_BYTES) return PL_E_TRUNCATED;
  uint32_t message_bytes = pl_bytes_le16(packet + *at);
  if (message_bytes > size_bytes - *at - PL_DEEP_LENGTH_BYTES) return PL_E_TRUNCATED;
  *ret_message = (struct pl_deep_message){packet + *at + PL_DEEP_LENGTH_BYTES, message_bytes};
  *at += PL_DEEP_LENGTH_BYTES + message_bytes;
  return PL_OK;
}

/* pl_deep_judge decides whether a message may be written: its length and every field that is read
 * of it. Longer than its type is good: the venue appends fields without notice.
 *   ret_events_max  how many events it makes at most; 0 for a type that is not known. Untouched on
 *                   error
 *   returns         PL_OK, PL_E_BLOCK when it is too short, PL_E_VALUE */
PL_MUST_USE enum pl_status pl_deep_judge(const struct pl_deep_message *message,
                                         uint32_t *ret_events_max);

#endif
