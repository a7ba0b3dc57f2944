/* plimsoll table: read from shared memory, the daemon is not asked. */
#include "control/cli/report.h"
#include "control/cli/screen.h"
#include "control/cli/verbs.h"
#include "control/cli/watch.h"
#include "control/publish/json.h"
#include "control/publish/table.h"
#include "engine/base/clock.h"

#include <inttypes.h>
#include <stdlib.h>

#define HEAD_LINES 4 /* around the rows of a watched table, the cursor's own included */

struct shot {
  const struct pl_table_header *header;
  struct pl_table_beat beat;
  uint64_t age_ns;
  bool alive; /* the daemon's heart beats */
  uint32_t count, torn;
  struct pl_row *rows; /* [count], by dense index */
};

/* Copies a table out. False when there is no memory. */
static bool take(const struct pl_table *table, struct shot *ret_shot) {
  struct shot shot = {.header = pl_table_header(table)};
  bool beats = pl_table_read_beat(table, &shot.beat);
  uint64_t now_ns = pl_clock_monotonic_ns();
  if (beats && now_ns > shot.beat.monotonic_ns) shot.age_ns = now_ns - shot.beat.monotonic_ns;
  shot.alive = beats && shot.age_ns <= PL_TABLE_BEAT_MAX_NS;
  uint32_t count = beats ? shot.beat.row_count : 0;
  shot.rows = calloc(count + 1u, sizeof *shot.rows);
  if (shot.rows == NULL) return false;
  for (uint32_t i = 0; i < count; i++)
    if (pl_table_read_row(table, i, &shot.rows[shot.count]))
      shot.count++;
    else
      shot.torn++;
  *ret_shot = shot;
  return true;
}

static bool is_degraded(const struct shot *shot) {
  bool degraded = !shot->alive || shot->torn != 0 || shot->beat.stalled != 0;
  for (uint32_t i = 0; i < shot->count; i++) degraded |= shot->rows[i].view.state == PL_VIEW_STALE;
  return degraded;
}

static void print_json(const struct pl_options *options, const struct shot *shot) {
  json_t *rows = json_array();
  for (uint32_t i = 0; i < shot->count; i++)
    (void)json_array_append_new(rows, pl_json_row(&shot->rows[i], PL_JSON_VIEW));
  json_t *object = json_pack(
      "{s:i, s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:s, s:o, s:b, s:o, s:b, s:b, s:I, s:o}", "version",
      PL_JSON_VERSION, "verb", "table", "status", "ok", "table", options->table, "policy_version",
      (json_int_t)shot->header->policy_version, "policy_hash",
      pl_json_hash(shot->header->policy_hash), "pid", (json_int_t)shot->header->writer_pid,
      "start_ns", pl_json_u64(shot->header->start_ns), "mode", pl_decision_mode(shot->beat.mode),
      "decisions", pl_json_u64(shot->beat.decisions), "alive", (int)shot->alive, "beat_age_ns",
      pl_json_u64(shot->age_ns), "stalled", (int)(shot->beat.stalled != 0), "degraded",
      (int)is_degraded(shot), "rows_torn", (json_int_t)shot->torn, "rows", rows);
  pl_report_json(stdout, object);
  json_decref(object);
}

static void print_text(const struct pl_options *options, const struct shot *shot,
                       uint32_t rows_max) {
  uint32_t count = shot->count < rows_max ? shot->count : rows_max;
  (void)printf("table %s: mode %s, policy version %u (%016" PRIx64 "), %u instruments, %" PRIu64
               " decisions%s\n",
               options->table, pl_decision_mode(shot->beat.mode), shot->header->policy_version,
               shot->header->policy_hash, shot->count, shot->beat.decisions,
               !shot->alive ? "; NO HEARTBEAT: the daemon is gone, believe nothing below"
               : shot->beat.stalled != 0
                   ? "; STALLED: a core does not come round, the static limits hold"
                   : "");
  pl_screen_rows(stdout, shot->rows, count, pl_screen_columns(stdout), pl_screen_colour(stdout));
  if (count < shot->count) (void)printf("and %u more\n", shot->count - count);
}

/* One look; a table that is not there is told and, when watching, waited for. */
static int look(const struct pl_options *options) {
  char error[PL_TABLE_ERROR_BYTES];
  struct pl_table *table;
  struct shot shot;
  enum pl_status status = pl_table_open(options->table, &table, error, sizeof error);
  if (status != PL_OK) return pl_report_failure(options, status, false, error);
  int code = PL_EXIT_FAILED;
  if (take(table, &shot)) {
    if (options->json)
      print_json(options, &shot);
    else
      print_text(options, &shot, pl_watch_rows(options, HEAD_LINES));
    code = is_degraded(&shot) ? PL_EXIT_DEGRADED : PL_EXIT_OK;
    free(shot.rows);
  }
  pl_table_close(table);
  return code;
}

int pl_verbs_table(const struct pl_options *options) {
  return pl_watch(options, look);
}
