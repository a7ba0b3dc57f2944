/* CME packets that are wrong or strange: lengths that lie, versions, schemas, and fields outside
 * their declared values. */
#include "dataplane/venue/bytes.h"
#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/cme_packets.h"

static struct cme cme;

static int setup(void **state) {
  (void)state;
  cme_open(&cme);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  cme_close(&cme);
  return 0;
}

static void put_u16(size_t at, uint16_t value) {
  memcpy(cme.bytes + at, &value, sizeof value);
}

static void case_15_every_truncation_is_refused(void **state) {
  (void)state;
  static const struct decoder_place place = {.port = 14310};
  size_t starts[64], count = 0;
  cme_put_all(&cme.packet);
  size_t size = cme.packet.size;
  for (size_t at = 12; at < size; at += pl_bytes_le16(cme.bytes + at)) starts[count++] = at;
  for (size_t cut = 0; cut <= size; cut++) {
    bool between = cut == size;
    for (size_t i = 0; i < count; i++) between |= cut == starts[i];
    enum pl_status status = decoder_take(&cme.decoder, cme.bytes, cut, &place);
    if (cut < 12)
      assert_int_equal(status, PL_E_PACKET_HEADER);
    else
      assert_int_equal(status, between ? PL_OK : PL_E_TRUNCATED);
  }
}

/* The same, but the message's own size is cut with it: what lies behind is another's. */
static void case_15_every_message_size_is_judged(void **state) {
  (void)state;
  static const struct decoder_place place = {.port = 14310};
  uint8_t all[9000], one[9000];
  cme_put_all(&cme.packet);
  size_t size = cme.packet.size;
  memcpy(all, cme.bytes, size);
  for (size_t at = 12; at < size; at += pl_bytes_le16(all + at)) {
    uint16_t message_bytes = pl_bytes_le16(all + at);
    memcpy(one, all, 12);
    memcpy(one + 12, all + at, message_bytes);
    for (uint16_t said = 0; said < message_bytes; said++) {
      memcpy(one + 12, &said, sizeof said);
      enum pl_status status = decoder_take(&cme.decoder, one, 12u + said, &place);
      if (said < 10)
        assert_true(status == PL_E_BLOCK || status == PL_E_TRUNCATED || said == 0);
      else if (status == PL_OK) /* only what is not read may be missing: groups of no use here */
        assert_true(said >= 10u + pl_bytes_le16(all + at + 2));
    }
  }
}

static void case_15_message_sizes_that_lie(void **state) {
  (void)state;
  static const struct {
    uint16_t said;
    enum pl_status status;
  } rows[] = {{0, PL_E_BLOCK}, {1, PL_E_BLOCK}, {9, PL_E_BLOCK}, {UINT16_MAX, PL_E_TRUNCATED}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    cme_put_level(&cme, 0x80, ID, 1, '0');
    put_u16(12, rows[i].said);
    assert_int_equal(cme_send(&cme), rows[i].status);
  }
  cme_put_level(&cme, 0x80, ID, 1, '0');
  put_u16(12, (uint16_t)(cme.packet.size - 12 + 1)); /* one past the datagram */
  assert_int_equal(cme_send(&cme), PL_E_TRUNCATED);
  for (size_t extra = 1; extra <= 12; extra++) { /* trailing zeros are no message */
    cme_put_level(&cme, 0x80, ID, 1, '0');
    memset(cme.bytes + cme.packet.size, 0, extra);
    cme.packet.size += extra;
    assert_int_equal(cme_send(&cme), extra < 10 ? PL_E_TRUNCATED : PL_E_BLOCK);
  }
  assert_int_equal(cme_send(&cme), PL_OK); /* a packet without messages */
}

