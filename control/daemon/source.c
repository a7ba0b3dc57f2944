#include "control/daemon/source.h"

#include "dataplane/feed/ethernet.h"
#include "dataplane/port/capture_writer.h"
#include "dataplane/port/inflate.h"
#include "dataplane/venue/itch_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where Nasdaq sends this feed: 233.54.12.111, port 26477. */
static const struct pl_ethernet_path day_path = {
    .source_ip = 0x0a000001,
    .group_ip = 0xe9360c6f,
    .source_port = 26477,
    .destination_port = 26477,
};

/* A day file on its way into a capture. */
struct day {
  const char *path;
  const uint8_t *bytes;
  size_t size_bytes, at;
  struct pl_itch_file file;
  struct pl_capture_writer *writer;
  uint8_t frame[PL_ETHERNET_OVERHEAD + PL_ITCH_FILE_PACKET_BYTES_MAX];
};

/* Whether it begins as pcap or pcapng files do, in either byte order. */
static bool is_capture(const uint8_t *bytes, size_t size_bytes) {
  static const uint32_t magics[] = {0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a};
  uint32_t magic;
  if (size_bytes < sizeof magic) return false;
  memcpy(&magic, bytes, sizeof magic);
  for (uint32_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
    if (magic == magics[i]) return true;
  return false;
}

static enum pl_status put_packets(struct day *day) {
  while (day->at < day->size_bytes) {
    size_t packet_bytes, used_bytes;
    enum pl_status status =
        pl_itch_file_next(&day->file, day->bytes + day->at, day->size_bytes - day->at,
                          day->frame + PL_ETHERNET_OVERHEAD, &packet_bytes, &used_bytes);
    if (status != PL_OK) return status;
    day->at += used_bytes;
    size_t frame_bytes = pl_ethernet_wrap(&day_path, 0, day->frame + PL_ETHERNET_OVERHEAD,
                                          packet_bytes, day->frame, sizeof day->frame);
    const struct pl_frame frame = {
        .data = day->frame, .size_bytes = (uint32_t)frame_bytes, .recv_ns = day->file.time_ns};
    if (!pl_capture_writer_put(day->writer, &frame)) return PL_E_MEMORY;
  }
  return PL_OK;
}

/* Writes the day into a capture in memory. */
static enum pl_status convert(struct day *day, int *ret_fd, char *ret_error, size_t error_bytes) {
  int fd = memfd_create("day", MFD_CLOEXEC);
  enum pl_status status = fd < 0 ? PL_E_MEMORY : pl_capture_writer_open(fd, &day->writer);
  if (status == PL_OK) {
    status = put_packets(day);
    bool cut = status == PL_E_TRUNCATED && day->at != 0;
    if (cut) status = PL_OK;
    if (!pl_capture_writer_close(day->writer) && status == PL_OK) status = PL_E_MEMORY;
    /* the capture's tail is cut then, too, and its reader says so */
    if (cut && status == PL_OK && write(fd, "cut", 3) != 3) status = PL_E_MEMORY;
  }
  if (status == PL_OK) {
    *ret_fd = fd;
    return PL_OK;
  }
  if (fd >= 0) (void)close(fd);
  (void)snprintf(ret_error, error_bytes, "%s: day file %s at byte %zu, message %" PRIu64, day->path,
                 status == PL_E_TRUNCATED ? "cut"
                 : status == PL_E_MEMORY  ? "larger than memory"
                                          : "damaged",
                 day->at, day->file.messages + 1);
  return status;
}

/* Looks at the plain bytes.
 *   fd         replaced where they are a day file
 *   ret_known  they are a day file or a capture; ret_made: a day file */
static enum pl_status look(const char *path, uint64_t size_bytes, int *fd, bool *ret_known,
                           bool *ret_made, char *ret_error, size_t error_bytes) {
  void *bytes = mmap(NULL, size_bytes, PROT_READ, MAP_PRIVATE, *fd, 0);
  if (bytes == MAP_FAILED) {
    (void)snprintf(ret_error, error_bytes, "no memory to read %s", path);
    return PL_E_MEMORY;
  }
  struct day day = {.path = path, .bytes = bytes, .size_bytes = size_bytes};
  int made = -1;
  enum pl_status status = PL_OK;
  *ret_made = pl_itch_file_begins(bytes, size_bytes);
  *ret_known = *ret_made || is_capture(bytes, size_bytes);
  if (*ret_made) status = convert(&day, &made, ret_error, error_bytes);
  (void)munmap(bytes, size_bytes);
  if (made >= 0) {
    (void)close(*fd);
    *fd = made;
  }
  return status;
}

enum pl_status pl_source_open(const char *path, char *ret_path, char *ret_error,
                              size_t error_bytes) {
  int fd;
  bool known, made;
  struct pl_inflate_info info;
  enum pl_status status =
      pl_inflate_open(path, PL_CAPTURE_INFLATED_BYTES_MAX, &fd, &info, ret_error, error_bytes);
  if (status != PL_OK) return status;
  status = look(path, info.bytes, &fd, &known, &made, ret_error, error_bytes);
  if (status == PL_OK && known && (made || info.compressed)) {
    (void)snprintf(ret_path, PL_SOURCE_PATH_BYTES, "/proc/self/fd/%d", fd);
    return PL_OK;
  }
  (void)close(fd);
  if (status == PL_OK) (void)snprintf(ret_path, PL_SOURCE_PATH_BYTES, "%s", path);
  return status;
}
