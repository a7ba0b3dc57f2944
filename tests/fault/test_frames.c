/* Row 7 of the fault matrix: frames that are cut, too long, tagged, carry options or are fragments.
 * Each is dropped under its own name beside the whole frame, or read as if nothing were. */
#include "tests/fault/fault.h"

static struct pl_frames clean;
static struct fault_run run;
static uint64_t wanted;

static int setup(void **state) {
  (void)state;
  pl_frames_exchange(&clean, 5, 10, 200);
  wanted = fault_play(&run, &clean, NULL)->digest;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  pl_frames_free(&clean);
  return 0;
}

/* Each writes a frame made of another one into ret_bytes and returns its size. */
typedef uint32_t make(const struct pl_frame *frame, uint8_t *ret_bytes);

static uint32_t runt(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, 20);
  return 20;
}

static uint32_t cut(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  return frame->size_bytes - 3;
}

static uint32_t jumbo(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  return PL_FRAME_BYTES_MAX + 1;
}

static uint32_t fragment(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  ret_bytes[20] |= 0x20; /* more fragments */
  return frame->size_bytes;
}

static uint32_t unicast(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  ret_bytes[30] = 10;
  return frame->size_bytes;
}

static uint32_t tcp(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  ret_bytes[23] = 6;
  return frame->size_bytes;
}

static uint32_t long_payload(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  ret_bytes[PAYLOAD_AT]++; /* the venue's own length says one byte more than there is */
  return frame->size_bytes;
}

static uint32_t tagged(const struct pl_frame *frame, uint8_t *ret_bytes) {
  static const uint8_t tag[] = {0x81, 0x00, 0x00, 0x64};
  memcpy(ret_bytes, frame->data, 12);
  memcpy(ret_bytes + 12, tag, sizeof tag);
  memcpy(ret_bytes + 16, frame->data + 12, frame->size_bytes - 12);
  return frame->size_bytes + 4;
}

static uint32_t with_options(const struct pl_frame *frame, uint8_t *ret_bytes) {
  uint32_t length = ((uint32_t)frame->data[16] << 8 | frame->data[17]) + 4;
  memcpy(ret_bytes, frame->data, 34);
  memset(ret_bytes + 34, 1, 4); /* four times: no operation */
  memcpy(ret_bytes + 38, frame->data + 34, frame->size_bytes - 34);
  ret_bytes[14] = 0x46;
  ret_bytes[16] = (uint8_t)(length >> 8);
  ret_bytes[17] = (uint8_t)length;
  return frame->size_bytes + 4;
}

static uint32_t padded(const struct pl_frame *frame, uint8_t *ret_bytes) {
  memcpy(ret_bytes, frame->data, frame->size_bytes);
  memset(ret_bytes + frame->size_bytes, 0xff, 6);
  return frame->size_bytes + 6;
}

static void row_07_odd_frames_are_dropped_with_a_reason(void **state) {
  (void)state;
  static const struct {
    make *make;
    enum pl_status status;
  } kinds[] = {{runt, PL_E_RUNT},
               {cut, PL_E_IP_LENGTH},
               {jumbo, PL_E_OVERSIZE},
               {fragment, PL_E_FRAGMENT},
               {unicast, PL_E_NOT_MULTICAST},
               {tcp, PL_E_NOT_UDP},
               {long_payload, PL_E_TRUNCATED}};
  static uint8_t bytes[PL_FRAME_BYTES_MAX + 1];
  for (uint32_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    struct pl_frames frames = {0};
    uint32_t odd = 0;
    for (uint32_t i = 0; i < clean.count; i++) {
      if (i % 10 == 3) {
        const struct pl_frame *frame = &clean.frames[i];
        pl_frames_add(&frames, bytes, kinds[kind].make(frame, bytes), frame->recv_ns);
        odd++;
      }
      fault_add(&frames, &clean, i, i + 1, PL_LINE_A, 0);
    }
    pl_frames_seal(&frames);
    const struct fault_outcome *got = fault_play(&run, &frames, NULL);
    assert_int_equal(got->outcomes[kinds[kind].status], odd);
    assert_int_equal(got->outcomes[PL_OK], clean.count);
    assert_int_equal(got->digest, wanted);
    pl_frames_free(&frames);
  }
}

static void row_07_tags_options_and_padding_are_read_over(void **state) {
  (void)state;
  static make *const makes[] = {tagged, with_options, padded};
  static uint8_t bytes[PL_FRAME_BYTES_MAX];
  for (uint32_t kind = 0; kind < sizeof makes / sizeof *makes; kind++) {
    struct pl_frames frames = {0};
    for (uint32_t i = 0; i < clean.count; i++) {
      const struct pl_frame *frame = &clean.frames[i];
      pl_frames_add(&frames, bytes, makes[kind](frame, bytes), frame->recv_ns);
    }
    pl_frames_seal(&frames);
    assert_int_equal(fault_play(&run, &frames, NULL)->digest, wanted);
    pl_frames_free(&frames);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(row_07_odd_frames_are_dropped_with_a_reason),
      cmocka_unit_test(row_07_tags_options_and_padding_are_read_over),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
