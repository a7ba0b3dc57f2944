/* The round of Starbase snapshots: what it looks like, and that who comes late has the true books
 * from it. */
#include "dataplane/feed/udp.h"
#include "tests/harness/harness.h"
#include "tests/venue/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SYMBOLS  40u
#define MESSAGES 20000u
#define LIVE     3000u
#define CYCLE_S  1000u
#define TICK_E9  INT64_C(10000000)
#define E8       INT64_C(100000000)

static struct pl_load_config config_of(const char *venue, uint32_t cycle_s) {
  struct pl_load_config config = {.wire = pl_load_wire_find(venue),
                                  .day = pl_day_default(),
                                  .packet_messages = 30,
                                  .snapshot_cycle_s = cycle_s};
  config.day.symbols = SYMBOLS;
  config.day.messages = MESSAGES;
  config.day.live_orders = LIVE;
  return config;
}

static void generate(uint32_t cycle_s, struct pl_frames *ret_frames) {
  const struct pl_load_config config = config_of("starbase", cycle_s);
  *ret_frames = (struct pl_frames){0};
  struct pl_load *load = pl_load_open(&config, pl_frames_keep, ret_frames);
  assert_non_null(load);
  assert_true(pl_load_run(load, UINT64_MAX) > MESSAGES);
  assert_int_equal(pl_load_run(load, UINT64_MAX), 0);
  pl_load_close(load);
  pl_frames_seal(ret_frames);
}

static bool is_snapshot(const struct pl_frame *frame, struct pl_packet *ret_packet,
                        struct pl_venue_verdict *ret_verdict) {
  const struct pl_venue *venue = pl_venue_find("starbase");
  struct pl_venue_head head;
  assert_int_equal(pl_udp_parse(frame->data, frame->size_bytes, ret_packet), PL_OK);
  assert_int_equal(venue->head(ret_packet, &head), PL_OK);
  assert_int_equal(venue->judge(ret_packet, ret_verdict), PL_OK);
  return head.recovery;
}

/* Every round: each symbol once and in order, its anchor the last update sent, then the end. */
static void rounds_are_whole_and_spread(void **state) {
  (void)state;
  struct pl_frames frames;
  uint64_t next = 1, snapshot_next = 1, symbol = 0, rounds = 0, before_ns = 0;
  generate(CYCLE_S, &frames);
  for (uint32_t i = 0; i < frames.count; i++) {
    struct pl_packet packet;
    struct pl_venue_verdict verdict;
    assert_true(frames.frames[i].recv_ns >= before_ns);
    before_ns = frames.frames[i].recv_ns;
    bool snapshot = is_snapshot(&frames.frames[i], &packet, &verdict);
    uint64_t *due = snapshot ? &snapshot_next : &next, seq, template_id = 0;
    memcpy(&seq, packet.data + 8, sizeof seq);
    assert_int_equal(seq, *due);
    *due += verdict.messages;
    memcpy(&template_id, packet.data + 26, 2);
    assert_int_equal(verdict.cycle_ends, snapshot && template_id == 119);
    if (!snapshot) continue;
    if (template_id == 100) {
      uint64_t id, anchor;
      memcpy(&id, packet.data + 40, sizeof id);
      memcpy(&anchor, packet.data + 56, sizeof anchor);
      assert_int_equal(id, ++symbol);
      assert_int_equal(anchor, next - 1);
    } else if (template_id == 119) {
      assert_int_equal(symbol, SYMBOLS);
      assert_int_equal(packet.data[40], SYMBOLS);
      symbol = 0;
      rounds++;
    }
  }
  print_message("%llu rounds, %llu messages of snapshots beside %llu\n", (unsigned long long)rounds,
                (unsigned long long)snapshot_next - 1, (unsigned long long)next - 1);
  assert_true(rounds >= 20 && rounds <= 24); /* six and a half hours */
  pl_frames_free(&frames);
}

/* The updates are the same messages with and without snapshots. */
static void snapshots_change_no_update(void **state) {
  (void)state;
  struct pl_frames plain, frames;
  size_t at = 0, plain_at = 0, bytes = 0, plain_bytes = 0;
  generate(0, &plain);
  generate(CYCLE_S, &frames);
  uint8_t *all = malloc(plain.bytes_used + frames.bytes_used), *ours = all + plain.bytes_used;
  assert_non_null(all);
  struct pl_packet packet;
  struct pl_venue_verdict verdict;
  for (; plain_at < plain.count; plain_at++) {
    assert_false(is_snapshot(&plain.frames[plain_at], &packet, &verdict));
    memcpy(all + plain_bytes, packet.data + 24, packet.size_bytes - 24);
    plain_bytes += packet.size_bytes - 24;
  }
  for (; at < frames.count; at++) {
    if (is_snapshot(&frames.frames[at], &packet, &verdict)) continue;
    memcpy(ours + bytes, packet.data + 24, packet.size_bytes - 24);
    bytes += packet.size_bytes - 24;
  }
  assert_int_equal(bytes, plain_bytes);
  assert_memory_equal(ours, all, bytes);
  free(all);
  pl_frames_free(&plain);
  pl_frames_free(&frames);
}

