/* The ring of datagrams: what goes in comes out, in order and whole, also between two threads; what
 * does not fit is refused. */
#include "control/daemon/answers.h"
#include "engine/base/limits.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 20000u

static struct pl_arena arena;
static struct pl_answers *answers;

static int open_ring(void **state) {
  (void)state;
  if (pl_arena_open(pl_answers_footprint(), &arena) != PL_OK) return -1;
  answers = pl_answers_create(&arena);
  return 0;
}

static int close_ring(void **state) {
  (void)state;
  pl_arena_close(&arena);
  return 0;
}

/* A datagram that its number tells all of. */
static uint32_t size_of(uint32_t number) {
  return number * 2654435761u % (PL_FRAME_BYTES_MAX + 1);
}

static void fill(uint32_t number, uint8_t *bytes) {
  for (uint32_t i = 0; i < size_of(number); i++) bytes[i] = (uint8_t)(number + i * 7);
}

static bool is_whole(uint32_t number, const struct pl_packet *packet, uint64_t recv_ns) {
  if (recv_ns != number || packet->size_bytes != size_of(number)) return false;
  if (packet->group_ipv4 != 0 || packet->port != 0) return false;
  for (uint32_t i = 0; i < packet->size_bytes; i++)
    if (packet->data[i] != (uint8_t)(number + i * 7)) return false;
  return true;
}

static void it_is_full_after_its_slots(void **state) {
  (void)state;
  static uint8_t bytes[PL_FRAME_BYTES_MAX + 1];
  struct pl_packet packet;
  uint64_t recv_ns;
  uint32_t in = 0, out = 0;
  assert_false(pl_answers_peek(answers, &packet, &recv_ns));
  for (uint32_t round = 0; round < 3 * PL_ANSWERS_SLOTS; round++) { /* from every slot on */
    for (; in - out < PL_ANSWERS_SLOTS; in++) {
      fill(in, bytes);
      assert_true(pl_answers_put(answers, bytes, size_of(in), in));
    }
    assert_false(pl_answers_put(answers, bytes, 1, 1));
    assert_true(pl_answers_peek(answers, &packet, &recv_ns));
    assert_true(is_whole(out, &packet, recv_ns));
    assert_true(pl_answers_peek(answers, &packet, &recv_ns)); /* the same as long as not done */
    assert_true(is_whole(out, &packet, recv_ns));
    pl_answers_done(answers);
    out++;
  }
  for (; out < in; out++) {
    assert_true(pl_answers_peek(answers, &packet, &recv_ns));
    assert_true(is_whole(out, &packet, recv_ns));
    pl_answers_done(answers);
  }
  assert_false(pl_answers_peek(answers, &packet, &recv_ns));
}

static void lengths_at_their_ends(void **state) {
  (void)state;
  static const uint8_t bytes[PL_FRAME_BYTES_MAX + 1] = {[PL_FRAME_BYTES_MAX - 1] = 9};
  struct pl_packet packet;
  uint64_t recv_ns;
  assert_false(pl_answers_put(answers, bytes, PL_FRAME_BYTES_MAX + 1, 1));
  assert_false(pl_answers_peek(answers, &packet, &recv_ns));
  assert_true(pl_answers_put(answers, bytes, PL_FRAME_BYTES_MAX, 1));
  assert_true(pl_answers_put(answers, bytes, 0, 2));
  assert_true(pl_answers_peek(answers, &packet, &recv_ns));
  assert_int_equal(packet.size_bytes, PL_FRAME_BYTES_MAX);
  assert_int_equal(packet.data[PL_FRAME_BYTES_MAX - 1], 9);
  pl_answers_done(answers);
  assert_true(pl_answers_peek(answers, &packet, &recv_ns));
  assert_int_equal(packet.size_bytes, 0);
  assert_int_equal(recv_ns, 2);
}

static void *produce(void *argument) {
  static uint8_t bytes[PL_FRAME_BYTES_MAX];
  (void)argument;
  for (uint32_t number = 0; number < ROUNDS; number++) {
    fill(number, bytes);
    while (!pl_answers_put(answers, bytes, size_of(number), number)) (void)sched_yield();
  }
  return NULL;
}

static void two_threads(void **state) {
  (void)state;
  pthread_t producer;
  assert_int_equal(pthread_create(&producer, NULL, produce, NULL), 0);
  for (uint32_t number = 0; number < ROUNDS;) {
    struct pl_packet packet;
    uint64_t recv_ns;
    if (!pl_answers_peek(answers, &packet, &recv_ns)) {
      (void)sched_yield();
      continue;
    }
    assert_true(is_whole(number++, &packet, recv_ns));
    pl_answers_done(answers);
  }
  assert_int_equal(pthread_join(producer, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ring, close_ring)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(it_is_full_after_its_slots),
      TEST(lengths_at_their_ends),
      TEST(two_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
