/* Two lines fed from one source: what the log says is what came out; merged, for tests and for live
 * sinks, they are in order of time. */
#include "tests/harness/harness.h"
#include "tests/unit/tests/venue/travel.h"
#include "tests/venue/sink_merge.h"

#define FRAMES 5000u

static struct travel lines[PL_IMPAIR_LINES];
static enum pl_impair_fate fates[FRAMES][PL_IMPAIR_LINES];
static uint64_t logged;

static void note(void *ctx, uint64_t index, const enum pl_impair_fate *fate) {
  (void)ctx;
  assert_int_equal(index, logged++);
  memcpy(fates[index], fate, sizeof fates[index]);
}

/* Lets FRAMES travel; returns how many came whole on no line. */
static uint64_t travel_both(const struct pl_impair_config *config, bool with_b) {
  struct pl_impair_out out[PL_IMPAIR_LINES] = {{travel_take, &lines[0]}, {travel_take, &lines[1]}};
  struct pl_impair_pair pair;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) travel_begin(&lines[line]);
  if (!with_b) out[PL_LINE_B] = (struct pl_impair_out){0};
  assert_true(pl_impair_pair_open(&pair, config, out));
  pair.log = note;
  logged = 0;
  for (uint32_t i = 0; i < FRAMES; i++) {
    uint8_t frame[TRAVEL_BYTES];
    travel_make(i, frame);
    assert_true(pl_impair_pair_push(&pair, travel_time_ns(i), frame, sizeof frame));
  }
  assert_true(pl_impair_pair_flush(&pair));
  assert_int_equal(logged, FRAMES);
  uint64_t missed = pair.missed;
  pl_impair_pair_close(&pair);
  return missed;
}

static struct pl_impair_config rough(void) {
  struct pl_impair_config config = pl_impair_config_default();
  config.loss_ppm = config.duplicate_ppm = config.reorder_ppm = 50000;
  config.burst_ppm = config.both_burst_ppm = 2000;
  config.corrupt_ppm = config.truncate_ppm = 20000;
  return config;
}

/* The best that came of each frame. */
static void assert_log_of(uint32_t line) {
  static enum pl_impair_fate best[FRAMES];
  for (uint32_t i = 0; i < FRAMES; i++) best[i] = PL_IMPAIR_LOST;
  for (uint32_t at = 0; at < lines[line].count; at++) {
    const struct travel_frame *out = &lines[line].out[at];
    best[out->index] = travel_is_whole(out) ? PL_IMPAIR_WHOLE : PL_IMPAIR_DAMAGED;
  }
  for (uint32_t i = 0; i < FRAMES; i++) assert_int_equal(fates[i][line], best[i]);
}

static void log_agrees_with_what_came_out(void **state) {
  (void)state;
  struct pl_impair_config config[PL_IMPAIR_LINES] = {rough(), rough()};
  uint64_t missed = travel_both(config, true), expected = 0, differ = 0;
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) assert_log_of(line);
  for (uint32_t i = 0; i < FRAMES; i++) {
    expected += fates[i][0] != PL_IMPAIR_WHOLE && fates[i][1] != PL_IMPAIR_WHOLE;
    differ += fates[i][0] != fates[i][1];
  }
  assert_int_equal(missed, expected);
  assert_true(missed > 0 && differ > FRAMES / 10); /* the lines choose for themselves */
}

static void bursts_on_both_hit_both(void **state) {
  (void)state;
  struct pl_impair_config config[PL_IMPAIR_LINES];
  config[0] = config[1] = pl_impair_config_default();
  config[0].both_burst_ppm = config[1].both_burst_ppm = 2000;
  uint64_t missed = travel_both(config, true), lost = 0;
  for (uint32_t i = 0; i < FRAMES; i++) {
    assert_int_equal(fates[i][0], fates[i][1]);
    lost += fates[i][0] == PL_IMPAIR_LOST;
  }
  assert_int_equal(missed, lost);
  assert_in_range(lost, 20, 300); /* 10 bursts of 10.5 */
  config[1].loss_ppm = 300000;    /* leaves line A and the bursts as they are */
  static enum pl_impair_fate before[FRAMES][PL_IMPAIR_LINES];
  memcpy(before, fates, sizeof before);
  assert_int_equal(travel_both(config, true), missed);
  for (uint32_t i = 0; i < FRAMES; i++) assert_int_equal(fates[i][0], before[i][0]);
}

static void line_nobody_listens_to_loses_all(void **state) {
  (void)state;
  struct pl_impair_config config[PL_IMPAIR_LINES] = {rough(), rough()};
  (void)travel_both(config, true);
  static struct travel before;
  before = lines[PL_LINE_A];
  uint64_t missed = travel_both(config, false), damaged = 0;
  assert_memory_equal(&before, &lines[PL_LINE_A], sizeof before);
  for (uint32_t i = 0; i < FRAMES; i++) {
    assert_int_equal(fates[i][PL_LINE_B], PL_IMPAIR_LOST);
    damaged += fates[i][PL_LINE_A] != PL_IMPAIR_WHOLE;
  }
  assert_int_equal(missed, damaged);
}

