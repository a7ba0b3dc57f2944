/* Stages of single decoders, and of the book of orders. */
#include "engine/base/check.h"
#include "engine/book/book.h"
#include "tests/latency/stages.h"
#include "tests/latency/stages_packets.h"
#include "tests/venue/wire_cme.h"

#define SYMBOLS     200
#define LIVE_ORDERS 1000
#define KNOWN       3000 /* messages that make instruments and books known */
#define MESSAGES    5000

#define CME_PACKETS 1000
#define CME_TIME_NS UINT64_C(1700000000000000000)
#define CME_TICK_E9 INT64_C(25000000000)
#define CME_ENTRIES 3

#define BOOK_SYMBOLS 1000
#define BOOK_ORDERS  20000
#define BOOK_FILL    40000 /* messages until they live */
#define BOOK_EVENTS  10000

static struct pl_stages_packets cme, itch, deep, starbase;

static void prepare(struct pl_stages_packets *packets, const char *venue) {
  struct pl_day_config day = pl_day_default();
  day.symbols = SYMBOLS;
  day.live_orders = LIVE_ORDERS;
  day.messages = 4 * MESSAGES; /* a day as long as the stage is over first */
  pl_stages_packets_open(packets, venue, SYMBOLS, &day);
  pl_stages_packets_next(packets, KNOWN);
  (void)pl_stages_packets_decode(packets, NULL);
  pl_stages_packets_next(packets, MESSAGES);
}

static uint64_t decode(struct pl_stages_packets *packets) {
  uint64_t before = packets->written, messages = pl_stages_packets_decode(packets, NULL);
  PL_CHECK(packets->written - before >= messages / 2);
  pl_stages_sink += packets->written;
  return messages;
}

void pl_stages_itch_prepare(void) {
  prepare(&itch, "itch");
}

PL_STAGE stage_decode_itch(void) {
  return decode(&itch);
}

void pl_stages_deep_prepare(void) {
  prepare(&deep, "deep");
}

PL_STAGE stage_decode_deep(void) {
  return decode(&deep);
}

void pl_stages_starbase_prepare(void) {
  prepare(&starbase, "starbase");
}

PL_STAGE stage_decode_starbase(void) {
  return decode(&starbase);
}

static void cme_begin(struct pl_wire_cme *packet, uint8_t *frame) {
  static uint32_t seq;
  PL_CHECK(pl_wire_cme_begin(packet, frame + PL_ETHERNET_OVERHEAD, PL_WIRE_CME_PAYLOAD_MAX, 13,
                             ++seq, CME_TIME_NS));
}

static void cme_send(struct pl_wire_cme *packet, uint8_t *frame) {
  static const struct pl_ethernet_path path = {0x0a320001, 0xe0001f01, 43000, 14310};
  size_t size = pl_ethernet_wrap(&path, 0, packet->bytes, packet->size, frame,
                                 PL_ETHERNET_OVERHEAD + PL_WIRE_CME_PAYLOAD_MAX);
  pl_frames_add(&cme.frames, frame, (uint32_t)size, CME_TIME_NS);
}

/* Levels and single orders in turn, of one instrument a packet. */
static void cme_fill(struct pl_wire_cme *packet, uint32_t number) {
  int32_t id = (int32_t)(1 + number * 7 % SYMBOLS);
  struct pl_wire_cme_level levels[CME_ENTRIES];
  struct pl_wire_cme_order orders[CME_ENTRIES];
  for (uint8_t i = 0; i < CME_ENTRIES; i++) {
    uint8_t action = (uint8_t)((i + number) % 3);
    char type = i % 2 == 0 ? '0' : '1';
    int64_t price_e9 = (19000 + i) * CME_TICK_E9;
    levels[i] = (struct pl_wire_cme_level){
        id, number * CME_ENTRIES + i + 1, type, action, (uint8_t)(1 + i), price_e9, 3 + i};
    orders[i] = (struct pl_wire_cme_order){id, number + i, number, type, action, price_e9, 3 + i};
  }
  PL_CHECK(pl_wire_cme_book(packet, &(struct pl_wire_cme_book){CME_TIME_NS, 4, false, levels,
                                                               (uint8_t)(1 + number % CME_ENTRIES),
                                                               NULL, 0}) &&
           pl_wire_cme_orders(packet,
                              &(struct pl_wire_cme_orders){CME_TIME_NS, PL_WIRE_CME_END, orders,
                                                           (uint8_t)(1 + number % CME_ENTRIES)}));
}

