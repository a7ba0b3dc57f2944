#include "control/daemon/replies.h"

#include "control/admin/version.h"
#include "control/daemon/feeds_json.h"
#include "control/daemon/policy_json.h"
#include "control/publish/json.h"
#include "engine/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static json_t *numbers_json(const struct pl_json_number *numbers, size_t count) {
  json_t *object = json_object();
  pl_json_add(object, numbers, count);
  return object;
}

static void add_receive(const struct pl_service *service, json_t *reply) {
  struct pl_receive_stats stats;
  memset(&stats, 0, sizeof stats);
  (void)pl_pipeline_receive_stats(&service->pipeline, &stats); /* all zero until there are any */
  const struct pl_json_number numbers[] = {
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
  pl_feeds_json_ledger(reply, &stats.feed);
  pl_json_add(reply, numbers, COUNT_OF(numbers));
}

static void add_engine(const struct pl_service *service, json_t *reply) {
  struct pl_engine_stats stats;
  memset(&stats, 0, sizeof stats);
  (void)pl_pipeline_engine_stats(&service->pipeline, &stats);
  const struct pl_json_number numbers[] = {
      {"decisions", stats.step.decisions},
      {"decisions_published", service->board.decisions},
      {"decisions_dropped", stats.decisions_dropped},
      {"saturations", stats.step.saturations},
      {"stalls", service->watchdog.stalls},
      {"clock_jumps", stats.step.clock_jumps},
      {"chain_breaks", stats.books.chain_breaks},
      {"crossings", stats.books.crossings},
  };
  const struct pl_json_number latency[] = {{"p50", stats.latency_p50_ns},
                                           {"p99", stats.latency_p99_ns},
                                           {"p999", stats.latency_p999_ns}};
  pl_json_add(reply, numbers, COUNT_OF(numbers));
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
    const struct pl_link_view *link = pl_network_link(&service->network, i);
    struct pl_port_stats stats;
    pl_port_stats(service->ports[i], &stats);
    const struct pl_json_number numbers[] = {
        {"link_changes", link->changes},  {"link_since_ns", link->since_ns},
        {"groups", config->group_count},  {"received", stats.received},
        {"bytes", stats.bytes},           {"rx_missed", stats.rx_missed},
        {"rx_nombuf", stats.rx_nombuf},   {"rx_errors", stats.rx_errors},
        {"rx_missing", stats.rx_missing}, {"ring_frames", pl_port_ring_frames(service->ports[i])},
    };
    json_t *port =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "driver", capture ? "capture" : config->driver_name,
                  capture ? "capture" : "interface", capture ? config->capture : config->interface,
                  "line", config->line == PL_LINE_A ? "A" : "B", "link",
                  pl_link_state_name(link->state), "ended", (int)pl_port_ended(service->ports[i]));
    pl_json_add(port, numbers, COUNT_OF(numbers));
    (void)json_array_append_new(ports, port);
  }
  (void)json_object_set_new(reply, "ports", ports);
}

static void add_states(const struct pl_service *service, json_t *reply) {
  json_t *states = json_object();
  for (uint32_t i = 0; i < PL_VIEW_STATE_COUNT; i++)
    (void)json_object_set_new(states, pl_view_state_name(i),
                              json_integer(service->board.states[i]));
  /* one row that cannot be trusted, a line lost or a core that stands is enough for a monitor */
  bool degraded = service->board.states[PL_VIEW_STALE] != 0 || service->stalled != 0 ||
                  !pl_network_is_whole(&service->network);
  (void)json_object_set_new(reply, "stalled", json_boolean(service->stalled != 0));
  (void)json_object_set_new(reply, "degraded", json_boolean(degraded));
  (void)json_object_set_new(reply, "states", states);
}

static void add_resend(const struct pl_service *service, json_t *reply) {
  const struct pl_resend_counters *counters = &service->resend.counters;
  const struct pl_json_number numbers[] = {
      {"servers", service->resend.opened},
      {"requests", counters->requests},
      {"send_errors", counters->send_errors},
      {"unserved", counters->unserved},
      {"answers", counters->answers},
      {"answer_bytes", counters->answer_bytes},
      {"answers_no_room", counters->answers_no_room},
      {"receive_errors", counters->receive_errors},
  };
  (void)json_object_set_new(reply, "resend", numbers_json(numbers, COUNT_OF(numbers)));
}

