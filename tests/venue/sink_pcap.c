#include "tests/venue/sink_pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define SNAPLEN   65535
#define SECOND_NS 1000000000u

static void fail(struct pl_sink_pcap *sink, const char *what) {
  if (!sink->failed) snprintf(sink->error, sizeof sink->error, "%s", what);
  sink->failed = true;
}

bool pl_sink_pcap_open(struct pl_sink_pcap *sink, const char *path) {
  *sink = (struct pl_sink_pcap){0};
  pcap_t *handle =
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
  if (handle == NULL) {
    fail(sink, "out of memory");
    return false;
  }
  pcap_dumper_t *dumper = pcap_dump_open(handle, path);
  if (dumper == NULL) {
    const char *error = pcap_geterr(handle); /* "PATH: reason"; the caller names the path */
    size_t length = strlen(path);
    bool repeats = strncmp(error, path, length) == 0 && strncmp(error + length, ": ", 2) == 0;
    fail(sink, repeats ? error + length + 2 : error);
    pcap_close(handle);
    return false;
  }
  sink->handle = handle;
  sink->dumper = dumper;
  return true;
}

bool pl_sink_pcap_write(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size) {
  struct pl_sink_pcap *sink = ctx;
  struct pcap_pkthdr header = {.caplen = (uint32_t)size, .len = (uint32_t)size};
  header.ts.tv_sec = (time_t)(time_ns / SECOND_NS);
  header.ts.tv_usec = (suseconds_t)(time_ns % SECOND_NS); /* nanoseconds in a nanosecond file */
  pcap_dump(sink->dumper, &header, frame);
  if (ferror(pcap_dump_file(sink->dumper))) {
    fail(sink, strerror(errno));
    return false;
  }
  sink->frames++;
  sink->bytes += size;
  return true;
}

bool pl_sink_pcap_close(struct pl_sink_pcap *sink) {
  if (pcap_dump_flush(sink->dumper) != 0) fail(sink, strerror(errno));
  pcap_dump_close(sink->dumper);
  pcap_close(sink->handle);
  return !sink->failed;
}
