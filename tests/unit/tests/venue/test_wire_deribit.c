/* The encoder against the layout table, byte for byte: each row is a place in the packet and the
 * number that must stand there; what no row names must be zero. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/wire_deribit.h"

#define BODY        20u /* frame header and message header */
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

struct row {
  size_t offset; /* from the message's block */
  size_t size;
  uint64_t value; /* little endian on the wire */
};

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint64_t read_le(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)at[i] << (8 * i);
  return value;
}

/* Compares a packet of one message with its header and rows, and clears what was compared. */
static void check(uint8_t *bytes, size_t size, const uint16_t header[6], const struct row *rows,
                  size_t count) {
  assert_int_equal(read_le(bytes, 2), size - 8);
  assert_int_equal(read_le(bytes + 2, 2), 0x1234);
  assert_int_equal(read_le(bytes + 4, 4), 0xfedcba98u);
  for (size_t i = 0; i < 6; i++) assert_int_equal(read_le(bytes + 8 + 2 * i, 2), header[i]);
  memset(bytes, 0, BODY);
  for (size_t i = 0; i < count; i++) {
    assert_true(BODY + rows[i].offset + rows[i].size <= size);
    uint8_t *at = bytes + BODY + rows[i].offset;
    if (read_le(at, rows[i].size) != rows[i].value) fail_msg("row %zu differs", i);
    memset(at, 0, rows[i].size);
  }
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != 0) fail_msg("byte %zu is not in the table", i);
}

static void begin(struct pl_wire_packet *packet, uint8_t *bytes, size_t capacity) {
  memset(bytes, 0xaa, capacity);
  assert_true(pl_wire_deribit_begin(packet, bytes, capacity, 0x1234, 0xfedcba98u));
}

static const struct pl_wire_level two_levels[] = {{PL_WIRE_ASK, PL_WIRE_NEW, 101.5, 3.0},
                                                  {PL_WIRE_BID, PL_WIRE_DELETED, 100.25, 0.0}};

static void book_is_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  const struct pl_wire_book book = {7, 1700000000123, 41, 42, 1, two_levels, 2};
  assert_true(pl_wire_deribit_book(&packet, &book));
  const struct row rows[] = {
      {0, 4, 7},
      {4, 8, 1700000000123},
      {12, 8, 41},
      {20, 8, 42},
      {28, 1, 1},
      {29, 2, 18},
      {31, 2, 2},
      {37, 1, 0},
      {38, 1, 0},
      {39, 8, bits_of(101.5)},
      {47, 8, bits_of(3.0)},
      {55, 1, 1},
      {56, 1, 2},
      {57, 8, bits_of(100.25)},
      {65, 8, 0},
  };
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 29 + 8 + 2 * 18);
  check(bytes, size, (const uint16_t[]){29, 1001, 1, 2, 1, 0}, rows, COUNT(rows));
}

static void snapshot_is_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  const struct pl_wire_snapshot snapshot = {9, 1700000000123, 42, 1, 1, two_levels, 2};
  assert_true(pl_wire_deribit_snapshot(&packet, &snapshot));
  const struct row rows[] = {
      {0, 4, 9},
      {4, 8, 1700000000123},
      {12, 8, 42},
      {20, 1, 1},
      {21, 1, 1},
      {22, 2, 17},
      {24, 2, 2},
      {30, 1, 0},
      {31, 8, bits_of(101.5)},
      {39, 8, bits_of(3.0)},
      {47, 1, 1},
      {48, 8, bits_of(100.25)},
      {56, 8, 0},
  };
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 22 + 8 + 2 * 17);
  check(bytes, size, (const uint16_t[]){22, 1004, 1, 2, 1, 0}, rows, COUNT(rows));
}

static void trades_are_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  const struct pl_wire_trade trade = {.direction = PL_WIRE_SELL,
                                      .price = 68000.5,
                                      .amount = 120,
                                      .timestamp_ms = 11,
                                      .mark_price = 1.5,
                                      .index_price = 2.5,
                                      .trade_seq = 3,
                                      .trade_id = 4,
                                      .tick_direction = 3,
                                      .liquidation = PL_WIRE_LIQUIDATION_TAKER,
                                      .iv = NAN,
                                      .block_trade_id = 5,
                                      .combo_trade_id = 6};
  assert_true(pl_wire_deribit_trades(&packet, &(struct pl_wire_trades){8, &trade, 1}));
  const size_t g = 4 + 8;
  const struct row rows[] = {
      {0, 4, 8},
      {4, 2, 83},
      {6, 2, 1},
      {g, 1, 1},
      {g + 1, 8, bits_of(68000.5)},
      {g + 9, 8, bits_of(120)},
      {g + 17, 8, 11},
      {g + 25, 8, bits_of(1.5)},
      {g + 33, 8, bits_of(2.5)},
      {g + 41, 8, 3},
      {g + 49, 8, 4},
      {g + 57, 1, 3},
      {g + 58, 1, 2},
      {g + 59, 8, UINT64_MAX},
      {g + 67, 8, 5},
      {g + 75, 8, 6},
  };
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 4 + 8 + 83);
  check(bytes, size, (const uint16_t[]){4, 1002, 1, 2, 1, 0}, rows, COUNT(rows));
}

