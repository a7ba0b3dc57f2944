/* Snapshots of Starbase, part by part, and how they must end. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_STARBASE_SNAPSHOTS_H
#define TESTS_UNIT_DATAPLANE_VENUE_STARBASE_SNAPSHOTS_H

#include "tests/unit/dataplane/venue/starbase_packets.h"

#define PART (PL_EVF_SNAPSHOT | PL_EVF_ORDERS)

static inline int open_stars(void **state) {
  struct stars *stars = calloc(1, sizeof *stars);
  if (stars == NULL) return -1;
  stars_open(stars);
  stars_define(stars); /* message 1 */
  *state = stars;
  return 0;
}

static inline int close_stars(void **state) {
  stars_close(*state);
  free(*state);
  return 0;
}

static inline void header(struct stars *stars, int64_t id, int64_t anchor) {
  assert_true(pl_wire_starbase_header(&stars->packet, &whole, id, TIME_NS, anchor));
}

static inline void part(struct stars *stars, int64_t order_id, int64_t id) {
  const struct pl_star_put put = {order_id, id, 1000, E9, order_id * 10, 0};
  assert_true(pl_wire_starbase_put(&stars->packet, &whole, &put));
}

static inline void trailer(struct stars *stars, int64_t id, int64_t anchor) {
  assert_true(pl_wire_starbase_trailer(&stars->packet, &whole, id, TIME_NS, anchor));
}

/* A snapshot of the perpetual with one order, in a packet of its own. */
static inline void send_snapshot(struct stars *stars, int64_t anchor) {
  (void)stars_snapshot(stars);
  header(stars, PERP, anchor);
  part(stars, 5, PERP);
  trailer(stars, PERP, anchor);
  stars_send(stars);
}

static inline void expect_end(const struct stars *stars, bool is_void) {
  assert_true(stars->decoder.count != 0);
  const struct pl_event *last = &stars->decoder.events[stars->decoder.count - 1];
  assert_true(last->type == PL_EV_SNAPSHOT_END);
  assert_int_equal(last->aux == PL_SNAPSHOT_VOID, is_void);
  assert_true((last->flags & PART) == PART);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_stars, close_stars)

#endif
