/* Deribit multicast, SBE v1.6 (schema id 1, versions 2 and 3; docs/venues/deribit.md). One packet
 * may hold Trades, Ticker and Book of the same instrument, in that order; they make one event
 * together, so PL_EVF_EVENT_END stands on the last of an instrument's events in the packet. */
#ifndef DATAPLANE_VENUE_DERIBIT_H
#define DATAPLANE_VENUE_DERIBIT_H

#include "dataplane/venue/venue.h"

extern const struct pl_venue pl_deribit_venue;

#endif
