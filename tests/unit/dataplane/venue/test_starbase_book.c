/* Starbase orders: transactions, books that begin, units of quantity, definitions that come late.
 */
#include "engine/base/fixed.h"
#include "tests/unit/dataplane/venue/starbase_packets.h"

#define ENDED PL_EVF_EVENT_END
#define FRAME PL_EVF_FRAME_END
#define ORDER (PL_EVF_ORDERS | PL_EVF_MESSAGE_END)

static int open_stars(void **state) {
  struct stars *stars = calloc(1, sizeof *stars);
  if (stars == NULL) return -1;
  stars_open(stars);
  *state = stars;
  return 0;
}

static int close_stars(void **state) {
  stars_close(*state);
  free(*state);
  return 0;
}

static void put(struct stars *stars, const struct pl_star_mark *mark, int64_t instrument_id,
                int64_t order_id) {
  const struct pl_star_put order = {order_id, instrument_id, 1000, E9, order_id * 10, 0};
  assert_true(pl_wire_starbase_put(&stars->packet, mark, &order));
}

/* The flags of the last packet's events, in order. */
static void expect_flags(const struct stars *stars, const uint8_t *flags, uint32_t count) {
  assert_int_equal(stars->decoder.count, count);
  for (uint32_t i = 0; i < count; i++)
    if (stars->decoder.events[i].flags != flags[i])
      fail_msg("event %u: %x, not %x", i, stars->decoder.events[i].flags, flags[i]);
}

static void define(struct stars *stars, int64_t instrument_id, int8_t exponent, const char *name) {
  struct pl_star_instrument instrument = stars_perpetual();
  instrument.instrument_id = instrument_id;
  instrument.exponent = exponent;
  instrument.name = name;
  assert_true(pl_wire_starbase_instrument(stars_update(stars), &whole, &instrument));
  stars_send(stars);
}

/* Two instruments, both begun. */
static void begin_both(struct stars *stars) {
  define(stars, PERP, -3, "A");
  define(stars, OPTION, -3, "B");
  (void)stars_update(stars);
  put(stars, &whole, PERP, 1);
  put(stars, &whole, OPTION, 2);
  stars_send(stars);
}

static void case_11_a_transaction_ends_for_all_that_it_touched(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  put(stars, &start, PERP, 3);
  put(stars, &inside, OPTION, 4);
  put(stars, &end, PERP, 5);
  put(stars, &whole, OPTION, 6);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER, ORDER | ENDED, ORDER | ENDED, ORDER | ENDED | FRAME}, 4);
}

static void case_11_a_transaction_goes_on_in_later_packets(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  put(stars, &start, PERP, 3);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | FRAME}, 1);
  (void)stars_update(stars); /* a heartbeat between changes nothing */
  stars_send(stars);
  (void)stars_update(stars);
  put(stars, &inside, PERP, 4);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | FRAME}, 1);
  (void)stars_update(stars);
  put(stars, &end, OPTION, 5);
  stars_send(stars);
  const struct pl_event *events = stars->decoder.events;
  expect_flags(stars, (uint8_t[]){ORDER | ENDED, ENDED | FRAME}, 2);
  assert_true(events[1].type == PL_EV_NONE && events[1].instrument == 0);
}

static void case_11_neither_bit_is_inside(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  put(stars, &inside, PERP, 3);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | FRAME}, 1);
  (void)stars_update(stars);
  put(stars, &end, PERP, 4);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | ENDED | FRAME}, 1);
}

static void case_11_a_start_ends_what_never_ended(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  put(stars, &start, PERP, 3);
  put(stars, &start, OPTION, 4);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | ENDED, ORDER | FRAME}, 2);
  (void)stars_update(stars);
  put(stars, &whole, PERP, 5);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ENDED, ORDER | ENDED | FRAME}, 2); /* OPTION's, then its own */
  assert_int_equal(stars->decoder.events[0].instrument, 1);
  assert_int_equal(stars_counters(stars)->messages_headless, 2);
}

