/* Reference data of CME: definitions, trading states, price limits. */
#include "dataplane/venue/cme_decoder.h"

#define STATE_OPEN        17 /* ready to trade */
#define STATE_UNAVAILABLE 18
#define EVENT_LAST_TRADE  7 /* last eligible trade date */
#define EVENT_BYTES       9
#define FEED_TYPE_BYTES   4
#define LEG_BYTES         6 /* id, side, ratio */
#define GROUPS_MAX        5

/* clang-format off */
static const struct pl_cme_definition definitions[] = {
    /* kind                tick factor size strike high low legs */
    {PL_KIND_LINEAR,         91,  99, 140,  0, 165, 173, 0}, /* future */
    {PL_KIND_OPTION_LINEAR, 111, 127, 169, 80, 202, 194, 0}, /* option */
    {PL_KIND_COMBO,          94, 102,   0,  0, 167, 175, 4}, /* spread */
    {PL_KIND_SPOT,           86,  94, 135,  0, 153, 161, 0}, /* fixed income */
    {PL_KIND_UNKNOWN,        86,  94, 132,  0, 150, 158, 0}, /* repo */
    {PL_KIND_SPOT,           89,  97, 136,  0, 144, 152, 0}, /* foreign exchange */
};
/* clang-format on */

const struct pl_cme_definition *pl_cme_definition(uint32_t template_id) {
  return &definitions[template_id == PL_CME_FX ? 5 : template_id - PL_CME_FUTURE];
}

/* The groups that are read: events, feed types, and those as far as the legs. */
static uint32_t group_count(const struct pl_cme_definition *definition) {
  return definition->legs_group != 0 ? definition->legs_group + 1u : 2;
}

static int64_t i64_at(const uint8_t *at) {
  return (int64_t)pl_bytes_le64(at);
}

enum pl_status pl_cme_definition_judge(const struct pl_cme_message *m) {
  const struct pl_cme_definition *definition = pl_cme_definition(m->template_id);
  static const uint8_t entry_min[GROUPS_MAX] = {EVENT_BYTES, FEED_TYPE_BYTES, 0, 0, LEG_BYTES};
  const uint8_t *at = m->block + m->block_bytes;
  for (uint32_t i = 0; i < group_count(definition); i++) {
    struct pl_cme_group group;
    if (!pl_cme_group_next(&at, m->end, &group)) return PL_E_TRUNCATED;
    if (group.count != 0 && group.entry_bytes < entry_min[i]) return PL_E_BLOCK;
  }
  uint8_t action = m->block[PL_CME_DEFINITION_ACTION];
  if (action != 'A' && action != 'D' && action != 'M') return PL_E_VALUE;
  int64_t factor_e9 = i64_at(m->block + definition->factor_at);
  if (factor_e9 <= 0 || factor_e9 > PL_E9) return PL_E_VALUE;
  int64_t tick_e9 = i64_at(m->block + definition->tick_at);
  if (tick_e9 != PL_CME_NULL_PRICE && (tick_e9 < 0 || !pl_cme_price_is_good(tick_e9)))
    return PL_E_VALUE;
  if (definition->strike_at != 0) {
    int64_t strike_e9 = i64_at(m->block + definition->strike_at);
    if (strike_e9 != PL_CME_NULL_PRICE && !pl_cme_price_is_good(strike_e9)) return PL_E_VALUE;
  }
  if (definition->size_at != 0 && i64_at(m->block + definition->size_at) < 0) return PL_E_VALUE;
  return PL_OK;
}

/* The enum pl_condition of a trading state; PL_COND_COUNT for one that says nothing. */
static enum pl_condition condition_of(uint8_t state) {
  switch (state) {
  case STATE_OPEN: return PL_COND_OPEN;
  case 2:                         /* halt */
  case 4:                         /* close */
  case 15:                        /* new price indication */
  case STATE_UNAVAILABLE:         /* */
  case 21:                        /* pre-open */
  case 24:                        /* pre-cross */
  case 25:                        /* cross */
  case 26: return PL_COND_CLOSED; /* post-close */
  default: return PL_COND_COUNT;
  }
}

void pl_cme_status(struct pl_writer *writer, uint32_t instrument, uint8_t code, uint64_t exch_ns) {
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  enum pl_condition condition = condition_of(code);
  if (condition == PL_COND_COUNT || entry->state == code) return;
  entry->state = code;
  entry->condition_due = 0;
  pl_writer_put(writer, PL_EV_STATUS, instrument, exch_ns)->aux = condition;
  pl_cme_whole(writer, instrument);
}

static bool is_blank(const uint8_t *code) {
  return code[0] == '\0' || code[0] == ' ';
}

/* A code of the message is blank, and says nothing, or the instrument's own. */
static bool code_fits(const uint8_t *code, const char *own) {
  return is_blank(code) || memcmp(code, own, PL_CME_CODE_BYTES) == 0;
}

