/* DEEP messages, field by field; where a venue's event ends; when a book begins. */
#include "tests/unit/dataplane/venue/deep_packets.h"

static struct deep deep;

static int setup(void **state) {
  (void)state;
  deep_open(&deep);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  decoder_close(&deep.decoder);
  return 0;
}

static void head_says_channel_session_and_sequence(void **state) {
  (void)state;
  const struct pl_wire_deep_head head = {PL_CHANNEL_IDS - 1, UINT32_MAX, 5, 1u << 20, 9};
  assert_true(pl_wire_deep_begin(&deep.packet, deep.bytes, sizeof deep.bytes, &head));
  deep_trade(&deep, "MSFT");
  deep_trade(&deep, "MSFT");
  assert_int_equal(deep_send(&deep), PL_OK);
  assert_int_equal(deep.decoder.head.channel_id, PL_CHANNEL_IDS - 1);
  assert_int_equal(deep.decoder.head.home_channel_id, PL_CHANNEL_IDS - 1);
  assert_false(deep.decoder.head.recovery);
  assert_int_equal(deep.decoder.head.session, UINT32_MAX);
  assert_int_equal(deep.decoder.head.seq, 1u << 20);
  assert_int_equal(deep.decoder.head.seq_count, 2);
}

static void heartbeat_takes_no_sequence(void **state) {
  (void)state;
  deep.seq = 42;
  deep_begin(&deep);
  assert_int_equal(deep_send(&deep), PL_OK);
  assert_int_equal(deep.decoder.head.seq, 42);
  assert_int_equal(deep.decoder.head.seq_count, 0);
  assert_int_equal(deep.decoder.count, 0);
}

static struct pl_event instrument_event(void) {
  return (struct pl_event){.type = PL_EV_INSTRUMENT,
                           .exch_ns = TIME_NS,
                           .price_e9 = 100000,
                           .qty_e8 = PL_E8,
                           .order_id = decoder_entry(&deep.decoder, deep_id("MSFT"))->name_hash,
                           .side = PL_KIND_SPOT};
}

static void level_names_its_instrument_and_sets_a_price(void **state) {
  (void)state;
  deep_level(&deep, 'B', "MSFT", 390, 367000, 1);
  deep_level(&deep, 'S', "MSFT", 0, 367700, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  const struct pl_event expected[] = {
      instrument_event(),
      {.type = PL_EV_LEVEL_SET,
       .exch_ns = TIME_NS,
       .price_e9 = INT64_C(36700000000),
       .qty_e8 = 390 * PL_E8,
       .side = PL_BID,
       .flags = PL_EVF_EVENT_END | PL_EVF_MESSAGE_END},
      {.type = PL_EV_LEVEL_SET,
       .exch_ns = TIME_NS,
       .price_e9 = INT64_C(36770000000),
       .side = PL_ASK,
       .flags = PL_EVF_EVENT_END | PL_EVF_MESSAGE_END | PL_EVF_FRAME_END},
  };
  decoder_expect(&deep.decoder, expected, COUNT(expected));
  const struct pl_instrument *entry = decoder_entry(&deep.decoder, deep_id("MSFT"));
  assert_string_equal(entry->name, "MSFT");
  assert_int_equal(entry->kind, PL_KIND_SPOT);
}

static void trade_carries_its_id_and_no_side(void **state) {
  (void)state;
  deep_trade(&deep, "MSFT");
  assert_int_equal(deep_send(&deep), PL_OK);
  const struct pl_event expected[] = {
      instrument_event(),
      {.type = PL_EV_TRADE,
       .exch_ns = TIME_NS,
       .price_e9 = INT64_C(99055000000),
       .qty_e8 = 50 * PL_E8,
       .order_id = 429974,
       .side = PL_SIDE_NONE,
       .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END},
  };
  decoder_expect(&deep.decoder, expected, COUNT(expected));
}

static void directory_message_is_an_instrument(void **state) {
  (void)state;
  const struct pl_wire_deep_about about = {0x80, TIME_NS, "MSFT"};
  for (uint32_t again = 0; again < 2; again++) {
    assert_true(pl_wire_deep_directory(&deep.packet, &about, 100, 990500, 1));
    assert_int_equal(deep_send(&deep), PL_OK);
    struct pl_event expected = instrument_event();
    expected.flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END;
    decoder_expect(&deep.decoder, &expected, 1);
  }
}

static void messages_that_say_nothing_here_are_skipped(void **state) {
  (void)state;
  const struct pl_wire_deep_about about = {1, TIME_NS, "MSFT"};
  const struct pl_wire_deep_trade broken = {about, 50, 990550, 429974};
  const struct pl_wire_deep_auction auction = {.about = about};
  assert_true(pl_wire_deep_system_event(&deep.packet, 'R', TIME_NS));
  assert_true(pl_wire_deep_retail(&deep.packet, &about));
  assert_true(pl_wire_deep_short_sale(&deep.packet, &about, 'A'));
  assert_true(pl_wire_deep_security_event(&deep.packet, &about));
  assert_true(pl_wire_deep_break(&deep.packet, &broken));
  assert_true(pl_wire_deep_official(&deep.packet, &about, 990500));
  assert_true(pl_wire_deep_auction(&deep.packet, &auction));
  assert_int_equal(deep_send(&deep), PL_OK);
  assert_int_equal(deep.decoder.head.seq_count, 7);
  assert_int_equal(deep.decoder.count, 0);
  assert_int_equal(pl_directory_count(deep.decoder.directory), 0);
  assert_int_equal(deep.decoder.venue->counters(deep.decoder.state)->messages_unknown, 0);
}

/* What a row of messages makes of the trading status: o open, c closed, - nothing said. */
static void status_and_halt_say_together_whether_it_trades(void **state) {
  (void)state;
  static const struct row {
    char type, code, says;
  } rows[] = {
      {'O', 'N', '-'}, {'O', 'O', 'c'}, {'H', 'T', 'c'}, {'O', 'O', '-'}, {'O', 'N', 'o'},
      {'H', 'T', '-'}, {'H', 'H', 'c'}, {'H', 'O', 'c'}, {'O', '?', 'c'}, {'O', 'N', 'c'},
      {'H', 'P', 'c'}, {'H', '?', 'c'}, {'H', 'T', 'o'}, {'O', 'N', '-'}, {'H', 0, 'c'},
  };
  static const char *const symbols[] = {"MSFT"};
  deep_trade(&deep, symbols[0]);
  assert_int_equal(deep_send(&deep), PL_OK);
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    (rows[i].type == 'H' ? deep_status : deep_halt)(&deep, "MSFT", rows[i].code);
    assert_int_equal(deep_send(&deep), PL_OK);
    deep_expect_shape(&deep, rows[i].says == '-' ? "" : "S");
    if (rows[i].says != '-')
      assert_int_equal(deep.decoder.events[0].aux,
                       rows[i].says == 'o' ? PL_COND_OPEN : PL_COND_CLOSED);
  }
}

