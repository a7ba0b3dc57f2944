/* What the fuzz bodies share: inputs made of pieces, and what must hold of every event that leaves
 * the dataplane. A broken rule is a failed check, hence a crash that the fuzzer keeps. */
#ifndef TESTS_FUZZ_BODY_H
#define TESTS_FUZZ_BODY_H

#include "engine/base/arena.h"
#include "engine/base/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry point: the body of each fuzz_*.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* One piece of an input: a control byte, a length (u16, little endian) and so many bytes. They are
 * copied to a heap block of exactly their size, so that the sanitizer sees a read past the end. */
struct pl_body_piece {
  uint8_t control;
  uint8_t *bytes; /* freed by pl_body_free */
  uint32_t size_bytes;
};

/* pl_body_next takes the next piece; false when nothing is left. A piece cut short by the end of
 * the input is as long as what is left. */
bool pl_body_next(const uint8_t **data, size_t *left_bytes, struct pl_body_piece *ret_piece);
void pl_body_free(struct pl_body_piece *piece);

/* pl_body_arena returns the same zeroed arena at each call, of the size asked for at the first: a
 * fresh start for every input without mapping memory anew. */
struct pl_arena *pl_body_arena(size_t size_bytes);

/* pl_body_check_batch checks a batch as it was written: types, sides, flags, limits, order.
 *   first_seq         every event's seq is at or above it and they grow by one
 *   instrument_count  dense indices lie below it, or are PL_INSTRUMENT_NONE */
void pl_body_check_batch(const struct pl_event *events, uint32_t count, uint64_t first_seq,
                         uint32_t instrument_count);

#endif
