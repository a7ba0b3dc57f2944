/* A day as Deribit Starbase: puts, reductions, deletes and trades, a transaction an operation. */
#include "tests/venue/load_wires.h"
#include "tests/venue/wire_starbase.h"

#include <stdlib.h>

#define CHANNEL_ID   310
#define TICK_E9      INT64_C(10000000) /* a cent */
#define EXPONENT     0
#define OP_BYTES_MAX 640u /* a definition is the longest message, an execution three short ones */

static void *open(const struct pl_day_config *config) {
  (void)config;
  return calloc(1, sizeof(struct pl_star_packet));
}

static uint32_t stream(const struct pl_day_op *op) {
  (void)op;
  return 0;
}

static void begin(void *state, struct pl_load_packet *packet) {
  bool snapshot = packet->stream == PL_LOAD_SNAPSHOTS;
  const struct pl_star_head head = {(int64_t)packet->time_ns, (int64_t)packet->seq, CHANNEL_ID,
                                    snapshot ? PL_STAR_SNAPSHOT : PL_STAR_INCREMENTAL};
  pl_wire_starbase_begin(state, packet->bytes, PL_LOAD_PAYLOAD_MAX, &head);
}

static uint32_t put_put(struct pl_star_packet *wire, const struct pl_star_mark *mark,
                        const struct pl_day_op *op, bool replaces) {
  const struct pl_star_put put = {
      .order_id = (int64_t)(replaces ? op->new_ref : op->ref),
      .instrument_id = op->symbol + 1,
      .quantity = op->qty,
      .price_e9 = (replaces ? op->other_price : op->price) * TICK_E9,
      .sort_order_id = (int64_t)(replaces ? op->new_ref : op->ref),
      .side = op->side == PL_BID ? PL_STAR_BID : PL_STAR_ASK,
  };
  return pl_wire_starbase_put(wire, mark, &put);
}

/* What is left of an order, at the end of its transaction. */
static uint32_t put_rest(struct pl_star_packet *wire, const struct pl_star_mark *mark,
                         const struct pl_day_op *op) {
  enum pl_star_side side = op->side == PL_BID ? PL_STAR_BID : PL_STAR_ASK;
  int64_t order = (int64_t)op->ref, instrument = op->symbol + 1;
  return op->qty_after == 0
             ? pl_wire_starbase_delete(wire, mark, side, order, instrument)
             : pl_wire_starbase_reduced(wire, mark, side, order, instrument, op->qty_after);
}

static uint32_t put_execution(struct pl_star_packet *wire, uint64_t time_ns,
                              const struct pl_day_op *op) {
  int64_t at = op->kind == PL_DAY_EXECUTE_PRICE ? op->other_price : op->price;
  uint32_t taker_sells = op->side == PL_BID;
  const struct pl_star_mark start = {PL_STAR_START, (int64_t)time_ns},
                            inside = {PL_STAR_INSIDE, (int64_t)time_ns},
                            end = {PL_STAR_END, (int64_t)time_ns};
  uint32_t messages = pl_wire_starbase_summary(
      wire, &start,
      &(struct pl_star_summary){.instrument_id = op->symbol + 1,
                                .taker_order_id = (int64_t)(op->match_id | UINT64_C(1) << 40),
                                .filled = op->qty,
                                .deepest_e9 = at * TICK_E9,
                                .mark_e9 = at * TICK_E9,
                                .index_e9 = at * TICK_E9,
                                .trade_count = 1,
                                .taker_flags = taker_sells});
  messages += pl_wire_starbase_trade(wire, &inside,
                                     &(struct pl_star_trade){.match_id = (int64_t)op->match_id,
                                                             .instrument_id = op->symbol + 1,
                                                             .maker_order_id = (int64_t)op->ref,
                                                             .quantity = op->qty,
                                                             .price_e9 = at * TICK_E9,
                                                             .maker_flags = !taker_sells});
  return messages + put_rest(wire, &end, op);
}

static uint32_t put_symbol(struct pl_star_packet *wire, const struct pl_star_mark *mark,
                           uint32_t symbol) {
  char name[PL_DAY_NAME_BYTES];
  pl_day_symbol_name(symbol, name);
  return pl_wire_starbase_instrument(wire, mark,
                                     &(struct pl_star_instrument){.instrument_id = symbol + 1,
                                                                  .name = name,
                                                                  .index_id = 1,
                                                                  .underlying = "BTC",
                                                                  .quantity_asset = "BTC",
                                                                  .price_asset = "USDC",
                                                                  .expiry_ns = PL_STAR_NULL,
                                                                  .strike_e9 = PL_STAR_NULL,
                                                                  .min_quantity = 1,
                                                                  .tick_e9 = TICK_E9,
                                                                  .exponent = EXPONENT,
                                                                  .flags = 4});
}

