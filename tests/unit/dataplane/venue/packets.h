/* A Deribit decoder, packets made for it by the venue's own encoder, and the events they became. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_PACKETS_H
#define TESTS_UNIT_DATAPLANE_VENUE_PACKETS_H

#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_deribit.h"

#include <math.h>

#define INSTRUMENTS 8u
#define TIME_MS     UINT64_C(1700000000123)
#define TIME_NS     (TIME_MS * 1000000u)
#define E8          INT64_C(100000000)
#define E9          INT64_C(1000000000)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BODY_AT     20u /* frame header and message header */

struct packets {
  struct decoder decoder;
  struct pl_wire_packet packet;
  uint8_t bytes[9000];
};

static inline void packets_open(struct packets *packets) {
  decoder_open(&packets->decoder, "deribit", INSTRUMENTS);
}

static inline void packets_close(struct packets *packets) {
  decoder_close(&packets->decoder);
}

static inline void packets_begin(struct packets *packets) {
  assert_true(pl_wire_deribit_begin(&packets->packet, packets->bytes, sizeof packets->bytes, 7, 1));
}

/* Channels are dense indices; a snapshot channel has another home. */
static inline enum pl_status packets_take(struct packets *packets, const uint8_t *bytes,
                                          size_t size, uint32_t channel, uint32_t home,
                                          bool continuous) {
  const struct decoder_place place = {
      .channel = channel, .home = home, .recovery = channel != home, .broken = !continuous};
  return decoder_take(&packets->decoder, bytes, size, &place);
}

/* Takes what was begun, as the next packet of an incremental channel. */
static inline enum pl_status packets_send(struct packets *packets) {
  size_t size = pl_wire_deribit_finish(&packets->packet);
  return packets_take(packets, packets->bytes, size, 0, 0, true);
}

/* Takes what was begun, as the next packet of a snapshot channel. */
static inline enum pl_status packets_send_snapshot(struct packets *packets, bool continuous) {
  size_t size = pl_wire_deribit_finish(&packets->packet);
  return packets_take(packets, packets->bytes, size, 1, 0, continuous);
}

/* Appends one message of every template there is, whose fields all have different values. */
static inline void packets_put_all(struct pl_wire_packet *packet) {
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, PL_WIRE_NEW, 99.5, 2},
                                                {PL_WIRE_ASK, PL_WIRE_CHANGED, 100.5, 3}};
  static const struct pl_wire_trade trade = {
      .price = 5, .amount = 6, .timestamp_ms = TIME_MS, .liquidation = 2};
  static const struct pl_wire_tick_step step = {0.005, 0.0005};
  static const struct pl_wire_leg legs[] = {{11, 1}, {12, -2}};
  const struct pl_wire_instrument instrument = {.instrument_id = 11,
                                                .state = 1,
                                                .type = 1,
                                                .tick_steps = &step,
                                                .tick_step_count = 1,
                                                .name = "AB-C"};
  assert_true(pl_wire_deribit_instrument(packet, &instrument));
  assert_true(pl_wire_deribit_instrument_v2(packet, &instrument));
  assert_true(
      pl_wire_deribit_book(packet, &(struct pl_wire_book){11, TIME_MS, 1, 2, 1, levels, 2}));
  assert_true(pl_wire_deribit_trades(packet, &(struct pl_wire_trades){11, &trade, 1}));
  assert_true(pl_wire_deribit_ticker(
      packet, &(struct pl_wire_ticker){.instrument_id = 11, .timestamp_ms = TIME_MS}));
  assert_true(pl_wire_deribit_snapshot_start(packet, 9));
  assert_true(pl_wire_deribit_snapshot(
      packet, &(struct pl_wire_snapshot){11, TIME_MS, 2, 1, 1, levels, 2}));
  assert_true(pl_wire_deribit_snapshot_end(packet));
  assert_true(pl_wire_deribit_combo_legs(packet, 12, legs, 2));
  assert_true(pl_wire_deribit_price_index(packet, "btc_usd", 50000, TIME_MS));
  assert_true(pl_wire_deribit_rfq(packet, &(struct pl_wire_rfq){11, 1, 0, 4, TIME_MS}));
}

#endif
