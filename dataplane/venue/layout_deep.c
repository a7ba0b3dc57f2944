/* IEX DEEP in IEX-TP: little endian, messages behind their lengths. */
#include "dataplane/venue/layout_walk.h"

#define BLOCK_HEAD_BYTES 2
#define VERSION          1
#define PROTOCOL_DEEP    0x8004

static const struct pl_layout_field packet_head[] = {
    {"version", 0, 1, UINT, 0},       {"reserved", 1, 1, UINT, 0},
    {"protocolId", 2, 2, UINT, 0},    {"channelId", 4, 4, UINT, 0},
    {"sessionId", 8, 4, UINT, 0},     {"payloadLength", 12, 2, UINT, 0},
    {"messageCount", 14, 2, UINT, 0}, {"streamOffset", 16, 8, INT, 0},
    {"firstSeq", 24, 8, INT, 0},      {"sendTime", 32, 8, INT, 0},
};
static const struct pl_layout_field message_head[] = {
    {"length", 0, 2, UINT, 0},
};
static const struct pl_layout_field system_event[] = {
    {"type", 0, 1, TEXT, 0},
    {"eventCode", 1, 1, TEXT, 0},
    {"timestamp", 2, 8, INT, 0},
};
static const struct pl_layout_field security_directory[] = {
    {"type", 0, 1, TEXT, 0},      {"flags", 1, 1, UINT, 0},     {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0},   {"roundLot", 18, 4, UINT, 0}, {"adjPOC", 22, 8, INT, 0},
    {"luldTier", 30, 1, UINT, 0},
};
static const struct pl_layout_field trading_status[] = {
    {"type", 0, 1, TEXT, 0},    {"status", 1, 1, TEXT, 0},  {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"reason", 18, 4, TEXT, 0},
};
static const struct pl_layout_field operational_halt[] = {
    {"type", 0, 1, TEXT, 0},
    {"status", 1, 1, TEXT, 0},
    {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0},
};
static const struct pl_layout_field short_sale[] = {
    {"type", 0, 1, TEXT, 0},    {"status", 1, 1, UINT, 0},  {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"detail", 18, 1, TEXT, 0},
};
static const struct pl_layout_field security_event[] = {
    {"type", 0, 1, TEXT, 0},
    {"event", 1, 1, TEXT, 0},
    {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0},
};
static const struct pl_layout_field buy_price_level[] = {
    {"type", 0, 1, TEXT, 0},    {"eventFlags", 1, 1, UINT, 0}, {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"size", 18, 4, UINT, 0},      {"price", 22, 8, INT, 0},
};
static const struct pl_layout_field sell_price_level[] = {
    {"type", 0, 1, TEXT, 0},    {"eventFlags", 1, 1, UINT, 0}, {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"size", 18, 4, UINT, 0},      {"price", 22, 8, INT, 0},
};
static const struct pl_layout_field trade[] = {
    {"type", 0, 1, TEXT, 0},    {"flags", 1, 1, UINT, 0}, {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"size", 18, 4, UINT, 0}, {"price", 22, 8, INT, 0},
    {"tradeId", 30, 8, INT, 0},
};
static const struct pl_layout_field trade_break[] = {
    {"type", 0, 1, TEXT, 0},    {"flags", 1, 1, UINT, 0}, {"ts", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0}, {"size", 18, 4, UINT, 0}, {"price", 22, 8, INT, 0},
    {"tradeId", 30, 8, INT, 0},
};
static const struct pl_layout_field auction_info[] = {
    {"type", 0, 1, TEXT, 0},
    {"auctionType", 1, 1, TEXT, 0},
    {"timestamp", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0},
    {"pairedShares", 18, 4, UINT, 0},
    {"referencePrice", 22, 8, INT, 0},
    {"indicativeClearingPrice", 30, 8, INT, 0},
    {"imbalanceShares", 38, 4, UINT, 0},
    {"imbalanceSide", 42, 1, TEXT, 0},
    {"extensionNumber", 43, 1, UINT, 0},
    {"scheduledAuctionTime", 44, 4, UINT, 0},
    {"auctionBookClearingPrice", 48, 8, INT, 0},
    {"collarReferencePrice", 56, 8, INT, 0},
    {"lowerAuctionCollar", 64, 8, INT, 0},
    {"upperAuctionCollar", 72, 8, INT, 0},
};
static const struct pl_layout_field retail_liquidity[] = {
    {"type", 0, 1, TEXT, 0},
    {"indicator", 1, 1, TEXT, 0},
    {"timestamp", 2, 8, INT, 0},
    {"symbol", 10, 8, TEXT, 0},
};
static const struct pl_layout_message messages[] = {
    {'S', "SystemEvent", 10, PL_LAYOUT_ROWS(system_event), PL_LAYOUT_NONE, NULL},
    {'D', "SecurityDirectory", 31, PL_LAYOUT_ROWS(security_directory), PL_LAYOUT_NONE, NULL},
    {'H', "TradingStatus", 22, PL_LAYOUT_ROWS(trading_status), PL_LAYOUT_NONE, NULL},
    {'O', "OperationalHalt", 18, PL_LAYOUT_ROWS(operational_halt), PL_LAYOUT_NONE, NULL},
    {'P', "ShortSale", 19, PL_LAYOUT_ROWS(short_sale), PL_LAYOUT_NONE, NULL},
    {'E', "SecurityEvent", 18, PL_LAYOUT_ROWS(security_event), PL_LAYOUT_NONE, NULL},
    {'8', "BuyPriceLevel", 30, PL_LAYOUT_ROWS(buy_price_level), PL_LAYOUT_NONE, NULL},
    {'5', "SellPriceLevel", 30, PL_LAYOUT_ROWS(sell_price_level), PL_LAYOUT_NONE, NULL},
    {'T', "Trade", 38, PL_LAYOUT_ROWS(trade), PL_LAYOUT_NONE, NULL},
    {'B', "TradeBreak", 38, PL_LAYOUT_ROWS(trade_break), PL_LAYOUT_NONE, NULL},
    {'A', "AuctionInfo", 80, PL_LAYOUT_ROWS(auction_info), PL_LAYOUT_NONE, NULL},
    {'I', "RetailLiquidity", 18, PL_LAYOUT_ROWS(retail_liquidity), PL_LAYOUT_NONE, NULL},
};

