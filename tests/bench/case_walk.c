#include "engine/base/check.h"
#include "engine/impact/walk.h"
#include "tests/bench/cases.h"

#define RUNS   15
#define WALKS  20000
#define LEVELS 200      /* a side, all of them walked by the largest size */
#define TICK   PL_E9    /* between two levels */
#define MID    60000000 /* in thousandths of the quote unit */

/* A book as deep as a busy perpetual's; the mean of LEVELS levels is 10 ticks behind at first. */
static void fill_side(struct pl_book_side *side, enum pl_side which, int64_t *ret_total_e8) {
  int64_t mid_e9 = (int64_t)MID * (PL_E9 / 1000);
  for (int64_t i = 0; i < LEVELS; i++) {
    int64_t away_e9 = (i + 1) * TICK, qty_e8 = (500 + (i * 37) % 900) * PL_E8;
    bool known = pl_levels_set(NULL, side, which,
                               which == PL_BID ? mid_e9 - away_e9 : mid_e9 + away_e9, qty_e8);
    PL_CHECK(!known);
    *ret_total_e8 += qty_e8;
  }
}

struct walk {
  struct pl_book book;
  struct pl_level levels[2][LEVELS];
  struct pl_walk_terms terms;
  int64_t qtys_e8[PL_IMPACT_SIZES_MAX];
  uint64_t sink; /* keeps the results wanted */
};

static void walk_open(struct walk *walk, enum pl_kind kind) {
  int64_t total_e8 = 0, bids_e8 = 0;
  *walk = (struct walk){.sink = 0};
  for (uint32_t i = 0; i < 2; i++)
    walk->book.sides[i] = (struct pl_book_side){.levels = walk->levels[i], .capacity = LEVELS};
  fill_side(&walk->book.sides[PL_ASK], PL_ASK, &total_e8);
  fill_side(&walk->book.sides[PL_BID], PL_BID, &bids_e8);
  PL_CHECK(pl_walk_terms(kind, (int64_t)MID * (PL_E9 / 1000), 0, &walk->terms));
  for (int64_t i = 0; i < PL_IMPACT_SIZES_MAX; i++)
    walk->qtys_e8[i] = total_e8 / PL_IMPACT_SIZES_MAX * (i + 1);
}

static void costs(struct walk *walk, enum pl_side which) {
  struct pl_walk_cost costs[PL_IMPACT_SIZES_MAX];
  pl_walk_costs(&walk->book.sides[which], which, &walk->terms, walk->qtys_e8, PL_IMPACT_SIZES_MAX,
                costs);
  walk->sink += (uint64_t)costs[PL_IMPACT_SIZES_MAX - 1].cost_e17;
}

static void depths(struct walk *walk, enum pl_side which) {
  int64_t depth_u6[PL_BAND_COUNT];
  uint32_t saturations = 0;
  pl_walk_depth(&walk->book.sides[which], which, &walk->terms, depth_u6, &saturations);
  walk->sink += (uint64_t)depth_u6[PL_BAND_COUNT - 1];
}

static void measure(struct pl_report *report, enum pl_kind kind,
                    void (*body)(struct walk *walk, enum pl_side which), struct pl_figure *figure) {
  struct walk walk;
  walk_open(&walk, kind);
  uint32_t walks = report->smoke ? WALKS / 200 : WALKS;
  struct pl_measure measure = {.count = 0};
  for (uint32_t run = 0; run < pl_report_runs(report, RUNS); run++) {
    uint64_t from_ns = pl_measure_cpu_ns();
    for (uint32_t i = 0; i < walks; i++) body(&walk, (enum pl_side)(i & 1));
    pl_measure_add(&measure, (double)(pl_measure_cpu_ns() - from_ns) / walks);
  }
  PL_CHECK(walk.sink != 0);
  figure->unit = "ns/walk";
  figure->clock = "cpu";
  figure->per_run = walks;
  figure->value_share = 0.5;
  pl_report_figure(report, figure, &measure);
}

void pl_case_walk_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct pl_figure linear = {.name = "walk.16.linear",
                             .bound = "200 levels: a 128-bit multiply and add each, some 5 cycles, "
                                      "3.2 KB of keys and quantities in L1: about 300 ns"};
  struct pl_figure inverse = {.name = "walk.16.inverse",
                              .bound = "200 levels: linear's, plus one 64-bit division each: about "
                                       "1 us; a 128-bit one would be 2-3 times that"};
  struct pl_figure depth = {.name = "walk.depth",
                            .bound = "200 levels to the widest band: a multiply and add each, and "
                                     "6 divisions of 128 bits: about 350 ns"};
  measure(report, PL_KIND_LINEAR, costs, &linear);
  measure(report, PL_KIND_INVERSE, costs, &inverse);
  measure(report, PL_KIND_LINEAR, depths, &depth);
}
