#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/ring.h"
#include "tests/bench/cases.h"
#include "tests/bench/pair.h"
#include "tests/bench/peer_ring.h"

#include <stdio.h>

#define RUNS     41
#define MESSAGES 200000
#define SLOTS    1024 /* also measured: as many as the event ring has */

/* One pass from the producer to the consumer; each side has lines of its own. */
struct hop {
  struct pl_ring *ring;
  struct rte_ring *peer;
  uint32_t burst, messages;
  alignas(2 * PL_CACHE_LINE_BYTES) uint64_t from_ns;
  alignas(2 * PL_CACHE_LINE_BYTES) uint64_t to_ns, sum;
};

static inline uint32_t at_most(uint32_t burst, uint32_t left) {
  return burst < left ? burst : left;
}

/* Whole lines are written and read: 64 bytes a message, as events are. */
static inline void fill(struct pl_ring_slot *slots, uint32_t count, uint64_t first) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t word = 0; word < PL_CACHE_LINE_BYTES / sizeof(uint64_t); word++)
      slots[i].words[word] = first + i;
}

static inline uint64_t sum(const struct pl_ring_slot *slots, uint32_t count) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t word = 0; word < PL_CACHE_LINE_BYTES / sizeof(uint64_t); word++)
      total += slots[i].words[word];
  return total;
}

static void ring_put(void *context) {
  struct hop *hop = context;
  uint64_t idle = 0;
  hop->from_ns = pl_clock_monotonic_ns();
  for (uint32_t sent = 0; sent < hop->messages;) {
    void *slots;
    uint32_t count = pl_ring_reserve(hop->ring, at_most(hop->burst, hop->messages - sent), &slots);
    if (count == 0) {
      pl_pair_wait(&idle);
      continue;
    }
    idle = 0;
    fill(slots, count, sent);
    pl_ring_publish(hop->ring, count);
    sent += count;
  }
}

static void ring_get(void *context) {
  struct hop *hop = context;
  uint64_t idle = 0, total = 0;
  for (uint32_t got = 0; got < hop->messages;) {
    void *slots;
    uint32_t count = pl_ring_peek(hop->ring, hop->burst, &slots);
    if (count == 0) {
      pl_pair_wait(&idle);
      continue;
    }
    idle = 0;
    total += sum(slots, count);
    pl_ring_release(hop->ring, count);
    got += count;
  }
  hop->to_ns = pl_clock_monotonic_ns();
  hop->sum = total;
}

static void peer_put(void *context) {
  struct hop *hop = context;
  uint64_t idle = 0;
  hop->from_ns = pl_clock_monotonic_ns();
  for (uint32_t sent = 0; sent < hop->messages;) {
    struct rte_ring_zc_data at;
    uint32_t count = rte_ring_enqueue_zc_burst_elem_start(
        hop->peer, PL_CACHE_LINE_BYTES, at_most(hop->burst, hop->messages - sent), &at, NULL);
    if (count == 0) {
      pl_pair_wait(&idle);
      continue;
    }
    idle = 0;
    fill(at.ptr1, at.n1, sent);
    if (count > at.n1) fill(at.ptr2, count - at.n1, sent + at.n1);
    rte_ring_enqueue_zc_elem_finish(hop->peer, count);
    sent += count;
  }
}

static void peer_get(void *context) {
  struct hop *hop = context;
  uint64_t idle = 0, total = 0;
  for (uint32_t got = 0; got < hop->messages;) {
    struct rte_ring_zc_data at;
    uint32_t count =
        rte_ring_dequeue_zc_burst_elem_start(hop->peer, PL_CACHE_LINE_BYTES, hop->burst, &at, NULL);
    if (count == 0) {
      pl_pair_wait(&idle);
      continue;
    }
    idle = 0;
    total += sum(at.ptr1, at.n1);
    if (count > at.n1) total += sum(at.ptr2, count - at.n1);
    rte_ring_dequeue_zc_elem_finish(hop->peer, count);
    got += count;
  }
  hop->to_ns = pl_clock_monotonic_ns();
  hop->sum = total;
}

static double pass(struct hop *hop, bool peer) {
  pl_pair_run(peer ? peer_put : ring_put, peer ? peer_get : ring_get, hop);
  uint64_t last = hop->messages - 1;
  PL_CHECK(hop->sum == (last * hop->messages / 2) * (PL_CACHE_LINE_BYTES / sizeof(uint64_t)));
  return (double)(hop->to_ns - hop->from_ns) / hop->messages;
}

static void print(struct pl_report *report, const struct hop *hop, const char *which,
                  uint32_t slots, struct pl_measure *measure) {
  char name[64];
  (void)snprintf(name, sizeof name, "ring%s%s.burst%u", slots == SLOTS ? "" : ".16k", which,
                 hop->burst);
  bool ratio = which[0] == '.' && which[1] == 'r' && which[2] == 'a';
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = name,
                       .unit = ratio ? "% of rte_ring" : "ns/message",
                       .clock = "wall",
                       .per_run = hop->messages,
                       .value_share = ratio ? 0.5 : 0.1,
                       .bound = ratio ? "pairs of passes, interleaved: at or below 100 at burst 32"
                                      : "1 line from core to core a message, some 2 ns when they "
                                        "overlap, plus 2 index lines a burst at some 60 ns each",
                   },
                   measure);
}

static void compare(struct pl_report *report, struct hop *hop, uint32_t slots) {
  struct pl_measure ring = {.count = 0}, peer = {.count = 0}, ratio = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    bool peer_first = run % 2 != 0;
    if (!PL_PEER_RING) {
      pl_measure_add(&ring, pass(hop, false));
      continue;
    }
    double first = pass(hop, peer_first), second = pass(hop, !peer_first);
    double ring_ns = peer_first ? second : first, peer_ns = peer_first ? first : second;
    pl_measure_add(&ring, ring_ns);
    pl_measure_add(&peer, peer_ns);
    pl_measure_add(&ratio, 100 * ring_ns / peer_ns);
  }
  print(report, hop, "", slots, &ring);
  if (!PL_PEER_RING) return;
  print(report, hop, ".rte", slots, &peer);
  print(report, hop, ".ratio", slots, &ratio);
}

void pl_case_ring_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  static const uint32_t bursts[] = {1, 8, 32}, slots[] = {SLOTS, PL_EVENT_RING_SLOTS};
  static struct hop hop;
  for (uint32_t size = 0; size < 2; size++) {
    struct pl_arena arena;
    PL_CHECK(pl_arena_open(pl_ring_footprint(slots[size]) + pl_peer_ring_footprint(slots[size]),
                           &arena) == PL_OK);
    hop.ring = pl_ring_create(&arena, slots[size]);
    hop.peer = pl_peer_ring_create(&arena, slots[size]);
    hop.messages = report->smoke ? MESSAGES / 100 : MESSAGES;
    pl_arena_touch(&arena);
    for (uint32_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++) {
      hop.burst = bursts[i];
      compare(report, &hop, slots[size]);
    }
    pl_arena_close(&arena);
  }
}
