#include "dataplane/venue/cme_wire.h"

/* Timestamps beyond the year 2262 are not timestamps. */
#define TIME_NS_MAX (UINT64_C(1) << 63)
#define ACTION_MAX  5 /* new, change, delete, delete thru, delete from, overlay */
#define DELETES     (1u << 2 | 1u << 3 | 1u << 4)

#define IDS_PER_GROUP 1024 /* ports of one group octet's channel numbers */
_Static_assert(256 * IDS_PER_GROUP <= PL_CHANNEL_IDS, "every group and port has a channel number");

const uint8_t pl_cme_entries[256] = {
    ['0'] = PL_CME_ENTRY_BID,
    ['1'] = PL_CME_ENTRY_ASK,
    ['E'] = PL_CME_ENTRY_BID | PL_CME_ENTRY_IMPLIED,
    ['F'] = PL_CME_ENTRY_ASK | PL_CME_ENTRY_IMPLIED,
    ['J'] = PL_CME_ENTRY_RESET,
    ['w'] = PL_CME_ENTRY_OTHER,
    ['x'] = PL_CME_ENTRY_OTHER,
};

bool pl_cme_group_next(const uint8_t **at, const uint8_t *end, struct pl_cme_group *ret_group) {
  if (end - *at < PL_CME_GROUP_BYTES) return false;
  const uint8_t *entries = *at + PL_CME_GROUP_BYTES;
  uint16_t entry_bytes = pl_bytes_le16(*at);
  uint8_t count = entries[-1];
  if ((size_t)(end - entries) < (size_t)entry_bytes * count) return false;
  *ret_group = (struct pl_cme_group){entries, entry_bytes, count};
  *at = entries + (size_t)entry_bytes * count;
  return true;
}

/* The groups that the shape names, inside the message and their entries long enough. */
static PL_CME_INLINE enum pl_status take_groups(struct pl_cme_message *m) {
  const uint8_t *at = m->block + m->block_bytes;
  if (m->end - at < PL_CME_GROUP_BYTES) return PL_E_TRUNCATED;
  m->entries = at + PL_CME_GROUP_BYTES;
  m->entry_bytes = pl_bytes_le16(at);
  m->entry_count = at[2];
  m->order_count = 0;
  int64_t left_bytes = m->end - m->entries - (int64_t)(m->entry_bytes * m->entry_count);
  if (left_bytes < 0) return PL_E_TRUNCATED;
  if (m->entry_count != 0 && m->entry_bytes < m->shape->entry_min) return PL_E_BLOCK;
  if (m->shape->order_min == 0) return PL_OK;
  at = m->end - left_bytes;
  if (left_bytes < PL_CME_GROUP8_BYTES) return PL_E_TRUNCATED;
  m->orders = at + PL_CME_GROUP8_BYTES;
  m->order_bytes = pl_bytes_le16(at);
  m->order_count = at[7];
  if (left_bytes - PL_CME_GROUP8_BYTES < (int64_t)(m->order_bytes * m->order_count))
    return PL_E_TRUNCATED;
  return m->order_count != 0 && m->order_bytes < m->shape->order_min ? PL_E_BLOCK : PL_OK;
}

/* Takes the next message apart: what pl_cme_next does, for the shape of its template. */
static PL_CME_INLINE enum pl_status next(const uint8_t *head, size_t left_bytes,
                                         const struct pl_cme_shape *shape,
                                         struct pl_cme_message *ret_message) {
  uint32_t message_bytes = pl_bytes_le16(head);
  if (message_bytes < PL_CME_MESSAGE_BYTES) return PL_E_BLOCK;
  if (message_bytes > left_bytes) return PL_E_TRUNCATED;
  (void)pl_cme_read(head, shape, ret_message);
  if (ret_message->schema_id != PL_CME_SCHEMA_ID || shape->use == PL_CME_USE_UNKNOWN) return PL_OK;
  if (ret_message->block_bytes > message_bytes - PL_CME_MESSAGE_BYTES) return PL_E_TRUNCATED;
  if (ret_message->block_bytes < shape->block_min) return PL_E_BLOCK;
  return shape->entry_min != 0 ? take_groups(ret_message) : PL_OK;
}

