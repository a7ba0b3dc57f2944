/* Requests as the venue's decoder encodes them, answered by the venue's gateway, and the
 * answers judged by the decoder's own head and judge: they hold exactly what was asked for. */
#include "dataplane/feed/udp.h"
#include "dataplane/venue/starbase_resend.h"
#include "tests/harness/harness.h"
#include "tests/venue/gateway.h"
#include "tests/venue/load.h"
#include "tests/venue/wire_itch.h"
#include "tests/venue/wire_starbase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MESSAGES  150u
#define UNITS_MAX 400u
#define BEYOND    4u /* numbers asked for past either end */
#define NOW_NS    UINT64_C(1793629800250000000)
#define SECOND_NS UINT64_C(1000000000)

/* A unit as it lay on the wire. */
struct unit {
  size_t size;
  uint8_t bytes[1400];
};

struct stand {
  const struct pl_venue *venue;
  struct pl_gateway *gateway;
  struct pl_arena arena;
  void *decoder;
  struct pl_event events[PL_FRAME_EVENTS_MAX];
  struct unit units[UNITS_MAX]; /* by number; those sent */
  uint64_t sent;                /* the highest of them */
  /* of the answer */
  uint64_t next_seq, packets, room_bytes;
  bool rejected;
  struct pl_venue_reject reject;
};

static struct stand stand;

/* Cuts a payload into its units by the lengths alone. */
static uint32_t cut(const struct pl_packet *packet, struct unit *ret_units) {
  bool itch = strcmp(stand.venue->name, "itch") == 0;
  const uint8_t *at = packet->data + (itch ? 20 : 24), *end = packet->data + packet->size_bytes;
  uint32_t count = 0;
  for (; at < end; count++) {
    size_t size = itch ? 2 + (size_t)(at[0] << 8 | at[1]) : (size_t)(at[1] << 8 | at[0]);
    assert_true(count < UNITS_MAX && size >= 2 && size <= (size_t)(end - at));
    ret_units[count].size = size;
    memcpy(ret_units[count].bytes, at, size);
    at += size;
  }
  return count;
}

/* A frame of the feed: to the server, to the decoder, and kept here. */
static bool take_frame(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  (void)ctx, (void)time_ns;
  static struct unit units[UNITS_MAX];
  struct pl_packet packet;
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  pl_gateway_keep(stand.gateway, frame, size);
  assert_int_equal(pl_udp_parse(frame, size, &packet), PL_OK);
  assert_int_equal(stand.venue->head(&packet, &head), PL_OK);
  assert_int_equal(stand.venue->judge(&packet, &verdict), PL_OK);
  const struct pl_venue_context context = {.continuous = true, .packet_seq = head.seq, .seq = 1};
  (void)stand.venue->write(stand.decoder, &packet, &context, stand.events);
  uint32_t count = cut(&packet, units);
  assert_int_equal(count, head.seq_count);
  assert_int_equal(head.seq, stand.sent + 1);
  assert_true(head.seq + count <= UNITS_MAX);
  memcpy(&stand.units[head.seq], units, count * sizeof *units);
  stand.sent += count;
  return true;
}

static void open_stand(const char *venue, uint32_t history_units, uint32_t requests_max,
                       uint32_t packets_max) {
  stand = (struct stand){.venue = pl_venue_find(venue)};
  const struct pl_gateway_config config = {venue, history_units, requests_max, packets_max};
  stand.gateway = pl_gateway_open(&config);
  assert_non_null(stand.gateway);
  size_t room = stand.venue->footprint() + pl_directory_footprint(8);
  assert_int_equal(pl_arena_open(room, &stand.arena), PL_OK);
  stand.decoder = stand.venue->create(&stand.arena, pl_directory_create(&stand.arena, 8));
}

static void close_stand(void) {
  pl_gateway_close(stand.gateway);
  pl_arena_close(&stand.arena);
}

/* A short stream of the venue's, known to all. */
static void send_stream(void) {
  struct pl_load_config config = {
      .wire = pl_load_wire_find(stand.venue->name), .day = pl_day_default(), .packet_messages = 7};
  config.day.symbols = 3;
  config.day.messages = MESSAGES;
  config.day.live_orders = 20;
  struct pl_load *load = pl_load_open(&config, take_frame, NULL);
  assert_non_null(load);
  assert_true(pl_load_run(load, UINT64_MAX) >= MESSAGES - 10);
  pl_load_close(load);
  assert_true(stand.sent > 100);
}

