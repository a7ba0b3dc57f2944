/* A capture as datagrams, one after the other, without DPDK. */
#ifndef CONTROL_DAEMON_DATAGRAMS_H
#define CONTROL_DAEMON_DATAGRAMS_H

#include "engine/base/frame.h"
#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pl_datagrams {
  struct pl_capture_reader *reader;
  uint64_t frames; /* taken so far */
};

struct pl_datagram {
  uint64_t frame;          /* its number in the capture, from 1 */
  enum pl_status status;   /* PL_OK, or why the frame holds none (pl_udp_parse) */
  struct pl_packet packet; /* with PL_OK; valid until the next one is taken */
};

/* pl_datagrams_open opens a capture, plain or compressed. Fails as pl_capture_reader_open does.
 *   ret_error  one line on failure; ret_datagrams is then untouched, else closed by the caller */
PL_MUST_USE enum pl_status pl_datagrams_open(const char *path, struct pl_datagrams *ret_datagrams,
                                             char *ret_error, size_t error_bytes);

/* pl_datagrams_next takes the next frame, whatever it holds; false when there is none. */
bool pl_datagrams_next(struct pl_datagrams *datagrams, struct pl_datagram *ret_datagram);

/* pl_datagrams_close ends it and tells whether the capture goes on where it could not be read. */
bool pl_datagrams_close(struct pl_datagrams *datagrams);

#endif
