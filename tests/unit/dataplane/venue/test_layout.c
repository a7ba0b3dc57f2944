/* The field tables, and reading whole packets by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/dataplane/venue/walks.h"

static void check_fields(const struct pl_layout_fields *fields, uint32_t block_bytes) {
  for (uint32_t i = 0; i < fields->count; i++) {
    const struct pl_layout_field *field = &fields->rows[i];
    uint32_t end = (uint32_t)field->offset + field->size;
    assert_true(field->size > 0);
    assert_true(field->type == PL_LAYOUT_TEXT || field->type == PL_LAYOUT_MONTH_YEAR ||
                field->size <= 8);
    if (field->type == PL_LAYOUT_REAL) assert_int_equal(field->size, 8);
    if (block_bytes != 0 && field->since == 0) assert_true(end <= block_bytes);
    if (i + 1 < fields->count) assert_true(end <= fields->rows[i + 1].offset);
    for (uint32_t k = 0; k < i; k++) assert_string_not_equal(field->name, fields->rows[k].name);
  }
}

static void tables_are_sound(void **state) {
  (void)state;
  uint32_t messages = 0;
  for (uint32_t v = 0; pl_layout_at(v) != NULL; v++) {
    const struct pl_layout *layout = pl_layout_at(v);
    assert_ptr_equal(pl_layout_find(layout->venue), layout);
    check_fields(&layout->head, layout->head_bytes);
    check_fields(&layout->message_head, layout->message_head_bytes);
    assert_true(layout->seq_at + layout->seq_bytes <= layout->head_bytes);
    for (uint32_t t = 0; t < layout->message_tables; t++)
      for (uint32_t i = 0; i < layout->messages[t]->count; i++, messages++) {
        const struct pl_layout_message *message = &layout->messages[t]->rows[i];
        assert_true(message->groups.count <= PL_LAYOUT_GROUPS_MAX);
        /* a table that serves later versions too is longer than its block */
        check_fields(&message->fields, 0);
        for (uint32_t g = 0; g < message->groups.count; g++)
          check_fields(&message->groups.rows[g].fields, 0);
      }
  }
  assert_true(messages > 100);
  assert_null(pl_layout_find("nowhere"));
}

static void numbers_are_read_either_way(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0xff, 0xfe, 0x01, 0x02, 0x03, 0x04, 0x05, 0x80};
  assert_int_equal(pl_layout_uint(bytes, 2, false), 0xfeff);
  assert_int_equal(pl_layout_uint(bytes, 2, true), 0xfffe);
  assert_int_equal(pl_layout_uint(bytes, 6, true), INT64_C(0xfffe01020304));
  assert_true(pl_layout_uint(bytes, 8, false) == UINT64_C(0x800504030201feff));
  assert_int_equal(pl_layout_int(bytes, 1, false), -1);
  assert_int_equal(pl_layout_int(bytes, 2, true), -2);
  assert_int_equal(pl_layout_int(bytes + 2, 2, false), 0x0201);
  assert_true(pl_layout_int(bytes, 8, false) == INT64_C(-0x7ffafbfcfdfe0101));
}

static size_t deribit_all(uint8_t *bytes, size_t capacity) {
  struct pl_wire_packet packet;
  assert_true(pl_wire_deribit_begin(&packet, bytes, capacity, 7, 1));
  packets_put_all(&packet);
  return pl_wire_deribit_finish(&packet);
}

static void deribit_packets_are_walked_whole(void **state) {
  (void)state;
  uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
  size_t size = deribit_all(bytes, sizeof bytes);
  struct walk whole = walk("deribit", bytes, size);
  assert_int_equal(whole.end, PL_OK);
  assert_int_equal(whole.messages, 11);
  assert_int_equal(whole.message_bytes, size - 8);
  for (uint32_t i = 0; i < whole.messages; i++) {
    assert_non_null(whole.items[i].message);
    assert_int_equal(whole.items[i].rest_bytes, 0);
    (void)touch(&whole.items[i]);
  }
  walk_end();
}

/* Every shorter packet is refused, and only whole messages of it are given. */
static void every_cut_shows(void **state) {
  (void)state;
  uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
  size_t size = deribit_all(bytes, sizeof bytes);
  uint32_t messages = 0;
  for (size_t cut = 0; cut < size; cut++) {
    struct walk part = walk("deribit", bytes, cut);
    assert_int_equal(cut < 8 ? part.begin : part.end, PL_E_TRUNCATED);
    assert_true(part.messages == messages || part.messages == messages + 1);
    messages = part.messages;
    walk_end();
  }
  assert_int_equal(messages, 10);
}

/* A good packet of the venue, from which the noise starts; returns its size. */
static size_t good_packet(const char *venue, uint8_t *bytes, size_t capacity) {
  if (strcmp(venue, "deribit") == 0) return deribit_all(bytes, capacity);
  if (strcmp(venue, "cme") == 0) {
    cme_begin();
    cme_message(46, 13, 11, 3 + 2 * 32 + 8 + 24);
    put(32, 2);
    put(2, 1);
    put_bytes(0x22, 64);
    put(24, 2);
    put(0, 5);
    put(1, 1);
    put_bytes(0x23, 24);
    cme_message(12, 13, 0, 0);
  } else if (strcmp(venue, "itch") == 0) {
    mold(2);
    itch_delete(19);
    itch_delete(19);
  } else if (strcmp(venue, "deep") == 0) {
    deep(0x8004, 24, 2);
    for (uint32_t i = 0; i < 2; i++) {
      put(10, 2);
      put_bytes('S', 10);
    }
  } else {
    starbase(2);
    starbase_message(14, 32);
    starbase_message(10, 260 + 4 + 16 + 4);
    memcpy(room + used - 24, "\x10\0\1\0", 4);
    memset(room + used - 4, 0, 4);
  }
  memcpy(bytes, room, used);
  return used;
}

/* Whatever the bytes are, the walk stays inside and ends: a sanitizer and the checks in walk see.
 */
static void noise_stays_inside(void **state) {
  (void)state;
  uint8_t good[PL_WIRE_PAYLOAD_MAX], bytes[PL_WIRE_PAYLOAD_MAX];
  uint32_t random = 1;
  for (uint32_t v = 0; pl_layout_at(v) != NULL; v++) {
    size_t size = good_packet(pl_layout_at(v)->venue, good, sizeof good);
    struct walk whole = walk(pl_layout_at(v)->venue, good, size);
    assert_int_equal(whole.end, PL_OK);
    assert_int_equal(whole.errors, 0);
    assert_true(whole.messages >= 2);
    walk_end();
    for (uint32_t round = 0; round < 20000; round++) {
      memcpy(bytes, good, size);
      for (uint32_t i = 0; i < 1 + round % 8; i++) {
        random = random * 1664525u + 1013904223u;
        bytes[(random >> 8) % size] = (uint8_t)(random >> 24);
      }
      struct walk one = walk(pl_layout_at(v)->venue, bytes, size - (random >> 28) % size);
      for (uint32_t i = 0; i < one.messages && i < 16; i++) (void)touch(&one.items[i]);
      walk_end();
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_are_sound),
      cmocka_unit_test(numbers_are_read_either_way),
      cmocka_unit_test(deribit_packets_are_walked_whole),
      cmocka_unit_test(every_cut_shows),
      cmocka_unit_test(noise_stays_inside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
