/* From the bytes of a request to the bytes of its reply: checks, role, the verb itself, JSON. */
#ifndef CONTROL_ADMIN_ANSWER_H
#define CONTROL_ADMIN_ANSWER_H

#include "control/admin/server.h"

/* pl_answer_make answers one message.
 *   config     the server's
 *   role       of whoever sent it
 *   bytes      [size_bytes] as received
 *   descriptor that came with it, -1: none; set to -1 when it was kept
 *   counters   added to
 *   ret_reply  [PL_PROTOCOL_REPLY_BYTES_MAX]
 *   ret_size_bytes  of the reply; 0 when there is no memory to make one
 * Returns PL_OK, or what the reply says went wrong; PL_E_PROTOCOL: the sender is not to be heard
 * again. */
enum pl_status pl_answer_make(const struct pl_server_config *config, enum pl_role role,
                              const unsigned char *bytes, size_t size_bytes, int *descriptor,
                              struct pl_server_counters *counters, unsigned char *ret_reply,
                              size_t *ret_size_bytes);

#endif
