#include "control/cli/replay.h"

#include "control/cli/captures.h"
#include "control/cli/replay_report.h"
#include "control/cli/screen.h"
#include "control/daemon/detect.h"
#include "control/daemon/play.h"
#include "control/daemon/policy_file.h"
#include "control/publish/json.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERROR_BYTES  1024
#define NAMES_BYTES  256
#define SPEED_MAX    1000000
#define BUFFER_BYTES (1 << 20)

static const char usage[] =
    "usage: plimsoll replay [options] CAPTURE...\n"
    "       plimsoll replay [options] --a FILE --b FILE\n"
    "\n"
    "Plays captures (pcap, pcapng, ITCH day files; plain, gzip or zstd) through the appliance and\n"
    "shows what it decides.\n"
    "\n"
    "  --a FILE           what line A brought; played together with what line B brought, merged\n"
    "  --b FILE           by capture time; either alone is played as that line\n"
    "  --venue NAME       whose feed it is; default: detected in the first capture; known:\n"
    "                     %s\n"
    "  --layout LAYOUT    inline: one core runs to completion (default);\n"
    "                     pipeline: a receive core, an engine core, a ring between\n"
    "  --policy FILE      limits and bounds, YAML; default: those built in\n"
    "  --decisions FILE   write every decision, one JSON object a line\n"
    "  --books FILE       write the book after each book message and snapshot, CSV\n"
    "  --speed X          play at X times the feed's own pace; default: as fast as it goes\n"
    "  --json             one JSON object instead of the table\n"
    "  --help             this text\n"
    "\n"
    "Exit: 0 ok, 1 failed, 2 usage or configuration.\n";

struct replay {
  struct pl_play_config play;
  const char **paths; /* of the captures, [play.capture_count] */
  struct pl_policy policy;
  const char *decisions_path, *books_path;
  FILE *decisions;
  bool json, live, detected;
  uint32_t columns, lines_max;
  struct pl_row *rows; /* [PL_INSTRUMENTS_MAX], by dense index */
};

static int usage_error(const char *message, const char *what) {
  (void)fprintf(stderr, "plimsoll replay: %s%s%s (see plimsoll replay --help)\n", message,
                what[0] != '\0' ? ": " : "", what);
  return 2;
}

/* A decimal such as 20 or 2.5, in thousandths; 0 when it is none. */
static uint32_t parse_speed_e3(const char *text) {
  uint64_t value = 0;
  uint32_t decimals = 0;
  bool point = false;
  if (text[0] == '\0') return 0;
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == '.' && !point) {
      point = true;
      continue;
    }
    if (*at < '0' || *at > '9' || decimals == 3 || value > SPEED_MAX * 1000ull) return 0;
    value = value * 10 + (uint64_t)(*at - '0');
    decimals += point;
  }
  for (; decimals < 3; decimals++) value *= 10;
  return value <= SPEED_MAX * 1000ull ? (uint32_t)value : 0;
}

static bool has_lines(const struct replay *replay) {
  return replay->play.lines[PL_LINE_A] != NULL || replay->play.lines[PL_LINE_B] != NULL;
}

/* A line has one file: a second one would silently be the only one. */
static int parse_line(struct replay *replay, enum pl_line_id line, const char *path) {
  if (replay->play.lines[line] != NULL)
    return usage_error("a line takes one capture, and this is its second", path);
  replay->play.lines[line] = path;
  return 0;
}

static int parse_layout(struct replay *replay, const char *name) {
  if (strcmp(name, "inline") == 0)
    replay->play.layout = PL_LAYOUT_INLINE;
  else if (strcmp(name, "pipeline") == 0)
    replay->play.layout = PL_LAYOUT_PIPELINE;
  else
    return usage_error("no such layout (inline, pipeline)", name);
  return 0;
}

static int parse_venue(struct replay *replay, const char *name) {
  char names[NAMES_BYTES];
  replay->play.venue = pl_venue_find(name);
  if (replay->play.venue != NULL) return 0;
  pl_detect_names(&pl_detect_venues, " ", names, sizeof names);
  (void)fprintf(stderr, "plimsoll replay: no such venue: %s; known: %s\n", name, names);
  return 2;
}

