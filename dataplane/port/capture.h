/* Capture files: looked through before they are played (what is in them and whether they can be),
 * or read frame by frame. Compressed ones (gzip, zstd) are inflated first. */
#ifndef DATAPLANE_PORT_CAPTURE_H
#define DATAPLANE_PORT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/frame.h"
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
 *   ret_fd         open for reading, of the plain bytes; the caller closes it
 *   ret_info       what is in the file
 *   ret_error      one line on failure; the other outputs are then untouched
 * Returns PL_OK, what pl_inflate_open does, PL_E_EMPTY (no frame) or PL_E_NOT_CAPTURE (another kind
 * of file, or frames that are not Ethernet). Any thread; takes as long as reading the file. */
PL_MUST_USE enum pl_status pl_capture_open(const char *path, int *ret_fd,
                                           struct pl_port_capture_info *ret_info, char *ret_error,
                                           size_t error_bytes);

struct pl_capture_reader;

/* pl_capture_reader_open opens a file to be read frame by frame. One thread at a time.
 *   path, ret_error  as above
 *   ret_reader       closed by the caller with pl_capture_reader_close
 * Returns as pl_capture_open, but a file without a frame is none of its faults; PL_E_MEMORY. */
PL_MUST_USE enum pl_status pl_capture_reader_open(const char *path,
                                                  struct pl_capture_reader **ret_reader,
                                                  char *ret_error, size_t error_bytes);

/* pl_capture_reader_next takes the next frame; false when there is none that can be read.
 *   ret_frame  data valid until the next call; line is 0 */
bool pl_capture_reader_next(struct pl_capture_reader *reader, struct pl_frame *ret_frame);

/* pl_capture_reader_tail_cut tells, once next returned false, whether the file goes on after the
 * last frame but cannot be read there. */
bool pl_capture_reader_tail_cut(const struct pl_capture_reader *reader);

/* pl_capture_reader_close ends it; NULL is nothing to close. */
void pl_capture_reader_close(struct pl_capture_reader *reader);

#endif
