/* The encoder against the layout tables, byte for byte: each row is a place in the message and the
 * number that must stand there; what no row names must be zero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/wire_cme.h"

#define BODY        22u /* packet header and message header */
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TIME        UINT64_C(0x1122334455667788)
#define NULL_PRICE  UINT64_C(0x7fffffffffffffff)

struct row {
  size_t offset; /* from the message's block */
  size_t size;
  uint64_t value; /* little endian on the wire */
};

static uint8_t bytes[1000];
static struct pl_wire_cme packet;

static uint64_t read_le(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)at[i] << (8 * i);
  return value;
}

static void begin(void) {
  memset(bytes, 0xaa, sizeof bytes);
  assert_true(pl_wire_cme_begin(&packet, bytes, sizeof bytes, 13, 0xfedcba98u, TIME));
}

/* Compares a packet of one message of so many bytes, and begins another. */
static void check(uint16_t template_id, uint16_t block_bytes, size_t body_bytes,
                  const struct row *rows, size_t count) {
  assert_int_equal(packet.size, BODY + body_bytes);
  assert_int_equal(read_le(bytes, 4), 0xfedcba98u);
  assert_int_equal(read_le(bytes + 4, 8), TIME);
  assert_int_equal(read_le(bytes + 12, 2), 10 + body_bytes);
  assert_int_equal(read_le(bytes + 14, 2), block_bytes);
  assert_int_equal(read_le(bytes + 16, 2), template_id);
  assert_int_equal(read_le(bytes + 18, 2), 1);
  assert_int_equal(read_le(bytes + 20, 2), 13);
  for (size_t i = 0; i < count; i++) {
    assert_true(rows[i].offset + rows[i].size <= body_bytes);
    uint8_t *at = bytes + BODY + rows[i].offset;
    if (read_le(at, rows[i].size) != rows[i].value) fail_msg("row %zu differs", i);
    memset(at, 0, rows[i].size);
  }
  for (size_t i = 0; i < body_bytes; i++)
    if (bytes[BODY + i] != 0) fail_msg("byte %zu is not in the table", i);
  begin();
}

static void small_messages(void **state) {
  (void)state;
  begin();
  assert_true(pl_wire_cme_heartbeat(&packet));
  check(12, 0, 0, NULL, 0);
  static const struct row reset[] = {{0, 8, TIME}, {8, 1, 0x80}, {9, 2, 2}, {11, 1, 1}};
  assert_true(pl_wire_cme_reset(&packet, TIME, 0x80));
  check(4, 9, 14, reset, COUNT(reset));
  static const struct row status[] = {{0, 8, TIME},   {8, 2, 0x5345}, {14, 1, 0x41}, {20, 4, 77},
                                      {24, 2, 65535}, {26, 1, 0x80},  {27, 1, 21}};
  assert_true(
      pl_wire_cme_status(&packet, &(struct pl_wire_cme_status){TIME, "ES", "A", 77, 0x80, 21}));
  check(30, 30, 30, status, COUNT(status));
  static const struct row limits[] = {{0, 8, TIME},        {8, 1, 1},   {11, 2, 32},
                                      {13, 1, 1},          {14, 8, 5},  {22, 8, UINT64_MAX},
                                      {30, 8, NULL_PRICE}, {38, 4, 77}, {42, 4, 9}};
  assert_true(pl_wire_cme_limits(&packet, TIME, 1, 77, 9, 5, -1));
  check(50, 11, 46, limits, COUNT(limits));
  static const struct row volume[] = {{0, 8, TIME}, {8, 1, 2},   {11, 2, 16}, {13, 1, 1},
                                      {14, 4, 5},   {18, 4, 77}, {22, 4, 9}};
  assert_true(pl_wire_cme_volume(&packet, TIME, 2, 77, 9, 5, false));
  check(37, 11, 30, volume, COUNT(volume));
  static const struct row volume_long[] = {{0, 8, TIME}, {8, 1, 2},   {11, 2, 24}, {13, 1, 1},
                                           {14, 8, 5},   {22, 4, 77}, {26, 4, 9}};
  assert_true(pl_wire_cme_volume(&packet, TIME, 2, 77, 9, 5, true));
  check(66, 11, 38, volume_long, COUNT(volume_long));
}

