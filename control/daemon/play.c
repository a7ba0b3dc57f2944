#include "control/daemon/play.h"

#include "control/daemon/books.h"
#include "control/daemon/digest.h"
#include "dataplane/port/eal.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROGRESS_NS UINT64_C(100000000)
#define IDLE_NS     50000

struct play {
  const struct pl_play_config *config;
  struct pl_pipeline pipeline;
  struct pl_run run;
  struct pl_digest digest;
  uint64_t frames_before, frames_total, progress_ns;
  struct pl_play_result *result;
};

static void take(void *context, const struct pl_decision *decision) {
  struct play *play = context;
  pl_digest_take(&play->digest, decision);
  if (play->config->decision != NULL)
    play->config->decision(play->config->context, &play->pipeline, decision);
}

static void progress(struct play *play, bool last) {
  uint64_t now_ns = pl_clock_monotonic_ns();
  if (play->config->progress == NULL || (!last && now_ns - play->progress_ns < PROGRESS_NS)) return;
  play->progress_ns = now_ns;
  uint64_t done = atomic_load_explicit(&play->run.frames, memory_order_relaxed); /* a picture */
  play->config->progress(play->config->context, &play->pipeline, play->frames_before + done,
                         play->frames_total);
}

/* The main thread's part while the workers run. */
static void consume(struct play *play) {
  static const struct timespec idle = {.tv_nsec = IDLE_NS};
  for (;;) {
    bool ended = pl_run_ended(&play->run); /* read first: nothing comes after it */
    uint32_t taken = pl_pipeline_drain(&play->pipeline, take, play);
    if (ended && taken == 0) break;
    progress(play, false);
    if (taken == 0) (void)nanosleep(&idle, NULL);
  }
}

/* A port as it was played out. */
static void sum_port(struct play *play, const struct pl_port *port) {
  const struct pl_port_capture_info *info = pl_port_capture_info(port);
  struct pl_port_stats stats;
  pl_port_stats(port, &stats);
  play->frames_before += info->frames;
  play->result->packets += info->frames;
  play->result->rx_missing += stats.rx_missing;
  play->result->tail_cut |= info->tail_cut;
}

/* From the first frame of any of the ports to the last. */
static uint64_t feed_ns(const struct pl_run_config *run) {
  uint64_t first_ns = UINT64_MAX, last_ns = 0;
  for (uint32_t i = 0; i < run->port_count; i++) {
    const struct pl_port_capture_info *info = pl_port_capture_info(run->ports[i]);
    if (info->first_ns < first_ns) first_ns = info->first_ns;
    if (info->last_ns > last_ns) last_ns = info->last_ns;
  }
  return last_ns - first_ns;
}

static void play_ports(struct play *play, const struct pl_run_config *run) {
  play->frames_total = play->frames_before;
  for (uint32_t i = 0; i < run->port_count; i++)
    play->frames_total += pl_port_capture_info(run->ports[i])->frames;
  pl_run_start(&play->run, run);
  consume(play);
  pl_run_join(&play->run);
  progress(play, true);
  for (uint32_t i = 0; i < run->port_count; i++) sum_port(play, run->ports[i]);
  play->result->feed_ns += feed_ns(run);
}

/* Plays one capture a line, those that there are, as one stream.
 *   paths  [PL_PLAY_LINES]; NULL: none */
static enum pl_status play_lines(struct play *play, const char *const *paths, char *ret_error,
                                 size_t error_bytes) {
  struct pl_run_config run = {.pipeline = &play->pipeline,
                              .layout = play->config->layout,
                              .speed_e3 = play->config->speed_e3};
  enum pl_status status = PL_OK;
  for (uint32_t line = 0; line < PL_PLAY_LINES && status == PL_OK; line++) {
    if (paths[line] == NULL) continue;
    status =
        pl_port_open_capture(paths[line], line, &run.ports[run.port_count], ret_error, error_bytes);
    run.port_count += status == PL_OK;
  }
  if (status == PL_OK) play_ports(play, &run);
  for (uint32_t i = 0; i < run.port_count; i++) pl_port_close(run.ports[i]);
  return status;
}

