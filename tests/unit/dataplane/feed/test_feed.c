/* The feed handler: each frame ends under one name, and what happens to a channel is told to its
 * instruments before anything newer is. */
#include "tests/unit/dataplane/feed/wires.h"

static struct wires wires;

static int setup(void **state) {
  (void)state;
  wires_open(&wires);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  wires_close(&wires);
  return 0;
}

static uint64_t outcome(enum pl_status status) {
  return pl_feed_counters(wires.feed)->outcomes[status];
}

/* A good ticker frame of channel 1, wrapped and not sent yet. */
static void make_ticker(uint32_t sequence) {
  const struct pl_wire_ticker ticker = {.instrument_id = 10, .timestamp_ms = 5};
  wires_begin(&wires, 1, sequence);
  assert_true(pl_wire_deribit_ticker(&wires.packet, &ticker));
  wires_wrap(&wires);
}

/* One byte of a good frame changed, and the name it then is dropped under. */
static void each_drop_has_its_name(void **state) {
  (void)state;
  static const struct {
    uint32_t at;
    uint8_t value;
    enum pl_status status;
  } rows[] = {{12, 0x86, PL_E_NOT_IPV4},   {23, 6, PL_E_NOT_UDP},      {20, 0x20, PL_E_FRAGMENT},
              {16, 0xff, PL_E_IP_LENGTH},  {42, 0xff, PL_E_TRUNCATED}, {42, 1, PL_E_TRAILING},
              {54, 9, PL_E_SCHEMA},        {50, 100, PL_E_BLOCK},      {74, 0xff, PL_E_VALUE},
              {30, 10, PL_E_NOT_MULTICAST}};
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    make_ticker(1);
    wires.bytes[rows[i].at] = rows[i].value;
    uint64_t before = outcome(rows[i].status);
    enum pl_status status = wires_accept(&wires, PL_LINE_A);
    if (status != rows[i].status) fail_msg("row %u: %s", i, pl_status_name(status));
    assert_int_equal(outcome(rows[i].status), before + 1);
    assert_int_equal(pl_feed_pending(wires.feed), 0);
  }
  make_ticker(1);
  wires.size_bytes = 13;
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_E_RUNT);
  const struct pl_frame large = {.data = wires.bytes, .size_bytes = PL_FRAME_BYTES_MAX + 1};
  const struct pl_frame absent = {.data = NULL, .size_bytes = 100};
  assert_int_equal(pl_feed_accept(wires.feed, &large, 0), PL_E_OVERSIZE);
  assert_int_equal(pl_feed_accept(wires.feed, &absent, 0), PL_E_OVERSIZE);
}

static void second_line_is_a_duplicate_without_events(void **state) {
  (void)state;
  for (uint32_t sequence = 1; sequence < 5; sequence++) {
    make_ticker(sequence);
    enum pl_line_id first = sequence & 1 ? PL_LINE_A : PL_LINE_B;
    assert_int_equal(wires_accept(&wires, first), PL_OK);
    wires_drain(&wires);
    assert_true(wires.count > 0);
    assert_int_equal(wires_accept(&wires, first == PL_LINE_A ? PL_LINE_B : PL_LINE_A),
                     PL_E_DUPLICATE);
    assert_int_equal(pl_feed_pending(wires.feed), 0);
  }
  assert_int_equal(outcome(PL_E_DUPLICATE), 4);
}

static void channels_beyond_the_table_are_dropped(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PL_CHANNELS_MAX; i++) {
    uint32_t channel = i < 100 ? i : 100 + i; /* from 200 on, each has a home of its own too */
    wires_begin(&wires, (uint16_t)channel, 1);
    uint32_t taken = i < 100 ? i + 1 : 100 + 2 * (i - 99);
    assert_int_equal(wires_send(&wires), taken <= PL_CHANNELS_MAX ? PL_OK : PL_E_CHANNELS_FULL);
  }
  wires_begin(&wires, 5, 2); /* the known ones go on */
  assert_int_equal(wires_send(&wires), PL_OK);
}

/* Three instruments on channel 1, one on channel 2. */
static void list_instruments(void) {
  assert_int_equal(wires_ticker(&wires, 1, 1, 10), PL_OK);
  assert_int_equal(wires_ticker(&wires, 1, 2, 11), PL_OK);
  assert_int_equal(wires_ticker(&wires, 1, 3, 12), PL_OK);
  assert_int_equal(wires_ticker(&wires, 2, 1, 20), PL_OK);
}

