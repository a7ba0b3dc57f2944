/* One venue's wire format behind one interface: head, judge, write. A decoder judges a whole packet
 * first and only then writes, so nothing half-decoded leaves it. Wire formats end here. Receive
 * thread only. */
#ifndef DATAPLANE_VENUE_VENUE_H
#define DATAPLANE_VENUE_VENUE_H

#include "dataplane/venue/directory.h"
#include "engine/base/arena.h"
#include "engine/base/event.h"
#include "engine/base/frame.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a packet's header says. */
struct pl_venue_head {
  uint32_t channel_id;      /* the venue's, below PL_CHANNEL_IDS */
  uint32_t home_channel_id; /* channel of the book updates that this one serves; itself mostly */
  bool recovery;            /* a channel of snapshots or definitions: its losses tell nobody */
  bool loops;               /* it goes round, each time from the first number */
  uint64_t session;         /* names the run of sequence numbers; another value is another run */
  uint64_t seq;             /* of the first unit; of the next to come when there is none */
  uint32_t seq_count;       /* sequence units the packet takes up; 0: a heartbeat */
};

/* What judging a packet found. */
struct pl_venue_verdict {
  uint32_t messages;
  uint32_t events_max; /* writing makes at most this many */
  bool empties;        /* all books of the channel are known to be empty before its events */
  bool tells;          /* it leaves conditions in the directory that are to be told after them */
  bool cycle_ends;     /* recovery: everything the channel serves was told since the last such */
};

/* What writing needs beside the packet. */
struct pl_venue_context {
  uint32_t channel, home_channel; /* dense indices */
  bool recovery;
  bool continuous;     /* nothing is missing between the last packet and this one */
  bool whole;          /* the channel's run was followed from its first unit without a loss */
  uint64_t packet_seq; /* the head's */
  uint32_t skip_units; /* so many of its first units were taken from another packet */
  uint64_t seq;        /* of the first event; the others follow by one */
  uint64_t recv_ns;
};

struct pl_venue_counters {
  uint64_t messages_unknown;  /* templates not known, skipped by their lengths */
  uint64_t messages_headless; /* parts of a snapshot or an order whose beginning was not seen */
  uint64_t instruments_full;  /* messages of instruments the directory has no room for */
  uint64_t events_unlisted;   /* instruments whose open event found no room: it ends late */
  uint64_t orders_unplaced;   /* orders that refer to no level of their message, skipped */
};

#define PL_VENUE_REQUEST_BYTES 56 /* an encoded request for units fits */

/* A venue's answer that it will not send again. */
struct pl_venue_reject {
  uint32_t channel_id; /* the venue's, that was asked for */
  uint64_t seq;        /* that the request began with */
  bool try_again;      /* after retry_ns; else never */
  uint64_t retry_ns;
};

struct pl_venue {
  const char *name;
  enum pl_venue_id id;
  uint32_t seq_bits;
  size_t (*footprint)(void);
  /* The decoder's state from the arena; directory outlives it. */
  void *(*create)(struct pl_arena *arena, struct pl_directory *directory);
  uint32_t orders_max; /* live orders that an engine for it has room for; 0: it tells levels only */
  /* Reads the packet's header. PL_E_PACKET_HEADER when it is none of this venue's. */
  enum pl_status (*head)(const struct pl_packet *packet, struct pl_venue_head *ret_head);
  /* Walks the whole packet and changes nothing. */
  enum pl_status (*judge)(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict);
  /* Writes the events of a packet that judge passed; returns how many. Cannot fail. */
  uint32_t (*write)(void *decoder, const struct pl_packet *packet,
                    const struct pl_venue_context *context, struct pl_event *ret_events);
  const struct pl_venue_counters *(*counters)(const void *decoder);
  bool has_snapshots; /* books can be mended from a recovery channel of its own */
  /* What is sent again when it is asked for, as packets that head, judge and write understand. All
   * zero: nothing is. */
  struct pl_venue_resend {
    uint32_t units_max; /* of one request */
    /* Encodes a request for units [seq, seq + count) of a channel in the run it is in.
     *   count    1..units_max
     *   returns  its size in bytes, at most PL_VENUE_REQUEST_BYTES; 0 as long as the run is not
     *            known to the decoder, which then has written no packet */
    uint32_t (*request)(const void *decoder, uint32_t channel_id, uint64_t seq, uint32_t count,
                        uint8_t *ret_bytes);
    /* Whether an answer says no. What is malformed does not; ret_reject is then untouched. */
    bool (*rejects)(const struct pl_packet *packet, struct pl_venue_reject *ret_reject);
  } resend;
};

/* pl_venue_find returns the venue of a name, NULL when there is none. */
const struct pl_venue *pl_venue_find(const char *name);

/* pl_venue_at lists the venues: the one at index, NULL past the last. */
const struct pl_venue *pl_venue_at(uint32_t index);

#endif
