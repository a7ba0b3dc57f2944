#include "control/cli/options.h"

#include "control/admin/defaults.h"
#include "engine/base/decision.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_DIGITS_MAX 6

static const struct option long_options[] = {{"json", no_argument, NULL, 'j'},
                                             {"watch", no_argument, NULL, 'w'},
                                             {"socket", required_argument, NULL, 's'},
                                             {"table", required_argument, NULL, 't'},
                                             {"timeout-ms", required_argument, NULL, 'o'},
                                             {"help", no_argument, NULL, 'h'},
                                             {"version", no_argument, NULL, 'v'},
                                             {NULL, 0, NULL, 0}};

static bool fail(char *ret_error, const char *message, const char *what) {
  (void)snprintf(ret_error, PL_OPTIONS_ERROR_BYTES, "%s%s%.80s", message,
                 what[0] != '\0' ? ": " : "", what);
  return false;
}

static bool parse_timeout(const char *text, uint32_t *ret_timeout_ms) {
  size_t length = strlen(text);
  if (length == 0 || length > TIMEOUT_DIGITS_MAX || strspn(text, "0123456789") != length)
    return false;
  *ret_timeout_ms = (uint32_t)strtoul(text, NULL, 10);
  return *ret_timeout_ms > 0;
}

/* Reads options up to the first word ("+" in shorts) or to the end. */
static bool parse_options(int argc, char **argv, const char *shorts, struct pl_options *options,
                          char *ret_error) {
  int option;
  optind = 0; /* from the start: this may be the second reading */
  opterr = 0;
  while ((option = getopt_long(argc, argv, shorts, long_options, NULL)) != -1) {
    switch (option) {
    case 'j': options->json = true; break;
    case 'w': options->watch = true; break;
    case 's': options->socket = optarg; break;
    case 't': options->table = optarg; break;
    case 'o':
      if (!parse_timeout(optarg, &options->timeout_ms))
        return fail(ret_error, "--timeout-ms is 1 to 999999", "");
      break;
    case 'h': options->help = true; break;
    case 'v': options->version = true; break;
    case ':': return fail(ret_error, "an option lacks its value", argv[optind - 1]);
    default: return fail(ret_error, "no such option", argv[optind - 1]);
    }
  }
  return true;
}

static bool take_argument(struct pl_options *options, char **words, int count, char *ret_error) {
  const struct pl_commands_row *command = options->command;
  bool wanted = command->argument != PL_ARGUMENT_NONE;
  if (count > wanted) return fail(ret_error, "one argument too many", words[count - 1]);
  if (count < wanted) {
    (void)snprintf(ret_error, PL_OPTIONS_ERROR_BYTES, "%s: %s is missing", command->words,
                   command->shown);
    return false;
  }
  if (!wanted) return true;
  options->argument = words[0];
  if (command->argument != PL_ARGUMENT_MODE) return true;
  while (options->mode < PL_MODE_COUNT &&
         strcmp(pl_decision_mode(options->mode), options->argument) != 0)
    options->mode++;
  return options->mode < PL_MODE_COUNT || fail(ret_error, "no such mode", options->argument);
}

static const char *from_environment(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? value : otherwise;
}

bool pl_options_parse(int argc, char **argv, struct pl_options *ret_options, char *ret_error) {
  uint32_t used = 0;
  *ret_options =
      (struct pl_options){.socket = from_environment(PL_ENVIRONMENT_SOCKET, PL_DEFAULT_SOCKET),
                          .table = from_environment(PL_ENVIRONMENT_TABLE, PL_DEFAULT_TABLE),
                          .timeout_ms = PL_DEFAULT_TIMEOUT_MS};
  if (!parse_options(argc, argv, "+:hj", ret_options, ret_error)) return false;
  if (ret_options->help || ret_options->version) return true;
  char **words = argv + optind;
  int count = argc - optind;
  if (count == 0) return fail(ret_error, "a verb is missing", "");
  ret_options->command = pl_commands_match(words, (uint32_t)count, &used);
  if (ret_options->command == NULL) return fail(ret_error, "no such verb", words[0]);
  ret_options->rest = words;
  ret_options->rest_count = count;
  if (ret_options->command->argument == PL_ARGUMENT_REST) return true;
  /* getopt takes the first for the program's name: the verb's last word stands in for it */
  char **rest = words + used - 1;
  int rest_count = count - (int)used + 1;
  if (!parse_options(rest_count, rest, ":hj", ret_options, ret_error)) return false;
  if (ret_options->help) return true;
  if (ret_options->watch && ret_options->command->verb != PL_VERB_TABLE &&
      ret_options->command->verb != PL_VERB_FEEDS)
    return fail(ret_error, "--watch is for table and feeds", "");
  return take_argument(ret_options, rest + optind, rest_count - optind, ret_error);
}

void pl_options_usage(FILE *out) {
  (void)fputs("usage: plimsoll VERB [ARGUMENT] [OPTIONS]\n\nVerbs:\n", out);
  for (uint32_t i = 0; pl_commands_at(i) != NULL; i++) {
    const struct pl_commands_row *row = pl_commands_at(i);
    char left[64];
    (void)snprintf(left, sizeof left, "%s %s", row->words, row->shown);
    (void)fprintf(out, "  %-36s %s%s\n", left, row->help,
                  row->role == PL_ROLE_OPERATE ? " (operators)" : "");
  }
  (void)fputs("\nOptions:\n"
              "  --json             one JSON object instead of text\n"
              "  --socket PATH      the daemon's admin socket ($" PL_ENVIRONMENT_SOCKET
              "; default " PL_DEFAULT_SOCKET ")\n"
              "  --table NAME       its decision table ($" PL_ENVIRONMENT_TABLE
              "; default " PL_DEFAULT_TABLE ")\n"
              "  --timeout-ms N     how long to wait for the daemon (default 5000)\n"
              "  --watch            table, feeds: again and again until interrupted\n"
              "  --version, --help\n"
              "\n"
              "Exit: 0 ok, 1 failed, 2 usage, 3 daemon unreachable, 4 not authorised, 5 degraded,\n"
              "      6 check failed, 7 timed out.\n",
              out);
}
