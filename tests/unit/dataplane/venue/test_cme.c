/* CME MDP 3.0: each template, field by field, from the bytes of the venue's own encoder. */
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

static const uint8_t ends = PL_EVF_EVENT_END, message = PL_EVF_MESSAGE_END, last = PL_EVF_FRAME_END;

static void book_becomes_positions_and_orders(void **state) {
  (void)state;
  static const struct pl_wire_cme_level levels[] = {
      {ID, 41, '0', PL_WIRE_CME_NEW, 3, 99 * E9, 2},
      {ID, 42, '1', PL_WIRE_CME_CHANGE, 1, -7 * E9, 3},
      {ID, 43, 'E', PL_WIRE_CME_OVERLAY, 2, 98 * E9, 4}};
  static const struct pl_wire_cme_reference orders[] = {
      {71, 11, 2, 1, 0}, {72, 12, 3, 2, 1}, {73, 13, 9, 2, 2}};
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(
        pl_wire_cme_book(&cme.packet, &(struct pl_wire_cme_book){TIME_NS, PL_WIRE_CME_END, i == 1,
                                                                 levels, 3, orders, 3}));
    assert_int_equal(cme_send(&cme), PL_OK);
    static const uint32_t before[] = {40, 41, 40}; /* the first again: not the one that was due */
    const struct pl_event expected[] = {{.type = PL_EV_LEVEL_AT,
                                         .exch_ns = TIME_NS,
                                         .order_id = 41,
                                         .side = PL_BID,
                                         .price_e9 = 99 * E9,
                                         .qty_e8 = 2 * E8,
                                         .aux = PL_LEVEL_AT(before[0], 10, PL_LEVEL_INSERT, 3)},
                                        {.type = PL_EV_LEVEL_AT,
                                         .exch_ns = TIME_NS,
                                         .order_id = 42,
                                         .side = PL_ASK,
                                         .price_e9 = -7 * E9,
                                         .qty_e8 = 3 * E8,
                                         .aux = PL_LEVEL_AT(before[1], 10, PL_LEVEL_CHANGE, 1)},
                                        {.type = PL_EV_LEVEL_AT,
                                         .exch_ns = TIME_NS,
                                         .order_id = 43,
                                         .side = PL_BID,
                                         .price_e9 = 98 * E9,
                                         .qty_e8 = 4 * E8,
                                         .flags = PL_EVF_IMPLIED,
                                         .aux = PL_LEVEL_AT(before[2], 2, PL_LEVEL_OVERLAY, 2)},
                                        {.type = PL_EV_ORDER_ADD,
                                         .exch_ns = TIME_NS,
                                         .order_id = 71,
                                         .side = PL_BID,
                                         .price_e9 = 99 * E9,
                                         .qty_e8 = 2 * E8,
                                         .aux = 11,
                                         .flags = PL_EVF_ORDERS},
                                        {.type = PL_EV_ORDER_CHANGE,
                                         .exch_ns = TIME_NS,
                                         .order_id = 72,
                                         .side = PL_ASK,
                                         .price_e9 = -7 * E9,
                                         .qty_e8 = 3 * E8,
                                         .aux = 12,
                                         .flags = PL_EVF_ORDERS},
                                        {.type = PL_EV_ORDER_DELETE,
                                         .exch_ns = TIME_NS,
                                         .order_id = 73,
                                         .side = PL_SIDE_NONE,
                                         .flags = PL_EVF_ORDERS | ends | message | last}};
    decoder_expect(&cme.decoder, expected, COUNT(expected));
  }
}

static void orders_become_orders(void **state) {
  (void)state;
  static const struct pl_wire_cme_order orders[] = {{ID, 71, 11, '0', 0, 99 * E9, 2},
                                                    {ID, 72, 12, '1', 1, 100 * E9, 3},
                                                    {ID, 73, 13, '1', 2, INT64_MAX, INT64_MAX}};
  assert_true(pl_wire_cme_orders(
      &cme.packet, &(struct pl_wire_cme_orders){TIME_NS, PL_WIRE_CME_END, orders, 3}));
  assert_int_equal(cme_send(&cme), PL_OK);
  const struct pl_event expected[] = {{.type = PL_EV_ORDER_ADD,
                                       .exch_ns = TIME_NS,
                                       .order_id = 71,
                                       .side = PL_BID,
                                       .price_e9 = 99 * E9,
                                       .qty_e8 = 2 * E8,
                                       .aux = 11,
                                       .flags = PL_EVF_ORDERS},
                                      {.type = PL_EV_ORDER_CHANGE,
                                       .exch_ns = TIME_NS,
                                       .order_id = 72,
                                       .side = PL_ASK,
                                       .price_e9 = 100 * E9,
                                       .qty_e8 = 3 * E8,
                                       .aux = 12,
                                       .flags = PL_EVF_ORDERS},
                                      {.type = PL_EV_ORDER_DELETE,
                                       .exch_ns = TIME_NS,
                                       .order_id = 73,
                                       .side = PL_SIDE_NONE,
                                       .flags = PL_EVF_ORDERS | ends | message | last}};
  decoder_expect(&cme.decoder, expected, COUNT(expected));
}

