/* Real flow, synthetic wire: ES market-by-order records through the MDP 3.0 encoder and the whole
 * pipeline, against a book kept straight from the records, at the end of every event; whole, and
 * with a packet lost. */
#include "engine/book/orders.h"
#include "tests/harness/harness.h"
#include "tests/replay/es_plain.h"
#include "tests/venue/es_cme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAPTURE         "captures/cme/esh4-glbx-mdp3-20231225.mbo.dbn.zst"
#define DEPTH           10u
#define RECORDS         68792u
#define EVENTS          47022u
#define SNAPSHOT_ORDERS 8725u
#define EVENTS_CROSSED  891u /* all of them before the open, by the venue's clock */
#define LIVE            11217u
#define SNAPSHOT_EVENTS 20000u
#define PAYLOAD_BYTES   600u
#define LOST_AFTER      30000u /* events */
#define SHIFTED         6u     /* packets that a snapshot is ahead of, or behind */
#define UNCOMPARED      (1u << 31)
#define TEMPLATE_AT     (PL_ETHERNET_OVERHEAD + 12u + 4u)
#define GROUP_AT        30u /* of the destination address in a frame */

/* --- the wire --- */
static struct pl_dbn_record *records;
static uint32_t record_count;
static struct pl_frames frames; /* all of them */
static uint32_t *ends_before;   /* events that ended before each frame */
static struct pl_es_cme_counts counts;

static bool add_frame(void *context, uint64_t time_ns, const uint8_t *frame, size_t size) {
  uint32_t *ended = context;
  ends_before = realloc(ends_before, (frames.count + 1) * sizeof *ends_before);
  assert_non_null(ends_before);
  ends_before[frames.count] = *ended;
  *ended = counts.events;
  pl_frames_add(&frames, frame, (uint32_t)size, time_ns);
  return true;
}

static int setup(void **state) {
  (void)state;
  char path[4096];
  const char *error;
  if (pl_harness_shared(CAPTURE, path, sizeof path) == NULL) return 0;
  records = calloc(RECORDS + 1, sizeof *records);
  struct pl_dbn *dbn = pl_dbn_open(path, &error);
  if (records == NULL || dbn == NULL) return -1;
  while (record_count <= RECORDS && pl_dbn_next(dbn, &records[record_count])) record_count++;
  pl_dbn_close(dbn);
  const struct pl_es_cme_config config = {PAYLOAD_BYTES, SNAPSHOT_EVENTS};
  uint32_t ended = 0;
  error = pl_es_cme_run(path, &config, add_frame, &ended, &counts);
  if (error != NULL) print_message("%s\n", error);
  pl_frames_seal(&frames);
  return error != NULL ? -1 : 0;
}

static int teardown(void **state) {
  (void)state;
  pl_frames_free(&frames);
  free(ends_before);
  free(records);
  return 0;
}

/* Where snapshots are beside the updates. */
enum place { IN_STEP, AHEAD, BEHIND };

/* --- what the pipeline makes of it --- */
struct watch {
  struct pl_harness harness;
  struct plain plain;
  const uint32_t *ends_before; /* of the frames played; UNCOMPARED: a snapshot is ahead of it */
  uint64_t frame;              /* of the last event end */
  uint32_t record, ended, ends, compared, crossed, gaps, snapshot_ends;
  bool lossless, lost; /* lost: a packet was, and no snapshot came since */
  uint32_t of_model, static_before, of_model_after_loss;
  /* A second book of the orders, which keeps their priorities. */
  struct pl_arena arena;
  struct pl_book_store *store;
  struct pl_book queued;
};

static void watch_queue(struct watch *watch, const struct pl_event *event) {
  if (event->type != PL_EV_BOOK_CLEAR && (event->flags & PL_EVF_ORDERS) == 0) return;
  (void)pl_book_apply(watch->store, &watch->queued, event);
}

static void compare(struct watch *watch, const struct pl_step *step, uint32_t instrument) {
  uint32_t kept = 0;
  for (int lane = PL_LANE_LEVELS; lane <= PL_LANE_ORDERS; lane++) {
    const struct pl_book *book = pl_step_lane_book(step, instrument, (enum pl_lane)lane);
    if (book->state != PL_BOOK_KEPT || book->in_doubt) continue;
    kept++;
    for (int side = PL_ASK; side <= PL_BID; side++) {
      if (lane == PL_LANE_LEVELS) assert_true(book->sides[side].count <= DEPTH);
      expect_side(&watch->plain, book, (enum pl_side)side, DEPTH);
    }
    assert_int_equal(book->crossed, plain_is_crossed(&watch->plain));
  }
  if (watch->lossless) assert_int_equal(kept, 2);
  watch->compared += kept == 2;
}

