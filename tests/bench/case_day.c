/* A whole day of Nasdaq's orders from packets to the top of the book: what a feed handler costs
 * when its books do not fit the caches. The day is generated and played chunk by chunk; only the
 * playing is timed. */
#include "dataplane/feed/udp.h"
#include "dataplane/venue/venue.h"
#include "engine/base/check.h"
#include "engine/book/book.h"
#include "tests/bench/cases.h"
#include "tests/venue/load.h"

#include <sys/resource.h>

#define RUNS            5
#define MESSAGES        10000000u
#define SYMBOLS         4000u
#define LIVE            400000u
#define SCALE_MESSAGES  2000000u /* and 100,000 live orders, for the cost by instruments */
#define SCALE_LIVE      100000u
#define SMOKE_SHARE     100
#define PACKET_MESSAGES 30u
#define CHUNK_MESSAGES  500000u
#define BATCH_EVENTS    1024u /* events gathered before the books take them: a burst of packets */
#define LOOK_AHEAD      12u

struct day {
  const struct pl_venue *venue;
  struct pl_load *load;
  struct pl_frames frames;
  struct pl_arena arena;
  struct pl_directory *directory;
  void *decoder;
  struct pl_book_store *store;
  struct pl_book *books;
  struct pl_event *events; /* [BATCH_EVENTS + PL_FRAME_EVENTS_MAX] */
  uint64_t messages, sink;
};

static bool keep_frame(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  pl_frames_add(&((struct day *)ctx)->frames, frame, (uint32_t)size, time_ns);
  return true;
}

static void day_open(struct day *day, const struct pl_day_config *config) {
  const struct pl_load_config load = {
      .wire = pl_load_wire_find("itch"), .day = *config, .packet_messages = PACKET_MESSAGES};
  const struct pl_book_config books = {.instrument_count = config->symbols,
                                       .orders_max = config->live_orders + config->live_orders / 4};
  *day = (struct day){.venue = pl_venue_find("itch")};
  day->load = pl_load_open(&load, keep_frame, day);
  size_t events_bytes = (BATCH_EVENTS + PL_FRAME_EVENTS_MAX) * sizeof *day->events;
  size_t books_bytes = config->symbols * sizeof *day->books;
  PL_CHECK(day->load != NULL &&
           pl_arena_open(day->venue->footprint() + pl_directory_footprint(config->symbols) +
                             pl_book_store_footprint(&books) + pl_arena_round(books_bytes) +
                             events_bytes,
                         &day->arena) == PL_OK);
  day->directory = pl_directory_create(&day->arena, config->symbols);
  day->decoder = day->venue->create(&day->arena, day->directory);
  day->store = pl_book_store_create(&day->arena, &books);
  day->books = pl_arena_take(&day->arena, books_bytes);
  for (uint32_t i = 0; i < config->symbols; i++)
    pl_book_init(day->store, i, PL_LANE_ORDERS, &day->books[i]);
  day->events = pl_arena_take(&day->arena, events_bytes);
}

static void day_close(struct day *day) {
  pl_load_close(day->load);
  pl_frames_free(&day->frames);
  pl_arena_close(&day->arena);
}

/* The next packets of the day, in memory; false when it is over. */
static bool day_next(struct day *day, struct pl_packet **ret_packets) {
  pl_frames_free(&day->frames);
  if (pl_load_run(day->load, CHUNK_MESSAGES) == 0) return false;
  pl_frames_seal(&day->frames);
  struct pl_packet *packets = calloc(day->frames.count, sizeof *packets);
  PL_CHECK(packets != NULL);
  for (uint32_t i = 0; i < day->frames.count; i++)
    PL_CHECK(pl_udp_parse(day->frames.frames[i].data, day->frames.frames[i].size_bytes,
                          &packets[i]) == PL_OK);
  *ret_packets = packets;
  return true;
}

/* Head, judge and write of one packet; returns its events. */
static uint32_t decode(struct day *day, const struct pl_packet *packet, uint64_t recv_ns,
                       struct pl_event *events) {
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  PL_CHECK(day->venue->head(packet, &head) == PL_OK &&
           day->venue->judge(packet, &verdict) == PL_OK);
  day->messages += verdict.messages;
  const struct pl_venue_context context = {.continuous = true,
                                           .whole = true,
                                           .packet_seq = head.seq,
                                           .seq = head.seq * 4,
                                           .recv_ns = recv_ns};
  return day->venue->write(day->decoder, packet, &context, events);
}

