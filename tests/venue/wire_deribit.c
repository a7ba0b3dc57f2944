#include "tests/venue/wire_deribit.h"

#include "tests/venue/put.h"

#include <string.h>

#define SCHEMA_ID           1u
#define SIDE_LEVEL_BOOK     18u
#define SIDE_LEVEL_SNAPSHOT 17u

static uint8_t *put_double(uint8_t *at, double value) {
  uint64_t bits = UINT64_MAX; /* the venue's null; one NaN for all, whatever the compiler made */
  if (value == value) memcpy(&bits, &value, sizeof bits);
  return pl_put_u64(at, bits);
}

static uint8_t *put_group(uint8_t *at, uint16_t block_length, uint16_t count) {
  at = pl_put_u16(at, block_length);
  at = pl_put_u16(at, count);
  at = pl_put_u16(at, 0);
  return pl_put_u16(at, 0);
}

/* What a message header needs; `tail` is the size of everything after the fixed block. */
struct message {
  uint16_t template_id, version, block_length, groups, vars;
  size_t tail;
};

/* Reserves a whole message and writes its header. Returns where the block goes, NULL if full. */
static uint8_t *open_message(struct pl_wire_packet *packet, const struct message *message) {
  size_t size = PL_WIRE_MESSAGE_HEADER + message->block_length + message->tail;
  size_t limit = packet->capacity < UINT16_MAX ? packet->capacity : UINT16_MAX;
  if (packet->size > limit || size > limit - packet->size) return NULL;
  uint8_t *at = packet->bytes + packet->size;
  packet->size += size;
  at = pl_put_u16(at, message->block_length);
  at = pl_put_u16(at, message->template_id);
  at = pl_put_u16(at, SCHEMA_ID);
  at = pl_put_u16(at, message->version);
  at = pl_put_u16(at, message->groups);
  return pl_put_u16(at, message->vars);
}

double pl_wire_deribit_null(void) {
  uint64_t bits = UINT64_MAX;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

bool pl_wire_deribit_begin(struct pl_wire_packet *packet, uint8_t *bytes, size_t capacity,
                           uint16_t channel, uint32_t sequence) {
  if (capacity < PL_WIRE_FRAME_HEADER) return false;
  *packet = (struct pl_wire_packet){.bytes = bytes, .capacity = capacity};
  uint8_t *at = pl_put_u16(bytes, 0); /* the length is known at finish */
  at = pl_put_u16(at, channel);
  pl_put_u32(at, sequence);
  packet->size = PL_WIRE_FRAME_HEADER;
  return true;
}

size_t pl_wire_deribit_finish(struct pl_wire_packet *packet) {
  pl_put_u16(packet->bytes, (uint16_t)(packet->size - PL_WIRE_FRAME_HEADER));
  return packet->size;
}

bool pl_wire_deribit_book(struct pl_wire_packet *packet, const struct pl_wire_book *book) {
  uint8_t *at =
      open_message(packet, &(struct message){PL_WIRE_BOOK, 2, 29, 1, 0,
                                             PL_WIRE_GROUP_HEADER +
                                                 (size_t)book->level_count * SIDE_LEVEL_BOOK});
  if (at == NULL) return false;
  at = pl_put_u32(at, book->instrument_id);
  at = pl_put_u64(at, book->timestamp_ms);
  at = pl_put_u64(at, book->prev_change_id);
  at = pl_put_u64(at, book->change_id);
  at = pl_put_u8(at, book->is_last);
  at = put_group(at, SIDE_LEVEL_BOOK, book->level_count);
  for (uint16_t i = 0; i < book->level_count; i++) {
    at = pl_put_u8(at, book->levels[i].side);
    at = pl_put_u8(at, book->levels[i].change);
    at = put_double(at, book->levels[i].price);
    at = put_double(at, book->levels[i].amount);
  }
  return true;
}

bool pl_wire_deribit_trades(struct pl_wire_packet *packet, const struct pl_wire_trades *trades) {
  uint8_t *at = open_message(
      packet, &(struct message){PL_WIRE_TRADES, 2, 4, 1, 0,
                                PL_WIRE_GROUP_HEADER + (size_t)trades->trade_count * 83});
  if (at == NULL) return false;
  at = pl_put_u32(at, trades->instrument_id);
  at = put_group(at, 83, trades->trade_count);
  for (uint16_t i = 0; i < trades->trade_count; i++) {
    const struct pl_wire_trade *trade = &trades->trades[i];
    at = pl_put_u8(at, trade->direction);
    at = put_double(at, trade->price);
    at = put_double(at, trade->amount);
    at = pl_put_u64(at, trade->timestamp_ms);
    at = put_double(at, trade->mark_price);
    at = put_double(at, trade->index_price);
    at = pl_put_u64(at, trade->trade_seq);
    at = pl_put_u64(at, trade->trade_id);
    at = pl_put_u8(at, trade->tick_direction);
    at = pl_put_u8(at, trade->liquidation);
    at = put_double(at, trade->iv);
    at = pl_put_u64(at, trade->block_trade_id);
    at = pl_put_u64(at, trade->combo_trade_id);
  }
  return true;
}

bool pl_wire_deribit_ticker(struct pl_wire_packet *packet, const struct pl_wire_ticker *ticker) {
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_TICKER, 2, 133, 0, 0, 0});
  if (at == NULL) return false;
  at = pl_put_u32(at, ticker->instrument_id);
  at = pl_put_u8(at, ticker->state);
  at = pl_put_u64(at, ticker->timestamp_ms);
  const double values[15] = {
      ticker->open_interest,
      ticker->min_sell_price,
      ticker->max_buy_price,
      ticker->last_price,
      ticker->index_price,
      ticker->mark_price,
      ticker->best_bid_price,
      ticker->best_bid_amount,
      ticker->best_ask_price,
      ticker->best_ask_amount,
      ticker->current_funding,
      ticker->funding_8h,
      ticker->estimated_delivery_price,
      ticker->delivery_price,
      ticker->settlement_price,
  };
  for (unsigned i = 0; i < 15; i++) at = put_double(at, values[i]);
  return true;
}

