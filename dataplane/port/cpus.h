/* Which CPU each worker gets, and what is left for everything else. */
#ifndef DATAPLANE_PORT_CPUS_H
#define DATAPLANE_PORT_CPUS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define PL_CPUS_WORKERS_MAX 32

/* "0@(0,1,...,1023)" and a part for each worker, with its terminating zero. */
#define PL_CPUS_LCORES_BYTES 6144

struct pl_cpus_plan {
  uint32_t workers;
  uint32_t worker_cpu[PL_CPUS_WORKERS_MAX];
  cpu_set_t main_cpus; /* the main thread and whatever plain threads it starts */
};

/* pl_cpus_plan places workers on CPUs.
 *   allowed        the CPUs this process may use, at least one
 *   workers        0 .. PL_CPUS_WORKERS_MAX
 *   worker_cpus    [workers] CPU numbers below CPU_SETSIZE, or NULL to choose: the highest allowed
 *                  CPUs, one each, as long as one is left for the main thread; with fewer CPUs the
 *                  workers go round all of them
 *   ret_plan       main_cpus is what no worker uses, or all of allowed if nothing is left
 * Pure; any thread. */
void pl_cpus_plan(const cpu_set_t *allowed, uint32_t workers, const uint32_t *worker_cpus,
                  struct pl_cpus_plan *ret_plan);

/* pl_cpus_format_lcores writes the plan in EAL's --lcores syntax: lcore 0 is the main thread on all
 * of main_cpus, lcore i + 1 is worker i.
 *   text_bytes     PL_CPUS_LCORES_BYTES holds any plan; less is a program error
 * Pure; any thread. */
void pl_cpus_format_lcores(const struct pl_cpus_plan *plan, char *ret_text, size_t text_bytes);

/* pl_cpus_check says whether the kernel lets this process run on each of the named CPUs. It asks by
 * moving the calling thread there and back, because the affinity mask alone does not tell: an
 * isolated CPU is outside the mask and still allowed.
 *   cpus           [count]
 *   ret_error      one line that names the CPU
 * Returns PL_OK, PL_E_CONFIG or PL_E_SYSTEM. Start-up only. */
PL_MUST_USE enum pl_status pl_cpus_check(const uint32_t *cpus, uint32_t count, char *ret_error,
                                         size_t error_bytes);

#endif
