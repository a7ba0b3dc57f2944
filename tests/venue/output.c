#include "tests/venue/output.h"

#include <stdio.h>

#include "tests/venue/impair_report.h"

static bool fail(struct pl_output *output, const char *subject, const char *error) {
  if (output->error == NULL) {
    output->subject = subject;
    output->error = error;
  }
  return false;
}

static const char *name_of(const struct pl_output *output, uint32_t line) {
  const char *path = output->arguments->paths[line];
  return path != NULL ? path : output->arguments->interfaces[line];
}

static bool is_live(const struct pl_output *output) {
  return output->arguments->interfaces[PL_LINE_A] != NULL;
}

/* Opens a line's file or socket; gives where its frames go. */
static bool open_line(struct pl_output *output, uint32_t line, uint64_t start_ns,
                      struct pl_impair_out *ret_out) {
  const char *name = name_of(output, line);
  if (!is_live(output)) {
    *ret_out = (struct pl_impair_out){pl_sink_pcap_write, &output->pcap[line]};
    return pl_sink_pcap_open(&output->pcap[line], name) ||
           fail(output, name, output->pcap[line].error);
  }
  *ret_out = (struct pl_impair_out){pl_sink_live_send, &output->live[line]};
  return pl_sink_live_open(&output->live[line], name, start_ns,
                           output->arguments->speed_permille) ||
         fail(output, name, output->live[line].error);
}

static bool close_line(struct pl_output *output, uint32_t line) {
  const char *name = name_of(output, line);
  if (is_live(output))
    return pl_sink_live_close(&output->live[line]) || fail(output, name, output->live[line].error);
  return pl_sink_pcap_close(&output->pcap[line]) || fail(output, name, output->pcap[line].error);
}

/* Puts the merge before two live sinks. */
static bool merge_lines(struct pl_output *output, struct pl_impair_out *out) {
  output->merge = pl_sink_merge_open(out);
  if (output->merge == NULL) return fail(output, "exchange", "out of memory");
  pl_sink_live_join(&output->live[PL_LINE_A], &output->live[PL_LINE_B]);
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    output->merge_lines[line] = (struct pl_sink_merge_line){output->merge, line};
    out[line] = (struct pl_impair_out){pl_sink_merge_take, &output->merge_lines[line]};
  }
  return true;
}

bool pl_output_open(struct pl_output *output, const struct pl_arguments *arguments,
                    uint64_t start_ns) {
  struct pl_impair_out out[PL_IMPAIR_LINES] = {0};
  *output = (struct pl_output){.arguments = arguments};
  while (output->lines < PL_IMPAIR_LINES && name_of(output, output->lines) != NULL) {
    if (!open_line(output, output->lines, start_ns, &out[output->lines])) break;
    output->lines++;
  }
  if (output->error == NULL && is_live(output) && output->lines == PL_IMPAIR_LINES)
    merge_lines(output, out);
  if (output->error == NULL && !pl_impair_pair_open(&output->pair, arguments->impair, out))
    fail(output, "exchange", "out of memory");
  if (output->error == NULL) return true;
  pl_sink_merge_close(output->merge);
  for (uint32_t line = 0; line < output->lines; line++) close_line(output, line);
  return false;
}

bool pl_output_push(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_output *output = ctx;
  bool pushed = pl_impair_pair_push(&output->pair, time_ns, frame, size);
  if (output->merge == NULL) return pushed;
  if (!pushed && pl_sink_merge_is_full(output->merge))
    return fail(output, "exchange", "too many frames between the lines: give a smaller delay");
  return pushed && pl_sink_merge_until(output->merge, time_ns);
}

static void report(const struct pl_output *output) {
  for (uint32_t line = 0; line < output->lines; line++) {
    const struct pl_sink_pcap *pcap = &output->pcap[line];
    const struct pl_sink_live *live = &output->live[line];
    printf("%llu frames, %llu bytes -> %s\n", (unsigned long long)(pcap->frames + live->frames),
           (unsigned long long)(pcap->bytes + live->bytes), name_of(output, line));
    if (live->down > 0)
      printf("%llu frames lost: %s was down\n", (unsigned long long)live->down,
             name_of(output, line));
  }
  if (output->arguments->is_impaired) pl_impair_report_table(stdout, &output->pair);
}

bool pl_output_close(struct pl_output *output) {
  if (output->error == NULL && pl_impair_pair_flush(&output->pair) && output->merge != NULL)
    (void)pl_sink_merge_until(output->merge, UINT64_MAX);
  for (uint32_t line = 0; line < output->lines; line++) close_line(output, line);
  if (output->error == NULL) report(output);
  pl_sink_merge_close(output->merge);
  pl_impair_pair_close(&output->pair);
  return output->error == NULL;
}
