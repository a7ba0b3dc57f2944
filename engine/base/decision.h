/* The decision: what the engine says of one instrument, as it passes the ring. */
#ifndef ENGINE_BASE_DECISION_H
#define ENGINE_BASE_DECISION_H

#include "engine/base/limits.h"

#include <stddef.h>
#include <stdint.h>

enum pl_mode { PL_MODE_STATIC, PL_MODE_MONITOR, PL_MODE_AUTONOMOUS, PL_MODE_COUNT };

enum pl_source { PL_SOURCE_STATIC, PL_SOURCE_EWMA, PL_SOURCE_COUNT };

/* Why the numbers are what they are. A fault forces the static limits; a bound only says what bit.
 */
#define PL_REASON_MAP(X)                                                                           \
  /* faults */                                                                                     \
  X(GAP, "gap", "packets lost, book not proven again")                                             \
  X(SILENT, "silent", "channel silent for longer than the limit")                                  \
  X(NO_BOOK, "no_book", "no snapshot seen yet")                                                    \
  X(CHAIN, "chain", "change ids do not follow each other")                                         \
  X(CROSSED, "crossed", "book crossed at the end of an event")                                     \
  X(NO_PRICE, "no_price", "a side is empty or there is no price to measure against")               \
  X(NO_TERMS, "no_terms", "the instrument has no definition yet")                                  \
  X(KIND, "kind", "no model for this kind of contract")                                            \
  X(CLOSED, "closed", "the venue does not trade it")                                               \
  X(REARM, "rearm", "waiting after a fault before the model speaks again")                         \
  X(FROZEN, "frozen", "frozen by the operator")                                                    \
  X(MODE, "mode", "the mode publishes static limits only")                                         \
  /* bounds */                                                                                     \
  X(FLOOR, "floor", "margin raised to its floor")                                                  \
  X(CAP, "cap", "margin cut to its upper bound")                                                   \
  X(RATE, "rate", "change limited to the rate agreed on")                                          \
  X(JOINT, "joint", "proposal broke a joint invariant and was refused whole")                      \
  X(DEPTH, "depth", "the book holds less than the reference size")                                 \
  X(SATURATED, "saturated", "a number met the end of its range")

enum pl_reason_bit {
#define X(sym, name, hint) PL_REASON_BIT_##sym,
  PL_REASON_MAP(X)
#undef X
      PL_REASON_COUNT
};

enum pl_reason {
#define X(sym, name, hint) PL_REASON_##sym = 1 << PL_REASON_BIT_##sym,
  PL_REASON_MAP(X)
#undef X
      PL_REASON_FAULTS = PL_REASON_FLOOR - 1, /* every bit below the first bound */
};

struct pl_decision {
  uint64_t seq;            /* +1 a decision */
  uint64_t event_ns;       /* exchange time when it was made: the newest believed so far */
  uint64_t valid_until_ns; /* exchange time; after it the static limits hold */
  int64_t clip_max_u6;     /* largest liquidation order, micro quote units, rounded down */
  uint32_t instrument;
  uint32_t im_ppm; /* initial margin, share of notional, rounded up */
  uint32_t mm_ppm; /* maintenance margin, share of notional, rounded up */
  uint32_t reason_mask;
  uint32_t slice_ms; /* wait between two clips */
  uint16_t tier;
  uint8_t mode, source;
  uint64_t decided_ns; /* wall time, stamped by the loop; not part of the digest */
};
_Static_assert(sizeof(struct pl_decision) == PL_CACHE_LINE_BYTES, "one decision, one cache line");

/* The digest of a decision stream covers this much of each decision. */
#define PL_DECISION_DIGEST_BYTES offsetof(struct pl_decision, decided_ns)

/* Names for JSON and tables; "?" outside the range. pl_decision_reason takes the bit's number. */
const char *pl_decision_mode(uint32_t mode);
const char *pl_decision_source(uint32_t source);
const char *pl_decision_reason(uint32_t bit);
/* pl_decision_reason_hint says in one clause what the bit's reason means. */
const char *pl_decision_reason_hint(uint32_t bit);

#endif
