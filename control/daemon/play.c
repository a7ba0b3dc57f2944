#include "control/daemon/play.h"

#include "control/daemon/books.h"
#include "dataplane/port/eal.h"
#include "engine/base/check.h"
#include "engine/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#define PROGRESS_NS UINT64_C(100000000)
#define IDLE_NS     50000

struct play {
  const struct pl_play_config *config;
  struct pl_pipeline pipeline;
  struct pl_run run;
  XXH3_state_t *hash;
  uint64_t decisions, frames_before, frames_total, progress_ns;
  struct pl_play_result *result;
};

static void take(void *context, const struct pl_decision *decision) {
  struct play *play = context;
  play->decisions++;
  (void)XXH3_64bits_update(play->hash, decision, PL_DECISION_DIGEST_BYTES);
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

static enum pl_status play_capture(struct play *play, const char *path, char *ret_error,
                                   size_t error_bytes) {
  struct pl_run_config run = {
      .pipeline = &play->pipeline,
      .layout = play->config->layout,
      .port_count = 1,
      .speed_e3 = play->config->speed_e3,
  };
  enum pl_status status =
      pl_port_open_capture(path, PL_LINE_A, &run.ports[0], ret_error, error_bytes);
  if (status != PL_OK) return status;
  const struct pl_port_capture_info *info = pl_port_capture_info(run.ports[0]);
  play->frames_total = play->frames_before + info->frames;
  pl_run_start(&play->run, &run);
  consume(play);
  pl_run_join(&play->run);
  progress(play, true);
  struct pl_port_stats stats;
  pl_port_stats(run.ports[0], &stats);
  play->frames_before += info->frames;
  play->result->packets += info->frames;
  play->result->rx_missing += stats.rx_missing;
  play->result->feed_ns += info->last_ns - info->first_ns;
  play->result->tail_cut |= info->tail_cut;
  pl_port_close(run.ports[0]);
  return PL_OK;
}

/* Every frame ends in exactly one place; if it does not, the program is wrong. */
static void check_ledger(const struct pl_play_result *result) {
  uint64_t sum = result->rx_missing;
  for (uint32_t i = 0; i < PL_STATUS_COUNT; i++) sum += result->receive.feed.outcomes[i];
  PL_CHECK(sum == result->packets);
}

static void sum_up(struct play *play, uint64_t wall_ns) {
  struct pl_play_result *result = play->result;
  result->decisions = play->decisions;
  result->digest = XXH3_64bits_digest(play->hash);
  result->wall_ns = wall_ns;
  pl_pipeline_sum_up(&play->pipeline);
  PL_CHECK(pl_pipeline_receive_stats(&play->pipeline, &result->receive));
  PL_CHECK(pl_pipeline_engine_stats(&play->pipeline, &result->engine));
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
  for (uint32_t i = 0; i < config->capture_count && status == PL_OK; i++)
    status = play_capture(play, config->captures[i], ret_error, error_bytes);
  if (status == PL_OK) sum_up(play, pl_clock_monotonic_ns() - begun_ns);
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
  play->hash = XXH3_createState();
  enum pl_status status = play->hash != NULL ? PL_OK : PL_E_MEMORY;
  if (status == PL_OK) status = pl_eal_start(&eal, ret_error, error_bytes);
  if (status == PL_OK) {
    (void)XXH3_64bits_reset(play->hash);
    status = play_all(play, ret_error, error_bytes);
    pl_eal_stop();
  }
  (void)XXH3_freeState(play->hash);
  free(play);
  if (status == PL_OK) *ret_result = result;
  return status;
}
