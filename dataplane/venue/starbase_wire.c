#include "dataplane/venue/starbase_wire.h"

#include "engine/base/fixed.h"

#define INSTRUMENT_BYTES 260
#define TICK_BYTES       16
#define LEG_BYTES        9
#define TYPE_MAX         5 /* perpetual, option, spot, future combo, option combo, dated future */
#define STATUS_MAX       5 /* open, inactive, settlement, delivered, locked, halted */
#define TEMPLATES        203

static int64_t integer(const uint8_t *at) {
  return (int64_t)pl_bytes_le64(at);
}

static bool price_is_good(const uint8_t *at) {
  return integer(at) >= -PL_PRICE_E9_MAX && integer(at) <= PL_PRICE_E9_MAX;
}

static bool price_is_good_or_null(const uint8_t *at) {
  return price_is_good(at) || integer(at) == PL_STARBASE_NULL;
}

static bool is_nan(uint64_t bits) {
  return (bits & (UINT64_MAX >> 1)) > UINT64_C(0x7ff0000000000000);
}

#define RATE_LIMIT_BITS UINT64_C(0x4197d78400000000) /* 1e8, as PL_PRICE_E9_MAX */
#define QTY_LIMIT_BITS  UINT64_C(0x4202a05f20000000) /* 1e10, as PL_QTY_E8_MAX */

/* A double's magnitude can be compared by its bits; infinity lies above every limit. */
static bool rate_is_good_or_null(const uint8_t *at) {
  uint64_t bits = pl_bytes_le64(at);
  return is_nan(bits) || (bits & (UINT64_MAX >> 1)) <= RATE_LIMIT_BITS;
}

static bool interest_is_good_or_null(const uint8_t *at) {
  uint64_t bits = pl_bytes_le64(at);
  return is_nan(bits) || bits <= QTY_LIMIT_BITS || bits == UINT64_C(1) << 63; /* or -0.0 */
}

enum pl_status pl_starbase_groups(const struct pl_starbase_message *message,
                                  struct pl_starbase_group *ret_ticks,
                                  struct pl_starbase_group *ret_legs) {
  struct pl_starbase_group groups[2];
  static const uint16_t least_bytes[2] = {TICK_BYTES, LEG_BYTES};
  uint32_t end = INSTRUMENT_BYTES;
  for (uint32_t i = 0; i < 2; i++) {
    if (end + PL_STARBASE_GROUP_BYTES > message->body_bytes) return PL_E_BLOCK;
    const uint8_t *dimension = message->body + end;
    groups[i].entry_bytes = pl_bytes_le16(dimension);
    groups[i].count = pl_bytes_le16(dimension + 2);
    groups[i].entries = dimension + PL_STARBASE_GROUP_BYTES;
    end += PL_STARBASE_GROUP_BYTES;
    uint32_t bytes = (uint32_t)groups[i].entry_bytes * groups[i].count;
    if (groups[i].count != 0 && groups[i].entry_bytes < least_bytes[i]) return PL_E_BLOCK;
    if (bytes > message->body_bytes - end) return PL_E_BLOCK;
    end += bytes;
  }
  if (message->body_bytes - end >= PL_STARBASE_ALIGN_BYTES) return PL_E_BLOCK;
  *ret_ticks = groups[0];
  *ret_legs = groups[1];
  return PL_OK;
}

static enum pl_status judge_instrument(const struct pl_starbase_message *m) {
  struct pl_starbase_group ticks, legs;
  enum pl_status status = pl_starbase_groups(m, &ticks, &legs);
  if (status != PL_OK) return status;
  const uint8_t *body = m->body;
  int8_t exponent = (int8_t)body[256];
  if (exponent < PL_STARBASE_EXPONENT_MIN || exponent > PL_STARBASE_EXPONENT_MAX) return PL_E_VALUE;
  if (body[257] > TYPE_MAX || body[259] > STATUS_MAX) return PL_E_VALUE;
  int64_t expiry_ns = integer(body + 224);
  if (expiry_ns < 0 && expiry_ns != PL_STARBASE_NULL) return PL_E_VALUE;
  if (!price_is_good_or_null(body + 232) || !price_is_good(body + 248)) return PL_E_VALUE;
  if (integer(body + 248) < 0) return PL_E_VALUE;
  for (uint32_t i = 0; i < ticks.count; i++) {
    const uint8_t *tick = ticks.entries + (size_t)i * ticks.entry_bytes;
    if (!price_is_good(tick) || integer(tick) < 0 || !price_is_good(tick + 8)) return PL_E_VALUE;
  }
  return PL_OK;
}

