/* The admin socket's address in the file system. */
#ifndef CONTROL_ADMIN_LISTEN_H
#define CONTROL_ADMIN_LISTEN_H

#include "engine/base/status.h"

#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

/* pl_listen_address fills in the address of a path; PL_E_CONFIG when it is empty or too long. */
PL_MUST_USE enum pl_status pl_listen_address(const char *path, struct sockaddr_un *ret_address);

/* pl_listen_open binds a SEQPACKET socket with mode 0660 and listens. What a dead daemon left at
 * the path is replaced; where a living one answers, or something else lies, it is left alone. group
 * (gid_t)-1: the process's own ret_descriptor  the caller's ret_error       [error_bytes] one line
 * on failure Returns PL_OK, PL_E_CONFIG, PL_E_DENIED or PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_listen_open(const char *path, gid_t group, int *ret_descriptor,
                                          char *ret_error, size_t error_bytes);

#endif
