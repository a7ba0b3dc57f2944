#include "tests/venue/es_cme.h"

#include "tests/venue/es_cme_levels.h"

#include <stdlib.h>

#define VERSION       13
#define FACTOR_E9     10000000
#define STATE_PREOPEN 21
#define STATE_OPEN    17
#define EXPIRY_NS     UINT64_C(1710509400000000000) /* 2024-03-15 13:30 UTC */
#define CHUNK_ORDERS  40u
#define ENTRIES_MAX   8u /* of each group of a message */

const struct pl_ethernet_path pl_es_cme_paths[PL_ES_CME_STREAM_COUNT] = {
    {0x0a320001, 0xe0001f01, 43000, 14310},
    {0x0a320001, 0xe0001f16, 43000, 14310},
    {0x0a320001, 0xe0001f2b, 43000, 14310},
    {0x0a320001, 0xe0001f40, 43000, 14310},
};

/* The message being put together. */
enum pending { PENDING_NONE, PENDING_BOOK, PENDING_ORDERS, PENDING_TRADES };

struct drive {
  const struct pl_es_cme_config *config;
  pl_exchange_sink *sink;
  void *context;
  struct pl_es_cme_counts *counts;
  struct pl_es_cme_book *book;
  const char *error;
  uint64_t recv_ns, event_ns;
  uint32_t seqs[PL_ES_CME_STREAM_COUNT];
  uint32_t number, trade_id;  /* last RptSeq, last trade */
  uint32_t sequence;          /* the venue's, of the open packet */
  uint32_t event_packets;     /* sent with a part of the open event */
  bool begun, opened, inside; /* inside: the open packet has a part of the open event */
  bool packet_open;
  uint16_t ip_id;
  enum pending pending;
  struct pl_wire_cme_level levels[ENTRIES_MAX];
  struct pl_wire_cme_reference references[ENTRIES_MAX];
  struct pl_wire_cme_order orders[ENTRIES_MAX];
  struct pl_wire_cme_trade trades[ENTRIES_MAX];
  uint64_t fills[ENTRIES_MAX];
  uint8_t level_count, reference_count, order_count, trade_count, fill_count;
  struct pl_wire_cme packet; /* of the updates */
  uint8_t payload[PL_WIRE_CME_PAYLOAD_MAX], other[PL_WIRE_CME_PAYLOAD_MAX];
};

static void send(struct drive *drive, enum pl_es_cme_stream stream,
                 const struct pl_wire_cme *packet) {
  uint8_t frame[PL_ETHERNET_FRAME_MAX];
  size_t size = pl_ethernet_wrap(&pl_es_cme_paths[stream], drive->ip_id++, packet->bytes,
                                 packet->size, frame, sizeof frame);
  drive->seqs[stream]++;
  drive->counts->frames++;
  if (!drive->sink(drive->context, drive->recv_ns, frame, size)) drive->error = "stopped";
}

static void begin_other(struct drive *drive, enum pl_es_cme_stream stream,
                        struct pl_wire_cme *ret_packet) {
  (void)pl_wire_cme_begin(ret_packet, drive->other, sizeof drive->other, VERSION,
                          drive->seqs[stream], drive->recv_ns);
}

/* --- the stream of updates --- */
static void send_packet(struct drive *drive) {
  if (!drive->packet_open) return;
  drive->packet_open = false;
  drive->counts->packets++;
  drive->event_packets += drive->inside;
  drive->inside = false;
  send(drive, PL_ES_CME_UPDATES, &drive->packet);
}

static void begin_packet(struct drive *drive) {
  (void)pl_wire_cme_begin(&drive->packet, drive->payload, drive->config->payload_bytes, VERSION,
                          drive->seqs[PL_ES_CME_UPDATES], drive->recv_ns);
  drive->packet_open = true;
}

static bool append_pending(struct drive *drive, uint8_t event) {
  uint64_t time_ns = drive->event_ns;
  const struct pl_wire_cme_book book = {time_ns,
                                        event,
                                        false,
                                        drive->levels,
                                        drive->level_count,
                                        drive->references,
                                        drive->reference_count};
  const struct pl_wire_cme_orders orders = {time_ns, event, drive->orders, drive->order_count};
  const struct pl_wire_cme_trades trades = {
      time_ns, event, false, drive->trades, drive->trade_count, drive->fills, drive->fill_count};
  switch (drive->pending) {
  case PENDING_BOOK: return pl_wire_cme_book(&drive->packet, &book);
  case PENDING_ORDERS: return pl_wire_cme_orders(&drive->packet, &orders);
  default: return pl_wire_cme_trades(&drive->packet, &trades);
  }
}

