/* The two places frames go to: a pcap file byte for byte, and both sinks' refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/venue/sink_live.h"
#include "tests/venue/sink_pcap.h"

static void file_is_a_nanosecond_pcap(void **state) {
  (void)state;
  static const uint8_t frame[5] = {1, 2, 3, 4, 5};
  static const uint8_t expected[24 + 16 + 5] = {
      0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0,
      0,    0,    0xff, 0xff, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, /* 7 s */
      0xff, 0xc9, 0x9a, 0x3b,                               /* and 999999999 ns */
      5,    0,    0,    0,    5, 0, 0, 0, 1, 2, 3, 4, 5};
  char path[] = "/tmp/plimsoll-sink-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0);
  struct pl_sink_pcap sink;
  assert_true(pl_sink_pcap_open(&sink, path));
  assert_true(pl_sink_pcap_write(&sink, 7999999999u, frame, sizeof frame));
  assert_true(pl_sink_pcap_close(&sink));
  assert_int_equal(sink.frames, 1);
  assert_int_equal(sink.bytes, 5);
  uint8_t bytes[64];
  assert_int_equal(read(file, bytes, sizeof bytes), sizeof expected);
  assert_memory_equal(bytes, expected, sizeof expected);
  close(file);
  unlink(path);
}

static void missing_folder_is_reported(void **state) {
  (void)state;
  struct pl_sink_pcap sink;
  assert_false(pl_sink_pcap_open(&sink, "/nonexistent-folder/x.pcap"));
  assert_string_equal(sink.error, "No such file or directory");
}

/* A device that takes nothing: the loss must show at the latest when the file is closed. */
static void full_disk_is_reported(void **state) {
  (void)state;
  static const uint8_t frame[1500];
  struct pl_sink_pcap sink;
  if (!pl_sink_pcap_open(&sink, "/dev/full")) skip();
  for (uint64_t i = 0; i < 100 && pl_sink_pcap_write(&sink, i, frame, sizeof frame); i++) {
  }
  assert_false(pl_sink_pcap_close(&sink));
  assert_string_equal(sink.error, "No space left on device");
}

static void missing_interface_is_reported(void **state) {
  (void)state;
  static struct pl_sink_live sink;
  assert_false(pl_sink_live_open(&sink, "nonexistent0", 0, 1000));
  assert_non_null(strstr(sink.error, "no such interface"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(file_is_a_nanosecond_pcap),
      cmocka_unit_test(missing_folder_is_reported),
      cmocka_unit_test(full_disk_is_reported),
      cmocka_unit_test(missing_interface_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
