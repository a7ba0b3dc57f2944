/* The whole feed: read back by an independent reader, and the same bytes for the same seed. */
#include "tests/unit/tests/venue/reader.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tests/venue/exchange.h"

#define SECOND_NS 1000000000u

/* The digest of 12 s of the default market. It changes only when the market or the encoder does,
 * and then on purpose: every recorded replay digest of the project changes with it. */
#define DIGEST_OF_SEED_1 0x2ecdb2df041c5a06u

static struct reader reader;

static struct pl_exchange_config short_config(uint64_t seed) {
  struct pl_exchange_config config = pl_exchange_default();
  config.seed = seed;
  config.cycle_ns = 12 * (uint64_t)SECOND_NS;
  config.snapshot_cycle_s = 2;
  return config;
}

static void read_feed(const struct pl_exchange_config *config) {
  memset(&reader, 0, sizeof reader);
  struct pl_exchange *exchange = pl_exchange_open(config, reader_take, &reader);
  assert_non_null(exchange);
  assert_true(pl_exchange_run(exchange, config->start_ns + config->cycle_ns));
  pl_exchange_close(exchange);
  assert_int_equal(reader.part_count, 0);
}

static void feed_is_consistent(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct pl_exchange_config config = short_config(seed);
    read_feed(&config);
    for (size_t i = 0; i < 11; i++)
      if (reader.messages[i] == 0) fail_msg("no message %zu", 1000 + i);
    assert_true(reader.messages[1] > 8000);
    assert_true(reader.packets > 8000);
    assert_true(reader.tickers > 400);
    assert_int_equal(reader.compared, 5 * (6 + config.options)); /* five later snapshot cycles */
    assert_true(reader.multi_part > 4 * 6);
    assert_int_equal(reader.empty_books, 6); /* the combo, each cycle */
    assert_true(reader.split > 0);
    assert_true(reader.liquidations > 100);
    assert_in_range(reader.frame_max, 1000, 1500);
  }
}

static void calm_has_few_liquidations(void **state) {
  (void)state;
  struct pl_exchange_config config = short_config(5);
  config.scenario = PL_FLOW_CALM_ONLY;
  read_feed(&config);
  assert_true(reader.messages[1] > 5000 && reader.messages[2] > 300);
  assert_true(reader.liquidations < 20);
}

static void every_size_of_venue_works(void **state) {
  (void)state;
  const uint32_t options[] = {0, 1, PL_FLOW_OPTIONS_MAX};
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    struct pl_exchange_config config = short_config(4);
    config.cycle_ns = 4 * (uint64_t)SECOND_NS;
    config.options = options[i];
    read_feed(&config);
    assert_int_equal(reader.sequence[104] > 0, options[i] > 0);
    assert_int_equal(reader.sequence[105] > 0, options[i] > 1);
    assert_int_equal(reader.compared, 6 + options[i]);
    assert_true(reader.messages[9] > 0);
  }
}

struct digest {
  XXH3_state_t *state;
  uint64_t frames, frames_max;
};

static bool digest_take(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct digest *digest = ctx;
  uint8_t time_le[8];
  for (unsigned i = 0; i < 8; i++) time_le[i] = (uint8_t)(time_ns >> (8 * i));
  XXH3_64bits_update(digest->state, time_le, sizeof time_le);
  XXH3_64bits_update(digest->state, frame, size);
  return ++digest->frames < digest->frames_max;
}

/* Runs in `slices` calls and returns the digest of times and frames. */
static uint64_t digest_of(const struct pl_exchange_config *config, uint32_t slices) {
  struct digest digest = {.state = XXH3_createState(), .frames_max = UINT64_MAX};
  XXH3_64bits_reset(digest.state);
  struct pl_exchange *exchange = pl_exchange_open(config, digest_take, &digest);
  assert_non_null(exchange);
  for (uint32_t i = 1; i <= slices; i++)
    assert_true(pl_exchange_run(exchange, config->start_ns + config->cycle_ns / slices * i));
  pl_exchange_close(exchange);
  uint64_t value = XXH3_64bits_digest(digest.state);
  XXH3_freeState(digest.state);
  return value;
}

static void same_seed_same_bytes(void **state) {
  (void)state;
  struct pl_exchange_config config = short_config(1);
  uint64_t digest = digest_of(&config, 1);
  if (digest != DIGEST_OF_SEED_1) fail_msg("digest 0x%016llx", (unsigned long long)digest);
  assert_true(digest_of(&config, 60) == digest); /* the slicing leaves no trace */
}

static void any_other_setting_differs(void **state) {
  (void)state;
  struct pl_exchange_config config = short_config(1);
  uint64_t digest = digest_of(&config, 1);
  config.seed = 2;
  assert_true(digest_of(&config, 1) != digest);
  config = short_config(1);
  config.rate++;
  assert_true(digest_of(&config, 1) != digest);
  config = short_config(1);
  config.start_ns += 1000000;
  assert_true(digest_of(&config, 1) != digest);
}

static void rate_is_obeyed(void **state) {
  (void)state;
  for (uint32_t rate = 200; rate <= 3200; rate *= 4) {
    struct pl_exchange_config config = short_config(1);
    config.scenario = PL_FLOW_CALM_ONLY;
    config.cycle_ns = 8 * (uint64_t)SECOND_NS;
    config.rate = rate;
    read_feed(&config);
    assert_in_range(reader.messages[1], 8 * rate * 85 / 100, 8 * rate * 115 / 100);
  }
}

static void sink_can_stop_it(void **state) {
  (void)state;
  struct pl_exchange_config config = short_config(1);
  struct digest digest = {.state = XXH3_createState(), .frames_max = 100};
  XXH3_64bits_reset(digest.state);
  struct pl_exchange *exchange = pl_exchange_open(&config, digest_take, &digest);
  assert_non_null(exchange);
  assert_false(pl_exchange_run(exchange, UINT64_MAX));
  assert_false(pl_exchange_run(exchange, UINT64_MAX));
  assert_int_equal(digest.frames, 100);
  pl_exchange_close(exchange);
  XXH3_freeState(digest.state);
}

static void bad_configuration_is_refused(void **state) {
  (void)state;
  struct pl_exchange_config bad[6];
  for (size_t i = 0; i < 6; i++) bad[i] = pl_exchange_default();
  bad[0].cycle_ns = SECOND_NS - 1;
  bad[1].rate = 0;
  bad[2].rate = PL_EXCHANGE_RATE_MAX + 1;
  bad[3].options = PL_FLOW_OPTIONS_MAX + 1;
  bad[4].snapshot_cycle_s = 0;
  bad[5].cycle_ns = UINT64_MAX;
  for (size_t i = 0; i < 6; i++) assert_null(pl_exchange_open(&bad[i], reader_take, &reader));
  pl_exchange_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(feed_is_consistent),        cmocka_unit_test(calm_has_few_liquidations),
      cmocka_unit_test(every_size_of_venue_works), cmocka_unit_test(same_seed_same_bytes),
      cmocka_unit_test(any_other_setting_differs), cmocka_unit_test(rate_is_obeyed),
      cmocka_unit_test(sink_can_stop_it),          cmocka_unit_test(bad_configuration_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
