/* Whose capture it is, told from its bytes. */
#include "control/daemon/detect.h"

#include "dataplane/feed/ethernet.h"
#include "dataplane/venue/layout.h"
#include "dataplane/venue/venue.h"
#include "tests/harness/harness.h"
#include "tests/venue/sink_pcap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GARBAGE_BYTES 100

static char scratch[64], path[128], error[512];
static struct pl_sink_pcap sink;

static void put(const uint8_t *frame, size_t size) {
  assert_true(pl_sink_pcap_write(&sink, 1, frame, size));
}

static void put_garbage(uint32_t count) {
  static const struct pl_ethernet_path to = {1, 0xef000001, 2, 3};
  uint8_t frame[PL_ETHERNET_FRAME_MAX], payload[GARBAGE_BYTES];
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t at = 0; at < sizeof payload; at++)
      payload[at] = (uint8_t)(0x80 | (at * 37 + i * 11));
    put(frame, pl_ethernet_wrap(&to, 1, payload, sizeof payload, frame, sizeof frame));
  }
}

static void put_deribit(uint32_t count) {
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 1, 2, 100);
  assert_true(frames.count >= count);
  for (uint32_t i = 0; i < count; i++) put(frames.frames[i].data, frames.frames[i].size_bytes);
  pl_frames_free(&frames);
}

static void put_foreign(uint32_t count) {
  uint8_t arp[60] = {[12] = 0x08, [13] = 0x06};
  for (uint32_t i = 0; i < count; i++) put(arp, sizeof arp);
}

/* As many frames of each, one sort after the other. */
static void write_capture(uint32_t foreign, uint32_t garbage, uint32_t deribit) {
  assert_true(pl_sink_pcap_open(&sink, path));
  put_foreign(foreign);
  put_garbage(garbage);
  put_deribit(deribit);
  assert_true(pl_sink_pcap_close(&sink));
}

static void expect_deribit(void) {
  uint32_t index = 99;
  assert_int_equal(pl_detect_capture(path, &pl_detect_venues, &index, error, sizeof error), PL_OK);
  assert_string_equal(pl_venue_at(index)->name, "deribit");
  assert_int_equal(pl_detect_capture(path, &pl_detect_layouts, &index, error, sizeof error), PL_OK);
  assert_string_equal(pl_layout_at(index)->venue, "deribit");
}

static void expect_none(const struct pl_detect_table *table, const char *words) {
  uint32_t index = 99;
  assert_int_equal(pl_detect_capture(path, table, &index, error, sizeof error), PL_E_NOT_FOUND);
  assert_int_equal(index, 99);
  assert_non_null(strstr(error, words));
  assert_non_null(strstr(error, "--venue"));
}

static void a_venue_is_told_by_its_packets(void **state) {
  (void)state;
  write_capture(0, 0, 100);
  expect_deribit();
  write_capture(0, 0, 1);
  expect_deribit();
}

static void other_frames_do_not_count(void **state) {
  (void)state;
  write_capture(300, 0, 1);
  expect_deribit();
}

static void one_packet_understood_among_garbage_is_enough(void **state) {
  (void)state;
  write_capture(0, PL_DETECT_PACKETS_MAX - 1, 1);
  expect_deribit();
  write_capture(0, PL_DETECT_PACKETS_MAX, 1);
  expect_none(&pl_detect_venues, "first 64 UDP packets");
}

static void garbage_is_nobodys(void **state) {
  (void)state;
  write_capture(0, 10, 0);
  expect_none(&pl_detect_venues, "first 10 UDP packets");
  assert_non_null(strstr(error, "deribit")); /* what could be named */
  expect_none(&pl_detect_layouts, "no venue known");
  write_capture(10, 0, 0);
  expect_none(&pl_detect_venues, "no UDP packet");
}

static void what_cannot_be_read_says_so(void **state) {
  (void)state;
  uint32_t index;
  assert_int_equal(
      pl_detect_capture("/nowhere/at/all", &pl_detect_venues, &index, error, sizeof error),
      PL_E_NO_FILE);
  assert_null(strstr(error, "--venue"));
  write_capture(0, 0, 0);
  assert_int_equal(pl_detect_capture(path, &pl_detect_venues, &index, error, sizeof error),
                   PL_E_EMPTY);
}

/* Candidates of the test's own: by the packet's size. */
static const char *size_name(uint32_t index) {
  static const char *const names[] = {"small", "even", "never", "alike"};
  return index < 4 ? names[index] : NULL;
}

static bool size_fits(uint32_t index, const struct pl_packet *packet) {
  return index == 0 ? packet->size_bytes < GARBAGE_BYTES
                    : index != 2 && packet->size_bytes == GARBAGE_BYTES;
}

static void a_tie_names_the_candidates(void **state) {
  (void)state;
  static const struct pl_detect_table table = {size_name, size_fits};
  write_capture(0, 3, 0);
  expect_none(&table, "could be of even or alike");
  assert_null(strstr(error, "small"));
  assert_null(strstr(error, "never"));
}

static bool garbage_or_not(uint32_t index, const struct pl_packet *packet) {
  bool garbage = packet->size_bytes == GARBAGE_BYTES;
  return index == 1 ? garbage : index == 3 && !garbage;
}

static void the_most_win(void **state) {
  (void)state;
  static const struct pl_detect_table table = {size_name, garbage_or_not};
  uint32_t index;
  write_capture(0, 3, 2);
  assert_int_equal(pl_detect_capture(path, &table, &index, error, sizeof error), PL_OK);
  assert_int_equal(index, 1);
  write_capture(0, 3, 4);
  assert_int_equal(pl_detect_capture(path, &table, &index, error, sizeof error), PL_OK);
  assert_int_equal(index, 3);
}

static void names_are_joined_and_cut_to_the_room(void **state) {
  (void)state;
  static const struct pl_detect_table table = {size_name, size_fits};
  char names[64], few[8];
  pl_detect_names(&table, ", ", names, sizeof names);
  assert_string_equal(names, "small, even, never, alike");
  pl_detect_names(&table, ", ", few, sizeof few);
  assert_string_equal(few, "small, ");
}

int main(void) {
  (void)snprintf(scratch, sizeof scratch, "/tmp/plimsoll-detect-XXXXXX");
  if (mkdtemp(scratch) == NULL) return 1;
  (void)snprintf(path, sizeof path, "%s/file.pcap", scratch);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_venue_is_told_by_its_packets),
      cmocka_unit_test(other_frames_do_not_count),
      cmocka_unit_test(one_packet_understood_among_garbage_is_enough),
      cmocka_unit_test(garbage_is_nobodys),
      cmocka_unit_test(what_cannot_be_read_says_so),
      cmocka_unit_test(a_tie_names_the_candidates),
      cmocka_unit_test(the_most_win),
      cmocka_unit_test(names_are_joined_and_cut_to_the_room),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  (void)unlink(path);
  (void)rmdir(scratch);
  return failed;
}