static void ticker_is_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  const struct pl_wire_ticker ticker = {5, PL_WIRE_OPEN, 77, 1,  2,  3,   4, 5, 6, 7, 8,
                                        9, 10,           11, 12, 13, NAN, 15};
  assert_true(pl_wire_deribit_ticker(&packet, &ticker));
  struct row rows[18] = {{0, 4, 5}, {4, 1, 1}, {5, 8, 77}};
  for (size_t i = 0; i < 15; i++)
    rows[3 + i] = (struct row){13 + 8 * i, 8, i == 13 ? UINT64_MAX : bits_of((double)(i + 1))};
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 133);
  check(bytes, size, (const uint16_t[]){133, 1003, 1, 2, 0, 0}, rows, COUNT(rows));
}

static void small_messages_are_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_snapshot_start(&packet, 200));
  check(bytes, pl_wire_deribit_finish(&packet), (const uint16_t[]){4, 1005, 1, 2, 0, 0},
        &(struct row){0, 4, 200}, 1);
  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_snapshot_end(&packet));
  check(bytes, pl_wire_deribit_finish(&packet), (const uint16_t[]){0, 1006, 1, 2, 0, 0}, NULL, 0);

  begin(&packet, bytes, sizeof bytes);
  const struct pl_wire_leg legs[] = {{105, 1}, {101, -1}};
  assert_true(pl_wire_deribit_combo_legs(&packet, 106, legs, 2));
  const struct row leg_rows[] = {{0, 4, 106}, {4, 2, 8},    {6, 2, 2},           {12, 4, 105},
                                 {16, 4, 1},  {20, 4, 101}, {24, 4, 0xffffffffu}};
  check(bytes, pl_wire_deribit_finish(&packet), (const uint16_t[]){4, 1007, 1, 2, 1, 0}, leg_rows,
        COUNT(leg_rows));

  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_price_index(&packet, "btc_usd", 68000.25, 99));
  const struct row index_rows[] = {
      {0, 7, 0x6473755f637462u}, {16, 8, bits_of(68000.25)}, {24, 8, 99}};
  check(bytes, pl_wire_deribit_finish(&packet), (const uint16_t[]){32, 1008, 1, 2, 0, 0},
        index_rows, COUNT(index_rows));

  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_rfq(&packet, &(struct pl_wire_rfq){3, 1, PL_WIRE_SELL, 2.5, 9}));
  const struct row rfq_rows[] = {{0, 4, 3}, {4, 1, 1}, {5, 1, 1}, {6, 8, bits_of(2.5)}, {14, 8, 9}};
  check(bytes, pl_wire_deribit_finish(&packet), (const uint16_t[]){22, 1009, 1, 2, 0, 0}, rfq_rows,
        COUNT(rfq_rows));
}

static const struct pl_wire_tick_step step = {0.005, 0.0005};

static struct pl_wire_instrument sample_instrument(void) {
  return (struct pl_wire_instrument){
      .instrument_id = 300,
      .state = 1,
      .kind = 1,
      .type = 1,
      .option_type = 2,
      .rfq = 9,
      .settlement_period = 4,
      .settlement_period_count = 0x0102,
      .base_currency = "BTC",
      .quote_currency = "EIGHTBYT",
      .counter_currency = "TOOLONGXYZ", /* cut to eight bytes */
      .settlement_currency = "A",
      .size_currency = "",
      .creation_ms = 21,
      .expiration_ms = 22,
      .strike = 1,
      .contract_size = 2,
      .min_trade_amount = 3,
      .tick_size = 4,
      .maker_fee = 5,
      .taker_fee = 6,
      .block_fee = 7,
      .max_liquidation_fee = 8,
      .max_leverage = NAN,
      .tick_steps = &step,
      .tick_step_count = 1,
      .name = "AB-C",
  };
}

/* Rows from the settlement period on; both versions share them at different places. */
static size_t term_rows(size_t at, struct row *rows) {
  const uint64_t currency[] = {0x435442u, 0x5459425448474945u, 0x58474e4f4c4f4f54u, 0x41u, 0};
  size_t n = 0;
  rows[n++] = (struct row){at, 1, 4};
  rows[n++] = (struct row){at + 1, 2, 0x0102};
  for (size_t i = 0; i < 5; i++) rows[n++] = (struct row){at + 3 + 8 * i, 8, currency[i]};
  rows[n++] = (struct row){at + 43, 8, 21};
  rows[n++] = (struct row){at + 51, 8, 22};
  for (size_t i = 0; i < 9; i++)
    rows[n++] = (struct row){at + 59 + 8 * i, 8, i == 8 ? UINT64_MAX : bits_of((double)(i + 1))};
  return n;
}

