/* The encoder against the layout table, byte for byte: each row is a place in the body and the
 * number that must stand there; what no row names must be zero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/wire_starbase.h"

#define BODY        40u /* packet header and message header */
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define A           INT64_C(0x1122334455667788)
#define B           INT64_C(-0x1021324354657687)
#define C           INT64_C(0x0badcafe0badcafe)
#define D           INT64_C(0x2468ace013579bdf)
#define E           INT64_C(0x7edcba9876543210)
#define F           INT64_C(-2)
#define G           INT64_C(0x0102030405060708)
#define HALF_BITS   INT64_C(0x3fe0000000000000) /* 0.5 */
#define QUARTER     INT64_C(0x3fd0000000000000)
#define EIGHTH      INT64_C(0x3fc0000000000000)

struct row {
  size_t offset, size; /* from the message's body */
  int64_t value;       /* little endian on the wire */
};

static const struct pl_star_mark mark = {PL_STAR_END, A};

static uint64_t read_le(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)at[i] << (8 * i);
  return value;
}

static uint64_t cut(int64_t value, size_t size) {
  return size == 8 ? (uint64_t)value : (uint64_t)value & ((UINT64_C(1) << 8 * size) - 1);
}

static struct pl_star_packet *begin(struct pl_star_packet *packet, uint8_t *bytes,
                                    size_t capacity) {
  const struct pl_star_head head = {D, C, 0x12345678, PL_STAR_REPLY};
  memset(bytes, 0xaa, capacity);
  assert_true(pl_wire_starbase_begin(packet, bytes, capacity, &head));
  return packet;
}

/* Compares a packet of one message with its headers and rows, and clears what was compared. */
static void check(struct pl_star_packet *packet, uint16_t template_id, size_t length,
                  const struct row *rows, size_t count) {
  size_t size = pl_wire_starbase_finish(packet);
  uint8_t *bytes = packet->bytes;
  assert_int_equal(size, 24 + length);
  assert_true(read_le(bytes, 8) == D && read_le(bytes + 8, 8) == C);
  assert_int_equal(read_le(bytes + 16, 4), 0x12345678);
  assert_int_equal(read_le(bytes + 20, 2), 5);
  assert_int_equal(read_le(bytes + 22, 2), 1);
  assert_int_equal(read_le(bytes + 24, 2), length);
  assert_int_equal(read_le(bytes + 26, 2), template_id);
  assert_int_equal(read_le(bytes + 28, 2), 1);
  assert_int_equal(read_le(bytes + 30, 2), 2);
  assert_true(read_le(bytes + 32, 8) == A);
  memset(bytes, 0, BODY);
  for (size_t i = 0; i < count; i++) {
    assert_true(BODY + rows[i].offset + rows[i].size <= size);
    uint8_t *at = bytes + BODY + rows[i].offset;
    if (read_le(at, rows[i].size) != cut(rows[i].value, rows[i].size)) fail_msg("row %zu", i);
    memset(at, 0, rows[i].size);
  }
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != 0) fail_msg("byte %zu is not in the table", i);
}

static void orders(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[256];
  static const struct row put[] = {{0, 8, A}, {8, 8, B}, {16, 8, C}, {24, 8, D}, {32, 8, E}};
  static const struct row reduced[] = {{0, 8, A}, {8, 8, B}, {16, 8, C}};
  for (uint8_t side = 0; side < 2; side++) {
    const struct pl_star_put order = {A, B, C, D, E, side};
    assert_true(pl_wire_starbase_put(begin(&packet, bytes, sizeof bytes), &mark, &order));
    check(&packet, 20 + side, 56, put, COUNT(put));
    assert_true(
        pl_wire_starbase_reduced(begin(&packet, bytes, sizeof bytes), &mark, side, A, B, C));
    check(&packet, 22 + side, 40, reduced, COUNT(reduced));
    assert_true(pl_wire_starbase_delete(begin(&packet, bytes, sizeof bytes), &mark, side, A, B));
    check(&packet, 24 + side, 32, reduced, 2);
  }
}

