/* One channel as plainly as it can be written: which units came, which were handed on, which given
 * up. Positions never wrap, packets are ranges of units, and everything is looked through each
 * time. What dataplane/line is compared with, by the small schedules and by the fuzzer. */
#ifndef TESTS_FUZZ_LINE_MODEL_H
#define TESTS_FUZZ_LINE_MODEL_H

#include "dataplane/line/line.h"
#include "engine/base/check.h"

#include <string.h>

#ifndef LINE_MODEL_EARLY_MAX /* who plays short schedules has less to copy */
#define LINE_MODEL_EARLY_MAX (PL_LINE_HELD_EACH + 2)
#endif

struct line_range {
  uint64_t from, to; /* positions; to is not in it */
};

/* What is handed on, units that follow each other in one range: between two ranges units are lost.
 */
struct line_ranges {
  uint32_t count;
  struct line_range ranges[LINE_MODEL_EARLY_MAX];
};

static inline void line_ranges_add(struct line_ranges *ranges, uint64_t from, uint64_t to) {
  if (ranges->count != 0 && ranges->ranges[ranges->count - 1].to == from) {
    ranges->ranges[ranges->count - 1].to = to;
    return;
  }
  PL_CHECK(ranges->count < LINE_MODEL_EARLY_MAX);
  ranges->ranges[ranges->count++] = (struct line_range){from, to};
}

struct line_model {
  struct pl_line_config config;
  bool started;
  uint64_t next;     /* every unit before it was handed on or given up */
  uint64_t told_end; /* a heartbeat said that the venue had got there; 0: none did */
  uint64_t told;     /* what was said last of that, believed or not */
  struct line_range early[LINE_MODEL_EARLY_MAX];
  uint32_t early_count;
  bool hole, asked;
  uint32_t asks;
  uint64_t due_ns, hole_at; /* when waiting ends, and where the hole began as it was set */
  bool request_due;
  struct line_ranges out; /* since the caller emptied it */
  uint64_t holes, gaps, units_lost, units_out;
};

/* Where the first hole ends; next when there is none. */
static inline uint64_t line_model_hole_end(const struct line_model *model) {
  uint64_t end = model->told_end > model->next ? model->told_end : UINT64_MAX;
  if (model->early_count != 0) end = UINT64_MAX;
  for (uint32_t i = 0; i < model->early_count; i++)
    if (model->early[i].from < end) end = model->early[i].from;
  return end == UINT64_MAX ? model->next : end;
}

static inline void line_model_hand_on(struct line_model *model) {
  for (uint32_t i = 0; i < model->early_count;) {
    struct line_range range = model->early[i];
    if (range.from > model->next) {
      i++;
      continue;
    }
    if (range.to > model->next) {
      line_ranges_add(&model->out, model->next, range.to);
      model->units_out += range.to - model->next;
      model->next = range.to;
    }
    model->early[i] = model->early[--model->early_count];
    i = 0;
  }
}

/* Too far ahead to be believed of one packet, unless another said about the same before. */
static inline bool line_model_is_far(const struct line_model *model, uint64_t from) {
  bool agrees =
      from + PL_LINE_JUMP_UNITS >= model->told && from <= model->told + PL_LINE_JUMP_UNITS;
  return from > model->next + PL_LINE_JUMP_UNITS && !agrees;
}

/* All that came early is one packet of that kind. */
static inline bool line_model_is_alone(const struct line_model *model) {
  return model->early_count == 1 && line_model_is_far(model, model->early[0].from);
}

/* Hands on what can be, and sees to the clock: it starts with a hole, and anew when the hole moved.
 */