/* Whether the fields of a template that is not an order's or a fill's may be taken. */
static bool fields_are_good(const struct pl_starbase_message *m) {
  const uint8_t *body = m->body;
  switch (m->template_id) {
  case PL_STARBASE_TRADE_SUMMARY:
    return price_is_good_or_null(body + 32) && price_is_good_or_null(body + 40);
  case PL_STARBASE_INDEX: return price_is_good_or_null(body + 8);
  case PL_STARBASE_INFO:
    return price_is_good_or_null(body + 24) &&
           (m->body_bytes == PL_STARBASE_INFO_BYTES || price_is_good_or_null(body + 32));
  case PL_STARBASE_REF:
    return rate_is_good_or_null(body + 8) && rate_is_good_or_null(body + 16) &&
           (m->body_bytes == PL_STARBASE_REF_OLD_BYTES || interest_is_good_or_null(body + 48));
  case PL_STARBASE_STATUS: return body[8] <= STATUS_MAX;
  case PL_STARBASE_SNAPSHOT_HEADER:
  case PL_STARBASE_SNAPSHOT_TRAILER: return integer(body + 16) >= 0;
  default: return true;
  }
}

enum check { CHECK_FLOW, CHECK_FIELDS, CHECK_INSTRUMENT };

/* Body lengths with their padding, and the events they make. A template that has one length has it
 * twice here; a row of zeros is no template. Orders and fills come in no order that could be
 * foreseen, so their fields are checked without a branch on the template: a field that one does not
 * have is read at 0 and let through. */
static const struct shape {
  uint8_t known, body_bytes, other_bytes, events, check;
  uint8_t qty_at, price_at, sort_at;
  int64_t qty_least;     /* INT64_MIN: no quantity; otherwise up to PL_QTY_E8_MAX */
  uint64_t qty_range;    /* largest quantity above qty_least */
  uint64_t price_range;  /* largest price above -PL_PRICE_E9_MAX; UINT64_MAX: no price */
  uint64_t sort_forbids; /* bits that a sort order id may not have */
} shapes[TEMPLATES] = {
#define ANY       INT64_MIN, UINT64_MAX
#define FROM_0    0, (uint64_t)PL_QTY_E8_MAX
#define FROM_1    1, (uint64_t)PL_QTY_E8_MAX - 1
#define ANY_PRICE UINT64_MAX
#define PRICE     2 * (uint64_t)PL_PRICE_E9_MAX
#define SIGN      UINT64_C(1) << 63
#define FIELDS    CHECK_FIELDS, 0, 0, 0, ANY, ANY_PRICE, 0
#define NO_FIELDS CHECK_FLOW, 0, 0, 0, ANY, ANY_PRICE, 0
#define PUT                                                                                        \
  { 1, 40, 40, 2, CHECK_FLOW, 16, 24, 32, FROM_1, PRICE, SIGN }
#define REDUCED                                                                                    \
  { 1, 24, 24, 2, CHECK_FLOW, 16, 0, 0, FROM_0, ANY_PRICE, 0 }
#define DELETE                                                                                     \
  { 1, 16, 16, 2, NO_FIELDS }
    [PL_STARBASE_INSTRUMENT] = {1, 0, 0, 5, CHECK_INSTRUMENT, 0, 0, 0, ANY, ANY_PRICE, 0},
    [PL_STARBASE_INDEX_DEFINITION] = {1, 136, 136, 0, NO_FIELDS},
    [PL_STARBASE_INDEX] = {1, 16, 16, 0, FIELDS},
    [PL_STARBASE_INFO] = {1, PL_STARBASE_INFO_BYTES, PL_STARBASE_INFO_OLD_BYTES, 2, FIELDS},
    [PL_STARBASE_REF] = {1, PL_STARBASE_REF_BYTES, PL_STARBASE_REF_OLD_BYTES, 2, FIELDS},
    [PL_STARBASE_STATUS] = {1, 16, 16, 1, FIELDS},
    [PL_STARBASE_BID_PUT] = PUT,
    [PL_STARBASE_ASK_PUT] = PUT,
    [PL_STARBASE_BID_REDUCED] = REDUCED,
    [PL_STARBASE_ASK_REDUCED] = REDUCED,
    [PL_STARBASE_BID_DELETE] = DELETE,
    [PL_STARBASE_ASK_DELETE] = DELETE,
    [PL_STARBASE_TRADE_SUMMARY] = {1, 56, 56, 2, FIELDS},
    [PL_STARBASE_TRADE] = {1, 48, 48, 1, CHECK_FLOW, 24, 32, 0, FROM_1, PRICE, 0},
    [PL_STARBASE_BLOCK_TRADE] = {1, 80, 80, 1, CHECK_FLOW, 32, 40, 0, FROM_1, PRICE, 0},
    [PL_STARBASE_SNAPSHOT_HEADER] = {1, 24, 24, 1, FIELDS},
    [PL_STARBASE_SNAPSHOT_TRAILER] = {1, 24, 24, 2, FIELDS},
    [PL_STARBASE_END_OF_CYCLE] = {1, 8, 8, 1, NO_FIELDS},
    [PL_STARBASE_RETRANSMIT_REQUEST] = {1, 16, 16, 0, NO_FIELDS},
    [PL_STARBASE_RETRANSMIT_REJECT] = {1, 56, 56, 0, NO_FIELDS},
};