static bool make_ready(struct replay *replay) {
  bool ready = pl_captures_ready("replay", replay->paths, replay->play.capture_count);
  for (uint32_t i = 0; i < PL_PLAY_LINES && ready; i++)
    if (replay->play.lines[i] != NULL)
      ready = pl_captures_ready("replay", &replay->play.lines[i], 1);
  return ready;
}

static const char *first_capture(const struct pl_play_config *play) {
  if (play->capture_count != 0) return play->captures[0];
  return play->lines[PL_LINE_A] != NULL ? play->lines[PL_LINE_A] : play->lines[PL_LINE_B];
}

static int detect_venue(struct replay *replay) {
  char error[ERROR_BYTES];
  uint32_t index;
  if (!make_ready(replay)) return 1;
  if (replay->play.venue != NULL) return 0;
  enum pl_status status = pl_detect_capture(first_capture(&replay->play), &pl_detect_venues, &index,
                                            error, sizeof error);
  if (status != PL_OK) {
    (void)fprintf(stderr, "plimsoll replay: %s\n", error);
    return status == PL_E_NOT_FOUND ? 2 : 1;
  }
  replay->play.venue = pl_venue_at(index);
  replay->detected = true;
  return 0;
}

static void help(void) {
  char names[NAMES_BYTES];
  pl_detect_names(&pl_detect_venues, ", ", names, sizeof names);
  (void)printf(usage, names);
}

static int parse_policy(struct replay *replay, const char *path) {
  char error[ERROR_BYTES];
  enum pl_status status = pl_policy_file_load(path, &replay->policy, error, sizeof error);
  if (status == PL_OK) return 0;
  (void)fprintf(stderr, "plimsoll replay: %s\n", error);
  return 2;
}