/* With its end the transaction may have lost orders: nothing is decided until the next end. */
static void case_11_an_end_that_was_lost_ends_nothing(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  put(stars, &start, PERP, 3);
  stars_send(stars);
  stars_lose(stars, 1);
  (void)stars_update(stars);
  put(stars, &inside, OPTION, 4);
  assert_int_equal(stars_take(stars, true), PL_OK);
  expect_flags(stars, (uint8_t[]){ORDER | FRAME}, 1);
  (void)stars_update(stars);
  put(stars, &end, OPTION, 5);
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER | ENDED | FRAME}, 1);
  assert_int_equal(stars_counters(stars)->messages_headless, 0);
}

/* The events for 64 open instruments and the packet's own stay within what was announced. */
static void case_11_many_open_instruments_end_at_once(void **state) {
  struct decoder *decoder = &((struct stars *)*state)->decoder;
  struct stars *stars = *state;
  decoder_close(decoder);
  decoder_open(decoder, "starbase", 200);
  for (int64_t id = 0; id < 150; id++) define(stars, id, 0, "X");
  (void)stars_update(stars);
  for (int64_t id = 0; id < 100; id++) put(stars, id == 0 ? &start : &inside, id, id);
  stars_send(stars);
  assert_int_equal(decoder->count, 200); /* each begins its book */
  assert_true(pl_wire_starbase_delete(stars_update(stars), &end, PL_STAR_BID, 1, 149));
  stars_send(stars);
  assert_int_equal(decoder->count, 2 + PL_EVENT_OPEN_MAX);
}

/* Crossed inside a transaction is the venue's way; the end is where the book is looked at. A halt
 * reaches the engine as closed, which freezes decisions. */
static void case_12_halted_is_closed_and_inside_ends_nothing(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  (void)stars_update(stars);
  const struct pl_star_put crossing = {9, PERP, 1000, E9 / 2, 1, PL_STAR_ASK};
  assert_true(pl_wire_starbase_put(&stars->packet, &start, &crossing));
  assert_true(pl_wire_starbase_status(&stars->packet, &inside, PERP, 5));
  stars_send(stars);
  expect_flags(stars, (uint8_t[]){ORDER, FRAME}, 2);
}

static void case_12_a_halt_freezes_and_open_thaws(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  for (int8_t status = 1; status <= 5; status++) {
    assert_true(pl_wire_starbase_status(stars_update(stars), &whole, PERP, status));
    stars_send(stars);
    assert_int_equal(stars->decoder.events[0].aux, PL_COND_CLOSED);
  }
  assert_true(pl_wire_starbase_status(stars_update(stars), &whole, PERP, 0));
  stars_send(stars);
  assert_int_equal(stars->decoder.events[0].aux, PL_COND_OPEN);
}

/* A put of an order that is known is an add again: the book moves it behind by its new priority. */
static void case_18_a_put_on_a_known_id_brings_its_new_priority(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  const struct pl_star_put again = {1, PERP, 500, 2 * E9, 99, PL_STAR_BID};
  assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &again));
  stars_send(stars);
  const struct pl_event wanted = {.type = PL_EV_ORDER_ADD,
                                  .exch_ns = TIME_NS,
                                  .order_id = 1,
                                  .aux = 99,
                                  .price_e9 = 2 * E9,
                                  .qty_e8 = E8 / 2,
                                  .side = PL_BID,
                                  .flags = ORDER | ENDED | FRAME};
  decoder_expect(&stars->decoder, &wanted, 1);
}

static void case_18_reduced_to_nothing_is_deleted(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  assert_true(pl_wire_starbase_reduced(stars_update(stars), &whole, PL_STAR_ASK, 1, PERP, 0));
  stars_send(stars);
  const struct pl_event wanted = {.type = PL_EV_ORDER_DELETE,
                                  .exch_ns = TIME_NS,
                                  .order_id = 1,
                                  .side = PL_ASK,
                                  .flags = ORDER | ENDED | FRAME};
  decoder_expect(&stars->decoder, &wanted, 1);
}

