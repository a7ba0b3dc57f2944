/* What asks a venue to send again, byte for byte, and the answers that say no. */
#include "tests/unit/dataplane/venue/decoder.h"
#include "tests/venue/wire_itch.h"
#include "tests/venue/wire_starbase.h"

#include "dataplane/venue/starbase_resend.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MS          INT64_C(1000000)

static uint8_t request[PL_VENUE_REQUEST_BYTES + 1];

static uint32_t ask(const struct decoder *decoder, uint32_t channel_id, uint64_t seq,
                    uint32_t count) {
  memset(request, 0xaa, sizeof request);
  uint32_t size = decoder->venue->resend.request(decoder->state, channel_id, seq, count, request);
  assert_true(size <= PL_VENUE_REQUEST_BYTES);
  assert_int_equal(request[size], 0xaa); /* and not a byte more */
  return size;
}

static void take_heartbeat(struct decoder *decoder, const char *session, uint64_t seq) {
  struct pl_wire_itch packet;
  uint8_t bytes[PL_WIRE_ITCH_PAYLOAD_MAX];
  assert_true(pl_wire_itch_begin(&packet, bytes, sizeof bytes, session, seq));
  size_t size = pl_wire_itch_finish(&packet);
  assert_int_equal(decoder_take(decoder, bytes, size, &(struct decoder_place){0}), PL_OK);
}

static void itch_asks_in_the_session_it_hears(void **state) {
  (void)state;
  static const uint8_t first[] = {'P',  'L',  'I',  'M',  'S',  'O',  'L',  'L',  '0',  '1',
                                  0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xff, 0xfe};
  static const uint8_t second[] = {'P', 'L', 'I', 'M', 'S', 'O', 'L', 'L', '0', '2',
                                   0,   0,   0,   0,   0,   0,   0,   1,   0,   1};
  struct decoder decoder;
  decoder_open(&decoder, "itch", 8);
  assert_int_equal(decoder.venue->resend.units_max, 65534);
  assert_int_equal(ask(&decoder, 0, 1, 1), 0); /* which session? */
  take_heartbeat(&decoder, "PLIMSOLL01", 9);
  assert_int_equal(ask(&decoder, 0, UINT64_C(0x0123456789abcdef), 65534), sizeof first);
  assert_memory_equal(request, first, sizeof first);
  take_heartbeat(&decoder, "PLIMSOLL02", 1);
  assert_int_equal(ask(&decoder, 0, 1, 1), sizeof second);
  assert_memory_equal(request, second, sizeof second);
  decoder_close(&decoder);
}

static void itch_has_no_word_for_no(void **state) {
  (void)state;
  static const uint8_t zeros[64];
  struct pl_venue_reject reject;
  for (uint32_t size = 0; size <= sizeof zeros; size++) {
    const struct pl_packet packet = {.data = zeros, .size_bytes = size};
    assert_false(pl_venue_find("itch")->resend.rejects(&packet, &reject));
  }
}

static void starbase_asks(void **state) {
  (void)state;
  static const uint8_t wanted[] = {
      0,    0,    0,    0,    0,    0,    0,    0,                /* sending time */
      0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,             /* number of the request */
      0x36, 0x01, 0,    0,    4,    0,    1,    0,                /* channel 310, type, messages */
      32,   0,    200,  0,    1,    0,    0,    0,                /* length, template, version */
      0,    0,    0,    0,    0,    0,    0,    0,                /* transaction time */
      0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, 0xff, 0, 0, /* first, count, padding */
      0,    0,    0,    0,    0};
  struct decoder decoder;
  decoder_open(&decoder, "starbase", 8);
  assert_int_equal(decoder.venue->resend.units_max, 255);
  assert_int_equal(ask(&decoder, 310, UINT64_C(0x0123456789abcdef), 255), sizeof wanted);
  assert_memory_equal(request, wanted, sizeof wanted);
  /* the same as the encoder makes */
  struct pl_star_packet packet;
  uint8_t bytes[64];
  const struct pl_star_head head = {0, 7, 65535, PL_STAR_REQUEST};
  const struct pl_star_mark mark = {PL_STAR_INSIDE, 0};
  assert_true(pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head));
  assert_true(pl_wire_starbase_request(&packet, &mark, 7, 1));
  assert_int_equal(ask(&decoder, 65535, 7, 1), pl_wire_starbase_finish(&packet));
  assert_memory_equal(request, bytes, packet.size);
  decoder_close(&decoder);
}

