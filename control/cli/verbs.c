#include "control/cli/verbs.h"

#include "control/admin/client.h"
#include "control/cli/report.h"
#include "control/cli/watch.h"
#include "control/daemon/policy_file.h"
#include "control/daemon/yaml.h"
#include "control/publish/json.h"

#include <inttypes.h>
#include <string.h>

static void call(const struct pl_options *options, uint32_t first,
                 struct pl_client_reply *ret_reply) {
  struct pl_protocol_request request = {.mode = options->mode, .first = first};
  if (options->command->argument == PL_ARGUMENT_INSTRUMENT)
    (void)snprintf(request.name, sizeof request.name, "%s", options->argument);
  pl_client_call(options->socket, options->command->verb, &request, options->timeout_ms, ret_reply);
}

/* A long list comes in several replies, joined into the first. */
static void call_for_rows(const struct pl_options *options, struct pl_client_reply *ret_reply) {
  call(options, 0, ret_reply);
  json_t *rows = json_object_get(ret_reply->json, "rows");
  json_int_t total = json_integer_value(json_object_get(ret_reply->json, "row_count"));
  while (ret_reply->status == PL_OK && (json_int_t)json_array_size(rows) < total) {
    struct pl_client_reply page;
    call(options, (uint32_t)json_array_size(rows), &page);
    json_t *more = json_object_get(page.json, "rows");
    if (page.status == PL_OK && json_array_size(more) == 0) {
      page.status = PL_E_PROTOCOL;
      (void)snprintf(page.error, sizeof page.error, "the daemon keeps rows back");
    }
    if (page.status == PL_OK) {
      (void)json_array_extend(rows, more);
      json_decref(page.json);
    } else {
      json_decref(ret_reply->json);
      *ret_reply = page;
      return;
    }
  }
}

static void print_text(const struct pl_options *options, const json_t *reply) {
  const char *before;
  switch (options->command->verb) {
  case PL_VERB_STATUS: pl_report_status(stdout, reply); break;
  case PL_VERB_POLICY_SHOW: pl_report_policy(stdout, reply); break;
  case PL_VERB_FEEDS:
    pl_report_feeds(stdout, reply, pl_watch_rows(options, PL_REPORT_FEEDS_LINES));
    break;
  case PL_VERB_MODE:
    before = json_string_value(json_object_get(reply, "mode_before"));
    (void)printf("mode %s, was %s\n", options->argument, before != NULL ? before : "?");
    break;
  case PL_VERB_FREEZE: (void)printf("froze %s\n", options->argument); break;
  case PL_VERB_THAW: (void)printf("thawed %s\n", options->argument); break;
  default: (void)puts("the daemon ends"); break;
  }
}

static bool has_rows(enum pl_verb verb) {
  return verb == PL_VERB_POLICY_SHOW || verb == PL_VERB_FEEDS;
}

static int ask(const struct pl_options *options) {
  struct pl_client_reply reply;
  if (options->command->argument == PL_ARGUMENT_INSTRUMENT &&
      strlen(options->argument) >= PL_NAME_BYTES_MAX)
    return pl_report_failure(options, PL_E_NOT_FOUND, false, "no instrument has so long a name");
  if (has_rows(options->command->verb))
    call_for_rows(options, &reply);
  else
    call(options, 0, &reply);
  if (reply.status != PL_OK) {
    json_decref(reply.json);
    return pl_report_failure(options, reply.status, reply.timed_out, reply.error);
  }
  if (options->json)
    pl_report_json(stdout, reply.json);
  else
    print_text(options, reply.json);
  bool degraded = json_is_true(json_object_get(reply.json, "degraded"));
  json_decref(reply.json);
  return degraded ? PL_EXIT_DEGRADED : PL_EXIT_OK;
}

int pl_verbs_ask(const struct pl_options *options) {
  return pl_watch(options, ask);
}

int pl_verbs_policy_check(const struct pl_options *options) {
  struct pl_policy policy;
  char error[PL_YAML_ERROR_BYTES] = "";
  enum pl_status status = pl_policy_file_load(options->argument, &policy, error, sizeof error);
  if (status != PL_OK) {
    (void)pl_report_failure(options, status, false, error);
    return PL_EXIT_CHECK_FAILED;
  }
  if (options->json) {
    json_t *object =
        json_pack("{s:i, s:s, s:s, s:s, s:I, s:o, s:I}", "version", PL_JSON_VERSION, "verb",
                  options->command->words, "status", "ok", "file", options->argument,
                  "policy_version", (json_int_t)policy.version, "policy_hash",
                  pl_json_hash(policy.hash), "row_count", (json_int_t)policy.row_count);
    pl_report_json(stdout, object);
    json_decref(object);
  } else {
    (void)printf("%s: sound, version %u, %u rows, hash %016" PRIx64 "\n", options->argument,
                 policy.version, policy.row_count, policy.hash);
  }
  return PL_EXIT_OK;
}
