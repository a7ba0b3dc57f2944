/* Packets that lie, that are cut, that hold what may not be: judged whole, and never more written
 * than judged (decoder_take checks that on exact blocks). */
#include "tests/unit/dataplane/venue/itch_packets.h"
#include "tests/unit/engine/random.h"

#define FIRST_AT 22u /* the first message: behind the packet's head and its length */

static struct packets packets;

static int setup(void **state) {
  (void)state;
  packets_open(&packets, INSTRUMENTS);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  packets_close(&packets);
  return 0;
}

static enum pl_status take(size_t size) {
  return decoder_take(&packets.decoder, packets.bytes, size, &packets.place);
}

static void set_u16(size_t at, uint32_t value) {
  packets.bytes[at] = (uint8_t)(value >> 8);
  packets.bytes[at + 1] = (uint8_t)value;
}

static void case_15_every_cut_is_refused(void **state) {
  (void)state;
  packets_put_all(&packets);
  size_t size = pl_wire_itch_finish(&packets.wire);
  for (size_t cut = 0; cut < size; cut++)
    assert_int_equal(take(cut), cut < 20 ? PL_E_PACKET_HEADER : PL_E_TRUNCATED);
  assert_int_equal(pl_directory_count(packets.decoder.directory), 0);
  assert_int_equal(take(size), PL_OK);
}

static void case_15_count_larger_and_smaller_than_the_content(void **state) {
  (void)state;
  packets_put_all(&packets);
  size_t size = pl_wire_itch_finish(&packets.wire);
  uint16_t count = packets.wire.count;
  for (uint32_t told = 0; told < 600; told++) {
    enum pl_status wanted = told < count ? PL_E_TRAILING : told > count ? PL_E_TRUNCATED : PL_OK;
    if (told > PL_FRAME_MESSAGES_MAX) wanted = PL_E_TOO_MANY;
    set_u16(18, told);
    assert_int_equal(take(size), wanted);
  }
  set_u16(18, PL_WIRE_ITCH_END_OF_SESSION - 1);
  assert_int_equal(take(size), PL_E_TOO_MANY);
  set_u16(18, PL_WIRE_ITCH_END_OF_SESSION);
  assert_int_equal(take(size), PL_E_TRAILING);
}

static void case_15_blocks_of_nothing_take_a_sequence_unit(void **state) {
  (void)state;
  const struct pl_wire_itch_head head = HEAD(1);
  assert_true(pl_wire_itch_blank(&packets.wire, 0, &head, 0));
  packets_put_add(&packets, 1, 1, "AAPL");
  assert_true(pl_wire_itch_blank(&packets.wire, 0, &head, 0));
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.head.seq_count, 3);
  assert_int_equal(packets.decoder.count, 2);
}

static void case_15_as_many_messages_as_the_bound_allows(void **state) {
  (void)state;
  const struct pl_wire_itch_head head = HEAD(1);
  for (uint32_t i = 0; i < PL_FRAME_MESSAGES_MAX; i++)
    assert_true(pl_wire_itch_blank(&packets.wire, 0, &head, 0));
  assert_int_equal(packets_send(&packets), PL_OK);
  for (uint32_t i = 0; i <= PL_FRAME_MESSAGES_MAX; i++)
    assert_true(pl_wire_itch_blank(&packets.wire, 0, &head, 0));
  assert_int_equal(packets_send(&packets), PL_E_TOO_MANY);
}

