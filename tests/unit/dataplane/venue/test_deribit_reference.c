/* Races of reference data: books before their definition, ids that change hands. */
#include "tests/unit/dataplane/venue/packets.h"

static struct packets packets;

static int setup(void **state) {
  (void)state;
  packets_open(&packets);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  packets_close(&packets);
  return 0;
}

static void send_definition(const char *name) {
  const struct pl_wire_instrument instrument = {
      .instrument_id = 77, .state = 1, .type = 1, .tick_size = 0.5, .name = name};
  packets_begin(&packets);
  assert_true(pl_wire_deribit_instrument_v2(&packets.packet, &instrument));
  assert_int_equal(packets_send(&packets), PL_OK);
}

static void send_book(void) {
  static const struct pl_wire_level level = {PL_WIRE_BID, PL_WIRE_NEW, 99.5, 2};
  const struct pl_wire_book book = {77, TIME_MS, 1, 2, 1, &level, 1};
  packets_begin(&packets);
  assert_true(pl_wire_deribit_book(&packets.packet, &book));
  assert_int_equal(packets_send(&packets), PL_OK);
}

static void case_20_book_before_its_definition_keeps_its_instrument(void **state) {
  (void)state;
  send_book();
  assert_int_equal(packets.decoder.count, 1);
  assert_int_equal(packets.decoder.events[0].instrument, 0);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 0), "");
  send_definition("A");
  assert_int_equal(packets.decoder.events[0].instrument, 0);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 0), "A");
}

static void case_20_id_reuse_is_another_instrument(void **state) {
  (void)state;
  send_definition("A");
  send_definition("A"); /* a repetition changes nothing */
  assert_int_equal(pl_directory_count(packets.decoder.directory), 1);
  send_definition("B");
  assert_int_equal(packets.decoder.events[0].type, PL_EV_STATUS);
  assert_int_equal(packets.decoder.events[0].instrument, 0);
  assert_int_equal(packets.decoder.events[0].aux, PL_COND_CLOSED);
  assert_int_equal(packets.decoder.events[0].flags, PL_EVF_EVENT_END);
  assert_int_equal(packets.decoder.events[1].type, PL_EV_INSTRUMENT);
  assert_int_equal(packets.decoder.events[1].instrument, 1);
  assert_string_equal(pl_directory_name(packets.decoder.directory, 0), "A");
  assert_string_equal(pl_directory_name(packets.decoder.directory, 1), "B");
  send_book();
  assert_int_equal(packets.decoder.events[0].instrument, 1);
}

static void case_20_id_reuse_without_room_is_counted(void **state) {
  (void)state;
  send_definition("A");
  for (uint64_t id = 1000; pl_directory_count(packets.decoder.directory) < INSTRUMENTS; id++)
    (void)pl_directory_index(packets.decoder.directory, id, 0);
  send_definition("B");
  assert_int_equal(packets.decoder.count, 0);
  assert_int_equal(packets.decoder.venue->counters(packets.decoder.state)->instruments_full, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_20_book_before_its_definition_keeps_its_instrument),
      TEST(case_20_id_reuse_is_another_instrument),
      TEST(case_20_id_reuse_without_room_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
