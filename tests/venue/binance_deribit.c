#include "tests/venue/binance_deribit.h"

#include "tests/venue/binance.h"
#include "tests/venue/exchange_port.h"

#include <stdlib.h>

#define CHANNEL           PL_FLOW_CHANNEL_BTC
#define SNAPSHOT_DELAY_MS 200u
#define TICKER_BYTES      (PL_WIRE_MESSAGE_HEADER + 133u)
#define BOOK_BYTES        (PL_WIRE_MESSAGE_HEADER + 29u + PL_WIRE_GROUP_HEADER)
#define LEVELS_MAX        ((PL_WIRE_PAYLOAD_MAX - PL_WIRE_FRAME_HEADER - TICKER_BYTES - BOOK_BYTES) / 18u)

struct ticker {
  uint64_t id;
  struct pl_binance_level bid, ask;
};

struct drive {
  struct pl_exchange_port port;
  struct pl_binance_deribit_counts counts;
  const char *error;
  struct ticker *tickers; /* [counts.tickers_seen]; ids rise */
  uint32_t ticker_room, ticker_at;
  int64_t traded_e9;
  uint8_t tick_direction;
};

/* Exact: the integer is below 2^53 at these prices, and the division rounds once. */
static double price_of(const struct pl_binance_level *level) {
  return (double)level->price_e9 / 1e9;
}

static double qty_of(const struct pl_binance_level *level) {
  return (double)level->qty_e8 / 1e8;
}

static void send(struct drive *drive, uint64_t now_ns) {
  pl_exchange_port_send(&drive->port, now_ns);
  drive->counts.frames++;
  if (drive->port.stopped) drive->error = "the sink refused a frame";
}

static struct pl_wire_level wire_level(const struct pl_binance_level *level) {
  return (struct pl_wire_level){
      .side = level->side == PL_BID ? PL_WIRE_BID : PL_WIRE_ASK,
      .change = level->qty_e8 == 0 ? PL_WIRE_DELETED : PL_WIRE_CHANGED, /* new ones are not told */
      .price = price_of(level),
      .amount = qty_of(level),
  };
}

/* --- the beginning: definition and snapshot --------------------------------------------------- */

static void define(struct drive *drive) {
  const struct pl_wire_instrument definition = {
      .instrument_id = PL_BINANCE_DERIBIT_INSTRUMENT,
      .state = PL_WIRE_OPEN,
      .kind = PL_WIRE_FUTURE,
      .type = PL_WIRE_LINEAR,
      .settlement_period_count = 1,
      .base_currency = "BTC",
      .quote_currency = "USDT",
      .counter_currency = "USDT",
      .settlement_currency = "USDT",
      .size_currency = "BTC",
      .expiration_ms = UINT64_C(32503708800000), /* never, as the venue says it: the year 3000 */
      .strike = pl_wire_deribit_null(),
      .contract_size = 1,
      .min_trade_amount = 0.001,
      .tick_size = 0.1,
      .max_liquidation_fee = pl_wire_deribit_null(),
      .max_leverage = pl_wire_deribit_null(),
      .name = PL_BINANCE_DERIBIT_NAME,
  };
  (void)pl_wire_deribit_instrument_v2(&drive->port.packet, &definition);
}

static void send_part(struct drive *drive, const struct pl_binance_line *line, uint32_t first,
                      uint32_t count, uint64_t now_ns) {
  struct pl_wire_level levels[PL_WIRE_SNAPSHOT_LEVELS];
  for (uint32_t i = 0; i < count; i++) levels[i] = wire_level(&line->levels[first + i]);
  const struct pl_wire_snapshot part = {
      .instrument_id = PL_BINANCE_DERIBIT_INSTRUMENT,
      .timestamp_ms = line->venue_ms,
      .change_id = line->last_id,
      .is_book_complete = 1,
      .is_last_in_book = first + count == line->level_count,
      .levels = levels,
      .level_count = (uint16_t)count,
  };
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_SNAPSHOT);
  (void)pl_wire_deribit_snapshot(&drive->port.packet, &part);
  send(drive, now_ns);
}

