#include "tests/venue/wire_cme.h"

#include "tests/venue/put.h"

#include <string.h>

#define PACKET_BYTES  12u
#define MESSAGE_BYTES 10u
#define GROUP_BYTES   3u
#define GROUP8_BYTES  8u
#define SCHEMA_ID     1u

/* The messages are written into zeroed memory, field by field at its offset. */
static void put_price(uint8_t *at, int64_t price_e9) {
  pl_put_u64(at, (uint64_t)price_e9);
}

static void put_qty(uint8_t *at, int64_t qty, bool long_qty) {
  if (long_qty)
    pl_put_u64(at, qty == PL_WIRE_CME_QTY_NULL ? UINT64_MAX : (uint64_t)qty);
  else
    pl_put_u32(at, qty == PL_WIRE_CME_QTY_NULL ? INT32_MAX : (uint32_t)qty);
}

/* Reserves a zeroed message and writes its header. Returns where the block goes, NULL if full.
 *   tail_bytes  everything behind the block */
static uint8_t *open_message(struct pl_wire_cme *packet, uint16_t template_id, uint16_t block_bytes,
                             size_t tail_bytes) {
  size_t size = MESSAGE_BYTES + block_bytes + tail_bytes;
  if (size > UINT16_MAX || size > packet->capacity - packet->size) return NULL;
  uint8_t *at = packet->bytes + packet->size;
  memset(at, 0, size);
  packet->size += size;
  pl_put_u16(at, (uint16_t)size);
  pl_put_u16(at + 2, block_bytes);
  pl_put_u16(at + 4, template_id);
  pl_put_u16(at + 6, SCHEMA_ID);
  pl_put_u16(at + 8, packet->version);
  return at + MESSAGE_BYTES;
}

/* Writes a group's head; returns where its entries go. */
static uint8_t *put_group(uint8_t *at, uint16_t entry_bytes, uint8_t count) {
  pl_put_u16(at, entry_bytes);
  at[2] = count;
  return at + GROUP_BYTES;
}

static uint8_t *put_group8(uint8_t *at, uint16_t entry_bytes, uint8_t count) {
  pl_put_u16(at, entry_bytes);
  at[7] = count;
  return at + GROUP8_BYTES;
}

bool pl_wire_cme_begin(struct pl_wire_cme *packet, uint8_t *bytes, size_t capacity,
                       uint16_t version, uint32_t seq, uint64_t sending_ns) {
  if (capacity < PACKET_BYTES) return false;
  *packet = (struct pl_wire_cme){bytes, capacity, PACKET_BYTES, version};
  pl_put_u32(bytes, seq);
  pl_put_u64(bytes + 4, sending_ns);
  return true;
}

bool pl_wire_cme_raw(struct pl_wire_cme *packet, uint16_t template_id, uint16_t schema_id,
                     uint16_t block_bytes, const uint8_t *body, size_t body_bytes) {
  uint8_t *at = open_message(packet, template_id, 0, body_bytes);
  if (at == NULL) return false;
  pl_put_u16(at - 8, block_bytes);
  pl_put_u16(at - 4, schema_id);
  if (body_bytes != 0) memcpy(at, body, body_bytes);
  return true;
}

bool pl_wire_cme_heartbeat(struct pl_wire_cme *packet) {
  return open_message(packet, 12, 0, 0) != NULL;
}

bool pl_wire_cme_reset(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event) {
  uint8_t *at = open_message(packet, 4, 9, GROUP_BYTES + 2);
  if (at == NULL) return false;
  pl_put_u64(at, time_ns);
  at[8] = event;
  put_group(at + 9, 2, 1);
  return true;
}

bool pl_wire_cme_status(struct pl_wire_cme *packet, const struct pl_wire_cme_status *status) {
  uint8_t *at = open_message(packet, 30, 30, 0);
  if (at == NULL) return false;
  pl_put_u64(at, status->time_ns);
  pl_put_text(at + 8, status->group, 6, '\0');
  pl_put_text(at + 14, status->asset, 6, '\0');
  pl_put_u32(at + 20, (uint32_t)status->id);
  pl_put_u16(at + 24, UINT16_MAX);
  at[26] = status->event;
  at[27] = status->state;
  return true;
}

