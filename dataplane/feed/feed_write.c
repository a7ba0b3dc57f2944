#include "dataplane/feed/feed_state.h"
#include "engine/base/check.h"

/* From here on a number may have too few ordinals left for what is written at once. */
#define ORDINALS_LAST (PL_EVENTS_PER_FRAME - PL_FRAME_EVENTS_MAX - PL_SWEEP_EVENTS_MAX)

uint32_t pl_feed_pending(const struct pl_feed *feed) {
  const struct pl_agenda *agenda = &feed->agenda;
  if (agenda->at == agenda->count) return 0;
  const struct pl_agenda_item *item = &agenda->items[agenda->at];
  if (item->kind != PL_AGENDA_PACKET) return PL_SWEEP_EVENTS_MAX;
  uint32_t events_max = item->verdict.events_max;
  return events_max != 0 ? events_max : 1; /* it must be written anyway */
}

static void next_number(struct pl_feed *feed) {
  feed->frame_number++;
  feed->ordinal = 0;
}

static uint32_t write_sweep(struct pl_feed *feed, struct pl_agenda_item *sweep,
                            struct pl_event *ret_events) {
  static const struct {
    uint8_t type, condition, flags;
  } told[PL_AGENDA_SWEEPS] = {
      [PL_AGENDA_GAP] = {PL_EV_STATUS, PL_COND_GAP, PL_EVF_STALE},
      [PL_AGENDA_WAITING] = {PL_EV_STATUS, PL_COND_WAITING, PL_EVF_STALE},
      [PL_AGENDA_FILLED] = {PL_EV_STATUS, PL_COND_FILLED, 0},
      [PL_AGENDA_SILENT] = {PL_EV_STATUS, PL_COND_SILENT, PL_EVF_STALE},
      [PL_AGENDA_RESUMED] = {PL_EV_STATUS, PL_COND_RESUMED, 0},
      [PL_AGENDA_RESTART] = {PL_EV_BOOK_CLEAR, 0, PL_EVF_STALE},
      [PL_AGENDA_EMPTIED] = {PL_EV_BOOK_CLEAR, 1, 0},
      [PL_AGENDA_CONDITION] = {PL_EV_STATUS, 0, 0},
  };
  uint32_t count = 0;
  if (feed->ordinal > ORDINALS_LAST) next_number(feed);
  for (uint32_t seen = 0; seen < PL_SWEEP_EVENTS_MAX && sweep->instrument != PL_INSTRUMENT_NONE;
       seen++) {
    struct pl_instrument *entry = pl_directory_entry(feed->directory, sweep->instrument);
    uint64_t condition = told[sweep->kind].condition;
    uint8_t flags = told[sweep->kind].flags | PL_EVF_EVENT_END;
    uint32_t instrument = sweep->instrument;
    sweep->instrument = entry->next_in_channel;
    if (sweep->kind == PL_AGENDA_CONDITION) {
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
        .venue = (uint8_t)feed->config.venue->id,
    };
  }
  if (sweep->instrument == PL_INSTRUMENT_NONE) feed->agenda.at++;
  return count;
}

/* A packet has a number of its own, so that its events lead back to it. */
static void number(struct pl_feed *feed, const struct pl_agenda_item *item) {
  if (PL_UNLIKELY(feed->numbered || feed->ordinal > ORDINALS_LAST)) next_number(feed);
  feed->numbered = true;
  struct pl_feed_note *note = &feed->notes[feed->frame_number & (PL_FEED_NOTES - 1)];
  note->handed_ns = item->handed_ns;
  note->channel_id = item->channel_id;
  note->packet_seq = item->context.packet_seq;
}

static uint32_t write_packet(struct pl_feed *feed, struct pl_agenda_item *item,
                             struct pl_event *ret_events) {
  uint32_t home = item->context.home_channel, known = pl_directory_count(feed->directory);
  number(feed, item);
  item->context.seq = feed->frame_number * PL_EVENTS_PER_FRAME + feed->ordinal;
  uint32_t count =
      feed->config.venue->write(feed->decoder, &item->packet, &item->context, ret_events);
  PL_CHECK(count <= item->verdict.events_max);
  for (uint32_t i = 0; PL_UNLIKELY(item->context.recovery) && i < count; i++)
    ret_events[i].flags |= PL_EVF_RECOVERY;
  feed->ordinal += count;
  feed->counters.messages += item->verdict.messages;
  bool tells = item->verdict.tells;
  if (PL_UNLIKELY(item->held != NULL)) pl_line_free(feed->lines, item->held);
  feed->agenda.at++;
  /* Instruments just listed on a channel that is silent already: nobody else would tell them. */
  if (PL_UNLIKELY(pl_directory_count(feed->directory) != known) &&
      pl_feed_state_channel(feed, home)->silent)
    pl_agenda_sweep(&feed->agenda, feed->directory, home, PL_AGENDA_SILENT, true);
  if (tells) pl_agenda_sweep(&feed->agenda, feed->directory, home, PL_AGENDA_CONDITION, true);
  return count;
}

uint32_t pl_feed_write(struct pl_feed *feed, struct pl_event *ret_events) {
  struct pl_agenda_item *item = pl_agenda_first(&feed->agenda);
  if (item == NULL) return 0;
  uint32_t count = item->kind == PL_AGENDA_PACKET ? write_packet(feed, item, ret_events)
                                                  : write_sweep(feed, item, ret_events);
  feed->counters.events += count;
  return count;
}

/* Each packet still on the agenda becomes a loss of our own making, in its place. */
void pl_feed_abandon(struct pl_feed *feed) {
  struct pl_agenda *agenda = &feed->agenda;
  uint32_t kept = agenda->at;
  for (uint32_t i = agenda->at; i < agenda->count; i++) {
    struct pl_agenda_item *item = &agenda->items[i];
    if (item->kind == PL_AGENDA_PACKET) {
      uint32_t channel = item->channel;
      pl_feed_state_recount(feed, PL_E_RING_FULL, 1);
      if (item->held != NULL) pl_line_free(feed->lines, item->held);
      feed->torn[channel] = true;
      feed->losses[channel]++;
      pl_line_tear(feed->lines, channel, feed->now_ns);
      uint32_t first = pl_directory_first(feed->directory, channel);
      if (item->context.recovery || first == PL_INSTRUMENT_NONE) continue;
      item->kind = PL_AGENDA_GAP;
      item->instrument = first;
    }
    if (kept != i) agenda->items[kept] = *item;
    kept++;
  }
  agenda->count = kept;
}