/* A book message with other strides: block, entries and orders so much longer than known. */
static enum pl_status send_strides(int32_t block, int32_t entry, int32_t order, uint8_t count) {
  uint8_t body[512] = {0};
  uint16_t block_bytes = (uint16_t)(11 + block), entry_bytes = (uint16_t)(32 + entry),
           order_bytes = (uint16_t)(24 + order);
  memset(body, 0xee, sizeof body);
  uint8_t *at = body;
  memcpy(at, &(uint64_t){TIME_NS}, 8);
  at[8] = 0x80;
  at += block_bytes;
  memcpy(at, &entry_bytes, 2);
  at[2] = count;
  at += 3;
  for (uint8_t i = 0; i < count; i++, at += entry_bytes) {
    memcpy(at, &(int64_t){(90 + i) * E9}, 8);
    memcpy(at + 8, &(int32_t){2 + i}, 4);
    memcpy(at + 12, &(int32_t){ID}, 4);
    memcpy(at + 16, &(uint32_t){1u + i}, 4);
    at[24] = 1;
    at[25] = 0;
    at[26] = '0';
  }
  memcpy(at, &order_bytes, 2);
  at[7] = count;
  at += 8;
  for (uint8_t i = 0; i < count; i++, at += order_bytes) {
    memcpy(at, &(uint64_t){71u + i}, 8);
    memcpy(at + 8, &(uint64_t){1}, 8);
    memcpy(at + 16, &(int32_t){2 + i}, 4);
    at[20] = (uint8_t)(i + 1);
    at[21] = 0;
  }
  assert_true(pl_wire_cme_raw(&cme.packet, 46, 1, block_bytes, body, (size_t)(at - body)));
  return cme_send(&cme);
}

static void case_13_strides_of_other_versions(void **state) {
  (void)state;
  static const struct {
    int32_t block, entry, order;
    enum pl_status status;
  } rows[] = {{0, 0, 0, PL_OK},       {5, 0, 0, PL_OK},  {-2, 0, 0, PL_OK},
              {-3, 0, 0, PL_E_BLOCK}, {0, 8, 0, PL_OK},  {0, -5, 0, PL_OK},
              {0, -6, 0, PL_E_BLOCK}, {0, 0, 16, PL_OK}, {0, 0, -2, PL_OK},
              {0, 0, -3, PL_E_BLOCK}, {21, 13, 7, PL_OK}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(send_strides(rows[i].block, rows[i].entry, rows[i].order, 3), rows[i].status);
    if (rows[i].status != PL_OK) continue;
    assert_int_equal(cme.decoder.count, 6);
    for (uint32_t j = 0; j < 3; j++) {
      assert_int_equal(cme.decoder.events[j].price_e9, (90 + j) * E9);
      assert_int_equal(cme.decoder.events[j].qty_e8, (2 + j) * E8);
      assert_int_equal(cme.decoder.events[3 + j].order_id, 71 + j);
      assert_int_equal(cme.decoder.events[3 + j].price_e9, (90 + j) * E9);
    }
  }
  assert_int_equal(send_strides(0, -32, -24, 0), PL_OK); /* no entries: their stride is nothing */
  assert_int_equal(cme.decoder.count, 0);
}

static void case_13_blocks_shorter_than_what_is_read(void **state) {
  (void)state;
  static const struct {
    uint16_t template_id, block_min;
  } rows[] = {{4, 9},    {30, 28},  {37, 9},   {39, 32}, {46, 9},  {47, 9},   {48, 9},
              {49, 9},   {50, 9},   {51, 9},   {52, 35}, {53, 28}, {54, 181}, {55, 210},
              {56, 183}, {57, 169}, {58, 166}, {59, 9},  {60, 21}, {62, 9},   {63, 160},
              {64, 9},   {65, 9},   {66, 9},   {67, 9},  {69, 35}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    uint8_t body[400] = {0};
    for (uint16_t less = 0; less < 2; less++) {
      assert_true(pl_wire_cme_raw(&cme.packet, rows[i].template_id, 1, rows[i].block_min - less,
                                  body, sizeof body));
      enum pl_status status = cme_send(&cme);
      assert_int_equal(status == PL_E_BLOCK, less == 1);
    }
    assert_true(pl_wire_cme_raw(&cme.packet, rows[i].template_id, 1, 401, body, sizeof body));
    assert_int_equal(cme_send(&cme), PL_E_TRUNCATED);
  }
}

