/* DEEP packets that lie, that are cut, that are newer than the layout known, and values at their
 * limits: judged whole, and never more written than judged (decoder_take checks that on exact
 * blocks). */
#include "tests/unit/dataplane/venue/deep_packets.h"

#define PRICE_E4_MAX (PL_PRICE_E9_MAX / 100000)
#define AT_VERSION   0u
#define AT_PROTOCOL  2u
#define AT_CHANNEL   4u
#define AT_LENGTH    12u
#define AT_COUNT     14u
#define AT_SEQ       24u

static struct deep deep;

static int setup(void **state) {
  (void)state;
  deep_open(&deep);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  decoder_close(&deep.decoder);
  return 0;
}

static void set(size_t at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) deep.bytes[at + i] = (uint8_t)(value >> (8 * i));
}

/* Takes the bytes as they stand, not as the encoder would end them. */
static enum pl_status take(size_t size) {
  return decoder_take(&deep.decoder, deep.bytes, size, &deep.place);
}

static void expect_refused(size_t size, enum pl_status status) {
  assert_int_equal(take(size), status);
  assert_int_equal(deep.decoder.count, 0);
  assert_int_equal(pl_directory_count(deep.decoder.directory), 0);
}

/* One of each message; returns the packet's size. */
static size_t put_each(void) {
  deep_begin(&deep);
  assert_true(pl_wire_deep_each(&deep.packet, "ZIEXT", TIME_NS));
  return pl_wire_deep_finish(&deep.packet);
}

static size_t put_level(void) {
  deep_begin(&deep);
  deep_level(&deep, 'B', "MSFT", 100, 251000, 1);
  return pl_wire_deep_finish(&deep.packet);
}

static void foreign_headers_are_refused(void **state) {
  (void)state;
  static const struct row {
    size_t at, bytes;
    uint64_t value;
    enum pl_status status;
  } rows[] = {
      {AT_VERSION, 1, 0, PL_E_PACKET_HEADER},
      {AT_VERSION, 1, 2, PL_E_PACKET_HEADER},
      {AT_PROTOCOL, 2, 0x8003, PL_E_PACKET_HEADER}, /* top of book, of the same exchange */
      {AT_PROTOCOL, 2, 0x0480, PL_E_PACKET_HEADER},
      {AT_CHANNEL, 4, PL_CHANNEL_IDS, PL_E_PACKET_HEADER},
      {AT_CHANNEL, 4, UINT32_MAX, PL_E_PACKET_HEADER},
      {AT_SEQ, 8, UINT64_MAX, PL_E_PACKET_HEADER},
      {AT_SEQ, 8, (uint64_t)INT64_MAX, PL_E_PACKET_HEADER},
      {AT_CHANNEL, 4, PL_CHANNEL_IDS - 1, PL_OK},
      {AT_SEQ, 8, INT64_MAX / 2, PL_OK},
      {1, 1, 0xff, PL_OK}, /* reserved */
  };
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    size_t size = put_level();
    set(rows[i].at, rows[i].value, rows[i].bytes);
    assert_int_equal(take(size), rows[i].status);
  }
}

static void case_15_every_cut_is_refused_whole(void **state) {
  (void)state;
  size_t size = put_each();
  for (size_t cut = 0; cut < size; cut++) {
    put_each();
    expect_refused(cut, cut < PL_WIRE_DEEP_HEAD ? PL_E_PACKET_HEADER : PL_E_TRUNCATED);
    if (cut < PL_WIRE_DEEP_HEAD) continue;
    set(AT_LENGTH, cut - PL_WIRE_DEEP_HEAD, 2); /* a header that knows of it */
    expect_refused(cut, PL_E_TRUNCATED);
  }
  put_each();
  assert_int_equal(take(size), PL_OK);
}

static void case_15_packet_longer_than_its_payload(void **state) {
  (void)state;
  for (size_t extra = 1; extra < 40; extra++) {
    size_t size = put_each();
    memset(deep.bytes + size, 0, extra);
    expect_refused(size + extra, PL_E_TRAILING);
    set(AT_LENGTH, size + extra - PL_WIRE_DEEP_HEAD, 2);
    expect_refused(size + extra, PL_E_TRAILING);
  }
}

static void case_15_payload_length_is_not_the_datagrams(void **state) {
  (void)state;
  size_t size = put_each(), held = size - PL_WIRE_DEEP_HEAD;
  for (size_t told = 0; told <= UINT16_MAX; told++) {
    if (told == held) continue;
    set(AT_LENGTH, told, 2);
    expect_refused(size, told < held ? PL_E_TRAILING : PL_E_TRUNCATED);
  }
}

static void case_15_count_is_not_what_the_packet_holds(void **state) {
  (void)state;
  for (uint32_t count = 0; count <= 40; count++) {
    size_t size = put_each();
    uint32_t held = deep.packet.messages;
    if (count == held) continue;
    set(AT_COUNT, count, 2);
    expect_refused(size, count < held ? PL_E_TRAILING : PL_E_TRUNCATED);
  }
  size_t size = put_each();
  set(AT_COUNT, PL_FRAME_MESSAGES_MAX, 2);
  expect_refused(size, PL_E_TRUNCATED);
  set(AT_COUNT, PL_FRAME_MESSAGES_MAX + 1, 2);
  expect_refused(size, PL_E_TOO_MANY);
  set(AT_COUNT, UINT16_MAX, 2);
  expect_refused(size, PL_E_TOO_MANY);
}

