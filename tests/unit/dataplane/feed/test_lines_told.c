/* What is told of a channel's lines, and where among the packets: gaps, waiting, what was filled;
 * what has to be dropped; snapshot cycles that mend a channel; and frames of other groups. By
 * Deribit's packets, of a venue made up so that it sends again and tells where cycles end. */
#include "dataplane/venue/deribit.h"
#include "tests/unit/dataplane/feed/streams.h"

#define SNAPSHOTS     (100 + CHANNEL)
#define CYCLE_PACKETS 3u
#define REFUSAL       0xee

static struct stream stream;
static struct pl_venue venue;

static enum pl_status judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  enum pl_status status = pl_deribit_venue.judge(packet, ret_verdict);
  ret_verdict->cycle_ends = packet->data[2] == SNAPSHOTS && packet->data[4] % CYCLE_PACKETS == 0;
  return status;
}

static uint32_t request(const void *decoder, uint32_t channel_id, uint64_t seq, uint32_t count,
                        uint8_t *ret_bytes) {
  (void)decoder;
  return (uint32_t)snprintf((char *)ret_bytes, PL_VENUE_REQUEST_BYTES, "%u: %u+%u", channel_id,
                            (unsigned)seq, count);
}

static bool rejects(const struct pl_packet *packet, struct pl_venue_reject *ret_reject) {
  if (packet->data[0] != REFUSAL) return false;
  uint8_t retry_ns = packet->data[1]; /* 0: never; all requests refused here are for unit 2 */
  *ret_reject = (struct pl_venue_reject){CHANNEL, 2, retry_ns != 0, retry_ns};
  return true;
}

static void open_feed(bool asks, const struct pl_feed_group *groups, uint32_t group_count) {
  venue = pl_deribit_venue;
  venue.judge = judge;
  venue.has_snapshots = true;
  venue.resend.units_max = 4;
  venue.resend.request = request;
  venue.resend.rejects = rejects;
  const struct pl_feed_config config = {.venue = &venue,
                                        .instrument_count = INSTRUMENTS,
                                        .silence_ns = SILENCE_NS,
                                        .gap_wait_ns = GAP_WAIT_NS,
                                        .resend_wait_ns = RESEND_WAIT_NS,
                                        .asks = asks,
                                        .groups = groups,
                                        .group_count = group_count};
  stream_open_with(&stream, STREAM_DERIBIT, &config);
}

static enum pl_status take(uint64_t unit) {
  return stream_take(&stream, PL_LINE_A, unit, 1);
}

/* Joined with packet 1. */
static void begin(void) {
  assert_int_equal(take(1), PL_OK);
  stream_expect(&stream, "1");
}

static int setup(void **state) {
  (void)state;
  open_feed(false, NULL, 0);
  begin();
  return 0;
}

static int setup_asking(void **state) {
  (void)state;
  open_feed(true, NULL, 0);
  begin();
  return 0;
}

static int teardown(void **state) {
  (void)state;
  stream_close(&stream);
  return 0;
}

static enum pl_line_state state_of_channel(void) {
  return pl_line_state(pl_feed_lines(stream.feed), 0);
}

static void expect_request(const char *expected) {
  struct pl_feed_request asked;
  uint64_t before = pl_feed_counters(stream.feed)->requests;
  bool due = pl_feed_request(stream.feed, &asked);
  assert_int_equal(due, expected != NULL);
  assert_int_equal(pl_feed_counters(stream.feed)->requests, before + due);
  if (!due) return;
  assert_int_equal(asked.channel_id, CHANNEL);
  assert_int_equal(asked.size_bytes, strlen(expected));
  assert_memory_equal(asked.bytes, expected, asked.size_bytes);
}

static enum pl_status answer(uint64_t unit) {
  uint8_t bytes[PL_WIRE_PAYLOAD_MAX];
  const struct pl_packet packet = {
      .data = bytes, .size_bytes = (uint32_t)stream_deribit(bytes, sizeof bytes, unit, 1)};
  enum pl_status status = pl_feed_accept_answer(stream.feed, &packet, stream.now_ns, 0);
  stream_drain(&stream);
  return status;
}

static void refuse(uint8_t retry_ns) {
  const uint8_t bytes[] = {REFUSAL, retry_ns};
  const struct pl_packet packet = {.data = bytes, .size_bytes = sizeof bytes};
  assert_int_equal(pl_feed_accept_answer(stream.feed, &packet, stream.now_ns, 0), PL_OK);
}

