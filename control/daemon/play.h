/* Playing captures: the appliance on files instead of wires, and what came out of it. The same
 * threads, ring and step as live; only the ports differ. */
#ifndef CONTROL_DAEMON_PLAY_H
#define CONTROL_DAEMON_PLAY_H

#include "control/daemon/run.h"

#include <stdio.h>

#define PL_PLAY_LINES 2 /* PL_LINE_A, PL_LINE_B */

struct pl_play_config {
  const struct pl_venue *venue;
  const struct pl_policy *policy;
  enum pl_layout layout;
  uint32_t speed_e3;           /* feed time per wall time, in thousandths; 0: as fast as it goes */
  const char *const *captures; /* [capture_count] of line A, one after the other as one stream */
  uint32_t capture_count;
  /* Instead of captures: what line A and line B brought, merged by capture time; NULL: not that. */
  const char *lines[PL_PLAY_LINES];
  FILE *books; /* CSV, a row a book message and completed snapshot; NULL: none */
  /* Main thread; may be NULL. progress is called some ten times a second and once at the end. */
  void (*decision)(void *context, const struct pl_pipeline *pipeline,
                   const struct pl_decision *decision);
  void (*progress)(void *context, const struct pl_pipeline *pipeline, uint64_t frames_done,
                   uint64_t frames_total);
  void *context;
};

struct pl_play_result {
  uint64_t packets;    /* frames of the captures that could be read */
  uint64_t rx_missing; /* read by the scan, never handed over by the driver */
  uint64_t decisions, digest, wall_ns, feed_ns;
  struct pl_receive_stats receive;
  struct pl_engine_stats engine;
  struct pl_channels_stats channels;
  bool tail_cut; /* a capture ends inside a frame */
};

/* pl_play plays the captures. Starts EAL (once a process) and opens the pipeline, both on the
 * calling thread, which becomes the decisions' consumer.
 *   ret_error  one line on failure
 * Returns PL_OK or what failed; ret_result is written only on PL_OK. */
PL_MUST_USE enum pl_status pl_play(const struct pl_play_config *config,
                                   struct pl_play_result *ret_result, char *ret_error,
                                   size_t error_bytes);

#endif
