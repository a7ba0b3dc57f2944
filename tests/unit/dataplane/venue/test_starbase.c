/* The Starbase decoder, template by template and field by field. */
#include "tests/unit/dataplane/venue/starbase_packets.h"

#include <xxhash.h>

#define LAST         (PL_EVF_EVENT_END | PL_EVF_FRAME_END)
#define MESSAGE_LAST (PL_EVF_ORDERS | PL_EVF_MESSAGE_END | LAST)

static int open_stars(void **state) {
  struct stars *stars = calloc(1, sizeof *stars);
  if (stars == NULL) return -1;
  stars_open(stars);
  *state = stars;
  return 0;
}

static int close_stars(void **state) {
  stars_close(*state);
  free(*state);
  return 0;
}

static enum pl_status head_of(struct stars *stars, int64_t seq, int32_t channel_id, uint16_t type,
                              struct pl_venue_head *ret_head) {
  const struct pl_star_head head = {TIME_NS, seq, channel_id, type};
  assert_true(pl_wire_starbase_begin(&stars->packet, stars->bytes, sizeof stars->bytes, &head));
  assert_true(pl_wire_starbase_status(&stars->packet, &whole, PERP, 0));
  assert_true(pl_wire_starbase_status(&stars->packet, &whole, PERP, 5));
  const struct pl_packet packet = {stars->bytes, (uint32_t)pl_wire_starbase_finish(&stars->packet),
                                   0, 0};
  return stars->decoder.venue->head(&packet, ret_head);
}

static void a_head_names_channel_and_messages(void **state) {
  struct stars *stars = *state;
  struct pl_venue_head head;
  assert_int_equal(head_of(stars, INT64_MAX, 65535, PL_STAR_INCREMENTAL, &head), PL_OK);
  assert_true(head.channel_id == 65535 && head.home_channel_id == 65535 && !head.recovery);
  assert_true(head.seq == INT64_MAX && head.seq_count == 2 && head.session == 0);
  assert_int_equal(head_of(stars, 5, 65535, PL_STAR_REPLY, &head), PL_OK);
  assert_true(head.channel_id == 65535 && !head.recovery && head.seq == 5);
  assert_int_equal(head_of(stars, 5, 65535, PL_STAR_SNAPSHOT, &head), PL_OK);
  assert_true(head.channel_id == 131071 && head.home_channel_id == 65535 && head.recovery);
}

static void a_head_of_another_kind_is_refused(void **state) {
  struct stars *stars = *state;
  struct pl_venue_head head = {.seq = 77};
  for (uint32_t type = 0; type < 65536; type++) {
    bool good = type == 1 || type == 2 || type == 5;
    enum pl_status status = head_of(stars, 5, 7, (uint16_t)type, &head);
    assert_int_equal(status, good ? PL_OK : PL_E_PACKET_HEADER);
  }
  head.seq = 77;
  assert_int_equal(head_of(stars, 5, 65536, 1, &head), PL_E_PACKET_HEADER);
  assert_int_equal(head_of(stars, 5, -1, 1, &head), PL_E_PACKET_HEADER);
  assert_int_equal(head_of(stars, -1, 7, 1, &head), PL_E_PACKET_HEADER);
  for (uint32_t size = 0; size < 24; size++) {
    const struct pl_packet packet = {stars->bytes, size, 0, 0};
    assert_int_equal(stars->decoder.venue->head(&packet, &head), PL_E_PACKET_HEADER);
  }
  assert_int_equal(head.seq, 77);
}

static void an_empty_packet_is_a_heartbeat(void **state) {
  struct stars *stars = *state;
  stars->seq = 42;
  (void)stars_update(stars);
  stars_send(stars);
  assert_true(stars->decoder.head.seq_count == 0 && stars->decoder.head.seq == 42);
  assert_int_equal(stars->decoder.count, 0);
}

