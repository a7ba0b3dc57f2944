/* What the Starbase decoder refuses: lengths, versions, counts and values that cannot be. */
#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/starbase_packets.h"

#define INFINITE_BITS UINT64_C(0x7ff0000000000000)

static int open_stars(void **state) {
  struct stars *stars = calloc(1, sizeof *stars);
  if (stars == NULL) return -1;
  stars_open(stars);
  stars_define(stars);
  *state = stars;
  return 0;
}

static int close_stars(void **state) {
  stars_close(*state);
  free(*state);
  return 0;
}

/* Takes the bytes as they are, as the next packet of the incremental channel. */
static enum pl_status take(struct stars *stars, const uint8_t *bytes, size_t size) {
  const struct decoder_place place = {.channel = CHANNEL, .home = CHANNEL, .whole = true};
  return decoder_take(&stars->decoder, bytes, size, &place);
}

static void write_le(uint8_t *at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* Starts a packet with a single message of a template that is good, in the layout of today. */
static struct pl_star_packet *put_good(struct stars *stars, uint16_t template_id) {
  struct pl_star_packet *packet = stars_update(stars);
  static const struct pl_star_tick tick = {E9, 100 * E9};
  static const struct pl_star_leg leg = {11, 1};
  struct pl_star_instrument instrument = stars_perpetual();
  instrument.ticks = &tick;
  instrument.legs = &leg;
  instrument.tick_count = instrument.leg_count = 1;
  enum pl_star_side side = template_id % 2 == 0 ? PL_STAR_BID : PL_STAR_ASK;
  const struct pl_star_put put = {1, PERP, 1, E9, 1, (uint8_t)side};
  bool good = false;
  switch (template_id) {
  case 10: good = pl_wire_starbase_instrument(packet, &whole, &instrument); break;
  case 11: good = pl_wire_starbase_index_definition(packet, &whole, 3, "btc_usd"); break;
  case 12: good = pl_wire_starbase_index(packet, &whole, 3, E9); break;
  case 14:
    good = pl_wire_starbase_info(packet, &whole, &(struct pl_star_info){PERP, 1, 2, 3, 4}, false);
    break;
  case 15:
    good =
        pl_wire_starbase_ref(packet, &whole, &(struct pl_star_ref){.instrument_id = PERP}, false);
    break;
  case 16: good = pl_wire_starbase_status(packet, &whole, PERP, 0); break;
  case 20:
  case 21: good = pl_wire_starbase_put(packet, &whole, &put); break;
  case 22:
  case 23: good = pl_wire_starbase_reduced(packet, &whole, side, 1, PERP, 1); break;
  case 24:
  case 25: good = pl_wire_starbase_delete(packet, &whole, side, 1, PERP); break;
  case 30:
    good =
        pl_wire_starbase_summary(packet, &whole, &(struct pl_star_summary){.instrument_id = PERP});
    break;
  case 31:
    good = pl_wire_starbase_trade(packet, &whole, &(struct pl_star_trade){1, PERP, 2, 1, E9, 0});
    break;
  case 33:
    good = pl_wire_starbase_block_trade(
        packet, &whole, &(struct pl_star_block_trade){.instrument_id = PERP, .quantity = 1});
    break;
  case 100: good = pl_wire_starbase_header(packet, &whole, PERP, TIME_NS, 1); break;
  case 101: good = pl_wire_starbase_trailer(packet, &whole, PERP, TIME_NS, 1); break;
  case 119: good = pl_wire_starbase_end_of_cycle(packet, &whole, 1); break;
  case 200: good = pl_wire_starbase_request(packet, &whole, 1, 2); break;
  case 202: good = pl_wire_starbase_reject(packet, &whole, 1, "late", 1); break;
  default: break;
  }
  assert_true(good);
  return packet;
}

static const uint16_t templates[] = {10, 11, 12, 14, 15, 16,  20,  21,  22,  23,
                                     24, 25, 30, 31, 33, 100, 101, 119, 200, 202};

static void each_template_is_taken_as_encoded(void **state) {
  struct stars *stars = *state;
  for (uint32_t i = 0; i < COUNT(templates); i++) {
    (void)put_good(stars, templates[i]);
    stars_send(stars);
  }
  assert_int_equal(stars_counters(stars)->messages_unknown, 0);
}

/* All templates in one packet, cut after each byte: refused, nothing written, nothing read behind.
 */
static void case_15_every_truncation_is_refused(void **state) {
  struct stars *stars = *state;
  uint8_t all[4096];
  size_t size = 24;
  for (uint32_t i = 0; i < COUNT(templates); i++) {
    struct pl_star_packet *packet = put_good(stars, templates[i]);
    size_t bytes = pl_wire_starbase_finish(packet);
    if (i == 0) memcpy(all, stars->bytes, 24);
    memcpy(all + size, stars->bytes + 24, bytes - 24);
    size += bytes - 24;
  }
  write_le(all + 22, COUNT(templates), 2);
  for (size_t cut = 0; cut < size; cut++) {
    assert_int_equal(take(stars, all, cut), cut < 24 ? PL_E_PACKET_HEADER : PL_E_TRUNCATED);
    assert_int_equal(stars->decoder.count, 0);
  }
  assert_int_equal(take(stars, all, size), PL_OK);
}

static void case_15_a_length_that_lies_is_refused(void **state) {
  struct stars *stars = *state;
  (void)put_good(stars, 20);
  size_t size = pl_wire_starbase_finish(&stars->packet);
  assert_int_equal(size, 24 + 56);
  for (uint32_t length = 0; length < 65536; length++) {
    write_le(stars->bytes + 24, length, 2);
    enum pl_status wanted = length < 16 || length % 8 != 0 ? PL_E_BLOCK
                            : length > 56                  ? PL_E_TRUNCATED
                            : length < 56                  ? PL_E_BLOCK
                                                           : PL_OK;
    assert_int_equal(take(stars, stars->bytes, size), wanted);
  }
}

static void case_15_the_count_must_be_the_content(void **state) {
  struct stars *stars = *state;
  struct pl_star_packet *packet = put_good(stars, 16);
  assert_true(pl_wire_starbase_status(packet, &whole, PERP, 1));
  assert_true(pl_wire_starbase_status(packet, &whole, PERP, 2));
  size_t size = pl_wire_starbase_finish(packet);
  for (uint32_t count = 0; count < 65536; count++) {
    write_le(stars->bytes + 22, count, 2);
    enum pl_status wanted = count > PL_FRAME_MESSAGES_MAX ? PL_E_TOO_MANY
                            : count > 3                   ? PL_E_TRUNCATED
                            : count < 3                   ? PL_E_TRAILING
                                                          : PL_OK;
    assert_int_equal(take(stars, stars->bytes, size), wanted);
  }
}

/* Neither block length nor schema id stand on the wire: any other length is another layout. */
static void case_14_other_lengths_are_other_layouts(void **state) {
  struct stars *stars = *state;
  for (uint32_t i = 0; i < COUNT(templates); i++) {
    (void)put_good(stars, templates[i]);
    uint32_t good = (uint32_t)stars->packet.size - 40;
    for (uint32_t body = 0; body <= 400; body += 8) {
      uint8_t packet[24 + 16 + 400] = {0};
      memcpy(packet, stars->bytes, 40 + good);
      write_le(packet + 22, 1, 2);
      write_le(packet + 24, 16 + body, 2);
      bool two = (templates[i] == 14 && body == 40) || (templates[i] == 15 && body == 48);
      enum pl_status status = take(stars, packet, 40 + body);
      assert_int_equal(status, body == good || two ? PL_OK : PL_E_BLOCK);
    }
  }
}

static void case_13_only_version_1_is_known(void **state) {
  struct stars *stars = *state;
  for (uint32_t i = 0; i < COUNT(templates); i++) {
    (void)put_good(stars, templates[i]);
    size_t size = pl_wire_starbase_finish(&stars->packet);
    for (uint32_t version = 0; version < 65536; version++) {
      if (i != 0 && version == 3) version = 65535;
      write_le(stars->bytes + 28, version, 2);
      assert_int_equal(take(stars, stars->bytes, size), version == 1 ? PL_OK : PL_E_SCHEMA);
    }
  }
}

static void case_13_unknown_templates_are_skipped_and_counted(void **state) {
  struct stars *stars = *state;
  uint32_t unknown = 0;
  for (uint32_t id = 0; id < 65536; id++) {
    bool known = false;
    for (uint32_t i = 0; i < COUNT(templates); i++) known |= templates[i] == id;
    if (known) continue;
    uint8_t body[40];
    memset(body, 0xff, sizeof body);
    struct pl_star_packet *packet = stars_update(stars);
    assert_true(pl_wire_starbase_raw(packet, &whole, (uint16_t)id, body, id % 5 * 8));
    assert_true(pl_wire_starbase_status(packet, &whole, PERP, (int8_t)(id % 2)));
    stars_send(stars);
    unknown++;
  }
  assert_int_equal(stars_counters(stars)->messages_unknown, unknown);
}

/* Groups are stepped through by the entry length on the wire. */
static void case_13_groups_are_stepped_by_their_own_stride(void **state) {
  struct stars *stars = *state;
  static const struct pl_star_tick ticks[] = {{1, 10}, {2, 20}, {3, 30}};
  static const struct pl_star_leg legs[] = {{11, 1}, {12, -1}};
  struct pl_star_instrument instrument = stars_perpetual();
  instrument.ticks = ticks;
  instrument.legs = legs;
  struct pl_instrument *entry = decoder_entry(&stars->decoder, (uint64_t)PERP);
  for (uint16_t stride = 9; stride < 40; stride++)
    for (uint16_t count = 0; count < 3; count++) {
      instrument.tick_bytes = stride < 16 ? 16 : stride;
      instrument.leg_bytes = stride;
      instrument.tick_count = (uint16_t)(3 - count);
      instrument.leg_count = count;
      assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &instrument));
      stars_send(stars);
      assert_int_equal(entry->tick_step_count, 3 - count);
      assert_int_equal(entry->leg_count, count);
      for (uint32_t i = 0; i < entry->tick_step_count; i++)
        assert_true(entry->tick_steps[i].tick_e9 == 1 + i);
      for (uint32_t i = 0; i < count; i++) assert_true(entry->legs[i].venue_id == 11 + i);
    }
}

