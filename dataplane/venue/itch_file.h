/* The venue's day file, messages each behind its length and nothing else, as the MoldUDP64 packets
 * that it could have been sent in. Start-up and replay only; no state but the caller's. */
#ifndef DATAPLANE_VENUE_ITCH_FILE_H
#define DATAPLANE_VENUE_ITCH_FILE_H

#include "engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_ITCH_FILE_PACKET_BYTES_MAX 1400
#define PL_ITCH_FILE_SESSION          "DAYFILE   "

/* Where a file stands; zero before its first packet. */
struct pl_itch_file {
  uint64_t messages; /* taken so far, blocks of length 0 included */
  uint64_t time_ns;  /* since midnight where the exchange stands, of the newest message */
};

/* pl_itch_file_begins tells whether bytes look like the beginning of such a file: a system event,
 * or where that was cut off the first stock. */
bool pl_itch_file_begins(const uint8_t *bytes, size_t size_bytes);

/* pl_itch_file_next makes a packet of as many whole messages as fit and are there.
 *   file            moves on when a packet was made; untouched on error
 *   bytes           [size_bytes] the file from where the last packet ended
 *   ret_packet      [PL_ITCH_FILE_PACKET_BYTES_MAX], of the session PL_ITCH_FILE_SESSION, its
 *                   sequence counting from 1
 *   ret_size_bytes  of the packet
 *   ret_used_bytes  of the file
 * PL_E_EMPTY when there are no bytes; PL_E_TRUNCATED when they end inside the first message: at the
 * file's end that is a cut tail, before it more must be read; PL_E_BLOCK when the first length is
 * not its type's, or none that a packet could hold: the file is damaged from here on. What follows
 * a good message is told by the next call. */
PL_MUST_USE enum pl_status pl_itch_file_next(struct pl_itch_file *file, const uint8_t *bytes,
                                             size_t size_bytes, uint8_t *ret_packet,
                                             size_t *ret_size_bytes, size_t *ret_used_bytes);

#endif
