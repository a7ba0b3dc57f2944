/* A live capture from the tap to the socket, turned by hand: what arrives is a whole file, whatever
 * the reader does. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/daemon/capture_stream.h"
#include "tests/unit/control/pcapng_walk.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define READ_BYTES_MAX  (64u << 20)
#define TURNS_MAX       1000000
#define LINES_BOTH      (1u << PL_LINE_A | 1u << PL_LINE_B)
#define STAMP_NS        UINT64_C(1790000000000000001)

static struct pl_capture_stream stream;
static int reader, writer;
static uint8_t *received, bytes[PL_FRAME_BYTES_MAX];
static size_t received_bytes;
static bool reader_at_end;
static char error[256];
static uint64_t stamp_ns;

static const struct pl_capture_config whole = {
    .order = {.snap_bytes = 9216, .lines = LINES_BOTH},
    .interfaces = {"eth0", "eth1"},
    .application = "test",
};

static int open_stream(void **state) {
  (void)state;
  int pair[2];
  for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 11 + 3);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return -1;
  reader = pair[0];
  writer = pair[1];
  received = malloc(READ_BYTES_MAX);
  received_bytes = 0;
  reader_at_end = false;
  stamp_ns = STAMP_NS;
  return received == NULL || pl_capture_stream_open(&stream) != PL_OK;
}

static int close_stream(void **state) {
  (void)state;
  pl_capture_stream_close(&stream);
  if (writer >= 0) (void)close(writer);
  if (reader >= 0) (void)close(reader);
  free(received);
  return 0;
}

static void begin(const struct pl_capture_config *config) {
  assert_int_equal(pl_capture_stream_begin(&stream, config, &writer, error, sizeof error), PL_OK);
  assert_int_equal(writer, -1);
  assert_non_null(pl_capture_tap_ready(stream.tap));
}

/* The receive core's part: a burst of one. */
static void put(uint32_t line, uint32_t size_bytes, enum pl_status outcome) {
  struct pl_capture_tap *tap = pl_capture_tap_ready(stream.tap);
  const struct pl_frame frame = {bytes, size_bytes, line, stamp_ns++};
  if (tap != NULL) pl_capture_tap_put(tap, &frame, outcome);
}

static void read_some(void) {
  for (;;) {
    ssize_t got =
        recv(reader, received + received_bytes, READ_BYTES_MAX - received_bytes, MSG_DONTWAIT);
    if (got == 0) reader_at_end = true;
    if (got <= 0) return;
    received_bytes += (size_t)got;
  }
}

/* Turns, with a reader that keeps up, until the stream has ended. */
static void read_to_end(void) {
  for (uint32_t i = 0; i < TURNS_MAX && !reader_at_end; i++) {
    (void)pl_capture_tap_ready(stream.tap);
    pl_capture_stream_turn(&stream);
    read_some();
  }
  assert_true(reader_at_end);
  assert_int_equal(stream.state, PL_CAPTURE_OFF);
}

struct found {
  uint64_t frames, lost, frames_of[2], lost_of[2], ends, first, last;
  struct walk_block end[2];
};

static void expect_head(const uint8_t **at, const uint8_t *end, uint32_t interfaces) {
  struct walk_block block;
  assert_true(walk_next(at, end, &block));
  assert_int_equal(block.type, 0x0a0d0d0a);
  assert_string_equal(block.texts[4], "test");
  for (uint32_t i = 0; i < interfaces; i++) {
    assert_true(walk_next(at, end, &block));
    assert_int_equal(block.type, 1);
  }
}

/* Walks the whole of what was received. Each frame of put() must be as it was. */
static struct found look(uint32_t interfaces) {
  const uint8_t *at = received, *end = received + received_bytes;
  struct found found = {0};
  struct walk_block block;
  expect_head(&at, end, interfaces);
  while (at < end) {
    assert_true(walk_next(&at, end, &block));
    assert_true(block.interface < interfaces);
    if (block.type == 5) {
      found.end[block.interface] = block;
      found.ends++;
      continue;
    }
    assert_int_equal(block.type, 6);
    assert_int_equal(found.ends, 0);
    assert_memory_equal(block.data, bytes, block.kept_bytes);
    assert_true(block.stamp > found.last);
    if (found.frames++ == 0) found.first = block.stamp;
    found.last = block.stamp;
    found.frames_of[block.interface]++;
    found.lost += block.numbers[4];
    found.lost_of[block.interface] += block.numbers[4];
  }
  return found;
}

static void expect_end(const struct found *found, uint32_t interface, uint64_t got, uint64_t lost,
                       uint64_t delivered) {
  const struct walk_block *end = &found->end[interface];
  assert_int_equal(end->numbers[4], got);
  assert_int_equal(end->numbers[5], lost);
  assert_int_equal(end->numbers[6], lost + delivered);
  assert_int_equal(end->numbers[8], delivered);
  assert_true(walk_stamp((const uint8_t *)end->texts[2]) <=
              walk_stamp((const uint8_t *)end->texts[3]));
}

