#include "tests/venue/wire_deep.h"

#include "tests/venue/put.h"

#include <string.h>

#define VERSION     1u
#define PROTOCOL_ID 0x8004u

bool pl_wire_deep_begin(struct pl_wire_deep *packet, uint8_t *bytes, size_t capacity,
                        const struct pl_wire_deep_head *head) {
  if (capacity < PL_WIRE_DEEP_HEAD) return false;
  *packet = (struct pl_wire_deep){.bytes = bytes, .capacity = capacity, .size = PL_WIRE_DEEP_HEAD};
  uint8_t *at = pl_put_le(bytes, VERSION, 1);
  at = pl_put_le(at, 0, 1);
  at = pl_put_le(at, PROTOCOL_ID, 2);
  at = pl_put_le(at, head->channel_id, 4);
  at = pl_put_le(at, head->session, 4);
  at = pl_put_le(at, 0, 4); /* payload length and message count are known at finish */
  at = pl_put_le(at, head->stream_offset, 8);
  at = pl_put_le(at, head->first_seq, 8);
  pl_put_le(at, head->send_ns, 8);
  return true;
}

size_t pl_wire_deep_finish(struct pl_wire_deep *packet) {
  pl_put_le(packet->bytes + 12, packet->size - PL_WIRE_DEEP_HEAD, 2);
  pl_put_le(packet->bytes + 14, packet->messages, 2);
  return packet->size;
}

/* Reserves a message and writes its length. Returns where it goes, NULL when it does not fit. */
static uint8_t *open_message(struct pl_wire_deep *packet, size_t size) {
  size_t limit = PL_WIRE_DEEP_HEAD + UINT16_MAX;
  if (limit > packet->capacity) limit = packet->capacity;
  if (size > UINT16_MAX || PL_WIRE_DEEP_LENGTH + size > limit - packet->size) return NULL;
  uint8_t *at = pl_put_le(packet->bytes + packet->size, size, PL_WIRE_DEEP_LENGTH);
  packet->size += PL_WIRE_DEEP_LENGTH + size;
  packet->messages++;
  return at;
}

/* The same with the fields that all messages about a symbol begin with. */
static uint8_t *open_about(struct pl_wire_deep *packet, size_t size, char type,
                           const struct pl_wire_deep_about *about) {
  uint8_t *at = open_message(packet, size);
  if (at == NULL) return NULL;
  at = pl_put_le(at, (uint8_t)type, 1);
  at = pl_put_le(at, about->code, 1);
  at = pl_put_le(at, about->time_ns, 8);
  return pl_put_text(at, about->symbol, 8, ' ');
}

bool pl_wire_deep_raw(struct pl_wire_deep *packet, const uint8_t *message, size_t size) {
  uint8_t *at = open_message(packet, size);
  if (at == NULL) return false;
  if (size != 0) memcpy(at, message, size);
  return true;
}

bool pl_wire_deep_system_event(struct pl_wire_deep *packet, char code, uint64_t time_ns) {
  uint8_t *at = open_message(packet, 10);
  if (at == NULL) return false;
  at = pl_put_le(at, 'S', 1);
  at = pl_put_le(at, (uint8_t)code, 1);
  pl_put_le(at, time_ns, 8);
  return true;
}

bool pl_wire_deep_directory(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                            uint32_t round_lot, int64_t poc_price_e4, uint8_t luld_tier) {
  uint8_t *at = open_about(packet, 31, 'D', about);
  if (at == NULL) return false;
  at = pl_put_le(at, round_lot, 4);
  at = pl_put_le(at, (uint64_t)poc_price_e4, 8);
  pl_put_le(at, luld_tier, 1);
  return true;
}

bool pl_wire_deep_status(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                         const char *reason) {
  uint8_t *at = open_about(packet, 22, 'H', about);
  if (at == NULL) return false;
  pl_put_text(at, reason, 4, ' ');
  return true;
}

bool pl_wire_deep_retail(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about) {
  return open_about(packet, 18, 'I', about) != NULL;
}

bool pl_wire_deep_halt(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about) {
  return open_about(packet, 18, 'O', about) != NULL;
}

