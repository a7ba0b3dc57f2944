/* A frame as a port hands it over: bytes it still owns, and where and when they came in; and the
 * packet inside it. */
#ifndef ENGINE_BASE_FRAME_H
#define ENGINE_BASE_FRAME_H

#include <stdint.h>

/* Where a packet came from. Frames of ports are of line A or B; what a venue sent again because it
 * was asked to comes by a way of its own. */
enum pl_line_id { PL_LINE_A, PL_LINE_B, PL_LINE_RESEND, PL_LINE_COUNT };

struct pl_frame {
  const uint8_t *data; /* Ethernet header first; the port's memory, valid until its next burst */
  uint32_t size_bytes;
  uint32_t line;    /* enum pl_line_id */
  uint64_t recv_ns; /* UTC; capture stamp from a file, software stamp from a live port */
};

/* A datagram's payload, inside a frame, and where it was sent. */
struct pl_packet {
  const uint8_t *data; /* [size_bytes] */
  uint32_t size_bytes;
  uint32_t group_ipv4; /* destination, host order */
  uint16_t port;       /* destination, host order */
};

#endif