static void test_frames_and_their_reasons(void **state) {
  (void)state;
  static const enum pl_status outcomes[] = {PL_OK, PL_E_DUPLICATE, PL_E_LATE, PL_E_NOT_IPV4, PL_OK};
  begin(&whole);
  for (uint32_t i = 0; i < COUNT_OF(outcomes); i++) put(i % 2, 60 + i, outcomes[i]);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  read_to_end();
  const struct found found = look(2);
  assert_int_equal(found.frames, COUNT_OF(outcomes));
  assert_int_equal(found.ends, 2);
  expect_end(&found, 0, 3, 0, 3);
  expect_end(&found, 1, 2, 0, 2);
  const uint8_t *at = received, *end = received + received_bytes;
  expect_head(&at, end, 2);
  for (uint32_t i = 0; i < COUNT_OF(outcomes); i++) {
    char comment[64] = "";
    struct walk_block block;
    assert_true(walk_next(&at, end, &block));
    assert_int_equal(block.stamp, STAMP_NS + i);
    assert_int_equal(block.size_bytes, 60 + i);
    assert_int_equal(block.interface, i % 2);
    if (outcomes[i] != PL_OK)
      (void)snprintf(comment, sizeof comment, "dropped: %s", pl_status_name(outcomes[i]));
    assert_string_equal(block.texts[1], comment);
  }
}

static void test_the_end_by_frames(void **state) {
  (void)state;
  struct pl_capture_config config = whole;
  config.frames_max = 10;
  begin(&config);
  for (uint32_t i = 0; i < 25; i++) put(PL_LINE_B, 100, PL_OK);
  read_to_end();
  const struct found found = look(2);
  assert_int_equal(found.frames, 10);
  assert_int_equal(found.last, STAMP_NS + 9);
  expect_end(&found, 0, 0, 0, 0);
  expect_end(&found, 1, 10, 0, 10); /* what came behind the last is none of its business */
  assert_null(pl_capture_tap_peek(stream.tap));
}

/* Nor do those count that were passed over behind it. */
static void test_the_end_by_frames_with_a_filter(void **state) {
  (void)state;
  struct pl_capture_config config = whole;
  config.frames_max = 10;
  config.order.drops = true;
  begin(&config);
  for (uint32_t i = 0; i < 25; i++) put(PL_LINE_B, 100, i < 20 && i % 2 == 0 ? PL_E_LATE : PL_OK);
  read_to_end();
  const struct found found = look(2);
  assert_int_equal(found.frames, 10);
  expect_end(&found, 1, 19, 0, 10);
}

/* What the receive core puts in the burst it is in, after the end was asked for, is still written.
 */
static void test_the_burst_in_hand(void **state) {
  (void)state;
  begin(&whole);
  struct pl_capture_tap *tap = pl_capture_tap_ready(stream.tap);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  for (uint32_t i = 0; i < 5; i++) {
    const struct pl_frame frame = {bytes, 60, PL_LINE_A, stamp_ns++};
    pl_capture_stream_turn(&stream);
    assert_int_equal(stream.state, PL_CAPTURE_ENDING);
    pl_capture_tap_put(tap, &frame, PL_OK);
  }
  read_to_end();
  const struct found found = look(2);
  assert_int_equal(found.frames, 5);
  expect_end(&found, 0, 5, 0, 5);
}

static void test_filters(void **state) {
  (void)state;
  struct pl_capture_config config = whole;
  config.order = (struct pl_capture_order){64, 1u << PL_LINE_B, true};
  begin(&config);
  for (uint32_t i = 0; i < 30; i++) put(i % 2, 100, i % 3 == 0 ? PL_E_LATE : PL_OK);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  read_to_end();
  const struct found found = look(1);
  assert_int_equal(found.frames, 5);
  expect_end(&found, 0, 15, 0, 5);
}

/* The reader stops reading: the socket fills, then the ring, and from then on frames are lost from
 * the capture, all of them counted, and putting goes on as before. */
static void test_a_stuck_reader(void **state) {
  (void)state;
  const uint64_t put_count = 40000;
  begin(&whole);
  for (uint64_t i = 0; i < put_count; i++) {
    put((uint32_t)i % 2, 1000, PL_OK);
    if (i % 100 == 0) pl_capture_stream_turn(&stream);
  }
  assert_int_equal(stream.state, PL_CAPTURE_ON);
  for (uint32_t i = 0; i < 200; i++) { /* it reads again */
    pl_capture_stream_turn(&stream);
    read_some();
  }
  put(PL_LINE_A, 1000, PL_OK);
  put(PL_LINE_B, 1000, PL_OK);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  read_to_end();
  const struct found found = look(2);
  assert_true(found.lost > put_count / 2);
  assert_int_equal(found.frames + found.lost, put_count + 2);
  assert_int_equal(found.last, STAMP_NS + put_count + 1);
  for (uint32_t i = 0; i < 2; i++)
    expect_end(&found, i, put_count / 2 + 1, found.lost_of[i], found.frames_of[i]);
  assert_int_equal(stream.lost, found.lost);
}

