#include "dataplane/venue/layout_cme.h"

static const struct pl_layout_field md_incremental_refresh_book_long_qty64[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MatchEventIndicator", 8, 1, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_book_long_qty64_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 8, UINT, 0},
    {"SecurityID", 16, 4, INT, 0},      {"RptSeq", 20, 4, UINT, 0},
    {"NumberOfOrders", 24, 4, INT, 0},  {"MDPriceLevel", 28, 1, UINT, 0},
    {"MDUpdateAction", 29, 1, UINT, 0}, {"MDEntryType", 30, 1, TEXT, 0},
};
static const struct pl_layout_field md_incremental_refresh_book_long_qty64_order_id_entries[] = {
    {"OrderID", 0, 8, UINT, 0},
    {"MDOrderPriority", 8, 8, UINT, 0},
    {"MDDisplayQty", 16, 4, INT, 0},
    {"ReferenceID", 20, 1, UINT, 0},
    {"OrderUpdateAction", 21, 1, UINT, 0},
};
static const struct pl_layout_field md_incremental_refresh_order_book47_md_entries[] = {
    {"OrderID", 0, 8, UINT, 0},      {"MDOrderPriority", 8, 8, UINT, 0},
    {"MDEntryPx", 16, 8, INT, 0},    {"MDDisplayQty", 24, 4, INT, 0},
    {"SecurityID", 28, 4, INT, 0},   {"MDUpdateAction", 32, 1, UINT, 0},
    {"MDEntryType", 33, 1, TEXT, 0},
};
static const struct pl_layout_field md_incremental_refresh_book46_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 4, INT, 0},
    {"SecurityID", 12, 4, INT, 0},      {"RptSeq", 16, 4, UINT, 0},
    {"NumberOfOrders", 20, 4, INT, 0},  {"MDPriceLevel", 24, 1, UINT, 0},
    {"MDUpdateAction", 25, 1, UINT, 0}, {"MDEntryType", 26, 1, TEXT, 0},
    {"TradeableSize", 27, 4, INT, 10},
};
static const struct pl_layout_field md_incremental_refresh_book32_md_entries[] = {
    {"MDEntryPx", 0, 8, INT, 0},        {"MDEntrySize", 8, 4, INT, 0},
    {"SecurityID", 12, 4, INT, 0},      {"RptSeq", 16, 4, UINT, 0},
    {"NumberOfOrders", 20, 4, INT, 0},  {"MDPriceLevel", 24, 1, UINT, 0},
    {"MDUpdateAction", 25, 1, UINT, 0}, {"MDEntryType", 26, 1, TEXT, 0},
};
static const struct pl_layout_group md_incremental_refresh_book_long_qty64_groups[] = {
    {"NoMDEntries",
     {3, 2, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64_order_id_entries)},
};
static const struct pl_layout_group md_incremental_refresh_order_book47_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(md_incremental_refresh_order_book47_md_entries)},
};
static const struct pl_layout_group md_incremental_refresh_book46_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(md_incremental_refresh_book46_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     0,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64_order_id_entries)},
};
static const struct pl_layout_group md_incremental_refresh_book32_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(md_incremental_refresh_book32_md_entries)},
    {"NoOrderIDEntries",
     {8, 7, 1},
     7,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64_order_id_entries)},
};
static const struct pl_layout_message messages[] = {
    {32, "MDIncrementalRefreshBook32", 11, PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64),
     PL_LAYOUT_ROWS(md_incremental_refresh_book32_groups), NULL},
    {43, "MDIncrementalRefreshOrderBook43", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64),
     PL_LAYOUT_ROWS(md_incremental_refresh_order_book47_groups), NULL},
    {46, "MDIncrementalRefreshBook46", 11, PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64),
     PL_LAYOUT_ROWS(md_incremental_refresh_book46_groups), NULL},
    {47, "MDIncrementalRefreshOrderBook47", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64),
     PL_LAYOUT_ROWS(md_incremental_refresh_order_book47_groups), NULL},
    {64, "MDIncrementalRefreshBookLongQty64", 11,
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64),
     PL_LAYOUT_ROWS(md_incremental_refresh_book_long_qty64_groups), NULL},
};
const struct pl_layout_messages pl_layout_cme_book = PL_LAYOUT_ROWS(messages);
