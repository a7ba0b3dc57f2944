/* Governance: an exhaustive oracle over a small range ("the nearest value allowed"), and a long
 * random run in which no bound, rate or joint invariant may break. */
#include "engine/govern/govern.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define S_NS     UINT64_C(1000000000)
#define START_NS (UINT64_C(1700000000) * S_NS)

static struct pl_policy policy;
static struct pl_policy_row row;
static struct pl_govern govern;

static int setup(void **state) {
  (void)state;
  pl_policy_default(&policy);
  row = policy.rows[0];
  pl_govern_init(&govern, &row);
  return 0;
}

static struct pl_govern_result publish(uint32_t im_ppm, int64_t clip_u6, uint32_t faults,
                                       uint64_t now_ns) {
  const struct pl_govern_proposal proposal = {im_ppm, clip_u6};
  struct pl_govern_result result;
  pl_govern_publish(&govern, &policy, &row, PL_MODE_AUTONOMOUS, faults, &proposal, now_ns, &result);
  return result;
}

/* A model that speaks, having published so much, with no credit left. */
static void start_at(uint32_t im_ppm) {
  pl_govern_init(&govern, &row);
  govern.faulted = false;
  govern.last_ns = START_NS;
  uint64_t mm_ppm = ((uint64_t)im_ppm * row.mm_share_ppm + 999999) / 1000000;
  govern.published = (struct pl_govern_vector){im_ppm, (uint32_t)mm_ppm, 0};
}

/* The whole range 0..40 for what was and what is wanted, every whole step a rate may allow. */
static void published_margin_is_the_nearest_allowed_value(void **state) {
  (void)state;
  row.im_min_ppm = 10;
  row.im_max_ppm = 30;
  for (uint32_t up = 0; up <= 9; up += 3)
    for (uint32_t down = 0; down <= 8; down += 2)
      for (uint32_t from = 10; from <= 30; from++)
        for (uint32_t want = 0; want <= 40; want++) {
          row.im_up_ppm_per_s = up;
          row.im_down_ppm_per_s = down;
          start_at(from);
          struct pl_govern_result result = publish(want, 5, 0, START_NS + S_NS);
          uint32_t nearest = from, reasons = 0;
          for (uint32_t value = 10; value <= 30; value++) {
            bool reachable = value >= from ? value - from <= up : from - value <= down;
            int64_t off = (int64_t)value - want, best = (int64_t)nearest - want;
            if (reachable && (off < 0 ? -off : off) < (best < 0 ? -best : best)) nearest = value;
          }
          uint32_t bounded = want < 10 ? 10 : want > 30 ? 30 : want;
          reasons |= want < 10 ? PL_REASON_FLOOR : want > 30 ? PL_REASON_CAP : 0;
          reasons |= nearest != bounded ? PL_REASON_RATE : 0;
          assert_int_equal(result.vector.im_ppm, nearest);
          assert_int_equal(result.reason_mask, reasons);
          assert_int_equal(result.source, PL_SOURCE_EWMA);
          assert_int_equal(result.vector.mm_ppm, (nearest * 6 + 9) / 10); /* 60 %, rounded up */
          assert_int_equal(result.vector.clip_u6, 5);
        }
}

/* Less than one ppm an event is saved up, and a quiet hour buys no more than a second does. */
static void credit_is_saved_up_to_one_second(void **state) {
  (void)state;
  row.im_up_ppm_per_s = 10;
  start_at(100000);
  uint64_t now_ns = START_NS;
  for (uint32_t i = 1; i <= 1000; i++) {
    now_ns += S_NS / 100; /* 0.1 ppm each */
    assert_int_equal(publish(500000, 0, 0, now_ns).vector.im_ppm, 100000 + i / 10);
  }
  now_ns += 3600 * S_NS;
  assert_int_equal(publish(500000, 0, 0, now_ns).vector.im_ppm, 100110);
  assert_int_equal(publish(500000, 0, 0, now_ns).vector.im_ppm, 100110); /* and only once */
}

