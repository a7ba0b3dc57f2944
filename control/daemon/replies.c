#include "control/daemon/replies.h"

#include "control/admin/version.h"
#include "control/daemon/policy_json.h"
#include "control/publish/json.h"
#include "engine/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

struct number {
  const char *key;
  uint64_t value;
};

static void add_numbers(json_t *object, const struct number *numbers, size_t count) {
  for (size_t i = 0; i < count; i++)
    (void)json_object_set_new(object, numbers[i].key, pl_json_u64(numbers[i].value));
}

static json_t *numbers_json(const struct number *numbers, size_t count) {
  json_t *object = json_object();
  add_numbers(object, numbers, count);
  return object;
}

/* Frames by the name they were dropped under; the ledger is rx = decoded + these. */
static void add_ledger(json_t *reply, const struct pl_feed_counters *feed) {
  json_t *dropped = json_object();
  for (uint32_t i = PL_OK + 1; i < PL_STATUS_COUNT; i++)
    if (feed->outcomes[i] != 0)
      (void)json_object_set_new(dropped, pl_status_name((enum pl_status)i),
                                pl_json_u64(feed->outcomes[i]));
  (void)json_object_set_new(reply, "packets", pl_json_u64(feed->frames));
  (void)json_object_set_new(reply, "decoded", pl_json_u64(feed->outcomes[PL_OK]));
  (void)json_object_set_new(reply, "dropped", dropped);
}

static void add_receive(const struct pl_service *service, json_t *reply) {
  struct pl_receive_stats stats;
  memset(&stats, 0, sizeof stats);
  (void)pl_pipeline_receive_stats(&service->pipeline, &stats); /* all zero until there are any */
  const struct number numbers[] = {
      {"messages", stats.feed.messages},
      {"messages_unknown", stats.venue.messages_unknown},
      {"messages_headless", stats.venue.messages_headless},
      {"orders_unplaced", stats.venue.orders_unplaced},
      {"events_unlisted", stats.venue.events_unlisted},
      {"events", stats.feed.events},
      {"gaps", stats.gaps},
      {"units_lost", stats.units_lost},
      {"duplicates", stats.duplicates},
      {"late", stats.late},
      {"restarts", stats.restarts},
      {"silences", stats.silences},
      {"channels", stats.channels},
      {"channels_silent", stats.channels_silent},
      {"instruments", stats.instruments},
      {"instruments_full", stats.venue.instruments_full},
  };
  add_ledger(reply, &stats.feed);
  add_numbers(reply, numbers, COUNT_OF(numbers));
}

static void add_engine(const struct pl_service *service, json_t *reply) {
  struct pl_engine_stats stats;
  memset(&stats, 0, sizeof stats);
  (void)pl_pipeline_engine_stats(&service->pipeline, &stats);
  const struct number numbers[] = {
      {"decisions", stats.step.decisions},
      {"decisions_published", service->board.decisions},
      {"decisions_dropped", stats.decisions_dropped},
      {"saturations", stats.step.saturations},
      {"clock_jumps", stats.step.clock_jumps},
      {"chain_breaks", stats.books.chain_breaks},
      {"crossings", stats.books.crossings},
  };
  const struct number latency[] = {{"p50", stats.latency_p50_ns},
                                   {"p99", stats.latency_p99_ns},
                                   {"p999", stats.latency_p999_ns}};
  add_numbers(reply, numbers, COUNT_OF(numbers));
  (void)json_object_set_new(reply, "snapshot_checks",
                            json_pack("[o, o]", pl_json_u64(stats.books.snapshot_matches),
                                      pl_json_u64(stats.books.snapshot_checks)));
  (void)json_object_set_new(reply, "ticker_checks",
                            json_pack("[o, o]", pl_json_u64(stats.books.ticker_matches),
                                      pl_json_u64(stats.books.ticker_checks)));
  (void)json_object_set_new(reply, "latency_ns", numbers_json(latency, COUNT_OF(latency)));
}

static void add_ports(const struct pl_service *service, json_t *reply) {
  json_t *ports = json_array();
  for (uint32_t i = 0; i < service->port_count; i++) {
    const struct pl_config_port *config = &service->config.ports[i];
    bool capture = config->capture[0] != '\0';
    struct pl_port_stats stats;
    pl_port_stats(service->ports[i], &stats);
    const struct number numbers[] = {
        {"received", stats.received},
        {"bytes", stats.bytes},
        {"rx_missed", stats.rx_missed},
        {"rx_nombuf", stats.rx_nombuf},
        {"rx_errors", stats.rx_errors},
        {"rx_missing", stats.rx_missing},
        {"ring_frames", pl_port_ring_frames(service->ports[i])},
    };
    json_t *port = json_pack(
        "{s:s, s:s, s:s, s:b}", "driver", capture ? "capture" : config->driver_name, "from",
        capture ? config->capture : config->interface, "line",
        config->line == PL_LINE_A ? "A" : "B", "ended", (int)pl_port_ended(service->ports[i]));
    add_numbers(port, numbers, COUNT_OF(numbers));
    (void)json_array_append_new(ports, port);
  }
  (void)json_object_set_new(reply, "ports", ports);
}