bool pl_wire_deep_short_sale(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                             char detail) {
  uint8_t *at = open_about(packet, 19, 'P', about);
  if (at == NULL) return false;
  pl_put_le(at, (uint8_t)detail, 1);
  return true;
}

bool pl_wire_deep_security_event(struct pl_wire_deep *packet,
                                 const struct pl_wire_deep_about *about) {
  return open_about(packet, 18, 'E', about) != NULL;
}

bool pl_wire_deep_level(struct pl_wire_deep *packet, char side,
                        const struct pl_wire_deep_level *level) {
  uint8_t *at = open_about(packet, 30, side == 'B' ? '8' : '5', &level->about);
  if (at == NULL) return false;
  at = pl_put_le(at, level->size, 4);
  pl_put_le(at, (uint64_t)level->price_e4, 8);
  return true;
}

static bool put_trade(struct pl_wire_deep *packet, char type,
                      const struct pl_wire_deep_trade *trade) {
  uint8_t *at = open_about(packet, 38, type, &trade->about);
  if (at == NULL) return false;
  at = pl_put_le(at, trade->size, 4);
  at = pl_put_le(at, (uint64_t)trade->price_e4, 8);
  pl_put_le(at, trade->trade_id, 8);
  return true;
}

bool pl_wire_deep_trade(struct pl_wire_deep *packet, const struct pl_wire_deep_trade *trade) {
  return put_trade(packet, 'T', trade);
}

bool pl_wire_deep_break(struct pl_wire_deep *packet, const struct pl_wire_deep_trade *trade) {
  return put_trade(packet, 'B', trade);
}

bool pl_wire_deep_official(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                           int64_t price_e4) {
  uint8_t *at = open_about(packet, 26, 'X', about);
  if (at == NULL) return false;
  pl_put_le(at, (uint64_t)price_e4, 8);
  return true;
}

bool pl_wire_deep_auction(struct pl_wire_deep *packet, const struct pl_wire_deep_auction *auction) {
  uint8_t *at = open_about(packet, 80, 'A', &auction->about);
  if (at == NULL) return false;
  at = pl_put_le(at, auction->paired, 4);
  at = pl_put_le(at, (uint64_t)auction->prices_e4[0], 8);
  at = pl_put_le(at, (uint64_t)auction->prices_e4[1], 8);
  at = pl_put_le(at, auction->imbalance, 4);
  at = pl_put_le(at, auction->imbalance_side, 1);
  at = pl_put_le(at, auction->extensions, 1);
  at = pl_put_le(at, auction->scheduled_s, 4);
  for (unsigned i = 2; i < 6; i++) at = pl_put_le(at, (uint64_t)auction->prices_e4[i], 8);
  return true;
}

bool pl_wire_deep_each(struct pl_wire_deep *packet, const char *symbol, uint64_t time_ns) {
#define ABOUT(letter)                                                                              \
  (struct pl_wire_deep_about) {                                                                    \
    (letter), time_ns, symbol                                                                      \
  }
  const struct pl_wire_deep_level bid = {ABOUT(0), 100, 990500}, ask = {ABOUT(1), 0, 990600};
  const struct pl_wire_deep_trade trade = {ABOUT(0x20), 50, 990550, 429974};
  const struct pl_wire_deep_auction auction = {
      ABOUT('C'), 1000, 50, 'B', 1, 1500000000, {990500, 990600, 990700, 990400, 900000, 1090000}};
  return pl_wire_deep_system_event(packet, 'R', time_ns) &&
         pl_wire_deep_directory(packet, &ABOUT(0x80), 100, 990500, 1) &&
         pl_wire_deep_status(packet, &ABOUT('T'), "") && pl_wire_deep_retail(packet, &ABOUT('A')) &&
         pl_wire_deep_halt(packet, &ABOUT('O')) &&
         pl_wire_deep_short_sale(packet, &ABOUT(1), 'A') &&
         pl_wire_deep_security_event(packet, &ABOUT('O')) &&
         pl_wire_deep_level(packet, 'B', &bid) && pl_wire_deep_level(packet, 'S', &ask) &&
         pl_wire_deep_trade(packet, &trade) && pl_wire_deep_break(packet, &trade) &&
         pl_wire_deep_official(packet, &ABOUT('Q'), 990500) &&
         pl_wire_deep_auction(packet, &auction);
#undef ABOUT
}
