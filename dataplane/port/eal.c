#include "dataplane/port/eal.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "dataplane/port/eal_log.h"
#include "dataplane/port/hugepages.h"
#include "engine/base/check.h"

/* program, five switches, -m n, --lcores x, -a x for each device, NULL */
#define ARGS_MAX     (12 + 2 * PL_EAL_DEVICES_MAX)
#define DEVICE_BYTES 64
#define REASON_BYTES 640

/* EAL keeps pointers into its arguments, so they live as long as the process. */
static struct {
  char lcores[PL_CPUS_LCORES_BYTES];
  char memory[16];
  char devices[PL_EAL_DEVICES_MAX][DEVICE_BYTES];
  char *argv[ARGS_MAX];
  int argc;
} args;

static bool tried;
static struct pl_cpus_plan plan;
static cpu_set_t cpus_before;

static void add_arg(const char *arg) {
  PL_CHECK(args.argc < ARGS_MAX - 1);
  args.argv[args.argc++] = (char *)(uintptr_t)arg; /* EAL's prototype wants it; it only reads */
}

static void build_args(const struct pl_eal_config *config, uint32_t memory_mb) {
  snprintf(args.memory, sizeof(args.memory), "%u", memory_mb);
  pl_cpus_format_lcores(&plan, args.lcores, sizeof(args.lcores));
  add_arg("plimsoll");
  add_arg("--no-telemetry");
  if (config->profile == PL_EAL_EMBEDDED) {
    add_arg("--no-huge"); /* implies legacy memory, which EAL refuses beside --in-memory */
    add_arg("--no-shconf");
  } else {
    add_arg("--in-memory"); /* no hugepage file is left behind, even after kill -9 */
  }
  add_arg("-m");
  add_arg(args.memory);
  add_arg("--lcores");
  add_arg(args.lcores);
  /* Without an allow-list EAL would take every device that is bound to vfio, those of another
   * instance included. */
  if (config->devices_count == 0) add_arg("--no-pci");
  for (uint32_t i = 0; i < config->devices_count; i++) {
    snprintf(args.devices[i], DEVICE_BYTES, "%s", config->devices[i]);
    add_arg("-a");
    add_arg(args.devices[i]);
  }
}

static enum pl_status check_config(const struct pl_eal_config *config, char *ret_error,
                                   size_t error_bytes) {
  if (config->workers > PL_EAL_WORKERS_MAX) {
    snprintf(ret_error, error_bytes, "%u workers asked for: the limit is %u", config->workers,
             (unsigned)PL_EAL_WORKERS_MAX);
    return PL_E_CONFIG;
  }
  if (config->devices_count > 0 && config->profile != PL_EAL_HOST) {
    snprintf(ret_error, error_bytes, "device %s needs the host profile", config->devices[0]);
    return PL_E_CONFIG;
  }
  if (config->devices_count > PL_EAL_DEVICES_MAX) {
    snprintf(ret_error, error_bytes, "%u devices named: the limit is %u", config->devices_count,
             (unsigned)PL_EAL_DEVICES_MAX);
    return PL_E_CONFIG;
  }
  for (uint32_t i = 0; i < config->devices_count; i++) {
    if (strlen(config->devices[i]) < DEVICE_BYTES) continue;
    snprintf(ret_error, error_bytes, "device name longer than %u bytes: %s",
             (unsigned)DEVICE_BYTES - 1, config->devices[i]);
    return PL_E_CONFIG;
  }
  if (config->worker_cpus == NULL) return PL_OK;
  return pl_cpus_check(config->worker_cpus, config->workers, ret_error, error_bytes);
}

static enum pl_status explain(int error, uint32_t memory_mb, char *ret_error, size_t error_bytes) {
  char reason[REASON_BYTES];
  pl_eal_log_tell(reason, sizeof(reason));
  if (error == ENOMEM) {
    snprintf(ret_error, error_bytes,
             "DPDK got no memory (%s): free %u MB, see 'ulimit -a' and 'free -m'", reason,
             memory_mb);
    return PL_E_MEMORY;
  }
  snprintf(ret_error, error_bytes,
           "DPDK did not start, %s (%s): check the CPUs, devices and profile asked for",
           strerror(error), reason);
  return PL_E_SYSTEM;
}

enum pl_status pl_eal_start(const struct pl_eal_config *config, char *ret_error,
                            size_t error_bytes) {
  uint32_t memory_mb = config->memory_mb == 0 ? PL_EAL_MEMORY_MB_USUAL : config->memory_mb;
  if (tried) {
    snprintf(ret_error, error_bytes, "DPDK starts once in a process: start a new process");
    return PL_E_SYSTEM;
  }
  enum pl_status status = check_config(config, ret_error, error_bytes);
  if (status == PL_OK && config->profile == PL_EAL_HOST)
    status = pl_hugepages_check(PL_HUGEPAGES_DIR, memory_mb, ret_error, error_bytes);
  if (status != PL_OK) return status;
  if (sched_getaffinity(0, sizeof(cpus_before), &cpus_before) != 0 || !pl_eal_log_open()) {
    snprintf(ret_error, error_bytes, "cannot prepare DPDK's start: %s", strerror(errno));
    return PL_E_SYSTEM;
  }
  pl_cpus_plan(&cpus_before, config->workers, config->worker_cpus, &plan);
  build_args(config, memory_mb);
  tried = true;
  pl_eal_log_hush();
  int parsed = rte_eal_init(args.argc, args.argv);
  int error = rte_errno;
  pl_eal_log_unhush();
  if (parsed >= 0) return PL_OK;
  status = explain(error, memory_mb, ret_error, error_bytes);
  sched_setaffinity(0, sizeof(cpus_before), &cpus_before);
  pl_eal_log_close();
  return status;
}

void pl_eal_stop(void) {
  pl_eal_log_hush();
  rte_eal_cleanup();
  pl_eal_log_unhush();
  pl_eal_log_close();
  sched_setaffinity(0, sizeof(cpus_before), &cpus_before);
}

void pl_eal_launch(uint32_t worker, int (*run)(void *), void *arg) {
  PL_CHECK(worker < plan.workers);
  PL_CHECK(rte_eal_remote_launch(run, arg, worker + 1) == 0);
}

int pl_eal_join(uint32_t worker) {
  PL_CHECK(worker < plan.workers);
  return rte_eal_wait_lcore(worker + 1);
}

uint32_t pl_eal_worker_cpu(uint32_t worker) {
  PL_CHECK(worker < plan.workers);
  return plan.worker_cpu[worker];
}
