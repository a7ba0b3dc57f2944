#include "dataplane/venue/layout_cme.h"

static const struct pl_layout_field snapshot_full_refresh_long_qty69[] = {
    {"LastMsgSeqNumProcessed", 0, 4, UINT, 0},
    {"TotNumReports", 4, 4, UINT, 0},
    {"SecurityID", 8, 4, INT, 0},
    {"RptSeq", 12, 4, UINT, 0},
    {"TransactTime", 16, 8, UINT, 0},
    {"LastUpdateTime", 24, 8, UINT, 0},
    {"TradeDate", 32, 2, UINT, 0},
    {"MDSecurityTradingStatus", 34, 1, UINT, 0},
    {"HighLimitPrice", 35, 8, INT, 0},
    {"LowLimitPrice", 43, 8, INT, 0},
    {"MaxPriceVariation", 51, 8, INT, 0},
};
static const struct pl_layout_field snapshot_full_refresh_long_qty69_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},
    {"MDEntrySize", 8, 8, UINT, 0},
    {"NumberOfOrders", 16, 4, INT, 0},
    {"MDPriceLevel", 20, 1, UINT, 0},
    {"OpenCloseSettlFlag", 21, 1, UINT, 0},
    {"MDEntryType", 22, 1, TEXT, 0},
};
static const struct pl_layout_field snapshot_full_refresh_tcp_long_qty68[] = {
    {"TransactTime", 0, 8, UINT, 0},  {"MatchEventIndicator", 8, 1, UINT, 0},
    {"SecurityID", 9, 4, INT, 0},     {"HighLimitPrice", 13, 8, INT, 0},
    {"LowLimitPrice", 21, 8, INT, 0}, {"MaxPriceVariation", 29, 8, INT, 0},
};
static const struct pl_layout_field snapshot_full_refresh_tcp61_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 4, INT, 0},
    {"TradeableSize", 12, 4, INT, 0},   {"NumberOfOrders", 16, 4, INT, 0},
    {"MDPriceLevel", 20, 1, INT, 0},    {"OpenCloseSettlFlag", 21, 1, UINT, 0},
    {"MDEntryType", 22, 1, TEXT, 0},    {"TradingReferenceDate", 23, 2, UINT, 0},
    {"SettlPriceType", 25, 1, UINT, 0},
};
static const struct pl_layout_field snapshot_refresh_top_orders59[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MatchEventIndicator", 8, 1, UINT, 0},
    {"SecurityID", 9, 4, INT, 0},
};
static const struct pl_layout_field snapshot_refresh_top_orders59_md_entries[] = {
    {"OrderID", 0, 8, UINT, 0},      {"MDOrderPriority", 8, 8, UINT, 0},
    {"MDEntryPx", 16, 8, INT, 0},    {"MDDisplayQty", 24, 4, INT, 0},
    {"MDEntryType", 28, 1, TEXT, 0},
};
static const struct pl_layout_field snapshot_full_refresh_order_book53[] = {
    {"LastMsgSeqNumProcessed", 0, 4, UINT, 0},
    {"TotNumReports", 4, 4, UINT, 0},
    {"SecurityID", 8, 4, INT, 0},
    {"NoChunks", 12, 4, UINT, 0},
    {"CurrentChunk", 16, 4, UINT, 0},
    {"TransactTime", 20, 8, UINT, 0},
};
static const struct pl_layout_field snapshot_full_refresh52_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},
    {"MDEntrySize", 8, 4, INT, 0},
    {"NumberOfOrders", 12, 4, INT, 0},
    {"MDPriceLevel", 16, 1, INT, 0},
    {"TradingReferenceDate", 17, 2, UINT, 0},
    {"OpenCloseSettlFlag", 19, 1, UINT, 0},
    {"SettlPriceType", 20, 1, UINT, 0},
    {"MDEntryType", 21, 1, TEXT, 0},
};
static const struct pl_layout_group snapshot_full_refresh_long_qty69_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69_md_entries)},
};
static const struct pl_layout_group snapshot_full_refresh_tcp61_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(snapshot_full_refresh_tcp61_md_entries)},
};
static const struct pl_layout_group snapshot_refresh_top_orders59_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(snapshot_refresh_top_orders59_md_entries)},
};
static const struct pl_layout_group snapshot_full_refresh52_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(snapshot_full_refresh52_md_entries)},
};
static const struct pl_layout_message messages[] = {
    {38, "SnapshotFullRefresh38", 59, PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69),
     PL_LAYOUT_ROWS(snapshot_full_refresh52_groups), NULL},
    {44, "SnapshotFullRefreshOrderBook44", 28, PL_LAYOUT_ROWS(snapshot_full_refresh_order_book53),
     PL_LAYOUT_ROWS(snapshot_refresh_top_orders59_groups), NULL},
    {52, "SnapshotFullRefresh52", 59, PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69),
     PL_LAYOUT_ROWS(snapshot_full_refresh52_groups), NULL},
    {53, "SnapshotFullRefreshOrderBook53", 28, PL_LAYOUT_ROWS(snapshot_full_refresh_order_book53),
     PL_LAYOUT_ROWS(snapshot_refresh_top_orders59_groups), NULL},
    {59, "SnapshotRefreshTopOrders59", 13, PL_LAYOUT_ROWS(snapshot_refresh_top_orders59),
     PL_LAYOUT_ROWS(snapshot_refresh_top_orders59_groups), NULL},
    {61, "SnapshotFullRefreshTCP61", 37, PL_LAYOUT_ROWS(snapshot_full_refresh_tcp_long_qty68),
     PL_LAYOUT_ROWS(snapshot_full_refresh_tcp61_groups), NULL},
    {68, "SnapshotFullRefreshTCPLongQty68", 37,
     PL_LAYOUT_ROWS(snapshot_full_refresh_tcp_long_qty68),
     PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69_groups), NULL},
    {69, "SnapshotFullRefreshLongQty69", 59, PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69),
     PL_LAYOUT_ROWS(snapshot_full_refresh_long_qty69_groups), NULL},
};
const struct pl_layout_messages pl_layout_cme_snapshot = PL_LAYOUT_ROWS(messages);
