/* Real flow, synthetic wire: a Binance capture through the Deribit encoder and the whole pipeline,
 * against a book built straight from the JSON. */
#include "tests/harness/harness.h"
#include "tests/venue/binance.h"
#include "tests/venue/binance_deribit.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define CAPTURE        "captures/binance/btcusdt_20240808.gz"
#define TICKS          (1u << 23) /* of 0.1 */
#define TICK_E9        INT64_C(100000000)
#define LOT_E8         INT64_C(100000) /* of 0.001 */
#define LINE_BYTES_MAX (1u << 20)

/* The plain book: lots by tick. It keeps every level, however far away. */
struct plain {
  uint32_t (*lots)[TICKS]; /* ask, bid */
  uint64_t change_id;
};

/* Its own way from the text to a number: through a double, to the nearest tick or lot. */
static int64_t units(const json_t *text, double a_unit) {
  return (int64_t)(strtod(json_string_value(text), NULL) * a_unit + 0.5);
}

static void plain_set(struct plain *plain, const json_t *levels, enum pl_side side) {
  for (size_t i = 0; i < json_array_size(levels); i++) {
    const json_t *pair = json_array_get(levels, i);
    int64_t tick = units(json_array_get(pair, 0), 10);
    assert_in_range(tick, 1, TICKS - 1);
    plain->lots[side][tick] = (uint32_t)units(json_array_get(pair, 1), 1000);
  }
}

static void plain_take(struct plain *plain, const json_t *m, bool snapshots) {
  uint64_t last_id = (uint64_t)json_integer_value(json_object_get(m, "u"));
  if (snapshots) {
    if (json_object_get(m, "lastUpdateId") == NULL) return;
    plain_set(plain, json_object_get(m, "bids"), PL_BID);
    plain_set(plain, json_object_get(m, "asks"), PL_ASK);
    plain->change_id = (uint64_t)json_integer_value(json_object_get(m, "lastUpdateId"));
    return;
  }
  const char *event = json_string_value(json_object_get(m, "e"));
  if (event == NULL || strcmp(event, "depthUpdate") != 0 || last_id <= plain->change_id) return;
  plain_set(plain, json_object_get(m, "b"), PL_BID);
  plain_set(plain, json_object_get(m, "a"), PL_ASK);
  plain->change_id = last_id;
}

/* First the snapshot, then the updates that it does not contain. */
static void plain_read(struct plain *plain, const char *path) {
  char *line = malloc(LINE_BYTES_MAX);
  plain->lots = calloc(2, sizeof *plain->lots);
  assert_true(line != NULL && plain->lots != NULL);
  for (int pass = 0; pass < 2; pass++) {
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    while (gzgets(file, line, LINE_BYTES_MAX) != NULL) {
      json_t *root = json_loads(strchr(line, ' '), 0, NULL);
      assert_non_null(root);
      const json_t *data = json_object_get(root, "data");
      plain_take(plain, data != NULL ? data : root, pass == 0);
      json_decref(root);
    }
    assert_int_equal(gzclose(file), Z_OK);
  }
  free(line);
}

/* Levels from the best on that are equal; *ret_levels: of the plain side. */
static uint32_t equal_levels(const struct plain *plain, const struct pl_book *book,
                             enum pl_side which, uint32_t *ret_levels) {
  const struct pl_book_side *side = &book->sides[which];
  uint32_t depth = 0, equal = 0;
  bool differs = false;
  for (uint32_t i = 0; i < TICKS; i++) {
    uint32_t tick = which == PL_ASK ? i : TICKS - 1 - i;
    int64_t qty_e8 = plain->lots[which][tick] * LOT_E8;
    if (qty_e8 == 0) continue;
    differs |= depth >= side->count || pl_book_price_e9(side, which, depth) != tick * TICK_E9 ||
               pl_book_qty_e8(side, depth) != qty_e8;
    equal += !differs;
    depth++;
  }
  *ret_levels = depth;
  return equal;
}

/* A side that was never full must equal the plain one whole. A full one lets its worst levels go
 * and does not get them back: of it, the best half must be equal. */
static void check_book(const struct plain *plain, const struct pl_book *book) {
  assert_int_equal(book->state, PL_BOOK_KEPT);
  assert_true(book->change_id == plain->change_id);
  for (int side = PL_ASK; side <= PL_BID; side++) {
    uint32_t levels, equal = equal_levels(plain, book, (enum pl_side)side, &levels);
    bool truncated = book->sides[side].truncated;
    print_message("  %s: %u of %u levels equal from the best on, %u kept%s\n",
                  side == PL_BID ? "bids" : "asks", equal, levels, book->sides[side].count,
                  truncated ? " (the side was full at times)" : "");
    if (truncated)
      assert_true(equal >= PL_BOOK_LEVELS_MAX / 2);
    else
      assert_true(equal == levels && book->sides[side].count == levels);
  }
}

