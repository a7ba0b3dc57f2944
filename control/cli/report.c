#include "control/cli/report.h"

#include "control/cli/feeds_table.h"
#include "control/cli/screen.h"
#include "control/publish/json.h"

#include <inttypes.h>
#include <string.h>

void pl_report_json(FILE *out, const json_t *object) {
  (void)json_dumpf(object, out, JSON_COMPACT);
  (void)fputc('\n', out);
}

static int exit_of(enum pl_status status, bool timed_out) {
  if (timed_out) return PL_EXIT_TIMED_OUT;
  switch (status) {
  case PL_OK: return PL_EXIT_OK;
  case PL_E_UNREACHABLE: return PL_EXIT_UNREACHABLE;
  case PL_E_DENIED: return PL_EXIT_DENIED;
  default: return PL_EXIT_FAILED;
  }
}

int pl_report_failure(const struct pl_options *options, enum pl_status status, bool timed_out,
                      const char *error) {
  if (options->json) {
    json_t *object = json_pack("{s:i, s:s, s:s, s:s, s:s}", "version", PL_JSON_VERSION, "verb",
                               options->command->words, "status",
                               timed_out ? "timed_out" : pl_status_name(status), "error", error,
                               "hint", pl_status_hint(status));
    pl_report_json(stdout, object);
    json_decref(object);
  } else {
    (void)fprintf(stderr, "plimsoll: %s (%s)\n", error, pl_status_hint(status));
  }
  return exit_of(status, timed_out);
}

static const char *text_at(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : "?";
}

static json_int_t number_at(const json_t *object, const char *key) {
  return json_integer_value(json_object_get(object, key));
}

/* A line of numbers, each with its name. */
static void put_numbers(FILE *out, const char *title, const json_t *object,
                        const char *const *keys) {
  (void)fprintf(out, "%-11s", title);
  for (uint32_t i = 0; keys[i] != NULL; i++)
    (void)fprintf(out, "%s%" JSON_INTEGER_FORMAT " %s", i == 0 ? "" : ", ",
                  number_at(object, keys[i]), keys[i]);
  (void)fputc('\n', out);
}

/* All members of an object of numbers. */
static void put_object(FILE *out, const char *title, const json_t *object) {
  const char *key, *comma = "";
  json_t *value;
  (void)fprintf(out, "%-11s", title);
  /* the library's iterator takes no const object; it changes nothing */
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    (void)fprintf(out, "%s%" JSON_INTEGER_FORMAT " %s", comma, json_integer_value(value), key);
    comma = ", ";
  }
  (void)fprintf(out, "%s\n", comma[0] == '\0' ? "none" : "");
}