/* Puts the message into the packet, or into the next one. */
static void flush(struct drive *drive, bool ends) {
  if (drive->pending == PENDING_NONE) return;
  uint8_t event = ends ? PL_WIRE_CME_END : 0;
  if (!drive->packet_open) begin_packet(drive);
  if (!append_pending(drive, event)) {
    send_packet(drive);
    begin_packet(drive);
    if (!append_pending(drive, event)) drive->error = "a message too long";
  }
  drive->inside = true;
  drive->counts->messages_book += drive->pending == PENDING_BOOK;
  drive->counts->messages_orders += drive->pending == PENDING_ORDERS;
  drive->counts->messages_trades += drive->pending == PENDING_TRADES;
  drive->pending = PENDING_NONE;
  drive->level_count = drive->reference_count = 0;
  drive->order_count = drive->trade_count = drive->fill_count = 0;
}

static void pend(struct drive *drive, enum pending pending, bool fits) {
  if (drive->pending != pending || !fits) flush(drive, false);
  drive->pending = pending;
}

/* --- one record --- */
/* The order behind the level entry of its price, or alone. */
static void put_order(struct drive *drive, const struct pl_dbn_record *record,
                      const struct pl_es_cme_order *order, uint32_t change_count) {
  uint8_t action = record->action == PL_DBN_ADD      ? PL_WIRE_CME_NEW
                   : record->action == PL_DBN_MODIFY ? PL_WIRE_CME_CHANGE
                                                     : PL_WIRE_CME_DELETE;
  for (uint32_t i = 0; i < change_count; i++) {
    uint32_t at = drive->level_count - change_count + i;
    if (drive->levels[at].price_e9 != order->price_e9 * PL_ES_CME_FACTOR) continue;
    drive->references[drive->reference_count++] =
        (struct pl_wire_cme_reference){.order_id = order->id,
                                       .priority = order->priority,
                                       .qty = record->size,
                                       .reference = (uint8_t)(at + 1),
                                       .action = action};
    drive->counts->references++;
    return;
  }
  pend(drive, PENDING_ORDERS, drive->order_count < ENTRIES_MAX);
  drive->orders[drive->order_count++] =
      (struct pl_wire_cme_order){.id = PL_ES_CME_INSTRUMENT,
                                 .order_id = order->id,
                                 .priority = order->priority,
                                 .type = order->side == PL_BID ? '0' : '1',
                                 .action = action,
                                 .price_e9 = order->price_e9 * PL_ES_CME_FACTOR,
                                 .qty = record->size};
  drive->counts->orders++;
}

static void take_order(struct drive *drive, const struct pl_dbn_record *record) {
  enum pl_side side = record->side == PL_DBN_BID ? PL_BID : PL_ASK;
  struct pl_es_cme_top told;
  struct pl_es_cme_order order;
  struct pl_wire_cme_level changes[PL_ES_CME_CHANGES_MAX];
  pl_es_cme_book_top(drive->book, side, &told);
  const char *error = pl_es_cme_book_take(drive->book, record, &order);
  if (error != NULL) {
    drive->error = error;
    return;
  }
  uint32_t count = pl_es_cme_changes(drive->book, side, &told, changes);
  if (count > PL_ES_CME_CHANGES_MAX) drive->error = "a record that changes too many levels";
  if (drive->error != NULL) return;
  if (count != 0)
    pend(drive, PENDING_BOOK,
         drive->level_count + count <= ENTRIES_MAX && drive->reference_count < ENTRIES_MAX);
  for (uint32_t i = 0; i < count; i++) {
    changes[i].number = ++drive->number;
    drive->levels[drive->level_count++] = changes[i];
  }
  drive->counts->levels += count;
  put_order(drive, record, &order, count);
}

static void take_trade(struct drive *drive, const struct pl_dbn_record *record) {
  pend(drive, PENDING_TRADES, drive->trade_count < ENTRIES_MAX);
  drive->trades[drive->trade_count++] =
      (struct pl_wire_cme_trade){.id = PL_ES_CME_INSTRUMENT,
                                 .number = ++drive->number,
                                 .trade_id = ++drive->trade_id,
                                 .aggressor = record->side == PL_DBN_BID   ? 1
                                              : record->side == PL_DBN_ASK ? 2
                                                                           : 0,
                                 .price_e9 = record->price_e9 * PL_ES_CME_FACTOR,
                                 .qty = record->size};
  drive->counts->trades++;
}