/* Whether an instrument's updates come on this packet's channel. One that so far only a recovery
 * stream named is moved here: its group speaks on no other channel. */
static bool is_of_channel(struct pl_writer *writer, uint32_t instrument) {
  const struct pl_venue_context *context = writer->context;
  uint32_t channel = pl_directory_entry(writer->directory, instrument)->channel;
  if (channel == context->channel) return true;
  if (context->recovery || pl_cme_decoder(writer)->channels[channel].speaks) return false;
  pl_directory_move(writer->directory, instrument, context->channel);
  return true;
}

/* A whole group changes its state: a group may have more instruments than a packet may have events,
 * so they are noted here and told by the feed. From the newest on, which a move finds first. */
static void write_group_status(struct pl_writer *writer, const uint8_t *block) {
  const uint8_t *group = block + 8, *asset = block + 14;
  enum pl_condition condition = condition_of(block[27]);
  if (condition == PL_COND_COUNT || (is_blank(group) && is_blank(asset))) return;
  for (uint32_t i = pl_directory_count(writer->directory); i-- > 0;) {
    const struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[i];
    if (!code_fits(group, state->group) || !code_fits(asset, state->asset)) continue;
    struct pl_instrument *entry = pl_directory_entry(writer->directory, i);
    if (entry->state == block[27] || !is_of_channel(writer, i)) continue;
    entry->state = block[27];
    entry->condition_due = (uint8_t)(condition + 1);
  }
}

/* A halt may have been among what was lost, and nothing repeats it but the loops of definitions and
 * snapshots: what they say of the state is news then. */
void pl_cme_forget_states(struct pl_cme_decoder *decoder, uint32_t channel) {
  uint32_t instrument = pl_directory_first(decoder->directory, channel);
  while (instrument != PL_INSTRUMENT_NONE) {
    struct pl_instrument *entry = pl_directory_entry(decoder->directory, instrument);
    entry->state = PL_DIRECTORY_STATE_UNKNOWN;
    instrument = entry->next_in_channel;
  }
}

void pl_cme_write_status(struct pl_writer *writer, const struct pl_cme_message *m) {
  if (pl_bytes_le32(m->block + 20) == PL_CME_NULL_I32) {
    write_group_status(writer, m->block);
    return;
  }
  uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(m->block + 20));
  if (instrument == PL_INSTRUMENT_NONE) return;
  pl_cme_status(writer, instrument, m->block[27], pl_bytes_le64(m->block));
}

/* Nothing is decided on a limit yet: one beyond fixed point is as good as none. */
static int64_t limit_e9(const struct pl_cme_instrument *state, const uint8_t *at) {
  int64_t raw_e9 = i64_at(at);
  return pl_cme_price_is_good(raw_e9) ? pl_cme_price(state, raw_e9) : PL_PRICE_NONE;
}

void pl_cme_write_limits(struct pl_writer *writer, const struct pl_cme_message *m) {
  for (uint32_t i = 0; i < m->entry_count; i++) {
    const uint8_t *at = m->entries + (size_t)i * m->entry_bytes;
    uint32_t instrument = pl_writer_instrument(writer, pl_bytes_le32(at + m->shape->id_at));
    if (instrument == PL_INSTRUMENT_NONE) continue;
    const struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
    struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
    entry->limit_high_e9 = limit_e9(state, at);
    entry->limit_low_e9 = limit_e9(state, at + 8);
  }
}

/* A factor of 1/n divides by a multiplication: with the reciprocal rounded up at 63 bits beyond the
 * size of n, the quotient of every number below 2^63 is exact. */
static void set_factor(struct pl_cme_instrument *state, uint32_t factor_e9) {
  state->factor_e9 = factor_e9;
  state->factor_magic = 0;
  if (factor_e9 == PL_E9 || PL_E9 % factor_e9 != 0) return;
  uint32_t n = (uint32_t)(PL_E9 / factor_e9), bits = 1;
  while ((UINT32_C(1) << bits) < n) bits++; /* at most 30 */
  state->factor_magic = (uint64_t)(((pl_u128)1 << (63 + bits)) / n) + 1;
  state->factor_shift = (uint8_t)(bits - 1);
  state->factor_half = n / 2;
}

