#include "dataplane/port/capture_writer.h"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/limits.h"

#define SECOND_NS UINT64_C(1000000000)

struct pl_capture_writer {
  pcap_t *pcap;
  pcap_dumper_t *dumper;
};

enum pl_status pl_capture_writer_open(int fd, struct pl_capture_writer **ret_writer) {
  struct pl_capture_writer *writer = calloc(1, sizeof *writer);
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  FILE *stream = copy < 0 ? NULL : fdopen(copy, "wb");
  if (stream == NULL && copy >= 0) close(copy);
  if (writer != NULL && stream != NULL) {
    writer->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, PL_FRAME_BYTES_MAX,
                                                        PCAP_TSTAMP_PRECISION_NANO);
    if (writer->pcap != NULL) writer->dumper = pcap_dump_fopen(writer->pcap, stream);
    if (writer->dumper != NULL) {
      *ret_writer = writer;
      return PL_OK;
    }
    if (writer->pcap != NULL) pcap_close(writer->pcap);
  }
  if (stream != NULL) (void)fclose(stream);
  free(writer);
  return PL_E_MEMORY;
}

bool pl_capture_writer_put(struct pl_capture_writer *writer, const struct pl_frame *frame) {
  struct pcap_pkthdr header = {.caplen = frame->size_bytes, .len = frame->size_bytes};
  header.ts.tv_sec = (time_t)(frame->recv_ns / SECOND_NS);
  header.ts.tv_usec = (suseconds_t)(frame->recv_ns % SECOND_NS); /* this file's: nanoseconds */
  pcap_dump((u_char *)writer->dumper, &header, frame->data);
  return ferror(pcap_dump_file(writer->dumper)) == 0;
}

bool pl_capture_writer_close(struct pl_capture_writer *writer) {
  bool written = pcap_dump_flush(writer->dumper) == 0;
  pcap_dump_close(writer->dumper);
  pcap_close(writer->pcap);
  free(writer);
  return written;
}
