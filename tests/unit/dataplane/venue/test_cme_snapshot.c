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
    got[i] = event->type == PL_EV_SNAPSHOT_BEGIN                                   ? 'B'
             : event->type == PL_EV_ORDER_ADD                                      ? 'A'
             : event->type == PL_EV_SNAPSHOT_END && event->aux != PL_SNAPSHOT_VOID ? 'E'
             : event->type == PL_EV_SNAPSHOT_END                                   ? 'X'
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
       .aux = cme.decoder.seq - 1, /* its own: nothing newer was told */
       .side = PL_SIDE_NONE,
       .flags = flags | PL_EVF_MESSAGE_END | PL_EVF_EVENT_END | PL_EVF_FRAME_END}};
  decoder_expect(&cme.decoder, expected, COUNT(expected));
  put_chunk(ID, 100, 1, 1);
  send_snapshot("BAE");
}

static void case_09_chunks_out_of_order_are_thrown_away(void **state) {
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

/* A snapshot of one order, and from which event on updates are newer. */
static void send_anchor(int32_t id, uint32_t anchor, uint64_t newer) {
  put_chunk(id, anchor, 1, 1);
  send_snapshot(newer == PL_SNAPSHOT_VOID ? "BAX" : "BAE");
  if (cme.decoder.events[2].aux != newer)
    fail_msg("anchor %u: %llu instead of %llu", anchor,
             (unsigned long long)cme.decoder.events[2].aux, (unsigned long long)newer);
}

/* The next packet of updates, of two events; returns the seq of the first. */
static uint64_t send_pair(void) {
  uint64_t seq = cme.decoder.seq;
  cme_put_order(&cme, 0, ID, 1, 0);
  cme_put_order(&cme, 0x80, ID + 1, 1, 0);
  assert_int_equal(cme_send(&cme), PL_OK);
  expect("AA");
  return seq;
}

/* However busy the instrument is: the end says which events come behind the anchor. */
static void case_08_updates_behind_the_anchor_are_named(void **state) {
  (void)state;
  uint64_t begins[4];
  for (uint32_t i = 0; i < 4; i++) begins[i] = send_pair(); /* packets 100 to 103 */
  send_anchor(ID, 98, PL_SNAPSHOT_VOID);                    /* packet 99 was never heard */
  for (uint32_t i = 0; i < 4; i++) send_anchor(ID, 99 + i, begins[i]);
  send_anchor(ID, 103, cme.decoder.seq + 2); /* the end's own: nothing newer was told */
  send_anchor(ID + 1, 104, cme.decoder.seq + 3);
  send_anchor(ID + 1, 103, PL_SNAPSHOT_VOID); /* older than the one before */
}

static void case_08_busy_instrument_joins_between_its_chunks(void **state) {
  (void)state;
  (void)send_pair(); /* packet 100 */
  put_chunk(ID, 100, 1, 2);
  send_snapshot("BA");
  uint64_t newer = send_pair(); /* 101 */
  (void)send_pair();            /* 102 */
  put_chunk(ID, 100, 2, 2);
  send_snapshot("AE");
  assert_true(cme.decoder.events[1].aux == newer);
}

static void case_08_anchor_older_than_the_trail(void **state) {
  (void)state;
  uint64_t begins[3];
  for (uint32_t i = 0; i < PL_TRAIL_UNITS + 2; i++) { /* packets 100, 101, ... */
    uint64_t begin = send_pair();
    if (i < 3) begins[i] = begin;
  }
  send_anchor(ID, 99, PL_SNAPSHOT_VOID);
  send_anchor(ID, 100, PL_SNAPSHOT_VOID);
  send_anchor(ID, 101, begins[2]); /* packet 102 is the oldest that is known */
}

/* A snapshot by price from before a loss would pass for proven until the next update. */
static void case_10_levels_from_before_a_loss(void **state) {
  (void)state;
  struct pl_wire_cme_snapshot levels = {.id = ID, .time_ns = TIME_NS};
  (void)send_pair(); /* packet 100, the first one heard */
  cme.seqs[UPDATES]++;
  for (uint32_t lost = 0; lost < 2; lost++) { /* then 101 is lost */
    for (levels.last_seq = 97; levels.last_seq < 104; levels.last_seq++) {
      assert_true(pl_wire_cme_snapshot(&cme.packet, &levels));
      assert_int_equal(cme_send_snapshot(&cme), PL_OK);
      bool old = levels.last_seq < (lost ? 101u : 99u);
      assert_true(cme.decoder.events[cme.decoder.count - 1].aux == (old ? PL_SNAPSHOT_VOID : 0));
    }
    cme.broken = true;
    (void)send_pair(); /* 102 */
  }
}

/* Its numbers are the old run's too: adopted, it would make all updates old. */
static void case_06_levels_of_another_run(void **state) {
  (void)state;
  struct pl_wire_cme_snapshot levels = {.id = ID, .time_ns = TIME_NS};
  (void)send_pair(); /* packet 100 */
  for (uint32_t ahead = 4096; ahead < 4098; ahead++) {
    levels.last_seq = 100 + ahead;
    assert_true(pl_wire_cme_snapshot(&cme.packet, &levels));
    assert_int_equal(cme_send_snapshot(&cme), PL_OK);
    bool foreign = ahead > 4096;
    assert_true(cme.decoder.events[cme.decoder.count - 1].aux == (foreign ? PL_SNAPSHOT_VOID : 0));
  }
}

static void case_10_loss_behind_the_anchor(void **state) {
  (void)state;
  (void)send_pair(); /* packet 100 */
  put_chunk(ID, 100, 1, 2);
  send_snapshot("BA");
  cme.seqs[UPDATES]++; /* 101 is lost */
  cme.broken = true;
  uint64_t newer = send_pair(); /* 102 */
  put_chunk(ID, 100, 2, 2);
  send_snapshot("AX");
  send_anchor(ID, 101, newer);
}

static void case_08_snapshot_ahead_makes_updates_old(void **state) {
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

static void case_10_snapshot_needs_all_packets_behind_it(void **state) {
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
      TEST(case_09_chunks_out_of_order_are_thrown_away),
      TEST(case_08_updates_behind_the_anchor_are_named),
      TEST(case_08_busy_instrument_joins_between_its_chunks),
      TEST(case_08_anchor_older_than_the_trail),
      TEST(case_10_loss_behind_the_anchor),
      TEST(case_10_levels_from_before_a_loss),
      TEST(case_06_levels_of_another_run),
      TEST(case_08_snapshot_ahead_makes_updates_old),
      TEST(case_10_snapshot_needs_all_packets_behind_it),
      TEST(packets_numbered_anew_forget_the_old_numbers),
      TEST(case_07_anchor_near_the_wrap),
      TEST(book_from_nothing_outranks_a_snapshot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
