/* The wire of Deribit multicast SBE v1.6: offsets, and a walker over the messages of a packet.
 * Little endian throughout. Source: Deribit's Multicast Developer Guide; block lengths confirmed on
 * its sample capture. */
#ifndef DATAPLANE_VENUE_DERIBIT_WIRE_H
#define DATAPLANE_VENUE_DERIBIT_WIRE_H

#include "dataplane/venue/bytes.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_DERIBIT_FRAME_BYTES   8  /* packetLength u16, channelId u16, sequenceNumber u32 */
#define PL_DERIBIT_MESSAGE_BYTES 12 /* blockLength, templateId, schemaId, version, groups, vars */
#define PL_DERIBIT_GROUP_BYTES   8  /* blockLength, numInGroup, groups, vars */
#define PL_DERIBIT_SCHEMA_ID     1
#define PL_DERIBIT_SNAPSHOT_BASE 100 /* snapshot channel = incremental channel + 100 */

enum pl_deribit_template {
  PL_DERIBIT_INSTRUMENT = 1000,
  PL_DERIBIT_BOOK = 1001,
  PL_DERIBIT_TRADES = 1002,
  PL_DERIBIT_TICKER = 1003,
  PL_DERIBIT_SNAPSHOT = 1004,
  PL_DERIBIT_SNAPSHOT_START = 1005,
  PL_DERIBIT_SNAPSHOT_END = 1006,
  PL_DERIBIT_COMBO_LEGS = 1007,
  PL_DERIBIT_PRICE_INDEX = 1008,
  PL_DERIBIT_RFQ = 1009,
  PL_DERIBIT_INSTRUMENT_V2 = 1010,
};

/* One message, all its parts inside the packet. */
struct pl_deribit_message {
  const uint8_t *block, *group, *var; /* group: first entry of the first group; var: its bytes */
  uint16_t template_id, schema_id, block_bytes;
  uint16_t group_block_bytes, group_count; /* of the first group; 0 when there is none */
  uint8_t var_bytes;                       /* of the first string */
};

/* pl_deribit_next reads the message at *at and moves *at behind it.
 *   packet      [size_bytes], frame header first
 *   returns     PL_OK; PL_E_TRUNCATED when a part of it lies outside the packet, PL_E_BLOCK for a
 *               group with groups or strings inside, which no template has. *at and ret_message
 *               are untouched on error */
PL_MUST_USE enum pl_status pl_deribit_next(const uint8_t *packet, size_t size_bytes, size_t *at,
                                           struct pl_deribit_message *ret_message);

/* pl_deribit_judge decides whether a message may be written: its schema, its block and group
 * lengths, and each field that has declared values or must be a number.
 *   ret_events_max  how many events it makes at most; 0 for a template that is not known */
PL_MUST_USE enum pl_status pl_deribit_judge(const struct pl_deribit_message *message,
                                            uint32_t *ret_events_max);

#endif
