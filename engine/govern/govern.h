/* Governance of one instrument: whatever is proposed, what is published stays inside the bounds,
 * moves no faster than agreed, keeps its joint invariants, and falls back to the static table the
 * moment the engine cannot know. Total functions; engine thread only. */
#ifndef ENGINE_GOVERN_GOVERN_H
#define ENGINE_GOVERN_GOVERN_H

#include "engine/base/policy.h"

#include <stdbool.h>
#include <stdint.h>

/* What is published of one instrument, taken or refused as a whole. */
struct pl_govern_vector {
  uint32_t im_ppm, mm_ppm;
  int64_t clip_u6;
};

/* What the model would like; the maintenance margin is govern's to derive. */
struct pl_govern_proposal {
  uint32_t im_ppm;
  int64_t clip_u6;
};

/* ppm * ns by which a margin may still rise, and fall. */
struct pl_govern_credit {
  uint64_t up_pns, down_pns;
};

struct pl_govern {
  struct pl_govern_vector published;
  uint64_t last_ns;  /* exchange time of the last call; 0: none */
  uint64_t clean_ns; /* exchange time of the first call without a fault after one */
  struct pl_govern_credit im_credit, mm_credit;
  bool faulted, waiting; /* a fault holds, or the wait after one; that wait has begun */
};

struct pl_govern_result {
  struct pl_govern_vector vector;
  uint32_t reason_mask;
  uint8_t source; /* enum pl_source */
};

/* pl_govern_init starts an instrument on its static limits, in fault until it proves itself. */
void pl_govern_init(struct pl_govern *ret_govern, const struct pl_policy_row *row);

/* pl_govern_publish turns a proposal, or the lack of one, into what is published.
 *   mode         autonomous publishes the model; the others its static limits (PL_REASON_MODE)
 *   fault_mask   PL_REASON_* faults; not 0: static limits, at once, whatever the rates
 *   proposal     the model's; not read when static limits are published
 *   now_ns       exchange time
 * After a fault the model speaks again only when no call had one for rearm_ns of exchange time. A
 * vector that is unsound after bounding is refused whole: the last published one stays, with
 * PL_REASON_JOINT. */
void pl_govern_publish(struct pl_govern *govern, const struct pl_policy *policy,
                       const struct pl_policy_row *row, enum pl_mode mode, uint32_t fault_mask,
                       const struct pl_govern_proposal *proposal, uint64_t now_ns,
                       struct pl_govern_result *ret_result);

/* pl_govern_vector_is_sound checks the joint invariants of a vector about to be published: inside
 * its bounds, 0 < MM <= IM, and a clip that is not negative. */
bool pl_govern_vector_is_sound(const struct pl_policy_row *row,
                               const struct pl_govern_vector *vector);

#endif
