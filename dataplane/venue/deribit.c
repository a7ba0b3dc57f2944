#include "dataplane/venue/deribit.h"

#include "dataplane/venue/deribit_wire.h"
#include "dataplane/venue/writer.h"
#include "engine/base/check.h"
#include "engine/base/fixed.h"

#include <xxhash.h>

#define NS_PER_MS UINT64_C(1000000)

/* Where a snapshot channel stands. A part is taken only when the beginning of its instrument's
 * snapshot was seen: after a gap the first part that turns up may be the second half of a book. */
enum snapshot_state { SNAPSHOT_UNKNOWN, SNAPSHOT_BETWEEN, SNAPSHOT_INSIDE };

struct snapshot_channel {
  enum snapshot_state state;
  uint32_t venue_id; /* of the instrument inside */
};

struct decoder {
  struct pl_directory *directory;
  struct pl_venue_counters counters;
  struct snapshot_channel snapshots[PL_CHANNELS_MAX];
};

static struct snapshot_channel *snapshot_channel(const struct pl_writer *writer) {
  return &((struct decoder *)writer->decoder)->snapshots[writer->context->channel];
}

static size_t footprint(void) {
  return pl_arena_round(sizeof(struct decoder));
}

static void *create(struct pl_arena *arena, struct pl_directory *directory) {
  struct decoder *decoder = pl_arena_take(arena, sizeof *decoder);
  decoder->directory = directory;
  return decoder;
}

static const struct pl_venue_counters *counters(const void *decoder) {
  return &((const struct decoder *)decoder)->counters;
}

static enum pl_status head(const struct pl_packet *packet, struct pl_venue_head *ret_head) {
  const uint8_t *data = packet->data;
  if (packet->size_bytes < PL_DERIBIT_FRAME_BYTES) return PL_E_PACKET_HEADER;
  size_t packet_bytes = PL_DERIBIT_FRAME_BYTES + (size_t)pl_bytes_le16(data);
  if (packet_bytes > packet->size_bytes) return PL_E_TRUNCATED;
  if (packet_bytes < packet->size_bytes) return PL_E_TRAILING;
  uint32_t channel_id = pl_bytes_le16(data + 2);
  bool snapshot = channel_id >= PL_DERIBIT_SNAPSHOT_BASE;
  *ret_head = (struct pl_venue_head){
      .channel_id = channel_id,
      .home_channel_id = snapshot ? channel_id - PL_DERIBIT_SNAPSHOT_BASE : channel_id,
      .recovery = snapshot,
      .seq = pl_bytes_le32(data + 4),
      .seq_count = 1,
  };
  return PL_OK;
}

static enum pl_status judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  struct pl_venue_verdict verdict = {0};
  size_t at = PL_DERIBIT_FRAME_BYTES;
  while (at < packet->size_bytes) {
    struct pl_deribit_message message;
    uint32_t events = 0;
    if (verdict.messages == PL_FRAME_MESSAGES_MAX) return PL_E_TOO_MANY;
    enum pl_status status = pl_deribit_next(packet->data, packet->size_bytes, &at, &message);
    if (status == PL_OK) status = pl_deribit_judge(&message, &events);
    if (status != PL_OK) return status;
    verdict.messages++;
    verdict.events_max += events;
    verdict.cycle_ends |= message.template_id == PL_DERIBIT_SNAPSHOT_END;
    if (verdict.events_max > PL_FRAME_EVENTS_MAX) return PL_E_TOO_MANY;
  }
  *ret_verdict = verdict;
  return PL_OK;
}

/* After judging, every price and quantity that is decided on converts. A null (NaN), and a figure
 * beyond fixed point in a field that nothing is decided on, becomes the value given for it. */
static int64_t fixed_or(const uint8_t *at, uint32_t scale, int64_t none) {
  int64_t value = none;
  enum pl_status status = pl_fixed_from_double(pl_bytes_le64(at), scale, INT64_MAX, &value);
  return status == PL_OK ? value : none;
}