static void faults_and_modes_give_static_limits_at_once(void **state) {
  (void)state;
  for (uint32_t bit = 0; bit < PL_REASON_BIT_FLOOR; bit++) {
    start_at(20000);
    struct pl_govern_result result = publish(20000, 7, 1u << bit, START_NS);
    assert_int_equal(result.vector.im_ppm, row.static_im_ppm);
    assert_int_equal(result.vector.mm_ppm, row.static_mm_ppm);
    assert_true(result.vector.clip_u6 == row.static_clip_u6);
    assert_int_equal(result.source, PL_SOURCE_STATIC);
    assert_int_equal(result.reason_mask, 1u << bit);
  }
  for (uint32_t mode = 0; mode < PL_MODE_COUNT; mode++) {
    const struct pl_govern_proposal proposal = {20000, 7};
    struct pl_govern_result result;
    start_at(20000);
    pl_govern_publish(&govern, &policy, &row, (enum pl_mode)mode, 0, &proposal, START_NS, &result);
    bool model = mode == PL_MODE_AUTONOMOUS;
    assert_int_equal(result.vector.im_ppm, model ? 20000 : row.static_im_ppm);
    assert_int_equal(result.reason_mask, model ? 0 : PL_REASON_MODE);
  }
}

static void model_speaks_again_only_after_the_rearm_time(void **state) {
  (void)state;
  start_at(20000);
  (void)publish(20000, 0, PL_REASON_GAP, START_NS);
  (void)publish(20000, 0, PL_REASON_GAP, START_NS + S_NS); /* the last fault counts */
  uint64_t due_ns = START_NS + S_NS + policy.rearm_ns;
  struct pl_govern_result result = publish(150000, 0, 0, START_NS + S_NS);
  assert_int_equal(result.reason_mask, PL_REASON_REARM);
  result = publish(150000, 0, 0, due_ns - 1);
  assert_int_equal(result.reason_mask, PL_REASON_REARM);
  assert_int_equal(result.source, PL_SOURCE_STATIC);
  result = publish(150000, 0, 0, due_ns);
  assert_int_equal(result.source, PL_SOURCE_EWMA);
  assert_int_equal(result.vector.im_ppm, row.static_im_ppm - row.im_down_ppm_per_s);
}

/* A fault holds until a call without it, though nothing was asked in between: an instrument silent
 * for an hour has not proven itself for an hour. */
static void wait_begins_with_the_end_of_a_long_fault(void **state) {
  (void)state;
  start_at(20000);
  (void)publish(20000, 0, PL_REASON_SILENT, START_NS);
  uint64_t end_ns = START_NS + 3600 * S_NS;
  assert_int_equal(publish(20000, 0, 0, end_ns).reason_mask, PL_REASON_REARM);
  assert_int_equal(publish(20000, 0, 0, end_ns + policy.rearm_ns - 1).source, PL_SOURCE_STATIC);
  assert_int_equal(publish(20000, 0, 0, end_ns + policy.rearm_ns).source, PL_SOURCE_EWMA);
}

/* It starts in fault; the wait begins when the time is known, however late that is. */
static void first_wait_begins_with_the_first_known_time(void **state) {
  (void)state;
  assert_int_equal(publish(20000, 0, 0, 0).reason_mask, PL_REASON_REARM);
  assert_int_equal(publish(20000, 0, 0, START_NS).reason_mask, PL_REASON_REARM);
  assert_int_equal(publish(20000, 0, 0, START_NS + policy.rearm_ns - 1).reason_mask,
                   PL_REASON_REARM);
  assert_int_equal(publish(20000, 0, 0, START_NS + policy.rearm_ns).source, PL_SOURCE_EWMA);
}

