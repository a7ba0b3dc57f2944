/* Notices a core that does not come round: put aside by the kernel, caught in a loop, swapped out.
 * Decisions are no longer made then, or of old packets; the table says so until the core moves
 * again. What was lost meanwhile is a gap like any other, with the way back of any other. */
#ifndef CONTROL_DAEMON_WATCHDOG_H
#define CONTROL_DAEMON_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#define PL_WATCHDOG_NS                                                                             \
  UINT64_C(50000000) /* a core that does not come round for longer is stalled */

enum pl_watchdog_core { PL_WATCHDOG_RECEIVE, PL_WATCHDOG_ENGINE, PL_WATCHDOG_CORES };

struct pl_watchdog {
  uint64_t looked_ns;
  uint64_t stalls; /* begun so far */
  struct pl_watchdog_watched {
    uint64_t turns, moved_ns;
    bool stalled;
  } cores[PL_WATCHDOG_CORES];
};

/* pl_watchdog_look compares how often each core came round with the last look. A watcher that was
 * put aside itself knows nothing of the others: it starts anew. One thread.
 *   turns    [PL_WATCHDOG_CORES], only ever growing
 *   now_ns   monotonic
 *   returns  a bit (1 << core) for each that is stalled */
uint32_t pl_watchdog_look(struct pl_watchdog *watchdog, const uint64_t *turns, uint64_t now_ns);

#endif
