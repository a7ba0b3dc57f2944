#include "control/admin/answer.h"

#include <stdio.h>
#include <string.h>

#define JSON_VERSION 2

/* What every reply begins with. */
static json_t *begin_reply(const char *verb) {
  return json_pack("{s:i, s:s}", "version", JSON_VERSION, "verb", verb);
}

static void end_reply(json_t *reply, enum pl_status status, const char *error) {
  (void)json_object_set_new(reply, "status", json_string(pl_status_name(status)));
  if (status == PL_OK) return;
  json_t *text = json_string(error);
  (void)json_object_set_new(reply, "error", text != NULL ? text : json_string("?"));
}

static size_t dump(const json_t *reply, unsigned char *ret_reply) {
  char *text = (char *)ret_reply + sizeof(struct pl_protocol_header);
  return json_dumpb(reply, text, PL_PROTOCOL_JSON_BYTES_MAX, JSON_COMPACT);
}

/* Writes the reply; one that is too long becomes an error. Takes the reference. */
static enum pl_status finish(json_t *reply, uint32_t number, const char *verb,
                             enum pl_status status, const char *error, unsigned char *ret_reply,
                             size_t *ret_size_bytes) {
  if (reply != NULL) end_reply(reply, status, error);
  size_t json_bytes = reply != NULL ? dump(reply, ret_reply) : 0;
  json_decref(reply);
  if (json_bytes > PL_PROTOCOL_JSON_BYTES_MAX) {
    status = PL_E_RANGE;
    reply = begin_reply(verb);
    if (reply != NULL) end_reply(reply, status, "the answer is longer than a message may be");
    json_bytes = reply != NULL ? dump(reply, ret_reply) : 0;
    json_decref(reply);
  }
  *ret_size_bytes = json_bytes == 0 ? 0 : pl_protocol_put_reply(number, json_bytes, ret_reply);
  return status;
}

enum pl_status pl_answer_make(const struct pl_server_config *config, enum pl_role role,
                              const unsigned char *bytes, size_t size_bytes, int *descriptor,
                              struct pl_server_counters *counters, unsigned char *ret_reply,
                              size_t *ret_size_bytes) {
  const struct pl_commands_row *command = NULL;
  struct pl_protocol_request request;
  char error[PL_SERVER_ERROR_BYTES] = "";
  const char *why = "";
  counters->requests++;
  enum pl_status status = pl_protocol_get_request(bytes, size_bytes, &command, &request, &why);
  if (status != PL_OK) {
    counters->malformed++;
    return finish(begin_reply("?"), 0, "?", status, why, ret_reply, ret_size_bytes);
  }
  json_t *reply = begin_reply(command->words);
  if (role < command->role) {
    counters->denied++;
    status = PL_E_DENIED;
    why = "this takes the role operate: see 'roles' in the daemon's configuration";
  } else if (reply != NULL) {
    status =
        config->handle(config->context, command, &request, descriptor, reply, error, sizeof error);
    counters->failed += status != PL_OK;
    why = error;
  }
  return finish(reply, (uint32_t)command->verb, command->words, status, why, ret_reply,
                ret_size_bytes);
}
