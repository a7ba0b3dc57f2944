/* Writes frames as a capture file that capture.h reads: pcap with nanosecond stamps. */
#ifndef DATAPLANE_PORT_CAPTURE_WRITER_H
#define DATAPLANE_PORT_CAPTURE_WRITER_H

#include <stdbool.h>

#include "engine/base/frame.h"
#include "engine/base/status.h"

struct pl_capture_writer;

/* pl_capture_writer_open begins a capture.
 *   fd          open for writing, at its start; the caller's, who may close it at once
 *   ret_writer  closed with pl_capture_writer_close
 * Returns PL_OK or PL_E_MEMORY. One thread at a time. */
PL_MUST_USE enum pl_status pl_capture_writer_open(int fd, struct pl_capture_writer **ret_writer);

/* pl_capture_writer_put appends a frame; false when it could not be written (disk, memory). */
bool pl_capture_writer_put(struct pl_capture_writer *writer, const struct pl_frame *frame);

/* pl_capture_writer_close ends it; false when any byte was not written. */
bool pl_capture_writer_close(struct pl_capture_writer *writer);

#endif