bool pl_wire_deribit_snapshot(struct pl_wire_packet *packet,
                              const struct pl_wire_snapshot *snapshot) {
  size_t tail = PL_WIRE_GROUP_HEADER + (size_t)snapshot->level_count * SIDE_LEVEL_SNAPSHOT;
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_SNAPSHOT, 2, 22, 1, 0, tail});
  if (at == NULL) return false;
  at = pl_put_u32(at, snapshot->instrument_id);
  at = pl_put_u64(at, snapshot->timestamp_ms);
  at = pl_put_u64(at, snapshot->change_id);
  at = pl_put_u8(at, snapshot->is_book_complete);
  at = pl_put_u8(at, snapshot->is_last_in_book);
  at = put_group(at, SIDE_LEVEL_SNAPSHOT, snapshot->level_count);
  for (uint16_t i = 0; i < snapshot->level_count; i++) {
    at = pl_put_u8(at, snapshot->levels[i].side);
    at = put_double(at, snapshot->levels[i].price);
    at = put_double(at, snapshot->levels[i].amount);
  }
  return true;
}

bool pl_wire_deribit_snapshot_start(struct pl_wire_packet *packet, uint32_t delay_ms) {
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_SNAPSHOT_START, 2, 4, 0, 0, 0});
  if (at == NULL) return false;
  pl_put_u32(at, delay_ms);
  return true;
}

bool pl_wire_deribit_snapshot_end(struct pl_wire_packet *packet) {
  return open_message(packet, &(struct message){PL_WIRE_SNAPSHOT_END, 2, 0, 0, 0, 0}) != NULL;
}

static size_t name_length(const struct pl_wire_instrument *instrument) {
  return instrument->name == NULL ? 0 : strlen(instrument->name);
}

static uint8_t *put_name(uint8_t *at, const struct pl_wire_instrument *instrument) {
  size_t length = name_length(instrument);
  at = pl_put_u8(at, (uint8_t)length);
  return pl_put_text(at, instrument->name, length, '\0');
}

static uint8_t *put_identity(uint8_t *at, const struct pl_wire_instrument *instrument) {
  at = pl_put_u32(at, instrument->instrument_id);
  at = pl_put_u8(at, instrument->state);
  at = pl_put_u8(at, instrument->kind);
  at = pl_put_u8(at, instrument->type);
  return pl_put_u8(at, instrument->option_type);
}

