#include "engine/step/step.h"

#include "engine/base/check.h"
#include "engine/step/state.h"

static struct pl_book_config book_config(const struct pl_step_config *config) {
  return (struct pl_book_config){.instrument_count = config->instrument_count,
                                 .orders_max = config->orders_max,
                                 .log_events = config->log_events};
}

size_t pl_step_footprint(const struct pl_step_config *config) {
  struct pl_book_config books = book_config(config);
  return pl_arena_round(sizeof(struct pl_step)) + pl_book_store_footprint(&books) +
         pl_arena_round(config->instrument_count * sizeof(struct pl_step_instrument));
}

struct pl_step *pl_step_create(struct pl_arena *arena, const struct pl_step_config *config) {
  const struct pl_policy *policy = config->policy;
  uint32_t count = config->instrument_count;
  PL_CHECK(count >= 1 && count <= PL_INSTRUMENTS_MAX);
  PL_CHECK(policy->row_count >= 1 && policy->row_count <= PL_POLICY_ROWS_MAX);
  struct pl_book_config books = book_config(config);
  struct pl_step *step = pl_arena_take(arena, sizeof *step);
  step->policy = policy;
  step->mode = policy->mode;
  step->instrument_count = count;
  step->store = pl_book_store_create(arena, &books);
  step->instruments = pl_arena_take(arena, count * sizeof *step->instruments);
  for (uint32_t i = 0; i < count; i++) {
    struct pl_step_instrument *instrument = &step->instruments[i];
    for (uint32_t lane = 0; lane < PL_LANE_COUNT; lane++)
      pl_book_init(step->store, i, (enum pl_lane)lane, &instrument->books[lane]);
    pl_apply_policy(step, instrument, 0);
  }
  return step;
}

static bool is_option(uint8_t kind) {
  return kind == PL_KIND_OPTION_LINEAR || kind == PL_KIND_OPTION_INVERSE;
}

