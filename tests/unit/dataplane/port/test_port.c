/* Ports through DPDK's embedded profile, as any user may run it. EAL starts once in a process, so
 * one start serves all tests. */
#include <fcntl.h>
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/port/eal.h"
#include "dataplane/port/port.h"
#include "tests/unit/dataplane/port/capture_file.h"

#define POLLS_MAX 100000 /* a port that never ends fails the test instead of hanging it */

static char scratch[64];
static char path[512];
static char error[PL_EAL_ERROR_BYTES];

static const char *scratch_path(const char *name) {
  snprintf(path, sizeof(path), "%s/%s", scratch, name);
  return path;
}

static void expect_frame(const struct pl_frame *frame, uint32_t i, uint32_t size_bytes) {
  uint8_t wanted[CAPTURE_FRAME_BYTES_MAX];
  capture_file_fill(wanted, i, size_bytes);
  assert_int_equal(frame->size_bytes, size_bytes);
  assert_int_equal(frame->line, PL_LINE_B);
  assert_int_equal(frame->recv_ns, capture_file_stamp_us(i) * 1000);
  if (size_bytes > PL_FRAME_BYTES_MAX)
    assert_null(frame->data);
  else
    assert_memory_equal(frame->data, wanted, size_bytes);
}

/* Polls until the port ends and compares everything that comes. */
static uint32_t play(struct pl_port *port, uint32_t (*size_of)(uint32_t), uint32_t burst) {
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  uint32_t seen = 0;
  for (uint32_t polls = 0; !pl_port_ended(port); polls++) {
    assert_true(polls < POLLS_MAX);
    uint32_t count = pl_port_burst(port, frames, burst);
    assert_true(count <= burst && count <= PL_BURST_FRAMES_MAX);
    for (uint32_t i = 0; i < count; i++) {
      expect_frame(&frames[i], seen, size_of(seen));
      seen++;
    }
  }
  assert_int_equal(pl_port_burst(port, frames, burst), 0);
  return seen;
}

static uint32_t size_mixed(uint32_t i) {
  return 60 + i * 37 % 1455;
}
static uint32_t size_jumbo(uint32_t i) {
  return PL_FRAME_BYTES_MAX - 3 + i;
}
static uint32_t size_giant(uint32_t i) {
  return CAPTURE_FRAME_BYTES_MAX - i % 2;
}

static void play_file(const char *file, uint32_t (*size_of)(uint32_t), uint32_t count) {
  struct pl_port *port = NULL;
  assert_int_equal(pl_port_open_capture(file, PL_LINE_B, &port, error, sizeof(error)), PL_OK);
  const struct pl_port_capture_info *info = pl_port_capture_info(port);
  assert_int_equal(info->frames, count);
  assert_int_equal(info->first_ns, capture_file_stamp_us(0) * 1000);
  assert_int_equal(info->last_ns, capture_file_stamp_us(count - 1) * 1000);
  assert_false(pl_port_ended(port));
  assert_int_equal(play(port, size_of, PL_BURST_FRAMES_MAX), count);
  struct pl_port_stats stats;
  pl_port_stats(port, &stats);
  assert_int_equal(stats.received, count);
  assert_int_equal(stats.bytes, info->bytes);
  assert_int_equal(stats.rx_missing, 0);
  assert_int_equal(stats.rx_nombuf, 0);
  assert_int_equal(stats.rx_errors, 0);
  pl_port_close(port);
}

static void expect_refusal(const char *file, enum pl_status status, const char *words) {
  struct pl_port *port = NULL;
  error[0] = '\0';
  assert_int_equal(pl_port_open_capture(file, PL_LINE_A, &port, error, sizeof(error)), status);
  assert_null(port);
  assert_non_null(strstr(error, words));
  assert_null(strchr(error, '\n'));
}

static uint32_t open_descriptors(void) {
  uint32_t count = 0;
  for (int fd = 0; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0) count++;
  return count;
}

static void test_frames_come_back_as_written(void **state) {
  (void)state;
  capture_file_write(scratch_path("mixed.pcap"), 1000, size_mixed);
  play_file(path, size_mixed, 1000);
}

static void test_captures_one_after_another_leave_nothing(void **state) {
  (void)state;
  capture_file_write(scratch_path("again.pcap"), 40, size_mixed);
  play_file(path, size_mixed, 40);
  uint32_t before = open_descriptors();
  for (int i = 0; i < 40; i++) play_file(path, size_mixed, 40);
  assert_int_equal(open_descriptors(), before);
}

static void test_two_captures_play_at_the_same_time(void **state) {
  (void)state;
  capture_file_write(scratch_path("twice.pcap"), 200, size_mixed);
  struct pl_port *ports[2];
  for (int i = 0; i < 2; i++)
    assert_int_equal(pl_port_open_capture(path, PL_LINE_B, &ports[i], error, sizeof(error)), PL_OK);
  for (int i = 0; i < 2; i++) assert_int_equal(play(ports[i], size_mixed, 7), 200);
  for (int i = 0; i < 2; i++) pl_port_close(ports[i]);
}