/* Returns 0 to go on, -1 when help was asked for, else the exit code. */
static int parse(struct replay *replay, int argc, char **argv) {
  static const struct option options[] = {{"a", required_argument, NULL, 'A'},
                                          {"b", required_argument, NULL, 'B'},
                                          {"venue", required_argument, NULL, 'v'},
                                          {"layout", required_argument, NULL, 'l'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"decisions", required_argument, NULL, 'd'},
                                          {"books", required_argument, NULL, 'b'},
                                          {"speed", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option, code = 0;
  optind = 0; /* the verb's own arguments, from their start */
  opterr = 0;
  while (code == 0 && (option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
    switch (option) {
    case 'A': code = parse_line(replay, PL_LINE_A, optarg); break;
    case 'B': code = parse_line(replay, PL_LINE_B, optarg); break;
    case 'v': code = parse_venue(replay, optarg); break;
    case 'l': code = parse_layout(replay, optarg); break;
    case 'p': code = parse_policy(replay, optarg); break;
    case 'd': replay->decisions_path = optarg; break;
    case 'b': replay->books_path = optarg; break;
    case 's':
      replay->play.speed_e3 = parse_speed_e3(optarg);
      if (replay->play.speed_e3 == 0) code = usage_error("not a speed", optarg);
      break;
    case 'j': replay->json = true; break;
    case 'h': help(); return -1;
    case ':': code = usage_error("an option lacks its value", argv[optind - 1]); break;
    default: code = usage_error("no such option", argv[optind - 1]); break;
    }
  }
  if (code != 0) return code;
  if (has_lines(replay) && optind != argc)
    return usage_error("--a and --b take the place of other captures", argv[optind]);
  if (!has_lines(replay) && optind == argc) return usage_error("no capture named", "");
  replay->paths = (const char **)&argv[optind];
  replay->play.captures = replay->paths;
  replay->play.capture_count = (uint32_t)(argc - optind);
  return 0;
}

static bool open_output(const char *path, FILE **ret_file) {
  if (path == NULL) return true;
  FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
  if (file == NULL) {
    (void)fprintf(stderr, "plimsoll replay: cannot write %s: %s\n", path, strerror(errno));
    return false;
  }
  (void)setvbuf(file, NULL, _IOFBF, BUFFER_BYTES);
  *ret_file = file;
  return true;
}

/* A full disk shows when the buffer is written: the last moment to say so. */
static bool close_output(const char *path, FILE *file) {
  if (file == NULL) return true;
  bool failed = ferror(file) != 0;
  failed |= (file == stdout ? fflush(file) : fclose(file)) != 0;
  if (failed)
    (void)fprintf(stderr, "plimsoll replay: cannot write %s: %s\n", path, strerror(errno));
  return !failed;
}

static void on_decision(void *context, const struct pl_pipeline *pipeline,
                        const struct pl_decision *decision) {
  struct replay *replay = context;
  struct pl_row *row = &replay->rows[decision->instrument];
  const char *name = pl_directory_name(pl_feed_directory(pipeline->feed), decision->instrument);
  if (row->name[0] == '\0') (void)snprintf(row->name, sizeof row->name, "%s", name);
  row->decision = *decision;
  if (replay->decisions == NULL) return;
  json_t *line = pl_json_decision(decision, name);
  (void)json_dumpf(line, replay->decisions, JSON_COMPACT);
  (void)fputc('\n', replay->decisions);
  json_decref(line);
}

/* The rows that have something to show, in the directory's order. */
static uint32_t collect(const struct replay *replay, const struct pl_pipeline *pipeline,
                        struct pl_row *ret_rows, uint32_t rows_max) {
  uint32_t count = 0, known = pl_directory_count(pl_feed_directory(pipeline->feed));
  for (uint32_t i = 0; i < known && count < rows_max; i++) {
    if (replay->rows[i].decision.seq == 0) continue;
    ret_rows[count] = replay->rows[i];
    count += pl_pipeline_view(pipeline, i, &ret_rows[count].view);
  }
  return count;
}

static void on_progress(void *context, const struct pl_pipeline *pipeline, uint64_t frames_done,
                        uint64_t frames_total) {
  struct replay *replay = context;
  bool last = frames_done >= frames_total;
  if (replay->json || (!replay->live && !last)) return;
  static struct pl_row rows[PL_INSTRUMENTS_MAX];
  uint32_t count = collect(replay, pipeline, rows, last ? PL_INSTRUMENTS_MAX : replay->lines_max);
  if (replay->live) (void)fputs("\033[H\033[J", stdout);
  pl_screen_rows(stdout, rows, count, replay->columns, pl_screen_colour(stdout));
  if (replay->live)
    pl_screen_progress(stdout, frames_done, frames_total, "frames", replay->columns);
  (void)fputc('\n', stdout);
  (void)fflush(stdout);
}

static void look_at_terminal(struct replay *replay) {
  struct winsize window;
  replay->columns = pl_screen_columns(stdout);
  replay->lines_max = PL_INSTRUMENTS_MAX;
  replay->live = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;
  if (replay->live && window.ws_row > 6) replay->lines_max = window.ws_row - 5u;
}

static int play(struct replay *replay) {
  char error[ERROR_BYTES] = "";
  struct pl_play_result result;
  if (!open_output(replay->decisions_path, &replay->decisions) ||
      !open_output(replay->books_path, &replay->play.books))
    return 1;
  enum pl_status status = pl_play(&replay->play, &result, error, sizeof error);
  bool written = close_output(replay->decisions_path, replay->decisions);
  written &= close_output(replay->books_path, replay->play.books);
  if (status != PL_OK) {
    (void)fprintf(stderr, "plimsoll replay: %s\n",
                  error[0] != '\0' ? error : pl_status_hint(status));
    return 1;
  }
  if (replay->json)
    pl_replay_report_json(stdout, &replay->play, replay->detected, &result);
  else
    pl_replay_report_text(stdout, &replay->play, replay->detected, &result);
  return written && fflush(stdout) == 0 ? 0 : 1;
}

int pl_replay_main(int argc, char **argv) {
  struct replay *replay = calloc(1, sizeof *replay);
  struct pl_row *rows = calloc(PL_INSTRUMENTS_MAX, sizeof *rows);
  int code = 1;
  if (replay == NULL || rows == NULL) {
    (void)fprintf(stderr, "plimsoll replay: %s\n", pl_status_hint(PL_E_MEMORY));
  } else {
    pl_policy_default(&replay->policy);
    replay->rows = rows;
    replay->play = (struct pl_play_config){.policy = &replay->policy,
                                           .decision = on_decision,
                                           .progress = on_progress,
                                           .context = replay};
    code = parse(replay, argc, argv);
    if (code == 0) code = detect_venue(replay);
    if (code == 0) {
      look_at_terminal(replay);
      code = play(replay);
    } else if (code == -1) {
      code = 0;
    }
  }
  free(rows);
  free(replay);
  return code;
}