/* Which orders exist is the book's to know. */
static void case_18_what_is_not_known_passes_through(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  assert_true(pl_wire_starbase_delete(stars_update(stars), &whole, PL_STAR_BID, 404, PERP));
  stars_send(stars);
  assert_int_equal(stars->decoder.events[0].type, PL_EV_ORDER_DELETE);
  assert_true(pl_wire_starbase_reduced(stars_update(stars), &whole, PL_STAR_BID, 404, PERP, 1));
  stars_send(stars);
  assert_int_equal(stars->decoder.events[0].type, PL_EV_ORDER_CHANGE);
}

/* Every exponent, the largest mantissa that still is a quantity, and one more. */
static void case_19_quantities_are_exact_or_not_told(void **state) {
  struct stars *stars = *state;
  int64_t unit_e8 = 1;
  for (int8_t exponent = -8; exponent <= 10; exponent++) {
    if (exponent != -8) unit_e8 *= 10;
    int64_t id = 100 + exponent, largest = PL_QTY_E8_MAX / unit_e8;
    decoder_close(&stars->decoder);
    stars_open(stars);
    define(stars, id, exponent, "X");
    struct pl_star_put order = {1, id, largest, E9, 1, 0};
    assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &order));
    stars_send(stars);
    assert_int_equal(stars->decoder.count, 2);
    assert_true(stars->decoder.events[1].qty_e8 == largest * unit_e8);
    order.quantity = 1;
    assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &order));
    stars_send(stars);
    assert_true(stars->decoder.events[0].qty_e8 == unit_e8);
    if (exponent == -8) continue; /* judged: no mantissa is above the limit */
    order.quantity = largest + 1;
    assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &order));
    stars_send(stars);
    const struct pl_event unknown = {
        .type = PL_EV_BOOK_CLEAR, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .flags = ENDED | FRAME};
    decoder_expect(&stars->decoder, &unknown, 1);
    const struct pl_star_trade trade = {1, id, 1, largest + 1, E9, 0};
    assert_true(pl_wire_starbase_trade(stars_update(stars), &whole, &trade));
    stars_send(stars);
    assert_int_equal(stars->decoder.count, 0);
    assert_int_equal(stars_counters(stars)->messages_headless, 2);
  }
}

static void case_20_the_first_order_begins_the_book(void **state) {
  struct stars *stars = *state;
  define(stars, PERP, -3, "A");
  (void)stars_update(stars);
  put(stars, &whole, PERP, 1);
  stars_send(stars);
  const struct pl_event wanted[] = {
      {.type = PL_EV_BOOK_CLEAR, .exch_ns = TIME_NS, .side = PL_SIDE_NONE, .aux = 1},
      stars_add(1, 1000, 1, PL_EVF_MESSAGE_END | ENDED | FRAME)};
  decoder_expect(&stars->decoder, wanted, 2);
  assert_true(pl_wire_starbase_delete(stars_update(stars), &whole, PL_STAR_BID, 1, PERP));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 1);
}

/* Orders before their definition have no unit: nothing is told, and the book does not begin. */
static void case_20_orders_before_their_definition(void **state) {
  struct stars *stars = *state;
  struct pl_star_packet *packet = stars_update(stars);
  const struct pl_star_trade trade = {1, PERP, 1, 1, E9, 0};
  put(stars, &whole, PERP, 1);
  assert_true(pl_wire_starbase_reduced(packet, &whole, PL_STAR_BID, 1, PERP, 0));
  assert_true(pl_wire_starbase_delete(packet, &whole, PL_STAR_BID, 1, PERP));
  assert_true(pl_wire_starbase_trade(packet, &whole, &trade));
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
  assert_int_equal(stars_counters(stars)->messages_headless, 4);
  define(stars, PERP, -3, "A");
  assert_int_equal(stars->decoder.events[0].type, PL_EV_INSTRUMENT);
  (void)stars_update(stars);
  put(stars, &whole, PERP, 2);
  stars_send(stars);
  const struct pl_event wanted = stars_add(2, 1000, 1, PL_EVF_MESSAGE_END | ENDED | FRAME);
  decoder_expect(&stars->decoder, &wanted, 1); /* no begin: order 1 may rest there */
}

