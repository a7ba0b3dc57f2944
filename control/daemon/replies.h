/* What the daemon answers to each verb of the admin socket. Main thread. */
#ifndef CONTROL_DAEMON_REPLIES_H
#define CONTROL_DAEMON_REPLIES_H

#include "control/daemon/service.h"

/* pl_replies_handle carries out one request; see struct pl_server_config.
 *   context  the struct pl_service */
enum pl_status pl_replies_handle(void *context, const struct pl_commands_row *command,
                                 const struct pl_protocol_request *request, int *descriptor,
                                 json_t *reply, char *ret_error, size_t error_bytes);

#endif
