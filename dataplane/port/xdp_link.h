/* The XDP program that net_af_xdp attaches to an interface, held by a descriptor of ours: the
 * kernel detaches it when the last process that holds it ends, however it ends and whatever it may
 * still do. The driver's own way out needs the rights of the way in. Main thread. */
#ifndef DATAPLANE_PORT_XDP_LINK_H
#define DATAPLANE_PORT_XDP_LINK_H

#include "engine/base/status.h"

#include <stddef.h>

/* pl_xdp_link_prepare makes the driver attach one plain program, without files in the kernel's bpf
 * folder that would stay. Before the driver's device is made. */
void pl_xdp_link_prepare(void);

/* pl_xdp_link_hold takes the program over, or another's hold on it.
 *   interface   one that has just got its program from the driver
 *   ret_link    a descriptor, closed by the caller after the device; untouched on failure
 *   ret_error   [error_bytes] one line on failure
 * Returns PL_OK or PL_E_PORT; the interface may then be without its program. */
PL_MUST_USE enum pl_status pl_xdp_link_hold(const char *interface, int *ret_link, char *ret_error,
                                            size_t error_bytes);

#endif
