/* The encoder against the layout table, byte for byte: each row is a place in the message and what
 * must stand there; what no row names must be a space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/wire_itch.h"

#define BODY        22u /* packet header and length */
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TIME_NS     UINT64_C(0x0000112233445566)

struct row {
  size_t offset, size;
  uint64_t value; /* big endian on the wire; 0 and a text: the text */
  const char *text;
};

static struct pl_wire_itch packet;
static uint8_t bytes[256];
static const struct pl_wire_itch_head head = {0x1234, 0x5678, TIME_NS};

static uint64_t read_be(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value = value << 8 | at[i];
  return value;
}

static int begin(void **state) {
  (void)state;
  memset(bytes, 0xaa, sizeof bytes);
  assert_true(
      pl_wire_itch_begin(&packet, bytes, sizeof bytes, "SESSION01", UINT64_C(0x0102030405060708)));
  return 0;
}

/* Checks a packet of one message, clearing to spaces what was compared. */
static void check(char type, size_t message_bytes, const struct row *rows, size_t count) {
  assert_int_equal(pl_wire_itch_finish(&packet), BODY + message_bytes);
  assert_memory_equal(bytes, "SESSION01 ", 10);
  assert_int_equal(read_be(bytes + 10, 8), UINT64_C(0x0102030405060708));
  assert_int_equal(read_be(bytes + 18, 2), 1);
  assert_int_equal(read_be(bytes + 20, 2), message_bytes);
  assert_int_equal(bytes[BODY], (uint8_t)type);
  assert_int_equal(read_be(bytes + BODY + 1, 2), 0x1234);
  assert_int_equal(read_be(bytes + BODY + 3, 2), 0x5678);
  assert_int_equal(read_be(bytes + BODY + 5, 6), TIME_NS);
  for (size_t i = 0; i < count; i++) {
    assert_true(rows[i].offset >= 11 && rows[i].offset + rows[i].size <= message_bytes);
    uint8_t *at = bytes + BODY + rows[i].offset;
    if (rows[i].text != NULL)
      assert_memory_equal(at, rows[i].text, rows[i].size);
    else if (read_be(at, rows[i].size) != rows[i].value)
      fail_msg("row %zu differs", i);
    memset(at, ' ', rows[i].size);
  }
  for (size_t i = 11; i < message_bytes; i++)
    if (bytes[BODY + i] != ' ') fail_msg("byte %zu is not in the table", i);
  for (size_t i = BODY + message_bytes; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0xaa);
}

static void directory_is_laid_out(void **state) {
  (void)state;
  assert_true(pl_wire_itch_directory(
      &packet, &(struct pl_wire_itch_directory){head, "BRK.A", 'N', 'D', 'T', 100}));
  const struct row rows[] = {{11, 8, 0, "BRK.A   "}, {19, 1, 'N', NULL}, {20, 1, 'D', NULL},
                             {21, 4, 100, NULL},     {25, 1, 'N', NULL}, {26, 1, 'C', NULL},
                             {27, 2, 0, "Z "},       {29, 1, 'T', NULL}, {30, 1, 'N', NULL},
                             {31, 1, 'N', NULL},     {32, 1, '1', NULL}, {33, 1, 'N', NULL},
                             {34, 4, 0, NULL},       {38, 1, 'N', NULL}};
  check('R', 39, rows, COUNT(rows));
}

static void action_is_laid_out(void **state) {
  (void)state;
  assert_true(
      pl_wire_itch_action(&packet, &(struct pl_wire_itch_action){head, "ABCDEFGHIJ", 'P', "LUDP"}));
  const struct row rows[] = {{11, 8, 0, "ABCDEFGH"}, {19, 1, 'P', NULL}, {21, 4, 0, "LUDP"}};
  check('H', 25, rows, COUNT(rows));
}

static void adds_are_laid_out(void **state) {
  const struct row rows[] = {{11, 8, UINT64_C(0xfedcba9876543210), NULL},
                             {19, 1, 'S', NULL},
                             {20, 4, 0x89abcdef, NULL},
                             {24, 8, 0, "META    "},
                             {32, 4, 0x77359400, NULL},
                             {36, 4, 0, "UBSS"}};
  struct pl_wire_itch_add add = {
      head, UINT64_C(0xfedcba9876543210), 'S', 0x89abcdef, "META", 0x77359400, NULL};
  assert_true(pl_wire_itch_add(&packet, &add));
  check('A', 36, rows, COUNT(rows) - 1);
  begin(state);
  add.attribution = "UBSS";
  assert_true(pl_wire_itch_add(&packet, &add));
  check('F', 40, rows, COUNT(rows));
}

static void executions_are_laid_out(void **state) {
  const struct row rows[] = {{11, 8, UINT64_C(0xfedcba9876543210), NULL},
                             {19, 4, 0x89abcdef, NULL},
                             {23, 8, UINT64_C(0x1122334455667788), NULL},
                             {31, 1, 'N', NULL},
                             {32, 4, 0x01020304, NULL}};
  struct pl_wire_itch_execution execution = {
      head, UINT64_C(0xfedcba9876543210), 0x89abcdef, UINT64_C(0x1122334455667788), 0, 0x01020304};
  assert_true(pl_wire_itch_execution(&packet, &execution));
  check('E', 31, rows, COUNT(rows) - 2);
  begin(state);
  execution.printable = 'N';
  assert_true(pl_wire_itch_execution(&packet, &execution));
  check('C', 36, rows, COUNT(rows));
}

