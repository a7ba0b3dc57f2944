#include "dataplane/feed/udp.h"

#define ETHERNET_BYTES  14
#define VLAN_BYTES      4
#define VLAN_TAGS_MAX   2
#define IPV4_BYTES_MIN  20
#define UDP_BYTES       8
#define ETHERTYPE_IPV4  0x0800
#define ETHERTYPE_VLAN  0x8100
#define ETHERTYPE_QINQ  0x88a8
#define IP_PROTOCOL_UDP 17

static uint16_t be16(const uint8_t *at) {
  return (uint16_t)((uint16_t)(at[0] << 8) | at[1]);
}

enum pl_status pl_udp_parse(const uint8_t *frame, size_t size_bytes, struct pl_packet *ret_packet) {
  if (size_bytes < ETHERNET_BYTES) return PL_E_RUNT;
  size_t at = ETHERNET_BYTES;
  uint16_t ethertype = be16(frame + 12);
  for (uint32_t tag = 0; tag < VLAN_TAGS_MAX; tag++) {
    if (ethertype != ETHERTYPE_VLAN && ethertype != ETHERTYPE_QINQ) break;
    if (size_bytes < at + VLAN_BYTES) return PL_E_RUNT;
    ethertype = be16(frame + at + 2);
    at += VLAN_BYTES;
  }
  if (ethertype != ETHERTYPE_IPV4) return PL_E_NOT_IPV4;
  if (size_bytes < at + IPV4_BYTES_MIN) return PL_E_RUNT;
  const uint8_t *ip = frame + at;
  size_t header_bytes = (size_t)(ip[0] & 15) * 4, total_bytes = be16(ip + 2);
  if (ip[0] >> 4 != 4) return PL_E_NOT_IPV4;
  if (header_bytes < IPV4_BYTES_MIN || total_bytes < header_bytes || total_bytes > size_bytes - at)
    return PL_E_IP_LENGTH;
  if (be16(ip + 6) & 0x3fff) return PL_E_FRAGMENT; /* more fragments, or not the first */
  if (ip[9] != IP_PROTOCOL_UDP) return PL_E_NOT_UDP;
  if (total_bytes - header_bytes < UDP_BYTES) return PL_E_IP_LENGTH;
  const uint8_t *udp = ip + header_bytes;
  size_t udp_bytes = be16(udp + 4);
  if (udp_bytes < UDP_BYTES || udp_bytes > total_bytes - header_bytes) return PL_E_IP_LENGTH;
  *ret_packet = (struct pl_packet){
      .data = udp + UDP_BYTES,
      .size_bytes = (uint32_t)(udp_bytes - UDP_BYTES),
      .group_ipv4 = (uint32_t)be16(ip + 16) << 16 | be16(ip + 18),
      .port = be16(udp + 2),
  };
  return PL_OK;
}
