#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/feed/ethernet.h"

static const struct pl_ethernet_path path = {0x0a320001, 0xef6f6f05, 43005, 6100};

static uint32_t be(const uint8_t *at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; i++) value = value << 8 | at[i];
  return value;
}

static void headers_are_right(void **state) {
  (void)state;
  uint8_t payload[5] = {1, 2, 3, 4, 5}, frame[64];
  assert_int_equal(pl_ethernet_wrap(&path, 0xbeef, payload, 5, frame, sizeof frame), 47);
  const uint8_t mac[6] = {0x01, 0x00, 0x5e, 0x6f, 0x6f, 0x05};
  assert_memory_equal(frame, mac, 6);
  assert_int_equal(frame[6] & 3, 2); /* source: one station, locally administered */
  assert_int_equal(be(frame + 12, 2), 0x0800);
  assert_int_equal(frame[14], 0x45);
  assert_int_equal(be(frame + 16, 2), 33);
  assert_int_equal(be(frame + 18, 2), 0xbeef);
  assert_int_equal(frame[23], 17);
  assert_int_equal(be(frame + 26, 4), path.source_ip);
  assert_int_equal(be(frame + 30, 4), path.group_ip);
  assert_int_equal(be(frame + 34, 2), 43005);
  assert_int_equal(be(frame + 36, 2), 6100);
  assert_int_equal(be(frame + 38, 2), 13);
  assert_memory_equal(frame + 42, payload, 5);
}

/* Written apart from the code under test: the sum a reader makes, an odd last byte padded. */
static uint32_t sum_of(const uint8_t *bytes, size_t size, uint32_t sum) {
  for (size_t i = 0; i < size; i++) sum += i % 2 == 0 ? (uint32_t)bytes[i] * 256 : bytes[i];
  while (sum > 0xffff) sum = sum / 65536 + sum % 65536;
  return sum;
}

/* A reader that sums a header with its checksum in place gets all ones; odd lengths included. */
static void checksums_are_right(void **state) {
  (void)state;
  uint8_t payload[64], frame[128];
  for (size_t size = 0; size <= sizeof payload; size++) {
    for (size_t i = 0; i < size; i++) payload[i] = (uint8_t)(i * 37 + size + 1);
    pl_ethernet_wrap(&path, (uint16_t)size, payload, size, frame, sizeof frame);
    assert_int_equal(sum_of(frame + 14, 20, 0), 0xffff);
    uint32_t pseudo = 0x0a32 + 0x0001 + 0xef6f + 0x6f05 + 17 + 8 + (uint32_t)size;
    assert_int_equal(sum_of(frame + 34, 8 + size, pseudo), 0xffff);
  }
}

/* Zero on the wire means "no checksum", so a checksum of zero is sent as all ones. Over all
 * two-byte payloads it comes up once. */
static void zero_checksum_is_sent_as_ones(void **state) {
  (void)state;
  uint32_t all_ones = 0;
  for (uint32_t value = 0; value <= 0xffff; value++) {
    uint8_t payload[2] = {(uint8_t)(value >> 8), (uint8_t)value}, frame[64];
    pl_ethernet_wrap(&path, 0, payload, 2, frame, sizeof frame);
    assert_int_not_equal(be(frame + 40, 2), 0);
    all_ones += be(frame + 40, 2) == 0xffff;
  }
  assert_in_range(all_ones, 1, 2);
}

/* The example of RFC 1071, section 3. */
static void checksum_matches_the_rfc(void **state) {
  (void)state;
  const uint8_t bytes[8] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  assert_int_equal(pl_ethernet_checksum(bytes, 8, 0), 0xffff - 0xddf2);
}

/* The 24th bit of the group is not part of the MAC: 239.239.1.2 and 239.111.1.2 share one. */
static void mac_has_23_bits(void **state) {
  (void)state;
  uint8_t frame[64];
  struct pl_ethernet_path other = path;
  other.group_ip = 0xefef0102;
  pl_ethernet_wrap(&other, 0, (const uint8_t *)"x", 1, frame, sizeof frame);
  assert_int_equal(be(frame + 2, 4), 0x5e6f0102);
}

static void too_large_is_refused(void **state) {
  (void)state;
  static uint8_t payload[1473], frame[2048];
  assert_int_equal(pl_ethernet_wrap(&path, 0, payload, 1472, frame, sizeof frame), 1514);
  frame[0] = 0xaa;
  assert_int_equal(pl_ethernet_wrap(&path, 0, payload, 1473, frame, sizeof frame), 0);
  assert_int_equal(pl_ethernet_wrap(&path, 0, payload, 10, frame, 51), 0);
  assert_int_equal(frame[0], 0xaa);
  assert_int_equal(pl_ethernet_wrap(&path, 0, payload, 10, frame, 52), 52);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_are_right),
      cmocka_unit_test(checksums_are_right),
      cmocka_unit_test(zero_checksum_is_sent_as_ones),
      cmocka_unit_test(checksum_matches_the_rfc),
      cmocka_unit_test(mac_has_23_bits),
      cmocka_unit_test(too_large_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
