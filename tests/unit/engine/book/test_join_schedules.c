/* The join of a book to a snapshot against the plain truth: every history of a few updates, every
 * loss, every anchor, every place where a snapshot begins and ends. A book that is proven must be
 * the true one, and it must be proven once a snapshot came that is newer than the loss. */
#include "engine/book/store.h"
#include "tests/unit/engine/book/plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ROOM UNITS_MAX /* for the updates of any schedule */

static struct pl_arena arena;
static struct pl_book_store *store;
static struct pl_book books[KINDS];

static void open_store(uint32_t log_events) {
  const struct pl_book_config config = {
      .instrument_count = 1, .orders_max = 32, .log_events = log_events};
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &arena), PL_OK);
  store = pl_book_store_create(&arena, &config);
  for (uint32_t kind = 0; kind < KINDS; kind++)
    pl_book_init(store, 0, kind == BY_ORDER ? PL_LANE_ORDERS : PL_LANE_LEVELS, &books[kind]);
}

static void close_store(void) {
  pl_arena_close(&arena);
}

/* A snapshot as of unit anchor; it begins behind unit begin and ends behind unit end. */
struct shot {
  uint32_t anchor, begin, end;
};

struct run {
  const struct history *history;
  struct pl_book *book;
  uint32_t lost;                       /* bit of each unit that never comes */
  uint32_t heard, floor;               /* nothing is missing from there on, as far as known */
  uint32_t newest;                     /* unit of the last update or snapshot that was taken in */
  uint32_t adopted;                    /* anchor of the newest snapshot that was */
  uint64_t seq, begins[UNITS_MAX + 1]; /* of the next event; of each unit's */
  bool missing, fresh;                 /* a loss not noticed yet; no doubt since the begin */
  bool older;                          /* see must_be */
};

static uint64_t schedules, joins, early;

static void fail_run(const struct run *run, const struct shot *shot, const char *what) {
  char steps[UNITS_MAX + 1] = "";
  for (uint32_t i = 0; i < run->history->units; i++)
    steps[i] = (char)('0' + run->history->steps[i + 1]);
  fail_msg("%s: kind %u, steps %s, lost %x, anchor %u from %u to %u, heard %u", what,
           run->history->kind, steps, run->lost, shot->anchor, shot->begin, shot->end, run->heard);
}

static bool take(struct run *run, struct pl_event event) {
  event.seq = run->seq++;
  return pl_book_apply(store, run->book, &event);
}

static void begin(struct run *run) {
  take(run, (struct pl_event){.type = PL_EV_BOOK_CLEAR});
  run->floor = 1;
}

static void deliver(struct run *run, uint32_t unit) {
  if (run->lost >> unit & 1) {
    run->missing = true;
    return;
  }
  if (run->missing) {
    run->floor = unit;
    run->seq++;
    pl_book_doubt(store, run->book);
    run->missing = run->fresh = run->older = false;
  }
  run->heard = unit;
  run->begins[unit] = run->seq;
  bool own = run->history->events[unit].type != PL_EV_NONE;
  bool by_order = run->history->kind == BY_ORDER;
  if (own && !(by_order && unit <= run->adopted)) take(run, run->history->events[unit]);
  if (own && unit > run->newest) run->newest = unit;
}

static uint8_t lane_flags(const struct run *run) {
  return PL_EVF_SNAPSHOT | (run->history->kind == BY_ORDER ? PL_EVF_ORDERS : 0);
}

static void begin_snapshot(struct run *run, uint32_t anchor) {
  const struct truth *truth = &run->history->truth[anchor];
  struct pl_event event = event_snapshot_begin(truth->updates, true);
  event.flags |= lane_flags(run);
  take(run, event);
  for (uint32_t item = 0; item < ITEMS; item++) {
    if (truth->qty[item] == 0) continue;
    event = plain_event(run->history->kind == BY_ORDER ? BY_ORDER : BY_PRICE, 0, item, 0,
                        truth->qty[item]);
    event.flags = lane_flags(run);
    take(run, event);
  }
  run->fresh = true;
}