/* The first `told` events tell a gap to each instrument of channel 1, and to nobody else. */
static void expect_gap_first(uint32_t told) {
  for (uint32_t i = 0; i < wires.count; i++) {
    const struct pl_event *event = &wires.events[i];
    bool gap = event->type == PL_EV_STATUS && event->aux == PL_COND_GAP;
    assert_int_equal(gap, i < told);
    if (gap) assert_int_equal(event->flags, PL_EVF_EVENT_END | PL_EVF_STALE);
  }
  for (uint32_t id = 10; id <= 12; id++)
    assert_int_equal(wires_told(&wires, id, PL_COND_GAP), told != 0);
  assert_int_equal(wires_told(&wires, 20, PL_COND_GAP), 0);
}

static void gap_is_told_before_the_packets_own(void **state) {
  (void)state;
  list_instruments();
  assert_int_equal(wires_ticker(&wires, 1, 900, 11), PL_OK);
  expect_gap_first(3);
  assert_true(wires.count > 3);
  assert_int_equal(wires_ticker(&wires, 1, 901, 11), PL_OK);
  expect_gap_first(0);
}

/* The venue counts anew: what was kept belongs to a run that is over, whatever its ids are. */
static void restart_clears_the_books_before_the_packets_own(void **state) {
  (void)state;
  list_instruments();
  assert_int_equal(wires_ticker(&wires, 1, 900, 11), PL_OK);
  assert_int_equal(wires_ticker(&wires, 1, 1, 11), PL_OK);
  bool cleared[4] = {false};
  for (uint32_t i = 0; i < wires.count; i++) {
    const struct pl_event *event = &wires.events[i];
    assert_int_equal(event->type == PL_EV_BOOK_CLEAR, i < 3);
    if (i >= 3) continue;
    assert_int_equal(event->flags, PL_EVF_EVENT_END | PL_EVF_STALE);
    assert_false(cleared[event->instrument]);
    cleared[event->instrument] = true;
  }
  assert_true(wires.count > 3 && cleared[0] && cleared[1] && cleared[2]);
}

static void loss_of_snapshots_makes_nothing_stale(void **state) {
  (void)state;
  list_instruments();
  assert_int_equal(wires_ticker(&wires, 101, 1, 10), PL_OK);
  assert_int_equal(wires_ticker(&wires, 101, 500, 10), PL_OK);
  expect_gap_first(0);
  assert_int_equal(wires_ticker(&wires, 101, 1, 10), PL_OK);
  expect_gap_first(0);
}

/* What could not be read is lost: the next packet says so. */
static void case_15_malformed_packet_leaves_a_gap(void **state) {
  (void)state;
  list_instruments();
  make_ticker(4);
  wires.bytes[74] = 0xff; /* a stamp that cannot be */
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_E_VALUE);
  make_ticker(4); /* the other line may bring it whole */
  assert_int_equal(wires_accept(&wires, PL_LINE_B), PL_OK);
  wires_drain(&wires);
  expect_gap_first(0);
  make_ticker(5);
  wires.bytes[74] = 0xff;
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_E_VALUE);
  assert_int_equal(wires_ticker(&wires, 1, 6, 10), PL_OK);
  expect_gap_first(3);
}

static void case_20_abandoned_packet_is_ring_full_and_stale_first(void **state) {
  (void)state;
  list_instruments();
  uint64_t decoded = outcome(PL_OK);
  make_ticker(4);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  pl_feed_abandon(wires.feed);
  pl_feed_abandon(wires.feed); /* there is none left */
  assert_int_equal(outcome(PL_E_RING_FULL), 1);
  assert_int_equal(outcome(PL_OK), decoded);
  assert_int_equal(wires_ticker(&wires, 1, 5, 10), PL_OK);
  expect_gap_first(3);
}

/* The sweep found no room either: it is told whole later, whatever comes in between. */
static void fault_without_room_is_told_later(void **state) {
  (void)state;
  list_instruments();
  make_ticker(9);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  pl_feed_abandon(wires.feed);
  wires_begin(&wires, 2, 2);
  wires_wrap(&wires);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  pl_feed_abandon(wires.feed);
  wires_tick(&wires, 0);
  for (uint32_t id = 10; id <= 12; id++) assert_int_equal(wires_told(&wires, id, PL_COND_GAP), 1);
  assert_int_equal(wires_told(&wires, 20, PL_COND_GAP), 1);
}

