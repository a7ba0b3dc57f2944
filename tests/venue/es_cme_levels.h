/* Level entries of a book by position, from a plain book. */
#ifndef PL_TESTS_VENUE_ES_CME_LEVELS_H
#define PL_TESTS_VENUE_ES_CME_LEVELS_H

#include "tests/venue/es_cme_book.h"
#include "tests/venue/wire_cme.h"

#define PL_ES_CME_INSTRUMENT  17077
#define PL_ES_CME_FACTOR      100 /* wire price = price times that */
#define PL_ES_CME_CHANGES_MAX 6u  /* level entries of one record */

/* pl_es_cme_changes makes the entries that lead from a side as it was told to the side as it is, in
 * an order that is legal by position: levels that are gone go, from the best on; then each that is
 * missing comes in at its place, so that what is better stands already and what falls off is none
 * that is wanted; quantities change on the way.
 *   told         becomes the side as it is
 *   ret_changes  [PL_ES_CME_CHANGES_MAX]; report numbers are left 0
 *   returns      how many; more than PL_ES_CME_CHANGES_MAX do not fit */
uint32_t pl_es_cme_changes(const struct pl_es_cme_book *book, enum pl_side side,
                           struct pl_es_cme_top *told, struct pl_wire_cme_level *ret_changes);

#endif
