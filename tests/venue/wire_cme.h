/* Encoder of CME MDP 3.0, SBE schema 1, versions 9 to 13 (little endian).
 *
 * A packet is a 12-byte header and then whole messages. The caller owns the bytes:
 *
 *   uint8_t bytes[PL_WIRE_CME_PAYLOAD_MAX];
 *   struct pl_wire_cme packet;
 *   pl_wire_cme_begin(&packet, bytes, sizeof bytes, 13, 42, sending_ns);
 *   pl_wire_cme_book(&packet, &book);
 *   size_t size = packet.size;
 *
 * Every append function returns true, or false with the packet unchanged when the message would
 * not fit. Prices are mantissas of 1e-9, before the instrument's display factor; a quantity of
 * PL_WIRE_CME_QTY_NULL is written as the template's null. */
#ifndef PL_TESTS_VENUE_WIRE_CME_H
#define PL_TESTS_VENUE_WIRE_CME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_WIRE_CME_PAYLOAD_MAX 1420u /* the venue keeps its datagrams below a common MTU */
#define PL_WIRE_CME_PRICE_NULL  INT64_MAX
#define PL_WIRE_CME_QTY_NULL    INT64_MAX
#define PL_WIRE_CME_ID_NULL     INT32_MAX  /* a status without a security */
#define PL_WIRE_CME_TOTAL_NULL  UINT32_MAX /* a definition in the stream of updates */
#define PL_WIRE_CME_END         0x80       /* end-of-event bit */

enum pl_wire_cme_action {
  PL_WIRE_CME_NEW,
  PL_WIRE_CME_CHANGE,
  PL_WIRE_CME_DELETE,
  PL_WIRE_CME_DELETE_THRU,
  PL_WIRE_CME_DELETE_FROM,
  PL_WIRE_CME_OVERLAY
};

struct pl_wire_cme {
  uint8_t *bytes; /* caller's memory */
  size_t capacity;
  size_t size; /* bytes written, packet header included */
  uint16_t version;
};

/* One entry of a book message. type: '0' bid, '1' offer, 'E' and 'F' implied, 'J' reset, 'w', 'x'
 */
struct pl_wire_cme_level {
  int32_t id;
  uint32_t number; /* RptSeq */
  char type;
  uint8_t action, level;
  int64_t price_e9, qty;
};

/* One order behind the levels of a book message. */
struct pl_wire_cme_reference {
  uint64_t order_id, priority;
  int64_t qty;
  uint8_t reference; /* number of the level, from 1 */
  uint8_t action;    /* 0 new, 1 update, 2 delete */
};

struct pl_wire_cme_book {
  uint64_t time_ns;
  uint8_t event; /* MatchEventIndicator */
  bool long_qty; /* template 64 instead of 46 */
  const struct pl_wire_cme_level *levels;
  uint8_t level_count;
  const struct pl_wire_cme_reference *orders;
  uint8_t order_count;
};

struct pl_wire_cme_order {
  int32_t id;
  uint64_t order_id, priority;
  char type;
  uint8_t action;
  int64_t price_e9, qty;
};

struct pl_wire_cme_orders {
  uint64_t time_ns;
  uint8_t event;
  const struct pl_wire_cme_order *orders;
  uint8_t order_count;
};

struct pl_wire_cme_trade {
  int32_t id;
  uint32_t number, trade_id;
  uint8_t aggressor; /* 0 none, 1 buy, 2 sell */
  uint8_t action;
  int64_t price_e9, qty;
};

struct pl_wire_cme_trades {
  uint64_t time_ns;
  uint8_t event;
  bool long_qty; /* template 65 instead of 48 */
  const struct pl_wire_cme_trade *trades;
  uint8_t trade_count;
  const uint64_t *order_ids; /* of the second group */
  uint8_t order_count;
};

struct pl_wire_cme_snapshot {
  uint32_t last_seq, number;
  int32_t id;
  uint64_t time_ns;
  uint8_t state;
  bool long_qty;                          /* template 69 instead of 52 */
  const struct pl_wire_cme_level *levels; /* type, level, price and quantity count */
  uint8_t level_count;
};

struct pl_wire_cme_snapshot_orders {
  uint32_t last_seq;
  int32_t id;
  uint32_t chunks, chunk;
  uint64_t time_ns;
  const struct pl_wire_cme_order *orders;
  uint8_t order_count;
};

struct pl_wire_cme_leg {
  int32_t id;
  uint8_t side; /* 1 buy, 2 sell */
  int8_t ratio;
};

struct pl_wire_cme_definition {
  uint16_t template_id; /* 54, 55, 56 */
  uint8_t event;
  uint32_t total;
  char action; /* A, D, M */
  uint8_t state;
  const char *group, *asset, *symbol;
  int32_t id;
  int64_t tick_e9, factor_e9, size_e9, strike_e9, limit_high_e9, limit_low_e9;
  uint64_t expiry_ns;                 /* 0: no such event */
  uint8_t depth, depth_implied;       /* 0: no such feed */
  const struct pl_wire_cme_leg *legs; /* of a spread */
  uint8_t leg_count;
};

struct pl_wire_cme_status {
  uint64_t time_ns;
  const char *group, *asset;
  int32_t id;
  uint8_t event, state;
};

bool pl_wire_cme_begin(struct pl_wire_cme *packet, uint8_t *bytes, size_t capacity,
                       uint16_t version, uint32_t seq, uint64_t sending_ns);

bool pl_wire_cme_reset(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event);
bool pl_wire_cme_heartbeat(struct pl_wire_cme *packet);
bool pl_wire_cme_status(struct pl_wire_cme *packet, const struct pl_wire_cme_status *status);
bool pl_wire_cme_book(struct pl_wire_cme *packet, const struct pl_wire_cme_book *book);
bool pl_wire_cme_orders(struct pl_wire_cme *packet, const struct pl_wire_cme_orders *orders);
bool pl_wire_cme_trades(struct pl_wire_cme *packet, const struct pl_wire_cme_trades *trades);
bool pl_wire_cme_snapshot(struct pl_wire_cme *packet, const struct pl_wire_cme_snapshot *snapshot);
bool pl_wire_cme_snapshot_orders(struct pl_wire_cme *packet,
                                 const struct pl_wire_cme_snapshot_orders *snapshot);
bool pl_wire_cme_definition(struct pl_wire_cme *packet,
                            const struct pl_wire_cme_definition *definition);

/* pl_wire_cme_limits appends price limits of one instrument (template 50), pl_wire_cme_volume an
 * electronic volume (37, or 66 with long_qty): each takes up one report number. */
bool pl_wire_cme_limits(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event, int32_t id,
                        uint32_t number, int64_t high_e9, int64_t low_e9);
bool pl_wire_cme_volume(struct pl_wire_cme *packet, uint64_t time_ns, uint8_t event, int32_t id,
                        uint32_t number, int64_t qty, bool long_qty);

/* pl_wire_cme_raw appends a message of any template whose body, block and groups, is given.
 *   block_bytes  what the header says; body [body_bytes] */
bool pl_wire_cme_raw(struct pl_wire_cme *packet, uint16_t template_id, uint16_t schema_id,
                     uint16_t block_bytes, const uint8_t *body, size_t body_bytes);

#endif
