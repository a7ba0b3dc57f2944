/* Two threads on two CPUs that start together; on one CPU they take turns. */
#ifndef TESTS_BENCH_PAIR_H
#define TESTS_BENCH_PAIR_H

#include <sched.h>
#include <stdint.h>

#define PL_PAIR_SPINS 1024 /* polls in vain before the CPU is given to whoever else wants it */

/* pl_pair_wait is called at each poll in vain: it spins, yields now and then, and ends the program
 * when the other side stays away for PL_PAIR_YIELDS_MAX yields, so that nothing hangs.
 *   idle  polls in vain in a row; the caller sets it to 0 when a poll was not in vain */
void pl_pair_yield(uint64_t idle);
static inline void pl_pair_wait(uint64_t *idle) {
  if (++*idle % PL_PAIR_SPINS == 0) pl_pair_yield(*idle);
}

/* pl_pair_run runs left on the calling thread and right on another, pinned to the first and the
 * second CPU that this process may use, both released at the same time; it returns when both have.
 * The calling thread's affinity is put back. */
void pl_pair_run(void (*left)(void *context), void (*right)(void *context), void *context);

/* pl_pair_cpus returns how many CPUs a pair gets: 2, or 1 where there is no second one. */
uint32_t pl_pair_cpus(void);

#endif