/* --- who comes late --- */

static void expect_side(const struct pl_book *book, enum pl_side which,
                        const struct pl_day_resting *orders, uint32_t count) {
  const struct pl_book_side *side = &book->sides[which];
  uint32_t depth = 0;
  for (uint32_t i = 0; i < count;) {
    int64_t price = orders[i].price, qty = 0;
    for (; i < count && orders[i].price == price; i++) qty += orders[i].qty;
    assert_true(depth < side->count);
    assert_int_equal(pl_book_price_e9(side, which, depth), price * TICK_E9);
    assert_int_equal(pl_book_qty_e8(side, depth), qty * E8);
    depth++;
  }
  assert_int_equal(side->count, depth);
}

static void expect_book(const struct pl_harness *harness, const struct pl_day *day, uint32_t symbol,
                        struct pl_day_resting *room) {
  const struct pl_directory *directory = pl_feed_directory(harness->pipeline.feed);
  char name[PL_DAY_NAME_BYTES];
  uint32_t instrument = 0, bids = 0, count = pl_day_book(day, symbol, room);
  pl_day_symbol_name(symbol, name);
  while (strcmp(pl_directory_name(directory, instrument), name) != 0)
    assert_true(++instrument < pl_directory_count(directory));
  while (bids < count && room[bids].side == PL_BID) bids++;
  const struct pl_book *book =
      pl_step_lane_book(harness->pipeline.step, instrument, PL_LANE_ORDERS);
  assert_true(pl_book_is_proven(book));
  expect_side(book, PL_BID, room, bids);
  expect_side(book, PL_ASK, room + bids, count - bids);
}

/* Joins after so many frames, in the middle of the day. */
static void join_at(const struct pl_frames *frames, uint32_t first) {
  struct pl_frames late = *frames;
  late.frames += first;
  late.count -= first;
  struct pl_harness harness = {.venue = "starbase"};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &late);
  const struct pl_book_counters *books = pl_step_book_counters(harness.pipeline.step);
  assert_int_equal(books->crossings + books->chain_breaks, 0);
  /* but for one that came before the first update: as of which run? */
  assert_true(books->snapshots >= 10 * SYMBOLS && books->snapshots_void <= 1);
  assert_int_equal(books->snapshot_matches, books->snapshot_checks);
  const struct pl_load_config config = config_of("starbase", CYCLE_S);
  struct pl_day *day = pl_day_open(&config.day);
  struct pl_day_op op;
  assert_non_null(day);
  while (pl_day_next(day, &op)) continue;
  struct pl_day_resting *room = calloc(pl_day_live(day), sizeof *room);
  assert_non_null(room);
  for (uint32_t symbol = 0; symbol < SYMBOLS; symbol++) expect_book(&harness, day, symbol, room);
  free(room);
  pl_day_close(day);
  pl_harness_close(&harness);
}

static void who_joins_late_has_the_true_books(void **state) {
  (void)state;
  struct pl_frames frames;
  generate(CYCLE_S, &frames);
  for (uint32_t i = 0; i < 10; i++) join_at(&frames, i == 0 ? 0 : frames.count / 3 + i * 17);
  pl_frames_free(&frames);
}

static void orders_stand_in_their_priority(void **state) {
  (void)state;
  const struct pl_load_config config = config_of("starbase", CYCLE_S);
  struct pl_day *day = pl_day_open(&config.day);
  struct pl_day_op op;
  assert_non_null(day);
  for (uint32_t i = 0; i < MESSAGES / 2; i++) assert_true(pl_day_next(day, &op));
  struct pl_day_resting *orders = calloc(pl_day_live(day), sizeof *orders);
  assert_non_null(orders);
  uint32_t total = 0;
  for (uint32_t symbol = 0; symbol < SYMBOLS; symbol++) {
    uint32_t count = pl_day_book(day, symbol, orders);
    total += count;
    for (uint32_t i = 1; i < count; i++) {
      const struct pl_day_resting *a = &orders[i - 1], *b = &orders[i];
      assert_true(a->side != b->side     ? a->side == PL_BID
                  : a->price != b->price ? (a->price > b->price) == (a->side == PL_BID)
                                         : a->ref < b->ref);
    }
  }
  assert_int_equal(total, pl_day_live(day));
  free(orders);
  pl_day_close(day);
}

static void other_wires_have_no_snapshots(void **state) {
  (void)state;
  const struct pl_load_config config = config_of("itch", CYCLE_S);
  assert_null(pl_load_open(&config, pl_frames_keep, NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_are_whole_and_spread),
      cmocka_unit_test(snapshots_change_no_update),
      cmocka_unit_test(orders_stand_in_their_priority),
      cmocka_unit_test(who_joins_late_has_the_true_books),
      cmocka_unit_test(other_wires_have_no_snapshots),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
