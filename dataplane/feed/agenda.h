/* What a feed handler has yet to write, in order: packets whose turn has come, and sweeps, which
 * tell every instrument of a channel what happened to it. For feed.c. */
#ifndef DATAPLANE_FEED_AGENDA_H
#define DATAPLANE_FEED_AGENDA_H

#include "dataplane/line/line.h"
#include "dataplane/venue/venue.h"
#include "engine/base/check.h"

enum pl_agenda_kind {
  PL_AGENDA_GAP,
  PL_AGENDA_WAITING,
  PL_AGENDA_FILLED,
  PL_AGENDA_SILENT,
  PL_AGENDA_RESUMED,
  PL_AGENDA_RESTART,
  PL_AGENDA_EMPTIED,   /* the venue emptied all books */
  PL_AGENDA_CONDITION, /* what the decoder left in the directory, of those it left it for */
  PL_AGENDA_SWEEPS,
  PL_AGENDA_PACKET = PL_AGENDA_SWEEPS
};

struct pl_agenda_item {
  uint8_t kind;        /* enum pl_agenda_kind */
  uint32_t channel;    /* dense */
  uint32_t instrument; /* sweep: to be told next */
  uint32_t channel_id; /* packet: the venue's */
  uint64_t handed_ns;
  struct pl_line_held *held; /* the packet's memory, to be given back; NULL: a port's */
  struct pl_packet packet;
  struct pl_venue_verdict verdict;
  struct pl_venue_context context;
};

/* Sweeps left over, one of a kind a channel; and in one batch: every channel's timers, all packets
 * held back, and what each of them has to tell. */
#define PL_AGENDA_ITEMS_MAX                                                                        \
  (PL_AGENDA_SWEEPS * PL_CHANNELS_MAX + 4 * PL_CHANNELS_MAX + 4 * (PL_LINE_HELD_MAX + 1))

struct pl_agenda {
  uint32_t at, count;
  struct pl_agenda_item items[PL_AGENDA_ITEMS_MAX];
};

/* pl_agenda_begin starts a batch. Only sweeps may be left, and stay: a channel's fault is never
 * forgotten. One that waits twice is told once, whole, after what came since: pl_agenda_merge, when
 * something is left. */
void pl_agenda_merge(struct pl_agenda *agenda, const struct pl_directory *directory);
static inline void pl_agenda_begin(struct pl_agenda *agenda, const struct pl_directory *directory) {
  if (PL_LIKELY(agenda->at == agenda->count))
    agenda->at = agenda->count = 0;
  else
    pl_agenda_merge(agenda, directory);
}

/* pl_agenda_sweep appends a sweep, or puts it before everything that is not begun yet; nothing
 * where the channel has no instruments. */
void pl_agenda_sweep(struct pl_agenda *agenda, const struct pl_directory *directory,
                     uint32_t channel, enum pl_agenda_kind kind, bool next);

/* pl_agenda_waits tells whether a sweep is on the agenda, perhaps half told. */
bool pl_agenda_waits(const struct pl_agenda *agenda, uint32_t channel, enum pl_agenda_kind kind);

/* pl_agenda_packet appends a packet and returns it, to be filled in. */
static inline struct pl_agenda_item *pl_agenda_packet(struct pl_agenda *agenda) {
  PL_CHECK(agenda->count < PL_AGENDA_ITEMS_MAX);
  struct pl_agenda_item *item = &agenda->items[agenda->count++];
  item->kind = PL_AGENDA_PACKET;
  return item;
}

/* pl_agenda_first returns what is to be written next, NULL when there is nothing. */
static inline struct pl_agenda_item *pl_agenda_first(struct pl_agenda *agenda) {
  return agenda->at < agenda->count ? &agenda->items[agenda->at] : NULL;
}

#endif