static void wrong_lengths_are_refused(void **state) {
  (void)state;
  static const struct {
    char type;
    uint8_t bytes;
  } rows[] = {{'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35},
              {'W', 12}, {'K', 28}, {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40},
              {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19}, {'U', 35}, {'P', 44},
              {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
  const struct pl_wire_itch_head head = HEAD(1);
  for (uint32_t i = 0; i < COUNT(rows); i++)
    for (size_t bytes = 1; bytes < 70; bytes++) {
      if (bytes == rows[i].bytes) continue;
      assert_true(pl_wire_itch_blank(&packets.wire, rows[i].type, &head, bytes));
      assert_int_equal(packets_send(&packets), PL_E_BLOCK);
    }
}

static void case_17_unknown_types_are_skipped_by_length(void **state) {
  (void)state;
  static const char known[] = "SRHYLVWKJhAFECXDUPQBINO";
  const struct pl_wire_itch_head head = HEAD(1);
  uint64_t unknown = 0;
  for (uint32_t type = 0; type < 256; type++) {
    if (type != 0 && strchr(known, (int)type) != NULL) continue;
    for (size_t bytes = 1; bytes < 60; bytes += 29) {
      assert_true(pl_wire_itch_blank(&packets.wire, (char)type, &head, bytes));
      packets_put_add(&packets, 1, 1, "AAPL");
      assert_true(pl_wire_itch_blank(&packets.wire, (char)type, &head, bytes));
      assert_int_equal(packets_send(&packets), PL_OK);
      assert_int_equal(packets.decoder.count, unknown == 0 ? 2 : 1);
      unknown += 2;
    }
  }
  assert_int_equal(packets.decoder.venue->counters(packets.decoder.state)->messages_unknown,
                   unknown);
}

/* One byte or number of a message set to what may, or may not, stand there. */
struct field {
  char type;
  uint8_t at, bytes;
  uint64_t value;
  enum pl_status status;
};

static const struct field fields[] = {
    {'A', 19, 1, 'B', PL_OK},
    {'A', 19, 1, 'S', PL_OK},
    {'A', 19, 1, 'b', PL_E_VALUE},
    {'A', 19, 1, 0, PL_E_VALUE},
    {'A', 20, 4, 0, PL_E_VALUE},
    {'A', 20, 4, 1, PL_OK},
    {'A', 20, 4, ~0u, PL_OK},
    {'A', 24, 1, ' ', PL_E_VALUE},
    {'A', 24, 1, 0, PL_E_VALUE},
    {'A', 32, 4, 0, PL_OK},
    {'A', 32, 4, 2000000000, PL_OK},
    {'A', 32, 4, ~0u, PL_E_VALUE},
    {'A', 32, 4, 2000000001, PL_E_VALUE},
    {'F', 19, 1, 'T', PL_E_VALUE},
    {'F', 20, 4, 0, PL_E_VALUE},
    {'F', 24, 1, ' ', PL_E_VALUE},
    {'F', 32, 4, 2000000001, PL_E_VALUE},
    {'E', 19, 4, 0, PL_E_VALUE},
    {'E', 19, 4, ~0u, PL_OK},
    {'C', 19, 4, 0, PL_E_VALUE},
    {'C', 31, 1, 'N', PL_OK},
    {'C', 31, 1, 'y', PL_E_VALUE},
    {'C', 32, 4, ~0u, PL_E_VALUE},
    {'C', 32, 4, 2000000000, PL_OK},
    {'X', 19, 4, 0, PL_E_VALUE},
    {'X', 19, 4, 1, PL_OK},
    {'U', 27, 4, 0, PL_E_VALUE},
    {'U', 31, 4, 2000000000, PL_OK},
    {'U', 31, 4, 2000000001, PL_E_VALUE},
    {'P', 19, 1, 'X', PL_E_VALUE},
    {'P', 20, 4, 0, PL_E_VALUE},
    {'P', 24, 1, ' ', PL_E_VALUE},
    {'P', 32, 4, 2000000001, PL_E_VALUE},
    {'Q', 11, 8, 0, PL_OK},
    {'Q', 11, 8, 10000000000, PL_OK},
    {'Q', 11, 8, 10000000001, PL_E_VALUE},
    {'Q', 11, 8, ~0ull, PL_E_VALUE},
    {'Q', 27, 4, 2000000001, PL_E_VALUE},
    {'Q', 19, 1, ' ', PL_E_VALUE},
    {'R', 11, 1, ' ', PL_E_VALUE},
    {'H', 11, 1, ' ', PL_E_VALUE},
    {'H', 19, 1, 't', PL_E_VALUE},
    {'H', 19, 1, 'P', PL_OK},
    {'S', 5, 6, 86400999999999, PL_OK},
    {'S', 5, 6, 86401000000000, PL_E_VALUE},
    {'D', 5, 6, 0, PL_OK},
    {'D', 5, 6, UINT64_C(0xffffffffffff), PL_E_VALUE},
    {'K', 5, 6, 86401000000000, PL_E_VALUE},
};

/* Where the message of a type begins in a packet of all types. */
static size_t find(char type, size_t size) {
  size_t at = FIRST_AT;
  while (at < size && packets.bytes[at] != (uint8_t)type)
    at += 2u + ((size_t)packets.bytes[at - 2] << 8 | packets.bytes[at - 1]);
  assert_true(at < size);
  return at;
}

static void case_19_values_beyond_their_range_are_refused(void **state) {
  (void)state;
  for (uint32_t i = 0; i < COUNT(fields); i++) {
    const struct field *field = &fields[i];
    packets_begin(&packets, SESSION);
    packets_put_all(&packets);
    size_t size = pl_wire_itch_finish(&packets.wire), at = find(field->type, size) + field->at;
    for (uint32_t byte = 0; byte < field->bytes; byte++)
      packets.bytes[at + byte] = (uint8_t)(field->value >> (8 * (field->bytes - 1u - byte)));
    if (take(size) != field->status) fail_msg("row %u, type %c", i, field->type);
  }
}

/* What is refused leaves nothing behind: the same packet afterwards is as if it came first. */
static void refused_packets_change_nothing(void **state) {
  (void)state;
  packets_put_all(&packets);
  size_t size = pl_wire_itch_finish(&packets.wire);
  packets.bytes[size - 48 + 5] = 0xff; /* the time of the last message, of 48 bytes */
  assert_int_equal(take(size), PL_E_VALUE);
  assert_int_equal(pl_directory_count(packets.decoder.directory), 0);
  packets.bytes[size - 48 + 5] = 0;
  assert_int_equal(take(size), PL_OK);
  assert_int_equal(packets.decoder.count, 13);
}

/* Bytes thrown at random into a good packet: refused or written within the verdict. */
static void damage_is_survived(void **state) {
  (void)state;
  uint64_t random = 1;
  uint32_t good = 0;
  for (uint32_t i = 0; i < 20000; i++) {
    packets_begin(&packets, SESSION);
    packets_put_all(&packets);
    size_t size = pl_wire_itch_finish(&packets.wire);
    for (uint64_t hits = 1 + random_below(&random, 3); hits > 0; hits--)
      packets.bytes[random_below(&random, size)] = (uint8_t)random_next(&random);
    packets.place.whole = random_below(&random, 2) == 0;
    packets.place.broken = random_below(&random, 8) == 0;
    good += take(size) == PL_OK;
  }
  assert_in_range(good, 1000, 19000);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(case_15_every_cut_is_refused),
      TEST(case_15_count_larger_and_smaller_than_the_content),
      TEST(case_15_blocks_of_nothing_take_a_sequence_unit),
      TEST(case_15_as_many_messages_as_the_bound_allows),
      TEST(wrong_lengths_are_refused),
      TEST(case_17_unknown_types_are_skipped_by_length),
      TEST(case_19_values_beyond_their_range_are_refused),
      TEST(refused_packets_change_nothing),
      TEST(damage_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
