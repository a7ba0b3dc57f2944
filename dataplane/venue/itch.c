#include "dataplane/venue/itch.h"

#include "dataplane/venue/itch_wire.h"
#include "dataplane/venue/writer.h"
#include "engine/base/check.h"
#include "engine/base/fixed.h"

#define LOCATES     65536
#define HOUR_NS     UINT64_C(3600000000000)
#define DAY_NS      (24 * HOUR_NS)
#define NOT_LATCHED (UINT64_C(1) << 62) /* as the last time: far from every time of day */
#define NO_ROOM     UINT32_MAX
#define TICK_E9     PL_ITCH_PRICE_E9
#define ORDERS_LIVE (1u << 20)

_Static_assert(PL_INSTRUMENTS_MAX < UINT16_MAX, "an index and one more fit 16 bits");

/* What a locate code means. */
struct stock {
  uint64_t name;       /* as on the wire; 0: the code was never named */
  uint32_t known;      /* dense index + 1; 0: not named in this session; NO_ROOM */
  uint32_t generation; /* how often it came to mean another stock */
};

struct decoder {
  struct pl_directory *directory;
  struct pl_venue_counters counters;
  uint8_t session[PL_ITCH_SESSION_BYTES];
  uint64_t midnight_ns; /* UTC */
  uint64_t last_ns;     /* time of day of the newest message */
  bool named;           /* some code was, in this session */
  /* Dense index + 1 of codes whose order events need no further thought: named, and their book
   * begun where it can be. All that the common message looks up. */
  uint16_t ready[LOCATES];
  struct stock stocks[LOCATES];
};

static size_t footprint(void) {
  return pl_arena_round(sizeof(struct decoder));
}

static void *create(struct pl_arena *arena, struct pl_directory *directory) {
  struct decoder *decoder = pl_arena_take(arena, sizeof *decoder);
  decoder->directory = directory;
  decoder->last_ns = NOT_LATCHED;
  return decoder;
}

static const struct pl_venue_counters *counters(const void *decoder) {
  return &((const struct decoder *)decoder)->counters;
}

/* Locate codes hold for a session; books and the clock for an unbroken run. */
static void begin_run(struct decoder *decoder, const uint8_t *packet, bool continuous) {
  bool same = memcmp(decoder->session, packet, PL_ITCH_SESSION_BYTES) == 0;
  if (same && continuous) return;
  decoder->last_ns = NOT_LATCHED;
  if (decoder->named) memset(decoder->ready, 0, sizeof decoder->ready);
  if (same) return;
  memcpy(decoder->session, packet, PL_ITCH_SESSION_BYTES);
  for (uint32_t i = 0; decoder->named && i < LOCATES; i++) decoder->stocks[i].known = 0;
  decoder->named = false;
}

/* The first time of a run says which midnight it counts from: the whole hour that brings it nearest
 * to the receive time, as every zone's midnight is a whole hour UTC. Later, half a day back means
 * that midnight passed; half a day forward, that a message of before turned up after it. */
static __attribute__((noinline)) void turn_clock(struct decoder *decoder, uint64_t time_ns,
                                                 uint64_t recv_ns) {
  if (decoder->last_ns == NOT_LATCHED) {
    uint64_t since_ns = recv_ns > time_ns ? recv_ns - time_ns : 0;
    decoder->midnight_ns = (since_ns + HOUR_NS / 2) / HOUR_NS * HOUR_NS;
  } else if (time_ns < decoder->last_ns) {
    decoder->midnight_ns += DAY_NS;
  } else {
    decoder->midnight_ns -= decoder->midnight_ns < DAY_NS ? 0 : DAY_NS;
  }
}

static inline uint64_t exch_ns(struct decoder *decoder, const uint8_t *message, uint64_t recv_ns) {
  uint64_t time_ns = pl_itch_time_ns(message);
  if (PL_UNLIKELY(time_ns - decoder->last_ns + DAY_NS / 2 > DAY_NS))
    turn_clock(decoder, time_ns, recv_ns);
  decoder->last_ns = time_ns;
  return decoder->midnight_ns + time_ns;
}