static void test_a_port_may_be_closed_in_the_middle(void **state) {
  (void)state;
  capture_file_write(scratch_path("middle.pcap"), 200, size_mixed);
  struct pl_port *port;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  assert_int_equal(pl_port_open_capture(path, PL_LINE_A, &port, error, sizeof(error)), PL_OK);
  assert_int_equal(pl_port_burst(port, frames, 0), 0);
  assert_int_equal(pl_port_burst(port, frames, 1000), PL_BURST_FRAMES_MAX);
  assert_false(pl_port_ended(port));
  pl_port_close(port);
  pl_port_close(NULL);
}

static void test_any_path_works(void **state) {
  (void)state;
  const char *names[] = {"a, comma and 'quotes\".pcap", "iface=[x](y).pcap", "\xc3\xa9t\xc3\xa9"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    capture_file_write(scratch_path(names[i]), 3, size_mixed);
    play_file(path, size_mixed, 3);
  }
}

static void test_jumbo_frames_fit_up_to_the_limit(void **state) {
  (void)state;
  capture_file_write(scratch_path("jumbo.pcap"), 6, size_jumbo); /* 3 below, at, 2 above */
  play_file(path, size_jumbo, 6);
}

/* The most buffers a burst can need: none of these may be lost. */
static void test_giant_frames_come_without_data(void **state) {
  (void)state;
  capture_file_write(scratch_path("giant.pcap"), 100, size_giant);
  play_file(path, size_giant, 100);
}

static void test_nanosecond_stamps_come_as_whole_microseconds(void **state) {
  (void)state;
  capture_file_write_ns(scratch_path("nano.pcap"), 5, size_mixed);
  play_file(path, size_mixed, 5);
}

static void test_a_cut_tail_keeps_what_is_whole(void **state) {
  (void)state;
  capture_file_write(scratch_path("cut.pcap"), 50, size_mixed);
  struct stat meta;
  assert_int_equal(stat(path, &meta), 0);
  /* inside the last frame, inside its header, and on the border, where nothing is cut */
  const off_t cuts[] = {1, (off_t)size_mixed(49) + 5, (off_t)size_mixed(49) + 16};
  for (int i = 0; i < 3; i++) {
    struct pl_port *port;
    assert_int_equal(truncate(path, meta.st_size - cuts[i]), 0);
    assert_int_equal(pl_port_open_capture(path, PL_LINE_B, &port, error, sizeof(error)), PL_OK);
    assert_int_equal(pl_port_capture_info(port)->tail_cut, i < 2);
    assert_int_equal(play(port, size_mixed, PL_BURST_FRAMES_MAX), 49);
    pl_port_close(port);
  }
}

/* What the scan counted and the driver cannot deliver ends the port and is counted. */
static void test_frames_that_vanish_are_missing(void **state) {
  (void)state;
  capture_file_write(scratch_path("vanish.pcap"), 500, size_mixed);
  struct pl_port *port;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  assert_int_equal(pl_port_open_capture(path, PL_LINE_B, &port, error, sizeof(error)), PL_OK);
  assert_int_equal(truncate(path, 64), 0);
  uint32_t seen = 0;
  for (uint32_t polls = 0; !pl_port_ended(port); polls++) {
    assert_true(polls < POLLS_MAX);
    seen += pl_port_burst(port, frames, PL_BURST_FRAMES_MAX);
  }
  struct pl_port_stats stats;
  pl_port_stats(port, &stats);
  assert_true(seen < 500);
  assert_int_equal(stats.received, seen);
  assert_int_equal(stats.rx_missing, 500 - seen);
  pl_port_close(port);
}

/* A capture that is still being written ends where it ended when it was opened. */
static void test_a_growing_file_ends_where_it_was_scanned(void **state) {
  (void)state;
  capture_file_write(scratch_path("longer.pcap"), 20, size_mixed);
  FILE *longer = fopen(path, "rb");
  char tail[40000];
  size_t tail_bytes = fread(tail, 1, sizeof(tail), longer);
  fclose(longer);
  capture_file_write(scratch_path("growing.pcap"), 10, size_mixed);
  struct stat meta;
  assert_int_equal(stat(path, &meta), 0);
  struct pl_port *port;
  assert_int_equal(pl_port_open_capture(path, PL_LINE_B, &port, error, sizeof(error)), PL_OK);
  FILE *growing = fopen(path, "ab");
  assert_true(tail_bytes > (size_t)meta.st_size);
  size_t more_bytes = tail_bytes - (size_t)meta.st_size;
  assert_int_equal(fwrite(tail + meta.st_size, 1, more_bytes, growing), more_bytes);
  fclose(growing);
  assert_int_equal(play(port, size_mixed, PL_BURST_FRAMES_MAX), 10);
  pl_port_close(port);
}