static void case_13_short_or_endless_groups_are_refused(void **state) {
  struct stars *stars = *state;
  (void)put_good(stars, 10);
  size_t size = pl_wire_starbase_finish(&stars->packet);
  static const struct {
    uint32_t at, value;
  } rows[] = {{260, 15}, {260, 0}, {260, 65535}, {262, 0}, {262, 2}, {262, 65535},
              {280, 8},  {280, 0}, {280, 65535}, {282, 0}, {282, 2}, {282, 65535}};
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    uint8_t *at = stars->bytes + BODY_AT + rows[i].at;
    const uint8_t kept[2] = {at[0], at[1]};
    write_le(at, rows[i].value, 2);
    assert_int_equal(take(stars, stars->bytes, size), PL_E_BLOCK);
    memcpy(at, kept, 2);
  }
  assert_int_equal(take(stars, stars->bytes, size), PL_OK);
}

/* A field of a good message, and whether a value is let through. */
static const struct field {
  uint16_t template_id, at, size;
  uint64_t value;
  bool good;
} fields[] = {
#define MAX_E9 ((uint64_t)PL_PRICE_E9_MAX)
#define PRICE_FIELD(id, at)                                                                        \
  {id, at, 8, MAX_E9, true}, {id, at, 8, MAX_E9 + 1, false}, {id, at, 8, 0 - MAX_E9, true},        \
      {id, at, 8, 0 - MAX_E9 - 1, false}, {                                                        \
    id, at, 8, INT64_MAX, false                                                                    \
  }
#define NULL_FIELD(id, at, good)                                                                   \
  { id, at, 8, UINT64_C(1) << 63, good }
#define QTY_FIELD(id, at, least)                                                                   \
  {id, at, 8, (least), true}, {id, at, 8, (uint64_t)(least)-1, false},                             \
      {id, at, 8, (uint64_t)PL_QTY_E8_MAX, true}, {id, at, 8, (uint64_t)PL_QTY_E8_MAX + 1, false}, \
  {                                                                                                \
    id, at, 8, UINT64_C(1) << 63, false                                                            \
  }
#define DOUBLE_FIELD(id, at)                                                                       \
  {id, at, 8, UINT64_MAX, true}, {id, at, 8, INFINITE_BITS + 1, true},                             \
      {id, at, 8, INFINITE_BITS, false}, {id, at, 8, INFINITE_BITS | UINT64_C(1) << 63, false}, {  \
    id, at, 8, UINT64_C(1) << 63, true                                                             \
  }
    PRICE_FIELD(20, 24),
    NULL_FIELD(20, 24, false),
    PRICE_FIELD(31, 32),
    NULL_FIELD(31, 32, false),
    PRICE_FIELD(33, 40),
    NULL_FIELD(33, 40, false),
    PRICE_FIELD(12, 8),
    NULL_FIELD(12, 8, true),
    PRICE_FIELD(14, 24),
    NULL_FIELD(14, 24, true),
    PRICE_FIELD(30, 32),
    NULL_FIELD(30, 32, true),
    PRICE_FIELD(30, 40),
    NULL_FIELD(30, 40, true),
    PRICE_FIELD(10, 232), /* strike */
    NULL_FIELD(10, 232, true),
    {10, 248, 8, MAX_E9, true}, /* tick */
    {10, 248, 8, UINT64_MAX, false},
    NULL_FIELD(10, 248, false),
    {10, 264, 8, UINT64_MAX, false}, /* a larger tick */
    NULL_FIELD(10, 264, false),
    NULL_FIELD(10, 272, false),
    {10, 224, 8, UINT64_MAX, false}, /* expiry */
    NULL_FIELD(10, 224, true),
    {10, 256, 1, 10, true}, /* exponent */
    {10, 256, 1, 11, false},
    {10, 256, 1, 0xf8, true},
    {10, 256, 1, 0xf7, false},
    {10, 257, 1, 6, false},
    {10, 257, 1, 0xff, false},
    {10, 259, 1, 5, true},
    {10, 259, 1, 6, false},
    {16, 8, 1, 6, false},
    {16, 8, 1, 0x80, false},
    QTY_FIELD(20, 16, 1),
    QTY_FIELD(22, 16, 0),
    QTY_FIELD(31, 24, 1),
    QTY_FIELD(33, 32, 1),
    {20, 32, 8, INT64_MAX, true}, /* sort order */
    {20, 32, 8, UINT64_MAX, false},
    DOUBLE_FIELD(15, 8),
    DOUBLE_FIELD(15, 16),
    DOUBLE_FIELD(15, 48),
    {15, 8, 8, UINT64_C(0x4197d78400000000), true}, /* 1e8 */
    {15, 8, 8, UINT64_C(0x4197d78400000001), false},
    {15, 48, 8, UINT64_C(0x4202a05f20000000), true}, /* 1e10 */
    {15, 48, 8, UINT64_C(0x4202a05f20000001), false},
    {15, 48, 8, UINT64_C(0xbff0000000000000), false}, /* -1 */
    {100, 16, 8, INT64_MAX, true},
    {100, 16, 8, UINT64_MAX, false},
    {101, 16, 8, UINT64_MAX, false},
};

