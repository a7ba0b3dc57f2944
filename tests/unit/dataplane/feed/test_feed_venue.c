/* What a venue asks the feed to tell a whole channel: that all books were emptied, before the
 * packet's own events, and trading states of whole groups, behind them. By CME's packets. */
#include "dataplane/feed/ethernet.h"
#include "dataplane/feed/feed.h"
#include "tests/venue/wire_cme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_NS    UINT64_C(1700000000000000000)
#define INSTRUMENTS 600u /* more than one sweep tells at once */
#define EVENTS_MAX  4096u

static struct pl_arena arena;
static struct pl_feed *feed;
static struct pl_wire_cme packet;
static uint8_t bytes[PL_WIRE_CME_PAYLOAD_MAX];
static struct pl_event events[EVENTS_MAX];
static uint32_t count, seq;

static void begin(void) {
  assert_true(pl_wire_cme_begin(&packet, bytes, sizeof bytes, 13, ++seq, START_NS));
}

static int setup(void **state) {
  (void)state;
  const struct pl_venue *venue = pl_venue_find("cme");
  assert_int_equal(pl_arena_open(pl_feed_footprint(venue, INSTRUMENTS + 1), &arena), PL_OK);
  feed = pl_feed_create(&arena, &(struct pl_feed_config){.venue = venue,
                                                         .instrument_count = INSTRUMENTS + 1,
                                                         .silence_ns = 1000000000});
  seq = 99;
  begin();
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&arena);
  return 0;
}

static enum pl_status accept(uint16_t port) {
  uint8_t frame_bytes[PL_ETHERNET_FRAME_MAX];
  const struct pl_ethernet_path path = {0x0a000001, 0xe0001f01, 4000, port};
  size_t size = pl_ethernet_wrap(&path, 1, bytes, packet.size, frame_bytes, sizeof frame_bytes);
  assert_true(size != 0);
  const struct pl_frame frame = {frame_bytes, (uint32_t)size, PL_LINE_A, START_NS};
  enum pl_status status = pl_feed_accept(feed, &frame, 0);
  count = 0;
  for (uint32_t pending; (pending = pl_feed_pending(feed)) > 0;) {
    assert_true(count + pending <= EVENTS_MAX);
    count += pl_feed_write(feed, events + count);
  }
  for (uint32_t i = 1; i < count; i++) assert_true(events[i].seq == events[i - 1].seq + 1);
  begin();
  return status;
}

/* One level of each instrument, and definitions that put every third in another group. */
static void list_all(void) {
  for (int32_t id = 1; id <= (int32_t)INSTRUMENTS; id++) {
    const struct pl_wire_cme_level level = {id, 1, '0', PL_WIRE_CME_NEW, 1, 5000000000, 1};
    const struct pl_wire_cme_definition definition = {.template_id = 54,
                                                      .total = PL_WIRE_CME_TOTAL_NULL,
                                                      .action = 'A',
                                                      .state = 255,
                                                      .group = id % 3 == 0 ? "NQ" : "ES",
                                                      .asset = "X",
                                                      .symbol = "X",
                                                      .id = id,
                                                      .factor_e9 = 1000000000};
    assert_true(pl_wire_cme_definition(&packet, &definition));
    assert_true(pl_wire_cme_book(&packet, &(struct pl_wire_cme_book){.time_ns = START_NS,
                                                                     .event = PL_WIRE_CME_END,
                                                                     .levels = &level,
                                                                     .level_count = 1}));
    assert_int_equal(accept(14310), PL_OK);
  }
}

static void case_16_channel_reset_is_told_before_its_packet(void **state) {
  (void)state;
  list_all();
  const struct pl_wire_cme_level elsewhere = {9999, 1, '0', PL_WIRE_CME_NEW, 1, 5000000000, 1};
  assert_true(pl_wire_cme_book(&packet, &(struct pl_wire_cme_book){.time_ns = START_NS,
                                                                   .event = PL_WIRE_CME_END,
                                                                   .levels = &elsewhere,
                                                                   .level_count = 1}));
  assert_int_equal(accept(14311), PL_OK); /* another channel */
  seq -= 2;                               /* which took up a number of its own */
  begin();
  const struct pl_wire_cme_level level = {1, 1, '0', PL_WIRE_CME_NEW, 1, 6000000000, 1};
  assert_true(pl_wire_cme_reset(&packet, START_NS, 0));
  assert_true(pl_wire_cme_book(&packet, &(struct pl_wire_cme_book){.time_ns = START_NS,
                                                                   .event = PL_WIRE_CME_END,
                                                                   .levels = &level,
                                                                   .level_count = 1}));
  assert_int_equal(accept(14310), PL_OK);
  assert_int_equal(count, INSTRUMENTS + 1);
  for (uint32_t i = 0; i < INSTRUMENTS; i++) {
    assert_int_equal(events[i].type, PL_EV_BOOK_CLEAR);
    assert_int_equal(events[i].aux, 1);
    assert_int_equal(events[i].flags, PL_EVF_EVENT_END);
    assert_int_not_equal(
        pl_directory_entry(pl_feed_directory(feed), events[i].instrument)->venue_id, 9999);
  }
  assert_int_equal(events[INSTRUMENTS].type, PL_EV_LEVEL_AT);
  assert_int_equal(PL_LEVEL_AT_PREVIOUS(events[INSTRUMENTS].aux), 0);
}

static void case_12_group_state_is_told_to_its_instruments(void **state) {
  (void)state;
  list_all();
  const struct pl_wire_cme_level level = {1, 2, '0', PL_WIRE_CME_NEW, 1, 5000000000, 1};
  assert_true(pl_wire_cme_book(
      &packet, &(struct pl_wire_cme_book){.time_ns = START_NS,
                                          .levels = &level,
                                          .level_count = 1})); /* instrument 1: open event */
  assert_true(pl_wire_cme_status(
      &packet, &(struct pl_wire_cme_status){
                   .time_ns = START_NS, .group = "ES", .id = PL_WIRE_CME_ID_NULL, .state = 21}));
  assert_int_equal(accept(14310), PL_OK);
  assert_int_equal(count, 1 + INSTRUMENTS / 3 * 2);
  assert_int_equal(events[0].type, PL_EV_LEVEL_AT);
  for (uint32_t i = 1; i < count; i++) {
    const struct pl_instrument *entry =
        pl_directory_entry(pl_feed_directory(feed), events[i].instrument);
    assert_int_equal(events[i].type, PL_EV_STATUS);
    assert_int_equal(events[i].aux, PL_COND_CLOSED);
    assert_int_not_equal(entry->venue_id % 3, 0);
    assert_int_equal(events[i].flags, entry->venue_id == 1 ? 0 : PL_EVF_EVENT_END);
    assert_int_equal(entry->condition_due, 0);
  }
  assert_true(pl_wire_cme_status(&packet, &(struct pl_wire_cme_status){.time_ns = START_NS,
                                                                       .group = "ES",
                                                                       .id = PL_WIRE_CME_ID_NULL,
                                                                       .event = PL_WIRE_CME_END,
                                                                       .state = 21}));
  assert_int_equal(accept(14310), PL_OK); /* the same again is no news, but ends the event */
  assert_int_equal(count, 1);
  assert_int_equal(events[0].type, PL_EV_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(case_16_channel_reset_is_told_before_its_packet, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(case_12_group_state_is_told_to_its_instruments, setup,
                                      teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
