/* plimsoll-exchange: the simulated exchange as a program. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/venue/arguments.h"
#include "tests/venue/exchange.h"
#include "tests/venue/output.h"

#define SECOND_NS  1000000000u
#define EXIT_USAGE 2

static uint64_t end_ns(const struct pl_arguments *arguments) {
  if (arguments->seconds == 0) return UINT64_MAX;
  return arguments->exchange.start_ns + arguments->seconds * SECOND_NS;
}

static int complain(const char *subject, const char *error) {
  fprintf(stderr, "plimsoll-exchange: %s: %s\n", subject, error);
  return EXIT_FAILURE;
}

/* What --resend promises of the past. */
#define RESEND_UNITS    65536
#define RESEND_REQUESTS 1000 /* a second */

/* A day of orders, with a resend server beside it when it is asked for. Returns the exit code. */
static int run_load(const struct pl_arguments *arguments, pl_exchange_sink *sink, void *ctx) {
  struct pl_gateway_live *resend = NULL;
  if (arguments->resends) {
    const struct pl_gateway_config config = {.venue = arguments->load.wire->name,
                                             .history_units = RESEND_UNITS,
                                             .requests_max = RESEND_REQUESTS};
    resend = pl_gateway_live_open(&config, &arguments->resend, sink, ctx);
    if (resend == NULL) return complain("--resend", strerror(errno));
  }
  struct pl_load *load = resend != NULL
                             ? pl_load_open(&arguments->load, pl_gateway_live_push, resend)
                             : pl_load_open(&arguments->load, sink, ctx);
  while (load != NULL && pl_load_run(load, UINT64_MAX) != 0) continue;
  struct pl_gateway_counters counters = pl_gateway_live_close(resend);
  if (arguments->resends)
    printf("%llu requests: %llu packets sent again, %llu rejects, %llu not answered\n",
           (unsigned long long)counters.requests,
           (unsigned long long)(counters.packets - counters.rejects),
           (unsigned long long)counters.rejects, (unsigned long long)counters.silent);
  pl_load_close(load);
  return load != NULL ? EXIT_SUCCESS : complain("exchange", "out of memory");
}

/* Runs what the arguments ask for into a sink until it ends or the sink refuses. Returns the exit
 * code: whether it could begin. */
static int run(const struct pl_arguments *arguments, pl_exchange_sink *sink, void *ctx) {
  if (arguments->load.wire != NULL) return run_load(arguments, sink, ctx);
  struct pl_exchange *exchange = pl_exchange_open(&arguments->exchange, sink, ctx);
  if (exchange == NULL) return complain("exchange", "out of memory");
  pl_exchange_run(exchange, end_ns(arguments));
  pl_exchange_close(exchange);
  return EXIT_SUCCESS;
}

static void on_signal(int number) {
  (void)number;
  pl_sink_live_stop();
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: it must end a sleep */
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* Live, feed time is the time of day. */
static void begin_now(struct pl_arguments *arguments) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  arguments->exchange.start_ns = (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
  arguments->load.day.start_ns = arguments->exchange.start_ns;
}

static int produce(const struct pl_arguments *arguments) {
  static struct pl_output output;
  if (!pl_output_open(&output, arguments, arguments->exchange.start_ns))
    return complain(output.subject, output.error);
  int result = run(arguments, pl_output_push, &output);
  if (!pl_output_close(&output)) return complain(output.subject, output.error);
  return result;
}

int main(int count, char **argument) {
  struct pl_arguments arguments;
  const char *error;
  if (!pl_arguments_parse(count, argument, &arguments, &error)) {
    fprintf(stderr, "plimsoll-exchange: %s\n", error);
    pl_arguments_usage(stderr);
    return EXIT_USAGE;
  }
  if (arguments.help) {
    pl_arguments_usage(stdout);
    return EXIT_SUCCESS;
  }
  if (arguments.interfaces[PL_LINE_A] != NULL) {
    begin_now(&arguments);
    catch_signals();
  }
  return produce(&arguments);
}
