#include "dataplane/feed/feed.h"

#include "dataplane/feed/udp.h"
#include "engine/base/check.h"

#define MULTICAST_PREFIX 14 /* 224.0.0.0/4 */

/* The silence clock need not be finer than this. */
#define TICK_NS UINT64_C(50000000)

enum sweep_kind {
  SWEEP_GAP,
  SWEEP_SILENT,
  SWEEP_RESUMED,
  SWEEP_RESTART,
  SWEEP_EMPTIED,   /* the venue emptied all books */
  SWEEP_CONDITION, /* what the decoder left in the directory, of those it left it for */
  SWEEP_KINDS
};

/* A channel whose state changed and whose instruments have yet to be told. */
struct sweep {
  uint32_t channel, instrument; /* the instrument to be told next */
  enum sweep_kind kind;
};

#define SWEEPS_MAX (SWEEP_KINDS * PL_CHANNELS_MAX) /* each kind waits once a channel */

struct pl_feed {
  const struct pl_venue *venue;
  void *decoder;
  struct pl_directory *directory;
  struct pl_line_table *lines;
  uint64_t frame_number, next_tick_ns, now_ns;
  uint32_t ordinal; /* of the next event in this frame */
  /* Pending: first the sweeps, in order, then the packet. */
  struct sweep sweeps[SWEEPS_MAX];
  uint32_t sweep_at, sweep_count;
  struct pl_packet packet; /* data NULL: none */
  struct pl_venue_verdict packet_verdict;
  struct pl_venue_context context;
  bool torn[PL_CHANNELS_MAX]; /* a packet of this channel was abandoned: a gap of our own making */
  struct pl_feed_counters counters;
  struct pl_feed_note notes[PL_FEED_NOTES];
};

size_t pl_feed_footprint(const struct pl_venue *venue, uint32_t instrument_count) {
  return pl_arena_round(sizeof(struct pl_feed)) + pl_line_footprint() + venue->footprint() +
         pl_directory_footprint(instrument_count);
}

struct pl_feed *pl_feed_create(struct pl_arena *arena, const struct pl_venue *venue,
                               uint64_t silence_ns, uint32_t instrument_count) {
  _Static_assert(PL_FRAME_EVENTS_MAX + SWEEP_KINDS * PL_INSTRUMENTS_MAX < PL_EVENTS_PER_FRAME,
                 "a frame's events and the sweeps round them have ordinals of their own");
  struct pl_feed *feed = pl_arena_take(arena, sizeof *feed);
  feed->venue = venue;
  feed->directory = pl_directory_create(arena, instrument_count);
  feed->lines = pl_line_create(arena, venue->seq_bits, silence_ns);
  feed->decoder = venue->create(arena, feed->directory);
  return feed;
}

static void sweep_add(struct pl_feed *feed, uint32_t channel, enum sweep_kind kind) {
  uint32_t first = pl_directory_first(feed->directory, channel);
  if (first == PL_INSTRUMENT_NONE) return;
  struct sweep sweep = {channel, first, kind};
  /* It may wait already, perhaps half told: tell it whole, and after what came since. */
  uint32_t kept = feed->sweep_at;
  for (uint32_t i = feed->sweep_at; i < feed->sweep_count; i++)
    if (feed->sweeps[i].channel != channel || feed->sweeps[i].kind != kind)
      feed->sweeps[kept++] = feed->sweeps[i];
  feed->sweep_count = kept;
  PL_CHECK(feed->sweep_count < SWEEPS_MAX);
  feed->sweeps[feed->sweep_count++] = sweep;
}

/* Sweeps that found no room stay for the next batch: a channel's fault is never forgotten. */
static void begin_batch(struct pl_feed *feed) {
  PL_CHECK(feed->packet.data == NULL);
  feed->sweep_count -= feed->sweep_at;
  for (uint32_t i = 0; i < feed->sweep_count; i++)
    feed->sweeps[i] = feed->sweeps[feed->sweep_at + i];
  feed->sweep_at = 0;
}

void pl_feed_tick(struct pl_feed *feed, uint64_t now_ns) {
  begin_batch(feed);
  feed->now_ns = now_ns;
  if (now_ns < feed->next_tick_ns && feed->next_tick_ns - now_ns <= TICK_NS) return;
  feed->next_tick_ns = now_ns + TICK_NS;
  uint32_t channel;
  while ((channel = pl_line_silence(feed->lines, now_ns)) != PL_CHANNELS_MAX)
    sweep_add(feed, channel, SWEEP_SILENT);
}

