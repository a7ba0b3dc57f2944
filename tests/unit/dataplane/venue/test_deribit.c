/* Every template, decoded field by field. */
#include "tests/unit/dataplane/venue/packets.h"

#include <xxhash.h>

#define END (PL_EVF_EVENT_END | PL_EVF_FRAME_END)

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

static struct pl_event level(enum pl_side side, int64_t price_e9, int64_t qty_e8, uint8_t flags) {
  return (struct pl_event){.exch_ns = TIME_NS,
                           .order_id = 8,
                           .aux = 6,
                           .type = PL_EV_LEVEL_SET,
                           .side = (uint8_t)side,
                           .price_e9 = price_e9,
                           .qty_e8 = qty_e8,
                           .flags = flags};
}

static void book_is_decoded(void **state) {
  (void)state;
  static const struct pl_wire_level levels[] = {
      {PL_WIRE_ASK, PL_WIRE_NEW, 64000.5, 10},
      {PL_WIRE_BID, PL_WIRE_CHANGED, -0.000000001, 0.00000001},
      {PL_WIRE_BID, PL_WIRE_DELETED, 63999, 5}, /* deleted is gone, whatever amount stands there */
      {PL_WIRE_ASK, PL_WIRE_NEW, 1, 0}};
  const struct pl_wire_book book = {77, TIME_MS, 6, 8, 1, levels, COUNT(levels)};
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event expected[] = {level(PL_ASK, 64000 * E9 + E9 / 2, 10 * E8, 0),
                                      level(PL_BID, -1, 1, 0), level(PL_BID, 63999 * E9, 0, 0),
                                      level(PL_ASK, E9, 0, PL_EVF_MESSAGE_END | END)};
  decoder_expect(&packets.decoder, expected, COUNT(expected));
  assert_int_equal(decoder_entry(&packets.decoder, 77)->state, PL_DIRECTORY_STATE_UNKNOWN);
}

/* The change id moves even when no level does. */
static void book_without_levels_still_moves_the_chain(void **state) {
  (void)state;
  const struct pl_wire_book book = {77, TIME_MS, 6, 8, 1, NULL, 0};
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event expected = level(PL_SIDE_NONE, 0, 0, PL_EVF_MESSAGE_END | END);
  decoder_expect(&packets.decoder, &expected, 1);
}

static void snapshot_is_decoded(void **state) {
  (void)state;
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, 0, 63999, 5},
                                                {PL_WIRE_ASK, 0, 64000.5, 10}};
  for (uint8_t whole = 0; whole <= 1; whole++) {
    const struct pl_wire_snapshot snapshot = {77, TIME_MS, 8, whole, 1, levels, 2};
    packets_begin(&packets);
    assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 1));
    assert_true(pl_wire_deribit_snapshot(&packets.packet, &snapshot));
    assert_int_equal(packets_send_snapshot(&packets, true), PL_OK);
    struct pl_event expected[] = {
        {.type = PL_EV_SNAPSHOT_BEGIN, .aux = whole, .side = PL_SIDE_NONE},
        {.type = PL_EV_LEVEL_SET, .side = PL_BID, .price_e9 = 63999 * E9, .qty_e8 = 5 * E8},
        {.type = PL_EV_LEVEL_SET,
         .side = PL_ASK,
         .price_e9 = 64000 * E9 + E9 / 2,
         .qty_e8 = 10 * E8},
        {.type = PL_EV_SNAPSHOT_END, .side = PL_SIDE_NONE, .flags = PL_EVF_MESSAGE_END | END}};
    for (uint32_t i = 0; i < 4; i++) {
      expected[i].exch_ns = TIME_NS;
      expected[i].order_id = 8;
      expected[i].flags |= PL_EVF_SNAPSHOT;
    }
    decoder_expect(&packets.decoder, expected, 4);
  }
}

