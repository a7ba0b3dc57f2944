#include "engine/step/step.h"

#include "engine/base/check.h"
#include "engine/govern/govern.h"
#include "engine/impact/walk.h"
#include "engine/risk/margin.h"
#include "engine/risk/volatility.h"

/* An exchange time further ahead than this is believed only when the next one agrees with it: one
 * corrupt stamp must not move the clock for good. */
#define PL_STEP_JUMP_MAX_NS UINT64_C(60000000000)

struct instrument {
  struct pl_book book;
  const struct pl_policy_row *row;
  struct pl_volatility mid_volatility, mark_volatility;
  struct pl_govern govern;
  struct pl_decision last; /* seq 0: none yet */
  int64_t mid_e9, mark_e9, index_e9, open_interest_e8;
  int64_t depth_u6[2][PL_BAND_COUNT];
  struct pl_walk_terms terms; /* of the last walk */
  uint32_t slippage_ppm[2];   /* of the reference size, by side */
  uint32_t im_raw_ppm;
  uint8_t kind;
  bool defined, closed, silent, frozen;
  bool open;          /* in the middle of a venue's event */
  bool walk_valid;    /* the walk has numbers */
  bool walk_short[2]; /* the side holds less than the reference size */
  bool walk_cut[2];   /* a number of the side's walk met the end of its range */
  uint8_t walk_due;   /* SIDE_BIT of the sides that changed since they were walked */
};

#define SIDE_BIT(side) (1u << (side))
#define BOTH_SIDES     (SIDE_BIT(PL_ASK) | SIDE_BIT(PL_BID))

struct pl_step {
  const struct pl_policy *policy;
  struct instrument *instruments;
  struct pl_book_store *store;
  uint32_t instrument_count;
  uint8_t mode;
  uint64_t now_ns, jump_ns, jump_frame; /* the last stamp that was doubted, and its frame */
  bool settled;                         /* two frames agreed on the time */
  uint64_t decision_seq;
  struct pl_step_counters counters;
};

size_t pl_step_footprint(uint32_t instrument_count) {
  return pl_arena_round(sizeof(struct pl_step)) + pl_book_store_footprint() +
         pl_arena_round(instrument_count * sizeof(struct instrument)) +
         instrument_count * pl_book_footprint();
}

static void bind_row(struct pl_step *step, struct instrument *instrument, uint64_t name_hash) {
  instrument->row = pl_policy_match(step->policy, name_hash, instrument->kind);
  pl_volatility_start(&instrument->mid_volatility, instrument->row->vol_start_ppm);
  pl_volatility_start(&instrument->mark_volatility, instrument->row->vol_start_ppm);
  pl_govern_init(&instrument->govern, instrument->row);
  instrument->walk_due = BOTH_SIDES;
}

struct pl_step *pl_step_create(struct pl_arena *arena, const struct pl_policy *policy,
                               uint32_t instrument_count) {
  PL_CHECK(instrument_count >= 1 && instrument_count <= PL_INSTRUMENTS_MAX);
  PL_CHECK(policy->row_count >= 1 && policy->row_count <= PL_POLICY_ROWS_MAX);
  struct pl_step *step = pl_arena_take(arena, sizeof *step);
  step->policy = policy;
  step->mode = policy->mode;
  step->instrument_count = instrument_count;
  step->store = pl_book_store_create(arena);
  step->instruments = pl_arena_take(arena, instrument_count * sizeof *step->instruments);
  for (uint32_t i = 0; i < instrument_count; i++) {
    pl_book_init(arena, &step->instruments[i].book);
    bind_row(step, &step->instruments[i], 0);
  }
  return step;
}

/* Events of one frame agree with each other whatever they say: only another frame confirms. Until
 * one did, the very first stamp is doubted too, and gives way to one far behind it. */
static void clock_advance(struct pl_step *step, uint64_t exch_ns, uint64_t frame) {
  if (exch_ns == 0) return;
  bool ahead = exch_ns > step->now_ns, first = step->now_ns == 0;
  uint64_t apart_ns = ahead ? exch_ns - step->now_ns : step->now_ns - exch_ns;
  bool far = apart_ns > PL_STEP_JUMP_MAX_NS, elsewhere = frame != step->jump_frame;
  if (first || (!step->settled && elsewhere && far && !ahead)) {
    step->now_ns = exch_ns;
    step->jump_frame = frame;
    return;
  }
  if (elsewhere && !far) {
    step->settled = true;
    step->jump_ns = 0; /* what nobody confirmed is forgotten */
  }
  if (!ahead) return;
  if (far) {
    uint64_t off_ns = exch_ns > step->jump_ns ? exch_ns - step->jump_ns : step->jump_ns - exch_ns;
    step->counters.clock_jumps++;
    step->jump_ns = exch_ns;
    step->jump_frame = frame;
    if (!elsewhere || off_ns > PL_STEP_JUMP_MAX_NS) return;
  }
  step->now_ns = exch_ns;
}