static void trades(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[256];
  static const struct row summary[] = {{0, 8, A},  {8, 8, B},  {16, 8, C}, {24, 8, D},
                                       {32, 8, E}, {40, 8, F}, {48, 4, 9}, {52, 4, 3}};
  assert_true(pl_wire_starbase_summary(begin(&packet, bytes, sizeof bytes), &mark,
                                       &(struct pl_star_summary){A, B, C, D, E, F, 9, 3}));
  check(&packet, 30, 72, summary, COUNT(summary));
  static const struct row trade[] = {{0, 8, A},  {8, 8, B},  {16, 8, C},
                                     {24, 8, D}, {32, 8, E}, {40, 4, 0x70000003}};
  assert_true(pl_wire_starbase_trade(begin(&packet, bytes, sizeof bytes), &mark,
                                     &(struct pl_star_trade){A, B, C, D, E, 0x70000003}));
  check(&packet, 31, 64, trade, COUNT(trade));
  static const struct row block[] = {{0, 8, A},          {8, 8, B},  {16, 8, C},     {24, 8, D},
                                     {32, 8, E},         {40, 8, F}, {48, 8, G},     {56, 8, A},
                                     {64, 8, HALF_BITS}, {72, 4, 2}, {76, 2, 0x1234}};
  assert_true(pl_wire_starbase_block_trade(
      begin(&packet, bytes, sizeof bytes), &mark,
      &(struct pl_star_block_trade){A, B, C, D, E, F, G, A, 0.5, 2, 0x1234}));
  check(&packet, 33, 96, block, COUNT(block));
}

static void an_instrument(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[512];
  static const struct pl_star_tick ticks[] = {{A, B}, {C, D}};
  static const struct pl_star_leg legs[] = {{E, 1}, {F, -3}};
  struct pl_star_instrument instrument = {
      A, "NAME", B, "UNDER", "QASSET12345", "P", C, D, E, F, -8, 5, 7, 4, ticks, 2, 0, legs, 2, 0};
  static const struct row rows[] = {
      {0, 8, A},     {8, 4, 0x454d414e},
      {136, 8, B},   {144, 4, 0x45444e55},
      {148, 1, 'R'}, {208, 8, 0x3231544553534151}, /* cut to 8 */
      {216, 1, 'P'}, {224, 8, C},
      {232, 8, D},   {240, 8, E},
      {248, 8, F},   {256, 1, -8},
      {257, 1, 5},   {258, 1, 7},
      {259, 1, 4},   {260, 2, 16},
      {262, 2, 2},   {264, 8, A},
      {272, 8, B},   {280, 8, C},
      {288, 8, D},   {296, 2, 9},
      {298, 2, 2},   {300, 8, E},
      {308, 1, 1},   {309, 8, F},
      {317, 1, -3},
  };
  assert_true(pl_wire_starbase_instrument(begin(&packet, bytes, sizeof bytes), &mark, &instrument));
  check(&packet, 10, 336, rows, COUNT(rows)); /* 16 + 318, padded */
  instrument.tick_bytes = 15;
  assert_false(
      pl_wire_starbase_instrument(begin(&packet, bytes, sizeof bytes), &mark, &instrument));
  instrument.tick_bytes = 24;
  instrument.leg_bytes = 8;
  assert_false(pl_wire_starbase_instrument(&packet, &mark, &instrument));
  assert_int_equal(packet.size, 24);
}

