/* Every wire format as tables: where each field of each message lies. For showing and comparing,
 * not for the hot path: the decoders of dataplane/venue do not use it, so that it can be held
 * against them. Names are those of the exchanges' schemas. Any thread. */
#ifndef DATAPLANE_VENUE_LAYOUT_H
#define DATAPLANE_VENUE_LAYOUT_H

#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_LAYOUT_GROUPS_MAX 8 /* repeating groups of one message */

enum pl_layout_type {
  PL_LAYOUT_UINT,
  PL_LAYOUT_INT,
  PL_LAYOUT_REAL,       /* IEEE double */
  PL_LAYOUT_TEXT,       /* characters, one or an array */
  PL_LAYOUT_MONTH_YEAR, /* CME's maturity, in the parts of pl_layout_month_year */
};

struct pl_layout_field {
  const char *name;
  uint16_t offset; /* in its header, block or group entry */
  uint8_t size;
  uint8_t type;  /* enum pl_layout_type */
  uint8_t since; /* the schema version that brought it */
};

/* So many fields in a row. */
struct pl_layout_fields {
  const struct pl_layout_field *rows;
  uint32_t count;
};

/* A group's dimension: an entry's length u16 at 0, the count elsewhere. */
struct pl_layout_dimension {
  uint8_t bytes, count_at, count_bytes;
};

struct pl_layout_group {
  const char *name;
  struct pl_layout_dimension dimension;
  uint8_t since;
  struct pl_layout_fields fields;
};

struct pl_layout_groups {
  const struct pl_layout_group *rows;
  uint32_t count;
};

struct pl_layout_message {
  uint16_t id; /* template, or the type's letter */
  const char *name;
  uint16_t block_bytes; /* of the fields before the groups */
  struct pl_layout_fields fields;
  struct pl_layout_groups groups;
  const char *text_name; /* of the string behind the groups; NULL when there is none */
};

struct pl_layout_messages {
  const struct pl_layout_message *rows;
  uint32_t count;
};

struct pl_layout {
  const char *venue;
  bool big_endian;
  bool letters;   /* messages are told apart by a letter, not by a template's number */
  bool versioned; /* messages carry a schema version */
  uint16_t head_bytes, message_head_bytes;
  uint16_t seq_at, seq_bytes; /* the packet's sequence number in its header */
  struct pl_layout_fields head, message_head;
  const struct pl_layout_messages *const *messages; /* [message_tables] */
  uint32_t message_tables;
  const struct pl_layout_walker *walker;
};

/* One message of a packet and its parts, all inside it. */
struct pl_layout_item {
  const struct pl_layout_message *message; /* NULL: in no table; block is then what it holds */
  uint16_t id, version;
  size_t offset, size_bytes; /* in the packet, with its header; size 0: its end is not known */
  const uint8_t *head, *block;
  uint32_t block_bytes;
  uint32_t group_count;
  struct {
    const struct pl_layout_group *group; /* NULL: in no table */
    const uint8_t *entries;
    uint32_t entry_bytes, count;
  } groups[PL_LAYOUT_GROUPS_MAX];
  const uint8_t *text; /* NULL when there is none */
  uint32_t text_bytes;
  uint32_t rest_bytes; /* behind the last known part, padding left out */
};

/* Where the walk over a packet stands. */
struct pl_layout_cursor {
  const struct pl_layout *layout;
  const uint8_t *data;
  size_t size_bytes;
  size_t at;             /* of the next message */
  size_t end;            /* of the messages, as the packet's header says it and inside the packet */
  bool cut;              /* the header says more bytes than came */
  uint32_t messages_due; /* still to come as the header says it; UINT32_MAX: it does not say */
};

/* pl_layout_at lists the layouts, NULL past the last; pl_layout_find finds one by its venue's
 * name. */
const struct pl_layout *pl_layout_at(uint32_t index);
const struct pl_layout *pl_layout_find(const char *venue);

/* pl_layout_begin reads a packet's header.
 *   data        [size_bytes], a datagram's payload; must outlive cursor and items
 * PL_E_PACKET_HEADER when it is none of this venue's, PL_E_TRUNCATED when it is cut short;
 * ret_cursor is written only on PL_OK. */
PL_MUST_USE enum pl_status pl_layout_begin(const struct pl_layout *layout, const uint8_t *data,
                                           size_t size_bytes, struct pl_layout_cursor *ret_cursor);

/* pl_layout_more says whether a message should follow. */
bool pl_layout_more(const struct pl_layout_cursor *cursor);

/* pl_layout_next takes the next message.
 *   ret_item   on failure only offset and size_bytes are to be used
 * PL_E_TRUNCATED when the message leaves the packet: the cursor stays. PL_E_BLOCK when its parts
 * leave the message, PL_E_SCHEMA for another schema: the cursor is behind it when size_bytes tells
 * its length, else it stays. */
PL_MUST_USE enum pl_status pl_layout_next(struct pl_layout_cursor *cursor,
                                          struct pl_layout_item *ret_item);

/* pl_layout_end judges where the walk ended, once no more follows. PL_E_TRUNCATED: less came than
 * the header says; PL_E_TRAILING: bytes are left over from cursor->at on. */
PL_MUST_USE enum pl_status pl_layout_end(const struct pl_layout_cursor *cursor);

/* pl_layout_has says whether a field is there in a block of such a length and version. */
static inline bool pl_layout_has(const struct pl_layout_field *field, uint32_t block_bytes,
                                 uint16_t version) {
  return (uint32_t)field->offset + field->size <= block_bytes && version >= field->since;
}

/* pl_layout_uint reads up to eight bytes as an unsigned number; pl_layout_int as a signed one. */
uint64_t pl_layout_uint(const uint8_t *at, uint32_t size_bytes, bool big_endian);
int64_t pl_layout_int(const uint8_t *at, uint32_t size_bytes, bool big_endian);

/* The parts of a PL_LAYOUT_MONTH_YEAR. */
extern const struct pl_layout_fields pl_layout_month_year;

#endif
