/* A Starbase decoder, packets made for it by the venue's own encoder, and the events they became.
 * Incremental packets follow each other by number; the snapshot channel counts by itself. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_STARBASE_PACKETS_H
#define TESTS_UNIT_DATAPLANE_VENUE_STARBASE_PACKETS_H

#include "dataplane/venue/trail.h"
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_starbase.h"

#include <math.h>

#define INSTRUMENTS 8u
#define TIME_NS     INT64_C(1786000000000000123)
#define E8          INT64_C(100000000)
#define E9          INT64_C(1000000000)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BODY_AT     40u /* packet header and message header */
#define CHANNEL     0u  /* dense indices */
#define RECOVERY    1u

#define PERP   INT64_C(-7000000000000000001) /* ids are any 64 bits */
#define OPTION INT64_C(4294967300)

static const struct pl_star_mark whole = {PL_STAR_WHOLE, TIME_NS};
static const struct pl_star_mark start = {PL_STAR_START, TIME_NS};
static const struct pl_star_mark inside = {PL_STAR_INSIDE, TIME_NS};
static const struct pl_star_mark end = {PL_STAR_END, TIME_NS};

struct stars {
  struct decoder decoder;
  struct pl_star_packet packet;
  uint8_t bytes[9000];
  int64_t seq;          /* of the next incremental message */
  int64_t snapshot_seq; /* of the next on the snapshot channel */
  bool is_whole;        /* the channel was followed from its first message */
};

static inline void stars_open(struct stars *stars) {
  decoder_open(&stars->decoder, "starbase", INSTRUMENTS);
  stars->seq = stars->snapshot_seq = 1;
  stars->is_whole = true;
}

static inline void stars_close(struct stars *stars) {
  decoder_close(&stars->decoder);
}

static inline struct pl_star_packet *stars_begin(struct stars *stars, uint16_t type) {
  bool snapshot = type == PL_STAR_SNAPSHOT;
  const struct pl_star_head head = {TIME_NS, snapshot ? stars->snapshot_seq : stars->seq, 7, type};
  assert_true(pl_wire_starbase_begin(&stars->packet, stars->bytes, sizeof stars->bytes, &head));
  return &stars->packet;
}

static inline struct pl_star_packet *stars_update(struct stars *stars) {
  return stars_begin(stars, PL_STAR_INCREMENTAL);
}

static inline struct pl_star_packet *stars_snapshot(struct stars *stars) {
  return stars_begin(stars, PL_STAR_SNAPSHOT);
}

/* Takes what was begun; broken: something is missing before it. */
static inline enum pl_status stars_take(struct stars *stars, bool broken) {
  size_t size = pl_wire_starbase_finish(&stars->packet);
  bool snapshot = stars->bytes[20] == PL_STAR_SNAPSHOT;
  const struct decoder_place place = {.channel = snapshot ? RECOVERY : CHANNEL,
                                      .home = CHANNEL,
                                      .recovery = snapshot,
                                      .broken = broken,
                                      .whole = !snapshot && stars->is_whole};
  enum pl_status status = decoder_take(&stars->decoder, stars->bytes, size, &place);
  *(snapshot ? &stars->snapshot_seq : &stars->seq) += stars->packet.count;
  return status;
}

static inline void stars_send(struct stars *stars) {
  assert_int_equal(stars_take(stars, false), PL_OK);
}

/* Messages of the incremental channel are lost, and the run is no longer whole. */
static inline void stars_lose(struct stars *stars, int64_t count) {
  stars->seq += count;
  stars->is_whole = false;
}

static inline const struct pl_venue_counters *stars_counters(const struct stars *stars) {
  return pl_venue_find("starbase")->counters(stars->decoder.state);
}

/* A perpetual whose quantities count 1e-3. */
static inline struct pl_star_instrument stars_perpetual(void) {
  return (struct pl_star_instrument){.instrument_id = PERP,
                                     .name = "BTC-PERPETUAL",
                                     .index_id = 3,
                                     .underlying = "",
                                     .quantity_asset = "USD",
                                     .price_asset = "USD",
                                     .expiry_ns = PL_STAR_NULL,
                                     .strike_e9 = PL_STAR_NULL,
                                     .min_quantity = 10,
                                     .tick_e9 = E9 / 2,
                                     .exponent = -3,
                                     .type = 0,
                                     .flags = 5};
}

static inline void stars_define(struct stars *stars) {
  const struct pl_star_instrument perpetual = stars_perpetual();
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &perpetual));
  stars_send(stars);
}

/* One order of the perpetual as a packet and transaction of its own. */
static inline void stars_put(struct stars *stars, int64_t order_id, int64_t quantity,
                             int64_t price) {
  const struct pl_star_put put = {order_id, PERP, quantity, price * E9, order_id * 10, 0};
  assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &put));
  stars_send(stars);
}

/* The event that an order of the perpetual in units of 1e-3 becomes. */
static inline struct pl_event stars_add(int64_t order_id, int64_t quantity, int64_t price,
                                        uint8_t flags) {
  return (struct pl_event){.type = PL_EV_ORDER_ADD,
                           .exch_ns = TIME_NS,
                           .side = PL_BID,
                           .order_id = (uint64_t)order_id,
                           .aux = (uint64_t)order_id * 10,
                           .price_e9 = price * E9,
                           .qty_e8 = quantity * E8 / 1000,
                           .flags = PL_EVF_ORDERS | flags};
}

#endif
