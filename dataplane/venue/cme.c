#include "dataplane/venue/cme.h"

#include "dataplane/venue/cme_decoder.h"

static size_t footprint(void) {
  return pl_arena_round(sizeof(struct pl_cme_decoder));
}

static void *create(struct pl_arena *arena, struct pl_directory *directory) {
  struct pl_cme_decoder *decoder = pl_arena_take(arena, sizeof *decoder);
  decoder->directory = directory;
  return decoder;
}

static const struct pl_venue_counters *counters(const void *decoder) {
  return &((const struct pl_cme_decoder *)decoder)->counters;
}

/* Entries of one packet that follow each other and are of one instrument. */
struct run {
  uint64_t exch_ns;               /* of the message */
  uint64_t venue_id;              /* RUN_NONE: there is no run */
  struct pl_cme_channel *channel; /* the packet's */
  struct pl_cme_instrument *state;
  struct pl_instrument *entry;
  uint32_t instrument, from;
  bool known;  /* there is room for the instrument */
  bool begins; /* books of this packet's channel may begin from nothing */
};

#define RUN_NONE UINT64_MAX

static inline bool run_wrote(const struct pl_writer *writer, const struct run *run) {
  return run->venue_id != RUN_NONE && run->known && writer->count != run->from;
}

static inline void run_end(struct pl_writer *writer, struct run *run) {
  if (run_wrote(writer, run)) pl_writer_touch(writer, run->instrument);
  run->venue_id = RUN_NONE;
}

/* Out of line: once a packet, and inlined into each walk it makes their time waver. */
static __attribute__((noinline)) bool run_begin(struct pl_writer *writer, struct run *run,
                                                uint32_t venue_id) {
  run_end(writer, run);
  run->venue_id = venue_id;
  run->instrument = pl_writer_instrument(writer, venue_id);
  run->from = writer->count;
  run->known = run->instrument != PL_INSTRUMENT_NONE;
  if (!run->known) return false;
  run->state = &pl_cme_decoder(writer)->instruments[run->instrument];
  run->entry = pl_directory_entry(writer->directory, run->instrument);
  return true;
}

/* Goes on with, or to, the instrument of an entry; false when there is no room for it. */
static inline bool run_to(struct pl_writer *writer, struct run *run, const uint8_t *id_at) {
  uint32_t venue_id = pl_bytes_le32(id_at);
  return PL_LIKELY(run->venue_id == venue_id) ? run->known : run_begin(writer, run, venue_id);
}

/* pl_writer_put, for an event of which all is known: written once, not zeroed before. */
static inline void put(struct pl_writer *writer, const struct run *run, struct pl_event event) {
  const struct pl_venue_context *context = writer->context;
  event.seq = context->seq + writer->count;
  event.recv_ns = context->recv_ns;
  event.exch_ns = run->exch_ns;
  event.instrument = run->instrument;
  event.venue = PL_VENUE_CME;
  writer->events[writer->count++] = event;
}

/* From here on the books are known from nothing, whatever a snapshot said before. */
static void state_empty(struct pl_cme_instrument *state) {
  state->chain = PL_CME_CHAIN_EMPTY;
  state->anchored = false;
}

static inline void begin_book(struct pl_writer *writer, struct run *run) {
  run->state->booked = true;
  if (PL_LIKELY(!run->begins) || PL_LIKELY(run->entry->begun)) return;
  pl_writer_begin_book(writer, run->instrument, run->exch_ns);
  state_empty(run->state);
}

/* Takes note of a report sequence number. Where numbers are missing, the one before this stands for
 * the last level: it might have been one. */
static inline void number_seen(struct pl_cme_instrument *state, uint32_t number) {
  if (state->chain == PL_CME_CHAIN_EMPTY)
    state->level_last[0] = state->level_last[1] = 0;
  else if (state->chain == PL_CME_CHAIN_UNKNOWN || number != state->number + 1)
    state->level_last[0] = state->level_last[1] = number - 1;
  state->chain = PL_CME_CHAIN_FOLLOWED;
  state->number = number;
}

/* The venue emptied the books of one instrument. */
static void write_clear(struct pl_writer *writer, struct run *run) {
  pl_writer_put(writer, PL_EV_BOOK_CLEAR, run->instrument, run->exch_ns)->aux = 1;
  run->entry->begun = true;
  state_empty(run->state);
}

