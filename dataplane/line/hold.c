/* Early packets, the hole before them, and what is done about it. */
#include "dataplane/line/table.h"
#include "engine/base/check.h"

#include <string.h>

static struct pl_line_held *slot_of(struct pl_line_table *table, uint32_t number) {
  return number == 0 ? NULL : &table->slots[number - 1];
}

static uint32_t number_of(const struct pl_line_table *table, const struct pl_line_held *slot) {
  return (uint32_t)(slot - table->slots) + 1;
}

/* Slots never used yet are behind those that were: the arena's pages are touched as needed. */
static struct pl_line_held *slot_take(struct pl_line_table *table) {
  struct pl_line_held *slot = slot_of(table, table->free_first);
  if (slot != NULL) {
    table->free_first = slot->next;
    return slot;
  }
  return table->used == PL_LINE_HELD_MAX ? NULL : &table->slots[table->used++];
}

void pl_line_free(struct pl_line_table *table, struct pl_line_held *held) {
  held->next = table->free_first;
  table->free_first = number_of(table, held);
}

static void due_at(struct pl_line_table *table, struct pl_channel *channel, uint64_t due_ns) {
  channel->due_ns = due_ns;
  if (due_ns < table->due_ns) table->due_ns = due_ns;
}

static void wait_for(struct pl_line_table *table, struct pl_channel *channel, uint64_t now_ns) {
  if (!channel->hole) channel->holes++;
  channel->hole = true;
  channel->hole_seq = channel->next_seq;
  due_at(table, channel, now_ns + table->config.gap_wait_ns);
}

static bool venue_resends(const struct pl_line_table *table, const struct pl_channel *channel) {
  return table->config.resend_units_max != 0 && !channel->recovery;
}

/* Whether what was said last of the channel's end is about there. */
static bool agrees(const struct pl_line_table *table, const struct pl_channel *channel,
                   uint64_t seq) {
  uint64_t off = (seq - channel->told_end + PL_LINE_JUMP_UNITS) & table->seq_mask;
  return off <= 2 * PL_LINE_JUMP_UNITS;
}

/* How far a heartbeat says the channel has got. One that says very far is believed when the next
 * one agrees. */
static void hear_end(struct pl_line_table *table, uint32_t index, uint64_t seq, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  bool alone = pl_line_is_alone(table, index);
  bool known = channel->end_told && !pl_table_is_ahead(table, seq, channel->known_end);
  bool believed = !pl_table_is_far(table, channel, seq) || agrees(table, channel, seq);
  channel->told_end = seq;
  if (!known && believed) {
    channel->known_end = seq;
    channel->end_told = true;
  } else if (!alone || pl_line_is_alone(table, index)) {
    return; /* no news; else it agrees with what is held */
  }
  if (!channel->hole || alone) wait_for(table, channel, now_ns);
}

/* The slot after which a packet belongs, NULL for the front. Packets come nearly in order, but the
 * list has no way back: it is at most PL_LINE_HELD_EACH long.
 *   ret_known  a packet held already has all its units */
static struct pl_line_held *find_place(struct pl_line_table *table,
                                       const struct pl_channel *channel,
                                       const struct pl_line_place *place, bool *ret_known) {
  struct pl_line_held *before = NULL, *at = slot_of(table, channel->held_first);
  while (at != NULL && !pl_table_is_ahead(table, at->place.seq, place->seq)) {
    before = at;
    at = slot_of(table, at->next);
  }
  *ret_known = before != NULL && !pl_table_is_ahead(table, pl_table_end(table, place),
                                                    pl_table_end(table, &before->place));
  return before;
}

enum pl_line_verdict pl_line_hold(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                                  const struct pl_line_place *place, const struct pl_packet *packet,
                                  uint64_t recv_ns, uint64_t handed_ns) {
  struct pl_channel *channel = &table->channels[index];
  bool known, waits = table->config.gap_wait_ns != 0 || venue_resends(table, channel);
  if (!waits) return PL_LINE_NEXT;
  if (place->seq_count == 0) {
    pl_table_hear(table, channel, line, place, PL_LINE_AHEAD, recv_ns);
    hear_end(table, index, place->seq, recv_ns);
    return PL_LINE_AHEAD;
  }
  struct pl_line_held *before = find_place(table, channel, place, &known);
  if (known) return PL_LINE_DUPLICATE;
  struct pl_line_held *slot = channel->held < PL_LINE_HELD_EACH ? slot_take(table) : NULL;
  if (slot == NULL) return PL_LINE_NEXT;
  bool alone = pl_line_is_alone(table, index); /* the hole before it was none, then */
  pl_table_hear(table, channel, line, place, PL_LINE_AHEAD, recv_ns);
  slot->place = *place;
  slot->line = line;
  slot->group_ipv4 = packet->group_ipv4;
  slot->port = packet->port;
  slot->size_bytes = packet->size_bytes;
  slot->recv_ns = recv_ns;
  slot->handed_ns = handed_ns;
  PL_CHECK(packet->size_bytes <= sizeof slot->bytes);
  memcpy(slot->bytes, packet->data, packet->size_bytes);
  slot->next = before != NULL ? before->next : channel->held_first;
  *(before != NULL ? &before->next : &channel->held_first) = number_of(table, slot);
  channel->held++;
  if (!channel->hole || alone) wait_for(table, channel, recv_ns);
  return PL_LINE_AHEAD;
}

