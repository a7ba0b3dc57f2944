/* Packets lost on every line, and a venue that sends again when it is asked: by MoldUDP64's request
 * and through Starbase's gateway, with its pages and its rejects. */
#include "tests/harness/harness.h"
#include "tests/venue/gateway.h"
#include "tests/venue/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SYMBOLS  40u
#define MESSAGES 40000u
#define LIVE     3000u
#define CYCLE_S  1000u /* a day of so few messages is thin */
#define MS       UINT64_C(1000000)

static struct pl_frames clean;
static struct pl_policy policy;

static void generate(const char *venue, bool snapshots) {
  struct pl_load_config config = {.wire = pl_load_wire_find(venue),
                                  .day = pl_day_default(),
                                  .packet_messages = 8,
                                  .snapshot_cycle_s = snapshots ? CYCLE_S : 0};
  config.day.symbols = SYMBOLS;
  config.day.messages = MESSAGES;
  config.day.live_orders = LIVE;
  clean = (struct pl_frames){0};
  struct pl_load *load = pl_load_open(&config, pl_frames_keep, &clean);
  assert_non_null(load);
  while (pl_load_run(load, UINT64_MAX) != 0) continue;
  pl_load_close(load);
  pl_frames_seal(&clean);
  pl_policy_default(&policy);
  policy.silence_ns = UINT64_C(1000) * 1000 * MS; /* minutes may lie between two packets */
}

struct run {
  struct pl_harness harness;
  struct pl_gateway *gateway; /* NULL: nobody answers */
  uint64_t now_ns, by_model, static_by_gap;
};

static void judge(void *context, const struct pl_decision *decision) {
  struct run *run = context;
  run->by_model += decision->source != PL_SOURCE_STATIC;
  run->static_by_gap +=
      decision->source == PL_SOURCE_STATIC && (decision->reason_mask & PL_REASON_GAP) != 0;
}

static void bring(void *context, const uint8_t *payload, size_t size) {
  struct run *run = context;
  assert_true(
      pl_pipeline_answer(&run->harness.pipeline, payload, (uint32_t)size, run->now_ns + MS / 2));
}

static void idle(struct run *run, uint64_t now_ns) {
  struct pl_feed_request request;
  run->now_ns = now_ns;
  pl_pipeline_run(&run->harness.pipeline, NULL, 0, now_ns);
  while (pl_pipeline_request(&run->harness.pipeline, &request))
    if (run->gateway != NULL)
      pl_gateway_answer(run->gateway, now_ns, request.bytes, request.size_bytes, bring, run);
}

/* A line on which every share_ppm-th frame of a million is lost; the clock goes on in between, as
 * that of a live port does. */
static void play(struct run *run, const char *venue, const struct pl_gateway_config *gateway,
                 uint32_t loss_ppm) {
  struct pl_impair_config config[PL_IMPAIR_LINES] = {pl_impair_config_default(),
                                                     pl_impair_config_default()};
  config[PL_LINE_A].loss_ppm = loss_ppm;
  config[PL_LINE_B].loss_ppm = 1000000;
  config[PL_LINE_A].lead_ns = config[PL_LINE_B].lead_ns = 1000 * MS;
  struct pl_frames frames = {0};
  pl_frames_impair(&clean, config, &frames, NULL);
  memset(run, 0, sizeof *run);
  run->harness = (struct pl_harness){
      .venue = venue, .asks = true, .burst_frames = 1, .each = judge, .context = run};
  pl_harness_open(&run->harness, &policy);
  run->gateway = gateway != NULL ? pl_gateway_open(gateway) : NULL;
  uint32_t sent = 0;
  for (uint32_t i = 0; i < frames.count; i++) {
    struct pl_frames one = frames;
    one.frames += i;
    one.count = 1;
    if (one.frames->line == PL_LINE_B) continue; /* of the lead */
    uint64_t now_ns = one.frames->recv_ns;
    for (; run->gateway != NULL && sent < clean.count && clean.frames[sent].recv_ns <= now_ns;
         sent++)
      pl_gateway_keep(run->gateway, clean.frames[sent].data, clean.frames[sent].size_bytes);
    pl_harness_play(&run->harness, &one);
    bool hole = true; /* wait as long as the next frame lets us */
    uint64_t next_ns = i + 1 < frames.count ? frames.frames[i + 1].recv_ns : UINT64_MAX;
    for (uint32_t turn = 1; hole && now_ns + turn * MS < next_ns && turn < 400; turn++) {
      uint32_t count;
      idle(run, now_ns + turn * MS);
      hole = false;
      const struct pl_channel *channels =
          pl_line_channels(pl_feed_lines(run->harness.pipeline.feed), &count);
      for (uint32_t c = 0; c < count; c++) hole |= channels[c].hole;
    }
  }
  pl_harness_flush(&run->harness);
  assert_true(pl_harness_ledger_closes(&run->harness));
  pl_frames_free(&frames);
}

static void stop(struct run *run) {
  pl_gateway_close(run->gateway);
  pl_harness_close(&run->harness);
}

static const struct pl_channel *updates(struct run *run) {
  uint32_t count;
  const struct pl_channel *channels =
      pl_line_channels(pl_feed_lines(run->harness.pipeline.feed), &count);
  for (uint32_t i = 0; i < count; i++)
    if (!channels[i].recovery) return &channels[i];
  return NULL;
}

