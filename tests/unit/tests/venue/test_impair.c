/* One impaired line: each kind alone does what it says and nothing else, at its edges too. */
#include "tests/unit/tests/venue/travel.h"

#define MANY    20000u
#define ALL_PPM 1000000u
#define TENTH   100000u

static struct travel travel;

static void rate_zero_changes_nothing(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  travel_run(&travel, &config, PL_LINE_A, 1000);
  assert_int_equal(travel.count, 1000);
  for (uint32_t i = 0; i < 1000; i++) {
    assert_int_equal(travel.out[i].index, i);
    assert_int_equal(travel.out[i].time_ns, travel_time_ns(i));
    assert_true(travel_is_whole(&travel.out[i]));
    assert_int_equal(travel.fates[i], PL_IMPAIR_WHOLE);
  }
}

static void loss_takes_frames_and_nothing_else(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.loss_ppm = TENTH;
  travel_run(&travel, &config, PL_LINE_A, MANY);
  uint32_t at = 0;
  for (uint32_t i = 0; i < MANY; i++) {
    if (travel.fates[i] == PL_IMPAIR_LOST) continue;
    assert_int_equal(travel.out[at].index, i);
    assert_int_equal(travel.out[at].time_ns, travel_time_ns(i));
    assert_true(travel_is_whole(&travel.out[at++]));
  }
  assert_int_equal(at, travel.count);
  assert_int_equal(travel.counters.lost, MANY - at);
}

/* Runs of lost frames are one burst's, or overlapping ones'. */
static void bursts_take_runs(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  bool seen[6] = {false};
  config.burst_ppm = 1000;
  config.burst_frames_max = 5;
  travel_run(&travel, &config, PL_LINE_A, MANY);
  uint32_t runs = 0, lost = 0, length = 0, joined = 0;
  for (uint32_t i = 0; i <= MANY; i++) {
    if (i < MANY && travel.fates[i] == PL_IMPAIR_LOST) {
      length++;
      continue;
    }
    runs += length > 0;
    lost += length;
    joined += length > 5;
    if (length <= 5) seen[length] = true;
    length = 0;
  }
  for (uint32_t i = 1; i <= 5; i++) assert_true(seen[i]);
  assert_true(joined <= 1); /* 20 bursts among 20000 frames seldom touch */
  assert_int_equal(travel.counters.lost_burst, lost);
  assert_in_range(runs, 8, 35);
}

/* A short burst that begins inside a long one does not end it. */
static void bursts_overlap(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.burst_ppm = ALL_PPM / 2;
  config.burst_frames_max = 1000;
  travel_run(&travel, &config, PL_LINE_A, MANY);
  for (uint32_t at = 0; at < travel.count; at++) assert_true(travel.out[at].index < 20);
}

static void burst_ends_with_the_stream(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.burst_ppm = ALL_PPM; /* from the first frame on */
  config.burst_frames_max = PL_IMPAIR_BURST_FRAMES_MAX;
  travel_run(&travel, &config, PL_LINE_A, 1);
  assert_int_equal(travel.counters.lost_burst, 1);
  travel_run(&travel, &config, PL_LINE_A, 100);
  assert_int_equal(travel.counters.lost_burst, 100);
  assert_int_equal(travel.count, 0);
}

/* A frame that comes late comes right behind the one whose time it bears; gives which that is. */
static uint32_t follows(uint32_t at) {
  const struct travel_frame *out = &travel.out[at];
  uint32_t behind = (uint32_t)((out->time_ns - TRAVEL_START_NS) / TRAVEL_STEP_NS);
  assert_int_equal(out->time_ns, travel_time_ns(behind));
  assert_true(behind >= out->index);
  for (uint32_t next = at + 1; next < travel.count && behind > out->index; next++)
    assert_true(travel.out[next].index != behind || travel.out[next].time_ns > out->time_ns);
  return behind;
}

/* How many later frames came before it. */
static uint32_t displacement(uint32_t at) {
  uint32_t later = 0;
  for (uint32_t i = 0; i < at; i++) later += travel.out[i].index > travel.out[at].index;
  return later;
}