static void prices_and_status(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[256];
  static const struct row index[] = {{0, 8, A}, {8, 8, B}};
  assert_true(pl_wire_starbase_index(begin(&packet, bytes, sizeof bytes), &mark, A, B));
  check(&packet, 12, 32, index, COUNT(index));
  static const struct row name[] = {{0, 8, A}, {8, 4, 0x454d414e}};
  assert_true(
      pl_wire_starbase_index_definition(begin(&packet, bytes, sizeof bytes), &mark, A, "NAME"));
  check(&packet, 11, 152, name, COUNT(name));
  const struct pl_star_info info = {A, B, C, D, E};
  static const struct row old_info[] = {{0, 8, A}, {8, 8, B}, {16, 8, C}, {24, 8, D}, {32, 8, E}};
  static const struct row new_info[] = {{0, 8, A}, {8, 8, B}, {16, 8, C}, {24, 8, E}};
  assert_true(pl_wire_starbase_info(begin(&packet, bytes, sizeof bytes), &mark, &info, true));
  check(&packet, 14, 56, old_info, COUNT(old_info));
  assert_true(pl_wire_starbase_info(begin(&packet, bytes, sizeof bytes), &mark, &info, false));
  check(&packet, 14, 48, new_info, COUNT(new_info));
  const struct pl_star_ref ref = {A, 0.5, 0.25, B, C, D, 0.125};
  static const struct row refs[] = {{0, 8, A},  {8, 8, HALF_BITS}, {16, 8, QUARTER}, {24, 8, B},
                                    {32, 8, C}, {40, 8, D},        {48, 8, EIGHTH}};
  assert_true(pl_wire_starbase_ref(begin(&packet, bytes, sizeof bytes), &mark, &ref, true));
  check(&packet, 15, 64, refs, COUNT(refs) - 1);
  assert_true(pl_wire_starbase_ref(begin(&packet, bytes, sizeof bytes), &mark, &ref, false));
  check(&packet, 15, 72, refs, COUNT(refs));
  static const struct row status[] = {{0, 8, A}, {8, 1, 5}};
  assert_true(pl_wire_starbase_status(begin(&packet, bytes, sizeof bytes), &mark, A, 5));
  check(&packet, 16, 32, status, COUNT(status));
}

static void snapshots_and_retransmits(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[256];
  static const struct row boundary[] = {{0, 8, A}, {8, 8, B}, {16, 8, C}};
  assert_true(pl_wire_starbase_header(begin(&packet, bytes, sizeof bytes), &mark, A, B, C));
  check(&packet, 100, 40, boundary, 3);
  assert_true(pl_wire_starbase_trailer(begin(&packet, bytes, sizeof bytes), &mark, A, B, C));
  check(&packet, 101, 40, boundary, 3);
  static const struct row cycle[] = {{0, 4, 0x12345678}};
  assert_true(
      pl_wire_starbase_end_of_cycle(begin(&packet, bytes, sizeof bytes), &mark, 0x12345678));
  check(&packet, 119, 24, cycle, 1);
  static const struct row request[] = {{0, 8, A}, {8, 1, 255}};
  assert_true(pl_wire_starbase_request(begin(&packet, bytes, sizeof bytes), &mark, A, 255));
  check(&packet, 200, 32, request, 2);
  static const struct row reject[] = {{0, 8, A}, {8, 4, 0x454d414e}, {48, 1, 3}};
  assert_true(pl_wire_starbase_reject(begin(&packet, bytes, sizeof bytes), &mark, A, "NAME", 3));
  check(&packet, 202, 72, reject, 3);
  static const struct row raw[] = {{0, 1, 1}, {1, 1, 2}, {2, 1, 3}};
  const uint8_t body[] = {1, 2, 3};
  assert_true(pl_wire_starbase_raw(begin(&packet, bytes, sizeof bytes), &mark, 999, body, 3));
  check(&packet, 999, 24, raw, 3);
}

/* A message goes in whole or not at all, and the count is of those that went in. */
static void a_full_packet_stays_as_it_is(void **state) {
  (void)state;
  struct pl_star_packet packet;
  uint8_t bytes[128], kept[128];
  for (size_t capacity = 24; capacity < 24 + 56 + 32; capacity++) {
    bool fits = capacity >= 24 + 56;
    const struct pl_star_put put = {A, B, C, D, E, 0};
    (void)begin(&packet, bytes, capacity);
    assert_int_equal(pl_wire_starbase_put(&packet, &mark, &put), fits);
    memcpy(kept, bytes, capacity);
    assert_false(pl_wire_starbase_delete(&packet, &mark, PL_STAR_BID, A, B) && fits);
    if (fits) assert_memory_equal(kept, bytes, capacity);
    assert_int_equal(packet.size, fits ? 80 : capacity >= 56 ? 56 : 24);
    assert_int_equal(pl_wire_starbase_finish(&packet), packet.size);
    assert_int_equal(read_le(bytes + 22, 2), packet.size > 24);
  }
  const struct pl_star_head head = {0, 0, 0, 1};
  assert_false(pl_wire_starbase_begin(&packet, bytes, 23, &head));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(orders),
      cmocka_unit_test(trades),
      cmocka_unit_test(an_instrument),
      cmocka_unit_test(prices_and_status),
      cmocka_unit_test(snapshots_and_retransmits),
      cmocka_unit_test(a_full_packet_stays_as_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
