/* Packets that lie, that are cut, that are newer or older than the layout known: judged whole, and
 * never more written than judged (packets_take checks that on exact blocks). */
#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/packets.h"
#include "tests/unit/engine/random.h"

static struct packets packets;

static int setup(void **state) {
  (void)state;
  packets_open(&packets);
  packets_begin(&packets);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  packets_close(&packets);
  return 0;
}

static const struct pl_wire_level levels[] = {{PL_WIRE_BID, PL_WIRE_NEW, 99, 2},
                                              {PL_WIRE_ASK, PL_WIRE_NEW, 101, 3}};

static void put_book(void) {
  const struct pl_wire_book book = {77, TIME_MS, 6, 8, 1, levels, 2};
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
}

static void set_u16(size_t at, uint32_t value) {
  packets.bytes[at] = (uint8_t)value;
  packets.bytes[at + 1] = (uint8_t)(value >> 8);
}

/* Puts so many bytes of filler into the packet at a place. */
static void widen(size_t at, size_t filler_bytes) {
  memmove(packets.bytes + at + filler_bytes, packets.bytes + at, packets.packet.size - at);
  memset(packets.bytes + at, 0xcc, filler_bytes);
  packets.packet.size += filler_bytes;
}

static void expect_the_book(void) {
  assert_int_equal(packets.decoder.count, 2);
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(packets.decoder.events[i].price_e9, (int64_t)levels[i].price * E9);
    assert_int_equal(packets.decoder.events[i].qty_e8, (int64_t)levels[i].amount * E8);
    assert_int_equal(packets.decoder.events[i].order_id, 8);
  }
}

/* A newer version appends fields to blocks and entries: steps go by the lengths on the wire. */
static void case_13_bigger_blocks_and_entries_are_stepped_over(void **state) {
  (void)state;
  for (size_t block = 0; block <= 40; block += 5)
    for (size_t entry = 0; entry <= 40; entry += 5) {
      packets_begin(&packets);
      put_book();
      widen(BODY_AT + 29 + 8 + 2 * 18, entry);
      widen(BODY_AT + 29 + 8 + 18, entry);
      widen(BODY_AT + 29, block);
      set_u16(8, 29 + (uint32_t)block);
      set_u16(BODY_AT + 29 + block, 18 + (uint32_t)entry);
      assert_int_equal(packets_send(&packets), PL_OK);
      expect_the_book();
    }
}

/* A body of zeroes but for what may not be zero: a change id, a contract's type. */
static void blank(uint32_t which, uint32_t block) {
  memset(packets.bytes, 0, sizeof packets.bytes);
  if ((which == 0 || which == 10) && block > 6) packets.bytes[BODY_AT + 6] = PL_WIRE_REVERSED;
  if (which == 1 && block > 20) packets.bytes[BODY_AT + 20] = 1;
}

static void case_13_smaller_blocks_and_entries_are_refused(void **state) {
  (void)state;
  static const uint16_t shortest[] = {140, 29, 4, 133, 22, 4, 0, 4, 32, 22, 139};
  for (uint32_t which = 0; which < COUNT(shortest); which++) {
    static const uint8_t entry_bytes[] = {0, 18, 83, 0, 17, 0, 0, 8, 0, 0, 16};
    for (uint32_t block = 0; block <= shortest[which]; block++) {
      bool enough = block == shortest[which];
      blank(which, block);
      packets.packet.size = BODY_AT + block + 2;
      set_u16(8, block);
      set_u16(10, 1000 + which);
      set_u16(12, 1);
      set_u16(18, 1); /* one string, for the definitions' name */
      packets.packet.size--;
      enum pl_status status = packets_send(&packets);
      assert_int_equal(status, enough ? PL_OK : PL_E_BLOCK);
    }
    if (entry_bytes[which] == 0) continue;
    blank(which, shortest[which]);
    set_u16(8, shortest[which]);
    set_u16(10, 1000 + which);
    set_u16(12, 1);
    set_u16(16, 1);
    set_u16(18, 1);
    for (uint32_t entry = 0; entry <= entry_bytes[which]; entry++)
      for (uint32_t count = 0; count <= 1; count++) {
        size_t group = BODY_AT + shortest[which];
        set_u16(group, entry);
        set_u16(group + 2, count);
        packets.packet.size = group + 8 + entry * count + 1;
        bool enough = count == 0 || entry == entry_bytes[which];
        assert_int_equal(packets_send(&packets), enough ? PL_OK : PL_E_BLOCK);
      }
  }
}

