#include "control/publish/pcapng.h"

#include "engine/base/check.h"

#include <stdbool.h>
#include <string.h>

enum {
  BLOCK_INTERFACE = 1,
  BLOCK_STATISTICS = 5,
  BLOCK_PACKET = 6,
  BLOCK_SECTION = 0x0a0d0d0a,
};

enum {
  OPTION_END = 0,
  OPTION_COMMENT = 1,
  SECTION_APPLICATION = 4,
  INTERFACE_NAME = 2,
  INTERFACE_DESCRIPTION = 3,
  INTERFACE_RESOLUTION = 9,
  PACKET_LOST = 4,
  STATISTICS_START = 2,
  STATISTICS_END = 3,
  STATISTICS_RECEIVED = 4,
  STATISTICS_DROPPED = 5,
  STATISTICS_ACCEPTED = 6,
  STATISTICS_DELIVERED = 8,
};

#define BYTE_ORDER_MAGIC   0x1a2b3c4du
#define VERSION_MAJOR      1
#define LINK_ETHERNET      1
#define RESOLUTION_NS      9 /* stamps count 10^-9 s */
#define BLOCK_BYTES_MIN    12
#define PACKET_FIXED_BYTES 20 /* from the interface's number to the packet's size */

/* --- writing, in the host's byte order, which the section's magic tells --- */

struct cursor {
  uint8_t *bytes;
  size_t used;
};

static void put(struct cursor *cursor, const void *bytes, size_t size_bytes) {
  memcpy(cursor->bytes + cursor->used, bytes, size_bytes);
  cursor->used += size_bytes;
}

static void put_u32(struct cursor *cursor, uint32_t value) {
  put(cursor, &value, sizeof value);
}

static void put_pair(struct cursor *cursor, uint32_t first, uint32_t second) {
  const uint16_t pair[2] = {(uint16_t)first, (uint16_t)second};
  put(cursor, pair, sizeof pair);
}

/* A 64-bit stamp is two words, the high one first whatever the byte order. */
static void put_stamp(struct cursor *cursor, uint64_t stamp_ns) {
  put_u32(cursor, (uint32_t)(stamp_ns >> 32));
  put_u32(cursor, (uint32_t)stamp_ns);
}

static void pad(struct cursor *cursor) {
  static const uint8_t zeros[4] = {0};
  put(cursor, zeros, (4 - cursor->used % 4) % 4);
}

static void put_option(struct cursor *cursor, uint32_t code, const void *bytes, size_t size_bytes) {
  put_pair(cursor, code, (uint32_t)size_bytes);
  put(cursor, bytes, size_bytes);
  pad(cursor);
}

static void put_text(struct cursor *cursor, uint32_t code, const char *text) {
  put_option(cursor, code, text, strnlen(text, PL_PCAPNG_TEXT_BYTES_MAX));
}

static void put_number(struct cursor *cursor, uint32_t code, uint64_t value) {
  put_option(cursor, code, &value, sizeof value);
}

static void put_option_stamp(struct cursor *cursor, uint32_t code, uint64_t stamp_ns) {
  put_pair(cursor, code, sizeof stamp_ns);
  put_stamp(cursor, stamp_ns);
}

static struct cursor begin(uint32_t type, uint8_t *ret_bytes) {
  struct cursor cursor = {.bytes = ret_bytes};
  put_u32(&cursor, type);
  put_u32(&cursor, 0); /* the length, known at the end */
  return cursor;
}

static size_t end(struct cursor *cursor, bool options) {
  if (options) put_pair(cursor, OPTION_END, 0);
  uint32_t size_bytes = (uint32_t)(cursor->used + sizeof size_bytes);
  put_u32(cursor, size_bytes);
  memcpy(cursor->bytes + sizeof size_bytes, &size_bytes, sizeof size_bytes);
  return cursor->used;
}

size_t pl_pcapng_put_section(const char *application, uint8_t *ret_bytes) {
  static const uint64_t unknown = UINT64_MAX; /* the section's length */
  struct cursor cursor = begin(BLOCK_SECTION, ret_bytes);
  put_u32(&cursor, BYTE_ORDER_MAGIC);
  put_pair(&cursor, VERSION_MAJOR, 0);
  put(&cursor, &unknown, sizeof unknown);
  put_text(&cursor, SECTION_APPLICATION, application);
  return end(&cursor, true);
}

size_t pl_pcapng_put_interface(const struct pl_pcapng_interface *interface, uint8_t *ret_bytes) {
  static const uint8_t resolution = RESOLUTION_NS;
  struct cursor cursor = begin(BLOCK_INTERFACE, ret_bytes);
  put_pair(&cursor, LINK_ETHERNET, 0);
  put_u32(&cursor, interface->snap_bytes);
  put_text(&cursor, INTERFACE_NAME, interface->name);
  put_text(&cursor, INTERFACE_DESCRIPTION, interface->description);
  put_option(&cursor, INTERFACE_RESOLUTION, &resolution, sizeof resolution);
  return end(&cursor, true);
}

