/* Encoder of IEX DEEP 1.0 over IEX-TP 1 (little endian), every message of the specification.
 *
 * A packet is a 40-byte header and then [u16 length][message] blocks. The caller owns the bytes:
 *
 *   uint8_t bytes[PL_WIRE_DEEP_PAYLOAD_MAX];
 *   struct pl_wire_deep packet;
 *   pl_wire_deep_begin(&packet, bytes, sizeof bytes, &head);
 *   pl_wire_deep_level(&packet, 'B', &level);
 *   size_t size = pl_wire_deep_finish(&packet);
 *
 * Every append function returns true, or false with the packet unchanged when the message would not
 * fit. Prices are in 1e-4, times in ns since the epoch, symbols text of at most 8 bytes. */
#ifndef PL_TESTS_VENUE_WIRE_DEEP_H
#define PL_TESTS_VENUE_WIRE_DEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_WIRE_DEEP_PAYLOAD_MAX 1448u /* the largest that a capture of the feed shows */
#define PL_WIRE_DEEP_HEAD        40u
#define PL_WIRE_DEEP_LENGTH      2u /* before each message */

struct pl_wire_deep {
  uint8_t *bytes;
  size_t capacity, size;
  uint32_t messages;
};

struct pl_wire_deep_head {
  uint32_t channel_id, session;
  uint64_t stream_offset; /* bytes of payload before this packet */
  uint64_t first_seq;     /* of the first message, or of the next to come */
  uint64_t send_ns;
};

/* What nearly every message says. The code is the byte behind the type: flags, a status, a kind. */
struct pl_wire_deep_about {
  uint8_t code;
  uint64_t time_ns;
  const char *symbol;
};

struct pl_wire_deep_level {
  struct pl_wire_deep_about about; /* code: event flags, bit 0: the transition is complete */
  uint32_t size;                   /* 0 removes the level */
  int64_t price_e4;
};

struct pl_wire_deep_trade {
  struct pl_wire_deep_about about; /* code: sale condition flags */
  uint32_t size;
  int64_t price_e4;
  uint64_t trade_id;
};

struct pl_wire_deep_auction {
  struct pl_wire_deep_about about; /* code: auction type */
  uint32_t paired, imbalance;
  uint8_t imbalance_side, extensions;
  uint32_t scheduled_s;
  /* reference, indicative clearing, auction book clearing, collar reference, lower, upper */
  int64_t prices_e4[6];
};

/* Starts a packet in the caller's memory, kept until finish. Returns false when not even the header
 * fits. */
bool pl_wire_deep_begin(struct pl_wire_deep *packet, uint8_t *bytes, size_t capacity,
                        const struct pl_wire_deep_head *head);

/* Writes payload length and message count; returns the size of the UDP payload in bytes. */
size_t pl_wire_deep_finish(struct pl_wire_deep *packet);

/* Any bytes as a message: types to come, longer ones, none at all (size 0). */
bool pl_wire_deep_raw(struct pl_wire_deep *packet, const uint8_t *message, size_t size);

bool pl_wire_deep_system_event(struct pl_wire_deep *packet, char code, uint64_t time_ns);
bool pl_wire_deep_directory(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                            uint32_t round_lot, int64_t poc_price_e4, uint8_t luld_tier);
bool pl_wire_deep_status(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                         const char *reason);
bool pl_wire_deep_retail(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about);
bool pl_wire_deep_halt(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about);
bool pl_wire_deep_short_sale(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                             char detail);
bool pl_wire_deep_security_event(struct pl_wire_deep *packet,
                                 const struct pl_wire_deep_about *about);
/* side: 'B' buy, 'S' sell */
bool pl_wire_deep_level(struct pl_wire_deep *packet, char side,
                        const struct pl_wire_deep_level *level);
bool pl_wire_deep_trade(struct pl_wire_deep *packet, const struct pl_wire_deep_trade *trade);
bool pl_wire_deep_break(struct pl_wire_deep *packet, const struct pl_wire_deep_trade *trade);
bool pl_wire_deep_official(struct pl_wire_deep *packet, const struct pl_wire_deep_about *about,
                           int64_t price_e4);
bool pl_wire_deep_auction(struct pl_wire_deep *packet, const struct pl_wire_deep_auction *auction);

/* One of each, in the order above, about the same symbol: what tests and seeds of every type need.
 */
bool pl_wire_deep_each(struct pl_wire_deep *packet, const char *symbol, uint64_t time_ns);

#endif
