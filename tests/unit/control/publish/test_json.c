/* The shape of what is published as JSON, text against text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/publish/json.h"

static void expect(json_t *object, const char *text) {
  assert_non_null(object);
  char *dumped = json_dumps(object, JSON_COMPACT);
  assert_non_null(dumped);
  assert_string_equal(dumped, text);
  free(dumped);
  json_decref(object);
}

static const struct pl_row row = {
    .name = "BTC-PERPETUAL",
    .decision = {.seq = 17,
                 .event_ns = UINT64_C(1700000000000000001),
                 .valid_until_ns = UINT64_MAX,
                 .clip_max_u6 = -5,
                 .instrument = UINT32_MAX,
                 .im_ppm = 65432,
                 .mm_ppm = UINT32_MAX,
                 .reason_mask = PL_REASON_GAP | PL_REASON_SATURATED | 1u << 31,
                 .slice_ms = 500,
                 .tier = 3,
                 .mode = PL_MODE_AUTONOMOUS,
                 .source = 200},
    .view = {.best_price_e9 = {[PL_ASK] = 101, [PL_BID] = PL_PRICE_NONE},
             .mid_e9 = 100,
             .mark_e9 = 99,
             .index_e9 = 98,
             .open_interest_e8 = 97,
             .depth_u6 = {[PL_ASK] = {1, 2, 3, 4, 5, 6}, [PL_BID] = {7, 8, 9, 10, 11, 12}},
             .spread_ppm = 5,
             .vol_ppm = 600000,
             .slippage_ppm = 7,
             .im_raw_ppm = 8,
             .state = PL_VIEW_STALE,
             .kind = PL_KIND_OPTION_INVERSE},
};

#define DECISION                                                                                   \
  "\"seq\":17,\"event_ns\":1700000000000000001,\"valid_until_ns\":9223372036854775807,"            \
  "\"instrument\":4294967295,\"name\":\"BTC-PERPETUAL\",\"tier\":3,\"mode\":\"autonomous\","       \
  "\"source\":\"?\",\"im_ppm\":65432,\"mm_ppm\":4294967295,\"clip_max_u6\":-5,\"slice_ms\":500,"   \
  "\"reasons\":[\"gap\",\"saturated\"]"

static void test_a_decision(void **state) {
  (void)state;
  expect(pl_json_decision(&row.decision, row.name), "{" DECISION "}");
  expect(pl_json_row(&row, 0), "{" DECISION "}");
}

static void test_a_row_with_its_view(void **state) {
  (void)state;
  expect(pl_json_row(&row, PL_JSON_VIEW),
         "{" DECISION ",\"view\":{\"state\":\"stale\",\"kind\":\"option_inverse\",\"mid_e9\":100,"
         "\"best_bid_e9\":null,\"best_ask_e9\":101,\"mark_e9\":99,\"index_e9\":98,"
         "\"open_interest_e8\":97,\"spread_ppm\":5,\"depth_u6\":{"
         "\"bid\":{\"10\":7,\"25\":8,\"50\":9,\"100\":10,\"200\":11,\"500\":12},"
         "\"ask\":{\"10\":1,\"25\":2,\"50\":3,\"100\":4,\"200\":5,\"500\":6}},"
         "\"vol_ppm\":600000,\"slippage_ppm\":7,\"im_raw_ppm\":8}}");
}

static void test_what_no_name_should_hold(void **state) {
  (void)state;
  char unending[PL_NAME_BYTES_MAX];
  struct pl_decision decision = {0};
  memset(unending, 'x', sizeof unending);
  json_t *object = pl_json_decision(&decision, unending);
  assert_int_equal(json_string_length(json_object_get(object, "name")), PL_NAME_BYTES_MAX);
  json_decref(object);
  object = pl_json_decision(&decision, "\xff\xfe");
  assert_string_equal(json_string_value(json_object_get(object, "name")), "?");
  assert_int_equal(json_array_size(json_object_get(object, "reasons")), 0);
  json_decref(object);
}

static void test_small_words(void **state) {
  (void)state;
  json_t *list = json_pack("[o, o, o]", pl_json_hash(0xabc), pl_json_hash(UINT64_MAX),
                           pl_json_u64(UINT64_C(9223372036854775808)));
  expect(list, "[\"0000000000000abc\",\"ffffffffffffffff\",9223372036854775807]");
  assert_string_equal(pl_json_kind(PL_KIND_LINEAR), "linear");
  assert_string_equal(pl_json_kind(PL_KIND_COUNT), "?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_decision),
      cmocka_unit_test(test_a_row_with_its_view),
      cmocka_unit_test(test_what_no_name_should_hold),
      cmocka_unit_test(test_small_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