static void reordering_is_bounded(void **state) {
  (void)state;
  static const uint32_t lengths[] = {1, 2, 7, PL_IMPAIR_FRAMES_MAX};
  for (uint32_t row = 0; row < 4; row++) {
    struct pl_impair_config config = pl_impair_config_default();
    config.reorder_ppm = TENTH / 2;
    config.reorder_frames_max = lengths[row];
    travel_run(&travel, &config, PL_LINE_A, 2000);
    assert_int_equal(travel.count, 2000);
    uint32_t most = 0, moved = 0;
    static bool seen[2000];
    memset(seen, 0, sizeof seen);
    for (uint32_t at = 0; at < travel.count; at++) {
      uint32_t later = displacement(at), index = travel.out[at].index;
      assert_false(seen[index]);
      seen[index] = true;
      assert_true(travel_is_whole(&travel.out[at]));
      assert_true(later <= follows(at) - index && follows(at) - index <= lengths[row]);
      if (later > most) most = later;
      moved += later > 0;
    }
    assert_in_range(most, (lengths[row] + 1) / 2, lengths[row]);
    assert_in_range(moved, travel.counters.held * 9 / 10, travel.counters.held);
  }
}

/* Each frame waits for the next, so none overtakes; the last one comes with the flush. */
static void reordering_all_by_one_moves_times_only(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.reorder_ppm = ALL_PPM;
  config.reorder_frames_max = 1;
  travel_run(&travel, &config, PL_LINE_A, 200);
  assert_int_equal(travel.count, 200);
  for (uint32_t i = 0; i < 200; i++) {
    assert_int_equal(travel.out[i].index, i);
    assert_int_equal(travel.out[i].time_ns, travel_time_ns(i < 199 ? i + 1 : 199));
  }
}

/* Places for held frames run out for no mix: all are held and all are copied. */
static void everything_held_comes_out_once(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  static uint32_t times[1000];
  config.reorder_ppm = config.duplicate_ppm = ALL_PPM;
  config.reorder_frames_max = config.duplicate_frames_max = PL_IMPAIR_FRAMES_MAX;
  travel_run(&travel, &config, PL_LINE_A, 1000);
  assert_int_equal(travel.count, 2000);
  memset(times, 0, sizeof times);
  for (uint32_t at = 0; at < travel.count; at++) {
    assert_true(travel_is_whole(&travel.out[at]));
    assert_true(travel.out[at].time_ns <=
                travel_time_ns(travel.out[at].index + PL_IMPAIR_FRAMES_MAX));
    times[travel.out[at].index]++;
  }
  for (uint32_t i = 0; i < 1000; i++) assert_int_equal(times[i], 2);
}

static void copies_follow_within_bounds(void **state) {
  (void)state;
  static const uint32_t lengths[] = {0, 1, 4, PL_IMPAIR_FRAMES_MAX};
  for (uint32_t row = 0; row < 4; row++) {
    struct pl_impair_config config = pl_impair_config_default();
    static uint32_t first_at[2000];
    uint32_t most = 0, copies = 0, next = 0;
    config.duplicate_ppm = TENTH;
    config.duplicate_frames_max = lengths[row];
    travel_run(&travel, &config, PL_LINE_A, 2000);
    for (uint32_t at = 0; at < travel.count; at++) {
      const struct travel_frame *out = &travel.out[at];
      assert_true(travel_is_whole(out));
      if (out->index == next) { /* an original: each comes at its own time, in order */
        assert_int_equal(out->time_ns, travel_time_ns(next));
        first_at[next++] = at;
        continue;
      }
      assert_true(out->index < next && first_at[out->index] != UINT32_MAX);
      uint32_t later = next - 1 - out->index;
      first_at[out->index] = UINT32_MAX; /* no third one */
      if (later > most) most = later;
      copies++;
    }
    assert_int_equal(next, 2000);
    assert_int_equal(copies, travel.counters.copies);
    assert_in_range(copies, 140, 260);
    assert_in_range(most, (lengths[row] + 1) / 2, lengths[row]);
  }
}

/* Bits that differ; the checksum's bytes are looked at apart. */
static uint32_t flipped_bits(const struct travel_frame *frame) {
  uint8_t clean[TRAVEL_BYTES];
  uint32_t bits = 0;
  travel_make(frame->index, clean);
  assert_int_equal(frame->size, TRAVEL_BYTES);
  assert_memory_equal(frame->bytes, clean, TRAVEL_CHECKSUM_AT);
  for (uint32_t i = PL_ETHERNET_OVERHEAD; i < TRAVEL_BYTES; i++)
    bits += (uint32_t)__builtin_popcount((unsigned)(frame->bytes[i] ^ clean[i]));
  return bits;
}

