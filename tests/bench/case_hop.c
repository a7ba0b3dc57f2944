#include "engine/base/check.h"
#include "engine/base/ring.h"
#include "tests/bench/cases.h"
#include "tests/bench/pair.h"
#include "tests/bench/peer_ring.h"

#include <stdlib.h>

#define RUNS  7
#define TRIPS 20000
#define SLOTS 1024

/* One message there and back; the caller's side is timed. */
struct trip {
  struct pl_ring *there, *back;
  struct rte_ring *peer_there, *peer_back;
  uint32_t trips;
  uint64_t *ticks; /* [trips] */
};

static void ring_send(struct pl_ring *ring, uint64_t value) {
  void *slot;
  uint64_t idle = 0;
  while (pl_ring_reserve(ring, 1, &slot) == 0) pl_pair_wait(&idle);
  ((struct pl_ring_slot *)slot)->words[0] = value;
  pl_ring_publish(ring, 1);
}

static uint64_t ring_receive(struct pl_ring *ring) {
  void *slot;
  uint64_t idle = 0;
  while (pl_ring_peek(ring, 1, &slot) == 0) pl_pair_wait(&idle);
  uint64_t value = ((struct pl_ring_slot *)slot)->words[0];
  pl_ring_release(ring, 1);
  return value;
}

static void peer_send(struct rte_ring *ring, uint64_t value) {
  struct rte_ring_zc_data at;
  uint64_t idle = 0;
  while (rte_ring_enqueue_zc_burst_elem_start(ring, PL_CACHE_LINE_BYTES, 1, &at, NULL) == 0)
    pl_pair_wait(&idle);
  ((struct pl_ring_slot *)at.ptr1)->words[0] = value;
  rte_ring_enqueue_zc_elem_finish(ring, 1);
}

static uint64_t peer_receive(struct rte_ring *ring) {
  struct rte_ring_zc_data at;
  uint64_t idle = 0;
  while (rte_ring_dequeue_zc_burst_elem_start(ring, PL_CACHE_LINE_BYTES, 1, &at, NULL) == 0)
    pl_pair_wait(&idle);
  uint64_t value = ((struct pl_ring_slot *)at.ptr1)->words[0];
  rte_ring_dequeue_zc_elem_finish(ring, 1);
  return value;
}

static void ring_call(void *context) {
  struct trip *trip = context;
  for (uint32_t i = 0; i < trip->trips; i++) {
    uint64_t from = pl_measure_tsc();
    ring_send(trip->there, i);
    PL_CHECK(ring_receive(trip->back) == i);
    trip->ticks[i] = pl_measure_tsc() - from;
  }
}

static void ring_answer(void *context) {
  struct trip *trip = context;
  for (uint32_t i = 0; i < trip->trips; i++) ring_send(trip->back, ring_receive(trip->there));
}

static void peer_call(void *context) {
  struct trip *trip = context;
  for (uint32_t i = 0; i < trip->trips; i++) {
    uint64_t from = pl_measure_tsc();
    peer_send(trip->peer_there, i);
    PL_CHECK(peer_receive(trip->peer_back) == i);
    trip->ticks[i] = pl_measure_tsc() - from;
  }
}

static void peer_answer(void *context) {
  struct trip *trip = context;
  for (uint32_t i = 0; i < trip->trips; i++)
    peer_send(trip->peer_back, peer_receive(trip->peer_there));
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

static void keep(struct trip *trip, struct pl_measure *p50, struct pl_measure *p99) {
  qsort(trip->ticks, trip->trips, sizeof trip->ticks[0], compare);
  pl_measure_add(p50, (double)trip->ticks[trip->trips / 2] * pl_measure_ns_per_tick());
  pl_measure_add(p99, (double)trip->ticks[trip->trips / 100 * 99] * pl_measure_ns_per_tick());
}

static void print(struct pl_report *report, const struct trip *trip, const char *name,
                  struct pl_measure *measure) {
  pl_report_figure(report,
                   &(struct pl_figure){
                       .name = name,
                       .unit = "ns",
                       .clock = "wall",
                       .per_run = trip->trips,
                       .value_share = 0.5,
                       .bound = "4 lines from core to core, index and slot each way, two by two "
                                "overlapped: about 200 ns within one L3, 600-1000 ns across two",
                   },
                   measure);
}

static void print_peer(struct pl_report *report, const struct trip *trip, struct pl_measure *p50,
                       struct pl_measure *p99, struct pl_measure *ratio) {
  print(report, trip, "hop.rte.p50", p50);
  print(report, trip, "hop.rte.p99", p99);
  pl_report_figure(report,
                   &(struct pl_figure){.name = "hop.ratio",
                                       .unit = "% of rte_ring",
                                       .clock = "wall",
                                       .per_run = trip->trips,
                                       .value_share = 0.5,
                                       .bound = "pairs of runs, interleaved"},
                   ratio);
}

void pl_case_hop_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct pl_arena arena;
  PL_CHECK(pl_arena_open(2 * (pl_ring_footprint(SLOTS) + pl_peer_ring_footprint(SLOTS)), &arena) ==
           PL_OK);
  struct trip trip = {
      .there = pl_ring_create(&arena, SLOTS),
      .back = pl_ring_create(&arena, SLOTS),
      .peer_there = pl_peer_ring_create(&arena, SLOTS),
      .peer_back = pl_peer_ring_create(&arena, SLOTS),
      .trips = report->smoke ? TRIPS / 100 : TRIPS,
  };
  trip.ticks = malloc(trip.trips * sizeof *trip.ticks);
  PL_CHECK(trip.ticks != NULL);
  pl_arena_touch(&arena);
  struct pl_measure p50 = {.count = 0}, p99 = {.count = 0}, peer_p50 = {.count = 0},
                    peer_p99 = {.count = 0}, ratio = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    pl_pair_run(ring_call, ring_answer, &trip);
    keep(&trip, &p50, &p99);
    if (!PL_PEER_RING) continue;
    pl_pair_run(peer_call, peer_answer, &trip);
    keep(&trip, &peer_p50, &peer_p99);
    pl_measure_add(&ratio, 100 * p50.values[run] / peer_p50.values[run]);
  }
  print(report, &trip, "hop.p50", &p50);
  print(report, &trip, "hop.p99", &p99);
  if (PL_PEER_RING) print_peer(report, &trip, &peer_p50, &peer_p99, &ratio);
  free(trip.ticks);
  pl_arena_close(&arena);
}
