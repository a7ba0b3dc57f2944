#include "dataplane/venue/starbase.h"

#include "dataplane/venue/starbase_resend.h"
#include "dataplane/venue/starbase_state.h"

#define ORDERS_MAX (1u << 18)

static size_t footprint(void) {
  return pl_arena_round(sizeof(struct pl_starbase));
}

static void *create(struct pl_arena *arena, struct pl_directory *directory) {
  struct pl_starbase *decoder = pl_arena_take(arena, sizeof *decoder);
  decoder->directory = directory;
  return decoder;
}

static const struct pl_venue_counters *counters(const void *decoder) {
  return &((const struct pl_starbase *)decoder)->counters;
}

/* A venue's channel id names a set of instruments. A snapshot channel counts by itself, so it gets
 * an id of its own above, whether or not the venue gives it the same one. */
static enum pl_status head(const struct pl_packet *packet, struct pl_venue_head *ret_head) {
  const uint8_t *data = packet->data;
  if (packet->size_bytes < PL_STARBASE_PACKET_BYTES) return PL_E_PACKET_HEADER;
  uint64_t seq = pl_bytes_le64(data + 8);
  uint32_t channel_id = pl_bytes_le32(data + 16);
  uint16_t type = pl_bytes_le16(data + 20);
  bool snapshot = type == PL_STARBASE_SNAPSHOT;
  if (!snapshot && type != PL_STARBASE_INCREMENTAL &&
      type != (PL_STARBASE_INCREMENTAL | PL_STARBASE_RETRANSMIT))
    return PL_E_PACKET_HEADER;
  if (channel_id >= PL_STARBASE_CHANNELS || seq > INT64_MAX) return PL_E_PACKET_HEADER;
  *ret_head = (struct pl_venue_head){
      .channel_id = snapshot ? channel_id + PL_STARBASE_CHANNELS : channel_id,
      .home_channel_id = channel_id,
      .recovery = snapshot,
      .loops = snapshot,
      .seq = seq,
      .seq_count = pl_bytes_le16(data + 22),
  };
  return PL_OK;
}

_Static_assert(2 * PL_STARBASE_CHANNELS <= PL_CHANNEL_IDS, "snapshot channels have ids too");

/* Whether a packet that was found good ends a snapshot channel's round of its instruments. */
static bool ends_cycle(const struct pl_packet *packet, uint32_t count) {
  const uint8_t *at = packet->data + PL_STARBASE_PACKET_BYTES;
  if (pl_bytes_le16(packet->data + 20) != PL_STARBASE_SNAPSHOT) return false;
  for (uint32_t i = 0; i < count; i++) {
    struct pl_starbase_message message;
    at = pl_starbase_read(at, &message);
    if (message.template_id == PL_STARBASE_END_OF_CYCLE) return true;
  }
  return false;
}

static enum pl_status judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  uint32_t count = pl_bytes_le16(packet->data + 22), events_max;
  if (count > PL_FRAME_MESSAGES_MAX) return PL_E_TOO_MANY;
  enum pl_status status = pl_starbase_judge(packet->data, packet->size_bytes, count, &events_max);
  if (status != PL_OK) return status;
  /* events that are still open may end here, or a snapshot that is inside be thrown away */
  if (count != 0) events_max += PL_EVENT_OPEN_MAX + 1;
  if (events_max > PL_FRAME_EVENTS_MAX) return PL_E_TOO_MANY;
  *ret_verdict = (struct pl_venue_verdict){
      .messages = count, .events_max = events_max, .cycle_ends = ends_cycle(packet, count)};
  return PL_OK;
}

static bool is_order(const struct pl_starbase_message *m) {
  return (uint32_t)m->template_id - PL_STARBASE_BID_PUT <=
         PL_STARBASE_ASK_DELETE - PL_STARBASE_BID_PUT;
}

static void write_incremental(struct pl_writer *writer, const struct pl_starbase_message *m) {
  switch (m->template_id) {
  case PL_STARBASE_TRADE_SUMMARY: pl_starbase_write_summary(writer, m); break;
  case PL_STARBASE_TRADE: pl_starbase_write_trade(writer, m); break;
  case PL_STARBASE_BLOCK_TRADE: pl_starbase_write_block_trade(writer, m); break;
  default: writer->counters->messages_headless++; break; /* parts of a snapshot */
  }
}

static void write_snapshot(struct pl_writer *writer, const struct pl_starbase_message *m) {
  switch (m->template_id) {
  case PL_STARBASE_BID_PUT:
  case PL_STARBASE_ASK_PUT: pl_starbase_write_snapshot_put(writer, m); break;
  case PL_STARBASE_SNAPSHOT_HEADER: pl_starbase_write_header(writer, m); break;
  case PL_STARBASE_SNAPSHOT_TRAILER: pl_starbase_write_trailer(writer, m); break;
  case PL_STARBASE_END_OF_CYCLE: pl_starbase_throw_away(writer, m->exch_ns); break;
  default: writer->counters->messages_headless++; break; /* what changes orders, and trades */
  }
}