enum pl_status pl_cme_next(const uint8_t *packet, size_t size_bytes, size_t *at,
                           struct pl_cme_message *ret_message) {
  const uint8_t *head = packet + *at;
  size_t left_bytes = size_bytes - *at;
  if (left_bytes < PL_CME_MESSAGE_BYTES) return PL_E_TRUNCATED;
  enum pl_status status =
      next(head, left_bytes, pl_cme_shape(pl_cme_template_id(head)), ret_message);
  if (status == PL_OK) *at += pl_bytes_le16(head);
  return status;
}

/* Snapshots, and definitions that come in a loop: those say how many there are. One that tells news
 * in the stream of updates does not. */
static bool is_recovery(const struct pl_cme_message *m) {
  switch ((enum pl_cme_use)m->shape->use) {
  case PL_CME_USE_SNAPSHOT:
  case PL_CME_USE_SNAPSHOT_ORDERS: return true;
  case PL_CME_USE_DEFINITION:
    return pl_bytes_le32(m->block + PL_CME_DEFINITION_TOTAL) != UINT32_MAX;
  default: return false;
  }
}

/* The first message tells, but for heartbeats. What cannot be read tells nothing: judging it says
 * what is wrong. The templates of updates need no reading at all. */
static bool tells_recovery(const struct pl_packet *packet) {
  size_t at = PL_CME_PACKET_BYTES;
  while (packet->size_bytes - at >= PL_CME_MESSAGE_BYTES) {
    struct pl_cme_message message;
    uint8_t use = pl_cme_shape(pl_cme_template_id(packet->data + at))->use;
    if (use >= PL_CME_USE_NUMBER && use <= PL_CME_USE_TRADES) return false;
    if (pl_cme_next(packet->data, packet->size_bytes, &at, &message) != PL_OK) return false;
    if (message.template_id != PL_CME_HEARTBEAT)
      return message.schema_id == PL_CME_SCHEMA_ID && is_recovery(&message);
  }
  return false;
}

enum pl_status pl_cme_head(const struct pl_packet *packet, struct pl_venue_head *ret_head) {
  if (packet->size_bytes < PL_CME_PACKET_BYTES) return PL_E_PACKET_HEADER;
  uint32_t channel_id = (packet->group_ipv4 & 0xff) * IDS_PER_GROUP + packet->port % 1000;
  *ret_head = (struct pl_venue_head){
      .channel_id = channel_id,
      .home_channel_id = channel_id,
      .recovery = tells_recovery(packet),
      .loops = tells_recovery(packet),
      .seq = pl_bytes_le32(packet->data),
      .seq_count = 1,
  };
  return PL_OK;
}

static bool qty_is_good(const uint8_t *at, bool long_qty) {
  if (long_qty) return pl_bytes_le64(at) - 1 < (uint64_t)(PL_QTY_E8_MAX / PL_E8);
  return pl_bytes_le32(at) - 1 < PL_CME_NULL_I32 - 1; /* neither negative, nothing nor null */
}

static bool price_is_good(const uint8_t *at) {
  return pl_cme_price_is_good((int64_t)pl_bytes_le64(at));
}

static bool price_is_null(const uint8_t *at) {
  return (int64_t)pl_bytes_le64(at) == PL_CME_NULL_PRICE;
}

/* Deletes name a position; their price may be null and their quantity says nothing. Not one branch:
 * what is wrong comes too seldom to look for it step by step. */
static PL_CME_INLINE bool level_is_good(const struct pl_cme_shape *shape, const uint8_t *entry) {
  const uint8_t *tail = entry + shape->tail_at; /* level, action, type */
  uint8_t action = tail[1], type = pl_cme_entries[tail[2]];
  if (PL_UNLIKELY((type & PL_CME_ENTRY_SIDE) == 0)) return type != 0;
  bool deletes = (DELETES >> (action & 31) & 1) != 0;
  bool numbered = pl_bytes_le32(entry + shape->number_at) != 0; /* numbers count from 1 */
  int priced = (int)price_is_good(entry) | ((int)deletes & (int)price_is_null(entry));
  return (action <= ACTION_MAX) & (tail[0] != 0) & numbered & priced &
         (deletes | qty_is_good(entry + 8, shape->long_qty));
}