static void take_fill(struct drive *drive, const struct pl_dbn_record *record) {
  drive->counts->fills++;
  if (drive->pending == PENDING_TRADES && drive->fill_count < ENTRIES_MAX)
    drive->fills[drive->fill_count++] = record->order_id;
}

/* --- what stands around the updates --- */
static void send_definition(struct drive *drive) {
  struct pl_wire_cme packet;
  const struct pl_wire_cme_definition definition = {
      .template_id = 54,
      .event = PL_WIRE_CME_END,
      .total = 1,
      .action = 'A',
      .state = STATE_PREOPEN,
      .group = "ES",
      .asset = "ES",
      .symbol = PL_ES_CME_NAME,
      .id = PL_ES_CME_INSTRUMENT,
      .tick_e9 = PL_ES_CME_TICK_E9 * PL_ES_CME_FACTOR,
      .factor_e9 = FACTOR_E9,
      .size_e9 = INT64_C(50000000000),
      .limit_high_e9 = PL_WIRE_CME_PRICE_NULL,
      .limit_low_e9 = PL_WIRE_CME_PRICE_NULL,
      .expiry_ns = EXPIRY_NS,
      .depth = PL_ES_CME_DEPTH,
  };
  begin_other(drive, PL_ES_CME_DEFINITIONS, &packet);
  (void)pl_wire_cme_definition(&packet, &definition);
  send(drive, PL_ES_CME_DEFINITIONS, &packet);
}

static void send_status(struct drive *drive, uint8_t state, uint64_t time_ns) {
  send_packet(drive);
  begin_packet(drive);
  (void)pl_wire_cme_status(&drive->packet,
                           &(struct pl_wire_cme_status){time_ns, "ES", "ES", PL_ES_CME_INSTRUMENT,
                                                        PL_WIRE_CME_END, state});
}

static void send_levels(struct drive *drive) {
  struct pl_wire_cme packet;
  struct pl_wire_cme_level levels[2 * PL_ES_CME_DEPTH];
  uint8_t count = 0;
  for (int side = PL_ASK; side <= PL_BID; side++) {
    struct pl_es_cme_top top;
    pl_es_cme_book_top(drive->book, (enum pl_side)side, &top);
    for (uint32_t i = 0; i < top.count; i++)
      levels[count++] =
          (struct pl_wire_cme_level){.type = side == PL_BID ? '0' : '1',
                                     .level = (uint8_t)(i + 1),
                                     .price_e9 = top.levels[i].price_e9 * PL_ES_CME_FACTOR,
                                     .qty = top.levels[i].contracts};
  }
  begin_other(drive, PL_ES_CME_LEVELS, &packet);
  (void)pl_wire_cme_snapshot(
      &packet, &(struct pl_wire_cme_snapshot){drive->seqs[PL_ES_CME_UPDATES] - 1, drive->number,
                                              PL_ES_CME_INSTRUMENT, drive->event_ns,
                                              drive->opened ? STATE_OPEN : STATE_PREOPEN, false,
                                              levels, count});
  send(drive, PL_ES_CME_LEVELS, &packet);
}

static void send_orders(struct drive *drive) {
  struct pl_wire_cme_order orders[CHUNK_ORDERS];
  uint32_t chunks = (pl_es_cme_book_live(drive->book) + CHUNK_ORDERS - 1) / CHUNK_ORDERS, at = 0;
  for (uint32_t chunk = 1; chunk <= chunks; chunk++) {
    struct pl_wire_cme packet;
    uint8_t count = 0;
    const struct pl_es_cme_order *order;
    while (count < CHUNK_ORDERS && (order = pl_es_cme_book_next(drive->book, &at)) != NULL)
      orders[count++] = (struct pl_wire_cme_order){.order_id = order->id,
                                                   .priority = order->priority,
                                                   .type = order->side == PL_BID ? '0' : '1',
                                                   .price_e9 = order->price_e9 * PL_ES_CME_FACTOR,
                                                   .qty = order->size};
    begin_other(drive, PL_ES_CME_ORDERS_ALL, &packet);
    (void)pl_wire_cme_snapshot_orders(
        &packet, &(struct pl_wire_cme_snapshot_orders){drive->seqs[PL_ES_CME_UPDATES] - 1,
                                                       PL_ES_CME_INSTRUMENT, chunks, chunk,
                                                       drive->event_ns, orders, count});
    send(drive, PL_ES_CME_ORDERS_ALL, &packet);
  }
}

