/* Encoder of the Deribit multicast feed, SBE schema 1, layout v1.6 (little endian).
 *
 * A packet is an 8-byte frame header and then whole messages. The caller owns the bytes:
 *
 *   uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
 *   struct pl_wire_packet packet;
 *   pl_wire_deribit_begin(&packet, bytes, sizeof bytes, 1, 42);
 *   pl_wire_deribit_book(&packet, &book);
 *   size_t size = pl_wire_deribit_finish(&packet);
 *
 * Every append function returns true, or false with the packet unchanged when the message would
 * not fit (or breaks a limit of the format named at the function). Prices and amounts are doubles
 * as on the wire; a NaN of any kind is written as the venue's null, all bits set. */
#ifndef PL_TESTS_VENUE_WIRE_DERIBIT_H
#define PL_TESTS_VENUE_WIRE_DERIBIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_WIRE_PAYLOAD_MAX     1458u /* the venue keeps a whole Ethernet frame below 1500 bytes */
#define PL_WIRE_FRAME_HEADER    8u    /* packetLength, channelId, sequenceNumber */
#define PL_WIRE_MESSAGE_HEADER  12u   /* SBE header with the two counts the venue adds */
#define PL_WIRE_GROUP_HEADER    8u    /* blockLength, numInGroup, numGroups, numVarData */
#define PL_WIRE_SNAPSHOT_LEVELS 51u   /* levels the venue puts in one snapshot part */

enum pl_wire_template {
  PL_WIRE_INSTRUMENT = 1000,
  PL_WIRE_BOOK = 1001,
  PL_WIRE_TRADES = 1002,
  PL_WIRE_TICKER = 1003,
  PL_WIRE_SNAPSHOT = 1004,
  PL_WIRE_SNAPSHOT_START = 1005,
  PL_WIRE_SNAPSHOT_END = 1006,
  PL_WIRE_COMBO_LEGS = 1007,
  PL_WIRE_PRICE_INDEX = 1008,
  PL_WIRE_RFQ = 1009,
  PL_WIRE_INSTRUMENT_V2 = 1010,
};

enum pl_wire_side { PL_WIRE_ASK = 0, PL_WIRE_BID = 1 };
enum pl_wire_change { PL_WIRE_NEW = 0, PL_WIRE_CHANGED = 1, PL_WIRE_DELETED = 2 };
enum pl_wire_direction { PL_WIRE_BUY = 0, PL_WIRE_SELL = 1 };
enum pl_wire_liquidation {
  PL_WIRE_LIQUIDATION_NONE = 0,
  PL_WIRE_LIQUIDATION_MAKER = 1,
  PL_WIRE_LIQUIDATION_TAKER = 2,
  PL_WIRE_LIQUIDATION_BOTH = 3,
};
enum pl_wire_state { PL_WIRE_CREATED = 0, PL_WIRE_OPEN = 1, PL_WIRE_CLOSED = 2 };
enum pl_wire_kind { PL_WIRE_FUTURE = 0, PL_WIRE_OPTION = 1, PL_WIRE_FUTURE_COMBO = 2 };
enum pl_wire_type { PL_WIRE_REVERSED = 1, PL_WIRE_LINEAR = 2 };

struct pl_wire_packet {
  uint8_t *bytes; /* caller's memory */
  size_t capacity;
  size_t size; /* bytes written, frame header included */
};

struct pl_wire_level {
  uint8_t side;   /* enum pl_wire_side */
  uint8_t change; /* enum pl_wire_change; not on the wire in a snapshot */
  double price;
  double amount;
};

struct pl_wire_book {
  uint32_t instrument_id;
  uint64_t timestamp_ms;
  uint64_t prev_change_id;
  uint64_t change_id;
  uint8_t is_last; /* 0: the event goes on in the next book message of this instrument */
  const struct pl_wire_level *levels;
  uint16_t level_count;
};

struct pl_wire_snapshot {
  uint32_t instrument_id;
  uint64_t timestamp_ms;
  uint64_t change_id;
  uint8_t is_book_complete; /* 0: depth limited */
  uint8_t is_last_in_book;  /* 0: more parts follow */
  const struct pl_wire_level *levels;
  uint16_t level_count;
};

struct pl_wire_trade {
  uint8_t direction; /* enum pl_wire_direction, of the taker */
  double price;
  double amount;
  uint64_t timestamp_ms;
  double mark_price;
  double index_price;
  uint64_t trade_seq;      /* per instrument */
  uint64_t trade_id;       /* per venue */
  uint8_t tick_direction;  /* 0 plus, 1 zero-plus, 2 minus, 3 zero-minus */
  uint8_t liquidation;     /* enum pl_wire_liquidation */
  double iv;               /* percent; NaN when not an option */
  uint64_t block_trade_id; /* 0: none */
  uint64_t combo_trade_id; /* 0: none */
};

struct pl_wire_trades {
  uint32_t instrument_id;
  const struct pl_wire_trade *trades;
  uint16_t trade_count;
};

