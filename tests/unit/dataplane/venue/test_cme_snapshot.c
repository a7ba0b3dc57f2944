/* CME snapshots: books by price in one message, orders in chunks, and when their orders may be
 * taken. */
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

static const uint8_t snapshot = PL_EVF_SNAPSHOT;

static const struct pl_event both_books[] = {{.type = PL_EV_STATUS,
                                              .exch_ns = TIME_NS,
                                              .aux = PL_COND_OPEN,
                                              .side = PL_SIDE_NONE,
                                              .flags = PL_EVF_EVENT_END},
                                             {.type = PL_EV_SNAPSHOT_BEGIN,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .aux = 1,
                                              .side = PL_SIDE_NONE,
                                              .flags = PL_EVF_SNAPSHOT},
                                             {.type = PL_EV_LEVEL_SET,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .price_e9 = 99 * E9,
                                              .qty_e8 = 2 * E8,
                                              .side = PL_BID,
                                              .flags = PL_EVF_SNAPSHOT},
                                             {.type = PL_EV_LEVEL_SET,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .price_e9 = -100 * E9,
                                              .qty_e8 = 3 * E8,
                                              .side = PL_ASK,
                                              .flags = PL_EVF_SNAPSHOT},
                                             {.type = PL_EV_SNAPSHOT_END,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .side = PL_SIDE_NONE,
                                              .flags = PL_EVF_SNAPSHOT},
                                             {.type = PL_EV_SNAPSHOT_BEGIN,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .aux = 1,
                                              .side = PL_SIDE_NONE,
                                              .flags = PL_EVF_SNAPSHOT | PL_EVF_IMPLIED},
                                             {.type = PL_EV_LEVEL_SET,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .price_e9 = 103 * E9,
                                              .qty_e8 = 7 * E8,
                                              .side = PL_ASK,
                                              .flags = PL_EVF_SNAPSHOT | PL_EVF_IMPLIED},
                                             {.type = PL_EV_SNAPSHOT_END,
                                              .exch_ns = TIME_NS,
                                              .order_id = 41,
                                              .side = PL_SIDE_NONE,
                                              .flags = PL_EVF_SNAPSHOT | PL_EVF_IMPLIED |
                                                       PL_EVF_MESSAGE_END | PL_EVF_EVENT_END |
                                                       PL_EVF_FRAME_END}};

static void snapshot_of_levels_fills_both_books(void **state) {
  (void)state;
  static const struct pl_wire_cme_level levels[] = {
      {.type = '0', .level = 1, .price_e9 = 99 * E9, .qty = 2},
      {.type = 'F', .level = 1, .price_e9 = 103 * E9, .qty = 7},
      {.type = '2', .price_e9 = 101 * E9, .qty = INT64_MAX}, /* last trade: not of a book */
      {.type = '1', .level = 1, .price_e9 = -100 * E9, .qty = 3}};
  for (uint32_t i = 0; i < 2; i++) {
    assert_true(pl_wire_cme_snapshot(
        &cme.packet, &(struct pl_wire_cme_snapshot){90, 41, ID, TIME_NS, 17, i == 1, levels, 4}));
    assert_int_equal(cme_send_snapshot(&cme), PL_OK);
    decoder_expect(&cme.decoder, both_books + i, COUNT(both_books) - i); /* the state once */
  }
}

static void instrument_without_implied_book_has_one(void **state) {
  (void)state;
  const struct pl_wire_cme_snapshot empty = {.last_seq = 90, .id = ID, .time_ns = TIME_NS};
  assert_true(pl_wire_cme_snapshot(&cme.packet, &empty));
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(cme.decoder.count, 2);
  cme_put_level(&cme, 0x80, ID, 1, 'E');
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_true(pl_wire_cme_snapshot(&cme.packet, &empty)); /* now it says that it is empty */
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(cme.decoder.count, 4);
}

static void snapshot_within_an_event_does_not_end_it(void **state) {
  (void)state;
  const struct pl_wire_cme_snapshot empty = {.last_seq = 90, .id = ID, .time_ns = TIME_NS};
  cme_put_level(&cme, 0, ID, 1, '0');
  assert_int_equal(cme_send(&cme), PL_OK);
  assert_true(pl_wire_cme_snapshot(&cme.packet, &empty));
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  assert_int_equal(cme.decoder.events[1].flags & PL_EVF_EVENT_END, 0);
}

