/* One venue's wire format behind one interface: head, judge, write. A decoder judges a whole packet
 * first and only then writes, so nothing half-decoded leaves it. Wire formats end here. Receive
 * thread only. */
#ifndef DATAPLANE_VENUE_VENUE_H
#define DATAPLANE_VENUE_VENUE_H

#include "dataplane/venue/directory.h"
#include "engine/base/arena.h"
#include "engine/base/event.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a packet's header says. */
struct pl_venue_head {
  uint32_t channel_id;      /* the venue's, below 65536 */
  uint32_t home_channel_id; /* channel of the book updates that this one serves; itself mostly */
  uint64_t seq;
  uint32_t seq_count; /* sequence units the packet takes up */
};

/* What judging a packet found. */
struct pl_venue_verdict {
  uint32_t messages;
  uint32_t events_max; /* writing makes at most this many */
};

/* What writing needs beside the packet. */
struct pl_venue_context {
  uint32_t channel, home_channel; /* dense indices */
  bool continuous;                /* nothing is missing between the last packet and this one */
  uint64_t seq;                   /* of the first event; the others follow by one */
  uint64_t recv_ns;
};

struct pl_venue_counters {
  uint64_t messages_unknown;  /* templates not known, skipped by their lengths */
  uint64_t messages_headless; /* snapshot parts whose beginning was not seen, skipped */
  uint64_t instruments_full;  /* messages of instruments the directory has no room for */
};

struct pl_venue {
  const char *name;
  enum pl_venue_id id;
  uint32_t seq_bits;
  size_t (*footprint)(void);
  /* The decoder's state from the arena; directory outlives it. */
  void *(*create)(struct pl_arena *arena, struct pl_directory *directory);
  /* Reads the packet's header. PL_E_PACKET_HEADER when it is none of this venue's. */
  enum pl_status (*head)(const uint8_t *packet, size_t size_bytes, struct pl_venue_head *ret_head);
  /* Walks the whole packet and changes nothing. */
  enum pl_status (*judge)(const uint8_t *packet, size_t size_bytes,
                          struct pl_venue_verdict *ret_verdict);
  /* Writes the events of a packet that judge passed; returns how many. Cannot fail. */
  uint32_t (*write)(void *decoder, const uint8_t *packet, size_t size_bytes,
                    const struct pl_venue_context *context, struct pl_event *ret_events);
  const struct pl_venue_counters *(*counters)(const void *decoder);
};

/* pl_venue_find returns the venue of a name, NULL when there is none. */
const struct pl_venue *pl_venue_find(const char *name);

/* pl_venue_at lists the venues: the one at index, NULL past the last. */
const struct pl_venue *pl_venue_at(uint32_t index);

#endif
