#include "tests/venue/exchange_message.h"

#define PRICE_BAND_PPM   15000 /* orders may not be priced further from the mark */
#define CREATION_MS      1790000000000u
#define OPTION_BAND_U6   40000 /* options: 0.04 coin each way */
#define PERIOD_PERPETUAL 0
#define PERIOD_DATED     4

/* Exact: both integers are far below 2^53 and the division rounds once. */
static double times(int64_t count, struct pl_flow_ratio unit) {
  return (double)(count * unit.num) / (double)unit.den;
}

static double from_u6(int64_t value_u6) {
  return (double)value_u6 / 1e6;
}

static double from_ppm(int64_t value_ppm) {
  return (double)value_ppm / 1e6;
}

/* Marks are published in whole steps of their index, options in ticks. */
static double mark_of(const struct pl_flow *flow, const struct pl_flow_instrument *instrument) {
  if (instrument->listing.kind == PL_WIRE_OPTION) return from_u6(instrument->mark_u6);
  int64_t step_u6 = flow->asset[instrument->listing.underlying].step_u6;
  return from_u6(instrument->mark_u6 / step_u6 * step_u6);
}

static double index_of(const struct pl_flow *flow, const struct pl_flow_instrument *instrument) {
  return from_u6(flow->asset[instrument->listing.underlying].index_u6);
}

static struct pl_wire_instrument define(const struct pl_flow_listing *listing) {
  bool is_option = listing->kind == PL_WIRE_OPTION;
  bool is_linear = listing->type == PL_WIRE_LINEAR;
  return (struct pl_wire_instrument){
      .instrument_id = listing->id,
      .state = PL_WIRE_OPEN,
      .kind = listing->kind,
      .type = listing->type,
      .option_type = listing->option_type,
      .rfq = listing->kind != PL_WIRE_FUTURE,
      .settlement_period = listing->is_perpetual ? PERIOD_PERPETUAL : PERIOD_DATED,
      .settlement_period_count = 1,
      .base_currency = listing->currency[0],
      .quote_currency = listing->currency[1],
      .counter_currency = listing->currency[2],
      .settlement_currency = listing->currency[3],
      .size_currency = listing->currency[4],
      .creation_ms = CREATION_MS,
      .expiration_ms = listing->expiration_ms,
      .strike = is_option ? (double)listing->strike_usd : pl_wire_deribit_null(),
      .contract_size = times(1, listing->contract),
      .min_trade_amount = times(1, listing->lot),
      .tick_size = times(1, listing->tick),
      .maker_fee = is_option ? from_ppm(300) : 0.0,
      .taker_fee = from_ppm(is_option ? 300 : 500),
      .block_fee = from_ppm(is_option ? 150 : 250),
      .max_liquidation_fee = is_option ? pl_wire_deribit_null() : from_ppm(7500),
      .max_leverage = is_option ? pl_wire_deribit_null() : (is_linear ? 25.0 : 50.0),
      .name = listing->name,
  };
}

bool pl_exchange_message_instrument(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                    uint32_t index, bool is_v2) {
  const struct pl_flow_listing *listing = &flow->instrument[index].listing;
  struct pl_wire_instrument definition = define(listing);
  if (!is_v2) return pl_wire_deribit_instrument(packet, &definition);
  struct pl_wire_tick_step step = {times(listing->coarse_above_ticks, listing->tick),
                                   times(listing->coarse_ticks, listing->tick)};
  definition.tick_steps = &step;
  definition.tick_step_count = listing->coarse_ticks > 0 ? 1 : 0;
  return pl_wire_deribit_instrument_v2(packet, &definition);
}

/* The limit `distance_u6` from the mark, rounded down to a tick. */
static double limit_price(const struct pl_flow_instrument *instrument, int64_t distance_u6) {
  const struct pl_flow_ratio tick = instrument->listing.tick;
  int64_t limit_u6 = instrument->mark_u6 + distance_u6;
  bool may_be_negative = instrument->listing.kind == PL_WIRE_FUTURE_COMBO;
  int64_t ticks = limit_u6 * tick.den / (tick.num * 1000000);
  return times(ticks < 1 && !may_be_negative ? 1 : ticks, tick);
}

static void fill_best(struct pl_wire_ticker *ticker, const struct pl_flow_instrument *instrument) {
  const struct pl_flow_listing *listing = &instrument->listing;
  const struct pl_flow_level *bid = pl_flow_book_best(&instrument->book, PL_FLOW_BID);
  const struct pl_flow_level *ask = pl_flow_book_best(&instrument->book, PL_FLOW_ASK);
  if (bid != NULL) {
    ticker->best_bid_price = times(bid->tick, listing->tick);
    ticker->best_bid_amount = times(bid->lots, listing->lot);
  }
  if (ask != NULL) {
    ticker->best_ask_price = times(ask->tick, listing->tick);
    ticker->best_ask_amount = times(ask->lots, listing->lot);
  }
}