static void send_snapshot(struct drive *drive, const struct pl_binance_line *line,
                          uint64_t now_ns) {
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_SNAPSHOT);
  (void)pl_wire_deribit_snapshot_start(&drive->port.packet, SNAPSHOT_DELAY_MS);
  send(drive, now_ns);
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_SNAPSHOT);
  define(drive);
  send(drive, now_ns);
  for (uint32_t first = 0, count; first < line->level_count; first += count) {
    count = line->level_count - first;
    if (count > PL_WIRE_SNAPSHOT_LEVELS) count = PL_WIRE_SNAPSHOT_LEVELS;
    send_part(drive, line, first, count, now_ns);
  }
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_SNAPSHOT);
  (void)pl_wire_deribit_snapshot_end(&drive->port.packet);
  send(drive, now_ns);
  drive->counts.snapshot_levels = line->level_count;
  drive->counts.snapshot_id = drive->counts.last_id = line->last_id;
}

static bool keep_ticker(struct drive *drive, const struct pl_binance_line *line) {
  if (drive->counts.tickers_seen == drive->ticker_room) {
    uint32_t room = drive->ticker_room != 0 ? 2 * drive->ticker_room : 4096;
    struct ticker *tickers = realloc(drive->tickers, room * sizeof *tickers);
    if (tickers == NULL) return false;
    drive->tickers = tickers;
    drive->ticker_room = room;
  }
  drive->tickers[drive->counts.tickers_seen++] =
      (struct ticker){line->last_id, line->levels[0], line->levels[1]};
  return true;
}

/* Looks ahead: the recorder asked for the snapshot when updates were already coming in, and the
 * tickers come over a connection of their own. The snapshot leaves at the time of the first line.
 */
static const char *begin(struct drive *drive, const char *path) {
  struct pl_binance *binance = pl_binance_open(path);
  if (binance == NULL) return "cannot be opened";
  struct pl_binance_line line;
  uint64_t first_ns = 0;
  bool whole = true;
  while (whole && drive->error == NULL && pl_binance_next(binance, &line)) {
    if (first_ns == 0) first_ns = line.recv_ns;
    if (line.kind == PL_BINANCE_TICKER) whole = keep_ticker(drive, &line);
    if (line.kind == PL_BINANCE_SNAPSHOT && drive->counts.snapshot_id == 0)
      send_snapshot(drive, &line, first_ns);
  }
  const char *error = drive->error != NULL ? drive->error : pl_binance_error(binance);
  pl_binance_close(binance);
  if (!whole) return "out of memory";
  if (error == NULL && drive->counts.snapshot_id == 0) error = "no snapshot";
  return error;
}

/* --- the flow --------------------------------------------------------------------------------- */

/* The last ticker up to an id, NULL when there is none. Ids asked for rise. */
static const struct ticker *ticker_as_of(struct drive *drive, uint64_t id) {
  uint32_t at = drive->ticker_at;
  while (at < drive->counts.tickers_seen && drive->tickers[at].id <= id) at++;
  drive->ticker_at = at;
  return at != 0 ? &drive->tickers[at - 1] : NULL;
}

static void add_ticker(struct drive *drive, const struct ticker *from, uint64_t venue_ms) {
  const double null = pl_wire_deribit_null();
  const struct pl_wire_ticker ticker = {
      .instrument_id = PL_BINANCE_DERIBIT_INSTRUMENT,
      .state = PL_WIRE_OPEN,
      .timestamp_ms = venue_ms,
      .open_interest = null,
      .min_sell_price = null,
      .max_buy_price = null,
      .last_price = drive->traded_e9 != 0 ? (double)drive->traded_e9 / 1e9 : null,
      .index_price = null,
      .mark_price = null,
      .best_bid_price = price_of(&from->bid),
      .best_bid_amount = qty_of(&from->bid),
      .best_ask_price = price_of(&from->ask),
      .best_ask_amount = qty_of(&from->ask),
      .current_funding = null,
      .funding_8h = null,
      .estimated_delivery_price = null,
      .delivery_price = null,
      .settlement_price = null,
  };
  drive->counts.tickers += pl_wire_deribit_ticker(&drive->port.packet, &ticker);
}