/* The first stamp was years ahead, or the fault fell on one: the wait is not for years. */
static void wait_begins_anew_when_the_clock_was_wrong(void **state) {
  (void)state;
  uint64_t ahead_ns = START_NS + 1000000 * S_NS;
  (void)publish(20000, 0, PL_REASON_GAP, ahead_ns);
  (void)publish(20000, 0, 0, ahead_ns + 1); /* the fault ended on a wrong stamp too */
  assert_int_equal(publish(20000, 0, 0, START_NS).reason_mask, PL_REASON_REARM);
  assert_int_equal(publish(20000, 0, 0, START_NS + policy.rearm_ns - 1).source, PL_SOURCE_STATIC);
  assert_int_equal(publish(20000, 0, 0, START_NS + policy.rearm_ns).source, PL_SOURCE_EWMA);
  struct pl_govern before = govern; /* a clock that stepped back buys no credit either */
  (void)publish(500000, 0, 0, START_NS + 1);
  assert_true(govern.published.im_ppm <= before.published.im_ppm + row.im_up_ppm_per_s);
}

static void vector_is_sound_only_within_every_bound(void **state) {
  (void)state;
  row.im_min_ppm = 3;
  row.im_max_ppm = 6;
  for (uint32_t im = 0; im <= 9; im++)
    for (uint32_t mm = 0; mm <= 9; mm++)
      for (int64_t clip = -1; clip <= 1; clip++) {
        const struct pl_govern_vector vector = {im, mm, clip};
        bool sound = im >= 3 && im <= 6 && mm >= 1 && mm <= im && clip >= 0;
        assert_int_equal(pl_govern_vector_is_sound(&row, &vector), sound);
      }
}

static void unsound_proposal_is_refused_whole(void **state) {
  (void)state;
  start_at(100000);
  (void)publish(100000, 77, 0, START_NS + S_NS);
  struct pl_govern_result result = publish(110000, -1, 0, START_NS + 2 * S_NS);
  assert_int_equal(result.reason_mask & PL_REASON_JOINT, PL_REASON_JOINT);
  assert_int_equal(result.vector.im_ppm, 100000); /* nor the part that was sound */
  assert_true(result.vector.clip_u6 == 77);
  row.mm_share_ppm = 1000001; /* MM above IM */
  result = publish(110000, 5, 0, START_NS + 3 * S_NS);
  assert_int_equal(result.reason_mask & PL_REASON_JOINT, PL_REASON_JOINT);
  assert_int_equal(result.vector.im_ppm, 100000);
  assert_int_equal(result.vector.mm_ppm, 60000);
  row.mm_share_ppm = 0; /* no MM at all */
  result = publish(110000, 5, 0, START_NS + 4 * S_NS);
  assert_int_equal(result.reason_mask & PL_REASON_JOINT, PL_REASON_JOINT);
}

/* The static table may hold another share: the maintenance margin leaves it no faster either. */
static void maintenance_margin_leaves_the_static_value_at_its_rate(void **state) {
  (void)state;
  row.mm_share_ppm = 1000000;
  row.static_mm_ppm = 50000;
  row.im_up_ppm_per_s = 1000;
  pl_govern_init(&govern, &row);
  govern.faulted = false;
  govern.last_ns = START_NS;
  uint32_t before_ppm = row.static_mm_ppm;
  for (uint32_t i = 1; i <= 10; i++) {
    struct pl_govern_result result = publish(200000, 0, 0, START_NS + i * S_NS);
    assert_int_equal(result.vector.mm_ppm, before_ppm + 1000);
    assert_int_equal(result.vector.im_ppm, 200000);
    assert_true(result.reason_mask & PL_REASON_RATE);
    before_ppm += 1000;
  }
}

#define WINDOW 256u

struct point {
  uint64_t now_ns;
  uint32_t im_ppm;
};

/* No window of modelled margins, short or long, moves further than the rate for its length and one
 * second more, which is what the bucket holds. */
