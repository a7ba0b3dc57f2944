/* CME books: how levels chain by their report numbers, where events end, references of orders, and
 * books that are emptied or change their prices. */
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

static const struct pl_event *event_at(uint32_t i) {
  assert_true(i < cme.decoder.count);
  return &cme.decoder.events[i];
}

static uint32_t previous_at(uint32_t i) {
  assert_int_equal(event_at(i)->type, PL_EV_LEVEL_AT);
  return PL_LEVEL_AT_PREVIOUS(event_at(i)->aux);
}

/* How many of the last packet's events end an instrument's event, and the last one that does. */
static uint32_t ends_of(int32_t id, uint32_t *ret_last) {
  uint32_t ends = 0;
  for (uint32_t i = 0; i < cme.decoder.count; i++)
    if (pl_directory_entry(cme.decoder.directory, event_at(i)->instrument)->venue_id ==
            (uint64_t)id &&
        event_at(i)->flags & PL_EVF_EVENT_END)
      ends++, *ret_last = i;
  return ends;
}

static void send(void) {
  assert_int_equal(cme_send(&cme), PL_OK);
}

static void levels_chain_as_far_as_no_number_is_missing(void **state) {
  (void)state;
  cme_put_level(&cme, 0, ID, 10, '0'); /* first heard: what was before is not known */
  assert_true(pl_wire_cme_volume(&cme.packet, TIME_NS, 0, ID, 11, 1, false));
  cme_put_level(&cme, 0, ID, 12, '0'); /* number 11 was no level */
  cme_put_level(&cme, 0, ID, 14, '1'); /* number 13 might have been one */
  cme_put_level(&cme, 0, ID, 15, '0');
  send();
  assert_int_equal(previous_at(0), 9);
  assert_int_equal(previous_at(1), 10);
  assert_int_equal(previous_at(2), 13);
  assert_int_equal(previous_at(3), 14);
}

static void every_template_with_numbers_takes_its_own(void **state) {
  (void)state;
  static const struct pl_wire_cme_trade trade = {ID, 0, 1, 1, 0, E9, 1};
  static const struct {
    uint16_t template_id, entry_bytes;
    uint8_t id_at, number_at;
  } shapes[] = {{37, 16, 4, 8},  {49, 32, 12, 16}, {50, 32, 24, 28},
                {51, 24, 8, 12}, {66, 24, 8, 12},  {67, 32, 16, 20}};
  uint32_t number = 1;
  cme_put_level(&cme, 0, ID, number, '0');
  for (uint32_t i = 0; i < COUNT(shapes); i++) {
    uint8_t body[11 + 3 + 32] = {[11] = (uint8_t)shapes[i].entry_bytes, [13] = 1};
    memcpy(body + 14 + shapes[i].id_at, &(int32_t){ID}, 4);
    memcpy(body + 14 + shapes[i].number_at, &(uint32_t){++number}, 4);
    assert_true(pl_wire_cme_raw(&cme.packet, shapes[i].template_id, 1, 11, body,
                                14u + shapes[i].entry_bytes));
  }
  for (uint32_t i = 0; i < 2; i++) {
    struct pl_wire_cme_trade numbered = trade;
    numbered.number = ++number;
    assert_true(pl_wire_cme_trades(
        &cme.packet, &(struct pl_wire_cme_trades){TIME_NS, 0, i == 1, &numbered, 1, NULL, 0}));
  }
  cme_put_level(&cme, 0, ID, number + 1, '0');
  send();
  assert_int_equal(cme.decoder.count, 4);
  assert_int_equal(previous_at(3), 1); /* nothing missing between: the level before is number 1 */
}

static void case_16_implied_book_chains_apart(void **state) {
  (void)state;
  static const char types[] = {'0', 'E', '1', 'F', '0'};
  static const uint32_t before[] = {0, 0, 1, 2, 3};
  for (uint32_t i = 0; i < COUNT(types); i++) cme_put_level(&cme, 0, ID, i + 1, types[i]);
  send();
  for (uint32_t i = 0; i < COUNT(types); i++) {
    bool implied = types[i] == 'E' || types[i] == 'F';
    assert_int_equal(previous_at(i), before[i]);
    assert_int_equal(event_at(i)->flags & PL_EVF_IMPLIED, implied ? PL_EVF_IMPLIED : 0);
    assert_int_equal(PL_LEVEL_AT_DEPTH_MAX(event_at(i)->aux), implied ? 2 : 10);
  }
}

