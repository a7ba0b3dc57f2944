/* The margin against its formula in wider numbers: max(floor, quantile * deviation + slippage),
 * rounded up; and the clip, a share of the thinner side within the row's band, rounded down. */
#include "engine/risk/margin.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t bands_bps[PL_BAND_COUNT] = PL_BANDS_BPS;

/* A number of any size up to bits. */
static uint64_t any(uint64_t *seed, uint32_t bits) {
  return random_next(seed) >> (64 - bits + random_below(seed, bits));
}

static void margin_is_what_its_formula_says(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (uint32_t run = 0; run < 300000; run++) {
    struct pl_policy_row row = {.vol_quantile_e3 = (uint32_t)any(&seed, 32),
                                .im_min_ppm = (uint32_t)any(&seed, 20),
                                .clip_band_bps = bands_bps[run % PL_BAND_COUNT],
                                .clip_share_ppm = (uint32_t)random_below(&seed, 1000001),
                                .clip_max_u6 = (int64_t)any(&seed, 63)};
    int64_t depth_u6[2][PL_BAND_COUNT];
    for (uint32_t i = 0; i < 2 * PL_BAND_COUNT; i++)
      depth_u6[i / PL_BAND_COUNT][i % PL_BAND_COUNT] = (int64_t)any(&seed, 63);
    const struct pl_margin_input input = {&row, (uint32_t)any(&seed, 32), (uint32_t)any(&seed, 32),
                                          (const int64_t(*)[PL_BAND_COUNT])depth_u6};
    struct pl_margin margin;
    uint32_t saturations = 0;
    memset(&margin, 0x5a, sizeof margin);
    pl_margin_propose(&input, &margin, &saturations);
    pl_u128 need_e3 = (pl_u128)input.deviation_ppm * row.vol_quantile_e3;
    pl_u128 im_ppm = need_e3 / 1000 + (need_e3 % 1000 != 0) + input.slippage_ppm;
    bool cut = im_ppm > UINT32_MAX, floored = im_ppm < row.im_min_ppm;
    if (cut) im_ppm = UINT32_MAX;
    assert_true(margin.im_ppm == (floored ? row.im_min_ppm : (uint32_t)im_ppm));
    assert_int_equal(margin.reason_mask, floored ? PL_REASON_FLOOR : 0);
    assert_int_equal(saturations, cut);
    int64_t ask_u6 = depth_u6[PL_ASK][run % PL_BAND_COUNT];
    int64_t bid_u6 = depth_u6[PL_BID][run % PL_BAND_COUNT];
    pl_i128 share_u12 = (pl_i128)(ask_u6 < bid_u6 ? ask_u6 : bid_u6) * row.clip_share_ppm;
    pl_i128 clip_u6 = share_u12 / 1000000;
    assert_true(margin.clip_u6 == (clip_u6 < row.clip_max_u6 ? clip_u6 : row.clip_max_u6));
  }
}

static void clip_takes_its_own_band(void **state) {
  (void)state;
  const int64_t depth_u6[2][PL_BAND_COUNT] = {{100, 200, 300, 400, 500, 600},
                                              {110, 190, 310, 390, 510, 590}};
  static const int64_t thinner_u6[] = {100, 190, 300, 390, 500, 590};
  for (uint32_t band = 0; band < PL_BAND_COUNT; band++) {
    struct pl_policy_row row = {
        .clip_band_bps = bands_bps[band], .clip_share_ppm = 1000000, .clip_max_u6 = INT64_MAX};
    struct pl_margin margin;
    uint32_t saturations = 0;
    pl_margin_propose(&(struct pl_margin_input){&row, 0, 0, depth_u6}, &margin, &saturations);
    assert_true(margin.clip_u6 == thinner_u6[band]);
  }
}

/* More risk never asks for less. */
static void margin_is_monotone(void **state) {
  (void)state;
  uint64_t seed = 4;
  const int64_t depth_u6[2][PL_BAND_COUNT] = {{0}};
  for (uint32_t run = 0; run < 100000; run++) {
    struct pl_policy_row row = {
        .vol_quantile_e3 = (uint32_t)any(&seed, 16), .im_min_ppm = 20000, .clip_band_bps = 50};
    struct pl_margin_input less = {&row, (uint32_t)any(&seed, 31), (uint32_t)any(&seed, 31),
                                   depth_u6};
    struct pl_margin_input more = less;
    struct pl_margin a, b;
    uint32_t saturations = 0;
    *(run & 1 ? &more.deviation_ppm : &more.slippage_ppm) += (uint32_t)any(&seed, 30);
    pl_margin_propose(&less, &a, &saturations);
    pl_margin_propose(&more, &b, &saturations);
    assert_true(b.im_ppm >= a.im_ppm);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(margin_is_what_its_formula_says),
      cmocka_unit_test(clip_takes_its_own_band),
      cmocka_unit_test(margin_is_monotone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
