/* Operator orders through a queue that is often full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/daemon/cpu.h"
#include "control/daemon/orders.h"

/* The engine's end: what it believes, and how many orders it takes before it is full. */
static struct {
  uint32_t room, taken;
  uint8_t mode[PL_INSTRUMENTS_MAX];
  bool frozen[PL_INSTRUMENTS_MAX];
} engine;

static struct pl_orders orders;

static bool take(void *context, enum pl_command command, uint32_t instrument, uint32_t argument) {
  (void)context;
  if (engine.room == 0) return false;
  engine.room--;
  engine.taken++;
  if (command == PL_COMMAND_MODE) engine.mode[instrument] = (uint8_t)argument;
  if (command != PL_COMMAND_MODE) engine.frozen[instrument] = command == PL_COMMAND_FREEZE;
  return true;
}

static bool flush(uint32_t count, uint32_t room) {
  engine.room = room;
  return pl_orders_flush(&orders, count, take, NULL);
}

static int start(void **state) {
  (void)state;
  memset(&engine, 0, sizeof engine);
  memset(engine.mode, PL_MODE_AUTONOMOUS, sizeof engine.mode);
  pl_orders_init(&orders, PL_MODE_AUTONOMOUS);
  return 0;
}

static void test_nothing_to_say(void **state) {
  (void)state;
  assert_true(flush(100, 0));
  pl_orders_set_mode(&orders, PL_MODE_AUTONOMOUS);
  assert_true(flush(100, 0));
  assert_int_equal(engine.taken, 0);
}

static void test_a_full_queue_is_taken_up_again(void **state) {
  (void)state;
  pl_orders_set_mode(&orders, PL_MODE_STATIC);
  uint32_t turns = 1;
  while (!flush(1000, 256)) turns++;
  assert_int_equal(turns, 4);
  assert_int_equal(engine.taken, 1000);
  for (uint32_t i = 0; i < 1000; i++) assert_int_equal(engine.mode[i], PL_MODE_STATIC);
  assert_true(flush(1000, 0)); /* said once */
}

static void test_instruments_that_appear_later(void **state) {
  (void)state;
  pl_orders_set_mode(&orders, PL_MODE_MONITOR);
  assert_true(flush(0, 10));
  assert_true(flush(2, 10));
  assert_true(flush(5, 10));
  assert_int_equal(engine.taken, 5);
  assert_int_equal(engine.mode[4], PL_MODE_MONITOR);
}

static void test_freeze_and_thaw(void **state) {
  (void)state;
  assert_true(flush(10, 0));
  pl_orders_set_frozen(&orders, 7, true);
  assert_false(flush(10, 0));
  assert_true(flush(10, 1));
  assert_true(engine.frozen[7]);
  pl_orders_set_frozen(&orders, 7, true); /* again: nothing to say */
  assert_true(flush(10, 0));
  pl_orders_set_frozen(&orders, 7, false);
  assert_true(flush(10, 1));
  assert_false(engine.frozen[7]);
}

static void test_what_is_taken_back_in_time_is_not_said(void **state) {
  (void)state;
  pl_orders_set_mode(&orders, PL_MODE_STATIC);
  pl_orders_set_frozen(&orders, 3, true);
  pl_orders_set_frozen(&orders, 3, false);
  pl_orders_set_mode(&orders, PL_MODE_AUTONOMOUS);
  assert_true(flush(10, 0));
}

/* A change of mind in the middle: those told already are told again, in the end all agree. */
static void test_a_change_of_mind_in_the_middle(void **state) {
  (void)state;
  pl_orders_set_mode(&orders, PL_MODE_STATIC);
  assert_false(flush(10, 4));
  pl_orders_set_mode(&orders, PL_MODE_MONITOR);
  pl_orders_set_frozen(&orders, 0, true);
  while (!flush(10, 1)) {
  }
  for (uint32_t i = 0; i < 10; i++) assert_int_equal(engine.mode[i], PL_MODE_MONITOR);
  assert_true(engine.frozen[0]);
  assert_int_equal(engine.taken, 4 + 10 + 1);
}

static void test_this_processor_is_enough(void **state) {
  (void)state;
  const char *missing = "untouched";
  assert_true(pl_cpu_is_enough(&missing)); /* or this test could not run */
  assert_string_equal(missing, "untouched");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_nothing_to_say, start),
      cmocka_unit_test_setup(test_a_full_queue_is_taken_up_again, start),
      cmocka_unit_test_setup(test_instruments_that_appear_later, start),
      cmocka_unit_test_setup(test_freeze_and_thaw, start),
      cmocka_unit_test_setup(test_what_is_taken_back_in_time_is_not_said, start),
      cmocka_unit_test_setup(test_a_change_of_mind_in_the_middle, start),
      cmocka_unit_test(test_this_processor_is_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
