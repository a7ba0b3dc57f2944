#include "dataplane/venue/deep.h"

#include "dataplane/venue/deep_wire.h"
#include "dataplane/venue/writer.h"
#include "engine/base/fixed.h"

/* What an instrument's entry keeps as state: the trading status code, 0 until told, and this. */
#define STATE_HALTED (1u << 9)
_Static_assert((PL_DIRECTORY_STATE_UNKNOWN & (STATE_HALTED | UINT8_MAX)) == 0,
               "an untold state has neither a code nor a halt");

#define STATUS_TRADING 'T'
#define HALT_NONE      'N'
#define FIRST_SEQ_MAX  (UINT64_MAX / 4) /* signed on the wire; far from where counting wraps */

struct decoder {
  struct pl_directory *directory;
  struct pl_venue_counters counters;
};

static size_t footprint(void) {
  return pl_arena_round(sizeof(struct decoder));
}

static void *create(struct pl_arena *arena, struct pl_directory *directory) {
  struct decoder *decoder = pl_arena_take(arena, sizeof *decoder);
  decoder->directory = directory;
  return decoder;
}

static const struct pl_venue_counters *counters(const void *decoder) {
  return &((const struct decoder *)decoder)->counters;
}

static enum pl_status head(const struct pl_packet *packet, struct pl_venue_head *ret_head) {
  const uint8_t *data = packet->data;
  if (packet->size_bytes < PL_DEEP_HEAD_BYTES) return PL_E_PACKET_HEADER;
  uint32_t channel_id = pl_bytes_le32(data + 4);
  uint64_t seq = pl_bytes_le64(data + 24);
  if (data[0] != PL_DEEP_VERSION || pl_bytes_le16(data + 2) != PL_DEEP_PROTOCOL_ID ||
      channel_id >= PL_CHANNEL_IDS || seq > FIRST_SEQ_MAX)
    return PL_E_PACKET_HEADER;
  size_t packet_bytes = PL_DEEP_HEAD_BYTES + (size_t)pl_bytes_le16(data + 12);
  if (packet_bytes > packet->size_bytes) return PL_E_TRUNCATED;
  if (packet_bytes < packet->size_bytes) return PL_E_TRAILING;
  *ret_head = (struct pl_venue_head){
      .channel_id = channel_id,
      .home_channel_id = channel_id,
      .session = pl_bytes_le32(data + 8),
      .seq = seq,
      .seq_count = pl_bytes_le16(data + 14),
  };
  return PL_OK;
}

static enum pl_status judge(const struct pl_packet *packet, struct pl_venue_verdict *ret_verdict) {
  _Static_assert(PL_FRAME_MESSAGES_MAX * PL_DEEP_MESSAGE_EVENTS_MAX <= PL_FRAME_EVENTS_MAX,
                 "so many messages never make too many events");
  struct pl_venue_verdict verdict = {.messages = pl_bytes_le16(packet->data + 14)};
  if (verdict.messages > PL_FRAME_MESSAGES_MAX) return PL_E_TOO_MANY;
  size_t at = PL_DEEP_HEAD_BYTES;
  for (uint32_t i = 0; i < verdict.messages; i++) {
    struct pl_deep_message message;
    uint32_t events;
    enum pl_status status = pl_deep_next(packet->data, packet->size_bytes, &at, &message);
    if (status == PL_OK) status = pl_deep_judge(&message, &events);
    if (status != PL_OK) return status;
    verdict.events_max += events;
  }
  if (at != packet->size_bytes) return PL_E_TRAILING;
  *ret_verdict = verdict;
  return PL_OK;
}

static struct pl_event *put(struct pl_writer *writer, enum pl_event_type type, uint32_t instrument,
                            const uint8_t *data) {
  return pl_writer_put(writer, type, instrument, pl_bytes_le64(data + PL_DEEP_AT_TIME));
}

/* The instrument that a message is about; index PL_INSTRUMENT_NONE when there is no room for it. */
struct subject {
  uint32_t index;
  struct pl_instrument *entry;
};

static void put_instrument(struct pl_writer *writer, struct subject subject, const uint8_t *data) {
  struct pl_instrument *entry = subject.entry;
  const uint8_t *symbol = data + PL_DEEP_AT_SYMBOL;
  uint32_t size_bytes = PL_DEEP_SYMBOL_BYTES;
  while (size_bytes > 1 && symbol[size_bytes - 1] == ' ') size_bytes--;
  (void)pl_directory_define(entry, symbol, size_bytes);
  entry->kind = PL_KIND_SPOT;
  entry->tick_e9 = PL_DEEP_E9_PER_PRICE;
  entry->contract_size_e8 = PL_E8;
  struct pl_event *event = put(writer, PL_EV_INSTRUMENT, subject.index, data);
  event->price_e9 = entry->tick_e9;
  event->qty_e8 = entry->contract_size_e8;
  event->order_id = entry->name_hash;
  event->side = entry->kind;
}

/* Most symbols are never listed by a directory message: the symbol itself makes an instrument. */
static struct subject find(struct pl_writer *writer, const uint8_t *data) {
  struct subject subject = {pl_writer_instrument(writer, pl_bytes_le64(data + PL_DEEP_AT_SYMBOL)),
                            NULL};
  if (subject.index == PL_INSTRUMENT_NONE) return subject;
  subject.entry = pl_directory_entry(writer->directory, subject.index);
  bool is_listing = data[0] == PL_DEEP_DIRECTORY;
  if (is_listing || subject.entry->kind == PL_KIND_UNKNOWN) put_instrument(writer, subject, data);
  return subject;
}

