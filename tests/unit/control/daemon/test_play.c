/* Captures of line A and line B played as one stream. Each play runs in a process of its own: DPDK
 * starts once in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/daemon/play.h"
#include "tests/harness/harness.h"
#include "tests/venue/sink_pcap.h"

#define FEED_SECONDS 3

/* Which frames of the feed a file has: by their number, or by their microsecond, which is all that
 * is left of a stamp when it is played; frames of one moment are kept or lost together. */
enum part { WHOLE, WITHOUT_0_OF_3, WITHOUT_1_OF_3, FIRST_HALF, PARTS };

static char folder[] = "/tmp/plimsoll-test-XXXXXX", paths[PARTS][64];
static struct pl_frames feed;
static uint32_t part_frames[PARTS];

/* What a play came to, written by its process. */
static struct report {
  enum pl_status status;
  struct pl_play_result result;
  char error[1024];
} * report;

static bool has(enum part part, uint32_t number) {
  uint64_t moment = feed.frames[number].recv_ns / 1000;
  switch (part) {
  case WITHOUT_0_OF_3: return moment % 3 != 0;
  case WITHOUT_1_OF_3: return moment % 3 != 1;
  case FIRST_HALF: return number < feed.count / 2;
  default: return true;
  }
}

static bool write_part(enum part part) {
  static struct pl_sink_pcap sink;
  bool good = pl_sink_pcap_open(&sink, paths[part]);
  for (uint32_t i = 0; i < feed.count && good; i++)
    if (has(part, i))
      good = pl_sink_pcap_write(&sink, feed.frames[i].recv_ns, feed.frames[i].data,
                                feed.frames[i].size_bytes);
  part_frames[part] = (uint32_t)sink.frames;
  return pl_sink_pcap_close(&sink) && good;
}

static int start(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED) return -1;
  pl_frames_exchange(&feed, 3, FEED_SECONDS, 500);
  bool good = feed.count > 1000;
  for (uint32_t part = 0; part < PARTS && good; part++) {
    (void)snprintf(paths[part], sizeof paths[part], "%s/%u.pcap", folder, part);
    good = write_part((enum part)part);
  }
  return good ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  for (uint32_t part = 0; part < PARTS; part++) (void)unlink(paths[part]);
  pl_frames_free(&feed);
  (void)munmap(report, sizeof *report);
  return rmdir(folder);
}

static const struct pl_play_result *play(const char *a, const char *b, const char *capture,
                                         enum pl_layout layout) {
  static struct pl_policy policy;
  pl_policy_default(&policy);
  const struct pl_play_config config = {.venue = pl_venue_find("deribit"),
                                        .policy = &policy,
                                        .layout = layout,
                                        .captures = &capture,
                                        .capture_count = capture != NULL,
                                        .lines = {a, b}};
  int code = -1;
  memset(report, 0, sizeof *report);
  pid_t child = fork();
  if (child == 0) {
    report->status = pl_play(&config, &report->result, report->error, sizeof report->error);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
  return &report->result;
}

/* rx = decoded + each named drop. */
static void expect_ledger(const struct pl_play_result *result, uint64_t packets,
                          uint64_t duplicates) {
  assert_int_equal(report->status, PL_OK);
  uint64_t sum = result->rx_missing;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += result->receive.feed.outcomes[i];
  assert_int_equal(sum, packets);
  assert_int_equal(result->packets, packets);
  assert_int_equal(result->receive.feed.outcomes[PL_OK], packets - duplicates);
  assert_int_equal(result->receive.feed.outcomes[PL_E_DUPLICATE], duplicates);
  assert_int_equal(result->receive.duplicates, duplicates);
  assert_int_equal(result->receive.gaps, 0);
  uint64_t by_channel = 0, packets_by_channel = 0;
  for (uint32_t i = 0; i < result->channels.count; i++) {
    by_channel += result->channels.rows[i].duplicates;
    packets_by_channel += result->channels.rows[i].packets;
  }
  assert_int_equal(by_channel, duplicates);
  assert_int_equal(packets_by_channel, packets - duplicates);
  assert_int_equal(result->channels.count, result->receive.channels);
}

static void one_line_decides_as_both_do(void **state) {
  (void)state;
  for (uint32_t layout = PL_LAYOUT_INLINE; layout <= PL_LAYOUT_PIPELINE; layout++) {
    const struct pl_play_result *result = play(NULL, NULL, paths[WHOLE], (enum pl_layout)layout);
    expect_ledger(result, feed.count, 0);
    uint64_t digest = result->digest, decisions = result->decisions, feed_ns = result->feed_ns;
    assert_true(decisions > 100);
    const char *const lines[][2] = {
        {paths[WHOLE], NULL}, {NULL, paths[WHOLE]}, {paths[WHOLE], paths[WHOLE]}};
    for (uint32_t i = 0; i < 3; i++) {
      result = play(lines[i][0], lines[i][1], NULL, (enum pl_layout)layout);
      expect_ledger(result, i == 2 ? 2 * feed.count : feed.count, i == 2 ? feed.count : 0);
      assert_int_equal(result->digest, digest);
      assert_int_equal(result->decisions, decisions);
      assert_int_equal(result->feed_ns, feed_ns);
    }
  }
}

/* What one line lost the other one has, at the same moment: nothing is missing, and only the merge
 * by time makes it so. */
static void lines_make_good_for_each_other(void **state) {
  (void)state;
  uint64_t digest = play(paths[WHOLE], NULL, NULL, PL_LAYOUT_INLINE)->digest;
  const struct pl_play_result *result =
      play(paths[WITHOUT_0_OF_3], paths[WITHOUT_1_OF_3], NULL, PL_LAYOUT_INLINE);
  uint32_t frames = part_frames[WITHOUT_0_OF_3] + part_frames[WITHOUT_1_OF_3];
  assert_true(part_frames[WITHOUT_0_OF_3] < feed.count - 100);
  assert_true(part_frames[WITHOUT_1_OF_3] < feed.count - 100);
  expect_ledger(result, frames, frames - feed.count);
  assert_int_equal(result->digest, digest);
}

static void one_line_may_be_shorter(void **state) {
  (void)state;
  uint64_t digest = play(paths[WHOLE], NULL, NULL, PL_LAYOUT_INLINE)->digest;
  const struct pl_play_result *result =
      play(paths[FIRST_HALF], paths[WHOLE], NULL, PL_LAYOUT_INLINE);
  expect_ledger(result, feed.count + part_frames[FIRST_HALF], part_frames[FIRST_HALF]);
  assert_int_equal(result->digest, digest);
  result = play(paths[WHOLE], paths[FIRST_HALF], NULL, PL_LAYOUT_PIPELINE);
  expect_ledger(result, feed.count + part_frames[FIRST_HALF], part_frames[FIRST_HALF]);
  assert_int_equal(result->digest, digest);
}

static void a_file_that_is_not_there(void **state) {
  (void)state;
  (void)play(paths[WHOLE], "/nowhere/b.pcap", NULL, PL_LAYOUT_INLINE);
  assert_int_equal(report->status, PL_E_NO_FILE);
  assert_non_null(strstr(report->error, "/nowhere/b.pcap"));
  assert_int_equal(report->result.packets, 0); /* untouched */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_line_decides_as_both_do),
      cmocka_unit_test(lines_make_good_for_each_other),
      cmocka_unit_test(one_line_may_be_shorter),
      cmocka_unit_test(a_file_that_is_not_there),
  };
  return cmocka_run_group_tests(tests, start, end);
}
