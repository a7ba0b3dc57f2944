/* The tap of live captures: orders, filters, a full ring, the wrap, and two threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/daemon/capture_tap.h"

#define SLOTS       64
#define CAPTURES    100
#define SEEN_MIN    100 /* before a capture is ended */
#define FRAME_BYTES 1500
#define COUNT_OF(a) (sizeof(a) / sizeof *(a))
#define LINES_BOTH  (1u << PL_LINE_A | 1u << PL_LINE_B)
#define HEAD_BYTES  sizeof(struct pl_capture_record)
#define SLOTS_OF(n) ((HEAD_BYTES + (n) + 63) / 64)

static struct pl_arena arena;
static struct pl_capture_tap *tap;
static uint8_t bytes[PL_FRAME_BYTES_MAX + 256];

static int open_tap(void **state) {
  (void)state;
  for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 3 + 5);
  if (pl_arena_open(pl_capture_tap_footprint(SLOTS), &arena) != PL_OK) return -1;
  tap = pl_capture_tap_create(&arena, SLOTS);
  return 0;
}

static int close_tap(void **state) {
  (void)state;
  pl_arena_close(&arena);
  return 0;
}

static void switch_on(uint32_t snap_bytes, uint32_t lines, bool drops) {
  const struct pl_capture_order order = {snap_bytes, lines, drops};
  pl_capture_tap_give(tap, &order);
  assert_false(pl_capture_tap_is_obeyed(tap));
  assert_ptr_equal(pl_capture_tap_ready(tap), tap);
  assert_true(pl_capture_tap_is_obeyed(tap));
}

static void put(uint32_t line, uint32_t size_bytes, uint64_t recv_ns, enum pl_status outcome) {
  const struct pl_frame frame = {
      .data = bytes, .size_bytes = size_bytes, .line = line, .recv_ns = recv_ns};
  pl_capture_tap_put(tap, &frame, outcome);
}

static void expect(uint32_t line, uint32_t size_bytes, uint32_t kept_bytes, uint64_t recv_ns,
                   enum pl_status outcome, uint64_t passed_over, uint64_t lost) {
  const struct pl_capture_record *record = pl_capture_tap_peek(tap);
  assert_non_null(record);
  assert_int_equal(record->line, line);
  assert_int_equal(record->size_bytes, size_bytes);
  assert_int_equal(record->kept_bytes, kept_bytes);
  assert_int_equal(record->recv_ns, recv_ns);
  assert_int_equal(record->outcome, outcome);
  assert_int_equal(record->before.passed_over, passed_over);
  assert_int_equal(record->before.lost, lost);
  assert_memory_equal(record->data, bytes, kept_bytes);
  pl_capture_tap_release(tap, record);
}

static void test_no_tap_and_an_idle_one_are_not_ready(void **state) {
  (void)state;
  assert_null(pl_capture_tap_ready(NULL));
  assert_null(pl_capture_tap_ready(tap));
  assert_true(pl_capture_tap_is_obeyed(tap));
  assert_null(pl_capture_tap_peek(tap));
}

static void test_orders_are_obeyed_at_the_next_burst(void **state) {
  (void)state;
  switch_on(100, LINES_BOTH, false);
  put(PL_LINE_A, 60, 1, PL_OK);
  pl_capture_tap_give(tap, NULL);
  assert_false(pl_capture_tap_is_obeyed(tap));
  assert_null(pl_capture_tap_ready(tap));
  assert_true(pl_capture_tap_is_obeyed(tap));
  expect(PL_LINE_A, 60, 60, 1, PL_OK, 0, 0);
  assert_null(pl_capture_tap_peek(tap));
}

static void test_what_is_kept(void **state) {
  (void)state;
  static const struct {
    uint32_t snap_bytes, size_bytes, kept_bytes;
  } cases[] = {
      {1, 60, 1}, {60, 60, 60}, {59, 60, 59}, {9216, 60, 60}, {24, 25, 24}, {100, 24, 24},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    switch_on(cases[i].snap_bytes, LINES_BOTH, false);
    put(PL_LINE_B, cases[i].size_bytes, 7, PL_E_LATE);
    expect(PL_LINE_B, cases[i].size_bytes, cases[i].kept_bytes, 7, PL_E_LATE, 0, 0);
    pl_capture_tap_give(tap, NULL);
    assert_null(pl_capture_tap_ready(tap));
  }
  switch_on(9216, LINES_BOTH, false);
  const struct pl_frame oversize = {.size_bytes = 70000, .line = PL_LINE_A, .recv_ns = 9};
  pl_capture_tap_put(tap, &oversize, PL_E_OVERSIZE);
  expect(PL_LINE_A, 70000, 0, 9, PL_E_OVERSIZE, 0, 0);
}

