/* Where a snapshot channel has told all that it serves. */
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_deribit.h"
#include "tests/venue/wire_starbase.h"

static bool ends(const char *venue, const uint8_t *bytes, size_t size) {
  const struct pl_packet packet = {.data = bytes, .size_bytes = (uint32_t)size};
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  assert_int_equal(pl_venue_find(venue)->head(&packet, &head), PL_OK);
  assert_int_equal(pl_venue_find(venue)->judge(&packet, &verdict), PL_OK);
  return verdict.cycle_ends;
}

static void deribit_by_its_end_message(void **state) {
  (void)state;
  static const struct pl_wire_level level = {PL_WIRE_BID, PL_WIRE_NEW, 99.5, 2};
  const struct pl_wire_snapshot snapshot = {11, 1, 2, 1, 1, &level, 1};
  for (int with_end = 0; with_end < 2; with_end++) {
    struct pl_wire_packet packet;
    uint8_t bytes[512];
    assert_true(pl_wire_deribit_begin(&packet, bytes, sizeof bytes, 107, 1));
    assert_true(pl_wire_deribit_snapshot_start(&packet, 9));
    if (with_end) assert_true(pl_wire_deribit_snapshot_end(&packet));
    assert_true(pl_wire_deribit_snapshot(&packet, &snapshot));
    assert_int_equal(ends("deribit", bytes, pl_wire_deribit_finish(&packet)), with_end);
  }
}

static void starbase_by_its_end_of_cycle(void **state) {
  (void)state;
  const struct pl_star_mark mark = {PL_STAR_WHOLE, 1};
  static const struct {
    uint16_t type;
    bool with_end, ends;
  } rows[] = {{PL_STAR_SNAPSHOT, false, false},
              {PL_STAR_SNAPSHOT, true, true},
              {PL_STAR_INCREMENTAL, true, false}, /* where it does not belong */
              {PL_STAR_REPLY, true, false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_star_packet packet;
    uint8_t bytes[512];
    const struct pl_star_head head = {1, 1, 310, rows[i].type};
    assert_true(pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head));
    assert_true(pl_wire_starbase_header(&packet, &mark, 1, 1, 20));
    if (rows[i].with_end) assert_true(pl_wire_starbase_end_of_cycle(&packet, &mark, 1));
    assert_true(pl_wire_starbase_status(&packet, &mark, 1, 0));
    assert_int_equal(ends("starbase", bytes, pl_wire_starbase_finish(&packet)), rows[i].ends);
  }
}

static void who_has_snapshots_says_so(void **state) {
  (void)state;
  assert_true(pl_venue_find("deribit")->has_snapshots);
  assert_true(pl_venue_find("cme")->has_snapshots);
  assert_true(pl_venue_find("starbase")->has_snapshots);
  assert_false(pl_venue_find("itch")->has_snapshots);
  assert_false(pl_venue_find("deep")->has_snapshots);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(deribit_by_its_end_message),
      cmocka_unit_test(starbase_by_its_end_of_cycle),
      cmocka_unit_test(who_has_snapshots_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
