#include "tests/venue/flow_orders.h"

#include "tests/venue/wire_deribit.h"

#define LEVELS_KEPT            3u      /* a side never gets emptier than this by itself */
#define STALE_PER_SIDE         9u      /* quotes that leave in one update */
#define SLACK_TICKS            2       /* quotes this near to the target stay */
#define SWEEP_PPM              500000u /* a stale quote is traded against, else cancelled */
#define WHOLE_LEVEL_PPM        300000u
#define OPTION_HALF_SPREAD_PPM 15000
#define OPTION_SPREAD_FACTOR   60
#define STEP_IN_TRIES          3u
#define TRIMMED_MAX            2u
#define WIDTH_TICKS_MIN        25

/* What one update needs to know; lives on the stack of pl_flow_orders_run. */
struct order_flow {
  struct pl_flow *flow;
  struct pl_flow_instrument *instrument;
  struct pl_flow_update *update;
  int64_t target[2]; /* where the best price of each side belongs */
  int64_t width;     /* how far a side reaches, in ticks */
  uint32_t level_goal;
};

static int64_t sign_of(enum pl_flow_side side) {
  return side == PL_FLOW_ASK ? 1 : -1; /* away from the touch */
}

/* Rounds a price away from the touch to the instrument's tick grid. */
static int64_t on_grid(const struct pl_flow_listing *listing, enum pl_flow_side side,
                       int64_t tick) {
  if (listing->coarse_ticks == 0 || tick <= listing->coarse_above_ticks) return tick;
  int64_t rest = tick % listing->coarse_ticks;
  if (rest == 0) return tick;
  return side == PL_FLOW_BID ? tick - rest : tick - rest + listing->coarse_ticks;
}

static void aim(struct order_flow *orders) {
  const struct pl_flow_listing *listing = &orders->instrument->listing;
  const struct pl_flow_weather *weather = &orders->flow->weather;
  bool is_option = listing->kind == PL_WIRE_OPTION;
  int64_t fair = orders->instrument->fair_u6 * listing->tick.den / (listing->tick.num * 1000000);
  int64_t half_ppm = is_option ? OPTION_HALF_SPREAD_PPM + OPTION_SPREAD_FACTOR * weather->spread_ppm
                               : weather->spread_ppm;
  int64_t half = fair * half_ppm / 1000000;
  half += (int64_t)pl_flow_random_below(&orders->flow->random, (uint32_t)(half / 4 + 1));
  orders->target[PL_FLOW_BID] = on_grid(listing, PL_FLOW_BID, fair - half);
  orders->target[PL_FLOW_ASK] = on_grid(listing, PL_FLOW_ASK, fair + 1 + half);
  orders->width = fair * listing->width_ppm / 1000000;
  if (orders->width < WIDTH_TICKS_MIN) orders->width = WIDTH_TICKS_MIN;
  orders->level_goal = (uint32_t)(listing->levels * weather->levels_ppm / 1000000);
  if (orders->level_goal < LEVELS_KEPT) orders->level_goal = LEVELS_KEPT;
}

/* The amount of a level `distance` ticks from the touch: more behind, less in a crisis. */
static int64_t draw_lots(struct order_flow *orders, int64_t distance) {
  int64_t share_ppm = 1000000 + 3000000 * distance / orders->width;
  int64_t lots = orders->instrument->listing.base_lots * share_ppm / 1000000;
  lots = lots * orders->flow->weather.depth_ppm / 1000000;
  lots = lots * (20 + pl_flow_random_below(&orders->flow->random, 161)) / 100;
  return lots > 0 ? lots : 1;
}

/* A number in [0, bound) that prefers the small ones (density 1 / sqrt). */
static int64_t draw_near(struct order_flow *orders, int64_t bound) {
  int64_t u = pl_flow_random_below(&orders->flow->random, 4096);
  return bound * (u * u) >> 24;
}

/* The side of the next order: either, but mostly the one that has become much shorter. */
static enum pl_flow_side draw_side(struct order_flow *orders) {
  int64_t asks = orders->instrument->book.side[PL_FLOW_ASK].count;
  int64_t bids = orders->instrument->book.side[PL_FLOW_BID].count;
  int64_t gap = orders->level_goal / 8;
  if (asks + gap < bids)
    return pl_flow_random_below(&orders->flow->random, 4) > 0 ? PL_FLOW_ASK : PL_FLOW_BID;
  if (bids + gap < asks)
    return pl_flow_random_below(&orders->flow->random, 4) > 0 ? PL_FLOW_BID : PL_FLOW_ASK;
  return pl_flow_random_below(&orders->flow->random, 2) == 0 ? PL_FLOW_ASK : PL_FLOW_BID;
}

