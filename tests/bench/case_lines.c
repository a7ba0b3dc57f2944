/* What arbitration and sequencing cost: the same packets through the decoder alone, and through the
 * feed handler on one line, on two that are alike, with each pair swapped, and on two that lose,
 * repeat and reorder. Slices of the courses take turns, so that what shares the machine shares it
 * with all of them; a difference is one of slices that stand side by side. */
#include "dataplane/feed/udp.h"
#include "dataplane/venue/deribit.h"
#include "engine/base/check.h"
#include "tests/bench/cases.h"

#define RUNS   15
#define SLICES 32

#define LEAD_NS        UINT64_C(200000000)
#define LOSS_PPM       10000
#define DUPLICATE_PPM  50000
#define REORDER_PPM    20000
#define LAG_NS         UINT64_C(1000000) /* of line B; less than a hole is waited for */
#define REORDER_FRAMES 3

enum course_id { ALONE, ONE, TWO, SWAPPED, IMPAIRED, COURSES };

/* Frames on their way through one feed handler, or through the decoder alone. */
struct course {
  const struct pl_frames *frames;
  struct pl_feed *feed; /* NULL: the decoder alone */
  uint64_t ns[SLICES];
};

struct lines {
  const struct pl_input *input;
  struct pl_frames two, swapped, impaired;
  uint32_t swaps;
  struct course courses[COURSES];
  void *decoder;
  struct pl_event *events;
  uint64_t written;
  /* A slice each. */
  struct pl_measure each[COURSES], added, added_message, duplicate, held, impaired_message;
};

static void add(struct pl_frames *to, const struct pl_frame *frame, uint64_t recv_ns,
                uint32_t line) {
  pl_frames_add(to, frame->data, frame->size_bytes, recv_ns);
  to->frames[to->count - 1].line = line;
}

static void make_two(struct lines *lines) {
  const struct pl_frames *clean = &lines->input->frames;
  for (uint32_t i = 0; i < clean->count; i++)
    for (uint32_t line = PL_LINE_A; line <= PL_LINE_B; line++)
      add(&lines->two, &clean->frames[i], clean->frames[i].recv_ns, line);
  pl_frames_seal(&lines->two);
}

static bool may_swap(const struct pl_input *input, uint32_t at) {
  if (at == 0 || at + 1 >= input->frames.count) return false;
  const struct pl_venue_context *first = &input->packets[at].context;
  const struct pl_venue_context *second = &input->packets[at + 1].context;
  return !first->recovery && first->channel == second->channel &&
         input->frames.frames[at + 1].recv_ns - input->frames.frames[0].recv_ns > LEAD_NS;
}

/* Of each two that change places one waits for the other, which comes at the same time. */
static void make_swapped(struct lines *lines) {
  const struct pl_frame *frames = lines->input->frames.frames;
  for (uint32_t i = 0; i < lines->input->frames.count; i++) {
    if (!may_swap(lines->input, i)) {
      add(&lines->swapped, &frames[i], frames[i].recv_ns, PL_LINE_A);
      continue;
    }
    add(&lines->swapped, &frames[i + 1], frames[i + 1].recv_ns, PL_LINE_A);
    add(&lines->swapped, &frames[i], frames[i + 1].recv_ns, PL_LINE_A);
    lines->swaps++;
    i++;
  }
  PL_CHECK(lines->swaps != 0);
  pl_frames_seal(&lines->swapped);
}

static void make_impaired(struct lines *lines) {
  struct pl_impair_config config[PL_IMPAIR_LINES];
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    config[line] = pl_impair_config_default();
    config[line].lead_ns = LEAD_NS;
    config[line].loss_ppm = LOSS_PPM;
    config[line].duplicate_ppm = DUPLICATE_PPM;
    config[line].reorder_ppm = REORDER_PPM;
    config[line].reorder_frames_max = REORDER_FRAMES;
  }
  config[PL_LINE_B].delay_ns = LAG_NS;
  pl_frames_impair(&lines->input->frames, config, &lines->impaired, NULL);
}

static uint64_t decode(struct lines *lines, uint32_t from, uint32_t to) {
  const struct pl_frame *frames = lines->input->frames.frames;
  uint64_t written = 0;
  for (uint32_t i = from; i < to; i++) {
    struct pl_packet packet;
    struct pl_venue_head head;
    struct pl_venue_verdict verdict;
    PL_CHECK(pl_udp_parse(frames[i].data, frames[i].size_bytes, &packet) == PL_OK &&
             pl_deribit_venue.head(&packet, &head) == PL_OK &&
             pl_deribit_venue.judge(&packet, &verdict) == PL_OK);
    written += pl_deribit_venue.write(lines->decoder, &packet, &lines->input->packets[i].context,
                                      lines->events);
  }
  return written;
}

static uint64_t play(struct lines *lines, const struct course *course, uint32_t from, uint32_t to) {
  struct pl_frames part = {.frames = course->frames->frames + from, .count = to - from};
  return pl_input_play(course->feed, &part, lines->events, NULL);
}

static uint32_t slice_begin(uint32_t count, uint32_t slice) {
  return (uint32_t)((uint64_t)count * slice / SLICES);
}

