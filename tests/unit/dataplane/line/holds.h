/* One channel that holds back what comes early, on a clock of its own, and what it handed on in
 * short: "2-4 6-7" is units 2 and 3, then something lost, then unit 6. */
#ifndef TESTS_UNIT_DATAPLANE_LINE_HOLDS_H
#define TESTS_UNIT_DATAPLANE_LINE_HOLDS_H

#include "tests/fuzz/line_driver.h"
#include "tests/unit/dataplane/line/table.h"

#include <stdio.h>

#define GAP_WAIT_NS    UINT64_C(1000)
#define RESEND_WAIT_NS UINT64_C(5000)

struct holds {
  struct line_driver driver;
  uint64_t now_ns, session;
};

static inline void holds_open_with(struct holds *holds, const struct pl_line_config *config,
                                   uint64_t base) {
  memset(holds, 0, sizeof *holds);
  holds->now_ns = SECOND_NS;
  line_driver_open(&holds->driver, line_driver_table(config), base);
}

/* Numbers of 64 bits, a unit's number being itself.
 *   units_max  the venue sends so many again at once; 0: it does not */
static inline void holds_open(struct holds *holds, uint32_t units_max) {
  const struct pl_line_config config = {.seq_bits = 64,
                                        .silence_ns = SILENCE_NS,
                                        .gap_wait_ns = GAP_WAIT_NS,
                                        .resend_wait_ns = RESEND_WAIT_NS,
                                        .resend_units_max = units_max};
  holds_open_with(holds, &config, 0);
}

static inline const struct pl_channel *holds_channel(const struct holds *holds) {
  return line_driver_channel(&holds->driver);
}

/* Units [from, from + count); a heartbeat when there are none. */
static inline enum pl_line_verdict holds_take(struct holds *holds, enum pl_line_id line,
                                              uint64_t from, uint32_t count) {
  const struct pl_line_place place = {.session = holds->session,
                                      .seq = (holds->driver.base + from) &
                                             holds->driver.table->seq_mask,
                                      .seq_count = count};
  enum pl_line_verdict verdict = line_driver_take(&holds->driver, line, &place, holds->now_ns);
  line_driver_check(&holds->driver);
  return verdict;
}

static inline void holds_tick(struct holds *holds, uint64_t later_ns) {
  holds->now_ns += later_ns;
  line_driver_tick(&holds->driver, holds->now_ns);
  line_driver_check(&holds->driver);
}

/* What was handed on since the last time. */
static inline void holds_expect(struct holds *holds, const char *expected) {
  char text[256] = "";
  struct line_ranges *out = &holds->driver.out;
  for (uint32_t i = 0; i < out->count; i++) {
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "%s%u-%u", i != 0 ? " " : "",
                   (unsigned)out->ranges[i].from, (unsigned)out->ranges[i].to);
  }
  out->count = 0;
  assert_string_equal(text, expected);
}

/* The next request: "2-4", or "" when there is none. */
static inline void holds_expect_request(struct holds *holds, const char *expected) {
  struct line_range range;
  char text[64] = "";
  if (line_driver_request(&holds->driver, &range))
    (void)snprintf(text, sizeof text, "%u-%u", (unsigned)range.from, (unsigned)range.to);
  assert_string_equal(text, expected);
}

static inline void holds_expect_state(const struct holds *holds, const char *expected) {
  enum pl_line_state state = pl_line_state(holds->driver.table, holds->driver.channel);
  assert_string_equal(pl_line_state_name(state), expected);
}

/* All that is counted of holes. */
static inline void holds_expect_counts(const struct holds *holds, uint64_t channel_holes,
                                       uint64_t gaps, uint64_t units_lost) {
  assert_int_equal(holds_channel(holds)->holes, channel_holes);
  assert_int_equal(holds_channel(holds)->gaps, gaps);
  assert_int_equal(holds_channel(holds)->units_lost, units_lost);
}

#endif
