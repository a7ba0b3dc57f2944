#include "dataplane/venue/cme.h"
#include "dataplane/venue/cme_wire.h"
#include "engine/base/check.h"
#include "tests/fuzz/seeds.h"
#include "tests/venue/wire_cme.h"

#define TIME_NS  UINT64_C(1700000000000000000)
#define PRICE_E9 INT64_C(5000000000000)

static const uint16_t templates[] = {54, 55, 56, 57, 58, 63, 30, 53, 52, 69, 46, 64, 47, 48,
                                     65, 37, 66, 49, 51, 67, 50, 39, 59, 60, 62, 12, 4};
#define TEMPLATES (sizeof templates / sizeof templates[0])

static bool put_definition(struct pl_wire_cme *packet, uint16_t template_id) {
  static const struct pl_wire_cme_leg legs[] = {{2, 1, 1}, {3, 2, 1}};
  return pl_wire_cme_definition(packet, &(struct pl_wire_cme_definition){
                                            .template_id = template_id,
                                            .event = PL_WIRE_CME_END,
                                            .total = 3,
                                            .action = 'A',
                                            .state = 17,
                                            .group = "ES",
                                            .asset = "ES",
                                            .symbol = "ESZ6",
                                            .id = 1,
                                            .tick_e9 = 250000000,
                                            .factor_e9 = 10000000,
                                            .size_e9 = 50000000000,
                                            .strike_e9 = PRICE_E9,
                                            .limit_high_e9 = 2 * PRICE_E9,
                                            .limit_low_e9 = PRICE_E9 / 2,
                                            .expiry_ns = TIME_NS,
                                            .depth = 10,
                                            .depth_implied = 2,
                                            .legs = legs,
                                            .leg_count = 2,
                                        });
}

static bool put_book(struct pl_wire_cme *packet, bool long_qty, uint32_t number) {
  const struct pl_wire_cme_level levels[] = {
      {1, number, '0', PL_WIRE_CME_NEW, 1, PRICE_E9, 3},
      {1, number + 1, '1', PL_WIRE_CME_NEW, 1, PRICE_E9 + 1, 4},
      {1, number + 2, 'E', PL_WIRE_CME_OVERLAY, 2, PRICE_E9 - 1, 5},
      {1, number + 3, 'J', PL_WIRE_CME_NEW, 1, 0, PL_WIRE_CME_QTY_NULL},
  };
  static const struct pl_wire_cme_reference orders[] = {{7, 1, 3, 1, 0}, {8, 2, 4, 2, 1}};
  return pl_wire_cme_book(packet,
                          &(struct pl_wire_cme_book){TIME_NS, number % 2 == 0 ? PL_WIRE_CME_END : 0,
                                                     long_qty, levels, 3 + number % 2, orders, 2});
}

static bool put_orders(struct pl_wire_cme *packet, bool snapshot) {
  static const struct pl_wire_cme_order orders[] = {{1, 7, 1, '0', 0, PRICE_E9, 3},
                                                    {1, 8, 2, '1', 1, PRICE_E9 + 1, 4},
                                                    {1, 7, 1, '0', 2, PRICE_E9, 3}};
  if (!snapshot)
    return pl_wire_cme_orders(packet,
                              &(struct pl_wire_cme_orders){TIME_NS, PL_WIRE_CME_END, orders, 3});
  return pl_wire_cme_snapshot_orders(
      packet, &(struct pl_wire_cme_snapshot_orders){7, 1, 1, 1, TIME_NS, orders, 2});
}

static bool put_trades(struct pl_wire_cme *packet, bool long_qty, uint32_t number) {
  static const uint64_t order_ids[] = {7, 8};
  const struct pl_wire_cme_trade trade = {1, number, 9, 1, 0, PRICE_E9, 2};
  return pl_wire_cme_trades(packet, &(struct pl_wire_cme_trades){TIME_NS, PL_WIRE_CME_END, long_qty,
                                                                 &trade, 1, order_ids, 2});
}

static bool put_snapshot(struct pl_wire_cme *packet, bool long_qty) {
  static const struct pl_wire_cme_level levels[] = {{1, 0, '0', 0, 1, PRICE_E9, 3},
                                                    {1, 0, '1', 0, 1, PRICE_E9 + 1, 4},
                                                    {1, 0, 'E', 0, 1, PRICE_E9, 5}};
  return pl_wire_cme_snapshot(
      packet, &(struct pl_wire_cme_snapshot){7, 4, 1, TIME_NS, 17, long_qty, levels, 3});
}