static PL_CME_INLINE void write_level(struct pl_writer *writer, const struct pl_cme_shape *shape,
                                      struct run *run, const uint8_t *entry) {
  const uint8_t *tail = entry + shape->tail_at; /* level, action (as aux has them), type */
  uint8_t action = tail[1], type = pl_cme_entries[tail[2]];
  struct pl_cme_instrument *state = run->state;
  uint32_t number = pl_bytes_le32(entry + shape->number_at);
  if (PL_UNLIKELY((type & PL_CME_ENTRY_SIDE) == 0)) {
    number_seen(state, number);
    if (type == PL_CME_ENTRY_RESET) write_clear(writer, run);
    return;
  }
  begin_book(writer, run);
  number_seen(state, number);
  bool implied = (type & PL_CME_ENTRY_IMPLIED) != 0;
  uint8_t depth = state->depths[implied];
  if (depth == 0) depth = implied ? PL_CME_DEPTH_IMPLIED : PL_CME_DEPTH;
  int64_t raw_e9 = (int64_t)pl_bytes_le64(entry);
  bool amounts = action < PL_LEVEL_DELETE || action == PL_LEVEL_OVERLAY;
  put(writer, run,
      (struct pl_event){
          .order_id = number,
          .price_e9 = raw_e9 == PL_CME_NULL_PRICE ? 0 : pl_cme_price(state, raw_e9),
          .qty_e8 = amounts ? pl_cme_qty_e8(entry + 8, shape->long_qty) : 0,
          .aux = PL_LEVEL_AT(state->level_last[implied], depth, 0, 0) | pl_bytes_le16(tail),
          .type = PL_EV_LEVEL_AT,
          .side = type & PL_CME_ENTRY_BID ? PL_BID : PL_ASK,
          .flags = implied ? PL_EVF_IMPLIED : 0,
      });
  state->level_last[implied] = number;
  state->implied |= implied;
}

enum order_action { ORDER_NEW, ORDER_UPDATE, ORDER_DELETE };

struct order {
  uint64_t id, priority;
  int64_t raw_e9;
  const uint8_t *qty_at;
  enum order_action action;
  uint8_t type; /* '0' bid, '1' offer */
};

/* An order of a packet that the adopted snapshot already knows is passed over. */
static PL_CME_INLINE void write_order(struct pl_writer *writer, struct run *run,
                                      const struct order *order) {
  struct pl_cme_instrument *state = run->state;
  begin_book(writer, run);
  if (state->anchored && !pl_cme_is_after((uint32_t)writer->context->packet_seq, state->anchor_seq))
    return;
  struct pl_event event = {.order_id = order->id, .flags = PL_EVF_ORDERS};
  if (order->action == ORDER_DELETE) {
    event.type = PL_EV_ORDER_DELETE;
    event.side = PL_SIDE_NONE;
    put(writer, run, event);
    return;
  }
  event.type = order->action == ORDER_NEW ? PL_EV_ORDER_ADD : PL_EV_ORDER_CHANGE;
  event.side = order->type == '0' ? PL_BID : PL_ASK;
  event.qty_e8 = pl_cme_qty_e8(order->qty_at, false);
  event.aux = order->priority;
  event.price_e9 =
      order->raw_e9 == PL_CME_NULL_PRICE ? PL_PRICE_NONE : pl_cme_price(state, order->raw_e9);
  put(writer, run, event);
}

/* Orders behind the levels of a book message: instrument, side and price are those of the level
 * that they refer to, which is counted over all entries, those not decoded too. */
static PL_CME_INLINE void write_references(struct pl_writer *writer, const struct pl_cme_message *m,
                                           struct run *run) {
  for (uint32_t i = 0; i < m->order_count; i++) {
    const uint8_t *at = m->orders + (size_t)i * m->order_bytes;
    uint8_t reference = at[20];
    const uint8_t *entry = m->entries + (size_t)(reference - 1u) * m->entry_bytes;
    bool placed = reference != 0 && reference <= m->entry_count;
    uint8_t type = placed ? entry[m->shape->tail_at + 2] : 0;
    if (type != '0' && type != '1') {
      writer->counters->orders_unplaced++;
      continue;
    }
    if (!run_to(writer, run, entry + m->shape->id_at)) continue;
    write_order(writer, run,
                &(struct order){.id = pl_bytes_le64(at),
                                .priority = pl_bytes_le64(at + 8),
                                .raw_e9 = (int64_t)pl_bytes_le64(entry),
                                .qty_at = at + 16,
                                .action = at[21],
                                .type = type});
  }
}

static PL_CME_INLINE void write_book(struct pl_writer *writer, const struct pl_cme_message *m,
                                     struct run *run) {
  uint32_t from = writer->count, bytes = m->entry_bytes;
  const struct pl_cme_shape *shape = m->shape;
  const uint8_t *entry = m->entries;
  for (uint32_t left = m->entry_count; left != 0; left--, entry += bytes)
    if (run_to(writer, run, entry + shape->id_at)) write_level(writer, shape, run, entry);
  write_references(writer, m, run);
  if (writer->count != from) writer->events[writer->count - 1].flags |= PL_EVF_MESSAGE_END;
}