static void add_states(const struct pl_service *service, json_t *reply) {
  json_t *states = json_object();
  for (uint32_t i = 0; i < PL_VIEW_STATE_COUNT; i++)
    (void)json_object_set_new(states, pl_view_state_name(i),
                              json_integer(service->board.states[i]));
  /* one row that cannot be trusted is enough for a monitor to say so */
  (void)json_object_set_new(reply, "degraded",
                            json_boolean(service->board.states[PL_VIEW_STALE] != 0));
  (void)json_object_set_new(reply, "states", states);
}

static void add_admin(const struct pl_service *service, json_t *reply) {
  const struct pl_server_counters *counters = pl_server_counters(service->server);
  const struct number numbers[] = {
      {"accepted", counters->accepted},   {"refused", counters->refused},
      {"requests", counters->requests},   {"denied", counters->denied},
      {"malformed", counters->malformed}, {"failed", counters->failed},
      {"timed_out", counters->timed_out},
  };
  (void)json_object_set_new(reply, "admin", numbers_json(numbers, COUNT_OF(numbers)));
}

static enum pl_status reply_status(const struct pl_service *service, json_t *reply) {
  uint64_t up_ns = pl_clock_monotonic_ns() - service->start_monotonic_ns;
  json_t *head = json_pack(
      "{s:s, s:i, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:i, s:o}", "daemon_version", PL_VERSION,
      "pid", (int)getpid(), "start_ns", pl_json_u64(service->start_ns), "uptime_s",
      pl_json_u64(up_ns / UINT64_C(1000000000)), "venue", service->config.venue->name, "layout",
      service->config.layout == PL_LAYOUT_PIPELINE ? "pipeline" : "inline", "profile",
      service->config.profile == PL_EAL_HOST ? "host" : "embedded", "table", service->config.table,
      "mode", pl_decision_mode(service->orders.mode), "policy_version",
      (int)(service->policy.version & INT32_MAX), "policy_hash",
      pl_json_hash(service->policy.hash));
  (void)json_object_update(reply, head);
  json_decref(head);
  add_receive(service, reply);
  add_engine(service, reply);
  add_states(service, reply);
  add_ports(service, reply);
  add_admin(service, reply);
  return PL_OK;
}

static enum pl_status set_frozen(struct pl_service *service, const char *name, bool frozen,
                                 json_t *reply, char *ret_error, size_t error_bytes) {
  const struct pl_directory *directory = pl_feed_directory(service->pipeline.feed);
  uint32_t count = pl_directory_count(directory);
  for (uint32_t i = 0; i < count; i++) {
    if (strcmp(pl_directory_name(directory, i), name) != 0) continue;
    pl_orders_set_frozen(&service->orders, i, frozen);
    (void)json_object_set_new(reply, "name", json_string(name));
    (void)json_object_set_new(reply, "instrument", json_integer(i));
    (void)json_object_set_new(reply, "frozen", json_boolean(frozen));
    (void)fprintf(stderr, "plimsolld: %s %s\n", frozen ? "froze" : "thawed", name);
    return PL_OK;
  }
  (void)snprintf(ret_error, error_bytes, "no instrument '%s': the names are in `plimsoll table`",
                 name);
  return PL_E_NOT_FOUND;
}

static enum pl_status set_mode(struct pl_service *service, uint32_t mode, json_t *reply) {
  (void)json_object_set_new(reply, "mode_before",
                            json_string(pl_decision_mode(service->orders.mode)));
  (void)json_object_set_new(reply, "mode", json_string(pl_decision_mode(mode)));
  (void)fprintf(stderr, "plimsolld: mode %s, was %s\n", pl_decision_mode(mode),
                pl_decision_mode(service->orders.mode));
  pl_orders_set_mode(&service->orders, (enum pl_mode)mode);
  return PL_OK;
}

enum pl_status pl_replies_handle(void *context, const struct pl_commands_row *command,
                                 const struct pl_protocol_request *request, json_t *reply,
                                 char *ret_error, size_t error_bytes) {
  struct pl_service *service = context;
  switch (command->verb) {
  case PL_VERB_STATUS: return reply_status(service, reply);
  case PL_VERB_POLICY_SHOW:
    pl_policy_json(&service->policy, &service->policy_names, request->first, reply);
    return PL_OK;
  case PL_VERB_MODE: return set_mode(service, request->mode, reply);
  case PL_VERB_FREEZE:
  case PL_VERB_THAW:
    return set_frozen(service, request->name, command->verb == PL_VERB_FREEZE, reply, ret_error,
                      error_bytes);
  case PL_VERB_QUIT:
    service->quit = true;
    (void)fprintf(stderr, "plimsolld: asked to quit\n");
    return PL_OK;
  default:
    (void)snprintf(ret_error, error_bytes, "the daemon does not know '%s'", command->words);
    return PL_E_PROTOCOL;
  }
}