bool pl_wire_cme_book(struct pl_wire_cme *packet, const struct pl_wire_cme_book *book) {
  size_t tail = GROUP_BYTES + 32u * book->level_count + GROUP8_BYTES + 24u * book->order_count;
  uint8_t *at = open_message(packet, book->long_qty ? 64 : 46, 11, tail);
  if (at == NULL) return false;
  pl_put_u64(at, book->time_ns);
  at[8] = book->event;
  at = put_group(at + 11, 32, book->level_count);
  for (uint32_t i = 0; i < book->level_count; i++, at += 32) {
    const struct pl_wire_cme_level *level = &book->levels[i];
    uint32_t shift = book->long_qty ? 4 : 0; /* the quantity is so much longer */
    put_price(at, level->price_e9);
    put_qty(at + 8, level->qty, book->long_qty);
    pl_put_u32(at + 12 + shift, (uint32_t)level->id);
    pl_put_u32(at + 16 + shift, level->number);
    pl_put_u32(at + 20 + shift, 1);
    at[24 + shift] = level->level;
    at[25 + shift] = level->action;
    at[26 + shift] = (uint8_t)level->type;
    if (!book->long_qty && packet->version >= 10) pl_put_u32(at + 27, INT32_MAX);
  }
  at = put_group8(at, 24, book->order_count);
  for (uint32_t i = 0; i < book->order_count; i++, at += 24) {
    const struct pl_wire_cme_reference *order = &book->orders[i];
    pl_put_u64(at, order->order_id);
    pl_put_u64(at + 8, order->priority);
    put_qty(at + 16, order->qty, false);
    at[20] = order->reference;
    at[21] = order->action;
  }
  return true;
}

bool pl_wire_cme_orders(struct pl_wire_cme *packet, const struct pl_wire_cme_orders *orders) {
  uint8_t *at = open_message(packet, 47, 11, GROUP_BYTES + 40u * orders->order_count);
  if (at == NULL) return false;
  pl_put_u64(at, orders->time_ns);
  at[8] = orders->event;
  at = put_group(at + 11, 40, orders->order_count);
  for (uint32_t i = 0; i < orders->order_count; i++, at += 40) {
    const struct pl_wire_cme_order *order = &orders->orders[i];
    pl_put_u64(at, order->order_id);
    pl_put_u64(at + 8, order->priority);
    put_price(at + 16, order->price_e9);
    put_qty(at + 24, order->qty, false);
    pl_put_u32(at + 28, (uint32_t)order->id);
    at[32] = order->action;
    at[33] = (uint8_t)order->type;
  }
  return true;
}

bool pl_wire_cme_trades(struct pl_wire_cme *packet, const struct pl_wire_cme_trades *trades) {
  uint16_t entry_bytes = trades->long_qty ? 40 : 32;
  size_t tail = GROUP_BYTES + (size_t)entry_bytes * trades->trade_count + GROUP8_BYTES +
                16u * trades->order_count;
  uint8_t *at = open_message(packet, trades->long_qty ? 65 : 48, 11, tail);
  if (at == NULL) return false;
  pl_put_u64(at, trades->time_ns);
  at[8] = trades->event;
  at = put_group(at + 11, entry_bytes, trades->trade_count);
  for (uint32_t i = 0; i < trades->trade_count; i++, at += entry_bytes) {
    const struct pl_wire_cme_trade *trade = &trades->trades[i];
    uint32_t shift = trades->long_qty ? 4 : 0;
    uint8_t *tail_at = at + (trades->long_qty ? 32 : 24);
    put_price(at, trade->price_e9);
    put_qty(at + 8, trade->qty, trades->long_qty);
    pl_put_u32(at + 12 + shift, (uint32_t)trade->id);
    pl_put_u32(at + 16 + shift, trade->number);
    pl_put_u32(at + 20 + shift, 2);
    pl_put_u32(at + (trades->long_qty ? 28 : 26), trade->trade_id);
    tail_at[0] = trade->aggressor;
    tail_at[1] = trade->action;
  }
  at = put_group8(at, 16, trades->order_count);
  for (uint32_t i = 0; i < trades->order_count; i++, at += 16) {
    pl_put_u64(at, trades->order_ids[i]);
    pl_put_u32(at + 8, 1);
  }
  return true;
}

