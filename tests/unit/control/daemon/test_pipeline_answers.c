/* The pipeline's ends for what is sent again: answers wait in a bounded ring until the receive core
 * takes them, behind its frames; without somebody who asks there is no ring. */
#include "control/daemon/policy_file.h"
#include "tests/harness/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t nonsense[4] = "none";

static struct pl_pipeline *open_pipeline(bool asks) {
  static struct pl_policy policy;
  char error[512];
  struct pl_pipeline *pipeline = aligned_alloc(_Alignof(struct pl_pipeline), sizeof *pipeline);
  assert_non_null(pipeline);
  assert_int_equal(pl_policy_file_load("deploy/policy.yaml", &policy, error, sizeof error), PL_OK);
  const struct pl_pipeline_config config = {
      .venue = pl_venue_find("starbase"), .policy = &policy, .instrument_count = 8, .asks = asks};
  assert_int_equal(pl_pipeline_open(&config, pipeline), PL_OK);
  return pipeline;
}

static void close_pipeline(struct pl_pipeline *pipeline) {
  pl_pipeline_close(pipeline);
  free(pipeline);
}

static uint32_t fill(struct pl_pipeline *pipeline) {
  uint32_t count = 0;
  while (pl_pipeline_answer(pipeline, nonsense, sizeof nonsense, 1))
    assert_true(++count <= PL_ANSWERS_SLOTS);
  return count;
}

static void answers_wait_for_the_receive_core(void **state) {
  (void)state;
  for (int layout = 0; layout < 2; layout++) {
    struct pl_pipeline *pipeline = open_pipeline(true);
    struct pl_feed_request request;
    assert_int_equal(fill(pipeline), PL_ANSWERS_SLOTS);
    uint32_t taken = 0;
    for (uint32_t turn = 0; taken < PL_ANSWERS_SLOTS; turn++) {
      assert_true(turn <= PL_ANSWERS_SLOTS);
      if (layout == 0)
        pl_pipeline_run(pipeline, NULL, 0, 1000 + turn);
      else
        pl_pipeline_receive(pipeline, NULL, 0, 1000 + turn);
      uint32_t room = fill(pipeline);
      assert_true(room > 0 && room < PL_ANSWERS_SLOTS); /* some at a time */
      taken += room;
    }
    assert_false(pl_pipeline_request(pipeline, &request)); /* nothing was ever heard */
    close_pipeline(pipeline);
  }
}

static void nobody_asks(void **state) {
  (void)state;
  struct pl_feed_request request;
  struct pl_pipeline *pipeline = open_pipeline(false);
  assert_false(pl_pipeline_answer(pipeline, nonsense, sizeof nonsense, 1));
  assert_false(pl_pipeline_request(pipeline, &request));
  pl_pipeline_run(pipeline, NULL, 0, 1000);
  pl_pipeline_receive(pipeline, NULL, 0, 1001);
  close_pipeline(pipeline);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers_wait_for_the_receive_core),
      cmocka_unit_test(nobody_asks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
