/* Datagrams that a venue's server sent, on their way from the control thread, which receives them,
 * to the receive core: a bounded ring of buffers. One producer, one consumer. */
#ifndef CONTROL_DAEMON_ANSWERS_H
#define CONTROL_DAEMON_ANSWERS_H

#include "engine/base/arena.h"
#include "engine/base/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_ANSWERS_SLOTS 64 /* a few requests' worth: 255 Starbase units are some ten datagrams */

struct pl_answers;

size_t pl_answers_footprint(void);

/* pl_answers_create takes an empty ring from the arena. Start-up only. */
struct pl_answers *pl_answers_create(struct pl_arena *arena);

/* pl_answers_put copies a datagram in; false when there is no room, or it is longer than
 * PL_FRAME_BYTES_MAX. Producer thread only.
 *   payload  [size_bytes]
 *   recv_ns  UTC */
bool pl_answers_put(struct pl_answers *answers, const uint8_t *payload, uint32_t size_bytes,
                    uint64_t recv_ns);

/* pl_answers_peek gives the oldest datagram in place; false when there is none. It stays the
 * consumer's until pl_answers_done. Consumer thread only.
 *   ret_packet  sent to nobody: group and port are 0 */
bool pl_answers_peek(struct pl_answers *answers, struct pl_packet *ret_packet,
                     uint64_t *ret_recv_ns);
void pl_answers_done(struct pl_answers *answers);

#endif