static void apply_status(const struct pl_step *step, struct instrument *instrument,
                         enum pl_condition condition) {
  switch (condition) {
  case PL_COND_OPEN: instrument->closed = false; break;
  case PL_COND_CLOSED: instrument->closed = true; break;
  case PL_COND_GAP: pl_book_doubt(step->store, &instrument->book); break;
  case PL_COND_SILENT: instrument->silent = true; break;
  case PL_COND_RESUMED: instrument->silent = false; break;
  default: break;
  }
}

static void apply_command(struct pl_step *step, struct instrument *instrument,
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
static void apply_definition(struct pl_step *step, struct instrument *instrument,
                             const struct pl_event *event) {
  uint8_t kind = event->side < PL_KIND_COUNT ? event->side : PL_KIND_UNKNOWN;
  if (instrument->defined && instrument->kind == kind) return;
  instrument->kind = kind;
  instrument->defined = true;
  bind_row(step, instrument, event->order_id);
}

static void apply(struct pl_step *step, struct instrument *instrument,
                  const struct pl_event *event) {
  switch (event->type) {
  case PL_EV_MARK: instrument->mark_e9 = event->price_e9; break;
  case PL_EV_INDEX:
    if (instrument->index_e9 != event->price_e9) instrument->walk_due = BOTH_SIDES;
    instrument->index_e9 = event->price_e9;
    break;
  case PL_EV_OPEN_INTEREST: instrument->open_interest_e8 = event->qty_e8; break;
  case PL_EV_INSTRUMENT: apply_definition(step, instrument, event); break;
  case PL_EV_STATUS: apply_status(step, instrument, (enum pl_condition)event->aux); return;
  case PL_EV_OPERATOR: apply_command(step, instrument, event); return;
  default: break;
  }
  if (!pl_book_apply(step->store, &instrument->book, event)) return;
  bool one_level = event->type == PL_EV_LEVEL_SET && event->side < PL_SIDE_NONE;
  instrument->walk_due |= (uint8_t)(one_level ? SIDE_BIT(event->side) : BOTH_SIDES);
}

static bool is_option(uint8_t kind) {
  return kind == PL_KIND_OPTION_LINEAR || kind == PL_KIND_OPTION_INVERSE;
}

static void walk_side(struct instrument *instrument, enum pl_side side, int64_t qty_e8,
                      uint32_t *saturations) {
  const struct pl_book_side *levels = &instrument->book.sides[side];
  const struct pl_walk_terms *terms = &instrument->terms;
  struct pl_walk_cost cost;
  uint32_t before = *saturations;
  pl_walk_costs(levels, side, terms, &qty_e8, 1, &cost);
  instrument->slippage_ppm[side] =
      pl_walk_slippage_ppm(terms, &cost, qty_e8, instrument->row->unfilled_ppm, saturations);
  instrument->walk_short[side] = cost.filled_qty_e8 < qty_e8;
  pl_walk_depth(levels, side, terms, instrument->depth_u6[side], saturations);
  instrument->walk_cut[side] = *saturations != before;
}

/* Everything that is derived from the levels alone. A side is walked again only when its levels
 * changed, or what they are measured against did: most updates move one side behind the touch. */
static void walk(struct instrument *instrument, uint32_t *saturations) {
  uint8_t due = instrument->walk_due;
  bool was_valid = instrument->walk_valid;
  instrument->walk_due = 0;
  instrument->walk_valid = false;
  instrument->mid_e9 = 0;
  int64_t bid_e9 = pl_book_best_e9(&instrument->book, PL_BID);
  int64_t ask_e9 = pl_book_best_e9(&instrument->book, PL_ASK);
  if (bid_e9 == PL_PRICE_NONE || ask_e9 == PL_PRICE_NONE) return;
  struct pl_walk_terms terms;
  int64_t mid_e9 = (int64_t)pl_fixed_div_floor((pl_i128)bid_e9 + ask_e9, 2);
  if (!pl_walk_terms(instrument->kind, mid_e9, instrument->index_e9, &terms)) return;
  if (!was_valid || !pl_walk_terms_equal(&terms, &instrument->terms)) due = BOTH_SIDES;
  instrument->terms = terms;
  instrument->mid_e9 = mid_e9;
  int64_t qty_e8 = pl_walk_qty_e8(&terms, instrument->row->reference_size_u6, saturations);
  for (uint32_t side = 0; side < 2; side++)
    if (due & SIDE_BIT(side)) walk_side(instrument, side, qty_e8, saturations);
  instrument->walk_valid = true;
}

static uint32_t worse_slippage_ppm(const struct instrument *instrument) {
  const uint32_t *ppm = instrument->slippage_ppm;
  return ppm[PL_ASK] > ppm[PL_BID] ? ppm[PL_ASK] : ppm[PL_BID];
}

static uint32_t faults(const struct instrument *instrument) {
  const struct pl_book *book = &instrument->book;
  uint32_t mask = 0;
  if (!instrument->defined)
    mask |= PL_REASON_NO_TERMS;
  else if (instrument->kind == PL_KIND_UNKNOWN || instrument->kind == PL_KIND_COMBO)
    mask |= PL_REASON_KIND;
  if (instrument->closed) mask |= PL_REASON_CLOSED;
  if (instrument->silent) mask |= PL_REASON_SILENT;
  if (instrument->frozen) mask |= PL_REASON_FROZEN;
  if (book->in_doubt) mask |= PL_REASON_GAP;
  if (book->state == PL_BOOK_EMPTY)
    mask |= PL_REASON_NO_BOOK;
  else if (book->state == PL_BOOK_BROKEN)
    mask |= book->crossed ? PL_REASON_CROSSED : PL_REASON_CHAIN;
  else if (!instrument->walk_valid)
    mask |= PL_REASON_NO_PRICE;
  return mask;
}

/* Both price series age on; the margin takes the worse. An option's risk is its underlying's. */
static uint32_t deviation_ppm(struct instrument *instrument, uint64_t now_ns,
                              uint32_t *saturations) {
  const struct pl_policy_row *row = instrument->row;
  bool option = is_option(instrument->kind);
  int64_t traded_e9 = option ? instrument->index_e9 : instrument->mid_e9;
  int64_t marked_e9 = option ? instrument->index_e9 : instrument->mark_e9;
  uint64_t half_life_ns = row->vol_half_life_ns;
  pl_volatility_update(&instrument->mid_volatility, traded_e9, now_ns, half_life_ns, saturations);
  pl_volatility_update(&instrument->mark_volatility, marked_e9, now_ns, half_life_ns, saturations);
  const struct pl_volatility *worse = &instrument->mid_volatility;
  if (instrument->mark_volatility.variance_e18 > worse->variance_e18)
    worse = &instrument->mark_volatility;
  return pl_volatility_over_ppm(worse, row->horizon_s, saturations);
}

static void govern(struct pl_step *step, struct instrument *instrument, uint32_t *saturations,
                   struct pl_govern_result *ret_result) {
  uint32_t fault_mask = faults(instrument);
  struct pl_govern_proposal proposal = {0};
  uint32_t reason_mask = 0;
  instrument->im_raw_ppm = 0;
  if (instrument->walk_valid && pl_book_is_proven(&instrument->book)) {
    struct pl_margin_input input = {
        .row = instrument->row,
        .deviation_ppm = deviation_ppm(instrument, step->now_ns, saturations),
        .slippage_ppm = worse_slippage_ppm(instrument),
        .depth_u6 = (const int64_t(*)[PL_BAND_COUNT])instrument->depth_u6,
    };
    struct pl_margin margin;
    pl_margin_propose(&input, &margin, saturations);
    proposal = (struct pl_govern_proposal){.im_ppm = margin.im_ppm, .clip_u6 = margin.clip_u6};
    instrument->im_raw_ppm = margin.im_ppm;
    reason_mask = margin.reason_mask;
    if (instrument->walk_short[PL_ASK] || instrument->walk_short[PL_BID])
      reason_mask |= PL_REASON_DEPTH;
  }
  if (*saturations != 0 || instrument->walk_cut[PL_ASK] || instrument->walk_cut[PL_BID])
    reason_mask |= PL_REASON_SATURATED;
  pl_govern_publish(&instrument->govern, step->policy, instrument->row, (enum pl_mode)step->mode,
                    fault_mask, &proposal, step->now_ns, ret_result);
  if (ret_result->source != PL_SOURCE_STATIC) ret_result->reason_mask |= reason_mask;
}

static bool says_the_same(const struct pl_decision *a, const struct pl_decision *b) {
  return a->im_ppm == b->im_ppm && a->mm_ppm == b->mm_ppm && a->clip_max_u6 == b->clip_max_u6 &&
         a->reason_mask == b->reason_mask && a->mode == b->mode && a->source == b->source;
}

static bool decide(struct pl_step *step, struct instrument *instrument, uint32_t index,
                   struct pl_decision *ret_decision) {
  uint32_t saturations = 0;
  if (instrument->walk_due != 0) walk(instrument, &saturations);
  struct pl_govern_result result;
  govern(step, instrument, &saturations, &result);
  step->counters.saturations += saturations;
  struct pl_decision decision = {
      .event_ns = step->now_ns,
      .valid_until_ns = step->now_ns + step->policy->valid_ns,
      .clip_max_u6 = result.vector.clip_u6,
      .instrument = index,
      .im_ppm = result.vector.im_ppm,
      .mm_ppm = result.vector.mm_ppm,
      .reason_mask = result.reason_mask,
      .slice_ms = instrument->row->slice_ms,
      .mode = step->mode,
      .source = result.source,
  };
  const struct pl_decision *last = &instrument->last;
  bool due = last->seq == 0 || step->now_ns - last->event_ns >= step->policy->valid_ns / 2;
  if (!due && says_the_same(last, &decision)) return false;
  decision.seq = ++step->decision_seq;
  instrument->last = *ret_decision = decision;
  step->counters.decisions++;
  return true;
}

bool pl_step(struct pl_step *step, const struct pl_event *event, struct pl_decision *ret_decision) {
  step->counters.events++;
  clock_advance(step, event->exch_ns, event->seq / PL_EVENTS_PER_FRAME);
  if (event->type == PL_EV_CLOCK || event->instrument >= step->instrument_count) {
    step->counters.instruments_foreign +=
        event->instrument < PL_INSTRUMENT_NONE && event->type != PL_EV_CLOCK;
    return false;
  }
  struct instrument *instrument = &step->instruments[event->instrument];
  apply(step, instrument, event);
  bool ends = (event->flags & PL_EVF_EVENT_END) != 0;
  if (event->type != PL_EV_STATUS && event->type != PL_EV_OPERATOR) instrument->open = !ends;
  if (!ends) return false;
  /* A status or a command may fall into the middle of a venue's event: a fault is said at once,
   * anything else waits for the event's own end, since the book is half applied. */
  if (instrument->open && faults(instrument) == 0) return false;
  return decide(step, instrument, event->instrument, ret_decision);
}

static uint32_t view_state(const struct instrument *instrument) {
  if (instrument->book.state == PL_BOOK_EMPTY) return PL_VIEW_EMPTY;
  if (instrument->silent || !pl_book_is_proven(&instrument->book)) return PL_VIEW_STALE;
  return instrument->last.source == PL_SOURCE_STATIC ? PL_VIEW_STATIC : PL_VIEW_LIVE;
}

void pl_step_forget(struct pl_step *step, uint32_t index) {
  PL_CHECK(index < step->instrument_count);
  step->instruments[index].last.seq = 0;
}

/* In the middle of an event a side may be empty, or the book crossed, beside a mid of before. */
static uint32_t spread_ppm(const struct pl_view *view, uint32_t *saturations) {
  int64_t bid_e9 = view->best_price_e9[PL_BID], ask_e9 = view->best_price_e9[PL_ASK];
  if (view->mid_e9 <= 0 || bid_e9 == PL_PRICE_NONE || ask_e9 <= bid_e9) return 0;
  return pl_fixed_ratio_ppm((pl_u128)((pl_i128)ask_e9 - bid_e9), (pl_u128)view->mid_e9,
                            saturations);
}

void pl_step_view(const struct pl_step *step, uint32_t index, struct pl_view *ret_view) {
  PL_CHECK(index < step->instrument_count);
  const struct instrument *instrument = &step->instruments[index];
  const struct pl_book *book = &instrument->book;
  uint32_t saturations = 0;
  struct pl_view view = {
      .mid_e9 = instrument->mid_e9,
      .mark_e9 = instrument->mark_e9,
      .index_e9 = instrument->index_e9,
      .open_interest_e8 = instrument->open_interest_e8,
      .change_id = book->change_id,
      .slippage_ppm = worse_slippage_ppm(instrument),
      .im_raw_ppm = instrument->im_raw_ppm,
      .state = view_state(instrument),
      .kind = instrument->kind,
  };
  for (uint32_t side = 0; side < 2; side++) {
    view.best_price_e9[side] = pl_book_best_e9(book, side);
    view.best_qty_e8[side] = pl_book_best_qty_e8(book, side);
    view.levels[side] = book->sides[side].count;
    for (uint32_t band = 0; band < PL_BAND_COUNT; band++)
      view.depth_u6[side][band] = instrument->walk_valid ? instrument->depth_u6[side][band] : 0;
  }
  view.spread_ppm = spread_ppm(&view, &saturations);
  const struct pl_volatility *mid = &instrument->mid_volatility,
                             *mark = &instrument->mark_volatility;
  view.vol_ppm = pl_volatility_over_ppm(mark->variance_e18 > mid->variance_e18 ? mark : mid,
                                        PL_VOLATILITY_YEAR_S, &saturations);
  *ret_view = view;
}

const struct pl_book *pl_step_book(const struct pl_step *step, uint32_t index) {
  PL_CHECK(index < step->instrument_count);
  return &step->instruments[index].book;
}

const struct pl_step_counters *pl_step_counters(const struct pl_step *step) {
  return &step->counters;
}

const struct pl_book_counters *pl_step_book_counters(const struct pl_step *step) {
  return pl_book_counters(step->store);
}