static void case_03_gap_is_told_where_it_is(void **state) {
  (void)state;
  assert_int_equal(take(3), PL_OK);
  assert_int_equal(take(4), PL_OK);
  assert_int_equal(take(6), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS - 1);
  stream_expect(&stream, "");
  stream_tick(&stream, 1);
  stream_expect(&stream, "G34");
  stream.now_ns += GAP_WAIT_NS;
  assert_int_equal(take(7), PL_OK); /* a frame is as good as a tick */
  stream_expect(&stream, "G67");
  assert_int_equal(take(2), PL_E_LATE);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
}

static void case_04_gap_is_told_to_its_channel_alone(void **state) {
  (void)state;
  size_t size = stream_deribit_on(CHANNEL + 1, stream.bytes + PL_ETHERNET_OVERHEAD, 1400, 1);
  stream.bytes[PL_ETHERNET_OVERHEAD + 20] = 11; /* another instrument */
  assert_int_equal(stream_accept_to(&stream, PL_LINE_A, GROUP_IPV4, PORT, size), PL_OK);
  stream_drain(&stream);
  stream_expect(&stream, "1");
  assert_int_equal(take(3), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS);
  uint32_t gaps = 0;
  for (uint32_t i = 0; i < stream.count; i++) {
    bool gap = stream.events[i].type == PL_EV_STATUS && stream.events[i].aux == PL_COND_GAP;
    gaps += gap;
    assert_true(!gap || stream.events[i].instrument == 0);
  }
  assert_int_equal(gaps, 1);
}

static void case_10_waiting_is_told_and_what_came_before_filled(void **state) {
  (void)state;
  assert_int_equal(take(3), PL_OK);
  assert_int_equal(take(5), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS);
  stream_expect(&stream, "W");
  expect_request("7: 2+1");
  expect_request(NULL);
  assert_int_equal(answer(2), PL_OK);
  stream_expect(&stream, "23");
  expect_request("7: 4+1");
  assert_int_equal(take(4), PL_OK);
  stream_expect(&stream, "45F");
  assert_int_equal(answer(4), PL_E_DUPLICATE);
  stream_expect(&stream, "");
  assert_int_equal(pl_feed_counters(stream.feed)->answers, 2);
  assert_int_equal(stream_channel(&stream)->gaps, 0);
  assert_int_equal(state_of_channel(), PL_LINE_NORMAL);
}

static void case_10_refusals_end_in_a_gap(void **state) {
  (void)state;
  assert_int_equal(take(3), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS);
  expect_request("7: 2+1");
  refuse(100);
  stream_tick(&stream, 99);
  expect_request(NULL);
  stream_tick(&stream, 1);
  expect_request("7: 2+1");
  stream_expect(&stream, "W");
  refuse(0);
  stream_tick(&stream, 0);
  stream_expect(&stream, "G3");
  assert_int_equal(pl_feed_counters(stream.feed)->rejects, 2);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
}

/* A book that waits must not wait for ever when the venue begins anew. */
static void case_06_restart_ends_waiting(void **state) {
  (void)state;
  for (uint64_t unit = 2; unit < 100; unit++) (void)take(unit);
  assert_int_equal(take(101), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS);
  stream.count = 0;
  assert_int_equal(take(1), PL_OK);
  stream_expect(&stream, "C1F");
  assert_int_equal(stream_outcome(&stream, PL_E_LATE), 1);
  expect_request(NULL);
}

static void case_05_heartbeat_counts_as_decoded_and_tells_the_tail(void **state) {
  (void)state;
  stream_close(&stream);
  stream_open(&stream, STREAM_ITCH);
  assert_int_equal(take(1), PL_OK);
  assert_int_equal(stream_take(&stream, PL_LINE_A, 4, 0), PL_OK);
  assert_int_equal(stream_take(&stream, PL_LINE_B, 2, 1), PL_OK);
  stream.count = 0;
  stream_tick(&stream, GAP_WAIT_NS);
  stream_expect(&stream, "G");
  assert_int_equal(stream_channel(&stream)->units_lost, 1);
  assert_int_equal(stream_take(&stream, PL_LINE_B, 4, 0), PL_OK);
  assert_int_equal(stream_outcome(&stream, PL_OK), 4);
}