static int64_t price_e9(const uint8_t *at) {
  return fixed_or(at, PL_E9, 0);
}
static int64_t qty_e8(const uint8_t *at) {
  return fixed_or(at, PL_E8, 0);
}

static struct pl_event *put(struct pl_writer *writer, enum pl_event_type type, uint32_t instrument,
                            uint64_t exch_ms) {
  return pl_writer_put(writer, type, instrument, exch_ms * NS_PER_MS);
}

/* The venue's state of an instrument, as a status event when it changed. */
static void put_state(struct pl_writer *writer, uint32_t instrument, uint8_t state,
                      uint64_t exch_ms) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  if (entry->state == state) return;
  entry->state = state;
  put(writer, PL_EV_STATUS, instrument, exch_ms)->aux = state == 1 ? PL_COND_OPEN : PL_COND_CLOSED;
}

static void write_book(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  uint64_t exch_ms = pl_bytes_le64(m->block + 4);
  uint64_t previous_id = pl_bytes_le64(m->block + 12), change_id = pl_bytes_le64(m->block + 20);
  uint32_t events = m->group_count != 0 ? m->group_count : 1; /* ids move without levels too */
  for (uint32_t i = 0; i < events; i++) {
    struct pl_event *event = put(writer, PL_EV_LEVEL_SET, instrument, exch_ms);
    event->order_id = change_id;
    event->aux = previous_id;
    if (i == events - 1) event->flags = PL_EVF_MESSAGE_END;
    if (m->group_count == 0) break;
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    event->side = entry[0] == 1 ? PL_BID : PL_ASK;
    event->price_e9 = price_e9(entry + 2);
    event->qty_e8 = entry[1] == 2 ? 0 : qty_e8(entry + 10);
  }
  pl_directory_entry(writer->directory, instrument)->mid_event = m->block[28] == 0;
  pl_writer_touch(writer, instrument);
}

/* Whether this part continues or begins a snapshot whose beginning is known; moves the state. */
static bool snapshot_part_is_known(struct snapshot_channel *channel, uint32_t venue_id, bool last,
                                   bool *ret_begins) {
  enum snapshot_state state = channel->state;
  bool inside = state == SNAPSHOT_INSIDE && channel->venue_id == venue_id;
  channel->state = last ? SNAPSHOT_BETWEEN : state == SNAPSHOT_UNKNOWN ? state : SNAPSHOT_INSIDE;
  channel->venue_id = venue_id;
  *ret_begins = !inside;
  return state != SNAPSHOT_UNKNOWN;
}

static void write_snapshot(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct snapshot_channel *channel = snapshot_channel(writer);
  bool last = m->block[21] == 1, begins;
  if (!snapshot_part_is_known(channel, pl_bytes_le32(m->block), last, &begins)) {
    writer->counters->messages_headless++;
    return;
  }
  uint64_t exch_ms = pl_bytes_le64(m->block + 4), change_id = pl_bytes_le64(m->block + 12);
  if (begins) {
    struct pl_event *event = put(writer, PL_EV_SNAPSHOT_BEGIN, instrument, exch_ms);
    event->order_id = change_id;
    event->aux = m->block[20];
    event->flags = PL_EVF_SNAPSHOT;
  }
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    struct pl_event *event = put(writer, PL_EV_LEVEL_SET, instrument, exch_ms);
    event->order_id = change_id;
    event->flags = PL_EVF_SNAPSHOT;
    event->side = entry[0] == 1 ? PL_BID : PL_ASK;
    event->price_e9 = price_e9(entry + 1);
    event->qty_e8 = qty_e8(entry + 9);
  }
  if (last) {
    struct pl_event *event = put(writer, PL_EV_SNAPSHOT_END, instrument, exch_ms);
    event->order_id = change_id;
    event->flags = PL_EVF_SNAPSHOT | PL_EVF_MESSAGE_END;
  }
  if (begins || last || m->group_count != 0) pl_writer_touch(writer, instrument);
}

