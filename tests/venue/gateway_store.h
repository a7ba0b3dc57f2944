/* What a venue sent lately, unit by unit, by channel and sequence number: its gateway answers
 * from it. Bounded: of each channel the newest units are known, the older ones are gone. */
#ifndef PL_TESTS_VENUE_GATEWAY_STORE_H
#define PL_TESTS_VENUE_GATEWAY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_GATEWAY_CHANNELS_MAX   4u
#define PL_GATEWAY_UNIT_BYTES_MAX 640u

struct pl_gateway_store;

/* pl_gateway_store_open begins an empty store; NULL when memory is short. pl_gateway_store_close
 * frees it; NULL is allowed.
 *   history_units  kept of each channel, >= 1 */
struct pl_gateway_store *pl_gateway_store_open(uint32_t history_units);
void pl_gateway_store_close(struct pl_gateway_store *store);

/* pl_gateway_store_keep takes a unit in, copied. One that is not the channel's next begins the
 * channel anew. False when there are more channels than there is room for, or it is too long.
 *   bytes  [size], at most PL_GATEWAY_UNIT_BYTES_MAX; may be of no bytes */
bool pl_gateway_store_keep(struct pl_gateway_store *store, uint32_t channel_id, uint64_t seq,
                           const uint8_t *bytes, size_t size);

/* pl_gateway_store_clear forgets everything. */
void pl_gateway_store_clear(struct pl_gateway_store *store);

/* pl_gateway_store_range tells which units of a channel are known, [first, next); false for a
 * channel that is not. */
bool pl_gateway_store_range(const struct pl_gateway_store *store, uint32_t channel_id,
                            uint64_t *ret_first_seq, uint64_t *ret_next_seq);

/* pl_gateway_store_unit returns a unit that is known; valid until the next is kept. */
const uint8_t *pl_gateway_store_unit(const struct pl_gateway_store *store, uint32_t channel_id,
                                     uint64_t seq, size_t *ret_size);

#endif
