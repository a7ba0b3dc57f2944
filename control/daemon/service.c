#include "control/daemon/service.h"

#include "control/admin/version.h"
#include "control/daemon/notify.h"
#include "control/daemon/replies.h"
#include "control/daemon/sandbox.h"
#include "engine/base/clock.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUIT_TURNS_MAX 100

enum pl_status pl_service_check(struct pl_service *service, const char *config_path,
                                char *ret_error, size_t error_bytes) {
  enum pl_status status = pl_config_load(config_path, &service->config, ret_error, error_bytes);
  if (status != PL_OK) return status;
  return pl_policy_file_load_names(service->config.policy_path, &service->policy,
                                   &service->policy_names, ret_error, error_bytes);
}

static enum pl_status open_server(struct pl_service *service, char *ret_error, size_t error_bytes) {
  const struct pl_server_config config = {.path = service->config.admin_socket,
                                          .group = service->config.group,
                                          .role = pl_roles_peer,
                                          .role_context = &service->config.roles,
                                          .handle = pl_replies_handle,
                                          .context = service};
  return pl_server_open(&config, &service->server, ret_error, error_bytes);
}

static enum pl_status open_table(struct pl_service *service, char *ret_error, size_t error_bytes) {
  const struct pl_table_config config = {.name = service->config.table,
                                         .row_count_max = service->config.instrument_count,
                                         .policy_version = service->policy.version,
                                         .policy_hash = service->policy.hash,
                                         .start_ns = service->start_ns,
                                         .group = service->config.group};
  return pl_table_create(&config, &service->table, ret_error, error_bytes);
}

static uint32_t memory_mb(const struct pl_config *config) {
  uint32_t further = config->port_count > 2 ? config->port_count - 2 : 0;
  if (config->memory_mb != 0) return config->memory_mb;
  return PL_EAL_MEMORY_MB_USUAL + further * PL_EAL_MEMORY_MB_PORT;
}

static enum pl_status start_eal(struct pl_service *service, char *ret_error, size_t error_bytes) {
  const struct pl_config *config = &service->config;
  const char *devices[PL_RUN_PORTS_MAX];
  struct pl_eal_config eal = {.profile = (enum pl_eal_profile)config->profile,
                              .workers = pl_run_workers((enum pl_layout)config->layout),
                              .worker_cpus = config->cpu_count != 0 ? config->cpus : NULL,
                              .memory_mb = memory_mb(config),
                              .devices = devices};
  for (uint32_t i = 0; i < config->port_count; i++)
    if (config->ports[i].capture[0] == '\0' && config->ports[i].driver == PL_PORT_DRIVER_DEVICE)
      devices[eal.devices_count++] = config->ports[i].interface;
  enum pl_status status = pl_eal_start(&eal, ret_error, error_bytes);
  service->eal_started = status == PL_OK;
  return status;
}

static enum pl_status open_port(const struct pl_config_port *config, struct pl_port **ret_port,
                                char *ret_error, size_t error_bytes) {
  if (config->capture[0] != '\0')
    return pl_port_open_capture(config->capture, config->line, ret_port, ret_error, error_bytes);
  const struct pl_port_live_config live = {.driver = config->driver,
                                           .interface = config->interface,
                                           .line = config->line,
                                           .queue = config->queue,
                                           .promiscuous = config->promiscuous};
  return pl_port_open_live(&live, ret_port, ret_error, error_bytes);
}

static enum pl_status open_ports(struct pl_service *service, char *ret_error, size_t error_bytes) {
  enum pl_status status = PL_OK;
  for (uint32_t i = 0; i < service->config.port_count && status == PL_OK; i++) {
    status = open_port(&service->config.ports[i], &service->ports[i], ret_error, error_bytes);
    if (status == PL_OK) service->port_count++;
  }
  return status;
}

static enum pl_status open_capture(struct pl_service *service, char *ret_error,
                                   size_t error_bytes) {
  enum pl_status status = pl_capture_stream_open(&service->capture);
  if (status != PL_OK) (void)snprintf(ret_error, error_bytes, "no memory for live captures");
  return status;
}

static enum pl_status open_pipeline(struct pl_service *service, char *ret_error,
                                    size_t error_bytes) {
  const struct pl_pipeline_config config = {.venue = service->config.venue,
                                            .policy = &service->policy,
                                            .instrument_count = service->config.instrument_count,
                                            .lossless = false,
                                            .touch = true,
                                            .groups = service->config.feed_groups,
                                            .group_count = service->config.feed_group_count,
                                            .asks = service->config.resend.count != 0,
                                            .capture = service->capture.tap};
  enum pl_status status = pl_pipeline_open(&config, &service->pipeline);
  service->pipeline_open = status == PL_OK;
  if (status != PL_OK)
    (void)snprintf(ret_error, error_bytes, "no memory for %u instruments",
                   service->config.instrument_count);
  return status;
}

