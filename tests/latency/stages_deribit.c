/* Stages over the simulated Deribit: its decoder, the feed, the levels of a book and what is
 * derived from them. */
#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "engine/base/ring.h"
#include "engine/govern/govern.h"
#include "engine/impact/walk.h"
#include "engine/risk/margin.h"
#include "engine/risk/volatility.h"
#include "tests/bench/input.h"
#include "tests/latency/stages.h"

#define SEED          1
#define SECONDS       2
#define UPDATES_PER_S 1000
#define WALKS         200
#define DECISIONS     2000
#define RING_SLOTS    1024
#define RING_BURST    32
#define RING_MESSAGES 8192

/* Everything the stages touch, made beforehand. */
static struct stages {
  struct pl_input input;
  struct pl_arena arena;
  struct pl_policy policy;
  void *decoder;
  struct pl_event *scratch; /* [PL_FRAME_EVENTS_MAX] */
  struct pl_feed *feed;
  struct pl_book_store *store;
  struct pl_book books[PL_INPUT_INSTRUMENTS];
  struct pl_step *step;
  struct pl_ring *ring;
} stages;

static void decode(void) {
  for (uint32_t i = 0; i < stages.input.packet_count; i++) {
    const struct pl_input_packet *packet = &stages.input.packets[i];
    struct pl_venue_verdict verdict;
    if (pl_deribit_venue.judge(&packet->packet, &verdict) == PL_OK)
      pl_stages_sink +=
          pl_deribit_venue.write(stages.decoder, &packet->packet, &packet->context, stages.scratch);
  }
}

PL_STAGE stage_decode(void) {
  decode();
  return stages.input.messages;
}

PL_STAGE stage_feed(void) {
  pl_stages_sink += pl_input_play(stages.feed, &stages.input.frames, stages.scratch, NULL);
  return stages.input.messages;
}

PL_STAGE stage_book(void) {
  uint64_t updates = 0;
  for (uint32_t i = 0; i < stages.input.event_count; i++) {
    const struct pl_event *event = &stages.input.events[i];
    if (event->type != PL_EV_LEVEL_SET || event->instrument >= PL_INPUT_INSTRUMENTS) {
      if (event->instrument < PL_INPUT_INSTRUMENTS)
        (void)pl_book_apply(stages.store, &stages.books[event->instrument], event);
      continue;
    }
    updates++;
    pl_stages_sink += pl_book_apply(stages.store, &stages.books[event->instrument], event);
  }
  return updates;
}

/* The terms of the book that holds most, for the walks over what stage_book left behind. */
static struct pl_walk_terms deepest(const struct pl_book **ret_book) {
  const struct pl_book *book = &stages.books[0];
  for (uint32_t i = 1; i < PL_INPUT_INSTRUMENTS; i++) {
    const struct pl_book *other = &stages.books[i];
    if (other->sides[0].count + other->sides[1].count > book->sides[0].count + book->sides[1].count)
      book = other;
  }
  struct pl_walk_terms terms = {.kind = PL_KIND_UNKNOWN};
  PL_CHECK(pl_walk_terms(PL_KIND_INVERSE, pl_book_best_e9(book, PL_BID), 0, &terms));
  *ret_book = book;
  return terms;
}

PL_STAGE stage_walk(void) {
  const struct pl_book *book;
  struct pl_walk_terms terms = deepest(&book);
  uint32_t saturations = 0;
  for (uint32_t i = 0; i < WALKS; i++) {
    enum pl_side which = (enum pl_side)(i & 1);
    struct pl_walk_cost costs[PL_IMPACT_SIZES_MAX];
    int64_t qtys_e8[PL_IMPACT_SIZES_MAX];
    for (uint32_t size = 0; size < PL_IMPACT_SIZES_MAX; size++)
      qtys_e8[size] = pl_walk_qty_e8(&terms, (size + 1) * INT64_C(100000) * PL_PPM, &saturations);
    pl_walk_costs(&book->sides[which], which, &terms, qtys_e8, PL_IMPACT_SIZES_MAX, costs);
    for (uint32_t size = 0; size < PL_IMPACT_SIZES_MAX; size++)
      pl_stages_sink +=
          pl_walk_slippage_ppm(&terms, &costs[size], qtys_e8[size], 100000, &saturations);
  }
  return WALKS;
}