static void a_definition_tells_all_terms(void **state) {
  struct stars *stars = *state;
  static const struct pl_star_tick ticks[] = {{5000000, 100000000}, {10000000, 200000000}};
  static const struct pl_star_leg legs[] = {{11, 1}, {12, -2}, {13, 127}};
  const struct pl_star_instrument option = {.instrument_id = OPTION,
                                            .name = "BTC-25SEP26-70000-C",
                                            .expiry_ns = 1790323200000000000,
                                            .strike_e9 = 70000 * E9,
                                            .tick_e9 = 100000,
                                            .exponent = -8,
                                            .type = 1,
                                            .flags = 1,
                                            .status = 1,
                                            .ticks = ticks,
                                            .tick_count = 2,
                                            .legs = legs,
                                            .leg_count = 3};
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &option));
  stars_send(stars);
  const struct pl_event wanted[] = {{.type = PL_EV_INSTRUMENT,
                                     .exch_ns = TIME_NS,
                                     .price_e9 = 100000,
                                     .qty_e8 = E8,
                                     .order_id = XXH3_64bits(option.name, strlen(option.name)),
                                     .aux = 1790323200000000000,
                                     .side = PL_KIND_OPTION_INVERSE},
                                    {.type = PL_EV_STATUS,
                                     .exch_ns = TIME_NS,
                                     .aux = PL_COND_CLOSED,
                                     .side = PL_SIDE_NONE,
                                     .flags = LAST}};
  decoder_expect(&stars->decoder, wanted, COUNT(wanted));
  const struct pl_instrument *entry = decoder_entry(&stars->decoder, OPTION);
  assert_string_equal(entry->name, option.name);
  assert_true(entry->strike_e9 == 70000 * E9 && entry->tick_e9 == 100000);
  assert_true(entry->contract_size_e8 == E8 && entry->expiry_ns == 1790323200000000000);
  assert_int_equal(entry->tick_step_count, 2);
  for (uint32_t i = 0; i < 2; i++)
    assert_true(entry->tick_steps[i].tick_e9 == ticks[i].tick_e9 &&
                entry->tick_steps[i].above_e9 == ticks[i].threshold_e9);
  assert_int_equal(entry->leg_count, 3);
  for (uint32_t i = 0; i < 3; i++)
    assert_true(entry->legs[i].venue_id == 11 + i && entry->legs[i].size == legs[i].ratio);
}

static void the_kind_follows_type_and_flags(void **state) {
  struct stars *stars = *state;
  static const uint8_t kinds[6][2] = {
      {PL_KIND_LINEAR, PL_KIND_INVERSE}, {PL_KIND_OPTION_LINEAR, PL_KIND_OPTION_INVERSE},
      {PL_KIND_SPOT, PL_KIND_SPOT},      {PL_KIND_COMBO, PL_KIND_COMBO},
      {PL_KIND_COMBO, PL_KIND_COMBO},    {PL_KIND_LINEAR, PL_KIND_INVERSE}};
  for (int8_t type = 0; type < 6; type++)
    for (uint8_t flags = 0; flags < 8; flags++) {
      struct pl_star_instrument perpetual = stars_perpetual();
      perpetual.type = type;
      perpetual.flags = flags;
      assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &perpetual));
      stars_send(stars);
      assert_int_equal(stars->decoder.events[0].side, kinds[type][flags & 1]);
      assert_true(stars->decoder.events[0].aux == UINT64_MAX); /* no expiry */
    }
}

static void names_fill_their_field_and_legs_their_room(void **state) {
  struct stars *stars = *state;
  struct pl_star_instrument combo = stars_perpetual();
  char name[129];
  struct pl_star_leg legs[12];
  struct pl_star_tick ticks[12];
  memset(name, 'N', 128);
  name[128] = 0;
  for (int i = 0; i < 12; i++) {
    legs[i] = (struct pl_star_leg){100 + i, (int8_t)(i - 6)};
    ticks[i] = (struct pl_star_tick){1 + i, i};
  }
  combo.name = name;
  combo.ticks = ticks;
  combo.legs = legs;
  combo.tick_count = combo.leg_count = 12;
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &combo));
  stars_send(stars);
  struct pl_instrument *entry = decoder_entry(&stars->decoder, (uint64_t)PERP);
  assert_int_equal(strnlen(entry->name, PL_NAME_BYTES_MAX), PL_NAME_BYTES_MAX - 1);
  assert_int_equal(entry->tick_step_count, PL_TICK_STEPS_MAX);
  assert_int_equal(entry->leg_count, PL_COMBO_LEGS_MAX);
  legs[7].instrument_id = INT64_C(1) << 32; /* wider than the directory holds: no legs, no lie */
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &combo));
  stars_send(stars);
  assert_int_equal(entry->leg_count, 0);
}

