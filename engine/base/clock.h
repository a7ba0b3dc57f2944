/* Wall and monotonic time in ns. Both come from the vDSO where the clock source is the TSC, so
 * neither is a system call there. The engine's own clock is the venue's time in its events. */
#ifndef ENGINE_BASE_CLOCK_H
#define ENGINE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* pl_clock_utc_ns returns the time of day, UTC, ns since the epoch. Any thread. */
static inline uint64_t pl_clock_utc_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* pl_clock_monotonic_ns returns a time that never steps back: for intervals. Any thread. */
static inline uint64_t pl_clock_monotonic_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

#endif
