/* Two lines of one channel against a simple model, over every short schedule; the ends of the
 * window and of the number range; silence. */
#include "tests/unit/dataplane/line/table.h"

#include <string.h>

#define STEPS   5u
#define NUMBERS 6u /* sequence numbers a schedule draws from */

static struct table table;

static int setup(void **state) {
  (void)state;
  table_open(&table, 32);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  table_close(&table);
  return 0;
}

static void clear(uint32_t seq_bits) {
  memset(table.arena.base, 0, table.arena.used_bytes);
  table.arena.used_bytes = 0;
  table.lines = pl_line_create(
      &table.arena, &(struct pl_line_config){.seq_bits = seq_bits, .silence_ns = SILENCE_NS});
}

/* What was taken, by distance from the base; next is the highest taken, plus one. */
struct model {
  bool started, taken[NUMBERS + 1];
  uint32_t next;
  uint64_t packets, gaps, lost, duplicates, late;
};

static enum pl_line_verdict model_take(struct model *model, uint32_t at) {
  if (model->started && at < model->next) {
    *(model->taken[at] ? &model->duplicates : &model->late) += 1;
    return model->taken[at] ? PL_LINE_DUPLICATE : PL_LINE_LATE;
  }
  enum pl_line_verdict verdict = !model->started     ? PL_LINE_FIRST
                                 : at == model->next ? PL_LINE_NEXT
                                                     : TABLE_GAP;
  if (verdict == TABLE_GAP) model->gaps++, model->lost += at - model->next;
  model->started = model->taken[at] = true;
  model->next = at + 1;
  model->packets++;
  return verdict;
}

/* One schedule on a channel of its own: each step is a line and a number. */
static void play(uint32_t schedule, uint32_t id, uint64_t base, uint64_t mask) {
  struct model model = {0};
  uint32_t rest = schedule;
  for (uint32_t step = 0; step < STEPS; step++, rest /= 2 * NUMBERS) {
    enum pl_line_id line = rest & 1 ? PL_LINE_B : PL_LINE_A;
    uint32_t at = rest % (2 * NUMBERS) / 2;
    enum pl_line_verdict wanted = model_take(&model, at);
    enum pl_line_verdict verdict = table_take(&table, id, line, (base + at) & mask);
    if (verdict != wanted)
      fail_msg("schedule %u step %u: %u, not %u", schedule, step, verdict, wanted);
  }
  uint32_t count;
  const struct pl_channel *channel =
      &pl_line_channels(table.lines, &count)[pl_line_channel(table.lines, id)];
  assert_true(channel->packets == model.packets && channel->gaps == model.gaps);
  assert_true(channel->units_lost == model.lost && channel->duplicates == model.duplicates);
  assert_true(channel->late == model.late && channel->restarts == 0);
}