/* Lost to the end: no frame tells of them, the ends do. */
static void test_losses_behind_the_last_frame(void **state) {
  (void)state;
  const uint64_t put_count = 20000;
  begin(&whole);
  for (uint64_t i = 0; i < put_count; i++) put(PL_LINE_A, 1000, PL_OK);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  read_to_end();
  const struct found found = look(2);
  assert_int_equal(found.lost, 0);
  assert_true(found.frames < put_count);
  expect_end(&found, 0, put_count, put_count - found.frames, found.frames);
}

static void test_a_reader_that_goes_away(void **state) {
  (void)state;
  begin(&whole);
  for (uint32_t i = 0; i < 1000; i++) put(PL_LINE_A, 1000, PL_OK);
  pl_capture_stream_turn(&stream);
  assert_int_equal(close(reader), 0);
  reader = -1;
  for (uint32_t i = 0; i < 100; i++) put(PL_LINE_A, 1000, PL_OK);
  for (uint32_t i = 0; i < 3; i++) {
    pl_capture_stream_turn(&stream);
    (void)pl_capture_tap_ready(stream.tap);
  }
  assert_int_equal(stream.state, PL_CAPTURE_OFF);
  assert_int_equal(stream.descriptor, -1);
  assert_null(pl_capture_tap_peek(stream.tap)); /* nothing of it is left for the next */
  assert_null(pl_capture_tap_ready(stream.tap));
}

static void test_one_at_a_time(void **state) {
  (void)state;
  int pair[2];
  begin(&whole);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  assert_int_equal(pl_capture_stream_begin(&stream, &whole, &pair[1], error, sizeof error),
                   PL_E_BUSY);
  assert_true(pair[1] >= 0);
  assert_int_equal(shutdown(reader, SHUT_WR), 0);
  read_to_end();
  assert_int_equal(pl_capture_stream_begin(&stream, &whole, &pair[1], error, sizeof error), PL_OK);
  (void)close(pair[0]);
}

static void test_what_is_no_stream_or_has_no_line(void **state) {
  (void)state;
  int pair[2], others[] = {-1, open("/dev/null", O_WRONLY), socket(AF_UNIX, SOCK_DGRAM, 0),
                           socket(AF_INET, SOCK_STREAM, 0)};
  assert_int_equal(pipe(pair), 0);
  for (size_t i = 0; i < COUNT_OF(others); i++)
    assert_int_equal(pl_capture_stream_begin(&stream, &whole, &others[i], error, sizeof error),
                     PL_E_PROTOCOL);
  assert_int_equal(pl_capture_stream_begin(&stream, &whole, &pair[1], error, sizeof error),
                   PL_E_PROTOCOL);
  struct pl_capture_config config = whole;
  config.order.lines = 1u << PL_LINE_B;
  config.interfaces[PL_LINE_B] = NULL;
  assert_int_equal(pl_capture_stream_begin(&stream, &config, &writer, error, sizeof error),
                   PL_E_NOT_FOUND);
  assert_true(writer >= 0);
  assert_int_equal(stream.state, PL_CAPTURE_OFF);
  for (size_t i = 1; i < COUNT_OF(others); i++) (void)close(others[i]);
  (void)close(pair[0]);
  (void)close(pair[1]);
}

static void test_the_daemon_ends_it(void **state) {
  (void)state;
  begin(&whole);
  for (uint32_t i = 0; i < 50; i++) put(PL_LINE_A, 1000, PL_OK); /* fits the socket */
  pl_capture_stream_close(&stream);
  read_some();
  assert_true(reader_at_end);
  const struct found found = look(2);
  assert_int_equal(found.frames, 50);
  expect_end(&found, 0, 50, 0, 50);
}

static void test_the_daemon_ends_whatever_the_reader_does(void **state) {
  (void)state;
  begin(&whole);
  for (uint32_t i = 0; i < 10000; i++) put(PL_LINE_A, 1000, PL_OK);
  pl_capture_stream_close(&stream); /* comes back, and that is the test */
  assert_null(stream.tap);
  pl_capture_stream_close(&stream);
}

#define WITH_STREAM(test) cmocka_unit_test_setup_teardown(test, open_stream, close_stream)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_STREAM(test_frames_and_their_reasons),
      WITH_STREAM(test_the_end_by_frames),
      WITH_STREAM(test_the_end_by_frames_with_a_filter),
      WITH_STREAM(test_the_burst_in_hand),
      WITH_STREAM(test_filters),
      WITH_STREAM(test_a_stuck_reader),
      WITH_STREAM(test_losses_behind_the_last_frame),
      WITH_STREAM(test_a_reader_that_goes_away),
      WITH_STREAM(test_one_at_a_time),
      WITH_STREAM(test_what_is_no_stream_or_has_no_line),
      WITH_STREAM(test_the_daemon_ends_it),
      WITH_STREAM(test_the_daemon_ends_whatever_the_reader_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