static void side_is_equal(const struct pl_book *a, const struct pl_book *b, enum pl_side side) {
  assert_int_equal(a->sides[side].count, b->sides[side].count);
  for (uint32_t i = 0; i < a->sides[side].count; i++) {
    assert_int_equal(pl_book_price_e9(&a->sides[side], side, i),
                     pl_book_price_e9(&b->sides[side], side, i));
    assert_int_equal(pl_book_qty_e8(&a->sides[side], i), pl_book_qty_e8(&b->sides[side], i));
  }
}

/* Instruments were entered in the same order: definitions come first, and none of them is lost.
 * Returns how many books are proven; those equal the clean run's. */
static uint32_t expect_equal_books(struct run *run, struct run *wanted) {
  uint32_t proven = 0;
  uint32_t count = pl_directory_count(pl_feed_directory(wanted->harness.pipeline.feed));
  assert_int_equal(pl_directory_count(pl_feed_directory(run->harness.pipeline.feed)), count);
  for (uint32_t i = 0; i < count; i++) {
    const struct pl_book *book = pl_step_book(run->harness.pipeline.step, i);
    const struct pl_book *clean_book = pl_step_book(wanted->harness.pipeline.step, i);
    if (!pl_book_is_proven(book)) continue;
    side_is_equal(book, clean_book, PL_ASK);
    side_is_equal(book, clean_book, PL_BID);
    proven++;
  }
  return proven;
}

static struct run run, wanted;

static void say(const char *venue) {
  const struct pl_channel *channel = updates(&run);
  const struct pl_feed_counters *counters = pl_feed_counters(run.harness.pipeline.feed);
  print_message("%s: %llu holes, %llu requests, %llu answers, %llu rejects; %llu units resent, "
                "%llu lost, stale for %.1f s of %.0f\n",
                venue, (unsigned long long)channel->holes, (unsigned long long)counters->requests,
                (unsigned long long)counters->answers, (unsigned long long)counters->rejects,
                (unsigned long long)channel->lines[PL_LINE_RESEND].units_filled,
                (unsigned long long)channel->units_lost,
                (double)pl_line_stale_ns(channel, run.now_ns) / 1e9,
                (double)(run.now_ns - clean.frames[0].recv_ns) / 1e9);
}

static void all_that_is_lost_is_sent_again(void **state) {
  (void)state;
  static const char *const venues[] = {"itch", "starbase"};
  for (uint32_t i = 0; i < 2; i++) {
    const struct pl_gateway_config gateway = {
        .venue = venues[i], .history_units = 65536, .packets_max = i == 0 ? 0 : 1};
    generate(venues[i], false);
    play(&wanted, venues[i], NULL, 0);
    play(&run, venues[i], &gateway, 20000);
    say(venues[i]);
    const struct pl_channel *channel = updates(&run);
    assert_true(channel->holes > 20);
    assert_true(channel->lines[PL_LINE_RESEND].units_filled > 100);
    assert_int_equal(channel->gaps + channel->units_lost, 0);
    assert_true(run.static_by_gap > 0 && run.by_model > 0);
    assert_int_equal(expect_equal_books(&run, &wanted), expect_equal_books(&wanted, &wanted));
    stop(&run);
    stop(&wanted);
    pl_frames_free(&clean);
  }
}

/* A gateway that remembers next to nothing says no; then snapshots mend the books. */
static void case_10_rejects_lead_to_snapshots(void **state) {
  (void)state;
  const struct pl_gateway_config gateway = {.venue = "starbase", .history_units = 1};
  generate("starbase", true);
  play(&wanted, "starbase", NULL, 0);
  play(&run, "starbase", &gateway, 1000);
  say("starbase, rejects");
  const struct pl_channel *channel = updates(&run);
  assert_true(pl_feed_counters(run.harness.pipeline.feed)->rejects > 2);
  assert_true(channel->gaps > 2 && channel->mended_by_snapshot > 1);
  uint32_t proven = expect_equal_books(&run, &wanted);
  print_message("%u of %u books are proven in the end\n", proven,
                expect_equal_books(&wanted, &wanted));
  assert_true(proven > 0 && run.static_by_gap > 0);
  stop(&run);
  stop(&wanted);
  pl_frames_free(&clean);
}

/* Nobody answers, and ITCH has no snapshots: stale until a new run, and nothing but static limits.
 */
static void without_an_answer_itch_stays_stale(void **state) {
  (void)state;
  generate("itch", false);
  play(&run, "itch", NULL, 2000);
  say("itch, no answer");
  const struct pl_channel *channel = updates(&run);
  uint32_t count = pl_directory_count(pl_feed_directory(run.harness.pipeline.feed)), proven = 0;
  assert_true(channel->gaps > 0);
  assert_true(pl_feed_counters(run.harness.pipeline.feed)->requests >= PL_LINE_ASKS_MAX);
  for (uint32_t i = 0; i < count; i++)
    proven += pl_book_is_proven(pl_step_book(run.harness.pipeline.step, i));
  assert_int_equal(proven, 0);
  stop(&run);
  pl_frames_free(&clean);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_that_is_lost_is_sent_again),
      cmocka_unit_test(case_10_rejects_lead_to_snapshots),
      cmocka_unit_test(without_an_answer_itch_stays_stale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