/* A reject of a request for the messages from 41 on of channel 310. */
static size_t make_reject(uint8_t *bytes, size_t capacity, int64_t delay_ns, int8_t reason) {
  struct pl_star_packet packet;
  const struct pl_star_head head = {5, 41, 310, PL_STAR_REJECT};
  const struct pl_star_mark mark = {PL_STAR_INSIDE, 5};
  assert_true(pl_wire_starbase_begin(&packet, bytes, capacity, &head));
  assert_true(pl_wire_starbase_reject(&packet, &mark, delay_ns, "because", reason));
  return pl_wire_starbase_finish(&packet);
}

/* From a heap block of exactly the size. */
static bool rejects(const uint8_t *bytes, size_t size, struct pl_venue_reject *ret_reject) {
  uint8_t *exact = malloc(size != 0 ? size : 1);
  assert_non_null(exact);
  memcpy(exact, bytes, size);
  const struct pl_packet packet = {.data = exact, .size_bytes = (uint32_t)size};
  bool says_no = pl_venue_find("starbase")->resend.rejects(&packet, ret_reject);
  free(exact);
  return says_no;
}

static void case_10_rejects_of_every_reason(void **state) {
  (void)state;
  static const struct {
    int8_t reason;
    int64_t delay_ns;
    bool try_again;
    uint64_t retry_ns;
  } rows[] = {
      {PL_STARBASE_TOO_LOW, 0, false, 0},
      {PL_STARBASE_TOO_LOW, 20 * MS, false, 0},
      {PL_STARBASE_TOO_HIGH, 0, true, PL_STARBASE_RETRY_USUAL_NS},
      {PL_STARBASE_TOO_HIGH, 20 * MS, true, 20 * MS},
      {PL_STARBASE_RATE, 20 * MS, true, 20 * MS},
      {PL_STARBASE_RATE, 0, true, PL_STARBASE_RETRY_USUAL_NS},
      {PL_STARBASE_RATE, -1, true, PL_STARBASE_RETRY_USUAL_NS},
      {PL_STARBASE_RATE, PL_STAR_NULL, true, PL_STARBASE_RETRY_USUAL_NS},
      {PL_STARBASE_RATE, 1, true, PL_STARBASE_RETRY_LEAST_NS},
      {PL_STARBASE_RATE, MS, true, PL_STARBASE_RETRY_LEAST_NS},
      {PL_STARBASE_RATE, MS + 1, true, MS + 1},
      {PL_STARBASE_RATE, 5000 * MS, true, PL_STARBASE_RETRY_MOST_NS},
      {PL_STARBASE_RATE, 5000 * MS + 1, false, 0},
      {PL_STARBASE_RATE, INT64_MAX, false, 0},
      {PL_STARBASE_OTHER, 20 * MS, false, 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct pl_venue_reject reject;
    uint8_t bytes[128];
    memset(&reject, 0xaa, sizeof reject);
    size_t size = make_reject(bytes, sizeof bytes, rows[i].delay_ns, rows[i].reason);
    if (!rejects(bytes, size, &reject)) fail_msg("row %zu is no reject", i);
    assert_int_equal(reject.channel_id, 310);
    assert_int_equal(reject.seq, 41);
    if (reject.try_again != rows[i].try_again || reject.retry_ns != rows[i].retry_ns)
      fail_msg("row %zu: %d %llu", i, reject.try_again, (unsigned long long)reject.retry_ns);
  }
}

static void no_reject(const uint8_t *bytes, size_t size) {
  struct pl_venue_reject reject, before;
  memset(&reject, 0xaa, sizeof reject);
  memcpy(&before, &reject, sizeof before);
  assert_false(rejects(bytes, size, &reject));
  assert_memory_equal(&reject, &before, sizeof before);
}

static void what_is_malformed_is_no_reject(void **state) {
  (void)state;
  static const struct {
    size_t at;
    uint8_t value;
  } flips[] = {
      {20, 1},   {20, 4},    {20, 5},   {21, 1},            /* of another type */
      {22, 0},   {22, 2},    {23, 1},                       /* not one message */
      {18, 1},   {19, 0x80},                                /* no channel */
      {24, 0},   {24, 8},    {24, 64},  {24, 71}, {24, 80}, /* another length */
      {26, 200}, {27, 1},    {28, 0},   {28, 2},            /* template, version */
      {88, 0},   {88, 5},    {88, 255},                     /* reason */
  };
  uint8_t bytes[256];
  size_t size = make_reject(bytes, sizeof bytes, MS, PL_STARBASE_RATE);
  assert_int_equal(size, 96);
  memset(bytes + size, 0, sizeof bytes - size);
  for (size_t i = 0; i < COUNT(flips); i++) {
    uint8_t kept = bytes[flips[i].at];
    assert_int_not_equal(kept, flips[i].value);
    bytes[flips[i].at] = flips[i].value;
    no_reject(bytes, size);
    bytes[flips[i].at] = kept;
  }
  for (size_t cut = 0; cut < sizeof bytes; cut++)
    if (cut != size) no_reject(bytes, cut);
  struct pl_venue_reject reject;
  assert_true(rejects(bytes, size, &reject));                 /* all was as it is now */
  memcpy(bytes + 16, (const uint8_t[]){0xff, 0xff, 0, 0}, 4); /* the last channel, and one more */
  assert_true(rejects(bytes, size, &reject));
  assert_int_equal(reject.channel_id, 65535);
  memcpy(bytes + 16, (const uint8_t[]){0, 0, 1, 0}, 4);
  no_reject(bytes, size);
}

/* The feed itself takes no reject for a packet, and an answer for one of the updates. */
static void answers_are_packets_of_the_updates(void **state) {
  (void)state;
  const struct pl_star_mark mark = {PL_STAR_WHOLE, 5};
  const struct pl_star_head head = {5, 41, 310, PL_STAR_REPLY};
  struct pl_star_packet packet;
  uint8_t bytes[256];
  struct decoder decoder;
  decoder_open(&decoder, "starbase", 8);
  assert_true(pl_wire_starbase_begin(&packet, bytes, sizeof bytes, &head));
  assert_true(pl_wire_starbase_status(&packet, &mark, 1, 0));
  size_t size = pl_wire_starbase_finish(&packet);
  assert_int_equal(decoder_take(&decoder, bytes, size, &(struct decoder_place){0}), PL_OK);
  assert_int_equal(decoder.head.channel_id, 310);
  assert_int_equal(decoder.head.home_channel_id, 310);
  assert_false(decoder.head.recovery);
  assert_int_equal(decoder.head.seq, 41);
  assert_int_equal(decoder.head.seq_count, 1);
  no_reject(bytes, size);
  size = make_reject(bytes, sizeof bytes, MS, PL_STARBASE_RATE);
  const struct pl_packet reject = {.data = bytes, .size_bytes = (uint32_t)size};
  assert_int_equal(decoder.venue->head(&reject, &decoder.head), PL_E_PACKET_HEADER);
  decoder_close(&decoder);
}

static void only_two_venues_send_again(void **state) {
  (void)state;
  const struct pl_venue *venue;
  for (uint32_t i = 0; (venue = pl_venue_at(i)) != NULL; i++) {
    bool sends = strcmp(venue->name, "itch") == 0 || strcmp(venue->name, "starbase") == 0;
    assert_int_equal(venue->resend.units_max != 0, sends);
    assert_int_equal(venue->resend.request != NULL, sends);
    assert_int_equal(venue->resend.rejects != NULL, sends);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(itch_asks_in_the_session_it_hears),
      cmocka_unit_test(itch_has_no_word_for_no),
      cmocka_unit_test(starbase_asks),
      cmocka_unit_test(case_10_rejects_of_every_reason),
      cmocka_unit_test(what_is_malformed_is_no_reject),
      cmocka_unit_test(answers_are_packets_of_the_updates),
      cmocka_unit_test(only_two_venues_send_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
