/* The wire of CME MDP 3.0, SBE schema 1: shapes of the templates, and a walker over the messages of
 * a packet. Little endian throughout. A block or an entry may be longer than known here (a newer
 * version) or end after the last field that is read (an older one): steps go by the lengths on the
 * wire. Sources: the exchange's schemas, versions 9 to 13 (docs/venues/cme.md). */
#ifndef DATAPLANE_VENUE_CME_WIRE_H
#define DATAPLANE_VENUE_CME_WIRE_H

#include "dataplane/venue/bytes.h"
#include "dataplane/venue/venue.h"
#include "engine/base/fixed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_CME_PACKET_BYTES  12 /* MsgSeqNum u32, SendingTime u64 */
#define PL_CME_MESSAGE_BYTES 10 /* MsgSize u16, then blockLength, templateId, schemaId, version */
#define PL_CME_GROUP_BYTES   3  /* blockLength u16, numInGroup u8 */
#define PL_CME_GROUP8_BYTES  8  /* blockLength u16, numInGroup u8 at 7 */
#define PL_CME_SCHEMA_ID     1

#define PL_CME_NULL_PRICE INT64_MAX
#define PL_CME_NULL_I32   INT32_MAX
#define PL_CME_NULL_ID    UINT64_MAX /* an order id or priority */

#define PL_CME_END_OF_EVENT 0x80 /* bit of the MatchEventIndicator */

enum pl_cme_template {
  PL_CME_CHANNEL_RESET = 4,
  PL_CME_HEARTBEAT = 12,
  PL_CME_SECURITY_STATUS = 30,
  PL_CME_VOLUME = 37,
  PL_CME_QUOTE_REQUEST = 39,
  PL_CME_BOOK = 46,
  PL_CME_ORDERS = 47,
  PL_CME_TRADES = 48,
  PL_CME_DAILY_STATISTICS = 49,
  PL_CME_LIMITS = 50,
  PL_CME_SESSION_STATISTICS = 51,
  PL_CME_SNAPSHOT = 52,
  PL_CME_SNAPSHOT_ORDERS = 53,
  PL_CME_FUTURE = 54,
  PL_CME_OPTION = 55,
  PL_CME_SPREAD = 56,
  PL_CME_FIXED_INCOME = 57,
  PL_CME_REPO = 58,
  PL_CME_TOP_ORDERS = 59,
  PL_CME_WORKUP = 60,
  PL_CME_COLLATERAL = 62,
  PL_CME_FX = 63,
  PL_CME_BOOK_LONG = 64,
  PL_CME_TRADES_LONG = 65,
  PL_CME_VOLUME_LONG = 66,
  PL_CME_SESSION_STATISTICS_LONG = 67,
  PL_CME_SNAPSHOT_LONG = 69,
};

/* What is done with a template. */
enum pl_cme_use {
  PL_CME_USE_UNKNOWN,
  PL_CME_USE_NOTHING, /* known, of no use; its end-of-event bit counts */
  PL_CME_USE_RESET,
  PL_CME_USE_STATUS,
  PL_CME_USE_NUMBER, /* only takes up report sequence numbers */
  PL_CME_USE_LIMITS,
  PL_CME_USE_BOOK,
  PL_CME_USE_ORDERS,
  PL_CME_USE_TRADES,
  PL_CME_USE_SNAPSHOT,
  PL_CME_USE_SNAPSHOT_ORDERS,
  PL_CME_USE_DEFINITION,
};

/* Lengths a template needs, and where the fields lie in which templates of the same use differ. */
struct pl_cme_shape {
  uint8_t use;       /* enum pl_cme_use */
  uint8_t event_end; /* of the MatchEventIndicator in the block; 0: none */
  uint8_t block_min; /* bytes of the block that are read */
  uint8_t entry_min; /* bytes of an entry that are read; 0: no entries are */
  uint8_t order_min; /* of the second group's entries; 0: it is not read */
  uint8_t id_at;     /* SecurityID in the entry */
  uint8_t number_at; /* RptSeq in the entry */
  uint8_t tail_at;   /* the one-byte fields in the entry (level, or aggressor, or type) */
  bool long_qty;     /* quantities are u64, not i32 */
};

