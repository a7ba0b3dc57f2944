/* Snapshots of CME books. One by price is one message and is proven by its report number; one of
 * orders comes in chunks and is exact as of a packet of the stream of updates. */
#include "dataplane/venue/cme_decoder.h"

/* A snapshot may be ahead of what the stream of updates was heard to say, but not by more than
 * that: it is of another run then. */
#define AHEAD_MAX 4096

static struct pl_event *put(struct pl_writer *writer, enum pl_event_type type, uint32_t instrument,
                            uint64_t exch_ns, uint64_t id, uint8_t lane) {
  struct pl_event *event = pl_writer_put(writer, type, instrument, exch_ns);
  event->order_id = id;
  event->flags = PL_EVF_SNAPSHOT | lane;
  return event;
}

/* The stream that an instrument's updates come on; NULL when it is not known yet. */
static const struct pl_cme_channel *updates_of(const struct pl_writer *writer,
                                               uint32_t instrument) {
  uint32_t channel = pl_directory_entry(writer->directory, instrument)->channel;
  const struct pl_cme_channel *updates = &pl_cme_decoder(writer)->channels[channel];
  return updates->speaks ? updates : NULL;
}

/* How many packets of updates were heard behind a snapshot's anchor; negative: how many it is ahead
 * of them. */
static int32_t behind(const struct pl_cme_channel *updates, uint32_t anchor_seq) {
  return (int32_t)((uint32_t)updates->trail.next - 1 - anchor_seq);
}

/* A snapshot by price is proven by its number, but only with the next update: one from before a
 * loss, or of another run, is not taken. */
static uint64_t end_of_levels(const struct pl_writer *writer, uint32_t instrument,
                              uint32_t anchor_seq) {
  const struct pl_cme_channel *updates = updates_of(writer, instrument);
  if (updates == NULL) return 0;
  int32_t last = behind(updates, anchor_seq);
  return last < -AHEAD_MAX || pl_trail_misses(&updates->trail, last) ? PL_SNAPSHOT_VOID : 0;
}

/* From which event on updates are newer than a snapshot of orders. One older than another that was
 * adopted would bring back what that one made old. */
static uint64_t end_of_orders(const struct pl_writer *writer, uint32_t instrument,
                              uint32_t anchor_seq, uint64_t end_seq) {
  const struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  const struct pl_cme_channel *updates = updates_of(writer, instrument);
  if (updates == NULL || (state->anchored && pl_cme_is_after(state->anchor_seq, anchor_seq)))
    return PL_SNAPSHOT_VOID;
  return pl_trail_newer(&updates->trail, behind(updates, anchor_seq), AHEAD_MAX, end_seq);
}

/* One of the two books by price: those entries that are of it. */
static void write_lane(struct pl_writer *writer, const struct pl_cme_message *m,
                       uint32_t instrument, bool implied) {
  struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  uint32_t number = pl_bytes_le32(m->block + 12);
  uint64_t exch_ns = pl_bytes_le64(m->block + 16);
  uint8_t lane = implied ? PL_EVF_IMPLIED : 0;
  put(writer, PL_EV_SNAPSHOT_BEGIN, instrument, exch_ns, number, lane)->aux = 1;
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    uint8_t type = entry[m->shape->tail_at];
    if (pl_cme_side(type) == PL_SIDE_NONE || pl_cme_is_implied(type) != implied) continue;
    struct pl_event *event = put(writer, PL_EV_LEVEL_SET, instrument, exch_ns, number, lane);
    event->side = (uint8_t)pl_cme_side(type);
    event->price_e9 = pl_cme_price_at(state, entry);
    event->qty_e8 = pl_cme_qty_e8(entry + 8, m->shape->long_qty);
  }
  put(writer, PL_EV_SNAPSHOT_END, instrument, exch_ns, number, lane)->aux =
      end_of_levels(writer, instrument, pl_bytes_le32(m->block));
}

