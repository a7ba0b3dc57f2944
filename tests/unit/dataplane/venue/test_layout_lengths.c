/* Lengths, counts and versions that the walkers of the layouts must not believe, or must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/dataplane/venue/walks.h"

static const struct pl_layout_field *find(const struct pl_layout_fields *fields, const char *name) {
  for (uint32_t i = 0; i < fields->count; i++)
    if (strcmp(fields->rows[i].name, name) == 0) return &fields->rows[i];
  fail_msg("no field %s", name);
  return NULL;
}

static bool has(const struct pl_layout_fields *fields, const char *name, uint32_t block_bytes,
                uint16_t version) {
  return pl_layout_has(find(fields, name), block_bytes, version);
}

/* Strides and blocks are the wire's; what a version does not know is not there. */
static void case_13_cme_lengths_are_the_wires(void **state) {
  (void)state;
  const struct {
    uint16_t version, block_bytes, stride;
    bool tradeable, end;
  } rows[] = {
      {9, 11, 32, false, true},  {10, 11, 32, true, true}, {13, 20, 40, true, true},
      {10, 11, 30, false, true}, {10, 11, 31, true, true}, {10, 8, 32, true, false},
  };
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    cme_begin();
    cme_message(46, rows[i].version, rows[i].block_bytes, (uint16_t)(3 + 2 * rows[i].stride + 8));
    put(rows[i].stride, 2);
    put(2, 1);
    put_bytes(0x22, 2u * rows[i].stride);
    put(24, 2);
    put_bytes(0, 6); /* of order entries there is none */
    struct walk one = walk("cme", room, used);
    assert_int_equal(one.end, PL_OK);
    assert_int_equal(one.messages, 1);
    const struct pl_layout_item *item = &one.items[0];
    assert_int_equal(item->rest_bytes, 0);
    assert_int_equal(item->group_count, 2);
    assert_int_equal(item->groups[0].count, 2);
    assert_int_equal(item->groups[1].count, 0);
    assert_int_equal(has(&item->groups[0].group->fields, "TradeableSize",
                         item->groups[0].entry_bytes, item->version),
                     rows[i].tradeable);
    assert_int_equal(
        has(&item->message->fields, "MatchEventIndicator", item->block_bytes, item->version),
        rows[i].end);
    (void)touch(item);
    walk_end();
  }
}

/* Old templates keep their tables, groups begin with their version. */
static void case_13_cme_groups_begin_with_their_version(void **state) {
  (void)state;
  for (uint16_t version = 6; version <= 7; version++) {
    cme_begin();
    cme_message(32, version, 11, version < 7 ? 3 : 11);
    put(32, 2);
    put(0, 1);
    if (version >= 7) put(24, 8);
    struct walk one = walk("cme", room, used);
    assert_int_equal(one.end, PL_OK);
    assert_int_equal(one.items[0].group_count, version < 7 ? 1 : 2);
    assert_int_equal(one.items[0].rest_bytes, 0);
    walk_end();
  }
}

static void case_13_what_is_not_known_is_skipped_by_its_length(void **state) {
  (void)state;
  cme_begin();
  cme_message(999, 13, 20, 5);
  put_bytes(0x33, 5);
  cme_message(12, 13, 0, 0);
  struct walk both = walk("cme", room, used);
  assert_int_equal(both.end, PL_OK);
  assert_int_equal(both.messages, 2);
  assert_null(both.items[0].message);
  assert_int_equal(both.items[0].rest_bytes, 25);
  assert_int_equal(both.items[1].id, 12);
  walk_end();
  room[12 + 6] = 2; /* another schema */
  both = walk("cme", room, used);
  assert_int_equal(both.first_error, PL_E_SCHEMA);
  assert_int_equal(both.messages, 1);
  walk_end();
}

static void case_15_lengths_that_lie_end_the_walk_or_the_message(void **state) {
  (void)state;
  static const uint16_t sizes[] = {0, 1, 9, 11, 500, 65535};
  for (uint32_t i = 0; i < COUNT(sizes); i++) {
    cme_begin();
    cme_message(12, 13, 0, 0);
    room[12] = (uint8_t)sizes[i];
    room[13] = (uint8_t)(sizes[i] >> 8);
    struct walk one = walk("cme", room, used);
    assert_int_equal(one.first_error, sizes[i] < 10 ? PL_E_BLOCK : PL_E_TRUNCATED);
    assert_int_equal(one.messages, 0);
    walk_end();
  }
  /* a group, then a block, that leaves its message: the next one is still read */
  for (uint32_t i = 0; i < 2; i++) {
    cme_begin();
    cme_message(46, 9, 11, 3 + 8);
    put(i == 0 ? 32 : 0, 2);
    put(1, 1);
    put(24, 8);
    cme_message(12, 13, 0, 0);
    if (i == 1) room[12 + 2] = 200;
    struct walk two = walk("cme", room, used);
    assert_int_equal(two.first_error, PL_E_BLOCK);
    assert_int_equal(two.errors, 1);
    assert_int_equal(two.messages, 1);
    assert_int_equal(two.end, PL_OK);
    walk_end();
  }
}

/* Entries of no bytes cost nothing to send and much to show. */
static void case_15_entries_of_no_bytes_are_refused(void **state) {
  (void)state;
  cme_begin();
  cme_message(4, 13, 9, 3);
  put(0, 2);
  put(255, 1);
  struct walk one = walk("cme", room, used);
  assert_int_equal(one.first_error, PL_E_BLOCK);
  walk_end();
  begin();
  put(12 + 4 + 8, 2);
  put(1, 6);
  put(4, 2);
  put(1007, 2);
  put(1, 2);
  put(2, 2);
  put(1, 4); /* one group, no string */
  put(11, 4);
  put(0, 2);
  put(0, 6);
  assert_int_equal(walk("deribit", room, used).end, PL_OK);
  walk_end();
  room[used - 6] = 1;
  assert_int_equal(walk("deribit", room, used).end, PL_E_BLOCK);
  walk_end();
}

