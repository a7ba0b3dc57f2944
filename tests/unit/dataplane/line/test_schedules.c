/* Every schedule of a few units on two lines: each line cuts them into packets of its own, loses
 * any of them, swaps two neighbours, and may end with a heartbeat; the packets of both come in any
 * order; at any time waiting may end; what is asked for comes at any later time, whole or in part,
 * or is refused. After each step the channel is compared with the model, and at the end of each
 * schedule nothing may be left. What lies behind a state is gone through once. */
#define LINE_MODEL_EARLY_MAX 16
#include "tests/fuzz/line_driver.h"
#include "tests/unit/dataplane/line/table.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

/* Fewer where the compiler's checks slow everything down. */
#ifdef PL_DEEP_CHECKS
#define UNITS_LESS 1u
#else
#define UNITS_LESS 0u
#endif

#define UNITS_MAX     5u
#define SEQUENCES_MAX 2048u
#define SLOTS_MAX     16u
#define STEPS_MAX     64u
#define REQUESTS_MAX  1u /* on their way; one more is lost */
#define MEMO_SLOTS    (UINT32_C(1) << 22)
#define GAP_WAIT_NS   1000
#define RESEND_NS     5000
#define RETRY_NS      700

/* Packets of one line still to come, six bits each: there is one, its first unit, its count. */
#define PACKET_BITS           6
#define PACKET(from, count)   ((uint64_t)(32 | (from) << 2 | (count)))
#define PACKET_FROM(packets)  ((packets) >> 2 & 7)
#define PACKET_COUNT(packets) ((packets)&3)

static struct sequences {
  uint32_t count;
  uint64_t packets[SEQUENCES_MAX];
} sequences;

/* Appends a sequence, and it with each pair of neighbours swapped. */
static void add_swapped(const uint64_t *packets, uint32_t count) {
  for (uint32_t swap = 0; swap < (count != 0 ? count : 1); swap++) {
    uint64_t packed = 0;
    for (uint32_t i = count; i-- > 0;) {
      uint32_t from = swap != 0 && (i == swap || i == swap - 1) ? 2 * swap - 1 - i : i;
      packed = packed << PACKET_BITS | packets[from];
    }
    bool known = false; /* losing two packets of one unit, or one of both, leaves the same */
    for (uint32_t i = 0; i < sequences.count; i++) known |= sequences.packets[i] == packed;
    if (known) continue;
    assert_true(sequences.count < SEQUENCES_MAX);
    sequences.packets[sequences.count++] = packed;
  }
}

/* Every way to cut the units from `from` on into packets of one or two, with every loss, and with a
 * heartbeat (or none) somewhere in between or at the end. */
static void add_cuts(uint64_t *packets, uint32_t count, uint32_t from, uint32_t units, bool beat) {
  if (!beat && from > 1) {
    packets[count] = PACKET(from, 0);
    add_cuts(packets, count + 1, from, units, true);
  }
  if (from > units) add_swapped(packets, count);
  for (uint32_t taken = 1; taken <= 2 && from + taken <= units + 1; taken++) {
    packets[count] = PACKET(from, taken);
    add_cuts(packets, count + 1, from + taken, units, beat);
    add_cuts(packets, count, from + taken, units, beat);
  }
}

/* Where a schedule stands. */
static struct state {
  struct line_driver driver;
  struct line_model model;
  uint64_t now_ns, left[2]; /* packets of A and B to come */
  struct line_range requests[REQUESTS_MAX];
  uint32_t request_count;
  bool expired; /* waiting ended before something came */
  uint32_t depth;
} now;

/* The steps that led here, for whoever reads of a failure. */
static struct {
  const char *what;
  struct line_range range;
} path[STEPS_MAX];

static void step(const char *what, struct line_range range) {
  PL_CHECK(now.depth < STEPS_MAX);
  path[now.depth].what = what;
  path[now.depth++].range = range;
}