/* Dense indices of the packet's own channel and of the one its instruments live on. */
static enum pl_status find_channels(struct pl_feed *feed, const struct pl_venue_head *head) {
  uint32_t channel = pl_line_channel(feed->lines, head->channel_id);
  uint32_t home = pl_line_channel(feed->lines, head->home_channel_id);
  if (channel == PL_CHANNELS_MAX || home == PL_CHANNELS_MAX) return PL_E_CHANNELS_FULL;
  /* A recovery channel speaks in cycles: only what it serves is watched, where that is known. */
  if (!head->recovery || home != channel) pl_line_watch(feed->lines, home, feed->now_ns);
  feed->context.channel = channel;
  feed->context.home_channel = home;
  feed->context.recovery = head->recovery;
  return PL_OK;
}

/* What the channel has to tell its instruments before this packet does. A recovery channel tells
 * nobody: losing a part of a snapshot leaves the kept books as good as they were. */
static void tell_channel(struct pl_feed *feed, enum pl_line_verdict verdict, bool was_silent,
                         bool emptied) {
  uint32_t channel = feed->context.channel, channels;
  feed->context.continuous = verdict == PL_LINE_NEXT && !feed->torn[channel];
  feed->context.whole = pl_line_channels(feed->lines, &channels)[channel].whole;
  feed->torn[channel] = false;
  if (feed->context.recovery) return;
  if (verdict == PL_LINE_GAP) sweep_add(feed, channel, SWEEP_GAP);
  if (verdict == PL_LINE_RESTART) sweep_add(feed, channel, SWEEP_RESTART);
  if (was_silent) sweep_add(feed, channel, SWEEP_RESUMED);
  if (emptied) sweep_add(feed, channel, SWEEP_EMPTIED);
}

static enum pl_status parse(const struct pl_feed *feed, const struct pl_frame *frame,
                            struct pl_packet *ret_packet, struct pl_venue_head *ret_head,
                            struct pl_venue_verdict *ret_verdict) {
  if (frame->data == NULL || frame->size_bytes > PL_FRAME_BYTES_MAX) return PL_E_OVERSIZE;
  enum pl_status status = pl_udp_parse(frame->data, frame->size_bytes, ret_packet);
  if (status != PL_OK) return status;
  if (ret_packet->group_ipv4 >> 28 != MULTICAST_PREFIX) return PL_E_NOT_MULTICAST;
  status = feed->venue->head(ret_packet, ret_head);
  return status == PL_OK ? feed->venue->judge(ret_packet, ret_verdict) : status;
}

static enum pl_status accept(struct pl_feed *feed, const struct pl_frame *frame) {
  struct pl_packet packet;
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  enum pl_status status = parse(feed, frame, &packet, &head, &verdict);
  if (status == PL_OK) status = find_channels(feed, &head);
  if (status != PL_OK) return status;
  uint32_t channel = feed->context.channel;
  enum pl_line_id line = (enum pl_line_id)frame->line;
  const struct pl_line_place place = {head.session, head.seq, head.seq_count, head.recovery};
  enum pl_line_verdict order = pl_line_judge(feed->lines, channel, line, &place);
  bool was_silent = pl_line_commit(feed->lines, channel, line, &place, order, frame->recv_ns);
  if (order == PL_LINE_DUPLICATE) return PL_E_DUPLICATE;
  if (order == PL_LINE_LATE) return PL_E_LATE;
  tell_channel(feed, order, was_silent, verdict.empties);
  feed->packet = packet;
  feed->packet_verdict = verdict;
  feed->context.packet_seq = head.seq;
  struct pl_feed_note *note = &feed->notes[feed->frame_number & (PL_FEED_NOTES - 1)];
  note->channel_id = head.channel_id;
  note->packet_seq = head.seq;
  return PL_OK;
}

enum pl_status pl_feed_accept(struct pl_feed *feed, const struct pl_frame *frame,
                              uint64_t handed_ns) {
  PL_CHECK(frame->line < PL_LINE_COUNT);
  pl_feed_tick(feed, frame->recv_ns);
  feed->counters.frames++;
  feed->frame_number++;
  feed->ordinal = 0;
  feed->notes[feed->frame_number & (PL_FEED_NOTES - 1)].handed_ns = handed_ns;
  enum pl_status status = accept(feed, frame);
  feed->counters.outcomes[status]++;
  return status;
}

uint32_t pl_feed_pending(const struct pl_feed *feed) {
  if (feed->sweep_at < feed->sweep_count) return PL_SWEEP_EVENTS_MAX;
  if (feed->packet.data == NULL) return 0;
  uint32_t events_max = feed->packet_verdict.events_max;
  return events_max != 0 ? events_max : 1; /* it must be written anyway */
}

