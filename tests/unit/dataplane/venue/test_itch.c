/* What each ITCH message becomes, field by field; time; and which instrument a locate code means.
 */
#include "tests/unit/dataplane/venue/itch_packets.h"

#include <xxhash.h>

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

static void expect(const struct pl_event *events, uint32_t count) {
  decoder_expect(&packets.decoder, events, count);
}

#define EVENT(kind, index, ...)                                                                    \
  { .exch_ns = RECV_NS, .type = (kind), .instrument = (index), __VA_ARGS__ }

static void header_is_read(void **state) {
  (void)state;
  uint64_t session = 0;
  for (uint32_t i = 0; i < 10; i++) {
    char name[] = SESSION;
    name[i] ^= 1;
    assert_true(pl_wire_itch_begin(&packets.wire, packets.bytes, sizeof packets.bytes, name,
                                   UINT64_C(0x0102030405060708)));
    packets_put_add(&packets, 1, 1, "AAPL");
    packets_put_add(&packets, 1, 2, "AAPL");
    assert_int_equal(packets_send(&packets), PL_OK);
    const struct pl_venue_head *head = &packets.decoder.head;
    assert_int_equal(head->channel_id + head->home_channel_id + head->recovery, 0);
    assert_int_equal(head->seq, UINT64_C(0x0102030405060708));
    assert_int_equal(head->seq_count, 2);
    assert_true(head->session != 0 && head->session != session); /* every byte of it tells */
    session = head->session;
  }
}

static void heartbeat_takes_no_sequence(void **state) {
  (void)state;
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.head.seq_count, 0);
  assert_int_equal(packets.decoder.head.seq, 1);
  assert_int_equal(packets.decoder.count, 0);
}

static void stock_becomes_an_instrument(void **state) {
  (void)state;
  packets_put_stock(&packets, 13, "BRK.A");
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event events[] = {EVENT(PL_EV_INSTRUMENT, 0, .price_e9 = TICK_E9, .qty_e8 = PL_E8,
                                          .order_id = XXH3_64bits("BRK.A", 5), .side = PL_KIND_SPOT,
                                          .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END)};
  expect(events, COUNT(events));
  struct pl_instrument *entry = decoder_entry(&packets.decoder, 13);
  assert_string_equal(entry->name, "BRK.A");
  assert_int_equal(entry->kind, PL_KIND_SPOT);
  assert_int_equal(entry->tick_e9, TICK_E9);
  assert_int_equal(entry->contract_size_e8, PL_E8);
}

static void orders_become_order_events(void **state) {
  (void)state;
  packets_name(&packets, 7, "AAPL");
  struct pl_wire_itch *wire = &packets.wire;
  const struct pl_wire_itch_head head = HEAD(7);
  const uint64_t ref = UINT64_C(0xfedcba9876543210);
  assert_true(pl_wire_itch_add(
      wire, &(struct pl_wire_itch_add){head, ref, 'B', 123, "AAPL", 1234567, NULL}));
  assert_true(pl_wire_itch_add(
      wire, &(struct pl_wire_itch_add){head, 2, 'S', UINT32_MAX, "AAPL", 0, "MPID"}));
  assert_true(pl_wire_itch_cancel(wire, &head, ref, 23));
  assert_true(
      pl_wire_itch_replace(wire, &(struct pl_wire_itch_replace){head, ref, ref + 1, 77, 1234600}));
  assert_true(pl_wire_itch_delete(wire, &head, ref + 1));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event events[] = {
      EVENT(PL_EV_ORDER_ADD, 0, .order_id = ref, .price_e9 = INT64_C(123456700000),
            .qty_e8 = 123 * PL_E8, .side = PL_BID, .flags = ORDER_END),
      EVENT(PL_EV_ORDER_ADD, 0, .order_id = 2, .qty_e8 = UINT32_MAX * PL_E8, .side = PL_ASK,
            .flags = ORDER_END),
      EVENT(PL_EV_ORDER_REDUCE, 0, .order_id = ref, .qty_e8 = 23 * PL_E8, .side = PL_SIDE_NONE,
            .flags = ORDER_END),
      EVENT(PL_EV_ORDER_REPLACE, 0, .order_id = ref, .aux = ref + 1,
            .price_e9 = INT64_C(123460000000), .qty_e8 = 77 * PL_E8, .side = PL_SIDE_NONE,
            .flags = ORDER_END),
      EVENT(PL_EV_ORDER_DELETE, 0, .order_id = ref + 1, .side = PL_SIDE_NONE,
            .flags = ORDER_END | PL_EVF_FRAME_END),
  };
  expect(events, COUNT(events));
}

