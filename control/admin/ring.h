/* An io_uring that takes the admin server's operations and nothing else: what goes through a ring
 * is no system call, and no filter of those sees it. */
#ifndef CONTROL_ADMIN_RING_H
#define CONTROL_ADMIN_RING_H

#include <liburing.h>

/* pl_ring_open makes a ring; other operations complete with EACCES.
 *   entries   room for operations not yet submitted
 *   ret_ring  closed by the caller with io_uring_queue_exit
 * Returns 0 or a negative errno. */
int pl_ring_open(unsigned entries, struct io_uring *ret_ring);

#endif
