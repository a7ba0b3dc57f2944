/* A policy as JSON, in pages: the whole of a long one does not fit one message. */
#ifndef CONTROL_DAEMON_POLICY_JSON_H
#define CONTROL_DAEMON_POLICY_JSON_H

#include "control/daemon/policy_file.h"

#include <jansson.h>

#define PL_POLICY_JSON_ROWS 64 /* a page */

/* pl_policy_json adds a policy's head, and the rows from first on, at most a page of them.
 *   object  gets policy_version, policy_hash, mode, safety, row_count, first and rows */
void pl_policy_json(const struct pl_policy *policy, const struct pl_policy_names *names,
                    uint32_t first, json_t *object);

#endif