/* Gives a code's stock its place in the directory, and the terms of a share. */
static uint32_t name_stock(struct pl_writer *writer, uint16_t locate, const uint8_t *name,
                           uint64_t time_ns) {
  struct decoder *decoder = writer->decoder;
  struct stock *stock = &decoder->stocks[locate];
  uint64_t wire_name = pl_bytes_le64(name);
  if (stock->name != 0 && stock->name != wire_name) stock->generation++;
  stock->name = wire_name;
  decoder->named = true;
  uint32_t instrument = pl_writer_instrument(writer, PL_ITCH_VENUE_ID(locate, stock->generation));
  stock->known = instrument == PL_INSTRUMENT_NONE ? NO_ROOM : instrument + 1;
  if (instrument == PL_INSTRUMENT_NONE) return instrument;
  struct pl_instrument *entry = pl_directory_entry(writer->directory, instrument);
  uint32_t bytes = PL_ITCH_STOCK_BYTES;
  while (bytes > 1 && name[bytes - 1] == ' ') bytes--;
  pl_directory_define(entry, name, bytes);
  entry->kind = PL_KIND_SPOT;
  entry->tick_e9 = TICK_E9;
  entry->contract_size_e8 = PL_E8;
  struct pl_event *event = pl_writer_put(writer, PL_EV_INSTRUMENT, instrument, time_ns);
  event->price_e9 = entry->tick_e9;
  event->qty_e8 = entry->contract_size_e8;
  event->order_id = entry->name_hash;
  event->side = entry->kind;
  event->flags = PL_EVF_EVENT_END;
  return instrument;
}

/* The instrument of a message; NONE (counted) when the directory is full, or when nothing in this
 * session has named the code yet and the message does not either: it speaks of an order whose
 * beginning was not seen. */
static uint32_t find_stock(struct pl_writer *writer, const uint8_t *message, uint64_t time_ns) {
  struct decoder *decoder = writer->decoder;
  uint16_t locate = pl_itch_locate(message);
  uint32_t known = decoder->stocks[locate].known;
  uint8_t stock_at = pl_itch_shapes[message[0]].stock_at;
  if (known == 0 && stock_at != 0) return name_stock(writer, locate, message + stock_at, time_ns);
  if (known != 0 && known != NO_ROOM) return known - 1;
  *(known == 0 ? &decoder->counters.messages_headless : &decoder->counters.instruments_full) += 1;
  return PL_INSTRUMENT_NONE;
}

/* As find_stock, for an order message of a code that is not ready. */
static __attribute__((noinline)) uint32_t make_ready(struct pl_writer *writer,
                                                     const uint8_t *message, uint64_t time_ns) {
  uint32_t instrument = find_stock(writer, message, time_ns);
  if (instrument == PL_INSTRUMENT_NONE) return instrument;
  pl_writer_begin_book(writer, instrument, time_ns);
  ((struct decoder *)writer->decoder)->ready[pl_itch_locate(message)] = (uint16_t)(instrument + 1);
  return instrument;
}

static void put_trade(struct pl_writer *writer, uint32_t instrument, uint64_t time_ns,
                      uint64_t match, uint64_t shares, uint32_t price) {
  struct pl_event *event = pl_writer_put(writer, PL_EV_TRADE, instrument, time_ns);
  event->order_id = match;
  event->price_e9 = price * PL_ITCH_PRICE_E9;
  event->qty_e8 = (int64_t)shares * PL_E8;
  event->flags = PL_EVF_EVENT_END;
}

/* The execution behind a reduction. Without a price of its own it took place at the order's, which
 * the message does not say. What does not print is told again later, in bulk. */
