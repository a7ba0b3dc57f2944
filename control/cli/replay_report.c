#include "control/cli/replay_report.h"

#include "control/cli/feeds_table.h"
#include "control/cli/screen.h"
#include "control/daemon/feeds_json.h"
#include "control/publish/json.h"

#include <inttypes.h>
#include <jansson.h>

static json_t *pair(uint64_t matched, uint64_t total) {
  return json_pack("[o, o]", pl_json_u64(matched), pl_json_u64(total));
}

static json_t *dropped_json(const struct pl_play_result *result) {
  json_t *dropped = pl_feeds_json_dropped(&result->receive.feed);
  if (result->rx_missing != 0)
    (void)json_object_set_new(dropped, "rx_missing", pl_json_u64(result->rx_missing));
  return dropped;
}

static json_t *books_json(const struct pl_book_counters *books) {
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "updates",
                   pl_json_u64(books->updates), "updates_old", pl_json_u64(books->updates_old),
                   "updates_no_book", pl_json_u64(books->updates_no_book), "chain_breaks",
                   pl_json_u64(books->chain_breaks), "crossings", pl_json_u64(books->crossings),
                   "removals_unknown", pl_json_u64(books->removals_unknown), "sides_truncated",
                   pl_json_u64(books->sides_truncated), "snapshots", pl_json_u64(books->snapshots));
}

/* What there is to say of positions and single orders; a venue of levels has nothing but zeros. */
static json_t *orders_json(const struct pl_book_counters *books) {
  return json_pack(
      "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "added", pl_json_u64(books->orders_added), "live",
      pl_json_u64(books->orders_live), "amended", pl_json_u64(books->orders_amended), "unknown",
      pl_json_u64(books->orders_unknown), "refused", pl_json_u64(books->orders_refused),
      "reductions_over", pl_json_u64(books->reductions_over), "positions_wrong",
      pl_json_u64(books->positions_wrong), "crossings_closed",
      pl_json_u64(books->crossings_closed));
}

static json_t *latency_json(const struct pl_play_result *result) {
  return json_pack("{s:o, s:o, s:o}", "p50", pl_json_u64(result->engine.latency_p50_ns), "p99",
                   pl_json_u64(result->engine.latency_p99_ns), "p999",
                   pl_json_u64(result->engine.latency_p999_ns));
}

void pl_replay_report_json(FILE *out, const struct pl_play_config *config, bool detected,
                           const struct pl_play_result *result) {
  json_t *report = json_object();
  const struct {
    const char *key;
    json_t *value;
  } fields[] = {
      {"version", json_integer(PL_JSON_VERSION)},
      {"venue", json_string(config->venue->name)},
      {"venue_detected", json_boolean(detected)},
      {"layout", json_string(config->layout == PL_LAYOUT_PIPELINE ? "pipeline" : "inline")},
      {"policy_hash", pl_json_hash(config->policy->hash)},
      {"packets", pl_json_u64(result->packets)},
      {"decoded", pl_json_u64(result->receive.feed.outcomes[PL_OK])},
      {"dropped", dropped_json(result)},
      {"messages", pl_json_u64(result->receive.feed.messages)},
      {"messages_unknown", pl_json_u64(result->receive.venue.messages_unknown)},
      {"messages_headless", pl_json_u64(result->receive.venue.messages_headless)},
      {"orders_unplaced", pl_json_u64(result->receive.venue.orders_unplaced)},
      {"events_unlisted", pl_json_u64(result->receive.venue.events_unlisted)},
      {"events", pl_json_u64(result->receive.feed.events)},
      {"decisions", pl_json_u64(result->decisions)},
      {"channel_count", pl_json_u64(result->receive.channels)},
      {"channels", pl_feeds_json_rows(&result->channels, 0, PL_CHANNELS_MAX)},
      {"instruments", pl_json_u64(result->receive.instruments)},
      {"instruments_full", pl_json_u64(result->receive.venue.instruments_full)},
      {"gaps", pl_json_u64(result->receive.gaps)},
      {"units_lost", pl_json_u64(result->receive.units_lost)},
      {"duplicates", pl_json_u64(result->receive.duplicates)},
      {"late", pl_json_u64(result->receive.late)},
      {"restarts", pl_json_u64(result->receive.restarts)},
      {"silences", pl_json_u64(result->receive.silences)},
      {"saturations", pl_json_u64(result->engine.step.saturations)},
      {"clock_jumps", pl_json_u64(result->engine.step.clock_jumps)},
      {"tail_cut", json_boolean(result->tail_cut)},
      {"books", books_json(&result->engine.books)},
      {"orders", orders_json(&result->engine.books)},
      {"snapshot_checks",
       pair(result->engine.books.snapshot_matches, result->engine.books.snapshot_checks)},
      {"ticker_checks",
       pair(result->engine.books.ticker_matches, result->engine.books.ticker_checks)},
      {"digest", pl_json_hash(result->digest)},
      {"latency_ns", latency_json(result)},
      {"feed_ns", pl_json_u64(result->feed_ns)},
      {"wall_ns", pl_json_u64(result->wall_ns)},
  };
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    (void)json_object_set_new(report, fields[i].key, fields[i].value);
  (void)json_dumpf(report, out, JSON_COMPACT);
  (void)fputc('\n', out);
  json_decref(report);
}