static void first_halt_message_ends_with_the_instrument_alone(void **state) {
  (void)state;
  deep_halt(&deep, "MSFT", 'N');
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "I");
}

/* --- where an event ends --- */
static void case_11_level_in_transition_holds_the_end_back(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  deep_level(&deep, 'S', "MSFT", 0, 252000, 1);
  deep_level(&deep, 'S', "MSFT", 100, 253000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "lLL");
}

static void case_11_event_goes_on_in_later_packets(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  for (uint32_t i = 0; i < 3; i++) {
    deep_level(&deep, 'S', "MSFT", 0, 251000 + i, 0);
    assert_int_equal(deep_send(&deep), PL_OK);
    deep_expect_shape(&deep, "l");
    assert_int_equal(deep_send(&deep), PL_OK); /* a heartbeat ends nothing */
    assert_int_equal(deep.decoder.count, 0);
  }
  deep_level(&deep, 'S', "MSFT", 0, 252000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "L");
}

static void case_11_other_messages_do_not_end_a_transition(void **state) {
  (void)state;
  const struct pl_wire_deep_about about = {0, TIME_NS, "MSFT"};
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  deep_trade(&deep, "MSFT");
  deep_status(&deep, "MSFT", 'H');
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "lts");
  deep_trade(&deep, "MSFT");
  deep_halt(&deep, "MSFT", 'O');
  assert_true(pl_wire_deep_directory(&deep.packet, &about, 100, 1, 0));
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "tsi");
  deep_level(&deep, 'S', "MSFT", 0, 252000, 1);
  deep_trade(&deep, "MSFT");
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "LT");
}

static void case_11_each_instrument_has_its_own_event(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT", "INTC"}, 2);
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  deep_level(&deep, 'S', "INTC", 0, 251000, 1);
  deep_level(&deep, 'B', "INTC", 0, 251000, 0);
  deep_trade(&deep, "MSFT");
  deep_level(&deep, 'S', "MSFT", 0, 251000, 1);
  deep_trade(&deep, "INTC");
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "lLltLt");
}

/* The feed makes the books stale; what comes next is an event of its own. */
static void case_11_event_whose_end_was_lost_is_forgotten(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT", "INTC"}, 2);
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  deep_level(&deep, 'S', "INTC", 0, 251000, 0);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep.place.broken = true;
  deep_trade(&deep, "MSFT");
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "T");
  deep.place.broken = false;
  deep_trade(&deep, "INTC");
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "Tl");
}

static void case_11_loss_before_a_heartbeat_is_noticed(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  deep_level(&deep, 'S', "MSFT", 0, 251000, 0);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep.place.broken = true;
  assert_int_equal(deep_send(&deep), PL_OK);
  deep.place.broken = false;
  deep_trade(&deep, "MSFT");
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "T");
}

