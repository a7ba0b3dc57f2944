/* Encoder of Nasdaq TotalView-ITCH 5.0 in MoldUDP64 packets (big endian).
 *
 * A packet is a 20-byte header and then messages, each behind its length. The caller owns the
 * bytes:
 *
 *   uint8_t bytes[PL_WIRE_ITCH_PAYLOAD_MAX];
 *   struct pl_wire_itch packet;
 *   pl_wire_itch_begin(&packet, bytes, sizeof bytes, "000010059B", 42);
 *   pl_wire_itch_add(&packet, &add);
 *   size_t size = pl_wire_itch_finish(&packet);
 *
 * Every append function returns true, or false with the packet unchanged when the message would
 * not fit. Prices are as on the wire: ticks of 1e-4. Texts are cut to their field and padded with
 * spaces. */
#ifndef PL_TESTS_VENUE_WIRE_ITCH_H
#define PL_TESTS_VENUE_WIRE_ITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_WIRE_ITCH_PAYLOAD_MAX    1400u
#define PL_WIRE_ITCH_HEADER         20u /* session, sequence, count */
#define PL_WIRE_ITCH_END_OF_SESSION 0xFFFFu

struct pl_wire_itch {
  uint8_t *bytes; /* caller's memory */
  size_t capacity;
  size_t size; /* bytes written, header included */
  uint16_t count;
};

/* What all messages begin with, after their type. */
struct pl_wire_itch_head {
  uint16_t locate, tracking;
  uint64_t time_ns; /* since midnight where the exchange stands; 48 bits reach the wire */
};

struct pl_wire_itch_directory { /* R; what is not named here is zero or space */
  struct pl_wire_itch_head head;
  const char *stock; /* 8 bytes */
  char category, status, authenticity;
  uint32_t round_lot;
};

struct pl_wire_itch_action { /* H */
  struct pl_wire_itch_head head;
  const char *stock;
  char state; /* H halted, P paused, Q quotation only, T trading */
  const char *reason;
};

struct pl_wire_itch_add { /* A; F when it names who stands behind the order */
  struct pl_wire_itch_head head;
  uint64_t ref;
  char side; /* B, S */
  uint32_t shares;
  const char *stock;
  uint32_t price;
  const char *attribution; /* 4 bytes; NULL: none */
};

struct pl_wire_itch_execution { /* E; C when it names a price of its own */
  struct pl_wire_itch_head head;
  uint64_t ref;
  uint32_t shares;
  uint64_t match;
  char printable; /* Y, N; 0: E, without a price */
  uint32_t price;
};

struct pl_wire_itch_replace { /* U */
  struct pl_wire_itch_head head;
  uint64_t ref, new_ref;
  uint32_t shares, price;
};

struct pl_wire_itch_trade { /* P */
  struct pl_wire_itch_head head;
  uint64_t ref;
  char side;
  uint32_t shares;
  const char *stock;
  uint32_t price;
  uint64_t match;
};

struct pl_wire_itch_cross { /* Q */
  struct pl_wire_itch_head head;
  uint64_t shares;
  const char *stock;
  uint32_t price;
  uint64_t match;
  char type; /* O opening, C closing, H after a halt */
};

/* Starts a packet in the caller's memory. False when not even the header fits.
 *   session  10 bytes reach the wire */
bool pl_wire_itch_begin(struct pl_wire_itch *packet, uint8_t *bytes, size_t capacity,
                        const char *session, uint64_t sequence);

/* Writes the count and returns the size of the UDP payload in bytes; without messages the packet is
 * a heartbeat. pl_wire_itch_finish_session says that the session is over instead. */
size_t pl_wire_itch_finish(struct pl_wire_itch *packet);
size_t pl_wire_itch_finish_session(struct pl_wire_itch *packet);

bool pl_wire_itch_directory(struct pl_wire_itch *packet, const struct pl_wire_itch_directory *at);
bool pl_wire_itch_action(struct pl_wire_itch *packet, const struct pl_wire_itch_action *at);
bool pl_wire_itch_add(struct pl_wire_itch *packet, const struct pl_wire_itch_add *at);
bool pl_wire_itch_execution(struct pl_wire_itch *packet, const struct pl_wire_itch_execution *at);
bool pl_wire_itch_replace(struct pl_wire_itch *packet, const struct pl_wire_itch_replace *at);
bool pl_wire_itch_trade(struct pl_wire_itch *packet, const struct pl_wire_itch_trade *at);
bool pl_wire_itch_cross(struct pl_wire_itch *packet, const struct pl_wire_itch_cross *at);

/* X and D: so many shares of an order go, or all that is left of it. */
bool pl_wire_itch_cancel(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t ref, uint32_t shares);
bool pl_wire_itch_delete(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t ref);

/* S, and B: a system event, a broken trade. */
bool pl_wire_itch_system(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         char code);
bool pl_wire_itch_broken(struct pl_wire_itch *packet, const struct pl_wire_itch_head *head,
                         uint64_t match);

/* A message of any type with its head and so many bytes in all, spaces behind the head; of less
 * than 11 bytes the head is cut. 0 bytes: a block of nothing. */
bool pl_wire_itch_blank(struct pl_wire_itch *packet, char type,
                        const struct pl_wire_itch_head *head, size_t bytes);

#endif
