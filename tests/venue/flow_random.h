/* Pseudo-random numbers in integers only, so that one seed gives one market on every compiler. */
#ifndef PL_TESTS_VENUE_FLOW_RANDOM_H
#define PL_TESTS_VENUE_FLOW_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* xoshiro256** (Blackman and Vigna, 2018). */
struct pl_flow_random {
  uint64_t state[4];
};

/* Fills the state from one number with splitmix64; every seed, also 0, is good. */
void pl_flow_random_seed(struct pl_flow_random *random, uint64_t seed);

/* The next 64 uniform bits. */
uint64_t pl_flow_random_next(struct pl_flow_random *random);

/* A number in [0, bound). bound 0 gives 0. */
uint32_t pl_flow_random_below(struct pl_flow_random *random, uint32_t bound);

/* True with the given probability in parts per million. */
bool pl_flow_random_chance(struct pl_flow_random *random, uint32_t probability_ppm);

/* A bell-shaped number with mean 0 and standard deviation `deviation` (|result| < 4 deviations:
 * the sum of four uniforms). deviation below 2^31. */
int64_t pl_flow_random_bell(struct pl_flow_random *random, int64_t deviation);

/* A waiting time with mean about `mean_ns` and an exponential shape (a piecewise linear
 * logarithm, within 9 % of the true one). mean_ns below 2^40. Returns at least 1. */
uint64_t pl_flow_random_wait_ns(struct pl_flow_random *random, uint64_t mean_ns);

#endif
