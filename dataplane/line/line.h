/* Channels of one feed: sequence, gap, duplicate, late, restart, silence. The feed's own sequence
 * numbers are the authority for loss. Two lines (A and B) carry the same channels; whichever brings
 * a packet first is taken. Receive thread only. */
#ifndef DATAPLANE_LINE_LINE_H
#define DATAPLANE_LINE_LINE_H

#include "engine/base/arena.h"
#include "engine/base/frame.h"
#include "engine/base/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_LINE_WINDOW_UNITS 64 /* how far back a unit is known as seen or missed */
#define PL_LINE_RESTART_RUN  16 /* packets in order, far behind, that mean a new run began */

enum pl_line_verdict {
  PL_LINE_NEXT,      /* the packet that was due */
  PL_LINE_FIRST,     /* first of its channel */
  PL_LINE_GAP,       /* packets before it are missing */
  PL_LINE_RESTART,   /* the venue began to count anew */
  PL_LINE_DUPLICATE, /* already taken */
  PL_LINE_LATE,      /* missed before, or of a run that is over: no longer of use */
};

/* One channel. Sequences are compared by difference in the venue's width, so they may wrap. */
struct pl_channel {
  uint32_t id; /* the venue's */
  bool started, watched, silent;
  bool whole; /* followed from the first unit of its run, nothing missing since */
  uint64_t session, next_seq;
  uint64_t old_session, old_next_seq; /* of the run before the last restart, and where it stood */
  uint32_t old_run;                   /* packets of the old session in order, behind its end */
  uint64_t old_run_next_seq;
  uint64_t seen_window; /* bit i: next_seq - 1 - i was taken */
  uint64_t last_recv_ns;
  struct pl_channel_line {
    uint64_t high_seq, back_next_seq;
    uint32_t back_run;
    bool started;
    bool in_old_run; /* the other line restarted; this one has yet to follow */
  } lines[PL_LINE_COUNT];
  uint64_t packets, gaps, units_lost, duplicates, late, restarts, silences;
};

/* A packet's place in its channel. */
struct pl_line_place {
  uint64_t session;   /* names the run; a venue without sessions gives 0 */
  uint64_t seq;       /* of its first unit; of the next one to come when it has none */
  uint32_t seq_count; /* sequence units: packets or messages, as the venue counts; 0: a heartbeat */
  bool recovery;      /* a channel that goes round in loops, each from the first number */
};

struct pl_line_table;

size_t pl_line_footprint(void);

/* pl_line_create takes an empty table from the arena.
 *   seq_bits    width of the venue's sequence numbers, 32 or 64
 *   silence_ns  a channel from which nothing came for longer is silent */
struct pl_line_table *pl_line_create(struct pl_arena *arena, uint32_t seq_bits,
                                     uint64_t silence_ns);

/* pl_line_channel returns the dense index of a channel, making it known if it is new;
 * PL_CHANNELS_MAX when the table is full.
 *   id  the venue's, below PL_CHANNEL_IDS */
uint32_t pl_line_channel(struct pl_line_table *table, uint32_t id);

/* pl_line_watch asks for a channel's silence to be told from now on. Channels that speak in cycles
 * (snapshots) are silent by nature and not watched.
 *   now_ns  receive clock: the silence of a channel not heard yet counts from the first call */
void pl_line_watch(struct pl_line_table *table, uint32_t index, uint64_t now_ns);

/* pl_line_judge says what a packet is, changing nothing.
 *   index  dense channel index */
enum pl_line_verdict pl_line_judge(const struct pl_line_table *table, uint32_t index,
                                   enum pl_line_id line, const struct pl_line_place *place);

/* pl_line_commit records the packet under the verdict it got. A packet that turned out malformed is
 * not committed: the next one then shows the gap.
 *   returns  true when the channel was silent until now */
bool pl_line_commit(struct pl_line_table *table, uint32_t index, enum pl_line_id line,
                    const struct pl_line_place *place, enum pl_line_verdict verdict,
                    uint64_t recv_ns);

/* pl_line_tear says that a packet, though committed, reached nobody: its channel's run is no longer
 * whole. */
void pl_line_tear(struct pl_line_table *table, uint32_t index);

/* pl_line_silence finds a watched channel that has just become silent and marks it.
 *   now_ns   receive clock
 *   returns  its dense index; PL_CHANNELS_MAX when there is none (call again until then) */
uint32_t pl_line_silence(struct pl_line_table *table, uint64_t now_ns);

/* pl_line_channels returns the channels, [*ret_count], live; for counters. */
const struct pl_channel *pl_line_channels(const struct pl_line_table *table, uint32_t *ret_count);

#endif
