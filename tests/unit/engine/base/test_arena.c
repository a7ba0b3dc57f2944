/* Start-up memory: aligned, zeroed, apart, and exactly as much as was asked for. */
#include "engine/base/arena.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void pieces_are_aligned_zeroed_and_apart(void **state) {
  (void)state;
  struct pl_arena arena;
  assert_int_equal(pl_arena_open(1 << 20, &arena), PL_OK);
  unsigned char *end = arena.base;
  for (size_t size = 0; size < 300; size++) {
    unsigned char *piece = pl_arena_take(&arena, size);
    assert_int_equal((uintptr_t)piece % 64, 0);
    assert_true(piece >= end);
    for (size_t i = 0; i < size; i++) assert_int_equal(piece[i], 0);
    memset(piece, 0xff, size);
    end = piece + size;
  }
  assert_true(end <= arena.base + arena.size_bytes);
  pl_arena_close(&arena);
  assert_null(arena.base);
}

static void rounded_footprints_add_up_to_the_last_byte(void **state) {
  (void)state;
  for (size_t size = 0; size < 200; size++) {
    struct pl_arena arena;
    assert_int_equal(pl_arena_round(size) % 64, 0);
    assert_true(pl_arena_round(size) >= size && pl_arena_round(size) < size + 64);
    assert_int_equal(pl_arena_open(4096 + 2 * pl_arena_round(size), &arena), PL_OK);
    (void)pl_arena_take(&arena, size);
    (void)pl_arena_take(&arena, 4096);
    (void)pl_arena_take(&arena, size);
    assert_int_equal(arena.used_bytes, arena.size_bytes);
    pl_arena_touch(&arena);
    pl_arena_close(&arena);
  }
}

static void touch_leaves_contents_alone(void **state) {
  (void)state;
  struct pl_arena arena;
  assert_int_equal(pl_arena_open(1 << 16, &arena), PL_OK);
  unsigned char *piece = pl_arena_take(&arena, 40000);
  memset(piece, 0x5a, 40000);
  pl_arena_touch(&arena);
  for (size_t i = 0; i < 40000; i++) assert_int_equal(piece[i], 0x5a);
  pl_arena_close(&arena);
}

static void memory_that_cannot_be_had_is_a_status(void **state) {
  (void)state;
  struct pl_arena arena = {.size_bytes = 77};
  assert_int_equal(pl_arena_open(SIZE_MAX / 2, &arena), PL_E_MEMORY);
  assert_int_equal(arena.size_bytes, 77);
}

/* A check that fails ends the process: it is watched from outside. */
static void expect_abort(size_t size) {
  (void)fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct pl_arena arena;
    (void)!freopen("/dev/null", "w", stderr);
    (void)signal(SIGABRT, SIG_DFL);
    if (pl_arena_open(4096, &arena) != PL_OK) _exit(1);
    (void)pl_arena_take(&arena, 64);
    (void)pl_arena_take(&arena, size);
    _exit(0);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void taking_more_than_there_is_ends_the_program(void **state) {
  (void)state;
  expect_abort(4096 - 64 + 1);
  expect_abort(SIZE_MAX); /* rounding up wraps */
  expect_abort(SIZE_MAX - 64);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
      cmocka_unit_test(rounded_footprints_add_up_to_the_last_byte),
      cmocka_unit_test(touch_leaves_contents_alone),
      cmocka_unit_test(memory_that_cannot_be_had_is_a_status),
      cmocka_unit_test(taking_more_than_there_is_ends_the_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
