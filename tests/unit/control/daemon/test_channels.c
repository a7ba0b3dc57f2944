/* The cell of channels, and channels as JSON: in pages that fit a message whatever is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/admin/protocol.h"
#include "control/daemon/feeds_json.h"
#include "tests/harness/harness.h"

static struct pl_channels_stats channels, read_back;

static void the_cell_holds_what_the_lines_know(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 5, 2, 300);
  struct pl_harness harness = {0};
  pl_harness_open(&harness, NULL);
  assert_false(pl_channels_read(harness.pipeline.channels, &read_back)); /* nothing written yet */
  pl_harness_play(&harness, &frames);
  pl_pipeline_sum_up(&harness.pipeline);
  assert_true(pl_channels_read(harness.pipeline.channels, &read_back));
  uint32_t known;
  const struct pl_channel *channel = pl_line_channels(pl_feed_lines(harness.pipeline.feed), &known);
  assert_int_equal(read_back.count, known);
  assert_true(known > 3);
  for (uint32_t i = 0; i < known; i++) {
    const struct pl_channel_row *row = &read_back.rows[i];
    assert_int_equal(row->id, channel[i].id);
    assert_int_equal(row->next_seq, channel[i].next_seq);
    assert_int_equal(row->packets, channel[i].packets);
    assert_string_equal(pl_channels_state(row->state), "normal");
    assert_false(pl_channels_is_degraded(row));
  }
  pl_harness_close(&harness);
  pl_frames_free(&frames);
}

static uint64_t number_at(const json_t *object, const char *key) {
  assert_true(json_is_integer(json_object_get(object, key)));
  return (uint64_t)json_integer_value(json_object_get(object, key));
}

static json_t *page(const struct pl_receive_stats *receive, uint32_t first) {
  json_t *object = json_object();
  pl_feeds_json(&channels, receive, first, object);
  return object;
}

static void pages_hold_every_channel_once(void **state) {
  (void)state;
  static const uint32_t counts[] = {0, 1, PL_FEEDS_JSON_ROWS, PL_FEEDS_JSON_ROWS + 1,
                                    PL_CHANNELS_MAX};
  const struct pl_receive_stats receive = {.channels = 7};
  for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    channels = (struct pl_channels_stats){.count = counts[i]};
    for (uint32_t row = 0; row < counts[i]; row++) channels.rows[row].id = 1000 + row;
    uint32_t first = 0;
    do {
      json_t *object = page(&receive, first);
      const json_t *rows = json_object_get(object, "rows");
      assert_int_equal(number_at(object, "row_count"), counts[i]);
      assert_int_equal(number_at(object, "first"), first);
      assert_true(json_array_size(rows) > 0 || counts[i] == 0);
      for (size_t row = 0; row < json_array_size(rows); row++)
        assert_int_equal(number_at(json_array_get(rows, row), "channel"), 1000 + first + row);
      first += (uint32_t)json_array_size(rows);
      json_decref(object);
    } while (first < counts[i]);
    assert_int_equal(first, counts[i]);
    json_t *behind = page(&receive, counts[i]);
    assert_int_equal(json_array_size(json_object_get(behind, "rows")), 0);
    json_decref(behind);
  }
}

/* All counters at their largest. */
static void a_page_fits_a_message(void **state) {
  (void)state;
  struct pl_receive_stats receive;
  memset(&receive, 0xff, sizeof receive);
  memset(&channels, 0xff, sizeof channels);
  channels.count = PL_CHANNELS_MAX;
  json_t *object = page(&receive, 0);
  size_t bytes = json_dumpb(object, NULL, 0, JSON_COMPACT);
  assert_true(bytes > 10000 && bytes + 1000 < PL_PROTOCOL_JSON_BYTES_MAX);
  json_decref(object);
}

static void a_row_says_what_is_counted(void **state) {
  (void)state;
  channels = (struct pl_channels_stats){.count = 1};
  channels.rows[0] = (struct pl_channel_row){
      .id = 11,
      .state = 1,
      .session = 0xabc,
      .next_seq = 12,
      .packets = 13,
      .gaps = 14,
      .units_lost = 15,
      .holes = 16,
      .filled = {[PL_LINE_A] = 17, [PL_LINE_B] = 18, [PL_LINE_RESEND] = 19},
      .gaps_by_snapshot = 20,
      .duplicates = 21,
      .late = 22,
      .restarts = 23,
      .silences = 24,
      .stale_ns = 25,
      .held = 26,
      .lines = {[PL_LINE_A] = {.packets = 27, .silences = 28, .last_recv_ns = 29},
                [PL_LINE_B] = {.packets = 30, .silent = 1, .silences = 31, .last_recv_ns = 32}}};
  json_t *rows = pl_feeds_json_rows(&channels, 0, 1);
  char *text = json_dumps(rows, JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(
      text,
      "[{\"channel\":11,\"duplicates\":21,\"filled_a\":17,\"filled_b\":18,\"filled_resend\":19,"
      "\"gaps\":14,\"gaps_by_snapshot\":20,\"held\":26,\"holes\":16,\"late\":22,\"lines\":["
      "{\"last_recv_ns\":29,\"line\":\"A\",\"packets\":27,\"silences\":28,\"silent\":false},"
      "{\"last_recv_ns\":32,\"line\":\"B\",\"packets\":30,\"silences\":31,\"silent\":true}],"
      "\"next_seq\":12,\"packets\":13,\"restarts\":23,\"session\":\"0000000000000abc\","
      "\"silences\":24,\"silent\":false,\"stale_ns\":25,\"state\":\"gap wait\","
      "\"units_lost\":15}]");
  free(text);
  json_decref(rows);
}

static void what_makes_it_degraded(void **state) {
  (void)state;
  static const struct {
    uint64_t state, silent;
    bool degraded;
  } cases[] = {{0, 0, false}, {1, 0, false}, {2, 0, false}, {3, 0, false},
               {4, 0, true},  {0, 1, true},  {4, 1, true}};
  struct pl_receive_stats receive = {.feed.frames = 9};
  receive.feed.outcomes[PL_OK] = 6;
  receive.feed.outcomes[PL_E_DUPLICATE] = 2;
  receive.feed.outcomes[PL_E_LATE] = 1;
  for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    channels = (struct pl_channels_stats){.count = 2};
    channels.rows[1] = (struct pl_channel_row){.state = cases[i].state, .silent = cases[i].silent};
    json_t *object = page(&receive, 0);
    assert_int_equal(json_is_true(json_object_get(object, "degraded")), cases[i].degraded);
    assert_int_equal(number_at(object, "channels_degraded"), cases[i].degraded);
    const json_t *dropped = json_object_get(object, "dropped");
    assert_int_equal(number_at(object, "packets"), 9);
    assert_int_equal(number_at(object, "packets"), number_at(object, "decoded") +
                                                       number_at(dropped, "duplicate") +
                                                       number_at(dropped, "late"));
    assert_int_equal(json_object_size(dropped), 2);
    json_decref(object);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cell_holds_what_the_lines_know),
      cmocka_unit_test(pages_hold_every_channel_once),
      cmocka_unit_test(a_page_fits_a_message),
      cmocka_unit_test(a_row_says_what_is_counted),
      cmocka_unit_test(what_makes_it_degraded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
