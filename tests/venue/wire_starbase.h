/* Encoder of Deribit Starbase market data, SBE schema 2102 version 1 (little endian), in the layout
 * of before and of after 7 August 2026.
 *
 *   uint8_t bytes[PL_STAR_PAYLOAD_MAX];
 *   struct pl_star_packet packet;
 *   pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &(struct pl_star_head){...});
 *   pl_wire_starbase_put(&packet, &mark, &put);
 *   size_t size = pl_wire_starbase_finish(&packet);
 *
 * Each append function writes the message header from `mark`, the body and zero padding to 8 bytes,
 * and returns true; false with the packet unchanged when it would not fit. Prices are multiples of
 * 1e-9, quantities mantissas in the instrument's own unit. */
#ifndef PL_TESTS_VENUE_WIRE_STARBASE_H
#define PL_TESTS_VENUE_WIRE_STARBASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_STAR_PAYLOAD_MAX    1400u
#define PL_STAR_PACKET_HEADER  24u
#define PL_STAR_MESSAGE_HEADER 16u
#define PL_STAR_NULL           INT64_MIN /* of optional integers and prices */

enum pl_star_type {
  PL_STAR_REJECT = 0,
  PL_STAR_INCREMENTAL = 1,
  PL_STAR_SNAPSHOT = 2,
  PL_STAR_REQUEST = 4,
  PL_STAR_REPLY = 5
};
enum pl_star_flag { PL_STAR_INSIDE = 0, PL_STAR_START = 1, PL_STAR_END = 2, PL_STAR_WHOLE = 3 };
enum pl_star_side { PL_STAR_BID = 0, PL_STAR_ASK = 1 };

struct pl_star_packet {
  uint8_t *bytes; /* caller's memory */
  size_t capacity;
  size_t size; /* bytes written, packet header included */
  uint16_t count;
};

struct pl_star_head {
  int64_t sending_ns, seq;
  int32_t channel_id;
  uint16_t type; /* enum pl_star_type */
};

/* What every message says of itself. */
struct pl_star_mark {
  uint16_t flags; /* enum pl_star_flag */
  int64_t transact_ns;
};

struct pl_star_tick {
  int64_t tick_e9, threshold_e9;
};

struct pl_star_leg {
  int64_t instrument_id;
  int8_t ratio;
};

struct pl_star_instrument {
  int64_t instrument_id;
  const char *name; /* at most 128 bytes, zero filled; the next three likewise */
  int64_t index_id;
  const char *underlying;     /* 64 */
  const char *quantity_asset; /* 8 */
  const char *price_asset;    /* 8 */
  int64_t expiry_ns, strike_e9, min_quantity, tick_e9;
  int8_t exponent, type;
  uint8_t flags;
  int8_t status;
  const struct pl_star_tick *ticks;
  uint16_t tick_count;
  uint16_t tick_bytes; /* a group entry's length; 0: 16 */
  const struct pl_star_leg *legs;
  uint16_t leg_count;
  uint16_t leg_bytes; /* 0: 9 */
};

struct pl_star_put {
  int64_t order_id, instrument_id, quantity, price_e9, sort_order_id;
  uint8_t side; /* enum pl_star_side */
};

struct pl_star_summary {
  int64_t instrument_id, taker_order_id, filled, deepest_e9, mark_e9, index_e9;
  int32_t trade_count;
  uint32_t taker_flags;
};

struct pl_star_trade {
  int64_t match_id, instrument_id, maker_order_id, quantity, price_e9;
  uint32_t maker_flags;
};

struct pl_star_block_trade {
  int64_t match_id, instrument_id, block_trade_id, block_rfq_id, quantity, price_e9, mark_e9,
      index_e9;
  double implied_volatility;
  uint32_t taker_flags;
  uint16_t leg_count;
};

struct pl_star_info {
  int64_t instrument_id, min_sell_e9, max_buy_e9, index_e9, mark_e9;
};

struct pl_star_ref {
  int64_t instrument_id;
  double funding, funding_8h;
  int64_t estimated_delivery_e9, delivery_e9, settlement_e9;
  double open_interest;
};

/* Starts a packet in the caller's memory. False when not even its header fits. */
bool pl_wire_starbase_begin(struct pl_star_packet *packet, uint8_t *bytes, size_t capacity,
                            const struct pl_star_head *head);

/* Writes messageCount and returns the size of the UDP payload in bytes. */
size_t pl_wire_starbase_finish(struct pl_star_packet *packet);

/* A message of any template with a body of the caller's, [size] bytes: for what the layout does not
 * know. */
bool pl_wire_starbase_raw(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          uint16_t template_id, const uint8_t *body, size_t size);

/* Templates 10, 11, 12. */
bool pl_wire_starbase_instrument(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                 const struct pl_star_instrument *instrument);
bool pl_wire_starbase_index_definition(struct pl_star_packet *packet,
                                       const struct pl_star_mark *mark, int64_t index_id,
                                       const char *name);
bool pl_wire_starbase_index(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                            int64_t index_id, int64_t price_e9);

/* Templates 14 and 15. old: as before 7 August 2026, where 14 has the index price and 15 no open
 * interest. */
bool pl_wire_starbase_info(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                           const struct pl_star_info *info, bool old);
bool pl_wire_starbase_ref(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          const struct pl_star_ref *ref, bool old);

/* Template 16. */
bool pl_wire_starbase_status(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t instrument_id, int8_t status);

/* Templates 20 and 21; 22 and 23; 24 and 25. */
bool pl_wire_starbase_put(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                          const struct pl_star_put *put);
bool pl_wire_starbase_reduced(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              enum pl_star_side side, int64_t order_id, int64_t instrument_id,
                              int64_t quantity);
bool pl_wire_starbase_delete(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             enum pl_star_side side, int64_t order_id, int64_t instrument_id);

/* Templates 30, 31, 33. */
bool pl_wire_starbase_summary(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              const struct pl_star_summary *summary);
bool pl_wire_starbase_trade(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                            const struct pl_star_trade *trade);
bool pl_wire_starbase_block_trade(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                  const struct pl_star_block_trade *trade);

/* Templates 100 and 101: both name the last incremental message that the snapshot holds. */
bool pl_wire_starbase_header(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t instrument_id, int64_t timestamp_ns, int64_t seq);
bool pl_wire_starbase_trailer(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              int64_t instrument_id, int64_t timestamp_ns, int64_t seq);

/* Template 119. */
bool pl_wire_starbase_end_of_cycle(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                                   int32_t active_count);

/* Templates 200 and 202, of the retransmit service. */
bool pl_wire_starbase_request(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                              int64_t begin_seq, uint8_t count);
bool pl_wire_starbase_reject(struct pl_star_packet *packet, const struct pl_star_mark *mark,
                             int64_t retry_delay_ns, const char *details, int8_t reason);

#endif