/* Of a frame nobody decoded no messages are counted. */
static void messages_are_those_of_decoded_frames(void **state) {
  (void)state;
  list_instruments();
  assert_int_equal(pl_feed_counters(wires.feed)->messages, 4);
  make_ticker(4);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  wires_drain(&wires);
  assert_int_equal(wires_accept(&wires, PL_LINE_B), PL_E_DUPLICATE);
  assert_int_equal(pl_feed_counters(wires.feed)->messages, 5);
  make_ticker(5);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  pl_feed_abandon(wires.feed);
  assert_int_equal(pl_feed_counters(wires.feed)->messages, 5);
}

/* After a torn packet the rest of a snapshot is headless, and an event that went on is forgotten.
 */
static void abandoned_packet_breaks_what_it_was_part_of(void **state) {
  (void)state;
  const struct pl_wire_snapshot part = {.instrument_id = 10, .change_id = 5, .is_book_complete = 1};
  wires_begin(&wires, 101, 1);
  assert_true(pl_wire_deribit_snapshot_start(&wires.packet, 1));
  assert_int_equal(wires_send(&wires), PL_OK);
  for (uint32_t sequence = 2; sequence < 4; sequence++) {
    wires_begin(&wires, 101, sequence);
    assert_true(pl_wire_deribit_snapshot(&wires.packet, &part));
    wires_wrap(&wires);
    assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
    if (sequence == 2) pl_feed_abandon(wires.feed);
    wires_drain(&wires);
    assert_int_equal(wires.count, 0);
  }
  assert_int_equal(pl_feed_venue_counters(wires.feed)->messages_headless, 1);
}

static void sequence_and_note_lead_back_to_the_frame(void **state) {
  (void)state;
  uint64_t last_seq = 0;
  list_instruments();
  for (uint32_t i = 0; i < 300; i++) {
    uint64_t frame = pl_feed_counters(wires.feed)->frames + 1;
    uint32_t sequence = 4 + i + i / 3; /* a gap now and then */
    assert_int_equal(wires_ticker(&wires, 1, sequence, 10 + i % 3), PL_OK);
    assert_true(wires.count > 0);
    for (uint32_t k = 0; k < wires.count; k++) {
      assert_true(wires.events[k].seq > last_seq);
      last_seq = wires.events[k].seq;
      assert_int_equal(last_seq / PL_EVENTS_PER_FRAME, frame);
      assert_int_equal(last_seq % PL_EVENTS_PER_FRAME, k);
    }
    const struct pl_feed_note *note = pl_feed_note(wires.feed, frame);
    assert_int_equal(note->packet_seq, sequence);
    assert_int_equal(note->channel_id, 1);
    assert_int_equal(note->handed_ns, 7);
  }
}

/* More instruments than one batch holds: told in batches, each once. */
static void large_channel_is_told_in_batches(void **state) {
  (void)state;
  for (uint32_t i = 0; i < INSTRUMENTS; i++)
    assert_int_equal(wires_ticker(&wires, 1, 1 + i, 1000 + i), PL_OK);
  make_ticker(INSTRUMENTS + 5);
  assert_int_equal(wires_accept(&wires, PL_LINE_A), PL_OK);
  assert_int_equal(pl_feed_pending(wires.feed), PL_SWEEP_EVENTS_MAX);
  wires_drain(&wires);
  for (uint32_t i = 0; i < INSTRUMENTS; i++)
    assert_int_equal(wires_told(&wires, 1000 + i, PL_COND_GAP), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_drop_has_its_name),
      TEST(second_line_is_a_duplicate_without_events),
      TEST(channels_beyond_the_table_are_dropped),
      TEST(gap_is_told_before_the_packets_own),
      TEST(restart_clears_the_books_before_the_packets_own),
      TEST(loss_of_snapshots_makes_nothing_stale),
      TEST(case_15_malformed_packet_leaves_a_gap),
      TEST(case_20_abandoned_packet_is_ring_full_and_stale_first),
      TEST(fault_without_room_is_told_later),
      TEST(messages_are_those_of_decoded_frames),
      TEST(abandoned_packet_breaks_what_it_was_part_of),
      TEST(sequence_and_note_lead_back_to_the_frame),
      TEST(large_channel_is_told_in_batches),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