static int64_t quote_e9(const uint8_t *at) {
  int64_t value_e9 = price_e9(at);
  return value_e9 == 0 ? PL_PRICE_NONE : value_e9;
}

static void write_ticker(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  uint64_t exch_ms = pl_bytes_le64(m->block + 5);
  put_state(writer, instrument, m->block[4], exch_ms);
  put(writer, PL_EV_OPEN_INTEREST, instrument, exch_ms)->qty_e8 = qty_e8(m->block + 13);
  put(writer, PL_EV_INDEX, instrument, exch_ms)->price_e9 = price_e9(m->block + 45);
  put(writer, PL_EV_MARK, instrument, exch_ms)->price_e9 = price_e9(m->block + 53);
  struct pl_event *funding = put(writer, PL_EV_FUNDING, instrument, exch_ms);
  funding->price_e9 = price_e9(m->block + 93);
  funding->aux = (uint64_t)price_e9(m->block + 101);
  struct pl_event *quote = put(writer, PL_EV_QUOTE, instrument, exch_ms);
  quote->price_e9 = quote_e9(m->block + 61);
  quote->aux = (uint64_t)quote_e9(m->block + 77);
  pl_writer_touch(writer, instrument);
}

static void write_trades(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE || m->group_count == 0) return;
  for (uint32_t i = 0; i < m->group_count; i++) {
    const uint8_t *entry = m->group + (size_t)i * m->group_block_bytes;
    struct pl_event *event = put(writer, PL_EV_TRADE, instrument, pl_bytes_le64(entry + 17));
    event->side = entry[0] == 0 ? PL_BID : PL_ASK; /* a buyer lifts the ask: aggressor is the bid */
    event->price_e9 = price_e9(entry + 1);
    event->qty_e8 = qty_e8(entry + 9);
    event->order_id = pl_bytes_le64(entry + 49);
    event->aux = entry[58]; /* 1 maker, 2 taker, 3 both: PL_TRADE_* bits */
  }
  pl_writer_touch(writer, instrument);
}

static enum pl_kind kind_of(uint8_t kind, uint8_t type) {
  switch (kind) {
  case 0: return type == 1 ? PL_KIND_INVERSE : PL_KIND_LINEAR;
  case 1: return type == 1 ? PL_KIND_OPTION_INVERSE : PL_KIND_OPTION_LINEAR;
  case 4: return PL_KIND_SPOT;
  default: return PL_KIND_COMBO;
  }
}

static void write_instrument(struct pl_writer *writer, const struct pl_deribit_message *m,
                             bool v2) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct snapshot_channel *channel = snapshot_channel(writer);
  if (channel->state == SNAPSHOT_UNKNOWN) channel->state = SNAPSHOT_BETWEEN;
  instrument = pl_writer_define(writer, instrument, m->var, m->var_bytes, 0);
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  const uint8_t *expiry = m->block + (v2 ? 59 : 60), *doubles = m->block + (v2 ? 67 : 68);
  entry->kind = (uint8_t)kind_of(m->block[5], m->block[6]);
  entry->expiry_ns = pl_bytes_le64(expiry) < UINT64_MAX / NS_PER_MS
                         ? pl_bytes_le64(expiry) * NS_PER_MS
                         : UINT64_MAX;
  entry->strike_e9 = price_e9(doubles);
  entry->contract_size_e8 = qty_e8(doubles + 8);
  entry->tick_e9 = price_e9(doubles + 24);
  if (v2) {
    uint16_t steps = m->group_count < PL_TICK_STEPS_MAX ? m->group_count : PL_TICK_STEPS_MAX;
    for (uint32_t i = 0; i < steps; i++) {
      const uint8_t *step = m->group + (size_t)i * m->group_block_bytes;
      entry->tick_steps[i].above_e9 = price_e9(step);
      entry->tick_steps[i].tick_e9 = price_e9(step + 8);
    }
    entry->tick_step_count = (uint8_t)steps;
  }
  struct pl_event *event = put(writer, PL_EV_INSTRUMENT, instrument, 0);
  event->price_e9 = entry->tick_e9;
  event->qty_e8 = entry->contract_size_e8;
  event->order_id = entry->name_hash;
  event->aux = entry->expiry_ns;
  event->side = entry->kind;
  put_state(writer, instrument, m->block[4], 0);
  pl_writer_touch(writer, instrument);
}

