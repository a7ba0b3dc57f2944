/* From an Ethernet frame to its UDP payload: Ethernet II, up to two VLAN tags, IPv4 with options,
 * UDP. Judges every length before it believes it; padding after the IP total length is left out. */
#ifndef DATAPLANE_FEED_UDP_H
#define DATAPLANE_FEED_UDP_H

#include "engine/base/frame.h"
#include "engine/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* pl_udp_parse finds the payload.
 *   frame       [size_bytes], Ethernet header first
 *   ret_packet  inside the frame; untouched on error
 * PL_E_RUNT, PL_E_NOT_IPV4, PL_E_NOT_UDP, PL_E_FRAGMENT, PL_E_IP_LENGTH. Checksums are the
 * network card's business: many feeds send UDP checksum 0. Any thread. */
PL_MUST_USE enum pl_status pl_udp_parse(const uint8_t *frame, size_t size_bytes,
                                        struct pl_packet *ret_packet);

#endif