/* The records as far as the event that ended. */
static void catch_up(struct watch *watch, uint32_t ended) {
  while (watch->ended < ended) {
    assert_true(watch->record < record_count);
    const struct pl_dbn_record *record = &records[watch->record++];
    plain_take(&watch->plain, record);
    if ((record->flags & PL_DBN_LAST) == 0) continue;
    watch->ended++;
    watch->crossed += plain_is_crossed(&watch->plain);
  }
}

static void tap(void *context, const struct pl_step *step, const struct pl_event *event) {
  struct watch *watch = context;
  watch_queue(watch, event);
  if (event->type == PL_EV_STATUS && event->aux == PL_COND_GAP) {
    watch->lost = true;
    watch->gaps++;
    pl_book_doubt(watch->store, &watch->queued);
  }
  if (event->type == PL_EV_SNAPSHOT_END) {
    watch->snapshot_ends++;
    watch->lost = false;
  }
  if ((event->flags & PL_EVF_EVENT_END) == 0 || event->flags & PL_EVF_SNAPSHOT ||
      event->type == PL_EV_INSTRUMENT || event->type == PL_EV_STATUS)
    return;
  uint64_t frame = event->seq / PL_EVENTS_PER_FRAME - 1;
  uint32_t before = watch->ends_before[frame];
  uint32_t ended = (frame != watch->frame ? before & ~UNCOMPARED : watch->ended) + 1;
  watch->frame = frame;
  watch->ends++;
  catch_up(watch, ended);
  if ((before & UNCOMPARED) == 0) compare(watch, step, event->instrument);
}

static void each(void *context, const struct pl_decision *decision) {
  struct watch *watch = context;
  bool of_model = decision->source != PL_SOURCE_STATIC;
  if (decision->event_ns < PL_ES_CME_OPEN_NS) {
    assert_false(of_model);
    watch->static_before++;
  }
  if (watch->lost) assert_false(of_model);
  watch->of_model += of_model;
  watch->of_model_after_loss += of_model && watch->gaps != 0;
}

static bool is_update(uint32_t at) {
  return frames.frames[at].data[GROUP_AT + 3] == 1;
}

/* Frames in order; but each snapshot but the first comes before the last updates that it contains,
 * which are marked, or behind the next ones. */
static uint32_t *arrange(enum place place) {
  uint32_t *order = calloc(frames.count, sizeof *order);
  assert_non_null(order);
  for (uint32_t i = 0; i < frames.count; i++) order[i] = i;
  for (uint32_t first = 0, end; place != IN_STEP && first < frames.count; first = end) {
    end = first + 1;
    if (is_update(first) || ends_before[first] < SNAPSHOT_EVENTS) continue;
    while (end < frames.count && !is_update(end)) end++;
    uint32_t length = end - first, from = place == AHEAD ? first - SHIFTED : end;
    uint32_t to = place == AHEAD ? end - SHIFTED : first; /* where the updates go */
    memmove(order + (place == AHEAD ? from : first + SHIFTED), order + first,
            length * sizeof *order);
    for (uint32_t i = 0; i < SHIFTED; i++)
      order[to + i] = (from + i) | (place == AHEAD ? UNCOMPARED : 0);
    if (place == BEHIND) end += SHIFTED;
  }
  return order;
}

static void play_frames(struct watch *watch, uint32_t left_out, const uint32_t *order) {
  struct pl_frames played = {0};
  uint32_t *before = calloc(frames.count, sizeof *before);
  assert_non_null(before);
  for (uint32_t i = 0; i < frames.count; i++) {
    uint32_t at = order[i] & ~UNCOMPARED;
    if (at == left_out) continue;
    before[played.count] = ends_before[at] | (order[i] & UNCOMPARED);
    pl_frames_add(&played, frames.frames[at].data, frames.frames[at].size_bytes,
                  frames.frames[i].recv_ns);
  }
  pl_frames_seal(&played);
  watch->ends_before = before;
  pl_harness_play(&watch->harness, &played);
  assert_int_equal(pl_feed_counters(watch->harness.pipeline.feed)->outcomes[PL_OK], played.count);
  assert_true(pl_harness_ledger_closes(&watch->harness));
  pl_frames_free(&played);
  free(before);
}

