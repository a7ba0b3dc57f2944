/* The words of the Starbase retransmit gateway: the request for messages of an incremental channel,
 * and the reject. What it sends again are packets of type incremental and retransmit. */
#ifndef DATAPLANE_VENUE_STARBASE_RESEND_H
#define DATAPLANE_VENUE_STARBASE_RESEND_H

#include "dataplane/venue/venue.h"

#define PL_STARBASE_REQUEST_UNITS_MAX 255 /* the count is one byte */

/* How long a reject makes us wait: what it says, at least the least; the usual where it says
 * nothing. When it wants more than the most, a snapshot mends the books sooner. */
#define PL_STARBASE_RETRY_LEAST_NS UINT64_C(1000000)
#define PL_STARBASE_RETRY_USUAL_NS UINT64_C(10000000)
#define PL_STARBASE_RETRY_MOST_NS  UINT64_C(5000000000)

enum pl_starbase_reason {
  PL_STARBASE_TOO_LOW = 1,  /* not kept any more */
  PL_STARBASE_TOO_HIGH = 2, /* not yet known to the gateway */
  PL_STARBASE_RATE = 3,
  PL_STARBASE_OTHER = 4
};

/* pl_starbase_request and pl_starbase_rejects are the venue's (venue.h). The request's own number,
 * which a reject repeats, is the first that it asks for. */
uint32_t pl_starbase_request(const void *decoder, uint32_t channel_id, uint64_t seq, uint32_t count,
                             uint8_t *ret_bytes);
bool pl_starbase_rejects(const struct pl_packet *packet, struct pl_venue_reject *ret_reject);

#endif
