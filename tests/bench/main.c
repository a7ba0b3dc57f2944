/* plimsoll-bench: measures each stage of the hot path and prints one figure a line. */
#include "control/daemon/cpu.h"
#include "tests/bench/cases.h"

#include <stdio.h>
#include <string.h>

#define EXIT_USAGE 2

#define SEED            1
#define SECONDS         20
#define UPDATES_PER_S   1000
#define SMOKE_SECONDS   1
#define SMOKE_UPDATES_S 200

static const struct {
  const char *name;
  void (*run)(struct pl_report *report, const struct pl_input *input);
} cases[] = {
    {"decode", pl_case_decode_run},    {"cme", pl_case_cme_run},
    {"feed", pl_case_feed_run},        {"lines", pl_case_lines_run},
    {"book", pl_case_book_run},        {"walk", pl_case_walk_run},
    {"step", pl_case_step_run},        {"volatility", pl_case_volatility_run},
    {"ring", pl_case_ring_run},        {"hop", pl_case_hop_run},
    {"capture", pl_case_capture_run},  {"wire", pl_case_wire_run},
    {"replay", pl_case_replay_run},    {"decode.itch", pl_case_itch_run},
    {"decode.deep", pl_case_deep_run}, {"orders", pl_case_orders_run},
    {"day", pl_case_day_run},          {"decode.starbase", pl_case_starbase_run},
};

#define CASE_COUNT (sizeof cases / sizeof cases[0])

static const char usage[] =
    "usage: plimsoll-bench [--json] [--smoke] [NAME...]\n"
    "  --json   one JSON object a figure and line\n"
    "  --smoke  everything at tiny size: proves that it runs, measures nothing\n"
    "  NAME     a case, several may be named; default: all, which are listed below\n"
    "CPU figures are of the thread, wall figures across two threads on two CPUs.\n"
    "PLIMSOLL_COMMIT, when set, is printed with each JSON figure.\n";

static void print_usage(FILE *out) {
  (void)fputs(usage, out);
  for (size_t at = 0; at < CASE_COUNT; at++) (void)fprintf(out, " %s", cases[at].name);
  (void)fputc('\n', out);
}

/* The case of a name; CASE_COUNT when there is none. */
static size_t find(const char *name) {
  size_t at = 0;
  while (at < CASE_COUNT && strcmp(cases[at].name, name) != 0) at++;
  return at;
}

static int complain(const char *name) {
  (void)fprintf(stderr, "plimsoll-bench: no such option or figure: %s\n", name);
  print_usage(stderr);
  return EXIT_USAGE;
}

/* Apart from main, so that nothing of it runs before the processor is known to be enough. */
static __attribute__((noinline)) int run(int count, char **argument) {
  struct pl_report report = {.json = false};
  bool wanted[CASE_COUNT] = {false}, some = false;
  for (int i = 1; i < count; i++) {
    size_t at = find(argument[i]);
    if (strcmp(argument[i], "--help") == 0) {
      print_usage(stdout);
      return 0;
    }
    if (strcmp(argument[i], "--json") == 0)
      report.json = true;
    else if (strcmp(argument[i], "--smoke") == 0)
      report.smoke = true;
    else if (at == CASE_COUNT)
      return complain(argument[i]);
    else
      some = wanted[at] = true;
  }
  struct pl_input input;
  pl_input_exchange(&input, SEED, report.smoke ? SMOKE_SECONDS : SECONDS,
                    report.smoke ? SMOKE_UPDATES_S : UPDATES_PER_S);
  for (size_t at = 0; at < CASE_COUNT; at++)
    if (!some || wanted[at]) cases[at].run(&report, &input);
  pl_input_free(&input);
  return ferror(stdout) != 0;
}

PL_CPU_BASELINE int main(int count, char **argument) {
  const char *missing;
  if (!pl_cpu_is_enough(&missing)) return pl_cpu_refuse("plimsoll-bench", missing);
  return run(count, argument);
}
