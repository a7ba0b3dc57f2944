/* Real CME packets of schema versions 9 and 12, one or two a file, through the whole feed. What is
 * expected was read from the bytes by hand, with the schema beside them. */
#include "dataplane/feed/feed.h"
#include "tests/harness/harness.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FOLDER      "captures/cme-packets/"
#define INSTRUMENTS 64u
#define E9          INT64_C(1000000000)
#define E8          INT64_C(100000000)

static struct pl_arena arena;
static struct pl_feed *feed;
static struct pl_event events[PL_FRAME_EVENTS_MAX];
static uint32_t count;

/* Takes a capture of one frame; false when there is none. */
static bool play(const char *name, enum pl_status status) {
  char path[4096];
  if (pl_harness_shared(name, path, sizeof path) == NULL) return false;
  struct pl_frames frames = {0};
  assert_true(pl_frames_read(&frames, path));
  assert_int_equal(frames.count, 1);
  const struct pl_venue *venue = pl_venue_find("cme");
  assert_int_equal(pl_arena_open(pl_feed_footprint(venue, INSTRUMENTS), &arena), PL_OK);
  feed = pl_feed_create(
      &arena,
      &(struct pl_feed_config){.venue = venue, .instrument_count = INSTRUMENTS, .silence_ns = E9});
  assert_int_equal(pl_feed_accept(feed, &frames.frames[0], 0), status);
  count = 0;
  while (pl_feed_pending(feed) > 0) count += pl_feed_write(feed, events + count);
  pl_frames_free(&frames);
  return true;
}

static uint64_t id_of(uint32_t i) {
  return pl_directory_entry(pl_feed_directory(feed), events[i].instrument)->venue_id;
}

static uint32_t channel_id(void) {
  uint32_t channels;
  const struct pl_channel *channel = pl_line_channels(pl_feed_lines(feed), &channels);
  assert_int_equal(channels, 1);
  return channel->id;
}

static void assert_event(uint32_t i, uint8_t type, uint64_t id, uint64_t order_id, int64_t price_e9,
                         int64_t qty_e8, uint8_t side) {
  assert_true(i < count);
  assert_int_equal(events[i].type, type);
  assert_int_equal(id_of(i), id);
  assert_int_equal(events[i].order_id, order_id);
  assert_int_equal(events[i].price_e9, price_e9);
  assert_int_equal(events[i].qty_e8, qty_e8);
  assert_int_equal(events[i].side, side);
}

/* Ends of events in the last packet: each instrument's one, on its last event. */
static void assert_ends(uint32_t instruments) {
  uint32_t ends = 0;
  for (uint32_t i = 0; i < count; i++) ends += (events[i].flags & PL_EVF_EVENT_END) != 0;
  assert_int_equal(ends, instruments);
  assert_int_equal(pl_directory_count(pl_feed_directory(feed)), instruments);
}

/* 23 levels of 14 spreads, 16 orders, then a message that only ends the event. */
static void book_with_orders(void **state) {
  (void)state;
  if (!play(FOLDER "Mdp3.Sbe.v1.9/MdIncrementalRefreshBook.pcap", PL_OK)) skip();
  assert_int_equal(pl_feed_counters(feed)->messages, 2);
  assert_int_equal(channel_id(), 20 * 1024 + 361);
  assert_int_equal(count, 23 + 16);
  for (uint32_t i = 0; i < count; i++) {
    assert_int_equal(events[i].exch_ns, UINT64_C(1536760535644820404));
    assert_int_equal(events[i].type == PL_EV_LEVEL_AT, i < 23);
    assert_int_equal((events[i].flags & PL_EVF_MESSAGE_END) != 0, i == 38);
  }
  assert_event(0, PL_EV_LEVEL_AT, 157660, 411, 15230 * E9, 0, PL_ASK);
  assert_int_equal(events[0].aux, PL_LEVEL_AT(410, 10, PL_LEVEL_DELETE, 1));
  assert_event(1, PL_EV_LEVEL_AT, 157660, 412, 15250 * E9, E8, PL_ASK);
  assert_int_equal(events[1].aux, PL_LEVEL_AT(411, 10, PL_LEVEL_INSERT, 1));
  assert_event(14, PL_EV_LEVEL_AT, 851176, 702, 7250 * E9, 0, PL_ASK);
  assert_event(23, PL_EV_ORDER_CHANGE, 157660, 563189401446, 15250 * E9, E8, PL_ASK);
  assert_int_equal(events[23].aux, 10623363030);
  assert_event(25, PL_EV_ORDER_DELETE, 286825, 563189416911, 0, 0, PL_SIDE_NONE);
  assert_event(35, PL_EV_ORDER_ADD, 384238, 563189423864, 8970 * E9, E8, PL_ASK);
  assert_event(38, PL_EV_ORDER_DELETE, 831691, 563189412340, 0, 0, PL_SIDE_NONE);
  assert_ends(14);
  pl_arena_close(&arena);
}

