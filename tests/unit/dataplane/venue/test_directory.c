/* The instrument directory: venue ids to dense indices, names once, channels' lists. */
#include "dataplane/venue/directory.h"
#include "tests/unit/engine/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

#define CAPACITY 100u

static struct pl_arena arena;
static struct pl_directory *directory;

static int setup(void **state) {
  (void)state;
  assert_int_equal(pl_arena_open(pl_directory_footprint(CAPACITY), &arena), PL_OK);
  directory = pl_directory_create(&arena, CAPACITY);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&arena);
  return 0;
}

static void ids_become_dense_indices_in_order_and_stay(void **state) {
  (void)state;
  uint64_t seed = 1, ids[CAPACITY];
  for (uint32_t i = 0; i < CAPACITY; i++) {
    ids[i] = i == 0 ? 0 : i == 1 ? UINT64_MAX : random_next(&seed);
    assert_int_equal(pl_directory_index(directory, ids[i], i % 3), i);
    assert_int_equal(pl_directory_count(directory), i + 1);
    for (uint32_t j = 0; j <= i; j++) assert_int_equal(pl_directory_index(directory, ids[j], 7), j);
  }
  for (uint32_t i = 0; i < CAPACITY; i++) {
    assert_true(pl_directory_entry(directory, i)->venue_id == ids[i]);
    assert_int_equal(pl_directory_entry(directory, i)->channel, i % 3); /* of its first sight */
    assert_int_equal(pl_directory_entry(directory, i)->state, PL_DIRECTORY_STATE_UNKNOWN);
  }
}

/* Ids chosen to fall on the same slot: the search still ends, and ends right. */
static void ids_that_collide_are_told_apart(void **state) {
  (void)state;
  uint64_t ids[CAPACITY], count = 0;
  for (uint64_t id = 1; count < CAPACITY; id++)
    if (((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & 255) == 250) ids[count++] = id;
  for (uint32_t i = 0; i < CAPACITY; i++)
    assert_int_equal(pl_directory_index(directory, ids[i], 0), i);
  for (uint32_t i = CAPACITY; i-- > 0;)
    assert_int_equal(pl_directory_index(directory, ids[i], 0), i);
}

static void full_directory_refuses_and_counts(void **state) {
  (void)state;
  for (uint32_t i = 0; i < CAPACITY; i++) (void)pl_directory_index(directory, i, 0);
  for (uint32_t i = 0; i < 5; i++)
    assert_int_equal(pl_directory_index(directory, 1000 + i, 1), PL_INSTRUMENT_NONE);
  assert_int_equal(pl_directory_overflows(directory), 5);
  assert_int_equal(pl_directory_count(directory), CAPACITY);
  assert_int_equal(pl_directory_first(directory, 1), PL_INSTRUMENT_NONE);
  assert_int_equal(pl_directory_index(directory, 42, 0), 42); /* the known ones are still found */
}

static void channels_list_exactly_their_instruments(void **state) {
  (void)state;
  uint32_t seen[CAPACITY] = {0};
  for (uint32_t channel = 0; channel < PL_CHANNELS_MAX; channel++)
    assert_int_equal(pl_directory_first(directory, channel), PL_INSTRUMENT_NONE);
  for (uint32_t i = 0; i < CAPACITY; i++)
    (void)pl_directory_index(directory, 500 + i, i % 7 == 0 ? PL_CHANNELS_MAX - 1 : i % 7);
  for (uint32_t channel = 0; channel < PL_CHANNELS_MAX; channel++) {
    uint32_t at = pl_directory_first(directory, channel);
    for (; at != PL_INSTRUMENT_NONE; at = pl_directory_entry(directory, at)->next_in_channel) {
      assert_int_equal(pl_directory_entry(directory, at)->channel, channel);
      seen[at]++;
    }
  }
  for (uint32_t i = 0; i < CAPACITY; i++) assert_int_equal(seen[i], 1);
}

static void name_is_known_once_and_printable(void **state) {
  (void)state;
  uint32_t index = pl_directory_index(directory, 5, 0);
  struct pl_instrument *entry = pl_directory_entry(directory, index);
  assert_string_equal(pl_directory_name(directory, index), "");
  pl_directory_define(entry, (const uint8_t *)"a b\tc\x7f\xff\0d~", 10);
  assert_string_equal(pl_directory_name(directory, index), "a?b?c???d~");
  assert_true(entry->name_hash == XXH3_64bits("a?b?c???d~", 10));
  assert_true(pl_directory_define(entry, (const uint8_t *)"a b\tc\x7f\xff\0d~", 10));
  assert_false(pl_directory_define(entry, (const uint8_t *)"other", 5));
  assert_string_equal(pl_directory_name(directory, index), "a?b?c???d~");
  assert_string_equal(pl_directory_name(directory, index + 1), ""); /* no such entry */
  assert_string_equal(pl_directory_name(directory, PL_INSTRUMENT_NONE), "");
}

static void replaced_entry_gives_up_its_id_and_its_channel(void **state) {
  (void)state;
  uint32_t first = pl_directory_index(directory, 5, 2), other = pl_directory_index(directory, 6, 2);
  (void)pl_directory_define(pl_directory_entry(directory, first), (const uint8_t *)"old", 3);
  uint32_t second = pl_directory_replace(directory, first);
  assert_int_equal(second, 2);
  assert_int_equal(pl_directory_index(directory, 5, 2), second);
  assert_int_equal(pl_directory_index(directory, 6, 2), other);
  assert_int_equal(pl_directory_first(directory, 2), second);
  assert_int_equal(pl_directory_entry(directory, second)->next_in_channel, other);
  assert_int_equal(pl_directory_entry(directory, other)->next_in_channel, PL_INSTRUMENT_NONE);
  assert_string_equal(pl_directory_name(directory, first), "old");
  assert_string_equal(pl_directory_name(directory, second), "");
  for (uint64_t id = 100; pl_directory_count(directory) < CAPACITY; id++)
    (void)pl_directory_index(directory, id, 0);
  assert_int_equal(pl_directory_replace(directory, second), PL_INSTRUMENT_NONE);
  assert_int_equal(pl_directory_index(directory, 5, 2), second);
}

static void long_name_is_cut_to_its_room(void **state) {
  (void)state;
  char name[255];
  memset(name, 'x', sizeof name);
  for (uint32_t size = 0; size <= sizeof name; size += size < 45 ? 1 : 30) {
    uint32_t index = pl_directory_index(directory, 1000 + size, 0);
    struct pl_instrument *entry = pl_directory_entry(directory, index);
    uint32_t kept = size < PL_NAME_BYTES_MAX - 1 ? size : PL_NAME_BYTES_MAX - 1;
    pl_directory_define(entry, (const uint8_t *)name, size);
    assert_int_equal(strlen(pl_directory_name(directory, index)), kept);
    assert_true(entry->name_hash == XXH3_64bits(name, kept));
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(ids_become_dense_indices_in_order_and_stay),
      TEST(ids_that_collide_are_told_apart),
      TEST(full_directory_refuses_and_counts),
      TEST(channels_list_exactly_their_instruments),
      TEST(name_is_known_once_and_printable),
      TEST(replaced_entry_gives_up_its_id_and_its_channel),
      TEST(long_name_is_cut_to_its_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
