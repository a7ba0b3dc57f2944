/* The daemon's end of the admin socket: one io_uring loop that accepts, receives, answers, waits
 * and hears SIGTERM and SIGINT. A client that is slow, half dead or hostile costs itself its
 * connection and the daemon nothing. One thread, the daemon's main one. */
#ifndef CONTROL_ADMIN_SERVER_H
#define CONTROL_ADMIN_SERVER_H

#include "control/admin/protocol.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define PL_SERVER_CLIENTS_MAX       16
#define PL_SERVER_CLIENT_TIMEOUT_NS UINT64_C(5000000000) /* without a request, or not reading */
#define PL_SERVER_GROUP_NONE        ((gid_t)-1)
#define PL_SERVER_ERROR_BYTES       256

struct pl_server_config {
  const char *path; /* of the socket */
  gid_t group;      /* may connect beside the owner; PL_SERVER_GROUP_NONE: the process's own */
  /* Who is at the other end; see pl_roles_peer. */
  enum pl_role (*role)(const void *context, int descriptor);
  const void *role_context;
  /* Carries out a request that passed every check.
   *   descriptor  one that came with it, -1: none; whoever keeps it sets it to -1, else it is
   * closed reply      an object to add the verb's own keys to ret_error  [error_bytes] one line on
   * failure Returns PL_OK or what failed. */
  enum pl_status (*handle)(void *context, const struct pl_commands_row *command,
                           const struct pl_protocol_request *request, int *descriptor,
                           json_t *reply, char *ret_error, size_t error_bytes);
  void *context;
};

struct pl_server_counters {
  uint64_t accepted, refused; /* refused: no room for another client */
  uint64_t requests, denied, malformed, failed, timed_out;
};

struct pl_server;

/* pl_server_block_signals makes SIGTERM and SIGINT wait for the loop. Call before any other thread
 * is started: they inherit it. */
void pl_server_block_signals(void);

/* pl_server_open binds the socket, in place of one whose daemon is gone, and listens. Signals must
 * be blocked already.
 *   config      copied; path and contexts must outlive the server
 *   ret_server  closed by the caller with pl_server_close; untouched on failure
 *   ret_error   [error_bytes] one line on failure
 * Returns PL_OK, PL_E_CONFIG (path, a daemon answers there already), PL_E_DENIED, PL_E_MEMORY or
 * PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_server_open(const struct pl_server_config *config,
                                          struct pl_server **ret_server, char *ret_error,
                                          size_t error_bytes);

/* pl_server_give makes the socket another user's, who can then remove it.
 *   ret_error  [error_bytes] one line on failure
 * Returns PL_OK or PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_server_give(const struct pl_server *server, uid_t user,
                                          char *ret_error, size_t error_bytes);

/* pl_server_turn does what there is to do, waiting for it at most wait_ns.
 *   now_ns   monotonic time, for the clients' time limits
 *   returns  false once SIGTERM or SIGINT came */
bool pl_server_turn(struct pl_server *server, uint64_t now_ns, uint64_t wait_ns);

/* pl_server_is_idle tells that no reply is under way. */
bool pl_server_is_idle(const struct pl_server *server);

const struct pl_server_counters *pl_server_counters(const struct pl_server *server);

/* pl_server_close ends every connection and removes the socket. NULL is nothing to close. */
void pl_server_close(struct pl_server *server);

#endif