static void case_13_unknown_templates_versions_and_schemas(void **state) {
  (void)state;
  static const uint16_t unknown[] = {0, 1, 15, 32, 38, 44, 61, 68, 70, 200, UINT16_MAX};
  static const uint8_t body[7] = {1, 2, 3};
  for (uint32_t i = 0; i < COUNT(unknown); i++) {
    assert_true(pl_wire_cme_raw(&cme.packet, unknown[i], 1, UINT16_MAX, body, i % 8));
    cme_put_level(&cme, 0x80, ID, 1, '0');
    assert_int_equal(cme_send(&cme), PL_OK); /* skipped by its size, whatever its block says */
    assert_int_equal(cme.decoder.count, 1);
    assert_int_equal(cme.decoder.venue->counters(cme.decoder.state)->messages_unknown, i + 1);
  }
  static const uint16_t versions[] = {0, 8, 9, 12, 13, 14, UINT16_MAX};
  for (uint32_t i = 0; i < COUNT(versions); i++) {
    cme_put_level(&cme, 0x80, ID, 1, '0');
    put_u16(20, versions[i]);
    assert_int_equal(cme_send(&cme), PL_OK);
    assert_int_equal(cme.decoder.count, 1);
  }
  static const uint16_t schemas[] = {0, 2, 2102};
  for (uint32_t i = 0; i < COUNT(schemas); i++) {
    cme_put_level(&cme, 0x80, ID, 1, '0');
    put_u16(18, schemas[i]);
    assert_int_equal(cme_send(&cme), PL_E_SCHEMA);
    assert_true(pl_wire_cme_raw(&cme.packet, 200, schemas[i], 0, body, 7));
    assert_int_equal(cme_send(&cme), PL_E_SCHEMA);
  }
}

static enum pl_status send_level(char type, uint8_t action, int64_t price_e9, int64_t qty,
                                 bool long_qty) {
  const struct pl_wire_cme_level level = {ID, 1, type, action, 1, price_e9, qty};
  assert_true(pl_wire_cme_book(
      &cme.packet, &(struct pl_wire_cme_book){TIME_NS, 0x80, long_qty, &level, 1, NULL, 0}));
  return cme_send(&cme);
}

static void case_19_nulls_and_limits_of_levels(void **state) {
  (void)state;
  static const int64_t bad_prices[] = {INT64_MAX, INT64_MIN, PL_PRICE_E9_MAX + 1,
                                       -PL_PRICE_E9_MAX - 1};
  for (uint8_t action = 0; action <= 5; action++) {
    bool deletes = action >= 2 && action <= 4;
    enum pl_status otherwise = deletes ? PL_OK : PL_E_VALUE;
    for (uint32_t long_qty = 0; long_qty < 2; long_qty++) {
      assert_int_equal(send_level('0', action, -5 * E9, 1, long_qty), PL_OK);
      assert_int_equal(send_level('1', action, PL_PRICE_E9_MAX, 1, long_qty), PL_OK);
      for (uint32_t i = 0; i < COUNT(bad_prices); i++)
        assert_int_equal(send_level('0', action, bad_prices[i], 1, long_qty),
                         i == 0 ? otherwise : PL_E_VALUE);
      assert_int_equal(send_level('F', action, E9, INT64_MAX, long_qty), otherwise);
      assert_int_equal(send_level('F', action, E9, 0, long_qty), otherwise);
      assert_int_equal(send_level('F', action, E9, -1, long_qty), otherwise);
      for (char type = 'J'; type != 0; type = type == 'J' ? 'w' : type == 'w' ? 'x' : 0)
        assert_int_equal(send_level(type, action, INT64_MAX, INT64_MAX, long_qty), PL_OK);
    }
    assert_int_equal(send_level('0', action, E9, 10000000000, true), PL_OK);
    assert_int_equal(send_level('0', action, E9, 10000000001, true), otherwise);
    assert_int_equal(send_level('0', action, E9, INT32_MAX - 1, false), PL_OK);
  }
  assert_int_equal(send_level('0', 6, E9, 1, false), PL_E_VALUE);
  assert_int_equal(send_level('2', 0, E9, 1, false), PL_E_VALUE);
}

