#include "dataplane/venue/deribit_wire.h"

#include "engine/base/fixed.h"

/* Timestamps beyond the year 2248 are not timestamps. */
#define TIME_MS_MAX (UINT64_C(1) << 43)
#define STATE_MAX   6 /* created, open, closed, settled, deactivated, inactive, started */

enum pl_status pl_deribit_next(const uint8_t *packet, size_t size_bytes, size_t *at,
                               struct pl_deribit_message *ret_message) {
  size_t block_at = *at + PL_DERIBIT_MESSAGE_BYTES;
  if (block_at > size_bytes) return PL_E_TRUNCATED;
  const uint8_t *head = packet + *at;
  struct pl_deribit_message message = {
      .block = packet + block_at,
      .block_bytes = pl_bytes_le16(head),
      .template_id = pl_bytes_le16(head + 2),
      .schema_id = pl_bytes_le16(head + 4),
  };
  uint32_t groups = pl_bytes_le16(head + 8), vars = pl_bytes_le16(head + 10);
  size_t end = block_at + message.block_bytes;
  if (end > size_bytes) return PL_E_TRUNCATED;
  for (uint32_t i = 0; i < groups; i++) { /* each takes 8 bytes at least: bounded by the packet */
    if (size_bytes - end < PL_DERIBIT_GROUP_BYTES) return PL_E_TRUNCATED;
    const uint8_t *group = packet + end;
    uint16_t entry_bytes = pl_bytes_le16(group), count = pl_bytes_le16(group + 2);
    if (pl_bytes_le32(group + 4) != 0) return PL_E_BLOCK; /* nested parts: none is defined */
    end += PL_DERIBIT_GROUP_BYTES;
    if (size_bytes - end < (size_t)entry_bytes * count) return PL_E_TRUNCATED;
    if (i == 0) {
      message.group = packet + end;
      message.group_block_bytes = entry_bytes;
      message.group_count = count;
    }
    end += (size_t)entry_bytes * count;
  }
  for (uint32_t i = 0; i < vars; i++) {
    if (size_bytes - end < 1 || size_bytes - end - 1 < packet[end]) return PL_E_TRUNCATED;
    if (i == 0) {
      message.var = packet + end + 1;
      message.var_bytes = packet[end];
    }
    end += 1u + packet[end];
  }
  *ret_message = message;
  *at = end;
  return PL_OK;
}

/* A double's magnitude can be compared by its bits; NaN and infinity lie above every limit. */
static bool magnitude_is_within(const uint8_t *at, uint64_t limit_bits) {
  return (pl_bytes_le64(at) & (UINT64_MAX >> 1)) <= limit_bits;
}

#define PRICE_LIMIT_BITS UINT64_C(0x4197d78400000000) /* 1e8, as PL_PRICE_E9_MAX */
#define QTY_LIMIT_BITS   UINT64_C(0x4202a05f20000000) /* 1e10, as PL_QTY_E8_MAX */

static bool price_is_good(const uint8_t *at) {
  return magnitude_is_within(at, PRICE_LIMIT_BITS);
}

static bool qty_is_good(const uint8_t *at) {
  return magnitude_is_within(at, QTY_LIMIT_BITS) && (at[7] & 0x80) == 0;
}

static bool is_nan(const uint8_t *at) {
  return (pl_bytes_le64(at) & (UINT64_MAX >> 1)) > UINT64_C(0x7ff0000000000000);
}

static bool time_is_good(const uint8_t *at) {
  return pl_bytes_le64(at) < TIME_MS_MAX;
}

static bool book_is_good(const struct pl_deribit_message *m) {
  if (!time_is_good(m->block + 4) || m->block[28] > 1) return false;
  if (pl_bytes_le64(m->block + 20) == 0) return false; /* change ids count from 1 */
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    if (entry[0] > 1 || entry[1] > 2 || !price_is_good(entry + 2) || !qty_is_good(entry + 10))
      return false;
  }
  return true;
}

static bool snapshot_is_good(const struct pl_deribit_message *m) {
  if (!time_is_good(m->block + 4) || m->block[20] > 1 || m->block[21] > 1) return false;
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    if (entry[0] > 1 || !price_is_good(entry + 1) || !qty_is_good(entry + 9)) return false;
  }
  return true;
}

/* A ticker's field may be null (NaN), which is no fault; infinite or absurd is one. */
static bool ticker_is_good(const struct pl_deribit_message *m) {
  if (m->block[4] > STATE_MAX || !time_is_good(m->block + 5)) return false;
  for (uint32_t at = 13; at < 133; at += 8) {
    const uint8_t *field = m->block + at;
    if (!is_nan(field) && !magnitude_is_within(field, QTY_LIMIT_BITS)) return false;
  }
  static const uint8_t prices_at[] = {45, 53, 61, 77}; /* index, mark, best bid, best ask */
  for (uint32_t i = 0; i < sizeof prices_at; i++)
    if (!is_nan(m->block + prices_at[i]) && !price_is_good(m->block + prices_at[i])) return false;
  return true;
}