/* Silence of one line is counted, of both it is told. */
static void case_05_silence_of_one_line_and_of_both(void **state) {
  (void)state;
  assert_int_equal(stream_take(&stream, PL_LINE_B, 1, 1), PL_E_DUPLICATE);
  for (uint64_t unit = 2; unit <= 7; unit++) {
    stream_tick(&stream, SECOND_NS);
    assert_int_equal(take(unit), PL_OK);
  }
  stream_expect(&stream, "234567");
  assert_int_equal(stream_channel(&stream)->lines[PL_LINE_B].silences, 1);
  assert_int_equal(stream_channel(&stream)->lines[PL_LINE_A].silences, 0);
  stream_tick(&stream, SILENCE_NS + 1);
  stream_expect(&stream, "S");
  assert_int_equal(stream_take(&stream, PL_LINE_B, 8, 1), PL_OK);
  stream_expect(&stream, "R8");
  assert_int_equal(stream_channel(&stream)->lines[PL_LINE_A].silences, 1);
}

static void far_packet_alone_ends_as_late(void **state) {
  (void)state;
  assert_int_equal(take(10000000), PL_OK);
  assert_int_equal(stream_outcome(&stream, PL_OK), 2);
  stream_tick(&stream, GAP_WAIT_NS);
  assert_int_equal(stream_outcome(&stream, PL_OK), 1);
  assert_int_equal(stream_outcome(&stream, PL_E_LATE), 1);
  assert_int_equal(take(2), PL_OK);
  assert_int_equal(take(20000000), PL_OK);
  pl_feed_flush(stream.feed); /* nor does the end of a capture make it true */
  stream_drain(&stream);
  stream_expect(&stream, "2");
  assert_int_equal(stream_channel(&stream)->gaps, 0);
  assert_int_equal(stream_outcome(&stream, PL_E_LATE), 2);
}

static void flush_gives_up_every_hole(void **state) {
  (void)state;
  assert_int_equal(take(3), PL_OK);
  assert_int_equal(take(5), PL_OK);
  assert_int_equal(take(6), PL_OK);
  pl_feed_flush(stream.feed);
  stream_drain(&stream);
  stream_expect(&stream, "G3G56");
  pl_feed_flush(stream.feed);
  stream_drain(&stream);
  stream_expect(&stream, "");
  assert_int_equal(stream_channel(&stream)->units_lost, 2);
}

/* The ring is full in the middle of what one packet released: what was written stays, the rest is
 * lost, each in its place, and the room of what was held is given back. One gap more is told before
 * the next packet, since a snapshot of before the loss may have come meanwhile. */
static void abandoned_in_the_middle_of_what_was_released(void **state) {
  (void)state;
  for (uint32_t round = 0; round < PL_LINE_HELD_MAX; round++) {
    const uint64_t unit = 2 + 5 * round;
    for (uint64_t early = unit + 1; early < unit + 4; early++) assert_int_equal(take(early), PL_OK);
    assert_int_equal(stream_accept(&stream, PL_LINE_B, unit, 1), PL_OK);
    assert_true(stream_write(&stream) && stream_write(&stream));
    pl_feed_abandon(stream.feed);
    stream_drain(&stream);
    assert_int_equal(take(unit + 4), PL_OK);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "%u%uGGG%u", (unsigned)unit, (unsigned)unit + 1,
                   (unsigned)unit + 4);
    stream_expect(&stream, expected);
    assert_int_equal(stream_outcome(&stream, PL_E_RING_FULL), 2 * (round + 1));
    assert_int_equal(stream_outcome(&stream, PL_OK), 1 + 3 * (round + 1));
  }
  assert_int_equal(stream_channel(&stream)->gaps, 0);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
}

/* One packet of the snapshot channel. */
static void snapshot(uint64_t seq) {
  size_t size = stream_deribit_on(SNAPSHOTS, stream.bytes + PL_ETHERNET_OVERHEAD, 1400, seq);
  assert_int_equal(stream_accept_to(&stream, PL_LINE_A, GROUP_IPV4, PORT, size), PL_OK);
  stream_drain(&stream);
}

static void snapshots(uint64_t first, uint64_t last) {
  for (uint64_t seq = first; seq <= last; seq++) snapshot(seq);
}

static void lose_one(uint64_t unit) {
  assert_int_equal(take(unit), PL_OK);
  stream_tick(&stream, GAP_WAIT_NS);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
}