static void case_13_unknown_template_is_skipped_exactly(void **state) {
  (void)state;
  static const uint32_t unknown[] = {0, 999, 1011, 65535};
  for (uint32_t i = 0; i < COUNT(unknown); i++) {
    packets_begin(&packets);
    put_book();
    put_book();
    set_u16(10, unknown[i]);
    assert_int_equal(packets_send(&packets), PL_OK);
    expect_the_book();
    assert_int_equal(packets.decoder.venue->counters(packets.decoder.state)->messages_unknown,
                     i + 1);
  }
  packets_begin(&packets); /* two groups and two strings, of any size */
  put_book();
  widen(packets.packet.size, 8 + 3 * 5 + 1 + 4 + 1);
  set_u16(10, 2000);
  set_u16(16, 2);
  set_u16(18, 2);
  size_t second = BODY_AT + 29 + 8 + 2 * 18;
  memset(packets.bytes + second, 0, 8);
  set_u16(second, 5);
  set_u16(second + 2, 3);
  packets.bytes[second + 8 + 15] = 4;
  packets.bytes[second + 8 + 15 + 5] = 0;
  put_book();
  assert_int_equal(packets_send(&packets), PL_OK);
  expect_the_book();
}

static void case_13_foreign_schema_and_nested_groups_are_refused(void **state) {
  (void)state;
  for (uint32_t schema = 0; schema < 4; schema++) {
    packets_begin(&packets);
    put_book();
    set_u16(12, schema);
    assert_int_equal(packets_send(&packets), schema == 1 ? PL_OK : PL_E_SCHEMA);
  }
  for (size_t at = 4; at < 8; at += 2) {
    packets_begin(&packets);
    put_book();
    set_u16(BODY_AT + 29 + at, 1);
    assert_int_equal(packets_send(&packets), PL_E_BLOCK);
  }
}

static void case_15_packet_length_must_be_the_datagrams(void **state) {
  (void)state;
  put_book();
  size_t size = pl_wire_deribit_finish(&packets.packet);
  for (uint32_t told = 0; told < 2 * size; told++) {
    set_u16(0, told);
    enum pl_status status = packets_take(&packets, packets.bytes, size, 0, 0, true);
    enum pl_status wanted = told < size - 8    ? PL_E_TRAILING
                            : told == size - 8 ? PL_OK
                                               : PL_E_TRUNCATED;
    assert_int_equal(status, wanted);
  }
}

static void set_double(size_t at, double value) {
  memcpy(packets.bytes + at, &value, sizeof value);
}

/* Judged as a price, or as a quantity: the bounds are exact, and NaN and infinity lie outside. */
static void case_19_levels_must_hold_numbers_within_the_limits(void **state) {
  (void)state;
  const struct {
    double value;
    bool price, qty;
  } rows[] = {{0, true, true},          {-0.0, true, false},
              {1e8, true, true},        {0x1.7d78400000001p+26, false, true},
              {-1e8, true, false},      {-0x1.7d78400000001p+26, false, false},
              {1e10, false, true},      {0x1.2a05f20000001p+33, false, false},
              {-5e-324, true, false},   {5e-324, true, true},
              {NAN, false, false},      {-NAN, false, false},
              {INFINITY, false, false}, {-INFINITY, false, false}};
  const size_t price_at = BODY_AT + 29 + 8 + 2;
  for (uint32_t i = 0; i < COUNT(rows); i++)
    for (uint32_t as_qty = 0; as_qty < 2; as_qty++) {
      packets_begin(&packets);
      put_book();
      set_double(price_at + 8 * as_qty, rows[i].value);
      bool good = as_qty ? rows[i].qty : rows[i].price;
      assert_int_equal(packets_send(&packets), good ? PL_OK : PL_E_VALUE);
      assert_int_equal(packets.decoder.count, good ? 2 : 0);
    }
}