static void walk_side(struct pl_step_instrument *instrument, enum pl_side side, int64_t qty_e8,
                      uint32_t *saturations) {
  const struct pl_book_side *levels = &pl_step_used(instrument)->sides[side];
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
static void walk(struct pl_step_instrument *instrument, uint32_t *saturations) {
  uint8_t due = instrument->walk_due;
  bool was_valid = instrument->walk_valid;
  instrument->walk_due = 0;
  instrument->walk_valid = false;
  instrument->mid_e9 = 0;
  int64_t bid_e9 = pl_book_best_e9(pl_step_used(instrument), PL_BID);
  int64_t ask_e9 = pl_book_best_e9(pl_step_used(instrument), PL_ASK);
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

static uint32_t worse_slippage_ppm(const struct pl_step_instrument *instrument) {
  const uint32_t *ppm = instrument->slippage_ppm;
  return ppm[PL_ASK] > ppm[PL_BID] ? ppm[PL_ASK] : ppm[PL_BID];
}

static uint32_t faults(const struct pl_step_instrument *instrument) {
  const struct pl_book *book = pl_step_used(instrument);
  uint32_t mask = 0;
  if (!instrument->defined)
    mask |= PL_REASON_NO_TERMS;
  else if (instrument->kind == PL_KIND_UNKNOWN || instrument->kind == PL_KIND_COMBO)
    mask |= PL_REASON_KIND;
  if (instrument->closed) mask |= PL_REASON_CLOSED;
  if (instrument->silent) mask |= PL_REASON_SILENT;
  if (instrument->frozen) mask |= PL_REASON_FROZEN;
  if (book->in_doubt || instrument->waiting) mask |= PL_REASON_GAP;
  if (book->state == PL_BOOK_EMPTY)
    mask |= PL_REASON_NO_BOOK;
  else if (book->state == PL_BOOK_BROKEN)
    mask |= book->crossed ? PL_REASON_CROSSED : PL_REASON_CHAIN;
  else if (book->crossed)
    mask |= PL_REASON_CROSSED;
  else if (!instrument->walk_valid)
    mask |= PL_REASON_NO_PRICE;
  return mask;
}

/* Both price series age on; the margin takes the worse. An option's risk is its underlying's. */
static uint32_t deviation_ppm(struct pl_step_instrument *instrument, uint64_t now_ns,
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

static void govern(struct pl_step *step, struct pl_step_instrument *instrument,
                   uint32_t *saturations, struct pl_govern_result *ret_result) {
  uint32_t fault_mask = instrument->fault_mask = faults(instrument);
  struct pl_govern_proposal proposal = {0};
  uint32_t reason_mask = 0;
  instrument->im_raw_ppm = 0;
  if (instrument->walk_valid && pl_book_is_proven(pl_step_used(instrument))) {
    struct pl_margin_input input = {
        .row = instrument->row,
        .deviation_ppm = deviation_ppm(instrument, instrument->now_ns, saturations),
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
                    fault_mask, &proposal, instrument->now_ns, ret_result);
  if (ret_result->source != PL_SOURCE_STATIC) ret_result->reason_mask |= reason_mask;
}

static bool says_the_same(const struct pl_decision *a, const struct pl_decision *b) {
  return a->im_ppm == b->im_ppm && a->mm_ppm == b->mm_ppm && a->clip_max_u6 == b->clip_max_u6 &&
         a->reason_mask == b->reason_mask && a->mode == b->mode && a->source == b->source;
}

static bool decide(struct pl_step *step, struct pl_step_instrument *instrument, uint32_t index,
                   struct pl_decision *ret_decision) {
  uint32_t saturations = 0;
  if (instrument->walk_due != 0) walk(instrument, &saturations);
  struct pl_govern_result result;
  govern(step, instrument, &saturations, &result);
  step->counters.saturations += saturations;
  struct pl_decision decision = {
      .event_ns = instrument->now_ns,
      .valid_until_ns = instrument->now_ns + step->policy->valid_ns,
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
  bool due = last->seq == 0 || instrument->now_ns - last->event_ns >= step->policy->valid_ns / 2;
  if (!due && says_the_same(last, &decision)) return false;
  decision.seq = ++step->decision_seq;
  instrument->last = *ret_decision = decision;
  step->counters.decisions++;
  return true;
}

/* An instrument's time is that of its own events: how other channels' packets fall between them is
 * no property of the feed, and no decision may hang on it (ADR 0011). What befalls it from outside
 * (a loss, silence, an operator) happens at the engine's time. */
static void turn_clock(const struct pl_step *step, struct pl_step_instrument *instrument,
                       const struct pl_event *event, bool believed) {
  bool outside = event->type == PL_EV_STATUS || event->type == PL_EV_OPERATOR;
  uint64_t now_ns = 0;
  if (believed)
    now_ns = event->exch_ns;
  else if (outside || instrument->now_ns == 0)
    now_ns = step->now_ns;
  bool disowned = instrument->now_ns > step->now_ns; /* a first stamp that proved to be wrong */
  if (now_ns > instrument->now_ns || (disowned && now_ns != 0)) instrument->now_ns = now_ns;
}

bool pl_step(struct pl_step *step, const struct pl_event *event, struct pl_decision *ret_decision) {
  step->counters.events++;
  bool recovery = (event->flags & PL_EVF_RECOVERY) != 0 && step->now_ns != 0;
  bool believed = !recovery && pl_apply_clock(step, event);
  if (event->type == PL_EV_CLOCK || event->instrument >= step->instrument_count) {
    step->counters.instruments_foreign +=
        event->instrument < PL_INSTRUMENT_NONE && event->type != PL_EV_CLOCK;
    return false;
  }
  struct pl_step_instrument *instrument = &step->instruments[event->instrument];
  turn_clock(step, instrument, event, believed);
  pl_apply(step, instrument, event);
  bool ends = (event->flags & PL_EVF_EVENT_END) != 0;
  if (event->type != PL_EV_STATUS && event->type != PL_EV_OPERATOR) instrument->open = !ends;
  if (!ends) return false;
  /* A status or a command may fall into the middle of a venue's event: a fault is said at once,
   * anything else waits for the event's own end, since the book is half applied. */
  if (instrument->open && faults(instrument) == 0) return false;
  /* Where nothing was mended, there is nothing new to say. Whether a price was, only deciding
   * shows. */
  bool priced = (instrument->fault_mask & PL_REASON_NO_PRICE) && instrument->walk_due != 0;
  if ((event->flags & PL_EVF_RECOVERY) && faults(instrument) == instrument->fault_mask && !priced &&
      instrument->last.seq != 0)
    return false;
  return decide(step, instrument, event->instrument, ret_decision);
}

void pl_step_prefetch(const struct pl_step *step, const struct pl_event *event) {
  if (event->instrument >= step->instrument_count) return;
  const struct pl_step_instrument *instrument = &step->instruments[event->instrument];
  __builtin_prefetch(&instrument->lanes_seen, 1);
  pl_book_prefetch(step->store, &instrument->books[pl_book_lane(event)], event);
}

static uint32_t view_state(const struct pl_step_instrument *instrument) {
  if (pl_step_used(instrument)->state == PL_BOOK_EMPTY) return PL_VIEW_EMPTY;
  if (instrument->silent || !pl_book_is_proven(pl_step_used(instrument))) return PL_VIEW_STALE;
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
  const struct pl_step_instrument *instrument = &step->instruments[index];
  const struct pl_book *book = pl_step_used(instrument);
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
  return pl_step_used(&step->instruments[index]);
}

const struct pl_book *pl_step_lane_book(const struct pl_step *step, uint32_t index,
                                        enum pl_lane lane) {
  PL_CHECK(index < step->instrument_count && lane < PL_LANE_COUNT);
  return &step->instruments[index].books[lane];
}

const struct pl_step_counters *pl_step_counters(const struct pl_step *step) {
  return &step->counters;
}

const struct pl_book_counters *pl_step_book_counters(const struct pl_step *step) {
  return pl_book_counters(step->store);
}
