/* A feed handler's state, for feed.c (what comes in) and feed_write.c (what goes out). */
#ifndef DATAPLANE_FEED_FEED_STATE_H
#define DATAPLANE_FEED_FEED_STATE_H

#include "dataplane/feed/agenda.h"
#include "dataplane/feed/feed.h"

#define PL_FEED_GROUP_SLOTS (4 * PL_FEED_GROUPS_MAX)

/* Where a recovery channel stood when its cycle began: what was lost since, the cycle may lack. */
struct pl_feed_cycle {
  bool begun;
  uint64_t losses, home_losses;
};

struct pl_feed {
  struct pl_feed_config config;
  void *decoder;
  struct pl_directory *directory;
  struct pl_line_table *lines;
  const struct pl_channel *channels; /* of the lines */
  uint64_t frame_number, next_tick_ns, now_ns, handed_ns;
  uint32_t ordinal; /* of the next event under this number */
  bool numbered;    /* a packet was written under it */
  struct pl_agenda agenda;
  /* What comes next does not follow on what was written last. The loss between was told; but until
   * the next packet comes the decoder does not know, and may take a snapshot from before the loss
   * for good. */
  bool torn[PL_CHANNELS_MAX];
  uint64_t losses[PL_CHANNELS_MAX];
  uint32_t homes[PL_CHANNELS_MAX]; /* the channel that each serves */
  struct pl_feed_cycle cycles[PL_CHANNELS_MAX];
  struct pl_feed_group groups[PL_FEED_GROUP_SLOTS]; /* open addressing, port 0 is free */
  struct pl_feed_counters counters;
  struct pl_feed_note notes[PL_FEED_NOTES];
};

static inline const struct pl_channel *pl_feed_state_channel(const struct pl_feed *feed,
                                                             uint32_t index) {
  return &feed->channels[index];
}

/* A frame that was counted as decoded ended elsewhere after all. */
static inline void pl_feed_state_recount(struct pl_feed *feed, enum pl_status status,
                                         uint32_t frames) {
  feed->counters.outcomes[PL_OK] -= frames;
  feed->counters.outcomes[status] += frames;
}

#endif
