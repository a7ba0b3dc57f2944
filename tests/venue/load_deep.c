/* A day as IEX DEEP: the levels that the orders add up to, and the trades. */
#include "tests/venue/day_levels.h"
#include "tests/venue/load_wires.h"
#include "tests/venue/wire_deep.h"

#include <stdlib.h>

#define CHANNEL_ID    1
#define SESSION       0x50000001u
#define FLAG_COMPLETE 1 /* the transition is complete with this message */
#define OP_BYTES_MAX  (3 * (PL_WIRE_DEEP_LENGTH + 38u))

struct wire {
  struct pl_wire_deep packet;
  struct pl_day_levels *levels;
  uint64_t stream_offset;
};

static void close(void *state) {
  struct wire *wire = state;
  pl_day_levels_close(wire->levels);
  free(wire);
}

static void *open(const struct pl_day_config *config) {
  struct wire *wire = calloc(1, sizeof *wire);
  if (wire == NULL) return NULL;
  wire->levels = pl_day_levels_open(config);
  if (wire->levels != NULL) return wire;
  free(wire);
  return NULL;
}

static uint32_t stream(const struct pl_day_op *op) {
  (void)op;
  return 0;
}

static void begin(void *state, struct pl_load_packet *packet) {
  struct wire *wire = state;
  const struct pl_wire_deep_head head = {CHANNEL_ID, SESSION, wire->stream_offset, packet->seq,
                                         packet->time_ns};
  pl_wire_deep_begin(&wire->packet, packet->bytes, PL_LOAD_PAYLOAD_MAX, &head);
}

static uint32_t put_levels(struct wire *wire, const struct pl_wire_deep_about *about,
                           const struct pl_day_op *op) {
  struct pl_day_level changes[PL_DAY_LEVEL_CHANGES_MAX];
  uint32_t count = pl_day_levels_apply(wire->levels, op, changes);
  for (uint32_t i = 0; i < count; i++) {
    struct pl_wire_deep_level level = {*about, changes[i].qty, changes[i].price * 100};
    level.about.code = i == count - 1 ? FLAG_COMPLETE : 0;
    (void)pl_wire_deep_level(&wire->packet, changes[i].side == PL_BID ? 'B' : 'S', &level);
  }
  return count;
}

static uint32_t put(void *state, struct pl_load_packet *packet, const struct pl_day_op *op,
                    bool *ret_skipped) {
  (void)packet;
  struct wire *wire = state;
  char symbol[PL_DAY_NAME_BYTES];
  pl_day_symbol_name(op->symbol, symbol);
  struct pl_wire_deep_about about = {0, op->time_ns, symbol};
  /* the levels move once: whether it fits must be known before */
  if (wire->packet.size + OP_BYTES_MAX > wire->packet.capacity) return 0;
  uint32_t messages = 0;
  if (op->kind == PL_DAY_SYMBOL)
    return pl_wire_deep_directory(&wire->packet, &about, 100, op->price * 100, 1);
  if (op->kind == PL_DAY_STATUS) {
    about.code = 'T';
    return pl_wire_deep_status(&wire->packet, &about, "");
  }
  if (op->kind == PL_DAY_EXECUTE || op->kind == PL_DAY_EXECUTE_PRICE || op->kind == PL_DAY_TRADE) {
    int64_t price = op->kind == PL_DAY_EXECUTE_PRICE ? op->other_price : op->price;
    messages += pl_wire_deep_trade(
        &wire->packet, &(struct pl_wire_deep_trade){about, op->qty, price * 100, op->match_id});
  }
  messages += put_levels(wire, &about, op);
  *ret_skipped = messages == 0;
  return messages;
}

static size_t finish(void *state, struct pl_load_packet *packet) {
  (void)packet;
  struct wire *wire = state;
  size_t size = pl_wire_deep_finish(&wire->packet);
  wire->stream_offset += size - PL_WIRE_DEEP_HEAD;
  return size;
}

const struct pl_load_wire pl_load_deep = {
    .name = "deep",
    .paths = {{0x0a320001, 0xe9d71504, 43000, 10378}, {0}},
    .open = open,
    .close = close,
    .stream = stream,
    .begin = begin,
    .put = put,
    .finish = finish,
};
