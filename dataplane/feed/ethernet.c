#include "dataplane/feed/ethernet.h"

#include "dataplane/venue/bytes.h"

#include <string.h>

#define IP_OFFSET     14u
#define UDP_OFFSET    34u
#define PROTOCOL_UDP  17u
#define MULTICAST_TTL 32u

uint16_t pl_ethernet_checksum(const uint8_t *bytes, size_t size, uint32_t sum) {
  for (size_t i = 0; i + 1 < size; i += 2) sum += ((uint32_t)bytes[i] << 8) | bytes[i + 1];
  if (size % 2 != 0) sum += (uint32_t)bytes[size - 1] << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void write_ethernet(uint8_t *frame, uint32_t group_ip) {
  static const uint8_t source[6] = {0x02, 0x50, 0x4c, 0x00, 0x00, 0x01}; /* locally administered */
  pl_bytes_put_be32(frame, 0x01005e00u | ((group_ip >> 16) & 0x7f));
  pl_bytes_put_be16(frame + 4, (uint16_t)(group_ip & 0xffff));
  memcpy(frame + 6, source, sizeof source);
  pl_bytes_put_be16(frame + 12, 0x0800);
}

static void write_ip(uint8_t *ip, const struct pl_ethernet_path *path, uint16_t ip_id,
                     size_t payload_size) {
  memset(ip, 0, 20);
  ip[0] = 0x45;
  pl_bytes_put_be16(ip + 2, (uint16_t)(28 + payload_size));
  pl_bytes_put_be16(ip + 4, ip_id);
  pl_bytes_put_be16(ip + 6, 0x4000); /* do not fragment */
  ip[8] = MULTICAST_TTL;
  ip[9] = PROTOCOL_UDP;
  pl_bytes_put_be32(ip + 12, path->source_ip);
  pl_bytes_put_be32(ip + 16, path->group_ip);
  pl_bytes_put_be16(ip + 10, pl_ethernet_checksum(ip, 20, 0));
}

static void write_udp(uint8_t *udp, const struct pl_ethernet_path *path, size_t payload_size) {
  uint16_t length = (uint16_t)(8 + payload_size);
  pl_bytes_put_be16(udp, path->source_port);
  pl_bytes_put_be16(udp + 2, path->destination_port);
  pl_bytes_put_be16(udp + 4, length);
  pl_bytes_put_be16(udp + 6, 0);
  uint32_t pseudo = (path->source_ip >> 16) + (path->source_ip & 0xffff) + (path->group_ip >> 16) +
                    (path->group_ip & 0xffff) + PROTOCOL_UDP + length;
  uint16_t sum = pl_ethernet_checksum(udp, length, pseudo);
  pl_bytes_put_be16(udp + 6, sum == 0 ? 0xffff : sum); /* 0 on the wire would mean: not computed */
}

size_t pl_ethernet_wrap(const struct pl_ethernet_path *path, uint16_t ip_id, const uint8_t *payload,
                        size_t payload_size, uint8_t *frame, size_t capacity) {
  if (payload_size > PL_ETHERNET_FRAME_MAX - PL_ETHERNET_OVERHEAD) return 0;
  if (PL_ETHERNET_OVERHEAD + payload_size > capacity) return 0;
  uint8_t *body = frame + PL_ETHERNET_OVERHEAD;
  if (payload != body) memmove(body, payload, payload_size);
  write_ethernet(frame, path->group_ip);
  write_ip(frame + IP_OFFSET, path, ip_id, payload_size);
  write_udp(frame + UDP_OFFSET, path, payload_size);
  return PL_ETHERNET_OVERHEAD + payload_size;
}