static PL_CME_INLINE void write_orders(struct pl_writer *writer, const struct pl_cme_message *m,
                                       struct run *run) {
  uint32_t from = writer->count, bytes = m->entry_bytes;
  const uint8_t *entry = m->entries;
  for (uint32_t left = m->entry_count; left != 0; left--, entry += bytes) {
    if (!run_to(writer, run, entry + m->shape->id_at)) continue;
    if (PL_UNLIKELY(entry[33] == 'J'))
      write_clear(writer, run);
    else
      write_order(writer, run,
                  &(struct order){.id = pl_bytes_le64(entry),
                                  .priority = pl_bytes_le64(entry + 8),
                                  .raw_e9 = (int64_t)pl_bytes_le64(entry + 16),
                                  .qty_at = entry + 24,
                                  .action = entry[32],
                                  .type = entry[33]});
  }
  if (writer->count != from) writer->events[writer->count - 1].flags |= PL_EVF_MESSAGE_END;
}

/* New trades only: a change or a cancel corrects the tape, and nothing is decided on it. */
static void write_trades(struct pl_writer *writer, const struct pl_cme_message *m,
                         struct run *run) {
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    const uint8_t *tail = entry + m->shape->tail_at; /* aggressor, action */
    if (!run_to(writer, run, entry + m->shape->id_at)) continue;
    number_seen(run->state, pl_bytes_le32(entry + m->shape->number_at));
    if (tail[1] != 0) continue;
    struct pl_event *event = pl_writer_put(writer, PL_EV_TRADE, run->instrument, run->exch_ns);
    event->price_e9 = pl_cme_price_at(run->state, entry);
    event->qty_e8 = pl_cme_qty_e8(entry + 8, m->shape->long_qty);
    uint32_t trade_id = pl_bytes_le32(m->shape->long_qty ? tail - 4 : tail + 2);
    if (trade_id != UINT32_MAX) event->order_id = trade_id;
    event->side = tail[0] == 1 ? PL_BID : tail[0] == 2 ? PL_ASK : PL_SIDE_NONE;
  }
}

static void write_numbers(struct pl_writer *writer, const struct pl_cme_message *m,
                          struct run *run) {
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *entry = m->entries + (size_t)i * m->entry_bytes;
    if (run_to(writer, run, entry + m->shape->id_at))
      number_seen(run->state, pl_bytes_le32(entry + m->shape->number_at));
  }
}

/* The feed tells the instruments, before the packet's own events; here their books begin anew, and
 * no snapshot from before the packet may replace them. */
static void reset_channel(struct pl_writer *writer) {
  struct pl_cme_decoder *decoder = pl_cme_decoder(writer);
  pl_trail_tear(&decoder->channels[writer->context->channel].trail);
  uint32_t instrument = pl_directory_first(writer->directory, writer->context->channel);
  while (instrument != PL_INSTRUMENT_NONE) {
    struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
    entry->begun = true;
    state_empty(&decoder->instruments[instrument]);
    instrument = entry->next_in_channel;
  }
}

static void write_message(struct pl_writer *writer, const struct pl_cme_message *m) {
  switch ((enum pl_cme_use)m->shape->use) {
  case PL_CME_USE_UNKNOWN: writer->counters->messages_unknown++; break;
  case PL_CME_USE_RESET: reset_channel(writer); break;
  case PL_CME_USE_STATUS: pl_cme_write_status(writer, m); break;
  case PL_CME_USE_LIMITS: pl_cme_write_limits(writer, m); break;
  case PL_CME_USE_SNAPSHOT: pl_cme_write_snapshot(writer, m); break;
  case PL_CME_USE_SNAPSHOT_ORDERS: pl_cme_write_snapshot_orders(writer, m); break;
  case PL_CME_USE_DEFINITION: pl_cme_write_definition(writer, m); break;
  default: break;
  }
}

/* Messages of entries, which may be of many instruments; and the others, before which the run of
 * entries ends. */
