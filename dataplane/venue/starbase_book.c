#include "dataplane/venue/starbase_state.h"
#include "engine/base/fixed.h"

void pl_starbase_hole(struct pl_writer *writer, uint32_t instrument, uint64_t exch_ns) {
  struct pl_starbase_row *row = pl_starbase_row(writer, instrument);
  if (row->holed) return;
  row->holed = true;
  pl_writer_put(writer, PL_EV_BOOK_CLEAR, instrument, exch_ns);
  pl_writer_touch(writer, instrument);
}

/* Finds the instrument of a message that changes orders. PL_INSTRUMENT_NONE when there is nothing
 * to write: what a snapshot already holds, and what has no quantity that could be told. */
static inline uint32_t order_begin(struct pl_writer *writer, const struct pl_starbase_message *m,
                                   int64_t mantissa, uint64_t seq, uint32_t run,
                                   struct pl_starbase_row **ret_row) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body + 8));
  if (instrument == PL_INSTRUMENT_NONE) return PL_INSTRUMENT_NONE;
  struct pl_starbase_row *row = pl_starbase_row_in(writer, instrument, run);
  if (seq < row->adopted_next) return PL_INSTRUMENT_NONE;
  if (mantissa >= row->mantissa_end) {
    row->passed_next = seq + 1;
    writer->counters->messages_headless++;
    /* a book without a unit was never begun: there is nothing to clear */
    if (row->unit_e8 != 0) pl_starbase_hole(writer, instrument, m->exch_ns);
    row->holed = true;
    return PL_INSTRUMENT_NONE;
  }
  if (!row->begun && !row->holed) {
    pl_writer_begin_book(writer, instrument, m->exch_ns);
    row->begun = true;
  }
  *ret_row = row;
  return instrument;
}

/* What each pair of templates has of an order's fields. They come in no order that could be
 * foreseen, so they are written by the same code: what one does not have is read at 0 and masked.
 */
static const struct order_shape {
  uint8_t type, qty_at, price_at, sort_at;
  uint64_t qty_mask, price_mask, sort_mask;
  uint64_t price_set;
} order_shapes[] = {
    {PL_EV_ORDER_ADD, 16, 24, 32, UINT64_MAX, UINT64_MAX, UINT64_MAX, 0},
    {PL_EV_ORDER_CHANGE, 16, 0, 0, UINT64_MAX, 0, 0, (uint64_t)PL_PRICE_NONE},
    {PL_EV_ORDER_DELETE, 0, 0, 0, 0, 0, 0, 0},
};

/* Reduced to nothing is deleted. */
static inline const struct order_shape *shape_of(const struct pl_starbase_message *m,
                                                 int64_t *ret_mantissa) {
  uint32_t which = (m->template_id - PL_STARBASE_BID_PUT) / 2;
  const struct order_shape *shape = &order_shapes[which];
  *ret_mantissa = (int64_t)(pl_bytes_le64(m->body + shape->qty_at) & shape->qty_mask);
  return &order_shapes[which + ((which == 1) & (*ret_mantissa == 0))];
}

static inline void put_order(struct pl_writer *writer, const struct pl_starbase_message *m,
                             const struct order_shape *shape, uint32_t instrument, int64_t qty_e8,
                             uint8_t flags) {
  struct pl_event *event = pl_writer_put(writer, shape->type, instrument, m->exch_ns);
  event->order_id = pl_bytes_le64(m->body);
  event->side = PL_BID - m->template_id % 2; /* 20, 22, 24 are the bids */
  event->flags = flags;
  event->qty_e8 = qty_e8;
  event->price_e9 =
      (int64_t)((pl_bytes_le64(m->body + shape->price_at) & shape->price_mask) | shape->price_set);
  event->aux = pl_bytes_le64(m->body + shape->sort_at) & shape->sort_mask;
}

void pl_starbase_write_order(struct pl_writer *writer, const struct pl_starbase_message *m,
                             uint64_t seq, uint32_t run) {
  int64_t mantissa;
  const struct order_shape *shape = shape_of(m, &mantissa);
  struct pl_starbase_row *row;
  uint32_t instrument = order_begin(writer, m, mantissa, seq, run, &row);
  if (instrument == PL_INSTRUMENT_NONE) return;
  put_order(writer, m, shape, instrument, mantissa * row->unit_e8,
            PL_EVF_ORDERS | PL_EVF_MESSAGE_END);
  pl_writer_touch(writer, instrument);
}

