#include "dataplane/line/line.h"

#include "engine/base/check.h"

#define FIRST_SEQ_MAX 1 /* a run begins with 0 or 1 */

struct pl_line_table {
  uint64_t seq_mask, silence_ns;
  uint32_t count;
  struct pl_channel channels[PL_CHANNELS_MAX];
  uint16_t index_by_id[PL_CHANNEL_IDS]; /* dense index + 1; 0: unknown */
};

size_t pl_line_footprint(void) {
  return pl_arena_round(sizeof(struct pl_line_table));
}

struct pl_line_table *pl_line_create(struct pl_arena *arena, uint32_t seq_bits,
                                     uint64_t silence_ns) {
  PL_CHECK(seq_bits == 32 || seq_bits == 64);
  struct pl_line_table *table = pl_arena_take(arena, sizeof *table);
  table->seq_mask = seq_bits == 64 ? UINT64_MAX : UINT32_MAX;
  table->silence_ns = silence_ns;
  return table;
}

uint32_t pl_line_channel(struct pl_line_table *table, uint32_t id) {
  PL_CHECK(id < PL_CHANNEL_IDS);
  if (table->index_by_id[id] != 0) return table->index_by_id[id] - 1u;
  if (table->count == PL_CHANNELS_MAX) return PL_CHANNELS_MAX;
  table->channels[table->count].id = id;
  table->index_by_id[id] = (uint16_t)++table->count;
  return table->count - 1;
}

void pl_line_watch(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (channel->watched) return;
  channel->watched = true;
  if (!channel->started) channel->last_recv_ns = now_ns;
}

/* How far a is ahead of b, in the venue's width: the upper half of the range is "behind". */
static bool is_ahead(const struct pl_line_table *table, uint64_t a, uint64_t b) {
  uint64_t distance = (a - b) & table->seq_mask;
  return distance != 0 && distance <= table->seq_mask / 2;
}

/* Whether the line itself went back to this packet in an unbroken run: a line that only lags
 * behind the other one never does. */
static bool in_back_run(const struct pl_line_table *table, const struct pl_channel_line *line,
                        uint64_t seq) {
  return line->started && !is_ahead(table, seq, line->high_seq) &&
         line->back_run + 1 >= PL_LINE_RESTART_RUN && seq == line->back_next_seq;
}

/* Whether the packet goes on with the run that the other line has left. */
static bool is_of_old_run(const struct pl_line_table *table, const struct pl_channel *channel,
                          const struct pl_channel_line *line, uint64_t seq) {
  return line->in_old_run && is_ahead(table, seq, line->high_seq) &&
         !is_ahead(table, seq, channel->old_next_seq + PL_LINE_WINDOW_UNITS);
}

/* A packet of another session. One stray packet must not cost the channel: a heartbeat alone begins
 * nothing, and a session that was left is believed again when it goes on in order behind where it
 * stood, which a line that only lags never does. */
static enum pl_line_verdict judge_session(const struct pl_line_table *table,
                                          const struct pl_channel *channel,
                                          const struct pl_line_place *place) {
  if (place->seq_count == 0) return PL_LINE_LATE;
  if (channel->restarts == 0 || place->session != channel->old_session) return PL_LINE_RESTART;
  bool goes_on = channel->old_run + 1 >= PL_LINE_RESTART_RUN &&
                 place->seq == channel->old_run_next_seq &&
                 !is_ahead(table, channel->old_next_seq, place->seq);
  return goes_on ? PL_LINE_RESTART : PL_LINE_LATE;
}

/* Counts how far the session that was left goes on in order. */
static void old_session_record(const struct pl_line_table *table, struct pl_channel *channel,
                               const struct pl_line_place *place) {
  if (place->session != channel->old_session || place->seq_count == 0) return;
  channel->old_run = place->seq == channel->old_run_next_seq ? channel->old_run + 1 : 1;
  channel->old_run_next_seq = (place->seq + place->seq_count) & table->seq_mask;
}

enum pl_line_verdict pl_line_judge(const struct pl_line_table *table, uint32_t index,
                                   enum pl_line_id line, const struct pl_line_place *place) {
  const struct pl_channel *channel = &table->channels[index];
  uint64_t seq = place->seq;
  if (!channel->started) return PL_LINE_FIRST;
  if (place->session != channel->session) return judge_session(table, channel, place);
  const struct pl_channel_line *own = &channel->lines[line];
  if (is_of_old_run(table, channel, own, seq)) return PL_LINE_LATE;
  if (seq == channel->next_seq) return PL_LINE_NEXT;
  if (is_ahead(table, seq, channel->next_seq)) return PL_LINE_GAP;
  if (in_back_run(table, own, seq)) return PL_LINE_RESTART;
  bool to_start = seq <= FIRST_SEQ_MAX && own->started && !own->in_old_run &&
                  !is_ahead(table, seq, own->high_seq);
  if (to_start && place->recovery) return PL_LINE_RESTART; /* loops may be short as the window */
  uint64_t back = (channel->next_seq - 1 - seq) & table->seq_mask;
  if (back < PL_LINE_WINDOW_UNITS)
    return channel->seen_window >> back & 1 ? PL_LINE_DUPLICATE : PL_LINE_LATE;
  return to_start ? PL_LINE_RESTART : PL_LINE_LATE;
}

