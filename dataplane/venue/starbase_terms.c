#include "dataplane/venue/starbase_state.h"
#include "engine/base/fixed.h"

#define NAME_BYTES 128

enum { TYPE_PERPETUAL, TYPE_OPTION, TYPE_SPOT, TYPE_FUTURE_COMBO, TYPE_OPTION_COMBO, TYPE_FUTURE };

/* Where an index's price is kept; PL_STARBASE_INDEX_SLOTS when there is no room for another. */
static uint32_t index_slot(struct pl_writer *writer, uint64_t id) {
  struct pl_starbase *decoder = writer->decoder;
  uint32_t at = (uint32_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % PL_STARBASE_INDEX_SLOTS;
  for (uint32_t probes = 0; probes < PL_STARBASE_INDEX_SLOTS; probes++) {
    struct pl_starbase_index *index = &decoder->indexes[at];
    if (index->taken && index->id == id) return at;
    if (!index->taken) {
      if (decoder->index_count == PL_STARBASE_INDEXES_MAX) break;
      decoder->index_count++;
      *index = (struct pl_starbase_index){.id = id, .price_e9 = PL_PRICE_NONE, .taken = true};
      return at;
    }
    at = (at + 1) % PL_STARBASE_INDEX_SLOTS;
  }
  writer->counters->instruments_full++;
  return PL_STARBASE_INDEX_SLOTS;
}

void pl_starbase_write_index(struct pl_writer *writer, const struct pl_starbase_message *m) {
  struct pl_starbase *decoder = writer->decoder;
  int64_t price_e9 = (int64_t)pl_bytes_le64(m->body + 8);
  uint32_t slot = index_slot(writer, pl_bytes_le64(m->body));
  if (slot == PL_STARBASE_INDEX_SLOTS || price_e9 == PL_STARBASE_NULL) return;
  struct pl_starbase_index *index = &decoder->indexes[slot];
  if (m->exch_ns < index->exch_ns) return; /* a snapshot cycle that is late */
  index->price_e9 = price_e9;
  index->exch_ns = m->exch_ns;
}

static enum pl_kind kind_of(uint8_t type, bool reversed) {
  switch (type) {
  case TYPE_PERPETUAL:
  case TYPE_FUTURE: return reversed ? PL_KIND_INVERSE : PL_KIND_LINEAR;
  case TYPE_OPTION: return reversed ? PL_KIND_OPTION_INVERSE : PL_KIND_OPTION_LINEAR;
  case TYPE_SPOT: return PL_KIND_SPOT;
  default: return PL_KIND_COMBO;
  }
}

/* The venue's status of an instrument, as a status event when it changed. */
static void put_status(struct pl_writer *writer, uint32_t instrument, uint8_t status,
                       uint64_t exch_ns) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  if (entry->state == status) return;
  entry->state = status;
  pl_writer_put(writer, PL_EV_STATUS, instrument, exch_ns)->aux =
      status == 0 ? PL_COND_OPEN : PL_COND_CLOSED;
  pl_writer_touch(writer, instrument);
}

/* A snapshot may be older than what the incremental channel has already told: that would lift a
 * halt, or bring an old price back. */
static bool is_news(const struct pl_writer *writer, uint32_t instrument, uint64_t seq) {
  struct pl_starbase_row *row = pl_starbase_row(writer, instrument);
  if (!writer->context->recovery) {
    row->told_next = seq + 1;
    return true;
  }
  const struct pl_starbase_snapshot *snapshot = &pl_starbase_channel(writer)->snapshot;
  bool known = snapshot->inside && snapshot->instrument == instrument;
  return row->told_next <= (known ? snapshot->anchor + 1 : 0);
}

