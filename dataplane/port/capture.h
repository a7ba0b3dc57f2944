/* A capture file, looked through before it is played: what is in it and whether it can be. */
#ifndef DATAPLANE_PORT_CAPTURE_H
#define DATAPLANE_PORT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

struct pl_port_capture_info {
  uint64_t frames;   /* frames that can be read: what will be handed over or counted missing */
  uint64_t bytes;    /* captured bytes of these frames */
  uint64_t first_ns; /* stamp of the first and of the last frame in file order; the driver */
  uint64_t last_ns;  /* knows microseconds only, so these are multiples of 1000 too */
  bool tail_cut;     /* the file goes on after the last frame, but cannot be read there */
};

/* pl_capture_open opens a pcap or pcapng file and reads it through with libpcap, the library the
 * driver plays it with, so that both agree on what can be read.
 *   path           any path of a regular file
 *   ret_fd         open for reading; the caller closes it
 *   ret_info       what is in the file
 *   ret_error      one line on failure; the other outputs are then untouched
 * Returns PL_OK, PL_E_NO_FILE, PL_E_EMPTY (no byte or no frame) or PL_E_NOT_CAPTURE (another kind
 * of file, or frames that are not Ethernet). Any thread; takes as long as reading the file. */
PL_MUST_USE enum pl_status pl_capture_open(const char *path, int *ret_fd,
                                           struct pl_port_capture_info *ret_info, char *ret_error,
                                           size_t error_bytes);

#endif