static void put_uptime(FILE *out, json_int_t seconds) {
  (void)fprintf(out, "%" JSON_INTEGER_FORMAT " h %02d min %02d s", seconds / 3600,
                (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void put_ports(FILE *out, const json_t *ports) {
  static const char *const numbers[] = {"link_changes", "received",   "rx_missed",  "rx_nombuf",
                                        "rx_errors",    "rx_missing", "ring_frames"};
  size_t index;
  json_t *port;
  (void)fprintf(out, "port driver        line link    changes   received missed nombuf errors "
                     "missing  ring from\n");
  json_array_foreach(ports, index, port) {
    static const int widths[] = {7, 10, 6, 6, 6, 7, 5};
    bool ended = json_is_true(json_object_get(port, "ended"));
    bool capture = json_object_get(port, "capture") != NULL;
    (void)fprintf(out, "%-4zu %-13s %-4s %-7s", index, text_at(port, "driver"),
                  text_at(port, "line"),
                  ended     ? "ended"
                  : capture ? "-"
                            : text_at(port, "link"));
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
      (void)fprintf(out, " %*" JSON_INTEGER_FORMAT, widths[i], number_at(port, numbers[i]));
    (void)fprintf(out, " %s\n", text_at(port, capture ? "capture" : "interface"));
  }
}

static bool has_lost_link(const json_t *ports) {
  bool lost = false;
  size_t index;
  json_t *port;
  json_array_foreach(ports, index, port) {
    const char *link = text_at(port, "link");
    lost |= strcmp(link, "down") == 0 || strcmp(link, "gone") == 0;
  }
  return lost;
}

/* Why a monitor should look. */
static void put_degradation(FILE *out, const json_t *reply) {
  const struct {
    bool is_so;
    const char *text;
  } reasons[] = {
      {number_at(json_object_get(reply, "states"), "stale") != 0, "stale rows"},
      {has_lost_link(json_object_get(reply, "ports")), "link lost"},
      {json_is_true(json_object_get(reply, "stalled")), "a core does not come round"},
  };
  const char *before = ", DEGRADED: ";
  if (!json_is_true(json_object_get(reply, "degraded"))) return;
  for (uint32_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (!reasons[i].is_so) continue;
    (void)fprintf(out, "%s%s", before, reasons[i].text);
    before = ", ";
  }
}

static void put_capture(FILE *out, const json_t *capture) {
  if (!json_is_true(json_object_get(capture, "on"))) return;
  (void)fprintf(out,
                "capture    on: %" JSON_INTEGER_FORMAT " frames, %" JSON_INTEGER_FORMAT
                " lost from it\n",
                number_at(capture, "frames"), number_at(capture, "lost"));
}

static void put_checks(FILE *out, const char *title, const json_t *pair) {
  (void)fprintf(out, "%-11s%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " matched\n", title,
                json_integer_value(json_array_get(pair, 0)),
                json_integer_value(json_array_get(pair, 1)));
}

static const char *const losses[] = {"gaps", "units_lost", "duplicates", "late", "restarts", NULL};

/* Where the frames ended. */
static void put_ledger(FILE *out, const json_t *reply) {
  (void)fprintf(out, "packets    %" JSON_INTEGER_FORMAT " = %" JSON_INTEGER_FORMAT " decoded\n",
                number_at(reply, "packets"), number_at(reply, "decoded"));
  put_object(out, "dropped", json_object_get(reply, "dropped"));
}

void pl_report_status(FILE *out, const json_t *reply) {
  static const char *const traffic[] = {"messages", "messages_unknown", "events", "instruments",
                                        NULL};
  static const char *const channels[] = {"channels", "channels_silent", "silences", NULL};
  static const char *const decisions[] = {"decisions", "decisions_published", "decisions_dropped",
                                          NULL};
  static const char *const engine[] = {"chain_breaks", "crossings", "saturations",
                                       "clock_jumps",  "stalls",    NULL};
  const json_t *latency = json_object_get(reply, "latency_ns");
  (void)fprintf(out, "plimsolld  %s, pid %" JSON_INTEGER_FORMAT ", up ",
                text_at(reply, "daemon_version"), number_at(reply, "pid"));
  put_uptime(out, number_at(reply, "uptime_s"));
  put_degradation(out, reply);
  (void)fputc('\n', out);
  (void)fprintf(out, "feed       %s, layout %s, profile %s, table %s\n", text_at(reply, "venue"),
                text_at(reply, "layout"), text_at(reply, "profile"), text_at(reply, "table"));
  (void)fprintf(out, "mode       %s\n", text_at(reply, "mode"));
  (void)fprintf(out, "policy     version %" JSON_INTEGER_FORMAT ", hash %s\n",
                number_at(reply, "policy_version"), text_at(reply, "policy_hash"));
  put_ledger(out, reply);
  put_numbers(out, "traffic", reply, traffic);
  put_numbers(out, "losses", reply, losses);
  put_numbers(out, "channels", reply, channels);
  put_numbers(out, "decisions", reply, decisions);
  put_numbers(out, "engine", reply, engine);
  put_checks(out, "snapshots", json_object_get(reply, "snapshot_checks"));
  put_checks(out, "tickers", json_object_get(reply, "ticker_checks"));
  put_object(out, "states", json_object_get(reply, "states"));
  (void)fprintf(out,
                "latency    p50 %" JSON_INTEGER_FORMAT " ns, p99 %" JSON_INTEGER_FORMAT
                " ns, p999 %" JSON_INTEGER_FORMAT " ns, frame to decision\n",
                number_at(latency, "p50"), number_at(latency, "p99"), number_at(latency, "p999"));
  put_ports(out, json_object_get(reply, "ports"));
  const json_t *resend = json_object_get(reply, "resend");
  if (number_at(resend, "servers") != 0) put_object(out, "resend", resend);
  put_capture(out, json_object_get(reply, "capture"));
  put_object(out, "admin", json_object_get(reply, "admin"));
}

void pl_report_feeds(FILE *out, const json_t *reply, uint32_t rows_max) {
  static const char *const channels[] = {
      "channels", "channels_degraded", "channels_silent", "silences", "held", NULL};
  (void)fprintf(out, "feed       %s%s\n", text_at(reply, "venue"),
                json_is_true(json_object_get(reply, "degraded")) ? ", DEGRADED" : "");
  put_ledger(out, reply);
  put_numbers(out, "channels", reply, channels);
  put_numbers(out, "losses", reply, losses);
  pl_feeds_table(out, json_object_get(reply, "rows"), rows_max, pl_screen_columns(out),
                 pl_screen_colour(out));
}

static void put_percent(FILE *out, json_int_t ppm) {
  (void)fprintf(out, " %4d.%02d", (int)(ppm / 10000 % 1000), (int)(ppm / 100 % 100));
}

static void put_policy_row(FILE *out, const json_t *row) {
  static const char *const shares[] = {"static_im_ppm", "static_mm_ppm", "im_min_ppm", "im_max_ppm",
                                       "mm_share_ppm"};
  static const char *const sizes[] = {"static_clip_u6", "clip_max_u6", "reference_size_u6"};
  char number[PL_SCREEN_NUMBER_BYTES];
  (void)fprintf(out, "%-22.39s %-14.14s", text_at(row, "row"), text_at(row, "kind"));
  for (uint32_t i = 0; i < sizeof shares / sizeof *shares; i++)
    put_percent(out, number_at(row, shares[i]));
  for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    (void)fprintf(out, " %7s", pl_screen_number(number_at(row, sizes[i]), 1000000, number));
  (void)fprintf(out, " %4d.%03d %6" JSON_INTEGER_FORMAT " %5" JSON_INTEGER_FORMAT "\n",
                (int)(number_at(row, "vol_quantile_e3") / 1000),
                (int)(number_at(row, "vol_quantile_e3") % 1000), number_at(row, "horizon_s"),
                number_at(row, "clip_band_bps"));
}

void pl_report_policy(FILE *out, const json_t *reply) {
  const json_t *safety = json_object_get(reply, "safety");
  size_t index;
  json_t *row;
  (void)fprintf(out,
                "policy version %" JSON_INTEGER_FORMAT ", hash %s, mode at start %s, silence "
                "%" JSON_INTEGER_FORMAT " ms, gap_wait %" JSON_INTEGER_FORMAT
                " us, resend_wait %" JSON_INTEGER_FORMAT " ms, rearm %" JSON_INTEGER_FORMAT
                " ms, valid %" JSON_INTEGER_FORMAT " ms\n",
                number_at(reply, "policy_version"), text_at(reply, "policy_hash"),
                text_at(reply, "mode"), number_at(safety, "silence_ns") / 1000000,
                number_at(safety, "gap_wait_ns") / 1000,
                number_at(safety, "resend_wait_ns") / 1000000,
                number_at(safety, "rearm_ns") / 1000000, number_at(safety, "valid_ns") / 1000000);
  (void)fprintf(out, "%-22s %-14s %7s %7s %7s %7s %7s %7s %7s %7s %8s %6s %5s\n", "row", "kind",
                "stat.im", "stat.mm", "im_min", "im_max", "mm_shr", "st.clip", "clipmax", "refsize",
                "quantile", "horiz", "band");
  json_array_foreach(json_object_get(reply, "rows"), index, row) put_policy_row(out, row);
}