/* Fields with declared values: every byte value of each. */
static void undeclared_values_are_refused(void **state) {
  (void)state;
  const struct {
    size_t at;
    uint8_t last_good;
  } rows[] = {{BODY_AT + 28, 1}, {BODY_AT + 29 + 8, 1}, {BODY_AT + 29 + 8 + 1, 2}};
  for (uint32_t i = 0; i < COUNT(rows); i++)
    for (uint32_t value = 0; value < 256; value++) {
      packets_begin(&packets);
      put_book();
      packets.bytes[rows[i].at] = (uint8_t)value;
      assert_int_equal(packets_send(&packets), value <= rows[i].last_good ? PL_OK : PL_E_VALUE);
    }
}

/* The same of what defines a contract: its kind, its type and what the venue says of it. */
static void undeclared_terms_are_refused(void **state) {
  (void)state;
  for (uint32_t value = 0; value < 256; value++) {
    bool state_good = value <= 6, type_good = value == 1 || value == 2;
    for (uint32_t kind = 0; kind < 6; kind++) {
      const struct pl_wire_instrument terms = {
          .instrument_id = 7, .kind = (uint8_t)kind, .type = (uint8_t)value, .name = "X"};
      bool good = kind <= 4 && (kind > 1 || type_good);
      packets_begin(&packets);
      assert_true(pl_wire_deribit_instrument(&packets.packet, &terms));
      assert_int_equal(packets_send(&packets), good ? PL_OK : PL_E_VALUE);
    }
    const struct pl_wire_instrument terms = {
        .instrument_id = 7, .state = (uint8_t)value, .type = PL_WIRE_LINEAR, .name = "X"};
    packets_begin(&packets);
    assert_true(pl_wire_deribit_instrument_v2(&packets.packet, &terms));
    assert_int_equal(packets_send(&packets), state_good ? PL_OK : PL_E_VALUE);
    const struct pl_wire_ticker ticker = {.instrument_id = 7, .state = (uint8_t)value};
    packets_begin(&packets);
    assert_true(pl_wire_deribit_ticker(&packets.packet, &ticker));
    assert_int_equal(packets_send(&packets), state_good ? PL_OK : PL_E_VALUE);
  }
}

static void change_id_zero_is_refused(void **state) {
  (void)state;
  const struct pl_wire_book book = {77, 5, 6, 0, 1, levels, 2};
  packets_begin(&packets);
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
  assert_int_equal(packets_send(&packets), PL_E_VALUE);
}

static void stamps_after_2248_are_refused(void **state) {
  (void)state;
  for (uint32_t bit = 40; bit < 64; bit++) {
    const struct pl_wire_book book = {77, UINT64_C(1) << bit, 6, 8, 1, levels, 2};
    packets_begin(&packets);
    assert_true(pl_wire_deribit_book(&packets.packet, &book));
    assert_int_equal(packets_send(&packets), bit < 43 ? PL_OK : PL_E_VALUE);
  }
}

/* All templates in one packet, cut at every length, the frame's own length made to agree. */
static void case_15_every_cut_is_refused_whole(void **state) {
  (void)state;
  size_t ends[16], count = 0, whole;
  packets_put_all(&packets.packet);
  whole = pl_wire_deribit_finish(&packets.packet);
  for (size_t at = 8; at < whole && count < 16;) { /* where a cut leaves whole messages */
    ends[count++] = at;
    size_t block = (size_t)(packets.bytes[at] | packets.bytes[at + 1] << 8);
    size_t next = at + 12 + block;
    if (packets.bytes[at + 8] != 0)
      next += 8u + (size_t)packets.bytes[next] * packets.bytes[next + 2];
    if (packets.bytes[at + 10] != 0) next += 1u + packets.bytes[next];
    at = next;
  }
  assert_int_equal(count, 11);
  for (size_t size = 0; size < whole; size++) {
    bool between = false;
    for (size_t i = 0; i < count; i++) between |= ends[i] == size;
    if (size >= 8) set_u16(0, (uint32_t)(size - 8));
    enum pl_status wanted = size < 8 ? PL_E_PACKET_HEADER : between ? PL_OK : PL_E_TRUNCATED;
    assert_int_equal(packets_take(&packets, packets.bytes, size, 0, 0, true), wanted);
  }
}

/* Each byte of a packet of all templates with each of several wrong values: no more is written than
 * was judged, no byte outside is read, nothing beyond the limits comes out. */
