/* Deribit Starbase market data (SBE schema 2102): a message says neither its block's length nor its
 * schema. Two templates changed their length on 7 August 2026 without a new version: both layouts
 * stand in the table and the message's length decides. */
#include "dataplane/venue/layout_walk.h"

#define MESSAGE_HEAD_BYTES 16
#define PADDING_BYTES      8 /* messages are padded to a multiple of it */
#define PACKET_TYPES       0x07

static const struct pl_layout_field packet_head[] = {
    {"sendingTime", 0, 8, INT, 0}, {"seqNum", 8, 8, INT, 0},         {"channelId", 16, 4, INT, 0},
    {"type", 20, 2, UINT, 0},      {"messageCount", 22, 2, UINT, 0},
};
static const struct pl_layout_field message_head[] = {
    {"messageLength", 0, 2, UINT, 0}, {"templateId", 2, 2, UINT, 0},  {"version", 4, 2, UINT, 0},
    {"flags", 6, 2, UINT, 0},         {"transactTime", 8, 8, INT, 0},
};
static const struct pl_layout_field instrument_definition[] = {
    {"instrumentId", 0, 8, INT, 0},       {"name", 8, 128, TEXT, 0},
    {"indexId", 136, 8, INT, 0},          {"underlying", 144, 64, TEXT, 0},
    {"quantityAsset", 208, 8, TEXT, 0},   {"priceAsset", 216, 8, TEXT, 0},
    {"expiryTime", 224, 8, INT, 0},       {"strikePrice", 232, 8, INT, 0},
    {"minOrderQuantity", 240, 8, INT, 0}, {"tickSize", 248, 8, INT, 0},
    {"quantityExponent", 256, 1, INT, 0}, {"type", 257, 1, INT, 0},
    {"flags", 258, 1, UINT, 0},           {"status", 259, 1, INT, 0},
};
static const struct pl_layout_field instrument_definition_large_tick_sizes[] = {
    {"largeTickSize", 0, 8, INT, 0},
    {"thresholdPrice", 8, 8, INT, 0},
};
static const struct pl_layout_field instrument_definition_legs[] = {
    {"legInstrumentId", 0, 8, INT, 0},
    {"ratio", 8, 1, INT, 0},
};
static const struct pl_layout_field index_definition[] = {
    {"indexId", 0, 8, INT, 0},
    {"name", 8, 128, TEXT, 0},
};
static const struct pl_layout_field index_info[] = {
    {"indexId", 0, 8, INT, 0},
    {"indexPrice", 8, 8, INT, 0},
};
static const struct pl_layout_field instrument_info[] = {
    {"instrumentId", 0, 8, INT, 0},
    {"minSellPrice", 8, 8, INT, 0},
    {"maxBuyPrice", 16, 8, INT, 0},
    {"markPrice", 24, 8, INT, 0},
};
static const struct pl_layout_field instrument_info_before[] = {
    {"instrumentId", 0, 8, INT, 0}, {"minSellPrice", 8, 8, INT, 0}, {"maxBuyPrice", 16, 8, INT, 0},
    {"indexPrice", 24, 8, INT, 0},  {"markPrice", 32, 8, INT, 0},
};
static const struct pl_layout_field instrument_ref[] = {
    {"instrumentId", 0, 8, INT, 0},   {"currentFunding", 8, 8, REAL, 0},
    {"funding8h", 16, 8, REAL, 0},    {"estimatedDeliveryPrice", 24, 8, INT, 0},
    {"deliveryPrice", 32, 8, INT, 0}, {"settlementPrice", 40, 8, INT, 0},
    {"openInterest", 48, 8, REAL, 0},
};
static const struct pl_layout_field instrument_ref_before[] = {
    {"instrumentId", 0, 8, INT, 0},   {"currentFunding", 8, 8, REAL, 0},
    {"funding8h", 16, 8, REAL, 0},    {"estimatedDeliveryPrice", 24, 8, INT, 0},
    {"deliveryPrice", 32, 8, INT, 0}, {"settlementPrice", 40, 8, INT, 0},
};
static const struct pl_layout_field instrument_status_update[] = {
    {"instrumentId", 0, 8, INT, 0},
    {"tradingStatus", 8, 1, INT, 0},
};
static const struct pl_layout_field bid_put[] = {
    {"orderId", 0, 8, INT, 0}, {"instrumentId", 8, 8, INT, 0}, {"quantityMantissa", 16, 8, INT, 0},
    {"price", 24, 8, INT, 0},  {"sortOrderId", 32, 8, INT, 0},
};
static const struct pl_layout_field bid_qty_reduced[] = {
    {"orderId", 0, 8, INT, 0},
    {"instrumentId", 8, 8, INT, 0},
    {"quantityMantissa", 16, 8, INT, 0},
};
static const struct pl_layout_field bid_delete[] = {
    {"orderId", 0, 8, INT, 0},
    {"instrumentId", 8, 8, INT, 0},
};
static const struct pl_layout_field trade_summary[] = {
    {"instrumentId", 0, 8, INT, 0},         {"takerOrderId", 8, 8, INT, 0},
    {"totalFilledMantissa", 16, 8, INT, 0}, {"deepestPrice", 24, 8, INT, 0},
    {"markPrice", 32, 8, INT, 0},           {"indexPrice", 40, 8, INT, 0},
    {"tradeCount", 48, 4, INT, 0},          {"takerFlags", 52, 4, UINT, 0},
};
static const struct pl_layout_field trade[] = {
    {"matchId", 0, 8, INT, 0},       {"instrumentId", 8, 8, INT, 0},
    {"makerOrderId", 16, 8, INT, 0}, {"fillQtyMantissa", 24, 8, INT, 0},
    {"fillPrice", 32, 8, INT, 0},    {"makerFlags", 40, 4, UINT, 0},
};
static const struct pl_layout_field block_trade[] = {
    {"matchId", 0, 8, INT, 0},
    {"instrumentId", 8, 8, INT, 0},
    {"blockTradeId", 16, 8, INT, 0},
    {"blockRfqId", 24, 8, INT, 0},
    {"fillQtyMantissa", 32, 8, INT, 0},
    {"fillPrice", 40, 8, INT, 0},
    {"markPrice", 48, 8, INT, 0},
    {"indexPrice", 56, 8, INT, 0},
    {"impliedVolatility", 64, 8, REAL, 0},
    {"takerFlags", 72, 4, UINT, 0},
    {"numberOfLegs", 76, 2, UINT, 0},
};
static const struct pl_layout_field snapshot_header[] = {
    {"instrumentId", 0, 8, INT, 0},
    {"incrementalTimestamp", 8, 8, INT, 0},
    {"incrementalSeqNum", 16, 8, INT, 0},
};
static const struct pl_layout_field snapshot_trailer[] = {
    {"instrumentId", 0, 8, INT, 0},
    {"timestamp", 8, 8, INT, 0},
    {"incrementSeqNum", 16, 8, INT, 0},
};
static const struct pl_layout_field end_of_cycle[] = {
    {"activeInstrumentCount", 0, 4, INT, 0},
};
static const struct pl_layout_field retransmit_request[] = {
    {"beginSeqNum", 0, 8, INT, 0},
    {"messageCount", 8, 1, UINT, 0},
};
static const struct pl_layout_field retransmit_reject[] = {
    {"retryDelayNanos", 0, 8, INT, 0},
    {"details", 8, 40, TEXT, 0},
    {"reason", 48, 1, INT, 0},
};
static const struct pl_layout_group instrument_definition_groups[] = {
    {"largeTickSizes", {4, 2, 2}, 0, PL_LAYOUT_ROWS(instrument_definition_large_tick_sizes)},
    {"legs", {4, 2, 2}, 0, PL_LAYOUT_ROWS(instrument_definition_legs)},
};
static const struct pl_layout_message messages[] = {
    {10, "InstrumentDefinition", 260, PL_LAYOUT_ROWS(instrument_definition),
     PL_LAYOUT_ROWS(instrument_definition_groups), NULL},
    {11, "IndexDefinition", 136, PL_LAYOUT_ROWS(index_definition), PL_LAYOUT_NONE, NULL},
    {12, "IndexInfo", 16, PL_LAYOUT_ROWS(index_info), PL_LAYOUT_NONE, NULL},
    {14, "InstrumentInfo", 32, PL_LAYOUT_ROWS(instrument_info), PL_LAYOUT_NONE, NULL},
    {14, "InstrumentInfo", 40, PL_LAYOUT_ROWS(instrument_info_before), PL_LAYOUT_NONE, NULL},
    {15, "InstrumentRef", 56, PL_LAYOUT_ROWS(instrument_ref), PL_LAYOUT_NONE, NULL},
    {15, "InstrumentRef", 48, PL_LAYOUT_ROWS(instrument_ref_before), PL_LAYOUT_NONE, NULL},
    {16, "InstrumentStatusUpdate", 9, PL_LAYOUT_ROWS(instrument_status_update), PL_LAYOUT_NONE,
     NULL},
    {20, "BidPut", 40, PL_LAYOUT_ROWS(bid_put), PL_LAYOUT_NONE, NULL},
    {21, "AskPut", 40, PL_LAYOUT_ROWS(bid_put), PL_LAYOUT_NONE, NULL},
    {22, "BidQtyReduced", 24, PL_LAYOUT_ROWS(bid_qty_reduced), PL_LAYOUT_NONE, NULL},
    {23, "AskQtyReduced", 24, PL_LAYOUT_ROWS(bid_qty_reduced), PL_LAYOUT_NONE, NULL},
    {24, "BidDelete", 16, PL_LAYOUT_ROWS(bid_delete), PL_LAYOUT_NONE, NULL},
    {25, "AskDelete", 16, PL_LAYOUT_ROWS(bid_delete), PL_LAYOUT_NONE, NULL},
    {30, "TradeSummary", 56, PL_LAYOUT_ROWS(trade_summary), PL_LAYOUT_NONE, NULL},
    {31, "Trade", 44, PL_LAYOUT_ROWS(trade), PL_LAYOUT_NONE, NULL},
    {33, "BlockTrade", 78, PL_LAYOUT_ROWS(block_trade), PL_LAYOUT_NONE, NULL},
    {100, "SnapshotHeader", 24, PL_LAYOUT_ROWS(snapshot_header), PL_LAYOUT_NONE, NULL},
    {101, "SnapshotTrailer", 24, PL_LAYOUT_ROWS(snapshot_trailer), PL_LAYOUT_NONE, NULL},
    {119, "EndOfCycle", 4, PL_LAYOUT_ROWS(end_of_cycle), PL_LAYOUT_NONE, NULL},
    {200, "RetransmitRequest", 9, PL_LAYOUT_ROWS(retransmit_request), PL_LAYOUT_NONE, NULL},
    {202, "RetransmitReject", 49, PL_LAYOUT_ROWS(retransmit_reject), PL_LAYOUT_NONE, NULL},
};

