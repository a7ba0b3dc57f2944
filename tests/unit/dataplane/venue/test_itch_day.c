/* What lasts beyond a message: which stock a locate code means, the session, the time of day. */
#include "tests/unit/dataplane/venue/itch_packets.h"

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

static const struct pl_venue_counters *counters(void) {
  return packets.decoder.venue->counters(packets.decoder.state);
}

static const struct pl_event *event_at(uint32_t index) {
  assert_true(index < packets.decoder.count);
  return &packets.decoder.events[index];
}

static void send(uint32_t events) {
  assert_int_equal(packets_send(&packets), PL_OK);
  assert_int_equal(packets.decoder.count, events);
}

static void case_20_order_before_its_directory_names_the_stock(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_put_add(&packets, 5, 1, "ZVZZT");
  send(3);
  assert_int_equal(event_at(0)->type, PL_EV_INSTRUMENT);
  assert_int_equal(event_at(0)->flags, PL_EVF_EVENT_END);
  assert_int_equal(event_at(1)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(2)->type, PL_EV_ORDER_ADD);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 0), "ZVZZT");
  packets_put_stock(&packets, 5, "ZVZZT"); /* the directory follows: the same instrument */
  packets_put_add(&packets, 5, 2, "ZVZZT");
  send(2);
  assert_int_equal(event_at(0)->instrument + event_at(1)->instrument, 0);
}

static void case_20_stock_added_in_mid_day(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_name(&packets, 1, "AAPL");
  packets_put_add(&packets, 1, 1, "AAPL");
  send(2);
  packets_put_stock(&packets, 9000, "NEWCO");
  packets_put_add(&packets, 9000, 2, "NEWCO");
  send(3);
  assert_int_equal(event_at(1)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(2)->instrument, 1);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 1), "NEWCO");
}

static void case_20_full_directory_is_counted(void **state) {
  (void)state;
  for (uint16_t i = 0; i < INSTRUMENTS; i++) packets_put_add(&packets, i, i, "AAPL");
  send(2 * INSTRUMENTS);
  const struct pl_wire_itch_head head = HEAD(INSTRUMENTS);
  packets_put_stock(&packets, INSTRUMENTS, "LATE");
  packets_put_add(&packets, INSTRUMENTS, 1, "LATE");
  assert_true(pl_wire_itch_delete(&packets.wire, &head, 1));
  assert_true(
      pl_wire_itch_action(&packets.wire, &(struct pl_wire_itch_action){head, "LATE", 'T', ""}));
  packets_put_add(&packets, 0, 2, "AAPL");
  send(1); /* those that have a place go on */
  assert_int_equal(counters()->instruments_full, 4);
  assert_int_equal(counters()->messages_headless, 0);
}

/* Joined late: what names no stock speaks of an order that nobody here saw added. */
static void case_17_replace_of_an_unknown_order_of_an_unknown_stock(void **state) {
  (void)state;
  const struct pl_wire_itch_head head = HEAD(5);
  struct pl_wire_itch *wire = &packets.wire;
  assert_true(pl_wire_itch_replace(wire, &(struct pl_wire_itch_replace){head, 1, 2, 3, 4}));
  assert_true(pl_wire_itch_delete(wire, &head, 1));
  assert_true(pl_wire_itch_cancel(wire, &head, 1, 1));
  assert_true(pl_wire_itch_execution(wire, &(struct pl_wire_itch_execution){head, 1, 1, 1, 0, 0}));
  send(0);
  assert_int_equal(counters()->messages_headless, 4);
  assert_int_equal(pl_directory_count(packets.decoder.directory), 0);
  assert_true(pl_wire_itch_trade(
      wire, &(struct pl_wire_itch_trade){head, 0, 'B', 9, "AAPL", 20000, 77})); /* names it */
  assert_true(pl_wire_itch_replace(wire, &(struct pl_wire_itch_replace){head, 1, 2, 3, 4}));
  send(3);
  assert_int_equal(event_at(2)->type, PL_EV_ORDER_REPLACE);
}

static void case_17_locate_reused_on_the_next_day(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_name(&packets, 1, "AAPL");
  packets_put_add(&packets, 1, 1, "AAPL");
  send(2);
  packets.place.broken = true; /* a new session is a new run */
  packets_begin(&packets, "000010059C");
  assert_true(pl_wire_itch_delete(&packets.wire, &HEAD(1), 1)); /* of yesterday: not known now */
  packets_put_stock(&packets, 1, "MSFT");
  packets_put_add(&packets, 1, 1, "MSFT");
  send(3);
  assert_int_equal(counters()->messages_headless, 1);
  assert_int_equal(event_at(1)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(2)->instrument, 1);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 0), "AAPL");
  assert_string_equal(pl_directory_name(packets.decoder.directory, 1), "MSFT");
  assert_int_equal(pl_directory_entry(packets.decoder.directory, 1)->venue_id,
                   PL_ITCH_VENUE_ID(1, 1));
}

static void case_17_locate_reused_without_a_directory(void **state) {
  (void)state;
  packets_put_add(&packets, 1, 1, "AAPL");
  send(2);
  packets.place.broken = true;
  packets_begin(&packets, "000010059C");
  packets_put_add(&packets, 1, 1, "MSFT");
  packets_put_add(&packets, 1, 2, "MSFT");
  send(3);
  assert_int_equal(event_at(2)->instrument, 1);
}

