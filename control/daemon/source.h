/* What operators name as a capture, made into one: plain captures as they are, compressed ones
 * inflated once, and the venue's own day files put into packets. */
#ifndef CONTROL_DAEMON_SOURCE_H
#define CONTROL_DAEMON_SOURCE_H

#include "engine/base/status.h"

#include <stddef.h>

#define PL_SOURCE_PATH_BYTES 4096

/* pl_source_open finds the path of a plain capture for a file. What had to be made lies in memory
 * until the process ends, at most PL_CAPTURE_INFLATED_BYTES_MAX of it.
 *   path      a pcap or pcapng file, or an ITCH day file (messages behind their lengths), or either
 *             compressed by gzip or zstd. Anything else is handed back for its reader to refuse
 *   ret_path  [PL_SOURCE_PATH_BYTES]
 *   ret_error one line on failure
 * A day file names no date: its frames are stamped with the time since midnight, on 1 January 1970.
 * One that is cut becomes a capture with its tail cut.
 * Returns PL_OK; as pl_inflate_open; PL_E_BLOCK for a day file that is damaged, PL_E_TRUNCATED for
 * one without a whole message, PL_E_MEMORY. Any thread. */
PL_MUST_USE enum pl_status pl_source_open(const char *path, char *ret_path, char *ret_error,
                                          size_t error_bytes);

#endif
