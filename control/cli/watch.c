#include "control/cli/watch.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WATCH_NS 500000000L

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  (void)number;
  interrupted = 1;
}

int pl_watch(const struct pl_options *options, int (*look)(const struct pl_options *options)) {
  const struct timespec pause = {.tv_nsec = WATCH_NS};
  if (!options->watch) return look(options);
  struct sigaction action = {.sa_handler = on_signal};
  (void)sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  while (!interrupted) {
    if (!options->json && isatty(STDOUT_FILENO) == 1) (void)fputs("\033[H\033[2J", stdout);
    (void)fflush(stdout); /* before a complaint on stderr, which would be wiped away */
    (void)look(options);
    if (fflush(stdout) != 0) return PL_EXIT_FAILED; /* nobody reads any more */
    (void)nanosleep(&pause, NULL);
  }
  return PL_EXIT_OK;
}

uint32_t pl_watch_rows(const struct pl_options *options, uint32_t head_lines) {
  struct winsize size;
  if (!options->watch || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row <= head_lines)
    return UINT32_MAX;
  return size.ws_row - head_lines;
}