/* One datagram of an answer: a reject, or units that follow those before it. */
static void take_answer(void *ctx, const uint8_t *payload, size_t size) {
  (void)ctx;
  static struct unit units[UNITS_MAX];
  const struct pl_packet packet = {.data = payload, .size_bytes = (uint32_t)size};
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  assert_true(size <= PL_GATEWAY_PAYLOAD_MAX);
  stand.packets++;
  stand.rejected = stand.venue->resend.rejects(&packet, &stand.reject);
  if (stand.rejected) return;
  assert_int_equal(stand.venue->head(&packet, &head), PL_OK);
  assert_int_equal(stand.venue->judge(&packet, &verdict), PL_OK);
  assert_int_equal(head.seq, stand.next_seq);
  /* one more message would not have fitted the packet before */
  assert_true(stand.packets == 1 || stand.room_bytes < stand.units[head.seq].size);
  assert_true(head.seq_count > 0 && !head.recovery);
  assert_int_equal(cut(&packet, units), head.seq_count);
  for (uint32_t i = 0; i < head.seq_count; i++) {
    const struct unit *sent = &stand.units[head.seq + i];
    assert_true(head.seq + i <= stand.sent);
    assert_int_equal(units[i].size, sent->size);
    assert_memory_equal(units[i].bytes, sent->bytes, sent->size);
  }
  stand.next_seq += head.seq_count;
  stand.room_bytes = PL_GATEWAY_PAYLOAD_MAX - size;
}

/* Asks for units as the decoder would; returns how many came. */
static uint64_t ask(uint32_t channel_id, uint64_t seq, uint32_t count, uint64_t now_ns) {
  uint8_t request[PL_VENUE_REQUEST_BYTES];
  uint32_t size = stand.venue->resend.request(stand.decoder, channel_id, seq, count, request);
  assert_true(size > 0 && size <= sizeof request);
  stand.next_seq = seq;
  stand.packets = 0;
  stand.rejected = false;
  pl_gateway_answer(stand.gateway, now_ns, request, size, take_answer, NULL);
  return stand.next_seq - seq;
}

static uint64_t least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static void itch_answers_what_fits(void **state) {
  (void)state;
  for (uint32_t history = 60; history <= 600; history += 540) {
    open_stand("itch", history, 0, 0);
    send_stream();
    uint64_t first = stand.sent > history ? stand.sent - history + 1 : 1, whole = 0, cut_short = 0;
    for (uint64_t seq = 0; seq <= stand.sent + BEYOND; seq++)
      for (uint32_t count = 1; count <= stand.sent + BEYOND; count++) {
        uint64_t came = ask(0, seq, count, NOW_NS);
        bool known = seq >= first && seq <= stand.sent;
        uint64_t wanted = known ? least(count, stand.sent + 1 - seq) : 0;
        assert_int_equal(stand.packets, known);
        if (came == wanted) {
          whole++;
          continue;
        }
        cut_short++; /* whole messages, and not one that would still have fitted */
        assert_true(came < wanted && stand.room_bytes < stand.units[seq + came].size);
      }
    assert_true(whole > 1000 && cut_short > 1000);
    close_stand();
  }
}

static void itch_is_silent_in_another_session(void **state) {
  (void)state;
  uint8_t request[PL_VENUE_REQUEST_BYTES];
  open_stand("itch", 600, 0, 0);
  uint32_t size = stand.venue->resend.request(stand.decoder, 0, 1, 1, request);
  assert_int_equal(size, 0);
  send_stream();
  size = stand.venue->resend.request(stand.decoder, 0, 1, 1, request);
  stand.packets = 0;
  for (uint32_t i = 0; i < 10; i++) {
    request[i] ^= 1;
    pl_gateway_answer(stand.gateway, NOW_NS, request, size, take_answer, NULL);
    request[i] ^= 1;
  }
  pl_gateway_answer(stand.gateway, NOW_NS, request, size - 1, take_answer, NULL);
  pl_gateway_answer(stand.gateway, NOW_NS, request, size + 1, take_answer, NULL);
  request[18] = request[19] = 0; /* none asked for */
  pl_gateway_answer(stand.gateway, NOW_NS, request, size, take_answer, NULL);
  assert_int_equal(stand.packets, 0);
  assert_int_equal(pl_gateway_counters(stand.gateway)->silent, 13);
  close_stand();
}

/* A new session: nothing of the old one is sent again, and its numbers begin anew. */
static void itch_forgets_an_old_session(void **state) {
  (void)state;
  struct pl_wire_itch packet;
  uint8_t frame[1514];
  uint8_t *payload = frame + PL_ETHERNET_OVERHEAD;
  const struct pl_ethernet_path path = {0x0a000001, 0xe9360c6f, 1, 26477};
  const struct pl_wire_itch_head head = {1, 0, 1};
  open_stand("itch", 600, 0, 0);
  send_stream();
  assert_true(pl_wire_itch_begin(&packet, payload, 1400, "PLIMSOLL02", 1));
  assert_true(pl_wire_itch_system(&packet, &head, 'O'));
  size_t size = pl_wire_itch_finish(&packet);
  size = pl_ethernet_wrap(&path, 1, payload, size, frame, sizeof frame);
  assert_true(size > 0);
  assert_int_equal(ask(0, 100, 1, NOW_NS), 1);
  stand.sent = 0;
  assert_true(take_frame(NULL, 0, frame, size));
  assert_int_equal(ask(0, 100, 1, NOW_NS), 0);
  assert_int_equal(ask(0, 1, 5, NOW_NS), 1);
  close_stand();
}

