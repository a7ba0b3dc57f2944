/* An engine of a few instruments and the short words its scripts are written in. */
#ifndef TESTS_UNIT_ENGINE_STEP_SCRIPT_H
#define TESTS_UNIT_ENGINE_STEP_SCRIPT_H

#include "engine/step/step.h"
#include "tests/unit/engine/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define INSTRUMENTS 3u
#define ORDERS      64u
#define SECOND_NS   UINT64_C(1000000000)
#define START_NS    (UINT64_C(1700000000) * SECOND_NS)
#define E9          INT64_C(1000000000)
#define E8          INT64_C(100000000)

struct script {
  struct pl_arena arena;
  struct pl_policy policy;
  struct pl_step *step;
  uint64_t now_ns, seq, frame;
  uint64_t change_id[INSTRUMENTS];
  struct pl_decision last; /* the newest one */
  uint32_t decisions;
};

static inline void script_open(struct script *script) {
  *script = (struct script){.now_ns = START_NS, .frame = 1};
  pl_policy_default(&script->policy);
  const struct pl_step_config config = {
      .policy = &script->policy, .instrument_count = INSTRUMENTS, .orders_max = ORDERS};
  assert_int_equal(pl_arena_open(pl_step_footprint(&config), &script->arena), PL_OK);
  script->step = pl_step_create(&script->arena, &config);
  assert_int_equal(script->arena.used_bytes, script->arena.size_bytes);
}

static inline void script_close(struct script *script) {
  pl_arena_close(&script->arena);
}

/* One event as given, but for instrument, sequence and time; true when it made a decision. */
static inline bool script_event(struct script *script, uint32_t instrument, struct pl_event event) {
  event.instrument = instrument;
  event.seq = script->frame * PL_EVENTS_PER_FRAME + script->seq++;
  if (event.exch_ns == 0) event.exch_ns = script->now_ns;
  struct pl_decision decision;
  if (!pl_step(script->step, &event, &decision)) return false;
  script->last = decision;
  script->decisions++;
  return true;
}

/* What comes next is another frame, later by so much. */
static inline void script_later(struct script *script, uint64_t elapsed_ns) {
  script->now_ns += elapsed_ns;
  script->frame++;
  script->seq = 0;
}

static inline void script_define(struct script *script, uint32_t instrument, enum pl_kind kind) {
  script_event(script, instrument,
               (struct pl_event){.type = PL_EV_INSTRUMENT,
                                 .side = (uint8_t)kind,
                                 .order_id = 1000 + instrument,
                                 .flags = PL_EVF_EVENT_END});
}

static inline void script_status(struct script *script, uint32_t instrument,
                                 enum pl_condition condition) {
  script_event(
      script, instrument,
      (struct pl_event){.type = PL_EV_STATUS, .aux = condition, .flags = PL_EVF_EVENT_END});
}

static inline void script_operator(struct script *script, uint32_t instrument,
                                   enum pl_command command, uint32_t argument) {
  script_event(script, instrument,
               (struct pl_event){.type = PL_EV_OPERATOR,
                                 .aux = command,
                                 .side = (uint8_t)argument,
                                 .flags = PL_EVF_EVENT_END});
}

static inline void script_price(struct script *script, uint32_t instrument, enum pl_event_type type,
                                int64_t price_e9) {
  script_event(
      script, instrument,
      (struct pl_event){.type = (uint8_t)type, .price_e9 = price_e9, .flags = PL_EVF_EVENT_END});
}

/* A whole book: one level a side, spread_e9 apart round mid. */
static inline void script_snapshot(struct script *script, uint32_t instrument, int64_t mid_e9,
                                   int64_t spread_e9, int64_t qty_e8) {
  uint64_t id = ++script->change_id[instrument];
  script_event(script, instrument, event_snapshot_begin(id, true));
  script_event(script, instrument, event_snapshot_level(PL_ASK, mid_e9 + spread_e9 / 2, qty_e8));
  script_event(script, instrument, event_snapshot_level(PL_BID, mid_e9 - spread_e9 / 2, qty_e8));
  script_event(script, instrument, event_snapshot_end(id));
}

/* One level of an update that follows. */
static inline bool script_level(struct script *script, uint32_t instrument, enum pl_side side,
                                int64_t price_e9, int64_t qty_e8) {
  uint64_t id = ++script->change_id[instrument];
  return script_event(script, instrument, event_level(id - 1, id, side, price_e9, qty_e8));
}

/* Takes an instrument to where the model speaks: defined, a deep book, a minute gone by. */
static inline void script_live(struct script *script, uint32_t instrument, enum pl_kind kind) {
  script_define(script, instrument, kind);
  script_price(script, instrument, PL_EV_INDEX, 50000 * E9);
  script_snapshot(script, instrument, 50000 * E9, 2 * E9, 1000000 * E8);
  for (uint32_t i = 0; i < 60; i++) {
    script_later(script, SECOND_NS);
    script_level(script, instrument, PL_BID, 40000 * E9, (1 + i) * E8);
  }
  assert_int_equal(script->last.instrument, instrument);
  assert_int_equal(script->last.reason_mask & PL_REASON_FAULTS, 0);
  assert_int_equal(script->last.source, PL_SOURCE_EWMA);
}

#endif