/* Price and side of an order in a book message are those of the entry it refers to; one that
 * refers to no level is passed over. */
static bool reference_is_good(const struct pl_cme_message *m, const uint8_t *order) {
  if (order[21] > 2) return false;
  uint8_t reference = order[20];
  if (order[21] == 2 || reference == 0 || reference > m->entry_count) return true;
  const uint8_t *entry = m->entries + (size_t)(reference - 1) * m->entry_bytes;
  uint8_t type = entry[m->shape->tail_at + 2];
  if (type != '0' && type != '1') return true;
  return qty_is_good(order + 16, false) && (order[21] == 1 || price_is_good(entry));
}

static PL_CME_INLINE bool book_is_good(const struct pl_cme_message *m) {
  bool good = true;
  const uint8_t *entry = m->entries;
  for (uint32_t i = 0; i < m->entry_count; i++, entry += m->entry_bytes)
    good &= level_is_good(m->shape, entry);
  for (uint32_t i = 0; i < m->order_count; i++)
    if (!reference_is_good(m, m->orders + (size_t)i * m->order_bytes)) return false;
  return good;
}

static PL_CME_INLINE bool orders_are_good(const struct pl_cme_message *m) {
  bool good = true;
  const uint8_t *entry = m->entries;
  for (uint32_t i = 0; i < m->entry_count; i++, entry += m->entry_bytes) {
    uint8_t action = entry[32], type = entry[33];
    if (PL_UNLIKELY(type == 'J')) continue;
    int told = (int)price_is_good(entry + 16) & (int)qty_is_good(entry + 24, false);
    good &= ((type & ~1) == '0') & (action <= 2) & (pl_bytes_le64(entry) != PL_CME_NULL_ID) &
            (told | (action == 2));
  }
  return good;
}

static bool trades_are_good(const struct pl_cme_message *m) {
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    uint8_t aggressor = entry[m->shape->tail_at], action = entry[m->shape->tail_at + 1];
    if ((aggressor > 2 && aggressor != UINT8_MAX) || action > 2) return false;
    if (action == 0 && (!price_is_good(entry) || !qty_is_good(entry + 8, m->shape->long_qty)))
      return false;
  }
  return true;
}

static bool snapshot_is_good(const struct pl_cme_message *m) {
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    if (pl_cme_side(entry[m->shape->tail_at]) == PL_SIDE_NONE) continue; /* statistics */
    if (!price_is_good(entry) || !qty_is_good(entry + 8, m->shape->long_qty)) return false;
  }
  return pl_bytes_le64(m->block + 16) < TIME_NS_MAX;
}

static bool snapshot_orders_are_good(const struct pl_cme_message *m) {
  uint32_t chunks = pl_bytes_le32(m->block + 12), chunk = pl_bytes_le32(m->block + 16);
  if (chunk == 0 || chunk > chunks) return false;
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    if ((entry[28] != '0' && entry[28] != '1') || !price_is_good(entry + 16) ||
        !qty_is_good(entry + 24, false))
      return false;
  }
  return pl_bytes_le64(m->block + 20) < TIME_NS_MAX;
}

/* A status without a security is of a whole group; its events are the feed's to make. */
static void judge_status(const struct pl_cme_message *m, struct pl_venue_verdict *verdict) {
  if (pl_bytes_le32(m->block + 20) == PL_CME_NULL_I32)
    verdict->tells = true;
  else
    verdict->events_max++;
}