static void case_15_mold_counts_and_lengths(void **state) {
  (void)state;
  const struct {
    uint16_t count, lengths[3];
    uint32_t messages, unknown;
    enum pl_status end;
  } rows[] = {
      {0, {0}, 0, 0, PL_OK},
      {0xffff, {0}, 0, 0, PL_OK},
      {1, {19}, 1, 0, PL_OK},
      {2, {19}, 1, 0, PL_E_TRUNCATED},
      {1, {19, 19}, 1, 0, PL_E_TRAILING},
      {0xffff, {19}, 0, 0, PL_E_TRAILING},
      {2, {19, 21}, 2, 0, PL_OK}, /* longer than known: the rest is named */
  };
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    mold(rows[i].count);
    for (uint32_t k = 0; k < 3 && rows[i].lengths[k] != 0; k++) itch_delete(rows[i].lengths[k]);
    struct walk one = walk("itch", room, used);
    assert_int_equal(one.end, rows[i].end);
    assert_int_equal(one.messages, rows[i].messages);
    if (i == 6) assert_int_equal(one.items[1].rest_bytes, 2);
    walk_end();
  }
  mold(3);
  itch_delete(0); /* an empty block, a short one, a whole one */
  itch_delete(18);
  itch_delete(19);
  struct walk three = walk("itch", room, used);
  assert_int_equal(three.end, PL_OK);
  assert_int_equal(three.messages, 2);
  assert_null(three.items[0].message);
  assert_int_equal(three.first_error, PL_E_BLOCK);
  walk_end();
}

static void case_15_deep_headers(void **state) {
  (void)state;
  const struct {
    uint16_t protocol, payload_bytes, count;
    enum pl_status begin, end;
  } rows[] = {
      {0x8003, 12, 1, PL_E_PACKET_HEADER, PL_OK}, {0x8004, 12, 1, PL_OK, PL_OK},
      {0x8004, 13, 1, PL_OK, PL_E_TRUNCATED},     {0x8004, 11, 1, PL_OK, PL_E_TRUNCATED},
      {0x8004, 12, 2, PL_OK, PL_E_TRUNCATED},     {0x8004, 0, 0, PL_OK, PL_E_TRAILING},
  };
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    deep(rows[i].protocol, rows[i].payload_bytes, rows[i].count);
    put(10, 2);
    put_bytes('S', 10);
    struct walk one = walk("deep", room, used);
    assert_int_equal(one.begin, rows[i].begin);
    if (one.begin == PL_OK) assert_int_equal(one.end, rows[i].end);
    walk_end();
  }
}

/* Two layouts under one version: the length tells. */
static void case_14_starbase_goes_by_the_length(void **state) {
  (void)state;
  const struct {
    uint16_t id, body_bytes, block_bytes; /* 0: refused */
  } rows[] = {{14, 40, 40}, {14, 32, 32}, {14, 48, 0}, {14, 24, 0},  {15, 48, 48},
              {15, 56, 56}, {15, 64, 0},  {16, 16, 9}, {24, 16, 16}, {24, 8, 0}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    starbase(2);
    starbase_message(rows[i].id, rows[i].body_bytes);
    starbase_message(119, 8);
    struct walk two = walk("starbase", room, used);
    assert_int_equal(two.end, PL_OK);
    assert_int_equal(two.messages, rows[i].block_bytes != 0 ? 2 : 1);
    assert_int_equal(two.first_error, rows[i].block_bytes != 0 ? PL_OK : PL_E_BLOCK);
    if (rows[i].block_bytes != 0) {
      assert_int_equal(two.items[0].message->block_bytes, rows[i].block_bytes);
      assert_int_equal(two.items[0].rest_bytes, 0); /* padding is none */
    }
    assert_int_equal(two.items[two.messages - 1].id, 119);
    walk_end();
  }
}

static void starbase_groups_follow_the_block(void **state) {
  (void)state;
  starbase(1);
  starbase_message(10, 260 + 4 + 32 + 4 + 9 + 3); /* two ticks, one leg, padding */
  uint8_t *dimension = room + 24 + 16 + 260;
  memcpy(dimension, "\x10\0\2\0", 4);
  memcpy(dimension + 4 + 32, "\x09\0\1\0", 4);
  struct walk one = walk("starbase", room, used);
  assert_int_equal(one.end, PL_OK);
  assert_int_equal(one.messages, 1);
  assert_int_equal(one.items[0].groups[0].count, 2);
  assert_int_equal(one.items[0].groups[1].entry_bytes, 9);
  assert_int_equal(one.items[0].rest_bytes, 0);
  (void)touch(&one.items[0]);
  walk_end();
  dimension[2] = 3;
  one = walk("starbase", room, used);
  assert_int_equal(one.first_error, PL_E_BLOCK);
  walk_end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_13_cme_lengths_are_the_wires),
      cmocka_unit_test(case_13_cme_groups_begin_with_their_version),
      cmocka_unit_test(case_13_what_is_not_known_is_skipped_by_its_length),
      cmocka_unit_test(case_15_lengths_that_lie_end_the_walk_or_the_message),
      cmocka_unit_test(case_15_entries_of_no_bytes_are_refused),
      cmocka_unit_test(case_15_mold_counts_and_lengths),
      cmocka_unit_test(case_15_deep_headers),
      cmocka_unit_test(case_14_starbase_goes_by_the_length),
      cmocka_unit_test(starbase_groups_follow_the_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
