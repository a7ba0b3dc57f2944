/* pcapng as it is written, read back twice: by libpcap and by a walk of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "control/publish/pcapng.h"
#include "tests/unit/control/pcapng_walk.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define STAMP_NS        UINT64_C(1790000000123456789)
#define FILE_BYTES_MAX  (1u << 20)

static const uint32_t kept[] = {0, 1, 2, 3, 4, 5, 60, 63, 64, 65, 1514, 9215, 9216};
static uint8_t data[PL_FRAME_BYTES_MAX], file[FILE_BYTES_MAX];

static struct pl_pcapng_packet packet_at(uint32_t index) {
  static const char *const comments[] = {NULL, "dropped: late", "dropped: duplicate", "x", ""};
  return (struct pl_pcapng_packet){
      .interface = index % 2,
      .kept_bytes = kept[index],
      .size_bytes = kept[index] + index,
      .stamp_ns = STAMP_NS + index,
      .lost_before = index % 3 == 0 ? 0 : UINT64_C(1) << (3 * index),
      .comment = comments[index % COUNT_OF(comments)],
      .data = kept[index] == 0 ? NULL : data,
  };
}

static size_t write_file(void) {
  size_t used = pl_pcapng_put_section("the application", file);
  const struct pl_pcapng_interface interfaces[] = {{"eth0", "line A", 9216},
                                                   {"a longer name", "line B", 9216}};
  for (uint32_t i = 0; i < COUNT_OF(interfaces); i++)
    used += pl_pcapng_put_interface(&interfaces[i], file + used);
  for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
    const struct pl_pcapng_packet packet = packet_at(i);
    size_t size = pl_pcapng_put_packet(&packet, file + used);
    assert_true(size <= PL_PCAPNG_BLOCK_BYTES_MAX);
    used += size;
  }
  for (uint32_t i = 0; i < COUNT_OF(interfaces); i++) {
    const struct pl_pcapng_statistics statistics = {
        i, STAMP_NS - 5, STAMP_NS + 5, 100 + i, 90 + i, 20 + i, 70};
    used += pl_pcapng_put_statistics(&statistics, file + used);
  }
  return used;
}

static int fill_data(void **state) {
  (void)state;
  for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + 1);
  return 0;
}

static void expect_interface(const struct walk_block *block, const char *name,
                             const char *description) {
  assert_int_equal(block->type, 1);
  assert_int_equal(block->link, 1);
  assert_int_equal(block->snap_bytes, 9216);
  assert_string_equal(block->texts[2], name);
  assert_string_equal(block->texts[3], description);
  assert_int_equal(block->lengths[9], 1);
  assert_int_equal(block->texts[9][0], 9);
}

static void test_blocks_by_a_walk(void **state) {
  (void)state;
  const uint8_t *at = file, *end = file + write_file();
  struct walk_block block;
  assert_true(walk_next(&at, end, &block));
  assert_int_equal(block.type, 0x0a0d0d0a);
  assert_string_equal(block.texts[4], "the application");
  assert_true(walk_next(&at, end, &block));
  expect_interface(&block, "eth0", "line A");
  assert_true(walk_next(&at, end, &block));
  expect_interface(&block, "a longer name", "line B");
  for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
    const struct pl_pcapng_packet packet = packet_at(i);
    assert_true(walk_next(&at, end, &block));
    assert_int_equal(block.type, 6);
    assert_int_equal(block.interface, packet.interface);
    assert_int_equal(block.stamp, packet.stamp_ns);
    assert_int_equal(block.kept_bytes, packet.kept_bytes);
    assert_int_equal(block.size_bytes, packet.size_bytes);
    assert_memory_equal(block.data, data, packet.kept_bytes);
    assert_string_equal(block.texts[1], packet.comment != NULL ? packet.comment : "");
    assert_int_equal(block.numbers[4], packet.lost_before);
    assert_int_equal(block.options, (packet.comment != NULL) + (packet.lost_before != 0));
  }
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(walk_next(&at, end, &block));
    assert_int_equal(block.type, 5);
    assert_int_equal(block.interface, i);
    assert_int_equal(block.stamp, STAMP_NS + 5);
    /* stamps among options have their high word first too */
    assert_int_equal(walk_stamp((const uint8_t *)block.texts[2]), STAMP_NS - 5);
    assert_int_equal(walk_stamp((const uint8_t *)block.texts[3]), STAMP_NS + 5);
    assert_int_equal(block.numbers[4], 100 + i);
    assert_int_equal(block.numbers[5], 20 + i);
    assert_int_equal(block.numbers[6], 90 + i);
    assert_int_equal(block.numbers[8], 70);
  }
  assert_ptr_equal(at, end);
}