bool pl_wire_cme_snapshot(struct pl_wire_cme *packet, const struct pl_wire_cme_snapshot *snapshot) {
  uint16_t entry_bytes = snapshot->long_qty ? 23 : 22;
  uint8_t *at = open_message(packet, snapshot->long_qty ? 69 : 52, 59,
                             GROUP_BYTES + (size_t)entry_bytes * snapshot->level_count);
  if (at == NULL) return false;
  pl_put_u32(at, snapshot->last_seq);
  pl_put_u32(at + 4, 1);
  pl_put_u32(at + 8, (uint32_t)snapshot->id);
  pl_put_u32(at + 12, snapshot->number);
  pl_put_u64(at + 16, snapshot->time_ns);
  pl_put_u64(at + 24, snapshot->time_ns);
  pl_put_u16(at + 32, UINT16_MAX);
  at[34] = snapshot->state;
  for (uint32_t offset = 35; offset <= 51; offset += 8)
    put_price(at + offset, PL_WIRE_CME_PRICE_NULL);
  at = put_group(at + 59, entry_bytes, snapshot->level_count);
  for (uint32_t i = 0; i < snapshot->level_count; i++, at += entry_bytes) {
    const struct pl_wire_cme_level *level = &snapshot->levels[i];
    uint32_t shift = snapshot->long_qty ? 4 : 0;
    put_price(at, level->price_e9);
    put_qty(at + 8, level->qty, snapshot->long_qty);
    pl_put_u32(at + 12 + shift, 1);
    at[16 + shift] = level->level;
    at[entry_bytes - 1] = (uint8_t)level->type;
  }
  return true;
}

bool pl_wire_cme_snapshot_orders(struct pl_wire_cme *packet,
                                 const struct pl_wire_cme_snapshot_orders *snapshot) {
  uint8_t *at = open_message(packet, 53, 28, GROUP_BYTES + 29u * snapshot->order_count);
  if (at == NULL) return false;
  pl_put_u32(at, snapshot->last_seq);
  pl_put_u32(at + 4, 1);
  pl_put_u32(at + 8, (uint32_t)snapshot->id);
  pl_put_u32(at + 12, snapshot->chunks);
  pl_put_u32(at + 16, snapshot->chunk);
  pl_put_u64(at + 20, snapshot->time_ns);
  at = put_group(at + 28, 29, snapshot->order_count);
  for (uint32_t i = 0; i < snapshot->order_count; i++, at += 29) {
    const struct pl_wire_cme_order *order = &snapshot->orders[i];
    pl_put_u64(at, order->order_id);
    pl_put_u64(at + 8, order->priority);
    put_price(at + 16, order->price_e9);
    put_qty(at + 24, order->qty, false);
    at[28] = (uint8_t)order->type;
  }
  return true;
}

/* Where the fields lie in which the three definitions differ; 0: there is none. */
static const struct layout {
  uint16_t block_bytes, block_bytes_v9, tick, factor, size, strike, high, low;
} layouts[] = {
    {224, 216, 91, 99, 140, 0, 165, 173},
    {221, 213, 111, 127, 169, 80, 202, 194},
    {255, 195, 94, 102, 0, 0, 167, 175},
};