static bool flow_is_good(const uint8_t *body, const struct shape *shape) {
  uint64_t qty = pl_bytes_le64(body + shape->qty_at) - (uint64_t)shape->qty_least;
  uint64_t price = pl_bytes_le64(body + shape->price_at) + (uint64_t)PL_PRICE_E9_MAX;
  uint64_t sort = pl_bytes_le64(body + shape->sort_at) & shape->sort_forbids;
  return (qty <= shape->qty_range) & (price <= shape->price_range) & (sort == 0);
}

static inline enum pl_status judge_message(const struct pl_starbase_message *message,
                                           uint32_t *events_max) {
  if (message->version != PL_STARBASE_VERSION) return PL_E_SCHEMA;
  if (message->exch_ns > INT64_MAX) return PL_E_VALUE;
  if (message->template_id >= TEMPLATES || !shapes[message->template_id].known) return PL_OK;
  const struct shape *shape = &shapes[message->template_id];
  if (shape->check == CHECK_INSTRUMENT) {
    enum pl_status status = judge_instrument(message);
    if (status != PL_OK) return status;
  } else if (message->body_bytes != shape->body_bytes &&
             message->body_bytes != shape->other_bytes) {
    return PL_E_BLOCK;
  } else if (shape->check == CHECK_FIELDS ? !fields_are_good(message)
                                          : !flow_is_good(message->body, shape)) {
    return PL_E_VALUE;
  }
  *events_max += shape->events;
  return PL_OK;
}

enum pl_status pl_starbase_judge(const uint8_t *packet, size_t size_bytes, uint32_t count,
                                 uint32_t *ret_events_max) {
  uint32_t events_max = 0;
  size_t at = PL_STARBASE_PACKET_BYTES;
  for (uint32_t i = 0; i < count; i++) {
    struct pl_starbase_message message;
    enum pl_status status = pl_starbase_next(packet, size_bytes, &at, &message);
    if (status == PL_OK) status = judge_message(&message, &events_max);
    if (status != PL_OK) return status;
  }
  if (at != size_bytes) return PL_E_TRAILING;
  *ret_events_max = events_max;
  return PL_OK;
}
