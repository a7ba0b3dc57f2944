/* Wraps a UDP payload into an Ethernet / IPv4 / UDP multicast frame. */
#ifndef DATAPLANE_FEED_ETHERNET_H
#define DATAPLANE_FEED_ETHERNET_H

#include <stddef.h>
#include <stdint.h>

#define PL_ETHERNET_OVERHEAD  42u   /* Ethernet 14, IPv4 20, UDP 8 */
#define PL_ETHERNET_FRAME_MAX 1514u /* MTU 1500 and the Ethernet header */

/* Addresses in host order: 239.111.111.1 is 0xEF6F6F01. */
struct pl_ethernet_path {
  uint32_t source_ip;
  uint32_t group_ip; /* multicast; its low 23 bits make the destination MAC 01:00:5e:... */
  uint16_t source_port;
  uint16_t destination_port;
};

/* Writes one frame with correct IPv4 and UDP checksums.
 *   ip_id         IPv4 identification, the caller counts it up
 *   payload       [payload_size] bytes; may already lie at frame + PL_ETHERNET_OVERHEAD
 *   frame         caller's, [capacity] bytes
 * Returns the frame's size in bytes, or 0 (frame untouched) when it would exceed `capacity` or
 * the 1500-byte MTU. */
size_t pl_ethernet_wrap(const struct pl_ethernet_path *path, uint16_t ip_id, const uint8_t *payload,
                        size_t payload_size, uint8_t *frame, size_t capacity);

/* The Internet checksum (RFC 1071) over [size] bytes, `sum` carried in from earlier parts.
 * Returns the folded, complemented sum in host order; 0 means the covered bytes are consistent. */
uint16_t pl_ethernet_checksum(const uint8_t *bytes, size_t size, uint32_t sum);

#endif
