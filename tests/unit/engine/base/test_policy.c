/* Policy rows: which one holds for an instrument, and which are refused. */
#include "engine/base/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pl_policy policy;

static int setup(void **state) {
  (void)state;
  pl_policy_default(&policy);
  return 0;
}

static struct pl_policy_row *add_row(uint64_t name_hash, enum pl_kind kind) {
  struct pl_policy_row *row = &policy.rows[policy.row_count++];
  *row = policy.rows[0];
  row->name_hash = name_hash;
  row->kind = (uint8_t)kind;
  return row;
}

static void name_goes_before_kind_and_kind_before_default(void **state) {
  (void)state;
  const struct pl_policy_row *option = add_row(0, PL_KIND_OPTION_LINEAR);
  const struct pl_policy_row *named = add_row(42, PL_KIND_UNKNOWN);
  const struct pl_policy_row *linear = add_row(0, PL_KIND_LINEAR);
  assert_ptr_equal(pl_policy_match(&policy, 42, PL_KIND_LINEAR), named);
  assert_ptr_equal(pl_policy_match(&policy, 42, PL_KIND_SPOT), named);
  assert_ptr_equal(pl_policy_match(&policy, 41, PL_KIND_LINEAR), linear);
  assert_ptr_equal(pl_policy_match(&policy, 41, PL_KIND_OPTION_LINEAR), option);
  assert_ptr_equal(pl_policy_match(&policy, 41, PL_KIND_SPOT), &policy.rows[0]);
}

static void no_name_matches_no_row_by_name(void **state) {
  (void)state;
  const struct pl_policy_row *named = add_row(42, PL_KIND_LINEAR);
  assert_ptr_equal(pl_policy_match(&policy, 0, PL_KIND_UNKNOWN), &policy.rows[0]);
  assert_ptr_equal(pl_policy_match(&policy, 0, PL_KIND_LINEAR), &policy.rows[0]);
  assert_ptr_equal(pl_policy_match(&policy, 42, PL_KIND_LINEAR), named);
}

static void rows_beyond_the_count_are_not_looked_at(void **state) {
  (void)state;
  (void)add_row(42, PL_KIND_LINEAR);
  policy.row_count = 1;
  assert_ptr_equal(pl_policy_match(&policy, 42, PL_KIND_LINEAR), &policy.rows[0]);
}

static void last_of_a_full_table_is_found(void **state) {
  (void)state;
  while (policy.row_count < PL_POLICY_ROWS_MAX) (void)add_row(1000 + policy.row_count, 0);
  assert_ptr_equal(pl_policy_match(&policy, 1000 + PL_POLICY_ROWS_MAX - 1, PL_KIND_SPOT),
                   &policy.rows[PL_POLICY_ROWS_MAX - 1]);
}

static void default_policy_is_sound(void **state) {
  (void)state;
  const char *why = NULL;
  assert_true(pl_policy_row_is_sound(&policy.rows[0], &why));
  assert_null(why);
  assert_int_equal(policy.row_count, 1);
  assert_true(policy.valid_ns >= 2 && policy.silence_ns > 0 && policy.mode < PL_MODE_COUNT);
}

enum width { U32, U64, I64 };

#define FIELD(name, width, value, sound)                                                           \
  { #name, offsetof(struct pl_policy_row, name), width, value, sound }

/* One field at a time is moved to a value; everything else is the default row. */
static const struct row {
  const char *name;
  size_t offset;
  enum width width;
  int64_t value;
  bool sound;
} rows[] = {
    FIELD(static_mm_ppm, U32, 200000, true), /* equal to the initial margin */
    FIELD(static_mm_ppm, U32, 200001, false),  FIELD(static_mm_ppm, U32, 1, true),
    FIELD(static_mm_ppm, U32, 0, false), /* 0 < MM */
    FIELD(static_im_ppm, U32, 120000, true),   FIELD(static_im_ppm, U32, 119999, false),
    FIELD(static_im_ppm, U32, 500000, true),   FIELD(static_im_ppm, U32, 500001, false),
    FIELD(im_min_ppm, U32, 200000, true),      FIELD(im_min_ppm, U32, 200001, false),
    FIELD(im_max_ppm, U32, 200000, true),      FIELD(im_max_ppm, U32, 199999, false),
    FIELD(im_max_ppm, U32, 1000000, true),     FIELD(im_max_ppm, U32, 1000001, false),
    FIELD(im_max_ppm, U32, 19999, false),      FIELD(mm_share_ppm, U32, 0, false),
    FIELD(mm_share_ppm, U32, 1, true),         FIELD(mm_share_ppm, U32, 1000000, true),
    FIELD(mm_share_ppm, U32, 1000001, false),  FIELD(vol_half_life_ns, U64, 0, false),
    FIELD(vol_half_life_ns, U64, 1, true),     FIELD(clip_band_bps, U32, 0, false),
    FIELD(clip_band_bps, U32, 10, true),       FIELD(clip_band_bps, U32, 51, false),
    FIELD(clip_band_bps, U32, 500, true),      FIELD(clip_band_bps, U32, 501, false),
    FIELD(clip_share_ppm, U32, 1000000, true), FIELD(clip_share_ppm, U32, 1000001, false),
    FIELD(unfilled_ppm, U32, 1000000, true),   FIELD(unfilled_ppm, U32, 1000001, false),
    FIELD(static_clip_u6, I64, 0, true),       FIELD(static_clip_u6, I64, -1, false),
    FIELD(clip_max_u6, I64, 0, true),          FIELD(clip_max_u6, I64, -1, false),
    FIELD(reference_size_u6, I64, 1, true),    FIELD(reference_size_u6, I64, 0, false),
    FIELD(reference_size_u6, I64, -1, false),
};

static void each_invariant_of_a_row_is_checked_at_its_edge(void **state) {
  (void)state;
  static const size_t sizes[] = {4, 8, 8};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_policy_row row = policy.rows[0];
    const char *why = NULL;
    memcpy((char *)&row + rows[i].offset, &rows[i].value, sizes[rows[i].width]);
    bool sound = pl_policy_row_is_sound(&row, &why);
    if (sound != rows[i].sound || (why == NULL) != sound)
      fail_msg("%s = %lld: %s", rows[i].name, (long long)rows[i].value, sound ? "sound" : why);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(name_goes_before_kind_and_kind_before_default, setup),
      cmocka_unit_test_setup(no_name_matches_no_row_by_name, setup),
      cmocka_unit_test_setup(rows_beyond_the_count_are_not_looked_at, setup),
      cmocka_unit_test_setup(last_of_a_full_table_is_found, setup),
      cmocka_unit_test_setup(default_policy_is_sound, setup),
      cmocka_unit_test_setup(each_invariant_of_a_row_is_checked_at_its_edge, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
