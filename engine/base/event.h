/* The normalised event: what a venue's message becomes before it reaches the ring. One cache line.
 * Wire formats end where this begins. */
#ifndef ENGINE_BASE_EVENT_H
#define ENGINE_BASE_EVENT_H

#include "engine/base/limits.h"

#include <stdint.h>

/* clang-format off */
/* How the fields are read depends on the type; a field not named there is zero.
 *
 *   type            price_e9      qty_e8         order_id       aux              side
 *   level set       price         new quantity,  change id      previous         bid, ask; none: the
 *                                 0 removes      (0: no chain)  change id        update has no level
 *   level at        price         quantity       change id      see PL_LEVEL_AT  bid, ask; none: the
 *                                                                                update has no level
 *   order add       price         quantity       order id       priority         bid, ask
 *   order change    new price or  new quantity   order id       priority         bid, ask
 *                   PL_PRICE_NONE (kept, priority too)
 *   order reduce                  what goes      order id
 *   order replace   price         quantity       old order id   new order id     (that of the old)
 *   order delete                                 order id
 *   trade           price         quantity       trade id       PL_TRADE_* bits  aggressor
 *   quote           best bid                                    best ask (int64)
 *   mark, index     price
 *   funding         rate now                                    8 h rate (int64)
 *   open interest                 contract units
 *   instrument      tick          contract size  XXH3 of name   expiry_ns        enum pl_kind
 *   status                                                      enum pl_condition
 *   book clear                                                  1: known to be empty, 0: unknown
 *   snapshot begin                               change id      1: all levels follow, 0: a part
 *   snapshot end                                 change id      see PL_SNAPSHOT_VOID
 *   clock           (recv_ns is the time)
 *   operator                                                    enum pl_command  enum pl_mode
 *
 * An instrument has up to three books: levels as the venue tells them, a book kept from single
 * orders (PL_EVF_ORDERS), and implied liquidity apart (PL_EVF_IMPLIED). The flags stand on level,
 * order and snapshot events; a book clear is for all three. None with PL_EVF_EVENT_END only says
 * that the instrument's event, told earlier, is whole now. A trade of price 0 took place at the price
 * of the order that the reduction before it names; its side is none where the venue names no
 * aggressor.
 */
/* clang-format on */
enum pl_event_type {
  PL_EV_NONE,
  PL_EV_LEVEL_SET,
  PL_EV_LEVEL_AT,
  PL_EV_ORDER_ADD,
  PL_EV_ORDER_CHANGE,
  PL_EV_ORDER_REDUCE,
  PL_EV_ORDER_REPLACE,
  PL_EV_ORDER_DELETE,
  PL_EV_TRADE,
  PL_EV_QUOTE, /* the venue's own best bid and ask: the book is checked against it */
  PL_EV_MARK,
  PL_EV_INDEX,
  PL_EV_FUNDING,
  PL_EV_OPEN_INTEREST,
  PL_EV_INSTRUMENT,
  PL_EV_STATUS,
  PL_EV_BOOK_CLEAR,
  PL_EV_SNAPSHOT_BEGIN,
  PL_EV_SNAPSHOT_END,
  PL_EV_CLOCK,
  PL_EV_OPERATOR,
  PL_EV_TYPE_COUNT
};

enum pl_side { PL_ASK, PL_BID, PL_SIDE_NONE };

enum pl_event_flag {
  PL_EVF_EVENT_END = 1 << 0,   /* the venue's event is whole for this instrument: decide now */
  PL_EVF_SNAPSHOT = 1 << 1,    /* belongs to the snapshot being put together */
  PL_EVF_STALE = 1 << 2,       /* the instrument's books can no longer be trusted */
  PL_EVF_MESSAGE_END = 1 << 3, /* last event of one venue book message */
  PL_EVF_FRAME_END = 1 << 4,   /* last event of its frame */
  PL_EVF_ORDERS = 1 << 5,      /* of the book that is kept from single orders */
  PL_EVF_IMPLIED = 1 << 6,     /* of the implied book */
  PL_EVF_RECOVERY = 1 << 7,    /* told by a recovery channel: it may mend what is not known, and
                                  moves nothing that is */
};

/* The aux word of a snapshot end. PL_SNAPSHOT_VOID: throw it away. Else, of orders, the seq of the
 * first event that is newer than the snapshot: its own when nothing newer was told yet, one more
 * when the snapshot is even ahead of what was told (what comes of that is not told any more). Else,
 * of levels, 0: change ids say what is newer. */
