/* The shared-memory table: round trip, ownership, and what a reader makes of hostile segments. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/publish/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define ROWS            3

static char name[PL_TABLE_NAME_BYTES], path[64], error[PL_TABLE_ERROR_BYTES];

/* Tests of several builds may run side by side. */
static int choose_name(void **state) {
  (void)state;
  (void)snprintf(name, sizeof name, "test-%d", (int)getpid());
  (void)snprintf(path, sizeof path, "%s%s", PL_TABLE_PREFIX, name);
  return 0;
}

static struct pl_table *create(void) {
  struct pl_table *table = NULL;
  struct pl_table_config config = {.name = name,
                                   .row_count_max = ROWS,
                                   .policy_version = 7,
                                   .policy_hash = 8,
                                   .start_ns = 9,
                                   .group = PL_TABLE_GROUP_NONE};
  assert_int_equal(pl_table_create(&config, &table, error, sizeof error), PL_OK);
  return table;
}

static struct pl_table *open_table(void) {
  struct pl_table *table = NULL;
  assert_int_equal(pl_table_open(name, &table, error, sizeof error), PL_OK);
  return table;
}

static void test_round_trip(void **state) {
  (void)state;
  struct pl_table *writer = create(), *reader = open_table();
  struct pl_table_beat beat, found_beat;
  struct pl_row row, found;
  memset(&row, 0, sizeof row);
  (void)snprintf(row.name, sizeof row.name, "ETH-PERPETUAL");
  row.decision.seq = 5;
  row.decision.im_ppm = 4321;
  row.view.mid_e9 = -1;
  assert_false(pl_table_read_beat(reader, &found_beat));
  assert_false(pl_table_read_row(reader, 1, &found));
  pl_table_put(writer, 1, &row);
  assert_true(pl_table_read_row(reader, 1, &found));
  assert_memory_equal(&found, &row, sizeof row);
  assert_false(pl_table_read_row(reader, 0, &found));
  assert_false(pl_table_read_row(reader, ROWS, &found));
  assert_false(pl_table_read_row(reader, UINT32_MAX, &found));
  beat = (struct pl_table_beat){.monotonic_ns = 11, .decisions = 12, .row_count = 2, .mode = 1};
  pl_table_beat(writer, &beat);
  assert_true(pl_table_read_beat(reader, &found_beat));
  assert_memory_equal(&found_beat, &beat, sizeof beat);
  const struct pl_table_header *header = pl_table_header(reader);
  assert_int_equal(header->writer_pid, getpid());
  assert_int_equal(header->policy_version, 7);
  assert_int_equal(header->policy_hash, 8);
  assert_int_equal(header->start_ns, 9);
  assert_int_equal(header->row_count_max, ROWS);
  pl_table_close(writer);
  assert_true(pl_table_read_row(reader, 1, &found)); /* the memory stays until the reader goes */
  pl_table_close(reader);
  assert_int_equal(pl_table_open(name, &reader, error, sizeof error), PL_E_UNREACHABLE);
}

static void test_one_living_writer_a_name(void **state) {
  (void)state;
  struct pl_table *first = create(), *second = NULL;
  struct pl_table_config config = {.name = name, .row_count_max = 1, .group = PL_TABLE_GROUP_NONE};
  assert_int_equal(pl_table_create(&config, &second, error, sizeof error), PL_E_CONFIG);
  assert_non_null(strstr(error, "another daemon"));
  assert_null(second);
  struct pl_table *reader = open_table(); /* the refusal left the first alone */
  pl_table_close(reader);
  pl_table_close(first);
}

static void test_a_dead_writers_segment_is_replaced(void **state) {
  (void)state;
  int descriptor = shm_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  assert_true(descriptor >= 0);
  assert_int_equal(ftruncate(descriptor, 100), 0);
  close(descriptor);
  struct pl_table *writer = create(), *reader = open_table();
  pl_table_close(reader);
  pl_table_close(writer);
}

static void test_names(void **state) {
  (void)state;
  struct pl_table *table = NULL;
  static const char *const wrong[] = {"",     "a/b",  "a b",
                                      "../x", "ab\n", "12345678901234567890123456789012"};
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    assert_false(pl_table_name_is_sound(wrong[i]));
    assert_int_equal(pl_table_open(wrong[i], &table, error, sizeof error), PL_E_CONFIG);
  }
  assert_true(pl_table_name_is_sound("main"));
  assert_true(pl_table_name_is_sound("A-1_b.c"));
}

/* --- hostile segments --- */

static size_t good_bytes(void) {
  return sizeof(struct pl_table_header) + ROWS * sizeof(struct pl_table_cell);
}

