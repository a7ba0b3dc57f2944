/* Every reason there is can be reached by a script, with the source that belongs to it; and what
 * was a fault ends in the model again. */
#include "tests/unit/engine/step/script.h"

#define MID (50000 * E9)

static struct script script;

static int setup(void **state) {
  (void)state;
  script_open(&script);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  script_close(&script);
  return 0;
}

static void make_gap(void) {
  script_status(&script, 0, PL_COND_GAP);
}

static void make_silent(void) {
  script_status(&script, 0, PL_COND_SILENT);
}

static void make_no_book(void) {
  script_event(&script, 0, (struct pl_event){.type = PL_EV_BOOK_CLEAR, .flags = PL_EVF_EVENT_END});
}

static void make_chain(void) {
  script.change_id[0] += 5;
  script_level(&script, 0, PL_BID, 30000 * E9, E8);
}

static void make_crossed(void) {
  script_level(&script, 0, PL_BID, 60000 * E9, E8);
}

static void make_no_price(void) {
  script_level(&script, 0, PL_ASK, MID + E9, 0);
}

static void make_no_terms(void) {
  script_snapshot(&script, 1, MID, 2 * E9, E8);
}

static void make_kind(void) {
  script_define(&script, 0, PL_KIND_COMBO);
}

static void make_closed(void) {
  script_status(&script, 0, PL_COND_CLOSED);
}

static void make_rearm(void) {
  make_silent();
  script_status(&script, 0, PL_COND_RESUMED);
}

static void make_frozen(void) {
  script_operator(&script, 0, PL_COMMAND_FREEZE, 0);
}

static void make_mode(void) {
  script_operator(&script, 0, PL_COMMAND_MODE, PL_MODE_MONITOR);
}

/* A calm, deep book: the model wants less than the floor. */
static void make_floor(void) {
  script_later(&script, 600 * SECOND_NS);
  script_level(&script, 0, PL_BID, 40000 * E9, 99 * E8);
}

static void make_cap(void) {
  script.policy.rows[0].vol_quantile_e3 = 1000000;
  make_floor();
}

static void make_joint(void) {
  script.policy.rows[0].mm_share_ppm = 0; /* no loader lets that through */
  make_floor();
}

static void make_depth(void) {
  script_snapshot(&script, 0, MID, 2 * E9, E8);
}

/* At a price of next to nothing the reference size is more contracts than there are numbers. */
static void make_saturated(void) {
  script_snapshot(&script, 0, 3, 2, E8);
}

static void every_reason_is_reached(void **state) {
  static void (*const make[PL_REASON_COUNT])(void) = {
      [PL_REASON_BIT_GAP] = make_gap,           [PL_REASON_BIT_SILENT] = make_silent,
      [PL_REASON_BIT_NO_BOOK] = make_no_book,   [PL_REASON_BIT_CHAIN] = make_chain,
      [PL_REASON_BIT_CROSSED] = make_crossed,   [PL_REASON_BIT_NO_PRICE] = make_no_price,
      [PL_REASON_BIT_NO_TERMS] = make_no_terms, [PL_REASON_BIT_KIND] = make_kind,
      [PL_REASON_BIT_CLOSED] = make_closed,     [PL_REASON_BIT_REARM] = make_rearm,
      [PL_REASON_BIT_FROZEN] = make_frozen,     [PL_REASON_BIT_MODE] = make_mode,
      [PL_REASON_BIT_FLOOR] = make_floor,       [PL_REASON_BIT_CAP] = make_cap,
      [PL_REASON_BIT_RATE] = make_cap,          [PL_REASON_BIT_JOINT] = make_joint,
      [PL_REASON_BIT_DEPTH] = make_depth,       [PL_REASON_BIT_SATURATED] = make_saturated,
  };
  for (uint32_t bit = 0; bit < PL_REASON_COUNT; bit++) {
    teardown(state);
    setup(state);
    script_live(&script, 0, PL_KIND_LINEAR);
    assert_non_null(make[bit]);
    make[bit]();
    const struct pl_decision *last = &script.last;
    const struct pl_policy_row *row = &script.policy.rows[0];
    bool fault = bit < PL_REASON_BIT_FLOOR;
    if ((last->reason_mask & 1u << bit) == 0) fail_msg("no %s", pl_decision_reason(bit));
    assert_int_equal(last->source, fault ? PL_SOURCE_STATIC : PL_SOURCE_EWMA);
    if (!fault) continue;
    assert_int_equal(last->im_ppm, row->static_im_ppm);
    assert_int_equal(last->mm_ppm, row->static_mm_ppm);
    assert_true(last->clip_max_u6 == row->static_clip_u6);
  }
}