static void case_19_values_that_cannot_be_are_refused(void **state) {
  struct stars *stars = *state;
  for (uint32_t i = 0; i < COUNT(fields); i++) {
    const struct field *field = &fields[i];
    (void)put_good(stars, field->template_id);
    size_t size = pl_wire_starbase_finish(&stars->packet);
    write_le(stars->bytes + BODY_AT + field->at, field->value, field->size);
    enum pl_status status = take(stars, stars->bytes, size);
    if (status != (field->good ? PL_OK : PL_E_VALUE)) fail_msg("row %u: %d", i, (int)status);
  }
}

static void case_19_a_negative_time_is_refused(void **state) {
  struct stars *stars = *state;
  (void)put_good(stars, 16);
  size_t size = pl_wire_starbase_finish(&stars->packet);
  write_le(stars->bytes + 32, UINT64_MAX, 8);
  assert_int_equal(take(stars, stars->bytes, size), PL_E_VALUE);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_stars, close_stars)
  const struct CMUnitTest tests[] = {
      TEST(each_template_is_taken_as_encoded),
      TEST(case_15_every_truncation_is_refused),
      TEST(case_15_a_length_that_lies_is_refused),
      TEST(case_15_the_count_must_be_the_content),
      TEST(case_14_other_lengths_are_other_layouts),
      TEST(case_13_only_version_1_is_known),
      TEST(case_13_unknown_templates_are_skipped_and_counted),
      TEST(case_13_groups_are_stepped_by_their_own_stride),
      TEST(case_13_short_or_endless_groups_are_refused),
      TEST(case_19_values_that_cannot_be_are_refused),
      TEST(case_19_a_negative_time_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