static void add_admin(const struct pl_service *service, json_t *reply) {
  const struct pl_server_counters *counters = pl_server_counters(service->server);
  const struct pl_json_number numbers[] = {
      {"accepted", counters->accepted},   {"refused", counters->refused},
      {"requests", counters->requests},   {"denied", counters->denied},
      {"malformed", counters->malformed}, {"failed", counters->failed},
      {"timed_out", counters->timed_out},
  };
  (void)json_object_set_new(reply, "admin", numbers_json(numbers, COUNT_OF(numbers)));
}

static void add_capture(const struct pl_service *service, json_t *reply) {
  const struct pl_capture_stream *capture = &service->capture;
  json_t *object =
      json_pack("{s:b, s:o, s:o}", "on", (int)(capture->state != PL_CAPTURE_OFF), "frames",
                pl_json_u64(capture->frames), "lost", pl_json_u64(pl_capture_stream_lost(capture)));
  (void)json_object_set_new(reply, "capture", object);
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
  add_resend(service, reply);
  add_capture(service, reply);
  add_admin(service, reply);
  return PL_OK;
}

static enum pl_status reply_feeds(const struct pl_service *service, uint32_t first, json_t *reply) {
  struct pl_channels_stats channels = {.count = 0};
  struct pl_receive_stats receive;
  memset(&receive, 0, sizeof receive);
  (void)pl_pipeline_receive_stats(&service->pipeline, &receive); /* zero until there are any */
  (void)pl_channels_read(service->pipeline.channels, &channels);
  (void)json_object_set_new(reply, "venue", json_string(service->config.venue->name));
  pl_feeds_json(&channels, &receive, first, reply);
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

/* What carries a line: the names of its ports. */
static void name_line(const struct pl_service *service, uint32_t line, char *ret_names,
                      size_t names_bytes) {
  size_t used = 0;
  ret_names[0] = '\0';
  for (uint32_t i = 0; i < service->port_count; i++) {
    const struct pl_config_port *port = &service->config.ports[i];
    if (port->line != line || used >= names_bytes) continue;
    int wrote = snprintf(ret_names + used, names_bytes - used, "%s%s", used == 0 ? "" : ", ",
                         port->capture[0] != '\0' ? port->capture : port->interface);
    used += wrote > 0 ? (size_t)wrote : 0;
  }
}

static enum pl_status begin_capture(struct pl_service *service,
                                    const struct pl_protocol_capture *wanted, int *descriptor,
                                    char *ret_error, size_t error_bytes) {
  char names[PL_LINE_RESEND][PL_PCAPNG_TEXT_BYTES_MAX];
  struct pl_capture_config config = {.order = {.snap_bytes = wanted->snap_bytes,
                                               .lines = wanted->lines,
                                               .drops = wanted->drops != 0},
                                     .frames_max = wanted->frames_max,
                                     .application = "plimsolld " PL_VERSION};
  for (uint32_t i = 0; i < PL_LINE_RESEND; i++) {
    name_line(service, i, names[i], sizeof names[i]);
    if (names[i][0] != '\0') config.interfaces[i] = names[i];
  }
  return pl_capture_stream_begin(&service->capture, &config, descriptor, ret_error, error_bytes);
}

enum pl_status pl_replies_handle(void *context, const struct pl_commands_row *command,
                                 const struct pl_protocol_request *request, int *descriptor,
                                 json_t *reply, char *ret_error, size_t error_bytes) {
  struct pl_service *service = context;
  switch (command->verb) {
  case PL_VERB_STATUS: return reply_status(service, reply);
  case PL_VERB_FEEDS: return reply_feeds(service, request->first, reply);
  case PL_VERB_POLICY_SHOW:
    pl_policy_json(&service->policy, &service->policy_names, request->first, reply);
    return PL_OK;
  case PL_VERB_MODE: return set_mode(service, request->mode, reply);
  case PL_VERB_FREEZE:
  case PL_VERB_THAW:
    return set_frozen(service, request->name, command->verb == PL_VERB_FREEZE, reply, ret_error,
                      error_bytes);
  case PL_VERB_CAPTURE:
    return begin_capture(service, &request->capture, descriptor, ret_error, error_bytes);
  case PL_VERB_QUIT:
    service->quit = true;
    (void)fprintf(stderr, "plimsolld: asked to quit\n");
    return PL_OK;
  default:
    (void)snprintf(ret_error, error_bytes, "the daemon does not know '%s'", command->words);
    return PL_E_PROTOCOL;
  }
}
