#include "tests/venue/wire_starbase.h"

#include "tests/venue/put.h"

#include <string.h>

#define VERSION 1

static uint8_t *put_i64(uint8_t *at, int64_t value) {
  return pl_put_le(at, (uint64_t)value, 8);
}

static uint8_t *put_double(uint8_t *at, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return pl_put_le(at, bits, 8);
}

/* Reserves a whole message, padding included and zero, and writes its header. Returns where the
 * body goes, NULL if full. */
static uint8_t *open_message(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             uint16_t template_id, size_t body_bytes) {
  size_t size = (PL_STAR_MESSAGE_HEADER + body_bytes + 7) / 8 * 8;
  if (size > UINT16_MAX || size > packet->capacity - packet->size || packet->count == UINT16_MAX)
    return NULL;
  uint8_t *at = packet->bytes + packet->size;
  memset(at, 0, size);
  packet->size += size;
  packet->count++;
  at = pl_put_u16(at, (uint16_t)size);
  at = pl_put_u16(at, template_id);
  at = pl_put_u16(at, VERSION);
  at = pl_put_u16(at, mark->flags);
  return put_i64(at, mark->transact_ns);
}

bool pl_wire_starbase_begin(struct pl_star_packet *packet, uint8_t *bytes, size_t capacity,
                            const struct pl_star_head *head) {
  if (capacity < PL_STAR_PACKET_HEADER) return false;
  *packet =
      (struct pl_star_packet){.bytes = bytes, .capacity = capacity, .size = PL_STAR_PACKET_HEADER};
  uint8_t *at = put_i64(bytes, head->sending_ns);
  at = put_i64(at, head->seq);
  at = pl_put_u32(at, (uint32_t)head->channel_id);
  at = pl_put_u16(at, head->type);
  pl_put_u16(at, 0); /* the count is known at finish */
  return true;
}

size_t pl_wire_starbase_finish(struct pl_star_packet *packet) {
  pl_put_u16(packet->bytes + 22, packet->count);
  return packet->size;
}

bool pl_wire_starbase_raw(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          uint16_t template_id, const uint8_t *body, size_t size) {
  uint8_t *at = open_message(packet, mark, template_id, size);
  if (at == NULL) return false;
  if (size > 0) memcpy(at, body, size);
  return true;
}

static uint8_t *put_groups(uint8_t *at, const struct pl_star_instrument *instrument,
                           uint16_t tick_bytes, uint16_t leg_bytes) {
  at = pl_put_u16(at, tick_bytes);
  at = pl_put_u16(at, instrument->tick_count);
  for (uint16_t i = 0; i < instrument->tick_count; i++) {
    put_i64(put_i64(at, instrument->ticks[i].tick_e9), instrument->ticks[i].threshold_e9);
    at += tick_bytes;
  }
  at = pl_put_u16(at, leg_bytes);
  at = pl_put_u16(at, instrument->leg_count);
  for (uint16_t i = 0; i < instrument->leg_count; i++) {
    pl_put_u8(put_i64(at, instrument->legs[i].instrument_id), (uint8_t)instrument->legs[i].ratio);
    at += leg_bytes;
  }
  return at;
}

bool pl_wire_starbase_instrument(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                 const struct pl_star_instrument *instrument) {
  uint16_t tick_bytes = instrument->tick_bytes != 0 ? instrument->tick_bytes : 16;
  uint16_t leg_bytes = instrument->leg_bytes != 0 ? instrument->leg_bytes : 9;
  if (tick_bytes < 16 || leg_bytes < 9) return false;
  uint8_t *at = open_message(packet, mark, 10,
                             268 + (size_t)tick_bytes * instrument->tick_count +
                                 (size_t)leg_bytes * instrument->leg_count);
  if (at == NULL) return false;
  at = put_i64(at, instrument->instrument_id);
  at = pl_put_text(at, instrument->name, 128, '\0');
  at = put_i64(at, instrument->index_id);
  at = pl_put_text(at, instrument->underlying, 64, '\0');
  at = pl_put_text(at, instrument->quantity_asset, 8, '\0');
  at = pl_put_text(at, instrument->price_asset, 8, '\0');
  at = put_i64(at, instrument->expiry_ns);
  at = put_i64(at, instrument->strike_e9);
  at = put_i64(at, instrument->min_quantity);
  at = put_i64(at, instrument->tick_e9);
  at = pl_put_u8(at, (uint8_t)instrument->exponent);
  at = pl_put_u8(at, (uint8_t)instrument->type);
  at = pl_put_u8(at, instrument->flags);
  at = pl_put_u8(at, (uint8_t)instrument->status);
  put_groups(at, instrument, tick_bytes, leg_bytes);
  return true;
}

bool pl_wire_starbase_index_definition(struct pl_star_packet *packet,
                                       const struct pl_star_mark *mark, int64_t index_id,
                                       const char *name) {
  uint8_t *at = open_message(packet, mark, 11, 136);
  if (at == NULL) return false;
  pl_put_text(put_i64(at, index_id), name, 128, '\0');
  return true;
}

bool pl_wire_starbase_index(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                            int64_t index_id, int64_t price_e9) {
  uint8_t *at = open_message(packet, mark, 12, 16);
  if (at == NULL) return false;
  put_i64(put_i64(at, index_id), price_e9);
  return true;
}

bool pl_wire_starbase_info(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                           const struct pl_star_info *info, bool old) {
  uint8_t *at = open_message(packet, mark, 14, old ? 40 : 32);
  if (at == NULL) return false;
  at = put_i64(at, info->instrument_id);
  at = put_i64(at, info->min_sell_e9);
  at = put_i64(at, info->max_buy_e9);
  if (old) at = put_i64(at, info->index_e9);
  put_i64(at, info->mark_e9);
  return true;
}