/* Plays frames, all but one; UINT32_MAX: all. */
static struct watch *play(uint32_t left_out, enum place place) {
  static const struct pl_book_config config = {
      .instrument_count = 1, .orders_max = 1u << 16, .priorities = true, .log_events = 1u << 14};
  struct watch *watch = aligned_alloc(_Alignof(struct watch), sizeof *watch); /* holds a book */
  assert_non_null(watch);
  memset(watch, 0, sizeof *watch);
  watch->frame = UINT64_MAX;
  watch->lossless = left_out == UINT32_MAX;
  assert_int_equal(pl_arena_open(pl_book_store_footprint(&config), &watch->arena), PL_OK);
  watch->store = pl_book_store_create(&watch->arena, &config);
  pl_book_init(watch->store, 0, PL_LANE_ORDERS, &watch->queued);
  watch->harness = (struct pl_harness){
      .venue = "cme", .tap = tap, .each = each, .context = watch, .burst_frames = 1};
  static struct pl_policy policy;
  pl_policy_default(&policy);
  policy.gap_wait_ns = 0; /* the plain book knows of no waiting */
  pl_harness_open(&watch->harness, &policy);
  uint32_t *order = arrange(place);
  play_frames(watch, left_out, order);
  free(order);
  return watch;
}

static void stop(struct watch *watch) {
  pl_harness_close(&watch->harness);
  pl_arena_close(&watch->arena);
  free(watch);
}

static int by_priority(const void *left, const void *right) {
  const struct order *const *a = left, *const *b = right;
  if ((*a)->tick != (*b)->tick) return (*a)->tick < (*b)->tick ? -1 : 1;
  return (*a)->priority < (*b)->priority ? -1 : 1;
}

/* Every order in its place, level by level. */
static void expect_queues(const struct watch *watch) {
  static struct order const *sorted[LIVE];
  static struct pl_orders_queued queue[LIVE];
  for (uint32_t which = PL_ASK; which <= PL_BID; which++) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < SLOTS; i++)
      if (watch->plain.orders[i].size != 0 && watch->plain.orders[i].side == which)
        sorted[count++] = &watch->plain.orders[i];
    qsort(sorted, count, sizeof sorted[0], by_priority);
    for (uint32_t at = 0; at < count;) {
      int64_t tick = sorted[at]->tick;
      uint32_t queued =
          pl_orders_queue(watch->store, 0, (enum pl_side)which, tick * TICK_E9, queue, LIVE);
      assert_true(queued != 0 && at + queued <= count);
      for (uint32_t i = 0; i < queued; i++, at++) {
        assert_int_equal(sorted[at]->tick, tick);
        assert_true(queue[i].id == sorted[at]->id && queue[i].priority == sorted[at]->priority);
        assert_int_equal(queue[i].qty_e8, sorted[at]->size * E8);
      }
    }
  }
}

static void expect_final_books(const struct watch *watch) {
  const struct pl_step *step = watch->harness.pipeline.step;
  assert_int_equal(watch->ended, EVENTS);
  assert_int_equal(watch->crossed, EVENTS_CROSSED);
  for (int lane = PL_LANE_LEVELS; lane <= PL_LANE_ORDERS; lane++) {
    const struct pl_book *book = pl_step_lane_book(step, 0, (enum pl_lane)lane);
    assert_true(pl_book_is_proven(book));
    for (int side = PL_ASK; side <= PL_BID; side++)
      expect_side(&watch->plain, book, (enum pl_side)side,
                  lane == PL_LANE_LEVELS ? DEPTH : UINT32_MAX);
  }
  assert_int_equal(pl_step_lane_book(step, 0, PL_LANE_ORDERS)->orders, LIVE);
  expect_queues(watch);
}

static void expect_sound(const struct watch *watch) {
  const struct pl_book_counters *books = pl_step_book_counters(watch->harness.pipeline.step);
  const struct pl_venue_counters *venue = pl_feed_venue_counters(watch->harness.pipeline.feed);
  assert_int_equal(venue->messages_unknown + venue->messages_headless + venue->orders_unplaced, 0);
  assert_int_equal(books->positions_wrong + books->orders_refused, 0);
  assert_int_equal(books->updates_no_book + books->snapshots_orphaned + books->snapshots_void, 0);
  assert_int_equal(books->snapshots + books->snapshots_early, 2 * counts.snapshots);
  assert_int_equal(books->snapshot_checks, books->snapshot_matches);
  assert_int_equal(books->orders_live, LIVE);
  assert_true(watch->of_model > 0 && watch->static_before > 0);
}

static void print_books(const char *what, const struct watch *watch) {
  const struct pl_book_counters *books = pl_step_book_counters(watch->harness.pipeline.step);
  print_message(
      "  %s: %u event ends, %u compared; %llu levels set, %llu removed; %llu orders "
      "added, %llu unknown, %llu amended; crossed while closed %llu; snapshots %llu, "
      "%llu of %llu equal; decisions %llu, %u of the model\n",
      what, watch->ends, watch->compared, (unsigned long long)books->levels_set,
      (unsigned long long)books->levels_removed, (unsigned long long)books->orders_added,
      (unsigned long long)books->orders_unknown, (unsigned long long)books->orders_amended,
      (unsigned long long)books->crossings_closed, (unsigned long long)books->snapshots,
      (unsigned long long)books->snapshot_matches, (unsigned long long)books->snapshot_checks,
      (unsigned long long)watch->harness.decisions, watch->of_model);
}

