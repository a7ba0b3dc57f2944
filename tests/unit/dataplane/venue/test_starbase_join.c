/* Which snapshots of Starbase join the stream of updates, and which events are newer than them. */
#include "tests/unit/dataplane/venue/starbase_snapshots.h"

/* However busy the instrument is: the end says which events come behind the anchor. */
static void case_08_updates_behind_the_anchor_are_named(void **state) {
  struct stars *stars = *state;
  uint64_t begins[6] = {[1] = stars->decoder.seq - stars->decoder.count};
  struct pl_star_packet *packet = stars_update(stars);
  for (int64_t order = 2; order < 5; order++) { /* messages 2 to 4, an event each, but the first */
    const struct pl_star_put put = {order, PERP, 1, E9, order, 0};
    begins[order] = stars->decoder.seq + (order > 2 ? (uint64_t)order - 1 : 0);
    assert_true(pl_wire_starbase_put(packet, &whole, &put));
  }
  stars_send(stars);
  assert_int_equal(stars->decoder.count, 4); /* "empty from here on" before the first */
  for (int64_t anchor = 0; anchor < 4; anchor++) {
    send_snapshot(stars, anchor);
    expect_end(stars, false);
    assert_true(stars->decoder.events[2].aux == begins[anchor + 1]);
  }
  for (int64_t ahead = 0; ahead < 3; ahead++) {
    send_snapshot(stars, 4 + ahead);
    assert_true(stars->decoder.events[2].aux == stars->decoder.seq - 1 + (ahead != 0));
  }
  send_snapshot(stars, 5); /* older than the one before */
  expect_end(stars, true);
}

static void case_08_busy_instrument_joins_between_its_parts(void **state) {
  struct stars *stars = *state;
  (void)stars_snapshot(stars);
  header(stars, PERP, 1);
  part(stars, 5, PERP);
  stars_send(stars);
  uint64_t newer = stars->decoder.seq;
  stars_put(stars, 1, 1, 1); /* 2 */
  stars_put(stars, 2, 1, 1); /* 3 */
  (void)stars_snapshot(stars);
  trailer(stars, PERP, 1);
  stars_send(stars);
  expect_end(stars, false);
  assert_true(stars->decoder.events[0].aux == newer);
}

static void case_08_anchor_older_than_the_trail(void **state) {
  struct stars *stars = *state;
  uint64_t begins[4];
  for (uint32_t i = 2; i < PL_TRAIL_UNITS + 3; i++) { /* messages 2, 3, ... */
    if (i < 4) begins[i] = stars->decoder.seq;
    stars_put(stars, 1, 1, 1);
  }
  send_snapshot(stars, 1);
  expect_end(stars, true);
  send_snapshot(stars, 2); /* message 3 is the oldest that is known */
  expect_end(stars, false);
  assert_true(stars->decoder.events[2].aux == begins[3]);
}

/* Units that another packet brought before keep their place. */
static void case_08_skipped_messages_keep_their_place(void **state) {
  (void)state;
  struct pl_trail trail = {0};
  pl_trail_put(&trail, 7, 70);
  pl_trail_reach(&trail, 8, 1);
  pl_trail_put(&trail, 8, 80); /* 7 and 8 come, 7 is skipped */
  pl_trail_reach(&trail, 9, 1);
  assert_true(pl_trail_newer(&trail, 1, 0, 99) == 80 && pl_trail_newer(&trail, 2, 0, 99) == 70);
  assert_true(pl_trail_newer(&trail, 3, 0, 99) == PL_SNAPSHOT_VOID);
  assert_true(pl_trail_newer(&trail, 0, 0, 99) == 99);
  assert_true(pl_trail_newer(&trail, -1, 0, 99) == PL_SNAPSHOT_VOID);
  assert_true(pl_trail_newer(&trail, -1, 1, 99) == 100);
  pl_trail_tear(&trail);
  assert_true(pl_trail_newer(&trail, 1, 0, 99) == PL_SNAPSHOT_VOID);
  assert_true(pl_trail_newer(&trail, 0, 0, 99) == 99);
}

static void case_10_loss_behind_the_anchor(void **state) {
  struct stars *stars = *state;
  stars_put(stars, 1, 1, 1); /* 2 */
  (void)stars_snapshot(stars);
  header(stars, PERP, 2);
  part(stars, 5, PERP);
  stars_send(stars);
  stars_lose(stars, 1); /* 3 */
  const struct pl_star_put put = {1, PERP, 1, E9, 1, 0};
  assert_true(pl_wire_starbase_put(stars_update(stars), &whole, &put)); /* 4 */
  uint64_t newer = stars->decoder.seq;
  assert_int_equal(stars_take(stars, true), PL_OK);
  (void)stars_snapshot(stars);
  trailer(stars, PERP, 2);
  stars_send(stars);
  expect_end(stars, true);
  send_snapshot(stars, 3);
  expect_end(stars, false);
  assert_true(stars->decoder.events[2].aux == newer);
}

