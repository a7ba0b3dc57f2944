/* The pipeline on three real threads, as live, but without DPDK, so that ThreadSanitizer sees all
 * of it: receive, engine, and a consumer that drains decisions, reads views and names, and sends
 * operator commands. The decision stream must equal the inline one. */
#include "tests/harness/harness.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <time.h>

#include <cmocka.h>

struct threads {
  struct pl_pipeline pipeline;
  const struct pl_frames *frames;
  _Atomic bool received, stepped;
  struct pl_digest digest;
  uint64_t decisions, frozen, sum;
};

static void *receive(void *argument) {
  struct threads *threads = argument;
  for (uint32_t at = 0; at < threads->frames->count; at += 16) {
    uint32_t left = threads->frames->count - at;
    pl_pipeline_receive(&threads->pipeline, &threads->frames->frames[at], left < 16 ? left : 16, 0);
  }
  atomic_store_explicit(&threads->received, true, memory_order_release);
  return NULL;
}

static void *engine(void *argument) {
  struct threads *threads = argument;
  for (;;) {
    bool received = atomic_load_explicit(&threads->received, memory_order_acquire);
    uint32_t count = pl_pipeline_engine(&threads->pipeline);
    if (count == 0 && received) break;
    if (count == 0) (void)sched_yield();
  }
  atomic_store_explicit(&threads->stepped, true, memory_order_release);
  return NULL;
}

static void take(void *context, const struct pl_decision *decision) {
  struct threads *threads = context;
  struct pl_view view;
  threads->decisions++;
  threads->frozen += (decision->reason_mask & PL_REASON_FROZEN) != 0;
  pl_digest_take(&threads->digest, decision);
  /* the view is written before its decision is published, and never torn */
  /* the writer may be put aside in the middle of writing, for as long as the machine likes */
  static const struct timespec pause = {.tv_nsec = 1000000};
  uint32_t tries = 0;
  while (!pl_pipeline_view(&threads->pipeline, decision->instrument, &view)) {
    assert_true(++tries < 20000);
    (void)nanosleep(&pause, NULL);
  }
  assert_true(view.state < PL_VIEW_STATE_COUNT && view.kind < PL_KIND_COUNT);
  (void)pl_directory_name(pl_feed_directory(threads->pipeline.feed), decision->instrument);
}

static void run(struct threads *threads, const struct pl_frames *frames, bool with_commands) {
  static struct pl_policy policy;
  pl_policy_default(&policy);
  struct pl_pipeline_config config = {.venue = pl_venue_find("deribit"),
                                      .policy = &policy,
                                      .instrument_count = 64,
                                      .lossless = true};
  *threads = (struct threads){.frames = frames};
  assert_int_equal(pl_pipeline_open(&config, &threads->pipeline), PL_OK);
  for (uint32_t i = 0; with_commands && i < 8; i++) /* before the engine's first look */
    assert_true(pl_pipeline_command(&threads->pipeline, PL_COMMAND_FREEZE, i, 0));
  pthread_t receiver, stepper;
  assert_int_equal(pthread_create(&receiver, NULL, receive, threads), 0);
  assert_int_equal(pthread_create(&stepper, NULL, engine, threads), 0);
  for (uint32_t turn = 0;; turn++) {
    bool stepped = atomic_load_explicit(&threads->stepped, memory_order_acquire);
    uint32_t taken = pl_pipeline_drain(&threads->pipeline, take, threads);
    if (stepped && taken == 0) break;
    if (with_commands)
      (void)pl_pipeline_command(&threads->pipeline, turn & 1 ? PL_COMMAND_THAW : PL_COMMAND_FREEZE,
                                turn % 8, 0);
    if (taken == 0) (void)sched_yield();
  }
  (void)pthread_join(receiver, NULL);
  (void)pthread_join(stepper, NULL);
  threads->sum = pl_digest_sum(&threads->digest, pl_feed_directory(threads->pipeline.feed));
  pl_pipeline_close(&threads->pipeline);
}

static void three_threads_decide_what_one_does(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 7, 4, 300);
  struct pl_harness harness = {0};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &frames);
  struct threads threads;
  run(&threads, &frames, false);
  assert_true(threads.decisions > 1000);
  assert_int_equal(threads.decisions, harness.decisions);
  assert_int_equal(threads.sum, harness.digest);
  pl_harness_close(&harness);
  pl_frames_free(&frames);
}

static void operator_commands_reach_the_engine_core(void **state) {
  (void)state;
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 8, 4, 300);
  struct threads threads;
  run(&threads, &frames, true);
  assert_true(threads.frozen > 0);
  pl_frames_free(&frames);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(three_threads_decide_what_one_does),
      cmocka_unit_test(operator_commands_reach_the_engine_core),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