static bool set(struct order_flow *orders, enum pl_flow_side side, int64_t tick, int64_t lots) {
  struct pl_flow_changes *changes = orders->update != NULL ? &orders->update->changes : NULL;
  return pl_flow_book_set(&orders->instrument->book, changes, side, tick, lots);
}

static uint8_t draw_liquidation(struct order_flow *orders) {
  struct pl_flow_random *random = &orders->flow->random;
  uint32_t chance_ppm = (uint32_t)orders->flow->weather.liquidation_ppm;
  if (!pl_flow_random_chance(random, chance_ppm)) return PL_WIRE_LIQUIDATION_NONE;
  uint32_t kind = pl_flow_random_below(random, 100);
  if (kind < 2) return PL_WIRE_LIQUIDATION_BOTH;
  return kind < 6 ? PL_WIRE_LIQUIDATION_MAKER : PL_WIRE_LIQUIDATION_TAKER;
}

static uint8_t tick_direction(const struct pl_flow_instrument *instrument, int64_t tick) {
  if (instrument->last_tick == 0 || tick > instrument->last_tick) return 0;
  if (tick < instrument->last_tick) return 2;
  return instrument->tick_direction | 1; /* the zero variant of the last move */
}

/* Trades `lots` against the best level of `side`. False when the book refuses or prints are full.
 */
static bool trade(struct order_flow *orders, enum pl_flow_side side, int64_t lots) {
  struct pl_flow_instrument *instrument = orders->instrument;
  struct pl_flow_update *update = orders->update;
  const struct pl_flow_level best = *pl_flow_book_best(&instrument->book, side);
  if (update->print_count == PL_FLOW_PRINTS_MAX) return false;
  if (!set(orders, side, best.tick, best.lots - lots)) return false;
  struct pl_flow_print *print = &update->print[update->print_count++];
  *print = (struct pl_flow_print){
      .tick = best.tick,
      .lots = lots,
      .seq = ++instrument->trade_seq,
      .id = ++orders->flow->trade_id,
      .direction = side == PL_FLOW_BID ? PL_WIRE_SELL : PL_WIRE_BUY,
      .liquidation = draw_liquidation(orders),
      .tick_direction = tick_direction(instrument, best.tick),
  };
  instrument->last_tick = best.tick;
  instrument->tick_direction = print->tick_direction;
  /* a forced close shrinks the open interest; other trades open a little more than they close */
  int64_t opened = lots * ((int64_t)pl_flow_random_below(&orders->flow->random, 41) - 18) / 20;
  instrument->open_interest_lots += print->liquidation != 0 ? -lots : opened;
  if (instrument->open_interest_lots < 0) instrument->open_interest_lots = 0;
  return true;
}

/* Quotes on the wrong side of their target leave, by trade or by cancel. */
static void pull_stale(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_ladder *ladder = &orders->instrument->book.side[side];
  for (uint32_t i = 0; i < STALE_PER_SIDE && ladder->count > LEVELS_KEPT; i++) {
    struct pl_flow_level best = ladder->level[0];
    int64_t past = (orders->target[side] - best.tick) * sign_of(side);
    if (past <= SLACK_TICKS) return;
    bool sweep = pl_flow_random_chance(&orders->flow->random, SWEEP_PPM);
    if (sweep && trade(orders, side, best.lots)) continue;
    if (!set(orders, side, best.tick, 0)) return;
  }
}

/* A touch that fell behind its target gets a new best quote. */
static void step_in(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_level *best = pl_flow_book_best(&orders->instrument->book, side);
  int64_t tick = orders->target[side];
  if (best != NULL && (best->tick - tick) * sign_of(side) <= 0) return;
  int64_t lots = draw_lots(orders, 0);
  for (uint32_t i = 0; i < STEP_IN_TRIES; i++) { /* a price that just traded away is refused */
    if (set(orders, side, tick, lots)) return;
    tick = on_grid(&orders->instrument->listing, side, tick + sign_of(side));
  }
}

/* A side that grew too long loses its tail. */
static void trim(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_ladder *ladder = &orders->instrument->book.side[side];
  uint32_t limit = orders->level_goal + orders->level_goal / 8;
  for (uint32_t i = 0; i < TRIMMED_MAX && ladder->count > limit; i++)
    if (!set(orders, side, ladder->level[ladder->count - 1].tick, 0)) return;
}