/* Only a cycle that began after the loss has all that was lost. */
static void case_08_cycle_that_began_before_the_loss_mends_nothing(void **state) {
  (void)state;
  snapshots(2, 4); /* joined in the middle of a cycle */
  lose_one(3);
  snapshots(5, 6);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  snapshots(7, 8);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  snapshot(9);
  assert_int_equal(state_of_channel(), PL_LINE_NORMAL);
  assert_int_equal(stream_channel(&stream)->mended_by_snapshot, 1);
}

static void case_08_loss_during_the_cycle_needs_another(void **state) {
  (void)state;
  lose_one(3);
  snapshots(3, 4);
  lose_one(5);
  snapshots(5, 6);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  assert_int_equal(take(7), PL_OK); /* a hole that is still open */
  snapshots(7, 9);
  assert_int_equal(take(6), PL_OK);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  snapshots(10, 12);
  assert_int_equal(state_of_channel(), PL_LINE_NORMAL);
}

static void case_09_cycle_that_lost_a_packet_mends_nothing(void **state) {
  (void)state;
  snapshot(3);
  lose_one(3);
  snapshots(4, 7);
  snapshot(9);
  stream_tick(&stream, GAP_WAIT_NS);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  snapshots(10, 11);
  assert_int_equal(state_of_channel(), PL_LINE_SNAPSHOT);
  snapshot(12);
  assert_int_equal(state_of_channel(), PL_LINE_NORMAL);
  uint32_t gaps = 0; /* the snapshot channel's own loss is told to nobody */
  for (uint32_t i = 0; i < stream.count; i++)
    gaps += stream.events[i].type == PL_EV_STATUS && stream.events[i].aux == PL_COND_GAP;
  assert_int_equal(gaps, 1);
}

static void frames_of_other_groups_are_foreign(void **state) {
  (void)state;
  static struct pl_feed_group groups[PL_FEED_GROUPS_MAX];
  for (uint32_t i = 0; i < PL_FEED_GROUPS_MAX; i++) {
    groups[i].group_ipv4 = GROUP_IPV4 + i / 2 * 7;
    groups[i].port = (uint16_t)(PORT + i % 2);
  }
  open_feed(false, groups, PL_FEED_GROUPS_MAX);
  for (uint32_t i = 0; i < PL_FEED_GROUPS_MAX; i++) {
    size_t size = stream_make(&stream, 1 + i, 1);
    assert_int_equal(
        stream_accept_to(&stream, PL_LINE_A, groups[i].group_ipv4, groups[i].port, size), PL_OK);
    stream_drain(&stream);
  }
  stream_close(&stream);
  open_feed(false, groups, 1);
  for (uint32_t port = 0; port <= UINT16_MAX; port++) {
    bool known = port == PORT;
    size_t size = stream_make(&stream, 1, 1);
    assert_int_equal(stream_accept_to(&stream, PL_LINE_A, GROUP_IPV4, (uint16_t)port, size),
                     known ? PL_OK : PL_E_FOREIGN_GROUP);
    stream_drain(&stream);
  }
  size_t size = stream_make(&stream, 2, 1);
  assert_int_equal(stream_accept_to(&stream, PL_LINE_A, GROUP_IPV4 + 1, PORT, size),
                   PL_E_FOREIGN_GROUP);
  assert_int_equal(stream_outcome(&stream, PL_E_FOREIGN_GROUP), UINT16_MAX + 1);
  stream_close(&stream);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define ASKING(name) cmocka_unit_test_setup_teardown(name, setup_asking, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(case_03_gap_is_told_where_it_is),
      TEST(case_04_gap_is_told_to_its_channel_alone),
      ASKING(case_10_waiting_is_told_and_what_came_before_filled),
      ASKING(case_10_refusals_end_in_a_gap),
      ASKING(case_06_restart_ends_waiting),
      TEST(case_05_heartbeat_counts_as_decoded_and_tells_the_tail),
      TEST(case_05_silence_of_one_line_and_of_both),
      TEST(far_packet_alone_ends_as_late),
      TEST(flush_gives_up_every_hole),
      TEST(abandoned_in_the_middle_of_what_was_released),
      TEST(case_08_cycle_that_began_before_the_loss_mends_nothing),
      TEST(case_08_loss_during_the_cycle_needs_another),
      TEST(case_09_cycle_that_lost_a_packet_mends_nothing),
      cmocka_unit_test(frames_of_other_groups_are_foreign),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
