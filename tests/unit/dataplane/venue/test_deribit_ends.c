/* Where events end: once an instrument and packet, on its last message, unless its book goes on;
 * and snapshots in parts, whose beginning must have been seen. */
#include "tests/unit/dataplane/venue/packets.h"

static struct packets packets;
static uint64_t change_id;

static int setup(void **state) {
  (void)state;
  change_id = 1;
  packets_open(&packets);
  packets_begin(&packets);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  packets_close(&packets);
  return 0;
}

static void put_trade(uint32_t instrument) {
  const struct pl_wire_trade trade = {.price = 100, .amount = 1, .timestamp_ms = TIME_MS};
  assert_true(
      pl_wire_deribit_trades(&packets.packet, &(struct pl_wire_trades){instrument, &trade, 1}));
}

static void put_ticker(uint32_t instrument) {
  const struct pl_wire_ticker ticker = {.instrument_id = instrument, .timestamp_ms = TIME_MS};
  assert_true(pl_wire_deribit_ticker(&packets.packet, &ticker));
}

static void put_book(uint32_t instrument, bool is_last) {
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, PL_WIRE_NEW, 99, 2},
                                                {PL_WIRE_ASK, PL_WIRE_NEW, 101, 2}};
  const struct pl_wire_book book = {instrument, TIME_MS, change_id, change_id + 1,
                                    is_last,    levels,  2};
  change_id++;
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
}

/* How many events of the last packet end the instrument's event; the last one must be its last. */
static uint32_t ends_of(uint32_t venue_id) {
  struct pl_instrument *entry = decoder_entry(&packets.decoder, venue_id);
  uint32_t ends = 0, last = 0, end_at = 0;
  for (uint32_t i = 0; i < packets.decoder.count; i++) {
    const struct pl_event *event = &packets.decoder.events[i];
    if (pl_directory_entry(packets.decoder.directory, event->instrument) != entry) continue;
    last = i;
    if (event->flags & PL_EVF_EVENT_END) ends++, end_at = i;
  }
  if (ends != 0) assert_int_equal(end_at, last);
  return ends;
}

static void send(void) {
  assert_int_equal(packets_send(&packets), PL_OK);
  uint32_t frame_ends = 0;
  for (uint32_t i = 0; i < packets.decoder.count; i++)
    frame_ends += (packets.decoder.events[i].flags & PL_EVF_FRAME_END) != 0;
  assert_int_equal(frame_ends, 1);
  assert_true(packets.decoder.events[packets.decoder.count - 1].flags & PL_EVF_FRAME_END);
  packets_begin(&packets);
}

static void case_20_trades_ticker_and_book_are_one_event(void **state) {
  (void)state;
  put_trade(1);
  put_ticker(1);
  put_book(1, true);
  send();
  assert_int_equal(ends_of(1), 1);
}

static void each_instrument_of_a_packet_ends_once(void **state) {
  (void)state;
  for (uint32_t order = 0; order < 2; order++) {
    put_trade(1);
    put_trade(2);
    put_ticker(order + 1);
    put_ticker(2 - order);
    put_book(1, true);
    put_book(2, true);
    put_trade(3);
    send();
    for (uint32_t id = 1; id <= 3; id++) assert_int_equal(ends_of(id), 1);
  }
}

static void case_11_book_that_goes_on_holds_its_end_back(void **state) {
  (void)state;
  put_book(1, false);
  put_book(2, true);
  send();
  assert_int_equal(ends_of(1), 0);
  assert_int_equal(ends_of(2), 1);
  put_ticker(1); /* in between: still not whole */
  put_trade(2);
  send();
  assert_int_equal(ends_of(1), 0);
  assert_int_equal(ends_of(2), 1);
  put_book(1, false);
  send();
  assert_int_equal(ends_of(1), 0);
  put_book(1, true);
  put_ticker(1);
  send();
  assert_int_equal(ends_of(1), 1);
}

static void book_ended_within_one_packet_ends_there(void **state) {
  (void)state;
  put_book(1, false);
  put_book(1, true);
  send();
  assert_int_equal(ends_of(1), 1);
  put_book(1, true);
  put_book(1, false);
  send();
  assert_int_equal(ends_of(1), 0);
}

/* The rest may have been in what was lost: the next event ends, or nothing would ever again. */
static void case_11_loss_forgets_what_went_on(void **state) {
  (void)state;
  put_book(1, false);
  put_book(2, false);
  send();
  put_ticker(1);
  size_t size = pl_wire_deribit_finish(&packets.packet);
  assert_int_equal(packets_take(&packets, packets.bytes, size, 0, 0, false), PL_OK);
  assert_int_equal(ends_of(1), 1);
  packets_begin(&packets);
  put_ticker(2);
  send();
  assert_int_equal(ends_of(2), 1);
}

