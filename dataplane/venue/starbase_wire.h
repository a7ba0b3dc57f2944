/* The wire of Deribit Starbase market data: offsets, a walker over the messages of a packet, and
 * the judge. Little endian throughout. Messages carry neither block length nor schema id: a
 * template's length is all that tells its layout. */
#ifndef DATAPLANE_VENUE_STARBASE_WIRE_H
#define DATAPLANE_VENUE_STARBASE_WIRE_H

#include "dataplane/venue/bytes.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_STARBASE_PACKET_BYTES  24 /* sendingTime, seqNum, channelId, type, messageCount */
#define PL_STARBASE_MESSAGE_BYTES 16 /* messageLength, templateId, version, flags, transactTime */
#define PL_STARBASE_GROUP_BYTES   4  /* blockLength, numInGroup */
#define PL_STARBASE_ALIGN_BYTES   8  /* messages are padded to it */
#define PL_STARBASE_VERSION       1
#define PL_STARBASE_CHANNELS      65536 /* the venue's channel ids lie below */

#define PL_STARBASE_NULL INT64_MIN /* of an optional integer or price */

/* Bodies of the templates that changed on 7 August 2026. */
#define PL_STARBASE_INFO_BYTES     32
#define PL_STARBASE_INFO_OLD_BYTES 40 /* with the index price */
#define PL_STARBASE_REF_BYTES      56 /* with the open interest */
#define PL_STARBASE_REF_OLD_BYTES  48

/* quantityExponent: what a mantissa counts must be a whole number of 1e-8, and one of it no more
 * than PL_QTY_E8_MAX. */
#define PL_STARBASE_EXPONENT_MIN (-8)
#define PL_STARBASE_EXPONENT_MAX 10

enum pl_starbase_packet_bit {
  PL_STARBASE_INCREMENTAL = 1 << 0,
  PL_STARBASE_SNAPSHOT = 1 << 1,
  PL_STARBASE_RETRANSMIT = 1 << 2
};

enum pl_starbase_message_bit {
  PL_STARBASE_TRANSACTION_START = 1 << 0,
  PL_STARBASE_TRANSACTION_END = 1 << 1
};

enum pl_starbase_order_bit { PL_STARBASE_IS_SELL = 1 << 0, PL_STARBASE_IS_LIQUIDATION = 1 << 1 };

enum pl_starbase_template {
  PL_STARBASE_INSTRUMENT = 10,
  PL_STARBASE_INDEX_DEFINITION = 11,
  PL_STARBASE_INDEX = 12,
  PL_STARBASE_INFO = 14,
  PL_STARBASE_REF = 15,
  PL_STARBASE_STATUS = 16,
  PL_STARBASE_BID_PUT = 20,
  PL_STARBASE_ASK_PUT = 21,
  PL_STARBASE_BID_REDUCED = 22,
  PL_STARBASE_ASK_REDUCED = 23,
  PL_STARBASE_BID_DELETE = 24,
  PL_STARBASE_ASK_DELETE = 25,
  PL_STARBASE_TRADE_SUMMARY = 30,
  PL_STARBASE_TRADE = 31,
  PL_STARBASE_BLOCK_TRADE = 33,
  PL_STARBASE_SNAPSHOT_HEADER = 100,
  PL_STARBASE_SNAPSHOT_TRAILER = 101,
  PL_STARBASE_END_OF_CYCLE = 119,
  PL_STARBASE_RETRANSMIT_REQUEST = 200,
  PL_STARBASE_RETRANSMIT_REJECT = 202,
};

/* One message, inside the packet. */
struct pl_starbase_message {
  const uint8_t *body;
  uint32_t body_bytes; /* padding included */
  uint32_t template_id, version, flags;
  uint64_t exch_ns;
};

/* pl_starbase_read takes a message apart whose length was found good.
 *   head     its first byte
 *   returns  the byte behind it */
static inline const uint8_t *pl_starbase_read(const uint8_t *head,
                                              struct pl_starbase_message *ret_message) {
  uint32_t length = pl_bytes_le16(head);
  ret_message->body = head + PL_STARBASE_MESSAGE_BYTES;
  ret_message->body_bytes = length - PL_STARBASE_MESSAGE_BYTES;
  ret_message->template_id = pl_bytes_le16(head + 2);
  ret_message->version = pl_bytes_le16(head + 4);
  ret_message->flags = pl_bytes_le16(head + 6);
  ret_message->exch_ns = pl_bytes_le64(head + 8);
  return head + length;
}

/* pl_starbase_next reads the message at *at and moves *at behind it.
 *   packet      [size_bytes], packet header first; *at < size_bytes
 *   returns     PL_OK; PL_E_TRUNCATED when the packet ends inside it, PL_E_BLOCK for a length that
 *               no message has. *at and ret_message are untouched on error */
PL_MUST_USE static inline enum pl_status pl_starbase_next(const uint8_t *packet, size_t size_bytes,
                                                          size_t *at,
                                                          struct pl_starbase_message *ret_message) {
  if (size_bytes - *at < PL_STARBASE_MESSAGE_BYTES) return PL_E_TRUNCATED;
  const uint8_t *head = packet + *at;
  uint32_t length = pl_bytes_le16(head);
  if (length < PL_STARBASE_MESSAGE_BYTES || length % PL_STARBASE_ALIGN_BYTES != 0)
    return PL_E_BLOCK;
  if (length > size_bytes - *at) return PL_E_TRUNCATED;
  (void)pl_starbase_read(head, ret_message);
  *at += length;
  return PL_OK;
}

/* A repeating group of a definition. */
struct pl_starbase_group {
  const uint8_t *entries;
  uint16_t entry_bytes, count; /* entries follow each other by the wire's entry_bytes */
};

/* pl_starbase_groups finds the two groups of an InstrumentDefinition.
 *   returns  PL_OK; PL_E_BLOCK when they do not end with the message, or an entry is too short.
 *            The outputs are untouched on error */
PL_MUST_USE enum pl_status pl_starbase_groups(const struct pl_starbase_message *message,
                                              struct pl_starbase_group *ret_ticks,
                                              struct pl_starbase_group *ret_legs);

/* pl_starbase_judge decides whether a packet's messages may be written: of each its version, its
 * length, and each field that is used and has declared values or a range.
 *   packet          [size_bytes], packet header first
 *   count           messages that the packet says it has, PL_FRAME_MESSAGES_MAX at most
 *   ret_events_max  how many events they make at most, ends of events of other packets apart;
 *                   templates that are not known make none
 *   returns         PL_OK, PL_E_TRUNCATED, PL_E_TRAILING, PL_E_SCHEMA, PL_E_BLOCK, PL_E_VALUE */
PL_MUST_USE enum pl_status pl_starbase_judge(const uint8_t *packet, size_t size_bytes,
                                             uint32_t count, uint32_t *ret_events_max);

#endif
