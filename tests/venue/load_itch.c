/* A day as TotalView-ITCH over MoldUDP64: an operation is a message. */
#include "tests/venue/load_wires.h"
#include "tests/venue/wire_itch.h"

#include <stdlib.h>

#define DAY_NS  (UINT64_C(86400) * 1000000000)
#define ZONE_NS (UINT64_C(5) * 3600 * 1000000000) /* New York in winter */

struct wire {
  struct pl_wire_itch packet;
  uint64_t midnight_ns; /* where the exchange stands */
};

static void *open(const struct pl_day_config *config) {
  if (config->symbols > UINT16_MAX || config->start_ns < DAY_NS) return NULL;
  struct wire *wire = calloc(1, sizeof *wire);
  if (wire == NULL) return NULL;
  uint64_t local_ns = config->start_ns - ZONE_NS;
  wire->midnight_ns = local_ns - local_ns % DAY_NS + ZONE_NS;
  return wire;
}

static uint32_t stream(const struct pl_day_op *op) {
  (void)op;
  return 0;
}

static void begin(void *state, struct pl_load_packet *packet) {
  struct wire *wire = state;
  pl_wire_itch_begin(&wire->packet, packet->bytes, PL_LOAD_PAYLOAD_MAX, "PLIMSOLL01", packet->seq);
}

static bool put_add(struct pl_wire_itch *wire, const struct pl_wire_itch_head *head,
                    const char *stock, const struct pl_day_op *op) {
  return pl_wire_itch_add(
      wire,
      &(struct pl_wire_itch_add){.head = *head,
                                 .ref = op->ref,
                                 .side = op->side == PL_BID ? 'B' : 'S',
                                 .shares = op->qty,
                                 .stock = stock,
                                 .price = (uint32_t)op->price * 100, /* a tick is a cent */
                                 .attribution = op->kind == PL_DAY_ADD_ATTRIBUTED ? "PLIM" : NULL});
}

static bool put_execution(struct pl_wire_itch *wire, const struct pl_wire_itch_head *head,
                          const struct pl_day_op *op) {
  bool priced = op->kind == PL_DAY_EXECUTE_PRICE;
  return pl_wire_itch_execution(wire, &(struct pl_wire_itch_execution){
                                          .head = *head,
                                          .ref = op->ref,
                                          .shares = op->qty,
                                          .match = op->match_id,
                                          .printable = (char)(!priced         ? 0
                                                              : op->printable ? 'Y'
                                                                              : 'N'),
                                          .price = priced ? (uint32_t)op->other_price * 100 : 0});
}

static uint32_t put(void *state, struct pl_load_packet *packet, const struct pl_day_op *op,
                    bool *ret_skipped) {
  (void)packet, (void)ret_skipped;
  struct pl_wire_itch *wire = &((struct wire *)state)->packet;
  const struct pl_wire_itch_head head = {.locate = (uint16_t)(op->symbol + 1),
                                         .time_ns =
                                             op->time_ns - ((struct wire *)state)->midnight_ns};
  char stock[PL_DAY_NAME_BYTES];
  pl_day_symbol_name(op->symbol, stock);
  switch ((enum pl_day_kind)op->kind) {
  case PL_DAY_SYMBOL:
    return pl_wire_itch_directory(wire, &(struct pl_wire_itch_directory){.head = head,
                                                                         .stock = stock,
                                                                         .category = 'Q',
                                                                         .status = 'N',
                                                                         .authenticity = 'P',
                                                                         .round_lot = 100});
  case PL_DAY_STATUS:
    return pl_wire_itch_action(wire, &(struct pl_wire_itch_action){
                                         .head = head, .stock = stock, .state = 'T', .reason = ""});
  case PL_DAY_ADD:
  case PL_DAY_ADD_ATTRIBUTED: return put_add(wire, &head, stock, op);
  case PL_DAY_EXECUTE:
  case PL_DAY_EXECUTE_PRICE: return put_execution(wire, &head, op);
  case PL_DAY_REDUCE: return pl_wire_itch_cancel(wire, &head, op->ref, op->qty);
  case PL_DAY_DELETE: return pl_wire_itch_delete(wire, &head, op->ref);
  case PL_DAY_REPLACE:
    return pl_wire_itch_replace(
        wire, &(struct pl_wire_itch_replace){.head = head,
                                             .ref = op->ref,
                                             .new_ref = op->new_ref,
                                             .shares = op->qty_after,
                                             .price = (uint32_t)op->other_price * 100});
  case PL_DAY_TRADE:
    return pl_wire_itch_trade(wire, &(struct pl_wire_itch_trade){.head = head,
                                                                 .side = 'B',
                                                                 .shares = op->qty,
                                                                 .stock = stock,
                                                                 .price = (uint32_t)op->price * 100,
                                                                 .match = op->match_id});
  default: return 0;
  }
}

static size_t finish(void *state, struct pl_load_packet *packet) {
  (void)packet;
  return pl_wire_itch_finish(&((struct wire *)state)->packet);
}

const struct pl_load_wire pl_load_itch = {
    .name = "itch",
    .paths = {{0x0a320001, 0xe9360c6f, 43000, 26477}, {0}},
    .open = open,
    .close = free,
    .stream = stream,
    .begin = begin,
    .put = put,
    .finish = finish,
};
