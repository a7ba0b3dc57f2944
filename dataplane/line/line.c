#include "dataplane/line/line.h"

#include "dataplane/line/table.h"
#include "engine/base/check.h"

#define FIRST_SEQ_MAX 1 /* a run begins with 0 or 1 */

size_t pl_line_footprint(void) {
  return pl_arena_round(sizeof(struct pl_line_table));
}

struct pl_line_table *pl_line_create(struct pl_arena *arena, const struct pl_line_config *config) {
  PL_CHECK(config->seq_bits == 32 || config->seq_bits == 64);
  struct pl_line_table *table = pl_arena_take(arena, sizeof *table);
  table->config = *config;
  table->seq_mask = config->seq_bits == 64 ? UINT64_MAX : UINT32_MAX;
  table->due_ns = UINT64_MAX;
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

/* Whether the line itself went back to this packet in an unbroken run: a line that only lags
 * behind the other one never does. */
static bool in_back_run(const struct pl_line_table *table, const struct pl_channel_line *line,
                        uint64_t seq) {
  return line->started && !pl_table_is_ahead(table, seq, line->high_seq) &&
         line->back_run + 1 >= PL_LINE_RESTART_RUN && seq == line->back_next_seq;
}

/* Whether the packet goes on with the run that the other line has left. */
static bool is_of_old_run(const struct pl_line_table *table, const struct pl_channel *channel,
                          const struct pl_channel_line *line, uint64_t seq) {
  return line->in_old_run && pl_table_is_ahead(table, seq, line->high_seq) &&
         !pl_table_is_ahead(table, seq, channel->old_next_seq + PL_LINE_WINDOW_UNITS);
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
                 !pl_table_is_ahead(table, channel->old_next_seq, place->seq);
  return goes_on ? PL_LINE_RESTART : PL_LINE_LATE;
}

/* Counts how far the session that was left goes on in order. */
static void old_session_record(const struct pl_line_table *table, struct pl_channel *channel,
                               const struct pl_line_place *place) {
  if (place->session != channel->old_session || place->seq_count == 0) return;
  channel->old_run = place->seq == channel->old_run_next_seq ? channel->old_run + 1 : 1;
  channel->old_run_next_seq = pl_table_end(table, place);
}

/* A packet that begins behind what is due: known, given up, or of another run. */
static enum pl_line_verdict judge_behind(const struct pl_line_table *table,
                                         const struct pl_channel *channel, enum pl_line_id line,
                                         const struct pl_line_place *place) {
  const struct pl_channel_line *own = &channel->lines[line];
  uint64_t seq = place->seq;
  bool fresh = line != PL_LINE_RESEND; /* what was asked for begins no run */
  if (fresh && in_back_run(table, own, seq)) return PL_LINE_RESTART;
  bool to_start = fresh && seq <= FIRST_SEQ_MAX && own->started && !own->in_old_run &&
                  !pl_table_is_ahead(table, seq, own->high_seq);
  /* loops may be short as the window, even one packet long */
  if (to_start && place->loops) return PL_LINE_RESTART;
  uint64_t back = (channel->next_seq - 1 - seq) & table->seq_mask;
  if (back < PL_LINE_WINDOW_UNITS)
    return channel->seen_window >> back & 1 ? PL_LINE_DUPLICATE : PL_LINE_LATE;
  return to_start && seq != own->high_seq ? PL_LINE_RESTART : PL_LINE_LATE;
}

enum pl_line_verdict pl_line_judge(const struct pl_line_table *table, uint32_t index,
                                   enum pl_line_id line, const struct pl_line_place *place,
                                   uint32_t *ret_skip) {
  const struct pl_channel *channel = &table->channels[index];
  uint64_t seq = place->seq;
  *ret_skip = 0;
  if (PL_UNLIKELY(!channel->started)) return line != PL_LINE_RESEND ? PL_LINE_FIRST : PL_LINE_LATE;
  if (PL_UNLIKELY(place->session != channel->session))
    return line != PL_LINE_RESEND ? judge_session(table, channel, place) : PL_LINE_LATE;
  if (PL_UNLIKELY(is_of_old_run(table, channel, &channel->lines[line], seq))) return PL_LINE_LATE;
  if (PL_LIKELY(seq == channel->next_seq)) return PL_LINE_NEXT;
  if (pl_table_is_ahead(table, seq, channel->next_seq)) return PL_LINE_AHEAD;
  if (pl_table_is_ahead(table, pl_table_end(table, place), channel->next_seq)) {
    *ret_skip = (uint32_t)((channel->next_seq - seq) & table->seq_mask);
    return PL_LINE_NEXT;
  }
  return judge_behind(table, channel, line, place);
}

/* Where a line stands, to tell its own restarts from its lagging behind the other one. */
static void line_record(const struct pl_line_table *table, struct pl_channel_line *line,
                        const struct pl_line_place *place, enum pl_line_verdict verdict) {
  uint64_t seq = place->seq;
  bool ahead = line->started && pl_table_is_ahead(table, seq, line->high_seq);
  if (verdict == PL_LINE_RESTART || !line->started || ahead || line->in_old_run) {
    line->started = true;
    line->in_old_run = line->in_old_run && ahead && verdict == PL_LINE_LATE;
    line->high_seq = seq;
    line->next_seq = pl_table_end(table, place);
    line->back_run = 0;
    return;
  }
  if (place->seq_count == 0) return; /* a heartbeat repeats itself: that is no run */
  line->back_run = line->back_run != 0 && seq == line->back_next_seq ? line->back_run + 1 : 1;
  line->back_next_seq = pl_table_end(table, place);
}

void pl_table_hear(const struct pl_line_table *table, struct pl_channel *channel,
                   enum pl_line_id line, const struct pl_line_place *place,
                   enum pl_line_verdict verdict, uint64_t recv_ns) {
  struct pl_channel_line *own = &channel->lines[line];
  own->packets++;
  own->last_recv_ns = recv_ns;
  own->silent = false;
  /* What may be a mistake must not become where the line stands: it would seem to go back. */
  if (verdict == PL_LINE_AHEAD && pl_table_is_far(table, channel, place->seq)) return;
  if (PL_LIKELY(place->seq == own->next_seq && own->started && !own->in_old_run)) {
    own->high_seq = place->seq; /* what line_record comes to, for most packets */
    own->next_seq = pl_table_end(table, place);
    own->back_run = 0;
    return;
  }
  if (own->started && pl_table_is_ahead(table, place->seq, own->next_seq))
    own->units_skipped += (place->seq - own->next_seq) & table->seq_mask;
  line_record(table, own, place, verdict);
}

static void window_move(struct pl_channel *channel, uint64_t missed, uint64_t taken) {
  uint64_t shift = missed + taken;
  uint64_t window =
      shift < missed || shift >= PL_LINE_WINDOW_UNITS ? 0 : channel->seen_window << shift;
  uint64_t bits = taken >= PL_LINE_WINDOW_UNITS ? UINT64_MAX : (UINT64_C(1) << taken) - 1;
  channel->seen_window = window | bits;
}

void pl_table_unhealthy(struct pl_channel *channel, uint64_t now_ns) {
  if (channel->stale_begin_ns == 0) channel->stale_begin_ns = now_ns;
}

void pl_table_healthy(struct pl_channel *channel, uint64_t now_ns) {
  if (channel->lost || channel->asked) return;
  channel->stale_ns = pl_line_stale_ns(channel, now_ns);
  channel->stale_begin_ns = 0;
}

void pl_table_lose(struct pl_line_table *table, struct pl_channel *channel, uint64_t to_seq,
                   uint64_t now_ns) {
  uint64_t units = (to_seq - channel->next_seq) & table->seq_mask;
  channel->gaps++;
  channel->units_lost += units;
  channel->whole = false;
  channel->lost = !channel->recovery;
  if (channel->lost) pl_table_unhealthy(channel, now_ns);
  window_move(channel, units, 0);
  channel->next_seq = to_seq;
}

/* A first packet, or the first of another run. */
static void begin_run(struct pl_channel *channel, const struct pl_line_place *place,
                      uint64_t now_ns) {
  channel->whole = place->seq <= FIRST_SEQ_MAX;
  channel->recovery = place->recovery;
  channel->started = true;
  channel->session = place->session;
  channel->next_seq = channel->told_end = place->seq;
  channel->seen_window = 0;
  channel->end_told = false;
  channel->lost = !place->recovery && !channel->whole;
  if (channel->lost)
    pl_table_unhealthy(channel, now_ns);
  else
    pl_table_healthy(channel, now_ns);
}

static void restart(struct pl_channel *channel, enum pl_line_id line,
                    const struct pl_line_place *place) {
  channel->restarts++;
  channel->old_session = channel->session;
  channel->old_next_seq = channel->next_seq;
  channel->old_run = 0;
  /* Where sessions tell the runs apart, nothing need be remembered of the other line. */
  for (uint32_t other = 0; other < PL_LINE_RESEND; other++)
    channel->lines[other].in_old_run = other != (uint32_t)line && channel->lines[other].started &&
                                       place->session == channel->session;
}

bool pl_table_advance(const struct pl_line_table *table, struct pl_channel *channel,
                      const struct pl_line_place *place, uint32_t skip, uint64_t recv_ns) {
  window_move(channel, 0, place->seq_count - skip);
  channel->next_seq = pl_table_end(table, place);
  channel->packets++;
  bool was_silent = channel->silent;
  channel->silent = false;
  channel->last_recv_ns = recv_ns;
  return was_silent;
}

/* A packet that does not simply follow; false when it moves nothing. */
static bool commit_other(const struct pl_line_table *table, struct pl_channel *channel,
                         enum pl_line_id line, const struct pl_line_place *place,
                         enum pl_line_verdict verdict, uint64_t recv_ns) {
  PL_CHECK(verdict != PL_LINE_AHEAD);
  if (verdict == PL_LINE_LATE && channel->started && place->session != channel->session) {
    old_session_record(table, channel, place);
    channel->late++;
    return false;
  }
  pl_table_hear(table, channel, line, place, verdict, recv_ns);
  if (verdict == PL_LINE_DUPLICATE || verdict == PL_LINE_LATE) {
    *(verdict == PL_LINE_LATE ? &channel->late : &channel->duplicates) += 1;
    return false;
  }
  if (verdict == PL_LINE_RESTART) restart(channel, line, place);
  begin_run(channel, place, recv_ns);
  return true;
}

bool pl_line_commit(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                    const struct pl_line_place *place, enum pl_line_verdict verdict, uint32_t skip,
                    uint64_t recv_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (PL_LIKELY(verdict == PL_LINE_NEXT))
    pl_table_hear(table, channel, line, place, verdict, recv_ns);
  else if (!commit_other(table, channel, line, place, verdict, recv_ns))
    return false;
  if (PL_UNLIKELY(channel->hole) && verdict == PL_LINE_NEXT && !pl_line_is_alone(table, index))
    channel->lines[line].units_filled += place->seq_count - skip;
  return pl_table_advance(table, channel, place, skip, recv_ns);
}

void pl_line_tear(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  channel->whole = false;
  channel->lost = !channel->recovery;
  if (channel->lost) pl_table_unhealthy(channel, now_ns);
}

void pl_line_mend(struct pl_line_table *table, uint32_t index, uint64_t now_ns) {
  struct pl_channel *channel = &table->channels[index];
  if (!channel->lost) return;
  channel->lost = false;
  channel->mended_by_snapshot++;
  pl_table_healthy(channel, now_ns);
}

const struct pl_channel *pl_line_channels(const struct pl_line_table *table, uint32_t *ret_count) {
  *ret_count = table->count;
  return table->channels;
}

enum pl_line_state pl_line_state(const struct pl_line_table *table, uint32_t index) {
  const struct pl_channel *channel = &table->channels[index];
  if (channel->hole) return channel->asked ? PL_LINE_RESEND_WAIT : PL_LINE_GAP_WAIT;
  if (!channel->lost) return PL_LINE_NORMAL;
  return table->config.snapshots ? PL_LINE_SNAPSHOT : PL_LINE_STALE;
}

const char *pl_line_state_name(enum pl_line_state state) {
  static const char *const names[PL_LINE_STATE_COUNT] = {
      [PL_LINE_NORMAL] = "normal",
      [PL_LINE_GAP_WAIT] = "gap wait",
      [PL_LINE_RESEND_WAIT] = "resend wait",
      [PL_LINE_SNAPSHOT] = "snapshot",
      [PL_LINE_STALE] = "stale",
  };
  PL_CHECK(state < PL_LINE_STATE_COUNT);
  return names[state];
}

uint64_t pl_line_stale_ns(const struct pl_channel *channel, uint64_t now_ns) {
  uint64_t begin_ns = channel->stale_begin_ns;
  return channel->stale_ns + (begin_ns != 0 && now_ns > begin_ns ? now_ns - begin_ns : 0);
}