static struct pl_line_held *pop(struct pl_line_table *table, struct pl_channel *channel) {
  struct pl_line_held *held = slot_of(table, channel->held_first);
  channel->held_first = held->next;
  channel->held--;
  return held;
}

struct pl_line_held *pl_line_take_held(struct pl_line_table *table, uint32_t index,
                                       struct pl_line_turn *ret_turn) {
  struct pl_channel *channel = &table->channels[index];
  struct pl_line_held *held = slot_of(table, channel->held_first);
  if (PL_LIKELY(held == NULL)) return NULL;
  if (pl_table_is_ahead(table, held->place.seq, channel->next_seq)) return NULL;
  *ret_turn = (struct pl_line_turn){
      .known = !pl_table_is_ahead(table, pl_table_end(table, &held->place), channel->next_seq)};
  if (ret_turn->known) {
    channel->duplicates++;
  } else {
    ret_turn->skip = (uint32_t)((channel->next_seq - held->place.seq) & table->seq_mask);
    uint64_t last_ns = channel->last_recv_ns;
    ret_turn->was_silent = pl_table_advance(table, channel, &held->place, ret_turn->skip,
                                            held->recv_ns > last_ns ? held->recv_ns : last_ns);
  }
  return pop(table, channel);
}

uint32_t pl_line_drop_held(struct pl_line_table *table, uint32_t index) {
  struct pl_channel *channel = &table->channels[index];
  uint32_t dropped = channel->held;
  if (dropped != 0) channel->told_end = slot_of(table, channel->held_first)->place.seq;
  while (channel->held_first != 0) pl_line_free(table, pop(table, channel));
  channel->late += dropped;
  return dropped;
}

uint32_t pl_line_forget(struct pl_line_table *table, uint32_t index) {
  struct pl_channel *channel = &table->channels[index];
  channel->started = false;
  for (uint32_t line = 0; line < PL_LINE_COUNT; line++)
    channel->lines[line].started = channel->lines[line].in_old_run = false;
  channel->hole = channel->asked = channel->end_told = false; /* a recovery channel: none asked */
  return pl_line_drop_held(table, index);
}

/* Where the hole ends; next_seq when there is none. */
static uint64_t hole_end(struct pl_line_table *table, const struct pl_channel *channel) {
  const struct pl_line_held *held = slot_of(table, channel->held_first);
  if (held != NULL) return held->place.seq;
  bool told = channel->end_told && pl_table_is_ahead(table, channel->known_end, channel->next_seq);
  return told ? channel->known_end : channel->next_seq;
}

static void ask_soon(struct pl_line_table *table, struct pl_channel *channel) {
  if (channel->ask_due) return;
  channel->ask_due = true;
  uint32_t at = (table->ask_first + table->ask_count++) % PL_CHANNELS_MAX;
  table->asks[at] = (uint16_t)(channel - table->channels);
}

static void close_hole(struct pl_channel *channel, uint64_t now_ns) {
  channel->hole = channel->asked = channel->end_told = false;
  channel->asks = 0;
  pl_table_healthy(channel, now_ns);
}

bool pl_line_is_alone(const struct pl_line_table *table, uint32_t index) {
  const struct pl_channel *channel = &table->channels[index];
  if (channel->held != 1) return false;
  uint64_t seq = table->slots[channel->held_first - 1].place.seq;
  return pl_table_is_far(table, channel, seq) && !agrees(table, channel, seq);
}

/* A hole that only became smaller, or another one behind it, is waited for anew; of one that was
 * asked for, the rest is asked for. */
bool pl_line_settle(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (PL_LIKELY(!channel->hole && channel->held == 0 && !channel->end_told)) return false;
  bool asked = channel->asked;
  if (hole_end(table, channel) == channel->next_seq) {
    close_hole(channel, now_ns);
    return asked;
  }
  if (!channel->hole) {
    wait_for(table, channel, now_ns);
    return false;
  }
  /* A heartbeat moved nothing; of a packet not believed, nothing that comes says more. */
  if (channel->next_seq == channel->hole_seq || pl_line_is_alone(table, index)) return false;
  channel->hole_seq = channel->next_seq;
  channel->asks = asked ? 1 : 0;
  if (asked) {
    due_at(table, channel, now_ns + table->config.resend_wait_ns);
    ask_soon(table, channel);
  } else {
    due_at(table, channel, now_ns + table->config.gap_wait_ns);
  }
  return false;
}

