#include "tests/venue/flow_random.h"

static uint64_t rotate(uint64_t value, unsigned by) {
  return (value << by) | (value >> (64 - by));
}

void pl_flow_random_seed(struct pl_flow_random *random, uint64_t seed) {
  for (unsigned i = 0; i < 4; i++) {
    seed += 0x9e3779b97f4a7c15u;
    uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    random->state[i] = mixed ^ (mixed >> 31);
  }
}

uint64_t pl_flow_random_next(struct pl_flow_random *random) {
  uint64_t *s = random->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 45);
  return result;
}

uint32_t pl_flow_random_below(struct pl_flow_random *random, uint32_t bound) {
  uint64_t high = pl_flow_random_next(random) >> 32;
  return (uint32_t)((high * bound) >> 32);
}

bool pl_flow_random_chance(struct pl_flow_random *random, uint32_t probability_ppm) {
  return pl_flow_random_below(random, 1000000) < probability_ppm;
}

int64_t pl_flow_random_bell(struct pl_flow_random *random, int64_t deviation) {
  uint64_t bits = pl_flow_random_next(random);
  int64_t sum = -2 * 65535;
  for (unsigned i = 0; i < 4; i++) sum += (int64_t)((bits >> (16 * i)) & 0xffff);
  return sum * deviation / 37837; /* the sum's own deviation: 65536 * sqrt(4 / 12) */
}

uint64_t pl_flow_random_wait_ns(struct pl_flow_random *random, uint64_t mean_ns) {
  uint64_t bits = pl_flow_random_next(random) | 1; /* never 0: the log below is finite */
  unsigned zeros = (unsigned)__builtin_clzll(bits);
  uint64_t mantissa = zeros >= 63 ? 0 : bits << (zeros + 1); /* bits after the leading one */
  /* -log2(u) = zeros + 1 - log2(1 + m), and log2(1 + m) is close to m */
  uint64_t log2_q12 = ((uint64_t)zeros << 12) + 4096 - (mantissa >> 52);
  uint64_t wait_ns = (mean_ns * log2_q12 >> 12) * 693 / 1000; /* times ln 2 */
  return wait_ns > 0 ? wait_ns : 1;
}