static void start_workers(struct pl_service *service) {
  struct pl_run_config config = {.pipeline = &service->pipeline,
                                 .layout = (enum pl_layout)service->config.layout,
                                 .port_count = service->port_count,
                                 .speed_e3 = service->config.speed_e3};
  memcpy(config.ports, service->ports, sizeof config.ports);
  pl_run_start(&service->run, &config);
  service->running = true;
}

/* What has to be removed at the end becomes the user's; its folder must let that user. */
static enum pl_status give_away(struct pl_service *service, char *ret_error, size_t error_bytes) {
  uid_t user = service->config.user;
  if (user == PL_PRIVILEGES_USER_NONE) return PL_OK;
  enum pl_status status = pl_server_give(service->server, user, ret_error, error_bytes);
  if (status == PL_OK) status = pl_table_give(service->table, user, ret_error, error_bytes);
  return status;
}

static enum pl_status check_folder(const struct pl_service *service, char *ret_error,
                                   size_t error_bytes) {
  char folder[PL_CONFIG_SOCKET_BYTES];
  (void)snprintf(folder, sizeof folder, "%s", service->config.admin_socket);
  *(strrchr(folder, '/') + 1) = '\0'; /* the path is absolute */
  if (access(folder, W_OK) == 0) return PL_OK;
  (void)snprintf(ret_error, error_bytes,
                 "uid %u could not remove the admin socket at the end: make %s that user's",
                 (unsigned)geteuid(), folder);
  return PL_E_DENIED;
}

/* From here on nothing can be opened. What is open goes on; ports and DPDK's memory are taken down
 * by the kernel when the process ends, since that takes more rights than running does. */
static enum pl_status drop(struct pl_service *service, char *ret_error, size_t error_bytes) {
  const struct pl_config *config = &service->config;
  uint32_t drivers = 0;
  for (uint32_t i = 0; i < config->port_count; i++)
    if (config->ports[i].capture[0] == '\0') drivers |= 1U << config->ports[i].driver;
  enum pl_status status = give_away(service, ret_error, error_bytes);
  if (status != PL_OK) return status;
  service->dropped = true;
  status = pl_privileges_drop(config->user, config->group, ret_error, error_bytes);
  if (status == PL_OK) status = check_folder(service, ret_error, error_bytes);
  if (status == PL_OK) status = pl_sandbox_enter(drivers, ret_error, error_bytes);
  return status;
}

/* The sockets first: a name that is taken is known before anything is started. */
static enum pl_status open_all(struct pl_service *service, char *ret_error, size_t error_bytes) {
  service->start_ns = pl_clock_utc_ns();
  service->start_monotonic_ns = pl_clock_monotonic_ns();
  pl_orders_init(&service->orders, (enum pl_mode)service->policy.mode);
  service->notify = pl_notify_open();
  pl_server_block_signals();
  (void)signal(SIGPIPE, SIG_IGN); /* a log or reader that is gone is an error like any other */
  enum pl_status status = pl_privileges_check(service->config.user, ret_error, error_bytes);
  if (status == PL_OK) status = open_server(service, ret_error, error_bytes);
  if (status == PL_OK) status = open_table(service, ret_error, error_bytes);
  if (status == PL_OK) status = start_eal(service, ret_error, error_bytes);
  if (status == PL_OK)
    status = pl_network_watch(&service->config, &service->network, ret_error, error_bytes);
  if (status == PL_OK) status = open_ports(service, ret_error, error_bytes);
  if (status == PL_OK) status = pl_network_join(&service->network, ret_error, error_bytes);
  if (status == PL_OK)
    status = pl_resend_open(&service->config.resend, &service->resend, ret_error, error_bytes);
  if (status == PL_OK) status = open_capture(service, ret_error, error_bytes);
  if (status == PL_OK) status = open_pipeline(service, ret_error, error_bytes);
  if (status == PL_OK) status = drop(service, ret_error, error_bytes);
  if (status != PL_OK) return status;
  pl_board_init(&service->board, &service->pipeline, service->table);
  start_workers(service);
  return PL_OK;
}

static bool send_order(void *context, enum pl_command command, uint32_t instrument,
                       uint32_t argument) {
  struct pl_service *service = context;
  return pl_pipeline_command(&service->pipeline, command, instrument, argument);
}

static bool next_request(void *context, struct pl_feed_request *ret_request) {
  struct pl_service *service = context;
  return pl_pipeline_request(&service->pipeline, ret_request);
}

static bool take_answer(void *context, const uint8_t *payload, uint32_t size_bytes) {
  struct pl_service *service = context;
  return pl_pipeline_answer(&service->pipeline, payload, size_bytes, pl_clock_utc_ns());
}

/* After the last frame of the last capture. */
static void stand_in(struct pl_service *service, uint64_t now_ns) {
  if (!service->ended) {
    pl_run_join(&service->run);
    service->running = false;
    service->ended = true;
    service->ended_monotonic_ns = now_ns;
    service->stalled = 0;
    (void)fprintf(stderr, "plimsolld: the captures are at their end; waiting\n");
  }
  uint64_t last_ns = atomic_load_explicit(&service->run.recv_ns, memory_order_relaxed);
  pl_pipeline_run(&service->pipeline, NULL, 0, last_ns + now_ns - service->ended_monotonic_ns);
  pl_pipeline_sum_up(&service->pipeline);
}