static enum pl_status begin(struct pl_layout_cursor *cursor) {
  uint32_t type = (uint32_t)pl_layout_uint(cursor->data + 20, 2, false);
  if ((type & ~(uint32_t)PACKET_TYPES) != 0) return PL_E_PACKET_HEADER;
  cursor->messages_due = (uint32_t)pl_layout_uint(cursor->data + 22, 2, false);
  return PL_OK;
}

static uint32_t padded(uint32_t size_bytes) {
  return (size_bytes + PADDING_BYTES - 1) / PADDING_BYTES * PADDING_BYTES;
}

/* The one of this id whose padded length it is; when there is but one of the id, that one. */
static const struct pl_layout_message *find(uint16_t id, uint32_t size_bytes) {
  const struct pl_layout_message *found = NULL;
  uint32_t count = 0;
  for (uint32_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
    if (messages[i].id != id) continue;
    if (padded(messages[i].block_bytes) == padded(size_bytes)) return &messages[i];
    found = &messages[i];
    count++;
  }
  return count == 1 ? found : NULL;
}

static enum pl_status next(const struct pl_layout_cursor *cursor, struct pl_layout_item *item) {
  size_t bytes = pl_layout_uint(item->head, 2, false);
  enum pl_status status = pl_layout_take_size(cursor, item, bytes);
  if (status != PL_OK) return status;
  uint32_t body_bytes = (uint32_t)bytes - MESSAGE_HEAD_BYTES;
  item->id = (uint16_t)pl_layout_uint(item->head + 2, 2, false);
  item->version = (uint16_t)pl_layout_uint(item->head + 4, 2, false);
  item->block = item->head + MESSAGE_HEAD_BYTES;
  item->message = find(item->id, body_bytes);
  if (item->message == NULL && pl_layout_message_find(cursor->layout, item->id) != NULL)
    return PL_E_BLOCK;
  status = pl_layout_take_fixed(item, body_bytes);
  if (status != PL_OK || item->message == NULL) return status;
  item->block_bytes = item->message->block_bytes;
  size_t at = cursor->at + MESSAGE_HEAD_BYTES + item->block_bytes, end = cursor->at + bytes;
  status = pl_layout_take_groups(cursor, at, end, item, &at);
  item->rest_bytes = end - at < PADDING_BYTES ? 0 : (uint32_t)(end - at);
  return status;
}

static const struct pl_layout_walker walker = {begin, next};
static const struct pl_layout_messages table = PL_LAYOUT_ROWS(messages);
static const struct pl_layout_messages *const tables[] = {&table};

const struct pl_layout pl_layout_starbase = {
    .venue = "starbase",
    .versioned = true,
    .head_bytes = 24,
    .message_head_bytes = MESSAGE_HEAD_BYTES,
    .seq_at = 8,
    .seq_bytes = 8,
    .head = PL_LAYOUT_ROWS(packet_head),
    .message_head = PL_LAYOUT_ROWS(message_head),
    .messages = tables,
    .message_tables = 1,
    .walker = &walker,
};
