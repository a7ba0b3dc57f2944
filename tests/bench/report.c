#include "tests/bench/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)

#ifdef __clang__
#define COMPILER                                                                                   \
  "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef PL_MARCH
#define MARCH PL_MARCH
#else
#define MARCH "unknown"
#endif

const char *pl_report_compiler(void) {
  return COMPILER;
}

const char *pl_report_march(void) {
  return MARCH;
}

/* The processor's name as the kernel gives it, without characters JSON would have to escape. */
static const char *cpu_name(void) {
  static char name[128];
  if (name[0] != '\0') return name;
  (void)snprintf(name, sizeof name, "unknown");
  FILE *file = fopen("/proc/cpuinfo", "r");
  if (file == NULL) return name;
  char line[256];
  while (fgets(line, sizeof line, file) != NULL) {
    const char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(colon + 2, "\n\"\\"), colon + 2);
    break;
  }
  (void)fclose(file);
  return name;
}

static void print_json(const struct pl_report *report, const struct pl_figure *figure,
                       const struct pl_measure *measure) {
  const char *commit = getenv("PLIMSOLL_COMMIT");
  (void)printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"value_is\":\"%s\",\"n\":%u",
               figure->name, pl_measure_quantile(measure, figure->value_share), figure->unit,
               figure->value_share < 0.5 ? "p10" : "median", measure->count);
  (void)printf(",\"per_run\":%llu,\"min\":%.2f,\"p10\":%.2f,\"median\":%.2f,\"max\":%.2f",
               (unsigned long long)figure->per_run, pl_measure_quantile(measure, 0),
               pl_measure_quantile(measure, 0.1), pl_measure_quantile(measure, 0.5),
               pl_measure_quantile(measure, 1));
  (void)printf(",\"clock\":\"%s\",\"compiler\":\"%s\",\"march\":\"%s\",\"cpu\":\"%s\"",
               figure->clock, COMPILER, MARCH, cpu_name());
  (void)printf(",\"cpus\":%ld,\"smoke\":%s", sysconf(_SC_NPROCESSORS_ONLN),
               report->smoke ? "true" : "false");
  if (commit != NULL && strspn(commit, "0123456789abcdef") == strlen(commit))
    (void)printf(",\"commit\":\"%s\"", commit);
  (void)printf(",\"bound\":\"%s\"}\n", figure->bound);
}

static void print_row(const struct pl_report *report, const struct pl_figure *figure,
                      const struct pl_measure *measure) {
  if (report->figures == 0) {
    (void)printf("%s, %s, %s, %ld CPUs%s\n", COMPILER, MARCH, cpu_name(),
                 sysconf(_SC_NPROCESSORS_ONLN), report->smoke ? ", smoke: sizes mean nothing" : "");
    (void)printf("%-28s %10s %-16s %6s %10s %10s %10s %10s %s\n", "figure", "value", "unit", "n",
                 "min", "p10", "median", "max", "clock");
  }
  (void)printf("%-28s %10.1f %-16s %6u %10.2f %10.2f %10.2f %10.2f %s\n", figure->name,
               pl_measure_quantile(measure, figure->value_share), figure->unit, measure->count,
               pl_measure_quantile(measure, 0), pl_measure_quantile(measure, 0.1),
               pl_measure_quantile(measure, 0.5), pl_measure_quantile(measure, 1), figure->clock);
}

void pl_report_figure(struct pl_report *report, const struct pl_figure *figure,
                      struct pl_measure *measure) {
  pl_measure_sort(measure);
  if (report->json)
    print_json(report, figure, measure);
  else
    print_row(report, figure, measure);
  (void)fflush(stdout);
  report->figures++;
}
