/* The feed's channels and the ledger of frames as JSON: for the daemon's replies and the summary of
 * a replay. */
#ifndef CONTROL_DAEMON_FEEDS_JSON_H
#define CONTROL_DAEMON_FEEDS_JSON_H

#include "control/daemon/pipeline.h"

#include <jansson.h>

#define PL_FEEDS_JSON_ROWS 32 /* a page, so that a reply fits one message */

/* pl_feeds_json_dropped returns the frames by the name they were dropped under; a new reference. */
json_t *pl_feeds_json_dropped(const struct pl_feed_counters *feed);

/* pl_feeds_json_ledger adds where the frames ended: packets = decoded + each named drop. */
void pl_feeds_json_ledger(json_t *object, const struct pl_feed_counters *feed);

/* pl_feeds_json_rows returns an array of the channels from first on, at most rows_max of them; a
 * new reference. */
json_t *pl_feeds_json_rows(const struct pl_channels_stats *channels, uint32_t first,
                           uint32_t rows_max);

/* pl_feeds_json adds the ledger, the totals, and a page of channels.
 *   object  gets packets, decoded, dropped, the totals, degraded, row_count, first and rows */
void pl_feeds_json(const struct pl_channels_stats *channels, const struct pl_receive_stats *receive,
                   uint32_t first, json_t *object);

#endif