static void send_snapshots(struct drive *drive) {
  send_packet(drive);
  send_levels(drive);
  send_orders(drive);
  drive->counts->snapshots++;
}

/* A best price of the whole market is no level: it only says that the channel speaks of books. */
static void begin(struct drive *drive, const struct pl_dbn_record *record) {
  const struct pl_wire_cme_level best = {.id = PL_ES_CME_INSTRUMENT,
                                         .number = ++drive->number,
                                         .type = 'w',
                                         .level = 1,
                                         .price_e9 = PL_WIRE_CME_PRICE_NULL,
                                         .qty = PL_WIRE_CME_QTY_NULL};
  drive->begun = true;
  drive->seqs[PL_ES_CME_UPDATES] = record->sequence - 1;
  send_definition(drive);
  send_status(drive, STATE_PREOPEN, drive->event_ns);
  (void)pl_wire_cme_book(&drive->packet, &(struct pl_wire_cme_book){.time_ns = drive->event_ns,
                                                                    .event = PL_WIRE_CME_END,
                                                                    .levels = &best,
                                                                    .level_count = 1});
  send_snapshots(drive);
}

/* --- the records in order --- */
static void begin_event(struct drive *drive) {
  uint32_t every = drive->config->snapshot_events;
  if (!drive->opened && drive->event_ns >= PL_ES_CME_OPEN_NS) {
    send_status(drive, STATE_OPEN, PL_ES_CME_OPEN_NS);
    send_packet(drive);
    drive->opened = true;
  }
  if (every != 0 && drive->counts->events != 0 && drive->counts->events % every == 0)
    send_snapshots(drive);
}

static void end_event(struct drive *drive) {
  if (drive->pending == PENDING_NONE) drive->error = "an event that ends with nothing";
  flush(drive, true);
  drive->counts->events++;
  drive->counts->events_split += drive->event_packets != 0;
  drive->event_packets = 0;
  drive->inside = false;
}

static void take(struct drive *drive, const struct pl_dbn_record *record, bool first) {
  struct pl_es_cme_order order;
  drive->counts->records++;
  if (record->flags & PL_DBN_SNAPSHOT) {
    drive->error = pl_es_cme_book_take(drive->book, record, &order);
    drive->counts->snapshot_orders++;
    return;
  }
  if (record->sequence != drive->sequence) {
    flush(drive, false);
    send_packet(drive);
  }
  drive->recv_ns = record->recv_ns;
  drive->event_ns = record->event_ns;
  drive->sequence = record->sequence;
  if (!drive->begun) begin(drive, record);
  if (first) begin_event(drive);
  if (record->action == PL_DBN_TRADE)
    take_trade(drive, record);
  else if (record->action == PL_DBN_FILL)
    take_fill(drive, record);
  else
    take_order(drive, record);
  if (record->flags & PL_DBN_LAST && drive->error == NULL) end_event(drive);
}

static void run(struct drive *drive, struct pl_dbn *dbn) {
  struct pl_dbn_record record;
  bool first = true;
  while (drive->error == NULL && pl_dbn_next(dbn, &record)) {
    take(drive, &record, first);
    first = (record.flags & PL_DBN_LAST) != 0 || record.flags & PL_DBN_SNAPSHOT;
  }
  if (drive->error == NULL) drive->error = pl_dbn_error(dbn);
  send_packet(drive);
}

const char *pl_es_cme_run(const char *path, const struct pl_es_cme_config *config,
                          pl_exchange_sink *sink, void *context,
                          struct pl_es_cme_counts *ret_counts) {
  const char *error = "no memory";
  *ret_counts = (struct pl_es_cme_counts){0};
  if (config->payload_bytes < PL_ES_CME_PAYLOAD_MIN ||
      config->payload_bytes > PL_WIRE_CME_PAYLOAD_MAX)
    return "a payload out of its range";
  struct pl_dbn *dbn = pl_dbn_open(path, &error);
  if (dbn == NULL) return error;
  struct drive *drive = calloc(1, sizeof *drive);
  struct pl_es_cme_book *book = pl_es_cme_book_open();
  error = "no memory";
  if (drive != NULL && book != NULL) {
    drive->config = config;
    drive->sink = sink;
    drive->context = context;
    drive->counts = ret_counts;
    drive->book = book;
    for (uint32_t i = 0; i < PL_ES_CME_STREAM_COUNT; i++) drive->seqs[i] = 1;
    run(drive, dbn);
    error = drive->error;
  }
  pl_es_cme_book_close(book);
  free(drive);
  pl_dbn_close(dbn);
  return error;
}
