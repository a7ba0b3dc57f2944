/* plimsoll: the operator's tool. */
#include "control/admin/version.h"
#include "control/cli/decode.h"
#include "control/cli/options.h"
#include "control/cli/replay.h"
#include "control/cli/report.h"
#include "control/cli/verbs.h"
#include "control/daemon/cpu.h"
#include "control/publish/json.h"

static int help(const struct pl_options *options) {
  if (!options->json) {
    pl_options_usage(stdout);
    return PL_EXIT_OK;
  }
  json_t *verbs = json_array();
  for (uint32_t i = 0; pl_commands_at(i) != NULL; i++) {
    const struct pl_commands_row *row = pl_commands_at(i);
    (void)json_array_append_new(verbs, json_pack("{s:s, s:s, s:s, s:b}", "verb", row->words,
                                                 "argument", row->shown, "help", row->help,
                                                 "operators", row->role == PL_ROLE_OPERATE));
  }
  json_t *object = json_pack("{s:i, s:s, s:s, s:o}", "version", PL_JSON_VERSION, "verb", "help",
                             "status", "ok", "verbs", verbs);
  pl_report_json(stdout, object);
  json_decref(object);
  return PL_EXIT_OK;
}

/* Apart from main, so that nothing of it runs before the processor is known to be enough. */
static __attribute__((noinline)) int run(int argc, char **argv) {
  struct pl_options options;
  char error[PL_OPTIONS_ERROR_BYTES];
  if (!pl_options_parse(argc, argv, &options, error)) {
    (void)fprintf(stderr, "plimsoll: %s (see plimsoll help)\n", error);
    return PL_EXIT_USAGE;
  }
  if (options.version) {
    (void)puts("plimsoll " PL_VERSION);
    return PL_EXIT_OK;
  }
  if (options.help) return help(&options);
  switch (options.command->verb) {
  case PL_VERB_REPLAY: return pl_replay_main(options.rest_count, options.rest);
  case PL_VERB_DECODE: return pl_decode_main(options.rest_count, options.rest);
  case PL_VERB_TABLE: return pl_verbs_table(&options);
  case PL_VERB_CAPTURE: return pl_verbs_capture(&options);
  case PL_VERB_POLICY_CHECK: return pl_verbs_policy_check(&options);
  case PL_VERB_HELP: return help(&options);
  default: return pl_verbs_ask(&options);
  }
}

PL_CPU_BASELINE int main(int argc, char **argv) {
  const char *missing;
  if (!pl_cpu_is_enough(&missing)) return pl_cpu_refuse("plimsoll", missing);
  return run(argc, argv);
}