static void trades_become_trades(void **state) {
  (void)state;
  static const struct pl_wire_cme_trade trades[] = {{ID, 41, 81, 1, 0, 99 * E9, 1},
                                                    {ID, 42, 82, 2, 0, -3 * E9, 2},
                                                    {ID, 43, UINT32_MAX, 0, 0, 0, 3},
                                                    {ID, 44, 84, 1, 1, INT64_MAX, 4},
                                                    {ID, 45, 85, 255, 2, 99 * E9, 5}};
  static const uint64_t order_ids[] = {71, 72};
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(pl_wire_cme_trades(
        &cme.packet,
        &(struct pl_wire_cme_trades){TIME_NS, PL_WIRE_CME_END, i == 1, trades, 5, order_ids, 2}));
    assert_int_equal(cme_send(&cme), PL_OK);
    const struct pl_event expected[] = {{.type = PL_EV_TRADE,
                                         .exch_ns = TIME_NS,
                                         .order_id = 81,
                                         .side = PL_BID,
                                         .price_e9 = 99 * E9,
                                         .qty_e8 = E8},
                                        {.type = PL_EV_TRADE,
                                         .exch_ns = TIME_NS,
                                         .order_id = 82,
                                         .side = PL_ASK,
                                         .price_e9 = -3 * E9,
                                         .qty_e8 = 2 * E8},
                                        {.type = PL_EV_TRADE,
                                         .exch_ns = TIME_NS,
                                         .side = PL_SIDE_NONE,
                                         .qty_e8 = 3 * E8,
                                         .flags = ends | last}};
    decoder_expect(&cme.decoder, expected, COUNT(expected));
  }
}

static void definitions_fill_the_directory(void **state) {
  (void)state;
  static const struct pl_wire_cme_leg legs[] = {{7, 1, 1}, {8, 2, 3}};
  static const uint8_t kinds[] = {PL_KIND_LINEAR, PL_KIND_OPTION_LINEAR, PL_KIND_COMBO};
  for (uint32_t version = 9; version <= 13; version += 4)
    for (uint16_t i = 0; i < 3; i++) {
      cme.version = (uint16_t)version;
      cme_begin(&cme);
      struct pl_wire_cme_definition definition = cme_definition(54 + i, ID + i);
      definition.legs = legs;
      definition.leg_count = 2;
      definition.tick_e9 = version * E9; /* another one the second time */
      definition.depth = i == 0 ? 5 : 0;
      assert_true(pl_wire_cme_definition(&cme.packet, &definition));
      assert_int_equal(cme_send_snapshot(&cme), PL_OK);
      const struct pl_instrument *entry = decoder_entry(&cme.decoder, (uint64_t)(ID + i));
      const struct pl_event expected[] = {{.type = PL_EV_INSTRUMENT,
                                           .instrument = i,
                                           .price_e9 = version * E9 / 100,
                                           .qty_e8 = i == 2 ? 0 : 50 * E8,
                                           .order_id = entry->name_hash,
                                           .aux = TIME_NS + 1,
                                           .side = kinds[i],
                                           .flags = version == 13 ? ends | last : 0},
                                          {.type = PL_EV_STATUS,
                                           .instrument = i,
                                           .aux = PL_COND_OPEN,
                                           .side = PL_SIDE_NONE,
                                           .flags = ends | last}};
      decoder_expect(&cme.decoder, expected, version == 9 ? 2 : 1);
      assert_true(cme.decoder.head.recovery);
      assert_string_equal(entry->name, "ESH4");
      assert_int_equal(entry->kind, kinds[i]);
      assert_int_equal(entry->expiry_ns, TIME_NS + 1);
      assert_int_equal(entry->strike_e9, i == 1 ? 4750 * E9 : 0);
      assert_int_equal(entry->limit_high_e9, 5000 * E9);
      assert_int_equal(entry->limit_low_e9, 4000 * E9);
      assert_int_equal(entry->leg_count, i == 2 ? 2 : 0);
    }
  const struct pl_instrument *spread = decoder_entry(&cme.decoder, ID + 2);
  assert_int_equal(spread->legs[0].venue_id, 7);
  assert_int_equal(spread->legs[0].size, 1);
  assert_int_equal(spread->legs[1].venue_id, 8);
  assert_int_equal(spread->legs[1].size, -3);
  cme_put_level(&cme, PL_WIRE_CME_END, ID, 1, '0');
  cme_put_level(&cme, PL_WIRE_CME_END, ID, 2, 'E');
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_int_equal(PL_LEVEL_AT_DEPTH_MAX(cme.decoder.events[0].aux), 5);
  assert_int_equal(PL_LEVEL_AT_DEPTH_MAX(cme.decoder.events[1].aux), 2);
  assert_int_equal(cme.decoder.events[0].price_e9, E9); /* at the factor */
}