size_t pl_pcapng_put_packet(const struct pl_pcapng_packet *packet, uint8_t *ret_bytes) {
  PL_CHECK(packet->kept_bytes <= PL_FRAME_BYTES_MAX);
  struct cursor cursor = begin(BLOCK_PACKET, ret_bytes);
  put_u32(&cursor, packet->interface);
  put_stamp(&cursor, packet->stamp_ns);
  put_u32(&cursor, packet->kept_bytes);
  put_u32(&cursor, packet->size_bytes);
  if (packet->kept_bytes != 0) put(&cursor, packet->data, packet->kept_bytes);
  pad(&cursor);
  if (packet->comment != NULL) put_text(&cursor, OPTION_COMMENT, packet->comment);
  if (packet->lost_before != 0) put_number(&cursor, PACKET_LOST, packet->lost_before);
  return end(&cursor, packet->comment != NULL || packet->lost_before != 0);
}

size_t pl_pcapng_put_statistics(const struct pl_pcapng_statistics *statistics, uint8_t *ret_bytes) {
  struct cursor cursor = begin(BLOCK_STATISTICS, ret_bytes);
  put_u32(&cursor, statistics->interface);
  put_stamp(&cursor, statistics->end_ns);
  put_option_stamp(&cursor, STATISTICS_START, statistics->start_ns);
  put_option_stamp(&cursor, STATISTICS_END, statistics->end_ns);
  put_number(&cursor, STATISTICS_RECEIVED, statistics->received);
  put_number(&cursor, STATISTICS_DROPPED, statistics->dropped);
  put_number(&cursor, STATISTICS_ACCEPTED, statistics->accepted);
  put_number(&cursor, STATISTICS_DELIVERED, statistics->delivered);
  return end(&cursor, true);
}

/* --- looking at what was written --- */

static uint32_t get_u32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

/* The 64-bit number under a code among options; 0 when there is none. */
static uint64_t find_number(const uint8_t *bytes, size_t size_bytes, uint32_t code) {
  for (size_t at = 0; at + 4 <= size_bytes;) {
    uint16_t pair[2];
    uint64_t value;
    memcpy(pair, bytes + at, sizeof pair);
    at += sizeof pair;
    if (pair[0] == OPTION_END || pair[1] > size_bytes - at) break;
    if (pair[0] == code && pair[1] == sizeof value) {
      memcpy(&value, bytes + at, sizeof value);
      return value;
    }
    at += (pair[1] + 3u) & ~3u;
  }
  return 0;
}

/* body: [size_bytes] between a block's two lengths. False when it cannot be what it says. */
static bool count_block(uint32_t type, const uint8_t *body, size_t size_bytes,
                        struct pl_pcapng_counts *counts) {
  if (type == BLOCK_INTERFACE) counts->interfaces++;
  if (type == BLOCK_PACKET) {
    if (size_bytes < PACKET_FIXED_BYTES) return false;
    uint32_t kept_bytes = get_u32(body + 12);
    size_t options_at = PACKET_FIXED_BYTES + ((kept_bytes + (size_t)3) & ~(size_t)3);
    if (options_at > size_bytes) return false;
    counts->packets++;
    counts->bytes += kept_bytes;
    counts->lost += find_number(body + options_at, size_bytes - options_at, PACKET_LOST);
  }
  if (type == BLOCK_STATISTICS) {
    if (size_bytes < 12) return false;
    counts->interfaces_ended++;
    counts->received += find_number(body + 12, size_bytes - 12, STATISTICS_RECEIVED);
    counts->dropped += find_number(body + 12, size_bytes - 12, STATISTICS_DROPPED);
  }
  return true;
}

enum pl_status pl_pcapng_count(const uint8_t *bytes, size_t size_bytes,
                               struct pl_pcapng_counts *counts, size_t *ret_whole_bytes) {
  *ret_whole_bytes = 0;
  while (size_bytes - *ret_whole_bytes >= BLOCK_BYTES_MIN) {
    const uint8_t *block = bytes + *ret_whole_bytes;
    uint32_t type = get_u32(block), block_bytes = get_u32(block + 4);
    if (block_bytes < BLOCK_BYTES_MIN || block_bytes > PL_PCAPNG_BLOCK_BYTES_MAX ||
        block_bytes % 4 != 0)
      return PL_E_BLOCK;
    if (block_bytes > size_bytes - *ret_whole_bytes) return PL_OK;
    if (get_u32(block + block_bytes - 4) != block_bytes ||
        !count_block(type, block + 8, block_bytes - BLOCK_BYTES_MIN, counts))
      return PL_E_BLOCK;
    *ret_whole_bytes += block_bytes;
  }
  return PL_OK;
}