PL_STAGE stage_depth(void) {
  const struct pl_book *book;
  struct pl_walk_terms terms = deepest(&book);
  uint32_t saturations = 0;
  for (uint32_t i = 0; i < WALKS; i++) {
    enum pl_side which = (enum pl_side)(i & 1);
    int64_t depth_u6[PL_BAND_COUNT];
    pl_walk_depth(&book->sides[which], which, &terms, depth_u6, &saturations);
    pl_stages_sink += (uint64_t)depth_u6[0];
  }
  return WALKS;
}

PL_STAGE stage_risk(void) {
  const struct pl_policy_row *row = &stages.policy.rows[0];
  struct pl_volatility volatility;
  struct pl_govern govern;
  const int64_t depth_u6[2][PL_BAND_COUNT] = {{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}};
  uint32_t saturations = 0;
  uint64_t now_ns = UINT64_C(1793577600000000000);
  pl_volatility_start(&volatility, row->vol_start_ppm);
  pl_govern_init(&govern, row);
  for (uint32_t i = 0; i < DECISIONS; i++) {
    int64_t price_e9 = (60000 + (int64_t)(i * 7 % 50)) * PL_E9;
    now_ns += PL_VOLATILITY_STEP_MIN_NS;
    pl_volatility_update(&volatility, price_e9, now_ns, row->vol_half_life_ns, &saturations);
    struct pl_margin_input input = {
        .row = row,
        .deviation_ppm = pl_volatility_over_ppm(&volatility, row->horizon_s, &saturations),
        .slippage_ppm = i % 300,
        .depth_u6 = depth_u6,
    };
    struct pl_margin margin;
    pl_margin_propose(&input, &margin, &saturations);
    struct pl_govern_proposal proposal = {.im_ppm = margin.im_ppm, .clip_u6 = margin.clip_u6};
    struct pl_govern_result result;
    pl_govern_publish(&govern, &stages.policy, row, PL_MODE_AUTONOMOUS, 0, &proposal, now_ns,
                      &result);
    pl_stages_sink += result.vector.im_ppm;
  }
  return DECISIONS;
}

PL_STAGE stage_step(void) {
  struct pl_decision decision;
  for (uint32_t i = 0; i < stages.input.event_count; i++)
    pl_stages_sink += pl_step(stages.step, &stages.input.events[i], &decision);
  return stages.input.event_count;
}

PL_STAGE stage_ring(void) {
  for (uint32_t i = 0; i < RING_MESSAGES; i += RING_BURST) {
    void *slots;
    uint32_t count = pl_ring_reserve(stages.ring, RING_BURST, &slots);
    for (uint32_t slot = 0; slot < count; slot++) ((struct pl_ring_slot *)slots)[slot].words[0] = i;
    pl_ring_publish(stages.ring, count);
    count = pl_ring_peek(stages.ring, RING_BURST, &slots);
    for (uint32_t slot = 0; slot < count; slot++)
      pl_stages_sink += ((struct pl_ring_slot *)slots)[slot].words[0];
    pl_ring_release(stages.ring, count);
  }
  return RING_MESSAGES;
}

void pl_stages_deribit_prepare(void) {
  size_t scratch_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  const struct pl_book_config books = {.instrument_count = PL_INPUT_INSTRUMENTS};
  const struct pl_step_config step = {.policy = &stages.policy,
                                      .instrument_count = PL_INPUT_INSTRUMENTS};
  size_t bytes = pl_directory_footprint(PL_INPUT_INSTRUMENTS) + pl_deribit_venue.footprint() +
                 scratch_bytes + pl_input_feed_footprint() + pl_book_store_footprint(&books) +
                 pl_step_footprint(&step) + pl_ring_footprint(RING_SLOTS);
  struct pl_arena *arena = &stages.arena;
  pl_input_exchange(&stages.input, SEED, SECONDS, UPDATES_PER_S);
  pl_policy_default(&stages.policy);
  PL_CHECK(pl_arena_open(bytes, arena) == PL_OK);
  stages.decoder = pl_deribit_venue.create(arena, pl_directory_create(arena, PL_INPUT_INSTRUMENTS));
  stages.scratch = pl_arena_take(arena, scratch_bytes);
  stages.feed = pl_input_feed(arena);
  stages.store = pl_book_store_create(arena, &books);
  for (uint32_t i = 0; i < PL_INPUT_INSTRUMENTS; i++)
    pl_book_init(stages.store, i, PL_LANE_LEVELS, &stages.books[i]);
  stages.step = pl_step_create(arena, &step);
  stages.ring = pl_ring_create(arena, RING_SLOTS);
  decode(); /* warm-up: the directory fills in the first pass only */
}