/* Returns whether its books hold fewer levels than was thought: those behind were never deleted. */
static bool take_groups(struct pl_cme_instrument *state, struct pl_instrument *entry,
                        const struct pl_cme_message *m) {
  uint32_t depths[2] = {state->depths[0] != 0 ? state->depths[0] : PL_CME_DEPTH,
                        state->depths[1] != 0 ? state->depths[1] : PL_CME_DEPTH_IMPLIED};
  const struct pl_cme_definition *definition = pl_cme_definition(m->template_id);
  const uint8_t *at = m->block + m->block_bytes;
  struct pl_cme_group group;
  for (uint32_t i = 0; i < group_count(definition) && pl_cme_group_next(&at, m->end, &group); i++)
    for (uint32_t j = 0; j < group.count; j++) {
      const uint8_t *item = group.entries + (size_t)j * group.entry_bytes;
      if (i == 0 && item[0] == EVENT_LAST_TRADE) entry->expiry_ns = pl_bytes_le64(item + 1);
      if (i == 1 && memcmp(item, "GB", 2) == 0 && (int8_t)item[3] > 0)
        state->depths[item[2] == 'I'] = item[3]; /* GBX: outright, GBI: implied */
      if (i < 2 || i != definition->legs_group || j >= PL_COMBO_LEGS_MAX) continue;
      int32_t ratio = (int8_t)item[5];
      entry->legs[j].venue_id = pl_bytes_le32(item);
      entry->legs[j].size = item[4] == 2 ? -ratio : ratio; /* sold */
      entry->leg_count = (uint8_t)(j + 1);
    }
  return (state->depths[0] != 0 && state->depths[0] < depths[0]) ||
         (state->depths[1] != 0 && state->depths[1] < depths[1]);
}

/* The terms of the contract, at the factor that was set. */
static void take_terms(const struct pl_cme_instrument *state, struct pl_instrument *entry,
                       const struct pl_cme_message *m) {
  const struct pl_cme_definition *definition = pl_cme_definition(m->template_id);
  entry->kind = definition->kind;
  int64_t tick_e9 = i64_at(m->block + definition->tick_at);
  entry->tick_e9 = tick_e9 == PL_CME_NULL_PRICE ? 0 : pl_cme_price(state, tick_e9);
  if (definition->size_at != 0) {
    int64_t size_e9 = i64_at(m->block + definition->size_at);
    entry->contract_size_e8 = size_e9 == PL_CME_NULL_PRICE ? 0 : size_e9 / 10;
  }
  if (definition->strike_at != 0) {
    int64_t strike_e9 = i64_at(m->block + definition->strike_at);
    entry->strike_e9 = strike_e9 == PL_CME_NULL_PRICE ? 0 : pl_cme_price(state, strike_e9);
  }
  entry->limit_high_e9 = limit_e9(state, m->block + definition->limit_high_at);
  entry->limit_low_e9 = limit_e9(state, m->block + definition->limit_low_at);
}

void pl_cme_write_definition(struct pl_writer *writer, const struct pl_cme_message *m) {
  const uint8_t *name = m->block + PL_CME_DEFINITION_NAME;
  uint32_t name_bytes = (uint32_t)strnlen((const char *)name, PL_CME_NAME_BYTES);
  uint32_t instrument =
      pl_writer_instrument(writer, pl_bytes_le32(m->block + PL_CME_DEFINITION_ID));
  if (instrument != PL_INSTRUMENT_NONE)
    instrument = pl_writer_define(writer, instrument, name, name_bytes, 0);
  if (instrument == PL_INSTRUMENT_NONE) return;
  struct pl_cme_instrument *state = &pl_cme_decoder(writer)->instruments[instrument];
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  uint32_t factor_e9 =
      (uint32_t)pl_bytes_le64(m->block + pl_cme_definition(m->template_id)->factor_at);
  uint32_t factor_before_e9 = state->factor_e9 != 0 ? state->factor_e9 : (uint32_t)PL_E9;
  bool shallower = take_groups(state, entry, m);
  if (state->booked && (factor_e9 != factor_before_e9 || shallower)) { /* what is kept is not so */
    pl_writer_put(writer, PL_EV_BOOK_CLEAR, instrument, 0);
    state->booked = false;
  }
  set_factor(state, factor_e9);
  memcpy(state->group, m->block + PL_CME_DEFINITION_GROUP, PL_CME_CODE_BYTES);
  memcpy(state->asset, m->block + PL_CME_DEFINITION_GROUP + PL_CME_CODE_BYTES, PL_CME_CODE_BYTES);
  take_terms(state, entry, m);
  struct pl_event *event = pl_writer_put(writer, PL_EV_INSTRUMENT, instrument, 0);
  event->price_e9 = entry->tick_e9;
  event->qty_e8 = entry->contract_size_e8;
  event->order_id = entry->name_hash;
  event->aux = entry->expiry_ns;
  event->side = entry->kind;
  /* In the stream of updates its state is news; in a loop it may be older than the last one told.
   */
  bool news = pl_bytes_le32(m->block + PL_CME_DEFINITION_TOTAL) == UINT32_MAX;
  uint8_t code = m->block[PL_CME_DEFINITION_STATE];
  uint32_t count = writer->count;
  if (m->block[PL_CME_DEFINITION_ACTION] == 'D')
    pl_cme_status(writer, instrument, STATE_UNAVAILABLE, 0);
  else if (news || entry->state == PL_DIRECTORY_STATE_UNKNOWN)
    pl_cme_status(writer, instrument, code, 0);
  if (writer->count == count) pl_cme_whole(writer, instrument);
}
