#include "dataplane/feed/feed.h"

#include "dataplane/feed/feed_state.h"
#include "dataplane/feed/udp.h"
#include "engine/base/check.h"

#define MULTICAST_PREFIX 14 /* 224.0.0.0/4 */

/* The silence clock need not be finer than this. */
#define TICK_NS UINT64_C(50000000)

/* A packet on its way in. */
struct arrival {
  struct pl_packet packet;
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  enum pl_line_id line;
  uint32_t channel, home; /* dense */
};

size_t pl_feed_footprint(const struct pl_venue *venue, uint32_t instrument_count) {
  return pl_arena_round(sizeof(struct pl_feed)) + pl_line_footprint() + venue->footprint() +
         pl_directory_footprint(instrument_count);
}

static struct pl_feed_group *group_slot(struct pl_feed *feed, uint32_t group_ipv4, uint16_t port) {
  uint32_t at = ((group_ipv4 << 16 ^ group_ipv4) + port) * 0x9e3779b1u;
  for (at %= PL_FEED_GROUP_SLOTS;; at = (at + 1) % PL_FEED_GROUP_SLOTS) {
    struct pl_feed_group *slot = &feed->groups[at];
    if (slot->port == 0 || (slot->group_ipv4 == group_ipv4 && slot->port == port)) return slot;
  }
}

struct pl_feed *pl_feed_create(struct pl_arena *arena, const struct pl_feed_config *config) {
  struct pl_feed *feed = pl_arena_take(arena, sizeof *feed);
  const struct pl_venue *venue = config->venue;
  const struct pl_line_config lines = {
      .seq_bits = venue->seq_bits,
      .silence_ns = config->silence_ns,
      .gap_wait_ns = config->gap_wait_ns,
      .resend_wait_ns = config->resend_wait_ns,
      .resend_units_max = config->asks ? venue->resend.units_max : 0,
      .snapshots = venue->has_snapshots,
  };
  uint32_t none;
  PL_CHECK(config->group_count <= PL_FEED_GROUPS_MAX);
  feed->config = *config;
  feed->directory = pl_directory_create(arena, config->instrument_count);
  feed->lines = pl_line_create(arena, &lines);
  feed->channels = pl_line_channels(feed->lines, &none);
  feed->decoder = venue->create(arena, feed->directory);
  for (uint32_t i = 0; i < config->group_count; i++)
    *group_slot(feed, config->groups[i].group_ipv4, config->groups[i].port) = config->groups[i];
  return feed;
}

/* What happened to a channel, to each of its instruments. A recovery channel tells nobody: losing
 * a part of a snapshot leaves the kept books as good as they were. */
static void tell(struct pl_feed *feed, uint32_t channel, enum pl_agenda_kind kind) {
  if (!pl_feed_state_channel(feed, channel)->recovery)
    pl_agenda_sweep(&feed->agenda, feed->directory, channel, kind, false);
}

/* At the end of a cycle all that the channel serves was told, unless something was lost since the
 * cycle began. */
static void end_cycle(struct pl_feed *feed, uint32_t channel, uint32_t home) {
  struct pl_feed_cycle *cycle = &feed->cycles[channel];
  if (home == channel) return;
  if (cycle->begun && cycle->losses == feed->losses[channel] &&
      cycle->home_losses == feed->losses[home] && !pl_feed_state_channel(feed, home)->hole)
    pl_line_mend(feed->lines, home, feed->now_ns);
  *cycle = (struct pl_feed_cycle){true, feed->losses[channel], feed->losses[home]};
}

/* What serves a channel that began anew begins anew with it: its own numbers may be so small that
 * they would pass for copies. */
static void forget_recovery(struct pl_feed *feed, uint32_t home) {
  uint32_t count;
  (void)pl_line_channels(feed->lines, &count);
  for (uint32_t i = 0; i < count; i++)
    if (i != home && feed->homes[i] == home && pl_feed_state_channel(feed, i)->recovery)
      pl_feed_state_recount(feed, PL_E_LATE, pl_line_forget(feed->lines, i));
}

