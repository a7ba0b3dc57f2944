/* Events packed into bytes and back: what fuzz_step reads and make_corpus writes. A record holds
 * the range a decoder may produce, so that each input is a stream that could have been received. */
#ifndef TESTS_FUZZ_EVENTS_H
#define TESTS_FUZZ_EVENTS_H

#include "engine/base/event.h"

#include <stdint.h>

#define PL_EVENTS_RECORD_BYTES 32
#define PL_EVENTS_INSTRUMENTS  4

/* pl_events_unpack makes an event of a record. Its exchange time is now_ns (moved on, or to
 * anywhere by an odd elapsed time), its instrument is below PL_EVENTS_INSTRUMENTS or none.
 *   record  [PL_EVENTS_RECORD_BYTES]
 *   now_ns  in: exchange time of the event before; out: of this one */
struct pl_event pl_events_unpack(const uint8_t *record, uint64_t *now_ns);

/* pl_events_pack makes the record of an event; the exchange time is told by what passed since
 * now_ns. What a record cannot hold is cut. */
void pl_events_pack(const struct pl_event *event, uint64_t *now_ns, uint8_t *ret_record);

#endif