static void insert(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_level *best = pl_flow_book_best(&orders->instrument->book, side);
  int64_t from = best != NULL ? best->tick : orders->target[side];
  int64_t distance = 1 + draw_near(orders, orders->width);
  int64_t tick = on_grid(&orders->instrument->listing, side, from + sign_of(side) * distance);
  set(orders, side, tick, draw_lots(orders, distance));
}

static void resize(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_ladder *ladder = &orders->instrument->book.side[side];
  if (ladder->count == 0) return;
  int64_t tick = ladder->level[draw_near(orders, ladder->count)].tick;
  int64_t distance = (tick - ladder->level[0].tick) * sign_of(side);
  set(orders, side, tick, draw_lots(orders, distance < orders->width ? distance : orders->width));
}

static void cancel(struct order_flow *orders, enum pl_flow_side side) {
  const struct pl_flow_ladder *ladder = &orders->instrument->book.side[side];
  if (ladder->count <= LEVELS_KEPT) return;
  int64_t at = draw_near(orders, ladder->count);
  bool from_behind =
      ladder->count > orders->level_goal && pl_flow_random_below(&orders->flow->random, 2) == 0;
  if (from_behind) at = ladder->count - 1;
  set(orders, side, ladder->level[at].tick, 0);
}

/* An order comes, changes or goes; the mix steers the number of levels to its goal. */
static void shuffle(struct order_flow *orders) {
  enum pl_flow_side side = draw_side(orders);
  uint32_t count = orders->instrument->book.side[side].count;
  uint32_t goal = orders->level_goal;
  uint32_t insert_share = count >= goal ? 10 : count + goal / 8 < goal ? 62 : 45;
  uint32_t dice = pl_flow_random_below(&orders->flow->random, 100);
  if (dice < 35)
    resize(orders, side);
  else if (dice < 35 + insert_share)
    insert(orders, side);
  else
    cancel(orders, side);
}

/* A taker's order walks one or more levels. */
static void take(struct order_flow *orders) {
  struct pl_flow_random *random = &orders->flow->random;
  bool sells = pl_flow_random_chance(random, (uint32_t)orders->flow->weather.sell_ppm);
  enum pl_flow_side side = sells ? PL_FLOW_BID : PL_FLOW_ASK;
  const struct pl_flow_ladder *ladder = &orders->instrument->book.side[side];
  uint32_t walk = pl_flow_random_below(random, 5) == 0 ? pl_flow_random_below(random, 4) : 0;
  for (uint32_t i = 0; i < walk && ladder->count > LEVELS_KEPT; i++)
    if (!trade(orders, side, ladder->level[0].lots)) return;
  if (ladder->count == 0) return;
  int64_t lots = ladder->level[0].lots;
  bool whole = ladder->count > LEVELS_KEPT && pl_flow_random_chance(random, WHOLE_LEVEL_PPM);
  if (!whole) lots = lots * (1 + pl_flow_random_below(random, 90)) / 100;
  if (lots > 0) trade(orders, side, lots);
}

void pl_flow_orders_fill(struct pl_flow *flow, struct pl_flow_instrument *instrument) {
  if (instrument->listing.levels == 0) return;
  struct order_flow orders = {.flow = flow, .instrument = instrument};
  aim(&orders);
  for (int side = PL_FLOW_ASK; side <= PL_FLOW_BID; side++) {
    step_in(&orders, (enum pl_flow_side)side);
    const struct pl_flow_ladder *ladder = &instrument->book.side[side];
    for (uint32_t i = 0; i < 16 * orders.level_goal && ladder->count < orders.level_goal; i++)
      insert(&orders, (enum pl_flow_side)side);
  }
}

void pl_flow_orders_run(struct pl_flow *flow, struct pl_flow_instrument *instrument,
                        struct pl_flow_update *ret_update) {
  struct order_flow orders = {.flow = flow, .instrument = instrument, .update = ret_update};
  aim(&orders);
  if (pl_flow_random_chance(&flow->random, (uint32_t)flow->weather.trade_ppm)) take(&orders);
  pull_stale(&orders, PL_FLOW_ASK);
  pull_stale(&orders, PL_FLOW_BID);
  step_in(&orders, PL_FLOW_ASK);
  step_in(&orders, PL_FLOW_BID);
  uint32_t more =
      pl_flow_random_below(&flow->random, 5) == 0 ? pl_flow_random_below(&flow->random, 4) : 0;
  for (uint32_t i = 0; i <= more; i++) shuffle(&orders);
  trim(&orders, PL_FLOW_ASK);
  trim(&orders, PL_FLOW_BID);
}