static void orders_become_events_of_their_side(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  stars_put(stars, 1, 1, 1);
  for (uint8_t side = 0; side < 2; side++) {
    uint8_t wanted_side = side == PL_STAR_BID ? PL_BID : PL_ASK;
    const struct pl_star_put put = {-5, PERP, 2500, -E9, INT64_MAX, side};
    assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &put));
    stars_send(stars);
    const struct pl_event added = {.type = PL_EV_ORDER_ADD,
                                   .exch_ns = TIME_NS,
                                   .order_id = (uint64_t)-5,
                                   .aux = INT64_MAX,
                                   .price_e9 = -E9,
                                   .qty_e8 = 250000000,
                                   .side = wanted_side,
                                   .flags = MESSAGE_LAST};
    decoder_expect(&stars->decoder, &added, 1);
    assert_true(pl_wire_starbase_reduced(stars_update(stars), &whole, side, -5, PERP, 1));
    stars_send(stars);
    const struct pl_event changed = {.type = PL_EV_ORDER_CHANGE,
                                     .exch_ns = TIME_NS,
                                     .order_id = (uint64_t)-5,
                                     .price_e9 = PL_PRICE_NONE,
                                     .qty_e8 = 100000,
                                     .side = wanted_side,
                                     .flags = MESSAGE_LAST};
    decoder_expect(&stars->decoder, &changed, 1);
    assert_true(pl_wire_starbase_delete(stars_update(stars), &whole, side, -5, PERP));
    stars_send(stars);
    const struct pl_event deleted = {.type = PL_EV_ORDER_DELETE,
                                     .exch_ns = TIME_NS,
                                     .order_id = (uint64_t)-5,
                                     .side = wanted_side,
                                     .flags = MESSAGE_LAST};
    decoder_expect(&stars->decoder, &deleted, 1);
  }
}

/* The maker's side and liquidation stand with each fill, the taker's with the summary before. */
static void a_trade_knows_both_sides(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  for (uint32_t taker = 0; taker < 4; taker++)
    for (uint32_t maker = 0; maker < 4; maker++) {
      const struct pl_star_summary summary = {PERP, 9, 30, 2 * E9, 3 * E9, 4 * E9, 1, taker};
      const struct pl_star_trade trade = {77, PERP, PL_STAR_NULL, 30, 2 * E9, maker};
      struct pl_star_packet *packet = stars_update(stars);
      assert_true(pl_wire_starbase_summary(packet, &start, &summary));
      assert_true(pl_wire_starbase_trade(packet, &end, &trade));
      assert_true(pl_wire_starbase_trade(packet, &whole, &trade)); /* another transaction */
      stars_send(stars);
      uint64_t maker_bit = maker & 2 ? PL_TRADE_MAKER_LIQUIDATED : 0;
      struct pl_event wanted[] = {
          {.type = PL_EV_INDEX, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .price_e9 = 4 * E9},
          {.type = PL_EV_MARK, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .price_e9 = 3 * E9},
          {.type = PL_EV_TRADE,
           .exch_ns = TIME_NS,
           .order_id = 77,
           .price_e9 = 2 * E9,
           .qty_e8 = 3000000,
           .side = maker & 1 ? PL_BID : PL_ASK,
           .aux = maker_bit | (taker & 2 ? PL_TRADE_TAKER_LIQUIDATED : 0),
           .flags = PL_EVF_EVENT_END},
      };
      struct pl_event again = wanted[2];
      again.aux = maker_bit;
      again.flags = LAST;
      const struct pl_event all[] = {wanted[0], wanted[1], wanted[2], again};
      decoder_expect(&stars->decoder, all, COUNT(all));
    }
}

static void a_block_trade_is_a_trade(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  for (uint32_t taker = 0; taker < 4; taker++) {
    const struct pl_star_block_trade trade = {.match_id = 5,
                                              .instrument_id = PERP,
                                              .block_rfq_id = PL_STAR_NULL,
                                              .quantity = 7,
                                              .price_e9 = E9,
                                              .mark_e9 = PL_STAR_NULL,
                                              .implied_volatility = NAN,
                                              .taker_flags = taker,
                                              .leg_count = 1};
    assert_true(pl_wire_starbase_block_trade(stars_update(stars), &whole, &trade));
    stars_send(stars);
    const struct pl_event wanted = {.type = PL_EV_TRADE,
                                    .exch_ns = TIME_NS,
                                    .order_id = 5,
                                    .price_e9 = E9,
                                    .qty_e8 = 700000,
                                    .side = taker & 1 ? PL_ASK : PL_BID,
                                    .aux = taker & 2 ? PL_TRADE_TAKER_LIQUIDATED : 0,
                                    .flags = LAST};
    decoder_expect(&stars->decoder, &wanted, 1);
  }
}

