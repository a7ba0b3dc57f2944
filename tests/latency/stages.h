/* What plimsoll-stages counts: pieces of the hot path over fixed inputs. gate.py names a stage by
 * its function, stage_NAME, with dots as underscores. */
#ifndef TESTS_LATENCY_STAGES_H
#define TESTS_LATENCY_STAGES_H

#include <stdint.h>

/* Noinline and not static: callgrind finds them by name. */
#define PL_STAGE __attribute__((noinline)) uint64_t

extern uint64_t pl_stages_sink; /* keeps what was computed wanted */

/* pl_stages_NAME_prepare makes everything that its stages touch, once; each stage runs once and
 * returns its units of work. */
void pl_stages_deribit_prepare(void);
uint64_t stage_decode(void);
uint64_t stage_feed(void);
uint64_t stage_book(void);
uint64_t stage_walk(void);
uint64_t stage_depth(void);
uint64_t stage_risk(void);
uint64_t stage_step(void);
uint64_t stage_ring(void);

void pl_stages_cme_prepare(void);
void pl_stages_itch_prepare(void);
void pl_stages_deep_prepare(void);
void pl_stages_starbase_prepare(void);
uint64_t stage_decode_cme(void);
uint64_t stage_decode_itch(void);
uint64_t stage_decode_deep(void);
uint64_t stage_decode_starbase(void);

void pl_stages_lines_prepare(void);
uint64_t stage_lines(void);

void pl_stages_orders_prepare(void);
uint64_t stage_book_orders(void);

#endif
