/* The ring against a model queue over every short schedule, and under two threads. */
#include "engine/base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#define SLOTS      4u
#define DEPTH      6u
#define THREADED   200000u
#define YIELDS_MAX 20000000u

/* A ring and what must be in it: the numbers out .. in - 1. */
struct world {
  struct pl_ring ring;
  struct pl_ring_slot slots[SLOTS];
  uint64_t in, out, start;
};

static void world_init(struct world *world, uint64_t start) {
  *world = (struct world){.start = start};
  world->ring.mask = SLOTS - 1;
  world->ring.head = world->ring.head_local = world->ring.tail_seen = start;
  world->ring.tail = world->ring.tail_local = world->ring.head_seen = start;
}

static uint64_t least(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

static void produce(struct world *world, uint32_t wanted, uint32_t publish_max) {
  void *slots = NULL;
  uint64_t at = (world->start + world->in) & (SLOTS - 1), used = world->in - world->out;
  assert_int_equal(pl_ring_room(&world->ring), SLOTS - used);
  uint32_t got = pl_ring_reserve(&world->ring, wanted, &slots);
  assert_int_equal(got, least(wanted, SLOTS - used, SLOTS - at));
  if (got != 0) assert_ptr_equal(slots, &world->slots[at]);
  if (got > publish_max) got = publish_max;
  struct pl_ring_slot *slot = slots;
  for (uint32_t i = 0; i < got; i++)
    for (uint32_t word = 0; word < 8; word++) slot[i].words[word] = (world->in + i) * 8 + word;
  if (got != 0) pl_ring_publish(&world->ring, got);
  world->in += got;
}

static void consume(struct world *world, uint32_t wanted, uint32_t release_max) {
  void *slots = NULL;
  uint64_t at = (world->start + world->out) & (SLOTS - 1), used = world->in - world->out;
  uint32_t got = pl_ring_peek(&world->ring, wanted, &slots);
  assert_int_equal(got, least(wanted, used, SLOTS - at));
  if (got != 0) assert_ptr_equal(slots, &world->slots[at]);
  struct pl_ring_slot *slot = slots;
  for (uint32_t i = 0; i < got; i++)
    for (uint32_t word = 0; word < 8; word++)
      assert_int_equal(slot[i].words[word], (world->out + i) * 8 + word);
  if (got > release_max) got = release_max;
  if (got != 0) pl_ring_release(&world->ring, got);
  world->out += got;
}

#define OPERATIONS 11u

static void operate(struct world *world, uint32_t operation) {
  static const uint32_t counts[5] = {1, 2, 3, 4, 9};
  if (operation < 5)
    produce(world, counts[operation], 9);
  else if (operation < 10)
    consume(world, counts[operation - 5], 9);
  else
    produce(world, 3, 1), consume(world, 3, 1); /* less than was reserved and peeked */
}

static void explore(const struct world *from, uint32_t depth) {
  for (uint32_t operation = 0; operation < OPERATIONS; operation++) {
    struct world world = *from;
    world.ring.slots = world.slots;
    operate(&world, operation);
    if (depth > 1) explore(&world, depth - 1);
  }
}

static void every_short_schedule_keeps_order_and_contents(void **state) {
  (void)state;
  struct world world;
  world_init(&world, 0);
  explore(&world, DEPTH - 1);
}

static void every_short_schedule_survives_the_wrap_of_the_indices(void **state) {
  (void)state;
  for (uint64_t back = 1; back <= 5; back++) {
    struct world world;
    world_init(&world, UINT64_MAX - back);
    explore(&world, DEPTH - 2);
  }
}

static void reservation_not_published_is_made_again(void **state) {
  (void)state;
  struct world world;
  world_init(&world, 2);
  world.ring.slots = world.slots;
  void *first = NULL, *again = NULL;
  assert_int_equal(pl_ring_reserve(&world.ring, 2, &first), 2);
  assert_int_equal(pl_ring_reserve(&world.ring, 1, &again), 1);
  assert_ptr_equal(first, again);
  assert_int_equal(pl_ring_peek(&world.ring, 4, &again), 0);
}

static void ring_from_the_arena_fits_its_footprint(void **state) {
  (void)state;
  for (uint64_t slots = 2; slots <= 4096; slots *= 2) {
    struct pl_arena arena;
    void *memory = NULL;
    assert_int_equal(pl_arena_open(pl_ring_footprint(slots), &arena), PL_OK);
    struct pl_ring *ring = pl_ring_create(&arena, slots);
    assert_int_equal((uintptr_t)ring % (2 * PL_CACHE_LINE_BYTES), 0);
    assert_int_equal((uintptr_t)ring->slots % PL_CACHE_LINE_BYTES, 0);
    assert_true((unsigned char *)(ring + 1) <= (unsigned char *)ring->slots);
    assert_int_equal(pl_ring_reserve(ring, 5000, &memory), slots);
    ((struct pl_ring_slot *)memory)[slots - 1].words[7] = 1;
    pl_arena_close(&arena);
  }
}

/* Nothing that one side writes at every call shares a line with what the other side reads. */
static void each_side_has_lines_of_its_own(void **state) {
  (void)state;
  const size_t offsets[] = {offsetof(struct pl_ring, slots), offsetof(struct pl_ring, head),
                            offsetof(struct pl_ring, head_local), offsetof(struct pl_ring, tail),
                            offsetof(struct pl_ring, tail_local)};
  for (size_t i = 1; i < 5; i++)
    assert_true(offsets[i] / PL_CACHE_LINE_BYTES > offsets[i - 1] / PL_CACHE_LINE_BYTES);
}

struct threads {
  struct pl_ring *ring;
  uint64_t produced, consumed, torn;
};

static void *producer(void *context) {
  struct threads *threads = context;
  uint64_t next = 0;
  for (uint32_t tries = 0; next < THREADED && tries < YIELDS_MAX; tries++) {
    void *slots;
    uint64_t left = THREADED - next, burst = 1 + next % 7;
    uint32_t got = pl_ring_reserve(threads->ring, (uint32_t)(left < burst ? left : burst), &slots);
    struct pl_ring_slot *slot = slots;
    for (uint32_t i = 0; i < got; i++, next++)
      for (uint32_t word = 0; word < 8; word++) slot[i].words[word] = next ^ word;
    if (got != 0)
      pl_ring_publish(threads->ring, got);
    else
      (void)sched_yield();
  }
  threads->produced = next;
  return NULL;
}

static void *consumer(void *context) {
  struct threads *threads = context;
  uint64_t next = 0, torn = 0;
  for (uint32_t tries = 0; next < THREADED && tries < YIELDS_MAX; tries++) {
    void *slots;
    uint32_t got = pl_ring_peek(threads->ring, (uint32_t)(1 + next % 5), &slots);
    const struct pl_ring_slot *slot = slots;
    for (uint32_t i = 0; i < got; i++, next++)
      for (uint32_t word = 0; word < 8; word++) torn += slot[i].words[word] != (next ^ word);
    if (got != 0)
      pl_ring_release(threads->ring, got);
    else
      (void)sched_yield();
  }
  threads->consumed = next;
  threads->torn = torn;
  return NULL;
}

static void two_threads_hand_over_everything_in_order(void **state) {
  (void)state;
  for (uint64_t slots = 2; slots <= 512; slots *= 16) {
    struct pl_arena arena;
    assert_int_equal(pl_arena_open(pl_ring_footprint(slots), &arena), PL_OK);
    struct threads threads = {.ring = pl_ring_create(&arena, slots)};
    pthread_t writer, reader;
    assert_int_equal(pthread_create(&writer, NULL, producer, &threads), 0);
    assert_int_equal(pthread_create(&reader, NULL, consumer, &threads), 0);
    pthread_join(writer, NULL);
    pthread_join(reader, NULL);
    assert_int_equal(threads.produced, THREADED);
    assert_int_equal(threads.consumed, THREADED);
    assert_int_equal(threads.torn, 0);
    pl_arena_close(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_short_schedule_keeps_order_and_contents),
      cmocka_unit_test(every_short_schedule_survives_the_wrap_of_the_indices),
      cmocka_unit_test(reservation_not_published_is_made_again),
      cmocka_unit_test(ring_from_the_arena_fits_its_footprint),
      cmocka_unit_test(each_side_has_lines_of_its_own),
      cmocka_unit_test(two_threads_hand_over_everything_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