/* --- the tests --- */
static void all_records_go_onto_the_wire(void **state) {
  (void)state;
  if (records == NULL) skip();
  print_message("real flow, synthetic wire: %u records, %u events (%u over several packets) as %u "
                "packets of updates in %u frames; %u book messages (%u levels, %u orders by "
                "reference), %u order messages (%u orders), %u trade messages (%u trades)\n",
                counts.records, counts.events, counts.events_split, counts.packets, counts.frames,
                counts.messages_book, counts.levels, counts.references, counts.messages_orders,
                counts.orders, counts.messages_trades, counts.trades);
  assert_int_equal(counts.records, RECORDS);
  assert_int_equal(counts.events, EVENTS);
  assert_int_equal(counts.snapshot_orders, SNAPSHOT_ORDERS);
  assert_int_equal(counts.references + counts.orders, 29216 - SNAPSHOT_ORDERS + 17999 + 12233);
  assert_int_equal(counts.trades, 2973);
  assert_int_equal(counts.fills, 6371);
  assert_int_equal(counts.snapshots, 1 + EVENTS / SNAPSHOT_EVENTS);
  assert_true(counts.events_split > 2000 && counts.references > 0 && counts.orders > 0);
}

static void books_are_equal_at_every_event_end(void **state) {
  (void)state;
  if (records == NULL) skip();
  struct watch *watch = play(UINT32_MAX, IN_STEP);
  const struct pl_book_counters *books = pl_step_book_counters(watch->harness.pipeline.step);
  print_books("whole", watch);
  expect_sound(watch);
  assert_int_equal(watch->ends, EVENTS);
  assert_int_equal(watch->compared, EVENTS);
  assert_int_equal(watch->gaps, 0);
  assert_int_equal(books->orders_unknown + books->orders_amended + books->chain_breaks, 0);
  assert_int_equal(books->crossings, 0);
  assert_int_equal(books->crossings_closed, 2 * EVENTS_CROSSED); /* in either book */
  expect_final_books(watch);
  stop(watch);
}

/* A packet of levels, some way in. */
static uint32_t choose_lost(void) {
  uint32_t at = 0;
  while (ends_before[at] < LOST_AFTER || !is_update(at) ||
         frames.frames[at].data[TEMPLATE_AT] != 46)
    at++;
  return at;
}

static void mend(const char *what, enum place place) {
  struct watch *watch = play(choose_lost(), place);
  const struct pl_book_counters *books = pl_step_book_counters(watch->harness.pipeline.step);
  print_books(what, watch);
  expect_sound(watch);
  assert_int_equal(watch->gaps, 1);
  assert_int_equal(books->chain_breaks, 1);
  assert_true(watch->compared < EVENTS && watch->compared > EVENTS - SNAPSHOT_EVENTS);
  assert_true(watch->of_model_after_loss > 0);
  assert_true((books->updates_old != 0) == (place == AHEAD));
  assert_true((books->updates_joined > SHIFTED) == (place == BEHIND));
  assert_int_equal(books->snapshots_early, place == BEHIND); /* the one before the loss */
  expect_final_books(watch);
  stop(watch);
}

static void lost_packet_is_mended_by_the_snapshots(void **state) {
  (void)state;
  if (records == NULL) skip();
  mend("one packet lost", IN_STEP);
}

/* The streams are not in step: what comes behind a snapshot that contains it must not count twice.
 */
static void lost_packet_is_mended_by_snapshots_ahead(void **state) {
  (void)state;
  if (records == NULL) skip();
  mend("one packet lost, snapshots ahead", AHEAD);
}

/* The instrument is busy: updates overtake each snapshot. What the snapshot lacks was kept. */
static void case_08_lost_packet_is_mended_by_snapshots_behind(void **state) {
  (void)state;
  if (records == NULL) skip();
  mend("one packet lost, snapshots behind", BEHIND);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_records_go_onto_the_wire),
      cmocka_unit_test(books_are_equal_at_every_event_end),
      cmocka_unit_test(lost_packet_is_mended_by_the_snapshots),
      cmocka_unit_test(lost_packet_is_mended_by_snapshots_ahead),
      cmocka_unit_test(case_08_lost_packet_is_mended_by_snapshots_behind),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