static void watch(struct pl_service *service, uint64_t now_ns) {
  uint64_t turns[PL_WATCHDOG_CORES];
  pl_run_turns(&service->run, turns);
  uint32_t stalled = pl_watchdog_look(&service->watchdog, turns, now_ns);
  if (stalled == service->stalled) return;
  service->stalled = stalled;
  if (stalled == 0)
    (void)fprintf(stderr, "plimsolld: every core comes round again\n");
  else
    (void)fprintf(stderr, "plimsolld: the%s%s core does not come round: static limits hold\n",
                  stalled & 1u << PL_WATCHDOG_RECEIVE ? " receive" : "",
                  stalled & 1u << PL_WATCHDOG_ENGINE ? " engine" : "");
}

static void keep_house(struct pl_service *service, uint64_t now_ns) {
  pl_network_turn(&service->network, now_ns);
  uint32_t count = pl_directory_count(pl_feed_directory(service->pipeline.feed));
  (void)pl_orders_flush(&service->orders, count, send_order, service);
  pl_resend_turn(&service->resend, &(struct pl_resend_ends){next_request, take_answer, service});
  if (service->ended || pl_run_ended(&service->run))
    stand_in(service, now_ns);
  else
    watch(service, now_ns);
  pl_board_turn(&service->board, now_ns, service->orders.mode, service->stalled);
  pl_capture_stream_turn(&service->capture);
}

static void loop(struct pl_service *service) {
  bool more = true;
  while (more) {
    uint64_t now_ns = pl_clock_monotonic_ns();
    more = pl_server_turn(service->server, now_ns, PL_SERVICE_TURN_NS) && !service->quit;
    keep_house(service, now_ns);
  }
  for (uint32_t i = 0; i < QUIT_TURNS_MAX && !pl_server_is_idle(service->server); i++)
    (void)pl_server_turn(service->server, pl_clock_monotonic_ns(), PL_SERVICE_TURN_NS);
}

static void stop_workers(struct pl_service *service) {
  if (!service->running) return;
  pl_run_stop(&service->run);
  /* the engine core empties the ring behind the receive core, and we the one behind it */
  while (!pl_run_ended(&service->run))
    pl_board_turn(&service->board, pl_clock_monotonic_ns(), service->orders.mode, 0);
  pl_run_join(&service->run);
  pl_board_turn(&service->board, pl_clock_monotonic_ns(), service->orders.mode, 0);
  pl_pipeline_sum_up(&service->pipeline);
  service->running = false;
}

/* The last line: where every frame ended. */
static void log_ledger(const struct pl_service *service) {
  struct pl_receive_stats stats;
  if (!pl_pipeline_receive_stats(&service->pipeline, &stats)) return;
  (void)fprintf(stderr, "plimsolld: ended: %" PRIu64 " packets = %" PRIu64 " decoded",
                stats.feed.frames, stats.feed.outcomes[PL_OK]);
  for (uint32_t i = PL_OK + 1; i < PL_STATUS_COUNT; i++)
    if (stats.feed.outcomes[i] != 0)
      (void)fprintf(stderr, " + %" PRIu64 " %s", stats.feed.outcomes[i],
                    pl_status_name((enum pl_status)i));
  (void)fprintf(stderr, "; %" PRIu64 " gaps, %" PRIu64 " decisions\n", stats.gaps,
                service->board.decisions);
}

static void close_all(struct pl_service *service) {
  pl_capture_stream_close(&service->capture);
  pl_server_close(service->server);
  pl_resend_close(&service->resend);
  if (service->pipeline_open) pl_pipeline_close(&service->pipeline);
  pl_network_close(&service->network);
  for (uint32_t i = 0; i < service->port_count && !service->dropped; i++)
    pl_port_close(service->ports[i]);
  if (service->eal_started && !service->dropped) pl_eal_stop();
  pl_table_close(service->table);
}

enum pl_status pl_service_run(struct pl_service *service, char *ret_error, size_t error_bytes) {
  enum pl_status status = open_all(service, ret_error, error_bytes);
  if (status == PL_OK) {
    (void)fprintf(stderr,
                  "plimsolld: %s runs: %s, %u port(s), policy version %u (%016" PRIx64
                  "), mode %s, table %s, socket %s\n",
                  PL_VERSION, service->config.venue->name, service->port_count,
                  service->policy.version, service->policy.hash,
                  pl_decision_mode(service->policy.mode), service->config.table,
                  service->config.admin_socket);
    pl_notify(service->notify, "READY=1");
    loop(service);
    pl_notify(service->notify, "STOPPING=1");
    stop_workers(service);
    log_ledger(service);
  }
  close_all(service);
  return status;
}
