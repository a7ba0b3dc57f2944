/* A generated day on each venue's wire, through that venue's decoder and the whole pipeline,
 * against levels summed from the day's operations. */
#include "dataplane/feed/udp.h"
#include "tests/harness/harness.h"
#include "tests/venue/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

#define SYMBOLS  40u
#define MESSAGES 20000u
#define LIVE     1500u
#define PRICES   65536
#define TICK_E9  INT64_C(10000000)
#define E8       INT64_C(100000000)

struct wire {
  const char *name;
  bool of_orders;
};

static const struct wire wires[] = {
    {"itch", true}, {"deep", false}, {"starbase", true}, {"cme", true}};
#define WIRES (sizeof wires / sizeof wires[0])

static struct pl_load_config config_of(const struct wire *wire, uint64_t seed,
                                       uint32_t packet_messages) {
  struct pl_load_config config = {.wire = pl_load_wire_find(wire->name),
                                  .day = pl_day_default(),
                                  .packet_messages = packet_messages};
  assert_non_null(config.wire);
  assert_string_equal(config.wire->name, wire->name);
  config.day.seed = seed;
  config.day.symbols = SYMBOLS;
  config.day.messages = MESSAGES;
  config.day.live_orders = LIVE;
  return config;
}

/* All of a day's frames, sealed; returns how many messages are in them. */
static uint64_t generate(const struct pl_load_config *config, struct pl_frames *ret_frames) {
  *ret_frames = (struct pl_frames){0};
  struct pl_load *load = pl_load_open(config, pl_frames_keep, ret_frames);
  assert_non_null(load);
  uint64_t messages = 0, more;
  while ((more = pl_load_run(load, 999)) != 0) messages += more;
  pl_load_close(load);
  pl_frames_seal(ret_frames);
  return messages;
}

static uint64_t hash_of(const struct pl_load_config *config) {
  struct pl_frames frames;
  (void)generate(config, &frames);
  uint64_t hash = XXH3_64bits(frames.bytes, frames.bytes_used);
  for (uint32_t i = 0; i < frames.count; i++)
    hash = XXH3_64bits_withSeed(&frames.frames[i].recv_ns, sizeof(uint64_t),
                                hash ^ frames.frames[i].size_bytes);
  pl_frames_free(&frames);
  return hash;
}

static void same_day_is_the_same_bytes(void **state) {
  (void)state;
  for (size_t i = 0; i < WIRES; i++) {
    struct pl_load_config config = config_of(&wires[i], 1, 30), other = config_of(&wires[i], 2, 30);
    assert_true(hash_of(&config) == hash_of(&config));
    assert_true(hash_of(&config) != hash_of(&other));
  }
}

/* Where each channel's next packet stands. */
struct run {
  uint32_t channel_ids[PL_LOAD_STREAMS], count;
  uint64_t next[PL_LOAD_STREAMS];
};

static uint64_t *next_of(struct run *run, uint32_t channel_id, uint64_t first) {
  for (uint32_t i = 0; i < run->count; i++)
    if (run->channel_ids[i] == channel_id) return &run->next[i];
  assert_true(run->count < PL_LOAD_STREAMS);
  run->channel_ids[run->count] = channel_id;
  run->next[run->count] = first;
  return &run->next[run->count++];
}

static void check_frames(const struct wire *wire, uint32_t packet_messages) {
  const struct pl_venue *venue = pl_venue_find(wire->name);
  struct pl_load_config config = config_of(wire, 3, packet_messages);
  struct pl_frames frames;
  struct run run = {0};
  uint64_t sent = generate(&config, &frames), messages = 0;
  for (uint32_t i = 0; i < frames.count; i++) {
    struct pl_packet packet;
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    const struct pl_frame *frame = &frames.frames[i];
    assert_true(i == 0 || frame->recv_ns >= frame[-1].recv_ns);
    assert_int_equal(pl_udp_parse(frame->data, frame->size_bytes, &packet), PL_OK);
    assert_int_equal(venue->head(&packet, &head), PL_OK);
    assert_int_equal(venue->judge(&packet, &verdict), PL_OK);
    assert_true(verdict.messages > 0 && verdict.messages < packet_messages + 3);
    uint64_t *next = next_of(&run, head.channel_id, 1);
    assert_int_equal(head.seq, *next);
    *next += head.seq_count;
    messages += verdict.messages;
  }
  assert_int_equal(messages, sent);
  pl_frames_free(&frames);
}

static void frames_pass_their_decoder_in_unbroken_order(void **state) {
  (void)state;
  for (size_t i = 0; i < WIRES; i++) {
    check_frames(&wires[i], 1);
    check_frames(&wires[i], 30);
    check_frames(&wires[i], 300); /* more than a packet holds */
  }
}

/* --- the pipeline --- */
typedef uint32_t sums[SYMBOLS][2][PRICES]; /* contracts by tick */