/* Leg ids wider than the directory's are not cut: the combo then has no known legs. */
static void take_groups(struct pl_instrument *entry, const struct pl_starbase_message *m) {
  struct pl_starbase_group ticks, legs;
  if (pl_starbase_groups(m, &ticks, &legs) != PL_OK) return; /* judged before: it is good */
  uint32_t steps = ticks.count < PL_TICK_STEPS_MAX ? ticks.count : PL_TICK_STEPS_MAX;
  for (uint32_t i = 0; i < steps; i++) {
    const uint8_t *tick = ticks.entries + (size_t)i * ticks.entry_bytes;
    entry->tick_steps[i].tick_e9 = (int64_t)pl_bytes_le64(tick);
    entry->tick_steps[i].above_e9 = (int64_t)pl_bytes_le64(tick + 8);
  }
  entry->tick_step_count = (uint8_t)steps;
  uint32_t leg_count = legs.count < PL_COMBO_LEGS_MAX ? legs.count : PL_COMBO_LEGS_MAX;
  for (uint32_t i = 0; i < leg_count; i++) {
    const uint8_t *leg = legs.entries + (size_t)i * legs.entry_bytes;
    if (pl_bytes_le64(leg) > UINT32_MAX) leg_count = 0;
    entry->legs[i].venue_id = pl_bytes_le32(leg);
    entry->legs[i].size = (int8_t)leg[8];
  }
  entry->leg_count = (uint8_t)leg_count;
}

/* Takes the unit of an instrument's quantities. Orders in another unit are not its orders. */
static void take_unit(struct pl_writer *writer, uint32_t instrument,
                      const struct pl_starbase_message *m, uint64_t seq) {
  struct pl_starbase_row *row = pl_starbase_row(writer, instrument);
  int64_t unit_e8 = 1;
  for (int32_t i = PL_STARBASE_EXPONENT_MIN; i < (int8_t)m->body[256]; i++) unit_e8 *= 10;
  if (row->unit_e8 != 0 && row->unit_e8 != unit_e8) {
    if (pl_starbase_channel(writer)->snapshot.instrument == instrument)
      pl_starbase_throw_away(writer, m->exch_ns);
    row->holed = false; /* what was told since a hole was in the old unit too */
    pl_starbase_hole(writer, instrument, m->exch_ns);
    if (!writer->context->recovery) row->passed_next = seq + 1;
  }
  row->unit_e8 = unit_e8;
  row->mantissa_end = PL_QTY_E8_MAX / unit_e8 + 1;
  row->index_slot = index_slot(writer, pl_bytes_le64(m->body + 136));
}

/* Names the instrument. Where its id was another contract's, that one's orders are not its own: a
 * snapshot that is inside belongs to the old one, and what stood before this message is not known.
 */
static uint32_t define(struct pl_writer *writer, uint32_t instrument,
                       const struct pl_starbase_message *m, uint64_t seq) {
  const uint8_t *name = m->body + 8;
  uint32_t name_bytes = (uint32_t)strnlen((const char *)name, NAME_BYTES);
  uint32_t defined = pl_writer_define(writer, instrument, name, name_bytes, m->exch_ns);
  if (defined == instrument || defined == PL_INSTRUMENT_NONE) return defined;
  const struct pl_starbase_snapshot *snapshot = &pl_starbase_channel(writer)->snapshot;
  if (snapshot->inside && snapshot->instrument == instrument)
    pl_starbase_throw_away(writer, m->exch_ns);
  struct pl_starbase_row *row = pl_starbase_row(writer, defined);
  row->holed = true;
  if (!writer->context->recovery) row->passed_next = row->told_next = seq + 1;
  return defined;
}

void pl_starbase_write_instrument(struct pl_writer *writer, const struct pl_starbase_message *m,
                                  uint64_t seq) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body));
  if (instrument == PL_INSTRUMENT_NONE) return;
  bool news = is_news(writer, instrument, seq);
  if (!news && pl_starbase_row(writer, instrument)->unit_e8 != 0) return;
  instrument = define(writer, instrument, m, seq);
  if (instrument == PL_INSTRUMENT_NONE) return;
  take_unit(writer, instrument, m, seq);
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  const uint8_t *body = m->body;
  int64_t expiry_ns = (int64_t)pl_bytes_le64(body + 224);
  int64_t strike_e9 = (int64_t)pl_bytes_le64(body + 232);
  entry->kind = (uint8_t)kind_of(body[257], (body[258] & 1) != 0);
  entry->expiry_ns = expiry_ns == PL_STARBASE_NULL ? UINT64_MAX : (uint64_t)expiry_ns;
  entry->strike_e9 = strike_e9 == PL_STARBASE_NULL ? 0 : strike_e9;
  entry->contract_size_e8 = PL_E8; /* quantities are told in units of the asset */
  entry->tick_e9 = (int64_t)pl_bytes_le64(body + 248);
  take_groups(entry, m);
  struct pl_event *event = pl_writer_put(writer, PL_EV_INSTRUMENT, instrument, m->exch_ns);
  event->price_e9 = entry->tick_e9;
  event->qty_e8 = entry->contract_size_e8;
  event->order_id = entry->name_hash;
  event->aux = entry->expiry_ns;
  event->side = entry->kind;
  pl_writer_touch(writer, instrument);
  if (news || entry->state == PL_DIRECTORY_STATE_UNKNOWN)
    put_status(writer, instrument, body[259], m->exch_ns);
}