static uint32_t write_sweep(struct pl_feed *feed, struct pl_event *ret_events) {
  static const struct {
    uint8_t type, condition, flags;
  } told[SWEEP_KINDS] = {
      [SWEEP_GAP] = {PL_EV_STATUS, PL_COND_GAP, PL_EVF_STALE},
      [SWEEP_SILENT] = {PL_EV_STATUS, PL_COND_SILENT, PL_EVF_STALE},
      [SWEEP_RESUMED] = {PL_EV_STATUS, PL_COND_RESUMED, 0},
      [SWEEP_RESTART] = {PL_EV_BOOK_CLEAR, 0, PL_EVF_STALE},
      [SWEEP_EMPTIED] = {PL_EV_BOOK_CLEAR, 1, 0},
      [SWEEP_CONDITION] = {PL_EV_STATUS, 0, 0},
  };
  struct sweep *sweep = &feed->sweeps[feed->sweep_at];
  uint32_t count = 0;
  for (uint32_t seen = 0; seen < PL_SWEEP_EVENTS_MAX && sweep->instrument != PL_INSTRUMENT_NONE;
       seen++) {
    struct pl_instrument *entry = pl_directory_entry(feed->directory, sweep->instrument);
    uint64_t condition = told[sweep->kind].condition;
    uint8_t flags = told[sweep->kind].flags | PL_EVF_EVENT_END;
    uint32_t instrument = sweep->instrument;
    sweep->instrument = entry->next_in_channel;
    if (sweep->kind == SWEEP_CONDITION) {
      if (entry->condition_due == 0) continue;
      condition = entry->condition_due - 1u;
      entry->condition_due = 0;
      if (entry->mid_event) flags = 0;
    }
    ret_events[count++] = (struct pl_event){
        .seq = feed->frame_number * PL_EVENTS_PER_FRAME + feed->ordinal++,
        .recv_ns = feed->now_ns,
        .aux = condition,
        .instrument = instrument,
        .type = told[sweep->kind].type,
        .side = PL_SIDE_NONE,
        .flags = flags,
        .venue = (uint8_t)feed->venue->id,
    };
  }
  if (sweep->instrument == PL_INSTRUMENT_NONE) feed->sweep_at++;
  return count;
}

static uint32_t write_packet(struct pl_feed *feed, struct pl_event *ret_events) {
  uint32_t home = feed->context.home_channel, channels;
  uint32_t known = pl_directory_count(feed->directory);
  feed->context.recv_ns = feed->now_ns;
  feed->context.seq = feed->frame_number * PL_EVENTS_PER_FRAME + feed->ordinal;
  uint32_t count = feed->venue->write(feed->decoder, &feed->packet, &feed->context, ret_events);
  PL_CHECK(count <= feed->packet_verdict.events_max);
  feed->ordinal += count;
  feed->counters.messages += feed->packet_verdict.messages;
  feed->packet.data = NULL;
  if (feed->packet_verdict.tells) sweep_add(feed, home, SWEEP_CONDITION);
  /* Instruments just listed on a channel that is silent already: nobody else would tell them. */
  if (pl_directory_count(feed->directory) != known &&
      pl_line_channels(feed->lines, &channels)[home].silent)
    sweep_add(feed, home, SWEEP_SILENT);
  return count;
}

uint32_t pl_feed_write(struct pl_feed *feed, struct pl_event *ret_events) {
  uint32_t count = 0;
  if (feed->sweep_at < feed->sweep_count)
    count = write_sweep(feed, ret_events);
  else if (feed->packet.data != NULL)
    count = write_packet(feed, ret_events);
  feed->counters.events += count;
  return count;
}

void pl_feed_abandon(struct pl_feed *feed) {
  if (feed->packet.data == NULL) return;
  feed->packet.data = NULL;
  feed->counters.outcomes[PL_OK]--;
  feed->counters.outcomes[PL_E_RING_FULL]++;
  feed->torn[feed->context.channel] = true;
  pl_line_tear(feed->lines, feed->context.channel);
  if (!feed->context.recovery) sweep_add(feed, feed->context.channel, SWEEP_GAP);
}

const struct pl_feed_counters *pl_feed_counters(const struct pl_feed *feed) {
  return &feed->counters;
}

const struct pl_venue_counters *pl_feed_venue_counters(const struct pl_feed *feed) {
  return feed->venue->counters(feed->decoder);
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
