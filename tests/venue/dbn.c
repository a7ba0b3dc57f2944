#include "tests/venue/dbn.h"

#include "dataplane/venue/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define PREFIX_BYTES       8u   /* "DBN", version, length of the metadata behind it */
#define METADATA_MIN_BYTES 100u /* of version 1, without symbols */
#define METADATA_MAX_BYTES (1u << 24)
#define SCHEMA_AT          16u /* in the metadata, behind the data set's name */
#define SCHEMA_MBO         0u
#define RECORD_BYTES       56u
#define RTYPE_MBO          0xa0u
#define BUFFER_BYTES       65536u

struct pl_dbn {
  FILE *file;
  ZSTD_DStream *stream; /* NULL: the file is not compressed */
  ZSTD_inBuffer input;
  const char *error;
  bool mid_frame; /* the compressed frame is not whole yet */
  uint8_t buffer[BUFFER_BYTES];
};

/* Fills [size] bytes from the compressed file; returns how many there were. */
static size_t inflate(struct pl_dbn *dbn, uint8_t *bytes, size_t size) {
  ZSTD_outBuffer output = {bytes, size, 0};
  while (output.pos < size) {
    size_t before = output.pos;
    bool dry = dbn->input.pos == dbn->input.size;
    if (dry) {
      dbn->input = (ZSTD_inBuffer){dbn->buffer, fread(dbn->buffer, 1, BUFFER_BYTES, dbn->file), 0};
      if (dbn->input.size == 0 && !dbn->mid_frame) return output.pos;
    }
    size_t left = ZSTD_decompressStream(dbn->stream, &output, &dbn->input);
    if (ZSTD_isError(left)) {
      dbn->error = "the compression is damaged";
      return output.pos;
    }
    dbn->mid_frame = left != 0;
    if (dbn->input.size == 0 && output.pos == before) {
      dbn->error = "the compressed file is cut short";
      return output.pos;
    }
  }
  return output.pos;
}

static size_t take(struct pl_dbn *dbn, uint8_t *bytes, size_t size) {
  return dbn->stream != NULL ? inflate(dbn, bytes, size) : fread(bytes, 1, size, dbn->file);
}

/* Recognises zstd by its magic number. */
static bool begin(struct pl_dbn *dbn) {
  uint8_t magic[4];
  bool packed =
      fread(magic, 1, sizeof magic, dbn->file) == 4 && pl_bytes_le32(magic) == ZSTD_MAGICNUMBER;
  rewind(dbn->file);
  if (!packed) return true;
  dbn->stream = ZSTD_createDStream();
  return dbn->stream != NULL;
}

static const char *read_metadata(struct pl_dbn *dbn) {
  uint8_t prefix[PREFIX_BYTES], metadata[METADATA_MIN_BYTES];
  if (take(dbn, prefix, sizeof prefix) != sizeof prefix || memcmp(prefix, "DBN", 3) != 0)
    return "not a DBN file";
  if (prefix[3] != 1) return "not DBN version 1";
  uint32_t length = pl_bytes_le32(prefix + 4);
  if (length < METADATA_MIN_BYTES || length > METADATA_MAX_BYTES ||
      take(dbn, metadata, sizeof metadata) != sizeof metadata)
    return "the metadata are damaged";
  if (pl_bytes_le16(metadata + SCHEMA_AT) != SCHEMA_MBO) return "no market-by-order records";
  for (uint32_t left = length - METADATA_MIN_BYTES; left > 0;) {
    uint32_t some = left < METADATA_MIN_BYTES ? left : METADATA_MIN_BYTES;
    if (take(dbn, metadata, some) != some) return "the metadata are damaged";
    left -= some;
  }
  return NULL;
}

struct pl_dbn *pl_dbn_open(const char *path, const char **ret_error) {
  struct pl_dbn *dbn = calloc(1, sizeof *dbn);
  *ret_error = "out of memory";
  if (dbn == NULL) return NULL;
  dbn->file = fopen(path, "rb");
  if (dbn->file == NULL)
    *ret_error = "cannot be opened";
  else if (begin(dbn))
    *ret_error = read_metadata(dbn);
  if (*ret_error == NULL) return dbn;
  pl_dbn_close(dbn);
  return NULL;
}

void pl_dbn_close(struct pl_dbn *dbn) {
  if (dbn == NULL) return;
  (void)ZSTD_freeDStream(dbn->stream);
  if (dbn->file != NULL) (void)fclose(dbn->file);
  free(dbn);
}

bool pl_dbn_next(struct pl_dbn *dbn, struct pl_dbn_record *ret_record) {
  uint8_t bytes[RECORD_BYTES];
  if (dbn->error != NULL) return false;
  size_t got = take(dbn, bytes, sizeof bytes);
  if (dbn->error == NULL && got != 0 && got != sizeof bytes) dbn->error = "a record is cut short";
  if (got != sizeof bytes) return false;
  if (bytes[0] * 4u != RECORD_BYTES || bytes[1] != RTYPE_MBO) {
    dbn->error = "a record is not market-by-order";
    return false;
  }
  *ret_record = (struct pl_dbn_record){
      .publisher_id = pl_bytes_le16(bytes + 2),
      .instrument_id = pl_bytes_le32(bytes + 4),
      .event_ns = pl_bytes_le64(bytes + 8),
      .order_id = pl_bytes_le64(bytes + 16),
      .price_e9 = (int64_t)pl_bytes_le64(bytes + 24),
      .size = pl_bytes_le32(bytes + 32),
      .flags = bytes[36],
      .channel_id = bytes[37],
      .action = (char)bytes[38],
      .side = (char)bytes[39],
      .recv_ns = pl_bytes_le64(bytes + 40),
      .sent_delta_ns = (int32_t)pl_bytes_le32(bytes + 48),
      .sequence = pl_bytes_le32(bytes + 52),
  };
  return true;
}

const char *pl_dbn_error(const struct pl_dbn *dbn) {
  return dbn->error;
}