static void put_chunk(int32_t id, uint32_t anchor, uint32_t chunk, uint32_t chunks) {
  const struct pl_wire_cme_order order = {id, 70 + chunk, 11, '1', 0, 99 * E9, 2};
  assert_true(pl_wire_cme_snapshot_orders(
      &cme.packet,
      &(struct pl_wire_cme_snapshot_orders){anchor, id, chunks, chunk, TIME_NS, &order, 1}));
}

/* The types of the last packet's events, one letter each: begin, add, end, thrown away. */
static void expect(const char *letters) {
  char got[64] = "";
  for (uint32_t i = 0; i < cme.decoder.count; i++) {
    const struct pl_event *event = &cme.decoder.events[i];
    got[i] = event->type == PL_EV_SNAPSHOT_BEGIN                    ? 'B'
             : event->type == PL_EV_ORDER_ADD                       ? 'A'
             : event->type == PL_EV_SNAPSHOT_END && event->aux == 0 ? 'E'
             : event->type == PL_EV_SNAPSHOT_END && event->aux == 1 ? 'X'
                                                                    : '?';
    assert_int_equal(event->flags & PL_EVF_ORDERS, PL_EVF_ORDERS);
  }
  assert_string_equal(got, letters);
}

static void send_snapshot(const char *letters) {
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  expect(letters);
}

/* One order of an instrument in the next packet of updates; its number is cme.seqs[UPDATES]. */
static void send_order(int32_t id, const char *letters) {
  cme_put_order(&cme, 0x80, id, 1, 0);
  assert_int_equal(cme_send(&cme), PL_OK);
  expect(letters);
}

static void orders_come_in_chunks(void **state) {
  (void)state;
  send_order(ID, "A"); /* packet 100 */
  put_chunk(ID, 100, 1, 2);
  send_snapshot("BA");
  put_chunk(ID, 100, 2, 2);
  assert_int_equal(cme_send_snapshot(&cme), PL_OK);
  const uint8_t flags = snapshot | PL_EVF_ORDERS;
  const struct pl_event expected[] = {
      {.type = PL_EV_ORDER_ADD,
       .exch_ns = TIME_NS,
       .order_id = 72,
       .price_e9 = 99 * E9,
       .qty_e8 = 2 * E8,
       .aux = 11,
       .side = PL_ASK,
       .flags = flags},
      {.type = PL_EV_SNAPSHOT_END,
       .exch_ns = TIME_NS,
       .order_id = 100,
       .side = PL_SIDE_NONE,
       .flags = flags | PL_EVF_MESSAGE_END | PL_EVF_EVENT_END | PL_EVF_FRAME_END}};
  decoder_expect(&cme.decoder, expected, COUNT(expected));
  put_chunk(ID, 100, 1, 1);
  send_snapshot("BAE");
}

static void chunks_out_of_order_are_thrown_away(void **state) {
  (void)state;
  const struct pl_venue_counters *counters = cme.decoder.venue->counters(cme.decoder.state);
  send_order(ID, "A");
  put_chunk(ID, 100, 2, 3); /* its beginning was not seen */
  send_snapshot("");
  put_chunk(ID, 100, 1, 3);
  put_chunk(ID, 100, 3, 3); /* one missing */
  send_snapshot("BAX");
  put_chunk(ID, 100, 2, 3); /* late */
  send_snapshot("");
  put_chunk(ID, 100, 1, 2);
  put_chunk(ID + 1, 100, 2, 2); /* of another */
  send_snapshot("BAX");
  put_chunk(ID, 100, 1, 2);
  put_chunk(ID, 101, 2, 2); /* of the next cycle */
  send_snapshot("BAX");
  assert_int_equal(counters->messages_headless, 5);
  put_chunk(ID, 100, 1, 2);
  put_chunk(ID, 100, 1, 2); /* anew */
  put_chunk(ID, 100, 2, 2);
  send_snapshot("BAXBAAE");
  put_chunk(ID, 100, 1, 2);
  send_snapshot("BA");
  cme.broken = true; /* a packet was lost, whatever was in it */
  put_chunk(ID, 100, 2, 2);
  send_snapshot("X");
  assert_int_equal(counters->messages_headless, 6);
}