/* One message; its entries lie inside it, whatever the lengths on the wire say. Entries are there
 * only if the shape has an entry_min, orders if it has an order_min. */
struct pl_cme_message {
  const struct pl_cme_shape *shape;
  const uint8_t *block, *entries, *orders, *end; /* end: behind the message */
  uint32_t template_id, schema_id, block_bytes;
  uint32_t entry_bytes, entry_count, order_bytes, order_count;
};

#define PL_CME_TEMPLATES 70 /* templates are below */

/* The walks over the messages that come most are made for each of their shapes: its places are
 * constants there, and that is why the shapes stand here. */
#define PL_CME_INLINE inline __attribute__((always_inline))

/* clang-format off */
static const struct pl_cme_shape pl_cme_shapes[PL_CME_TEMPLATES] = {
    /*                                   use                         event block entry order id num tail long */
    [PL_CME_CHANNEL_RESET] =            {PL_CME_USE_RESET,               9,   9,  0,  0,  0,  0,  0, false},
    [PL_CME_HEARTBEAT] =                {PL_CME_USE_NOTHING,             0,   0,  0,  0,  0,  0,  0, false},
    [PL_CME_SECURITY_STATUS] =          {PL_CME_USE_STATUS,             27,  28,  0,  0,  0,  0,  0, false},
    [PL_CME_VOLUME] =                   {PL_CME_USE_NUMBER,              9,   9, 12,  0,  4,  8,  0, false},
    [PL_CME_QUOTE_REQUEST] =            {PL_CME_USE_NOTHING,            32,  32,  0,  0,  0,  0,  0, false},
    [PL_CME_BOOK] =                     {PL_CME_USE_BOOK,                9,   9, 27, 22, 12, 16, 24, false},
    [PL_CME_ORDERS] =                   {PL_CME_USE_ORDERS,              9,   9, 34,  0, 28,  0, 32, false},
    [PL_CME_TRADES] =                   {PL_CME_USE_TRADES,              9,   9, 30,  0, 12, 16, 24, false},
    [PL_CME_DAILY_STATISTICS] =         {PL_CME_USE_NUMBER,              9,   9, 20,  0, 12, 16,  0, false},
    [PL_CME_LIMITS] =                   {PL_CME_USE_LIMITS,              9,   9, 32,  0, 24, 28,  0, false},
    [PL_CME_SESSION_STATISTICS] =       {PL_CME_USE_NUMBER,              9,   9, 16,  0,  8, 12,  0, false},
    [PL_CME_SNAPSHOT] =                 {PL_CME_USE_SNAPSHOT,            0,  35, 22,  0,  0,  0, 21, false},
    [PL_CME_SNAPSHOT_ORDERS] =          {PL_CME_USE_SNAPSHOT_ORDERS,     0,  28, 29,  0,  0,  0, 28, false},
    [PL_CME_FUTURE] =                   {PL_CME_USE_DEFINITION,          1, 181,  0,  0,  0,  0,  0, false},
    [PL_CME_OPTION] =                   {PL_CME_USE_DEFINITION,          1, 210,  0,  0,  0,  0,  0, false},
    [PL_CME_SPREAD] =                   {PL_CME_USE_DEFINITION,          1, 183,  0,  0,  0,  0,  0, false},
    [PL_CME_FIXED_INCOME] =             {PL_CME_USE_DEFINITION,          1, 169,  0,  0,  0,  0,  0, false},
    [PL_CME_REPO] =                     {PL_CME_USE_DEFINITION,          1, 166,  0,  0,  0,  0,  0, false},
    [PL_CME_TOP_ORDERS] =               {PL_CME_USE_NOTHING,             9,   9,  0,  0,  0,  0,  0, false},
    [PL_CME_WORKUP] =                   {PL_CME_USE_NOTHING,            21,  21,  0,  0,  0,  0,  0, false},
    [PL_CME_COLLATERAL] =               {PL_CME_USE_NOTHING,             9,   9,  0,  0,  0,  0,  0, false},
    [PL_CME_FX] =                       {PL_CME_USE_DEFINITION,          1, 160,  0,  0,  0,  0,  0, false},
    [PL_CME_BOOK_LONG] =                {PL_CME_USE_BOOK,                9,   9, 31, 22, 16, 20, 28, true},
    [PL_CME_TRADES_LONG] =              {PL_CME_USE_TRADES,              9,   9, 34,  0, 16, 20, 32, true},
    [PL_CME_VOLUME_LONG] =              {PL_CME_USE_NUMBER,              9,   9, 16,  0,  8, 12,  0, true},
    [PL_CME_SESSION_STATISTICS_LONG] =  {PL_CME_USE_NUMBER,              9,   9, 24,  0, 16, 20,  0, true},
    [PL_CME_SNAPSHOT_LONG] =            {PL_CME_USE_SNAPSHOT,            0,  35, 23,  0,  0,  0, 22, true},
};
/* clang-format on */

