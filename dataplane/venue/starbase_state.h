/* What the Starbase decoder remembers between packets, and the writers of its messages: orders,
 * trades and snapshots in starbase_book.c, terms and prices in starbase_terms.c. For starbase.c.
 * Receive thread only. */
#ifndef DATAPLANE_VENUE_STARBASE_STATE_H
#define DATAPLANE_VENUE_STARBASE_STATE_H

#include "dataplane/venue/starbase_wire.h"
#include "dataplane/venue/trail.h"
#include "dataplane/venue/writer.h"

#define PL_STARBASE_INDEXES_MAX 256 /* price indexes whose last price is kept */
#define PL_STARBASE_INDEX_SLOTS (2 * PL_STARBASE_INDEXES_MAX)

/* How far a snapshot may run ahead of the incremental channel. One from further ahead belongs to
 * another run: adopted, it would silence the book until the numbers got there. */
#define PL_STARBASE_AHEAD_MAX (INT64_C(1) << 16)

/* One instrument. Sequence numbers are those of the message after, so that 0 means none. */
struct pl_starbase_row {
  uint64_t passed_next;  /* last message of its orders that was not told, or made them others */
  uint64_t adopted_next; /* messages before are contained in the snapshot that was adopted */
  uint64_t told_next;    /* last incremental message of its terms, status or prices */
  int64_t unit_e8;       /* quantity of a mantissa of 1; 0: not defined yet */
  int64_t mantissa_end;  /* those below stay a quantity; 0: not defined yet */
  uint32_t index_slot;   /* of its price index; PL_STARBASE_INDEX_SLOTS: none */
  uint32_t run;          /* of its channel, that the numbers above are of */
  bool holed;            /* its orders were passed over: only a snapshot makes it whole */
  bool begun;            /* nothing is left to say before its orders */
};
_Static_assert(sizeof(struct pl_starbase_row) <= PL_CACHE_LINE_BYTES, "a row, a line");

/* The snapshot that a snapshot channel is inside of. */
struct pl_starbase_snapshot {
  bool inside, begun; /* begun: its begin was put, at its first order */
  bool torn;          /* a part of it was lost */
  uint32_t instrument, run;
  uint64_t venue_id, anchor;
};

struct pl_starbase_channel {
  struct pl_writer_open open;
  struct pl_trail trail; /* of its messages */
  uint32_t run;          /* of sequence numbers; 0: nothing heard yet */
  bool in_transaction, taker_liquidated;
  struct pl_starbase_snapshot snapshot;
};

struct pl_starbase_index {
  uint64_t id;
  int64_t price_e9; /* PL_PRICE_NONE: not told yet */
  uint64_t exch_ns; /* of the price */
  bool taken;
};

struct pl_starbase {
  struct pl_directory *directory;
  struct pl_venue_counters counters;
  uint32_t runs, index_count;
  struct pl_starbase_channel channels[PL_CHANNELS_MAX];
  struct pl_starbase_row rows[PL_INSTRUMENTS_MAX];
  struct pl_starbase_index indexes[PL_STARBASE_INDEX_SLOTS];
};

/* pl_starbase_row_in returns an instrument's row; what it knew of a run that is over is forgotten.
 *   run  that its channel is in now */
static inline struct pl_starbase_row *pl_starbase_row_in(const struct pl_writer *writer,
                                                         uint32_t instrument, uint32_t run) {
  struct pl_starbase *decoder = writer->decoder;
  struct pl_starbase_row *row = &decoder->rows[instrument];
  if (PL_UNLIKELY(row->run != run)) {
    row->passed_next = row->adopted_next = row->told_next = 0;
    row->holed = row->begun = false;
    row->run = run;
  }
  return row;
}

/* pl_starbase_row returns it whatever channel the packet is of. */
static inline struct pl_starbase_row *pl_starbase_row(const struct pl_writer *writer,
                                                      uint32_t instrument) {
  const struct pl_starbase *decoder = writer->decoder;
  /* on an incremental channel, that is the instrument's own */
  uint32_t channel = writer->context->recovery
                         ? pl_directory_entry(writer->directory, instrument)->channel
                         : writer->context->channel;
  return pl_starbase_row_in(writer, instrument, decoder->channels[channel].run);
}

/* pl_starbase_channel returns the state of the packet's own channel. */
static inline struct pl_starbase_channel *pl_starbase_channel(const struct pl_writer *writer) {
  return &((struct pl_starbase *)writer->decoder)->channels[writer->context->channel];
}

/* pl_starbase_hole says that an instrument's orders are not known any more: at most 1 event. */
void pl_starbase_hole(struct pl_writer *writer, uint32_t instrument, uint64_t exch_ns);

/* pl_starbase_throw_away drops the snapshot that the channel is inside of, if any, and counts it:
 * at most 1 event. */
void pl_starbase_throw_away(struct pl_writer *writer, uint64_t exch_ns);

/* Each writes the events of one message that was judged.
 *   seq  the message's own; of no meaning on a snapshot channel
 *   run  of the incremental channel that the order came on */
void pl_starbase_write_order(struct pl_writer *writer, const struct pl_starbase_message *m,
                             uint64_t seq, uint32_t run);
void pl_starbase_write_summary(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_trade(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_block_trade(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_snapshot_put(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_header(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_trailer(struct pl_writer *writer, const struct pl_starbase_message *m);

void pl_starbase_write_instrument(struct pl_writer *writer, const struct pl_starbase_message *m,
                                  uint64_t seq);
void pl_starbase_write_index(struct pl_writer *writer, const struct pl_starbase_message *m);
void pl_starbase_write_info(struct pl_writer *writer, const struct pl_starbase_message *m,
                            uint64_t seq);
void pl_starbase_write_ref(struct pl_writer *writer, const struct pl_starbase_message *m,
                           uint64_t seq);
void pl_starbase_write_status(struct pl_writer *writer, const struct pl_starbase_message *m,
                              uint64_t seq);

#endif