static void write_text(const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void test_what_is_no_capture_is_refused(void **state) {
  (void)state;
  uint32_t before = open_descriptors();
  expect_refusal(scratch_path("missing.pcap"), PL_E_NO_FILE, "missing.pcap");
  expect_refusal(scratch, PL_E_NOT_CAPTURE, "not a regular file");
  expect_refusal("/dev/null", PL_E_NOT_CAPTURE, "not a regular file");
  assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
  expect_refusal(path, PL_E_NOT_CAPTURE, "not a regular file");
  scratch_path("zero.pcap");
  write_text("");
  expect_refusal(path, PL_E_EMPTY, "0 bytes");
  capture_file_write(scratch_path("frameless.pcap"), 0, size_mixed);
  expect_refusal(path, PL_E_EMPTY, "holds no frame");
  scratch_path("garbage.pcap");
  write_text("this is no capture, however long the text may be made to look like one");
  expect_refusal(path, PL_E_NOT_CAPTURE, "not a pcap");
  capture_file_write_linked(scratch_path("raw.pcap"), DLT_RAW);
  expect_refusal(path, PL_E_NOT_CAPTURE, "not Ethernet");
  assert_int_equal(open_descriptors(), before);
}

static void test_live_ports_stamp_with_the_clock(void **state) {
  (void)state;
  const struct pl_port_live_config config = {
      .driver = PL_PORT_DRIVER_DEVICE, .interface = "net_null0", .line = PL_LINE_A};
  struct pl_port *port, *other = NULL;
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  assert_int_equal(pl_port_open_live(&config, &port, error, sizeof(error)), PL_OK);
  assert_int_equal(pl_port_open_live(&config, &other, error, sizeof(error)), PL_E_CONFIG);
  assert_non_null(strstr(error, "open already"));
  uint64_t now_ns = (uint64_t)time(NULL) * 1000000000;
  for (int burst = 0; burst < 1000; burst++) {
    assert_int_equal(pl_port_burst(port, frames, PL_BURST_FRAMES_MAX), PL_BURST_FRAMES_MAX);
    assert_int_equal(frames[0].recv_ns, frames[PL_BURST_FRAMES_MAX - 1].recv_ns);
    assert_true(frames[0].recv_ns >= now_ns);
    assert_int_equal(frames[0].line, PL_LINE_A);
  }
  assert_false(pl_port_ended(port));
  assert_null(pl_port_capture_info(port));
  struct pl_port_stats stats;
  pl_port_stats(port, &stats);
  assert_int_equal(stats.received, 1000 * PL_BURST_FRAMES_MAX);
  pl_port_close(port);
}

static void test_an_interface_that_is_not_there_is_named(void **state) {
  (void)state;
  enum pl_port_driver driver;
  assert_int_equal(pl_port_driver_find("net_af_packet", &driver), PL_OK);
  assert_int_equal(driver, PL_PORT_DRIVER_AF_PACKET);
  assert_int_equal(pl_port_driver_find("net_none", &driver), PL_E_NOT_FOUND);
  const char *names[] = {"plport-none", "lo,framecnt=1", "", "a name longer than any interface"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    const struct pl_port_live_config config = {.driver = driver, .interface = names[i]};
    struct pl_port *port = NULL;
    assert_int_equal(pl_port_open_live(&config, &port, error, sizeof(error)), PL_E_CONFIG);
    assert_non_null(strstr(error, names[i]));
    assert_null(port);
  }
}

static int start_eal(void **state) {
  (void)state;
  const struct pl_eal_config config = {.profile = PL_EAL_EMBEDDED, .workers = 1};
  if (pl_eal_start(&config, error, sizeof(error)) == PL_OK) return 0;
  fprintf(stderr, "%s\n", error);
  return -1;
}

static int stop_eal(void **state) {
  (void)state;
  pl_eal_stop();
  return 0;
}

static void remove_scratch(void) {
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
  if (system(command) != 0) fprintf(stderr, "%s is left\n", scratch);
}

int main(void) {
  snprintf(scratch, sizeof(scratch), "/tmp/pl_test_port.XXXXXX");
  if (mkdtemp(scratch) == NULL) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_frames_come_back_as_written),
      cmocka_unit_test(test_captures_one_after_another_leave_nothing),
      cmocka_unit_test(test_two_captures_play_at_the_same_time),
      cmocka_unit_test(test_a_port_may_be_closed_in_the_middle),
      cmocka_unit_test(test_any_path_works),
      cmocka_unit_test(test_jumbo_frames_fit_up_to_the_limit),
      cmocka_unit_test(test_giant_frames_come_without_data),
      cmocka_unit_test(test_nanosecond_stamps_come_as_whole_microseconds),
      cmocka_unit_test(test_a_cut_tail_keeps_what_is_whole),
      cmocka_unit_test(test_frames_that_vanish_are_missing),
      cmocka_unit_test(test_a_growing_file_ends_where_it_was_scanned),
      cmocka_unit_test(test_what_is_no_capture_is_refused),
      cmocka_unit_test(test_live_ports_stamp_with_the_clock),
      cmocka_unit_test(test_an_interface_that_is_not_there_is_named),
  };
  int failed = cmocka_run_group_tests(tests, start_eal, stop_eal);
  remove_scratch();
  return failed;
}
