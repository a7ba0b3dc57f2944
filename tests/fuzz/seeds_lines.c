#include "tests/fuzz/seeds.h"

#define STEP_BYTES 4
#define STEPS      200u

/* A step as fuzz_lines reads it: line in the two low bits of `what`, above them what kind. */
static void put(struct pl_seed *seed, uint32_t what, uint32_t where, uint32_t count,
                uint32_t wait) {
  if (seed->size_bytes + STEP_BYTES > sizeof seed->bytes) return;
  const uint32_t step[STEP_BYTES] = {what, where, count, wait};
  for (uint32_t i = 0; i < STEP_BYTES; i++) seed->bytes[seed->size_bytes++] = (uint8_t)step[i];
}

#define IN_ORDER (5u * 4)
#define FAR      (6u * 4)
#define CONTROL  (7u * 4)
#define NEXT     (32u * 4) /* as where: what is due */

/* Lines that lose, swap and repeat packets, heartbeats, answers and refusals; a line that goes back
 * for long; more early packets than are held. One of each for each way to wait. */
void pl_seeds_lines(const char *folder) {
  for (uint32_t number = 0; number < 2 * PL_SEED_RUNS; number++) {
    struct pl_seed seed = {.bytes = {(uint8_t)(number * 0x1d)}, .size_bytes = 1};
    for (uint32_t i = 0; i < STEPS; i++) {
      uint32_t line = (i / 3 + number) & 1, turn = i * 7 + number;
      put(&seed, IN_ORDER | line, 0, 1 + turn % 3, 4);
      if (turn % 5 == 0) put(&seed, line, NEXT + 4 * (1 + turn % 4), 1 + turn % 2, 2);
      if (turn % 11 == 0) put(&seed, line ^ 1, NEXT, turn % 4, 2);
      if (turn % 13 == 0) put(&seed, CONTROL, turn % 8, turn, 60);
      if (turn % 29 == 0) put(&seed, FAR | line, 200, 1, 200);
    }
    if (number % 4 == 1) put(&seed, number & 1, 0, 1, 0); /* and from there on, in order */
    if (number % 4 == 1) put(&seed, CONTROL | (number & 1), 6, 24, 0);
    put(&seed, number & 1, NEXT + 4, 1, 0);
    put(&seed, CONTROL | (number & 1), 6, 255, 0);
    pl_seed_write(&seed, folder, "lines", number);
  }
}