/* The book loses at the order's own price, whatever the execution's was. */
static void case_17_executions_at_the_orders_price_and_at_another(void **state) {
  (void)state;
  packets_name(&packets, 7, "AAPL");
  struct pl_wire_itch *wire = &packets.wire;
  const struct pl_wire_itch_head head = HEAD(7);
  assert_true(
      pl_wire_itch_execution(wire, &(struct pl_wire_itch_execution){head, 3, 40, 901, 0, 0}));
  assert_true(pl_wire_itch_execution(
      wire, &(struct pl_wire_itch_execution){head, 3, 50, 902, 'Y', 990000}));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event events[] = {
      EVENT(PL_EV_ORDER_REDUCE, 0, .order_id = 3, .qty_e8 = 40 * PL_E8, .side = PL_SIDE_NONE,
            .flags = PL_EVF_ORDERS | PL_EVF_MESSAGE_END),
      EVENT(PL_EV_TRADE, 0, .order_id = 901, .qty_e8 = 40 * PL_E8, .side = PL_SIDE_NONE,
            .flags = PL_EVF_EVENT_END),
      EVENT(PL_EV_ORDER_REDUCE, 0, .order_id = 3, .qty_e8 = 50 * PL_E8, .side = PL_SIDE_NONE,
            .flags = PL_EVF_ORDERS | PL_EVF_MESSAGE_END),
      EVENT(PL_EV_TRADE, 0, .order_id = 902, .price_e9 = 99 * PL_E9, .qty_e8 = 50 * PL_E8,
            .side = PL_SIDE_NONE, .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END),
  };
  expect(events, COUNT(events));
}

static void case_17_non_printable_execution_is_no_trade(void **state) {
  (void)state;
  packets_name(&packets, 7, "AAPL");
  assert_true(pl_wire_itch_execution(
      &packets.wire, &(struct pl_wire_itch_execution){HEAD(7), 3, 50, 902, 'N', 990000}));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event events[] = {EVENT(PL_EV_ORDER_REDUCE, 0, .order_id = 3,
                                          .qty_e8 = 50 * PL_E8, .side = PL_SIDE_NONE,
                                          .flags = ORDER_END | PL_EVF_FRAME_END)};
  expect(events, COUNT(events));
}

static void trades_and_crosses_touch_no_book(void **state) {
  (void)state;
  packets_name(&packets, 7, "AAPL");
  struct pl_wire_itch *wire = &packets.wire;
  const struct pl_wire_itch_head head = HEAD(7);
  assert_true(
      pl_wire_itch_trade(wire, &(struct pl_wire_itch_trade){head, 5, 'S', 9, "AAPL", 20000, 77}));
  assert_true(pl_wire_itch_cross(
      wire, &(struct pl_wire_itch_cross){head, 10000000000, "AAPL", 30000, 78, 'C'}));
  assert_true(pl_wire_itch_cross(wire, &(struct pl_wire_itch_cross){head, 0, "AAPL", 0, 79, 'O'}));
  assert_int_equal(packets_send(&packets), PL_OK);
  const struct pl_event events[] = {
      EVENT(PL_EV_TRADE, 0, .order_id = 77, .price_e9 = 2 * PL_E9, .qty_e8 = 9 * PL_E8,
            .side = PL_SIDE_NONE, .flags = PL_EVF_EVENT_END),
      EVENT(PL_EV_TRADE, 0, .order_id = 78, .price_e9 = 3 * PL_E9, .qty_e8 = PL_QTY_E8_MAX,
            .side = PL_SIDE_NONE, .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END),
  };
  expect(events, COUNT(events));
}