static void put_price(struct pl_writer *writer, enum pl_event_type type, uint32_t instrument,
                      int64_t price_e9, uint64_t exch_ns) {
  if (price_e9 == PL_PRICE_NONE) return;
  pl_writer_put(writer, type, instrument, exch_ns)->price_e9 = price_e9;
  pl_writer_touch(writer, instrument);
}

_Static_assert(PL_STARBASE_NULL == PL_PRICE_NONE, "a null price is no price");

/* The old layout carries the index price; in the new one it is the instrument's index that does. */
void pl_starbase_write_info(struct pl_writer *writer, const struct pl_starbase_message *m,
                            uint64_t seq) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body));
  if (instrument == PL_INSTRUMENT_NONE || !is_news(writer, instrument, seq)) return;
  bool old = m->body_bytes == PL_STARBASE_INFO_OLD_BYTES;
  int64_t mark_e9 = (int64_t)pl_bytes_le64(m->body + (old ? 32 : 24));
  int64_t index_e9 = PL_PRICE_NONE;
  if (old) {
    index_e9 = (int64_t)pl_bytes_le64(m->body + 24);
  } else {
    const struct pl_starbase *decoder = writer->decoder;
    const struct pl_starbase_row *row = pl_starbase_row(writer, instrument);
    if (row->unit_e8 != 0 && row->index_slot != PL_STARBASE_INDEX_SLOTS)
      index_e9 = decoder->indexes[row->index_slot].price_e9;
  }
  put_price(writer, PL_EV_INDEX, instrument, index_e9, m->exch_ns);
  put_price(writer, PL_EV_MARK, instrument, mark_e9, m->exch_ns);
}

static bool is_null(const uint8_t *at) {
  return (pl_bytes_le64(at) & (UINT64_MAX >> 1)) > UINT64_C(0x7ff0000000000000);
}

/* After judging, what is no null converts. */
static int64_t fixed(const uint8_t *at, uint32_t scale) {
  int64_t value = 0;
  if (is_null(at) || pl_fixed_from_double(pl_bytes_le64(at), scale, INT64_MAX, &value) != PL_OK)
    return 0;
  return value;
}

void pl_starbase_write_ref(struct pl_writer *writer, const struct pl_starbase_message *m,
                           uint64_t seq) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body));
  if (instrument == PL_INSTRUMENT_NONE || !is_news(writer, instrument, seq)) return;
  if (!is_null(m->body + 8) || !is_null(m->body + 16)) {
    struct pl_event *event = pl_writer_put(writer, PL_EV_FUNDING, instrument, m->exch_ns);
    event->price_e9 = fixed(m->body + 8, PL_E9);
    event->aux = (uint64_t)fixed(m->body + 16, PL_E9);
    pl_writer_touch(writer, instrument);
  }
  if (m->body_bytes == PL_STARBASE_REF_BYTES && !is_null(m->body + 48)) {
    pl_writer_put(writer, PL_EV_OPEN_INTEREST, instrument, m->exch_ns)->qty_e8 =
        fixed(m->body + 48, PL_E8);
    pl_writer_touch(writer, instrument);
  }
}

void pl_starbase_write_status(struct pl_writer *writer, const struct pl_starbase_message *m,
                              uint64_t seq) {
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le64(m->body));
  if (instrument != PL_INSTRUMENT_NONE && is_news(writer, instrument, seq))
    put_status(writer, instrument, m->body[8], m->exch_ns);
}
