/* The tool's end of the admin socket: one request, one reply, within a time limit. */
#ifndef CONTROL_ADMIN_CLIENT_H
#define CONTROL_ADMIN_CLIENT_H

#include "control/admin/protocol.h"

#include <jansson.h>
#include <stdbool.h>

#define PL_CLIENT_ERROR_BYTES 256

struct pl_client_reply {
  enum pl_status status; /* what the daemon says, or why there is no answer */
  bool timed_out;        /* with PL_E_UNREACHABLE: it is there, but did not answer in time */
  json_t *json;          /* the reply, the caller's to give back; NULL where there is none */
  char error[PL_CLIENT_ERROR_BYTES]; /* one line where status is not PL_OK */
};

/* pl_client_call connects, asks and waits.
 *   path        of the socket
 *   timeout_ms  for each of sending and receiving, > 0
 *   ret_reply   written whole, whatever happens
 * status: PL_OK, what the daemon answered, PL_E_UNREACHABLE, PL_E_DENIED (may not connect),
 * PL_E_PROTOCOL, PL_E_CONFIG (path). Any thread. */
void pl_client_call(const char *path, enum pl_verb verb, const struct pl_protocol_request *request,
                    uint32_t timeout_ms, struct pl_client_reply *ret_reply);

/* pl_client_call_with sends a descriptor along; the caller keeps its own.
 *   given  -1: none */
void pl_client_call_with(const char *path, enum pl_verb verb,
                         const struct pl_protocol_request *request, int given, uint32_t timeout_ms,
                         struct pl_client_reply *ret_reply);

/* pl_client_read_reply judges a reply as received and fills in status, json and error; for
 * pl_client_call and tests.
 *   bytes  [size_bytes] */
void pl_client_read_reply(const unsigned char *bytes, size_t size_bytes, enum pl_verb verb,
                          struct pl_client_reply *ret_reply);

#endif