static void write_level(struct pl_writer *writer, struct subject subject, const uint8_t *data) {
  if (!subject.entry->begun)
    pl_writer_begin_book(writer, subject.index, pl_bytes_le64(data + PL_DEEP_AT_TIME));
  struct pl_event *event = put(writer, PL_EV_LEVEL_SET, subject.index, data);
  event->price_e9 = (int64_t)pl_bytes_le64(data + PL_DEEP_AT_PRICE) * PL_DEEP_E9_PER_PRICE;
  event->qty_e8 = pl_bytes_le32(data + PL_DEEP_AT_SIZE) * PL_E8;
  event->side = data[0] == PL_DEEP_LEVEL_BUY ? PL_BID : PL_ASK;
  event->flags = PL_EVF_MESSAGE_END;
  subject.entry->mid_event = (data[PL_DEEP_AT_FLAGS] & PL_DEEP_LEVEL_IS_LAST) == 0;
}

static void write_trade(struct pl_writer *writer, struct subject subject, const uint8_t *data) {
  struct pl_event *event = put(writer, PL_EV_TRADE, subject.index, data);
  event->price_e9 = (int64_t)pl_bytes_le64(data + PL_DEEP_AT_PRICE) * PL_DEEP_E9_PER_PRICE;
  event->qty_e8 = pl_bytes_le32(data + PL_DEEP_AT_SIZE) * PL_E8;
  event->order_id = pl_bytes_le64(data + PL_DEEP_AT_TRADE_ID);
}

/* Two messages say together whether an instrument trades: its status on all markets, and a halt of
 * this one. A code that is not known is taken for the worse. */
static void write_status(struct pl_writer *writer, struct subject subject, const uint8_t *data) {
  uint32_t state = subject.entry->state, code = data[PL_DEEP_AT_FLAGS];
  if (data[0] == PL_DEEP_TRADING_STATUS)
    state = (state & STATE_HALTED) | code;
  else
    state = code == HALT_NONE ? state & ~STATE_HALTED : state | STATE_HALTED;
  if (state == subject.entry->state) return;
  subject.entry->state = (uint16_t)state;
  put(writer, PL_EV_STATUS, subject.index, data)->aux =
      state == STATUS_TRADING ? PL_COND_OPEN : PL_COND_CLOSED;
}

/* The newest event ends its instrument's event, unless the book is in transition. */
static void write_about(struct pl_writer *writer, const uint8_t *data) {
  uint32_t before = writer->count;
  struct subject subject = find(writer, data);
  if (subject.index == PL_INSTRUMENT_NONE) return;
  switch (data[0]) {
  case PL_DEEP_LEVEL_BUY:
  case PL_DEEP_LEVEL_SELL: write_level(writer, subject, data); break;
  case PL_DEEP_TRADE: write_trade(writer, subject, data); break;
  case PL_DEEP_TRADING_STATUS:
  case PL_DEEP_OPERATIONAL_HALT: write_status(writer, subject, data); break;
  default: break; /* a directory message is its instrument */
  }
  if (writer->count != before && !subject.entry->mid_event)
    writer->events[writer->count - 1].flags |= PL_EVF_EVENT_END;
}

static void write_message(struct pl_writer *writer, const struct pl_deep_message *message) {
  const uint8_t *data = message->data;
  switch (message->size_bytes != 0 ? data[0] : 0) {
  case PL_DEEP_LEVEL_BUY:
  case PL_DEEP_LEVEL_SELL:
  case PL_DEEP_TRADE:
  case PL_DEEP_TRADING_STATUS:
  case PL_DEEP_OPERATIONAL_HALT:
  case PL_DEEP_DIRECTORY: write_about(writer, data); break;
  case PL_DEEP_SYSTEM_EVENT:
  case PL_DEEP_RETAIL_LIQUIDITY:
  case PL_DEEP_SHORT_SALE:
  case PL_DEEP_SECURITY_EVENT:
  case PL_DEEP_OFFICIAL_PRICE:
  case PL_DEEP_TRADE_BREAK:
  case PL_DEEP_AUCTION: break;
  default: writer->counters->messages_unknown++; break;
  }
}

static uint32_t write(void *state, const struct pl_packet *packet,
                      const struct pl_venue_context *context, struct pl_event *ret_events) {
  struct decoder *decoder = state;
  struct pl_writer writer;
  pl_writer_begin(&writer, decoder->directory, &decoder->counters, context, ret_events,
                  PL_VENUE_DEEP, NULL);
  size_t at = PL_DEEP_HEAD_BYTES;
  struct pl_deep_message message;
  uint32_t skip = context->skip_units;
  while (at < packet->size_bytes &&
         pl_deep_next(packet->data, packet->size_bytes, &at, &message) == PL_OK) {
    if (PL_LIKELY(skip == 0))
      write_message(&writer, &message);
    else
      skip--;
  }
  if (writer.count != 0) writer.events[writer.count - 1].flags |= PL_EVF_FRAME_END;
  return writer.count;
}

const struct pl_venue pl_deep_venue = {
    .name = "deep",
    .id = PL_VENUE_DEEP,
    .seq_bits = 64,
    .footprint = footprint,
    .create = create,
    .head = head,
    .judge = judge,
    .write = write,
    .counters = counters,
};
