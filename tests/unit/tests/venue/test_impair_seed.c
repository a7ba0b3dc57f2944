/* What the seed decides: the same seed, the same bytes; and each kind of impairment chooses for
 * itself: with any other kind beside it, it hits the same frames. */
#include "tests/unit/tests/venue/travel.h"

#define FRAMES 3000u
#define TENTH  100000u
#define MANY   20000u

enum kind { LOSS, BURST, BOTH_BURST, DUPLICATE, REORDER, CORRUPT, TRUNCATE, KINDS };

/* What can be seen of a frame from outside. */
struct seen {
  bool came, twice, late, cut, flipped;
};

static struct travel travel, other;
static struct seen alone[KINDS][FRAMES], beside[FRAMES];

static void set(struct pl_impair_config *config, enum kind kind) {
  uint32_t *const rates[KINDS] = {
      &config->loss_ppm,    &config->burst_ppm,   &config->both_burst_ppm, &config->duplicate_ppm,
      &config->reorder_ppm, &config->corrupt_ppm, &config->truncate_ppm};
  *rates[kind] = kind == BURST || kind == BOTH_BURST ? TENTH / 10 : TENTH;
}

static void look(const struct pl_impair_config *config, struct seen *ret_seen) {
  travel_run(&travel, config, PL_LINE_B, FRAMES);
  memset(ret_seen, 0, FRAMES * sizeof *ret_seen);
  for (uint32_t at = 0; at < travel.count; at++) {
    const struct travel_frame *out = &travel.out[at];
    struct seen *seen = &ret_seen[out->index];
    uint8_t clean[TRAVEL_BYTES];
    travel_make(out->index, clean);
    seen->twice = seen->came;
    seen->came = true;
    seen->late |= out->time_ns > travel_time_ns(out->index);
    seen->cut |= out->size < TRAVEL_BYTES;
    seen->flipped |= memcmp(out->bytes, clean, out->size) != 0;
  }
}

/* Whether the kind hit the frame. */
static bool is_hit(const struct seen *seen, enum kind kind) {
  switch (kind) {
  case DUPLICATE: return seen->twice;
  case REORDER: return seen->late;
  case CORRUPT: return seen->flipped;
  case TRUNCATE: return seen->cut;
  default: return !seen->came;
  }
}

static bool takes(enum kind kind) {
  return kind == LOSS || kind == BURST || kind == BOTH_BURST;
}

static struct pl_impair_config quiet(void) {
  struct pl_impair_config config = pl_impair_config_default();
  config.duplicate_frames_max = 0; /* a copy is never late: only what is held back is */
  return config;
}

/* What both do to a frame, each of them alone would have done. */
static void assert_independent(enum kind one, enum kind two) {
  for (uint32_t i = 0; i < FRAMES - PL_IMPAIR_FRAMES_MAX; i++) {
    bool by_one = is_hit(&alone[one][i], one), by_two = is_hit(&alone[two][i], two);
    if (takes(one) && takes(two)) {
      assert_int_equal(!beside[i].came, by_one || by_two);
    } else if (takes(one) || takes(two)) {
      assert_int_equal(!beside[i].came, takes(one) ? by_one : by_two);
      enum kind rest = takes(one) ? two : one;
      if (beside[i].came) assert_int_equal(is_hit(&beside[i], rest), takes(one) ? by_two : by_one);
    } else {
      bool may_hide = beside[i].cut && (one == CORRUPT || two == CORRUPT); /* in what was cut off */
      if (!may_hide || one != CORRUPT) assert_int_equal(is_hit(&beside[i], one), by_one);
      if (!may_hide || two != CORRUPT) assert_int_equal(is_hit(&beside[i], two), by_two);
    }
  }
}

static void no_kind_moves_another(void **state) {
  (void)state;
  for (enum kind kind = 0; kind < KINDS; kind++) {
    struct pl_impair_config config = quiet();
    set(&config, kind);
    look(&config, alone[kind]);
  }
  for (enum kind one = 0; one < KINDS; one++) {
    for (enum kind two = one + 1; two < KINDS; two++) {
      struct pl_impair_config config = quiet();
      set(&config, one);
      set(&config, two);
      look(&config, beside);
      assert_independent(one, two);
    }
  }
}

/* Nor are two kinds one: what they hit meets as often as chance wants. */
static void no_kind_is_another(void **state) {
  (void)state;
  for (enum kind one = DUPLICATE; one < KINDS; one++) {
    for (enum kind two = one + 1; two < KINDS; two++) {
      uint32_t both = 0;
      for (uint32_t i = 0; i < FRAMES; i++)
        both += is_hit(&alone[one][i], one) && is_hit(&alone[two][i], two);
      assert_in_range(both, 8, 52); /* 30 and four deviations */
    }
  }
}

static struct pl_impair_config everything(uint64_t seed) {
  struct pl_impair_config config = pl_impair_config_default();
  config.seed = seed;
  config.loss_ppm = config.reorder_ppm = config.duplicate_ppm = 20000;
  config.corrupt_ppm = config.truncate_ppm = 10000;
  config.burst_ppm = config.both_burst_ppm = 500;
  config.delay_ns = config.jitter_ns = 700;
  return config;
}

static void same_seed_same_bytes(void **state) {
  (void)state;
  struct pl_impair_config config = everything(7), unlike = everything(8);
  travel_run(&travel, &config, PL_LINE_A, MANY);
  travel_run(&other, &config, PL_LINE_A, MANY);
  assert_memory_equal(&travel, &other, sizeof travel);
  travel_run(&other, &unlike, PL_LINE_A, MANY);
  assert_memory_not_equal(&travel, &other, sizeof travel);
  travel_run(&other, &config, PL_LINE_B, MANY);
  assert_memory_not_equal(&travel, &other, sizeof travel);
}

/* For one seed the counts are what they are, and no stranger than chance: within four deviations of
 * rate times frames. */
static void counts_are_exact(void **state) {
  (void)state;
  struct pl_impair_config config = everything(7);
  config.burst_ppm = config.both_burst_ppm = 0;
  travel_run(&travel, &config, PL_LINE_A, MANY);
  const struct pl_impair_counters *counters = &travel.counters;
  const struct {
    uint64_t count, exact, mean, four_deviations;
  } rows[] = {
      {counters->lost, 406, 400, 80},      {counters->copies, 407, 392, 79},
      {counters->held, 374, 392, 79},      {counters->corrupted, 215, 196, 56},
      {counters->truncated, 232, 196, 56},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_in_range(rows[i].count, rows[i].mean - rows[i].four_deviations,
                    rows[i].mean + rows[i].four_deviations);
    assert_int_equal(rows[i].count, rows[i].exact);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_kind_moves_another),
      cmocka_unit_test(no_kind_is_another),
      cmocka_unit_test(same_seed_same_bytes),
      cmocka_unit_test(counts_are_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