static __attribute__((noinline)) void write_execution(struct pl_writer *writer,
                                                      const uint8_t *message, uint32_t instrument,
                                                      uint64_t time_ns) {
  bool priced = message[0] == 'C';
  if (priced && message[31] == 'N')
    writer->events[writer->count - 1].flags |= PL_EVF_EVENT_END;
  else
    put_trade(writer, instrument, time_ns, pl_bytes_be64(message + 23), pl_bytes_be32(message + 19),
              priced ? pl_bytes_be32(message + 32) : 0);
}

/* The order event of a message, but for its place in the stream. Nearly all messages come here,
 * their types in no order that a processor could foresee: no branch depends on the type. */
static inline void put_order(struct pl_event *ret_event, const uint8_t *message,
                             const struct pl_itch_shape *shape) {
  uint8_t is_bid = message[shape->side_at] == 'B';
  ret_event->order_id = pl_bytes_be64(message + 11);
  ret_event->price_e9 =
      (pl_bytes_be32(message + shape->price_at) & shape->price_mask) * PL_ITCH_PRICE_E9;
  ret_event->qty_e8 = (pl_bytes_be32(message + shape->shares_at) & shape->shares_mask) * PL_E8;
  ret_event->aux = pl_bytes_be64(message + shape->new_ref_at) & shape->new_ref_mask;
  ret_event->type = shape->event_type;
  ret_event->side = is_bid | shape->side_none;
  ret_event->flags = shape->event_flags;
  ret_event->venue = PL_VENUE_ITCH;
}

/* A code that another stock takes over in mid-session leaves a book behind that nobody keeps. */
static void write_directory(struct pl_writer *writer, const uint8_t *message, uint64_t time_ns) {
  struct decoder *decoder = writer->decoder;
  uint16_t locate = pl_itch_locate(message);
  const struct stock *stock = &decoder->stocks[locate];
  if (stock->name != pl_bytes_le64(message + 11)) {
    decoder->ready[locate] = 0;
    if (stock->known != 0 && stock->known != NO_ROOM)
      pl_writer_put(writer, PL_EV_BOOK_CLEAR, stock->known - 1, time_ns)->flags =
          PL_EVF_STALE | PL_EVF_EVENT_END;
  }
  (void)name_stock(writer, locate, message + 11, time_ns);
}

static void write_action(struct pl_writer *writer, const uint8_t *message, uint64_t time_ns) {
  uint32_t instrument = find_stock(writer, message, time_ns);
  if (instrument == PL_INSTRUMENT_NONE) return;
  pl_directory_entry(writer->directory, instrument)->state = message[19];
  struct pl_event *event = pl_writer_put(writer, PL_EV_STATUS, instrument, time_ns);
  event->aux = message[19] == 'T' ? PL_COND_OPEN : PL_COND_CLOSED;
  event->flags = PL_EVF_EVENT_END;
}

static void write_trade(struct pl_writer *writer, const uint8_t *message, uint64_t time_ns) {
  uint32_t instrument = find_stock(writer, message, time_ns);
  if (instrument == PL_INSTRUMENT_NONE) return;
  if (message[0] == 'P')
    put_trade(writer, instrument, time_ns, pl_bytes_be64(message + 36), pl_bytes_be32(message + 20),
              pl_bytes_be32(message + 32));
  else if (pl_bytes_be64(message + 11) != 0) /* a cross that found no shares is no trade */
    put_trade(writer, instrument, time_ns, pl_bytes_be64(message + 31), pl_bytes_be64(message + 11),
              pl_bytes_be32(message + 27));
}

static __attribute__((noinline)) void write_rare(struct pl_writer *writer, const uint8_t *message,
                                                 uint8_t role) {
  if (role == PL_ITCH_UNKNOWN) {
    writer->counters->messages_unknown++;
    return;
  }
  uint64_t time_ns = exch_ns(writer->decoder, message, writer->context->recv_ns);
  switch (role) {
  case PL_ITCH_TRADE:
  case PL_ITCH_CROSS: write_trade(writer, message, time_ns); break;
  case PL_ITCH_DIRECTORY: write_directory(writer, message, time_ns); break;
  case PL_ITCH_ACTION: write_action(writer, message, time_ns); break;
  default: break;
  }
}