static inline uint32_t pl_cme_template_id(const uint8_t *head) {
  return pl_bytes_le16(head + 4);
}

static inline const struct pl_cme_shape *pl_cme_shape(uint32_t template_id) {
  return &pl_cme_shapes[template_id < PL_CME_TEMPLATES ? template_id : 0];
}

/* pl_cme_read takes a message apart that was found good, whose lengths it does not check again, or
 * as far as the block alone.
 *   head   its first byte
 *   shape  of its template
 *   returns  the byte behind it */
static inline const uint8_t *pl_cme_read(const uint8_t *head, const struct pl_cme_shape *shape,
                                         struct pl_cme_message *ret_message) {
  uint32_t block_bytes = pl_bytes_le16(head + 2);
  const uint8_t *block = head + PL_CME_MESSAGE_BYTES;
  ret_message->template_id = pl_cme_template_id(head);
  ret_message->schema_id = pl_bytes_le16(head + 6);
  ret_message->shape = shape;
  ret_message->block = block;
  ret_message->block_bytes = block_bytes;
  ret_message->end = head + pl_bytes_le16(head);
  return ret_message->end;
}

/* pl_cme_read_groups takes the groups of such a message apart. */
static inline void pl_cme_read_groups(struct pl_cme_message *message) {
  const uint8_t *at = message->block + message->block_bytes;
  uint32_t entry_bytes = pl_bytes_le16(at), count = at[2];
  message->entries = at + PL_CME_GROUP_BYTES;
  message->entry_bytes = entry_bytes;
  message->entry_count = count;
  message->order_count = 0;
  if (message->shape->order_min == 0) return;
  at += PL_CME_GROUP_BYTES + entry_bytes * count;
  message->order_bytes = pl_bytes_le16(at);
  message->order_count = at[7];
  message->orders = at + PL_CME_GROUP8_BYTES;
}

/* pl_cme_next reads the message at *at and moves *at behind it.
 *   packet   [size_bytes], packet header first
 *   returns  PL_OK; PL_E_TRUNCATED for a size past the packet, or a block or group past the
 *            message; PL_E_BLOCK for a size, block or entry too short. On error *at is untouched
 *            and ret_message says nothing */
PL_MUST_USE enum pl_status pl_cme_next(const uint8_t *packet, size_t size_bytes, size_t *at,
                                       struct pl_cme_message *ret_message);

/* pl_cme_ends_event says whether the venue's event ends with a message. */
static inline bool pl_cme_ends_event(const struct pl_cme_message *message) {
  uint8_t end = message->shape->event_end;
  return end != 0 && (message->block[end - 1] & PL_CME_END_OF_EVENT) != 0;
}

