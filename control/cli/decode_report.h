/* What a decoding ends with: where every frame and every byte of payload went. */
#ifndef CONTROL_CLI_DECODE_REPORT_H
#define CONTROL_CLI_DECODE_REPORT_H

#include "dataplane/venue/layout.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PL_DECODE_IDS 65536 /* templates and letters are 16 bits at most */

/* frames = packets + undecoded; payload_bytes = head_bytes + message_bytes + left_over_bytes. */
struct pl_decode_sum {
  uint64_t frames;
  uint64_t undecoded[PL_STATUS_COUNT]; /* frames that hold no packet of the venue */
  uint64_t packets, packets_damaged;   /* headers read; with an error behind them */
  uint64_t messages;
  uint64_t payload_bytes, head_bytes, message_bytes;
  uint64_t left_over_bytes[PL_STATUS_COUNT]; /* in no message, by what was wrong */
  uint64_t rest_bytes;                       /* in messages, but in no table */
  bool tail_cut;
  struct {
    const struct pl_layout_message *message; /* NULL: in no table */
    uint64_t count;
  } by_id[PL_DECODE_IDS];
};

/* pl_decode_report_json writes one object, "summary", and a newline.
 *   detected  the venue was told from the bytes */
void pl_decode_report_json(FILE *out, const struct pl_layout *layout, bool detected,
                           const struct pl_decode_sum *sum);

/* pl_decode_report_text writes the same as a few lines. */
void pl_decode_report_text(FILE *out, const struct pl_layout *layout, bool detected,
                           const struct pl_decode_sum *sum);

/* pl_decode_report_layouts writes the field tables of a venue, a JSON object a field or group. */
void pl_decode_report_layouts(FILE *out, const struct pl_layout *layout);

#endif
