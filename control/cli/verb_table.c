/* plimsoll table: read from shared memory, the daemon is not asked. */
#include "control/cli/report.h"
#include "control/cli/screen.h"
#include "control/cli/verbs.h"
#include "control/publish/json.h"
#include "control/publish/table.h"
#include "engine/base/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WATCH_NS   500000000L
#define HEAD_LINES 4 /* around the rows of a watched table, the cursor's own included */

struct shot {
  const struct pl_table_header *header;
  struct pl_table_beat beat;
  uint64_t age_ns;
  bool alive; /* the daemon's heart beats */
  uint32_t count, torn;
  struct pl_row *rows; /* [count], by dense index */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  (void)number;
  interrupted = 1;
}

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
  bool degraded = !shot->alive || shot->torn != 0;
  for (uint32_t i = 0; i < shot->count; i++) degraded |= shot->rows[i].view.state == PL_VIEW_STALE;
  return degraded;
}

static void print_json(const struct pl_options *options, const struct shot *shot) {
  json_t *rows = json_array();
  for (uint32_t i = 0; i < shot->count; i++)
    (void)json_array_append_new(rows, pl_json_row(&shot->rows[i], PL_JSON_VIEW));
  json_t *object = json_pack(
      "{s:i, s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:s, s:o, s:b, s:o, s:b, s:I, s:o}", "version",
      PL_JSON_VERSION, "verb", "table", "status", "ok", "table", options->table, "policy_version",
      (json_int_t)shot->header->policy_version, "policy_hash",
      pl_json_hash(shot->header->policy_hash), "pid", (json_int_t)shot->header->writer_pid,
      "start_ns", pl_json_u64(shot->header->start_ns), "mode", pl_decision_mode(shot->beat.mode),
      "decisions", pl_json_u64(shot->beat.decisions), "alive", (int)shot->alive, "beat_age_ns",
      pl_json_u64(shot->age_ns), "degraded", (int)is_degraded(shot), "rows_torn",
      (json_int_t)shot->torn, "rows", rows);
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
               shot->alive ? "" : "; NO HEARTBEAT: the daemon is gone, believe nothing below");
  pl_screen_rows(stdout, shot->rows, count, pl_screen_columns(stdout), pl_screen_colour(stdout));
  if (count < shot->count) (void)printf("and %u more\n", shot->count - count);
}

/* How many rows a watched table may have; on no terminal, all. */
static uint32_t rows_that_fit(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row <= HEAD_LINES)
    return PL_INSTRUMENTS_MAX;
  return size.ws_row - HEAD_LINES;
}

/* One look; a table that is not there is told and, when watching, waited for. */
static int look(const struct pl_options *options) {
  char error[PL_TABLE_ERROR_BYTES];
  struct pl_table *table;
  struct shot shot;
  enum pl_status status = pl_table_open(options->table, &table, error, sizeof error);
  if (options->watch && !options->json && isatty(STDOUT_FILENO) == 1)
    (void)fputs("\033[H\033[2J", stdout);
  if (status != PL_OK) return pl_report_failure(options, status, false, error);
  int code = PL_EXIT_FAILED;
  if (take(table, &shot)) {
    if (options->json)
      print_json(options, &shot);
    else
      print_text(options, &shot, options->watch ? rows_that_fit() : PL_INSTRUMENTS_MAX);
    code = is_degraded(&shot) ? PL_EXIT_DEGRADED : PL_EXIT_OK;
    free(shot.rows);
  }
  pl_table_close(table);
  return code;
}

int pl_verbs_table(const struct pl_options *options) {
  const struct timespec pause = {.tv_nsec = WATCH_NS};
  if (!options->watch) return look(options);
  struct sigaction action = {.sa_handler = on_signal};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  while (!interrupted) {
    (void)look(options);
    if (fflush(stdout) != 0) return PL_EXIT_FAILED; /* nobody reads any more */
    (void)nanosleep(&pause, NULL);
  }
  return PL_EXIT_OK;
}
