#include "engine/govern/govern.h"

#include "engine/base/check.h"
#include "engine/base/fixed.h"

#define NS_PER_S UINT64_C(1000000000)

static struct pl_govern_vector static_vector(const struct pl_policy_row *row) {
  return (struct pl_govern_vector){
      .im_ppm = row->static_im_ppm,
      .mm_ppm = row->static_mm_ppm,
      .clip_u6 = row->static_clip_u6,
  };
}

void pl_govern_init(struct pl_govern *ret_govern, const struct pl_policy_row *row) {
  *ret_govern = (struct pl_govern){.published = static_vector(row), .faulted = true};
}

bool pl_govern_vector_is_sound(const struct pl_policy_row *row,
                               const struct pl_govern_vector *vector) {
  return vector->im_ppm >= row->im_min_ppm && vector->im_ppm <= row->im_max_ppm &&
         vector->mm_ppm > 0 && vector->mm_ppm <= vector->im_ppm && vector->clip_u6 >= 0;
}

/* A bucket that fills by rate * elapsed and holds one second's worth: changes smaller than 1 ppm
 * an event are saved up, and a quiet hour does not buy a jump. */
static uint64_t credit_grown(uint64_t credit_pns, uint32_t rate_ppm_per_s, uint64_t elapsed_ns) {
  uint64_t full_pns = rate_ppm_per_s * NS_PER_S;
  if (elapsed_ns >= NS_PER_S) return full_pns;
  uint64_t grown_pns = credit_pns + rate_ppm_per_s * elapsed_ns;
  return grown_pns < full_pns ? grown_pns : full_pns;
}

static void credit_grow(struct pl_govern_credit *credit, const struct pl_policy_row *row,
                        uint64_t elapsed_ns) {
  credit->up_pns = credit_grown(credit->up_pns, row->im_up_ppm_per_s, elapsed_ns);
  credit->down_pns = credit_grown(credit->down_pns, row->im_down_ppm_per_s, elapsed_ns);
}

/* The nearest margin to the one wanted that the rates allow; what it moved is paid for. */
static uint32_t rate_limited_ppm(uint32_t from_ppm, uint32_t want_ppm,
                                 struct pl_govern_credit *credit, uint32_t *reason_mask) {
  uint64_t *credit_pns = want_ppm > from_ppm ? &credit->up_pns : &credit->down_pns;
  uint32_t distance_ppm = want_ppm > from_ppm ? want_ppm - from_ppm : from_ppm - want_ppm;
  uint64_t allowed_ppm = *credit_pns / NS_PER_S;
  if (distance_ppm > allowed_ppm) {
    distance_ppm = (uint32_t)allowed_ppm;
    *reason_mask |= PL_REASON_RATE;
  }
  *credit_pns -= distance_ppm * NS_PER_S;
  return want_ppm > from_ppm ? from_ppm + distance_ppm : from_ppm - distance_ppm;
}

static void publish_static(struct pl_govern *govern, const struct pl_policy_row *row,
                           uint32_t reason_mask, struct pl_govern_result *ret_result) {
  govern->published = static_vector(row);
  ret_result->vector = govern->published;
  ret_result->reason_mask = reason_mask;
  ret_result->source = PL_SOURCE_STATIC;
}

static void publish_model(struct pl_govern *govern, const struct pl_policy_row *row,
                          const struct pl_govern_proposal *proposal,
                          struct pl_govern_result *ret_result) {
  uint32_t reason_mask = 0, want_ppm = proposal->im_ppm;
  if (want_ppm > row->im_max_ppm) want_ppm = row->im_max_ppm, reason_mask |= PL_REASON_CAP;
  if (want_ppm < row->im_min_ppm) want_ppm = row->im_min_ppm, reason_mask |= PL_REASON_FLOOR;
  struct pl_govern_vector vector = {.clip_u6 = proposal->clip_u6};
  vector.im_ppm =
      rate_limited_ppm(govern->published.im_ppm, want_ppm, &govern->im_credit, &reason_mask);
  /* The maintenance margin moves with its partner, never alone (reference: risk, finding 1) ... */
  uint64_t share_ppm = ((uint64_t)vector.im_ppm * row->mm_share_ppm + 999999) / 1000000;
  vector.mm_ppm = share_ppm < UINT32_MAX ? (uint32_t)share_ppm : UINT32_MAX;
  if (pl_govern_vector_is_sound(row, &vector)) {
    /* ... and no faster: it is what standing positions feel when the static value is left. */
    uint32_t mm_ppm =
        rate_limited_ppm(govern->published.mm_ppm, vector.mm_ppm, &govern->mm_credit, &reason_mask);
    vector.mm_ppm = mm_ppm < vector.im_ppm ? mm_ppm : vector.im_ppm;
    govern->published = vector;
  } else {
    reason_mask |= PL_REASON_JOINT;
  }
  ret_result->vector = govern->published;
  ret_result->reason_mask = reason_mask;
  ret_result->source = PL_SOURCE_EWMA;
}

/* The wait begins with the first call that has no fault, however long the fault held before it. A
 * clock that was not known yet, or turns out to have been wrong, makes it begin anew. */
static void wait_after_fault(struct pl_govern *govern, bool fault, uint64_t rearm_ns) {
  if (fault) {
    govern->faulted = true;
    govern->waiting = false;
    return;
  }
  if (!govern->faulted) return;
  if (!govern->waiting || govern->clean_ns == 0 || govern->last_ns < govern->clean_ns) {
    govern->waiting = true;
    govern->clean_ns = govern->last_ns;
    return; /* whatever the wait, the static limits are said at least once */
  }
  govern->faulted = govern->last_ns - govern->clean_ns < rearm_ns;
}

void pl_govern_publish(struct pl_govern *govern, const struct pl_policy *policy,
                       const struct pl_policy_row *row, enum pl_mode mode, uint32_t fault_mask,
                       const struct pl_govern_proposal *proposal, uint64_t now_ns,
                       struct pl_govern_result *ret_result) {
  PL_CHECK((fault_mask & ~(uint32_t)PL_REASON_FAULTS) == 0);
  uint64_t elapsed_ns = now_ns > govern->last_ns ? now_ns - govern->last_ns : 0;
  credit_grow(&govern->im_credit, row, elapsed_ns);
  credit_grow(&govern->mm_credit, row, elapsed_ns);
  govern->last_ns = now_ns;
  wait_after_fault(govern, fault_mask != 0, policy->rearm_ns);
  if (mode != PL_MODE_AUTONOMOUS) fault_mask |= PL_REASON_MODE;
  if (fault_mask == 0 && govern->faulted) fault_mask = PL_REASON_REARM;
  if (fault_mask != 0)
    publish_static(govern, row, fault_mask, ret_result);
  else
    publish_model(govern, row, proposal, ret_result);
}