void pl_cme_write_snapshot(struct pl_writer *writer, const struct pl_cme_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block + 8));
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  for (uint32_t i = 0; i < m->entry_count; i++)
    state->implied |= pl_cme_is_implied(m->entries[(size_t)i * m->entry_bytes + m->shape->tail_at]);
  state->booked = true;
  /* A snapshot's state may be older than the last one told: it serves who knows none. */
  if (pl_directory_entry(writer->directory, instrument)->state == PL_DIRECTORY_STATE_UNKNOWN)
    pl_cme_status(writer, instrument, m->block[34], pl_bytes_le64(m->block + 16));
  write_lane(writer, m, instrument, false);
  if (state->implied) write_lane(writer, m, instrument, true);
  writer->events[writer->count - 1].flags |= PL_EVF_MESSAGE_END;
  pl_cme_whole(writer, instrument);
}

static void end_orders(struct pl_writer *writer, struct pl_cme_channel *channel, uint64_t exch_ns,
                       bool complete) {
  uint32_t instrument = channel->snapshot_instrument;
  struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  struct pl_event *event =
      put(writer, PL_EV_SNAPSHOT_END, instrument, exch_ns, channel->anchor_seq, PL_EVF_ORDERS);
  event->aux = complete ? end_of_orders(writer, instrument, channel->anchor_seq, event->seq)
                        : PL_SNAPSHOT_VOID;
  event->flags |= PL_EVF_MESSAGE_END;
  if (event->aux != PL_SNAPSHOT_VOID) {
    state->anchor_seq = channel->anchor_seq;
    state->anchored = true;
  }
  channel->inside = false;
  pl_cme_whole(writer, instrument);
}

/* Whether the chunk begins a snapshot or is the one that was due. */
static bool chunk_is_due(const struct pl_cme_channel *channel, uint32_t instrument,
                         const uint8_t *block) {
  uint32_t chunk = pl_bytes_le32(block + 16);
  return chunk == 1 ||
         (channel->inside && channel->snapshot_instrument == instrument &&
          channel->chunk_next == chunk && channel->anchor_seq == pl_bytes_le32(block));
}

void pl_cme_write_snapshot_orders(struct pl_writer *writer, const struct pl_cme_message *m) {
  struct pl_cme_channel *channel = &pl_cme_decoder(writer)->channels[writer->context->channel];
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block + 8));
  uint32_t chunks = pl_bytes_le32(m->block + 12), chunk = pl_bytes_le32(m->block + 16);
  uint64_t exch_ns = pl_bytes_le64(m->block + 20);
  bool due = chunk_is_due(channel, instrument, m->block);
  if (channel->inside && (chunk == 1 || !due)) end_orders(writer, channel, exch_ns, false);
  if (instrument == PL_INSTRUMENT_NONE) return;
  if (!due) {
    writer->counters->messages_headless++;
    return;
  }
  struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  state->booked = true;
  if (chunk == 1) {
    channel->inside = true;
    channel->snapshot_instrument = instrument;
    channel->anchor_seq = pl_bytes_le32(m->block);
    put(writer, PL_EV_SNAPSHOT_BEGIN, instrument, exch_ns, channel->anchor_seq, PL_EVF_ORDERS)
        ->aux = 1;
  }
  channel->chunk_next = chunk + 1;
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    struct pl_event *event =
        put(writer, PL_EV_ORDER_ADD, instrument, exch_ns, pl_bytes_le64(entry), PL_EVF_ORDERS);
    event->side = entry[28] == '0' ? PL_BID : PL_ASK;
    event->price_e9 = pl_cme_price_at(state, entry + 16);
    event->qty_e8 = pl_cme_qty_e8(entry + 24, false);
    event->aux = pl_bytes_le64(entry + 8);
  }
  if (chunk == chunks) end_orders(writer, channel, exch_ns, true);
}
