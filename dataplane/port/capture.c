#include "dataplane/port/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum pl_status open_regular(const char *path, int *ret_fd, char *ret_error,
                                   size_t error_bytes) {
  /* Non-blocking, or a fifo without a writer would hold us for ever. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat meta;
  if (fd < 0 && errno == ENXIO) {
    snprintf(ret_error, error_bytes, "%s is not a regular file", path);
    return PL_E_NOT_CAPTURE;
  }
  if (fd < 0 || fstat(fd, &meta) != 0) {
    snprintf(ret_error, error_bytes, "cannot open %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return PL_E_NO_FILE;
  }
  enum pl_status status = PL_OK;
  if (!S_ISREG(meta.st_mode)) {
    snprintf(ret_error, error_bytes, "%s is not a regular file", path);
    status = PL_E_NOT_CAPTURE;
  } else if (meta.st_size == 0) {
    snprintf(ret_error, error_bytes, "%s is empty: 0 bytes", path);
    status = PL_E_EMPTY;
  }
  if (status == PL_OK)
    *ret_fd = fd;
  else
    close(fd);
  return status;
}

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

static void read_frames(pcap_t *pcap, struct pl_port_capture_info *ret_info) {
  struct pcap_pkthdr *header;
  const u_char *data;
  int result;
  while ((result = pcap_next_ex(pcap, &header, &data)) == 1) {
    uint64_t at_ns = stamp_ns(header);
    if (ret_info->frames == 0) ret_info->first_ns = at_ns;
    ret_info->last_ns = at_ns;
    ret_info->frames++;
    ret_info->bytes += header->caplen;
  }
  ret_info->tail_cut = result == PCAP_ERROR;
}

static enum pl_status scan(const char *path, int fd, struct pl_port_capture_info *ret_info,
                           char *ret_error, size_t error_bytes) {
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *pcap = open_pcap(fd, error);
  if (pcap == NULL) {
    snprintf(ret_error, error_bytes, "%s is not a pcap or pcapng file: %s", path, error);
    return PL_E_NOT_CAPTURE;
  }
  enum pl_status status = PL_OK;
  int link_type = pcap_datalink(pcap);
  if (link_type != DLT_EN10MB) {
    const char *name = pcap_datalink_val_to_name(link_type);
    snprintf(
        ret_error, error_bytes,
        "%s holds frames of link type %s (%d), not Ethernet: capture on one interface, not any",
        path, name == NULL ? "unknown" : name, link_type);
    status = PL_E_NOT_CAPTURE;
  } else {
    read_frames(pcap, ret_info);
    if (ret_info->frames == 0) {
      snprintf(ret_error, error_bytes, "%s holds no frame%s", path,
               ret_info->tail_cut ? ": it is cut inside the first one" : "");
      status = PL_E_EMPTY;
    }
  }
  pcap_close(pcap);
  return status;
}

enum pl_status pl_capture_open(const char *path, int *ret_fd, struct pl_port_capture_info *ret_info,
                               char *ret_error, size_t error_bytes) {
  int fd;
  struct pl_port_capture_info info = {0};
  enum pl_status status = open_regular(path, &fd, ret_error, error_bytes);
  if (status != PL_OK) return status;
  status = scan(path, fd, &info, ret_error, error_bytes);
  if (status != PL_OK) {
    close(fd);
    return status;
  }
  *ret_fd = fd;
  *ret_info = info;
  return PL_OK;
}
