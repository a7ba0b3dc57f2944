#include "engine/base/check.h"
#include "tests/bench/cases.h"

#include <stdlib.h>

#define RUNS        15
#define EVENTS_GOAL 400000 /* updates in one repetition */

/* The stream split so that it can be played again and again: the first snapshot cycle fills the
 * books and is not measured, the changes after it are. */
struct books {
  struct pl_arena arena;
  struct pl_book_store *store;
  struct pl_book books[PL_INPUT_INSTRUMENTS];
  struct pl_event *fill, *changes; /* [fill_count], [change_count] */
  uint32_t fill_count, change_count, fill_levels;
};

static void split(struct books *books, const struct pl_input *input) {
  bool filled[PL_INPUT_INSTRUMENTS] = {false};
  books->fill = malloc((input->event_count + 1) * sizeof *books->fill);
  books->changes = malloc((input->event_count + 1) * sizeof *books->changes);
  PL_CHECK(books->fill != NULL && books->changes != NULL);
  for (uint32_t i = 0; i < input->event_count; i++) {
    const struct pl_event *event = &input->events[i];
    if (event->instrument >= PL_INPUT_INSTRUMENTS) continue;
    bool snapshot = (event->flags & PL_EVF_SNAPSHOT) != 0;
    if (snapshot && !filled[event->instrument]) {
      books->fill[books->fill_count++] = *event;
      books->fill_levels += event->type == PL_EV_LEVEL_SET;
      filled[event->instrument] = event->type == PL_EV_SNAPSHOT_END;
    } else if (!snapshot && event->type == PL_EV_LEVEL_SET) {
      books->changes[books->change_count++] = *event;
    }
  }
  PL_CHECK(books->fill_count != 0 && books->change_count != 0);
}

static void refill(struct books *books) {
  for (uint32_t i = 0; i < PL_INPUT_INSTRUMENTS; i++) {
    struct pl_event clear = {.instrument = i, .type = PL_EV_BOOK_CLEAR};
    (void)pl_book_apply(books->store, &books->books[i], &clear);
  }
  for (uint32_t i = 0; i < books->fill_count; i++)
    (void)pl_book_apply(books->store, &books->books[books->fill[i].instrument], &books->fill[i]);
}

static uint64_t change(struct books *books) {
  uint64_t from_ns = pl_measure_cpu_ns();
  for (uint32_t i = 0; i < books->change_count; i++) {
    struct pl_event *event = &books->changes[i];
    (void)pl_book_apply(books->store, &books->books[event->instrument], event);
  }
  return pl_measure_cpu_ns() - from_ns;
}

static void report_all(struct pl_report *report, struct books *books, uint32_t passes) {
  struct pl_measure changes = {.count = 0}, fills = {.count = 0};
  uint32_t runs = pl_report_runs(report, RUNS);
  for (uint32_t run = 0; run < runs; run++) {
    uint64_t change_ns = 0, fill_ns = 0;
    for (uint32_t i = 0; i < passes; i++) {
      uint64_t from_ns = pl_measure_cpu_ns();
      refill(books);
      fill_ns += pl_measure_cpu_ns() - from_ns;
      change_ns += change(books);
    }
    pl_measure_add(&changes, (double)change_ns / ((double)books->change_count * passes));
    pl_measure_add(&fills, (double)fill_ns / ((double)books->fill_levels * passes));
  }
  const struct pl_book_counters *counters = pl_book_counters(books->store);
  PL_CHECK(counters->chain_breaks == 0 && counters->updates_no_book == 0);
  PL_CHECK(counters->levels_set + counters->levels_removed != 0);
  struct pl_figure figure = {
      .name = "book.apply",
      .unit = "ns/update",
      .clock = "cpu",
      .per_run = (uint64_t)books->change_count * passes,
      .value_share = 0.5,
      .bound = "1 event line, 1-2 book lines and 2 lines of keys and quantities, mostly L2 hits, "
               "and 1-2 missed branches: about 15 ns",
  };
  pl_report_figure(report, &figure, &changes);
  figure.name = "book.snapshot";
  figure.unit = "ns/level";
  figure.per_run = (uint64_t)books->fill_levels * passes;
  figure.bound = "1 event line read, 16 B staged, sorted in one pass and copied: about 5 ns";
  pl_report_figure(report, &figure, &fills);
}

void pl_case_book_run(struct pl_report *report, const struct pl_input *input) {
  static struct books books;
  books = (struct books){.fill_count = 0};
  const struct pl_book_config config = {.instrument_count = PL_INPUT_INSTRUMENTS};
  PL_CHECK(pl_arena_open(pl_book_store_footprint(&config), &books.arena) == PL_OK);
  books.store = pl_book_store_create(&books.arena, &config);
  for (uint32_t i = 0; i < PL_INPUT_INSTRUMENTS; i++)
    pl_book_init(books.store, i, PL_LANE_LEVELS, &books.books[i]);
  split(&books, input);
  report_all(report, &books, report->smoke ? 1 : EVENTS_GOAL / books.change_count + 1);
  free(books.fill);
  free(books.changes);
  pl_arena_close(&books.arena);
}