static void good_header(struct pl_table_header *ret_header) {
  memset(ret_header, 0, sizeof *ret_header);
  atomic_init(&ret_header->magic, PL_TABLE_MAGIC);
  ret_header->layout = PL_TABLE_LAYOUT;
  ret_header->header_bytes = sizeof *ret_header;
  ret_header->row_bytes = sizeof(struct pl_table_cell);
  ret_header->row_count_max = ROWS;
}

/* Makes a segment of these bytes and opens it as a reader would. */
static enum pl_status open_forged(const struct pl_table_header *header, size_t size_bytes,
                                  const void *rest, size_t rest_bytes,
                                  struct pl_table **ret_table) {
  int descriptor = shm_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  assert_true(descriptor >= 0);
  assert_int_equal(ftruncate(descriptor, (off_t)size_bytes), 0);
  size_t head_bytes = size_bytes < sizeof *header ? size_bytes : sizeof *header;
  assert_int_equal(pwrite(descriptor, header, head_bytes, 0), head_bytes);
  if (rest != NULL)
    assert_int_equal(pwrite(descriptor, rest, rest_bytes, sizeof *header), rest_bytes);
  close(descriptor);
  error[0] = '\0';
  enum pl_status status = pl_table_open(name, ret_table, error, sizeof error);
  assert_int_equal(shm_unlink(path), 0);
  return status;
}

static void test_every_header_field_is_checked(void **state) {
  (void)state;
  for (int field = 0; field < 9; field++) {
    struct pl_table_header header;
    struct pl_table *table = NULL;
    size_t size_bytes = good_bytes();
    good_header(&header);
    switch (field) {
    case 0: atomic_init(&header.magic, 0); break;
    case 1: header.layout++; break;
    case 2: header.header_bytes--; break;
    case 3: header.row_bytes += 64; break;
    case 4: header.row_count_max = 0; break;
    case 5: header.row_count_max = UINT32_MAX; break;
    case 6: header.row_count_max++; break;
    case 7: size_bytes--; break;
    default: size_bytes += 4096; break;
    }
    assert_int_equal(open_forged(&header, size_bytes, NULL, 0, &table), PL_E_PROTOCOL);
    assert_null(table);
    assert_true(strlen(error) > 0);
  }
}

static void test_every_length_is_checked(void **state) {
  (void)state;
  struct pl_table_header header;
  good_header(&header);
  for (size_t size_bytes = 0; size_bytes < good_bytes(); size_bytes++) {
    struct pl_table *table = NULL;
    assert_int_equal(open_forged(&header, size_bytes, NULL, 0, &table), PL_E_PROTOCOL);
    assert_null(table);
  }
}

static void test_hostile_rows_are_harmless(void **state) {
  (void)state;
  struct pl_table_header header;
  static struct pl_table_cell cells[ROWS];
  struct pl_table *table = NULL;
  struct pl_table_beat beat;
  struct pl_row row;
  good_header(&header);
  atomic_init(&header.beat_version, 2);
  for (size_t i = 0; i < PL_TABLE_BEAT_WORDS; i++) atomic_init(&header.beat[i], UINT64_MAX);
  for (size_t i = 0; i < PL_TABLE_ROW_WORDS; i++) {
    atomic_init(&cells[0].words[i], UINT64_MAX);
    atomic_init(&cells[1].words[i], UINT64_C(0x1b5b324a1b5b324a)); /* terminal escapes */
  }
  atomic_init(&cells[0].version, 2);
  atomic_init(&cells[1].version, 4);
  atomic_init(&cells[2].version, 3); /* its writer died in the middle */
  assert_int_equal(open_forged(&header, good_bytes(), cells, sizeof cells, &table), PL_OK);
  assert_true(pl_table_read_beat(table, &beat));
  assert_int_equal(beat.row_count, ROWS);
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(pl_table_read_row(table, i, &row));
    assert_int_equal(strlen(row.name), PL_NAME_BYTES_MAX - 1);
    for (size_t at = 0; row.name[at] != '\0'; at++)
      assert_true(row.name[at] >= ' ' && row.name[at] <= '~');
  }
  assert_false(pl_table_read_row(table, 2, &row));
  pl_table_close(table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_one_living_writer_a_name),
      cmocka_unit_test(test_a_dead_writers_segment_is_replaced),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_every_header_field_is_checked),
      cmocka_unit_test(test_every_length_is_checked),
      cmocka_unit_test(test_hostile_rows_are_harmless),
  };
  return cmocka_run_group_tests(tests, choose_name, NULL);
}