static PL_CME_INLINE void write_entries(struct pl_writer *writer, const struct pl_cme_message *m,
                                        struct run *run) {
  enum pl_cme_use use = m->shape->use;
  if (use < PL_CME_USE_NUMBER || use > PL_CME_USE_TRADES) {
    run_end(writer, run);
    write_message(writer, m);
    return;
  }
  run->exch_ns = pl_bytes_le64(m->block);
  if (use == PL_CME_USE_BOOK || use == PL_CME_USE_ORDERS) run->channel->speaks = true;
  if (use == PL_CME_USE_BOOK)
    write_book(writer, m, run);
  else if (use == PL_CME_USE_ORDERS)
    write_orders(writer, m, run);
  else if (use == PL_CME_USE_TRADES)
    write_trades(writer, m, run);
  else
    write_numbers(writer, m, run);
  if (use == PL_CME_USE_LIMITS) write_message(writer, m);
}

/* Packets are numbered anew: numbers kept of the old run mean nothing. */
static void forget_numbers(struct pl_cme_decoder *decoder, uint32_t channel) {
  uint32_t instrument = pl_directory_first(decoder->directory, channel);
  while (instrument != PL_INSTRUMENT_NONE) {
    decoder->instruments[instrument].anchored = false;
    instrument = pl_directory_entry(decoder->directory, instrument)->next_in_channel;
  }
}

static void begin_packet(struct pl_cme_decoder *decoder, const struct pl_venue_context *context) {
  struct pl_cme_channel *channel = &decoder->channels[context->channel];
  uint64_t seq = context->packet_seq;
  if (!context->continuous) {
    if (channel->speaks && pl_cme_is_after((uint32_t)channel->trail.next, (uint32_t)seq))
      forget_numbers(decoder, context->channel);
    if (!context->recovery) pl_cme_forget_states(decoder, context->channel);
    pl_trail_tear(&channel->trail);
    channel->chunk_next = 0; /* no chunk has that number */
  }
  pl_trail_put(&channel->trail, seq, context->seq);
  pl_trail_reach(&channel->trail, seq + 1, 1);
}

/* Ends the venue's event. Most are of one instrument alone, told in one packet: for those this is
 * what touching it and pl_writer_end_event come to. */
static inline void end_event(struct pl_writer *writer, struct run *run,
                             struct pl_writer_open *open) {
  if (PL_UNLIKELY(writer->touched_count != 0) || PL_UNLIKELY(open->count != 0)) {
    run_end(writer, run);
    pl_writer_end_event(writer, open);
    return;
  }
  if (run_wrote(writer, run)) {
    writer->events[writer->count - 1].flags |= PL_EVF_EVENT_END;
    run->entry->mid_event = false;
    run->entry->touched_seq = 0;
  }
  run->venue_id = RUN_NONE;
}

/* Writes one message, the first at `at`; returns the byte behind it. */
static PL_CME_INLINE const uint8_t *write_next(struct pl_writer *writer, const uint8_t *at,
                                               const struct pl_cme_shape *shape, struct run *run) {
  struct pl_cme_message message;
  at = pl_cme_read(at, shape, &message);
  if (shape->entry_min != 0) pl_cme_read_groups(&message);
  write_entries(writer, &message, run);
  if (pl_cme_ends_event(&message)) end_event(writer, run, &run->channel->open);
  return at;
}

static uint32_t write(void *state, const struct pl_packet *packet,
                      const struct pl_venue_context *context, struct pl_event *ret_events) {
  struct pl_cme_decoder *decoder = state;
  struct pl_writer_open *open = &decoder->channels[context->channel].open;
  struct pl_writer writer;
  writer.decoder = decoder;
  pl_writer_begin(&writer, decoder->directory, &decoder->counters, context, ret_events,
                  PL_VENUE_CME, open);
  begin_packet(decoder, context);
  struct run run = {.venue_id = RUN_NONE,
                    .channel = &decoder->channels[context->channel],
                    .begins = context->whole && !context->recovery};
  const uint8_t *at = packet->data + PL_CME_PACKET_BYTES;
  const uint8_t *end = packet->data + packet->size_bytes;
  while (at < end) {
    uint32_t template_id = pl_cme_template_id(at);
    if (template_id == PL_CME_BOOK)
      at = write_next(&writer, at, &pl_cme_shapes[PL_CME_BOOK], &run);
    else if (template_id == PL_CME_ORDERS)
      at = write_next(&writer, at, &pl_cme_shapes[PL_CME_ORDERS], &run);
    else
      at = write_next(&writer, at, pl_cme_shape(template_id), &run);
  }
  run_end(&writer, &run);
  return pl_writer_finish(&writer, open);
}

const struct pl_venue pl_cme_venue = {
    .name = "cme",
    .id = PL_VENUE_CME,
    .seq_bits = 32,
    .footprint = footprint,
    .create = create,
    .orders_max = 1u << 18,
    .head = pl_cme_head,
    .judge = pl_cme_judge,
    .write = write,
    .counters = counters,
    .has_snapshots = true,
};