/* --- crossed books, halts --- */
static void case_12_crossed_levels_are_told_as_they_come(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  deep_level(&deep, 'B', "MSFT", 100, 252000, 0); /* crossed in the middle of an event */
  deep_level(&deep, 'S', "MSFT", 0, 251000, 1);
  deep_level(&deep, 'S', "MSFT", 100, 252000, 1); /* locked at its end: the book's to judge */
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "LlLL");
  assert_int_equal(deep.decoder.events[1].side, PL_BID);
  assert_int_equal(deep.decoder.events[3].price_e9, INT64_C(25200000000));
}

static void case_12_halt_is_told_before_what_follows(void **state) {
  (void)state;
  deep_know(&deep, (const char *const[]){"MSFT"}, 1);
  deep_status(&deep, "MSFT", 'H');
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  deep_status(&deep, "MSFT", 'T');
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "SLS");
  assert_int_equal(deep.decoder.events[0].aux, PL_COND_CLOSED);
  assert_int_equal(deep.decoder.events[2].aux, PL_COND_OPEN);
}

/* --- instruments and the beginning of books --- */
static void case_20_level_before_its_directory_message(void **state) {
  (void)state;
  const struct pl_wire_deep_about about = {0, TIME_NS, "MSFT"};
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  assert_true(pl_wire_deep_directory(&deep.packet, &about, 100, 1, 0));
  deep_level(&deep, 'S', "MSFT", 100, 252000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "iLIL");
  for (uint32_t i = 0; i < 4; i++) assert_int_equal(deep.decoder.events[i].instrument, 0);
}

static void case_20_symbol_added_in_mid_day(void **state) {
  (void)state;
  deep.place.whole = true;
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "icL");
  deep_level(&deep, 'S', "MSFT", 100, 252000, 1);
  deep_level(&deep, 'S', "MSFTX", 100, 251000, 0);
  deep_level(&deep, 'S', "MSFTX", 100, 251000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "LiclL");
  assert_int_equal(deep.decoder.events[2].aux, 1);
  assert_int_equal(deep.decoder.events[2].instrument, 1);
  assert_string_equal(pl_directory_name(deep.decoder.directory, 1), "MSFTX");
}

static void case_20_directory_full_costs_the_newcomer_alone(void **state) {
  (void)state;
  static const char *const symbols[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
  const struct pl_wire_deep_about about = {0, TIME_NS, "NEW"};
  deep_know(&deep, symbols, INSTRUMENTS);
  deep_level(&deep, 'S', "NEW", 100, 251000, 0);
  deep_trade(&deep, "NEW");
  deep_status(&deep, "NEW", 'H');
  deep_halt(&deep, "NEW", 'O');
  assert_true(pl_wire_deep_directory(&deep.packet, &about, 100, 1, 0));
  deep_level(&deep, 'B', "H", 100, 251000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "L");
  assert_int_equal(deep.decoder.events[0].instrument, 7);
  assert_int_equal(deep.decoder.venue->counters(deep.decoder.state)->instruments_full, 5);
}

static void case_20_run_begins_anew_under_the_same_session(void **state) {
  (void)state;
  deep.place.whole = true;
  deep_level(&deep, 'S', "MSFT", 100, 251000, 0);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "icl");
  deep.place.broken = true; /* as the line says it: not continuous, but whole */
  assert_int_equal(deep_send(&deep), PL_OK);
  deep.place.broken = false;
  deep_trade(&deep, "MSFT");
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "TcL");
}

static void book_joined_late_does_not_begin(void **state) {
  (void)state;
  deep_level(&deep, 'S', "MSFT", 100, 251000, 1);
  assert_int_equal(deep_send(&deep), PL_OK);
  deep_expect_shape(&deep, "iL");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(head_says_channel_session_and_sequence),
      TEST(heartbeat_takes_no_sequence),
      TEST(level_names_its_instrument_and_sets_a_price),
      TEST(trade_carries_its_id_and_no_side),
      TEST(directory_message_is_an_instrument),
      TEST(messages_that_say_nothing_here_are_skipped),
      TEST(status_and_halt_say_together_whether_it_trades),
      TEST(first_halt_message_ends_with_the_instrument_alone),
      TEST(case_11_level_in_transition_holds_the_end_back),
      TEST(case_11_event_goes_on_in_later_packets),
      TEST(case_11_other_messages_do_not_end_a_transition),
      TEST(case_11_each_instrument_has_its_own_event),
      TEST(case_11_event_whose_end_was_lost_is_forgotten),
      TEST(case_11_loss_before_a_heartbeat_is_noticed),
      TEST(case_12_crossed_levels_are_told_as_they_come),
      TEST(case_12_halt_is_told_before_what_follows),
      TEST(case_20_level_before_its_directory_message),
      TEST(case_20_symbol_added_in_mid_day),
      TEST(case_20_directory_full_costs_the_newcomer_alone),
      TEST(case_20_run_begins_anew_under_the_same_session),
      TEST(book_joined_late_does_not_begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
