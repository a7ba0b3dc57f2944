/* The system calls left to the process: an allow-list in the kernel, for every thread, for good. */
#ifndef CONTROL_DAEMON_SANDBOX_H
#define CONTROL_DAEMON_SANDBOX_H

#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* pl_sandbox_enter leaves to all threads what running and ending take. Any other call says its name
 * on stderr and ends the process by SIGSYS. No program can be started, no file or socket opened.
 *   drivers    bit (1 << enum pl_port_driver) of each live port's driver
 *   ret_error  [error_bytes] one line on failure
 * Main thread, once, after everything is open. Returns PL_OK, PL_E_MEMORY or PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_sandbox_enter(uint32_t drivers, char *ret_error, size_t error_bytes);

#endif