static sums *sum_up(const struct pl_day_config *config) {
  sums *plain = calloc(1, sizeof *plain);
  struct pl_day *day = pl_day_open(config);
  assert_true(plain != NULL && day != NULL);
  struct pl_day_op op;
  while (pl_day_next(day, &op)) {
    assert_true(op.price < PRICES && op.other_price < PRICES);
    if (op.kind <= PL_DAY_STATUS || op.kind == PL_DAY_TRADE) continue;
    uint32_t *side = (*plain)[op.symbol][op.side];
    if (op.kind == PL_DAY_ADD || op.kind == PL_DAY_ADD_ATTRIBUTED)
      side[op.price] += op.qty;
    else
      side[op.price] -= op.kind == PL_DAY_REPLACE ? op.qty_before : op.qty;
    if (op.kind == PL_DAY_REPLACE) side[op.other_price] += op.qty_after;
  }
  pl_day_close(day);
  return plain;
}

static uint32_t expect_side(const struct pl_book *book, enum pl_side which, const uint32_t *plain) {
  const struct pl_book_side *side = &book->sides[which];
  uint32_t levels = 0;
  for (uint32_t tick = 0; tick < PRICES; tick++) levels += plain[tick] != 0;
  assert_int_equal(side->count, levels);
  for (uint32_t depth = 0; depth < levels; depth++) {
    int64_t price_e9 = pl_book_price_e9(side, which, depth);
    assert_int_equal(price_e9 % TICK_E9, 0);
    assert_int_equal(pl_book_qty_e8(side, depth), plain[price_e9 / TICK_E9] * E8);
  }
  return levels;
}

static uint32_t instrument_of(const struct pl_harness *harness, uint32_t symbol) {
  const struct pl_directory *directory = pl_feed_directory(harness->pipeline.feed);
  char name[PL_DAY_NAME_BYTES];
  pl_day_symbol_name(symbol, name);
  for (uint32_t i = 0; i < pl_directory_count(directory); i++)
    if (strcmp(pl_directory_name(directory, i), name) == 0) return i;
  fail_msg("%s is not known", name);
  return 0;
}

static void expect_counters(const struct pl_harness *harness) {
  const struct pl_book_counters *books = pl_step_book_counters(harness->pipeline.step);
  const struct pl_venue_counters *venue = pl_feed_venue_counters(harness->pipeline.feed);
  assert_int_equal(books->orders_unknown + books->orders_refused + books->orders_amended, 0);
  assert_int_equal(books->removals_unknown + books->reductions_over, 0);
  assert_int_equal(books->crossings + books->crossings_closed + books->chain_breaks, 0);
  assert_int_equal(books->updates_no_book + books->updates_old + books->sides_truncated, 0);
  assert_int_equal(venue->messages_unknown + venue->messages_headless + venue->orders_unplaced, 0);
}

static void play(const struct wire *wire, uint32_t packet_messages) {
  struct pl_load_config config = config_of(wire, 4, packet_messages);
  struct pl_frames frames;
  uint64_t sent = generate(&config, &frames);
  struct pl_harness harness = {.venue = wire->name};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &frames);
  const struct pl_feed_counters *feed = pl_feed_counters(harness.pipeline.feed);
  assert_int_equal(feed->outcomes[PL_OK], frames.count);
  assert_true(pl_harness_ledger_closes(&harness));
  assert_int_equal(feed->messages, sent);
  assert_int_equal(pl_directory_count(pl_feed_directory(harness.pipeline.feed)), SYMBOLS);
  expect_counters(&harness);
  sums *plain = sum_up(&config.day);
  uint32_t levels = 0;
  for (uint32_t symbol = 0; symbol < SYMBOLS; symbol++) {
    uint32_t instrument = instrument_of(&harness, symbol);
    const struct pl_book *book = pl_step_lane_book(
        harness.pipeline.step, instrument, wire->of_orders ? PL_LANE_ORDERS : PL_LANE_LEVELS);
    assert_true(pl_book_is_proven(book));
    for (uint32_t side = PL_ASK; side <= PL_BID; side++)
      levels += expect_side(book, (enum pl_side)side, (*plain)[symbol][side]);
  }
  print_message("%s: %llu messages in %u frames, %u levels equal, %llu decisions\n", wire->name,
                (unsigned long long)sent, frames.count, levels,
                (unsigned long long)harness.decisions);
  assert_true(levels > SYMBOLS && harness.decisions > 0);
  free(plain);
  pl_harness_close(&harness);
  pl_frames_free(&frames);
}

static void books_are_equal_to_the_day(void **state) {
  (void)state;
  for (size_t i = 0; i < WIRES; i++) {
    play(&wires[i], 1);
    play(&wires[i], 30);
  }
}

static void wrong_configurations_are_refused(void **state) {
  (void)state;
  assert_null(pl_load_wire_find("none"));
  for (size_t i = 0; i < WIRES; i++) {
    struct pl_load_config config = config_of(&wires[i], 1, 0);
    assert_null(pl_load_open(&config, pl_frames_keep, NULL));
    config.packet_messages = 1;
    config.day.symbols = 0;
    assert_null(pl_load_open(&config, pl_frames_keep, NULL));
  }
  pl_load_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_day_is_the_same_bytes),
      cmocka_unit_test(frames_pass_their_decoder_in_unbroken_order),
      cmocka_unit_test(books_are_equal_to_the_day),
      cmocka_unit_test(wrong_configurations_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
