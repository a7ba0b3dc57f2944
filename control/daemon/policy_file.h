/* The policy file: YAML to the limits the engine runs on. Rows are `default`, then one a kind of
 * contract, then one an instrument; a row inherits what it does not say. Start-up only. */
#ifndef CONTROL_DAEMON_POLICY_FILE_H
#define CONTROL_DAEMON_POLICY_FILE_H

#include "engine/base/policy.h"
#include "engine/base/status.h"

#include <stddef.h>

/* What a policy's rows are called in its file: the engine knows hashes only. */
struct pl_policy_names {
  char names[PL_POLICY_ROWS_MAX][PL_NAME_BYTES_MAX]; /* "default", a kind, an instrument */
};

/* pl_policy_file_load reads and checks a policy.
 *   ret_policy  untouched on failure
 *   ret_error   [error_bytes] on failure one line, `FILE:LINE: message`
 * Returns PL_OK, PL_E_NO_FILE, PL_E_CONFIG or PL_E_MEMORY. */
PL_MUST_USE enum pl_status pl_policy_file_load(const char *path, struct pl_policy *ret_policy,
                                               char *ret_error, size_t error_bytes);

/* pl_policy_file_load_names does the same and tells the rows' names. */
PL_MUST_USE enum pl_status pl_policy_file_load_names(const char *path, struct pl_policy *ret_policy,
                                                     struct pl_policy_names *ret_names,
                                                     char *ret_error, size_t error_bytes);

/* pl_policy_file_parse does the same with text in memory; name stands for the file. */
PL_MUST_USE enum pl_status pl_policy_file_parse(const char *name, const char *text,
                                                size_t size_bytes, struct pl_policy *ret_policy,
                                                struct pl_policy_names *ret_names, char *ret_error,
                                                size_t error_bytes);

#endif
