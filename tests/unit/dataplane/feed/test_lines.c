/* Whole frames on two lines: whichever line brings them, in whatever order and however they are
 * cut, the same events come out as of a clean stream. */
#include "tests/unit/dataplane/feed/streams.h"

#include <stdlib.h>

#define UNITS 5u

static struct stream clean, lines;

/* The same but for what tells frames apart: their numbers, their times, and where they end. */
static void expect_clean(const char *what, uint32_t number) {
  if (lines.count != clean.count)
    fail_msg("%s, %s %u: %u events, not %u", lines.venue->name, what, number, lines.count,
             clean.count);
  for (uint32_t i = 0; i < clean.count; i++) {
    struct pl_event event = lines.events[i], wanted = clean.events[i];
    event.seq = wanted.seq = event.recv_ns = wanted.recv_ns = 0;
    event.flags &= (uint8_t)~PL_EVF_FRAME_END;
    wanted.flags &= (uint8_t)~PL_EVF_FRAME_END;
    if (memcmp(&event, &wanted, sizeof event) != 0)
      fail_msg("%s, %s %u: event %u differs", lines.venue->name, what, number, i);
  }
}

static void make_clean(const struct stream_venue *venue) {
  stream_open(&clean, venue);
  for (uint64_t unit = 1; unit <= UNITS; unit++)
    assert_int_equal(stream_take(&clean, PL_LINE_A, unit, 1), PL_OK);
  assert_true(clean.count >= UNITS);
}

/* What each of so many packets ended as. */
static void expect_ledger(uint64_t frames, uint64_t duplicates) {
  assert_int_equal(stream_outcome(&lines, PL_OK), frames - duplicates);
  assert_int_equal(stream_outcome(&lines, PL_E_DUPLICATE), duplicates);
  assert_int_equal(stream_channel(&lines)->gaps, 0);
  assert_int_equal(stream_channel(&lines)->held, 0);
}

/* Packets of a line: bit i of cuts ends one behind unit i + 1. Returns how many there are. */
static uint32_t cut(uint32_t cuts, uint64_t *from, uint32_t *count) {
  uint32_t packets = 0;
  for (uint64_t unit = 1; unit <= UNITS; unit++) {
    if (unit == 1 || cuts >> (unit - 2) & 1) {
      from[packets] = unit;
      count[packets++] = 0;
    }
    count[packets - 1]++;
  }
  return packets;
}

/* Both lines whole, their packets merged as the bits of `order` say: 1 is line B's turn. */
static void play_merged(const struct stream_venue *venue, uint32_t cuts_a, uint32_t cuts_b,
                        uint32_t order) {
  uint64_t from[2][UNITS];
  uint32_t count[2][UNITS], at[2] = {0, 0};
  const uint32_t packets[2] = {cut(cuts_a, from[0], count[0]), cut(cuts_b, from[1], count[1])};
  stream_open(&lines, venue);
  for (uint32_t i = 0; i < packets[0] + packets[1]; i++) {
    uint32_t line = order >> i & 1;
    (void)stream_take(&lines, (enum pl_line_id)line, from[line][at[line]], count[line][at[line]]);
    at[line]++;
  }
  expect_clean("order", order);
  expect_ledger(packets[0] + packets[1], stream_outcome(&lines, PL_E_DUPLICATE));
  stream_close(&lines);
}

static void case_02_lines_cut_differently_give_the_clean_events(void **state) {
  (void)state;
  uint32_t played = 0;
  for (uint32_t v = 0; v < STREAM_VENUES; v++) {
    const struct stream_venue *venue = &stream_venues[v];
    const uint32_t single = (1u << (UNITS - 1)) - 1;
    make_clean(venue);
    for (uint32_t cuts_a = venue->units_max == 1 ? single : 0; cuts_a <= single; cuts_a += 3)
      for (uint32_t cuts_b = venue->units_max == 1 ? single : 0; cuts_b <= single; cuts_b++) {
        uint32_t a = (uint32_t)__builtin_popcount(cuts_a) + 1;
        uint32_t b = (uint32_t)__builtin_popcount(cuts_b) + 1;
        for (uint32_t order = 0; order < 1u << (a + b); order++)
          if ((uint32_t)__builtin_popcount(order) == b)
            play_merged(venue, cuts_a, cuts_b, order), played++;
      }
    stream_close(&clean);
  }
  (void)printf("%u merges\n", played);
}

/* All orders of the packets behind the first one, on one line or by turns on both. */
static void case_03_every_order_gives_the_clean_events(void **state) {
  (void)state;
  for (uint32_t v = 0; v < STREAM_VENUES; v++) {
    make_clean(&stream_venues[v]);
    for (uint32_t order = 0; order < 24; order++)
      for (uint32_t turns = 0; turns < 3; turns++) {
        uint64_t units[] = {2, 3, 4, 5};
        uint32_t rest = order;
        stream_open(&lines, &stream_venues[v]);
        assert_int_equal(stream_take(&lines, PL_LINE_A, 1, 1), PL_OK);
        for (uint32_t left = 4; left > 0; left--) {
          uint32_t pick = rest % left;
          rest /= left;
          uint32_t line = turns == 2 ? left % 2 : turns;
          assert_int_equal(stream_take(&lines, (enum pl_line_id)line, units[pick], 1), PL_OK);
          units[pick] = units[left - 1];
        }
        expect_clean("order", order);
        expect_ledger(UNITS, 0);
        stream_close(&lines);
      }
    stream_close(&clean);
  }
}