static void case_15_message_length_lies(void **state) {
  (void)state;
  for (uint32_t length = 0; length <= UINT16_MAX; length++) {
    size_t size = put_level();
    if (length == size - FIRST_AT) continue;
    set(PL_WIRE_DEEP_HEAD, length, 2);
    enum pl_status status = length > size - FIRST_AT ? PL_E_TRUNCATED : PL_E_BLOCK;
    expect_refused(size, length == 0 ? PL_E_TRAILING : status);
  }
}

/* The transport allows messages of no bytes: each takes a sequence number and says nothing. */
static void case_15_messages_of_no_bytes_are_stepped_over(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_FRAME_MESSAGES_MAX; i++)
    assert_true(pl_wire_deep_raw(&deep.packet, NULL, 0));
  assert_int_equal(deep_send(&deep), PL_OK);
  assert_int_equal(deep.decoder.count, 0);
  assert_int_equal(deep.decoder.venue->counters(deep.decoder.state)->messages_unknown,
                   PL_FRAME_MESSAGES_MAX);
}

/* Every type at every length: too short is refused, longer is read as far as it is known. */
static void types_may_grow_but_not_shrink(void **state) {
  (void)state;
  static const uint8_t shortest[UINT8_MAX + 1] = {
      ['S'] = 10, ['D'] = 31, ['H'] = 22, ['I'] = 18, ['O'] = 18, ['P'] = 19, ['E'] = 18,
      ['8'] = 30, ['5'] = 30, ['T'] = 38, ['X'] = 26, ['B'] = 38, ['A'] = 80,
  };
  for (uint32_t type = 0; type <= UINT8_MAX; type++)
    for (size_t length = 1; length <= 100; length++) {
      uint8_t message[100] = {(uint8_t)type};
      memcpy(message + 10, "ZIEXT   ", 8);
      deep_begin(&deep);
      assert_true(pl_wire_deep_raw(&deep.packet, message, length));
      assert_int_equal(deep_send(&deep), length < shortest[type] ? PL_E_BLOCK : PL_OK);
      bool tells = strchr("D85T", (int)type) != NULL && type != 0 && length >= shortest[type];
      assert_true(!tells || deep.decoder.count >= 1);
    }
}

static void longer_level_is_read_as_the_short_one(void **state) {
  (void)state;
  uint8_t message[64] = {'5', 0xff}; /* flags may grow as well */
  memset(message + 2, 0xcc, sizeof message - 2);
  put_level();
  memcpy(message + 2, deep.bytes + FIRST_AT + 2, 28);
  deep_begin(&deep);
  assert_true(pl_wire_deep_raw(&deep.packet, message, sizeof message));
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "iL");
  assert_int_equal(deep.decoder.events[1].side, PL_ASK);
  assert_int_equal(deep.decoder.events[1].price_e9, INT64_C(25100000000));
  assert_int_equal(deep.decoder.events[1].qty_e8, 100 * PL_E8);
}

static void unknown_types_are_skipped_exactly(void **state) {
  (void)state;
  for (uint32_t type = 0; type <= UINT8_MAX; type++) {
    if (strchr("SDHIOPE85TXBA", (int)type) != NULL && type != 0) continue;
    const uint8_t message[] = {(uint8_t)type, '8', 1, 2, 3};
    for (size_t length = 1; length <= sizeof message; length++) {
      deep_begin(&deep);
      assert_true(pl_wire_deep_raw(&deep.packet, message, length));
      deep_level(&deep, 'B', "MSFT", 100, 251000, 1);
      assert_true(pl_wire_deep_raw(&deep.packet, message, length));
      assert_int_equal(deep_send(&deep), PL_OK);
      assert_int_equal(deep.decoder.events[deep.decoder.count - 1].type, PL_EV_LEVEL_SET);
    }
  }
  assert_int_equal(deep.decoder.venue->counters(deep.decoder.state)->messages_unknown,
                   (256 - 13) * 2 * 5);
}