static struct pl_wire_ticker sample_ticker(void) {
  return (struct pl_wire_ticker){.instrument_id = 77,
                                 .state = 1,
                                 .timestamp_ms = TIME_MS,
                                 .open_interest = 1000.25,
                                 .index_price = 100,
                                 .mark_price = 101.5,
                                 .best_bid_price = 101,
                                 .best_ask_price = 102,
                                 .current_funding = -0.00001,
                                 .funding_8h = 0.0005};
}

static void ticker_is_decoded(void **state) {
  (void)state;
  struct pl_wire_ticker ticker = sample_ticker();
  assert_true(pl_wire_deribit_ticker(&packets.packet, &ticker));
  assert_int_equal(packets_send(&packets), PL_OK);
  struct pl_event expected[] = {
      {.type = PL_EV_STATUS, .aux = PL_COND_OPEN},
      {.type = PL_EV_OPEN_INTEREST, .qty_e8 = 1000 * E8 + E8 / 4},
      {.type = PL_EV_INDEX, .price_e9 = 100 * E9},
      {.type = PL_EV_MARK, .price_e9 = 101 * E9 + E9 / 2},
      {.type = PL_EV_FUNDING, .price_e9 = -10000, .aux = 500000},
      {.type = PL_EV_QUOTE, .price_e9 = 101 * E9, .aux = 102 * (uint64_t)E9, .flags = END}};
  for (uint32_t i = 0; i < 6; i++) {
    expected[i].exch_ns = TIME_NS;
    expected[i].side = PL_SIDE_NONE;
  }
  decoder_expect(&packets.decoder, expected, 6);
  for (uint8_t venue_state = 1; venue_state <= 4; venue_state++) {
    ticker.state = venue_state; /* the state is told when it changes; only 1 is open */
    packets_begin(&packets);
    assert_true(pl_wire_deribit_ticker(&packets.packet, &ticker));
    assert_int_equal(packets_send(&packets), PL_OK);
    assert_int_equal(packets.decoder.count, venue_state == 1 ? 5 : 6);
    if (venue_state != 1) assert_int_equal(packets.decoder.events[0].aux, PL_COND_CLOSED);
  }
}

/* NaN is the wire's null; an empty side also shows as 0. */
static void case_19_ticker_with_nulls_is_decoded(void **state) {
  (void)state;
  for (uint32_t zero = 0; zero <= 1; zero++) {
    struct pl_wire_ticker ticker = {.instrument_id = 77, .timestamp_ms = TIME_MS};
    double *fields = &ticker.open_interest;
    for (uint32_t i = 0; i < 15; i++) fields[i] = zero ? 0 : NAN;
    packets_begin(&packets);
    assert_true(pl_wire_deribit_ticker(&packets.packet, &ticker));
    assert_int_equal(packets_send(&packets), PL_OK);
    const struct pl_event *quote = &packets.decoder.events[packets.decoder.count - 1];
    assert_int_equal(quote->type, PL_EV_QUOTE);
    assert_true(quote->price_e9 == PL_PRICE_NONE && (int64_t)quote->aux == PL_PRICE_NONE);
    for (uint32_t i = 0; i + 1 < packets.decoder.count; i++)
      assert_true(packets.decoder.events[i].price_e9 == 0 && packets.decoder.events[i].qty_e8 == 0);
  }
}

static void trades_are_decoded(void **state) {
  (void)state;
  struct pl_wire_trade trades[4];
  for (uint8_t i = 0; i < 4; i++)
    trades[i] = (struct pl_wire_trade){.direction = i & 1,
                                       .price = 100 + i,
                                       .amount = 1 + i,
                                       .timestamp_ms = TIME_MS + i,
                                       .trade_seq = 900,
                                       .trade_id = 50u + i,
                                       .liquidation = i,
                                       .iv = NAN};
  assert_true(pl_wire_deribit_trades(&packets.packet, &(struct pl_wire_trades){77, trades, 4}));
  assert_int_equal(packets_send(&packets), PL_OK);
  struct pl_event expected[4];
  for (uint32_t i = 0; i < 4; i++)
    expected[i] = (struct pl_event){.type = PL_EV_TRADE,
                                    .exch_ns = TIME_NS + i * UINT64_C(1000000),
                                    .order_id = 50 + i,
                                    .price_e9 = (100 + i) * E9,
                                    .qty_e8 = (1 + i) * E8,
                                    .aux = i, /* 1 maker, 2 taker, 3 both */
                                    .side = i & 1 ? PL_ASK : PL_BID,
                                    .flags = i == 3 ? END : 0};
  decoder_expect(&packets.decoder, expected, 4);
}