static void instrument_is_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  struct pl_wire_instrument instrument = sample_instrument();
  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_instrument(&packet, &instrument));
  struct row rows[32] = {{0, 4, 300}, {4, 1, 1}, {5, 1, 1}, {6, 1, 1}, {7, 1, 2}, {8, 1, 9}};
  size_t n = 6 + term_rows(9, rows + 6);
  rows[n++] = (struct row){140, 1, 4};
  rows[n++] = (struct row){141, 4, 0x432d4241u};
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 140 + 5);
  check(bytes, size, (const uint16_t[]){140, 1000, 1, 2, 0, 1}, rows, n);
}

static void instrument_v2_is_laid_out(void **state) {
  (void)state;
  uint8_t bytes[256];
  struct pl_wire_packet packet;
  struct pl_wire_instrument instrument = sample_instrument();
  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_instrument_v2(&packet, &instrument));
  struct row rows[32] = {{0, 4, 300}, {4, 1, 1}, {5, 1, 1}, {6, 1, 1}, {7, 1, 2}};
  size_t n = 5 + term_rows(8, rows + 5);
  rows[n++] = (struct row){139, 2, 16};
  rows[n++] = (struct row){141, 2, 1};
  rows[n++] = (struct row){147, 8, bits_of(0.005)};
  rows[n++] = (struct row){155, 8, bits_of(0.0005)};
  rows[n++] = (struct row){163, 1, 4};
  rows[n++] = (struct row){164, 4, 0x432d4241u};
  size_t size = pl_wire_deribit_finish(&packet);
  assert_int_equal(size, BODY + 139 + 8 + 16 + 5);
  check(bytes, size, (const uint16_t[]){139, 1010, 1, 3, 1, 1}, rows, n);
}

/* A message that fits to the byte is taken; one byte less and nothing changes. */
static void full_packet_refuses(void **state) {
  (void)state;
  const size_t need = BODY + 29 + 8 + 2 * 18;
  const struct pl_wire_book book = {7, 1, 2, 3, 1, two_levels, 2};
  for (size_t capacity = 8; capacity <= need; capacity++) {
    uint8_t *bytes = malloc(capacity); /* exact size: a write past the end is an error */
    assert_non_null(bytes);
    struct pl_wire_packet packet;
    begin(&packet, bytes, capacity);
    assert_int_equal(pl_wire_deribit_book(&packet, &book), capacity == need);
    assert_int_equal(packet.size, capacity == need ? need : 8);
    for (size_t i = packet.size; i < capacity; i++) assert_int_equal(bytes[i], 0xaa);
    free(bytes);
  }
  uint8_t bytes[8];
  struct pl_wire_packet packet;
  assert_false(pl_wire_deribit_begin(&packet, bytes, 7, 1, 1));
}

static void second_message_follows_the_first(void **state) {
  (void)state;
  uint8_t bytes[64];
  struct pl_wire_packet packet;
  begin(&packet, bytes, sizeof bytes);
  assert_true(pl_wire_deribit_snapshot_start(&packet, 1));
  assert_true(pl_wire_deribit_snapshot_end(&packet));
  assert_int_equal(pl_wire_deribit_finish(&packet), 8 + 16 + 12);
  assert_int_equal(read_le(bytes, 2), 28);
  assert_int_equal(read_le(bytes + 8 + 16 + 2, 2), 1006);
}

static void long_name_is_refused(void **state) {
  (void)state;
  uint8_t bytes[1024];
  char name[257];
  struct pl_wire_packet packet;
  struct pl_wire_instrument instrument = sample_instrument();
  memset(name, 'x', sizeof name);
  name[256] = '\0';
  instrument.name = name;
  begin(&packet, bytes, sizeof bytes);
  assert_false(pl_wire_deribit_instrument(&packet, &instrument));
  assert_false(pl_wire_deribit_instrument_v2(&packet, &instrument));
  assert_int_equal(packet.size, 8);
  name[255] = '\0';
  assert_true(pl_wire_deribit_instrument(&packet, &instrument));
  assert_int_equal(packet.size, BODY + 140 + 256);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(book_is_laid_out),
      cmocka_unit_test(snapshot_is_laid_out),
      cmocka_unit_test(trades_are_laid_out),
      cmocka_unit_test(ticker_is_laid_out),
      cmocka_unit_test(small_messages_are_laid_out),
      cmocka_unit_test(instrument_is_laid_out),
      cmocka_unit_test(instrument_v2_is_laid_out),
      cmocka_unit_test(full_packet_refuses),
      cmocka_unit_test(second_message_follows_the_first),
      cmocka_unit_test(long_name_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
