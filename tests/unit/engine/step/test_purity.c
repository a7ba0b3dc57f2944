/* The step is a function of its events: twice the same, whatever runs beside, whatever was left
 * out of it (receive times, wall time). And when it repeats itself, and what an operator may do. */
#include "tests/unit/engine/random.h"
#include "tests/unit/engine/step/script.h"

#include <string.h>

#define EVENTS    20000u
#define DECISIONS 20000u

struct tape {
  struct pl_decision decisions[DECISIONS];
  uint32_t count;
};

static struct script script;
static struct tape tapes[2];
static struct pl_event events[EVENTS];

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

/* One event of any type, of the range a decoder makes, on a chain that mostly holds. */
static struct pl_event draw(uint64_t *seed, uint64_t *change_id) {
  static const uint8_t types[] = {PL_EV_TRADE,  PL_EV_QUOTE,      PL_EV_MARK,
                                  PL_EV_INDEX,  PL_EV_FUNDING,    PL_EV_OPEN_INTEREST,
                                  PL_EV_STATUS, PL_EV_BOOK_CLEAR, PL_EV_OPERATOR};
  int64_t price_e9 = (50000 + (int64_t)random_below(seed, 41) - 20) * E9;
  uint64_t what = random_below(seed, 1000), id = *change_id;
  if (what < 900) {
    bool bid = price_e9 < 50000 * E9;
    *change_id = id + 1;
    return event_level(what == 0 ? id + 9 : id, id + 1, bid ? PL_BID : PL_ASK, price_e9,
                       (int64_t)random_below(seed, 50) * E8);
  }
  uint8_t type = types[random_below(seed, what < 990 ? 6 : 9)];
  struct pl_event event = {.type = type, .price_e9 = price_e9, .flags = PL_EVF_EVENT_END};
  event.aux = type == PL_EV_STATUS     ? random_below(seed, PL_COND_WAITING)
              : type == PL_EV_OPERATOR ? PL_COMMAND_FREEZE + random_below(seed, 2)
                                       : (uint64_t)price_e9;
  return event;
}

static void draw_stream(uint64_t seed, uint32_t instrument) {
  uint64_t change_id = 1, now_ns = START_NS;
  uint32_t at = 0;
  while (at < EVENTS) {
    uint64_t id = change_id;
    struct pl_event part[6] = {
        event_snapshot_begin(id, true), event_snapshot_level(PL_ASK, 50021 * E9, 900 * E8),
        event_snapshot_level(PL_BID, 49979 * E9, 900 * E8), event_snapshot_end(id)};
    uint32_t count = 4;
    if (at == 0)
      part[4] = (struct pl_event){.type = PL_EV_INSTRUMENT, .side = PL_KIND_INVERSE}, count = 5;
    if (at % 100 != 0 && at > 5) part[0] = draw(&seed, &change_id), count = 1;
    now_ns += random_below(&seed, SECOND_NS / 5);
    for (uint32_t i = 0; i < count && at < EVENTS; i++, at++) {
      events[at] = part[i];
      events[at].instrument = instrument;
      events[at].exch_ns = now_ns;
      events[at].seq = (uint64_t)at * PL_EVENTS_PER_FRAME;
    }
  }
}

static void record(struct tape *tape, const struct pl_event *event, uint32_t instrument) {
  struct pl_decision decision;
  memset(&decision, 0x5a, sizeof decision);
  if (!pl_step(script.step, event, &decision)) {
    for (size_t i = 0; i < sizeof decision; i++)
      assert_int_equal(((unsigned char *)&decision)[i], 0x5a); /* untouched */
    return;
  }
  assert_true(decision.decided_ns == 0);
  if (decision.instrument == instrument) tape->decisions[tape->count++] = decision;
}

static void same_events_give_the_same_decisions(void **state) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    draw_stream(seed, 0);
    for (uint32_t run = 0; run < 2; run++) {
      teardown(state);
      setup(state);
      tapes[run].count = 0;
      for (uint32_t i = 0; i < EVENTS; i++) {
        events[i].recv_ns = run * 12345u + i; /* not the step's business */
        record(&tapes[run], &events[i], 0);
      }
    }
    uint32_t modelled = 0;
    for (uint32_t i = 0; i < tapes[0].count; i++)
      modelled += tapes[0].decisions[i].source == PL_SOURCE_EWMA;
    assert_true(modelled > 500);
    assert_int_equal(tapes[0].count, tapes[1].count);
    assert_memory_equal(tapes[0].decisions, tapes[1].decisions,
                        tapes[0].count * sizeof tapes[0].decisions[0]);
  }
}

/* Another instrument's events in between, at the same stamps: nothing of ours changes but the
 * number a decision has in the whole stream. */
