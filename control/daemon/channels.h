/* What is known of each channel, for other threads than the receive core: a snapshot cell that it
 * writes some four times a second, as far as there are channels. */
#ifndef CONTROL_DAEMON_CHANNELS_H
#define CONTROL_DAEMON_CHANNELS_H

#include "dataplane/feed/feed.h"

#include <stdalign.h>
#include <stdatomic.h>

/* Words only, so that a row goes through a cell. */
struct pl_channel_row {
  uint64_t id; /* the venue's */
  uint64_t state;
  uint64_t session, next_seq;     /* the run it is in; the unit that is due */
  uint64_t packets;               /* taken */
  uint64_t gaps, units_lost;      /* given up; units as the venue counts: packets or messages */
  uint64_t holes;                 /* gaps, and what was filled before it came to that */
  uint64_t filled[PL_LINE_COUNT]; /* units that came into a hole, by enum pl_line_id */
  uint64_t gaps_by_snapshot;      /* gaps after which snapshots told everything again */
  uint64_t duplicates, late, restarts;
  uint64_t silent, silences; /* now; how often */
  uint64_t stale_ns;         /* spent without what was lost */
  uint64_t held;             /* early packets waiting now */
  struct pl_channel_row_line {
    uint64_t packets, silent, silences, last_recv_ns;
  } lines[PL_LINE_COUNT]; /* by enum pl_line_id */
};

struct pl_channels_stats {
  uint64_t count;
  struct pl_channel_row rows[PL_CHANNELS_MAX]; /* [count], those heard or waited for */
};

#define PL_CHANNELS_WORDS (sizeof(struct pl_channels_stats) / sizeof(uint64_t))

struct pl_channels_cell {
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t version;
  _Atomic uint64_t words[PL_CHANNELS_WORDS];
  struct pl_channels_stats own; /* the writer's */
};

/* pl_channels_write copies what a feed's lines know now. The receive core only. */
void pl_channels_write(struct pl_channels_cell *cell, struct pl_feed *feed);

/* pl_channels_read reads it as last copied; false until there is anything. Any thread. */
bool pl_channels_read(const struct pl_channels_cell *cell, struct pl_channels_stats *ret_stats);

/* pl_channels_state names a row's state as JSON and tables spell it. */
const char *pl_channels_state(uint64_t state);

/* pl_channels_is_degraded tells whether a channel's instruments cannot be trusted: it is stale or
 * silent. */
bool pl_channels_is_degraded(const struct pl_channel_row *row);

#endif