static void print_path(int signal_number) {
  for (uint32_t i = 0; i < now.depth; i++)
    (void)fprintf(stderr, "  %s [%u, %u)\n", path[i].what, (unsigned)path[i].range.from,
                  (unsigned)path[i].range.to);
  (void)signal(signal_number, SIG_DFL);
}

/* With what is kept of it in the table. */
struct point {
  struct state state;
  struct pl_channel channel;
  uint64_t due_ns;
  uint32_t free_first, used, ask_first;
  uint8_t slots[SLOTS_MAX][offsetof(struct pl_line_held, bytes) + LINE_DRIVER_PACKET_BYTES];
};

static struct pl_line_table *lines;
static struct memo { uint64_t key, schedules; } * memo;
static uint64_t states, step_ns;

static void save(struct point *point) {
  PL_CHECK(lines->used <= SLOTS_MAX && lines->ask_count == 0);
  point->state = now;
  point->channel = lines->channels[0];
  point->due_ns = lines->due_ns;
  point->free_first = lines->free_first;
  point->used = lines->used;
  point->ask_first = lines->ask_first;
  for (uint32_t i = 0; i < lines->used; i++)
    memcpy(point->slots[i], &lines->slots[i], sizeof point->slots[i]);
}

static void restore(const struct point *point) {
  now = point->state;
  lines->channels[0] = point->channel;
  lines->due_ns = point->due_ns;
  lines->free_first = point->free_first;
  lines->used = point->used;
  lines->ask_first = point->ask_first;
  for (uint32_t i = 0; i < point->used; i++)
    memcpy(&lines->slots[i], point->slots[i], sizeof point->slots[i]);
}

/* What is to come depends on no counter, and on times only by what is left of them. */
static uint64_t key_of(void) {
  static struct {
    struct pl_channel channel;
    struct pl_line_place held[SLOTS_MAX];
    uint64_t left[2], told_end, next, due_ns, early;
    struct line_range requests[REQUESTS_MAX];
    uint32_t request_count, asks, expired;
  } key;
  memset(&key, 0, sizeof key);
  struct pl_channel *channel = &key.channel;
  *channel = lines->channels[0];
  channel->packets = channel->holes = channel->gaps = channel->units_lost = 0;
  channel->duplicates = channel->late = channel->stale_ns = channel->last_recv_ns = 0;
  channel->stale_begin_ns = channel->stale_begin_ns != 0;
  channel->due_ns = channel->hole ? channel->due_ns - now.now_ns : 0;
  uint32_t count = 0;
  for (uint32_t at = channel->held_first; at != 0; at = lines->slots[at - 1].next)
    key.held[count++] = lines->slots[at - 1].place;
  channel->held_first = 0;
  for (uint32_t line = 0; line < PL_LINE_COUNT; line++) {
    channel->lines[line].packets = channel->lines[line].last_recv_ns = 0;
    channel->lines[line].units_skipped = channel->lines[line].units_filled = 0;
  }
  memcpy(key.left, now.left, sizeof key.left);
  memcpy(key.requests, now.requests, now.request_count * sizeof now.requests[0]);
  key.request_count = now.request_count;
  key.told_end = now.model.told_end;
  key.next = now.model.next;
  key.due_ns = now.model.hole ? now.model.due_ns - now.now_ns : 0;
  key.asks = now.model.asks;
  key.expired = now.expired;
  for (uint32_t i = 0; i < now.model.early_count; i++)
    for (uint64_t unit = now.model.early[i].from; unit < now.model.early[i].to; unit++)
      key.early |= UINT64_C(1) << unit;
  uint64_t hash = XXH3_64bits(&key, sizeof key);
  return hash != 0 ? hash : 1;
}

static struct memo *memo_slot(uint64_t key) {
  uint32_t at = (uint32_t)key & (MEMO_SLOTS - 1);
  while (memo[at].key != 0 && memo[at].key != key) at = (at + 1) & (MEMO_SLOTS - 1);
  PL_CHECK(states < MEMO_SLOTS / 8 * 7);
  return &memo[at];
}