/* Puts value into the only message of a good packet, at an offset of its body. */
struct wrong {
  uint16_t template_id;
  uint16_t at;
  uint8_t bytes;
  uint64_t value;
};

static void put_one(uint16_t template_id) {
  static const struct pl_wire_cme_level level = {ID, 1, '0', 0, 1, E9, 1};
  static const struct pl_wire_cme_reference reference = {71, 1, 1, 1, 0};
  static const struct pl_wire_cme_order order = {ID, 71, 1, '0', 0, E9, 1};
  static const struct pl_wire_cme_trade trade = {ID, 1, 81, 1, 0, E9, 1};
  const struct pl_wire_cme_definition definition = cme_definition(template_id, ID);
  switch (template_id) {
  case 4: assert_true(pl_wire_cme_reset(&cme.packet, TIME_NS, 0)); break;
  case 46:
    assert_true(pl_wire_cme_book(
        &cme.packet, &(struct pl_wire_cme_book){TIME_NS, 0, false, &level, 1, &reference, 1}));
    break;
  case 47:
    assert_true(
        pl_wire_cme_orders(&cme.packet, &(struct pl_wire_cme_orders){TIME_NS, 0, &order, 1}));
    break;
  case 48:
    assert_true(pl_wire_cme_trades(
        &cme.packet, &(struct pl_wire_cme_trades){TIME_NS, 0, false, &trade, 1, NULL, 0}));
    break;
  case 52:
    assert_true(pl_wire_cme_snapshot(
        &cme.packet, &(struct pl_wire_cme_snapshot){1, 1, ID, TIME_NS, 17, false, &level, 1}));
    break;
  case 53:
    assert_true(pl_wire_cme_snapshot_orders(
        &cme.packet, &(struct pl_wire_cme_snapshot_orders){1, ID, 2, 1, TIME_NS, &order, 1}));
    break;
  default: assert_true(pl_wire_cme_definition(&cme.packet, &definition)); break;
  }
}

static void fields_outside_their_values_are_refused(void **state) {
  (void)state;
  static const uint64_t far = UINT64_MAX - 5;
  static const struct wrong rows[] = {
      {4, 0, 8, far},
      {46, 0, 8, far},
      {46, 14 + 16, 4, 0}, /* RptSeq */
      {46, 14 + 24, 1, 0},
      {46, 54 + 16, 4, 0},
      {46, 54 + 16, 4, INT32_MAX},
      {46, 54 + 21, 1, 3},
      {47, 0, 8, far},
      {47, 14, 8, UINT64_MAX},
      {47, 14 + 16, 8, INT64_MAX},
      {47, 14 + 24, 4, 0},
      {47, 14 + 24, 4, INT32_MAX},
      {47, 14 + 32, 1, 3},
      {47, 14 + 33, 1, 'E'},
      {48, 0, 8, far},
      {48, 14, 8, INT64_MAX},
      {48, 14 + 8, 4, 0},
      {48, 14 + 24, 1, 3},
      {48, 14 + 25, 1, 3},
      {52, 16, 8, far},
      {52, 62, 8, INT64_MAX},
      {52, 62 + 8, 4, INT32_MAX},
      {53, 12, 4, 0},
      {53, 16, 4, 0},
      {53, 16, 4, 3},
      {53, 20, 8, far},
      {53, 31 + 16, 8, INT64_MAX},
      {53, 31 + 24, 4, 0},
      {53, 31 + 28, 1, 'J'},
      {54, 5, 1, 'B'},
      {54, 91, 8, far},
      {54, 91, 8, INT64_MAX - 1},
      {54, 99, 8, 0},
      {54, 99, 8, 1000000001},
      {54, 99, 8, far},
      {54, 140, 8, far},
      {55, 80, 8, INT64_MAX - 1},
      {55, 127, 8, 0},
      {56, 102, 8, 0},
  };
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    put_one(rows[i].template_id);
    assert_int_equal(cme_send(&cme), PL_OK);
    put_one(rows[i].template_id);
    memcpy(cme.bytes + BODY_AT + rows[i].at, &rows[i].value, rows[i].bytes);
    if (cme_send(&cme) != PL_E_VALUE)
      fail_msg("template %u at %u was taken", rows[i].template_id, rows[i].at);
    assert_int_equal(cme.decoder.count, 0);
  }
}