static void case_16_all_level_actions(void **state) {
  (void)state;
  static const uint8_t actions[] = {PL_LEVEL_INSERT,      PL_LEVEL_CHANGE,      PL_LEVEL_DELETE,
                                    PL_LEVEL_DELETE_THRU, PL_LEVEL_DELETE_FROM, PL_LEVEL_OVERLAY};
  for (uint8_t action = 0; action < COUNT(actions); action++) {
    bool deletes = action >= 2 && action <= 4;
    const struct pl_wire_cme_level level = {ID,
                                            action + 1u,
                                            '1',
                                            action,
                                            (uint8_t)(action + 1),
                                            deletes ? INT64_MAX : 5 * E9,
                                            deletes ? INT64_MAX : 6};
    cme_put_levels(&cme, 0, &level, 1);
  }
  send();
  for (uint32_t i = 0; i < COUNT(actions); i++) {
    bool deletes = i >= 2 && i <= 4;
    assert_int_equal(PL_LEVEL_AT_ACTION(event_at(i)->aux), actions[i]);
    assert_int_equal(PL_LEVEL_AT_POSITION(event_at(i)->aux), i + 1);
    assert_int_equal(event_at(i)->price_e9, deletes ? 0 : 5 * E9);
    assert_int_equal(event_at(i)->qty_e8, deletes ? 0 : 6 * E8);
    assert_int_equal(event_at(i)->side, PL_ASK);
  }
}

static void case_16_reference_counts_filtered_entries(void **state) {
  (void)state;
  static const struct pl_wire_cme_level levels[] = {{ID, 1, 'w', 0, 1, 90 * E9, 1},
                                                    {ID, 2, 'E', 0, 1, 91 * E9, 1},
                                                    {ID, 3, '0', 0, 1, 92 * E9, 1},
                                                    {ID, 4, 'x', 0, 1, 93 * E9, 1},
                                                    {ID + 1, 1, '1', 0, 1, 94 * E9, 1}};
  static const struct pl_wire_cme_reference orders[] = {
      {73, 1, 1, 3, 0}, {75, 1, 1, 5, 0},   {71, 1, 1, 1, 0}, {72, 1, 1, 2, 0},
      {74, 1, 1, 0, 0}, {76, 1, 1, 255, 0}, {77, 1, 1, 6, 0}};
  assert_true(pl_wire_cme_book(
      &cme.packet, &(struct pl_wire_cme_book){TIME_NS, 0x80, false, levels, 5, orders, 7}));
  send();
  assert_int_equal(cme.decoder.count, 5); /* three levels, two orders */
  assert_int_equal(event_at(3)->order_id, 73);
  assert_int_equal(event_at(3)->price_e9, 92 * E9);
  assert_int_equal(event_at(3)->side, PL_BID);
  assert_int_equal(event_at(3)->instrument, 0);
  assert_int_equal(event_at(4)->order_id, 75);
  assert_int_equal(event_at(4)->price_e9, 94 * E9);
  assert_int_equal(event_at(4)->side, PL_ASK);
  assert_int_equal(event_at(4)->instrument, 1);
  assert_int_equal(cme.decoder.venue->counters(cme.decoder.state)->orders_unplaced, 5);
  uint32_t last = 0;
  assert_int_equal(ends_of(ID, &last), 1);
  assert_int_equal(last, 3);
  assert_int_equal(ends_of(ID + 1, &last), 1);
  assert_int_equal(last, 4);
}

/* An order whose level went with a null price keeps its own. */
static void reference_to_a_level_without_price(void **state) {
  (void)state;
  static const struct pl_wire_cme_level level = {ID, 1,         '0',      PL_WIRE_CME_DELETE,
                                                 1,  INT64_MAX, INT64_MAX};
  struct pl_wire_cme_reference order = {71, 9, 5, 1, 1};
  const struct pl_wire_cme_book book = {TIME_NS, 0x80, false, &level, 1, &order, 1};
  assert_true(pl_wire_cme_book(&cme.packet, &book));
  send();
  assert_int_equal(event_at(1)->type, PL_EV_ORDER_CHANGE);
  assert_int_equal(event_at(1)->price_e9, PL_PRICE_NONE);
  order.action = 0; /* a new one has none to keep */
  assert_true(pl_wire_cme_book(&cme.packet, &book));
  assert_int_equal(cme_send(&cme), PL_E_VALUE);
}

static void case_16_book_reset_empties_one_instrument(void **state) {
  (void)state;
  cme_put_level(&cme, 0, ID, 7, '0');
  cme_put_level(&cme, 0, ID, 8, 'J');
  cme_put_level(&cme, 0, ID, 9, '0');
  cme_put_level(&cme, 0, ID + 1, 3, '0');
  send();
  assert_int_equal(event_at(1)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(1)->aux, 1);
  assert_int_equal(previous_at(2), 0); /* from nothing */
  assert_int_equal(previous_at(3), 2);
}

