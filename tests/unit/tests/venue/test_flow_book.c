/* The book's rules as an edge table, then against a naive book over random calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/venue/flow_book.h"
#include "tests/venue/flow_random.h"
#include "tests/venue/wire_deribit.h"

#define ASK PL_FLOW_ASK
#define BID PL_FLOW_BID

static struct pl_flow_book book;

static void start(void) {
  memset(&book, 0, sizeof book);
  assert_true(pl_flow_book_set(&book, NULL, BID, 100, 5));
  assert_true(pl_flow_book_set(&book, NULL, BID, 98, 6));
  assert_true(pl_flow_book_set(&book, NULL, ASK, 102, 7));
}

static void rules_hold(void **state) {
  (void)state;
  const struct {
    enum pl_flow_side side;
    int64_t tick, lots;
    int kind; /* -1: refused */
  } rows[] = {
      {BID, 101, 1, PL_WIRE_NEW},
      {BID, 102, 1, -1}, /* locks */
      {BID, 103, 1, -1}, /* crosses */
      {ASK, 101, 1, PL_WIRE_NEW},
      {ASK, 100, 1, -1},
      {ASK, 99, 1, -1},
      {BID, 100, 5, -1}, /* no change */
      {BID, 100, 4, PL_WIRE_CHANGED},
      {BID, 100, 0, PL_WIRE_DELETED},
      {BID, 99, 0, -1}, /* not there */
      {BID, 99, 1, PL_WIRE_NEW},
      {BID, 0, 1, -1},
      {BID, -1, 1, -1},
      {BID, 1, 1, PL_WIRE_NEW},
      {ASK, 102, -1, -1},
      {ASK, 102, 0, PL_WIRE_DELETED}, /* the last of its side */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pl_flow_changes changes = {0};
    start();
    static struct pl_flow_book before;
    memcpy(&before, &book, sizeof before); /* with its padding */
    bool done = pl_flow_book_set(&book, &changes, rows[i].side, rows[i].tick, rows[i].lots);
    if (done != (rows[i].kind >= 0)) fail_msg("row %zu: %d", i, done);
    assert_int_equal(changes.count, done ? 1 : 0);
    if (done) {
      assert_int_equal(changes.change[0].kind, rows[i].kind);
      assert_int_equal(changes.change[0].tick, rows[i].tick);
      assert_int_equal(changes.change[0].lots, rows[i].lots);
    } else {
      assert_memory_equal(&book, &before, sizeof book);
    }
  }
}

static void a_message_names_a_price_once(void **state) {
  (void)state;
  struct pl_flow_changes changes = {0};
  start();
  assert_true(pl_flow_book_set(&book, &changes, BID, 99, 1));
  assert_false(pl_flow_book_set(&book, &changes, BID, 99, 2));
  assert_false(pl_flow_book_set(&book, &changes, BID, 99, 0));
  for (int64_t tick = 1; changes.count < PL_FLOW_CHANGES_MAX; tick++)
    assert_true(pl_flow_book_set(&book, &changes, BID, tick, 1));
  assert_false(pl_flow_book_set(&book, &changes, BID, 90, 1));
  assert_int_equal(book.side[BID].count, 2 + PL_FLOW_CHANGES_MAX);
}

static void a_side_has_an_end(void **state) {
  (void)state;
  memset(&book, 0, sizeof book);
  assert_null(pl_flow_book_best(&book, ASK));
  for (int64_t tick = 1; tick <= PL_FLOW_LEVELS_MAX; tick++)
    assert_true(pl_flow_book_set(&book, NULL, ASK, tick, tick));
  assert_false(pl_flow_book_set(&book, NULL, ASK, PL_FLOW_LEVELS_MAX + 1, 1));
  assert_true(pl_flow_book_set(&book, NULL, ASK, PL_FLOW_LEVELS_MAX, 1));
  assert_true(pl_flow_book_set(&book, NULL, ASK, 1, 0));
  assert_int_equal(pl_flow_book_best(&book, ASK)->tick, 2);
  assert_int_equal(book.side[ASK].count, PL_FLOW_LEVELS_MAX - 1);
}

/* Against an array indexed by price. */
static void random_calls_keep_the_order(void **state) {
  (void)state;
  int64_t amount[2][40] = {{0}};
  struct pl_flow_random random;
  pl_flow_random_seed(&random, 3);
  memset(&book, 0, sizeof book);
  for (int call = 0; call < 20000; call++) {
    int side = (int)pl_flow_random_below(&random, 2);
    int64_t tick = pl_flow_random_below(&random, 40), lots = pl_flow_random_below(&random, 4);
    bool legal = tick > 0 && amount[side][tick] != lots;
    for (int64_t other = 1; legal && lots > 0 && other < 40; other++)
      if (amount[!side][other] > 0 && (side == BID ? other <= tick : other >= tick)) legal = false;
    assert_int_equal(pl_flow_book_set(&book, NULL, (enum pl_flow_side)side, tick, lots), legal);
    if (legal) amount[side][tick] = lots;
    for (side = ASK; side <= BID; side++) {
      uint32_t n = 0;
      for (int64_t i = 1; i < 40; i++) {
        tick = side == ASK ? i : 40 - i;
        if (amount[side][tick] == 0) continue;
        assert_int_equal(book.side[side].level[n].tick, tick);
        assert_int_equal(book.side[side].level[n].lots, amount[side][tick]);
        n++;
      }
      assert_int_equal(book.side[side].count, n);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_hold),
      cmocka_unit_test(a_message_names_a_price_once),
      cmocka_unit_test(a_side_has_an_end),
      cmocka_unit_test(random_calls_keep_the_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