static void test_filters_count_what_they_pass_over(void **state) {
  (void)state;
  switch_on(100, 1u << PL_LINE_B, true);
  put(PL_LINE_A, 60, 1, PL_E_LATE); /* the other line */
  put(PL_LINE_B, 60, 2, PL_OK);     /* decoded */
  put(PL_LINE_B, 60, 3, PL_OK);
  put(PL_LINE_B, 60, 4, PL_E_DUPLICATE);
  put(PL_LINE_B, 60, 5, PL_E_DUPLICATE);
  put(PL_LINE_B, 60, 6, PL_OK);
  expect(PL_LINE_B, 60, 60, 4, PL_E_DUPLICATE, 2, 0);
  expect(PL_LINE_B, 60, 60, 5, PL_E_DUPLICATE, 0, 0);
  assert_null(pl_capture_tap_peek(tap));
  pl_capture_tap_give(tap, NULL);
  assert_null(pl_capture_tap_ready(tap));
  assert_int_equal(pl_capture_tap_missing(tap, PL_LINE_A)->passed_over, 1);
  assert_int_equal(pl_capture_tap_missing(tap, PL_LINE_B)->passed_over, 1);
}

static void test_a_full_ring_loses_the_newest(void **state) {
  (void)state;
  uint32_t fits = SLOTS / SLOTS_OF(100);
  switch_on(100, LINES_BOTH, false);
  for (uint32_t i = 0; i < fits + 5; i++) put(i % 2, 100, i, PL_OK);
  for (uint32_t i = 0; i < fits; i++) expect(i % 2, 100, 100, i, PL_OK, 0, 0);
  assert_null(pl_capture_tap_peek(tap));
  put(PL_LINE_A, 100, 1000, PL_OK);
  put(PL_LINE_A, 100, 1001, PL_OK);
  expect(PL_LINE_A, 100, 100, 1000, PL_OK, 0, fits % 2 == 0 ? 3 : 2);
  expect(PL_LINE_A, 100, 100, 1001, PL_OK, 0, 0);
  pl_capture_tap_give(tap, NULL);
  assert_null(pl_capture_tap_ready(tap));
  assert_int_equal(pl_capture_tap_missing(tap, PL_LINE_B)->lost, fits % 2 == 0 ? 2 : 3);
  assert_int_equal(pl_capture_tap_lost(tap), 5);
  switch_on(100, LINES_BOTH, false);
  assert_int_equal(pl_capture_tap_lost(tap), 0);
}

/* Every place in the ring times every length in slots that fits. */
static void test_every_place_of_the_wrap(void **state) {
  (void)state;
  uint64_t stamp = 0;
  switch_on(9216, LINES_BOTH, false);
  for (uint32_t slots = 1; slots <= SLOTS / 2; slots++) {
    for (uint32_t place = 0; place < SLOTS; place++) {
      uint32_t size_bytes = (uint32_t)(slots * 64 - HEAD_BYTES);
      put(PL_LINE_A, 1, ++stamp, PL_OK); /* moves on by one slot each time */
      put(PL_LINE_A, size_bytes, stamp, PL_OK);
      expect(PL_LINE_A, 1, 1, stamp, PL_OK, 0, 0);
      expect(PL_LINE_A, size_bytes, size_bytes, stamp, PL_OK, 0, 0);
      assert_null(pl_capture_tap_peek(tap));
    }
  }
}

static void test_a_frame_larger_than_the_ring_is_lost(void **state) {
  (void)state;
  switch_on(9216, LINES_BOTH, false);
  put(PL_LINE_A, 9216, 1, PL_OK); /* 145 slots */
  assert_null(pl_capture_tap_peek(tap));
  put(PL_LINE_A, 60, 2, PL_OK);
  expect(PL_LINE_A, 60, 60, 2, PL_OK, 0, 1);
}

