#include "dataplane/venue/layout_cme.h"

static const struct pl_layout_field security_status_workup60[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MDEntryPx", 8, 8, INT, 0},
    {"SecurityID", 16, 4, INT, 0},
    {"MatchEventIndicator", 20, 1, UINT, 0},
    {"TradeDate", 21, 2, UINT, 0},
    {"TradeLinkID", 23, 4, UINT, 0},
    {"SecurityTradingStatus", 27, 1, UINT, 0},
    {"HaltReason", 28, 1, UINT, 0},
    {"SecurityTradingEvent", 29, 1, UINT, 0},
};
static const struct pl_layout_field security_status_workup60_order_id_entries[] = {
    {"OrderID", 0, 8, UINT, 0},
    {"Side", 8, 1, UINT, 0},
    {"AggressorIndicator", 9, 1, UINT, 0},
};
static const struct pl_layout_field quote_request39[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"QuoteReqID", 8, 23, TEXT, 0},
    {"MatchEventIndicator", 31, 1, UINT, 0},
};
static const struct pl_layout_field quote_request39_related_sym[] = {
    {"Symbol", 0, 20, TEXT, 0},   {"SecurityID", 20, 4, INT, 0}, {"OrderQty", 24, 4, INT, 0},
    {"QuoteType", 28, 1, INT, 0}, {"Side", 29, 1, INT, 0},
};
static const struct pl_layout_field security_status30[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"SecurityGroup", 8, 6, TEXT, 0},
    {"Asset", 14, 6, TEXT, 0},
    {"SecurityID", 20, 4, INT, 0},
    {"TradeDate", 24, 2, UINT, 0},
    {"MatchEventIndicator", 26, 1, UINT, 0},
    {"SecurityTradingStatus", 27, 1, UINT, 0},
    {"HaltReason", 28, 1, UINT, 0},
    {"SecurityTradingEvent", 29, 1, UINT, 0},
};
static const struct pl_layout_field admin_logout16[] = {
    {"Text", 0, 180, TEXT, 0},
};
static const struct pl_layout_field admin_login15[] = {
    {"HeartBtInt", 0, 1, INT, 0},
};
static const struct pl_layout_field channel_reset4[] = {
    {"TransactTime", 0, 8, UINT, 0},
    {"MatchEventIndicator", 8, 1, UINT, 0},
};
static const struct pl_layout_field channel_reset4_md_entries[] = {
    {"ApplID", 0, 2, INT, 3},
};
static const struct pl_layout_group security_status_workup60_groups[] = {
    {"NoOrderIDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(security_status_workup60_order_id_entries)},
};
static const struct pl_layout_group quote_request39_groups[] = {
    {"NoRelatedSym", {3, 2, 1}, 0, PL_LAYOUT_ROWS(quote_request39_related_sym)},
};
static const struct pl_layout_group channel_reset4_groups[] = {
    {"NoMDEntries", {3, 2, 1}, 0, PL_LAYOUT_ROWS(channel_reset4_md_entries)},
};
static const struct pl_layout_message messages[] = {
    {4, "ChannelReset4", 9, PL_LAYOUT_ROWS(channel_reset4), PL_LAYOUT_ROWS(channel_reset4_groups),
     NULL},
    {12, "AdminHeartbeat12", 0, PL_LAYOUT_NONE, PL_LAYOUT_NONE, NULL},
    {15, "AdminLogin15", 1, PL_LAYOUT_ROWS(admin_login15), PL_LAYOUT_NONE, NULL},
    {16, "AdminLogout16", 180, PL_LAYOUT_ROWS(admin_logout16), PL_LAYOUT_NONE, NULL},
    {30, "SecurityStatus30", 30, PL_LAYOUT_ROWS(security_status30), PL_LAYOUT_NONE, NULL},
    {39, "QuoteRequest39", 35, PL_LAYOUT_ROWS(quote_request39),
     PL_LAYOUT_ROWS(quote_request39_groups), NULL},
    {60, "SecurityStatusWorkup60", 30, PL_LAYOUT_ROWS(security_status_workup60),
     PL_LAYOUT_ROWS(security_status_workup60_groups), NULL},
};
const struct pl_layout_messages pl_layout_cme_admin = PL_LAYOUT_ROWS(messages);
