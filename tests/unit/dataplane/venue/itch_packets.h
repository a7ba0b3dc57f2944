/* An ITCH decoder, packets made for it by the venue's own encoder, and the events they became. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_ITCH_PACKETS_H
#define TESTS_UNIT_DATAPLANE_VENUE_ITCH_PACKETS_H

#include "dataplane/venue/itch.h"
#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_itch.h"

#define INSTRUMENTS 8u
#define SESSION     "000010059B"
#define HOUR_NS     UINT64_C(3600000000000)
#define DAY_NS      (24 * HOUR_NS)
/* RECV_NS is 22:13:20 UTC, 17:13:20 in New York: 62,000 s after a midnight that was 5 h UTC. */
#define TIME_NS     UINT64_C(62000000000055)
#define MIDNIGHT_NS (RECV_NS - TIME_NS)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HEAD(at)    ((struct pl_wire_itch_head){(at), 1, TIME_NS})
#define ORDER_END   (PL_EVF_ORDERS | PL_EVF_MESSAGE_END | PL_EVF_EVENT_END)
#define TICK_E9     INT64_C(100000)

struct packets {
  struct decoder decoder;
  struct decoder_place place;
  struct pl_wire_itch wire;
  uint8_t bytes[9000];
};

static inline void packets_begin(struct packets *packets, const char *session) {
  assert_true(
      pl_wire_itch_begin(&packets->wire, packets->bytes, sizeof packets->bytes, session, 1));
}

static inline void packets_open(struct packets *packets, uint32_t instruments) {
  packets->place = (struct decoder_place){.whole = false};
  decoder_open(&packets->decoder, "itch", instruments);
  packets_begin(packets, SESSION);
}

static inline void packets_close(struct packets *packets) {
  decoder_close(&packets->decoder);
}

/* Takes what was begun and begins the next packet of the same session. */
static inline enum pl_status packets_send(struct packets *packets) {
  size_t size = pl_wire_itch_finish(&packets->wire);
  enum pl_status status = decoder_take(&packets->decoder, packets->bytes, size, &packets->place);
  char session[11] = {0};
  memcpy(session, packets->bytes, 10);
  packets_begin(packets, session);
  return status;
}

static inline void packets_put_stock(struct packets *packets, uint16_t locate, const char *stock) {
  assert_true(pl_wire_itch_directory(
      &packets->wire, &(struct pl_wire_itch_directory){HEAD(locate), stock, 'Q', 'N', 'P', 100}));
}

static inline void packets_put_add(struct packets *packets, uint16_t locate, uint64_t ref,
                                   const char *stock) {
  assert_true(
      pl_wire_itch_add(&packets->wire, &(struct pl_wire_itch_add){HEAD(locate), ref, 'B', 100,
                                                                  stock, 1000000, NULL}));
}

/* Names a stock and lets its events go by, so that what follows makes its own events only. */
static inline void packets_name(struct packets *packets, uint16_t locate, const char *stock) {
  packets_put_stock(packets, locate, stock);
  assert_int_equal(packets_send(packets), PL_OK);
}

/* One message of every type that there is. */
static inline void packets_put_all(struct packets *packets) {
  static const struct {
    char type;
    uint8_t bytes;
  } skipped[] = {{'S', 12}, {'Y', 20}, {'L', 26}, {'V', 35}, {'W', 12}, {'K', 28},
                 {'J', 35}, {'h', 21}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
  struct pl_wire_itch *wire = &packets->wire;
  const struct pl_wire_itch_head head = HEAD(1);
  packets_put_stock(packets, 1, "AAPL");
  assert_true(pl_wire_itch_action(wire, &(struct pl_wire_itch_action){head, "AAPL", 'T', ""}));
  packets_put_add(packets, 1, 10, "AAPL");
  assert_true(pl_wire_itch_add(
      wire, &(struct pl_wire_itch_add){head, 11, 'S', 300, "AAPL", 1000100, "MPID"}));
  assert_true(
      pl_wire_itch_execution(wire, &(struct pl_wire_itch_execution){head, 10, 10, 5, 0, 0}));
  assert_true(
      pl_wire_itch_execution(wire, &(struct pl_wire_itch_execution){head, 10, 10, 6, 'Y', 999900}));
  assert_true(pl_wire_itch_cancel(wire, &head, 10, 10));
  assert_true(pl_wire_itch_replace(wire, &(struct pl_wire_itch_replace){head, 10, 12, 50, 1}));
  assert_true(pl_wire_itch_delete(wire, &head, 12));
  assert_true(
      pl_wire_itch_trade(wire, &(struct pl_wire_itch_trade){head, 0, 'B', 5, "AAPL", 1000000, 7}));
  assert_true(
      pl_wire_itch_cross(wire, &(struct pl_wire_itch_cross){head, 5, "AAPL", 1000000, 8, 'O'}));
  for (uint32_t i = 0; i < COUNT(skipped); i++)
    assert_true(pl_wire_itch_blank(wire, skipped[i].type, &head, skipped[i].bytes));
}

#endif
