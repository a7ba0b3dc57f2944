#include "control/admin/protocol.h"

#include "engine/base/check.h"
#include "engine/base/decision.h"
#include "engine/base/frame.h"

#include <string.h>

#define HEADER_BYTES sizeof(struct pl_protocol_header)

static void put_header(uint32_t verb, size_t payload_bytes, unsigned char *ret_bytes) {
  struct pl_protocol_header header = {.magic = PL_PROTOCOL_MAGIC,
                                      .version = PL_PROTOCOL_VERSION,
                                      .verb = (uint16_t)verb,
                                      .payload_bytes = (uint32_t)payload_bytes};
  memcpy(ret_bytes, &header, sizeof header);
}

void pl_protocol_put_request(enum pl_verb verb, const struct pl_protocol_request *request,
                             unsigned char *ret_bytes) {
  put_header(verb, sizeof *request, ret_bytes);
  memcpy(ret_bytes + HEADER_BYTES, request, sizeof *request);
}

/* What is wrong with a message's header, NULL when nothing is. */
static const char *judge_header(const unsigned char *bytes, size_t size_bytes,
                                struct pl_protocol_header *ret_header) {
  if (size_bytes < HEADER_BYTES) return "shorter than its header";
  memcpy(ret_header, bytes, HEADER_BYTES);
  if (ret_header->magic != PL_PROTOCOL_MAGIC) return "not a message of this protocol";
  if (ret_header->version != PL_PROTOCOL_VERSION)
    return "another version of the protocol: use the tool that came with the daemon";
  if (ret_header->flags != 0) return "unknown flags";
  if (ret_header->payload_bytes != size_bytes - HEADER_BYTES)
    return "length disagrees with the header";
  return NULL;
}

static const char *judge_capture(const struct pl_commands_row *command,
                                 const struct pl_protocol_capture *capture) {
  static const struct pl_protocol_capture none = {0};
  if (command->verb != PL_VERB_CAPTURE)
    return memcmp(capture, &none, sizeof none) == 0 ? NULL : "a capture where none belongs";
  if (capture->snap_bytes == 0 || capture->snap_bytes > PL_FRAME_BYTES_MAX)
    return "no such snap length";
  if (capture->lines == 0 || capture->lines >= 1u << PL_LINE_RESEND) return "no such line";
  if (capture->drops > 1 || capture->padding[0] != 0 || capture->padding[1] != 0)
    return "unknown options of a capture";
  return NULL;
}

static const char *judge_request(const struct pl_commands_row *command,
                                 const struct pl_protocol_request *request) {
  size_t length = strnlen(request->name, PL_NAME_BYTES_MAX);
  if (length == PL_NAME_BYTES_MAX) return "name without an end";
  if ((length > 0) != (command->argument == PL_ARGUMENT_INSTRUMENT))
    return length > 0 ? "a name where none belongs" : "a name is missing";
  for (size_t i = 0; i < length; i++)
    if (request->name[i] < ' ' || request->name[i] > '~') return "a name that does not print";
  if (request->mode >= PL_MODE_COUNT) return "no such mode";
  if (request->mode != 0 && command->argument != PL_ARGUMENT_MODE)
    return "a mode where none belongs";
  return judge_capture(command, &request->capture);
}

enum pl_status pl_protocol_get_request(const unsigned char *bytes, size_t size_bytes,
                                       const struct pl_commands_row **ret_command,
                                       struct pl_protocol_request *ret_request,
                                       const char **ret_why) {
  struct pl_protocol_header header;
  struct pl_protocol_request request;
  const struct pl_commands_row *command = NULL;
  const char *why = judge_header(bytes, size_bytes, &header);
  if (why == NULL) {
    command = pl_commands_find(header.verb);
    if (command == NULL || command->role == PL_ROLE_LOCAL) why = "no such verb";
  }
  if (why == NULL && header.payload_bytes != sizeof request) why = "request of a wrong length";
  if (why == NULL) {
    memcpy(&request, bytes + HEADER_BYTES, sizeof request);
    why = judge_request(command, &request);
  }
  if (why != NULL) {
    *ret_why = why;
    return PL_E_PROTOCOL;
  }
  *ret_command = command;
  *ret_request = request;
  return PL_OK;
}

size_t pl_protocol_put_reply(uint32_t verb, size_t json_bytes, unsigned char *ret_bytes) {
  PL_CHECK(json_bytes <= PL_PROTOCOL_JSON_BYTES_MAX);
  put_header(verb, json_bytes, ret_bytes);
  return HEADER_BYTES + json_bytes;
}

enum pl_status pl_protocol_get_reply(const unsigned char *bytes, size_t size_bytes,
                                     enum pl_verb verb, const char **ret_json,
                                     size_t *ret_json_bytes, const char **ret_why) {
  struct pl_protocol_header header;
  const char *why = judge_header(bytes, size_bytes, &header);
  if (why == NULL && header.verb != 0 && header.verb != (uint32_t)verb)
    why = "reply to another verb";
  if (why == NULL && header.payload_bytes > PL_PROTOCOL_JSON_BYTES_MAX) why = "reply too long";
  if (why != NULL) {
    *ret_why = why;
    return PL_E_PROTOCOL;
  }
  *ret_json = (const char *)bytes + HEADER_BYTES;
  *ret_json_bytes = header.payload_bytes;
  return PL_OK;
}