static void corruption_flips_payload_bits(void **state) {
  (void)state;
  for (uint32_t zero = 0; zero < 2; zero++) {
    struct pl_impair_config config = pl_impair_config_default();
    uint32_t by_bits[4] = {0};
    config.corrupt_ppm = TENTH;
    config.checksum = zero ? PL_IMPAIR_CHECKSUM_ZERO : PL_IMPAIR_CHECKSUM_LEFT;
    travel_run(&travel, &config, PL_LINE_A, MANY);
    assert_int_equal(travel.count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
      uint8_t clean[TRAVEL_BYTES], *checksum = &travel.out[i].bytes[TRAVEL_CHECKSUM_AT];
      uint32_t bits = flipped_bits(&travel.out[i]);
      assert_true(bits <= 3);
      by_bits[bits]++;
      travel_make(i, clean);
      assert_int_equal(travel.fates[i], bits > 0 ? PL_IMPAIR_DAMAGED : PL_IMPAIR_WHOLE);
      if (zero && bits > 0) memset(clean + TRAVEL_CHECKSUM_AT, 0, 2);
      assert_memory_equal(checksum, clean + TRAVEL_CHECKSUM_AT, 2);
    }
    assert_int_equal(by_bits[1] + by_bits[2] + by_bits[3], travel.counters.corrupted);
    for (uint32_t bits = 1; bits <= 3; bits++) assert_in_range(by_bits[bits], 550, 790);
  }
}

static void truncation_cuts_behind_the_ethernet_header(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  static bool seen[TRAVEL_BYTES + 1];
  config.truncate_ppm = TENTH;
  travel_run(&travel, &config, PL_LINE_A, MANY);
  assert_int_equal(travel.count, MANY);
  uint32_t cut = 0;
  for (uint32_t i = 0; i < MANY; i++) {
    uint8_t clean[TRAVEL_BYTES];
    travel_make(i, clean);
    seen[travel.out[i].size] = true;
    cut += travel.out[i].size < TRAVEL_BYTES;
    assert_memory_equal(travel.out[i].bytes, clean, travel.out[i].size);
    assert_int_equal(travel.fates[i],
                     travel.out[i].size < TRAVEL_BYTES ? PL_IMPAIR_DAMAGED : PL_IMPAIR_WHOLE);
  }
  assert_int_equal(cut, travel.counters.truncated);
  for (uint32_t size = 14; size <= TRAVEL_BYTES; size++) assert_true(seen[size]);
}

static bool count_bytes(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  (void)time_ns;
  (void)frame;
  *(size_t *)ctx += size;
  return true;
}

/* Frames that there is nothing to damage in pass whole; too long ones and wrong rates are refused.
 */
static void odd_frames_and_rates(void **state) {
  (void)state;
  static uint8_t frame[PL_IMPAIR_FRAME_BYTES_MAX + 1];
  struct pl_impair_config config = pl_impair_config_default();
  enum pl_impair_fate fate;
  size_t bytes = 0;
  config.corrupt_ppm = config.truncate_ppm = ALL_PPM;
  struct pl_impair *impair = pl_impair_open(&config, PL_LINE_A, count_bytes, &bytes);
  assert_true(pl_impair_push(impair, 1, frame, 0, &fate) && fate == PL_IMPAIR_WHOLE);
  assert_true(pl_impair_push(impair, 2, frame, 14, &fate) && fate == PL_IMPAIR_WHOLE);
  assert_int_equal(bytes, 14);
  assert_true(pl_impair_push(impair, 3, frame, 15, &fate) && fate == PL_IMPAIR_DAMAGED);
  assert_int_equal(bytes, 28);
  assert_true(pl_impair_push(impair, 4, frame, PL_IMPAIR_FRAME_BYTES_MAX, &fate));
  assert_int_equal(pl_impair_counters(impair)->corrupted, 0);
  assert_false(pl_impair_push(impair, 5, frame, PL_IMPAIR_FRAME_BYTES_MAX + 1, &fate));
  assert_false(pl_impair_push(impair, 6, frame, 20, &fate)); /* nothing comes after that */
  pl_impair_close(impair);
  config.corrupt_ppm = ALL_PPM + 1;
  assert_null(pl_impair_open(&config, PL_LINE_A, count_bytes, &bytes));
  config = pl_impair_config_default();
  config.reorder_frames_max = 0;
  assert_null(pl_impair_open(&config, PL_LINE_A, count_bytes, &bytes));
  config.reorder_frames_max = PL_IMPAIR_FRAMES_MAX + 1;
  assert_null(pl_impair_open(&config, PL_LINE_A, count_bytes, &bytes));
}

