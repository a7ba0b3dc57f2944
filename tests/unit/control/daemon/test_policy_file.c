/* The policy file: the shipped one, inheritance, and an edge table of refusals with their lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "control/daemon/policy_file.h"
#include "control/daemon/yaml.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Lines 1 to 5, then the default on 6 to 24. */
#define HEAD "version: 7\nmode: monitor\nsafety: {silence: 250 ms, rearm: 1 s, valid: 6 h}\n\n\n"
#define DEFAULT                                                                                    \
  "default:\n  static_im: 20 %\n  static_mm: 12 %\n  static_clip: 10k\n  im_min: 2 %\n"            \
  "  im_max: 50 %\n  im_up: 2 %/s\n  im_down: 5 bps/s\n  mm_share: 60 %\n"                         \
  "  vol_half_life: 5 min\n  vol_start: 60 %\n  vol_quantile: 3.5\n  horizon: 10 min\n"            \
  "  reference_size: 250k\n  unfilled_slippage: 10 %\n  clip_band: 50 bps\n  clip_share: 20 %\n"   \
  "  clip_max: 5M\n  slice: 500 ms\n"

static char error[PL_YAML_ERROR_BYTES];
static struct pl_policy policy;
static struct pl_policy_names names;

static enum pl_status parse(const char *text) {
  error[0] = '\0';
  return pl_policy_file_parse("p.yaml", text, strlen(text), &policy, &names, error, sizeof error);
}

static void test_the_default_row_says_what_the_engine_gets(void **state) {
  (void)state;
  assert_int_equal(parse(HEAD DEFAULT), PL_OK);
  assert_int_equal(policy.version, 7);
  assert_int_equal(policy.mode, PL_MODE_MONITOR);
  assert_int_equal(policy.silence_ns, 250000000);
  assert_int_equal(policy.rearm_ns, 1000000000);
  assert_int_equal(policy.valid_ns, UINT64_C(21600000000000));
  assert_int_equal(policy.row_count, 1);
  const struct pl_policy_row *row = &policy.rows[0];
  assert_int_equal(row->name_hash, 0);
  assert_int_equal(row->kind, PL_KIND_UNKNOWN);
  assert_int_equal(row->static_im_ppm, 200000);
  assert_int_equal(row->static_mm_ppm, 120000);
  assert_int_equal(row->static_clip_u6, INT64_C(10000000000));
  assert_int_equal(row->im_min_ppm, 20000);
  assert_int_equal(row->im_max_ppm, 500000);
  assert_int_equal(row->im_up_ppm_per_s, 20000);
  assert_int_equal(row->im_down_ppm_per_s, 500);
  assert_int_equal(row->mm_share_ppm, 600000);
  assert_int_equal(row->vol_half_life_ns, UINT64_C(300000000000));
  assert_int_equal(row->vol_start_ppm, 600000);
  assert_int_equal(row->vol_quantile_e3, 3500);
  assert_int_equal(row->horizon_s, 600);
  assert_int_equal(row->reference_size_u6, INT64_C(250000000000));
  assert_int_equal(row->unfilled_ppm, 100000);
  assert_int_equal(row->clip_band_bps, 50);
  assert_int_equal(row->clip_share_ppm, 200000);
  assert_int_equal(row->clip_max_u6, INT64_C(5000000000000));
  assert_int_equal(row->slice_ms, 500);
  assert_int_equal(policy.hash, XXH3_64bits(HEAD DEFAULT, strlen(HEAD DEFAULT)));
  assert_string_equal(names.names[0], "default");
}

static void test_rows_inherit(void **state) {
  (void)state;
  assert_int_equal(parse(HEAD DEFAULT "kinds:\n"
                                      "  option_inverse: {static_im: 40 %, slice: 2 s}\n"
                                      "  inverse: {clip_max: 1M}\n"
                                      "instruments:\n"
                                      "  BTC-PERPETUAL: {kind: inverse, im_min: 3 %}\n"
                                      "  BTC-1: {im_min: 4 %}\n"
                                      "  SOL_USDC: {kind: linear}\n"),
                   PL_OK);
  assert_int_equal(policy.row_count, 6);
  const struct pl_policy_row *option = &policy.rows[1], *inverse = &policy.rows[2];
  assert_int_equal(option->kind, PL_KIND_OPTION_INVERSE);
  assert_int_equal(option->static_im_ppm, 400000);
  assert_int_equal(option->slice_ms, 2000);
  assert_int_equal(option->static_mm_ppm, 120000);
  assert_int_equal(inverse->clip_max_u6, INT64_C(1000000000000));

  const struct pl_policy_row *perpetual = &policy.rows[3];
  assert_int_equal(perpetual->name_hash, XXH3_64bits("BTC-PERPETUAL", 13));
  assert_int_equal(perpetual->clip_max_u6, INT64_C(1000000000000));
  assert_int_equal(perpetual->im_min_ppm, 30000);
  assert_string_equal(names.names[3], "BTC-PERPETUAL");
  assert_int_equal(policy.rows[4].clip_max_u6, INT64_C(5000000000000));
  assert_int_equal(policy.rows[4].im_min_ppm, 40000);
  assert_int_equal(policy.rows[5].clip_max_u6, INT64_C(5000000000000));

  assert_ptr_equal(pl_policy_match(&policy, XXH3_64bits("BTC-1", 5), PL_KIND_INVERSE),
                   &policy.rows[4]);
  assert_ptr_equal(pl_policy_match(&policy, 1, PL_KIND_OPTION_INVERSE), option);
  assert_ptr_equal(pl_policy_match(&policy, 1, PL_KIND_SPOT), &policy.rows[0]);
}

