/* What decoders share: where a venue's event ends, packets later too, and how books begin. */
#include "dataplane/venue/writer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define INSTRUMENTS 200u
#define EVENTS      600u

static struct pl_arena arena;
static struct pl_directory *directory;
static struct pl_venue_counters counters;
static struct pl_writer writer;
static struct pl_writer_open open;
static struct pl_event events[EVENTS];
static struct pl_venue_context context;

static int setup(void **state) {
  (void)state;
  assert_int_equal(pl_arena_open(pl_directory_footprint(INSTRUMENTS), &arena), PL_OK);
  directory = pl_directory_create(&arena, INSTRUMENTS);
  counters = (struct pl_venue_counters){0};
  open.count = 0;
  context = (struct pl_venue_context){.continuous = true, .whole = true, .seq = 0, .recv_ns = 5};
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_arena_close(&arena);
  return 0;
}

static void begin(void) {
  context.seq += EVENTS;
  pl_writer_begin(&writer, directory, &counters, &context, events, PL_VENUE_CME, &open);
}

static void say(uint64_t venue_id) {
  uint32_t instrument = pl_writer_instrument(&writer, venue_id);
  (void)pl_writer_put(&writer, PL_EV_TRADE, instrument, 9);
  pl_writer_touch(&writer, instrument);
}

static uint32_t ends(void) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < writer.count; i++) count += (events[i].flags & PL_EVF_EVENT_END) != 0;
  return count;
}

static void each_instrument_ends_once_with_its_last_event(void **state) {
  (void)state;
  begin();
  say(1), say(2), say(1);
  pl_writer_end_event(&writer, &open);
  assert_int_equal(pl_writer_finish(&writer, &open), 3);
  assert_int_equal(events[0].flags, 0);
  assert_int_equal(events[1].flags, PL_EVF_EVENT_END);
  assert_int_equal(events[2].flags, PL_EVF_EVENT_END | PL_EVF_FRAME_END);
  assert_int_equal(events[2].seq, context.seq + 2);
  assert_int_equal(open.count, 0);
}

static void two_events_in_one_packet_end_apart(void **state) {
  (void)state;
  begin();
  say(1);
  pl_writer_end_event(&writer, &open);
  say(1);
  pl_writer_end_event(&writer, &open);
  (void)pl_writer_finish(&writer, &open);
  assert_int_equal(ends(), 2);
}

static void event_that_goes_on_ends_packets_later(void **state) {
  (void)state;
  begin();
  say(1), say(2);
  (void)pl_writer_finish(&writer, &open);
  assert_int_equal(ends(), 0);
  begin();
  say(2);
  (void)pl_writer_finish(&writer, &open);
  assert_int_equal(ends(), 0);
  assert_int_equal(open.count, 2);
  begin();
  say(3);
  pl_writer_end_event(&writer, &open);
  assert_int_equal(pl_writer_finish(&writer, &open), 3); /* 3's own, and one each for 1 and 2 */
  assert_int_equal(ends(), 3);
  assert_int_equal(events[1].type, PL_EV_NONE);
  assert_int_equal(events[1].instrument, pl_writer_instrument(&writer, 1));
  begin();
  pl_writer_end_event(&writer, &open);
  assert_int_equal(pl_writer_finish(&writer, &open), 0);
}

static void loss_forgets_what_was_open(void **state) {
  (void)state;
  begin();
  say(1);
  (void)pl_writer_finish(&writer, &open);
  context.continuous = false;
  begin();
  pl_writer_end_event(&writer, &open);
  assert_int_equal(pl_writer_finish(&writer, &open), 0);
}

/* Beyond the room an instrument's event ends late, never early. */
static void more_open_than_there_is_room_end_with_their_own_next_end(void **state) {
  (void)state;
  begin();
  for (uint64_t id = 1; id <= PL_EVENT_OPEN_MAX + 2; id++) say(id);
  (void)pl_writer_finish(&writer, &open);
  assert_int_equal(open.count, PL_EVENT_OPEN_MAX);
  begin();
  pl_writer_end_event(&writer, &open);
  assert_int_equal(pl_writer_finish(&writer, &open), PL_EVENT_OPEN_MAX);
  begin();
  say(PL_EVENT_OPEN_MAX + 1);
  pl_writer_end_event(&writer, &open);
  (void)pl_writer_finish(&writer, &open);
  assert_int_equal(ends(), 1);
  assert_int_equal(counters.events_unlisted, 2);
  for (uint32_t i = 0; i < 3; i++) { /* the other one, when there is room again */
    begin();
    say(PL_EVENT_OPEN_MAX + 2);
    (void)pl_writer_finish(&writer, &open);
    begin();
    pl_writer_end_event(&writer, &open);
    assert_int_equal(pl_writer_finish(&writer, &open), 1);
  }
}

static void books_begin_once_a_run_and_only_when_it_is_whole(void **state) {
  (void)state;
  begin();
  uint32_t instrument = pl_writer_instrument(&writer, 1);
  pl_writer_begin_book(&writer, instrument, 7);
  pl_writer_begin_book(&writer, instrument, 7);
  assert_int_equal(writer.count, 1);
  assert_int_equal(events[0].type, PL_EV_BOOK_CLEAR);
  assert_int_equal(events[0].aux, 1);
  context.continuous = context.whole = false; /* a loss */
  begin();
  pl_writer_begin_book(&writer, instrument, 7);
  assert_int_equal(writer.count, 0);
  context.whole = true; /* a new run */
  begin();
  pl_writer_begin_book(&writer, instrument, 7);
  assert_int_equal(writer.count, 1);
  context.continuous = context.recovery = true;
  begin();
  pl_writer_begin_book(&writer, pl_writer_instrument(&writer, 2), 7);
  assert_int_equal(writer.count, 0);
}

static void recovery_channel_leaves_instruments_where_they_are(void **state) {
  (void)state;
  context.recovery = true;
  context.channel = context.home_channel = 3;
  begin();
  uint32_t a = pl_writer_instrument(&writer, 1), b = pl_writer_instrument(&writer, 2);
  uint32_t c = pl_writer_instrument(&writer, 3);
  context.recovery = false;
  context.channel = context.home_channel = 5;
  begin();
  assert_int_equal(pl_writer_instrument(&writer, 2), b);
  assert_int_equal(pl_directory_entry(directory, b)->channel, 5);
  assert_int_equal(pl_directory_first(directory, 5), b);
  assert_int_equal(pl_directory_entry(directory, b)->next_in_channel, PL_INSTRUMENT_NONE);
  assert_int_equal(pl_directory_first(directory, 3), c);
  assert_int_equal(pl_directory_entry(directory, c)->next_in_channel, a);
}

static void full_directory_is_counted(void **state) {
  (void)state;
  begin();
  for (uint64_t id = 0; id < INSTRUMENTS; id++) (void)pl_writer_instrument(&writer, id);
  assert_int_equal(counters.instruments_full, 0);
  assert_int_equal(pl_writer_instrument(&writer, INSTRUMENTS), PL_INSTRUMENT_NONE);
  assert_int_equal(counters.instruments_full, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_instrument_ends_once_with_its_last_event),
      TEST(two_events_in_one_packet_end_apart),
      TEST(event_that_goes_on_ends_packets_later),
      TEST(loss_forgets_what_was_open),
      TEST(more_open_than_there_is_room_end_with_their_own_next_end),
      TEST(books_begin_once_a_run_and_only_when_it_is_whole),
      TEST(recovery_channel_leaves_instruments_where_they_are),
      TEST(full_directory_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
