/* Values, messages and errors as `plimsoll decode` prints them. */
#include "control/cli/decode_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PRICE_INDEX_BYTES 52 /* headers of 8 and 12, a block of 32 */

static char *text;
static size_t text_bytes;
static struct pl_decode_printer printer;

static void open_as(const char *venue, bool json) {
  printer = (struct pl_decode_printer){
      .out = open_memstream(&text, &text_bytes), .json = json, .layout = pl_layout_find(venue)};
  assert_non_null(printer.out);
}

static void expect(const char *wanted) {
  assert_int_equal(fclose(printer.out), 0);
  assert_string_equal(text, wanted);
  free(text);
}

static void put(uint8_t *at, uint64_t value, uint32_t size_bytes) {
  for (uint32_t i = 0; i < size_bytes; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* Packet length, channel 5 and sequence number, and one message's header. */
static void put_heads(uint8_t *packet, uint16_t size_bytes, uint16_t block_bytes,
                      uint16_t template_id, uint16_t groups) {
  put(packet, size_bytes - 8u, 2);
  put(packet + 2, 5, 2);
  put(packet + 4, UINT32_MAX, 4);
  put(packet + 8, block_bytes, 2);
  put(packet + 10, template_id, 2);
  put(packet + 12, 1, 2);
  put(packet + 14, 2, 2);
  put(packet + 16, groups, 2);
  put(packet + 18, 0, 2);
}

static void print(uint64_t frame, const uint8_t *packet, size_t size_bytes) {
  struct pl_layout_cursor cursor;
  struct pl_layout_item item;
  assert_int_equal(pl_layout_begin(printer.layout, packet, size_bytes, &cursor), PL_OK);
  assert_int_equal(pl_layout_next(&cursor, &item), PL_OK);
  pl_decode_print_message(&printer, frame, 1, &item);
}

static void print_price_index(const char *name, uint64_t price_bits, uint64_t time_ms) {
  uint8_t packet[PRICE_INDEX_BYTES] = {0};
  put_heads(packet, sizeof packet, 32, 1008, 0);
  memcpy(packet + 20, name, 16);
  put(packet + 36, price_bits, 8);
  put(packet + 44, time_ms, 8);
  print(7, packet, sizeof packet);
}

#define INDEX_HEAD                                                                                 \
  "{\"frame\":7,\"message\":1,\"offset\":8,\"template\":1008,\"name\":\"price_index\","            \
  "\"version\":2,\"header\":{\"blockLength\":32,\"templateId\":1008,\"schemaId\":1,\"version\":2," \
  "\"numGroups\":0,\"numVarDataFields\":0},\"fields\":{\"indexName\":"

static void numbers_are_whole_and_doubles_exact(void **state) {
  (void)state;
  static const struct {
    uint64_t bits;
    const char *shown;
  } doubles[] = {
      {UINT64_C(0x3fb999999999999a), "0.10000000000000001"},
      {UINT64_C(0x4024000000000000), "10"},
      {UINT64_C(0x8000000000000000), "-0"},
      {UINT64_C(0x7fefffffffffffff), "1.7976931348623157e+308"},
      {UINT64_C(0x0000000000000001), "4.9406564584124654e-324"},
      {UINT64_C(0x7ff0000000000000), "null"},
      {UINT64_C(0xfff0000000000000), "null"},
      {UINT64_MAX, "null"},
  };
  for (uint32_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
    char wanted[512];
    open_as("deribit", true);
    print_price_index("btc_usd\0\0\0\0\0\0\0\0", doubles[i].bits, UINT64_MAX);
    (void)snprintf(wanted, sizeof wanted,
                   INDEX_HEAD "\"btc_usd\",\"price\":%s,\"timestampMs\":18446744073709551615}}\n",
                   doubles[i].shown);
    expect(wanted);
  }
}

static void characters_are_escaped_and_trailing_nuls_dropped(void **state) {
  (void)state;
  open_as("deribit", true);
  print_price_index(" \"\\\n\0\x7f\xc3\xa9/ \0\0\0\0\0", 0, 0);
  expect(INDEX_HEAD "\" \\\"\\\\\\u000a\\u0000\\u007f\\u00c3\\u00a9/ \",\"price\":0,"
                    "\"timestampMs\":0}}\n");
  open_as("deribit", true);
  print_price_index("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0, 0);
  expect(INDEX_HEAD "\"\",\"price\":0,\"timestampMs\":0}}\n");
}

/* combo_legs: a group of signed numbers. */
static void groups_are_arrays_of_objects(void **state) {
  (void)state;
  uint8_t packet[20 + 4 + 8 + 16] = {0};
  put_heads(packet, sizeof packet, 4, 1007, 1);
  put(packet + 20, 9, 4);
  put(packet + 24, 8, 2);
  put(packet + 26, 2, 2);
  put(packet + 32, 1, 4);
  put(packet + 36, UINT32_MAX, 4);
  put(packet + 40, 2, 4);
  put(packet + 44, INT32_MAX, 4);
  open_as("deribit", true);
  print(1, packet, sizeof packet);
  expect("{\"frame\":1,\"message\":1,\"offset\":8,\"template\":1007,\"name\":\"combo_legs\","
         "\"version\":2,\"header\":{\"blockLength\":4,\"templateId\":1007,\"schemaId\":1,"
         "\"version\":2,\"numGroups\":1,\"numVarDataFields\":0},\"fields\":{\"instrumentId\":9,"
         "\"legs\":[{\"legInstrumentId\":1,\"legSize\":-1},"
         "{\"legInstrumentId\":2,\"legSize\":2147483647}]}}\n");
  open_as("deribit", false);
  print(1, packet, sizeof packet);
  expect("       1.1    @8          1007 combo_legs v2               instrumentId=9 "
         "legs=[{legInstrumentId=1 legSize=-1} {legInstrumentId=2 legSize=2147483647}]\n");
}

static void an_unknown_message_has_no_fields(void **state) {
  (void)state;
  uint8_t packet[20 + 3] = {0};
  put_heads(packet, sizeof packet, 3, 4242, 0);
  open_as("deribit", true);
  print(1, packet, sizeof packet);
  expect("{\"frame\":1,\"message\":1,\"offset\":8,\"template\":4242,\"name\":null,\"version\":2,"
         "\"rest_bytes\":3,\"header\":{\"blockLength\":3,\"templateId\":4242,\"schemaId\":1,"
         "\"version\":2,\"numGroups\":0,\"numVarDataFields\":0},\"fields\":{}}\n");
}

static void letters_and_big_endian(void **state) {
  (void)state;
  static const uint8_t packet[] = "SESSION  7\x80\0\0\0\0\0\0\x01\0\x01\0\x13"
                                  "D\x01\x02\0\0\0\0\0\0\0\x05\xff\xff\xff\xff\xff\xff\xff\xfe";
  open_as("itch", true);
  pl_decode_print_packet(&printer, 3, packet, sizeof packet - 1);
  print(3, packet, sizeof packet - 1);
  expect("{\"frame\":3,\"seq\":9223372036854775809,\"size\":41,\"packet\":{\"session\":"
         "\"SESSION  7\",\"sequenceNumber\":9223372036854775809,\"messageCount\":1}}\n"
         "{\"frame\":3,\"message\":1,\"offset\":20,\"type\":\"D\",\"name\":\"OrderDelete\","
         "\"header\":{\"messageLength\":19},\"fields\":{\"messageType\":\"D\",\"stockLocate\":258,"
         "\"trackingNumber\":0,\"timestamp\":5,\"orderRef\":18446744073709551614}}\n");
}

static void errors_name_frame_and_offset(void **state) {
  (void)state;
  open_as("cme", true);
  pl_decode_print_error(&printer, 12, PL_E_TRUNCATED, 34);
  pl_decode_print_undecoded(&printer, 13, PL_E_NOT_UDP);
  pl_decode_print_capture(&printer, "a \"b\"");
  expect("{\"frame\":12,\"error\":\"truncated\",\"offset\":34}\n"
         "{\"frame\":13,\"error\":\"not_udp\"}\n{\"capture\":\"a \\\"b\\\"\"}\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_whole_and_doubles_exact),
      cmocka_unit_test(characters_are_escaped_and_trailing_nuls_dropped),
      cmocka_unit_test(groups_are_arrays_of_objects),
      cmocka_unit_test(an_unknown_message_has_no_fields),
      cmocka_unit_test(letters_and_big_endian),
      cmocka_unit_test(errors_name_frame_and_offset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
