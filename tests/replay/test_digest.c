/* The digest of the decision stream: a function of the input's bytes and the policy, and of nothing
 * else. The stored value is the same for every compiler, -O level and sanitizer. */
#include "tests/harness/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Of the stream below under the default policy. A change that means to decide otherwise prints the
 * new value when this fails; one that does not has broken something. */
#define STORED_DECISIONS UINT64_C(5844)
#define STORED_DIGEST    UINT64_C(0xf1941841ee0a3c0d)

#define PAYLOAD_AT 42u /* Ethernet, IPv4, UDP */

static struct pl_frames frames, lossy; /* the same with a frame missing now and then */

static int setup(void **state) {
  (void)state;
  pl_frames_exchange(&frames, 3, 20, 150);
  for (uint32_t i = 0; i < frames.count; i++) {
    const struct pl_frame *frame = &frames.frames[i];
    if (i % 499 != 498) pl_frames_add(&lossy, frame->data, frame->size_bytes, frame->recv_ns);
  }
  pl_frames_seal(&lossy);
  return frames.count > 1000 ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  pl_frames_free(&frames);
  pl_frames_free(&lossy);
  return 0;
}

static void count_model(void *context, const struct pl_decision *decision) {
  *(uint64_t *)context += decision->source == PL_SOURCE_EWMA;
}

static uint64_t digest_of(const struct pl_frames *input, uint32_t burst_frames,
                          bool in_two_stages) {
  struct pl_harness harness = {.burst_frames = burst_frames, .in_two_stages = in_two_stages};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, input);
  assert_true(pl_harness_ledger_closes(&harness));
  assert_true(harness.decisions > 1000);
  pl_harness_close(&harness);
  return harness.digest;
}

static void digest_is_the_stored_one(void **state) {
  (void)state;
  uint64_t by_model = 0;
  struct pl_harness harness = {.each = count_model, .context = &by_model};
  pl_harness_open(&harness, NULL);
  pl_harness_play(&harness, &frames);
  assert_true(by_model > harness.decisions / 2); /* else it would prove little */
  if (harness.digest != STORED_DIGEST || harness.decisions != STORED_DECISIONS)
    fail_msg("%llu decisions, digest 0x%016llx", (unsigned long long)harness.decisions,
             (unsigned long long)harness.digest);
  pl_harness_close(&harness);
}

static void digest_does_not_depend_on_burst_or_layout(void **state) {
  (void)state;
  static const uint32_t bursts[] = {1, 2, 7, 31, PL_BURST_FRAMES_MAX};
  for (uint32_t which = 0; which < 2; which++) {
    const struct pl_frames *input = which == 0 ? &frames : &lossy;
    uint64_t wanted = digest_of(input, 0, false);
    for (uint32_t i = 0; i < sizeof bursts / sizeof bursts[0]; i++) {
      assert_int_equal(digest_of(input, bursts[i], false), wanted);
      assert_int_equal(digest_of(input, bursts[i], true), wanted);
    }
  }
}

/* Two engines side by side share nothing: each sees its own stream alone. */
static void runs_side_by_side_do_not_touch_each_other(void **state) {
  (void)state;
  uint64_t wanted = digest_of(&frames, 0, false);
  struct pl_harness one = {0}, other = {0};
  pl_harness_open(&one, NULL);
  pl_harness_open(&other, NULL);
  for (uint32_t at = 0; at < frames.count; at += 100) {
    struct pl_frames part = {.frames = frames.frames + at,
                             .count = frames.count - at < 100 ? frames.count - at : 100};
    pl_harness_play(&one, &part);
    pl_harness_play(&other, &part);
  }
  assert_int_equal(one.digest, wanted);
  assert_int_equal(other.digest, wanted);
  pl_harness_close(&one);
  pl_harness_close(&other);
}

/* The first frame from the middle on whose first message is of that template. */
static uint32_t frame_of(uint8_t template_low) {
  for (uint32_t i = frames.count / 2; i < frames.count; i++)
    if (frames.frames[i].data[PAYLOAD_AT + 10] == template_low) return i;
  fail_msg("no message 0x03%02x", template_low);
  return 0;
}

/* What a byte says decides; receive stamps and what a decoder does not read do not. */
static void one_flipped_byte_gives_another_digest(void **state) {
  (void)state;
  static const uint32_t offsets[] = {
      0,       /* packet length */
      2,       /* channel */
      4,       /* sequence */
      10,      /* template */
      12,      /* schema */
      20,      /* instrument */
      20 + 12, /* previous change id */
      20 + 20, /* change id */
      57 + 0,  /* side of the first level */
      57 + 8,  /* its price: sign and most of the exponent */
  };
  uint64_t wanted = digest_of(&frames, 0, false);
  uint32_t frame = frame_of(0xe9); /* 1001, book */
  for (uint32_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
    uint8_t *byte = frames.bytes + frames.offsets[frame] + PAYLOAD_AT + offsets[i];
    *byte ^= 1;
    uint64_t got = digest_of(&frames, 0, false);
    *byte ^= 1;
    if (got == wanted) fail_msg("the byte at %u of the payload decides nothing", offsets[i]);
  }
  assert_int_equal(digest_of(&frames, 0, false), wanted);
}

/* Not even of the status events that a loss makes. */
static void receive_time_is_not_in_the_digest(void **state) {
  (void)state;
  for (uint32_t which = 0; which < 2; which++) {
    struct pl_frames *input = which == 0 ? &frames : &lossy;
    uint64_t wanted = digest_of(input, 0, false);
    for (uint32_t i = 0; i < input->count; i++) input->frames[i].recv_ns += 12345;
    uint64_t got = digest_of(input, 0, false);
    for (uint32_t i = 0; i < input->count; i++) input->frames[i].recv_ns -= 12345;
    assert_int_equal(got, wanted);
  }
}

static void every_packet_twice_gives_the_same_digest(void **state) {
  (void)state;
  uint64_t wanted = digest_of(&frames, 0, false);
  struct pl_frames twice = {0};
  for (uint32_t i = 0; i < 2 * frames.count; i++) {
    const struct pl_frame *frame = &frames.frames[i / 2];
    pl_frames_add(&twice, frame->data, frame->size_bytes, frame->recv_ns);
    twice.frames[i].line = i % 2 == 0 ? PL_LINE_A : PL_LINE_B;
  }
  pl_frames_seal(&twice);
  assert_int_equal(digest_of(&twice, 0, false), wanted);
  pl_frames_free(&twice);
}

static void policy_is_part_of_what_decides(void **state) {
  (void)state;
  struct pl_policy policy;
  pl_policy_default(&policy);
  policy.rows[0].vol_quantile_e3++;
  struct pl_harness harness = {0};
  pl_harness_open(&harness, &policy);
  pl_harness_play(&harness, &frames);
  assert_int_not_equal(harness.digest, digest_of(&frames, 0, false));
  pl_harness_close(&harness);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(digest_is_the_stored_one),
      cmocka_unit_test(digest_does_not_depend_on_burst_or_layout),
      cmocka_unit_test(runs_side_by_side_do_not_touch_each_other),
      cmocka_unit_test(one_flipped_byte_gives_another_digest),
      cmocka_unit_test(receive_time_is_not_in_the_digest),
      cmocka_unit_test(every_packet_twice_gives_the_same_digest),
      cmocka_unit_test(policy_is_part_of_what_decides),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
