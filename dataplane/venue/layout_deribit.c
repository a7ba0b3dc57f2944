/* Deribit multicast SBE v1.6: a packet header of 8 bytes; each message says on the wire how many
 * groups and strings it has. */
#include "dataplane/venue/layout_walk.h"

#define GROUP_BYTES 8
#define SCHEMA_ID   1

static const struct pl_layout_field packet_head[] = {
    {"packetLength", 0, 2, UINT, 0},
    {"channelId", 2, 2, UINT, 0},
    {"sequenceNumber", 4, 4, UINT, 0},
};
static const struct pl_layout_field message_head[] = {
    {"blockLength", 0, 2, UINT, 0}, {"templateId", 2, 2, UINT, 0},
    {"schemaId", 4, 2, UINT, 0},    {"version", 6, 2, UINT, 0},
    {"numGroups", 8, 2, UINT, 0},   {"numVarDataFields", 10, 2, UINT, 0},
};
static const struct pl_layout_field instrument_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},
    {"state", 4, 1, UINT, 0},
    {"kind", 5, 1, UINT, 0},
    {"type", 6, 1, UINT, 0},
    {"optionType", 7, 1, UINT, 0},
    {"rfq", 8, 1, UINT, 0},
    {"settlementPeriod", 9, 1, UINT, 0},
    {"settlementPeriodCount", 10, 2, UINT, 0},
    {"baseCurrency", 12, 8, TEXT, 0},
    {"quoteCurrency", 20, 8, TEXT, 0},
    {"counterCurrency", 28, 8, TEXT, 0},
    {"settlementCurrency", 36, 8, TEXT, 0},
    {"sizeCurrency", 44, 8, TEXT, 0},
    {"creationMs", 52, 8, UINT, 0},
    {"expirationMs", 60, 8, UINT, 0},
    {"strike", 68, 8, REAL, 0},
    {"contractSize", 76, 8, REAL, 0},
    {"minTradeAmount", 84, 8, REAL, 0},
    {"tickSize", 92, 8, REAL, 0},
    {"makerFee", 100, 8, REAL, 0},
    {"takerFee", 108, 8, REAL, 0},
    {"blockFee", 116, 8, REAL, 0},
    {"maxLiqFee", 124, 8, REAL, 0},
    {"maxLeverage", 132, 8, REAL, 0},
};
static const struct pl_layout_field book_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},  {"timestampMs", 4, 8, UINT, 0},
    {"prevChangeId", 12, 8, UINT, 0}, {"changeId", 20, 8, UINT, 0},
    {"isLast", 28, 1, UINT, 0},
};
static const struct pl_layout_field book_changes[] = {
    {"side", 0, 1, UINT, 0},
    {"change", 1, 1, UINT, 0},
    {"price", 2, 8, REAL, 0},
    {"amount", 10, 8, REAL, 0},
};
static const struct pl_layout_field trades_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},
};
static const struct pl_layout_field trades_trades[] = {
    {"direction", 0, 1, UINT, 0},
    {"price", 1, 8, REAL, 0},
    {"amount", 9, 8, REAL, 0},
    {"timestampMs", 17, 8, UINT, 0},
    {"markPrice", 25, 8, REAL, 0},
    {"indexPrice", 33, 8, REAL, 0},
    {"tradeSeq", 41, 8, UINT, 0},
    {"tradeId", 49, 8, UINT, 0},
    {"tickDirection", 57, 1, UINT, 0},
    {"liquidation", 58, 1, UINT, 0},
    {"iv", 59, 8, REAL, 0},
    {"blockTradeId", 67, 8, UINT, 0},
    {"comboTradeId", 75, 8, UINT, 0},
};
static const struct pl_layout_field ticker_fields[] = {
    {"instrumentId", 0, 4, UINT, 0}, {"state", 4, 1, UINT, 0},
    {"timestampMs", 5, 8, UINT, 0},  {"openInterest", 13, 8, REAL, 0},
    {"minSell", 21, 8, REAL, 0},     {"maxBuy", 29, 8, REAL, 0},
    {"last", 37, 8, REAL, 0},        {"index", 45, 8, REAL, 0},
    {"mark", 53, 8, REAL, 0},        {"bestBidPx", 61, 8, REAL, 0},
    {"bestBidAmt", 69, 8, REAL, 0},  {"bestAskPx", 77, 8, REAL, 0},
    {"bestAskAmt", 85, 8, REAL, 0},  {"currentFunding", 93, 8, REAL, 0},
    {"funding8h", 101, 8, REAL, 0},  {"estDelivery", 109, 8, REAL, 0},
    {"delivery", 117, 8, REAL, 0},   {"settlement", 125, 8, REAL, 0},
};
static const struct pl_layout_field snapshot_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},  {"timestampMs", 4, 8, UINT, 0},
    {"changeId", 12, 8, UINT, 0},     {"isBookComplete", 20, 1, UINT, 0},
    {"isLastInBook", 21, 1, UINT, 0},
};
static const struct pl_layout_field snapshot_levels[] = {
    {"side", 0, 1, UINT, 0},
    {"price", 1, 8, REAL, 0},
    {"amount", 9, 8, REAL, 0},
};
static const struct pl_layout_field snapshot_start_fields[] = {
    {"snapshotDelay", 0, 4, UINT, 0},
};
static const struct pl_layout_field combo_legs_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},
};
static const struct pl_layout_field combo_legs_legs[] = {
    {"legInstrumentId", 0, 4, UINT, 0},
    {"legSize", 4, 4, INT, 0},
};
static const struct pl_layout_field price_index_fields[] = {
    {"indexName", 0, 16, TEXT, 0},
    {"price", 16, 8, REAL, 0},
    {"timestampMs", 24, 8, UINT, 0},
};
static const struct pl_layout_field rfq_fields[] = {
    {"instrumentId", 0, 4, UINT, 0}, {"state", 4, 1, UINT, 0},        {"side", 5, 1, UINT, 0},
    {"amount", 6, 8, REAL, 0},       {"timestampMs", 14, 8, UINT, 0},
};
static const struct pl_layout_field instrument_v2_fields[] = {
    {"instrumentId", 0, 4, UINT, 0},
    {"state", 4, 1, UINT, 0},
    {"kind", 5, 1, UINT, 0},
    {"type", 6, 1, UINT, 0},
    {"optionType", 7, 1, UINT, 0},
    {"settlementPeriod", 8, 1, UINT, 0},
    {"settlementPeriodCount", 9, 2, UINT, 0},
    {"baseCurrency", 11, 8, TEXT, 0},
    {"quoteCurrency", 19, 8, TEXT, 0},
    {"counterCurrency", 27, 8, TEXT, 0},
    {"settlementCurrency", 35, 8, TEXT, 0},
    {"sizeCurrency", 43, 8, TEXT, 0},
    {"creationMs", 51, 8, UINT, 0},
    {"expirationMs", 59, 8, UINT, 0},
    {"strike", 67, 8, REAL, 0},
    {"contractSize", 75, 8, REAL, 0},
    {"minTradeAmount", 83, 8, REAL, 0},
    {"tickSize", 91, 8, REAL, 0},
    {"makerFee", 99, 8, REAL, 0},
    {"takerFee", 107, 8, REAL, 0},
    {"blockFee", 115, 8, REAL, 0},
    {"maxLiqFee", 123, 8, REAL, 0},
    {"maxLeverage", 131, 8, REAL, 0},
};
static const struct pl_layout_field instrument_v2_tickSteps[] = {
    {"abovePrice", 0, 8, REAL, 0},
    {"tickSize", 8, 8, REAL, 0},
};
static const struct pl_layout_group book_groups[] = {
    {"changes", {GROUP_BYTES, 2, 2}, 0, PL_LAYOUT_ROWS(book_changes)},
};
static const struct pl_layout_group trades_groups[] = {
    {"trades", {GROUP_BYTES, 2, 2}, 0, PL_LAYOUT_ROWS(trades_trades)},
};
static const struct pl_layout_group snapshot_groups[] = {
    {"levels", {GROUP_BYTES, 2, 2}, 0, PL_LAYOUT_ROWS(snapshot_levels)},
};
static const struct pl_layout_group combo_legs_groups[] = {
    {"legs", {GROUP_BYTES, 2, 2}, 0, PL_LAYOUT_ROWS(combo_legs_legs)},
};
static const struct pl_layout_group instrument_v2_groups[] = {
    {"tickSteps", {GROUP_BYTES, 2, 2}, 0, PL_LAYOUT_ROWS(instrument_v2_tickSteps)},
};
static const struct pl_layout_message messages[] = {
    {1000, "instrument", 140, PL_LAYOUT_ROWS(instrument_fields), PL_LAYOUT_NONE, "instrumentName"},
    {1001, "book", 29, PL_LAYOUT_ROWS(book_fields), PL_LAYOUT_ROWS(book_groups), NULL},
    {1002, "trades", 4, PL_LAYOUT_ROWS(trades_fields), PL_LAYOUT_ROWS(trades_groups), NULL},
    {1003, "ticker", 133, PL_LAYOUT_ROWS(ticker_fields), PL_LAYOUT_NONE, NULL},
    {1004, "snapshot", 22, PL_LAYOUT_ROWS(snapshot_fields), PL_LAYOUT_ROWS(snapshot_groups), NULL},
    {1005, "snapshot_start", 4, PL_LAYOUT_ROWS(snapshot_start_fields), PL_LAYOUT_NONE, NULL},
    {1006, "snapshot_end", 0, PL_LAYOUT_NONE, PL_LAYOUT_NONE, NULL},
    {1007, "combo_legs", 4, PL_LAYOUT_ROWS(combo_legs_fields), PL_LAYOUT_ROWS(combo_legs_groups),
     NULL},
    {1008, "price_index", 32, PL_LAYOUT_ROWS(price_index_fields), PL_LAYOUT_NONE, NULL},
    {1009, "rfq", 22, PL_LAYOUT_ROWS(rfq_fields), PL_LAYOUT_NONE, NULL},
    {1010, "instrument_v2", 139, PL_LAYOUT_ROWS(instrument_v2_fields),
     PL_LAYOUT_ROWS(instrument_v2_groups), "instrumentName"},
};