void pl_line_give_up(struct pl_line_table *table, uint32_t index, uint64_t until_seq,
                     uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  const struct pl_line_held *held = slot_of(table, channel->held_first);
  bool nearer = held != NULL && pl_table_is_ahead(table, until_seq, held->place.seq);
  pl_table_lose(table, channel, nearer ? held->place.seq : until_seq, now_ns);
  bool more = channel->end_told && pl_table_is_ahead(table, channel->known_end, channel->next_seq);
  close_hole(channel, now_ns);
  channel->end_told = more; /* another hole, unless what is held fills it: settling says */
}

void pl_line_give_up_held(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  pl_line_give_up(table, index, hole_end(table, channel), now_ns);
}

static enum pl_line_news overdue(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (pl_line_is_alone(table, index)) return PL_LINE_ALONE;
  if (!venue_resends(table, channel) || channel->asks == PL_LINE_ASKS_MAX) return PL_LINE_LOST;
  bool first = !channel->asked;
  channel->asked = true;
  channel->asks++;
  pl_table_unhealthy(channel, now_ns);
  due_at(table, channel, now_ns + table->config.resend_wait_ns);
  ask_soon(table, channel);
  return first ? PL_LINE_ASKED : PL_LINE_NOTHING;
}

static bool is_silent(const struct pl_line_table *table, uint64_t last_ns, uint64_t now_ns) {
  return now_ns > last_ns && now_ns - last_ns > table->config.silence_ns;
}

static bool fell_silent(const struct pl_line_table *table, struct pl_channel *channel,
                        uint64_t now_ns) {
  if (!channel->watched) return false;
  for (uint32_t i = 0; i < PL_LINE_RESEND; i++) {
    struct pl_channel_line *line = &channel->lines[i];
    if (!line->started || line->silent || !is_silent(table, line->last_recv_ns, now_ns)) continue;
    line->silent = true;
    line->silences++;
  }
  if (channel->silent || !is_silent(table, channel->last_recv_ns, now_ns)) return false;
  channel->silent = true;
  channel->silences++;
  return true;
}

enum pl_line_news pl_line_tick(struct pl_line_table *table, uint64_t now_ns, uint32_t *ret_index) {
  uint64_t due_ns = UINT64_MAX;
  for (uint32_t index = 0; index < table->count; index++) {
    struct pl_channel *channel = &table->channels[index];
    enum pl_line_news news = PL_LINE_NOTHING;
    if (channel->hole && now_ns >= channel->due_ns) news = overdue(table, index, now_ns);
    if (channel->hole && channel->due_ns < due_ns) due_ns = channel->due_ns;
    if (news == PL_LINE_NOTHING && fell_silent(table, channel, now_ns)) news = PL_LINE_SILENCE;
    *ret_index = index;
    if (news != PL_LINE_NOTHING) return news;
  }
  table->due_ns = due_ns;
  return PL_LINE_NOTHING;
}

uint64_t pl_line_due_ns(const struct pl_line_table *table) {
  return table->due_ns;
}

bool pl_line_ask(struct pl_line_table *table, uint32_t *ret_index, uint64_t *ret_seq,
                 uint32_t *ret_count) {
  while (table->ask_count != 0) {
    uint32_t index = table->asks[table->ask_first];
    table->ask_first = (table->ask_first + 1) % PL_CHANNELS_MAX;
    table->ask_count--;
    struct pl_channel *channel = &table->channels[index];
    channel->ask_due = false;
    if (!channel->hole || !channel->asked) continue; /* it came meanwhile, or was given up */
    uint64_t units = (hole_end(table, channel) - channel->next_seq) & table->seq_mask;
    if (units == 0) continue;
    uint32_t units_max = table->config.resend_units_max;
    *ret_index = index;
    *ret_seq = channel->next_seq;
    *ret_count = units < units_max ? (uint32_t)units : units_max;
    return true;
  }
  return false;
}

void pl_line_refuse(struct pl_line_table *table, uint32_t index, uint64_t seq, bool try_again,
                    uint64_t retry_ns, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (!channel->asked || seq != channel->next_seq) return;
  if (!try_again) channel->asks = PL_LINE_ASKS_MAX;
  due_at(table, channel, try_again ? now_ns + retry_ns : now_ns);
}
