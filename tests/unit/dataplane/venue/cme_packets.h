/* A CME decoder, packets made for it by the venue's own encoder, and the events they became. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_CME_PACKETS_H
#define TESTS_UNIT_DATAPLANE_VENUE_CME_PACKETS_H

#include "dataplane/venue/trail.h"
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_cme.h"

#define INSTRUMENTS 8u
#define TIME_NS     UINT64_C(1700000000000000123)
#define E8          INT64_C(100000000)
#define E9          INT64_C(1000000000)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BODY_AT     22u /* packet header and message header */
#define UPDATES     0u  /* dense indices of the channels */
#define SNAPSHOTS   1u
#define ID          1101

struct cme {
  struct decoder decoder;
  struct pl_wire_cme packet;
  uint8_t bytes[9000];
  uint16_t version;
  uint32_t seqs[2]; /* of the last packet of each channel */
  bool broken, whole;
};

static inline void cme_begin(struct cme *cme) {
  assert_true(
      pl_wire_cme_begin(&cme->packet, cme->bytes, sizeof cme->bytes, cme->version, 0, TIME_NS));
}

/* The next packet of the updates is the first heard of them. */
static inline void cme_open(struct cme *cme) {
  memset(cme, 0, sizeof *cme);
  decoder_open(&cme->decoder, "cme", INSTRUMENTS);
  cme->version = 13;
  cme->seqs[UPDATES] = 99;
  cme->broken = true;
  cme_begin(cme);
}

static inline void cme_close(struct cme *cme) {
  decoder_close(&cme->decoder);
}

static inline enum pl_status cme_send_on(struct cme *cme, uint32_t channel) {
  uint32_t seq = ++cme->seqs[channel];
  memcpy(cme->bytes, &seq, sizeof seq);
  const struct decoder_place place = {.channel = channel,
                                      .home = channel,
                                      .recovery = channel == SNAPSHOTS,
                                      .broken = cme->broken,
                                      .whole = cme->whole,
                                      .group_ipv4 = 0xe0001f05,
                                      .port = 14310};
  enum pl_status status = decoder_take(&cme->decoder, cme->bytes, cme->packet.size, &place);
  cme->broken = false;
  cme_begin(cme);
  return status;
}

/* Takes what was begun as the next packet of a stream, and begins another. */
static inline enum pl_status cme_send(struct cme *cme) {
  return cme_send_on(cme, UPDATES);
}
static inline enum pl_status cme_send_snapshot(struct cme *cme) {
  return cme_send_on(cme, SNAPSHOTS);
}

static inline void cme_put_levels(struct cme *cme, uint8_t event,
                                  const struct pl_wire_cme_level *levels, uint8_t count) {
  assert_true(pl_wire_cme_book(&cme->packet, &(struct pl_wire_cme_book){.time_ns = TIME_NS,
                                                                        .event = event,
                                                                        .levels = levels,
                                                                        .level_count = count}));
}

/* One bid in the book of an instrument. */
static inline void cme_put_level(struct cme *cme, uint8_t event, int32_t id, uint32_t number,
                                 char type) {
  const struct pl_wire_cme_level level = {id, number, type, PL_WIRE_CME_NEW, 1, 100 * E9, 2};
  cme_put_levels(cme, event, &level, 1);
}

static inline void cme_put_order(struct cme *cme, uint8_t event, int32_t id, uint64_t order_id,
                                 uint8_t action) {
  const struct pl_wire_cme_order order = {id, order_id, 7, '0', action, 100 * E9, 2};
  assert_true(
      pl_wire_cme_orders(&cme->packet, &(struct pl_wire_cme_orders){TIME_NS, event, &order, 1}));
}

static inline struct pl_wire_cme_definition cme_definition(uint16_t template_id, int32_t id) {
  return (struct pl_wire_cme_definition){.template_id = template_id,
                                         .event = PL_WIRE_CME_END,
                                         .total = 5,
                                         .action = 'A',
                                         .state = 17,
                                         .group = "ES",
                                         .asset = "ES",
                                         .symbol = "ESH4",
                                         .id = id,
                                         .tick_e9 = 25 * E9,
                                         .factor_e9 = E9 / 100,
                                         .size_e9 = 50 * E9,
                                         .strike_e9 = 475000 * E9,
                                         .limit_high_e9 = 500000 * E9,
                                         .limit_low_e9 = 400000 * E9,
                                         .expiry_ns = TIME_NS + 1,
                                         .depth = 10,
                                         .depth_implied = 2};
}

static inline void cme_put_definition(struct cme *cme, int32_t id, int64_t factor_e9) {
  struct pl_wire_cme_definition definition = cme_definition(54, id);
  definition.factor_e9 = factor_e9;
  assert_true(pl_wire_cme_definition(&cme->packet, &definition));
}

/* Appends one message of every template there is, all of them in order. */
static inline void cme_put_all(struct pl_wire_cme *packet) {
  static const struct pl_wire_cme_level levels[] = {
      {ID, 1, '0', PL_WIRE_CME_NEW, 1, 99 * E9, 2},
      {ID, 2, '1', PL_WIRE_CME_NEW, 1, 100 * E9, 3},
      {ID, 3, 'E', PL_WIRE_CME_CHANGE, 2, 98 * E9, 4}};
  static const struct pl_wire_cme_reference references[] = {{71, 1, 2, 1, 0}, {72, 2, 3, 2, 0}};
  static const struct pl_wire_cme_order orders[] = {{ID, 71, 1, '0', 0, 99 * E9, 2},
                                                    {ID, 72, 2, '1', 0, 100 * E9, 3}};
  static const struct pl_wire_cme_trade trade = {ID, 4, 81, 1, 0, 100 * E9, 1};
  static const struct pl_wire_cme_leg legs[] = {{ID, 1, 1}, {ID + 1, 2, 2}};
  static const uint64_t ids[] = {71, 72};
  assert_true(pl_wire_cme_reset(packet, TIME_NS, 0));
  assert_true(pl_wire_cme_heartbeat(packet));
  assert_true(
      pl_wire_cme_status(packet, &(struct pl_wire_cme_status){TIME_NS, "ES", "ES", ID, 0, 17}));
  for (uint32_t i = 0; i < 2; i++) {
    bool long_qty = i == 1;
    assert_true(pl_wire_cme_volume(packet, TIME_NS, 0, ID, 5, 100, long_qty));
    assert_true(pl_wire_cme_book(
        packet, &(struct pl_wire_cme_book){TIME_NS, 0, long_qty, levels, 3, references, 2}));
    assert_true(pl_wire_cme_trades(
        packet, &(struct pl_wire_cme_trades){TIME_NS, 0x80, long_qty, &trade, 1, ids, 2}));
    assert_true(pl_wire_cme_snapshot(
        packet, &(struct pl_wire_cme_snapshot){90, 3, ID, TIME_NS, 17, long_qty, levels, 3}));
  }
  assert_true(pl_wire_cme_orders(packet, &(struct pl_wire_cme_orders){TIME_NS, 0, orders, 2}));
  assert_true(pl_wire_cme_limits(packet, TIME_NS, 0, ID, 6, 200 * E9, E9));
  assert_true(pl_wire_cme_snapshot_orders(
      packet, &(struct pl_wire_cme_snapshot_orders){90, ID, 1, 1, TIME_NS, orders, 2}));
  for (uint16_t id = 54; id <= 56; id++) {
    struct pl_wire_cme_definition definition = cme_definition(id, ID + id - 54);
    definition.legs = legs;
    definition.leg_count = 2;
    assert_true(pl_wire_cme_definition(packet, &definition));
  }
}

#endif
