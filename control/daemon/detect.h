/* Whose feed a capture holds, from its bytes: the candidate that understands most of its first
 * packets. */
#ifndef CONTROL_DAEMON_DETECT_H
#define CONTROL_DAEMON_DETECT_H

#include "engine/base/frame.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_DETECT_PACKETS_MAX    64 /* UDP packets looked at */
#define PL_DETECT_CANDIDATES_MAX 32

/* The candidates: a list, and what a candidate thinks of a packet. */
struct pl_detect_table {
  const char *(*name)(uint32_t index); /* NULL past the last */
  bool (*fits)(uint32_t index, const struct pl_packet *packet);
};

/* The decoders of pl_venue_at: a packet fits whose header is read and which passes the judge. */
extern const struct pl_detect_table pl_detect_venues;

/* The layouts of pl_layout_at: a packet fits whose every byte is in the tables. */
extern const struct pl_detect_table pl_detect_layouts;

/* pl_detect_capture reads the beginning of a capture.
 *   ret_index  of the candidate in its list; untouched on failure
 *   ret_error  one line on failure
 * Returns PL_OK, PL_E_NOT_FOUND (no candidate, or several alike; the line names --venue),
 * PL_E_EMPTY (no frame), or what reading the capture fails with. Any thread. */
PL_MUST_USE enum pl_status pl_detect_capture(const char *path, const struct pl_detect_table *table,
                                             uint32_t *ret_index, char *ret_error,
                                             size_t error_bytes);

/* pl_detect_names writes the candidates' names with a separator between; cut to the room. */
void pl_detect_names(const struct pl_detect_table *table, const char *separator, char *ret_names,
                     size_t names_bytes);

#endif