static void delay_and_jitter_move_times_only(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.delay_ns = 50000;
  config.lead_ns = UINT64_MAX / 2; /* a line's skew is there from the start */
  travel_run(&travel, &config, PL_LINE_B, 100);
  for (uint32_t i = 0; i < 100; i++)
    assert_int_equal(travel.out[i].time_ns, travel_time_ns(i) + 50000);
  config.jitter_ns = 2 * TRAVEL_STEP_NS;
  travel_run(&travel, &config, PL_LINE_B, MANY);
  uint64_t most_ns = 0;
  for (uint32_t i = 0; i < MANY; i++) {
    uint64_t late_ns = travel.out[i].time_ns - travel_time_ns(i) - 50000;
    assert_int_equal(travel.out[i].index, i); /* a line is a queue */
    assert_true(late_ns <= config.jitter_ns);
    if (late_ns > most_ns) most_ns = late_ns;
  }
  assert_true(most_ns > config.jitter_ns * 99 / 100);
}

static void lead_passes_whole(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.loss_ppm = ALL_PPM;
  config.lead_ns = 10 * TRAVEL_STEP_NS;
  travel_run(&travel, &config, PL_LINE_A, 100);
  assert_int_equal(travel.count, 10);
}

static void time_never_goes_back(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  uint8_t frame[TRAVEL_BYTES];
  enum pl_impair_fate fate;
  travel_begin(&travel);
  struct pl_impair *impair = pl_impair_open(&config, PL_LINE_A, travel_take, &travel);
  travel_make(0, frame);
  assert_true(pl_impair_push(impair, 500, frame, sizeof frame, &fate));
  assert_true(pl_impair_push(impair, 400, frame, sizeof frame, &fate));
  assert_true(pl_impair_push(impair, 600, frame, sizeof frame, &fate));
  assert_int_equal(travel.out[1].time_ns, 500);
  assert_int_equal(travel.out[2].time_ns, 600);
  pl_impair_close(impair);
}

/* Wherever the sink refuses, nothing comes after. */
static void refusal_stops_the_line(void **state) {
  (void)state;
  struct pl_impair_config config = pl_impair_config_default();
  config.reorder_ppm = config.duplicate_ppm = 500000;
  for (uint32_t room = 0; room < 40; room++) {
    travel_begin(&travel);
    travel.room = room;
    struct pl_impair *impair = pl_impair_open(&config, PL_LINE_A, travel_take, &travel);
    bool pushed = true;
    for (uint32_t i = 0; i < 100 && pushed; i++) {
      uint8_t frame[TRAVEL_BYTES];
      travel_make(i, frame);
      pushed = pl_impair_push(impair, travel_time_ns(i), frame, sizeof frame, &travel.fates[i]);
    }
    assert_false(pushed);
    travel.room = TRAVEL_OUT_MAX; /* it would take more now */
    assert_false(pl_impair_flush(impair));
    assert_int_equal(travel.count, room);
    assert_int_equal(pl_impair_counters(impair)->frames_out, room);
    pl_impair_close(impair);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rate_zero_changes_nothing),
      cmocka_unit_test(loss_takes_frames_and_nothing_else),
      cmocka_unit_test(bursts_take_runs),
      cmocka_unit_test(bursts_overlap),
      cmocka_unit_test(burst_ends_with_the_stream),
      cmocka_unit_test(reordering_is_bounded),
      cmocka_unit_test(reordering_all_by_one_moves_times_only),
      cmocka_unit_test(everything_held_comes_out_once),
      cmocka_unit_test(copies_follow_within_bounds),
      cmocka_unit_test(corruption_flips_payload_bits),
      cmocka_unit_test(truncation_cuts_behind_the_ethernet_header),
      cmocka_unit_test(odd_frames_and_rates),
      cmocka_unit_test(delay_and_jitter_move_times_only),
      cmocka_unit_test(lead_passes_whole),
      cmocka_unit_test(time_never_goes_back),
      cmocka_unit_test(refusal_stops_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
