/* The heart: one event in, at most one decision out. Pure: what it returns is a function of the
 * policy and of the events it was given, in order, and of nothing else; its clock is the venue's
 * time as the events carry it. Integers only; no allocation, no system call, no lock. Live, replay
 * and the simulator run this same code (docs/architecture.md). */
#ifndef ENGINE_STEP_STEP_H
#define ENGINE_STEP_STEP_H

#include "engine/base/arena.h"
#include "engine/base/decision.h"
#include "engine/base/event.h"
#include "engine/base/policy.h"
#include "engine/base/view.h"
#include "engine/book/book.h"

#include <stdbool.h>

struct pl_step;

struct pl_step_counters {
  uint64_t events, decisions, saturations;
  uint64_t instruments_foreign; /* events of an instrument beyond the table */
  uint64_t clock_jumps;         /* exchange times that ran too far ahead to be believed */
};

struct pl_step_config {
  const struct pl_policy *policy; /* read during every step; must outlive the engine */
  uint32_t instrument_count;      /* 1..PL_INSTRUMENTS_MAX; dense indices below it are served */
  uint32_t orders_max;            /* live orders of all of them together; 0: no books of orders */
  uint32_t log_events;            /* updates kept for books that wait for a snapshot; 0: none */
};

/* pl_step_footprint returns the arena bytes of an engine. */
size_t pl_step_footprint(const struct pl_step_config *config);

/* pl_step_create takes an engine from the arena. Start-up only. */
struct pl_step *pl_step_create(struct pl_arena *arena, const struct pl_step_config *config);

/* pl_step takes in one event.
 *   ret_decision  written only when true is returned; decided_ns is left 0 for the loop to stamp
 *   returns       true when the event ends a venue's event (PL_EVF_EVENT_END) and what is published
 *                 changed, or half of the last decision's validity has passed
 * Engine thread only. */
bool pl_step(struct pl_step *step, const struct pl_event *event, struct pl_decision *ret_decision);

/* pl_step_prefetch asks for what an event that comes soon will touch first. Changes nothing. Engine
 * thread only. */
void pl_step_prefetch(const struct pl_step *step, const struct pl_event *event);

/* pl_step_forget makes the instrument's next event say its decision again: the last one was lost on
 * its way. Engine thread only. */
void pl_step_forget(struct pl_step *step, uint32_t instrument);

/* pl_step_view describes one instrument as it stands. Engine thread only. */
void pl_step_view(const struct pl_step *step, uint32_t instrument, struct pl_view *ret_view);

/* pl_step_book returns the book that an instrument's decisions are made of, pl_step_lane_book the
 * one of a lane; for taps and tests. Engine thread only. */
const struct pl_book *pl_step_book(const struct pl_step *step, uint32_t instrument);
const struct pl_book *pl_step_lane_book(const struct pl_step *step, uint32_t instrument,
                                        enum pl_lane lane);

/* pl_step_counters and pl_step_book_counters return live counters; engine thread, or after it. */
const struct pl_step_counters *pl_step_counters(const struct pl_step *step);
const struct pl_book_counters *pl_step_book_counters(const struct pl_step *step);

#endif