static void line_record(const struct pl_line_table *table, struct pl_channel_line *line,
                        const struct pl_line_place *place, enum pl_line_verdict verdict) {
  uint64_t seq = place->seq;
  bool ahead = line->started && is_ahead(table, seq, line->high_seq);
  if (verdict == PL_LINE_RESTART || !line->started || ahead || line->in_old_run) {
    line->started = true;
    line->in_old_run = line->in_old_run && ahead && verdict == PL_LINE_LATE;
    line->high_seq = seq;
    line->back_run = 0;
    return;
  }
  if (place->seq_count == 0) return; /* a heartbeat repeats itself: that is no run */
  line->back_run = line->back_run != 0 && seq == line->back_next_seq ? line->back_run + 1 : 1;
  line->back_next_seq = (seq + place->seq_count) & table->seq_mask;
}

static void channel_take(const struct pl_line_table *table, struct pl_channel *channel,
                         const struct pl_line_place *place, enum pl_line_verdict verdict) {
  uint64_t seq = place->seq;
  uint32_t seq_count = place->seq_count;
  uint64_t skipped = verdict == PL_LINE_GAP ? (seq - channel->next_seq) & table->seq_mask : 0;
  if (verdict == PL_LINE_GAP) {
    channel->gaps++;
    channel->units_lost += skipped;
  }
  bool fresh = verdict == PL_LINE_FIRST || verdict == PL_LINE_RESTART;
  channel->whole = fresh ? seq <= FIRST_SEQ_MAX : channel->whole && verdict != PL_LINE_GAP;
  uint64_t shift = skipped + seq_count;
  uint64_t window = fresh || shift >= PL_LINE_WINDOW_UNITS ? 0 : channel->seen_window << shift;
  uint64_t taken = seq_count >= PL_LINE_WINDOW_UNITS ? UINT64_MAX : (UINT64_C(1) << seq_count) - 1;
  channel->seen_window = window | taken;
  channel->session = place->session;
  channel->next_seq = (seq + seq_count) & table->seq_mask;
  channel->started = true;
  channel->packets++;
}

bool pl_line_commit(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                    const struct pl_line_place *place, enum pl_line_verdict verdict,
                    uint64_t recv_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (verdict == PL_LINE_LATE && channel->started && place->session != channel->session) {
    old_session_record(table, channel, place);
    channel->late++;
    return false;
  }
  line_record(table, &channel->lines[line], place, verdict);
  switch (verdict) {
  case PL_LINE_DUPLICATE: channel->duplicates++; return false;
  case PL_LINE_LATE: channel->late++; return false;
  case PL_LINE_RESTART:
    channel->restarts++;
    channel->old_session = channel->session;
    channel->old_next_seq = channel->next_seq;
    channel->old_run = 0;
    /* Where sessions tell the runs apart, nothing need be remembered of the other line. */
    for (uint32_t other = 0; other < PL_LINE_COUNT; other++)
      channel->lines[other].in_old_run = other != (uint32_t)line && channel->lines[other].started &&
                                         place->session == channel->session;
    break;
  default: break;
  }
  channel_take(table, channel, place, verdict);
  bool was_silent = channel->silent;
  channel->silent = false;
  channel->last_recv_ns = recv_ns;
  return was_silent;
}

void pl_line_tear(struct pl_line_table *table, uint32_t index) {
  table->channels[index].whole = false;
}

uint32_t pl_line_silence(struct pl_line_table *table, uint64_t now_ns) {
  for (uint32_t index = 0; index < table->count; index++) {
    struct pl_channel *channel = &table->channels[index];
    if (!channel->watched || channel->silent || now_ns <= channel->last_recv_ns ||
        now_ns - channel->last_recv_ns <= table->silence_ns)
      continue;
    channel->silent = true;
    channel->silences++;
    return index;
  }
  return PL_CHANNELS_MAX;
}

const struct pl_channel *pl_line_channels(const struct pl_line_table *table, uint32_t *ret_count) {
  *ret_count = table->count;
  return table->channels;
}
