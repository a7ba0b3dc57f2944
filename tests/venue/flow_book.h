/* An aggregated order book (L2) in integer ticks and lots, that records its own changes. */
#ifndef PL_TESTS_VENUE_FLOW_BOOK_H
#define PL_TESTS_VENUE_FLOW_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#define PL_FLOW_LEVELS_MAX 512u /* a side */
#define PL_FLOW_CHANGES_MAX                                                                        \
  28u /* one update: with 8 trades and a ticker it still fits a packet                             \
       */

enum pl_flow_side { PL_FLOW_ASK = 0, PL_FLOW_BID = 1 }; /* the wire's numbers */

struct pl_flow_level {
  int64_t tick; /* price in ticks, > 0 */
  int64_t lots; /* amount in lots, > 0 */
};

struct pl_flow_ladder { /* one side; level[0] is the best */
  uint32_t count;
  struct pl_flow_level level[PL_FLOW_LEVELS_MAX];
};

struct pl_flow_book {
  struct pl_flow_ladder side[2]; /* by enum pl_flow_side */
};

struct pl_flow_change {
  enum pl_flow_side side;
  uint8_t kind; /* enum pl_wire_change */
  int64_t tick;
  int64_t lots; /* 0 when deleted */
};

struct pl_flow_changes {
  uint32_t count;
  struct pl_flow_change change[PL_FLOW_CHANGES_MAX];
};

/* Sets the amount at a price; lots 0 deletes the level.
 *   changes  the change is appended here; NULL while a book is first filled
 * Returns false and changes nothing when the result would lock or cross the book, the tick is not
 * positive, the side or `changes` is full, the level to delete does not exist, the amount is the
 * old one, or `changes` already holds this price (a message names a price once). */
bool pl_flow_book_set(struct pl_flow_book *book, struct pl_flow_changes *changes,
                      enum pl_flow_side side, int64_t tick, int64_t lots);

/* The best level of a side, NULL when the side is empty. Valid until the next set. */
const struct pl_flow_level *pl_flow_book_best(const struct pl_flow_book *book,
                                              enum pl_flow_side side);

#endif