static void put_definition_groups(uint8_t *at, const struct pl_wire_cme_definition *definition,
                                  bool spread) {
  uint8_t events = definition->expiry_ns != 0;
  at = put_group(at, 9, (uint8_t)(1 + events));
  at[0] = 5; /* activation */
  pl_put_u64(at + 1, 1);
  at += 9;
  if (events != 0) {
    at[0] = 7;
    pl_put_u64(at + 1, definition->expiry_ns);
    at += 9;
  }
  const uint8_t depths[] = {definition->depth, definition->depth_implied};
  at = put_group(at, 4, 2);
  for (uint32_t i = 0; i < 2; i++, at += 4) {
    pl_put_text(at, depths[i] == 0 ? "MBO" : i == 0 ? "GBX" : "GBI", 3, '\0');
    at[3] = depths[i];
  }
  at = put_group(at, 4, 1) + 4; /* attributes */
  at = put_group(at, 5, 1) + 5; /* lots */
  if (!spread) return;
  at = put_group(at, 18, definition->leg_count);
  for (uint32_t i = 0; i < definition->leg_count; i++, at += 18) {
    pl_put_u32(at, (uint32_t)definition->legs[i].id);
    at[4] = definition->legs[i].side;
    at[5] = (uint8_t)definition->legs[i].ratio;
  }
}

bool pl_wire_cme_definition(struct pl_wire_cme *packet,
                            const struct pl_wire_cme_definition *definition) {
  const struct layout *layout = &layouts[definition->template_id - 54];
  bool spread = definition->template_id == 56;
  uint16_t block_bytes = packet->version >= 10 ? layout->block_bytes : layout->block_bytes_v9;
  size_t tail = GROUP_BYTES + (definition->expiry_ns != 0 ? 18u : 9u) + GROUP_BYTES + 8 +
                GROUP_BYTES + 4 + GROUP_BYTES + 5 +
                (spread ? GROUP_BYTES + 18u * definition->leg_count : 0);
  uint8_t *at = open_message(packet, definition->template_id, block_bytes, tail);
  if (at == NULL) return false;
  at[0] = definition->event;
  pl_put_u32(at + 1, definition->total);
  at[5] = (uint8_t)definition->action;
  at[14] = definition->state;
  pl_put_text(at + 23, definition->group, 6, '\0');
  pl_put_text(at + 29, definition->asset, 6, '\0');
  pl_put_text(at + 35, definition->symbol, 20, '\0');
  pl_put_u32(at + 55, (uint32_t)definition->id);
  put_price(at + layout->tick, definition->tick_e9);
  put_price(at + layout->factor, definition->factor_e9);
  if (layout->size != 0) put_price(at + layout->size, definition->size_e9);
  if (layout->strike != 0) put_price(at + layout->strike, definition->strike_e9);
  put_price(at + layout->high, definition->limit_high_e9);
  put_price(at + layout->low, definition->limit_low_e9);
  put_definition_groups(at + block_bytes, definition, spread);
  return true;
}

bool pl_wire_cme_limits(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event, int32_t id,
                        uint32_t number, int64_t high_e9, int64_t low_e9) {
  uint8_t *at = open_message(packet, 50, 11, GROUP_BYTES + 32);
  if (at == NULL) return false;
  pl_put_u64(at, time_ns);
  at[8] = event;
  at = put_group(at + 11, 32, 1);
  put_price(at, high_e9);
  put_price(at + 8, low_e9);
  put_price(at + 16, PL_WIRE_CME_PRICE_NULL);
  pl_put_u32(at + 24, (uint32_t)id);
  pl_put_u32(at + 28, number);
  return true;
}

bool pl_wire_cme_volume(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event, int32_t id,
                        uint32_t number, int64_t qty, bool long_qty) {
  uint16_t entry_bytes = long_qty ? 24 : 16;
  uint8_t *at = open_message(packet, long_qty ? 66 : 37, 11, GROUP_BYTES + entry_bytes);
  if (at == NULL) return false;
  pl_put_u64(at, time_ns);
  at[8] = event;
  at = put_group(at + 11, entry_bytes, 1);
  put_qty(at, qty, long_qty);
  pl_put_u32(at + (long_qty ? 8 : 4), (uint32_t)id);
  pl_put_u32(at + (long_qty ? 12 : 8), number);
  return true;
}
