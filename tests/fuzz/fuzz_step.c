/* Events into the step: whatever the market does, every decision stays inside its policy, moves no
 * faster than agreed, and books stay sorted. The first byte picks the policy, records follow. */
#include "engine/base/check.h"
#include "engine/base/fixed.h"
#include "engine/step/step.h"
#include "tests/fuzz/body.h"
#include "tests/fuzz/events.h"

#include <string.h>

#define NS_PER_S   1000000000.0
#define ORDERS     256u
#define LOG_EVENTS 64

enum choice {
  CHOICE_FAST = 1,    /* margins may move at any rate */
  CHOICE_WIDE = 2,    /* bounds from 1 ppm to all of it, static limits at the upper end */
  CHOICE_SHORT = 4,   /* no wait after a fault, validity of 1 s */
  CHOICE_NARROW = 8,  /* one margin only */
  CHOICE_MONITOR = 16 /* start in monitor mode */
};

struct run {
  struct pl_policy policy;
  struct pl_step *step;
  struct pl_decision last[PL_EVENTS_INSTRUMENTS];
  uint64_t decisions;
};

static void choose(struct pl_policy *policy, uint8_t choice) {
  pl_policy_default(policy);
  struct pl_policy_row *row = &policy->rows[0];
  if (choice & CHOICE_FAST) row->im_up_ppm_per_s = row->im_down_ppm_per_s = UINT32_MAX;
  if (choice & CHOICE_WIDE) {
    row->im_min_ppm = 1;
    row->static_im_ppm = row->static_mm_ppm = row->im_max_ppm = 1000000;
    row->mm_share_ppm = 1;
    row->clip_share_ppm = row->unfilled_ppm = 1000000;
    row->clip_max_u6 = row->reference_size_u6 = INT64_MAX;
    row->vol_half_life_ns = 1;
    row->horizon_s = UINT32_MAX;
  }
  if (choice & CHOICE_SHORT) policy->rearm_ns = 0, policy->valid_ns = 1000000000;
  if (choice & CHOICE_NARROW) row->im_min_ppm = row->im_max_ppm = row->static_im_ppm;
  if (choice & CHOICE_MONITOR) policy->mode = PL_MODE_MONITOR;
  /* options get a row of their own, so that a definition changes limits on the way */
  policy->rows[1] = policy->rows[0];
  policy->rows[1].kind = PL_KIND_OPTION_INVERSE;
  policy->rows[1].clip_band_bps = 500;
  policy->row_count = 2;
  const char *why;
  PL_CHECK(pl_policy_row_is_sound(row, &why) && pl_policy_row_is_sound(&policy->rows[1], &why));
}

/* Both decisions are the model's: the margin moved no further than its rate times what passed, and
 * the second's worth that is saved up. */
static void check_rate(const struct pl_policy_row *row, const struct pl_decision *from,
                       const struct pl_decision *to) {
  double seconds = (double)(to->event_ns - from->event_ns) / NS_PER_S + 1;
  double moved_ppm = (double)to->im_ppm - from->im_ppm;
  PL_CHECK(to->event_ns >= from->event_ns);
  PL_CHECK(moved_ppm <= row->im_up_ppm_per_s * seconds + 1);
  PL_CHECK(-moved_ppm <= row->im_down_ppm_per_s * seconds + 1);
}

static void check_decision(struct run *run, const struct pl_decision *decision) {
  const struct pl_policy_row *row = &run->policy.rows[0]; /* the rows' margins are the same */
  PL_CHECK(decision->seq == ++run->decisions);
  PL_CHECK(decision->instrument < PL_EVENTS_INSTRUMENTS);
  PL_CHECK(decision->mode < PL_MODE_COUNT && decision->source < PL_SOURCE_COUNT);
  PL_CHECK(decision->reason_mask >> PL_REASON_COUNT == 0);
  PL_CHECK(decision->valid_until_ns == decision->event_ns + run->policy.valid_ns);
  PL_CHECK(decision->mm_ppm > 0 && decision->mm_ppm <= decision->im_ppm);
  PL_CHECK(decision->im_ppm >= row->im_min_ppm && decision->im_ppm <= row->im_max_ppm);
  PL_CHECK(decision->clip_max_u6 >= 0 && decision->decided_ns == 0);
  bool fault = (decision->reason_mask & PL_REASON_FAULTS) != 0;
  PL_CHECK(fault == (decision->source == PL_SOURCE_STATIC));
  if (fault) {
    PL_CHECK(decision->im_ppm == row->static_im_ppm && decision->mm_ppm == row->static_mm_ppm);
    PL_CHECK(decision->clip_max_u6 == row->static_clip_u6);
  } else {
    PL_CHECK(decision->mode == PL_MODE_AUTONOMOUS && decision->clip_max_u6 <= row->clip_max_u6);
  }
  struct pl_decision *last = &run->last[decision->instrument];
  if (last->seq != 0 && last->source != PL_SOURCE_STATIC && !fault) check_rate(row, last, decision);
  *last = *decision;
}

static void check_side(const struct pl_book_side *side) {
  PL_CHECK(side->count <= PL_BOOK_LEVELS_MAX);
  for (uint32_t i = 0; i < side->count; i++) {
    PL_CHECK(i == 0 || side->levels[i - 1].key < side->levels[i].key);
    PL_CHECK(side->levels[i].qty_e8 > 0);
  }
}

static void check_instrument(const struct run *run, uint32_t instrument) {
  const struct pl_book *book = pl_step_book(run->step, instrument);
  struct pl_view view;
  pl_step_view(run->step, instrument, &view);
  PL_CHECK(view.state < PL_VIEW_STATE_COUNT && view.kind < PL_KIND_COUNT);
  PL_CHECK(view.mid_e9 >= 0 || view.kind == PL_KIND_COMBO);
  for (uint32_t side = 0; side < 2; side++) {
    check_side(&book->sides[side]);
    for (uint32_t band = 0; band < PL_BAND_COUNT; band++) {
      PL_CHECK(view.depth_u6[side][band] >= 0);
      PL_CHECK(band == 0 || view.depth_u6[side][band - 1] <= view.depth_u6[side][band]);
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  static struct run run;
  if (size_bytes == 0) return 0;
  memset(&run, 0, sizeof run);
  choose(&run.policy, data[0]);
  const struct pl_step_config config = {.policy = &run.policy,
                                        .instrument_count = PL_EVENTS_INSTRUMENTS,
                                        .orders_max = ORDERS,
                                        .log_events = LOG_EVENTS};
  run.step = pl_step_create(pl_body_arena(pl_step_footprint(&config)), &config);
  uint64_t now_ns = 0;
  for (size_t at = 1; at + PL_EVENTS_RECORD_BYTES <= size_bytes; at += PL_EVENTS_RECORD_BYTES) {
    struct pl_event event = pl_events_unpack(data + at, &now_ns);
    struct pl_decision decision = {.seq = 0};
    if (pl_step(run.step, &event, &decision)) {
      PL_CHECK(event.flags & PL_EVF_EVENT_END);
      check_decision(&run, &decision);
    }
  }
  for (uint32_t i = 0; i < PL_EVENTS_INSTRUMENTS; i++) check_instrument(&run, i);
  return 0;
}