static struct pl_wire_instrument sample_instrument(const struct pl_wire_tick_step *steps) {
  return (struct pl_wire_instrument){.instrument_id = 77,
                                     .state = 1,
                                     .kind = 1,
                                     .type = 1,
                                     .option_type = 2,
                                     .rfq = 1,
                                     .creation_ms = 5,
                                     .expiration_ms = TIME_MS,
                                     .strike = 65000,
                                     .contract_size = 1,
                                     .min_trade_amount = 0.1,
                                     .tick_size = 0.0005,
                                     .maker_fee = 7,
                                     .tick_steps = steps,
                                     .tick_step_count = 2,
                                     .name = "BTC-27DEC24-65000-P"};
}

static void instruments_of_both_layouts_are_decoded(void **state) {
  (void)state;
  static const struct pl_wire_tick_step steps[] = {{0.005, 0.001}, {0.01, 0.005}};
  for (uint32_t v2 = 0; v2 <= 1; v2++) {
    struct pl_wire_instrument instrument = sample_instrument(steps);
    instrument.instrument_id += v2;
    packets_begin(&packets);
    assert_true(v2 ? pl_wire_deribit_instrument_v2(&packets.packet, &instrument)
                   : pl_wire_deribit_instrument(&packets.packet, &instrument));
    assert_int_equal(packets_send(&packets), PL_OK);
    const struct pl_event expected[] = {
        {.type = PL_EV_INSTRUMENT,
         .instrument = v2,
         .price_e9 = 500000,
         .qty_e8 = E8,
         .order_id = XXH3_64bits(instrument.name, strlen(instrument.name)),
         .aux = TIME_NS,
         .side = PL_KIND_OPTION_INVERSE},
        {.type = PL_EV_STATUS,
         .instrument = v2,
         .aux = PL_COND_OPEN,
         .side = PL_SIDE_NONE,
         .flags = END}};
    decoder_expect(&packets.decoder, expected, 2);
    const struct pl_instrument *entry = decoder_entry(&packets.decoder, 77 + v2);
    assert_string_equal(entry->name, instrument.name);
    assert_true(entry->strike_e9 == 65000 * E9 && entry->tick_e9 == 500000);
    assert_true(entry->contract_size_e8 == E8 && entry->expiry_ns == TIME_NS);
    assert_int_equal(entry->tick_step_count, v2 ? 2 : 0);
    if (v2) assert_true(entry->tick_steps[1].above_e9 == E9 / 100);
    if (v2) assert_true(entry->tick_steps[1].tick_e9 == E9 / 200);
  }
}

static void kinds_follow_kind_and_type(void **state) {
  (void)state;
  static const uint8_t kinds[5][2] = {{PL_KIND_INVERSE, PL_KIND_LINEAR},
                                      {PL_KIND_OPTION_INVERSE, PL_KIND_OPTION_LINEAR},
                                      {PL_KIND_COMBO, PL_KIND_COMBO},
                                      {PL_KIND_COMBO, PL_KIND_COMBO},
                                      {PL_KIND_SPOT, PL_KIND_SPOT}};
  for (uint8_t kind = 0; kind < 6; kind++)
    for (uint8_t type = 1; type <= 2; type++) {
      const struct pl_wire_instrument instrument = {
          .instrument_id = 77, .kind = kind, .type = type, .name = ""};
      packets_begin(&packets);
      assert_true(pl_wire_deribit_instrument(&packets.packet, &instrument));
      assert_int_equal(packets_send(&packets), kind < 5 ? PL_OK : PL_E_VALUE);
      if (kind < 5) assert_int_equal(packets.decoder.events[0].side, kinds[kind][type - 1]);
    }
}

