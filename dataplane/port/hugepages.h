/* The look at the host's hugepages before DPDK starts, so that the operator reads one command
 * instead of DPDK's own report. */
#ifndef DATAPLANE_PORT_HUGEPAGES_H
#define DATAPLANE_PORT_HUGEPAGES_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define PL_HUGEPAGES_DIR "/sys/kernel/mm/hugepages"

/* pl_hugepages_check says whether enough free hugepages of one size are there.
 *   dir            PL_HUGEPAGES_DIR, or a fixture laid out like it
 *   need_mb        MiB that must be free
 *   ret_error      one line with the counts found and the command to run
 * Returns PL_OK, or PL_E_MEMORY with ret_error written. Start-up only. */
PL_MUST_USE enum pl_status pl_hugepages_check(const char *dir, uint32_t need_mb, char *ret_error,
                                              size_t error_bytes);

#endif