static void test_packets_by_libpcap(void **state) {
  (void)state;
  char error[PCAP_ERRBUF_SIZE];
  FILE *stream = fmemopen(file, write_file(), "rb");
  assert_non_null(stream);
  pcap_t *pcap =
      pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
  assert_non_null(pcap);
  assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
  for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
    const struct pl_pcapng_packet packet = packet_at(i);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    assert_int_equal(pcap_next_ex(pcap, &header, &bytes), 1);
    assert_int_equal(header->caplen, packet.kept_bytes);
    assert_int_equal(header->len, packet.size_bytes);
    assert_int_equal(header->ts.tv_sec * 1000000000 + header->ts.tv_usec, packet.stamp_ns);
    assert_memory_equal(bytes, data, packet.kept_bytes);
  }
  struct pcap_pkthdr *header;
  const u_char *bytes;
  assert_int_equal(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK); /* and no error */
  pcap_close(pcap);
}

static void test_texts_are_cut(void **state) {
  (void)state;
  static char text[PL_PCAPNG_TEXT_BYTES_MAX + 10];
  memset(text, 'x', sizeof text - 1);
  const struct pl_pcapng_interface interface = {text, text, 1};
  const uint8_t *at = file;
  struct walk_block block;
  size_t size = pl_pcapng_put_interface(&interface, file);
  assert_true(size <= PL_PCAPNG_BLOCK_BYTES_MAX);
  assert_true(walk_next(&at, file + size, &block));
  assert_int_equal(block.lengths[2], PL_PCAPNG_TEXT_BYTES_MAX);
  assert_int_equal(block.lengths[3], PL_PCAPNG_TEXT_BYTES_MAX);
}

/* What count says of the whole file, in one piece or in any two. */
static void expect_counts(const struct pl_pcapng_counts *counts) {
  uint64_t bytes = 0, lost = 0;
  for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
    bytes += kept[i];
    lost += packet_at(i).lost_before;
  }
  assert_int_equal(counts->packets, COUNT_OF(kept));
  assert_int_equal(counts->bytes, bytes);
  assert_int_equal(counts->lost, lost);
  assert_int_equal(counts->interfaces, 2);
  assert_int_equal(counts->interfaces_ended, 2);
  assert_int_equal(counts->received, 201);
  assert_int_equal(counts->dropped, 41);
}

static void test_counting_at_every_cut(void **state) {
  (void)state;
  size_t size = write_file();
  for (size_t cut = 0; cut <= size; cut++) {
    struct pl_pcapng_counts counts = {0};
    size_t first, second;
    uint8_t *copy = malloc(cut + 1); /* of the exact size, so that a read beyond it is seen */
    assert_non_null(copy);
    memcpy(copy, file, cut);
    uint8_t *exact = realloc(copy, cut == 0 ? 1 : cut);
    assert_non_null(exact);
    assert_int_equal(pl_pcapng_count(exact, cut, &counts, &first), PL_OK);
    free(exact);
    assert_true(first <= cut);
    assert_int_equal(pl_pcapng_count(file + first, size - first, &counts, &second), PL_OK);
    assert_int_equal(first + second, size);
    expect_counts(&counts);
  }
}

static void test_damaged_blocks_are_refused(void **state) {
  (void)state;
  const struct pl_pcapng_packet packet = packet_at(6);
  uint8_t good[256];
  size_t size = pl_pcapng_put_packet(&packet, file);
  assert_true(size <= sizeof good);
  memcpy(good, file, size);
  const struct {
    size_t at;
    uint32_t value;
  } cases[] = {
      {4, 0},
      {4, 8},
      {4, (uint32_t)size - 1},
      {4, UINT32_MAX},
      {4, PL_PCAPNG_BLOCK_BYTES_MAX + 4},
      {size - 4, 0},
      {20, (uint32_t)size},
      {20, UINT32_MAX},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    struct pl_pcapng_counts counts = {0};
    size_t whole = 1;
    memcpy(file, good, size);
    memcpy(file + cases[i].at, &cases[i].value, sizeof cases[i].value);
    assert_int_equal(pl_pcapng_count(file, size, &counts, &whole), PL_E_BLOCK);
    assert_int_equal(whole, 0);
    assert_int_equal(counts.packets, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks_by_a_walk),
      cmocka_unit_test(test_packets_by_libpcap),
      cmocka_unit_test(test_texts_are_cut),
      cmocka_unit_test(test_counting_at_every_cut),
      cmocka_unit_test(test_damaged_blocks_are_refused),
  };
  return cmocka_run_group_tests(tests, fill_data, NULL);
}