static void case_19_prices_and_sizes_at_their_limits(void **state) {
  (void)state;
  static const struct row {
    int64_t price_e4;
    bool good;
  } rows[] = {
      {0, true},
      {1, true},
      {PRICE_E4_MAX, true},
      {PRICE_E4_MAX + 1, false},
      {-1, false},
      {-PRICE_E4_MAX, false},
      {INT64_MAX, false},
      {INT64_MIN, false},
  };
  static const uint32_t sizes[] = {0, 1, INT32_MAX, UINT32_MAX};
  for (uint32_t i = 0; i < COUNT(rows); i++)
    for (uint32_t j = 0; j < COUNT(sizes); j++)
      for (uint32_t kind = 0; kind < 3; kind++) {
        const struct pl_wire_deep_trade trade = {
            {0, TIME_NS, "MSFT"}, sizes[j], rows[i].price_e4, UINT64_MAX};
        deep_begin(&deep);
        if (kind == 2)
          assert_true(pl_wire_deep_trade(&deep.packet, &trade));
        else
          deep_level(&deep, kind == 0 ? 'B' : 'S', "MSFT", sizes[j], rows[i].price_e4, 1);
        assert_int_equal(deep_send(&deep), rows[i].good ? PL_OK : PL_E_VALUE);
        if (!rows[i].good) continue;
        const struct pl_event *last = &deep.decoder.events[deep.decoder.count - 1];
        assert_int_equal(last->price_e9, rows[i].price_e4 * 100000);
        assert_int_equal(last->qty_e8, (int64_t)sizes[j] * PL_E8);
        assert_true(last->price_e9 <= PL_PRICE_E9_MAX && last->qty_e8 <= PL_QTY_E8_MAX);
      }
}

static void case_19_prices_of_skipped_messages_may_be_anything(void **state) {
  (void)state;
  const struct pl_wire_deep_about about = {0, TIME_NS, "MSFT"};
  const struct pl_wire_deep_trade broken = {about, 1, -1, 1};
  assert_true(pl_wire_deep_break(&deep.packet, &broken));
  assert_true(pl_wire_deep_official(&deep.packet, &about, INT64_MIN));
  assert_true(pl_wire_deep_directory(&deep.packet, &about, 0, -1, 9));
  assert_int_equal(deep_send(&deep), PL_OK);
}

static void times_before_the_epoch_are_refused(void **state) {
  (void)state;
  static const struct row {
    uint64_t time_ns;
    enum pl_status status;
  } rows[] = {{0, PL_OK},
              {INT64_MAX, PL_OK},
              {(uint64_t)INT64_MAX + 1, PL_E_VALUE},
              {UINT64_MAX, PL_E_VALUE}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    const struct pl_wire_deep_about about = {'T', rows[i].time_ns, "MSFT"};
    deep_begin(&deep);
    assert_true(pl_wire_deep_status(&deep.packet, &about, ""));
    assert_int_equal(deep_send(&deep), rows[i].status);
  }
}

/* Each byte value at each place of a symbol. */
static void symbols_are_printable_and_left_justified(void **state) {
  (void)state;
  for (uint32_t at = 0; at < 8; at++)
    for (uint32_t byte = 0; byte <= UINT8_MAX; byte++) {
      size_t size = put_level();
      deep.bytes[FIRST_AT + 10 + at] = (uint8_t)byte;
      bool good = byte >= ' ' && byte < 128 && (at != 0 || byte != ' ');
      assert_int_equal(take(size), good ? PL_OK : PL_E_VALUE);
    }
}

static void names_are_symbols_without_their_filling(void **state) {
  (void)state;
  static const char *const symbols[] = {"A", "BF.B", "ABCDEFGH", "AA-", "ZXIET"};
  deep_know(&deep, symbols, COUNT(symbols));
  for (uint32_t i = 0; i < COUNT(symbols); i++)
    assert_string_equal(pl_directory_name(deep.decoder.directory, i), symbols[i]);
}

/* A refused message refuses its packet: nothing before it was written, no book went half on. */
static void bad_last_message_refuses_the_packet(void **state) {
  (void)state;
  deep_level(&deep, 'B', "MSFT", 100, 251000, 0);
  deep_level(&deep, 'B', "MSFT", 100, -1, 1);
  size_t size = pl_wire_deep_finish(&deep.packet);
  expect_refused(size, PL_E_VALUE);
}

static void packet_of_the_most_messages_is_written(void **state) {
  (void)state;
  deep.place.whole = true;
  uint32_t messages = 0;
  for (; deep.packet.size + 32 <= sizeof deep.bytes; messages++) {
    const char symbol[] = {(char)('A' + messages % INSTRUMENTS), '\0'};
    deep_level(&deep, 'S', symbol, 1, messages, 1);
  }
  assert_int_equal(deep_send(&deep), PL_OK);
  assert_int_equal(deep.decoder.count, messages + 2 * INSTRUMENTS);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(foreign_headers_are_refused),
      TEST(case_15_every_cut_is_refused_whole),
      TEST(case_15_packet_longer_than_its_payload),
      TEST(case_15_payload_length_is_not_the_datagrams),
      TEST(case_15_count_is_not_what_the_packet_holds),
      TEST(case_15_message_length_lies),
      TEST(case_15_messages_of_no_bytes_are_stepped_over),
      TEST(types_may_grow_but_not_shrink),
      TEST(longer_level_is_read_as_the_short_one),
      TEST(unknown_types_are_skipped_exactly),
      TEST(case_19_prices_and_sizes_at_their_limits),
      TEST(case_19_prices_of_skipped_messages_may_be_anything),
      TEST(times_before_the_epoch_are_refused),
      TEST(symbols_are_printable_and_left_justified),
      TEST(names_are_symbols_without_their_filling),
      TEST(bad_last_message_refuses_the_packet),
      TEST(packet_of_the_most_messages_is_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