void pl_stages_cme_prepare(void) {
  uint8_t frame[PL_ETHERNET_OVERHEAD + PL_WIRE_CME_PAYLOAD_MAX];
  struct pl_wire_cme packet;
  pl_stages_packets_open(&cme, "cme", SYMBOLS, NULL);
  for (int32_t id = 1; id <= SYMBOLS; id++) {
    cme_begin(&packet, frame);
    PL_CHECK(pl_wire_cme_definition(
        &packet, &(struct pl_wire_cme_definition){.template_id = 54,
                                                  .total = PL_WIRE_CME_TOTAL_NULL,
                                                  .action = 'A',
                                                  .state = 17,
                                                  .symbol = "ES",
                                                  .id = id,
                                                  .tick_e9 = CME_TICK_E9,
                                                  .factor_e9 = 10000000,
                                                  .depth = 10}));
    cme_send(&packet, frame);
  }
  pl_stages_packets_seal(&cme);
  (void)pl_stages_packets_decode(&cme, NULL);
  pl_frames_free(&cme.frames);
  cme.frames = (struct pl_frames){0};
  for (uint32_t i = 0; i < CME_PACKETS; i++) {
    cme_begin(&packet, frame);
    cme_fill(&packet, i);
    cme_send(&packet, frame);
  }
  pl_stages_packets_seal(&cme);
}

PL_STAGE stage_decode_cme(void) {
  return decode(&cme);
}

static struct orders {
  struct pl_book_store *store;
  struct pl_book *books;
  struct pl_event *events; /* what comes after the books were filled */
  uint32_t count;
} book;

static void apply(const struct pl_event *events, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct pl_book *at = &book.books[events[i].instrument];
    pl_stages_sink += pl_book_apply(book.store, at, &events[i]);
    pl_stages_sink += (uint64_t)pl_book_best_e9(at, PL_BID) ^ (uint64_t)pl_book_best_e9(at, PL_ASK);
  }
}

/* The events of the day's next messages. */
static uint32_t gather(struct pl_stages_packets *day, uint32_t messages, struct pl_event *events) {
  uint64_t before = day->written;
  pl_stages_packets_next(day, messages);
  (void)pl_stages_packets_decode(day, events);
  return (uint32_t)(day->written - before);
}

void pl_stages_orders_prepare(void) {
  static struct pl_stages_packets day;
  struct pl_day_config config = pl_day_default();
  const struct pl_book_config books = {.instrument_count = BOOK_SYMBOLS,
                                       .orders_max = 2 * BOOK_ORDERS};
  size_t books_bytes = pl_arena_round(BOOK_SYMBOLS * sizeof *book.books);
  size_t events_bytes = 2 * BOOK_FILL * sizeof *book.events; /* a message makes two at most */
  struct pl_arena arena;
  config.symbols = BOOK_SYMBOLS;
  config.live_orders = BOOK_ORDERS;
  config.messages = BOOK_FILL + 2 * BOOK_EVENTS;
  PL_CHECK(pl_arena_open(pl_book_store_footprint(&books) + books_bytes + events_bytes, &arena) ==
           PL_OK);
  book.store = pl_book_store_create(&arena, &books);
  book.books = pl_arena_take(&arena, books_bytes);
  book.events = pl_arena_take(&arena, events_bytes);
  for (uint32_t i = 0; i < BOOK_SYMBOLS; i++)
    pl_book_init(book.store, i, PL_LANE_ORDERS, &book.books[i]);
  pl_stages_packets_open(&day, "itch", BOOK_SYMBOLS, &config);
  apply(book.events, gather(&day, BOOK_FILL, book.events));
  PL_CHECK(pl_book_counters(book.store)->orders_live > BOOK_ORDERS / 2);
  book.count = gather(&day, BOOK_EVENTS, book.events);
}

PL_STAGE stage_book_orders(void) {
  apply(book.events, book.count);
  const struct pl_book_counters *counters = pl_book_counters(book.store);
  PL_CHECK(counters->orders_unknown + counters->orders_refused + counters->crossings == 0);
  return book.count;
}