static void case_12_trading_state_is_told(void **state) {
  (void)state;
  static const struct {
    char state;
    uint8_t condition;
  } rows[] = {
      {'H', PL_COND_CLOSED}, {'P', PL_COND_CLOSED}, {'Q', PL_COND_CLOSED}, {'T', PL_COND_OPEN}};
  packets_name(&packets, 7, "AAPL");
  assert_int_equal(decoder_entry(&packets.decoder, 7)->state, PL_DIRECTORY_STATE_UNKNOWN);
  for (uint32_t i = 0; i < COUNT(rows); i++) {
    assert_true(pl_wire_itch_action(
        &packets.wire, &(struct pl_wire_itch_action){HEAD(7), "AAPL", rows[i].state, "LUDP"}));
    assert_int_equal(packets_send(&packets), PL_OK);
    const struct pl_event events[] = {EVENT(PL_EV_STATUS, 0, .aux = rows[i].condition,
                                            .side = PL_SIDE_NONE,
                                            .flags = PL_EVF_EVENT_END | PL_EVF_FRAME_END)};
    expect(events, COUNT(events));
    assert_int_equal(decoder_entry(&packets.decoder, 7)->state, rows[i].state);
  }
}

/* Each message is whole in itself, however the packets cut them: the ends are the same. */
static void case_11_ends_do_not_depend_on_packets(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_put_all(&packets);
  assert_int_equal(packets_send(&packets), PL_OK);
  uint32_t ends = 0, message_ends = 0, frame_ends = 0;
  for (uint32_t i = 0; i < packets.decoder.count; i++) {
    uint8_t flags = packets.decoder.events[i].flags;
    ends += (flags & PL_EVF_EVENT_END) != 0;
    message_ends += (flags & PL_EVF_MESSAGE_END) != 0;
    frame_ends += (flags & PL_EVF_FRAME_END) != 0;
  }
  assert_int_equal(packets.decoder.count, 14); /* 11 messages, 2 trades of executions, a clear */
  assert_int_equal(ends, 11);
  assert_int_equal(message_ends, 7); /* A F E C X U D */
  assert_int_equal(frame_ends, 1);
  assert_true(packets.decoder.events[13].flags & PL_EVF_FRAME_END);
}

static void book_begins_empty_once_a_run(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_name(&packets, 7, "AAPL");
  packets_put_add(&packets, 7, 1, "AAPL");
  packets_put_add(&packets, 7, 2, "AAPL");
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 3);
  assert_int_equal(packets.decoder.events[0].type, PL_EV_BOOK_CLEAR);
  assert_int_equal(packets.decoder.events[0].aux, 1);
  assert_int_equal(packets.decoder.events[0].flags, 0);
  packets_put_add(&packets, 7, 3, "AAPL");
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 1);
  packets.place.broken = true; /* lost something: from here on nobody knows the book */
  packets.place.whole = false;
  packets_put_add(&packets, 7, 4, "AAPL");
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 1);
  packets.place.whole = true; /* a new run */
  packets_put_add(&packets, 7, 5, "AAPL");
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 2);
  assert_int_equal(packets.decoder.events[0].type, PL_EV_BOOK_CLEAR);
}

static void trade_does_not_begin_a_book(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_name(&packets, 7, "AAPL");
  assert_true(pl_wire_itch_trade(
      &packets.wire, &(struct pl_wire_itch_trade){HEAD(7), 0, 'B', 9, "AAPL", 20000, 77}));
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(header_is_read),
      TEST(heartbeat_takes_no_sequence),
      TEST(stock_becomes_an_instrument),
      TEST(orders_become_order_events),
      TEST(case_17_executions_at_the_orders_price_and_at_another),
      TEST(case_17_non_printable_execution_is_no_trade),
      TEST(trades_and_crosses_touch_no_book),
      TEST(case_12_trading_state_is_told),
      TEST(case_11_ends_do_not_depend_on_packets),
      TEST(book_begins_empty_once_a_run),
      TEST(trade_does_not_begin_a_book),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