/* As the contract of the snapshot end says. */
static uint64_t newer_than(const struct run *run, uint32_t anchor) {
  if (run->history->kind != BY_ORDER) return 0;
  if (anchor + 1 < run->floor || anchor < run->adopted) return PL_SNAPSHOT_VOID;
  if (anchor >= run->heard) return run->seq + (anchor > run->heard);
  return run->begins[anchor + 1];
}

/* The true book is said to be joined when nothing that was lost is newer than the anchor. */
static bool must_join(const struct run *run, uint32_t anchor, uint64_t newer) {
  if (newer == PL_SNAPSHOT_VOID || !run->fresh || anchor < run->adopted) return false;
  return run->history->kind == BY_ORDER || run->lost >> (anchor + 1) == 0;
}

static void end_snapshot(struct run *run, const struct shot *shot, bool roomy) {
  struct pl_event event = event_snapshot_end(run->history->truth[shot->anchor].updates);
  bool was_proven = pl_book_is_proven(run->book);
  event.flags |= lane_flags(run);
  event.aux = newer_than(run, shot->anchor);
  bool adopted = take(run, event);
  bool by_order = run->history->kind == BY_ORDER;
  if (by_order ? event.aux != PL_SNAPSHOT_VOID : adopted && shot->anchor > run->adopted)
    run->adopted = shot->anchor;
  if (adopted && shot->anchor > run->newest) run->newest = shot->anchor;
  run->older |=
      adopted && !by_order && run->fresh && run->lost & ((2u << run->heard) - (2u << shot->anchor));
  bool proven = pl_book_is_proven(run->book);
  if (was_proven && !proven) fail_run(run, shot, "proof lost");
  if (roomy && must_join(run, shot->anchor, event.aux) && !proven)
    fail_run(run, shot, "not joined");
  joins += proven && !was_proven;
  early += event.aux == PL_SNAPSHOT_VOID;
}

/* The unit that a proven book is as of. A snapshot of levels that is older than a loss, begun after
 * that was noticed, cannot be told from a newer one before the next update. */
static uint32_t must_be(const struct run *run) {
  return run->older || run->newest > run->heard ? run->newest : run->heard;
}

/* Plays one schedule; roomy: no log is lost for want of room. */
static void play(const struct history *history, uint32_t lost, const struct shot *shots,
                 uint32_t count, bool roomy) {
  struct run run = {.history = history, .book = &books[history->kind], .lost = lost};
  begin(&run);
  schedules++;
  for (uint32_t unit = 0; unit <= history->units; unit++) {
    if (unit != 0) deliver(&run, unit);
    for (uint32_t i = 0; i < count; i++) {
      if (shots[i].begin == unit) begin_snapshot(&run, shots[i].anchor);
      if (shots[i].end == unit) end_snapshot(&run, &shots[i], roomy);
      if (pl_book_is_proven(run.book) && !plain_equals(&history->truth[must_be(&run)], run.book))
        fail_run(&run, &shots[i], "proven and wrong");
    }
  }
}

/* One snapshot, in every way. */
static void play_all(const struct history *history, bool in_parts, bool roomy) {
  uint32_t units = history->units;
  for (uint32_t lost = 0; lost < 2u << units; lost += 2)
    for (uint32_t anchor = 0; anchor <= units; anchor++)
      for (uint32_t begins = 0; begins <= units; begins++)
        for (uint32_t ends = begins; ends <= (in_parts ? units : begins); ends++)
          play(history, lost, &(struct shot){anchor, begins, ends}, 1, roomy);
}

static void report(const char *what) {
  print_message("  %s: %llu schedules, %llu joins, %llu snapshots void\n", what,
                (unsigned long long)schedules, (unsigned long long)joins,
                (unsigned long long)early);
  assert_true(schedules > 1000 && joins > 100);
  schedules = joins = early = 0;
}

/* What a log held is free again when its book is cleared. */
static void expect_no_log(void) {
  for (uint32_t kind = 0; kind < KINDS; kind++) {
    const struct pl_event clear = {.type = PL_EV_BOOK_CLEAR};
    (void)pl_book_apply(store, &books[kind], &clear);
  }
  assert_int_equal(store->join.free_count, store->join.fresh);
}