/* One part of an update, and with the last one the ticker. */
static void send_book(struct drive *drive, const struct pl_binance_line *line, uint32_t first,
                      uint64_t change_id) {
  uint32_t count = line->level_count - first;
  if (count > LEVELS_MAX) count = LEVELS_MAX;
  bool last = first + count == line->level_count;
  struct pl_wire_level levels[LEVELS_MAX];
  for (uint32_t i = 0; i < count; i++) levels[i] = wire_level(&line->levels[first + i]);
  const struct pl_wire_book book = {
      .instrument_id = PL_BINANCE_DERIBIT_INSTRUMENT,
      .timestamp_ms = line->venue_ms,
      .prev_change_id = drive->counts.last_id,
      .change_id = change_id,
      .is_last = last,
      .levels = levels,
      .level_count = (uint16_t)count,
  };
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_INCREMENTAL);
  const struct ticker *ticker = last ? ticker_as_of(drive, change_id) : NULL;
  if (ticker != NULL) add_ticker(drive, ticker, line->venue_ms);
  (void)pl_wire_deribit_book(&drive->port.packet, &book);
  send(drive, line->recv_ns);
  drive->counts.last_id = change_id;
  drive->counts.books++;
  drive->counts.levels += count;
}

static void send_depth(struct drive *drive, const struct pl_binance_line *line) {
  uint64_t kept_id = drive->counts.last_id;
  drive->counts.depth_seen++;
  if (line->last_id <= drive->counts.snapshot_id) {
    drive->counts.depth_contained++;
    return;
  }
  bool first = kept_id == drive->counts.snapshot_id;
  uint32_t parts = line->level_count / LEVELS_MAX + (line->level_count % LEVELS_MAX != 0);
  if (parts == 0) parts = 1; /* an update without levels still moves the id */
  if (first ? line->first_id > kept_id + 1 : line->prev_id != kept_id) {
    drive->error = "updates do not follow each other";
    return;
  }
  if (line->last_id - kept_id < parts) {
    drive->error = "an update spans too few ids for its parts";
    return;
  }
  drive->counts.split += parts > 1;
  for (uint32_t part = 0; part < parts; part++)
    send_book(drive, line, part * LEVELS_MAX, line->last_id - (parts - 1 - part));
}

static void send_trade(struct drive *drive, const struct pl_binance_line *line) {
  int64_t price_e9 = line->levels[0].price_e9;
  if (price_e9 != drive->traded_e9)
    drive->tick_direction = price_e9 > drive->traded_e9 ? 0 : 2;
  else
    drive->tick_direction |= 1;
  drive->traded_e9 = price_e9;
  const struct pl_wire_trade trade = {
      .direction = line->levels[0].side == PL_BID ? PL_WIRE_BUY : PL_WIRE_SELL,
      .price = price_of(&line->levels[0]),
      .amount = qty_of(&line->levels[0]),
      .timestamp_ms = line->venue_ms,
      .mark_price = pl_wire_deribit_null(),
      .index_price = pl_wire_deribit_null(),
      .trade_seq = ++drive->counts.trades,
      .trade_id = line->trade_id,
      .tick_direction = drive->tick_direction,
      .iv = pl_wire_deribit_null(),
  };
  const struct pl_wire_trades trades = {PL_BINANCE_DERIBIT_INSTRUMENT, &trade, 1};
  pl_exchange_port_begin(&drive->port, CHANNEL, PL_EXCHANGE_INCREMENTAL);
  (void)pl_wire_deribit_trades(&drive->port.packet, &trades);
  send(drive, line->recv_ns);
}

static const char *play(struct drive *drive, const char *path) {
  struct pl_binance *binance = pl_binance_open(path);
  if (binance == NULL) return "cannot be opened";
  struct pl_binance_line line;
  while (drive->error == NULL && pl_binance_next(binance, &line)) {
    switch (line.kind) {
    case PL_BINANCE_DEPTH: send_depth(drive, &line); break;
    case PL_BINANCE_TRADE: send_trade(drive, &line); break;
    default: break; /* the snapshot has left, the tickers are known */
    }
  }
  const char *error = drive->error != NULL ? drive->error : pl_binance_error(binance);
  pl_binance_close(binance);
  return error;
}

const char *pl_binance_deribit_run(const char *path, pl_exchange_sink *sink, void *context,
                                   struct pl_binance_deribit_counts *ret_counts) {
  struct drive *drive = calloc(1, sizeof *drive);
  if (drive == NULL) return "out of memory";
  drive->port.sink = sink;
  drive->port.ctx = context;
  const char *error = begin(drive, path);
  if (error == NULL) error = play(drive, path);
  *ret_counts = drive->counts;
  free(drive->tickers);
  free(drive);
  return error;
}