static void write_ledger(FILE *out, const struct pl_play_result *result) {
  uint64_t dropped = result->packets - result->receive.feed.outcomes[PL_OK];
  (void)fprintf(out, "frames    %" PRIu64 " read = %" PRIu64 " decoded + %" PRIu64 " dropped",
                result->packets, result->receive.feed.outcomes[PL_OK], dropped);
  const char *separator = " (";
  for (uint32_t i = PL_OK + 1; i < PL_STATUS_COUNT; i++) {
    if (result->receive.feed.outcomes[i] == 0) continue;
    (void)fprintf(out, "%s%" PRIu64 " %s", separator, result->receive.feed.outcomes[i],
                  pl_status_name((enum pl_status)i));
    separator = ", ";
  }
  if (result->rx_missing != 0) {
    (void)fprintf(out, "%s%" PRIu64 " rx_missing", separator, result->rx_missing);
    separator = ", ";
  }
  (void)fputs(*separator == ',' ? ")\n" : "\n", out);
  if (result->tail_cut) (void)fputs("          the capture ends inside a frame\n", out);
}

static void write_latency(FILE *out, const struct pl_play_config *config,
                          const struct pl_play_result *result) {
  const uint64_t ns[] = {result->engine.latency_p50_ns, result->engine.latency_p99_ns,
                         result->engine.latency_p999_ns};
  static const char *const names[] = {"p50", "p99", "p99.9"};
  (void)fputs("latency  ", out);
  for (uint32_t i = 0; i < 3; i++)
    (void)fprintf(out, " %s %" PRIu64 ".%02" PRIu64 " us ", names[i], ns[i] / 1000,
                  ns[i] % 1000 / 10);
  (void)fprintf(out, " frame handed over to decision, %s\n",
                config->speed_e3 != 0 ? "paced" : "unpaced");
}

static void write_channels(FILE *out, const struct pl_play_result *result) {
  json_t *rows = pl_feeds_json_rows(&result->channels, 0, PL_CHANNELS_MAX);
  pl_feeds_table(out, rows, PL_CHANNELS_MAX, pl_screen_columns(out), pl_screen_colour(out));
  (void)fputc('\n', out);
  json_decref(rows);
}

void pl_replay_report_text(FILE *out, const struct pl_play_config *config, bool detected,
                           const struct pl_play_result *result) {
  write_channels(out, result);
  write_ledger(out, result);
  (void)fprintf(out,
                "feed      %s%s, %" PRIu64 " channels, %" PRIu64 " gaps (%" PRIu64
                " units lost), %" PRIu64 " duplicates, %" PRIu64 " late, %" PRIu64
                " restarts, %" PRIu64 " silences\n",
                config->venue->name, detected ? " (detected)" : "", result->receive.channels,
                result->receive.gaps, result->receive.units_lost, result->receive.duplicates,
                result->receive.late, result->receive.restarts, result->receive.silences);
  (void)fprintf(out,
                "books     %" PRIu64 " of %" PRIu64 " snapshots and %" PRIu64 " of %" PRIu64
                " tickers equal the kept book; %" PRIu64 " chain breaks, %" PRIu64 " crossings\n",
                result->engine.books.snapshot_matches, result->engine.books.snapshot_checks,
                result->engine.books.ticker_matches, result->engine.books.ticker_checks,
                result->engine.books.chain_breaks, result->engine.books.crossings);
  if (result->engine.books.orders_added != 0)
    (void)fprintf(out,
                  "orders    %" PRIu64 " added, %" PRIu64 " live, %" PRIu64 " amended, %" PRIu64
                  " unknown, %" PRIu64 " refused\n",
                  result->engine.books.orders_added, result->engine.books.orders_live,
                  result->engine.books.orders_amended, result->engine.books.orders_unknown,
                  result->engine.books.orders_refused);
  (void)fprintf(
      out,
      "flow      %" PRIu64 " messages -> %" PRIu64 " events -> %" PRIu64 " decisions of %" PRIu64
      " instruments, %" PRIu64 ".%03" PRIu64 " s of feed in %" PRIu64 ".%03" PRIu64 " s\n",
      result->receive.feed.messages, result->receive.feed.events, result->decisions,
      result->receive.instruments, result->feed_ns / 1000000000, result->feed_ns / 1000000 % 1000,
      result->wall_ns / 1000000000, result->wall_ns / 1000000 % 1000);
  write_latency(out, config, result);
  (void)fprintf(out, "digest    %016" PRIx64 "\n", result->digest);
}