static void case_19_null_terms_are_none(void **state) {
  (void)state;
  struct pl_wire_cme_definition definition = cme_definition(55, ID);
  definition.tick_e9 = definition.strike_e9 = definition.size_e9 = PL_WIRE_CME_PRICE_NULL;
  definition.limit_high_e9 = PL_WIRE_CME_PRICE_NULL;
  definition.limit_low_e9 = -9 * PL_PRICE_E9_MAX; /* beyond fixed point */
  assert_true(pl_wire_cme_definition(&cme.packet, &definition));
  assert_int_equal(cme_send(&cme), PL_OK);
  const struct pl_instrument *entry = decoder_entry(&cme.decoder, ID);
  assert_int_equal(entry->tick_e9, 0);
  assert_int_equal(entry->strike_e9, 0);
  assert_int_equal(entry->contract_size_e8, 0);
  assert_int_equal(entry->limit_high_e9, PL_PRICE_NONE);
  assert_int_equal(entry->limit_low_e9, PL_PRICE_NONE);
}

static void too_many_messages_are_refused(void **state) {
  (void)state;
  for (uint32_t more = 0; more < 2; more++) {
    for (uint32_t i = 0; i < PL_FRAME_MESSAGES_MAX + more; i++)
      assert_true(pl_wire_cme_heartbeat(&cme.packet));
    assert_int_equal(cme_send(&cme), more == 0 ? PL_OK : PL_E_TOO_MANY);
  }
}

static void full_directory_is_counted_and_skipped(void **state) {
  (void)state;
  for (int32_t i = 0; i < (int32_t)INSTRUMENTS; i++)
    cme_put_level(&cme, 0x80, ID + 100 + i, 1, '0');
  cme_put_all(&cme.packet);
  assert_int_equal(cme_send(&cme), PL_E_VALUE); /* a reset behind other messages */
  for (int32_t i = 0; i < (int32_t)INSTRUMENTS; i++)
    cme_put_level(&cme, 0x80, ID + 100 + i, 1, '0');
  assert_int_equal(cme_send(&cme), PL_OK);
  cme_put_all(&cme.packet);
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_int_equal(cme.decoder.count, 0);
  assert_true(cme.decoder.venue->counters(cme.decoder.state)->instruments_full > 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_15_every_truncation_is_refused),
      TEST(case_15_every_message_size_is_judged),
      TEST(case_15_message_sizes_that_lie),
      TEST(case_13_strides_of_other_versions),
      TEST(case_13_blocks_shorter_than_what_is_read),
      TEST(case_13_unknown_templates_versions_and_schemas),
      TEST(case_19_nulls_and_limits_of_levels),
      TEST(fields_outside_their_values_are_refused),
      TEST(case_19_null_terms_are_none),
      TEST(too_many_messages_are_refused),
      TEST(full_directory_is_counted_and_skipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
