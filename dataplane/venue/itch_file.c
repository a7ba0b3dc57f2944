#include "dataplane/venue/itch_file.h"

#include "dataplane/venue/itch_wire.h"

#define MESSAGE_BYTES_MAX (PL_ITCH_FILE_PACKET_BYTES_MAX - PL_ITCH_HEAD_BYTES - PL_ITCH_BLOCK_BYTES)

/* Measures the block at the beginning of the bytes, its length included. */
static enum pl_status block_size(const uint8_t *bytes, size_t size_bytes, size_t *ret_bytes) {
  if (size_bytes < PL_ITCH_BLOCK_BYTES) return PL_E_TRUNCATED;
  size_t message_bytes = pl_bytes_be16(bytes);
  if (message_bytes > MESSAGE_BYTES_MAX) return PL_E_BLOCK;
  if (message_bytes != 0 && size_bytes > PL_ITCH_BLOCK_BYTES) {
    uint8_t wanted = pl_itch_shapes[bytes[PL_ITCH_BLOCK_BYTES]].bytes;
    if (wanted != 0 && wanted != message_bytes) return PL_E_BLOCK;
  }
  if (size_bytes - PL_ITCH_BLOCK_BYTES < message_bytes) return PL_E_TRUNCATED;
  *ret_bytes = PL_ITCH_BLOCK_BYTES + message_bytes;
  return PL_OK;
}

static void put_be(uint8_t *at, uint64_t value, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

bool pl_itch_file_begins(const uint8_t *bytes, size_t size_bytes) {
  static const struct {
    uint16_t bytes;
    uint8_t type;
  } firsts[] = {{12, 'S'}, {39, 'R'}};
  if (size_bytes < 3) return false;
  for (uint32_t i = 0; i < 2; i++)
    if (pl_bytes_be16(bytes) == firsts[i].bytes && bytes[2] == firsts[i].type) return true;
  return false;
}

enum pl_status pl_itch_file_next(struct pl_itch_file *file, const uint8_t *bytes, size_t size_bytes,
                                 uint8_t *ret_packet, size_t *ret_size_bytes,
                                 size_t *ret_used_bytes) {
  if (size_bytes == 0) return PL_E_EMPTY;
  size_t used = 0, block = 0;
  uint32_t count = 0;
  uint64_t time_ns = file->time_ns;
  enum pl_status status = PL_OK;
  while (count < PL_FRAME_MESSAGES_MAX) {
    status = block_size(bytes + used, size_bytes - used, &block);
    if (status != PL_OK || PL_ITCH_HEAD_BYTES + used + block > PL_ITCH_FILE_PACKET_BYTES_MAX) break;
    const uint8_t *message = bytes + used + PL_ITCH_BLOCK_BYTES;
    if (block > PL_ITCH_BLOCK_BYTES && pl_itch_shapes[message[0]].bytes != 0)
      time_ns = pl_itch_time_ns(message);
    used += block;
    count++;
  }
  if (count == 0) return status;
  memcpy(ret_packet, PL_ITCH_FILE_SESSION, PL_ITCH_SESSION_BYTES);
  put_be(ret_packet + PL_ITCH_SEQ_AT, file->messages + 1, sizeof(uint64_t));
  put_be(ret_packet + PL_ITCH_COUNT_AT, count, sizeof(uint16_t));
  memcpy(ret_packet + PL_ITCH_HEAD_BYTES, bytes, used);
  file->messages += count;
  file->time_ns = time_ns;
  *ret_size_bytes = PL_ITCH_HEAD_BYTES + used;
  *ret_used_bytes = used;
  return PL_OK;
}
