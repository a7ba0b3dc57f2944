/* The DEEP encoder against the bytes that the venue's own documents print as examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/wire_deep.h"

#define SYMBOL "ZIEXT"

static uint8_t bytes[PL_WIRE_DEEP_PAYLOAD_MAX];
static struct pl_wire_deep packet;

static void begin(void) {
  const struct pl_wire_deep_head head = {1, 0x42870000, 2205324, 50122, 0x146d869620c245ec};
  memset(bytes, 0xee, sizeof bytes);
  assert_true(pl_wire_deep_begin(&packet, bytes, sizeof bytes, &head));
}

/* The packet's only message, spelled in hex, blanks for the reader. */
static void expect(const char *hex) {
  uint8_t expected[96];
  size_t count = 0;
  for (; *hex != '\0'; hex += 2) {
    while (*hex == ' ') hex++;
    const char pair[3] = {hex[0], hex[1], '\0'};
    expected[count++] = (uint8_t)strtoul(pair, NULL, 16);
  }
  assert_int_equal(pl_wire_deep_finish(&packet), PL_WIRE_DEEP_HEAD + 2 + count);
  assert_int_equal(bytes[PL_WIRE_DEEP_HEAD] | bytes[PL_WIRE_DEEP_HEAD + 1] << 8, count);
  assert_memory_equal(bytes + PL_WIRE_DEEP_HEAD + 2, expected, count);
  assert_int_equal(bytes[PL_WIRE_DEEP_HEAD + 2 + count], 0xee);
  begin();
}

#define AT_2016 UINT64_C(0x146d869620c063ac)
#define AT_2017 UINT64_C(0x14b6255b2a30f000)

static struct pl_wire_deep_about about(char code, uint64_t time_ns) {
  return (struct pl_wire_deep_about){(uint8_t)code, time_ns, SYMBOL};
}

static void header_is_the_printed_one(void **state) {
  (void)state;
  static const uint8_t expected[] = {0x01, 0x00, 0x04, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
                                     0x87, 0x42, 0x48, 0x00, 0x02, 0x00, 0x8c, 0xa6, 0x21, 0x00,
                                     0x00, 0x00, 0x00, 0x00, 0xca, 0xc3, 0x00, 0x00, 0x00, 0x00,
                                     0x00, 0x00, 0xec, 0x45, 0xc2, 0x20, 0x96, 0x86, 0x6d, 0x14};
  begin();
  const struct pl_wire_deep_trade trade = {about(0, AT_2016), 100, 990500, 429974};
  const struct pl_wire_deep_level level = {about(1, AT_2016), 9700, 990500};
  assert_true(pl_wire_deep_trade(&packet, &trade));
  assert_true(pl_wire_deep_level(&packet, 'B', &level));
  assert_int_equal(pl_wire_deep_finish(&packet), sizeof expected + 72);
  assert_memory_equal(bytes, expected, sizeof expected);
}

static void messages_of_the_book_are_the_printed_ones(void **state) {
  (void)state;
  begin();
  struct pl_wire_deep_level level = {about(1, AT_2016), 9700, 990500};
  assert_true(pl_wire_deep_level(&packet, 'B', &level));
  expect("38 01 ac63c02096866d14 5a49455854202020 e4250000 241d0f0000000000");
  assert_true(pl_wire_deep_level(&packet, 'S', &level));
  expect("35 01 ac63c02096866d14 5a49455854202020 e4250000 241d0f0000000000");
  const struct pl_wire_deep_trade trade = {about(0, 0x146d86a205f7dfc3), 100, 990500, 429974};
  assert_true(pl_wire_deep_trade(&packet, &trade));
  expect("54 00 c3dff705a2866d14 5a49455854202020 64000000 241d0f0000000000 968f060000000000");
  const struct pl_wire_deep_trade broken = {about(0, 0x146d86aba0a58fb2), 100, 990500, 429974};
  assert_true(pl_wire_deep_break(&packet, &broken));
  expect("42 00 b28fa5a0ab866d14 5a49455854202020 64000000 241d0f0000000000 968f060000000000");
  level.price_e4 = -1;
  assert_true(pl_wire_deep_level(&packet, 'B', &level));
  expect("38 01 ac63c02096866d14 5a49455854202020 e4250000 ffffffffffffffff");
}