static void put_price(struct pl_writer *writer, enum pl_event_type type, uint32_t instrument,
                      const struct pl_starbase_message *m, uint32_t at) {
  int64_t price_e9 = (int64_t)pl_bytes_le64(m->body + at);
  if (price_e9 == PL_STARBASE_NULL) return;
  pl_writer_put(writer, type, instrument, m->exch_ns)->price_e9 = price_e9;
  pl_writer_touch(writer, instrument);
}

/* The fills themselves follow as trades, which do not say whether the taker was liquidated. */
void pl_starbase_write_summary(struct pl_writer *writer, const struct pl_starbase_message *m) {
  uint32_t taker_flags = pl_bytes_le32(m->body + 52);
  pl_starbase_channel(writer)->taker_liquidated = (taker_flags & PL_STARBASE_IS_LIQUIDATION) != 0;
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body));
  if (instrument == PL_INSTRUMENT_NONE) return;
  put_price(writer, PL_EV_INDEX, instrument, m, 40);
  put_price(writer, PL_EV_MARK, instrument, m, 32);
}

/* Both trades begin with match id and instrument; the fill stands elsewhere. */
static void put_trade(struct pl_writer *writer, const struct pl_starbase_message *m,
                      uint32_t fill_at, enum pl_side side, uint64_t bits) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body + 8));
  if (instrument == PL_INSTRUMENT_NONE) return;
  const struct pl_starbase_row *row = pl_starbase_row(writer, instrument);
  int64_t mantissa = (int64_t)pl_bytes_le64(m->body + fill_at);
  if (mantissa >= row->mantissa_end) {
    writer->counters->messages_headless++;
    return;
  }
  struct pl_event *event = pl_writer_put(writer, PL_EV_TRADE, instrument, m->exch_ns);
  event->order_id = pl_bytes_le64(m->body);
  event->qty_e8 = mantissa * row->unit_e8;
  event->price_e9 = (int64_t)pl_bytes_le64(m->body + fill_at + 8);
  event->side = (uint8_t)side;
  event->aux = bits;
  pl_writer_touch(writer, instrument);
}

void pl_starbase_write_trade(struct pl_writer *writer, const struct pl_starbase_message *m) {
  uint32_t maker_flags = pl_bytes_le32(m->body + 40);
  uint64_t bits = pl_starbase_channel(writer)->taker_liquidated ? PL_TRADE_TAKER_LIQUIDATED : 0;
  if (maker_flags & PL_STARBASE_IS_LIQUIDATION) bits |= PL_TRADE_MAKER_LIQUIDATED;
  put_trade(writer, m, 24, maker_flags & PL_STARBASE_IS_SELL ? PL_BID : PL_ASK, bits);
}

void pl_starbase_write_block_trade(struct pl_writer *writer, const struct pl_starbase_message *m) {
  uint32_t taker_flags = pl_bytes_le32(m->body + 72);
  uint64_t bits = taker_flags & PL_STARBASE_IS_LIQUIDATION ? PL_TRADE_TAKER_LIQUIDATED : 0;
  put_trade(writer, m, 32, taker_flags & PL_STARBASE_IS_SELL ? PL_ASK : PL_BID, bits);
}

static struct pl_event *put_boundary(struct pl_writer *writer, enum pl_event_type type,
                                     const struct pl_starbase_snapshot *snapshot,
                                     uint64_t exch_ns) {
  struct pl_event *event = pl_writer_put(writer, type, snapshot->instrument, exch_ns);
  event->order_id = snapshot->anchor;
  event->flags = PL_EVF_SNAPSHOT | PL_EVF_ORDERS;
  return event;
}

static void put_begin(struct pl_writer *writer, struct pl_starbase_snapshot *snapshot,
                      uint64_t exch_ns) {
  if (snapshot->begun) return;
  snapshot->begun = true;
  put_boundary(writer, PL_EV_SNAPSHOT_BEGIN, snapshot, exch_ns)->aux = 1;
}

static struct pl_event *put_end(struct pl_writer *writer, struct pl_starbase_snapshot *snapshot,
                                uint64_t exch_ns) {
  struct pl_event *event = put_boundary(writer, PL_EV_SNAPSHOT_END, snapshot, exch_ns);
  event->aux = PL_SNAPSHOT_VOID;
  event->flags |= PL_EVF_MESSAGE_END;
  pl_writer_touch(writer, snapshot->instrument);
  snapshot->inside = false;
  return event;
}

