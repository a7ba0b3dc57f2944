/* The loop round the step: events in, decisions out on a ring, a view of the instrument beside
 * each. Runs to completion on the receive core (inline) or on a core of its own behind a ring
 * (pipeline); the step does not know which. */
#ifndef ENGINE_STEP_LOOP_H
#define ENGINE_STEP_LOOP_H

#include "engine/base/histogram.h"
#include "engine/base/ring.h"
#include "engine/base/seqlock.h"
#include "engine/step/step.h"

#define PL_VIEW_WORDS (sizeof(struct pl_view) / sizeof(uint64_t))

/* One instrument's view, written by the engine core, read by anyone. */
struct pl_view_cell {
  alignas(PL_CACHE_LINE_BYTES) _Atomic uint64_t version;
  _Atomic uint64_t words[PL_VIEW_WORDS];
};

struct pl_loop_config {
  struct pl_step *step;
  struct pl_ring *decisions;  /* the loop is its producer */
  struct pl_ring *commands;   /* operator events, the loop is its consumer; NULL: none */
  struct pl_view_cell *views; /* one an instrument of the step */
  /* A full decision ring: true waits (replay), false drops the newest and counts it (live: the
   * decision is said again at its instrument's next event). */
  bool lossless;
  /* Monotonic time at which the poll loop handed over the frame of an event; NULL: not measured. */
  uint64_t (*handed_ns)(const void *context, uint64_t event_seq);
  /* Called after each event, on the engine core; NULL: none. For replay's book tap only. */
  void (*tap)(void *context, const struct pl_step *step, const struct pl_event *event);
  void *context;
};

struct pl_loop {
  struct pl_loop_config config;
  uint64_t decisions_dropped;
  struct pl_histogram latency; /* frame handed over to decision made */
};

/* pl_loop_take steps through a batch of events and publishes the decisions they made, at once.
 *   events  [count], read only during the call
 * Engine thread only. */
void pl_loop_take(struct pl_loop *loop, const struct pl_event *events, uint32_t count);

/* pl_loop_commands takes the operator events that wait. Engine thread only. */
void pl_loop_commands(struct pl_loop *loop);

/* pl_loop_poll takes what a ring of events holds, up to events_max; returns how many. Engine thread
 * only. */
uint32_t pl_loop_poll(struct pl_loop *loop, struct pl_ring *events, uint32_t events_max);

#endif