static void case_17_same_locate_same_stock_on_the_next_day(void **state) {
  (void)state;
  packets_name(&packets, 1, "AAPL");
  packets.place.broken = true;
  packets_begin(&packets, "000010059C");
  packets_put_stock(&packets, 1, "AAPL");
  packets_put_add(&packets, 1, 1, "AAPL");
  send(2);
  assert_int_equal(event_at(1)->instrument, 0);
  assert_int_equal(pl_directory_count(packets.decoder.directory), 1);
}

/* Against the rules of the venue; the book left behind must not pass for a live one. */
static void case_20_locate_renamed_in_mid_session(void **state) {
  (void)state;
  packets.place.whole = true;
  packets_name(&packets, 1, "AAPL");
  packets_put_add(&packets, 1, 1, "AAPL");
  send(2);
  packets_put_stock(&packets, 1, "MSFT");
  packets_put_add(&packets, 1, 2, "MSFT");
  send(4);
  assert_int_equal(event_at(0)->type, PL_EV_BOOK_CLEAR);
  assert_int_equal(event_at(0)->instrument, 0);
  assert_int_equal(event_at(0)->aux, 0);
  assert_int_equal(event_at(0)->flags, PL_EVF_STALE | PL_EVF_EVENT_END);
  assert_int_equal(event_at(3)->instrument, 1);
}

static void case_17_end_of_session(void **state) {
  (void)state;
  packets_name(&packets, 1, "AAPL");
  size_t size = pl_wire_itch_finish_session(&packets.wire);
  assert_int_equal(size, PL_WIRE_ITCH_HEADER);
  assert_int_equal(decoder_take(&packets.decoder, packets.bytes, size, &packets.place), PL_OK);
  assert_int_equal(packets.decoder.head.seq_count, 0); /* as a heartbeat */
  assert_int_equal(packets.decoder.head.seq, 1);
  assert_int_equal(packets.decoder.count, 0);
}

/* The exchange time of a system message's neighbour: an order at a time of day. */
static uint64_t time_of(uint64_t time_ns) {
  const struct pl_wire_itch_add add = {{1, 0, time_ns}, 1, 'B', 1, "AAPL", 1, NULL};
  assert_true(pl_wire_itch_add(&packets.wire, &add));
  assert_int_equal(packets_send(&packets), PL_OK);
  return event_at(packets.decoder.count - 1)->exch_ns;
}

static void time_counts_from_the_nearest_whole_hour(void **state) {
  (void)state;
  static const struct {
    int64_t off_ns; /* how far the message's time is from the receive time, zone aside */
    int64_t hours;  /* how far off the time told is then */
  } rows[] = {{0, 0},
              {-1, 0},
              {INT64_C(1799000000000), 0},
              {INT64_C(-1799000000000), 0},
              {INT64_C(1801000000000), -1},
              {INT64_C(-1801000000000), 1}};
  for (uint32_t zone = 0; zone < 17; zone++) /* every zone whose day has not ended */
    for (uint32_t i = 0; i < COUNT(rows); i++) {
      packets.place.broken = true;
      uint64_t time_ns = RECV_NS % HOUR_NS + zone * HOUR_NS + HOUR_NS + (uint64_t)rows[i].off_ns;
      uint64_t wanted_ns = RECV_NS + (uint64_t)rows[i].off_ns + (uint64_t)rows[i].hours * HOUR_NS;
      assert_int_equal(time_of(time_ns), wanted_ns);
    }
}

static void case_17_midnight_passes(void **state) {
  (void)state;
  assert_int_equal(time_of(TIME_NS), RECV_NS);
  assert_int_equal(time_of(DAY_NS - 1), MIDNIGHT_NS + DAY_NS - 1);
  assert_int_equal(time_of(5), MIDNIGHT_NS + DAY_NS + 5);
  assert_int_equal(time_of(DAY_NS - 2), MIDNIGHT_NS + DAY_NS - 2); /* a straggler, then on */
  assert_int_equal(time_of(6), MIDNIGHT_NS + DAY_NS + 6);
  assert_int_equal(time_of(3), MIDNIGHT_NS + DAY_NS + 3); /* a little back is no midnight */
  assert_int_equal(time_of(DAY_NS / 2 + 3), MIDNIGHT_NS + DAY_NS + DAY_NS / 2 + 3);
  assert_int_equal(time_of(3), MIDNIGHT_NS + DAY_NS + 3);
  packets.place.broken = true; /* after a loss it is asked anew */
  assert_int_equal(time_of(TIME_NS), RECV_NS);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(case_20_order_before_its_directory_names_the_stock),
      TEST(case_20_stock_added_in_mid_day),
      TEST(case_20_full_directory_is_counted),
      TEST(case_17_replace_of_an_unknown_order_of_an_unknown_stock),
      TEST(case_17_locate_reused_on_the_next_day),
      TEST(case_17_locate_reused_without_a_directory),
      TEST(case_17_same_locate_same_stock_on_the_next_day),
      TEST(case_20_locate_renamed_in_mid_session),
      TEST(case_17_end_of_session),
      TEST(time_counts_from_the_nearest_whole_hour),
      TEST(case_17_midnight_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
