/* plimsolld: the composition root of the live appliance. Everything is opened in order, runs until
 * it is told to end, and is closed in the reverse order. Main thread, which is also the
 * housekeeping thread: it drains decisions, publishes the table, writes live captures and answers
 * on the admin socket. */
#ifndef CONTROL_DAEMON_SERVICE_H
#define CONTROL_DAEMON_SERVICE_H

#include "control/admin/server.h"
#include "control/daemon/board.h"
#include "control/daemon/capture_stream.h"
#include "control/daemon/config.h"
#include "control/daemon/network.h"
#include "control/daemon/orders.h"
#include "control/daemon/policy_file.h"
#include "control/daemon/watchdog.h"

#define PL_SERVICE_TURN_NS UINT64_C(1000000) /* decisions wait no longer for the table */

struct pl_service {
  struct pl_config config;
  struct pl_policy policy;
  struct pl_policy_names policy_names;
  struct pl_pipeline pipeline;
  struct pl_run run;
  struct pl_port *ports[PL_RUN_PORTS_MAX];
  uint32_t port_count; /* opened so far */
  struct pl_network network;
  struct pl_server *server;
  struct pl_table *table;
  struct pl_board board;
  struct pl_orders orders;
  struct pl_watchdog watchdog;
  uint32_t stalled; /* what it saw last */
  struct pl_resend resend;
  struct pl_capture_stream capture;
  uint64_t start_ns, start_monotonic_ns;
  int notify; /* the service manager's socket, -1: none */
  bool eal_started, pipeline_open, dropped, running;
  bool quit; /* asked for by an operator */
  /* All ports were captures, and are over: the workers are joined and this thread stands in for
   * them, with the feed's clock going on from where it stood. */
  bool ended;
  uint64_t ended_monotonic_ns;
};

/* pl_service_check loads configuration and policy, and opens nothing.
 *   service    zeroed; config and policy are filled in
 *   ret_error  [error_bytes] one line on failure */
PL_MUST_USE enum pl_status pl_service_check(struct pl_service *service, const char *config_path,
                                            char *ret_error, size_t error_bytes);

/* pl_service_run opens everything, runs until SIGTERM, SIGINT or `plimsoll quit`, and closes
 * everything. Logs to stderr, one line each.
 *   service    after pl_service_check
 *   ret_error  [error_bytes] one line on failure
 * Returns PL_OK after an orderly end, else what could not be opened. */
PL_MUST_USE enum pl_status pl_service_run(struct pl_service *service, char *ret_error,
                                          size_t error_bytes);

#endif
