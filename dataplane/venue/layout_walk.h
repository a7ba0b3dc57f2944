/* What the walkers of the layouts share; for dataplane/venue/layout*.c alone. */
#ifndef DATAPLANE_VENUE_LAYOUT_WALK_H
#define DATAPLANE_VENUE_LAYOUT_WALK_H

#include "dataplane/venue/layout.h"

/* A venue's framing. */
struct pl_layout_walker {
  /* Judges the packet's header, which lies inside the packet, and sets end (wherever the header
   * says) and messages_due; what it leaves alone is: to the packet's end, not said. */
  enum pl_status (*begin)(struct pl_layout_cursor *cursor);
  /* Fills the item but its offset; the message's header lies inside the packet. */
  enum pl_status (*next)(const struct pl_layout_cursor *cursor, struct pl_layout_item *ret_item);
};

/* Short names for the rows of the tables. */
enum {
  UINT = PL_LAYOUT_UINT,
  INT = PL_LAYOUT_INT,
  REAL = PL_LAYOUT_REAL,
  TEXT = PL_LAYOUT_TEXT,
  MONTH_YEAR = PL_LAYOUT_MONTH_YEAR,
};
#define PL_LAYOUT_ROWS(array)                                                                      \
  { (array), sizeof(array) / sizeof((array)[0]) }
#define PL_LAYOUT_NONE                                                                             \
  { NULL, 0 }

extern const struct pl_layout pl_layout_cme, pl_layout_deep, pl_layout_deribit, pl_layout_itch,
    pl_layout_starbase;

/* pl_layout_message_find returns the first message of an id, NULL when there is none. */
const struct pl_layout_message *pl_layout_message_find(const struct pl_layout *layout, uint16_t id);

/* pl_layout_take_size believes a message's length, header included.
 * PL_E_TRUNCATED when it leaves the packet, PL_E_BLOCK when it is shorter than its header. */
PL_MUST_USE enum pl_status pl_layout_take_size(const struct pl_layout_cursor *cursor,
                                               struct pl_layout_item *item, size_t size_bytes);

/* pl_layout_take_groups takes the message's groups one after the other, as its version has them.
 *   at, end    of what may hold them, in data
 *   ret_at     behind the last
 * PL_E_BLOCK when one leaves the message. */
PL_MUST_USE enum pl_status pl_layout_take_groups(const struct pl_layout_cursor *cursor, size_t at,
                                                 size_t end, struct pl_layout_item *item,
                                                 size_t *ret_at);

/* pl_layout_take_fixed fills an item of a message whose length is known and that has no groups.
 *   size_bytes  behind its header
 * PL_E_BLOCK when it is shorter than its table. */
PL_MUST_USE enum pl_status pl_layout_take_fixed(struct pl_layout_item *item, uint32_t size_bytes);

#endif
