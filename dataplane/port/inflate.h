/* A file's plain bytes: compressed ones are inflated into memory first. */
#ifndef DATAPLANE_PORT_INFLATE_H
#define DATAPLANE_PORT_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define PL_CAPTURE_INFLATED_BYTES_MAX (UINT64_C(8) << 30)

struct pl_inflate_info {
  bool compressed;
  uint64_t bytes; /* plain ones */
};

/* pl_inflate_open opens a regular file. What begins as gzip or zstd does is inflated as a whole,
 * whatever its name: any number of gzip members or zstd frames.
 *   path           any path of a regular file
 *   bytes_max      of plain bytes; PL_CAPTURE_INFLATED_BYTES_MAX for captures
 *   ret_fd         open for reading, at the first plain byte: the file, or memory without a name;
 *                  the caller closes it
 *   ret_error      one line on failure; the other outputs are then untouched
 * Returns PL_OK, PL_E_NO_FILE, PL_E_EMPTY, PL_E_NOT_CAPTURE (no regular file), PL_E_COMPRESSED (cut
 * or damaged: nothing of it is used), PL_E_TOO_LARGE or PL_E_MEMORY. Any thread; takes as long as
 * reading the file. */
PL_MUST_USE enum pl_status pl_inflate_open(const char *path, uint64_t bytes_max, int *ret_fd,
                                           struct pl_inflate_info *ret_info, char *ret_error,
                                           size_t error_bytes);

#endif
