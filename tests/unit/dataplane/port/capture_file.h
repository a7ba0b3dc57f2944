/* Capture files with known contents: frame i is a pattern of i, stamped by a formula of i. */
#ifndef TESTS_UNIT_DATAPLANE_PORT_CAPTURE_FILE_H
#define TESTS_UNIT_DATAPLANE_PORT_CAPTURE_FILE_H

#include <pcap/pcap.h>
#include <stdint.h>

#define CAPTURE_FRAME_BYTES_MAX 65535

static inline void capture_file_fill(uint8_t *ret_data, uint32_t i, uint32_t size_bytes) {
  for (uint32_t at = 0; at < size_bytes; at++)
    ret_data[at] = (uint8_t)(i * 131 + at * 7 + at / 256);
}

static inline uint64_t capture_file_stamp_us(uint32_t i) {
  return UINT64_C(1773100800999990) + (uint64_t)i * 1003; /* crosses a second soon */
}

/* fraction_ns is what a nanosecond file has beyond the microsecond. */
static inline void capture_file_write_any(const char *path, uint32_t frames,
                                          uint32_t (*size_of)(uint32_t), int link_type,
                                          u_int precision, uint64_t fraction_ns) {
  static uint8_t data[CAPTURE_FRAME_BYTES_MAX];
  pcap_t *dead = pcap_open_dead_with_tstamp_precision(link_type, 262144, precision);
  pcap_dumper_t *dumper = pcap_dump_open(dead, path);
  for (uint32_t i = 0; i < frames; i++) {
    uint32_t size_bytes = size_of(i);
    uint64_t fraction_us = capture_file_stamp_us(i) % 1000000;
    struct pcap_pkthdr header = {.caplen = size_bytes, .len = size_bytes};
    header.ts.tv_sec = (time_t)(capture_file_stamp_us(i) / 1000000);
    header.ts.tv_usec =
        (suseconds_t)(precision == PCAP_TSTAMP_PRECISION_NANO ? fraction_us * 1000 + fraction_ns
                                                              : fraction_us);
    capture_file_fill(data, i, size_bytes);
    pcap_dump((u_char *)dumper, &header, data);
  }
  pcap_dump_close(dumper);
  pcap_close(dead);
}

static inline void capture_file_write(const char *path, uint32_t frames,
                                      uint32_t (*size_of)(uint32_t)) {
  capture_file_write_any(path, frames, size_of, DLT_EN10MB, PCAP_TSTAMP_PRECISION_MICRO, 0);
}

static inline void capture_file_write_ns(const char *path, uint32_t frames,
                                         uint32_t (*size_of)(uint32_t)) {
  capture_file_write_any(path, frames, size_of, DLT_EN10MB, PCAP_TSTAMP_PRECISION_NANO, 789);
}

static inline uint32_t capture_file_size_small(uint32_t i) {
  return 60 + i;
}

static inline void capture_file_write_linked(const char *path, int link_type) {
  capture_file_write_any(path, 2, capture_file_size_small, link_type, PCAP_TSTAMP_PRECISION_MICRO,
                         0);
}

#endif