/* A alone, B alone, and both with every loss that leaves each unit on one of them. */
static void case_03_what_one_line_lost_the_other_brings(void **state) {
  (void)state;
  const uint32_t all = (1u << UNITS) - 1;
  for (uint32_t v = 0; v < STREAM_VENUES; v++) {
    make_clean(&stream_venues[v]);
    for (uint32_t a = 0; a <= all; a++)
      for (uint32_t b = 0; b <= all; b++) {
        if ((a | b) != all) continue;
        uint32_t both = (uint32_t)(__builtin_popcount(a) + __builtin_popcount(b));
        stream_open(&lines, &stream_venues[v]);
        for (uint64_t unit = 1; unit <= UNITS + 1; unit++) { /* B lags by one packet */
          if (unit <= UNITS && a >> (unit - 1) & 1) (void)stream_take(&lines, PL_LINE_A, unit, 1);
          if (unit == 1 && (a & 1) == 0) (void)stream_take(&lines, PL_LINE_B, 1, 1);
          if (unit == 2 && (a & 1) == 0) continue;
          if (unit > 1 && b >> (unit - 2) & 1) (void)stream_take(&lines, PL_LINE_B, unit - 1, 1);
        }
        expect_clean("losses", a << UNITS | b);
        expect_ledger(both, both - UNITS);
        stream_close(&lines);
      }
    stream_close(&clean);
  }
}

/* A copy that is far behind, or a packet wholly inside what came, adds nothing. */
static void case_01_copies_add_nothing(void **state) {
  (void)state;
  for (uint32_t v = 1; v < STREAM_VENUES; v++) {
    make_clean(&stream_venues[v]);
    stream_open(&lines, &stream_venues[v]);
    (void)stream_take(&lines, PL_LINE_A, 1, 2);
    (void)stream_take(&lines, PL_LINE_A, 4, 2);
    for (uint64_t from = 1; from <= UNITS; from++)
      for (uint32_t count = 1; from + count <= 3; count++)
        assert_int_equal(stream_take(&lines, PL_LINE_B, from, count), PL_E_DUPLICATE);
    assert_int_equal(stream_take(&lines, PL_LINE_B, 4, 2), PL_E_DUPLICATE); /* of one held */
    assert_int_equal(stream_take(&lines, PL_LINE_B, 5, 1), PL_E_DUPLICATE);
    assert_int_equal(stream_take(&lines, PL_LINE_B, 2, 3), PL_OK);
    for (uint32_t i = 0; i < 3; i++)
      assert_int_equal(stream_take(&lines, (enum pl_line_id)(i % 2), 1, UNITS), PL_E_DUPLICATE);
    expect_clean("copies", 0);
    expect_ledger(11, 8);
    stream_close(&lines);
    stream_close(&clean);
  }
}

/* A heartbeat showed the loss, and nothing followed it: until something does, the decoder does not
 * know and may take a snapshot from before the loss for good. So the loss is told again. */
static void case_08_loss_that_a_heartbeat_told_is_told_before_what_follows(void **state) {
  (void)state;
  stream_open(&lines, STREAM_STARBASE);
  assert_int_equal(stream_take(&lines, PL_LINE_A, 1, 2), PL_OK);
  assert_int_equal(stream_take(&lines, PL_LINE_A, 5, 0), PL_OK);
  stream_expect(&lines, "");
  stream_tick(&lines, GAP_WAIT_NS);
  stream_expect(&lines, "G");
  assert_int_equal(stream_take(&lines, PL_LINE_A, 5, 1), PL_OK);
  stream_expect(&lines, "G");
  assert_int_equal(stream_take(&lines, PL_LINE_A, 6, 1), PL_OK);
  assert_int_equal(stream_take(&lines, PL_LINE_A, 8, 1), PL_OK);
  stream_tick(&lines, GAP_WAIT_NS);
  assert_int_equal(stream_take(&lines, PL_LINE_A, 9, 1), PL_OK);
  stream_expect(&lines, "G"); /* behind this one something waited: once is enough */
  stream_close(&lines);
}

/* Held packets that became known give their room back: there is some for every next one. */
static void case_01_held_copies_take_no_room_for_long(void **state) {
  (void)state;
  stream_open(&lines, STREAM_ITCH);
  assert_int_equal(stream_take(&lines, PL_LINE_A, 1, 1), PL_OK);
  for (uint64_t unit = 2; unit < 2 + 3 * 2 * PL_LINE_HELD_MAX; unit += 3) {
    assert_int_equal(stream_take(&lines, PL_LINE_A, unit + 1, 1), PL_OK);
    assert_int_equal(stream_take(&lines, PL_LINE_B, unit, 3), PL_OK);
    lines.count = 0;
  }
  expect_ledger(1 + 4 * PL_LINE_HELD_MAX, 2 * PL_LINE_HELD_MAX);
  stream_close(&lines);
}

static int setup(void **state) {
  (void)state;
  memset(&lines, 0, sizeof lines);
  memset(&clean, 0, sizeof clean);
  return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_01_copies_add_nothing),
      TEST(case_01_held_copies_take_no_room_for_long),
      TEST(case_02_lines_cut_differently_give_the_clean_events),
      TEST(case_03_every_order_gives_the_clean_events),
      TEST(case_03_what_one_line_lost_the_other_brings),
      TEST(case_08_loss_that_a_heartbeat_told_is_told_before_what_follows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