/* From the settlement period on, both versions of the definition are the same. */
static uint8_t *put_terms(uint8_t *at, const struct pl_wire_instrument *instrument) {
  at = pl_put_u8(at, instrument->settlement_period);
  at = pl_put_u16(at, instrument->settlement_period_count);
  at = pl_put_text(at, instrument->base_currency, 8, '\0');
  at = pl_put_text(at, instrument->quote_currency, 8, '\0');
  at = pl_put_text(at, instrument->counter_currency, 8, '\0');
  at = pl_put_text(at, instrument->settlement_currency, 8, '\0');
  at = pl_put_text(at, instrument->size_currency, 8, '\0');
  at = pl_put_u64(at, instrument->creation_ms);
  at = pl_put_u64(at, instrument->expiration_ms);
  at = put_double(at, instrument->strike);
  at = put_double(at, instrument->contract_size);
  at = put_double(at, instrument->min_trade_amount);
  at = put_double(at, instrument->tick_size);
  at = put_double(at, instrument->maker_fee);
  at = put_double(at, instrument->taker_fee);
  at = put_double(at, instrument->block_fee);
  at = put_double(at, instrument->max_liquidation_fee);
  return put_double(at, instrument->max_leverage);
}

bool pl_wire_deribit_instrument(struct pl_wire_packet *packet,
                                const struct pl_wire_instrument *instrument) {
  size_t length = name_length(instrument);
  if (length > UINT8_MAX) return false;
  uint8_t *at =
      open_message(packet, &(struct message){PL_WIRE_INSTRUMENT, 2, 140, 0, 1, 1 + length});
  if (at == NULL) return false;
  at = put_identity(at, instrument);
  at = pl_put_u8(at, instrument->rfq);
  at = put_terms(at, instrument);
  put_name(at, instrument);
  return true;
}

bool pl_wire_deribit_instrument_v2(struct pl_wire_packet *packet,
                                   const struct pl_wire_instrument *instrument) {
  size_t length = name_length(instrument);
  if (length > UINT8_MAX) return false;
  size_t tail = PL_WIRE_GROUP_HEADER + (size_t)instrument->tick_step_count * 16 + 1 + length;
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_INSTRUMENT_V2, 3, 139, 1, 1, tail});
  if (at == NULL) return false;
  at = put_identity(at, instrument);
  at = put_terms(at, instrument);
  at = put_group(at, 16, instrument->tick_step_count);
  for (uint16_t i = 0; i < instrument->tick_step_count; i++) {
    at = put_double(at, instrument->tick_steps[i].above_price);
    at = put_double(at, instrument->tick_steps[i].tick_size);
  }
  put_name(at, instrument);
  return true;
}

bool pl_wire_deribit_combo_legs(struct pl_wire_packet *packet, uint32_t instrument_id,
                                const struct pl_wire_leg *legs, uint16_t leg_count) {
  size_t tail = PL_WIRE_GROUP_HEADER + (size_t)leg_count * 8;
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_COMBO_LEGS, 2, 4, 1, 0, tail});
  if (at == NULL) return false;
  at = pl_put_u32(at, instrument_id);
  at = put_group(at, 8, leg_count);
  for (uint16_t i = 0; i < leg_count; i++) {
    at = pl_put_u32(at, legs[i].instrument_id);
    at = pl_put_u32(at, (uint32_t)legs[i].size);
  }
  return true;
}

bool pl_wire_deribit_price_index(struct pl_wire_packet *packet, const char *index_name,
                                 double price, uint64_t timestamp_ms) {
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_PRICE_INDEX, 2, 32, 0, 0, 0});
  if (at == NULL) return false;
  at = pl_put_text(at, index_name, 16, '\0');
  at = put_double(at, price);
  pl_put_u64(at, timestamp_ms);
  return true;
}

bool pl_wire_deribit_rfq(struct pl_wire_packet *packet, const struct pl_wire_rfq *rfq) {
  uint8_t *at = open_message(packet, &(struct message){PL_WIRE_RFQ, 2, 22, 0, 0, 0});
  if (at == NULL) return false;
  at = pl_put_u32(at, rfq->instrument_id);
  at = pl_put_u8(at, rfq->state);
  at = pl_put_u8(at, rfq->side);
  at = put_double(at, rfq->amount);
  pl_put_u64(at, rfq->timestamp_ms);
  return true;
}