/* After a step: both ask for the same, and stand the same. */
static void agree(void) {
  struct line_range wanted, asked;
  bool wants = line_model_request(&now.model, &wanted);
  bool asks = line_driver_request(&now.driver, &asked);
  PL_CHECK(wants == asks);
  if (asks) {
    PL_CHECK(wanted.from == asked.from && wanted.to == asked.to);
    if (now.request_count < REQUESTS_MAX) now.requests[now.request_count++] = asked;
    PL_CHECK(!line_driver_request(&now.driver, &asked));
  }
  line_driver_compare(&now.driver, &now.model);
}

static void arrive(enum pl_line_id line, struct line_range range) {
  static const char *const names[] = {"A", "B", "sent again"};
  step(names[line], range);
  const struct pl_line_place place = {.seq = (now.driver.base + range.from) & lines->seq_mask,
                                      .seq_count = (uint32_t)(range.to - range.from)};
  now.now_ns += step_ns;
  line_driver_tick(&now.driver, now.now_ns);
  line_model_tick(&now.model, now.now_ns);
  now.driver.no_room = 0;
  (void)line_driver_take(&now.driver, line, &place, now.now_ns);
  bool waits = now.model.config.gap_wait_ns != 0 || now.model.config.resend_units_max != 0;
  PL_CHECK(now.driver.no_room <= !waits);
  if (!now.model.started && line != PL_LINE_RESEND) line_model_begin(&now.model, range.from);
  if (now.driver.no_room != 0) line_model_give_up(&now.model, range.from, now.now_ns);
  if (now.model.started) line_model_take(&now.model, range, now.now_ns);
  agree();
}

/* Nothing happens a nanosecond too early. */
static void expire(void) {
  uint64_t due_ns = line_driver_channel(&now.driver)->due_ns;
  step("too long", (struct line_range){0});
  if (due_ns > now.now_ns + 1) {
    line_driver_tick(&now.driver, due_ns - 1);
    agree();
    now.now_ns = due_ns;
  }
  now.expired = true;
  line_driver_tick(&now.driver, now.now_ns);
  line_model_tick(&now.model, now.now_ns);
  agree();
}

static void refuse(bool try_again) {
  step(try_again ? "refused for now" : "refused", (struct line_range){0});
  now.now_ns += step_ns;
  pl_line_refuse(lines, 0, line_driver_channel(&now.driver)->next_seq, try_again, RETRY_NS,
                 now.now_ns);
  line_model_refuse(&now.model, try_again, RETRY_NS, now.now_ns);
  agree();
}

static void check_end(void) {
  const struct pl_channel *channel = line_driver_channel(&now.driver);
  PL_CHECK(channel->held == 0 && now.driver.units_out + channel->units_lost <= UNITS_MAX + 1);
  if (now.expired || now.model.config.gap_wait_ns == 0) return;
  PL_CHECK(channel->gaps == 0 && channel->units_lost == 0 && now.driver.waiting == 0);
}

enum answer { ANSWER_WHOLE, ANSWER_SHORT, ANSWER_NEVER, ANSWER_LATER, ANSWER_COUNT };

static void answer(uint32_t at, enum answer kind) {
  struct line_range range = now.requests[at];
  now.requests[at] = now.requests[--now.request_count];
  if (kind == ANSWER_NEVER || kind == ANSWER_LATER) {
    refuse(kind == ANSWER_LATER);
    return;
  }
  if (kind == ANSWER_SHORT) range.to = range.from + 1;
  arrive(PL_LINE_RESEND, range);
}

