#include "dataplane/venue/deep_wire.h"

#include "engine/base/fixed.h"

#include <stdbool.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define PRICE_MAX        (PL_PRICE_E9_MAX / PL_DEEP_E9_PER_PRICE)

/* Printable and left-justified: what is no symbol must not take up a place in the directory. */
static bool symbol_is_good(const uint8_t *at) {
  uint64_t symbol = pl_bytes_le64(at), high = EACH_BYTE(0x80);
  bool ascii = (symbol & high) == 0;
  bool printable = (((symbol | high) - EACH_BYTE(' ')) & high) == high;
  return ascii && printable && at[0] != ' ';
}

/* Price and time are signed on the wire; neither is ever below zero. */
static bool price_is_good(const uint8_t *at) {
  return pl_bytes_le64(at) <= (uint64_t)PRICE_MAX;
}
static bool time_is_good(const uint8_t *at) {
  return pl_bytes_le64(at) <= (uint64_t)INT64_MAX;
}

/* What a type needs: its length, the events it makes, and which fields of it are read. */
static const struct shape {
  uint8_t bytes, events; /* bytes 0: not known */
  bool has_price;
} shapes[UINT8_MAX + 1] = {
    [PL_DEEP_SYSTEM_EVENT] = {10, 0, false},
    [PL_DEEP_DIRECTORY] = {31, 1, false},
    [PL_DEEP_TRADING_STATUS] = {22, 2, false},
    [PL_DEEP_RETAIL_LIQUIDITY] = {18, 0, false},
    [PL_DEEP_OPERATIONAL_HALT] = {18, 2, false},
    [PL_DEEP_SHORT_SALE] = {19, 0, false},
    [PL_DEEP_SECURITY_EVENT] = {18, 0, false},
    [PL_DEEP_LEVEL_BUY] = {30, PL_DEEP_MESSAGE_EVENTS_MAX, true},
    [PL_DEEP_LEVEL_SELL] = {30, PL_DEEP_MESSAGE_EVENTS_MAX, true},
    [PL_DEEP_TRADE] = {38, 2, true},
    [PL_DEEP_OFFICIAL_PRICE] = {26, 0, false},
    [PL_DEEP_TRADE_BREAK] = {38, 0, false},
    [PL_DEEP_AUCTION] = {80, 0, false},
};

enum pl_status pl_deep_judge(const struct pl_deep_message *message, uint32_t *ret_events_max) {
  const uint8_t *data = message->data;
  const struct shape *shape = &shapes[message->size_bytes != 0 ? data[0] : 0];
  if (message->size_bytes < shape->bytes) return PL_E_BLOCK;
  if (shape->events != 0) {
    if (!time_is_good(data + PL_DEEP_AT_TIME) || !symbol_is_good(data + PL_DEEP_AT_SYMBOL))
      return PL_E_VALUE;
    if (shape->has_price && !price_is_good(data + PL_DEEP_AT_PRICE)) return PL_E_VALUE;
  }
  *ret_events_max = shape->events;
  return PL_OK;
}
