/* DPDK's chatter, kept from the operator's terminal: error lines are remembered so that a failure
 * can be told in one line of ours; everything else is dropped. */
#ifndef DATAPLANE_PORT_EAL_LOG_H
#define DATAPLANE_PORT_EAL_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* pl_eal_log_open sends DPDK's log here, for the life of the process or until pl_eal_log_close.
 * A message of level critical or worse still reaches the terminal: DPDK aborts after it.
 * Returns false when a stream cannot be made. Start-up thread only. */
bool pl_eal_log_open(void);

/* pl_eal_log_close gives DPDK its own log back. After rte_eal_cleanup; start-up thread only. */
void pl_eal_log_close(void);

/* pl_eal_log_hush also takes what libraries below DPDK (libbpf, libxdp, EAL before its log is up)
 * write with the C library's stderr stream, and forgets the lines kept so far; pl_eal_log_unhush
 * ends that. File descriptor 2 is untouched, so sanitizers and abort messages still show. While
 * hushed no other thread may write to stderr: start-up and port opening only. */
void pl_eal_log_hush(void);
void pl_eal_log_unhush(void);

/* pl_eal_log_tell writes error lines said since the last hush, the first two and the last, joined
 * by
 * "; ", without line ends; "no reason given" if there is none. Any thread. */
void pl_eal_log_tell(char *ret_text, size_t text_bytes);

#endif
