/* Nasdaq TotalView-ITCH 5.0 over MoldUDP64 (docs/venues/itch.md): single orders, one venue event a
 * message. Stocks are known by the locate code of the day. */
#ifndef DATAPLANE_VENUE_ITCH_H
#define DATAPLANE_VENUE_ITCH_H

#include "dataplane/venue/venue.h"

extern const struct pl_venue pl_itch_venue;

/* The venue's id of an instrument: its locate code, and how often that code had meant another stock
 * before. */
#define PL_ITCH_VENUE_ID(locate, generation) ((uint64_t)(generation) << 16 | (uint64_t)(locate))

#endif
