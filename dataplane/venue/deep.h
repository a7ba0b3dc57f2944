/* IEX DEEP 1.0 over IEX-TP 1 (docs/venues/deep.md): aggregated price levels, no chain and no
 * snapshot, so a book is good only from the first message of a run. The venue's event is per
 * instrument and may go on over packets: PL_EVF_EVENT_END stands where the event flag says so, and
 * on every other event of an instrument whose book is not in transition. */
#ifndef DATAPLANE_VENUE_DEEP_H
#define DATAPLANE_VENUE_DEEP_H

#include "dataplane/venue/venue.h"

extern const struct pl_venue pl_deep_venue;

#endif
