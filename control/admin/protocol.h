/* The words on the admin socket (unix SEQPACKET, so a message is whole or not there): a fixed
 * header both ways, a fixed request, and a reply of one JSON object. Byte order is the host's, as
 * both ends are. Pure. */
#ifndef CONTROL_ADMIN_PROTOCOL_H
#define CONTROL_ADMIN_PROTOCOL_H

#include "control/admin/commands.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define PL_PROTOCOL_MAGIC   0x4d494c50u /* "PLIM" */
#define PL_PROTOCOL_VERSION 2

struct pl_protocol_header {
  uint32_t magic;
  uint16_t version;
  uint16_t verb;  /* number of enum pl_verb; a reply repeats it */
  uint32_t flags; /* 0 */
  uint32_t payload_bytes;
};
_Static_assert(sizeof(struct pl_protocol_header) == 16, "on the wire");

/* What a capture is to hold; all 0 for other verbs. */
struct pl_protocol_capture {
  uint64_t frames_max; /* 0: until somebody ends it */
  uint32_t snap_bytes; /* kept of each frame, 1..PL_FRAME_BYTES_MAX */
  uint8_t lines;       /* bit n: enum pl_line_id n, A or B; at least one */
  uint8_t drops;       /* 1: only frames that are not decoded */
  uint8_t padding[2];  /* 0 */
};

/* With PL_VERB_CAPTURE comes a descriptor (SCM_RIGHTS): the daemon's end of a stream socket pair.
 * It writes the capture there, and ends it when the other end is shut down for writing or gone. */
struct pl_protocol_request {
  char name[PL_NAME_BYTES_MAX]; /* instrument, zero-terminated; "" where the verb takes none */
  uint32_t mode;                /* enum pl_mode; 0 where the verb takes none */
  uint32_t first;               /* of a list that takes several replies; else 0 */
  struct pl_protocol_capture capture;
};
_Static_assert(sizeof(struct pl_protocol_request) == 64, "on the wire");

#define PL_PROTOCOL_REQUEST_BYTES                                                                  \
  (sizeof(struct pl_protocol_header) + sizeof(struct pl_protocol_request))
#define PL_PROTOCOL_JSON_BYTES_MAX  65536
#define PL_PROTOCOL_REPLY_BYTES_MAX (sizeof(struct pl_protocol_header) + PL_PROTOCOL_JSON_BYTES_MAX)

/* pl_protocol_put_request writes a request.
 *   ret_bytes  [PL_PROTOCOL_REQUEST_BYTES] */
void pl_protocol_put_request(enum pl_verb verb, const struct pl_protocol_request *request,
                             unsigned char *ret_bytes);

/* pl_protocol_get_request judges a request.
 *   bytes        [size_bytes] as received
 *   ret_command  its verb's row; untouched on failure
 *   ret_request  its name is terminated; untouched on failure
 *   ret_why      on failure what is wrong, constant text
 * Returns PL_OK or PL_E_PROTOCOL. */
PL_MUST_USE enum pl_status pl_protocol_get_request(const unsigned char *bytes, size_t size_bytes,
                                                   const struct pl_commands_row **ret_command,
                                                   struct pl_protocol_request *ret_request,
                                                   const char **ret_why);

/* pl_protocol_put_reply writes the header of a reply whose JSON text stands behind it already.
 *   verb        a number as it came
 *   json_bytes  at most PL_PROTOCOL_JSON_BYTES_MAX
 *   returns     the reply's whole length */
size_t pl_protocol_put_reply(uint32_t verb, size_t json_bytes, unsigned char *ret_bytes);

/* pl_protocol_get_reply judges a reply.
 *   verb      what was asked; 0 stands for none (the daemon could not read the request)
 *   ret_json  [*ret_json_bytes], inside bytes, not terminated; untouched on failure
 *   ret_why   as above */
PL_MUST_USE enum pl_status pl_protocol_get_reply(const unsigned char *bytes, size_t size_bytes,
                                                 enum pl_verb verb, const char **ret_json,
                                                 size_t *ret_json_bytes, const char **ret_why);

#endif
