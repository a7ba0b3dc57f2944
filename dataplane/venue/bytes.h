/* Numbers as they lie on the wire, unaligned: little endian (SBE, IEX) and big endian (Nasdaq).
 * What is written leaves in a request, or in the headers of a frame that is made here. */
#ifndef DATAPLANE_VENUE_BYTES_H
#define DATAPLANE_VENUE_BYTES_H

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little endian is read as it lies");

static inline uint16_t pl_bytes_le16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint32_t pl_bytes_le32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint64_t pl_bytes_le64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint16_t pl_bytes_be16(const uint8_t *at) {
  return __builtin_bswap16(pl_bytes_le16(at));
}

static inline uint32_t pl_bytes_be32(const uint8_t *at) {
  return __builtin_bswap32(pl_bytes_le32(at));
}

static inline uint64_t pl_bytes_be64(const uint8_t *at) {
  return __builtin_bswap64(pl_bytes_le64(at));
}

static inline void pl_bytes_put_le16(uint8_t *at, uint16_t value) {
  memcpy(at, &value, sizeof value);
}

static inline void pl_bytes_put_le32(uint8_t *at, uint32_t value) {
  memcpy(at, &value, sizeof value);
}

static inline void pl_bytes_put_le64(uint8_t *at, uint64_t value) {
  memcpy(at, &value, sizeof value);
}

static inline void pl_bytes_put_be16(uint8_t *at, uint16_t value) {
  pl_bytes_put_le16(at, __builtin_bswap16(value));
}

static inline void pl_bytes_put_be32(uint8_t *at, uint32_t value) {
  pl_bytes_put_le32(at, __builtin_bswap32(value));
}

static inline void pl_bytes_put_be64(uint8_t *at, uint64_t value) {
  pl_bytes_put_le64(at, __builtin_bswap64(value));
}

#endif