/* pl_cme_head reads a packet's header, and whether its channel is one of recovery. */
PL_MUST_USE enum pl_status pl_cme_head(const struct pl_packet *packet,
                                       struct pl_venue_head *ret_head);

/* pl_cme_judge decides whether a packet may be written: the lengths of its messages, their schema,
 * and each field that has declared values or must be a number.
 *   returns  PL_OK; what pl_cme_next says; PL_E_SCHEMA, PL_E_VALUE, PL_E_TOO_MANY. On error
 *            ret_verdict is untouched */
PL_MUST_USE enum pl_status pl_cme_judge(const struct pl_packet *packet,
                                        struct pl_venue_verdict *ret_verdict);

/* One repeating group of a message whose groups are walked one by one (definitions). */
struct pl_cme_group {
  const uint8_t *entries;
  uint16_t entry_bytes;
  uint8_t count;
};

/* pl_cme_group_next reads the group at *at and moves *at behind it.
 *   end      behind the message
 *   returns  false when there is none, or it does not fit; *at is then untouched */
bool pl_cme_group_next(const uint8_t **at, const uint8_t *end, struct pl_cme_group *ret_group);

/* Where a definition's fields lie; 0: its template has none. */
struct pl_cme_definition {
  uint8_t kind; /* enum pl_kind */
  uint16_t tick_at, factor_at, size_at, strike_at, limit_high_at, limit_low_at;
  uint8_t legs_group; /* number of the group of legs, from 0; 0: none */
};

/* pl_cme_definition returns the layout of a definition's template, 54 to 58 and 63. */
const struct pl_cme_definition *pl_cme_definition(uint32_t template_id);

/* The same places in every definition. */
#define PL_CME_DEFINITION_TOTAL  1  /* TotNumReports u32, null on the incremental stream */
#define PL_CME_DEFINITION_ACTION 5  /* SecurityUpdateAction: A, D, M */
#define PL_CME_DEFINITION_STATE  14 /* SecurityTradingStatus */
#define PL_CME_DEFINITION_GROUP  23 /* SecurityGroup char[6], then Asset char[6] */
#define PL_CME_DEFINITION_NAME   35 /* Symbol char[20] */
#define PL_CME_DEFINITION_ID     55 /* SecurityID i32 */
#define PL_CME_NAME_BYTES        20
#define PL_CME_CODE_BYTES        6 /* SecurityGroup, Asset */

/* pl_cme_definition_judge checks the fields of a definition. */
PL_MUST_USE enum pl_status pl_cme_definition_judge(const struct pl_cme_message *message);

static inline bool pl_cme_price_is_good(int64_t raw_e9) {
  return raw_e9 <= PL_PRICE_E9_MAX && raw_e9 >= -PL_PRICE_E9_MAX;
}

/* What an entry type of a book message says; 0: it is none. */
enum pl_cme_entry {
  PL_CME_ENTRY_BID = 1,
  PL_CME_ENTRY_ASK = 2,
  PL_CME_ENTRY_SIDE = 3, /* of either book */
  PL_CME_ENTRY_IMPLIED = 4,
  PL_CME_ENTRY_RESET = 8,
  PL_CME_ENTRY_OTHER = 16, /* best of the market: not read */
};

extern const uint8_t pl_cme_entries[256]; /* enum pl_cme_entry bits by MDEntryType */

/* A side's entry type; PL_SIDE_NONE for one of neither the real nor the implied book. */
static inline enum pl_side pl_cme_side(uint8_t type) {
  uint8_t entry = pl_cme_entries[type] & PL_CME_ENTRY_SIDE;
  return entry == PL_CME_ENTRY_BID ? PL_BID : entry == PL_CME_ENTRY_ASK ? PL_ASK : PL_SIDE_NONE;
}

static inline bool pl_cme_is_implied(uint8_t type) {
  return (pl_cme_entries[type] & PL_CME_ENTRY_IMPLIED) != 0;
}

#endif