static void check_counts(const struct pl_binance_deribit_counts *counts) {
  print_message("real flow, synthetic wire: %u frames; %u updates (%u in the snapshot) as %u book "
                "messages, %u split; %u levels; %u of %u tickers; %u trades\n",
                counts->frames, counts->depth_seen, counts->depth_contained, counts->books,
                counts->split, counts->levels, counts->tickers, counts->tickers_seen,
                counts->trades);
  assert_int_equal(counts->depth_seen, 6551);
  assert_int_equal(counts->depth_contained, 4);
  assert_int_equal(counts->tickers_seen, 66089);
  assert_int_equal(counts->trades, 21313);
  assert_int_equal(counts->snapshot_levels, 2000);
  assert_true(counts->split > 0);
  assert_int_equal(counts->tickers, 6547); /* one an update */
}

static void flow_goes_through_the_pipeline(void **state) {
  (void)state;
  char path[4096];
  if (pl_harness_shared(CAPTURE, path, sizeof path) == NULL) skip();
  struct pl_frames frames = {0};
  struct pl_binance_deribit_counts counts;
  assert_null(pl_binance_deribit_run(path, pl_frames_keep, &frames, &counts));
  pl_frames_seal(&frames);
  assert_int_equal(frames.count, counts.frames);
  check_counts(&counts);
  struct pl_harness harness = {0};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &frames);
  const struct pl_book_counters *books = pl_step_book_counters(harness.pipeline.step);
  assert_int_equal(pl_feed_counters(harness.pipeline.feed)->outcomes[PL_OK], counts.frames);
  assert_true(pl_harness_ledger_closes(&harness));
  assert_int_equal(books->updates, counts.books);
  assert_int_equal(books->chain_breaks + books->updates_no_book + books->updates_old, 0);
  assert_int_equal(books->crossings, 0);
  assert_int_equal(books->snapshots, 1);
  assert_int_equal(books->ticker_checks, counts.tickers);
  assert_int_equal(books->ticker_matches, counts.tickers);
  assert_true(harness.decisions > 0);
  assert_int_equal(pl_directory_count(pl_feed_directory(harness.pipeline.feed)), 1);
  print_message("  %llu levels set, %llu removed, %llu removals of unknown levels; %llu of %llu "
                "tickers equal the touch; %llu decisions\n",
                (unsigned long long)books->levels_set, (unsigned long long)books->levels_removed,
                (unsigned long long)books->removals_unknown,
                (unsigned long long)books->ticker_matches, (unsigned long long)books->ticker_checks,
                (unsigned long long)harness.decisions);
  struct plain plain = {0};
  plain_read(&plain, path);
  check_book(&plain, pl_step_book(harness.pipeline.step, 0));
  free(plain.lots);
  pl_harness_close(&harness);
  pl_frames_free(&frames);
}

static void capture_is_read_whole(void **state) {
  (void)state;
  char path[4096];
  if (pl_harness_shared(CAPTURE, path, sizeof path) == NULL) skip();
  struct pl_binance *binance = pl_binance_open(path);
  assert_non_null(binance);
  struct pl_binance_line line;
  uint32_t counts[PL_BINANCE_KIND_COUNT] = {0}, changes = 0, breaks = 0;
  uint64_t recv_ns = 0, last_id = 0;
  while (pl_binance_next(binance, &line)) {
    counts[line.kind]++;
    assert_true(line.recv_ns >= recv_ns);
    recv_ns = line.recv_ns;
    if (line.kind != PL_BINANCE_DEPTH) continue;
    changes += line.level_count;
    breaks += last_id != 0 && line.prev_id != last_id;
    last_id = line.last_id;
  }
  assert_null(pl_binance_error(binance));
  assert_int_equal(counts[PL_BINANCE_SNAPSHOT], 1);
  assert_int_equal(counts[PL_BINANCE_DEPTH], 6551);
  assert_int_equal(changes, 443521);
  assert_int_equal(counts[PL_BINANCE_TICKER], 66089);
  assert_int_equal(counts[PL_BINANCE_TRADE], 21313);
  assert_int_equal(breaks, 0);
  pl_binance_close(binance);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(capture_is_read_whole),
      cmocka_unit_test(flow_goes_through_the_pipeline),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
