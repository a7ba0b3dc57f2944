/* Faults of the lines: rows 1 to 6 and 8 to 10 of the fault matrix. Each is one fault on a clean
 * run and what it may come to, no more. */
#include "tests/fault/fault.h"

#define BTC 1u /* the channel of BTC's futures */

static struct pl_frames clean;
static struct pl_policy policy;
static struct fault_run run;
static struct fault_outcome wanted; /* of the clean run */
static uint32_t victim, next;       /* a frame, and the next of its channel */

static int setup(void **state) {
  (void)state;
  pl_frames_exchange(&clean, 4, 20, 200);
  pl_policy_default(&policy);
  policy.gap_wait_ns = SECOND_NS / 20;
  wanted = *fault_play(&run, &clean, &policy);
  victim = fault_pick(&clean, clean.count / 4, BTC);
  next = fault_pick(&clean, victim + 1, BTC);
  return wanted.by_model > 500 && wanted.gaps == 0 ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  pl_frames_free(&clean);
  return 0;
}

static const struct fault_outcome *play(struct pl_frames *frames) {
  pl_frames_seal(frames);
  const struct fault_outcome *outcome = fault_play(&run, frames, &policy);
  pl_frames_free(frames);
  return outcome;
}

static void row_01_loss_on_one_line_is_filled_by_the_other(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  for (uint32_t i = 0; i < clean.count; i++) {
    if (i != victim) fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    if (i != next) continue; /* B lags behind by these two */
    fault_add(&frames, &clean, victim, victim + 1, PL_LINE_B, 0);
  }
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->gaps, 0);
  assert_int_equal(got->holes, 1);
  assert_int_equal(got->filled[PL_LINE_B], 1);
  assert_int_equal(got->static_by_gap, 0);
  assert_int_equal(got->digest, wanted.digest);
}

static void row_02_loss_on_both_is_stale_until_proven(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  for (uint32_t i = 0; i < clean.count; i++)
    for (uint32_t line = PL_LINE_A; i != victim && line <= PL_LINE_B; line++)
      fault_add(&frames, &clean, i, i + 1, (enum pl_line_id)line, 0);
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->gaps, 1);
  assert_int_equal(got->units_lost, 1);
  assert_true(got->static_by_gap > 0);
  assert_true(got->by_model > wanted.by_model / 4); /* and comes back */
  assert_true(got->digest != wanted.digest);
}

static void row_03_reorder_within_the_window_is_no_gap(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  fault_add(&frames, &clean, 0, victim, PL_LINE_A, 0);
  fault_add(&frames, &clean, next, next + 1, PL_LINE_A, 0);
  fault_add(&frames, &clean, victim, next, PL_LINE_A, 0);
  fault_add(&frames, &clean, next + 1, clean.count, PL_LINE_A, 0);
  /* time does not go back: all four moved frames came when the last of them did */
  for (uint32_t i = victim; i <= next; i++) frames.frames[i].recv_ns = clean.frames[next].recv_ns;
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->gaps, 0);
  assert_int_equal(got->holes, 1);
  assert_int_equal(got->late, 0);
  assert_int_equal(got->digest, wanted.digest);
}

static void row_04_reorder_beyond_the_window_is_a_gap_and_then_late(void **state) {
  (void)state;
  uint32_t later = next;
  uint64_t wait_ns = 2 * policy.gap_wait_ns;
  while (clean.frames[later].recv_ns < clean.frames[next].recv_ns + wait_ns) later++;
  struct pl_frames frames = {0};
  fault_add(&frames, &clean, 0, victim, PL_LINE_A, 0);
  fault_add(&frames, &clean, victim + 1, later, PL_LINE_A, 0);
  fault_add(&frames, &clean, victim, victim + 1, PL_LINE_A, 0);
  frames.frames[frames.count - 1].recv_ns = clean.frames[later].recv_ns;
  fault_add(&frames, &clean, later, clean.count, PL_LINE_A, 0);
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->gaps, 1);
  assert_int_equal(got->late, 1);
  assert_int_equal(got->outcomes[PL_E_LATE], 1);
  assert_true(got->static_by_gap > 0);
}

static void row_05_duplicates_change_nothing(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  for (uint32_t i = 0; i < clean.count; i++) {
    fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    if (i % 3 == 0) fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    if (i % 7 == 6) fault_add(&frames, &clean, i - 5, i - 4, PL_LINE_B, 0);
  }
  uint64_t copies = frames.count - clean.count;
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->duplicates, copies);
  assert_int_equal(got->outcomes[PL_E_DUPLICATE], copies);
  assert_int_equal(got->digest, wanted.digest);
}

/* Bits flip where no checksum tells. Bounds are looked at with every decision; a book that became
 * crossed or makes no sense is not decided on. */
static void row_06_corruption_is_rejected_or_contained(void **state) {
  (void)state;
  uint64_t rejected = 0;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    struct pl_impair_config config[PL_IMPAIR_LINES];
    for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
      config[line] = pl_impair_config_default();
      config[line].seed = seed;
      config[line].corrupt_ppm = 50000;
      config[line].checksum = PL_IMPAIR_CHECKSUM_ZERO;
    }
    struct pl_frames both = {0};
    pl_frames_impair(&clean, config, &both, NULL);
    const struct fault_outcome *got = fault_play(&run, &both, &policy);
    for (enum pl_status i = PL_E_OVERSIZE; i < PL_E_DUPLICATE; i++) rejected += got->outcomes[i];
    assert_true(got->by_model > 0);
    pl_frames_free(&both);
  }
  assert_true(rejected > 100);
}

