/* The snapshot cell: a reader sees whole payloads or says so. */
#include "engine/base/seqlock.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WORDS      48u
#define WRITES     60000u
#define YIELDS_MAX 20000000u

struct cell {
  _Atomic uint64_t version;
  _Atomic uint64_t words[WORDS];
  _Atomic bool done;
  uint64_t reads, torn, backwards;
};

static void fill(uint64_t payload[WORDS], uint64_t number) {
  for (uint32_t i = 0; i < WORDS; i++) payload[i] = number * WORDS + i;
}

static void what_was_written_is_read(void **state) {
  (void)state;
  static struct cell cell;
  uint64_t payload[WORDS], copy[WORDS] = {0};
  for (uint64_t number = 1; number < 5; number++) {
    fill(payload, number);
    pl_seqlock_write(&cell.version, cell.words, payload, WORDS);
    assert_true(cell.version == 2 * number);
    assert_true(pl_seqlock_read(&cell.version, cell.words, copy, WORDS));
    assert_memory_equal(copy, payload, sizeof copy);
  }
}

static void only_the_words_asked_for_are_touched(void **state) {
  (void)state;
  static struct cell cell;
  uint64_t payload[WORDS], copy[WORDS] = {0};
  fill(payload, 1);
  pl_seqlock_write(&cell.version, cell.words, payload, 3);
  assert_true(cell.words[3] == 0);
  assert_true(pl_seqlock_read(&cell.version, cell.words, copy, 2));
  assert_int_equal(copy[1], payload[1]);
  assert_int_equal(copy[2], 0);
}

static void a_cell_never_written_has_nothing_to_read(void **state) {
  (void)state;
  static struct cell cell;
  uint64_t copy[WORDS] = {7};
  assert_false(pl_seqlock_read(&cell.version, cell.words, copy, WORDS));
  assert_int_equal(copy[0], 7);
}

static void a_writer_that_died_does_not_hang_the_reader(void **state) {
  (void)state;
  static struct cell cell;
  uint64_t copy[WORDS];
  cell.version = 5;
  assert_false(pl_seqlock_read(&cell.version, cell.words, copy, WORDS));
  cell.version = 6;
  assert_true(pl_seqlock_read(&cell.version, cell.words, copy, WORDS));
}

static void *writer(void *context) {
  struct cell *cell = context;
  for (uint64_t number = 1; number <= WRITES; number++) {
    uint64_t payload[WORDS];
    fill(payload, number);
    pl_seqlock_write(&cell->version, cell->words, payload, WORDS);
    if (number % 512 == 0) (void)sched_yield();
  }
  cell->done = true;
  return NULL;
}

static void *reader(void *context) {
  struct cell *cell = context;
  uint64_t newest = 0;
  for (uint32_t tries = 0; tries < YIELDS_MAX; tries++) {
    bool done = cell->done;
    uint64_t copy[WORDS], payload[WORDS];
    if (pl_seqlock_read(&cell->version, cell->words, copy, WORDS)) {
      uint64_t number = copy[0] / WORDS;
      fill(payload, number);
      cell->torn += memcmp(copy, payload, sizeof copy) != 0;
      cell->backwards += number < newest;
      cell->reads++;
      newest = number;
    } else {
      (void)sched_yield();
    }
    if (done) break;
  }
  cell->backwards += newest != WRITES;
  return NULL;
}

static void torn_payloads_are_never_seen(void **state) {
  (void)state;
  static struct cell cell;
  pthread_t threads[2];
  assert_int_equal(pthread_create(&threads[0], NULL, reader, &cell), 0);
  assert_int_equal(pthread_create(&threads[1], NULL, writer, &cell), 0);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  assert_int_equal(cell.torn, 0);
  assert_int_equal(cell.backwards, 0);
  assert_true(cell.reads > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_written_is_read),
      cmocka_unit_test(only_the_words_asked_for_are_touched),
      cmocka_unit_test(a_cell_never_written_has_nothing_to_read),
      cmocka_unit_test(a_writer_that_died_does_not_hang_the_reader),
      cmocka_unit_test(torn_payloads_are_never_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