/* A loss on the snapshot channel, or on another one, says nothing of this one's books. */
static void loss_elsewhere_forgets_nothing(void **state) {
  (void)state;
  put_book(1, false);
  send();
  for (uint32_t channel = 1; channel <= 2; channel++) {
    assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 1));
    size_t size = pl_wire_deribit_finish(&packets.packet);
    uint32_t home = channel == 1 ? 0 : channel;
    assert_int_equal(packets_take(&packets, packets.bytes, size, channel, home, false), PL_OK);
    packets_begin(&packets);
  }
  put_ticker(1);
  send();
  assert_int_equal(ends_of(1), 0);
}

static void put_part(uint32_t instrument, uint64_t id, bool last) {
  static const struct pl_wire_level levels[] = {{PL_WIRE_BID, 0, 99, 2}, {PL_WIRE_ASK, 0, 101, 2}};
  const struct pl_wire_snapshot part = {instrument, TIME_MS, id, 1, last, levels, 2};
  assert_true(pl_wire_deribit_snapshot(&packets.packet, &part));
}

static void send_snapshot(bool continuous) {
  assert_int_equal(packets_send_snapshot(&packets, continuous), PL_OK);
  packets_begin(&packets);
}

static uint32_t count_of(enum pl_event_type type) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < packets.decoder.count; i++)
    count += packets.decoder.events[i].type == type;
  return count;
}

static void expect_parts(uint32_t begins, uint32_t levels, uint32_t ends) {
  assert_int_equal(count_of(PL_EV_SNAPSHOT_BEGIN), begins);
  assert_int_equal(count_of(PL_EV_LEVEL_SET), levels);
  assert_int_equal(count_of(PL_EV_SNAPSHOT_END), ends);
}

static void snapshot_in_parts_begins_and_ends_once(void **state) {
  (void)state;
  assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 1));
  put_part(1, 5, false);
  send_snapshot(true);
  expect_parts(1, 2, 0);
  put_part(1, 5, false);
  send_snapshot(true);
  expect_parts(0, 2, 0);
  put_part(1, 5, true);
  put_part(2, 6, true);
  put_part(3, 7, false);
  send_snapshot(true);
  expect_parts(2, 6, 2);
  assert_int_equal(packets.decoder.venue->counters(packets.decoder.state)->messages_headless, 0);
}

/* Nothing is known of a channel first heard in the middle of its cycle, nor of one with a loss. */
static void part_whose_beginning_was_lost_is_skipped(void **state) {
  (void)state;
  assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 1));
  put_part(1, 5, false);
  send_snapshot(true);
  put_part(2, 6, true); /* perhaps the second half of 2 */
  put_part(3, 7, false);
  send_snapshot(false);
  expect_parts(1, 2, 0); /* 3 begins where 2 ended */
  assert_int_equal(packets.decoder.events[0].instrument, 2);
  put_part(4, 8, false);
  put_part(4, 8, false);
  put_part(4, 8, true);
  put_part(1, 9, true);
  send_snapshot(false);
  expect_parts(1, 2, 1); /* 4's three parts are all skipped */
  assert_int_equal(packets.decoder.venue->counters(packets.decoder.state)->messages_headless, 4);
}

static void cycle_marks_and_definitions_show_a_beginning(void **state) {
  (void)state;
  for (uint32_t mark = 0; mark < 4; mark++) {
    const struct pl_wire_instrument instrument = {
        .instrument_id = 1, .type = PL_WIRE_REVERSED, .name = "A"};
    if (mark == 0) assert_true(pl_wire_deribit_snapshot_start(&packets.packet, 1));
    if (mark == 1) assert_true(pl_wire_deribit_snapshot_end(&packets.packet));
    if (mark == 2) assert_true(pl_wire_deribit_instrument(&packets.packet, &instrument));
    if (mark == 3) put_ticker(1); /* tells nothing of where the cycle stands */
    put_part(1, 5, true);
    send_snapshot(false);
    expect_parts(mark < 3, mark < 3 ? 2 : 0, mark < 3);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_20_trades_ticker_and_book_are_one_event),
      TEST(each_instrument_of_a_packet_ends_once),
      TEST(case_11_book_that_goes_on_holds_its_end_back),
      TEST(book_ended_within_one_packet_ends_there),
      TEST(case_11_loss_forgets_what_went_on),
      TEST(loss_elsewhere_forgets_nothing),
      TEST(snapshot_in_parts_begins_and_ends_once),
      TEST(part_whose_beginning_was_lost_is_skipped),
      TEST(cycle_marks_and_definitions_show_a_beginning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