static void check_windows(const struct point *points, uint32_t count) {
  const struct point *last = &points[count - 1];
  for (uint32_t i = 0; i + 1 < count; i++) {
    uint64_t span_ns = last->now_ns - points[i].now_ns + S_NS;
    int64_t moved = (int64_t)last->im_ppm - points[i].im_ppm;
    uint64_t rate = moved > 0 ? row.im_up_ppm_per_s : row.im_down_ppm_per_s;
    uint64_t distance = (uint64_t)(moved > 0 ? moved : -moved);
    if (distance * S_NS > rate * span_ns) fail_msg("moved %lld", (long long)moved);
  }
}

static uint64_t elapsed(uint64_t *seed) {
  static const uint64_t scale_ns[] = {1, 1000, 1000000, S_NS / 5, 3 * S_NS};
  return random_below(seed, scale_ns[random_below(seed, 5)]);
}

/* A row of any sound numbers. */
static void draw_row(uint64_t *seed) {
  const char *why;
  do {
    row.im_max_ppm = 1 + (uint32_t)random_below(seed, 1000000);
    row.im_min_ppm = 1 + (uint32_t)random_below(seed, row.im_max_ppm);
    row.static_im_ppm =
        row.im_min_ppm + (uint32_t)random_below(seed, row.im_max_ppm - row.im_min_ppm + 1);
    row.static_mm_ppm = 1 + (uint32_t)random_below(seed, row.static_im_ppm);
    row.mm_share_ppm = 1 + (uint32_t)random_below(seed, 1000000);
    row.im_up_ppm_per_s = (uint32_t)random_below(seed, 100000);
    row.im_down_ppm_per_s = (uint32_t)random_below(seed, 1000);
  } while (!pl_policy_row_is_sound(&row, &why));
}

static void a_million_proposals_break_nothing(void **state) {
  (void)state;
  uint64_t seed = 5, modelled = 0;
  for (uint32_t run = 0; run < 4000; run++) {
    struct point points[WINDOW];
    uint32_t count = 0;
    uint64_t now_ns = START_NS;
    draw_row(&seed);
    pl_govern_init(&govern, &row);
    for (uint32_t i = 0; i < WINDOW; i++) {
      bool fault = random_below(&seed, 64) == 0;
      uint32_t want = (uint32_t)(random_next(&seed) >> (32 + random_below(&seed, 32)));
      now_ns += elapsed(&seed);
      int64_t clip_u6 = (int64_t)(random_next(&seed) >> random_below(&seed, 64));
      struct pl_govern_result result = publish(want, clip_u6, fault ? PL_REASON_GAP : 0, now_ns);
      assert_true(pl_govern_vector_is_sound(&row, &result.vector));
      assert_true(!fault || result.source == PL_SOURCE_STATIC);
      assert_int_equal(result.source == PL_SOURCE_STATIC,
                       (result.reason_mask & PL_REASON_FAULTS) != 0);
      if (result.source == PL_SOURCE_STATIC) count = 0;
      points[count++] = (struct point){now_ns, result.vector.im_ppm};
      modelled += result.source == PL_SOURCE_EWMA;
      if (i % 8 == 7) check_windows(points, count);
    }
  }
  assert_true(modelled > 500000);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(published_margin_is_the_nearest_allowed_value),
      TEST(credit_is_saved_up_to_one_second),
      TEST(faults_and_modes_give_static_limits_at_once),
      TEST(model_speaks_again_only_after_the_rearm_time),
      TEST(wait_begins_with_the_end_of_a_long_fault),
      TEST(first_wait_begins_with_the_first_known_time),
      TEST(wait_begins_anew_when_the_clock_was_wrong),
      TEST(vector_is_sound_only_within_every_bound),
      TEST(unsound_proposal_is_refused_whole),
      TEST(maintenance_margin_leaves_the_static_value_at_its_rate),
      TEST(a_million_proposals_break_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