static void limits_go_to_the_directory(void **state) {
  (void)state;
  cme_put_definition(&cme, ID, E9 / 100);
  assert_true(pl_wire_cme_limits(&cme.packet, TIME_NS, PL_WIRE_CME_END, ID, 7, 600000 * E9,
                                 PL_WIRE_CME_PRICE_NULL));
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_int_equal(decoder_entry(&cme.decoder, ID)->limit_high_e9, 6000 * E9);
  assert_int_equal(decoder_entry(&cme.decoder, ID)->limit_low_e9, PL_PRICE_NONE);
  cme_put_level(&cme, PL_WIRE_CME_END, ID, 8, '0'); /* the limits took up number 7 */
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_int_equal(PL_LEVEL_AT_PREVIOUS(cme.decoder.events[0].aux), 6);
}

static enum pl_status send_state(int32_t id, uint8_t code) {
  assert_true(pl_wire_cme_status(
      &cme.packet, &(struct pl_wire_cme_status){TIME_NS, "ES", "", id, PL_WIRE_CME_END, code}));
  return cme_send(&cme);
}

static void case_12_states_of_the_session(void **state) {
  (void)state;
  static const uint8_t closed[] = {2, 4, 15, 18, 21, 24, 25, 26};
  assert_int_equal(send_state(ID, 21), PL_OK); /* pre-open: books may cross, nothing trades */
  const struct pl_event pre_open[] = {{.type = PL_EV_STATUS,
                                       .exch_ns = TIME_NS,
                                       .aux = PL_COND_CLOSED,
                                       .side = PL_SIDE_NONE,
                                       .flags = ends | last}};
  decoder_expect(&cme.decoder, pre_open, 1);
  for (uint32_t i = 0; i < COUNT(closed); i++) {
    assert_int_equal(send_state(ID, 17), PL_OK);
    assert_int_equal(cme.decoder.events[0].aux, PL_COND_OPEN);
    assert_int_equal(send_state(ID, 17), PL_OK); /* no news */
    assert_int_equal(cme.decoder.count, 0);
    assert_int_equal(send_state(ID, closed[i]), PL_OK);
    assert_int_equal(cme.decoder.count, 1);
    assert_int_equal(cme.decoder.events[0].aux, PL_COND_CLOSED);
  }
  static const uint8_t says_nothing[] = {20, 103, 255, 0, 1};
  for (uint32_t i = 0; i < COUNT(says_nothing); i++) {
    assert_int_equal(send_state(ID, says_nothing[i]), PL_OK);
    assert_int_equal(cme.decoder.count, 0);
  }
}

/* A lost halt leaves no mark in an instrument's chain: after a loss a state told again is news. */
static void case_12_state_told_after_a_loss_is_news(void **state) {
  (void)state;
  assert_int_equal(send_state(ID, 17), PL_OK);
  assert_int_equal(send_state(ID, 17), PL_OK);
  assert_int_equal(cme.decoder.count, 0);
  cme.broken = true;
  assert_int_equal(send_state(ID, 17), PL_OK);
  assert_int_equal(cme.decoder.count, 1);
  assert_int_equal(cme.decoder.events[0].aux, PL_COND_OPEN);
}

static void group_state_waits_for_the_feed(void **state) {
  (void)state;
  struct pl_wire_cme_definition other = cme_definition(54, ID + 2);
  cme_put_definition(&cme, ID + 4, E9);
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  cme_put_definition(&cme, ID, E9);
  cme_put_definition(&cme, ID + 1, E9);
  other.group = "NQ";
  assert_true(pl_wire_cme_definition(&cme.packet, &other));
  cme_put_level(&cme, PL_WIRE_CME_END, ID + 3, 1, '0'); /* without a definition */
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_int_equal(send_state(PL_WIRE_CME_ID_NULL, 2), PL_OK);
  assert_int_equal(cme.decoder.count, 0);
  /* the last was only in a list so far: it is of this channel by its group */
  static const uint8_t due[] = {PL_COND_CLOSED + 1, PL_COND_CLOSED + 1, 0, 0, PL_COND_CLOSED + 1};
  assert_int_equal(decoder_entry(&cme.decoder, ID + 4)->channel, UPDATES);
  for (uint32_t i = 0; i < COUNT(due); i++)
    assert_int_equal(decoder_entry(&cme.decoder, ID + i)->condition_due, due[i]);
  assert_int_equal(send_state(ID, 17), PL_OK); /* newer than what is due */
  assert_int_equal(decoder_entry(&cme.decoder, ID)->condition_due, 0);
  assert_int_equal(cme.decoder.count, 1);
  const struct pl_wire_cme_status elsewhere = {TIME_NS, "ES", "", PL_WIRE_CME_ID_NULL, 0, 26};
  assert_true(pl_wire_cme_status(&cme.packet, &elsewhere)); /* of a channel that is not theirs */
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(decoder_entry(&cme.decoder, ID)->condition_due, 0);
  assert_int_equal(decoder_entry(&cme.decoder, ID)->state, 17);
}

