/* pcapng, as far as the daemon writes it and the tool looks at it: blocks in memory, whole ones
 * only. One section, Ethernet interfaces, stamps in nanoseconds. libpcap does not write this
 * format, and DPDK 22.11's rte_pcapng writes mbufs to a file that may block, without comments
 * (docs/adr/0014-live-capture.md). Pure. */
#ifndef CONTROL_PUBLISH_PCAPNG_H
#define CONTROL_PUBLISH_PCAPNG_H

#include "engine/base/limits.h"
#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

#define PL_PCAPNG_TEXT_BYTES_MAX 256 /* of a name or comment; what is longer is cut */

/* Room for any block written here: a packet of PL_FRAME_BYTES_MAX or two texts, and what is round
 * it. */
#define PL_PCAPNG_BLOCK_BYTES_MAX (PL_FRAME_BYTES_MAX + 2 * PL_PCAPNG_TEXT_BYTES_MAX + 128)

struct pl_pcapng_interface {
  const char *name, *description;
  uint32_t snap_bytes; /* the same for all of a file, or libpcap refuses it */
};

struct pl_pcapng_packet {
  uint32_t interface; /* by the order they were written in, from 0 */
  uint32_t kept_bytes, size_bytes;
  uint64_t stamp_ns;
  uint64_t lost_before; /* packets lost between this interface's last one and this */
  const char *comment;  /* NULL: none */
  const uint8_t *data;  /* [kept_bytes] */
};

struct pl_pcapng_statistics {
  uint32_t interface;
  uint64_t start_ns, end_ns;
  uint64_t received;  /* by the interface */
  uint64_t accepted;  /* of these, by the filter */
  uint64_t dropped;   /* of these, lost */
  uint64_t delivered; /* and the rest: written */
};

/* Each writes one block.
 *   ret_bytes  [PL_PCAPNG_BLOCK_BYTES_MAX]
 *   returns    its length */
size_t pl_pcapng_put_section(const char *application, uint8_t *ret_bytes);
size_t pl_pcapng_put_interface(const struct pl_pcapng_interface *interface, uint8_t *ret_bytes);
size_t pl_pcapng_put_packet(const struct pl_pcapng_packet *packet, uint8_t *ret_bytes);
size_t pl_pcapng_put_statistics(const struct pl_pcapng_statistics *statistics, uint8_t *ret_bytes);

/* What is in a stream of blocks, so far. */
struct pl_pcapng_counts {
  uint64_t packets, bytes; /* bytes kept of them */
  uint64_t lost;           /* as packets tell */
  uint64_t interfaces, interfaces_ended;
  uint64_t received, dropped; /* as the interfaces' ends tell */
};

/* pl_pcapng_count adds up the whole blocks at the beginning of some bytes.
 *   bytes            [size_bytes] a block begins here
 *   counts           added to
 *   ret_whole_bytes  the length of these blocks
 * Returns PL_OK, or PL_E_BLOCK where no block of ours can follow: the counts are then of those
 * before it. */
PL_MUST_USE enum pl_status pl_pcapng_count(const uint8_t *bytes, size_t size_bytes,
                                           struct pl_pcapng_counts *counts,
                                           size_t *ret_whole_bytes);

#endif
