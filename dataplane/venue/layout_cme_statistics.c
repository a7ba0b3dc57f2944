#include "dataplane/venue/layout_cme.h"

static const struct pl_layout_field md_incremental_refresh_session_statistics_long_qty67[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MatchEventIndicator", 8, 1, UINT, 0},
};
static const struct pl_layout_field
    md_incremental_refresh_session_statistics_long_qty67_md_entries[] = {
        {"MDEntryPx", 0, 8, INT, 0},
        {"MDEntrySize", 8, 8, UINT, 0},
        {"SecurityID", 16, 4, INT, 0},
        {"RptSeq", 20, 4, UINT, 0},
        {"OpenCloseSettlFlag", 24, 1, UINT, 0},
        {"MDUpdateAction", 25, 1, UINT, 0},
        {"MDEntryType", 26, 1, TEXT, 0},
};
static const struct pl_layout_field collateral_market_value62_md_entries[] = {
    {"UnderlyingSecurityAltID", 0, 12, TEXT, 0},  {"UnderlyingSecurityAltIDSource", 12, 1, UINT, 0},
    {"CollateralMarketPrice", 13, 8, INT, 0},     {"DirtyPrice", 21, 8, INT, 0},
    {"UnderlyingInstrumentGUID", 29, 8, UINT, 0}, {"MDStreamID", 37, 1, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_session_statistics51_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"SecurityID", 8, 4, INT, 0},
    {"RptSeq", 12, 4, UINT, 0},         {"OpenCloseSettlFlag", 16, 1, UINT, 0},
    {"MDUpdateAction", 17, 1, UINT, 0}, {"MDEntryType", 18, 1, TEXT, 0},
    {"MDEntrySize", 19, 4, INT, 0},
};
static const struct pl_layout_field md_incremental_refresh_limits_banding50_md_entries[] = {
    {"HighLimitPrice", 0, 8, INT, 0},     {"LowLimitPrice", 8, 8, INT, 0},
    {"MaxPriceVariation", 16, 8, INT, 0}, {"SecurityID", 24, 4, INT, 0},
    {"RptSeq", 28, 4, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_daily_statistics49_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},
    {"MDEntrySize", 8, 4, INT, 0},
    {"SecurityID", 12, 4, INT, 0},
    {"RptSeq", 16, 4, UINT, 0},
    {"TradingReferenceDate", 20, 2, UINT, 0},
    {"SettlPriceType", 22, 1, UINT, 0},
    {"MDUpdateAction", 23, 1, UINT, 0},
    {"MDEntryType", 24, 1, TEXT, 0},
};
static const struct pl_layout_field md_incremental_refresh_session_statistics35_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"SecurityID", 8, 4, INT, 0},
    {"RptSeq", 12, 4, UINT, 0},         {"OpenCloseSettlFlag", 16, 1, UINT, 0},
    {"MDUpdateAction", 17, 1, UINT, 0}, {"MDEntryType", 18, 1, TEXT, 0},
    {"MDEntrySize", 19, 4, INT, 8},
};
static const struct pl_layout_group md_incremental_refresh_session_statistics_long_qty67_groups[] =
    {
        {"NoMDEntries",
         {3, 2, 1},
         0,
         PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67_md_entries)},
};
static const struct pl_layout_group collateral_market_value62_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(collateral_market_value62_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_session_statistics51_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics51_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_limits_banding50_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_limits_banding50_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_daily_statistics49_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_daily_statistics49_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_session_statistics35_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics35_md_entries)},
};
static const struct pl_layout_message messages[] = {
    {33, "MDIncrementalRefreshDailyStatistics33", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_daily_statistics49_groups), NULL},
    {34, "MDIncrementalRefreshLimitsBanding34", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_limits_banding50_groups), NULL},
    {35, "MDIncrementalRefreshSessionStatistics35", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics35_groups), NULL},
    {49, "MDIncrementalRefreshDailyStatistics49", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_daily_statistics49_groups), NULL},
    {50, "MDIncrementalRefreshLimitsBanding50", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_limits_banding50_groups), NULL},
    {51, "MDIncrementalRefreshSessionStatistics51", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics51_groups), NULL},
    {62, "CollateralMarketValue62", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(collateral_market_value62_groups), NULL},
    {67, "MDIncrementalRefreshSessionStatisticsLongQty67", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67),
     PL_LAYOUT_ROWS(md_incremental_refresh_session_statistics_long_qty67_groups), NULL},
};
const struct pl_layout_messages pl_layout_cme_statistics = PL_LAYOUT_ROWS(messages);
