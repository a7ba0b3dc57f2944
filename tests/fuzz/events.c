#include "tests/fuzz/events.h"

#include "engine/base/fixed.h"

#include <stdbool.h>
#include <string.h>

/* Record: type, side, flags, instrument, elapsed u32, price i64, qty i64, order id u32, aux u32. */
enum offset {
  AT_TYPE,
  AT_SIDE,
  AT_FLAGS,
  AT_INSTRUMENT,
  AT_ELAPSED,
  AT_PRICE = 8,
  AT_QTY = 16,
  AT_ORDER = 24,
  AT_AUX = 28
};

/* An even elapsed time is twice the ms that passed; an odd one names a time, in steps of 17 s. */
#define NS_PER_MS  1000000
#define JUMP_SHIFT 34

static uint32_t u32_at(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static int64_t i64_at(const uint8_t *at) {
  int64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint64_t move_clock(uint64_t now_ns, uint32_t elapsed) {
  if (elapsed & 1) return (uint64_t)elapsed << JUMP_SHIFT & INT64_MAX;
  return now_ns + (uint64_t)(elapsed / 2) * NS_PER_MS;
}

static int64_t price_of(int64_t raw, uint32_t type) {
  if (raw == PL_PRICE_NONE && type == PL_EV_QUOTE) return raw;
  return raw % (PL_PRICE_E9_MAX + 1);
}

struct pl_event pl_events_unpack(const uint8_t *record, uint64_t *now_ns) {
  uint32_t type = record[AT_TYPE] % PL_EV_TYPE_COUNT;
  int64_t price_e9 = price_of(i64_at(record + AT_PRICE), type);
  int64_t qty_e8 = (int64_t)((uint64_t)i64_at(record + AT_QTY) % (PL_QTY_E8_MAX + 1));
  uint64_t aux = u32_at(record + AT_AUX);
  if (type == PL_EV_QUOTE) /* the ask: some way from the bid */
    aux = price_e9 == PL_PRICE_NONE || aux == 0
              ? (uint64_t)PL_PRICE_NONE
              : (uint64_t)((price_e9 + (int64_t)aux * 1000) % (PL_PRICE_E9_MAX + 1));
  if (type == PL_EV_STATUS) aux %= PL_COND_COUNT;
  *now_ns = move_clock(*now_ns, u32_at(record + AT_ELAPSED));
  uint32_t sides = type == PL_EV_INSTRUMENT ? PL_KIND_COUNT : PL_SIDE_NONE + 1;
  uint32_t instrument = record[AT_INSTRUMENT];
  uint8_t flags = record[AT_FLAGS] & (2 * PL_EVF_IMPLIED - 1);
  if (type >= PL_EV_ORDER_ADD && type <= PL_EV_ORDER_DELETE) flags |= PL_EVF_ORDERS;
  return (struct pl_event){
      .exch_ns = *now_ns,
      .order_id = u32_at(record + AT_ORDER),
      .price_e9 = price_e9,
      .qty_e8 = qty_e8,
      .aux = aux,
      .instrument = instrument == 255 ? PL_INSTRUMENT_NONE : instrument % PL_EVENTS_INSTRUMENTS,
      .type = (uint8_t)type,
      .side = (uint8_t)(record[AT_SIDE] % sides),
      .flags = flags,
      .venue = PL_VENUE_DERIBIT,
  };
}

void pl_events_pack(const struct pl_event *event, uint64_t *now_ns, uint8_t *ret_record) {
  uint64_t ms = event->exch_ns > *now_ns ? (event->exch_ns - *now_ns) / NS_PER_MS : 0;
  uint32_t elapsed = ms < UINT32_MAX / 2 ? (uint32_t)ms * 2 : 0;
  uint32_t order_id = (uint32_t)event->order_id, aux = (uint32_t)event->aux;
  if (event->type == PL_EV_QUOTE) {
    int64_t ask_e9 = (int64_t)event->aux;
    bool both = event->price_e9 != PL_PRICE_NONE && ask_e9 != PL_PRICE_NONE;
    aux = both && ask_e9 > event->price_e9 ? (uint32_t)((ask_e9 - event->price_e9) / 1000) : 0;
  }
  if (*now_ns == 0) elapsed = (uint32_t)(event->exch_ns >> JUMP_SHIFT) | 1;
  *now_ns = move_clock(*now_ns, elapsed);
  ret_record[AT_TYPE] = event->type;
  ret_record[AT_SIDE] = event->side;
  ret_record[AT_FLAGS] = event->flags;
  ret_record[AT_INSTRUMENT] = event->instrument < 255 ? (uint8_t)event->instrument : 255;
  memcpy(ret_record + AT_ELAPSED, &elapsed, sizeof elapsed);
  memcpy(ret_record + AT_PRICE, &event->price_e9, sizeof event->price_e9);
  memcpy(ret_record + AT_QTY, &event->qty_e8, sizeof event->qty_e8);
  memcpy(ret_record + AT_ORDER, &order_id, sizeof order_id);
  memcpy(ret_record + AT_AUX, &aux, sizeof aux);
}