/* The fault alone is named, not what follows from it. */
static void single_faults_are_named_alone(void **state) {
  static void (*const make[])(void) = {make_gap,      make_silent, make_chain,  make_crossed,
                                       make_no_price, make_closed, make_frozen, make_mode};
  static const uint32_t masks[] = {PL_REASON_GAP,     PL_REASON_SILENT,   PL_REASON_CHAIN,
                                   PL_REASON_CROSSED, PL_REASON_NO_PRICE, PL_REASON_CLOSED,
                                   PL_REASON_FROZEN,  PL_REASON_MODE};
  for (uint32_t i = 0; i < sizeof make / sizeof make[0]; i++) {
    teardown(state);
    setup(state);
    script_live(&script, 0, PL_KIND_LINEAR);
    make[i]();
    assert_int_equal(script.last.reason_mask, masks[i]);
  }
}

/* Undone, and the wait over: the model speaks again, and not before. */
static void what_is_mended_is_live_after_the_rearm_time(void **state) {
  static void (*const make[])(void) = {make_gap,     make_silent, make_no_book, make_chain,
                                       make_crossed, make_closed, make_frozen,  make_no_price};
  for (uint32_t i = 0; i < sizeof make / sizeof make[0]; i++) {
    teardown(state);
    setup(state);
    script_live(&script, 0, PL_KIND_LINEAR);
    make[i]();
    script_later(&script, SECOND_NS);
    script_status(&script, 0, PL_COND_RESUMED);
    script_status(&script, 0, PL_COND_OPEN);
    script_operator(&script, 0, PL_COMMAND_THAW, 0);
    script_snapshot(&script, 0, MID, 2 * E9, 1000000 * E8);
    assert_int_equal(script.last.reason_mask, PL_REASON_REARM);
    script_later(&script, script.policy.rearm_ns - 1);
    script_level(&script, 0, PL_BID, 40000 * E9, 77 * E8);
    assert_int_equal(script.last.source, PL_SOURCE_STATIC);
    script_later(&script, 1);
    script_level(&script, 0, PL_BID, 40000 * E9, 78 * E8);
    assert_int_equal(script.last.source, PL_SOURCE_EWMA);
  }
}

static void silence_of_one_instrument_leaves_the_others_live(void **state) {
  (void)state;
  script_live(&script, 0, PL_KIND_LINEAR);
  script_live(&script, 1, PL_KIND_INVERSE);
  make_silent();
  assert_int_equal(script.last.instrument, 0);
  script_later(&script, 6 * SECOND_NS);
  script_level(&script, 1, PL_BID, 40000 * E9, 5 * E8);
  assert_int_equal(script.last.instrument, 1);
  assert_int_equal(script.last.source, PL_SOURCE_EWMA);
}

static void every_kind_but_combo_and_unknown_gets_live(void **state) {
  for (uint32_t kind = 0; kind < PL_KIND_COUNT; kind++) {
    teardown(state);
    setup(state);
    if (kind != PL_KIND_UNKNOWN && kind != PL_KIND_COMBO) {
      script_live(&script, 0, (enum pl_kind)kind);
      continue;
    }
    script_define(&script, 0, (enum pl_kind)kind);
    script_snapshot(&script, 0, MID, 2 * E9, E8);
    assert_int_equal(script.last.reason_mask & PL_REASON_KIND, PL_REASON_KIND);
  }
}

static bool recover(struct pl_event event) {
  event.flags |= PL_EVF_RECOVERY;
  return script_event(&script, 0, event);
}

/* A recovery channel brings the book first and the index that it is measured by second: both mend
 * something, and both are said. */
static void price_from_a_recovery_channel_is_said(void **state) {
  (void)state;
  script_define(&script, 1, PL_KIND_LINEAR); /* the engine's clock runs */
  (void)recover((struct pl_event){
      .type = PL_EV_INSTRUMENT, .side = PL_KIND_OPTION_INVERSE, .flags = PL_EVF_EVENT_END});
  assert_true(script.last.reason_mask & PL_REASON_NO_BOOK);
  (void)recover(event_snapshot_begin(1, true));
  (void)recover(event_snapshot_level(PL_ASK, E9 / 10, 1000 * E8));
  (void)recover(event_snapshot_level(PL_BID, E9 / 11, 1000 * E8));
  assert_true(recover(event_snapshot_end(1)));
  assert_true(script.last.reason_mask & PL_REASON_NO_PRICE);
  assert_true(
      recover((struct pl_event){.type = PL_EV_INDEX, .price_e9 = MID, .flags = PL_EVF_EVENT_END}));
  assert_false(script.last.reason_mask & PL_REASON_NO_PRICE);
  script_later(&script, SECOND_NS);
  assert_false(recover((struct pl_event){.type = PL_EV_INDEX,
                                         .price_e9 = MID + E9,
                                         .flags = PL_EVF_EVENT_END})); /* it moves nothing */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_reason_is_reached),
      TEST(single_faults_are_named_alone),
      TEST(what_is_mended_is_live_after_the_rearm_time),
      TEST(silence_of_one_instrument_leaves_the_others_live),
      TEST(price_from_a_recovery_channel_is_said),
      TEST(every_kind_but_combo_and_unknown_gets_live),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
