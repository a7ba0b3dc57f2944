#include "control/daemon/source.h"

#include "dataplane/port/capture_writer.h"
#include "dataplane/port/inflate.h"
#include "dataplane/venue/itch_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADERS_BYTES 42          /* Ethernet 14, IPv4 20, UDP 8 */
#define GROUP         0xe9360c6fu /* where Nasdaq sends this feed: 233.54.12.111, port 26477 */
#define PORT          26477

/* A day file on its way into a capture. */
struct day {
  const char *path;
  const uint8_t *bytes;
  size_t size_bytes, at;
  struct pl_itch_file file;
  struct pl_capture_writer *writer;
  uint8_t frame[HEADERS_BYTES + PL_ITCH_FILE_PACKET_BYTES_MAX];
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

static void set_be16(uint8_t *at, size_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

/* UDP checksum 0: none, as many feeds send. */
static void put_headers(uint8_t *frame, size_t payload_bytes) {
  static const uint8_t ethernet[] = {0x01, 0x00, 0x5e, 0x36, 0x0c, 0x6f, 0x02, 0, 0, 0, 0, 1, 8, 0};
  uint8_t *ip = frame + sizeof ethernet, *udp = ip + 20;
  memset(frame, 0, HEADERS_BYTES);
  memcpy(frame, ethernet, sizeof ethernet);
  ip[0] = 0x45;
  set_be16(ip + 2, 28 + payload_bytes);
  ip[8] = 1;  /* hops */
  ip[9] = 17; /* UDP */
  ip[12] = 10;
  ip[15] = 1;
  set_be16(ip + 16, GROUP >> 16);
  set_be16(ip + 18, GROUP & 0xffff);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 20; i += 2) sum += (uint32_t)ip[i] << 8 | ip[i + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  set_be16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
  set_be16(udp, PORT);
  set_be16(udp + 2, PORT);
  set_be16(udp + 4, 8 + payload_bytes);
}

static enum pl_status put_packets(struct day *day) {
  while (day->at < day->size_bytes) {
    size_t packet_bytes, used_bytes;
    enum pl_status status =
        pl_itch_file_next(&day->file, day->bytes + day->at, day->size_bytes - day->at,
                          day->frame + HEADERS_BYTES, &packet_bytes, &used_bytes);
    if (status != PL_OK) return status;
    day->at += used_bytes;
    put_headers(day->frame, packet_bytes);
    const struct pl_frame frame = {.data = day->frame,
                                   .size_bytes = (uint32_t)(HEADERS_BYTES + packet_bytes),
                                   .recv_ns = day->file.time_ns};
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
