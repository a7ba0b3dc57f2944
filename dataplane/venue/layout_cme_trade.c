#include "dataplane/venue/layout_cme.h"

static const struct pl_layout_field md_incremental_refresh_volume_long_qty66[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MatchEventIndicator", 8, 1, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_volume_long_qty66_md_entries[] = {
    {"MDEntrySize", 0, 8, UINT, 0},
    {"SecurityID", 8, 4, INT, 0},
    {"RptSeq", 12, 4, UINT, 0},
    {"MDUpdateAction", 16, 1, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_trade_summary_long_qty65_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},       {"MDEntrySize", 8, 8, UINT, 0},
    {"SecurityID", 16, 4, INT, 0},     {"RptSeq", 20, 4, UINT, 0},
    {"NumberOfOrders", 24, 4, INT, 0}, {"MDTradeEntryID", 28, 4, UINT, 0},
    {"AggressorSide", 32, 1, UINT, 0}, {"MDUpdateAction", 33, 1, UINT, 0},
};
static const struct pl_layout_field
    md_incremental_refresh_trade_summary_long_qty65_order_id_entries[] = {
        {"OrderID", 0, 8, UINT, 0},
        {"LastQty", 8, 4, INT, 0},
};
static const struct pl_layout_field md_incremental_refresh_trade_summary48_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 4, INT, 0},
    {"SecurityID", 12, 4, INT, 0},      {"RptSeq", 16, 4, UINT, 0},
    {"NumberOfOrders", 20, 4, INT, 0},  {"AggressorSide", 24, 1, UINT, 0},
    {"MDUpdateAction", 25, 1, UINT, 0}, {"MDTradeEntryID", 26, 4, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_trade_summary42_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 4, INT, 0},
    {"SecurityID", 12, 4, INT, 0},      {"RptSeq", 16, 4, UINT, 0},
    {"NumberOfOrders", 20, 4, INT, 0},  {"AggressorSide", 24, 1, UINT, 0},
    {"MDUpdateAction", 25, 1, UINT, 0}, {"MDTradeEntryID", 26, 4, UINT, 7},
};
static const struct pl_layout_field md_incremental_refresh_volume37_md_entries[] = {
    {"MDEntrySize", 0, 4, INT, 0},
    {"SecurityID", 4, 4, INT, 0},
    {"RptSeq", 8, 4, UINT, 0},
    {"MDUpdateAction", 12, 1, UINT, 0},
};
static const struct pl_layout_group md_incremental_refresh_volume_long_qty66_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_trade_summary_long_qty65_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary_long_qty65_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary_long_qty65_order_id_entries)},
};
static const struct pl_layout_group md_incremental_refresh_trade_summary48_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary48_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary_long_qty65_order_id_entries)},
};
static const struct pl_layout_group md_incremental_refresh_trade_summary42_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary42_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary_long_qty65_order_id_entries)},
};
static const struct pl_layout_group md_incremental_refresh_volume37_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(md_incremental_refresh_volume37_md_entries)},
};
static const struct pl_layout_message messages[] = {
    {37, "MDIncrementalRefreshVolume37", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66),
     PL_LAYOUT_ROWS(md_incremental_refresh_volume37_groups), NULL},
    {42, "MDIncrementalRefreshTradeSummary42", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66),
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary42_groups), NULL},
    {48, "MDIncrementalRefreshTradeSummary48", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66),
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary48_groups), NULL},
    {65, "MDIncrementalRefreshTradeSummaryLongQty65", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66),
     PL_LAYOUT_ROWS(md_incremental_refresh_trade_summary_long_qty65_groups), NULL},
    {66, "MDIncrementalRefreshVolumeLongQty66", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66),
     PL_LAYOUT_ROWS(md_incremental_refresh_volume_long_qty66_groups), NULL},
};
const struct pl_layout_messages pl_layout_cme_trade = PL_LAYOUT_ROWS(messages);