bool pl_wire_starbase_ref(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          const struct pl_star_ref *ref, bool old) {
  uint8_t *at = open_message(packet, mark, 15, old ? 48 : 56);
  if (at == NULL) return false;
  at = put_i64(at, ref->instrument_id);
  at = put_double(at, ref->funding);
  at = put_double(at, ref->funding_8h);
  at = put_i64(at, ref->estimated_delivery_e9);
  at = put_i64(at, ref->delivery_e9);
  at = put_i64(at, ref->settlement_e9);
  if (!old) put_double(at, ref->open_interest);
  return true;
}

bool pl_wire_starbase_status(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t instrument_id, int8_t status) {
  uint8_t *at = open_message(packet, mark, 16, 9);
  if (at == NULL) return false;
  pl_put_u8(put_i64(at, instrument_id), (uint8_t)status);
  return true;
}

bool pl_wire_starbase_put(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          const struct pl_star_put *put) {
  uint8_t *at = open_message(packet, mark, put->side == PL_STAR_BID ? 20 : 21, 40);
  if (at == NULL) return false;
  at = put_i64(at, put->order_id);
  at = put_i64(at, put->instrument_id);
  at = put_i64(at, put->quantity);
  at = put_i64(at, put->price_e9);
  put_i64(at, put->sort_order_id);
  return true;
}

bool pl_wire_starbase_reduced(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              enum pl_star_side side, int64_t order_id, int64_t instrument_id,
                              int64_t quantity) {
  uint8_t *at = open_message(packet, mark, side == PL_STAR_BID ? 22 : 23, 24);
  if (at == NULL) return false;
  put_i64(put_i64(put_i64(at, order_id), instrument_id), quantity);
  return true;
}

bool pl_wire_starbase_delete(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             enum pl_star_side side, int64_t order_id, int64_t instrument_id) {
  uint8_t *at = open_message(packet, mark, side == PL_STAR_BID ? 24 : 25, 16);
  if (at == NULL) return false;
  put_i64(put_i64(at, order_id), instrument_id);
  return true;
}

bool pl_wire_starbase_summary(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              const struct pl_star_summary *summary) {
  uint8_t *at = open_message(packet, mark, 30, 56);
  if (at == NULL) return false;
  at = put_i64(at, summary->instrument_id);
  at = put_i64(at, summary->taker_order_id);
  at = put_i64(at, summary->filled);
  at = put_i64(at, summary->deepest_e9);
  at = put_i64(at, summary->mark_e9);
  at = put_i64(at, summary->index_e9);
  at = pl_put_u32(at, (uint32_t)summary->trade_count);
  pl_put_u32(at, summary->taker_flags);
  return true;
}

bool pl_wire_starbase_trade(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                            const struct pl_star_trade *trade) {
  uint8_t *at = open_message(packet, mark, 31, 44);
  if (at == NULL) return false;
  at = put_i64(at, trade->match_id);
  at = put_i64(at, trade->instrument_id);
  at = put_i64(at, trade->maker_order_id);
  at = put_i64(at, trade->quantity);
  at = put_i64(at, trade->price_e9);
  pl_put_u32(at, trade->maker_flags);
  return true;
}

bool pl_wire_starbase_block_trade(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                  const struct pl_star_block_trade *trade) {
  uint8_t *at = open_message(packet, mark, 33, 78);
  if (at == NULL) return false;
  at = put_i64(at, trade->match_id);
  at = put_i64(at, trade->instrument_id);
  at = put_i64(at, trade->block_trade_id);
  at = put_i64(at, trade->block_rfq_id);
  at = put_i64(at, trade->quantity);
  at = put_i64(at, trade->price_e9);
  at = put_i64(at, trade->mark_e9);
  at = put_i64(at, trade->index_e9);
  at = put_double(at, trade->implied_volatility);
  at = pl_put_u32(at, trade->taker_flags);
  pl_put_u16(at, trade->leg_count);
  return true;
}

static bool put_boundary(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                         uint16_t template_id, int64_t instrument_id, int64_t timestamp_ns,
                         int64_t seq) {
  uint8_t *at = open_message(packet, mark, template_id, 24);
  if (at == NULL) return false;
  put_i64(put_i64(put_i64(at, instrument_id), timestamp_ns), seq);
  return true;
}

bool pl_wire_starbase_header(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t instrument_id, int64_t timestamp_ns, int64_t seq) {
  return put_boundary(packet, mark, 100, instrument_id, timestamp_ns, seq);
}

bool pl_wire_starbase_trailer(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              int64_t instrument_id, int64_t timestamp_ns, int64_t seq) {
  return put_boundary(packet, mark, 101, instrument_id, timestamp_ns, seq);
}

bool pl_wire_starbase_end_of_cycle(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                   int32_t active_count) {
  uint8_t *at = open_message(packet, mark, 119, 4);
  if (at == NULL) return false;
  pl_put_u32(at, (uint32_t)active_count);
  return true;
}

bool pl_wire_starbase_request(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              int64_t begin_seq, uint8_t count) {
  uint8_t *at = open_message(packet, mark, 200, 9);
  if (at == NULL) return false;
  pl_put_u8(put_i64(at, begin_seq), count);
  return true;
}

bool pl_wire_starbase_reject(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t retry_delay_ns, const char *details, int8_t reason) {
  uint8_t *at = open_message(packet, mark, 202, 49);
  if (at == NULL) return false;
  pl_put_u8(pl_put_text(put_i64(at, retry_delay_ns), details, 40, '\0'), (uint8_t)reason);
  return true;
}
