/* What the parts of engine/step share: an engine and its instruments. */
#ifndef ENGINE_STEP_STATE_H
#define ENGINE_STEP_STATE_H

#include "engine/govern/govern.h"
#include "engine/impact/walk.h"
#include "engine/risk/margin.h"
#include "engine/risk/volatility.h"
#include "engine/step/step.h"

struct pl_step_instrument {
  struct pl_book books[PL_LANE_COUNT];
  uint8_t lanes_seen; /* LANE_BIT of the books that had an event */
  uint8_t lane;       /* of the book that decisions are made of */
  bool closed, silent, frozen;
  bool waiting;     /* packets of its channel are missing and may yet come */
  bool open;        /* in the middle of a venue's event */
  bool live;        /* its channel itself has spoken of it */
  uint8_t walk_due; /* SIDE_BIT of the sides that changed since they were walked */
  bool defined;
  uint8_t kind;
  const struct pl_policy_row *row;
  struct pl_volatility mid_volatility, mark_volatility;
  struct pl_govern govern;
  struct pl_decision last; /* seq 0: none yet */
  uint32_t fault_mask;     /* when it was last decided on */
  uint64_t now_ns;         /* exchange time, as its own events tell it */
  int64_t mid_e9, mark_e9, index_e9, open_interest_e8;
  int64_t depth_u6[2][PL_BAND_COUNT];
  struct pl_walk_terms terms; /* of the last walk */
  uint32_t slippage_ppm[2];   /* of the reference size, by side */
  uint32_t im_raw_ppm;
  bool walk_valid;    /* the walk has numbers */
  bool walk_short[2]; /* the side holds less than the reference size */
  bool walk_cut[2];   /* a number of the side's walk met the end of its range */
};

#define LANE_BIT(lane) (1u << (lane))
#define EVERY_LANE     ((1u << PL_LANE_COUNT) - 1)
#define SIDE_BIT(side) (1u << (side))
#define BOTH_SIDES     (SIDE_BIT(PL_ASK) | SIDE_BIT(PL_BID))

struct pl_step {
  const struct pl_policy *policy;
  struct pl_step_instrument *instruments;
  struct pl_book_store *store;
  uint32_t instrument_count;
  uint8_t mode;
  uint64_t now_ns;              /* exchange time, the newest believed of all instruments */
  uint64_t jump_ns, jump_frame; /* the last stamp that was doubted, and its frame */
  bool settled;                 /* two frames agreed on the time */
  uint64_t decision_seq;
  struct pl_step_counters counters;
};

/* The book that an instrument's decisions are made of. */
static inline const struct pl_book *pl_step_used(const struct pl_step_instrument *instrument) {
  return &instrument->books[instrument->lane];
}

/* pl_apply_policy gives an instrument the row of the policy that its name and kind ask for, and
 * starts its learning anew. */
void pl_apply_policy(const struct pl_step *step, struct pl_step_instrument *instrument,
                     uint64_t name_hash);

/* pl_apply_clock moves the engine's time to an event's, if it is to be believed.
 * Returns whether it is: then its instrument's may move there too. */
bool pl_apply_clock(struct pl_step *step, const struct pl_event *event);

/* pl_apply takes an event into its instrument's state; nothing is derived from it yet, but for
 * which book is used when the venue's event ends. */
void pl_apply(struct pl_step *step, struct pl_step_instrument *instrument,
              const struct pl_event *event);

#endif
