/* The venue's own sample capture, real bytes: what feeds are decoded to is proven by the feed
 * itself. Snapshots must equal the kept books, tickers the kept touch. */
#include "tests/harness/harness.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SAMPLE "captures/deribit/sample_capture_v1_6.pcapng"

static void sample_is_decoded_whole(void **state) {
  (void)state;
  char path[4096];
  if (pl_harness_shared(SAMPLE, path, sizeof path) == NULL) skip();
  struct pl_frames frames = {0};
  assert_true(pl_frames_read(&frames, path));
  struct pl_harness harness = {0};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &frames);
  const struct pl_feed_counters *feed = pl_feed_counters(harness.pipeline.feed);
  const struct pl_book_counters *books = pl_step_book_counters(harness.pipeline.step);
  assert_int_equal(feed->frames, 5066);
  assert_int_equal(feed->outcomes[PL_OK], 5066);
  assert_int_equal(feed->messages, 6780);
  uint32_t channels;
  const struct pl_channel *channel =
      pl_line_channels(pl_feed_lines(harness.pipeline.feed), &channels);
  uint64_t gaps = 0, heard = 0;
  for (uint32_t i = 0; i < channels; i++) gaps += channel[i].gaps, heard += channel[i].started;
  assert_int_equal(heard, 29);
  assert_int_equal(gaps, 0);
  assert_int_equal(books->updates, 1064);
  assert_int_equal(books->chain_breaks + books->updates_no_book + books->crossings, 0);
  assert_int_equal(books->removals_unknown + books->updates_old, 0);
  assert_int_equal(books->snapshots, 194);
  assert_int_equal(books->snapshot_checks, 110);
  assert_int_equal(books->snapshot_matches, 110);
  assert_int_equal(books->ticker_checks, 3441);
  assert_int_equal(books->ticker_matches, 3441);
  assert_int_equal(pl_directory_count(pl_feed_directory(harness.pipeline.feed)), 84);
  assert_true(harness.decisions > 0);
  pl_harness_close(&harness);
  pl_frames_free(&frames);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(sample_is_decoded_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
