/* plimsolld: the daemon as a program. */
#include "control/admin/version.h"
#include "control/daemon/cpu.h"
#include "control/daemon/service.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_BYTES 1024
#define EXIT_USAGE  2

static const char usage[] =
    "usage: plimsolld --config FILE [--check]\n"
    "\n"
    "Reads a venue's feed and publishes risk decisions. Stays in the foreground, logs to stderr.\n"
    "\n"
    "  --config FILE  configuration, YAML\n"
    "  --check        check it and its policy, then end\n"
    "  --version      print the version\n"
    "  --help         this text\n"
    "\n"
    "Exit: 0 ok, 1 failed, 2 usage or configuration.\n";

struct arguments {
  const char *config_path;
  bool check;
};

static int usage_error(const char *message) {
  (void)fprintf(stderr, "plimsolld: %s (see plimsolld --help)\n", message);
  return EXIT_USAGE;
}

/* Returns -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct arguments *ret_arguments) {
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"check", no_argument, NULL, 'k'},
                                          {"version", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
    switch (option) {
    case 'c': ret_arguments->config_path = optarg; break;
    case 'k': ret_arguments->check = true; break;
    case 'v': (void)puts("plimsolld " PL_VERSION); return 0;
    case 'h': (void)fputs(usage, stdout); return 0;
    case ':': return usage_error("an option lacks its value");
    default: return usage_error("no such option");
    }
  }
  if (optind != argc) return usage_error("options only");
  return ret_arguments->config_path != NULL ? -1 : usage_error("--config FILE is missing");
}

static int fail(const char *error, enum pl_status status) {
  (void)fprintf(stderr, "plimsolld: %s\n", error[0] != '\0' ? error : pl_status_hint(status));
  return EXIT_FAILURE;
}

/* Apart from main, so that nothing of it runs before the processor is known to be enough. */
static __attribute__((noinline)) int run(int argc, char **argv) {
  struct arguments arguments = {0};
  char error[ERROR_BYTES] = "";
  int code = parse(argc, argv, &arguments);
  if (code >= 0) return code;
  struct pl_service *service = aligned_alloc(_Alignof(struct pl_service), sizeof *service);
  if (service == NULL) return fail("no memory", PL_E_MEMORY);
  memset(service, 0, sizeof *service);
  enum pl_status status = pl_service_check(service, arguments.config_path, error, sizeof error);
  if (status != PL_OK) {
    (void)fail(error, status);
    code = EXIT_USAGE;
  } else if (arguments.check) {
    (void)printf("%s: sound\n%s: sound, version %u, %u rows\n", arguments.config_path,
                 service->config.policy_path, service->policy.version, service->policy.row_count);
    code = EXIT_SUCCESS;
  } else {
    status = pl_service_run(service, error, sizeof error);
    code = status == PL_OK ? EXIT_SUCCESS : fail(error, status);
  }
  free(service);
  return code;
}

PL_CPU_BASELINE int main(int argc, char **argv) {
  const char *missing;
  if (!pl_cpu_is_enough(&missing)) return pl_cpu_refuse("plimsolld", missing);
  return run(argc, argv);
}