static void messages_of_a_security_are_the_printed_ones(void **state) {
  (void)state;
  begin();
  const struct pl_wire_deep_about listed = about((char)0x80, 0x14b61f5a7b892000);
  assert_true(pl_wire_deep_directory(&packet, &listed, 100, 990500, 1));
  expect("44 80 0020897b5a1fb614 5a49455854202020 64000000 241d0f0000000000 01");
  const struct pl_wire_deep_about halted = about('H', AT_2016), retail = about('A', AT_2016);
  assert_true(pl_wire_deep_status(&packet, &halted, "T1"));
  expect("48 48 ac63c02096866d14 5a49455854202020 54312020");
  assert_true(pl_wire_deep_retail(&packet, &retail));
  expect("49 41 ac63c02096866d14 5a49455854202020");
  const struct pl_wire_deep_about stopped = about('O', AT_2016), tested = about(1, AT_2016);
  assert_true(pl_wire_deep_halt(&packet, &stopped));
  expect("4f 4f ac63c02096866d14 5a49455854202020");
  assert_true(pl_wire_deep_short_sale(&packet, &tested, 'A'));
  expect("50 01 ac63c02096866d14 5a49455854202020 41");
  const struct pl_wire_deep_about opened = about('O', AT_2017), official = about('Q', AT_2017);
  assert_true(pl_wire_deep_security_event(&packet, &opened));
  expect("45 4f 00f0302a5b25b614 5a49455854202020");
  assert_true(pl_wire_deep_official(&packet, &official, 990500));
  expect("58 51 00f0302a5b25b614 5a49455854202020 241d0f0000000000");
}

static void messages_of_the_market_are_the_printed_ones(void **state) {
  (void)state;
  begin();
  assert_true(pl_wire_deep_system_event(&packet, 'E', 0x14b63de99799a000));
  expect("53 45 00a09997e93db614");
  const struct pl_wire_deep_auction auction = {about('C', 0x14b63a1a9af0c7dd),
                                               1083040,
                                               10000,
                                               'B',
                                               0,
                                               0x58f4e680,
                                               {990500, 991000, 991500, 990400, 891300, 1089500}};
  assert_true(pl_wire_deep_auction(&packet, &auction));
  expect("41 43 ddc7f09a1a3ab614 5a49455854202020 a0861000 241d0f0000000000 181f0f0000000000"
         "10270000 42 00 80e6f458 0c210f0000000000 c01c0f0000000000 a4990d0000000000"
         "dc9f100000000000");
}

static void raw_messages_stand_as_given(void **state) {
  (void)state;
  begin();
  assert_true(pl_wire_deep_raw(&packet, (const uint8_t *)"?!", 2));
  expect("3f21");
  assert_true(pl_wire_deep_raw(&packet, NULL, 0));
  expect("");
}

static void what_does_not_fit_changes_nothing(void **state) {
  (void)state;
  const struct pl_wire_deep_head head = {.channel_id = 1};
  uint8_t small[PL_WIRE_DEEP_HEAD + 2 + 10];
  assert_false(pl_wire_deep_begin(&packet, small, PL_WIRE_DEEP_HEAD - 1, &head));
  assert_true(pl_wire_deep_begin(&packet, small, sizeof small - 1, &head));
  assert_false(pl_wire_deep_system_event(&packet, 'S', 1));
  assert_int_equal(packet.messages, 0);
  assert_int_equal(pl_wire_deep_finish(&packet), PL_WIRE_DEEP_HEAD);
  assert_true(pl_wire_deep_begin(&packet, small, sizeof small, &head));
  assert_true(pl_wire_deep_system_event(&packet, 'S', 1));
  assert_false(pl_wire_deep_raw(&packet, NULL, 0));
  assert_int_equal(pl_wire_deep_finish(&packet), sizeof small);
}

static void one_of_each_is_every_type(void **state) {
  (void)state;
  begin();
  assert_true(pl_wire_deep_each(&packet, SYMBOL, 1));
  size_t size = pl_wire_deep_finish(&packet);
  char types[16] = "";
  size_t at = PL_WIRE_DEEP_HEAD, count = 0;
  for (; at < size; at += 2u + bytes[at]) types[count++] = (char)bytes[at + 2];
  assert_int_equal(at, size);
  assert_string_equal(types, "SDHIOPE85TBXA");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(header_is_the_printed_one),
      cmocka_unit_test(messages_of_the_book_are_the_printed_ones),
      cmocka_unit_test(messages_of_a_security_are_the_printed_ones),
      cmocka_unit_test(messages_of_the_market_are_the_printed_ones),
      cmocka_unit_test(raw_messages_stand_as_given),
      cmocka_unit_test(what_does_not_fit_changes_nothing),
      cmocka_unit_test(one_of_each_is_every_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
