#include "engine/base/check.h"
#include "engine/step/state.h"

/* An exchange time further ahead than this is believed only when the next one agrees with it: one
 * corrupt stamp must not move the clock for good. */
#define PL_STEP_JUMP_MAX_NS UINT64_C(60000000000)

void pl_apply_policy(const struct pl_step *step, struct pl_step_instrument *instrument,
                     uint64_t name_hash) {
  instrument->row = pl_policy_match(step->policy, name_hash, instrument->kind);
  pl_volatility_start(&instrument->mid_volatility, instrument->row->vol_start_ppm);
  pl_volatility_start(&instrument->mark_volatility, instrument->row->vol_start_ppm);
  pl_govern_init(&instrument->govern, instrument->row);
  instrument->walk_due = BOTH_SIDES;
}

/* Events of one frame agree with each other whatever they say: only another frame confirms. Until
 * one did, the very first stamp is doubted too, and gives way to one far behind it. */
bool pl_apply_clock(struct pl_step *step, const struct pl_event *event) {
  uint64_t exch_ns = event->exch_ns, frame = event->seq / PL_EVENTS_PER_FRAME;
  if (exch_ns == 0) return false;
  bool ahead = exch_ns > step->now_ns, first = step->now_ns == 0;
  uint64_t apart_ns = ahead ? exch_ns - step->now_ns : step->now_ns - exch_ns;
  bool far = apart_ns > PL_STEP_JUMP_MAX_NS, elsewhere = frame != step->jump_frame;
  if (first || (!step->settled && elsewhere && far && !ahead)) {
    step->now_ns = exch_ns;
    step->jump_frame = frame;
    return true;
  }
  if (elsewhere && !far) {
    step->settled = true;
    step->jump_ns = 0; /* what nobody confirmed is forgotten */
  }
  if (!ahead) return true;
  if (far) {
    uint64_t off_ns = exch_ns > step->jump_ns ? exch_ns - step->jump_ns : step->jump_ns - exch_ns;
    step->counters.clock_jumps++;
    step->jump_ns = exch_ns;
    step->jump_frame = frame;
    if (!elsewhere || off_ns > PL_STEP_JUMP_MAX_NS) return false;
  }
  step->now_ns = exch_ns;
  return true;
}

static void close_books(struct pl_step_instrument *instrument, bool closed) {
  instrument->closed = closed;
  for (uint32_t lane = 0; lane < PL_LANE_COUNT; lane++) instrument->books[lane].closed = closed;
}

static void apply_status(const struct pl_step *step, struct pl_step_instrument *instrument,
                         enum pl_condition condition) {
  switch (condition) {
  case PL_COND_OPEN: close_books(instrument, false); break;
  case PL_COND_CLOSED: close_books(instrument, true); break;
  case PL_COND_WAITING: instrument->waiting = true; break;
  case PL_COND_FILLED: instrument->waiting = false; break;
  case PL_COND_GAP:
    instrument->waiting = false;
    for (uint32_t lane = 0; lane < PL_LANE_COUNT; lane++)
      pl_book_doubt(step->store, &instrument->books[lane]);
    break;
  case PL_COND_SILENT: instrument->silent = true; break;
  case PL_COND_RESUMED: instrument->silent = false; break;
  default: break;
  }
}

static void apply_command(struct pl_step *step, struct pl_step_instrument *instrument,
                          const struct pl_event *event) {
  switch (event->aux) {
  case PL_COMMAND_MODE:
    if (event->side < PL_MODE_COUNT) step->mode = event->side;
    break;
  case PL_COMMAND_FREEZE: instrument->frozen = true; break;
  case PL_COMMAND_THAW: instrument->frozen = false; break;
  default: break;
  }
}

/* A definition that only repeats itself must not restart what was learnt of the instrument. */
static void apply_definition(struct pl_step *step, struct pl_step_instrument *instrument,
                             const struct pl_event *event) {
  uint8_t kind = event->side < PL_KIND_COUNT ? event->side : PL_KIND_UNKNOWN;
  if (instrument->defined && instrument->kind == kind) return;
  instrument->kind = kind;
  instrument->defined = true;
  pl_apply_policy(step, instrument, event->order_id);
}