static const struct {
  const char *text, *error;
} refusals[] = {
    {"mode: static\n", "p.yaml:1: key 'version' is missing"},
    {HEAD, "p.yaml:1: key 'default' is missing"},
    {"version: 0\n", "p.yaml:1: version: 0 is out of range: 1 to 4294967295"},
    {"version: 1\nmode: advisory\n",
     "p.yaml:2: mode: 'advisory' is none of static, monitor, autonomous"},
    {"version: 1\nmode: static\nsafety: {silence: 5 s, rearm: 1 s}\ndefault: {}\n",
     "p.yaml:3: key 'valid' is missing"},
    {HEAD "default:\n  static_im: 20 %\n",
     "p.yaml:7: default: 'static_mm' is missing; the default says it all"},
    {HEAD DEFAULT "  kind: linear\n", "p.yaml:7: default: 'kind' belongs to an instrument"},
    {HEAD DEFAULT "  im_min: 3 %\n", "p.yaml:25: duplicate key 'im_min', first on line 10"},
    {HEAD DEFAULT "instruments:\n  A: {}\n  B:\n    im_mim: 3 %\n",
     "p.yaml:28: unknown key 'im_mim': did you mean 'im_min'?"},
    {HEAD DEFAULT "kinds:\n  future: {}\n", "p.yaml:26: no such kind: 'future'"},
    {HEAD DEFAULT "kinds:\n  linear: {kind: linear}\n",
     "p.yaml:26: linear: 'kind' belongs to an instrument"},
    {HEAD DEFAULT "instruments:\n  A: {kind: combo}\n",
     "p.yaml:26: kind: 'combo' is none of linear, inverse, option_linear, option_inverse, spot"},
    {HEAD DEFAULT "instruments:\n  A: 5\n", "p.yaml:26: a mapping is wanted here"},
    {HEAD DEFAULT "instruments:\n  \"\": {}\n", "p.yaml:26: a name has 1 to 39 characters"},
    {HEAD DEFAULT "instruments:\n  A234567890123456789012345678901234567890: {}\n",
     "p.yaml:26: a name has 1 to 39 characters"},
    {HEAD DEFAULT "instruments:\n  A: {clip_band: 5 bps}\n",
     "p.yaml:26: clip_band: 5 bps is out of range: 10 bps to 5 %"},
    /* sound taken alone, not together */
    {HEAD DEFAULT "instruments:\n  A: {static_mm: 21 %}\n", "p.yaml:26: A: static mm "},
    {HEAD DEFAULT "kinds:\n  spot: {im_min: 60 %}\n", "p.yaml:26: spot: im_min above im_max"},
    {HEAD DEFAULT "instruments:\n  A: {clip_band: 60 bps}\n",
     "p.yaml:26: A: clip_band is none of 10, 25, 50, 100, 200, 500 bps"},
};

static void test_refusals_name_their_line(void **state) {
  (void)state;
  struct pl_policy before;
  memset(&policy, 0x5a, sizeof policy);
  before = policy;
  for (size_t i = 0; i < COUNT_OF(refusals); i++) {
    assert_int_equal(parse(refusals[i].text), PL_E_CONFIG);
    error[strlen(refusals[i].error)] = '\0'; /* what is unsound is told in engine/base */
    assert_string_equal(error, refusals[i].error);
    assert_memory_equal(&policy, &before, sizeof policy);
  }
}

static void test_rows_are_bounded(void **state) {
  (void)state;
  static char text[65536];
  size_t used = (size_t)snprintf(text, sizeof text, "%s%sinstruments:\n", HEAD, DEFAULT);
  for (int i = 1; i < PL_POLICY_ROWS_MAX; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "  I%d: {}\n", i);
  assert_int_equal(parse(text), PL_OK);
  assert_int_equal(policy.row_count, PL_POLICY_ROWS_MAX);
  (void)snprintf(text + used, sizeof text - used, "  ONE_MORE: {}\n");
  assert_int_equal(parse(text), PL_E_CONFIG);
  assert_string_equal(error, "p.yaml:281: more than 256 rows");
}

/* The shipped policy loads, and is stricter with options than with the rest. */
static void test_the_shipped_policy_loads(void **state) {
  (void)state;
  error[0] = '\0';
  assert_int_equal(pl_policy_file_load("deploy/policy.yaml", &policy, error, sizeof error), PL_OK);
  assert_string_equal(error, "");
  const struct pl_policy_row *option = pl_policy_match(&policy, 0, PL_KIND_OPTION_INVERSE);
  assert_true(option->static_im_ppm > policy.rows[0].static_im_ppm);
  assert_true(option->clip_max_u6 < policy.rows[0].clip_max_u6);
  const struct pl_policy_row *perpetual =
      pl_policy_match(&policy, XXH3_64bits("BTC-PERPETUAL", 13), PL_KIND_INVERSE);
  assert_true(perpetual->name_hash != 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_default_row_says_what_the_engine_gets),
      cmocka_unit_test(test_rows_inherit),
      cmocka_unit_test(test_refusals_name_their_line),
      cmocka_unit_test(test_rows_are_bounded),
      cmocka_unit_test(test_the_shipped_policy_loads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