static enum pl_status begin(struct pl_layout_cursor *cursor) {
  cursor->end = cursor->at + pl_layout_uint(cursor->data, 2, false);
  return PL_OK;
}

/* A group of a message in no table has no name, but its length is known all the same. */
static enum pl_status take_group(const struct pl_layout_cursor *cursor, uint32_t index,
                                 struct pl_layout_item *item, size_t *at) {
  if (cursor->end - *at < GROUP_BYTES) return PL_E_TRUNCATED;
  const uint8_t *head = cursor->data + *at;
  uint32_t entry_bytes = (uint32_t)pl_layout_uint(head, 2, false);
  uint32_t count = (uint32_t)pl_layout_uint(head + 2, 2, false);
  if (pl_layout_uint(head + 4, 4, false) != 0) return PL_E_BLOCK; /* groups or strings inside */
  if (entry_bytes == 0 && count != 0) return PL_E_BLOCK;
  *at += GROUP_BYTES;
  if (cursor->end - *at < (size_t)entry_bytes * count) return PL_E_TRUNCATED;
  if (index < PL_LAYOUT_GROUPS_MAX) {
    bool known = item->message != NULL && index < item->message->groups.count;
    item->groups[index].group = known ? &item->message->groups.rows[index] : NULL;
    item->groups[index].entries = cursor->data + *at;
    item->groups[index].entry_bytes = entry_bytes;
    item->groups[index].count = count;
    item->group_count = index + 1;
    if (!known) item->rest_bytes += entry_bytes * count;
  } else {
    item->rest_bytes += entry_bytes * count;
  }
  *at += (size_t)entry_bytes * count;
  return PL_OK;
}