static void starbase_answers_all_of_it(void **state) {
  (void)state;
  for (uint32_t history = 60; history <= 600; history += 540) {
    open_stand("starbase", history, 0, 0);
    send_stream();
    uint64_t first = stand.sent > history ? stand.sent - history + 1 : 1, packets_max = 0;
    for (uint64_t seq = 0; seq <= stand.sent + BEYOND; seq++)
      for (uint32_t count = 1; count <= least(stand.sent + BEYOND, 255); count++) {
        uint64_t came = ask(310, seq, count, NOW_NS);
        bool low = seq<first, high = seq> stand.sent;
        assert_int_equal(stand.rejected, low || high);
        assert_int_equal(came, low || high ? 0 : least(count, stand.sent + 1 - seq));
        if (stand.packets > packets_max) packets_max = stand.packets;
        if (!stand.rejected) continue;
        assert_int_equal(stand.packets, 1);
        assert_int_equal(stand.reject.channel_id, 310);
        assert_int_equal(stand.reject.seq, seq);
        assert_int_equal(stand.reject.try_again, high);
        assert_int_equal(stand.reject.retry_ns, high ? PL_GATEWAY_RETRY_NS : 0);
      }
    assert_true(packets_max > 1);
    close_stand();
  }
}

/* One that answers with one packet is asked again from where it stopped. */
static void case_10_short_replies_are_paged_through(void **state) {
  (void)state;
  static const char *const venues[] = {"itch", "starbase"};
  for (size_t i = 0; i < 2; i++) {
    open_stand(venues[i], 600, 0, 1);
    send_stream();
    uint64_t seq = 1;
    uint32_t pages = 0;
    for (; seq <= stand.sent; pages++) {
      uint32_t count = (uint32_t)least(stand.sent + 1 - seq, stand.venue->resend.units_max);
      uint64_t came = ask(i == 0 ? 0 : 310, seq, count, NOW_NS);
      assert_int_equal(stand.packets, 1);
      assert_true(came > 0);
      seq += came;
    }
    assert_int_equal(seq, stand.sent + 1);
    assert_true(pages > 2);
    close_stand();
  }
}

static void case_10_requests_beyond_the_rate_are_rejected(void **state) {
  (void)state;
  open_stand("starbase", 600, 2, 0);
  send_stream();
  for (uint64_t second = 0; second < 3; second++)
    for (uint32_t i = 0; i < 5; i++) {
      uint64_t now_ns = NOW_NS + second * SECOND_NS + i * 1000;
      uint64_t came = ask(310, 5, 3, now_ns);
      assert_int_equal(came, i < 2 ? 3 : 0);
      assert_int_equal(stand.rejected, i >= 2);
      if (!stand.rejected) continue;
      assert_true(stand.reject.try_again);
      assert_int_equal(stand.reject.retry_ns, SECOND_NS - now_ns % SECOND_NS);
    }
  assert_int_equal(pl_gateway_counters(stand.gateway)->rejects, 9);
  close_stand();
}

static void starbase_rejects_what_it_cannot_give(void **state) {
  (void)state;
  uint8_t request[PL_VENUE_REQUEST_BYTES];
  open_stand("starbase", 600, 0, 0);
  assert_int_equal(ask(310, 1, 1, NOW_NS), 0); /* nothing was sent yet */
  assert_true(stand.rejected && !stand.reject.try_again);
  send_stream();
  assert_int_equal(ask(311, 1, 1, NOW_NS), 0);
  assert_true(stand.rejected && !stand.reject.try_again);
  assert_int_equal(stand.reject.channel_id, 311);
  uint32_t size = stand.venue->resend.request(stand.decoder, 310, 1, 1, request);
  stand.packets = 0;
  request[48] = 0; /* none asked for */
  pl_gateway_answer(stand.gateway, NOW_NS, request, size, take_answer, NULL);
  assert_true(stand.packets == 1 && stand.rejected && !stand.reject.try_again);
  static const size_t flips[] = {20, 22, 24, 26, 28}; /* what is no request gets no answer */
  for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++) {
    request[flips[i]] ^= 2;
    pl_gateway_answer(stand.gateway, NOW_NS, request, size, take_answer, NULL);
    request[flips[i]] ^= 2;
  }
  for (uint32_t cut_at = 0; cut_at < size; cut_at++)
    pl_gateway_answer(stand.gateway, NOW_NS, request, cut_at, take_answer, NULL);
  assert_int_equal(stand.packets, 1);
  close_stand();
}

static void wrong_configurations_are_refused(void **state) {
  (void)state;
  assert_null(pl_gateway_open(&(struct pl_gateway_config){"cme", 1, 0, 0}));
  assert_null(pl_gateway_open(&(struct pl_gateway_config){"itch", 0, 0, 0}));
  pl_gateway_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(itch_answers_what_fits),
      cmocka_unit_test(itch_is_silent_in_another_session),
      cmocka_unit_test(itch_forgets_an_old_session),
      cmocka_unit_test(starbase_answers_all_of_it),
      cmocka_unit_test(case_10_short_replies_are_paged_through),
      cmocka_unit_test(case_10_requests_beyond_the_rate_are_rejected),
      cmocka_unit_test(starbase_rejects_what_it_cannot_give),
      cmocka_unit_test(wrong_configurations_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