static bool is_of_book(uint8_t type) {
  return (type >= PL_EV_LEVEL_SET && type <= PL_EV_ORDER_DELETE) || type == PL_EV_SNAPSHOT_BEGIN ||
         type == PL_EV_SNAPSHOT_END;
}

/* A book event changes one side of one book, all of it, or (a clear) every book. */
static void apply_book(struct pl_step *step, struct pl_step_instrument *instrument,
                       const struct pl_event *event) {
  bool clear = event->type == PL_EV_BOOK_CLEAR;
  enum pl_lane lane = event->type == PL_EV_QUOTE ? instrument->lane : pl_book_lane(event);
  if (is_of_book(event->type)) instrument->lanes_seen |= (uint8_t)LANE_BIT(lane);
  bool changed = pl_book_apply(step->store, &instrument->books[lane], event);
  uint8_t others = clear                             ? EVERY_LANE
                   : event->flags & PL_EVF_EVENT_END ? instrument->lanes_seen
                                                     : 0;
  others &= (uint8_t)~LANE_BIT(lane);
  for (uint32_t other = 0; PL_UNLIKELY(others != 0) && other < PL_LANE_COUNT; other++) {
    if ((others & LANE_BIT(other)) == 0) continue;
    if (clear)
      (void)pl_book_apply(step->store, &instrument->books[other], event);
    else
      pl_book_end_event(step->store, &instrument->books[other]);
  }
  if (!changed || (lane != instrument->lane && !clear)) return;
  bool one_level = event->type == PL_EV_LEVEL_SET && event->side < PL_SIDE_NONE;
  instrument->walk_due |= (uint8_t)(one_level ? SIDE_BIT(event->side) : BOTH_SIDES);
}

/* Single orders say more than levels do; but what is proven goes before what is not. */
static enum pl_lane choose_lane(const struct pl_step_instrument *instrument) {
  bool orders = instrument->lanes_seen & LANE_BIT(PL_LANE_ORDERS);
  if (!orders || pl_book_is_proven(&instrument->books[PL_LANE_ORDERS]))
    return orders ? PL_LANE_ORDERS : PL_LANE_LEVELS;
  bool levels = instrument->lanes_seen & LANE_BIT(PL_LANE_LEVELS);
  return levels && pl_book_is_proven(&instrument->books[PL_LANE_LEVELS]) ? PL_LANE_LEVELS
                                                                         : PL_LANE_ORDERS;
}

static void choose(struct pl_step_instrument *instrument) {
  enum pl_lane lane = choose_lane(instrument);
  if (PL_LIKELY(lane == instrument->lane)) return;
  instrument->lane = (uint8_t)lane;
  instrument->walk_due = BOTH_SIDES;
}

/* Prices that a recovery channel repeats are older than what the instrument's own channel said. */
static void apply_price(struct pl_step_instrument *instrument, const struct pl_event *event) {
  if ((event->flags & PL_EVF_RECOVERY) && instrument->live) return;
  switch (event->type) {
  case PL_EV_MARK: instrument->mark_e9 = event->price_e9; break;
  case PL_EV_INDEX:
    if (instrument->index_e9 != event->price_e9) instrument->walk_due = BOTH_SIDES;
    instrument->index_e9 = event->price_e9;
    break;
  default: instrument->open_interest_e8 = event->qty_e8; break;
  }
}

void pl_apply(struct pl_step *step, struct pl_step_instrument *instrument,
              const struct pl_event *event) {
  bool told = event->type == PL_EV_STATUS || event->type == PL_EV_OPERATOR;
  switch (event->type) {
  case PL_EV_MARK:
  case PL_EV_INDEX:
  case PL_EV_OPEN_INTEREST: apply_price(instrument, event); break;
  case PL_EV_INSTRUMENT: apply_definition(step, instrument, event); break;
  case PL_EV_STATUS: apply_status(step, instrument, (enum pl_condition)event->aux); break;
  case PL_EV_OPERATOR: apply_command(step, instrument, event); break;
  default: break;
  }
  if (!told) {
    apply_book(step, instrument, event);
    instrument->live |= (event->flags & PL_EVF_RECOVERY) == 0;
  }
  if (event->flags & PL_EVF_EVENT_END) choose(instrument);
}
