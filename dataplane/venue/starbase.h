/* Deribit Starbase market data, SBE schema 2102 version 1, with the template lengths of before and
 * after 7 August 2026 (docs/venues/starbase.md). Single orders with explicit priority. A venue's
 * event is a transaction: PL_EVF_EVENT_END stands where its last message says so, for each
 * instrument that it touched. */
#ifndef DATAPLANE_VENUE_STARBASE_H
#define DATAPLANE_VENUE_STARBASE_H

#include "dataplane/venue/venue.h"

extern const struct pl_venue pl_starbase_venue;

#endif