static void other_instruments_do_not_matter(void **state) {
  draw_stream(6, 0);
  for (uint32_t run = 0; run < 2; run++) {
    teardown(state);
    setup(state);
    tapes[run].count = 0;
    uint64_t seed = 77, change_id = 1;
    for (uint32_t i = 0; i < EVENTS; i++) {
      record(&tapes[run], &events[i], 0);
      for (uint32_t k = 0; run == 1 && k < i % 4; k++) {
        struct pl_event other = draw(&seed, &change_id);
        if (k == 2) other = event_snapshot_begin(change_id, true);
        other.instrument = k == 1 ? 1 + INSTRUMENTS : 1 + k / 2;
        other.exch_ns = events[i].exch_ns;
        other.seq = events[i].seq + 1 + k;
        record(&tapes[run], &other, 0);
      }
    }
  }
  assert_int_equal(tapes[0].count, tapes[1].count);
  for (uint32_t i = 0; i < tapes[0].count; i++) {
    tapes[1].decisions[i].seq = tapes[0].decisions[i].seq;
    assert_memory_equal(&tapes[0].decisions[i], &tapes[1].decisions[i],
                        sizeof tapes[0].decisions[i]);
  }
  assert_true(pl_step_counters(script.step)->instruments_foreign > 0);
}

/* Nothing changes: a decision is repeated at half of its validity, not sooner and not later. */
static void decision_is_repeated_at_half_of_its_validity(void **state) {
  (void)state;
  const struct pl_event trade = {.type = PL_EV_TRADE, .flags = PL_EVF_EVENT_END};
  script_live(&script, 0, PL_KIND_LINEAR);
  for (uint32_t i = 0; i < 1000; i++) { /* down to the floor, where it rests */
    script_later(&script, SECOND_NS);
    script_event(&script, 0, trade);
  }
  uint64_t half_ns = script.policy.valid_ns / 2;
  for (uint32_t i = 0; i < 10; i++) {
    script.now_ns = script.last.event_ns;
    struct pl_decision before = script.last;
    script_later(&script, half_ns - 1);
    assert_false(script_event(&script, 0, trade));
    script_later(&script, 1);
    assert_true(script_event(&script, 0, trade));
    assert_int_equal(script.last.event_ns - before.event_ns, half_ns);
    assert_true(script.last.valid_until_ns == script.last.event_ns + script.policy.valid_ns);
    assert_int_equal(script.last.seq, before.seq + 1);
    assert_int_equal(script.last.im_ppm, before.im_ppm);
  }
}

/* Features and decisions belong to the end of the venue's event. */
static void nothing_is_decided_inside_an_event(void **state) {
  (void)state;
  script_live(&script, 0, PL_KIND_LINEAR);
  struct pl_event crossed =
      event_level(script.change_id[0], script.change_id[0] + 1, PL_BID, 60000 * E9, E8);
  crossed.flags = PL_EVF_MESSAGE_END;
  script_later(&script, 30 * SECOND_NS);
  assert_false(script_event(&script, 0, crossed));
  struct pl_event removed =
      event_level(script.change_id[0] + 1, script.change_id[0] + 2, PL_BID, 60000 * E9, 0);
  assert_true(script_event(&script, 0, removed));
  assert_int_equal(script.last.source, PL_SOURCE_EWMA);
}

static void freeze_holds_one_instrument_until_thawed(void **state) {
  (void)state;
  script_live(&script, 0, PL_KIND_LINEAR);
  script_live(&script, 1, PL_KIND_LINEAR);
  script_operator(&script, 0, PL_COMMAND_FREEZE, 0);
  assert_int_equal(script.last.reason_mask, PL_REASON_FROZEN);
  script_later(&script, 60 * SECOND_NS);
  script_level(&script, 1, PL_BID, 40000 * E9, 5 * E8);
  assert_int_equal(script.last.source, PL_SOURCE_EWMA);
  script_level(&script, 0, PL_BID, 40000 * E9, 5 * E8);
  assert_int_equal(script.last.reason_mask, PL_REASON_FROZEN);
  script_operator(&script, 0, PL_COMMAND_THAW, 0);
  assert_int_equal(script.last.reason_mask, PL_REASON_REARM);
}

static void mode_is_told_to_each_and_foreign_orders_do_nothing(void **state) {
  (void)state;
  script_live(&script, 0, PL_KIND_LINEAR);
  script_live(&script, 1, PL_KIND_LINEAR);
  script_price(&script, 0, PL_EV_TRADE, 1); /* a repetition may be due */
  uint32_t before = script.decisions;
  script_operator(&script, 0, PL_COMMAND_MODE, PL_MODE_COUNT);
  script_operator(&script, 0, (enum pl_command)99, 0);
  assert_int_equal(script.decisions, before);
  for (uint32_t instrument = 0; instrument < 2; instrument++) {
    script_operator(&script, instrument, PL_COMMAND_MODE, PL_MODE_STATIC);
    assert_int_equal(script.last.instrument, instrument);
    assert_int_equal(script.last.reason_mask, PL_REASON_MODE);
    assert_int_equal(script.last.mode, PL_MODE_STATIC);
    assert_int_equal(script.last.im_ppm, script.policy.rows[0].static_im_ppm);
  }
  script_operator(&script, 0, PL_COMMAND_MODE, PL_MODE_AUTONOMOUS);
  assert_int_equal(script.last.source, PL_SOURCE_EWMA); /* it had no fault to wait for */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(same_events_give_the_same_decisions),
      TEST(other_instruments_do_not_matter),
      TEST(decision_is_repeated_at_half_of_its_validity),
      TEST(nothing_is_decided_inside_an_event),
      TEST(freeze_holds_one_instrument_until_thawed),
      TEST(mode_is_told_to_each_and_foreign_orders_do_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
