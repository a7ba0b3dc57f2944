/* The housekeeping thread's side of `plimsoll capture`: takes what the receive core puts into the
 * tap and writes it, as pcapng, to a socket whose other end the operator's tool empties into a
 * file. Never waits: while the reader is slow the tap's ring fills up, and what no longer fits
 * there is lost from the capture and counted in it. One capture at a time. */
#ifndef CONTROL_DAEMON_CAPTURE_STREAM_H
#define CONTROL_DAEMON_CAPTURE_STREAM_H

#include "control/daemon/capture_tap.h"
#include "control/publish/pcapng.h"

#define PL_CAPTURE_STAGE_BYTES (256u * 1024) /* formatted, waiting for the socket */

enum pl_capture_state {
  PL_CAPTURE_OFF,
  PL_CAPTURE_ON,
  PL_CAPTURE_ENDING, /* the tap is ordered off; what it put is still written */
  PL_CAPTURE_CLOSING /* the last blocks wait for the socket */
};

struct pl_capture_config {
  struct pl_capture_order order;
  uint64_t frames_max;                   /* 0: no bound */
  const char *interfaces[PL_LINE_COUNT]; /* by line, what carries it; NULL: nothing does */
  const char *application;
};

struct pl_capture_stream {
  struct pl_arena arena;
  struct pl_capture_tap *tap;
  uint8_t *stage; /* [PL_CAPTURE_STAGE_BYTES], of which [staged], of which [sent] */
  size_t staged, sent;
  enum pl_capture_state state;
  bool broken; /* nobody reads any more */
  bool full;   /* frames_max was reached: what the tap put beyond it is not part of the capture */
  const char *why; /* it ended, constant text */
  int descriptor;
  struct pl_capture_config config; /* without its texts */
  uint64_t start_ns;
  struct pl_capture_line {
    bool captured;
    uint32_t interface; /* its number in the file */
    uint64_t written;
    struct pl_capture_missing missing;
  } lines[PL_LINE_COUNT];
  uint64_t frames, lost; /* of this capture or the last, up to what is formatted */
};

/* pl_capture_stream_open takes the memory and makes the tap. Start-up only. PL_E_MEMORY. */
PL_MUST_USE enum pl_status pl_capture_stream_open(struct pl_capture_stream *ret_stream);

/* pl_capture_stream_begin begins a capture.
 *   config      copied; its texts are read here
 *   descriptor  [in,out] the writing end of a stream socket; kept on PL_OK, and then -1
 *   ret_error   one line on failure
 * Returns PL_OK, PL_E_BUSY, PL_E_NOT_FOUND (nothing carries the lines) or PL_E_PROTOCOL (not a
 * socket). */
PL_MUST_USE enum pl_status pl_capture_stream_begin(struct pl_capture_stream *stream,
                                                   const struct pl_capture_config *config,
                                                   int *descriptor, char *ret_error,
                                                   size_t error_bytes);

/* pl_capture_stream_turn does what can be done without waiting. */
void pl_capture_stream_turn(struct pl_capture_stream *stream);

/* pl_capture_stream_lost returns how many frames the capture that is on, or was last, lost. */
uint64_t pl_capture_stream_lost(const struct pl_capture_stream *stream);

/* pl_capture_stream_close ends what is on, waiting a second at most for the reader, and gives the
 * memory back. When the receive core has ended. A zeroed stream is nothing to close. */
void pl_capture_stream_close(struct pl_capture_stream *stream);

#endif