static void apply(struct day *day, uint32_t count) {
  const struct pl_event *events = day->events;
  for (uint32_t i = 0; i < count; i++) {
    if (i + LOOK_AHEAD < count)
      pl_book_prefetch(day->store, &day->books[events[i + LOOK_AHEAD].instrument],
                       &events[i + LOOK_AHEAD]);
    struct pl_book *book = &day->books[events[i].instrument];
    (void)pl_book_apply(day->store, book, &events[i]);
    day->sink += (uint64_t)pl_book_best_e9(book, PL_BID) ^ (uint64_t)pl_book_best_e9(book, PL_ASK);
  }
}

static uint64_t play(struct day *day, const struct pl_packet *packets, bool books) {
  uint64_t from_ns = pl_measure_cpu_ns();
  uint32_t count = 0;
  for (uint32_t i = 0; i < day->frames.count; i++) {
    count += decode(day, &packets[i], day->frames.frames[i].recv_ns, day->events + count);
    if (count < BATCH_EVENTS && i + 1 < day->frames.count) continue;
    if (books) apply(day, count);
    count = 0;
  }
  return pl_measure_cpu_ns() - from_ns;
}

/* One day; returns the CPU time a message. */
static double play_day(const struct pl_day_config *config, bool books) {
  struct day day;
  struct pl_packet *packets;
  uint64_t spent_ns = 0;
  day_open(&day, config);
  while (day_next(&day, &packets)) {
    spent_ns += play(&day, packets, books);
    free(packets);
  }
  const struct pl_book_counters *counters = pl_book_counters(day.store);
  PL_CHECK(counters->orders_unknown + counters->orders_refused + counters->orders_amended == 0);
  PL_CHECK(counters->updates_no_book + counters->sides_truncated + counters->crossings == 0);
  double ns = (double)spent_ns / (double)day.messages;
  day_close(&day);
  return ns;
}

static void measure(struct pl_report *report, const char *name, const struct pl_day_config *config,
                    bool books, const char *bound) {
  struct pl_measure measure = {.count = 0};
  struct pl_day_config played = *config;
  if (report->smoke) {
    played.messages = config->messages / SMOKE_SHARE + config->symbols * 3;
    played.live_orders = config->live_orders / SMOKE_SHARE;
  }
  for (uint32_t run = 0; run < (report->smoke ? 1 : RUNS); run++)
    pl_measure_add(&measure, play_day(&played, books));
  pl_report_figure(report,
                   &(struct pl_figure){.name = name,
                                       .unit = "ns/message",
                                       .clock = "cpu",
                                       .per_run = played.messages,
                                       .value_share = 0.5,
                                       .bound = bound},
                   &measure);
}

/* The most memory that the process ever held: the generator and a chunk of its packets too. */
static void report_memory(struct pl_report *report) {
  struct rusage usage;
  struct pl_measure measure = {.count = 0};
  PL_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  pl_measure_add(&measure, (double)usage.ru_maxrss / 1024);
  pl_report_figure(report,
                   &(struct pl_figure){.name = "day.itch.memory",
                                       .unit = "MiB",
                                       .clock = "-",
                                       .per_run = 1,
                                       .value_share = 0.5,
                                       .bound = "orders 32 B at most half full, levels 16 B, books "
                                                "and directory; alone in its process"},
                   &measure);
}

void pl_case_day_run(struct pl_report *report, const struct pl_input *input) {
  (void)input;
  struct pl_day_config config = pl_day_default();
  config.messages = MESSAGES;
  config.symbols = SYMBOLS;
  config.live_orders = LIVE;
  measure(report, "day.itch.decode", &config, false,
          "32 B of wire read twice, one 64 B event written, all ahead of the prefetcher");
  measure(report, "day.itch.book", &config, true,
          "decode, then 1 order line, 1 book line and 1-2 lines of levels a message, asked for "
          "ahead, and 2-3 missed branches");
  report_memory(report);
  config.messages = SCALE_MESSAGES;
  config.live_orders = SCALE_LIVE;
  config.symbols = 10;
  measure(report, "day.itch.book.10", &config, true,
          "books in L1: branches; many orders a side: more levels to search and to move");
  config.symbols = 1000;
  measure(report, "day.itch.book.1000", &config, true, "books in L2");
  config.symbols = 10000;
  measure(report, "day.itch.book.10000", &config, true,
          "book lines in L3: the look-ahead hides most of it");
}