static void case_08_what_the_adopted_snapshot_holds_is_skipped(void **state) {
  struct stars *stars = *state;
  send_snapshot(stars, 3);
  expect_end(stars, false);
  stars_put(stars, 1, 1, 1); /* 2 */
  assert_int_equal(stars->decoder.count, 0);
  stars_put(stars, 1, 1, 1); /* 3 */
  assert_int_equal(stars->decoder.count, 0);
  stars_put(stars, 1, 1, 1); /* 4: no "empty from here on" before it */
  assert_int_equal(stars->decoder.count, 1);
  assert_int_equal(stars->decoder.events[0].type, PL_EV_ORDER_ADD);
}

/* Whatever was lost may have changed any instrument, also one that is new. */
static void case_10_a_snapshot_from_before_a_gap_does_not_hold(void **state) {
  struct stars *stars = *state;
  stars_put(stars, 1, 1, 1); /* 2 */
  stars_lose(stars, 10);     /* 3 to 12 */
  (void)stars_update(stars);
  assert_int_equal(stars_take(stars, true), PL_OK); /* a heartbeat shows it: 13 is next */
  for (int64_t anchor = 2; anchor < 15; anchor++) {
    send_snapshot(stars, anchor);
    expect_end(stars, anchor < 12);
  }
}

static void a_snapshot_waits_for_the_updates_to_be_heard(void **state) {
  struct stars *stars = *state;
  stars_close(stars);
  stars_open(stars);
  const struct pl_star_instrument perpetual = stars_perpetual();
  for (uint32_t heard = 0; heard < 2; heard++) {
    struct pl_star_packet *packet = stars_snapshot(stars);
    header(stars, PERP, 500);
    assert_true(pl_wire_starbase_instrument(packet, &whole, &perpetual));
    part(stars, 5, PERP);
    trailer(stars, PERP, 500);
    stars_send(stars);
    expect_end(stars, heard == 0);
    stars->seq = 501;
    (void)stars_update(stars);
    assert_int_equal(stars_take(stars, true), PL_OK);
  }
}

static void a_snapshot_of_another_run_does_not_hold(void **state) {
  struct stars *stars = *state;
  stars->seq = INT64_C(1) << 40;
  stars_put(stars, 1, 1, 1);
  (void)stars_snapshot(stars);
  header(stars, PERP, INT64_C(1) << 40);
  part(stars, 5, PERP);
  stars_send(stars);
  stars->seq = 1; /* the venue counts anew */
  (void)stars_update(stars);
  assert_int_equal(stars_take(stars, true), PL_OK);
  (void)stars_snapshot(stars);
  trailer(stars, PERP, INT64_C(1) << 40);
  stars_send(stars);
  expect_end(stars, true);
  send_snapshot(stars, INT64_C(1) << 40); /* one more that was on its way */
  expect_end(stars, true);
  send_snapshot(stars, 0);
  expect_end(stars, false);
  (void)stars_snapshot(stars);
  header(stars, PERP, 5);
  stars_send(stars);
  stars->seq = 0; /* anew again, and soon past the anchor */
  (void)stars_update(stars);
  assert_int_equal(stars_take(stars, true), PL_OK);
  (void)stars_snapshot(stars);
  trailer(stars, PERP, 5);
  stars_send(stars);
  expect_end(stars, true);
}

/* Updates told since a hole are in the unit of then: another unit lets them go, though the book is
 * empty already and nobody said so on the incremental channel. */
static void case_10_another_unit_behind_a_hole_clears_again(void **state) {
  struct stars *stars = *state;
  struct pl_star_instrument other = stars_perpetual();
  stars_put(stars, 1, INT64_C(1000000000000000000), 1); /* 2: too large, a hole */
  assert_int_equal(stars->decoder.events[0].type, PL_EV_BOOK_CLEAR);
  stars_put(stars, 2, 1, 1); /* 3: told */
  assert_int_equal(stars->decoder.events[0].type, PL_EV_ORDER_ADD);
  other.exponent = 0;
  (void)stars_snapshot(stars);
  header(stars, PERP, 3);
  assert_true(pl_wire_starbase_instrument(&stars->packet, &whole, &other));
  stars_send(stars);
  assert_int_equal(stars->decoder.events[0].type, PL_EV_BOOK_CLEAR);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_08_updates_behind_the_anchor_are_named),
      TEST(case_08_busy_instrument_joins_between_its_parts),
      TEST(case_08_anchor_older_than_the_trail),
      TEST(case_08_skipped_messages_keep_their_place),
      TEST(case_10_loss_behind_the_anchor),
      TEST(case_08_what_the_adopted_snapshot_holds_is_skipped),
      TEST(case_10_a_snapshot_from_before_a_gap_does_not_hold),
      TEST(a_snapshot_waits_for_the_updates_to_be_heard),
      TEST(a_snapshot_of_another_run_does_not_hold),
      TEST(case_10_another_unit_behind_a_hole_clears_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