static uint32_t put(void *state, struct pl_load_packet *packet, const struct pl_day_op *op,
                    bool *ret_skipped) {
  (void)packet;
  struct pl_star_packet *wire = state;
  const struct pl_star_mark mark = {PL_STAR_WHOLE, (int64_t)op->time_ns},
                            start = {PL_STAR_START, (int64_t)op->time_ns},
                            end = {PL_STAR_END, (int64_t)op->time_ns};
  enum pl_star_side side = op->side == PL_BID ? PL_STAR_BID : PL_STAR_ASK;
  if (wire->size + OP_BYTES_MAX > wire->capacity) return 0;
  switch ((enum pl_day_kind)op->kind) {
  case PL_DAY_SYMBOL: return put_symbol(wire, &mark, op->symbol);
  case PL_DAY_STATUS: return pl_wire_starbase_status(wire, &mark, op->symbol + 1, 0);
  case PL_DAY_ADD:
  case PL_DAY_ADD_ATTRIBUTED: return put_put(wire, &mark, op, false);
  case PL_DAY_EXECUTE:
  case PL_DAY_EXECUTE_PRICE: return put_execution(wire, op->time_ns, op);
  case PL_DAY_REDUCE:
  case PL_DAY_DELETE: return put_rest(wire, &mark, op);
  case PL_DAY_REPLACE: /* a new order in the place of the old one */
    return (uint32_t)pl_wire_starbase_delete(wire, &start, side, (int64_t)op->ref, op->symbol + 1) +
           put_put(wire, &end, op, true);
  default: *ret_skipped = true; return 0; /* liquidity that is not displayed is not told */
  }
}

static size_t finish(void *state, struct pl_load_packet *packet) {
  (void)packet;
  return pl_wire_starbase_finish(state);
}

/* Parts of a snapshot: header and definition, the orders, trailer. */
static uint32_t put_part(struct pl_star_packet *wire, const struct pl_star_mark *mark,
                         const struct pl_load_book *book, uint32_t part) {
  int64_t id = book->symbol + 1, time_ns = (int64_t)book->time_ns;
  int64_t anchor = (int64_t)book->anchor_seq;
  if (part == 0) {
    if (!pl_wire_starbase_header(wire, mark, id, time_ns, anchor)) return 0;
    return 1 + put_symbol(wire, mark, book->symbol);
  }
  if (part > book->count) return pl_wire_starbase_trailer(wire, mark, id, time_ns, anchor);
  const struct pl_day_resting *order = &book->orders[part - 1];
  return pl_wire_starbase_put(
      wire, mark,
      &(struct pl_star_put){.order_id = (int64_t)order->ref,
                            .instrument_id = id,
                            .quantity = order->qty,
                            .price_e9 = order->price * TICK_E9,
                            .sort_order_id = (int64_t)order->ref,
                            .side = order->side == PL_BID ? PL_STAR_BID : PL_STAR_ASK});
}

static bool put_snapshot(void *state, struct pl_load_packet *packet,
                         const struct pl_load_book *book, uint32_t *part) {
  const struct pl_star_mark mark = {PL_STAR_WHOLE, (int64_t)book->time_ns};
  for (; *part < book->count + 2; ++*part) {
    uint32_t messages = put_part(state, &mark, book, *part);
    if (messages == 0) return false;
    packet->messages += messages;
  }
  return true;
}

static void put_cycle_end(void *state, struct pl_load_packet *packet, uint32_t symbols) {
  const struct pl_star_mark mark = {PL_STAR_WHOLE, (int64_t)packet->time_ns};
  packet->messages += pl_wire_starbase_end_of_cycle(state, &mark, (int32_t)symbols);
}

const struct pl_load_wire pl_load_starbase = {
    .name = "starbase",
    .paths = {{0x0a320001, 0xef6f6f64, 43000, 6300},
              [PL_LOAD_SNAPSHOTS] = {0x0a320001, 0xef6f6f65, 43000, 6301}},
    .open = open,
    .close = free,
    .stream = stream,
    .begin = begin,
    .put = put,
    .finish = finish,
    .put_snapshot = put_snapshot,
    .put_cycle_end = put_cycle_end,
};
