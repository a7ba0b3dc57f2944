/* The state of the CME decoder, and what its parts (books, snapshots, reference data) share. */
#ifndef DATAPLANE_VENUE_CME_DECODER_H
#define DATAPLANE_VENUE_CME_DECODER_H

#include "dataplane/venue/cme_wire.h"
#include "dataplane/venue/trail.h"
#include "dataplane/venue/writer.h"

#include <stdalign.h>

#define PL_CME_DEPTH         10 /* levels of the real and the implied book until the definition */
#define PL_CME_DEPTH_IMPLIED 2

/* What is known of an instrument's run of report sequence numbers. */
enum pl_cme_chain {
  PL_CME_CHAIN_UNKNOWN,
  PL_CME_CHAIN_EMPTY, /* its books are known to be empty, no number came since */
  PL_CME_CHAIN_FOLLOWED,
};

/* One instrument, by dense index. One cache line. */
struct pl_cme_instrument {
  alignas(PL_CACHE_LINE_BYTES) uint32_t number; /* RptSeq seen last */
  uint32_t level_last[2]; /* number of the last level of the real and the implied book, as far back
                             as no number is missing; else the one before the run */
  uint32_t anchor_seq;    /* packet that the adopted snapshot of orders is exact as of */
  uint8_t chain;          /* enum pl_cme_chain */
  bool anchored;          /* anchor_seq holds */
  bool implied;           /* it was seen to have an implied book */
  uint8_t depths[2];      /* of the real and the implied book; 0: not told */
  bool booked;            /* prices of it were told */
  uint8_t factor_shift;   /* price = (raw + factor_half) * factor_magic >> 64 >> factor_shift */
  uint64_t factor_magic;  /* 0: factor_e9 is 1, or no 1/n */
  uint32_t factor_half;
  uint32_t factor_e9; /* 0: not told, as 1 */
  char group[PL_CME_CODE_BYTES], asset[PL_CME_CODE_BYTES];
};
_Static_assert(sizeof(struct pl_cme_instrument) == PL_CACHE_LINE_BYTES, "one line an instrument");

/* One channel, by dense index. */
struct pl_cme_channel {
  struct pl_writer_open open;
  bool speaks;           /* book updates came on it */
  struct pl_trail trail; /* of its packets */
  /* The snapshot of orders being read: one instrument at a time, chunk by chunk. */
  bool inside;
  uint32_t snapshot_instrument, chunk_next;
  uint32_t anchor_seq;
};

struct pl_cme_decoder {
  struct pl_directory *directory;
  struct pl_venue_counters counters;
  struct pl_cme_channel channels[PL_CHANNELS_MAX];
  struct pl_cme_instrument instruments[PL_INSTRUMENTS_MAX];
};

static inline struct pl_cme_decoder *pl_cme_decoder(const struct pl_writer *writer) {
  return writer->decoder;
}

/* Whether packet a comes after b; sequence numbers are 32 bits and may wrap. */
static inline bool pl_cme_is_after(uint32_t a, uint32_t b) {
  return (int32_t)(a - b) > 0;
}

/* pl_cme_price returns a wire price times the instrument's display factor, rounded half away from
 * zero; exact where the factor is a power of ten and the price a multiple of its tick.
 *   raw_e9  |raw_e9| <= PL_PRICE_E9_MAX */
static inline int64_t pl_cme_price(const struct pl_cme_instrument *instrument, int64_t raw_e9) {
  uint64_t magnitude = raw_e9 < 0 ? -(uint64_t)raw_e9 : (uint64_t)raw_e9, price_e9;
  if (instrument->factor_magic != 0)
    price_e9 =
        (uint64_t)((pl_u128)(magnitude + instrument->factor_half) * instrument->factor_magic >>
                   64) >>
        instrument->factor_shift;
  else if (instrument->factor_e9 == 0 || instrument->factor_e9 == PL_E9)
    return raw_e9;
  else
    price_e9 = (uint64_t)(((pl_u128)magnitude * instrument->factor_e9 + PL_E9 / 2) / PL_E9);
  return raw_e9 < 0 ? -(int64_t)price_e9 : (int64_t)price_e9;
}

static inline int64_t pl_cme_price_at(const struct pl_cme_instrument *instrument,
                                      const uint8_t *at) {
  return pl_cme_price(instrument, (int64_t)pl_bytes_le64(at));
}

static inline int64_t pl_cme_qty_e8(const uint8_t *at, bool long_qty) {
  return (int64_t)(long_qty ? pl_bytes_le64(at) : pl_bytes_le32(at)) * PL_E8;
}

/* pl_cme_whole ends an event that is whole by itself, the newest one, unless the venue's event goes
 * on for that instrument. */
static inline void pl_cme_whole(struct pl_writer *writer, uint32_t instrument) {
  const struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  if (entry->touched_seq == writer->context->seq + 1)
    pl_writer_touch(writer, instrument);
  else if (!entry->mid_event)
    writer->events[writer->count - 1].flags |= PL_EVF_EVENT_END;
}

/* pl_cme_status puts the status of a trading-status code when it says a state other than the one
 * known: at most 1 event. */
void pl_cme_status(struct pl_writer *writer, uint32_t instrument, uint8_t code, uint64_t exch_ns);

/* pl_cme_forget_states makes what is told of a channel's states next be news: something was lost.
 */
void pl_cme_forget_states(struct pl_cme_decoder *decoder, uint32_t channel);

/* The parts of writing: each the messages of its uses. */
void pl_cme_write_definition(struct pl_writer *writer, const struct pl_cme_message *message);
void pl_cme_write_status(struct pl_writer *writer, const struct pl_cme_message *message);
void pl_cme_write_limits(struct pl_writer *writer, const struct pl_cme_message *message);
void pl_cme_write_snapshot(struct pl_writer *writer, const struct pl_cme_message *message);
void pl_cme_write_snapshot_orders(struct pl_writer *writer, const struct pl_cme_message *message);

#endif