static enum pl_status next(const struct pl_layout_cursor *cursor, struct pl_layout_item *item) {
  uint32_t groups = (uint32_t)pl_layout_uint(item->head + 8, 2, false);
  uint32_t texts = (uint32_t)pl_layout_uint(item->head + 10, 2, false);
  size_t at = cursor->at + cursor->layout->message_head_bytes;
  item->block_bytes = (uint32_t)pl_layout_uint(item->head, 2, false);
  item->id = (uint16_t)pl_layout_uint(item->head + 2, 2, false);
  item->version = (uint16_t)pl_layout_uint(item->head + 6, 2, false);
  item->block = cursor->data + at;
  bool foreign = pl_layout_uint(item->head + 4, 2, false) != SCHEMA_ID;
  item->message = foreign ? NULL : pl_layout_message_find(cursor->layout, item->id);
  if (cursor->end - at < item->block_bytes) return PL_E_TRUNCATED;
  at += item->block_bytes;
  for (uint32_t i = 0; i < groups; i++) { /* eight bytes at least each: the packet bounds it */
    enum pl_status status = take_group(cursor, i, item, &at);
    if (status != PL_OK) return status;
  }
  for (uint32_t i = 0; i < texts; i++) { /* one byte at least each */
    if (cursor->end - at < 1 || cursor->end - at - 1 < cursor->data[at]) return PL_E_TRUNCATED;
    bool known = i == 0 && item->message != NULL && item->message->text_name != NULL;
    if (known) item->text = cursor->data + at + 1;
    if (known) item->text_bytes = cursor->data[at];
    if (!known) item->rest_bytes += cursor->data[at];
    at += 1u + cursor->data[at];
  }
  if (item->message == NULL) item->rest_bytes += item->block_bytes;
  item->size_bytes = at - cursor->at;
  if (foreign) return PL_E_SCHEMA;
  return item->message != NULL && item->block_bytes < item->message->block_bytes ? PL_E_BLOCK
                                                                                 : PL_OK;
}

static const struct pl_layout_walker walker = {begin, next};
static const struct pl_layout_messages table = PL_LAYOUT_ROWS(messages);
static const struct pl_layout_messages *const tables[] = {&table};

const struct pl_layout pl_layout_deribit = {
    .venue = "deribit",
    .versioned = true,
    .head_bytes = 8,
    .message_head_bytes = 12,
    .seq_at = 4,
    .seq_bytes = 4,
    .head = PL_LAYOUT_ROWS(packet_head),
    .message_head = PL_LAYOUT_ROWS(message_head),
    .messages = tables,
    .message_tables = 1,
    .walker = &walker,
};
