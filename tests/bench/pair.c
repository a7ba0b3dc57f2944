#include "tests/bench/pair.h"

#include "engine/base/check.h"

#include <pthread.h>
#include <stdatomic.h>

#define YIELDS_MAX 20000000

struct pair {
  void (*right)(void *context);
  void *context;
  uint32_t cpu;
  _Atomic uint32_t arrived;
};

void pl_pair_yield(uint64_t idle) {
  PL_CHECK(idle / PL_PAIR_SPINS < YIELDS_MAX);
  (void)sched_yield();
}

/* The first two CPUs of the process; the same one twice where there is no second. */
static uint32_t find_cpus(const cpu_set_t *allowed, uint32_t ret_cpus[2]) {
  uint32_t found = 0;
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
    if (CPU_ISSET(cpu, allowed)) ret_cpus[found++] = cpu;
  PL_CHECK(found > 0);
  if (found == 1) ret_cpus[1] = ret_cpus[0];
  return found;
}

static void pin(uint32_t cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  (void)pthread_setaffinity_np(pthread_self(), sizeof one, &one); /* unpinned is only noisier */
}

static void meet(struct pair *pair) {
  uint64_t idle = 0;
  /* both sides pair with each other: what was written before is seen after */
  (void)atomic_fetch_add_explicit(&pair->arrived, 1, memory_order_acq_rel);
  while (atomic_load_explicit(&pair->arrived, memory_order_acquire) < 2) pl_pair_wait(&idle);
}

static void *right_main(void *argument) {
  struct pair *pair = argument;
  pin(pair->cpu);
  meet(pair);
  pair->right(pair->context);
  return NULL;
}

void pl_pair_run(void (*left)(void *context), void (*right)(void *context), void *context) {
  cpu_set_t allowed;
  uint32_t cpus[2];
  PL_CHECK(pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) == 0);
  (void)find_cpus(&allowed, cpus);
  struct pair pair = {.right = right, .context = context, .cpu = cpus[1]};
  pthread_t thread;
  PL_CHECK(pthread_create(&thread, NULL, right_main, &pair) == 0);
  pin(cpus[0]);
  meet(&pair);
  left(context);
  PL_CHECK(pthread_join(thread, NULL) == 0);
  (void)pthread_setaffinity_np(pthread_self(), sizeof allowed, &allowed);
}

uint32_t pl_pair_cpus(void) {
  cpu_set_t allowed;
  uint32_t cpus[2];
  PL_CHECK(pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) == 0);
  return find_cpus(&allowed, cpus);
}
