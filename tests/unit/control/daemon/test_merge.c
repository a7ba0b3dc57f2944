/* Captures merged by their stamps, on made-up ports: edge tables, and every small case against an
 * oracle that knows all frames beforehand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/daemon/merge.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define FRAMES_MAX      200
#define PORTS_MAX       3
#define TAKES_MAX       2000 /* a merge that stalls fails instead of hanging */

/* A port whose frames say who they are in their bytes, which its next burst overwrites. */
struct port {
  uint64_t stamps[FRAMES_MAX];
  uint32_t line, count, burst_frames;
  bool pauses;    /* every other burst is empty */
  bool ends_late; /* the end shows with an empty burst after the last frame */
  uint32_t at, bursts;
  uint8_t bytes[PL_BURST_FRAMES_MAX][2];
};

static uint32_t burst(void *context, struct pl_frame *ret_frames, bool *ret_ended) {
  struct port *port = context;
  uint32_t count = 0;
  memset(port->bytes, 0xff, sizeof port->bytes);
  bool pause = port->pauses && port->bursts++ % 2 == 0;
  for (; !pause && count < port->burst_frames && port->at < port->count; count++, port->at++) {
    port->bytes[count][0] = (uint8_t)port->line;
    port->bytes[count][1] = (uint8_t)port->at;
    ret_frames[count] = (struct pl_frame){.data = port->bytes[count],
                                          .size_bytes = 2,
                                          .line = port->line,
                                          .recv_ns = port->stamps[port->at]};
  }
  *ret_ended = port->at == port->count && (!port->ends_late || count == 0);
  return count;
}

/* What came out: line and number of each frame. */
struct order {
  uint8_t lines[FRAMES_MAX * PORTS_MAX], numbers[FRAMES_MAX * PORTS_MAX];
  uint32_t count, takes;
};

static void run(struct port *ports, uint32_t count, struct order *ret_order) {
  struct pl_merge_source sources[PORTS_MAX];
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  struct pl_merge merge;
  *ret_order = (struct order){.count = 0};
  for (uint32_t i = 0; i < count; i++) {
    ports[i].at = ports[i].bursts = 0;
    sources[i] = (struct pl_merge_source){burst, &ports[i]};
  }
  pl_merge_init(&merge, sources, count);
  while (!pl_merge_ended(&merge)) {
    assert_true(++ret_order->takes < TAKES_MAX);
    uint32_t taken = pl_merge_take(&merge, frames);
    assert_true(taken <= PL_BURST_FRAMES_MAX);
    for (uint32_t i = 0; i < taken; i++, ret_order->count++) {
      assert_int_equal(frames[i].data[0], frames[i].line); /* its memory is still its own */
      ret_order->lines[ret_order->count] = (uint8_t)frames[i].line;
      ret_order->numbers[ret_order->count] = frames[i].data[1];
    }
  }
  assert_int_equal(pl_merge_take(&merge, frames), 0);
}

/* The same with everything known: the earliest head, the lower line, the earlier port. */
static void know(const struct port *ports, uint32_t count, struct order *ret_order) {
  uint32_t at[PORTS_MAX] = {0};
  *ret_order = (struct order){.count = 0};
  for (;;) {
    uint32_t best = count;
    for (uint32_t i = 0; i < count; i++) {
      if (at[i] == ports[i].count) continue;
      uint64_t stamp = ports[i].stamps[at[i]];
      uint64_t least = best < count ? ports[best].stamps[at[best]] : 0;
      if (best == count || stamp < least || (stamp == least && ports[i].line < ports[best].line))
        best = i;
    }
    if (best == count) return;
    ret_order->lines[ret_order->count] = (uint8_t)ports[best].line;
    ret_order->numbers[ret_order->count++] = (uint8_t)at[best]++;
  }
}

static void expect(struct port *ports, uint32_t count) {
  struct order got, wanted;
  run(ports, count, &got);
  know(ports, count, &wanted);
  assert_int_equal(got.count, wanted.count);
  assert_memory_equal(got.lines, wanted.lines, got.count);
  assert_memory_equal(got.numbers, wanted.numbers, got.count);
}