/* Terms and prices come on both kinds of channel. */
static void write_message(struct pl_writer *writer, const struct pl_starbase_message *m,
                          uint64_t seq) {
  switch (m->template_id) {
  case PL_STARBASE_INSTRUMENT: pl_starbase_write_instrument(writer, m, seq); break;
  case PL_STARBASE_INDEX: pl_starbase_write_index(writer, m); break;
  case PL_STARBASE_INFO: pl_starbase_write_info(writer, m, seq); break;
  case PL_STARBASE_REF: pl_starbase_write_ref(writer, m, seq); break;
  case PL_STARBASE_STATUS: pl_starbase_write_status(writer, m, seq); break;
  case PL_STARBASE_INDEX_DEFINITION:
  case PL_STARBASE_RETRANSMIT_REQUEST:
  case PL_STARBASE_RETRANSMIT_REJECT: break; /* nothing to tell */
  case PL_STARBASE_BID_PUT:
  case PL_STARBASE_ASK_PUT:
  case PL_STARBASE_BID_REDUCED:
  case PL_STARBASE_ASK_REDUCED:
  case PL_STARBASE_BID_DELETE:
  case PL_STARBASE_ASK_DELETE:
  case PL_STARBASE_TRADE_SUMMARY:
  case PL_STARBASE_TRADE:
  case PL_STARBASE_BLOCK_TRADE:
  case PL_STARBASE_SNAPSHOT_HEADER:
  case PL_STARBASE_SNAPSHOT_TRAILER:
  case PL_STARBASE_END_OF_CYCLE:
    if (writer->context->recovery)
      write_snapshot(writer, m);
    else
      write_incremental(writer, m);
    break;
  default: writer->counters->messages_unknown++; break;
  }
}

static void end_transaction(struct pl_writer *writer, struct pl_starbase_channel *channel) {
  pl_writer_end_event(writer, &channel->open);
  channel->in_transaction = channel->taker_liquidated = false;
}

/* A message that says neither start nor end belongs to the transaction around it. A start while
 * one is open means that its end will never come: what it touched would stay open for ever. */
static inline void write_in_transaction(struct pl_writer *writer,
                                        struct pl_starbase_channel *channel,
                                        const struct pl_starbase_message *m, uint64_t seq) {
  bool starts = (m->flags & PL_STARBASE_TRANSACTION_START) != 0;
  if (PL_UNLIKELY(starts & channel->in_transaction)) { /* one branch: where it starts is a guess */
    writer->counters->messages_headless++;
    end_transaction(writer, channel);
  }
  channel->in_transaction = true;
  if (is_order(m))
    pl_starbase_write_order(writer, m, seq, channel->run);
  else
    write_message(writer, m, seq);
  if ((m->flags & PL_STARBASE_TRANSACTION_END) != 0) end_transaction(writer, channel);
}

/* Brings the channel's state up to where the packet stands. */
static void follow(struct pl_starbase *decoder, const struct pl_venue_context *context,
                   uint32_t count) {
  struct pl_starbase_channel *channel = &decoder->channels[context->channel];
  uint64_t seq = context->packet_seq;
  if (channel->run == 0 || !context->continuous) {
    if (channel->run == 0 || seq < channel->trail.next) channel->run = ++decoder->runs;
    pl_trail_tear(&channel->trail);
    channel->in_transaction = channel->taker_liquidated = false;
  }
  pl_trail_reach(&channel->trail, seq + count, count - context->skip_units);
}

/* A packet of a snapshot channel. What it told of an instrument is whole with it, unless a
 * transaction of the instrument is going on. */
static uint32_t write_cycle(struct pl_writer *writer, const uint8_t *at, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct pl_starbase_message message;
    at = pl_starbase_read(at, &message);
    if (PL_UNLIKELY(i < writer->context->skip_units)) continue;
    write_message(writer, &message, 0);
  }
  for (uint32_t i = 0; i < writer->touched_count; i++) {
    const struct pl_writer_touched *touched = &writer->touched[i];
    if (!pl_directory_entry(writer->directory, touched->instrument)->mid_event)
      writer->events[touched->last].flags |= PL_EVF_EVENT_END;
  }
  if (writer->count != 0) writer->events[writer->count - 1].flags |= PL_EVF_FRAME_END;
  return writer->count;
}

static uint32_t write(void *state, const struct pl_packet *packet,
                      const struct pl_venue_context *context, struct pl_event *ret_events) {
  struct pl_starbase *decoder = state;
  struct pl_starbase_channel *channel = &decoder->channels[context->channel];
  struct pl_writer writer;
  writer.decoder = decoder;
  uint32_t count = pl_bytes_le16(packet->data + 22);
  pl_writer_begin(&writer, decoder->directory, &decoder->counters, context, ret_events,
                  PL_VENUE_STARBASE, context->recovery ? NULL : &channel->open);
  follow(decoder, context, count);
  if (!context->continuous) channel->snapshot.torn = channel->snapshot.inside;
  if (channel->snapshot.torn && count != 0) pl_starbase_throw_away(&writer, 0);
  const uint8_t *at = packet->data + PL_STARBASE_PACKET_BYTES;
  if (context->recovery) return write_cycle(&writer, at, count);
  for (uint32_t i = 0; i < count; i++) {
    struct pl_starbase_message message;
    at = pl_starbase_read(at, &message);
    if (PL_UNLIKELY(i < context->skip_units)) continue;
    uint64_t seq = context->packet_seq + i;
    pl_trail_put(&channel->trail, seq, context->seq + writer.count);
    write_in_transaction(&writer, channel, &message, seq);
  }
  return pl_writer_finish(&writer, &channel->open);
}

const struct pl_venue pl_starbase_venue = {
    .name = "starbase",
    .id = PL_VENUE_STARBASE,
    .seq_bits = 64,
    .footprint = footprint,
    .create = create,
    .orders_max = ORDERS_MAX,
    .head = head,
    .judge = judge,
    .write = write,
    .counters = counters,
    .has_snapshots = true,
    .resend = {.units_max = PL_STARBASE_REQUEST_UNITS_MAX,
               .request = pl_starbase_request,
               .rejects = pl_starbase_rejects},
};