static void expect_cleared(const struct stars *stars) {
  const struct pl_event *events = stars->decoder.events;
  assert_int_equal(stars->decoder.count, 2);
  assert_true(events[0].type == PL_EV_BOOK_CLEAR && events[0].aux == 0);
  assert_int_equal(events[1].type, PL_EV_INSTRUMENT);
}

static void case_20_another_unit_clears_the_book(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  define(stars, PERP, -3, "A"); /* the same again */
  assert_int_equal(stars->decoder.count, 1);
  define(stars, PERP, -2, "A");
  expect_cleared(stars);
  (void)stars_update(stars);
  put(stars, &whole, PERP, 3);
  stars_send(stars);
  const struct pl_event wanted = stars_add(3, 10000, 1, PL_EVF_MESSAGE_END | ENDED | FRAME);
  decoder_expect(&stars->decoder, &wanted, 1);
}

static void case_20_an_id_used_again_is_another_instrument(void **state) {
  struct stars *stars = *state;
  begin_both(stars);
  uint32_t known = pl_directory_count(stars->decoder.directory);
  define(stars, PERP, -3, "C");
  assert_int_equal(stars->decoder.events[0].type, PL_EV_STATUS);
  assert_int_equal(stars->decoder.events[0].aux, PL_COND_CLOSED);
  assert_int_equal(stars->decoder.events[1].type, PL_EV_INSTRUMENT);
  assert_int_equal(stars->decoder.events[1].instrument, known);
  (void)stars_update(stars);
  put(stars, &whole, PERP, 3);
  stars_send(stars);
  for (uint32_t i = 0; i < stars->decoder.count; i++) /* no order of the old one stands in it */
    assert_int_not_equal(stars->decoder.events[i].type, PL_EV_BOOK_CLEAR);
  assert_int_equal(stars->decoder.events[0].instrument, known);
}

/* The venue began to count anew: what the old run told of orders is of no use, the unit is. */
static void case_20_a_new_run_begins_from_nothing(void **state) {
  struct stars *stars = *state;
  (void)stars_update(stars);
  put(stars, &whole, PERP, 1); /* passed over */
  stars_send(stars);
  define(stars, PERP, -3, "A");
  stars->seq = 1;
  (void)stars_update(stars);
  put(stars, &whole, PERP, 2);
  assert_int_equal(stars_take(stars, true), PL_OK);
  assert_int_equal(stars->decoder.count, 2);
  assert_true(stars->decoder.events[0].type == PL_EV_BOOK_CLEAR &&
              stars->decoder.events[0].aux == 1);
}

static void a_full_directory_is_counted(void **state) {
  struct stars *stars = *state;
  for (int64_t id = 1; id <= INSTRUMENTS; id++) define(stars, id, 0, "X");
  define(stars, 99, 0, "Y");
  assert_int_equal(stars->decoder.count, 0);
  (void)stars_update(stars);
  put(stars, &whole, 99, 1);
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 0);
  assert_int_equal(stars_counters(stars)->instruments_full, 2);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_stars, close_stars)
  const struct CMUnitTest tests[] = {
      TEST(case_11_a_transaction_ends_for_all_that_it_touched),
      TEST(case_11_a_transaction_goes_on_in_later_packets),
      TEST(case_11_neither_bit_is_inside),
      TEST(case_11_a_start_ends_what_never_ended),
      TEST(case_11_an_end_that_was_lost_ends_nothing),
      TEST(case_11_many_open_instruments_end_at_once),
      TEST(case_12_halted_is_closed_and_inside_ends_nothing),
      TEST(case_12_a_halt_freezes_and_open_thaws),
      TEST(case_18_a_put_on_a_known_id_brings_its_new_priority),
      TEST(case_18_reduced_to_nothing_is_deleted),
      TEST(case_18_what_is_not_known_passes_through),
      TEST(case_19_quantities_are_exact_or_not_told),
      TEST(case_20_the_first_order_begins_the_book),
      TEST(case_20_orders_before_their_definition),
      TEST(case_20_another_unit_clears_the_book),
      TEST(case_20_an_id_used_again_is_another_instrument),
      TEST(case_20_a_new_run_begins_from_nothing),
      TEST(a_full_directory_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
