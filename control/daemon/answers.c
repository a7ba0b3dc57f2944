#include "control/daemon/answers.h"

#include "engine/base/limits.h"
#include "engine/base/ring.h"

#include <string.h>

/* What a slot of the ring says of the buffer with its number. */
struct slot {
  uint64_t recv_ns;
  uint32_t size_bytes;
};

_Static_assert(sizeof(struct slot) <= sizeof(struct pl_ring_slot), "fits a slot");

/* The ring's own release and acquire order the buffers too: one is filled before its slot is
 * published, and read before its slot is released. */
struct pl_answers {
  struct pl_ring *ring;
  uint8_t (*buffers)[PL_FRAME_BYTES_MAX]; /* [PL_ANSWERS_SLOTS] */
};

size_t pl_answers_footprint(void) {
  return pl_arena_round(sizeof(struct pl_answers)) + pl_ring_footprint(PL_ANSWERS_SLOTS) +
         pl_arena_round(PL_ANSWERS_SLOTS * PL_FRAME_BYTES_MAX);
}

struct pl_answers *pl_answers_create(struct pl_arena *arena) {
  struct pl_answers *answers = pl_arena_take(arena, sizeof *answers);
  answers->ring = pl_ring_create(arena, PL_ANSWERS_SLOTS);
  answers->buffers = pl_arena_take(arena, PL_ANSWERS_SLOTS * PL_FRAME_BYTES_MAX);
  return answers;
}

static uint8_t *buffer_of(const struct pl_answers *answers, const void *slot) {
  return answers->buffers[(const struct pl_ring_slot *)slot - answers->ring->slots];
}

bool pl_answers_put(struct pl_answers *answers, const uint8_t *payload, uint32_t size_bytes,
                    uint64_t recv_ns) {
  void *slot;
  if (size_bytes > PL_FRAME_BYTES_MAX || pl_ring_reserve(answers->ring, 1, &slot) == 0)
    return false;
  memcpy(buffer_of(answers, slot), payload, size_bytes);
  *(struct slot *)slot = (struct slot){recv_ns, size_bytes};
  pl_ring_publish(answers->ring, 1);
  return true;
}

bool pl_answers_peek(struct pl_answers *answers, struct pl_packet *ret_packet,
                     uint64_t *ret_recv_ns) {
  void *at;
  if (pl_ring_peek(answers->ring, 1, &at) == 0) return false;
  const struct slot *slot = at;
  *ret_packet = (struct pl_packet){.data = buffer_of(answers, at), .size_bytes = slot->size_bytes};
  *ret_recv_ns = slot->recv_ns;
  return true;
}

void pl_answers_done(struct pl_answers *answers) {
  pl_ring_release(answers->ring, 1);
}