/* Puts a packet whose turn has come on the agenda, behind what its channel has to tell first. */
static struct pl_agenda_item *deliver(struct pl_feed *feed, const struct arrival *arrival,
                                      enum pl_line_verdict verdict, uint32_t skip,
                                      bool was_silent) {
  uint32_t channel = arrival->channel;
  bool restarts = verdict == PL_LINE_RESTART, recovery = arrival->head.recovery;
  if (PL_UNLIKELY(restarts)) {
    tell(feed, channel, PL_AGENDA_RESTART);
    if (!recovery) forget_recovery(feed, channel);
  }
  if (PL_UNLIKELY(feed->torn[channel]) && !pl_agenda_waits(&feed->agenda, channel, PL_AGENDA_GAP))
    tell(feed, channel, PL_AGENDA_GAP);
  if (PL_UNLIKELY(was_silent)) tell(feed, channel, PL_AGENDA_RESUMED);
  if (PL_UNLIKELY(arrival->verdict.empties)) tell(feed, channel, PL_AGENDA_EMPTIED);
  if (PL_UNLIKELY(verdict != PL_LINE_NEXT)) {
    feed->losses[channel]++;
    feed->homes[channel] = arrival->home;
  }
  if (PL_UNLIKELY(recovery) && (arrival->verdict.cycle_ends || restarts))
    end_cycle(feed, channel, arrival->home);
  struct pl_agenda_item *item = pl_agenda_packet(&feed->agenda);
  item->channel = channel;
  item->channel_id = arrival->head.channel_id;
  item->handed_ns = feed->handed_ns;
  item->held = NULL;
  item->packet = arrival->packet;
  item->verdict = arrival->verdict;
  item->context = (struct pl_venue_context){
      .channel = channel,
      .home_channel = arrival->home,
      .recovery = recovery,
      .continuous = verdict == PL_LINE_NEXT && !feed->torn[channel],
      .whole = pl_feed_state_channel(feed, channel)->whole,
      .packet_seq = arrival->head.seq,
      .skip_units = skip,
      .recv_ns = feed->now_ns,
  };
  feed->torn[channel] = false;
  return item;
}

/* Dense indices of the packet's own channel and of the one its instruments live on. */
static enum pl_status find_channels(struct pl_feed *feed, struct arrival *arrival) {
  const struct pl_venue_head *head = &arrival->head;
  uint32_t channel = pl_line_channel(feed->lines, head->channel_id), home = channel;
  if (head->home_channel_id != head->channel_id)
    home = pl_line_channel(feed->lines, head->home_channel_id);
  if (channel == PL_CHANNELS_MAX || home == PL_CHANNELS_MAX) return PL_E_CHANNELS_FULL;
  /* A recovery channel speaks in cycles: only what it serves is watched, where that is known. */
  bool watched = pl_feed_state_channel(feed, home)->watched;
  if (PL_UNLIKELY(!watched) && (!head->recovery || home != channel))
    pl_line_watch(feed->lines, home, feed->now_ns);
  arrival->channel = channel;
  arrival->home = home;
  return PL_OK;
}

/* Where the wire does not say which channel a packet is of, the configuration may. */
static void name_channel(struct pl_feed *feed, struct arrival *arrival) {
  const struct pl_feed_group *group =
      group_slot(feed, arrival->packet.group_ipv4, arrival->packet.port);
  struct pl_venue_head *head = &arrival->head;
  if (group->port == 0) return; /* an answer, which came to us alone */
  if (group->channel_id != PL_CHANNEL_IDS) head->channel_id = group->channel_id;
  if (group->home_channel_id != PL_CHANNEL_IDS) head->home_channel_id = group->home_channel_id;
  head->recovery |= head->home_channel_id != head->channel_id;
}

static enum pl_status read_packet(struct pl_feed *feed, struct arrival *arrival) {
  const struct pl_venue *venue = feed->config.venue;
  enum pl_status status = venue->head(&arrival->packet, &arrival->head);
  if (status != PL_OK) return status;
  if (PL_UNLIKELY(feed->config.group_count != 0)) name_channel(feed, arrival);
  return venue->judge(&arrival->packet, &arrival->verdict);
}

/* Holes may be waited for: the clock has to look again then. */
static void look_again(struct pl_feed *feed) {
  uint64_t due_ns = pl_line_due_ns(feed->lines);
  if (due_ns < feed->next_tick_ns) feed->next_tick_ns = due_ns;
}

/* What was held back and is due now follows. */
static void release(struct pl_feed *feed, uint32_t channel) {
  struct pl_line_held *held;
  struct pl_line_turn turn;
  while ((held = pl_line_take_held(feed->lines, channel, &turn)) != NULL) {
    if (turn.known) {
      pl_feed_state_recount(feed, PL_E_DUPLICATE, 1);
      pl_line_free(feed->lines, held);
      continue;
    }
    struct arrival arrival = {
        .packet = {held->bytes, held->size_bytes, held->group_ipv4, held->port},
        .line = held->line,
    };
    PL_CHECK(read_packet(feed, &arrival) == PL_OK); /* it was judged before it was held */
    PL_CHECK(find_channels(feed, &arrival) == PL_OK);
    struct pl_agenda_item *item = deliver(feed, &arrival, PL_LINE_NEXT, turn.skip, turn.was_silent);
    item->held = held;
    item->handed_ns = held->handed_ns;
  }
  if (pl_line_settle(feed->lines, channel, feed->now_ns)) tell(feed, channel, PL_AGENDA_FILLED);
  look_again(feed);
}