static void case_16_channel_reset_empties_all_books(void **state) {
  (void)state;
  for (int32_t i = 0; i < 3; i++) cme_put_level(&cme, 0x80, ID + i, 50, '0');
  send();
  assert_true(pl_wire_cme_reset(&cme.packet, TIME_NS, 0x80));
  struct pl_venue_verdict verdict;
  const struct pl_packet packet = {.data = cme.bytes, .size_bytes = (uint32_t)cme.packet.size};
  assert_int_equal(cme.decoder.venue->judge(&packet, &verdict), PL_OK);
  assert_true(verdict.empties); /* the feed clears them, test_feed_venue.c */
  send();
  for (int32_t i = 0; i < 3; i++) cme_put_level(&cme, 0x80, ID + i, 1 + (uint32_t)i, '0');
  send();
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(previous_at(i), 0);
  cme_put_level(&cme, 0x80, ID, 2, '0');
  assert_true(pl_wire_cme_reset(&cme.packet, TIME_NS, 0x80)); /* which half would it empty? */
  assert_int_equal(cme_send(&cme), PL_E_VALUE);
}

static void books_of_a_whole_run_begin_from_nothing(void **state) {
  (void)state;
  cme.whole = true;
  cme_put_level(&cme, 0x80, ID, 5, '0');
  cme_put_level(&cme, 0x80, ID, 6, 'E');
  cme_put_order(&cme, 0x80, ID + 1, 71, 0);
  cme_put_level(&cme, 0x80, ID + 1, 9, '0');
  send();
  assert_int_equal(cme.decoder.count, 6);
  assert_int_equal(event_at(0)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(0)->aux, 1);
  assert_int_equal(previous_at(1), 0);
  assert_int_equal(previous_at(2), 0);
  assert_int_equal(event_at(3)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(4)->type, PL_EV_ORDER_ADD);
  assert_int_equal(previous_at(5), 0);
}

static void case_11_event_across_packets_and_instruments(void **state) {
  (void)state;
  uint32_t last = 0;
  cme_put_level(&cme, 0, ID, 1, '0');
  cme_put_level(&cme, 0, ID + 1, 1, '0');
  send();
  assert_int_equal(ends_of(ID, &last) + ends_of(ID + 1, &last), 0);
  cme_put_order(&cme, 0x05, ID, 71, 0); /* last trade, last quote: not the end */
  send();
  assert_int_equal(ends_of(ID, &last), 0);
  cme_put_level(&cme, 0x84, ID + 1, 2, '1');
  cme_put_level(&cme, 0, ID + 2, 1, '0'); /* the next event */
  send();
  assert_int_equal(cme.decoder.count, 3);
  assert_int_equal(ends_of(ID, &last), 1);
  assert_int_equal(event_at(last)->type, PL_EV_NONE);
  assert_int_equal(ends_of(ID + 1, &last), 1);
  assert_int_equal(last, 0);
  assert_int_equal(ends_of(ID + 2, &last), 0);
  cme_put_levels(&cme, 0x80, NULL, 0); /* the venue's way to only say the end */
  send();
  assert_int_equal(cme.decoder.count, 1);
  assert_int_equal(ends_of(ID + 2, &last), 1);
}

static void case_11_end_of_the_event_is_lost(void **state) {
  (void)state;
  uint32_t last = 0;
  cme_put_level(&cme, 0, ID, 1, '0');
  send();
  cme.broken = true;
  cme_put_level(&cme, 0x80, ID + 1, 1, '0');
  send();
  assert_int_equal(ends_of(ID, &last), 0); /* nobody knows whether it was whole */
  assert_int_equal(ends_of(ID + 1, &last), 1);
  cme_put_level(&cme, 0x80, ID, 3, '0');
  send();
  assert_int_equal(ends_of(ID, &last), 1);
}

/* Messages of which nothing else is read say the end as well. */
static void end_counts_in_skipped_messages(void **state) {
  (void)state;
  static const struct {
    uint16_t template_id, block_bytes;
    uint8_t event_at;
  } skipped[] = {{39, 35, 31}, {59, 13, 8}, {60, 30, 20}, {62, 11, 8}, {30, 30, 26}, {37, 11, 8}};
  for (uint32_t i = 0; i < COUNT(skipped); i++) {
    uint32_t last = 0;
    uint8_t body[40] = {0};
    cme_put_level(&cme, 0, ID, i + 1, '0');
    send();
    assert_int_equal(ends_of(ID, &last), 0);
    body[skipped[i].event_at] = 0x80;
    if (skipped[i].template_id == 30) memcpy(body + 20, &(int32_t){INT32_MAX}, 4);
    assert_true(pl_wire_cme_raw(&cme.packet, skipped[i].template_id, 1, skipped[i].block_bytes,
                                body, skipped[i].block_bytes + 3u));
    send();
    assert_int_equal(ends_of(ID, &last), 1);
  }
}