#define PL_SNAPSHOT_VOID UINT64_MAX

/* What a venue does to a side that it addresses by position, 1 being the best. */
enum pl_level_action {
  PL_LEVEL_INSERT, /* a new level at the position; those behind move back, the last falls off */
  PL_LEVEL_CHANGE, /* new quantity of the level at the position */
  PL_LEVEL_DELETE, /* the level at the position goes; those behind move up */
  PL_LEVEL_DELETE_THRU, /* the whole side goes, whatever the position */
  PL_LEVEL_DELETE_FROM, /* the position and all better ones go */
  PL_LEVEL_OVERLAY,     /* another price and quantity at the position */
  PL_LEVEL_ACTION_COUNT
};

/* The aux word of a level-at event. An update follows on the kept book when previous_id <= kept
 * change id < its own: ids between were spent on what is no book update.
 *   previous_id  32 bits: change id of the last update before this one that the decoder saw
 *   depth_max    levels that the venue keeps a side, 1..255 */
#define PL_LEVEL_AT(previous_id, depth_max, action, position)                                      \
  ((uint64_t)(previous_id) << 32 | (uint64_t)(depth_max) << 16 | (uint64_t)(action) << 8 |         \
   (uint64_t)(position))
#define PL_LEVEL_AT_PREVIOUS(aux)  ((uint32_t)((aux) >> 32))
#define PL_LEVEL_AT_DEPTH_MAX(aux) ((uint8_t)((aux) >> 16))
#define PL_LEVEL_AT_ACTION(aux)    ((uint8_t)((aux) >> 8))
#define PL_LEVEL_AT_POSITION(aux)  ((uint8_t)(aux))

enum pl_venue_id {
  PL_VENUE_NONE,
  PL_VENUE_DERIBIT,
  PL_VENUE_CME,
  PL_VENUE_ITCH,
  PL_VENUE_DEEP,
  PL_VENUE_STARBASE,
  PL_VENUE_COUNT
};

/* What a contract's quantity and price mean. */
enum pl_kind {
  PL_KIND_UNKNOWN,
  PL_KIND_LINEAR,         /* future or perpetual: quantity in base, price in quote */
  PL_KIND_INVERSE,        /* quantity in quote (USD), margined in base */
  PL_KIND_OPTION_LINEAR,  /* premium in quote */
  PL_KIND_OPTION_INVERSE, /* premium in base */
  PL_KIND_SPOT,
  PL_KIND_COMBO, /* several legs; its price may be negative */
  PL_KIND_COUNT
};

/* Why a status event came. Gap, waiting and silent carry PL_EVF_STALE. (A channel that begins to
 * count anew clears its books instead: PL_EV_BOOK_CLEAR, stale too.) */
enum pl_condition {
  PL_COND_OPEN,    /* the venue trades it */
  PL_COND_CLOSED,  /* the venue does not */
  PL_COND_GAP,     /* packets of its channel were lost */
  PL_COND_SILENT,  /* its channel says nothing for longer than the limit */
  PL_COND_RESUMED, /* its channel spoke again and nothing was lost meanwhile */
  PL_COND_RFQ,     /* a request for quote */
  PL_COND_WAITING, /* packets of its channel are missing; the venue was asked to send them again */
  PL_COND_FILLED,  /* what was waited for came: nothing was lost */
  PL_COND_COUNT
};

enum pl_trade_bit { PL_TRADE_MAKER_LIQUIDATED = 1 << 0, PL_TRADE_TAKER_LIQUIDATED = 1 << 1 };

enum pl_command { PL_COMMAND_MODE, PL_COMMAND_FREEZE, PL_COMMAND_THAW };

/* The seq of an event is its frame's number (from 1) times this, plus its ordinal in the frame: a
 * total order that also says which packet an event came from. */
#define PL_EVENTS_PER_FRAME (1u << 17)

#define PL_PRICE_NONE      INT64_MIN /* an empty side in a quote */
#define PL_INSTRUMENT_NONE UINT32_MAX

struct pl_event {
  uint64_t seq;
  uint64_t recv_ns; /* receive time, UTC */
  uint64_t exch_ns; /* exchange time, UTC; 0: the message carries none */
  uint64_t order_id;
  int64_t price_e9;
  int64_t qty_e8;
  uint64_t aux;
  uint32_t instrument; /* dense index of the venue's directory */
  uint8_t type, side, flags, venue;
};
_Static_assert(sizeof(struct pl_event) == PL_CACHE_LINE_BYTES, "one event, one cache line");

#endif