/* What is missing on the channel is lost: that is told, and then it goes on behind it. */
static void note_loss(struct pl_feed *feed, uint32_t channel) {
  feed->torn[channel] = true;
  feed->losses[channel]++;
  tell(feed, channel, PL_AGENDA_GAP);
}

static void give_up(struct pl_feed *feed, uint32_t channel) {
  pl_line_give_up_held(feed->lines, channel, feed->now_ns);
  note_loss(feed, channel);
  release(feed, channel);
}

static void drop_held(struct pl_feed *feed, uint32_t channel) {
  pl_feed_state_recount(feed, PL_E_LATE, pl_line_drop_held(feed->lines, channel));
}

void pl_feed_tick(struct pl_feed *feed, uint64_t now_ns) {
  pl_agenda_begin(&feed->agenda, feed->directory);
  feed->now_ns = now_ns;
  if (now_ns < feed->next_tick_ns && feed->next_tick_ns - now_ns <= TICK_NS) return;
  feed->next_tick_ns = now_ns + TICK_NS;
  enum pl_line_news news;
  uint32_t channel;
  while ((news = pl_line_tick(feed->lines, now_ns, &channel)) != PL_LINE_NOTHING) {
    switch (news) {
    case PL_LINE_SILENCE: tell(feed, channel, PL_AGENDA_SILENT); break;
    case PL_LINE_ASKED: tell(feed, channel, PL_AGENDA_WAITING); break;
    case PL_LINE_LOST: give_up(feed, channel); break;
    default:
      drop_held(feed, channel);
      release(feed, channel);
      break;
    }
  }
  look_again(feed);
}

void pl_feed_flush(struct pl_feed *feed) {
  pl_agenda_begin(&feed->agenda, feed->directory);
  uint32_t count;
  (void)pl_line_channels(feed->lines, &count);
  for (uint32_t channel = 0; channel < count; channel++)
    while (pl_feed_state_channel(feed, channel)->hole) {
      if (pl_line_is_alone(feed->lines, channel)) {
        drop_held(feed, channel);
        release(feed, channel);
      } else {
        give_up(feed, channel);
      }
    }
}

/* A packet that is ahead waits, if it may; what is missing before it is given up, if it may not.
 * Returns whether it is to be judged again. */
static bool hold(struct pl_feed *feed, const struct arrival *arrival,
                 const struct pl_line_place *place, enum pl_line_verdict *ret_verdict) {
  *ret_verdict = pl_line_hold(feed->lines, arrival->channel, arrival->line, place, &arrival->packet,
                              feed->now_ns, feed->handed_ns);
  if (*ret_verdict != PL_LINE_NEXT) {
    look_again(feed);
    return false;
  }
  pl_line_give_up(feed->lines, arrival->channel, place->seq, feed->now_ns);
  note_loss(feed, arrival->channel);
  release(feed, arrival->channel);
  return true;
}

static enum pl_status take_in(struct pl_feed *feed, struct arrival *arrival) {
  enum pl_status status = read_packet(feed, arrival);
  if (status == PL_OK) status = find_channels(feed, arrival);
  if (status != PL_OK) return status;
  const struct pl_venue_head *head = &arrival->head;
  const struct pl_line_place place = {head->session, head->seq, head->seq_count, head->recovery,
                                      head->loops};
  uint32_t channel = arrival->channel, skip;
  enum pl_line_verdict verdict;
  do {
    verdict = pl_line_judge(feed->lines, channel, arrival->line, &place, &skip);
  } while (PL_UNLIKELY(verdict == PL_LINE_AHEAD) && hold(feed, arrival, &place, &verdict));
  if (PL_UNLIKELY(verdict == PL_LINE_AHEAD)) return PL_OK; /* it is decoded when its turn comes */
  if (verdict == PL_LINE_RESTART) drop_held(feed, channel);
  bool was_silent =
      pl_line_commit(feed->lines, channel, arrival->line, &place, verdict, skip, feed->now_ns);
  if (verdict == PL_LINE_DUPLICATE) return PL_E_DUPLICATE;
  if (verdict == PL_LINE_LATE) return PL_E_LATE;
  (void)deliver(feed, arrival, verdict, skip, was_silent);
  const struct pl_channel *state = pl_feed_state_channel(feed, channel);
  if (PL_UNLIKELY(state->hole || state->held != 0 || state->end_told)) release(feed, channel);
  return PL_OK;
}

