/* Start-up of DPDK's environment (EAL), and the worker threads it pins. */
#ifndef DATAPLANE_PORT_EAL_H
#define DATAPLANE_PORT_EAL_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/port/cpus.h"
#include "engine/base/status.h"

#define PL_EAL_WORKERS_MAX PL_CPUS_WORKERS_MAX
#define PL_EAL_DEVICES_MAX 8

/* Two lines of the hungriest driver (AF_XDP) with room to spare, and what each further port takes.
 */
#define PL_EAL_MEMORY_MB_USUAL 64
#define PL_EAL_MEMORY_MB_PORT  24

/* Long enough for any line this folder writes. */
#define PL_EAL_ERROR_BYTES 1024

enum pl_eal_profile {
  PL_EAL_EMBEDDED, /* no hugepages, no privileges, no shared files, no PCI: runs anywhere */
  PL_EAL_HOST      /* hugepages, and the PCI devices that are named */
};

struct pl_eal_config {
  enum pl_eal_profile profile;
  uint32_t workers;            /* pinned threads beside the main one, 0 .. PL_EAL_WORKERS_MAX */
  const uint32_t *worker_cpus; /* [workers] CPU numbers; NULL = choose from the affinity mask */
  uint32_t memory_mb;          /* memory for packet buffers; 0 = PL_EAL_MEMORY_MB_USUAL */
  const char *const *devices;  /* [devices_count] PCI addresses to take over; host profile only */
  uint32_t devices_count;      /* 0 .. PL_EAL_DEVICES_MAX; no other PCI device is touched */
};

/* pl_eal_start starts EAL, once in the life of a process (EAL cannot start again after it stopped
 * or failed). Prints nothing. Several processes of one user may do it side by side: nothing is
 * shared between them.
 *   config         read during the call only
 *   ret_error      [error_bytes] on failure one line: what is wrong and what to do
 * Returns PL_OK; PL_E_CONFIG for a count, CPU or device that cannot be; PL_E_MEMORY without enough
 * hugepages or memory; PL_E_SYSTEM for whatever else EAL says. The calling thread becomes the main
 * thread: it and the plain threads it starts later run on the CPUs that no worker has, if any.
 * Costs about 150 ms, most of it EAL's clock calibration. */
PL_MUST_USE enum pl_status pl_eal_start(const struct pl_eal_config *config, char *ret_error,
                                        size_t error_bytes);

/* pl_eal_stop ends EAL and gives the main thread the CPU mask it had before pl_eal_start. Main
 * thread only, after every port is closed and every worker joined. */
void pl_eal_stop(void);

/* pl_eal_launch runs a function on a worker. Main thread only.
 *   worker         0 .. workers - 1; it must not be running anything
 *   run, arg       called once on the worker's CPU; arg stays the caller's
 * A bad worker or a busy one is a program error. */
void pl_eal_launch(uint32_t worker, int (*run)(void *), void *arg);

/* pl_eal_join waits until the worker's function returns. Main thread only.
 * Returns what the function returned, or 0 if nothing was launched since the last join. */
int pl_eal_join(uint32_t worker);

/* pl_eal_worker_cpu returns the CPU a worker is pinned to. Any thread, after pl_eal_start. */
uint32_t pl_eal_worker_cpu(uint32_t worker);

#endif