static bool trades_are_good(const struct pl_deribit_message *m) {
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    if (entry[0] > 1 || entry[58] > 3 || !time_is_good(entry + 17) || !price_is_good(entry + 1) ||
        !qty_is_good(entry + 9))
      return false;
  }
  return true;
}

/* The two layouts of an instrument differ by the rfq byte. */
static bool instrument_is_good(const struct pl_deribit_message *m, uint32_t doubles_at) {
  uint8_t kind = m->block[5], type = m->block[6];
  if (m->block[4] > STATE_MAX || kind > 4 || m->var == NULL) return false;
  if (kind <= 1 && type != 1 && type != 2) return false; /* reversed, linear */
  const uint8_t *terms = m->block + doubles_at;          /* strike, contract size, minimum, tick */
  for (uint32_t i = 0; i < 4; i++)
    if (!is_nan(terms + 8u * i) && !qty_is_good(terms + 8u * i)) return false;
  return is_nan(terms) || price_is_good(terms);
}

static bool tick_steps_are_good(const struct pl_deribit_message *m) {
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    if (!price_is_good(entry) || !price_is_good(entry + 8)) return false;
  }
  return true;
}

static bool index_is_good(const struct pl_deribit_message *m) {
  return price_is_good(m->block + 16) && time_is_good(m->block + 24);
}

static bool rfq_is_good(const struct pl_deribit_message *m) {
  return time_is_good(m->block + 14) && (is_nan(m->block + 6) || qty_is_good(m->block + 6));
}

static bool fields_are_good(const struct pl_deribit_message *m) {
  switch (m->template_id) {
  case PL_DERIBIT_BOOK: return book_is_good(m);
  case PL_DERIBIT_SNAPSHOT: return snapshot_is_good(m);
  case PL_DERIBIT_TICKER: return ticker_is_good(m);
  case PL_DERIBIT_TRADES: return trades_are_good(m);
  case PL_DERIBIT_INSTRUMENT: return instrument_is_good(m, 68);
  case PL_DERIBIT_INSTRUMENT_V2: return instrument_is_good(m, 67) && tick_steps_are_good(m);
  case PL_DERIBIT_PRICE_INDEX: return index_is_good(m);
  case PL_DERIBIT_RFQ: return rfq_is_good(m);
  default: return true;
  }
}

/* Lengths a template needs, and the events it makes: fixed, plus so many a group entry. */
static const struct shape {
  uint16_t template_id, block_bytes, entry_bytes;
  uint8_t events_fixed, events_entry;
} shapes[] = {
    {PL_DERIBIT_INSTRUMENT, 140, 0, 3, 0},     {PL_DERIBIT_BOOK, 29, 18, 1, 1},
    {PL_DERIBIT_TRADES, 4, 83, 0, 1},          {PL_DERIBIT_TICKER, 133, 0, 6, 0},
    {PL_DERIBIT_SNAPSHOT, 22, 17, 2, 1},       {PL_DERIBIT_SNAPSHOT_START, 4, 0, 0, 0},
    {PL_DERIBIT_SNAPSHOT_END, 0, 0, 0, 0},     {PL_DERIBIT_COMBO_LEGS, 4, 8, 0, 0},
    {PL_DERIBIT_PRICE_INDEX, 32, 0, 1, 0},     {PL_DERIBIT_RFQ, 22, 0, 1, 0},
    {PL_DERIBIT_INSTRUMENT_V2, 139, 16, 3, 0},
};

enum pl_status pl_deribit_judge(const struct pl_deribit_message *message,
                                uint32_t *ret_events_max) {
  if (message->schema_id != PL_DERIBIT_SCHEMA_ID) return PL_E_SCHEMA;
  uint32_t which = (uint32_t)message->template_id - PL_DERIBIT_INSTRUMENT;
  if (which >= sizeof shapes / sizeof shapes[0]) {
    *ret_events_max = 0;
    return PL_OK;
  }
  const struct shape *shape = &shapes[which];
  if (message->block_bytes < shape->block_bytes) return PL_E_BLOCK;
  if (message->group_count != 0 && message->group_block_bytes < shape->entry_bytes)
    return PL_E_BLOCK;
  if (!fields_are_good(message)) return PL_E_VALUE;
  *ret_events_max = shape->events_fixed + (uint32_t)shape->events_entry * message->group_count;
  return PL_OK;
}