static void head_names_channel_and_stream(void **state) {
  (void)state;
  struct pl_wire_cme_definition news = cme_definition(54, ID);
  news.total = PL_WIRE_CME_TOTAL_NULL;
  const struct pl_wire_cme_snapshot snapshot = {.id = ID};
  for (uint32_t i = 0; i < 6; i++) {
    if (i % 2 == 1) assert_true(pl_wire_cme_heartbeat(&cme.packet));
    if (i == 1) cme_put_level(&cme, 0, ID, 1, '0');
    if (i == 2 || i == 3) assert_true(pl_wire_cme_snapshot(&cme.packet, &snapshot));
    if (i == 4) cme_put_definition(&cme, ID, E9);
    if (i == 5) assert_true(pl_wire_cme_definition(&cme.packet, &news));
    struct pl_venue_head head;
    const struct pl_packet packet = {cme.bytes, (uint32_t)cme.packet.size, 0xe0001f05 + (i << 8),
                                     (uint16_t)(14310 + 1000 * (i % 2))};
    memcpy(cme.bytes, &(uint32_t){0xfffffff0}, 4);
    assert_int_equal(cme.decoder.venue->head(&packet, &head), PL_OK);
    assert_int_equal(head.recovery, i >= 2 && i <= 4);
    assert_int_equal(head.channel_id, 5 * 1024 + 310); /* of line A and of line B */
    assert_int_equal(head.home_channel_id, head.channel_id);
    assert_int_equal(head.seq, 0xfffffff0);
    assert_int_equal(head.seq_count, 1);
    assert_int_equal(head.session, 0);
    cme_begin(&cme);
  }
}

/* A definition makes the factor; prices are read through trades. */
static int64_t price_at_factor(int64_t raw_e9, int64_t factor_e9) {
  const struct pl_wire_cme_trade trade = {ID, 1, 1, 1, 0, raw_e9, 1};
  cme_put_definition(&cme, ID, factor_e9);
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_true(pl_wire_cme_trades(
      &cme.packet,
      &(struct pl_wire_cme_trades){.time_ns = TIME_NS, .trades = &trade, .trade_count = 1}));
  assert_int_equal(cme_send(&cme), PL_OK);
  return cme.decoder.events[0].price_e9;
}

static void case_19_display_factor_is_exact(void **state) {
  (void)state;
  static const int64_t raws[] = {
      0, 1, 4, 5, 499, 500, 501, 47500025 * E9 / 100, E9 + 1, PL_PRICE_E9_MAX - 1, PL_PRICE_E9_MAX};
  static const int64_t factors[] = {1,      10,     E9 / 1000, E9 / 100,     E9 / 10,     E9,
                                    E9 / 2, E9 / 8, 3,         333333333,    E9 / 10 * 3, E9 - 1,
                                    7,      1000,   E9 / 4,    E9 / 1000000, 100000};
  for (uint32_t i = 0; i < COUNT(factors); i++)
    for (uint32_t j = 0; j < COUNT(raws); j++) {
      pl_i128 product = (pl_i128)raws[j] * factors[i];
      int64_t expected_e9 = (int64_t)((product + E9 / 2) / E9); /* half away from zero */
      assert_int_equal(price_at_factor(raws[j], factors[i]), expected_e9);
      assert_int_equal(price_at_factor(-raws[j], factors[i]), -expected_e9);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(book_becomes_positions_and_orders, setup, teardown),
      cmocka_unit_test_setup_teardown(orders_become_orders, setup, teardown),
      cmocka_unit_test_setup_teardown(trades_become_trades, setup, teardown),
      cmocka_unit_test_setup_teardown(definitions_fill_the_directory, setup, teardown),
      cmocka_unit_test_setup_teardown(limits_go_to_the_directory, setup, teardown),
      cmocka_unit_test_setup_teardown(case_12_states_of_the_session, setup, teardown),
      cmocka_unit_test_setup_teardown(case_12_state_told_after_a_loss_is_news, setup, teardown),
      cmocka_unit_test_setup_teardown(group_state_waits_for_the_feed, setup, teardown),
      cmocka_unit_test_setup_teardown(head_names_channel_and_stream, setup, teardown),
      cmocka_unit_test_setup_teardown(case_19_display_factor_is_exact, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