/* All courses once, slice by slice; another one begins each time. */
static void run_courses(struct lines *lines) {
  for (uint32_t turn = 0; turn < SLICES * COURSES; turn++) {
    uint32_t slice = turn / COURSES;
    struct course *course = &lines->courses[(turn + slice) % COURSES];
    uint32_t count = course->frames->count;
    uint32_t from = slice_begin(count, slice), to = slice_begin(count, slice + 1);
    uint64_t from_ns = pl_measure_cpu_ns();
    lines->written +=
        course->feed != NULL ? play(lines, course, from, to) : decode(lines, from, to);
    course->ns[slice] = pl_measure_cpu_ns() - from_ns;
  }
}

/* The first slice is left out: instruments and channels become known in it. */
static void keep(struct lines *lines) {
  double messages = (double)lines->input->messages / lines->input->frames.count;
  double swaps = (double)lines->swaps / lines->input->frames.count;
  for (uint32_t slice = 1; slice < SLICES; slice++) {
    uint32_t clean = lines->input->frames.count;
    double packets = slice_begin(clean, slice + 1) - slice_begin(clean, slice), ns[COURSES];
    for (uint32_t i = 0; i < COURSES; i++) ns[i] = (double)lines->courses[i].ns[slice] / packets;
    for (uint32_t i = 0; i < COURSES; i++) pl_measure_add(&lines->each[i], ns[i]);
    pl_measure_add(&lines->added, ns[ONE] - ns[ALONE]);
    pl_measure_add(&lines->added_message, (ns[ONE] - ns[ALONE]) / messages);
    pl_measure_add(&lines->duplicate, ns[TWO] - ns[ONE]);
    pl_measure_add(&lines->held, (ns[SWAPPED] - ns[ONE]) / swaps);
    pl_measure_add(&lines->impaired_message, ns[IMPAIRED] / messages);
  }
}

static void check(const struct lines *lines) {
  const struct pl_feed_counters *two = pl_feed_counters(lines->courses[TWO].feed);
  uint64_t messages = lines->input->messages;
  PL_CHECK(lines->written != 0);
  PL_CHECK(pl_feed_counters(lines->courses[ONE].feed)->messages == messages);
  PL_CHECK(pl_feed_counters(lines->courses[SWAPPED].feed)->messages == messages);
  PL_CHECK(two->messages == messages && two->outcomes[PL_E_DUPLICATE] == two->outcomes[PL_OK]);
}

/* Sequence numbers may be played once: each run has its own feed handlers. */
static void run_once(struct lines *lines) {
  struct pl_arena arena;
  size_t events_bytes = PL_FRAME_EVENTS_MAX * sizeof(struct pl_event);
  PL_CHECK(pl_arena_open(COURSES * pl_input_feed_footprint() + events_bytes, &arena) == PL_OK);
  lines->events = pl_arena_take(&arena, events_bytes);
  lines->decoder =
      pl_deribit_venue.create(&arena, pl_directory_create(&arena, PL_INPUT_INSTRUMENTS));
  const struct pl_frames *const frames[COURSES] = {&lines->input->frames, &lines->input->frames,
                                                   &lines->two, &lines->swapped, &lines->impaired};
  for (uint32_t i = 0; i < COURSES; i++)
    lines->courses[i] =
        (struct course){.frames = frames[i], .feed = i == ALONE ? NULL : pl_input_feed(&arena)};
  pl_arena_touch(&arena);
  run_courses(lines);
  check(lines);
  keep(lines);
  pl_arena_close(&arena);
}

static void print(struct pl_report *report, const struct lines *lines, const char *name,
                  const char *unit, const char *bound, struct pl_measure *measure) {
  pl_report_figure(report,
                   &(struct pl_figure){.name = name,
                                       .unit = unit,
                                       .clock = "cpu",
                                       .per_run = lines->input->frames.count / SLICES,
                                       .value_share = 0.5,
                                       .bound = bound},
                   measure);
}

void pl_case_lines_run(struct pl_report *report, const struct pl_input *input) {
  static struct lines lines;
  lines = (struct lines){.input = input};
  PL_CHECK(input->packet_count == input->frames.count);
  make_two(&lines);
  make_swapped(&lines);
  make_impaired(&lines);
  for (uint32_t i = 0; i < pl_report_runs(report, RUNS); i++) run_once(&lines);
  print(report, &lines, "lines.decoder", "ns/packet", "parse, head, judge and write, no lines",
        &lines.each[ALONE]);
  print(report, &lines, "lines.one", "ns/packet", "the same by the feed handler, one clean line",
        &lines.each[ONE]);
  print(report, &lines, "lines.added", "ns/packet",
        "lines.one less lines.decoder, slice by slice: 4 cache lines of the channel, 3 of the "
        "agenda, one of the notes, all but that in L1: 15 ns",
        &lines.added);
  print(report, &lines, "lines.added.message", "ns/message", "the same a message",
        &lines.added_message);
  print(report, &lines, "lines.duplicate", "ns/packet",
        "on the second of two equal lines: a frame that is not in L2, parse, head and judge, and 4 "
        "cache lines of the channel: 30 ns",
        &lines.duplicate);
  print(report, &lines, "lines.held", "ns/held packet",
        "pairs swapped: 180 bytes on average and 64 of ours into 4 cache lines, head and judge "
        "twice: 60 ns",
        &lines.held);
  print(report, &lines, "lines.impaired", "ns/message",
        "1 % lost, 5 % twice, 2 % reordered on each line, B 1 ms behind: some 1.9 % held: one "
        "packet, 1.1 duplicates",
        &lines.impaired_message);
  pl_frames_free(&lines.two);
  pl_frames_free(&lines.swapped);
  pl_frames_free(&lines.impaired);
}
