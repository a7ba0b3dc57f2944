/* plimsoll-stages: each stage of the hot path once over a fixed input, for counting instructions.
 * gate.py runs it under callgrind once a stage, collecting inside that stage_* function only; what
 * is outside is preparation. Prints one line a stage: name, units of work, unit.
 * usage: plimsoll-stages [--build | STAGE]   --build: how it was built */
#include "tests/latency/stages.h"

#include "engine/base/check.h"
#include "tests/bench/report.h"

#include <stdio.h>
#include <string.h>

#if defined(PL_DEEP_CHECKS) || !defined(__OPTIMIZE__)
#define BUILD "checked or unoptimised"
#else
#define BUILD "optimised"
#endif

uint64_t pl_stages_sink;

/* Stages that share a preparation follow each other, in the order in which they need each other. */
static const struct {
  void (*prepare)(void);
  uint64_t (*run)(void);
  const char *name, *unit;
} table[] = {
    {pl_stages_deribit_prepare, stage_decode, "decode", "message"},
    {pl_stages_deribit_prepare, stage_feed, "feed", "message"},
    {pl_stages_deribit_prepare, stage_book, "book", "update"},
    {pl_stages_deribit_prepare, stage_walk, "walk", "walk of 16"},
    {pl_stages_deribit_prepare, stage_depth, "depth", "walk"},
    {pl_stages_deribit_prepare, stage_risk, "risk", "decision"},
    {pl_stages_deribit_prepare, stage_step, "step", "event"},
    {pl_stages_deribit_prepare, stage_ring, "ring", "message"},
    {pl_stages_cme_prepare, stage_decode_cme, "decode.cme", "message"},
    {pl_stages_itch_prepare, stage_decode_itch, "decode.itch", "message"},
    {pl_stages_deep_prepare, stage_decode_deep, "decode.deep", "message"},
    {pl_stages_starbase_prepare, stage_decode_starbase, "decode.starbase", "message"},
    {pl_stages_orders_prepare, stage_book_orders, "book.orders", "event"},
    {pl_stages_lines_prepare, stage_lines, "lines", "packet"},
};
#define STAGES (sizeof table / sizeof table[0])

/* With the preparation of one stage all stages of that preparation run: they use what the ones
 * before left. */
static void run(const char *only) {
  void (*wanted)(void) = NULL;
  for (size_t i = 0; only != NULL && i < STAGES; i++)
    if (strcmp(table[i].name, only) == 0) wanted = table[i].prepare;
  PL_CHECK(only == NULL || wanted != NULL);
  for (size_t i = 0; i < STAGES; i++) {
    if (only != NULL && table[i].prepare != wanted) continue;
    if (i == 0 || table[i - 1].prepare != table[i].prepare) table[i].prepare();
    uint64_t units = table[i].run();
    (void)printf("%s\t%llu\t%s\n", table[i].name, (unsigned long long)units, table[i].unit);
  }
}

int main(int count, char **argument) {
  if (count > 1 && strcmp(argument[1], "--build") == 0) {
    (void)printf("%s, %s, %s\n", pl_report_compiler(), pl_report_march(), BUILD);
    return 0;
  }
  run(count > 1 ? argument[1] : NULL);
  PL_CHECK(pl_stages_sink != 0);
  return 0;
}
