/* CME MDP 3.0: a packet header of 12 bytes, each message behind its size and an SBE header. */
#include "dataplane/venue/layout_cme.h"

#define SCHEMA_ID          1
#define MESSAGE_HEAD_BYTES 10

static const struct pl_layout_field packet_head[] = {
    {"MsgSeqNum", 0, 4, UINT, 0},
    {"SendingTime", 4, 8, UINT, 0},
};
static const struct pl_layout_field message_head[] = {
    {"MsgSize", 0, 2, UINT, 0},  {"blockLength", 2, 2, UINT, 0}, {"templateId", 4, 2, UINT, 0},
    {"schemaId", 6, 2, UINT, 0}, {"version", 8, 2, UINT, 0},
};

static enum pl_status begin(struct pl_layout_cursor *cursor) {
  (void)cursor; /* nothing in the header could be wrong */
  return PL_OK;
}

static enum pl_status next(const struct pl_layout_cursor *cursor, struct pl_layout_item *item) {
  size_t bytes = pl_layout_uint(item->head, 2, false);
  enum pl_status status = pl_layout_take_size(cursor, item, bytes);
  if (status != PL_OK) return status;
  item->block_bytes = (uint32_t)pl_layout_uint(item->head + 2, 2, false);
  item->id = (uint16_t)pl_layout_uint(item->head + 4, 2, false);
  item->version = (uint16_t)pl_layout_uint(item->head + 8, 2, false);
  item->block = item->head + MESSAGE_HEAD_BYTES;
  if (pl_layout_uint(item->head + 6, 2, false) != SCHEMA_ID) return PL_E_SCHEMA;
  if (item->block_bytes > bytes - MESSAGE_HEAD_BYTES) return PL_E_BLOCK;
  item->message = pl_layout_message_find(cursor->layout, item->id);
  size_t at = cursor->at + MESSAGE_HEAD_BYTES + item->block_bytes, end = cursor->at + bytes;
  if (item->message != NULL) status = pl_layout_take_groups(cursor, at, end, item, &at);
  item->rest_bytes = (uint32_t)(end - at);
  if (item->message == NULL) item->rest_bytes += item->block_bytes;
  return status;
}

static const struct pl_layout_walker walker = {begin, next};

static const struct pl_layout_messages *const families[] = {
    &pl_layout_cme_book,     &pl_layout_cme_trade,      &pl_layout_cme_statistics,
    &pl_layout_cme_snapshot, &pl_layout_cme_definition, &pl_layout_cme_definition_other,
    &pl_layout_cme_admin,
};

const struct pl_layout pl_layout_cme = {
    .venue = "cme",
    .versioned = true,
    .head_bytes = 12,
    .message_head_bytes = MESSAGE_HEAD_BYTES,
    .seq_at = 0,
    .seq_bytes = 4,
    .head = PL_LAYOUT_ROWS(packet_head),
    .message_head = PL_LAYOUT_ROWS(message_head),
    .messages = families,
    .message_tables = sizeof families / sizeof families[0],
    .walker = &walker,
};
