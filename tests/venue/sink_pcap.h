/* Writes frames to a pcap file with nanosecond time stamps. */
#ifndef PL_TESTS_VENUE_SINK_PCAP_H
#define PL_TESTS_VENUE_SINK_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_SINK_ERROR_MAX 320u

struct pl_sink_pcap {
  void *handle; /* pcap_t */
  void *dumper; /* pcap_dumper_t */
  uint64_t frames, bytes;
  bool failed;                   /* a write failed; `error` says why */
  char error[PL_SINK_ERROR_MAX]; /* one line, for people */
};

/* Creates or overwrites the file. Returns false with sink->error set. */
bool pl_sink_pcap_open(struct pl_sink_pcap *sink, const char *path);

/* A pl_exchange_sink; ctx is the struct pl_sink_pcap. Returns false when the file took no more. */
bool pl_sink_pcap_write(void *ctx, uint64_t time_ns, const uint8_t *frame, size_t size);

/* Flushes and closes. Returns false with sink->error set when any byte was not written. */
bool pl_sink_pcap_close(struct pl_sink_pcap *sink);

#endif