static uint32_t write(void *state, const struct pl_packet *packet,
                      const struct pl_venue_context *context, struct pl_event *ret_events) {
  struct decoder *decoder = state;
  struct pl_writer writer;
  writer.decoder = decoder;
  pl_writer_begin(&writer, decoder->directory, &decoder->counters, context, ret_events,
                  PL_VENUE_ITCH, NULL);
  begin_run(decoder, packet->data, context->continuous);
  const uint8_t *at = packet->data + PL_ITCH_HEAD_BYTES;
  /* Counted here and not in the writer: the compiler must fear that storing an event's bytes
   * changes the writer, and would read it anew for each message. */
  uint32_t blocks = pl_itch_blocks(packet->data), count = 0;
  uint64_t recv_ns = context->recv_ns, seq = context->seq;
  for (uint32_t i = 0; PL_UNLIKELY(i < context->skip_units); i++)
    at += PL_ITCH_BLOCK_BYTES + pl_bytes_be16(at);
  for (uint32_t i = context->skip_units; i < blocks; i++) {
    uint32_t bytes = pl_bytes_be16(at);
    const uint8_t *message = at + PL_ITCH_BLOCK_BYTES;
    at = message + bytes;
    if (bytes == 0) continue;
    const struct pl_itch_shape *shape = &pl_itch_shapes[message[0]];
    writer.count = count;
    if (PL_UNLIKELY(shape->event_type == PL_EV_NONE)) {
      write_rare(&writer, message, shape->role);
      count = writer.count;
      continue;
    }
    uint64_t time_ns = exch_ns(decoder, message, recv_ns);
    uint32_t instrument = decoder->ready[pl_itch_locate(message)] - 1u;
    if (PL_UNLIKELY(instrument == PL_INSTRUMENT_NONE)) {
      instrument = make_ready(&writer, message, time_ns);
      count = writer.count;
      if (instrument == PL_INSTRUMENT_NONE) continue;
    }
    struct pl_event *event = &ret_events[count];
    event->exch_ns = time_ns;
    event->seq = seq + count++;
    event->recv_ns = recv_ns;
    event->instrument = instrument;
    put_order(event, message, shape);
    if (PL_LIKELY(shape->role == PL_ITCH_ORDER)) continue;
    writer.count = count;
    write_execution(&writer, message, instrument, time_ns);
    count = writer.count;
  }
  writer.count = count;
  return pl_writer_finish(&writer, NULL);
}

/* The session is that of the last packet written. */
static uint32_t request(const void *state, uint32_t channel_id, uint64_t seq, uint32_t count,
                        uint8_t *ret_bytes) {
  static const uint8_t none[PL_ITCH_SESSION_BYTES];
  const struct decoder *decoder = state;
  (void)channel_id; /* there is one */
  if (memcmp(decoder->session, none, sizeof none) == 0) return 0;
  return pl_itch_request(decoder->session, seq, count, ret_bytes);
}

/* The server has no word for it: it is silent. */
static bool rejects(const struct pl_packet *packet, struct pl_venue_reject *ret_reject) {
  (void)packet, (void)ret_reject;
  return false;
}

const struct pl_venue pl_itch_venue = {
    .name = "itch",
    .id = PL_VENUE_ITCH,
    .seq_bits = 64,
    .footprint = footprint,
    .create = create,
    .orders_max = ORDERS_LIVE,
    .head = pl_itch_head,
    .judge = pl_itch_judge,
    .write = write,
    .counters = counters,
    .resend = {.units_max = PL_ITCH_REQUEST_UNITS_MAX, .request = request, .rejects = rejects},
};
