/* A reader of pcapng of its own, from the format's description and not from the writer: for tests.
 * Little-endian hosts. */
#ifndef TESTS_UNIT_CONTROL_PCAPNG_WALK_H
#define TESTS_UNIT_CONTROL_PCAPNG_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WALK_TEXT_BYTES 300

struct walk_block {
  uint32_t type;
  uint32_t interface, kept_bytes, size_bytes, link, snap_bytes;
  uint64_t stamp;
  const uint8_t *data;
  char texts[16][WALK_TEXT_BYTES]; /* options 1..15 by code, terminated */
  uint64_t numbers[16];            /* those of 8 bytes */
  uint32_t lengths[16], options;
};

static uint32_t walk_u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t walk_u64(const uint8_t *at) {
  return (uint64_t)walk_u32(at + 4) << 32 | walk_u32(at);
}

static uint64_t walk_stamp(const uint8_t *at) {
  return (uint64_t)walk_u32(at) << 32 | walk_u32(at + 4);
}

/* Options up to end; they must end exactly there, with an end option when there are any. */
static bool walk_options(const uint8_t *at, const uint8_t *end, struct walk_block *block) {
  while (at < end) {
    if (end - at < 4) return false;
    uint32_t code = walk_u32(at) & 0xffff, length = walk_u32(at) >> 16;
    at += 4;
    if (code == 0) return length == 0 && at == end;
    if (code > 15 || length >= WALK_TEXT_BYTES || (size_t)(end - at) < length) return false;
    memcpy(block->texts[code], at, length);
    block->lengths[code] = length;
    if (length == 8) block->numbers[code] = walk_u64(at);
    block->options++;
    for (uint32_t i = length; i % 4 != 0; i++)
      if (at[i] != 0) return false; /* padded with zeros */
    at += (length + 3) / 4 * 4;
  }
  return block->options == 0;
}

/* Reads the block at *at and moves behind it; false when it is not sound. */
static bool walk_next(const uint8_t **at, const uint8_t *end, struct walk_block *ret_block) {
  const uint8_t *block = *at;
  struct walk_block found = {0};
  if (end - block < 12) return false;
  uint32_t total = walk_u32(block + 4);
  if (total < 12 || total % 4 != 0 || total > end - block) return false;
  if (walk_u32(block + total - 4) != total) return false;
  const uint8_t *body = block + 8, *tail = block + total - 4, *options = body;
  found.type = walk_u32(block);
  switch (found.type) {
  case 0x0a0d0d0a:
    if (walk_u32(body) != 0x1a2b3c4d || walk_u32(body + 4) != 1 || walk_u64(body + 8) != UINT64_MAX)
      return false;
    options = body + 16;
    break;
  case 1:
    found.link = walk_u32(body);
    found.snap_bytes = walk_u32(body + 4);
    options = body + 8;
    break;
  case 5:
    found.interface = walk_u32(body);
    found.stamp = walk_stamp(body + 4);
    options = body + 12;
    break;
  case 6:
    found.interface = walk_u32(body);
    found.stamp = walk_stamp(body + 4);
    found.kept_bytes = walk_u32(body + 12);
    found.size_bytes = walk_u32(body + 16);
    found.data = body + 20;
    if (found.kept_bytes > tail - found.data) return false;
    options = found.data + (found.kept_bytes + 3) / 4 * 4;
    break;
  default: return false;
  }
  if (!walk_options(options, tail, &found)) return false;
  *at = block + total;
  *ret_block = found;
  return true;
}

#endif
