/* Where the exchange's lines go: files or interfaces, impaired on the way. */
#ifndef PL_TESTS_VENUE_OUTPUT_H
#define PL_TESTS_VENUE_OUTPUT_H

#include "tests/venue/arguments.h"
#include "tests/venue/sink_live.h"
#include "tests/venue/sink_merge.h"
#include "tests/venue/sink_pcap.h"

struct pl_output {
  const struct pl_arguments *arguments;
  struct pl_impair_pair pair;
  struct pl_sink_pcap pcap[PL_IMPAIR_LINES];
  struct pl_sink_live live[PL_IMPAIR_LINES];
  struct pl_sink_merge *merge; /* of two live lines; else NULL */
  struct pl_sink_merge_line merge_lines[PL_IMPAIR_LINES];
  uint32_t lines;      /* open ones: A, or A and B */
  const char *subject; /* what failed, and why */
  const char *error;
};

/* pl_output_open opens what the arguments name; they are kept by pointer, and neither they nor the
 * output may move until pl_output_close.
 *   start_ns  feed time of the first frame
 * Returns false, nothing left open, with subject and error set. */
bool pl_output_open(struct pl_output *output, const struct pl_arguments *arguments,
                    uint64_t start_ns);

/* pl_output_push is a pl_exchange_sink; ctx is the struct pl_output. */
bool pl_output_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

/* pl_output_close sends on what is still on its way, says what went where and was done on stdout,
 * and closes. Returns false with subject and error set when anything was not written or sent. */
bool pl_output_close(struct pl_output *output);

#endif
