/* Nasdaq TotalView-ITCH 5.0 in MoldUDP64: big endian, messages behind their lengths. */
#include "dataplane/venue/layout_walk.h"

#define BLOCK_HEAD_BYTES 2
#define END_OF_SESSION   0xffff

static const struct pl_layout_field packet_head[] = {
    {"session", 0, 10, TEXT, 0},
    {"sequenceNumber", 10, 8, UINT, 0},
    {"messageCount", 18, 2, UINT, 0},
};
static const struct pl_layout_field message_head[] = {
    {"messageLength", 0, 2, UINT, 0},
};
static const struct pl_layout_field system_event[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"eventCode", 11, 1, TEXT, 0},
};
static const struct pl_layout_field stock_directory[] = {
    {"messageType", 0, 1, TEXT, 0},
    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0},
    {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},
    {"marketCategory", 19, 1, TEXT, 0},
    {"financialStatus", 20, 1, TEXT, 0},
    {"roundLotSize", 21, 4, UINT, 0},
    {"roundLotsOnly", 25, 1, TEXT, 0},
    {"issueClassification", 26, 1, TEXT, 0},
    {"issueSubType", 27, 2, TEXT, 0},
    {"authenticity", 29, 1, TEXT, 0},
    {"shortSaleThreshold", 30, 1, TEXT, 0},
    {"ipoFlag", 31, 1, TEXT, 0},
    {"luldTier", 32, 1, TEXT, 0},
    {"etpFlag", 33, 1, TEXT, 0},
    {"etpLeverage", 34, 4, UINT, 0},
    {"inverse", 38, 1, TEXT, 0},
};
static const struct pl_layout_field stock_trading_action[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"tradingState", 19, 1, TEXT, 0},
    {"reserved", 20, 1, TEXT, 0},      {"reason", 21, 4, TEXT, 0},
};
static const struct pl_layout_field reg_sho_restriction[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"regSho", 19, 1, TEXT, 0},
};
static const struct pl_layout_field market_participant_position[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"mpid", 11, 4, TEXT, 0},          {"stock", 15, 8, TEXT, 0},
    {"primaryMM", 23, 1, TEXT, 0},     {"mmMode", 24, 1, TEXT, 0},
    {"state", 25, 1, TEXT, 0},
};
static const struct pl_layout_field mwcb_decline_level[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"level1", 11, 8, UINT, 0},        {"level2", 19, 8, UINT, 0},
    {"level3", 27, 8, UINT, 0},
};
static const struct pl_layout_field mwcb_status[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"breachedLevel", 11, 1, TEXT, 0},
};
static const struct pl_layout_field ipo_quoting_period[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"release", 19, 4, UINT, 0},
    {"qualifier", 23, 1, TEXT, 0},     {"ipoPrice", 24, 4, UINT, 0},
};
static const struct pl_layout_field luld_auction_collar[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"refPrice", 19, 4, UINT, 0},
    {"upper", 23, 4, UINT, 0},         {"lower", 27, 4, UINT, 0},
    {"extension", 31, 4, UINT, 0},
};
static const struct pl_layout_field operational_halt[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"marketCode", 19, 1, TEXT, 0},
    {"action", 20, 1, TEXT, 0},
};
static const struct pl_layout_field add_order[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},      {"side", 19, 1, TEXT, 0},
    {"shares", 20, 4, UINT, 0},        {"stock", 24, 8, TEXT, 0},
    {"price", 32, 4, UINT, 0},
};
static const struct pl_layout_field add_order_attributed[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},      {"side", 19, 1, TEXT, 0},
    {"shares", 20, 4, UINT, 0},        {"stock", 24, 8, TEXT, 0},
    {"price", 32, 4, UINT, 0},         {"attribution", 36, 4, TEXT, 0},
};
static const struct pl_layout_field order_executed[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},      {"executedShares", 19, 4, UINT, 0},
    {"matchNumber", 23, 8, UINT, 0},
};
static const struct pl_layout_field order_executed_with_price[] = {
    {"messageType", 0, 1, TEXT, 0},     {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0},  {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},       {"executedShares", 19, 4, UINT, 0},
    {"matchNumber", 23, 8, UINT, 0},    {"printable", 31, 1, TEXT, 0},
    {"executionPrice", 32, 4, UINT, 0},
};
static const struct pl_layout_field order_cancel[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},      {"cancelledShares", 19, 4, UINT, 0},
};
static const struct pl_layout_field order_delete[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},
};
static const struct pl_layout_field order_replace[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"origRef", 11, 8, UINT, 0},       {"newRef", 19, 8, UINT, 0},
    {"shares", 27, 4, UINT, 0},        {"price", 31, 4, UINT, 0},
};
static const struct pl_layout_field trade[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"orderRef", 11, 8, UINT, 0},      {"side", 19, 1, TEXT, 0},
    {"shares", 20, 4, UINT, 0},        {"stock", 24, 8, TEXT, 0},
    {"price", 32, 4, UINT, 0},         {"match", 36, 8, UINT, 0},
};
static const struct pl_layout_field cross_trade[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"shares", 11, 8, UINT, 0},        {"stock", 19, 8, TEXT, 0},
    {"price", 27, 4, UINT, 0},         {"match", 31, 8, UINT, 0},
    {"crossType", 39, 1, TEXT, 0},
};
static const struct pl_layout_field broken_trade[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"matchNumber", 11, 8, UINT, 0},
};
static const struct pl_layout_field net_order_imbalance[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"paired", 11, 8, UINT, 0},        {"imbalance", 19, 8, UINT, 0},
    {"direction", 27, 1, TEXT, 0},     {"stock", 28, 8, TEXT, 0},
    {"far", 36, 4, UINT, 0},           {"near", 40, 4, UINT, 0},
    {"ref", 44, 4, UINT, 0},           {"crossType", 48, 1, TEXT, 0},
    {"variation", 49, 1, TEXT, 0},
};
static const struct pl_layout_field retail_price_improvement[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"interest", 19, 1, TEXT, 0},
};
static const struct pl_layout_field direct_listing[] = {
    {"messageType", 0, 1, TEXT, 0},    {"stockLocate", 1, 2, UINT, 0},
    {"trackingNumber", 3, 2, UINT, 0}, {"timestamp", 5, 6, UINT, 0},
    {"stock", 11, 8, TEXT, 0},         {"openEligibility", 19, 1, TEXT, 0},
    {"minPx", 20, 4, UINT, 0},         {"maxPx", 24, 4, UINT, 0},
    {"nearPx", 28, 4, UINT, 0},        {"nearTime", 32, 8, UINT, 0},
    {"lowerCollar", 40, 4, UINT, 0},   {"upperCollar", 44, 4, UINT, 0},
};
static const struct pl_layout_message messages[] = {
    {'S', "SystemEvent", 12, PL_LAYOUT_ROWS(system_event), PL_LAYOUT_NONE, NULL},
    {'R', "StockDirectory", 39, PL_LAYOUT_ROWS(stock_directory), PL_LAYOUT_NONE, NULL},
    {'H', "StockTradingAction", 25, PL_LAYOUT_ROWS(stock_trading_action), PL_LAYOUT_NONE, NULL},
    {'Y', "RegShoRestriction", 20, PL_LAYOUT_ROWS(reg_sho_restriction), PL_LAYOUT_NONE, NULL},
    {'L', "MarketParticipantPosition", 26, PL_LAYOUT_ROWS(market_participant_position),
     PL_LAYOUT_NONE, NULL},
    {'V', "MwcbDeclineLevel", 35, PL_LAYOUT_ROWS(mwcb_decline_level), PL_LAYOUT_NONE, NULL},
    {'W', "MwcbStatus", 12, PL_LAYOUT_ROWS(mwcb_status), PL_LAYOUT_NONE, NULL},
    {'K', "IpoQuotingPeriod", 28, PL_LAYOUT_ROWS(ipo_quoting_period), PL_LAYOUT_NONE, NULL},
    {'J', "LuldAuctionCollar", 35, PL_LAYOUT_ROWS(luld_auction_collar), PL_LAYOUT_NONE, NULL},
    {'h', "OperationalHalt", 21, PL_LAYOUT_ROWS(operational_halt), PL_LAYOUT_NONE, NULL},
    {'A', "AddOrder", 36, PL_LAYOUT_ROWS(add_order), PL_LAYOUT_NONE, NULL},
    {'F', "AddOrderAttributed", 40, PL_LAYOUT_ROWS(add_order_attributed), PL_LAYOUT_NONE, NULL},
    {'E', "OrderExecuted", 31, PL_LAYOUT_ROWS(order_executed), PL_LAYOUT_NONE, NULL},
    {'C', "OrderExecutedWithPrice", 36, PL_LAYOUT_ROWS(order_executed_with_price), PL_LAYOUT_NONE,
     NULL},
    {'X', "OrderCancel", 23, PL_LAYOUT_ROWS(order_cancel), PL_LAYOUT_NONE, NULL},
    {'D', "OrderDelete", 19, PL_LAYOUT_ROWS(order_delete), PL_LAYOUT_NONE, NULL},
    {'U', "OrderReplace", 35, PL_LAYOUT_ROWS(order_replace), PL_LAYOUT_NONE, NULL},
    {'P', "Trade", 44, PL_LAYOUT_ROWS(trade), PL_LAYOUT_NONE, NULL},
    {'Q', "CrossTrade", 40, PL_LAYOUT_ROWS(cross_trade), PL_LAYOUT_NONE, NULL},
    {'B', "BrokenTrade", 19, PL_LAYOUT_ROWS(broken_trade), PL_LAYOUT_NONE, NULL},
    {'I', "NetOrderImbalance", 50, PL_LAYOUT_ROWS(net_order_imbalance), PL_LAYOUT_NONE, NULL},
    {'N', "RetailPriceImprovement", 20, PL_LAYOUT_ROWS(retail_price_improvement), PL_LAYOUT_NONE,
     NULL},
    {'O', "DirectListing", 48, PL_LAYOUT_ROWS(direct_listing), PL_LAYOUT_NONE, NULL},
};

static enum pl_status begin(struct pl_layout_cursor *cursor) {
  uint32_t count = (uint32_t)pl_layout_uint(cursor->data + 18, 2, true);
  cursor->messages_due = count == END_OF_SESSION ? 0 : count;
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

const struct pl_layout pl_layout_itch = {
    .venue = "itch",
    .big_endian = true,
    .letters = true,
    .head_bytes = 20,
    .message_head_bytes = BLOCK_HEAD_BYTES,
    .seq_at = 10,
    .seq_bytes = 8,
    .head = PL_LAYOUT_ROWS(packet_head),
    .message_head = PL_LAYOUT_ROWS(message_head),
    .messages = tables,
    .message_tables = 1,
    .walker = &walker,
};
