#include "dataplane/port/inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define IN_BYTES    (1 << 16)
#define OUT_BYTES   (1 << 18)
#define GZIP_WINDOW (15 + 16) /* the largest window, and a gzip header round it */

/* From a compressed file to memory. */
struct flow {
  int from, to;
  uint64_t bytes, bytes_max;
  const char *reason; /* what is wrong with the file */
  uint8_t in[IN_BYTES], out[OUT_BYTES];
};

static enum pl_status open_regular(const char *path, int *ret_fd, uint64_t *ret_bytes,
                                   char *ret_error, size_t error_bytes) {
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
  if (status != PL_OK) {
    close(fd);
    return status;
  }
  *ret_fd = fd;
  *ret_bytes = (uint64_t)meta.st_size;
  return PL_OK;
}

static enum pl_status put(struct flow *flow, size_t bytes) {
  if (bytes > flow->bytes_max - flow->bytes) return PL_E_TOO_LARGE;
  for (size_t done = 0; done < bytes;) {
    ssize_t written = write(flow->to, flow->out + done, bytes - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return PL_E_MEMORY;
    done += (size_t)written;
  }
  flow->bytes += bytes;
  return PL_OK;
}

/* Returns the bytes read, 0 at the end; a failed read ends the file, which is then cut. */
static size_t get(struct flow *flow) {
  ssize_t bytes;
  do bytes = read(flow->from, flow->in, IN_BYTES);
  while (bytes < 0 && errno == EINTR);
  return bytes > 0 ? (size_t)bytes : 0;
}

static enum pl_status damaged(struct flow *flow, const char *reason) {
  flow->reason = reason != NULL ? reason : "not understood";
  return PL_E_COMPRESSED;
}

static enum pl_status inflate_gzip(struct flow *flow) {
  z_stream stream = {0};
  enum pl_status status = PL_OK;
  bool inside = true; /* a member has begun and not ended */
  if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK) return PL_E_MEMORY;
  while (status == PL_OK && (stream.avail_in = (uInt)get(flow)) > 0) {
    stream.next_in = flow->in;
    do { /* what waits inside comes out with the trailer, which is read last */
      if (!inside) (void)inflateReset(&stream);
      stream.next_out = flow->out;
      stream.avail_out = OUT_BYTES;
      int result = inflate(&stream, Z_NO_FLUSH);
      inside = result != Z_STREAM_END;
      if (result == Z_MEM_ERROR) status = PL_E_MEMORY;
      if (result == Z_DATA_ERROR || result == Z_NEED_DICT) status = damaged(flow, stream.msg);
      if (status == PL_OK) status = put(flow, OUT_BYTES - stream.avail_out);
    } while (status == PL_OK && stream.avail_in > 0);
  }
  (void)inflateEnd(&stream);
  return status == PL_OK && inside ? damaged(flow, "it is cut") : status;
}

static enum pl_status inflate_zstd(struct flow *flow) {
  ZSTD_DStream *stream = ZSTD_createDStream();
  if (stream == NULL) return PL_E_MEMORY;
  enum pl_status status = PL_OK;
  size_t left = 1; /* 0: a frame has ended and none begun */
  ZSTD_inBuffer in = {.src = flow->in};
  while (status == PL_OK && (in.size = get(flow)) > 0) {
    in.pos = 0;
    do { /* a byte stays unread until all that waits inside is out */
      ZSTD_outBuffer out = {.dst = flow->out, .size = OUT_BYTES};
      left = ZSTD_decompressStream(stream, &out, &in);
      if (ZSTD_isError(left))
        status = damaged(flow, ZSTD_getErrorName(left));
      else
        status = put(flow, out.pos);
    } while (status == PL_OK && in.pos < in.size);
  }
  (void)ZSTD_freeDStream(stream);
  return status == PL_OK && left != 0 ? damaged(flow, "it is cut") : status;
}

typedef enum pl_status inflate_function(struct flow *flow);

/* By the first bytes; NULL for what is not compressed. */
static inflate_function *function_of(int fd) {
  uint8_t magic[4] = {0};
  if (pread(fd, magic, sizeof magic, 0) < 2) return NULL;
  if (magic[0] == 0x1f && magic[1] == 0x8b) return inflate_gzip;
  if (memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0) return inflate_zstd;
  bool skippable = (magic[0] & 0xf0) == 0x50 && memcmp(magic + 1, "\x2a\x4d\x18", 3) == 0;
  return skippable ? inflate_zstd : NULL;
}

static void tell(const struct flow *flow, enum pl_status status, const char *path, char *ret_error,
                 size_t error_bytes) {
  switch (status) {
  case PL_E_COMPRESSED:
    snprintf(ret_error, error_bytes, "%s is compressed and damaged: %s", path, flow->reason);
    break;
  case PL_E_TOO_LARGE:
    snprintf(ret_error, error_bytes, "%s inflates to more than %" PRIu64 " bytes", path,
             flow->bytes_max);
    break;
  case PL_E_EMPTY: snprintf(ret_error, error_bytes, "%s is empty once inflated", path); break;
  default: snprintf(ret_error, error_bytes, "no memory to inflate %s", path); break;
  }
}

/* Takes fd over. */
static enum pl_status inflate_all(int fd, inflate_function *function, const char *path,
                                  uint64_t bytes_max, int *ret_fd, uint64_t *ret_bytes,
                                  char *ret_error, size_t error_bytes) {
  struct flow *flow = malloc(sizeof *flow);
  int memory = memfd_create("plimsoll-inflated", MFD_CLOEXEC);
  enum pl_status status = PL_E_MEMORY;
  if (flow != NULL && memory >= 0) {
    flow->from = fd;
    flow->to = memory;
    flow->bytes = 0;
    flow->bytes_max = bytes_max;
    flow->reason = NULL;
    status = function(flow);
    if (status == PL_OK && flow->bytes == 0) status = PL_E_EMPTY;
    if (status == PL_OK && lseek(memory, 0, SEEK_SET) != 0) status = PL_E_MEMORY;
  }
  close(fd);
  if (status == PL_OK) {
    *ret_fd = memory;
    *ret_bytes = flow->bytes;
  } else {
    tell(flow, status, path, ret_error, error_bytes);
    if (memory >= 0) close(memory);
  }
  free(flow);
  return status;
}

enum pl_status pl_inflate_open(const char *path, uint64_t bytes_max, int *ret_fd,
                               struct pl_inflate_info *ret_info, char *ret_error,
                               size_t error_bytes) {
  int fd;
  struct pl_inflate_info info;
  enum pl_status status = open_regular(path, &fd, &info.bytes, ret_error, error_bytes);
  if (status != PL_OK) return status;
  inflate_function *function = function_of(fd);
  info.compressed = function != NULL;
  if (function != NULL)
    status = inflate_all(fd, function, path, bytes_max, &fd, &info.bytes, ret_error, error_bytes);
  if (status != PL_OK) return status;
  *ret_fd = fd;
  *ret_info = info;
  return PL_OK;
}
