/* CME MDP 3.0, SBE schema 1, versions 9 to 13 (docs/venues/cme.md): books by price and by order,
 * trades, snapshots, definitions. PL_EVF_EVENT_END stands where the venue's end-of-event bit does,
 * be it packets later. */
#ifndef DATAPLANE_VENUE_CME_H
#define DATAPLANE_VENUE_CME_H

#include "dataplane/venue/venue.h"

extern const struct pl_venue pl_cme_venue;

#endif