static void books_and_orders(void **state) {
  (void)state;
  begin();
  static const struct pl_wire_cme_level level = {77, 9, 'E', 5, 3, -2, 6};
  static const struct pl_wire_cme_reference reference = {71, 72, PL_WIRE_CME_QTY_NULL, 1, 2};
  static const struct row book[] = {
      {0, 8, TIME}, {8, 1, 0x84}, {11, 2, 32},        {13, 1, 1},  {14, 8, (uint64_t)-2},
      {22, 4, 6},   {26, 4, 77},  {30, 4, 9},         {34, 4, 1},  {38, 1, 3},
      {39, 1, 5},   {40, 1, 'E'}, {41, 4, INT32_MAX}, {46, 2, 24}, {53, 1, 1},
      {54, 8, 71},  {62, 8, 72},  {70, 4, INT32_MAX}, {74, 1, 1},  {75, 1, 2}};
  assert_true(pl_wire_cme_book(
      &packet, &(struct pl_wire_cme_book){TIME, 0x84, false, &level, 1, &reference, 1}));
  check(46, 11, 78, book, COUNT(book));
  static const struct row book_long[] = {
      {0, 8, TIME}, {8, 1, 0x84}, {11, 2, 32}, {13, 1, 1}, {14, 8, (uint64_t)-2},
      {22, 8, 6},   {30, 4, 77},  {34, 4, 9},  {38, 4, 1}, {42, 1, 3},
      {43, 1, 5},   {44, 1, 'E'}, {46, 2, 24}, {53, 1, 0}};
  assert_true(
      pl_wire_cme_book(&packet, &(struct pl_wire_cme_book){TIME, 0x84, true, &level, 1, NULL, 0}));
  check(64, 11, 54, book_long, COUNT(book_long));
  static const struct pl_wire_cme_order order = {77, 71, 72, '1', 2, -2, 6};
  static const struct row orders[] = {{0, 8, TIME}, {8, 1, 4},   {11, 2, 40},           {13, 1, 1},
                                      {14, 8, 71},  {22, 8, 72}, {30, 8, (uint64_t)-2}, {38, 4, 6},
                                      {42, 4, 77},  {46, 1, 2},  {47, 1, '1'}};
  assert_true(pl_wire_cme_orders(&packet, &(struct pl_wire_cme_orders){TIME, 4, &order, 1}));
  check(47, 11, 54, orders, COUNT(orders));
  static const struct pl_wire_cme_trade trade = {77, 9, 81, 2, 1, -2, 6};
  static const uint64_t ids[] = {71};
  static const struct row trades[] = {
      {0, 8, TIME}, {8, 1, 1},   {11, 2, 32}, {13, 1, 1}, {14, 8, (uint64_t)-2},
      {22, 4, 6},   {26, 4, 77}, {30, 4, 9},  {34, 4, 2}, {38, 1, 2},
      {39, 1, 1},   {40, 4, 81}, {46, 2, 16}, {53, 1, 1}, {54, 8, 71},
      {62, 4, 1}};
  assert_true(
      pl_wire_cme_trades(&packet, &(struct pl_wire_cme_trades){TIME, 1, false, &trade, 1, ids, 1}));
  check(48, 11, 70, trades, COUNT(trades));
  static const struct row trades_long[] = {
      {0, 8, TIME}, {8, 1, 1},   {11, 2, 40}, {13, 1, 1}, {14, 8, (uint64_t)-2},
      {22, 8, 6},   {30, 4, 77}, {34, 4, 9},  {38, 4, 2}, {42, 4, 81},
      {46, 1, 2},   {47, 1, 1},  {54, 2, 16}, {61, 1, 0}};
  assert_true(
      pl_wire_cme_trades(&packet, &(struct pl_wire_cme_trades){TIME, 1, true, &trade, 1, NULL, 0}));
  check(65, 11, 62, trades_long, COUNT(trades_long));
}

static void snapshots(void **state) {
  (void)state;
  begin();
  static const struct pl_wire_cme_level level = {.type = 'F', .level = 3, .price_e9 = 5, .qty = 6};
  for (uint32_t i = 0; i < 2; i++) {
    const struct row rows[] = {{0, 4, 90},          {4, 4, 1},           {8, 4, 77},
                               {12, 4, 9},          {16, 8, TIME},       {24, 8, TIME},
                               {32, 2, 65535},      {34, 1, 17},         {35, 8, NULL_PRICE},
                               {43, 8, NULL_PRICE}, {51, 8, NULL_PRICE}, {59, 2, 22 + i},
                               {61, 1, 1},          {62, 8, 5},          {70, 4, 6},
                               {74 + 4 * i, 4, 1},  {78 + 4 * i, 1, 3},  {83 + i, 1, 'F'}};
    assert_true(pl_wire_cme_snapshot(
        &packet, &(struct pl_wire_cme_snapshot){90, 9, 77, TIME, 17, i == 1, &level, 1}));
    check(i == 0 ? 52 : 69, 59, 84 + i, rows, COUNT(rows));
  }
  static const struct pl_wire_cme_order order = {77, 71, 72, '1', 0, 5, 6};
  static const struct row rows[] = {
      {0, 4, 90}, {4, 4, 1},   {8, 4, 77},  {12, 4, 3}, {16, 4, 2}, {20, 8, TIME}, {28, 2, 29},
      {30, 1, 1}, {31, 8, 71}, {39, 8, 72}, {47, 8, 5}, {55, 4, 6}, {59, 1, '1'}};
  assert_true(pl_wire_cme_snapshot_orders(
      &packet, &(struct pl_wire_cme_snapshot_orders){90, 77, 3, 2, TIME, &order, 1}));
  check(53, 28, 60, rows, COUNT(rows));
}