static void cancel_and_delete_are_laid_out(void **state) {
  const struct row rows[] = {{11, 8, UINT64_C(0xfedcba9876543210), NULL}, {19, 4, 77, NULL}};
  assert_true(pl_wire_itch_cancel(&packet, &head, UINT64_C(0xfedcba9876543210), 77));
  check('X', 23, rows, 2);
  begin(state);
  assert_true(pl_wire_itch_delete(&packet, &head, UINT64_C(0xfedcba9876543210)));
  check('D', 19, rows, 1);
}

static void replace_is_laid_out(void **state) {
  (void)state;
  assert_true(pl_wire_itch_replace(
      &packet, &(struct pl_wire_itch_replace){head, UINT64_C(1) << 63, 0x0a0b0c0d, 5, 6}));
  const struct row rows[] = {{11, 8, UINT64_C(1) << 63, NULL},
                             {19, 8, 0x0a0b0c0d, NULL},
                             {27, 4, 5, NULL},
                             {31, 4, 6, NULL}};
  check('U', 35, rows, COUNT(rows));
}

static void trade_is_laid_out(void **state) {
  (void)state;
  assert_true(
      pl_wire_itch_trade(&packet, &(struct pl_wire_itch_trade){head, 1, 'B', 2, "X", 3, 4}));
  const struct row rows[] = {{11, 8, 1, NULL},       {19, 1, 'B', NULL}, {20, 4, 2, NULL},
                             {24, 8, 0, "X       "}, {32, 4, 3, NULL},   {36, 8, 4, NULL}};
  check('P', 44, rows, COUNT(rows));
}

static void cross_is_laid_out(void **state) {
  (void)state;
  assert_true(pl_wire_itch_cross(
      &packet, &(struct pl_wire_itch_cross){head, UINT64_C(0x1122334455667788), "X", 3, 4, 'O'}));
  const struct row rows[] = {{11, 8, UINT64_C(0x1122334455667788), NULL},
                             {19, 8, 0, "X       "},
                             {27, 4, 3, NULL},
                             {31, 8, 4, NULL},
                             {39, 1, 'O', NULL}};
  check('Q', 40, rows, COUNT(rows));
}

static void system_and_broken_are_laid_out(void **state) {
  const struct row code = {11, 1, 'Q', NULL}, match = {11, 8, 99, NULL};
  assert_true(pl_wire_itch_system(&packet, &head, 'Q'));
  check('S', 12, &code, 1);
  begin(state);
  assert_true(pl_wire_itch_broken(&packet, &head, 99));
  check('B', 19, &match, 1);
}

static void blank_is_of_any_length(void **state) {
  for (size_t size = 11; size < 60; size++) {
    begin(state);
    assert_true(pl_wire_itch_blank(&packet, 'z', &head, size));
    check('z', size, NULL, 0);
  }
  begin(state);
  assert_true(pl_wire_itch_blank(&packet, 'z', &head, 0));
  assert_true(pl_wire_itch_blank(&packet, 'z', &head, 1));
  assert_int_equal(pl_wire_itch_finish(&packet), 25);
  assert_memory_equal(bytes + 18, "\0\2\0\0\0\1z", 7);
}

static void end_of_session_is_a_count(void **state) {
  (void)state;
  assert_int_equal(pl_wire_itch_finish_session(&packet), 20);
  assert_int_equal(read_be(bytes + 18, 2), 0xffff);
}

/* What does not fit leaves the packet as it was. */
static void no_byte_beyond_the_capacity(void **state) {
  (void)state;
  for (size_t capacity = 0; capacity < 60; capacity++) {
    memset(bytes, 0xaa, sizeof bytes);
    bool begun = pl_wire_itch_begin(&packet, bytes, capacity, "", 1);
    assert_int_equal(begun, capacity >= 20);
    if (!begun) continue;
    assert_int_equal(pl_wire_itch_delete(&packet, &head, 1), capacity >= 41);
    assert_int_equal(pl_wire_itch_finish(&packet), capacity >= 41 ? 41 : 20);
    for (size_t i = capacity; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0xaa);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, begin)
  const struct CMUnitTest tests[] = {
      TEST(directory_is_laid_out),
      TEST(action_is_laid_out),
      TEST(adds_are_laid_out),
      TEST(executions_are_laid_out),
      TEST(cancel_and_delete_are_laid_out),
      TEST(replace_is_laid_out),
      TEST(trade_is_laid_out),
      TEST(cross_is_laid_out),
      TEST(system_and_broken_are_laid_out),
      TEST(blank_is_of_any_length),
      TEST(end_of_session_is_a_count),
      TEST(no_byte_beyond_the_capacity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
