/* A DEEP decoder, packets made for it by the venue's own encoder, and the events they became. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_DEEP_PACKETS_H
#define TESTS_UNIT_DATAPLANE_VENUE_DEEP_PACKETS_H

#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_deep.h"

#define INSTRUMENTS 8u
#define TIME_NS     UINT64_C(1493132712935984712)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FIRST_AT    (PL_WIRE_DEEP_HEAD + PL_WIRE_DEEP_LENGTH) /* of the first message */

struct deep {
  struct decoder decoder;
  struct decoder_place place; /* of the next packet */
  struct pl_wire_deep packet;
  uint8_t bytes[9000];
  uint64_t seq;
};

static inline void deep_begin(struct deep *deep) {
  const struct pl_wire_deep_head head = {1, 7, 1000, deep->seq, TIME_NS};
  assert_true(pl_wire_deep_begin(&deep->packet, deep->bytes, sizeof deep->bytes, &head));
}

static inline void deep_open(struct deep *deep) {
  memset(deep, 0, sizeof *deep);
  decoder_open(&deep->decoder, "deep", INSTRUMENTS);
  deep->seq = 1;
  deep_begin(deep);
}

/* Takes what was begun as the next packet, and begins another. */
static inline enum pl_status deep_send(struct deep *deep) {
  size_t size = pl_wire_deep_finish(&deep->packet);
  enum pl_status status = decoder_take(&deep->decoder, deep->bytes, size, &deep->place);
  deep->seq += deep->packet.messages;
  deep_begin(deep);
  return status;
}

/* The venue's id of a symbol: its eight bytes as they lie. */
static inline uint64_t deep_id(const char *symbol) {
  uint8_t padded[8];
  uint64_t id;
  memset(padded, ' ', sizeof padded);
  memcpy(padded, symbol, strlen(symbol));
  memcpy(&id, padded, sizeof id);
  return id;
}

static inline void deep_level(struct deep *deep, char side, const char *symbol, uint32_t size,
                              int64_t price_e4, uint8_t flags) {
  const struct pl_wire_deep_level level = {{flags, TIME_NS, symbol}, size, price_e4};
  assert_true(pl_wire_deep_level(&deep->packet, side, &level));
}

static inline void deep_trade(struct deep *deep, const char *symbol) {
  const struct pl_wire_deep_trade trade = {{0x20, TIME_NS, symbol}, 50, 990550, 429974};
  assert_true(pl_wire_deep_trade(&deep->packet, &trade));
}

static inline void deep_status(struct deep *deep, const char *symbol, char code) {
  const struct pl_wire_deep_about about = {(uint8_t)code, TIME_NS, symbol};
  assert_true(pl_wire_deep_status(&deep->packet, &about, ""));
}

static inline void deep_halt(struct deep *deep, const char *symbol, char code) {
  const struct pl_wire_deep_about about = {(uint8_t)code, TIME_NS, symbol};
  assert_true(pl_wire_deep_halt(&deep->packet, &about));
}

/* The last packet's events by type and end: upper case ends its instrument's event. I instrument,
 * C book clear, L level, T trade, S status. */
static inline void deep_expect_shape(const struct deep *deep, const char *expected) {
  static const char letters[PL_EV_TYPE_COUNT] = {[PL_EV_INSTRUMENT] = 'i',
                                                 [PL_EV_BOOK_CLEAR] = 'c',
                                                 [PL_EV_LEVEL_SET] = 'l',
                                                 [PL_EV_TRADE] = 't',
                                                 [PL_EV_STATUS] = 's'};
  char shape[PL_FRAME_EVENTS_MAX + 1];
  uint32_t count = deep->decoder.count;
  for (uint32_t i = 0; i < count; i++) {
    const struct pl_event *event = &deep->decoder.events[i];
    bool ends = (event->flags & PL_EVF_EVENT_END) != 0;
    shape[i] = (char)(letters[event->type] - (ends ? 'a' - 'A' : 0));
    assert_int_equal((event->flags & PL_EVF_FRAME_END) != 0, i == count - 1);
    assert_int_equal((event->flags & PL_EVF_MESSAGE_END) != 0, event->type == PL_EV_LEVEL_SET);
  }
  shape[count] = '\0';
  assert_string_equal(shape, expected);
}

/* Makes symbols known to the directory, so that later packets show what they are about alone. */
static inline void deep_know(struct deep *deep, const char *const *symbols, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) deep_status(deep, symbols[i], 'T');
  assert_int_equal(deep_send(deep), PL_OK);
}

#endif
