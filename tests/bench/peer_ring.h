/* The ring to be measured against: DPDK's rte_ring with 64-byte elements, single producer and
 * consumer, zero copy. Lives on memory of our own, without EAL. */
#ifndef TESTS_BENCH_PEER_RING_H
#define TESTS_BENCH_PEER_RING_H

#include "engine/base/arena.h"
#include "engine/base/limits.h"

#include <stdint.h>

/* rte_ring_peek_zc.h is an experimental API of DPDK 22.11. */
#define ALLOW_EXPERIMENTAL_API
#include <rte_ring.h>
#include <rte_ring_peek_zc.h>

/* rte_ring moves its indices by plain accesses, which the thread sanitizer rightly reports: a build
 * with it measures ours alone. */
#ifdef __SANITIZE_THREAD__
#define PL_PEER_RING 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PL_PEER_RING 0
#endif
#endif
#ifndef PL_PEER_RING
#define PL_PEER_RING 1
#endif

/* pl_peer_ring_footprint and pl_peer_ring_create make one in an arena.
 *   slot_count  a power of two; one slot fewer can be filled */
size_t pl_peer_ring_footprint(uint32_t slot_count);
struct rte_ring *pl_peer_ring_create(struct pl_arena *arena, uint32_t slot_count);

#endif