static void write_combo_legs(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  uint16_t legs = m->group_count < PL_COMBO_LEGS_MAX ? m->group_count : PL_COMBO_LEGS_MAX;
  for (uint32_t i = 0; i < legs; i++) {
    const uint8_t *leg = m->group + (size_t)i * m->group_block_bytes;
    entry->legs[i].venue_id = pl_bytes_le32(leg);
    entry->legs[i].size = (int32_t)pl_bytes_le32(leg + 4);
  }
  entry->leg_count = (uint8_t)legs;
}

/* An index belongs to no instrument; its name's hash says which one it is. */
static void write_price_index(struct pl_writer *writer, const struct pl_deribit_message *m) {
  struct pl_event *event =
      put(writer, PL_EV_INDEX, PL_INSTRUMENT_NONE, pl_bytes_le64(m->block + 24));
  event->price_e9 = price_e9(m->block + 16);
  event->order_id = XXH3_64bits(m->block, strnlen((const char *)m->block, 16));
}

static void write_rfq(struct pl_writer *writer, const struct pl_deribit_message *m) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block));
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct pl_event *event = put(writer, PL_EV_STATUS, instrument, pl_bytes_le64(m->block + 14));
  event->aux = PL_COND_RFQ;
  event->qty_e8 = qty_e8(m->block + 6);
  pl_writer_touch(writer, instrument);
}

static void write_message(struct pl_writer *writer, const struct pl_deribit_message *m) {
  struct snapshot_channel *channel = snapshot_channel(writer);
  switch (m->template_id) {
  case PL_DERIBIT_BOOK: write_book(writer, m); break;
  case PL_DERIBIT_TICKER: write_ticker(writer, m); break;
  case PL_DERIBIT_TRADES: write_trades(writer, m); break;
  case PL_DERIBIT_SNAPSHOT: write_snapshot(writer, m); break;
  case PL_DERIBIT_SNAPSHOT_START:
  case PL_DERIBIT_SNAPSHOT_END: channel->state = SNAPSHOT_BETWEEN; break;
  case PL_DERIBIT_INSTRUMENT: write_instrument(writer, m, false); break;
  case PL_DERIBIT_INSTRUMENT_V2: write_instrument(writer, m, true); break;
  case PL_DERIBIT_COMBO_LEGS: write_combo_legs(writer, m); break;
  case PL_DERIBIT_PRICE_INDEX: write_price_index(writer, m); break;
  case PL_DERIBIT_RFQ: write_rfq(writer, m); break;
  default: writer->counters->messages_unknown++; break;
  }
}

/* An instrument's event is whole with its last message of the packet, unless its book goes on. */
static uint32_t finish(struct pl_writer *writer) {
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
  struct decoder *decoder = state;
  struct pl_writer writer;
  writer.decoder = decoder;
  pl_writer_begin(&writer, decoder->directory, &decoder->counters, context, ret_events,
                  PL_VENUE_DERIBIT, NULL);
  if (!context->continuous) decoder->snapshots[context->channel].state = SNAPSHOT_UNKNOWN;
  size_t at = PL_DERIBIT_FRAME_BYTES;
  struct pl_deribit_message message;
  while (at < packet->size_bytes &&
         pl_deribit_next(packet->data, packet->size_bytes, &at, &message) == PL_OK)
    write_message(&writer, &message);
  return finish(&writer);
}

const struct pl_venue pl_deribit_venue = {
    .name = "deribit",
    .id = PL_VENUE_DERIBIT,
    .seq_bits = 32,
    .footprint = footprint,
    .create = create,
    .head = head,
    .judge = judge,
    .write = write,
    .counters = counters,
    .has_snapshots = true,
};
