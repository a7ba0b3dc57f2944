/* A futures book kept from market-by-order records the plain way: every order, and contracts by
 * tick. Memory is the heap; for tests. */
#ifndef PL_TESTS_VENUE_ES_CME_BOOK_H
#define PL_TESTS_VENUE_ES_CME_BOOK_H

#include "engine/base/event.h"
#include "tests/venue/dbn.h"

#include <stdbool.h>
#include <stdint.h>

#define PL_ES_CME_TICK_E9 INT64_C(250000000)
#define PL_ES_CME_DEPTH   10u
#define PL_ES_CME_ORDERS  262144u /* slots; a power of two, far above the orders ever seen */

struct pl_es_cme_order {
  uint64_t id; /* 0: never used */
  uint64_t priority;
  int64_t price_e9;
  uint32_t size; /* 0: gone; the slot stays so that others are found */
  uint8_t side;  /* enum pl_side */
};

struct pl_es_cme_level {
  int64_t price_e9;
  int64_t contracts;
};

/* The best levels of a side, best first. */
struct pl_es_cme_top {
  uint32_t count;
  struct pl_es_cme_level levels[PL_ES_CME_DEPTH + 1];
};

struct pl_es_cme_book;

/* pl_es_cme_book_open makes an empty book; NULL when memory is short. pl_es_cme_book_close frees
 * it; NULL is allowed. */
struct pl_es_cme_book *pl_es_cme_book_open(void);
void pl_es_cme_book_close(struct pl_es_cme_book *book);

/* pl_es_cme_book_take applies an add, cancel or modify. Records carry no priority: an order gets
 * the next one when it comes, moves or grows.
 *   ret_order  the order as it is now; a cancelled one as it was, its size 0
 * Returns NULL, or what is wrong with the record, a literal; the book is then as it was. */
const char *pl_es_cme_book_take(struct pl_es_cme_book *book, const struct pl_dbn_record *record,
                                struct pl_es_cme_order *ret_order);

void pl_es_cme_book_top(const struct pl_es_cme_book *book, enum pl_side side,
                        struct pl_es_cme_top *ret_top);

/* pl_es_cme_book_contracts returns what stands at a price, 0 when nothing does. */
int64_t pl_es_cme_book_contracts(const struct pl_es_cme_book *book, enum pl_side side,
                                 int64_t price_e9);

/* pl_es_cme_book_live returns how many orders stand; pl_es_cme_book_next goes through them in no
 * order: *at begins with 0; NULL past the last. */
uint32_t pl_es_cme_book_live(const struct pl_es_cme_book *book);
const struct pl_es_cme_order *pl_es_cme_book_next(const struct pl_es_cme_book *book, uint32_t *at);

#endif
