/* plimsoll-exchange: the simulated exchange as a program. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/venue/arguments.h"
#include "tests/venue/exchange.h"
#include "tests/venue/sink_live.h"
#include "tests/venue/sink_pcap.h"

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

static void report(uint64_t frames, uint64_t bytes, const char *where) {
  printf("%llu frames, %llu bytes -> %s\n", (unsigned long long)frames, (unsigned long long)bytes,
         where);
}

/* Runs what the arguments ask for into a sink until it ends or the sink refuses. False when it
 * could not begin. */
static bool run(const struct pl_arguments *arguments, pl_exchange_sink *sink, void *ctx) {
  if (arguments->load.wire != NULL) {
    struct pl_load *load = pl_load_open(&arguments->load, sink, ctx);
    if (load == NULL) return false;
    while (pl_load_run(load, UINT64_MAX) != 0) continue;
    pl_load_close(load);
    return true;
  }
  struct pl_exchange *exchange = pl_exchange_open(&arguments->exchange, sink, ctx);
  if (exchange == NULL) return false;
  pl_exchange_run(exchange, end_ns(arguments));
  pl_exchange_close(exchange);
  return true;
}

static int write_file(const struct pl_arguments *arguments) {
  static struct pl_sink_pcap sink;
  if (!pl_sink_pcap_open(&sink, arguments->path)) return complain(arguments->path, sink.error);
  bool begun = run(arguments, pl_sink_pcap_write, &sink);
  if (!pl_sink_pcap_close(&sink)) return complain(arguments->path, sink.error);
  if (!begun) return complain("exchange", "out of memory");
  report(sink.frames, sink.bytes, arguments->path);
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

static int send_live(struct pl_arguments *arguments) {
  static struct pl_sink_live sink;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  arguments->exchange.start_ns = (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
  arguments->load.day.start_ns = arguments->exchange.start_ns;
  catch_signals();
  bool is_open = pl_sink_live_open(&sink, arguments->interface, arguments->exchange.start_ns,
                                   arguments->speed_permille);
  if (is_open) {
    bool begun = run(arguments, pl_sink_live_send, &sink);
    is_open = pl_sink_live_close(&sink);
    if (!begun) return complain("exchange", "out of memory");
  }
  if (!is_open) return complain(arguments->interface, sink.error);
  report(sink.frames, sink.bytes, arguments->interface);
  return EXIT_SUCCESS;
}

int main(int count, char **argument) {
  struct pl_arguments arguments;
  const char *error;
  if (!pl_arguments_parse(count, argument, &arguments, &error)) {
    fprintf(stderr, "plimsoll-exchange: %s\n%s", error, pl_arguments_usage);
    return EXIT_USAGE;
  }
  if (arguments.help) {
    fputs(pl_arguments_usage, stdout);
    return EXIT_SUCCESS;
  }
  return arguments.path != NULL ? write_file(&arguments) : send_live(&arguments);
}