static void state_within_an_event_does_not_end_it(void **state) {
  (void)state;
  uint32_t last = 0;
  const struct pl_wire_cme_status status = {TIME_NS, "ES", "", ID, 0, 2};
  cme_put_level(&cme, 0, ID, 1, '0');
  assert_true(pl_wire_cme_status(&cme.packet, &status));
  send();
  assert_int_equal(cme.decoder.count, 2);
  assert_int_equal(ends_of(ID, &last), 0);
  const struct pl_wire_cme_status open = {TIME_NS, "ES", "", ID, 0, 17};
  assert_true(pl_wire_cme_status(&cme.packet, &open)); /* in a packet of its own */
  send();
  assert_int_equal(ends_of(ID, &last), 0);
  cme_put_levels(&cme, 0x80, NULL, 0);
  send();
  assert_int_equal(ends_of(ID, &last), 1);
}

static void case_20_book_before_its_definition(void **state) {
  (void)state;
  cme_put_level(&cme, 0x80, ID, 1, '0');
  send();
  assert_int_equal(event_at(0)->price_e9, 100 * E9);
  cme_put_definition(&cme, ID, E9); /* a factor of one changes nothing */
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(event_at(0)->type, PL_EV_INSTRUMENT);
  cme_put_definition(&cme, ID, E9 / 100);
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(event_at(0)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(0)->aux, 0); /* not empty: not known */
  assert_int_equal(event_at(1)->type, PL_EV_INSTRUMENT);
  assert_int_equal(event_at(1)->price_e9, E9 / 4);
  cme_put_definition(&cme, ID, E9 / 100); /* the loop comes round */
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(cme.decoder.count, 1);
  cme_put_level(&cme, 0x80, ID, 2, '0');
  send();
  assert_int_equal(cme.decoder.count, 1);
  assert_int_equal(event_at(0)->price_e9, E9);
  assert_int_equal(decoder_entry(&cme.decoder, ID)->channel, UPDATES);
}

static void case_20_instrument_deleted_and_listed_again(void **state) {
  (void)state;
  struct pl_wire_cme_definition definition = cme_definition(54, ID);
  definition.total = PL_WIRE_CME_TOTAL_NULL; /* intraday, in the stream of updates */
  static const char actions[] = {'A', 'D', 'A', 'M'};
  static const uint32_t conditions[] = {PL_COND_OPEN, PL_COND_CLOSED, PL_COND_OPEN, PL_COND_COUNT};
  for (uint32_t i = 0; i < COUNT(actions); i++) {
    definition.action = actions[i];
    assert_true(pl_wire_cme_definition(&cme.packet, &definition));
    send();
    assert_false(cme.decoder.head.recovery);
    assert_int_equal(cme.decoder.count, conditions[i] == PL_COND_COUNT ? 1 : 2);
    if (cme.decoder.count == 2) assert_int_equal(event_at(1)->aux, conditions[i]);
  }
}

static void case_20_id_reuse_is_another_instrument(void **state) {
  (void)state;
  struct pl_wire_cme_definition definition = cme_definition(54, ID);
  assert_true(pl_wire_cme_definition(&cme.packet, &definition));
  send();
  definition.symbol = "OTHER";
  assert_true(pl_wire_cme_definition(&cme.packet, &definition));
  send();
  assert_int_equal(event_at(0)->type, PL_EV_STATUS);
  assert_int_equal(event_at(0)->aux, PL_COND_CLOSED);
  assert_int_equal(event_at(0)->instrument, 0);
  assert_int_equal(event_at(1)->type, PL_EV_INSTRUMENT);
  assert_int_equal(event_at(1)->instrument, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(levels_chain_as_far_as_no_number_is_missing),
      TEST(every_template_with_numbers_takes_its_own),
      TEST(case_16_implied_book_chains_apart),
      TEST(case_16_all_level_actions),
      TEST(case_16_reference_counts_filtered_entries),
      TEST(reference_to_a_level_without_price),
      TEST(case_16_book_reset_empties_one_instrument),
      TEST(case_16_channel_reset_empties_all_books),
      TEST(books_of_a_whole_run_begin_from_nothing),
      TEST(case_11_event_across_packets_and_instruments),
      TEST(case_11_end_of_the_event_is_lost),
      TEST(end_counts_in_skipped_messages),
      TEST(state_within_an_event_does_not_end_it),
      TEST(case_20_book_before_its_definition),
      TEST(case_20_instrument_deleted_and_listed_again),
      TEST(case_20_id_reuse_is_another_instrument),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