/* A capture that is over before the producer has looked once must not be taken for off, and leaves
 * nothing of the one before it. */
static void test_a_capture_nobody_saw(void **state) {
  (void)state;
  const struct pl_capture_order order = {100, LINES_BOTH, true};
  switch_on(100, LINES_BOTH, true);
  put(PL_LINE_A, 60, 1, PL_OK);
  pl_capture_tap_give(tap, NULL);
  assert_null(pl_capture_tap_ready(tap));
  assert_int_equal(pl_capture_tap_missing(tap, PL_LINE_A)->passed_over, 1);
  pl_capture_tap_give(tap, &order);
  pl_capture_tap_give(tap, NULL);
  assert_false(pl_capture_tap_is_obeyed(tap));
  assert_null(pl_capture_tap_ready(tap));
  assert_true(pl_capture_tap_is_obeyed(tap));
  assert_int_equal(pl_capture_tap_missing(tap, PL_LINE_A)->passed_over, 0);
}

/* --- two threads --- */

static _Atomic bool over;

static void *produce(void *argument) {
  (void)argument;
  for (uint64_t i = 0; !atomic_load(&over); i++) {
    uint32_t size_bytes = (uint32_t)(i * 37 % FRAME_BYTES) + 14;
    if (pl_capture_tap_ready(tap) != NULL)
      put((uint32_t)i % 2, size_bytes, i, i % 3 == 0 ? PL_E_LATE : PL_OK);
  }
  return NULL;
}

/* Captures are switched on and off while frames go by. In each, what was written, lost and passed
 * over is one unbroken run of frames. */
static void test_two_threads(void **state) {
  (void)state;
  pthread_t producer;
  atomic_store(&over, false);
  assert_int_equal(pthread_create(&producer, NULL, produce, NULL), 0);
  for (uint32_t capture = 0; capture < CAPTURES; capture++) {
    const struct pl_capture_order order = {FRAME_BYTES + 14, LINES_BOTH, capture % 2 == 1};
    uint64_t seen[2] = {0}, first = UINT64_MAX, end = 0;
    bool off = false, quiet = false;
    pl_capture_tap_give(tap, &order);
    while (!quiet) {
      quiet = off && pl_capture_tap_is_obeyed(tap);
      const struct pl_capture_record *record;
      while ((record = pl_capture_tap_peek(tap)) != NULL) {
        uint64_t stamp = record->recv_ns, behind = record->before.lost + record->before.passed_over;
        assert_memory_equal(record->data, bytes, record->kept_bytes);
        assert_int_equal(record->size_bytes, stamp * 37 % FRAME_BYTES + 14);
        assert_int_equal(record->outcome, stamp % 3 == 0 ? PL_E_LATE : PL_OK);
        assert_true(capture % 2 == 0 || record->outcome != PL_OK);
        seen[record->line] += behind + 1;
        if (stamp - 2 * behind < first) first = stamp - 2 * behind;
        end = stamp + 1;
        pl_capture_tap_release(tap, record);
      }
      if (off || seen[0] + seen[1] < SEEN_MIN) continue;
      pl_capture_tap_give(tap, NULL);
      off = true;
    }
    for (uint32_t line = 0; line < 2; line++) {
      const struct pl_capture_missing *missing = pl_capture_tap_missing(tap, line);
      seen[line] += missing->lost + missing->passed_over;
    }
    assert_true(seen[0] + seen[1] >= end - first);
    assert_true(seen[0] <= seen[1] + 1 && seen[1] <= seen[0] + 1); /* lines take turns */
  }
  atomic_store(&over, true);
  assert_int_equal(pthread_join(producer, NULL), 0);
}

#define WITH_TAP(test) cmocka_unit_test_setup_teardown(test, open_tap, close_tap)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_TAP(test_no_tap_and_an_idle_one_are_not_ready),
      WITH_TAP(test_orders_are_obeyed_at_the_next_burst),
      WITH_TAP(test_what_is_kept),
      WITH_TAP(test_filters_count_what_they_pass_over),
      WITH_TAP(test_a_full_ring_loses_the_newest),
      WITH_TAP(test_every_place_of_the_wrap),
      WITH_TAP(test_a_frame_larger_than_the_ring_is_lost),
      WITH_TAP(test_a_capture_nobody_saw),
      WITH_TAP(test_two_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