static void every_short_schedule_follows_the_model(void **state) {
  (void)state;
  static const struct {
    uint32_t bits;
    uint64_t base;
  } rows[] = {{32, 100},           {32, UINT32_MAX - 2}, {32, INT32_MAX - 2}, {64, UINT64_MAX - 2},
              {64, INT64_MAX - 2}, {64, UINT32_MAX - 2}};
  uint32_t schedules = 1;
  for (uint32_t i = 0; i < STEPS; i++) schedules *= 2 * NUMBERS;
  for (uint32_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
    for (uint32_t schedule = 0; schedule < schedules; schedule++) {
      if (schedule % PL_CHANNELS_MAX == 0) clear(rows[row].bits);
      play(schedule, schedule % PL_CHANNELS_MAX, rows[row].base,
           rows[row].bits == 32 ? UINT32_MAX : UINT64_MAX);
    }
}

/* Which packets were seen is known for so many back, and not one more. */
static void window_ends_after_its_width(void **state) {
  (void)state;
  for (uint64_t seq = 1000; seq < 1200; seq++)
    if (seq % 5 != 0) (void)table_take(&table, 1, PL_LINE_A, seq);
  (void)table_take(&table, 1, PL_LINE_A, 1200);
  for (uint64_t back = 0; back < 150; back++) {
    uint64_t seq = 1200 - back;
    bool seen = back < PL_LINE_WINDOW_UNITS && (seq % 5 != 0 || back == 0);
    uint32_t index = pl_line_channel(table.lines, 1);
    assert_int_equal(table_judge(&table, index, PL_LINE_B, seq),
                     seen ? PL_LINE_DUPLICATE : PL_LINE_LATE);
  }
}

/* A first packet longer than what is remembered of units seen: its copy begins no run. */
static void copy_of_a_long_first_packet_is_no_restart(void **state) {
  (void)state;
  const struct pl_line_place place = {.seq = 1, .seq_count = 2 * PL_LINE_WINDOW_UNITS};
  bool was_silent;
  uint32_t index = pl_line_channel(table.lines, 1);
  for (uint32_t i = 0; i < 4; i++) {
    enum pl_line_verdict verdict =
        table_take_place(&table, index, (enum pl_line_id)(i % 2), &place, SECOND_NS, &was_silent);
    assert_int_equal(verdict, i == 0 ? PL_LINE_FIRST : PL_LINE_LATE);
  }
}

static void half_the_range_is_ahead(void **state) {
  (void)state;
  for (uint32_t bits = 32; bits <= 64; bits += 32) {
    uint64_t half = bits == 32 ? UINT64_C(1) << 31 : UINT64_C(1) << 63;
    clear(bits);
    uint32_t index = pl_line_channel(table.lines, 1);
    (void)table_take(&table, 1, PL_LINE_A, 999);
    assert_int_equal(table_judge(&table, index, PL_LINE_A, 1000 + half - 1), PL_LINE_AHEAD);
    uint64_t over = 1000 + half;
    assert_int_equal(table_judge(&table, index, PL_LINE_A, over), PL_LINE_LATE);
  }
}

/* A venue that counts messages: a packet takes up several numbers. */
static void packet_of_many_units_moves_by_as_many(void **state) {
  (void)state;
  static const uint32_t counts[] = {1, 3, 63, 64, 65, 1000};
  uint32_t index = pl_line_channel(table.lines, 1);
  uint64_t seq = 50;
  for (uint32_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    enum pl_line_verdict verdict = table_judge(&table, index, PL_LINE_A, seq);
    assert_int_equal(verdict, i == 0 ? PL_LINE_FIRST : PL_LINE_NEXT);
    const struct pl_line_place place = {.seq = seq, .seq_count = counts[i]};
    (void)pl_line_commit(table.lines, index, PL_LINE_A, &place, verdict, 0, SECOND_NS);
    assert_int_equal(table_judge(&table, index, PL_LINE_B, seq),
                     counts[i] <= PL_LINE_WINDOW_UNITS ? PL_LINE_DUPLICATE : PL_LINE_LATE);
    seq += counts[i];
    assert_int_equal(table_judge(&table, index, PL_LINE_B, seq - 1), PL_LINE_DUPLICATE);
  }
}

static void judging_changes_nothing(void **state) {
  (void)state;
  static unsigned char before[1u << 24];
  for (uint64_t seq = 10; seq < 40; seq += 1 + seq % 3) (void)table_take(&table, 1, PL_LINE_A, seq);
  uint32_t index = pl_line_channel(table.lines, 1);
  assert_true(table.arena.used_bytes <= sizeof before);
  memcpy(before, table.arena.base, table.arena.used_bytes);
  for (uint64_t seq = 0; seq < 100; seq++)
    for (uint32_t line = 0; line < PL_LINE_COUNT; line++)
      (void)table_judge(&table, index, (enum pl_line_id)line, seq);
  assert_memory_equal(before, table.arena.base, table.arena.used_bytes);
}

static void channels_become_dense_and_the_table_ends(void **state) {
  (void)state;
  for (uint32_t round = 0; round < 2; round++)
    for (uint32_t i = 0; i < PL_CHANNELS_MAX; i++)
      assert_int_equal(pl_line_channel(table.lines, 65535 - 3 * i), i);
  assert_int_equal(pl_line_channel(table.lines, 0), PL_CHANNELS_MAX);
  uint32_t count;
  assert_int_equal(pl_line_channels(table.lines, &count)[5].id, 65535 - 15);
  assert_int_equal(count, PL_CHANNELS_MAX);
}

static bool take_at(uint32_t id, uint64_t seq, uint64_t now_ns) {
  uint32_t index = pl_line_channel(table.lines, id);
  const struct pl_line_place place = {.seq = seq, .seq_count = 1};
  bool was_silent;
  (void)table_take_place(&table, index, PL_LINE_A, &place, now_ns, &was_silent);
  return was_silent;
}

/* Told once, at the first nanosecond over the limit; what is taken ends it, a duplicate does not.
 */
static void silence_is_exact_and_told_once(void **state) {
  (void)state;
  uint64_t now_ns = 100 * SECOND_NS;
  for (uint32_t id = 1; id <= 3; id++) assert_false(take_at(id, 7, now_ns + id));
  for (uint32_t id = 1; id <= 2; id++) pl_line_watch(table.lines, id - 1, now_ns);
  now_ns += SILENCE_NS;
  assert_int_equal(table_silence(&table, now_ns + 1), PL_CHANNELS_MAX);
  assert_int_equal(table_silence(&table, now_ns + 2), 0);
  assert_int_equal(table_silence(&table, now_ns + 2), PL_CHANNELS_MAX);
  assert_int_equal(table_silence(&table, now_ns + 1000), 1); /* the third is not watched */
  assert_int_equal(table_silence(&table, now_ns + 1000), PL_CHANNELS_MAX);
  assert_false(take_at(1, 7, now_ns + 2000));
  assert_true(table_channel(&table, 1)->silent);
  assert_true(take_at(1, 8, now_ns + 2000));
  assert_false(take_at(1, 9, now_ns + 2000));
  assert_int_equal(table_channel(&table, 1)->silences, 1);
  assert_int_equal(table_silence(&table, now_ns + 2000 + SILENCE_NS + 1), 0);
}

static void channel_never_heard_counts_from_the_first_watch(void **state) {
  (void)state;
  uint32_t index = pl_line_channel(table.lines, 1);
  pl_line_watch(table.lines, index, 10 * SECOND_NS);
  pl_line_watch(table.lines, index, 14 * SECOND_NS); /* asking again does not move it */
  assert_int_equal(table_silence(&table, 15 * SECOND_NS), PL_CHANNELS_MAX);
  assert_int_equal(table_silence(&table, 15 * SECOND_NS + 1), index);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_short_schedule_follows_the_model),          TEST(window_ends_after_its_width),
      TEST(copy_of_a_long_first_packet_is_no_restart),       TEST(half_the_range_is_ahead),
      TEST(packet_of_many_units_moves_by_as_many),           TEST(judging_changes_nothing),
      TEST(channels_become_dense_and_the_table_ends),        TEST(silence_is_exact_and_told_once),
      TEST(channel_never_heard_counts_from_the_first_watch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