static void a_status_is_told_when_it_changes(void **state) {
  struct stars *stars = *state;
  static const int8_t told[] = {0, 0, 5, 5, 1, 2, 0};
  static const int8_t events[] = {1, 0, 1, 0, 1, 1, 1};
  for (uint32_t i = 0; i < COUNT(told); i++) {
    assert_true(pl_wire_starbase_status(stars_update(stars), &whole, PERP, told[i]));
    stars_send(stars);
    assert_int_equal(stars->decoder.count, events[i]);
    const struct pl_event wanted = {.type = PL_EV_STATUS,
                                    .exch_ns = TIME_NS,
                                    .side = PL_SIDE_NONE,
                                    .aux = told[i] == 0 ? PL_COND_OPEN : PL_COND_CLOSED,
                                    .flags = LAST};
    if (events[i] != 0) decoder_expect(&stars->decoder, &wanted, 1);
  }
}

static void case_14_both_layouts_of_the_info(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  const struct pl_star_info info = {PERP, -1, INT64_MAX, 40 * E9, 41 * E9};
  struct pl_event wanted[] = {
      {.type = PL_EV_INDEX, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .price_e9 = 40 * E9},
      {.type = PL_EV_MARK,
       .exch_ns = TIME_NS,
       .side = PL_SIDE_NONE,
       .price_e9 = 41 * E9,
       .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END},
  };
  assert_true(pl_wire_starbase_info(stars_update(stars), &whole, &info, true));
  stars_send(stars);
  decoder_expect(&stars->decoder, wanted, 2);
  assert_true(pl_wire_starbase_info(stars_update(stars), &whole, &info, false));
  stars_send(stars);
  decoder_expect(&stars->decoder, wanted + 1, 1); /* its index has no price yet */
  struct pl_star_packet *packet = stars_update(stars);
  assert_true(pl_wire_starbase_index(packet, &whole, 4, 99 * E9)); /* another index */
  assert_true(pl_wire_starbase_index(packet, &whole, 3, 42 * E9));
  assert_true(pl_wire_starbase_index(packet, &whole, 3, PL_STAR_NULL)); /* no news */
  assert_true(pl_wire_starbase_info(packet, &whole, &info, false));
  stars_send(stars);
  wanted[0].price_e9 = 42 * E9;
  decoder_expect(&stars->decoder, wanted, 2);
}

static void case_14_both_layouts_of_the_reference(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  const struct pl_star_ref ref = {PERP, 0.0001, -0.25, 0, 0, 0, 12.5};
  const struct pl_event funding = {.type = PL_EV_FUNDING,
                                   .exch_ns = TIME_NS,
                                   .side = PL_SIDE_NONE,
                                   .price_e9 = 100000,
                                   .aux = (uint64_t)-250000000};
  const struct pl_event interest = {
      .type = PL_EV_OPEN_INTEREST, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .qty_e8 = 1250000000};
  for (uint32_t old = 0; old < 2; old++) {
    struct pl_event wanted[] = {funding, interest};
    assert_true(pl_wire_starbase_ref(stars_update(stars), &whole, &ref, old != 0));
    stars_send(stars);
    wanted[1 - old].flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END;
    decoder_expect(&stars->decoder, wanted, 2 - old);
  }
}

static void case_19_nulls_tell_nothing(void **state) {
  struct stars *stars = *state;
  stars_define(stars);
  const struct pl_star_ref ref = {PERP, NAN, NAN, PL_STAR_NULL, PL_STAR_NULL, PL_STAR_NULL, NAN};
  const struct pl_star_info info = {PERP, PL_STAR_NULL, PL_STAR_NULL, PL_STAR_NULL, PL_STAR_NULL};
  const struct pl_star_summary summary = {PERP, 1, 1, E9, PL_STAR_NULL, PL_STAR_NULL, 1, 0};
  struct pl_star_packet *packet = stars_update(stars);
  assert_true(pl_wire_starbase_ref(packet, &whole, &ref, false));
  assert_true(pl_wire_starbase_ref(packet, &whole, &ref, true));
  assert_true(pl_wire_starbase_info(packet, &whole, &info, false));
  assert_true(pl_wire_starbase_info(packet, &whole, &info, true));
  assert_true(pl_wire_starbase_summary(packet, &whole, &summary));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_stars, close_stars)
  const struct CMUnitTest tests[] = {
      TEST(a_head_names_channel_and_messages),  TEST(a_head_of_another_kind_is_refused),
      TEST(an_empty_packet_is_a_heartbeat),     TEST(a_definition_tells_all_terms),
      TEST(the_kind_follows_type_and_flags),    TEST(names_fill_their_field_and_legs_their_room),
      TEST(orders_become_events_of_their_side), TEST(a_trade_knows_both_sides),
      TEST(a_block_trade_is_a_trade),           TEST(a_status_is_told_when_it_changes),
      TEST(case_14_both_layouts_of_the_info),   TEST(case_14_both_layouts_of_the_reference),
      TEST(case_19_nulls_tell_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