static const struct pl_wire_cme_leg leg = {78, 2, -3};

/* The places in which the three definitions differ. */
static const struct {
  uint16_t block, tick, factor, size, strike, high, low;
} places[] = {{224, 91, 99, 140, 0, 165, 173},
              {221, 111, 127, 169, 80, 202, 194},
              {255, 94, 102, 0, 0, 167, 175}};

/* Events, feed types, attributes and lots, from the end of a block on. */
static void check_groups(size_t at) {
  const struct row rows[] = {{at, 2, 9},
                             {at + 2, 1, 2},
                             {at + 3, 1, 5},
                             {at + 4, 8, 1},
                             {at + 12, 1, 7},
                             {at + 13, 8, TIME},
                             {at + 21, 2, 4},
                             {at + 23, 1, 2},
                             {at + 24, 3, 'G' | 'B' << 8 | 'X' << 16},
                             {at + 27, 1, 10},
                             {at + 28, 3, 'G' | 'B' << 8 | 'I' << 16},
                             {at + 31, 1, 2},
                             {at + 32, 2, 4},
                             {at + 34, 1, 1},
                             {at + 39, 2, 5},
                             {at + 41, 1, 1}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(read_le(bytes + BODY + rows[i].offset, rows[i].size), rows[i].value);
    memset(bytes + BODY + rows[i].offset, 0, rows[i].size);
  }
}

static void definitions(void **state) {
  (void)state;
  begin();
  for (uint16_t i = 0; i < 3; i++) {
    const struct pl_wire_cme_definition definition = {.template_id = 54 + i,
                                                      .event = 0x80,
                                                      .total = 8,
                                                      .action = 'M',
                                                      .state = 17,
                                                      .group = "G",
                                                      .asset = "A",
                                                      .symbol = "S",
                                                      .id = 77,
                                                      .tick_e9 = 1,
                                                      .factor_e9 = 2,
                                                      .size_e9 = 3,
                                                      .strike_e9 = 4,
                                                      .limit_high_e9 = 5,
                                                      .limit_low_e9 = 6,
                                                      .expiry_ns = TIME,
                                                      .depth = 10,
                                                      .depth_implied = 2,
                                                      .legs = &leg,
                                                      .leg_count = 1};
    size_t at = places[i].block;
    /* the last three only where the template has them */
    const struct row rows[] = {
        {0, 1, 0x80},
        {1, 4, 8},
        {5, 1, 'M'},
        {14, 1, 17},
        {23, 1, 'G'},
        {29, 1, 'A'},
        {35, 1, 'S'},
        {55, 4, 77},
        {places[i].tick, 8, 1},
        {places[i].factor, 8, 2},
        {places[i].high, 8, 5},
        {places[i].low, 8, 6},
        {i == 2 ? at + 47 : places[i].size, i == 2 ? 3 : 8, i == 2 ? 18 | 1 << 16 : 3},
        {places[i].strike, i == 1 ? 8 : 0, i == 1 ? 4 : 0},
        {i == 2 ? at + 50 : 0, i == 2 ? 6 : 0,
         i == 2 ? 78 | UINT64_C(2) << 32 | UINT64_C(0xfd) << 40 : 0}};
    assert_true(pl_wire_cme_definition(&packet, &definition));
    check_groups(at);
    check((uint16_t)(54 + i), places[i].block, at + 47 + (i == 2 ? 21 : 0), rows, COUNT(rows));
  }
}

static void full_packet_stays_as_it_is(void **state) {
  (void)state;
  static const uint8_t body[4] = {1, 2, 3, 4};
  assert_true(pl_wire_cme_begin(&packet, bytes, 12 + 10 + 4, 13, 1, TIME));
  assert_false(pl_wire_cme_reset(&packet, TIME, 0));
  assert_int_equal(packet.size, 12);
  assert_true(pl_wire_cme_raw(&packet, 99, 2, 7, body, 4));
  assert_int_equal(read_le(bytes + 14, 2), 7);
  assert_int_equal(read_le(bytes + 18, 2), 2);
  assert_memory_equal(bytes + 22, body, 4);
  assert_false(pl_wire_cme_heartbeat(&packet));
  assert_false(pl_wire_cme_begin(&packet, bytes, 11, 13, 1, TIME));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_messages),
      cmocka_unit_test(books_and_orders),
      cmocka_unit_test(snapshots),
      cmocka_unit_test(definitions),
      cmocka_unit_test(full_packet_stays_as_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