/* Templates without an encoder: a block of zeros, then one entry of zeros in each group. */
static bool put_zeros(struct pl_wire_cme *packet, uint16_t template_id, uint16_t block_bytes,
                      uint32_t groups) {
  enum { ENTRY_BYTES = 40, GROUP_BYTES = 3 + ENTRY_BYTES };
  uint8_t body[260 + 4 * GROUP_BYTES] = {0};
  for (uint32_t i = 0; i < groups; i++) {
    body[block_bytes + i * GROUP_BYTES] = ENTRY_BYTES;
    body[block_bytes + i * GROUP_BYTES + 2] = 1;
  }
  const struct pl_cme_definition *definition = groups == 4 ? pl_cme_definition(template_id) : NULL;
  if (definition != NULL) {
    body[PL_CME_DEFINITION_ACTION] = 'A';
    body[definition->factor_at] = 1;
  }
  return pl_wire_cme_raw(packet, template_id, 1, block_bytes, body,
                         block_bytes + groups * (size_t)GROUP_BYTES);
}

static bool put(struct pl_wire_cme *packet, uint16_t template_id, uint32_t number) {
  switch (template_id) {
  case 4: return pl_wire_cme_reset(packet, TIME_NS, PL_WIRE_CME_END);
  case 12: return pl_wire_cme_heartbeat(packet);
  case 30:
    return pl_wire_cme_status(
        packet, &(struct pl_wire_cme_status){TIME_NS, "ES", "ES", 1, PL_WIRE_CME_END, 2});
  case 37:
  case 66: return pl_wire_cme_volume(packet, TIME_NS, 0, 1, number, 5, template_id == 66);
  case 46:
  case 64: return put_book(packet, template_id == 64, number);
  case 47:
  case 53: return put_orders(packet, template_id == 53);
  case 48:
  case 65: return put_trades(packet, template_id == 65, number);
  case 49:
  case 51:
  case 67: return put_zeros(packet, template_id, 11, 1);
  case 50: return pl_wire_cme_limits(packet, TIME_NS, 0, 1, number, 2 * PRICE_E9, PRICE_E9 / 2);
  case 52:
  case 69: return put_snapshot(packet, template_id == 69);
  case 54:
  case 55:
  case 56: return put_definition(packet, template_id);
  case 57:
  case 58:
  case 63: return put_zeros(packet, template_id, 260, 4);
  default: return put_zeros(packet, template_id, 40, 0);
  }
}

static size_t packet_of(uint8_t *bytes, uint16_t template_id, uint32_t number) {
  struct pl_wire_cme packet;
  struct pl_venue_verdict verdict;
  PL_CHECK(pl_wire_cme_begin(&packet, bytes, PL_WIRE_CME_PAYLOAD_MAX, (uint16_t)(9 + number % 5),
                             number, TIME_NS) &&
           put(&packet, template_id, number));
  PL_CHECK(pl_cme_venue.judge(&(struct pl_packet){bytes, (uint32_t)packet.size, 0, 0}, &verdict) ==
           PL_OK);
  return packet.size;
}

/* One packet of each template alone, and runs that start at each. */
void pl_seeds_cme(const char *folder) {
  for (uint32_t number = 0; number < TEMPLATES; number++) {
    struct pl_seed alone = {.size_bytes = 0}, run = {.size_bytes = 0};
    for (uint32_t i = 0; i < 8; i++) {
      uint8_t bytes[PL_WIRE_CME_PAYLOAD_MAX];
      size_t size = packet_of(bytes, templates[(number + i) % TEMPLATES], 1 + i);
      if (i == 0) PL_CHECK(pl_seed_piece(&alone, 0, bytes, size));
      (void)pl_seed_piece(&run, number % 4 == 3 && i == 2 ? PL_SEED_TORN : PL_SEED_WHOLE, bytes,
                          size);
    }
    pl_seed_write(&alone, folder, "cme", number);
    if (number % 2 == 0) pl_seed_write(&run, folder, "cme", TEMPLATES + number / 2);
  }
}
