/* Numbers and texts onto the wire, for the encoders. All take the place to write and return the
 * place after it. */
#ifndef PL_TESTS_VENUE_PUT_H
#define PL_TESTS_VENUE_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *pl_put_le(uint8_t *at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * i));
  return at + bytes;
}

static inline uint8_t *pl_put_be(uint8_t *at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
  return at + bytes;
}

/* Little endian, by width. */
static inline uint8_t *pl_put_u8(uint8_t *at, uint8_t value) {
  return pl_put_le(at, value, 1);
}

static inline uint8_t *pl_put_u16(uint8_t *at, uint16_t value) {
  return pl_put_le(at, value, 2);
}

static inline uint8_t *pl_put_u32(uint8_t *at, uint32_t value) {
  return pl_put_le(at, value, 4);
}

static inline uint8_t *pl_put_u64(uint8_t *at, uint64_t value) {
  return pl_put_le(at, value, 8);
}

/* A text cut to its width, the rest of it filled; NULL is an empty one. */
static inline uint8_t *pl_put_text(uint8_t *at, const char *text, size_t width, char fill) {
  memset(at, fill, width);
  if (text != NULL) memcpy(at, text, strnlen(text, width));
  return at + width;
}

#endif
