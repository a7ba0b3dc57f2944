/* Starbase snapshots: which are adopted, which are thrown away, and what is skipped after. */
#include "tests/unit/dataplane/venue/starbase_snapshots.h"

static void case_18_a_snapshot_is_told_in_its_order(void **state) {
  struct stars *stars = *state;
  (void)stars_snapshot(stars);
  header(stars, PERP, 1);
  part(stars, 9, PERP);
  part(stars, 3, PERP);
  trailer(stars, PERP, 1);
  assert_true(pl_wire_starbase_end_of_cycle(&stars->packet, &whole, 1));
  stars_send(stars);
  const struct pl_event wanted[] = {
      {.type = PL_EV_SNAPSHOT_BEGIN,
       .exch_ns = TIME_NS,
       .side = PL_SIDE_NONE,
       .order_id = 1,
       .aux = 1,
       .flags = PART},
      stars_add(9, 1000, 1, PART),
      stars_add(3, 1000, 1, PART),
      {.type = PL_EV_SNAPSHOT_END,
       .exch_ns = TIME_NS,
       .side = PL_SIDE_NONE,
       .order_id = 1,
       .aux = stars->decoder.seq - 1, /* its own: nothing newer was told */
       .flags = PART | PL_EVF_MESSAGE_END | PL_EVF_EVENT_END | PL_EVF_FRAME_END},
  };
  decoder_expect(&stars->decoder, wanted, COUNT(wanted));
}

static void a_snapshot_may_span_packets_and_be_empty(void **state) {
  struct stars *stars = *state;
  (void)stars_snapshot(stars);
  header(stars, PERP, 1);
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
  (void)stars_snapshot(stars);
  stars_send(stars); /* a heartbeat */
  (void)stars_snapshot(stars);
  trailer(stars, PERP, 1);
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 2);
  expect_end(stars, false);
}

static void case_09_a_lost_part_throws_the_snapshot_away(void **state) {
  struct stars *stars = *state;
  for (uint32_t heartbeat = 0; heartbeat < 2; heartbeat++) {
    (void)stars_snapshot(stars);
    header(stars, PERP, 1);
    part(stars, 5, PERP);
    stars_send(stars);
    if (heartbeat != 0) { /* it shows the loss, and has no room for an event */
      (void)stars_snapshot(stars);
      assert_int_equal(stars_take(stars, true), PL_OK);
      assert_int_equal(stars->decoder.count, 0);
    }
    (void)stars_snapshot(stars);
    part(stars, 6, PERP);
    trailer(stars, PERP, 1);
    assert_int_equal(stars_take(stars, heartbeat == 0), PL_OK);
    assert_int_equal(stars->decoder.count, 1);
    expect_end(stars, true);
    assert_int_equal(stars_counters(stars)->messages_headless, 3 * (heartbeat + 1));
  }
}

static void what_does_not_belong_throws_the_snapshot_away(void **state) {
  struct stars *stars = *state;
  static const uint64_t thrown[] = {1, 3, 4, 5, 6, 7}; /* the other's header is thrown away too */
  for (uint32_t way = 0; way < COUNT(thrown); way++) {
    (void)stars_snapshot(stars);
    header(stars, PERP, 1);
    part(stars, 5, PERP);
    switch (way) {
    case 0: header(stars, OPTION, 1); break;
    case 1: part(stars, 6, OPTION); break;
    case 2: trailer(stars, OPTION, 1); break;
    case 3: trailer(stars, PERP, 2); break;
    case 4: assert_true(pl_wire_starbase_end_of_cycle(&stars->packet, &whole, 1)); break;
    default: {
      struct pl_star_instrument other = stars_perpetual();
      other.exponent = 0; /* the unit changes under the parts */
      assert_true(pl_wire_starbase_instrument(&stars->packet, &whole, &other));
    }
    }
    stars_send(stars);
    const struct pl_event *events = stars->decoder.events;
    assert_true(events[2].type == PL_EV_SNAPSHOT_END && events[2].aux == PL_SNAPSHOT_VOID);
    assert_int_equal(stars_counters(stars)->messages_headless, thrown[way]);
  }
}

static void order_changes_do_not_come_in_snapshots(void **state) {
  struct stars *stars = *state;
  struct pl_star_packet *packet = stars_snapshot(stars);
  const struct pl_star_trade trade = {1, PERP, 1, 1, E9, 0};
  assert_true(pl_wire_starbase_reduced(packet, &whole, PL_STAR_BID, 1, PERP, 1));
  assert_true(pl_wire_starbase_delete(packet, &whole, PL_STAR_BID, 1, PERP));
  assert_true(pl_wire_starbase_trade(packet, &whole, &trade));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
  packet = stars_update(stars);
  assert_true(pl_wire_starbase_header(packet, &whole, PERP, TIME_NS, 1));
  assert_true(pl_wire_starbase_trailer(packet, &whole, PERP, TIME_NS, 1));
  assert_true(pl_wire_starbase_end_of_cycle(packet, &whole, 1));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
  assert_int_equal(stars_counters(stars)->messages_headless, 6);
}

/* A snapshot heals what was passed over before the definition. */
static void case_20_a_snapshot_follows_a_late_definition(void **state) {
  struct stars *stars = *state;
  stars_close(stars);
  stars_open(stars);
  stars_put(stars, 1, 1, 1); /* 1: passed over */
  stars_define(stars);       /* 2 */
  send_snapshot(stars, 0);
  expect_end(stars, true);
  send_snapshot(stars, 2);
  expect_end(stars, false);
}