struct pl_wire_ticker {
  uint32_t instrument_id;
  uint8_t state; /* enum pl_wire_state */
  uint64_t timestamp_ms;
  double open_interest;
  double min_sell_price;
  double max_buy_price;
  double last_price;
  double index_price;
  double mark_price;
  double best_bid_price; /* 0.0 when the side is empty */
  double best_bid_amount;
  double best_ask_price;
  double best_ask_amount;
  double current_funding; /* fraction; NaN when not a perpetual */
  double funding_8h;
  double estimated_delivery_price;
  double delivery_price;
  double settlement_price;
};

struct pl_wire_tick_step {
  double above_price;
  double tick_size;
};

struct pl_wire_instrument { /* both 1000 and 1010 are written from it */
  uint32_t instrument_id;
  uint8_t state;       /* enum pl_wire_state */
  uint8_t kind;        /* enum pl_wire_kind */
  uint8_t type;        /* enum pl_wire_type */
  uint8_t option_type; /* 0 not an option, 1 call, 2 put */
  uint8_t rfq;         /* 1000 only */
  uint8_t settlement_period;
  uint16_t settlement_period_count;
  const char *base_currency; /* each currency: at most 8 bytes reach the wire, zero filled */
  const char *quote_currency;
  const char *counter_currency;
  const char *settlement_currency;
  const char *size_currency;
  uint64_t creation_ms;
  uint64_t expiration_ms;
  double strike; /* NaN when not an option */
  double contract_size;
  double min_trade_amount;
  double tick_size;
  double maker_fee;
  double taker_fee;
  double block_fee;
  double max_liquidation_fee;
  double max_leverage;
  const struct pl_wire_tick_step *tick_steps; /* 1010 only */
  uint16_t tick_step_count;
  const char *name; /* at most 255 bytes */
};

struct pl_wire_leg {
  uint32_t instrument_id;
  int32_t size; /* negative: sold when the combo is bought */
};

struct pl_wire_rfq {
  uint32_t instrument_id;
  uint8_t state; /* 1 open, 0 closed */
  uint8_t side;  /* enum pl_wire_direction */
  double amount;
  uint64_t timestamp_ms;
};

/* The null of the wire's optional doubles: a NaN with all 64 bits set. */
double pl_wire_deribit_null(void);

/* Starts a packet in the caller's memory.
 *   bytes, capacity  caller's, kept until finish; only the first `capacity` bytes are touched
 *   channel          N for the incremental feed, 100 + N for snapshots
 *   sequence         +1 per packet of a channel, wraps at 2^32
 * Returns false when not even the frame header fits. */
bool pl_wire_deribit_begin(struct pl_wire_packet *packet, uint8_t *bytes, size_t capacity,
                           uint16_t channel, uint32_t sequence);

/* Writes packetLength and returns the size of the UDP payload in bytes. */
size_t pl_wire_deribit_finish(struct pl_wire_packet *packet);

/* Book changes, template 1001. Prices and amounts as given; a deleted level has amount 0. */
bool pl_wire_deribit_book(struct pl_wire_packet *packet, const struct pl_wire_book *book);

/* Trades of one instrument, template 1002. */
bool pl_wire_deribit_trades(struct pl_wire_packet *packet, const struct pl_wire_trades *trades);

/* Ticker, template 1003. */
bool pl_wire_deribit_ticker(struct pl_wire_packet *packet, const struct pl_wire_ticker *ticker);

/* One part of a book snapshot, template 1004. */
bool pl_wire_deribit_snapshot(struct pl_wire_packet *packet,
                              const struct pl_wire_snapshot *snapshot);

/* Begin of a snapshot cycle, template 1005. delay_ms: the pause the venue announces. */
bool pl_wire_deribit_snapshot_start(struct pl_wire_packet *packet, uint32_t delay_ms);

/* End of a snapshot cycle, template 1006 (no fields). */
bool pl_wire_deribit_snapshot_end(struct pl_wire_packet *packet);

/* Instrument definition, template 1000 (version 2). False also for a name above 255 bytes. */
bool pl_wire_deribit_instrument(struct pl_wire_packet *packet,
                                const struct pl_wire_instrument *instrument);

/* Instrument definition with tick steps, template 1010 (version 3). Same errors as 1000. */
bool pl_wire_deribit_instrument_v2(struct pl_wire_packet *packet,
                                   const struct pl_wire_instrument *instrument);

/* Legs of a combo, template 1007. legs [leg_count]. */
bool pl_wire_deribit_combo_legs(struct pl_wire_packet *packet, uint32_t instrument_id,
                                const struct pl_wire_leg *legs, uint16_t leg_count);

/* Index price, template 1008. index_name: at most 16 bytes reach the wire, zero filled. */
bool pl_wire_deribit_price_index(struct pl_wire_packet *packet, const char *index_name,
                                 double price, uint64_t timestamp_ms);

/* Request for quote, template 1009. */
bool pl_wire_deribit_rfq(struct pl_wire_packet *packet, const struct pl_wire_rfq *rfq);

#endif
