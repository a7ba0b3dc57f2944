/* Reader of Databento DBN version 1 files with market-by-order records, plain or zstd-compressed.
 *
 * What the records mean, as found on an ES capture of CME Globex MDP 3.0:
 *   add     a new order, size its quantity
 *   modify  the order's new price and whole new size
 *   cancel  the order loses size; on CME always all that is left of it
 *   fill    a resting order (order_id) traded; the book stays: a cancel or modify follows
 *   trade   an aggressor traded; the book stays
 *   clear   the whole book goes
 * PL_DBN_LAST stands on the last record of a venue event; only there is the book the venue's. The
 * file may begin with a snapshot: adds with PL_DBN_SNAPSHOT, which end no event of their own. */
#ifndef PL_TESTS_VENUE_DBN_H
#define PL_TESTS_VENUE_DBN_H

#include <stdbool.h>
#include <stdint.h>

#define PL_DBN_PRICE_NONE INT64_MAX /* a record without a price */

enum pl_dbn_action {
  PL_DBN_ADD = 'A',
  PL_DBN_CANCEL = 'C',
  PL_DBN_MODIFY = 'M',
  PL_DBN_CLEAR = 'R',
  PL_DBN_TRADE = 'T',
  PL_DBN_FILL = 'F',
  PL_DBN_NO_ACTION = 'N'
};

enum pl_dbn_side { PL_DBN_ASK = 'A', PL_DBN_BID = 'B', PL_DBN_SIDE_NONE = 'N' };

enum pl_dbn_flag { PL_DBN_LAST = 0x80, PL_DBN_SNAPSHOT = 0x20, PL_DBN_BAD_RECV_TIME = 0x08 };

struct pl_dbn_record {
  uint64_t event_ns; /* the venue's clock, UTC */
  uint64_t recv_ns;  /* the recorder's, UTC; never goes back */
  uint64_t order_id;
  int64_t price_e9;
  uint32_t size;         /* contracts */
  uint32_t sequence;     /* of the venue's packet; in a snapshot the order's last one */
  int32_t sent_delta_ns; /* recv_ns minus the venue's sending time */
  uint32_t instrument_id;
  uint16_t publisher_id;
  uint8_t channel_id, flags; /* enum pl_dbn_flag, and bits of the publisher's */
  char action, side;         /* enum pl_dbn_action, enum pl_dbn_side */
};

struct pl_dbn;

/* pl_dbn_open opens a file and reads its metadata; pl_dbn_close closes it, NULL is allowed.
 *   ret_error  why there is none, a literal
 * Returns NULL when it cannot be read, or is not DBN version 1 with market-by-order records. */
struct pl_dbn *pl_dbn_open(const char *path, const char **ret_error);
void pl_dbn_close(struct pl_dbn *dbn);

/* pl_dbn_next reads the next record; false, and ret_record untouched, when there is none. */
bool pl_dbn_next(struct pl_dbn *dbn, struct pl_dbn_record *ret_record);

/* pl_dbn_error returns why the records ended before the file did, NULL when they did not. */
const char *pl_dbn_error(const struct pl_dbn *dbn);

#endif