/* Four frames a time, so that stamps tie within and across lines. */
static void make_clean(struct pl_frames *clean) {
  for (uint32_t i = 0; i < FRAMES; i++) {
    uint8_t frame[TRAVEL_BYTES];
    travel_make(i, frame);
    pl_frames_add(clean, frame, sizeof frame, travel_time_ns(i / 4 * 4));
  }
  pl_frames_seal(clean);
}

static void frames_of_both_lines_are_merged(void **state) {
  (void)state;
  struct pl_impair_config config[PL_IMPAIR_LINES] = {rough(), rough()};
  struct pl_frames clean = {0}, both = {0};
  struct pl_frames_missed missed;
  config[PL_LINE_B].delay_ns = 4 * TRAVEL_STEP_NS; /* the next frames' time */
  uint64_t expected = travel_both(config, true);
  make_clean(&clean);
  pl_frames_impair(&clean, config, &both, &missed);
  assert_int_equal(both.count, lines[0].count + lines[1].count);
  uint32_t at[PL_IMPAIR_LINES] = {0};
  for (uint32_t i = 0; i < both.count; i++) {
    const struct pl_frame *frame = &both.frames[i];
    assert_in_range(frame->line, PL_LINE_A, PL_LINE_B);
    const struct travel_frame *out = &lines[frame->line].out[at[frame->line]++];
    assert_int_equal(frame->size_bytes, out->size);
    assert_memory_equal(frame->data, out->bytes, out->size);
    if (i == 0) continue;
    assert_true(frame->recv_ns > frame[-1].recv_ns ||
                (frame->recv_ns == frame[-1].recv_ns && frame->line >= frame[-1].line));
  }
  assert_int_equal(missed.count, expected);
  for (uint32_t i = 0, next = 0; i < FRAMES; i++) {
    bool is_missed = fates[i][0] != PL_IMPAIR_WHOLE && fates[i][1] != PL_IMPAIR_WHOLE;
    assert_int_equal(is_missed, next < missed.count && missed.indexes[next] == i);
    next += is_missed;
  }
  pl_frames_missed_free(&missed);
  pl_frames_free(&both);
  pl_frames_free(&clean);
}

static struct {
  uint32_t count;
  struct {
    uint32_t line;
    uint64_t time_ns;
    uint8_t first;
  } out[8];
} merged;

static bool take_merged(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  assert_int_equal(size, 60);
  if (merged.count == 8) return false;
  merged.out[merged.count].line = *(uint32_t *)ctx;
  merged.out[merged.count].time_ns = time_ns;
  merged.out[merged.count++].first = frame[0];
  return true;
}

static void live_lines_leave_in_order(void **state) {
  (void)state;
  static uint32_t names[] = {PL_LINE_A, PL_LINE_B};
  static const struct {
    uint32_t line;
    uint64_t time_ns;
  } in[] = {{1, 10}, {1, 20}, {0, 10}, {0, 15}, {0, 20}, {1, 30}},
    want[] = {{0, 10}, {1, 10}, {0, 15}, {0, 20}, {1, 20}, {1, 30}};
  const struct pl_impair_out out[] = {{take_merged, &names[0]}, {take_merged, &names[1]}};
  struct pl_sink_merge *merge = pl_sink_merge_open(out);
  assert_non_null(merge);
  struct pl_sink_merge_line ways[] = {{merge, 0}, {merge, 1}};
  uint8_t frame[60] = {0};
  merged.count = 0;
  for (uint32_t i = 0; i < 6; i++) {
    frame[0] = (uint8_t)in[i].time_ns;
    assert_true(pl_sink_merge_take(&ways[in[i].line], in[i].time_ns, frame, sizeof frame));
  }
  assert_true(pl_sink_merge_until(merge, 10));
  assert_int_equal(merged.count, 0); /* more of that time may come */
  assert_true(pl_sink_merge_until(merge, 20));
  assert_int_equal(merged.count, 3);
  assert_true(pl_sink_merge_until(merge, UINT64_MAX));
  assert_int_equal(merged.count, 6);
  for (uint32_t i = 0; i < 6; i++) {
    assert_int_equal(merged.out[i].line, want[i].line);
    assert_int_equal(merged.out[i].time_ns, want[i].time_ns);
    assert_int_equal(merged.out[i].first, want[i].time_ns);
  }
  for (uint32_t i = 0; i < PL_SINK_MERGE_FRAMES_MAX; i++) {
    assert_false(pl_sink_merge_is_full(merge));
    assert_true(pl_sink_merge_take(&ways[1], 40 + i, frame, sizeof frame));
  }
  assert_true(pl_sink_merge_is_full(merge));
  assert_false(pl_sink_merge_take(&ways[1], UINT64_MAX, frame, sizeof frame));
  assert_false(pl_sink_merge_until(merge, UINT64_MAX)); /* the sink has had enough */
  assert_int_equal(merged.count, 8);
  pl_sink_merge_close(merge);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(log_agrees_with_what_came_out),
      cmocka_unit_test(bursts_on_both_hit_both),
      cmocka_unit_test(line_nobody_listens_to_loses_all),
      cmocka_unit_test(frames_of_both_lines_are_merged),
      cmocka_unit_test(live_lines_leave_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
