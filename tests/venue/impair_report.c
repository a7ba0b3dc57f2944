#include "tests/venue/impair_report.h"

#define JSON_VERSION 1

static const char *const line_names[PL_IMPAIR_LINES] = {"a", "b"};

static void print_row(FILE *out, const char *text, const struct pl_impair_pair *pair,
                      const uint64_t *values) {
  (void)fprintf(out, "%-28s", text);
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++)
    if (pair->line[line] != NULL) (void)fprintf(out, "%14llu", (unsigned long long)values[line]);
  (void)fputc('\n', out);
}

void pl_impair_report_table(FILE *out, const struct pl_impair_pair *pair) {
  struct pl_impair_counters counters[PL_IMPAIR_LINES] = {0};
  (void)fprintf(out, "%-28s", "");
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    if (pair->line[line] == NULL) continue;
    counters[line] = *pl_impair_counters(pair->line[line]);
    (void)fprintf(out, "%13s%c", "line ", 'A' + (int)line);
  }
  (void)fputc('\n', out);
#define X(name, text) print_row(out, text, pair, (uint64_t[]){counters[0].name, counters[1].name});
  PL_IMPAIR_COUNTER_MAP(X)
#undef X
  (void)fprintf(out, "%llu of %llu frames came whole on no line\n",
                (unsigned long long)pair->missed, (unsigned long long)pair->frames);
}

void pl_impair_report_json(FILE *out, const struct pl_impair_pair *pair, uint64_t seed) {
  (void)fprintf(out, "{\"version\":%d,\"seed\":%llu,\"frames\":%llu,\"missed\":%llu,\"lines\":{",
                JSON_VERSION, (unsigned long long)seed, (unsigned long long)pair->frames,
                (unsigned long long)pair->missed);
  const char *between = "";
  for (uint32_t line = 0; line < PL_IMPAIR_LINES; line++) {
    if (pair->line[line] == NULL) continue;
    const struct pl_impair_counters *counters = pl_impair_counters(pair->line[line]);
    const char *before = "{";
    (void)fprintf(out, "%s\"%s\":", between, line_names[line]);
    between = ",";
#define X(name, text)                                                                              \
  (void)fprintf(out, "%s\"" #name "\":%llu", before, (unsigned long long)counters->name);          \
  before = ",";
    PL_IMPAIR_COUNTER_MAP(X)
#undef X
    (void)fputc('}', out);
  }
  (void)fputs("}}\n", out);
}
