/* Damage to a stream of frames, seeded: what lines, cards and hostile senders do to it. */
#ifndef TESTS_REPLAY_DAMAGE_H
#define TESTS_REPLAY_DAMAGE_H

#include "engine/base/check.h"
#include "tests/harness/harness.h"
#include "tests/unit/engine/random.h"

#include <stdlib.h>
#include <string.h>

#define DAMAGE_PAYLOAD_AT 42u /* Ethernet, IPv4, UDP */

enum damage_kind {
  DAMAGE_TRUNCATE,
  DAMAGE_FLIP,
  DAMAGE_FIELD, /* a byte becomes 0, 1, 0x7f, 0x80 or 0xff */
  DAMAGE_DROP,
  DAMAGE_DUPLICATE,
  DAMAGE_REORDER,
  DAMAGE_GARBAGE, /* a frame of noise in between */
  DAMAGE_PAYLOAD, /* right headers and lengths, noise behind them */
  DAMAGE_KINDS
};

/* A stream whose undamaged frames are another's. Damaged ones lie on heap blocks of exactly their
 * size, so that a sanitizer sees each read past the end. */
struct damage {
  struct pl_frames frames; /* .frames and .count only */
  uint8_t **blocks;
  uint32_t block_count, room;
};

static inline void damage_open(struct damage *damage, const struct pl_frames *from,
                               uint32_t damages_max) {
  damage->room = from->count + damages_max;
  damage->block_count = 0;
  damage->blocks = calloc(damages_max, sizeof *damage->blocks);
  damage->frames = (struct pl_frames){.count = from->count};
  damage->frames.frames = calloc(damage->room, sizeof *damage->frames.frames);
  PL_CHECK(damage->blocks != NULL && damage->frames.frames != NULL);
  memcpy(damage->frames.frames, from->frames, from->count * sizeof *from->frames);
}

static inline void damage_close(struct damage *damage) {
  for (uint32_t i = 0; i < damage->block_count; i++) free(damage->blocks[i]);
  free(damage->blocks);
  free(damage->frames.frames);
}

/* A block of that size that the frame becomes; it begins with the old bytes. */
static inline uint8_t *damage_block(struct damage *damage, uint32_t at, uint32_t size_bytes) {
  struct pl_frame *frame = &damage->frames.frames[at];
  uint8_t *block = malloc(size_bytes != 0 ? size_bytes : 1);
  PL_CHECK(block != NULL);
  memcpy(block, frame->data, size_bytes < frame->size_bytes ? size_bytes : frame->size_bytes);
  damage->blocks[damage->block_count++] = block;
  frame->data = block;
  frame->size_bytes = size_bytes;
  return block;
}

/* Moves the frame at `from` to `to`, with its receive time of there. */
static inline void damage_move(struct damage *damage, uint32_t from, uint32_t to) {
  struct pl_frame *frames = damage->frames.frames, moved = frames[from];
  uint32_t step = from < to ? 1 : UINT32_MAX;
  for (uint32_t at = from; at != to; at += step) {
    uint64_t recv_ns = frames[at].recv_ns;
    frames[at] = frames[at + step];
    frames[at].recv_ns = recv_ns;
  }
  uint64_t recv_ns = frames[to].recv_ns;
  frames[to] = moved;
  frames[to].recv_ns = recv_ns;
}

/* Makes room for one more frame, a copy of the one at `at`, right behind it. */
static inline void damage_repeat(struct damage *damage, uint32_t at) {
  struct pl_frame *frames = damage->frames.frames;
  PL_CHECK(damage->frames.count < damage->room);
  memmove(&frames[at + 1], &frames[at], (damage->frames.count - at) * sizeof *frames);
  damage->frames.count++;
}

static inline void damage_noise(uint8_t *bytes, uint32_t size_bytes, uint64_t *seed) {
  for (uint32_t i = 0; i < size_bytes; i++) bytes[i] = (uint8_t)random_next(seed);
}

static inline void damage_drop(struct damage *damage, uint32_t at) {
  struct pl_frame *frames = damage->frames.frames;
  damage->frames.count--;
  memmove(&frames[at], &frames[at + 1], (damage->frames.count - at) * sizeof *frames);
}

/* One damage of a kind to the frame at `at`; reordered within `end`. */
static inline void damage_do(struct damage *damage, enum damage_kind kind, uint32_t at,
                             uint32_t end, uint64_t *seed) {
  static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff};
  uint32_t size = damage->frames.frames[at].size_bytes;
  switch (kind) {
  case DAMAGE_TRUNCATE: (void)damage_block(damage, at, (uint32_t)random_below(seed, size)); break;
  case DAMAGE_FLIP:
    damage_block(damage, at, size)[random_below(seed, size)] ^= (uint8_t)(1u << (*seed >> 61));
    break;
  case DAMAGE_FIELD:
    damage_block(damage, at, size)[random_below(seed, size)] = edges[random_below(seed, 5)];
    break;
  case DAMAGE_DROP: damage_drop(damage, at); break;
  case DAMAGE_DUPLICATE:
    damage_repeat(damage, at);
    damage_move(damage, at, at + (uint32_t)random_below(seed, end - at));
    break;
  case DAMAGE_REORDER: damage_move(damage, at, at + (uint32_t)random_below(seed, end - at)); break;
  case DAMAGE_GARBAGE: {
    uint32_t noise_bytes = (uint32_t)random_below(seed, 1515);
    damage_repeat(damage, at);
    damage_noise(damage_block(damage, at, noise_bytes), noise_bytes, seed);
    break;
  }
  default: {
    uint32_t first = DAMAGE_PAYLOAD_AT + 8 + (uint32_t)random_below(seed, 24);
    uint8_t *block = damage_block(damage, at, size);
    if (first < size) damage_noise(block + first, size - first, seed);
    break;
  }
  }
}

/* Up to damages_max damages to frames of [begin, end). */
static inline void damage_some(struct damage *damage, uint32_t begin, uint32_t end,
                               uint32_t damages_max, uint64_t *seed) {
  uint32_t damages = 1 + (uint32_t)random_below(seed, damages_max);
  for (uint32_t i = 0; i < damages; i++) {
    enum damage_kind kind = (enum damage_kind)random_below(seed, DAMAGE_KINDS);
    damage_do(damage, kind, begin + (uint32_t)random_below(seed, end - begin), end, seed);
  }
}

#endif
