/* A day as CME MDP 3.0 by order: an operation is an event. */
#include "tests/venue/load_wires.h"
#include "tests/venue/wire_cme.h"

#include <stdlib.h>

#define VERSION         13
#define TICK_E9         INT64_C(1000000000) /* on the wire; the display factor makes it a cent */
#define FACTOR_E9       10000000
#define STATE_OPEN      17
#define EXECUTION_BYTES 128u /* a trade and what is left of the order */

enum { UPDATES, DEFINITIONS };

struct wire {
  struct pl_wire_cme packet;
  uint32_t symbols;
  uint32_t numbers[]; /* [symbols], last report number */
};

static void *open(const struct pl_day_config *config) {
  struct wire *wire = calloc(1, sizeof *wire + config->symbols * sizeof wire->numbers[0]);
  if (wire != NULL) wire->symbols = config->symbols;
  return wire;
}

static uint32_t stream(const struct pl_day_op *op) {
  return op->kind == PL_DAY_SYMBOL ? DEFINITIONS : UPDATES;
}

static void begin(void *state, struct pl_load_packet *packet) {
  struct wire *wire = state;
  (void)pl_wire_cme_begin(&wire->packet, packet->bytes, PL_LOAD_PAYLOAD_MAX, VERSION,
                          (uint32_t)packet->seq, packet->time_ns);
}

static int32_t id_of(const struct pl_day_op *op) {
  return (int32_t)op->symbol + 1;
}

static bool put_symbol(struct wire *wire, const struct pl_day_op *op) {
  char name[PL_DAY_NAME_BYTES];
  pl_day_symbol_name(op->symbol, name);
  return pl_wire_cme_definition(&wire->packet, &(struct pl_wire_cme_definition){
                                                   .template_id = 54,
                                                   .event = PL_WIRE_CME_END,
                                                   .total = wire->symbols,
                                                   .action = 'A',
                                                   .state = STATE_OPEN,
                                                   .group = "PL",
                                                   .asset = "PL",
                                                   .symbol = name,
                                                   .id = id_of(op),
                                                   .tick_e9 = TICK_E9,
                                                   .factor_e9 = FACTOR_E9,
                                                   .size_e9 = INT64_C(1000000000),
                                                   .limit_high_e9 = PL_WIRE_CME_PRICE_NULL,
                                                   .limit_low_e9 = PL_WIRE_CME_PRICE_NULL,
                                                   .depth = 10,
                                               });
}

static struct pl_wire_cme_order entry(const struct pl_day_op *op, uint8_t action, uint64_t ref,
                                      int64_t price, uint32_t qty) {
  return (struct pl_wire_cme_order){.id = id_of(op),
                                    .order_id = ref,
                                    .priority = ref,
                                    .type = op->side == PL_BID ? '0' : '1',
                                    .action = action,
                                    .price_e9 = price * TICK_E9,
                                    .qty = qty};
}

static bool put_orders(struct wire *wire, const struct pl_day_op *op,
                       const struct pl_wire_cme_order *orders, uint8_t count) {
  return pl_wire_cme_orders(
      &wire->packet, &(struct pl_wire_cme_orders){op->time_ns, PL_WIRE_CME_END, orders, count});
}

/* What is left of an order. */
static bool put_rest(struct wire *wire, const struct pl_day_op *op) {
  bool gone = op->qty_after == 0;
  struct pl_wire_cme_order order = entry(op, gone ? PL_WIRE_CME_DELETE : PL_WIRE_CME_CHANGE,
                                         op->ref, op->price, gone ? op->qty : op->qty_after);
  return put_orders(wire, op, &order, 1);
}

/* A replaced order is another one: one goes and one comes. */
static bool put_replace(struct wire *wire, const struct pl_day_op *op) {
  const struct pl_wire_cme_order orders[] = {
      entry(op, PL_WIRE_CME_DELETE, op->ref, op->price, op->qty_before),
      entry(op, PL_WIRE_CME_NEW, op->new_ref, op->other_price, op->qty)};
  return put_orders(wire, op, orders, 2);
}

static bool put_trade(struct wire *wire, const struct pl_day_op *op, uint8_t event) {
  const struct pl_wire_cme_trade trade = {
      .id = id_of(op),
      .number = wire->numbers[op->symbol] + 1,
      .trade_id = (uint32_t)op->match_id,
      .aggressor = op->side == PL_BID ? 2 : 1,
      .price_e9 = (op->kind == PL_DAY_EXECUTE_PRICE ? op->other_price : op->price) * TICK_E9,
      .qty = op->qty};
  if (!pl_wire_cme_trades(&wire->packet, &(struct pl_wire_cme_trades){.time_ns = op->time_ns,
                                                                      .event = event,
                                                                      .trades = &trade,
                                                                      .trade_count = 1}))
    return false;
  wire->numbers[op->symbol]++;
  return true;
}

static uint32_t put(void *state, struct pl_load_packet *packet, const struct pl_day_op *op,
                    bool *ret_skipped) {
  (void)packet, (void)ret_skipped;
  struct wire *wire = state;
  struct pl_wire_cme_order added = entry(op, PL_WIRE_CME_NEW, op->ref, op->price, op->qty);
  switch ((enum pl_day_kind)op->kind) {
  case PL_DAY_SYMBOL: return put_symbol(wire, op);
  case PL_DAY_STATUS:
    return pl_wire_cme_status(&wire->packet,
                              &(struct pl_wire_cme_status){op->time_ns, "PL", "PL", id_of(op),
                                                           PL_WIRE_CME_END, STATE_OPEN});
  case PL_DAY_ADD:
  case PL_DAY_ADD_ATTRIBUTED: return put_orders(wire, op, &added, 1);
  case PL_DAY_EXECUTE:
  case PL_DAY_EXECUTE_PRICE:
    if (wire->packet.size + EXECUTION_BYTES > wire->packet.capacity) return 0;
    return (uint32_t)put_trade(wire, op, 0) + put_rest(wire, op);
  case PL_DAY_REDUCE:
  case PL_DAY_DELETE: return put_rest(wire, op);
  case PL_DAY_REPLACE: return put_replace(wire, op);
  case PL_DAY_TRADE: return put_trade(wire, op, PL_WIRE_CME_END);
  default: return 0;
  }
}

static size_t finish(void *state, struct pl_load_packet *packet) {
  (void)packet;
  return ((struct wire *)state)->packet.size;
}

const struct pl_load_wire pl_load_cme = {
    .name = "cme",
    .counts_packets = true,
    .paths = {[UPDATES] = {0x0a320001, 0xe0001f01, 43000, 14310},
              [DEFINITIONS] = {0x0a320001, 0xe0001f2b, 43000, 14310}},
    .open = open,
    .close = free,
    .stream = stream,
    .begin = begin,
    .put = put,
    .finish = finish,
};