static void order_book(void **state) {
  (void)state;
  if (!play(FOLDER "Mdp3.Sbe.v1.9/MdIncrementalRefreshOrderBook.pcap", PL_OK)) skip();
  assert_int_equal(channel_id(), 146 * 1024 + 360);
  assert_int_equal(count, 1);
  assert_event(0, PL_EV_ORDER_ADD, 532259, 76662054355, 12068 * E9, 4 * E8, PL_ASK);
  assert_int_equal(events[0].aux, 641463012);
  assert_ends(1);
  pl_arena_close(&arena);
}

/* A trade, its volume, the two orders it hit, the level, and an implied level of a spread. */
static void trade_with_its_book(void **state) {
  (void)state;
  if (!play(FOLDER "Mdp3.Sbe.v1.9/MdIncrementalRefreshTradeSummary.pcap", PL_OK)) skip();
  assert_int_equal(pl_feed_counters(feed)->messages, 5);
  assert_int_equal(channel_id(), 5 * 1024 + 314);
  assert_int_equal(count, 5);
  assert_event(0, PL_EV_TRADE, 170506, 341412, 12952 * E9, 2 * E8, PL_ASK);
  assert_event(1, PL_EV_ORDER_DELETE, 170506, 88463939692, 0, 0, PL_SIDE_NONE);
  assert_event(2, PL_EV_ORDER_CHANGE, 170506, 88463940665, 12952 * E9, 2 * E8, PL_BID);
  assert_event(3, PL_EV_LEVEL_AT, 170506, 20187, 12952 * E9, 3 * E8, PL_BID);
  /* the trade's number was the first heard, the volume took one: no level between */
  assert_int_equal(events[3].aux, PL_LEVEL_AT(20184, 10, PL_LEVEL_CHANGE, 1));
  assert_event(4, PL_EV_LEVEL_AT, 5893, 19534, 13003 * E9, 3 * E8, PL_BID);
  assert_int_equal(events[4].aux, PL_LEVEL_AT(19533, 2, PL_LEVEL_CHANGE, 1));
  assert_true(events[4].flags & PL_EVF_IMPLIED);
  assert_ends(2);
  pl_arena_close(&arena);
}

/* Two events in one packet, the second without a new level before the first's end. */
static void two_events_in_one_packet(void **state) {
  (void)state;
  if (!play(FOLDER "Mdp3.Sbe.v1.9/MdIncrementalRefreshVolume.pcap", PL_OK)) skip();
  assert_int_equal(pl_feed_counters(feed)->messages, 7);
  assert_int_equal(count, 5);
  assert_event(0, PL_EV_LEVEL_AT, 121933, 3073, E9, 9 * E8, PL_BID);
  assert_event(1, PL_EV_ORDER_CHANGE, 121933, 88463941759, E9, 9 * E8, PL_BID);
  assert_event(2, PL_EV_TRADE, 121933, 341415, E9, 9 * E8, PL_ASK);
  assert_event(3, PL_EV_LEVEL_AT, 121933, 3076, E9, 0, PL_BID);
  assert_int_equal(events[3].aux, PL_LEVEL_AT(3073, 10, PL_LEVEL_DELETE, 1));
  assert_event(4, PL_EV_ORDER_DELETE, 121933, 88463941759, 0, 0, PL_SIDE_NONE);
  for (uint32_t i = 0; i < count; i++)
    assert_int_equal((events[i].flags & PL_EVF_EVENT_END) != 0, i == 1 || i == 4);
  pl_arena_close(&arena);
}

/* The captures of version 12 are of the venue's TCP service. */
static void tcp_is_not_ours(void **state) {
  (void)state;
  static const char *const names[] = {
      FOLDER "Mdp3.Sbe.v1.12/MdIncrementalRefreshBookLongQty.pcap",
      FOLDER "Mdp3.Sbe.v1.12/MdIncrementalRefreshTradeSummaryLongQty.pcap",
      FOLDER "Mdp3.Sbe.v1.12/SnapshotFullRefreshTcpLongQty.Tcp.pcap"};
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!play(names[i], PL_E_NOT_UDP)) skip();
    assert_int_equal(count, 0);
    pl_arena_close(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(book_with_orders),    cmocka_unit_test(order_book),
      cmocka_unit_test(trade_with_its_book), cmocka_unit_test(two_events_in_one_packet),
      cmocka_unit_test(tcp_is_not_ours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