/* Parts in the old unit, and a trailer after the new one was told. */
static void case_20_another_unit_overtakes_a_snapshot(void **state) {
  struct stars *stars = *state;
  struct pl_star_instrument other = stars_perpetual();
  other.exponent = 0;
  (void)stars_snapshot(stars);
  header(stars, PERP, 1);
  part(stars, 5, PERP);
  stars_send(stars);
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &other)); /* 2 */
  stars_send(stars);
  (void)stars_snapshot(stars);
  trailer(stars, PERP, 1);
  stars_send(stars);
  expect_end(stars, true);
}

/* Each time a quantity cannot be told the book is unknown, until the next snapshot. */
static void case_19_a_snapshot_heals_and_the_next_overflow_clears(void **state) {
  struct stars *stars = *state;
  for (uint32_t i = 0; i < 2; i++) {
    for (uint32_t again = 0; again < 2; again++) {
      stars_put(stars, 1, INT64_C(1000000000000000000), 1);
      assert_int_equal(stars->decoder.count, again == 0);
    }
    assert_int_equal(stars_counters(stars)->messages_headless, 2 * (i + 1));
    send_snapshot(stars, stars->seq - 1);
    expect_end(stars, false);
  }
}

/* Terms are better old than none, but an old status is not. */
static void case_20_an_old_snapshot_defines_what_nobody_did(void **state) {
  struct stars *stars = *state;
  struct pl_star_instrument option = stars_perpetual(); /* it says: open */
  option.instrument_id = OPTION;
  assert_true(pl_wire_starbase_status(stars_update(stars), &whole, OPTION, 5)); /* 2 */
  stars_send(stars);
  struct pl_star_packet *packet = stars_snapshot(stars);
  header(stars, OPTION, 1);
  assert_true(pl_wire_starbase_instrument(packet, &whole, &option));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 1);
  assert_int_equal(stars->decoder.events[0].type, PL_EV_INSTRUMENT);
  assert_int_equal(decoder_entry(&stars->decoder, OPTION)->state, 5);
}

static void an_old_index_price_is_not_taken(void **state) {
  struct stars *stars = *state;
  static const struct pl_star_mark older = {PL_STAR_WHOLE, TIME_NS - 1};
  const struct pl_star_info info = {PERP, 0, 0, 0, 2 * E9};
  assert_true(pl_wire_starbase_index(stars_update(stars), &whole, 3, 7 * E9));
  stars_send(stars);
  assert_true(pl_wire_starbase_index(stars_snapshot(stars), &older, 3, 6 * E9));
  stars_send(stars);
  assert_true(pl_wire_starbase_info(stars_update(stars), &whole, &info, false));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 2);
  assert_true(stars->decoder.events[0].price_e9 == 7 * E9);
}

/* What a snapshot says of status and prices may be older than what was told since. */
static void case_12_an_old_snapshot_lifts_no_halt(void **state) {
  struct stars *stars = *state;
  const struct pl_star_instrument perpetual = stars_perpetual(); /* it says: open */
  const struct pl_star_info info = {PERP, 0, 0, E9, 2 * E9};
  const struct pl_star_ref ref = {.instrument_id = PERP, .open_interest = 1};
  assert_true(pl_wire_starbase_status(stars_update(stars), &whole, PERP, 5)); /* 2 */
  stars_send(stars);
  for (int64_t anchor = 0; anchor < 4; anchor++) {
    struct pl_star_packet *packet = stars_snapshot(stars);
    header(stars, PERP, anchor);
    assert_true(pl_wire_starbase_instrument(packet, &whole, &perpetual));
    assert_true(pl_wire_starbase_info(packet, &whole, &info, true));
    assert_true(pl_wire_starbase_ref(packet, &whole, &ref, false));
    assert_true(pl_wire_starbase_status(packet, &whole, PERP, 0));
    trailer(stars, PERP, anchor);
    stars_send(stars);
    bool lifted = decoder_entry(&stars->decoder, (uint64_t)PERP)->state == 0;
    assert_int_equal(lifted, anchor >= 2);
    if (anchor < 2) assert_int_equal(stars->decoder.count, 2); /* begin and end alone */
  }
}

/* A decision waits for the end of a transaction that is going on. */
static void case_11_a_snapshot_ends_no_transaction(void **state) {
  struct stars *stars = *state;
  const struct pl_star_put put = {1, PERP, 1, E9, 1, 0};
  assert_true(pl_wire_starbase_put(stars_update(stars), &start, &put)); /* 2 */
  stars_send(stars);
  send_snapshot(stars, 2);
  expect_end(stars, false);
  for (uint32_t i = 0; i < stars->decoder.count; i++)
    assert_int_equal(stars->decoder.events[i].flags & PL_EVF_EVENT_END, 0);
  assert_true(pl_wire_starbase_delete(stars_update(stars), &end, PL_STAR_BID, 1, PERP));
  stars_send(stars);
  assert_true((stars->decoder.events[0].flags & PL_EVF_EVENT_END) != 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_18_a_snapshot_is_told_in_its_order),
      TEST(a_snapshot_may_span_packets_and_be_empty),
      TEST(case_09_a_lost_part_throws_the_snapshot_away),
      TEST(what_does_not_belong_throws_the_snapshot_away),
      TEST(order_changes_do_not_come_in_snapshots),
      TEST(case_20_a_snapshot_follows_a_late_definition),
      TEST(case_12_an_old_snapshot_lifts_no_halt),
      TEST(case_11_a_snapshot_ends_no_transaction),
      TEST(case_20_another_unit_overtakes_a_snapshot),
      TEST(case_19_a_snapshot_heals_and_the_next_overflow_clears),
      TEST(case_20_an_old_snapshot_defines_what_nobody_did),
      TEST(an_old_index_price_is_not_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