void pl_starbase_throw_away(struct pl_writer *writer, uint64_t exch_ns) {
  struct pl_starbase_snapshot *snapshot = &pl_starbase_channel(writer)->snapshot;
  if (!snapshot->inside) return;
  writer->counters->messages_headless++;
  if (snapshot->begun) (void)put_end(writer, snapshot, exch_ns);
  snapshot->inside = false;
}

/* The run of sequence numbers that an instrument's updates are of. */
static const struct pl_starbase_channel *updates_of(const struct pl_writer *writer,
                                                    uint32_t instrument) {
  const struct pl_starbase *decoder = writer->decoder;
  return &decoder->channels[pl_directory_entry(writer->directory, instrument)->channel];
}

void pl_starbase_write_header(struct pl_writer *writer, const struct pl_starbase_message *m) {
  pl_starbase_throw_away(writer, m->exch_ns);
  uint64_t venue_id = pl_bytes_le64(m->body);
  uint32_t instrument = pl_writer_instrument(writer, venue_id);
  if (instrument == PL_INSTRUMENT_NONE) return;
  pl_starbase_channel(writer)->snapshot = (struct pl_starbase_snapshot){
      .inside = true,
      .instrument = instrument,
      .run = updates_of(writer, instrument)->run,
      .venue_id = venue_id,
      .anchor = pl_bytes_le64(m->body + 16),
  };
}

void pl_starbase_write_snapshot_put(struct pl_writer *writer, const struct pl_starbase_message *m) {
  struct pl_starbase_snapshot *snapshot = &pl_starbase_channel(writer)->snapshot;
  if (!snapshot->inside) {
    writer->counters->messages_headless++;
    return;
  }
  int64_t mantissa;
  const struct order_shape *shape = shape_of(m, &mantissa);
  const struct pl_starbase_row *row = pl_starbase_row(writer, snapshot->instrument);
  bool fits = mantissa < row->mantissa_end;
  if (snapshot->venue_id != pl_bytes_le64(m->body + 8) || !fits) {
    pl_starbase_throw_away(writer, m->exch_ns);
    return;
  }
  put_begin(writer, snapshot, m->exch_ns);
  put_order(writer, m, shape, snapshot->instrument, mantissa * row->unit_e8,
            PL_EVF_ORDERS | PL_EVF_SNAPSHOT);
}

/* Which events are newer than a snapshot. Of messages that were passed over none may be, and one
 * older than another that was adopted would bring back what that one made old. */
static uint64_t newer_than(const struct pl_writer *writer,
                           const struct pl_starbase_snapshot *snapshot, uint64_t end_seq) {
  const struct pl_starbase_channel *updates = updates_of(writer, snapshot->instrument);
  const struct pl_starbase_row *row = pl_starbase_row(writer, snapshot->instrument);
  uint64_t next = snapshot->anchor + 1;
  if (updates->run == 0 || updates->run != snapshot->run) return PL_SNAPSHOT_VOID;
  if (next < row->passed_next || next < row->adopted_next) return PL_SNAPSHOT_VOID;
  return pl_trail_newer(&updates->trail, (int64_t)(updates->trail.next - next),
                        PL_STARBASE_AHEAD_MAX, end_seq);
}

void pl_starbase_write_trailer(struct pl_writer *writer, const struct pl_starbase_message *m) {
  struct pl_starbase_snapshot *snapshot = &pl_starbase_channel(writer)->snapshot;
  if (!snapshot->inside) {
    writer->counters->messages_headless++;
    return;
  }
  if (snapshot->venue_id != pl_bytes_le64(m->body) ||
      snapshot->anchor != pl_bytes_le64(m->body + 16)) {
    pl_starbase_throw_away(writer, m->exch_ns);
    return;
  }
  put_begin(writer, snapshot, m->exch_ns);
  struct pl_event *event = put_end(writer, snapshot, m->exch_ns);
  event->aux = newer_than(writer, snapshot, event->seq);
  if (event->aux == PL_SNAPSHOT_VOID) return;
  struct pl_starbase_row *row = pl_starbase_row(writer, snapshot->instrument);
  row->holed = false;
  row->adopted_next = snapshot->anchor + 1;
  row->begun = true; /* "empty from here on" would be wrong from now on */
}
