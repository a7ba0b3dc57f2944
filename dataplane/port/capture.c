#include "dataplane/port/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/port/inflate.h"

struct pl_capture_reader {
  pcap_t *pcap;
  bool tail_cut;
};

/* Takes a duplicate of fd, so that closing the pcap handle leaves fd open. */
static pcap_t *open_pcap(int fd, char *error) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  FILE *stream = copy < 0 ? NULL : fdopen(copy, "rb");
  if (stream == NULL) {
    snprintf(error, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
    if (copy >= 0) close(copy);
    return NULL;
  }
  pcap_t *pcap = pcap_fopen_offline(stream, error);
  if (pcap == NULL) fclose(stream);
  return pcap;
}

static uint64_t stamp_ns(const struct pcap_pkthdr *header) {
  return ((uint64_t)header->ts.tv_sec * 1000000 + (uint64_t)header->ts.tv_usec) * 1000;
}

/* Leaves fd open. */
static enum pl_status begin(const char *path, int fd, struct pl_capture_reader *ret_reader,
                            char *ret_error, size_t error_bytes) {
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *pcap = open_pcap(fd, error);
  if (pcap == NULL) {
    snprintf(ret_error, error_bytes, "%s is not a pcap or pcapng file: %s", path, error);
    return PL_E_NOT_CAPTURE;
  }
  int link_type = pcap_datalink(pcap);
  if (link_type != DLT_EN10MB) {
    const char *name = pcap_datalink_val_to_name(link_type);
    snprintf(
        ret_error, error_bytes,
        "%s holds frames of link type %s (%d), not Ethernet: capture on one interface, not any",
        path, name == NULL ? "unknown" : name, link_type);
    pcap_close(pcap);
    return PL_E_NOT_CAPTURE;
  }
  *ret_reader = (struct pl_capture_reader){.pcap = pcap};
  return PL_OK;
}

bool pl_capture_reader_next(struct pl_capture_reader *reader, struct pl_frame *ret_frame) {
  struct pcap_pkthdr *header;
  const u_char *data;
  int result = pcap_next_ex(reader->pcap, &header, &data);
  if (result != 1) {
    reader->tail_cut |= result == PCAP_ERROR;
    return false;
  }
  *ret_frame =
      (struct pl_frame){.data = data, .size_bytes = header->caplen, .recv_ns = stamp_ns(header)};
  return true;
}

bool pl_capture_reader_tail_cut(const struct pl_capture_reader *reader) {
  return reader->tail_cut;
}

void pl_capture_reader_close(struct pl_capture_reader *reader) {
  if (reader == NULL) return;
  pcap_close(reader->pcap);
  free(reader);
}

static enum pl_status scan(const char *path, int fd, struct pl_port_capture_info *ret_info,
                           char *ret_error, size_t error_bytes) {
  struct pl_capture_reader reader;
  enum pl_status status = begin(path, fd, &reader, ret_error, error_bytes);
  if (status != PL_OK) return status;
  struct pl_port_capture_info info = {0};
  struct pl_frame frame;
  while (pl_capture_reader_next(&reader, &frame)) {
    if (info.frames == 0) info.first_ns = frame.recv_ns;
    info.last_ns = frame.recv_ns;
    info.frames++;
    info.bytes += frame.size_bytes;
  }
  info.tail_cut = reader.tail_cut;
  pcap_close(reader.pcap);
  if (info.frames == 0) {
    snprintf(ret_error, error_bytes, "%s holds no frame%s", path,
             info.tail_cut ? ": it is cut inside the first one" : "");
    return PL_E_EMPTY;
  }
  *ret_info = info;
  return PL_OK;
}

enum pl_status pl_capture_open(const char *path, int *ret_fd, struct pl_port_capture_info *ret_info,
                               char *ret_error, size_t error_bytes) {
  int fd;
  struct pl_inflate_info plain;
  enum pl_status status =
      pl_inflate_open(path, PL_CAPTURE_INFLATED_BYTES_MAX, &fd, &plain, ret_error, error_bytes);
  if (status != PL_OK) return status;
  status = scan(path, fd, ret_info, ret_error, error_bytes);
  if (status != PL_OK) {
    close(fd);
    return status;
  }
  *ret_fd = fd;
  return PL_OK;
}

enum pl_status pl_capture_reader_open(const char *path, struct pl_capture_reader **ret_reader,
                                      char *ret_error, size_t error_bytes) {
  int fd;
  struct pl_inflate_info plain;
  enum pl_status status =
      pl_inflate_open(path, PL_CAPTURE_INFLATED_BYTES_MAX, &fd, &plain, ret_error, error_bytes);
  if (status != PL_OK) return status;
  struct pl_capture_reader *reader = malloc(sizeof *reader);
  if (reader == NULL) {
    snprintf(ret_error, error_bytes, "no memory to read %s", path);
    status = PL_E_MEMORY;
  } else {
    status = begin(path, fd, reader, ret_error, error_bytes);
  }
  close(fd);
  if (status == PL_OK)
    *ret_reader = reader;
  else
    free(reader);
  return status;
}