static inline void line_model_settle(struct line_model *model, uint64_t now_ns) {
  line_model_hand_on(model);
  bool was = model->hole;
  model->hole = line_model_hole_end(model) != model->next;
  if (!model->hole) {
    model->asked = false;
    model->asks = 0;
  } else if (!was) {
    model->holes++;
    model->hole_at = model->next;
    model->asked = false;
    model->asks = 0;
    model->due_ns = now_ns + model->config.gap_wait_ns;
  } else if (model->next != model->hole_at && !line_model_is_alone(model)) {
    model->hole_at = model->next;
    model->asks = model->asked ? 1 : 0;
    model->request_due |= model->asked;
    model->due_ns =
        now_ns + (model->asked ? model->config.resend_wait_ns : model->config.gap_wait_ns);
  }
}

/* A line's first packet begins the channel: what was before, nobody waits for. */
static inline void line_model_begin(struct line_model *model, uint64_t next) {
  model->started = true;
  model->next = model->told = next;
  model->told_end = 0;
  model->early_count = 0;
}

static inline bool line_model_holds(const struct line_model *model, struct line_range range) {
  for (uint32_t i = 0; i < model->early_count; i++)
    if (model->early[i].from <= range.from && range.to <= model->early[i].to) return true;
  return false;
}

/* A packet, or by from == to a heartbeat. */
static inline void line_model_take(struct line_model *model, struct line_range range,
                                   uint64_t now_ns) {
  bool alone = line_model_is_alone(model), later = false;
  if (range.from == range.to && range.from > model->next) {
    bool far = line_model_is_far(model, range.from);
    model->told = range.from;
    later = !far && range.from > model->told_end;
    if (later) model->told_end = range.from;
    later |= alone && !line_model_is_alone(model);
  } else if (range.to > model->next && !line_model_holds(model, range)) {
    PL_CHECK(model->early_count < LINE_MODEL_EARLY_MAX);
    model->early[model->early_count++] = range;
    later = range.from > model->next;
  }
  if (alone && later) { /* what it showed was no hole; this is one */
    model->hole_at = model->next;
    model->due_ns = now_ns + model->config.gap_wait_ns;
  }
  line_model_settle(model, now_ns);
}

/* Gives up the hole, or as much of it as is before a packet that nothing waits for. */
static inline void line_model_give_up(struct line_model *model, uint64_t until, uint64_t now_ns) {
  uint64_t end = line_model_hole_end(model);
  if (end == model->next || until < end) end = until;
  PL_CHECK(end > model->next);
  model->gaps++;
  model->units_lost += end - model->next;
  model->next = end;
  model->hole = false;
  line_model_settle(model, now_ns);
}

static inline bool line_model_drop_alone(struct line_model *model, uint64_t now_ns) {
  if (!line_model_is_alone(model)) return false;
  model->told = model->early[0].from;
  model->early_count = 0;
  line_model_settle(model, now_ns);
  return true;
}

/* The wait is over, if it is. */
static inline void line_model_tick(struct line_model *model, uint64_t now_ns) {
  while (model->hole && now_ns >= model->due_ns) {
    if (line_model_drop_alone(model, now_ns)) continue;
    if (model->config.resend_units_max != 0 && model->asks < PL_LINE_ASKS_MAX) {
      model->asks++;
      model->asked = model->request_due = true;
      model->due_ns = now_ns + model->config.resend_wait_ns;
    } else {
      line_model_give_up(model, UINT64_MAX, now_ns);
    }
  }
}

static inline void line_model_refuse(struct line_model *model, bool try_again, uint64_t retry_ns,
                                     uint64_t now_ns) {
  if (!model->asked) return;
  if (!try_again) model->asks = PL_LINE_ASKS_MAX;
  model->due_ns = try_again ? now_ns + retry_ns : now_ns;
}

/* What has to be asked for now. */
static inline bool line_model_request(struct line_model *model, struct line_range *ret_range) {
  bool due = model->request_due && model->hole && model->asked;
  model->request_due = false;
  if (!due) return false;
  uint64_t end = line_model_hole_end(model), page = model->config.resend_units_max;
  *ret_range =
      (struct line_range){model->next, end - model->next > page ? model->next + page : end};
  return true;
}

#endif