static void combo_legs_are_decoded(void **state) {
  (void)state;
  struct pl_wire_leg legs[PL_COMBO_LEGS_MAX + 3];
  for (uint32_t i = 0; i < COUNT(legs); i++) legs[i] = (struct pl_wire_leg){100 + i, 2 - (int)i};
  for (uint16_t count = 0; count <= COUNT(legs); count++) {
    packets_begin(&packets);
    assert_true(pl_wire_deribit_combo_legs(&packets.packet, 77, legs, count));
    assert_int_equal(packets_send(&packets), PL_OK);
    assert_int_equal(packets.decoder.count, 0);
    const struct pl_instrument *entry = decoder_entry(&packets.decoder, 77);
    assert_int_equal(entry->leg_count, count < PL_COMBO_LEGS_MAX ? count : PL_COMBO_LEGS_MAX);
    for (uint32_t i = 0; i < entry->leg_count; i++)
      assert_true(entry->legs[i].venue_id == 100 + i && entry->legs[i].size == 2 - (int)i);
  }
}

static void small_messages_are_decoded(void **state) {
  (void)state;
  assert_true(pl_wire_deribit_price_index(&packets.packet, "btc_usd", 50000.25, TIME_MS));
  assert_true(pl_wire_deribit_rfq(&packets.packet, &(struct pl_wire_rfq){77, 1, 0, 4, TIME_MS}));
  assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 5));
  assert_true(pl_wire_deribit_snapshot_end(&packets.packet));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event expected[] = {{.type = PL_EV_INDEX,
                                       .exch_ns = TIME_NS,
                                       .instrument = PL_INSTRUMENT_NONE,
                                       .price_e9 = 50000 * E9 + E9 / 4,
                                       .order_id = XXH3_64bits("btc_usd", 7),
                                       .side = PL_SIDE_NONE},
                                      {.type = PL_EV_STATUS,
                                       .exch_ns = TIME_NS,
                                       .aux = PL_COND_RFQ,
                                       .qty_e8 = 4 * E8,
                                       .side = PL_SIDE_NONE,
                                       .flags = END}};
  decoder_expect(&packets.decoder, expected, 2);
}

static void header_names_channel_home_and_sequence(void **state) {
  (void)state;
  static const uint32_t channels[][2] = {{0, 0}, {99, 99}, {100, 0}, {101, 1}, {65535, 65435}};
  for (uint32_t i = 0; i < COUNT(channels); i++) {
    struct pl_venue_head head;
    assert_true(pl_wire_deribit_begin(&packets.packet, packets.bytes, 100, (uint16_t)channels[i][0],
                                      0xfffffffe));
    size_t size = pl_wire_deribit_finish(&packets.packet);
    const struct pl_packet packet = {.data = packets.bytes, .size_bytes = (uint32_t)size};
    assert_int_equal(packets.decoder.venue->head(&packet, &head), PL_OK);
    assert_int_equal(head.channel_id, channels[i][0]);
    assert_int_equal(head.home_channel_id, channels[i][1]);
    assert_int_equal(head.seq, 0xfffffffe);
    assert_int_equal(head.seq_count, 1);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(book_is_decoded),
      TEST(book_without_levels_still_moves_the_chain),
      TEST(snapshot_is_decoded),
      TEST(ticker_is_decoded),
      TEST(case_19_ticker_with_nulls_is_decoded),
      TEST(trades_are_decoded),
      TEST(instruments_of_both_layouts_are_decoded),
      TEST(kinds_follow_kind_and_type),
      TEST(combo_legs_are_decoded),
      TEST(small_messages_are_decoded),
      TEST(header_names_channel_home_and_sequence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