/* All that can come next; how many schedules there are from here. */
static uint64_t explore(void) {
  uint64_t key = key_of();
  struct memo *known = memo_slot(key);
  if (known->key == key) return known->schedules;
  struct point point;
  save(&point);
  uint64_t schedules = 0;
  for (uint32_t line = 0; line < 2; line++) {
    uint64_t packets = now.left[line];
    if (packets == 0) continue;
    now.left[line] = packets >> PACKET_BITS;
    uint64_t from = PACKET_FROM(packets);
    arrive((enum pl_line_id)line, (struct line_range){from, from + PACKET_COUNT(packets)});
    schedules += explore();
    restore(&point);
  }
  if (now.model.hole) {
    expire();
    schedules += explore();
    restore(&point);
  } else if (now.left[0] == 0 && now.left[1] == 0) {
    check_end();
    schedules++;
  }
  for (uint32_t i = 0; i < now.request_count; i++)
    for (uint32_t kind = 0; kind < ANSWER_COUNT; kind++) {
      answer(i, (enum answer)kind);
      schedules += explore();
      restore(&point);
    }
  *memo_slot(key) = (struct memo){key, schedules};
  states++;
  return schedules;
}

struct row {
  uint32_t units;
  bool beats; /* with heartbeats */
  uint64_t step_ns;
  struct pl_line_config lines;
  uint64_t base;
  bool joined; /* one unit went before: nothing is missing that nobody asks for */
};

static void play_row(const struct row *row) {
  uint64_t schedules = 0, packets[UNITS_MAX + 1];
  uint32_t units = row->units - UNITS_LESS;
  sequences.count = 0;
  add_cuts(packets, 0, 1, units, !row->beats);
  step_ns = row->step_ns;
  states = 0;
  memset(memo, 0, MEMO_SLOTS * sizeof *memo);
  for (uint32_t a = 0; a < sequences.count; a++)
    for (uint32_t b = 0; b < sequences.count; b++) {
      lines = line_driver_table(&row->lines);
      now = (struct state){.model = {.config = row->lines},
                           .left = {sequences.packets[a], sequences.packets[b]},
                           .now_ns = SECOND_NS};
      line_driver_open(&now.driver, lines, row->base);
      if (row->joined) arrive(PL_LINE_A, (struct line_range){0, 1});
      schedules += explore();
    }
  (void)printf("%u units, %u sequences a line, %u-bit, waits %llu, resends %u, %s: "
               "%llu schedules, %llu states\n",
               units, sequences.count, row->lines.seq_bits,
               (unsigned long long)row->lines.gap_wait_ns, row->lines.resend_units_max,
               row->joined ? "joined" : "not joined", (unsigned long long)schedules,
               (unsigned long long)states);
  (void)fflush(stdout);
}

static void every_small_schedule_follows_the_model(void **state) {
  (void)state;
  static const struct row rows[] = {
      {4, true, 1, {32, SECOND_NS, GAP_WAIT_NS, RESEND_NS, 0, false}, UINT32_MAX - 2, true},
      {3, true, 1, {64, SECOND_NS, GAP_WAIT_NS, RESEND_NS, 0, true}, UINT64_MAX - 1, false},
      {4, true, 0, {64, SECOND_NS, 0, RESEND_NS, 0, false}, UINT64_C(1) << 63, true},
      {3, true, 0, {64, SECOND_NS, GAP_WAIT_NS, RESEND_NS, 8, false}, UINT64_MAX - 2, true},
      {4, false, 1, {64, SECOND_NS, GAP_WAIT_NS, RESEND_NS, 8, false}, UINT64_MAX - 2, true},
      {3, true, 0, {64, SECOND_NS, GAP_WAIT_NS, RESEND_NS, 1, false}, 100, true},
      {4, false, 1, {64, SECOND_NS, 0, RESEND_NS, 2, false}, 100, true},
  };
  (void)signal(SIGABRT, print_path);
  memo = calloc(MEMO_SLOTS, sizeof *memo);
  assert_non_null(memo);
  for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) play_row(&rows[i]);
  free(memo);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_small_schedule_follows_the_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