static uint32_t books_proven(void) {
  const struct pl_pipeline *pipeline = &run.harness.pipeline;
  uint32_t proven = 0, count = pl_directory_count(pl_feed_directory(pipeline->feed));
  for (uint32_t i = 0; i < count; i++) proven += pl_book_is_proven(pl_step_book(pipeline->step, i));
  return proven;
}

/* The venue begins to count anew: the books are cleared at once, and proven by its snapshots. */
static void row_08_reset_of_the_sequence_clears_the_books(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  uint64_t whole_ns = clean.frames[clean.count - 1].recv_ns - clean.frames[0].recv_ns + SECOND_NS;
  uint32_t first = fault_pick(&clean, 0, BTC); /* a new run may begin with an update */
  fault_add(&frames, &clean, 0, clean.count, PL_LINE_A, 0);
  fault_add(&frames, &clean, first, first + 1, PL_LINE_A, whole_ns);
  fault_add(&frames, &clean, 0, clean.count, PL_LINE_A, whole_ns);
  pl_frames_seal(&frames);
  fault_open(&run, &policy);
  struct pl_frames part = frames;
  part.count = clean.count;
  pl_harness_play(&run.harness, &part);
  uint32_t proven = books_proven();
  part.frames += part.count;
  part.count = 1;
  pl_harness_play(&run.harness, &part);
  assert_int_equal(fault_look(&run)->restarts, 1);
  uint32_t left = books_proven();
  assert_true(proven >= 4 && left < proven);
  part.frames++;
  part.count = clean.count; /* another cycle of snapshots lies in it */
  pl_harness_play(&run.harness, &part);
  assert_int_equal(fault_look(&run)->gaps, 0);
  assert_int_equal(books_proven(), proven);
  pl_harness_close(&run.harness);
  pl_frames_free(&frames);
}

static void put_seq(uint8_t *payload, uint32_t seq) {
  for (uint32_t i = 0; i < 4; i++) payload[4 + i] = (uint8_t)(seq >> 8 * i);
}

static uint32_t get_seq(const struct pl_frame *frame) {
  const uint8_t *at = frame->data + PAYLOAD_AT + 4;
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Counting over the end of 32 bits is counting on; one number far off is a stray; a jump that goes
 * on is a gap, however wide, and costs no more than any other. */
static void row_09_jumps_and_wrap_cost_nothing(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  for (uint32_t i = 0; i < clean.count; i++) {
    fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    put_seq(fault_last_payload(&frames), get_seq(&clean.frames[i]) + UINT32_MAX - 150);
  }
  const struct fault_outcome *got = play(&frames);
  assert_int_equal(got->gaps + got->restarts, 0);
  assert_int_equal(got->digest, wanted.digest);

  frames = (struct pl_frames){0};
  for (uint32_t i = 0; i < clean.count; i++) {
    if (i == victim) { /* the same packet, its number broken, before the whole one */
      fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
      put_seq(fault_last_payload(&frames), get_seq(&clean.frames[i]) + 0x40000000);
    }
    fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
  }
  got = play(&frames);
  assert_int_equal(got->gaps, 0);
  assert_int_equal(got->late, 1);
  assert_int_equal(got->digest, wanted.digest);

  frames = (struct pl_frames){0};
  for (uint32_t i = 0; i < clean.count; i++) {
    fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    if (i >= victim && fault_channel(&clean.frames[i]) == BTC)
      put_seq(fault_last_payload(&frames), get_seq(&clean.frames[i]) + 0x70000000);
  }
  got = play(&frames);
  assert_int_equal(got->gaps, 1);
  assert_int_equal(got->units_lost, 0x70000000);
  assert_true(got->static_by_gap > 0);
}

static void row_10_silence_is_stale_within_the_limit(void **state) {
  (void)state;
  fault_open(&run, &policy);
  struct pl_frames some = clean;
  some.count = clean.count / 2;
  pl_harness_play(&run.harness, &some);
  uint64_t last_ns = clean.frames[some.count - 1].recv_ns;
  uint64_t told = fault_look(&run)->static_by_silence;
  pl_pipeline_run(&run.harness.pipeline, NULL, 0, last_ns + policy.silence_ns / 2);
  pl_harness_flush(&run.harness);
  assert_int_equal(fault_look(&run)->static_by_silence, told);
  pl_pipeline_run(&run.harness.pipeline, NULL, 0, last_ns + policy.silence_ns + SECOND_NS / 10);
  pl_harness_flush(&run.harness);
  const struct fault_outcome *got = fault_look(&run);
  assert_true(got->silences > 0 && got->static_by_silence > told);
  uint64_t by_model = got->by_model;
  struct pl_frames rest = clean; /* it speaks again, and nothing was lost */
  rest.frames += some.count;
  rest.count -= some.count;
  pl_harness_play(&run.harness, &rest);
  assert_true(fault_look(&run)->by_model > by_model);
  pl_harness_close(&run.harness);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(row_01_loss_on_one_line_is_filled_by_the_other),
      cmocka_unit_test(row_02_loss_on_both_is_stale_until_proven),
      cmocka_unit_test(row_03_reorder_within_the_window_is_no_gap),
      cmocka_unit_test(row_04_reorder_beyond_the_window_is_a_gap_and_then_late),
      cmocka_unit_test(row_05_duplicates_change_nothing),
      cmocka_unit_test(row_06_corruption_is_rejected_or_contained),
      cmocka_unit_test(row_08_reset_of_the_sequence_clears_the_books),
      cmocka_unit_test(row_09_jumps_and_wrap_cost_nothing),
      cmocka_unit_test(row_10_silence_is_stale_within_the_limit),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