static void edges(void **state) {
  (void)state;
  static const struct {
    struct port ports[PORTS_MAX];
    uint32_t count;
    const char *lines, *numbers; /* wanted, one character a frame */
  } cases[] = {
      {{{.stamps = {5, 6}, .count = 2}}, 1, "00", "01"},
      {{{.count = 0}}, 1, "", ""},
      /* ties: A first, whichever port was named first */
      {{{.stamps = {5, 7}, .line = 0, .count = 2}, {.stamps = {5, 7}, .line = 1, .count = 2}},
       2,
       "0101",
       "0011"},
      {{{.stamps = {5, 7}, .line = 1, .count = 2}, {.stamps = {5, 7}, .line = 0, .count = 2}},
       2,
       "0101",
       "0011"},
      /* one line is shorter, one has nothing, one lies wholly behind the other */
      {{{.stamps = {1, 5, 6, 7}, .line = 0, .count = 4}, {.stamps = {2}, .line = 1, .count = 1}},
       2,
       "01000",
       "00123"},
      {{{.line = 0, .count = 0}, {.stamps = {2, 3}, .line = 1, .count = 2}}, 2, "11", "01"},
      {{{.stamps = {8, 9}, .line = 0, .count = 2}, {.stamps = {2, 3}, .line = 1, .count = 2}},
       2,
       "1100",
       "0101"},
      /* time goes back inside A: its file is followed as it stands */
      {{{.stamps = {4, 2, 6}, .line = 0, .count = 3}, {.stamps = {3, 5}, .line = 1, .count = 2}},
       2,
       "10010",
       "00112"},
      {{{.stamps = {9, 1, 2}, .line = 0, .count = 3}, {.stamps = {3, 9}, .line = 1, .count = 2}},
       2,
       "10001",
       "00121"},
      /* three ports, two of them of one line */
      {{{.stamps = {1, 4}, .line = 0, .count = 2},
        {.stamps = {1, 2}, .line = 1, .count = 2},
        {.stamps = {3}, .line = 1, .count = 1}},
       3,
       "01110",
       "00101"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++)
    for (uint32_t burst_frames = 1; burst_frames <= 3; burst_frames++) {
      struct port ports[PORTS_MAX];
      struct order got;
      memcpy(ports, cases[i].ports, sizeof ports);
      for (uint32_t p = 0; p < cases[i].count; p++) ports[p].burst_frames = burst_frames;
      run(ports, cases[i].count, &got);
      assert_int_equal(got.count, strlen(cases[i].lines));
      for (uint32_t f = 0; f < got.count; f++) {
        assert_int_equal(got.lines[f], cases[i].lines[f] - '0');
        assert_int_equal(got.numbers[f], cases[i].numbers[f] - '0');
      }
    }
}

/* The code-th list of up to two stamps out of three: 13 of them. */
#define LISTS 13
static void list(uint32_t code, struct port *ret_port) {
  ret_port->count = code == 0 ? 0 : code < 4 ? 1 : 2;
  ret_port->stamps[0] = code < 4 ? code : (code - 4) / 3;
  ret_port->stamps[1] = code < 4 ? 0 : (code - 4) % 3;
}

static void every_small_case(void **state) {
  (void)state;
  static struct port ports[PORTS_MAX];
  for (uint32_t code = 0; code < LISTS * LISTS * LISTS * 16; code++) {
    uint32_t lists = code / 16;
    for (uint32_t i = 0; i < PORTS_MAX; i++, lists /= LISTS) {
      list(lists % LISTS, &ports[i]);
      ports[i].line = i == 1; /* A, B, and another A */
      ports[i].burst_frames = 1 + (code & 1);
      ports[i].pauses = (code & 2) != 0 && i != 0;
      ports[i].ends_late = (code & 4) != 0 && i != 1;
    }
    expect(ports, code & 8 ? 2 : 3);
  }
}

/* Two like lines with full bursts: what is handed on is near full, too. */
static void bursts_stay_together(void **state) {
  (void)state;
  static struct port ports[2];
  for (uint32_t i = 0; i < 2; i++) {
    ports[i] = (struct port){.line = i, .count = FRAMES_MAX, .burst_frames = PL_BURST_FRAMES_MAX};
    for (uint32_t f = 0; f < FRAMES_MAX; f++) ports[i].stamps[f] = 10 * f;
  }
  expect(ports, 2);
  struct order got;
  run(ports, 2, &got);
  assert_int_equal(got.count, 2 * FRAMES_MAX);
  assert_true(got.takes <= got.count / (PL_BURST_FRAMES_MAX / 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(edges),
      cmocka_unit_test(every_small_case),
      cmocka_unit_test(bursts_stay_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