static enum pl_status begin(struct pl_layout_cursor *cursor) {
  const uint8_t *head = cursor->data;
  if (head[0] != VERSION || pl_layout_uint(head + 2, 2, false) != PROTOCOL_DEEP)
    return PL_E_PACKET_HEADER;
  cursor->end = cursor->at + pl_layout_uint(head + 12, 2, false);
  cursor->messages_due = (uint32_t)pl_layout_uint(head + 14, 2, false);
  return PL_OK;
}

static enum pl_status next(const struct pl_layout_cursor *cursor, struct pl_layout_item *item) {
  uint32_t bytes = (uint32_t)pl_layout_uint(item->head, 2, cursor->layout->big_endian);
  enum pl_status status = pl_layout_take_size(cursor, item, BLOCK_HEAD_BYTES + (size_t)bytes);
  if (status != PL_OK) return status;
  item->block = item->head + BLOCK_HEAD_BYTES;
  if (bytes > 0) item->id = item->block[0];
  item->message = pl_layout_message_find(cursor->layout, item->id);
  return pl_layout_take_fixed(item, bytes);
}

static const struct pl_layout_walker walker = {begin, next};
static const struct pl_layout_messages table = PL_LAYOUT_ROWS(messages);
static const struct pl_layout_messages *const tables[] = {&table};

const struct pl_layout pl_layout_deep = {
    .venue = "deep",
    .letters = true,
    .head_bytes = 40,
    .message_head_bytes = BLOCK_HEAD_BYTES,
    .seq_at = 24,
    .seq_bytes = 8,
    .head = PL_LAYOUT_ROWS(packet_head),
    .message_head = PL_LAYOUT_ROWS(message_head),
    .messages = tables,
    .message_tables = 1,
    .walker = &walker,
};