static void begin_frame(struct pl_feed *feed, uint64_t recv_ns, uint64_t handed_ns) {
  pl_feed_tick(feed, recv_ns);
  feed->counters.frames++;
  feed->frame_number++;
  feed->ordinal = 0;
  feed->numbered = false;
  feed->handed_ns = handed_ns;
  feed->notes[feed->frame_number & (PL_FEED_NOTES - 1)].handed_ns = handed_ns;
}

static enum pl_status parse(struct pl_feed *feed, const struct pl_frame *frame,
                            struct pl_packet *ret_packet) {
  if (frame->data == NULL || frame->size_bytes > PL_FRAME_BYTES_MAX) return PL_E_OVERSIZE;
  enum pl_status status = pl_udp_parse(frame->data, frame->size_bytes, ret_packet);
  if (status != PL_OK) return status;
  if (ret_packet->group_ipv4 >> 28 != MULTICAST_PREFIX) return PL_E_NOT_MULTICAST;
  if (feed->config.group_count == 0) return PL_OK;
  const struct pl_feed_group *group = group_slot(feed, ret_packet->group_ipv4, ret_packet->port);
  return group->port == 0 ? PL_E_FOREIGN_GROUP : PL_OK;
}

enum pl_status pl_feed_accept(struct pl_feed *feed, const struct pl_frame *frame,
                              uint64_t handed_ns) {
  PL_CHECK(frame->line < PL_LINE_RESEND);
  begin_frame(feed, frame->recv_ns, handed_ns);
  struct arrival arrival;
  arrival.line = (enum pl_line_id)frame->line;
  enum pl_status status = parse(feed, frame, &arrival.packet);
  if (status == PL_OK) status = take_in(feed, &arrival);
  feed->counters.outcomes[status]++;
  return status;
}

enum pl_status pl_feed_accept_answer(struct pl_feed *feed, const struct pl_packet *packet,
                                     uint64_t recv_ns, uint64_t handed_ns) {
  begin_frame(feed, recv_ns, handed_ns);
  struct arrival arrival = {.packet = *packet, .line = PL_LINE_RESEND};
  struct pl_venue_reject reject;
  enum pl_status status = PL_OK;
  feed->counters.answers++;
  if (feed->config.venue->resend.rejects != NULL &&
      feed->config.venue->resend.rejects(packet, &reject)) {
    uint32_t channel = pl_line_channel(feed->lines, reject.channel_id);
    feed->counters.rejects++;
    if (channel != PL_CHANNELS_MAX)
      pl_line_refuse(feed->lines, channel, reject.seq, reject.try_again, reject.retry_ns, recv_ns);
    look_again(feed);
  } else {
    status = take_in(feed, &arrival);
  }
  feed->counters.outcomes[status]++;
  return status;
}

bool pl_feed_request(struct pl_feed *feed, struct pl_feed_request *ret_request) {
  uint32_t index, count;
  uint64_t seq;
  if (PL_LIKELY(!pl_line_ask(feed->lines, &index, &seq, &count))) return false;
  ret_request->channel_id = pl_feed_state_channel(feed, index)->id;
  ret_request->size_bytes = feed->config.venue->resend.request(
      feed->decoder, ret_request->channel_id, seq, count, ret_request->bytes);
  if (ret_request->size_bytes == 0) return false; /* of the run nothing was written yet */
  feed->counters.requests++;
  return true;
}

uint64_t pl_feed_now_ns(const struct pl_feed *feed) {
  return feed->now_ns;
}

const struct pl_feed_counters *pl_feed_counters(const struct pl_feed *feed) {
  return &feed->counters;
}

const struct pl_venue_counters *pl_feed_venue_counters(const struct pl_feed *feed) {
  return feed->config.venue->counters(feed->decoder);
}

const struct pl_line_table *pl_feed_lines(const struct pl_feed *feed) {
  return feed->lines;
}

struct pl_directory *pl_feed_directory(struct pl_feed *feed) {
  return feed->directory;
}

const struct pl_feed_note *pl_feed_note(const struct pl_feed *feed, uint64_t frame_number) {
  return &feed->notes[frame_number & (PL_FEED_NOTES - 1)];
}