/* Events of its entries, beside one that each may put for its book to begin. */
static PL_CME_INLINE enum pl_status judge(const struct pl_cme_message *message,
                                          struct pl_venue_verdict *verdict) {
  if (message->schema_id != PL_CME_SCHEMA_ID) return PL_E_SCHEMA;
  bool good = true;
  switch ((enum pl_cme_use)message->shape->use) {
  case PL_CME_USE_UNKNOWN:
  case PL_CME_USE_NOTHING:
  case PL_CME_USE_NUMBER:
  case PL_CME_USE_LIMITS: return PL_OK;
  case PL_CME_USE_RESET:
    verdict->empties = true;
    return pl_bytes_le64(message->block) < TIME_NS_MAX ? PL_OK : PL_E_VALUE;
  case PL_CME_USE_STATUS: judge_status(message, verdict); break;
  case PL_CME_USE_BOOK:
    good = book_is_good(message);
    verdict->events_max += 2u * message->entry_count + 2u * message->order_count;
    break;
  case PL_CME_USE_ORDERS:
    good = orders_are_good(message);
    verdict->events_max += 2u * message->entry_count;
    break;
  case PL_CME_USE_TRADES:
    good = trades_are_good(message);
    verdict->events_max += message->entry_count;
    break;
  case PL_CME_USE_SNAPSHOT: /* two books begin and end; status */
    verdict->events_max += 5u + message->entry_count;
    return snapshot_is_good(message) ? PL_OK : PL_E_VALUE;
  case PL_CME_USE_SNAPSHOT_ORDERS: /* the one before thrown away; begin, end */
    verdict->events_max += 3u + message->entry_count;
    return snapshot_orders_are_good(message) ? PL_OK : PL_E_VALUE;
  case PL_CME_USE_DEFINITION: /* the old one closed, clear, instrument, status */
    verdict->events_max += 4;
    return pl_cme_definition_judge(message);
  }
  return good && pl_bytes_le64(message->block) < TIME_NS_MAX ? PL_OK : PL_E_VALUE;
}

/* One message: judged, its events and what it does to the channel added, and passed. */
static PL_CME_INLINE enum pl_status pass(const uint8_t **at, size_t left_bytes,
                                         const struct pl_cme_shape *shape,
                                         struct pl_venue_verdict *verdict, bool *ends) {
  struct pl_cme_message message;
  enum pl_status status = next(*at, left_bytes, shape, &message);
  if (status != PL_OK) return status;
  /* Books are emptied before the packet's events, once, so none may come first. */
  if (shape->use == PL_CME_USE_RESET && (verdict->events_max != 0 || verdict->empties))
    return PL_E_VALUE;
  status = judge(&message, verdict);
  if (status != PL_OK) return status;
  *ends |= pl_cme_ends_event(&message);
  *at = message.end;
  return PL_OK;
}

enum pl_status pl_cme_judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  struct pl_venue_verdict verdict = {0};
  const uint8_t *at = packet->data + PL_CME_PACKET_BYTES, *end = packet->data + packet->size_bytes;
  bool ends = false;
  while (at < end) {
    if (verdict.messages++ == PL_FRAME_MESSAGES_MAX) return PL_E_TOO_MANY;
    size_t left_bytes = (size_t)(end - at);
    if (left_bytes < PL_CME_MESSAGE_BYTES) return PL_E_TRUNCATED;
    uint32_t template_id = pl_cme_template_id(at);
    enum pl_status status;
    if (template_id == PL_CME_BOOK)
      status = pass(&at, left_bytes, &pl_cme_shapes[PL_CME_BOOK], &verdict, &ends);
    else if (template_id == PL_CME_ORDERS)
      status = pass(&at, left_bytes, &pl_cme_shapes[PL_CME_ORDERS], &verdict, &ends);
    else
      status = pass(&at, left_bytes, pl_cme_shape(template_id), &verdict, &ends);
    if (status != PL_OK) return status;
  }
  if (ends) verdict.events_max += PL_EVENT_OPEN_MAX;
  if (verdict.events_max > PL_FRAME_EVENTS_MAX) return PL_E_TOO_MANY;
  *ret_verdict = verdict;
  return PL_OK;
}