static bool has_lines(const struct pl_play_config *config) {
  return config->lines[PL_LINE_A] != NULL || config->lines[PL_LINE_B] != NULL;
}

static enum pl_status play_captures(struct play *play, char *ret_error, size_t error_bytes) {
  const struct pl_play_config *config = play->config;
  if (has_lines(config)) return play_lines(play, config->lines, ret_error, error_bytes);
  enum pl_status status = PL_OK;
  for (uint32_t i = 0; i < config->capture_count && status == PL_OK; i++) {
    const char *const paths[PL_PLAY_LINES] = {[PL_LINE_A] = config->captures[i]};
    status = play_lines(play, paths, ret_error, error_bytes);
  }
  return status;
}

/* Every frame ends in exactly one place; if it does not, the program is wrong. */
static void check_ledger(const struct pl_play_result *result) {
  uint64_t sum = result->rx_missing;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += result->receive.feed.outcomes[i];
  PL_CHECK(sum == result->packets);
}

static void sum_up(struct play *play, uint64_t wall_ns) {
  struct pl_play_result *result = play->result;
  result->decisions = play->digest.decisions;
  result->digest = pl_digest_sum(&play->digest, pl_feed_directory(play->pipeline.feed));
  result->wall_ns = wall_ns;
  pl_pipeline_sum_up(&play->pipeline);
  PL_CHECK(pl_pipeline_receive_stats(&play->pipeline, &result->receive));
  PL_CHECK(pl_pipeline_engine_stats(&play->pipeline, &result->engine));
  PL_CHECK(pl_channels_read(play->pipeline.channels, &result->channels));
  check_ledger(result);
}

static enum pl_status play_all(struct play *play, char *ret_error, size_t error_bytes) {
  const struct pl_play_config *config = play->config;
  struct pl_books books = {.out = config->books, .feed = NULL};
  struct pl_pipeline_config pipeline = {
      .venue = config->venue,
      .policy = config->policy,
      .instrument_count = PL_INSTRUMENTS_MAX,
      .lossless = true,
      .tap = config->books != NULL ? pl_books_tap : NULL,
      .tap_context = &books,
  };
  enum pl_status status = pl_pipeline_open(&pipeline, &play->pipeline);
  if (status != PL_OK) {
    (void)snprintf(ret_error, error_bytes, "no memory for the pipeline");
    return status;
  }
  books.feed = play->pipeline.feed;
  if (config->books != NULL) pl_books_header(config->books);
  uint64_t begun_ns = pl_clock_monotonic_ns();
  status = play_captures(play, ret_error, error_bytes);
  if (status == PL_OK) {
    pl_pipeline_flush(&play->pipeline);
    (void)pl_pipeline_drain(&play->pipeline, take, play);
    sum_up(play, pl_clock_monotonic_ns() - begun_ns);
  }
  pl_pipeline_close(&play->pipeline);
  return status;
}

enum pl_status pl_play(const struct pl_play_config *config, struct pl_play_result *ret_result,
                       char *ret_error, size_t error_bytes) {
  struct pl_play_result result = {0};
  struct play *play = aligned_alloc(_Alignof(struct play), sizeof *play); /* has cells of its own */
  struct pl_eal_config eal = {.profile = PL_EAL_EMBEDDED,
                              .workers = pl_run_workers(config->layout)};
  if (play == NULL) return PL_E_MEMORY;
  memset(play, 0, sizeof *play);
  play->config = config;
  play->result = &result;
  enum pl_status status = pl_eal_start(&eal, ret_error, error_bytes);
  if (status == PL_OK) {
    status = play_all(play, ret_error, error_bytes);
    pl_eal_stop();
  }
  free(play);
  if (status == PL_OK) *ret_result = result;
  return status;
}
