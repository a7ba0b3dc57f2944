/* A generated day on a venue's wire: frames for load, as many messages as asked for.
 *
 * What an operation becomes is the wire's business (load_itch.c, load_deep.c, ...); packets,
 * sequence numbers and addresses are done here. Same configuration, same bytes. */
#ifndef PL_TESTS_VENUE_LOAD_H
#define PL_TESTS_VENUE_LOAD_H

#include "dataplane/feed/ethernet.h"
#include "tests/venue/day.h"
#include "tests/venue/exchange.h"

#define PL_LOAD_STREAMS     3u /* market data, reference data apart, and snapshots */
#define PL_LOAD_SNAPSHOTS   2u
#define PL_LOAD_PAYLOAD_MAX 1400u

/* One packet being put together. */
struct pl_load_packet {
  uint8_t *bytes; /* [PL_LOAD_PAYLOAD_MAX] */
  uint64_t seq;   /* of its first unit */
  uint64_t time_ns;
  uint32_t messages;
  uint32_t stream;
};

/* A symbol's book, to be told by a snapshot. */
struct pl_load_book {
  uint32_t symbol, count;
  uint64_t anchor_seq; /* of the last unit of the market data that it holds */
  uint64_t time_ns;
  const struct pl_day_resting *orders; /* [count], as pl_day_book has them */
};

/* A venue's wire. State is the wire's own; one day goes through it in order. */
struct pl_load_wire {
  const char *name;
  bool counts_packets; /* else sequence numbers count messages */
  struct pl_ethernet_path paths[PL_LOAD_STREAMS];
  /* NULL: no state. */
  void *(*open)(const struct pl_day_config *config);
  void (*close)(void *state);
  /* The stream that an operation goes out on. */
  uint32_t (*stream)(const struct pl_day_op *op);
  void (*begin)(void *state, struct pl_load_packet *packet);
  /* Appends an operation's messages; returns how many, 0 with the packet unchanged when they do not
   * fit; more than 0 always fits an empty packet. An operation may be none of the venue's: then
   * ret_skipped is set. */
  uint32_t (*put)(void *state, struct pl_load_packet *packet, const struct pl_day_op *op,
                  bool *ret_skipped);
  size_t (*finish)(void *state, struct pl_load_packet *packet);
  /* Appends messages of a snapshot from *part on, 0 at first, and moves it; true when that was all,
   * false when the rest needs another packet. NULL: the venue has no snapshots. */
  bool (*put_snapshot)(void *state, struct pl_load_packet *packet, const struct pl_load_book *book,
                       uint32_t *part);
  /* Says, in a packet of its own, that so many symbols were told. */
  void (*put_cycle_end)(void *state, struct pl_load_packet *packet, uint32_t symbols);
};

/* pl_load_wire_find returns the wire of a name (itch, deep, starbase, cme), NULL when there is
 * none. */
const struct pl_load_wire *pl_load_wire_find(const char *name);

struct pl_load_config {
  const struct pl_load_wire *wire;
  struct pl_day_config day;
  uint32_t packet_messages; /* a packet is sent when it has so many, >= 1 */
  /* Every so often, in feed time, each symbol that is defined is told as it stands, evenly spread;
   * 0: never. Only with a wire that has snapshots. */
  uint32_t snapshot_cycle_s;
};

struct pl_load;

/* pl_load_open begins; NULL when a value is out of its range or memory is short. ctx is the
 * caller's. pl_load_close frees it; NULL is allowed. */
struct pl_load *pl_load_open(const struct pl_load_config *config, pl_exchange_sink *sink,
                             void *ctx);
void pl_load_close(struct pl_load *load);

/* pl_load_run sends the next packets, until at least `messages` more were sent, the day is over or
 * the sink refuses. Returns how many were sent: 0 when there is nothing more. */
uint64_t pl_load_run(struct pl_load *load, uint64_t messages);

#endif
