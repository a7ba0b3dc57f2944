/* Where each unit of a channel stands in the stream of events, as far back as nothing is missing:
 * by that a snapshot's anchor, a sequence number, says which events are newer than it. Receive
 * thread only. */
#ifndef DATAPLANE_VENUE_TRAIL_H
#define DATAPLANE_VENUE_TRAIL_H

#include "engine/base/event.h"

#include <stdbool.h>

struct pl_trail {
  uint64_t next;                   /* unit to come */
  uint32_t known;                  /* units before it that are in the ring */
  uint64_t begins[PL_TRAIL_UNITS]; /* by unit: seq of its first event */
};
_Static_assert((PL_TRAIL_UNITS & (PL_TRAIL_UNITS - 1)) == 0, "a unit's low bits are its place");

/* pl_trail_tear says that something before the units to come is missing, or means nothing now. */
static inline void pl_trail_tear(struct pl_trail *trail) {
  trail->known = 0;
}

/* pl_trail_reach says that the channel stands at unit next, count units further. */
static inline void pl_trail_reach(struct pl_trail *trail, uint64_t next, uint32_t count) {
  uint32_t known = trail->known + count;
  trail->known = known < PL_TRAIL_UNITS ? known : PL_TRAIL_UNITS;
  trail->next = next;
}

/* pl_trail_put notes where a unit's events begin. */
static inline void pl_trail_put(struct pl_trail *trail, uint64_t unit, uint64_t seq) {
  trail->begins[unit & (PL_TRAIL_UNITS - 1)] = seq;
}

/* pl_trail_misses tells whether one of the last units is missing, as far back as is known. */
static inline bool pl_trail_misses(const struct pl_trail *trail, int64_t last) {
  return last > trail->known && trail->known < PL_TRAIL_UNITS;
}

/* pl_trail_newer returns the aux word for the end of a snapshot of orders.
 *   behind     units that came behind the snapshot's anchor; negative: it is so many ahead
 *   ahead_max  further ahead it is of another run
 *   seq        the end's own
 *   returns    PL_SNAPSHOT_VOID when a unit behind the anchor is missing, or longer ago than is
 *              known */
static inline uint64_t pl_trail_newer(const struct pl_trail *trail, int64_t behind,
                                      int64_t ahead_max, uint64_t seq) {
  if (behind < -ahead_max || behind > trail->known) return PL_SNAPSHOT_VOID;
  if (behind <= 0) return seq + (behind < 0);
  return trail->begins[(trail->next - (uint64_t)behind) & (PL_TRAIL_UNITS - 1)];
}

#endif
