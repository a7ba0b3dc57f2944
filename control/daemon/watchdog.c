#include "control/daemon/watchdog.h"

uint32_t pl_watchdog_look(struct pl_watchdog *watchdog, const uint64_t *turns, uint64_t now_ns) {
  bool away = now_ns - watchdog->looked_ns > PL_WATCHDOG_NS / 2;
  uint32_t stalled = 0;
  watchdog->looked_ns = now_ns;
  for (uint32_t i = 0; i < PL_WATCHDOG_CORES; i++) {
    struct pl_watchdog_watched *core = &watchdog->cores[i];
    if (turns[i] != core->turns) {
      core->turns = turns[i];
      core->moved_ns = now_ns;
      core->stalled = false;
    } else if (away && !core->stalled) {
      core->moved_ns = now_ns;
    } else if (!core->stalled && now_ns - core->moved_ns > PL_WATCHDOG_NS) {
      core->stalled = true;
      watchdog->stalls++;
    }
    stalled |= (uint32_t)core->stalled << i;
  }
  return stalled;
}