static void corrupt_byte_anywhere_is_survived(void **state) {
  (void)state;
  static uint8_t clean[sizeof packets.bytes];
  packets_put_all(&packets.packet);
  size_t size = pl_wire_deribit_finish(&packets.packet);
  memcpy(clean, packets.bytes, size);
  uint64_t seed = 1, good = 0, bad = 0;
  for (size_t at = 0; at < size; at++)
    for (uint32_t turn = 0; turn < 12; turn++) {
      uint64_t flipped = turn < 8 ? UINT64_C(1) << turn : random_next(&seed);
      packets.bytes[at] = clean[at] ^ (uint8_t)flipped;
      bool ok = packets_take(&packets, packets.bytes, size, turn % 2, 0, turn % 3 != 0) == PL_OK;
      *(ok ? &good : &bad) += 1;
      for (uint32_t i = 0; i < packets.decoder.count; i++) {
        const struct pl_event *event = &packets.decoder.events[i];
        assert_true(event->type > PL_EV_NONE && event->type < PL_EV_TYPE_COUNT);
        assert_true(event->instrument < INSTRUMENTS || event->instrument == PL_INSTRUMENT_NONE);
        if (event->type != PL_EV_LEVEL_SET) continue;
        assert_true(llabs(event->price_e9) <= PL_PRICE_E9_MAX);
        assert_true(event->qty_e8 >= 0 && event->qty_e8 <= PL_QTY_E8_MAX);
      }
      packets.bytes[at] = clean[at];
    }
  assert_true(good > 1000 && bad > 1000);
  assert_true(packets.decoder.venue->counters(packets.decoder.state)->instruments_full > 0);
}

static void more_than_the_bounds_allow_is_refused(void **state) {
  (void)state;
  for (uint32_t extra = 0; extra < 2; extra++) {
    packets_begin(&packets);
    for (uint32_t i = 0; i < PL_FRAME_MESSAGES_MAX + extra; i++)
      assert_true(pl_wire_deribit_snapshot_end(&packets.packet));
    assert_int_equal(packets_send(&packets), extra ? PL_E_TOO_MANY : PL_OK);
  }
  packets_begin(&packets); /* 65535 entries of no length, of nothing known: nothing to write */
  assert_true(pl_wire_deribit_trades(&packets.packet, &(struct pl_wire_trades){77, NULL, 0}));
  set_u16(10, 1099);
  set_u16(BODY_AT + 4, 0);
  set_u16(BODY_AT + 4 + 2, 65535);
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 0);
  set_u16(10, 1002); /* of trades they are too short */
  assert_int_equal(packets_send(&packets), PL_E_BLOCK);
}

static void events_of_a_packet_are_bounded(void **state) {
  (void)state;
  static uint8_t bytes[60000];
  static struct pl_wire_level many[PL_FRAME_EVENTS_MAX];
  const struct pl_wire_book book = {77, TIME_MS, 6, 8, 1, many, 0};
  for (uint16_t count = PL_FRAME_EVENTS_MAX - 3; count <= PL_FRAME_EVENTS_MAX; count++) {
    struct pl_wire_book large = book;
    struct pl_wire_packet packet;
    struct pl_venue_verdict verdict;
    large.level_count = count;
    assert_true(pl_wire_deribit_begin(&packet, bytes, sizeof bytes, 1, 1));
    assert_true(pl_wire_deribit_book(&packet, &large));
    size_t size = pl_wire_deribit_finish(&packet);
    const struct pl_packet judged = {.data = bytes, .size_bytes = (uint32_t)size};
    enum pl_status status = packets.decoder.venue->judge(&judged, &verdict);
    assert_int_equal(status, count < PL_FRAME_EVENTS_MAX ? PL_OK : PL_E_TOO_MANY);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_13_bigger_blocks_and_entries_are_stepped_over),
      TEST(case_13_smaller_blocks_and_entries_are_refused),
      TEST(case_13_unknown_template_is_skipped_exactly),
      TEST(case_13_foreign_schema_and_nested_groups_are_refused),
      TEST(case_15_packet_length_must_be_the_datagrams),
      TEST(case_19_levels_must_hold_numbers_within_the_limits),
      TEST(undeclared_values_are_refused),
      TEST(undeclared_terms_are_refused),
      TEST(change_id_zero_is_refused),
      TEST(stamps_after_2248_are_refused),
      TEST(case_15_every_cut_is_refused_whole),
      TEST(corrupt_byte_anywhere_is_survived),
      TEST(more_than_the_bounds_allow_is_refused),
      TEST(events_of_a_packet_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
