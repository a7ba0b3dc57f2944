#include "dataplane/port/cpus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/check.h"

/* The k-th CPU of the set, counted from 0. */
static uint32_t cpu_at(const cpu_set_t *set, uint32_t k) {
  PL_CHECK(k < (uint32_t)CPU_COUNT(set));
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET(cpu, set) && k-- == 0) return cpu;
  return 0;
}

void pl_cpus_plan(const cpu_set_t *allowed, uint32_t workers, const uint32_t *worker_cpus,
                  struct pl_cpus_plan *ret_plan) {
  uint32_t cpus = (uint32_t)CPU_COUNT(allowed);
  PL_CHECK(cpus > 0);
  PL_CHECK(workers <= PL_CPUS_WORKERS_MAX);
  ret_plan->workers = workers;
  ret_plan->main_cpus = *allowed;
  for (uint32_t i = 0; i < workers; i++) {
    if (worker_cpus != NULL)
      ret_plan->worker_cpu[i] = worker_cpus[i];
    else if (workers < cpus)
      ret_plan->worker_cpu[i] = cpu_at(allowed, cpus - workers + i);
    else
      ret_plan->worker_cpu[i] = cpu_at(allowed, (i + 1) % cpus);
    PL_CHECK(ret_plan->worker_cpu[i] < CPU_SETSIZE);
    CPU_CLR(ret_plan->worker_cpu[i], &ret_plan->main_cpus);
  }
  if (CPU_COUNT(&ret_plan->main_cpus) == 0) ret_plan->main_cpus = *allowed;
}

__attribute__((format(printf, 4, 5))) static size_t append(char *text, size_t text_bytes, size_t at,
                                                           const char *format, ...) {
  va_list args;
  va_start(args, format);
  int written = vsnprintf(text + at, text_bytes - at, format, args);
  va_end(args);
  PL_CHECK(written > 0 && (size_t)written < text_bytes - at);
  return at + (size_t)written;
}

void pl_cpus_format_lcores(const struct pl_cpus_plan *plan, char *ret_text, size_t text_bytes) {
  size_t at = append(ret_text, text_bytes, 0, "0@(");
  bool first = true;
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &plan->main_cpus)) continue;
    at = append(ret_text, text_bytes, at, first ? "%u" : ",%u", cpu);
    first = false;
  }
  at = append(ret_text, text_bytes, at, ")");
  for (uint32_t i = 0; i < plan->workers; i++)
    at = append(ret_text, text_bytes, at, ",%u@%u", i + 1, plan->worker_cpu[i]);
}

enum pl_status pl_cpus_check(const uint32_t *cpus, uint32_t count, char *ret_error,
                             size_t error_bytes) {
  cpu_set_t before;
  if (sched_getaffinity(0, sizeof(before), &before) != 0) {
    snprintf(ret_error, error_bytes, "cannot read the CPU affinity: %s", strerror(errno));
    return PL_E_SYSTEM;
  }
  enum pl_status status = PL_OK;
  for (uint32_t i = 0; i < count && status == PL_OK; i++) {
    cpu_set_t one;
    CPU_ZERO(&one);
    if (cpus[i] < CPU_SETSIZE) CPU_SET(cpus[i], &one);
    if (CPU_COUNT(&one) == 0 || sched_setaffinity(0, sizeof(one), &one) != 0) {
      snprintf(ret_error, error_bytes,
               "CPU %u cannot be used by this process: see 'taskset -cp $$' and 'lscpu -e'",
               cpus[i]);
      status = PL_E_CONFIG;
    }
  }
  if (sched_setaffinity(0, sizeof(before), &before) != 0 && status == PL_OK) {
    snprintf(ret_error, error_bytes, "cannot put the CPU affinity back: %s", strerror(errno));
    status = PL_E_SYSTEM;
  }
  return status;
}