static void snapshot_overtaken_by_updates_is_thrown_away(void **state) {
  (void)state;
  send_order(ID, "A");     /* packet 100 */
  send_order(ID + 1, "A"); /* 101 */
  put_chunk(ID, 99, 1, 1);
  send_snapshot("BAX");
  put_chunk(ID, 100, 1, 1); /* what came later was not of it */
  send_snapshot("BAE");
  put_chunk(ID + 1, 100, 1, 1);
  send_snapshot("BAX");
  put_chunk(ID, 101, 1, 2);
  send_snapshot("BA");
  send_order(ID, "A"); /* 102: between its chunks */
  put_chunk(ID, 101, 2, 2);
  send_snapshot("AX");
}

static void snapshot_ahead_makes_updates_old(void **state) {
  (void)state;
  send_order(ID, "A"); /* packet 100 */
  put_chunk(ID, 102, 1, 1);
  send_snapshot("BAE");
  send_order(ID, "");  /* 101 */
  send_order(ID, "");  /* 102 */
  send_order(ID, "A"); /* 103 */
  put_chunk(ID, 103 + 4096, 1, 1);
  send_snapshot("BAE");
  put_chunk(ID, 103 + 4097, 1, 1); /* no longer ahead: of another run */
  send_snapshot("BAX");
}

static void snapshot_needs_all_packets_behind_it(void **state) {
  (void)state;
  put_chunk(ID, 90, 1, 1); /* nothing was heard of the updates */
  send_snapshot("BAX");
  cme.broken = true;
  send_order(ID + 1, "A"); /* packet 100 */
  put_chunk(ID + 1, 100, 1, 1);
  send_snapshot("BAE");
  cme.seqs[UPDATES] = 109;
  cme.broken = true;
  send_order(ID + 2, "A"); /* 110 */
  put_chunk(ID + 1, 108, 1, 1);
  send_snapshot("BAX"); /* packet 109 is lost; it might have had orders */
  put_chunk(ID + 1, 109, 1, 1);
  send_snapshot("BAE");
}

static void packets_numbered_anew_forget_the_old_numbers(void **state) {
  (void)state;
  send_order(ID, "A"); /* packet 100 */
  put_chunk(ID, 150, 1, 1);
  send_snapshot("BAE");
  cme.seqs[UPDATES] = 0;
  cme.broken = true;
  send_order(ID, "A"); /* 1: not older than 150 */
  put_chunk(ID, 1, 1, 1);
  send_snapshot("BAE");
}

static void case_07_anchor_near_the_wrap(void **state) {
  (void)state;
  cme.seqs[UPDATES] = UINT32_MAX - 1;
  send_order(ID, "A"); /* the largest number */
  put_chunk(ID, 1, 1, 1);
  send_snapshot("BAE"); /* ahead by two */
  send_order(ID, "");   /* 0 */
  send_order(ID, "");   /* 1 */
  send_order(ID, "A");
  put_chunk(ID, UINT32_MAX, 1, 1);
  send_snapshot("BAX");
}

/* A book that begins from nothing needs no snapshot, and none may hide its updates. */
static void book_from_nothing_outranks_a_snapshot(void **state) {
  (void)state;
  send_order(ID + 1, "A"); /* packet 100 */
  cme_put_definition(&cme, ID, E9);
  assert_int_equal(cme_send(&cme), PL_OK);
  put_chunk(ID, 105, 1, 1);
  send_snapshot("BAE");
  cme.whole = true;
  cme_put_order(&cme, 0x80, ID, 1, 0);
  assert_int_equal(cme_send(&cme), PL_OK); /* 102 */
  assert_int_equal(cme.decoder.count, 2);
  assert_int_equal(cme.decoder.events[0].type, PL_EV_BOOK_CLEAR);
  assert_int_equal(cme.decoder.events[1].type, PL_EV_ORDER_ADD);
  assert_true(pl_wire_cme_reset(&cme.packet, TIME_NS, 0x80)); /* 103 */
  assert_int_equal(cme_send(&cme), PL_OK);
  put_chunk(ID, 102, 1, 1); /* from before all was emptied */
  send_snapshot("BAX");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(snapshot_of_levels_fills_both_books),
      TEST(instrument_without_implied_book_has_one),
      TEST(snapshot_within_an_event_does_not_end_it),
      TEST(orders_come_in_chunks),
      TEST(chunks_out_of_order_are_thrown_away),
      TEST(snapshot_overtaken_by_updates_is_thrown_away),
      TEST(snapshot_ahead_makes_updates_old),
      TEST(snapshot_needs_all_packets_behind_it),
      TEST(packets_numbered_anew_forget_the_old_numbers),
      TEST(case_07_anchor_near_the_wrap),
      TEST(book_from_nothing_outranks_a_snapshot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