bool pl_exchange_message_ticker(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                uint32_t index, uint64_t now_ns) {
  const struct pl_flow_instrument *instrument = &flow->instrument[index];
  const struct pl_flow_listing *listing = &instrument->listing;
  const double null = pl_wire_deribit_null();
  int64_t index_u6 = flow->asset[listing->underlying].index_u6;
  int64_t band_u6 =
      listing->kind == PL_WIRE_OPTION ? OPTION_BAND_U6 : index_u6 / 1000 * PRICE_BAND_PPM / 1000;
  struct pl_wire_ticker ticker = {
      .instrument_id = listing->id,
      .state = PL_WIRE_OPEN,
      .timestamp_ms = now_ns / 1000000,
      .open_interest = times(instrument->open_interest_lots, listing->lot),
      .min_sell_price = limit_price(instrument, -band_u6),
      .max_buy_price = limit_price(instrument, band_u6),
      .last_price = instrument->last_tick > 0 ? times(instrument->last_tick, listing->tick) : null,
      .index_price = index_of(flow, instrument),
      .mark_price = mark_of(flow, instrument),
      .current_funding = listing->is_perpetual ? (double)instrument->funding_ppb / 1e9 : null,
      .funding_8h = listing->is_perpetual ? (double)instrument->funding_8h_ppb / 1e9 : null,
      .estimated_delivery_price = index_of(flow, instrument),
      .delivery_price = null,
      .settlement_price = from_u6(instrument->settlement_u6),
  };
  fill_best(&ticker, instrument);
  return pl_wire_deribit_ticker(packet, &ticker);
}

bool pl_exchange_message_trades(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                uint32_t index, const struct pl_flow_update *update,
                                uint64_t now_ns) {
  const struct pl_flow_instrument *instrument = &flow->instrument[index];
  const struct pl_flow_listing *listing = &instrument->listing;
  bool is_option = listing->kind == PL_WIRE_OPTION;
  struct pl_wire_trade trades[PL_FLOW_PRINTS_MAX];
  for (uint32_t i = 0; i < update->print_count; i++) {
    const struct pl_flow_print *print = &update->print[i];
    trades[i] = (struct pl_wire_trade){
        .direction = print->direction,
        .price = times(print->tick, listing->tick),
        .amount = times(print->lots, listing->lot),
        .timestamp_ms = now_ns / 1000000,
        .mark_price = mark_of(flow, instrument),
        .index_price = index_of(flow, instrument),
        .trade_seq = print->seq,
        .trade_id = print->id,
        .tick_direction = print->tick_direction,
        .liquidation = print->liquidation,
        .iv = is_option ? (double)(instrument->iv_ppm / 100) / 1e2 : pl_wire_deribit_null(),
    };
  }
  const struct pl_wire_trades message = {listing->id, trades, (uint16_t)update->print_count};
  return pl_wire_deribit_trades(packet, &message);
}

bool pl_exchange_message_book(struct pl_wire_packet *packet, struct pl_flow *flow, uint32_t index,
                              const struct pl_exchange_slice *slice, uint64_t now_ns) {
  struct pl_flow_instrument *instrument = &flow->instrument[index];
  const struct pl_flow_listing *listing = &instrument->listing;
  struct pl_wire_level levels[PL_FLOW_CHANGES_MAX];
  for (uint32_t i = 0; i < slice->count; i++) {
    const struct pl_flow_change *change = &slice->changes->change[slice->first + i];
    levels[i] = (struct pl_wire_level){
        .side = (uint8_t)change->side,
        .change = change->kind,
        .price = times(change->tick, listing->tick),
        .amount = times(change->lots, listing->lot),
    };
  }
  struct pl_wire_book book = {
      .instrument_id = listing->id,
      .timestamp_ms = now_ns / 1000000,
      .prev_change_id = pl_flow_next_change(flow, index),
      .is_last = slice->is_last,
      .levels = levels,
      .level_count = (uint16_t)slice->count,
  };
  book.change_id = instrument->change_id;
  return pl_wire_deribit_book(packet, &book);
}

bool pl_exchange_message_snapshot(struct pl_wire_packet *packet, const struct pl_flow *flow,
                                  uint32_t index, struct pl_exchange_progress *progress,
                                  uint64_t now_ns) {
  const struct pl_flow_instrument *instrument = &flow->instrument[index];
  const struct pl_flow_listing *listing = &instrument->listing;
  uint32_t asks = instrument->book.side[PL_FLOW_ASK].count;
  uint32_t total = asks + instrument->book.side[PL_FLOW_BID].count;
  uint32_t first = progress->level;
  uint32_t count = total - first;
  if (count > PL_WIRE_SNAPSHOT_LEVELS) count = PL_WIRE_SNAPSHOT_LEVELS;
  struct pl_wire_level levels[PL_WIRE_SNAPSHOT_LEVELS];
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at = first + i;
    enum pl_flow_side side = at < asks ? PL_FLOW_ASK : PL_FLOW_BID;
    const struct pl_flow_ladder *ladder = &instrument->book.side[side];
    const struct pl_flow_level *level = &ladder->level[at < asks ? at : at - asks];
    levels[i] = (struct pl_wire_level){.side = (uint8_t)side,
                                       .price = times(level->tick, listing->tick),
                                       .amount = times(level->lots, listing->lot)};
  }
  const struct pl_wire_snapshot snapshot = {
      .instrument_id = listing->id,
      .timestamp_ms = now_ns / 1000000,
      .change_id = instrument->change_id,
      .is_book_complete = 1,
      .is_last_in_book = first + count == total,
      .levels = levels,
      .level_count = (uint16_t)count,
  };
  if (!pl_wire_deribit_snapshot(packet, &snapshot)) return false;
  progress->level = first + count;
  progress->is_done = progress->level == total;
  return true;
}