static void case_08_every_short_history(void **state) {
  (void)state;
  static const char *names[KINDS] = {"by price", "by position", "by order"};
  for (uint32_t kind = 0; kind < KINDS; kind++) {
    open_store(ROOM);
    struct history history = {.kind = kind, .units = 4};
    for (uint32_t at = 0; at < STEPS * STEPS * STEPS * STEPS; at++) {
      for (uint32_t unit = 1, rest = at; unit <= 4; unit++, rest /= STEPS)
        history.steps[unit] = (uint8_t)(rest % STEPS);
      if (plain_tell(&history)) play_all(&history, false, true);
    }
    assert_int_equal(pl_book_counters(store)->logs_lost, 0);
    expect_no_log();
    close_store();
    report(names[kind]);
  }
}

/* Longer ones, which touch each item. */
static const uint8_t longer[][UNITS_MAX] = {
    {GROW_0, GROW_1, OTHER, GROW_0, SHRINK_1, GROW_1},
    {GROW_1, GROW_0, GROW_0, SHRINK_0, GROW_0, OTHER},
    {GROW_0, GROW_2, GROW_1, SHRINK_0, GROW_2, GROW_0},
    {OTHER, GROW_0, OTHER, OTHER, GROW_1, SHRINK_0},
};
#define LONGER (sizeof longer / sizeof longer[0])

static bool choose(uint32_t which, enum kind kind, uint32_t units, struct history *ret_history) {
  *ret_history = (struct history){.kind = kind, .units = units};
  for (uint32_t unit = 1; unit <= units; unit++) ret_history->steps[unit] = longer[which][unit - 1];
  return plain_tell(ret_history);
}

/* Gaps before, inside and behind it, several of them. */
static void case_09_snapshots_in_parts(void **state) {
  (void)state;
  open_store(ROOM);
  for (uint32_t kind = 0; kind < KINDS; kind++)
    for (uint32_t which = 0; which < LONGER; which++) {
      struct history history;
      if (choose(which, kind, UNITS_MAX, &history)) play_all(&history, true, true);
    }
  close_store();
  report("in parts");
}

/* Two snapshots, the first in parts: gaps before, inside and between them, an older one behind a
 * newer one. */
static void play_pairs(const struct history *history) {
  uint32_t units = history->units, each = units + 1;
  for (uint32_t lost = 0; lost < 2u << units; lost += 2)
    for (uint32_t at = 0; at < each * each * each * each * each; at++) {
      const struct shot first = {at % each, at / each % each, at / each / each % each};
      uint32_t rest = at / each / each / each, ends = rest / each;
      const struct shot shots[2] = {first, {rest % each, ends, ends}};
      if (first.begin <= first.end && first.end <= ends) play(history, lost, shots, 2, true);
    }
}

static void case_10_two_snapshots(void **state) {
  (void)state;
  open_store(ROOM);
  for (uint32_t kind = 0; kind < KINDS; kind++)
    for (uint32_t which = 0; which < LONGER; which++) {
      struct history history;
      if (choose(which, kind, 5, &history)) play_pairs(&history);
    }
  close_store();
  report("two snapshots");
}

/* Without room for what is needed the book waits, and never passes for proven. */
static void case_08_too_little_room(void **state) {
  (void)state;
  for (uint32_t room = 0; room < 4; room++) {
    open_store(room);
    for (uint32_t kind = 0; kind < KINDS; kind++)
      for (uint32_t which = 0; which < LONGER; which++) {
        struct history history;
        if (choose(which, kind, UNITS_MAX, &history)) play_all(&history, true, false);
      }
    assert_int_equal(pl_book_counters(store)->logs_lost != 0, room != 0);
    expect_no_log();
    close_store();
    report("little room");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_08_every_short_history),
      cmocka_unit_test(case_09_snapshots_in_parts),
      cmocka_unit_test(case_10_two_snapshots),
      cmocka_unit_test(case_08_too_little_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
