#include "control/daemon/books.h"

#include <inttypes.h>

void pl_books_header(FILE *out) {
  (void)fputs("frame,channel,seq,kind,instrument,change_id,bids,asks,"
              "best_bid_e9,bid_qty_e8,best_ask_e9,ask_qty_e8\n",
              out);
}

static void write_best(FILE *out, const struct pl_book *book, enum pl_side side) {
  int64_t price_e9 = pl_book_best_e9(book, side);
  if (price_e9 == PL_PRICE_NONE)
    (void)fputs(",,", out);
  else
    (void)fprintf(out, ",%" PRId64 ",%" PRId64, price_e9, pl_book_best_qty_e8(book, side));
}

/* Orders carry no change id: theirs is the packet's place in the venue's sequence. */
static uint64_t change_id(const struct pl_event *event, const struct pl_feed_note *note) {
  bool order = event->type >= PL_EV_ORDER_ADD && event->type <= PL_EV_ORDER_DELETE;
  return order ? note->packet_seq : event->order_id;
}

void pl_books_tap(void *context, const struct pl_step *step, const struct pl_event *event) {
  const struct pl_books *books = context;
  if ((event->flags & PL_EVF_MESSAGE_END) == 0 || event->instrument == PL_INSTRUMENT_NONE) return;
  uint64_t frame = event->seq / PL_EVENTS_PER_FRAME;
  const struct pl_feed_note *note = pl_feed_note(books->feed, frame);
  const struct pl_book *book = pl_step_lane_book(step, event->instrument, pl_book_lane(event));
  const struct pl_instrument *instrument =
      pl_directory_entry(pl_feed_directory(books->feed), event->instrument);
  (void)fprintf(books->out,
                "%" PRIu64 ",%" PRIu32 ",%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu32
                ",%" PRIu32,
                frame, note->channel_id, note->packet_seq,
                event->type == PL_EV_SNAPSHOT_END ? "snapshot" : "book", instrument->venue_id,
                change_id(event, note), book->sides[PL_BID].count, book->sides[PL_ASK].count);
  write_best(books->out, book, PL_BID);
  write_best(books->out, book, PL_ASK);
  (void)fputc('\n', books->out);
}
