#include "dataplane/port/live.h"

#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "dataplane/port/eal_log.h"
#include "dataplane/port/xdp_link.h"
#include "engine/base/check.h"

#define REASON_BYTES      640
#define DEVICE_NAME_BYTES 64
#define DEVICE_ARGS_BYTES 160

#define BUFFERS_USUAL                                                                              \
  511 /* burst, burst before, pool cache, and eight pieces for each of a burst */

/* net_af_packet: the kernel's ring, made twice by the driver (receive and send). A frame has its
 * ring header of 66 bytes in front, and whole frames must fill a block. */
#define RING_FRAMES            8192
#define RING_FRAMES_JUMBO      2046
#define RING_FRAMES_MIN        250
#define RING_CELL_BYTES        2048
#define RING_BLOCK_BYTES       65536
#define RING_CELL_JUMBO_BYTES  10240
#define RING_BLOCK_JUMBO_BYTES 61440
#define RING_MTU_MAX           1960 /* with two VLAN tags it still fits RING_CELL_BYTES */

/* net_af_xdp receives into the buffers themselves, so a whole one (64 bytes of pool header, 128 of
 * mbuf, 128 of headroom) must stay below a 4096-byte page; 256 bytes of the rest are the kernel's.
 * An odd number of cache lines, or the pool would pad it beyond the page. */
#define XDP_DATA_BYTES  3712
#define XDP_FRAME_BYTES (XDP_DATA_BYTES - 256)
#define XDP_MTU_MAX     (XDP_FRAME_BYTES - 22) /* Ethernet header and two VLAN tags */
#define XDP_RING_FRAMES 2048
#define XDP_BUFFERS     4095 /* a full fill ring, and as much again while bursts are out */

#define DEVICE_RING_FRAMES 1024
#define DEVICE_BUFFERS     (DEVICE_RING_FRAMES + BUFFERS_USUAL)

static const struct {
  const char *name;
  const char *needs;
} drivers[PL_PORT_DRIVER_COUNT] = {
    [PL_PORT_DRIVER_PCAP] = {"net_pcap", "cap_net_raw"},
    [PL_PORT_DRIVER_AF_PACKET] = {"net_af_packet", "cap_net_raw and cap_net_admin"},
    [PL_PORT_DRIVER_AF_XDP] =
        {"net_af_xdp",
         "cap_net_raw, cap_net_admin, cap_ipc_lock "
         "and cap_sys_admin, and a queue that no socket has, nor had in this process"},
    [PL_PORT_DRIVER_DEVICE] = {"device", "a device bound to vfio-pci (see 'dpdk-devbind.py -s') "
                                         "and named when DPDK starts"},
};

const char *pl_live_driver_name(enum pl_port_driver driver) {
  PL_CHECK(driver < PL_PORT_DRIVER_COUNT);
  return drivers[driver].name;
}

void pl_live_explain(const struct pl_port_live_config *config, char *ret_error,
                     size_t error_bytes) {
  char reason[REASON_BYTES];
  pl_eal_log_tell(reason, sizeof(reason));
  snprintf(ret_error, error_bytes, "%s cannot open %s (%s): it needs %s",
           drivers[config->driver].name, config->interface, reason, drivers[config->driver].needs);
}

/* Names go into a comma-separated string of the driver's. */
static bool is_plain_name(const char *name) {
  for (const char *c = name; *c != '\0'; c++)
    if (!isalnum((unsigned char)*c) && strchr("-_.@", *c) == NULL) return false;
  return name[0] != '\0';
}

static int interface_mtu(const char *interface) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
  int mtu_bytes = ioctl(fd, SIOCGIFMTU, &request) == 0 ? request.ifr_mtu : -1;
  close(fd);
  return mtu_bytes;
}

static bool attach_pcap(const char *interface, uint32_t number, struct pl_live_device *ret_device) {
  char name[DEVICE_NAME_BYTES];
  char device_args[DEVICE_ARGS_BYTES];
  snprintf(name, sizeof(name), "net_pcap%u", number);
  /* only what comes in: the plain rx_iface also hands over what this host sends */
  snprintf(device_args, sizeof(device_args), "rx_iface_in=%s", interface);
  ret_device->shape = (struct pl_ethdev_shape){
      .data_bytes = PL_FRAME_BYTES_MAX,
      .buffers = BUFFERS_USUAL,
  };
  return pl_ethdev_attach(name, device_args, &ret_device->port_id);
}

static bool attach_af_packet(const char *interface, int mtu_bytes, uint32_t number,
                             struct pl_live_device *ret_device) {
  bool jumbo = mtu_bytes > RING_MTU_MAX;
  uint32_t cell_bytes = jumbo ? RING_CELL_JUMBO_BYTES : RING_CELL_BYTES;
  uint32_t block_bytes = jumbo ? RING_BLOCK_JUMBO_BYTES : RING_BLOCK_BYTES;
  uint32_t block_frames = block_bytes / cell_bytes;
  /* The driver refuses buffers smaller than its cells. */
  ret_device->shape = (struct pl_ethdev_shape){
      .data_bytes = (uint16_t)(jumbo ? cell_bytes : PL_FRAME_BYTES_MAX),
      .buffers = BUFFERS_USUAL,
  };
  char name[DEVICE_NAME_BYTES];
  char device_args[DEVICE_ARGS_BYTES];
  snprintf(name, sizeof(name), "net_af_packet%u", number);
  /* The driver locks the ring in memory, and without cap_ipc_lock a user may lock little (8 MB is
   * common): take the largest ring that is granted. */
  for (uint32_t frames = jumbo ? RING_FRAMES_JUMBO : RING_FRAMES; frames >= RING_FRAMES_MIN;
       frames /= 2) {
    ret_device->ring_frames = frames / block_frames * block_frames;
    snprintf(device_args, sizeof(device_args), "iface=%s,blocksz=%u,framesz=%u,framecnt=%u",
             interface, block_bytes, cell_bytes, ret_device->ring_frames);
    if (pl_ethdev_attach(name, device_args, &ret_device->port_id)) return true;
  }
  return false;
}

static bool attach_af_xdp(const char *interface, uint32_t queue, uint32_t number,
                          struct pl_live_device *ret_device) {
  char name[DEVICE_NAME_BYTES];
  char device_args[DEVICE_ARGS_BYTES];
  snprintf(name, sizeof(name), "net_af_xdp%u", number);
  snprintf(device_args, sizeof(device_args), "iface=%s,start_queue=%u", interface, queue);
  pl_xdp_link_prepare();
  ret_device->ring_frames = XDP_RING_FRAMES;
  ret_device->shape = (struct pl_ethdev_shape){
      .data_bytes = XDP_DATA_BYTES,
      .buffers = XDP_BUFFERS,
      .descriptors = XDP_RING_FRAMES,
      .tx_queues = 1,
  };
  return pl_ethdev_attach(name, device_args, &ret_device->port_id);
}

static enum pl_status attach_interface(const struct pl_port_live_config *config, uint32_t number,
                                       struct pl_live_device *ret_device, char *ret_error,
                                       size_t error_bytes) {
  const char *interface = config->interface;
  int mtu_bytes = interface_mtu(interface);
  if (!is_plain_name(interface) || if_nametoindex(interface) == 0 || mtu_bytes < 0) {
    snprintf(ret_error, error_bytes, "no interface '%s' here: see 'ip -br link'", interface);
    return PL_E_CONFIG;
  }
  bool attached;
  if (config->driver == PL_PORT_DRIVER_PCAP) {
    attached = attach_pcap(interface, number, ret_device);
  } else if (config->driver == PL_PORT_DRIVER_AF_PACKET) {
    attached = attach_af_packet(interface, mtu_bytes, number, ret_device);
  } else if (mtu_bytes > XDP_MTU_MAX) {
    snprintf(ret_error, error_bytes,
             "%s has MTU %d, but net_af_xdp takes at most %d: run 'ip link set %s mtu %d', or use "
             "net_af_packet",
             interface, mtu_bytes, XDP_MTU_MAX, interface, XDP_MTU_MAX);
    return PL_E_CONFIG;
  } else {
    attached = attach_af_xdp(interface, config->queue, number, ret_device);
  }
  if (attached) return PL_OK;
  pl_live_explain(config, ret_error, error_bytes);
  return PL_E_PORT;
}

static enum pl_status attach_device(const struct pl_port_live_config *config,
                                    struct pl_live_device *ret_device, char *ret_error,
                                    size_t error_bytes) {
  const char *name = config->interface;
  struct rte_eth_dev_owner owner = {.name = "plimsoll"};
  /* A device named at start-up is there already; one of another bus is made now. */
  if (rte_eth_dev_get_port_by_name(name, &ret_device->port_id) != 0 &&
      (rte_dev_probe(name) != 0 || rte_eth_dev_get_port_by_name(name, &ret_device->port_id) != 0)) {
    pl_live_explain(config, ret_error, error_bytes);
    return PL_E_PORT;
  }
  if (rte_eth_dev_owner_new(&owner.id) != 0 ||
      rte_eth_dev_owner_set(ret_device->port_id, &owner) != 0) {
    snprintf(ret_error, error_bytes, "%s is open already: name each device once", name);
    return PL_E_CONFIG;
  }
  ret_device->ring_frames = DEVICE_RING_FRAMES;
  ret_device->shape = (struct pl_ethdev_shape){
      .data_bytes = PL_FRAME_BYTES_MAX,
      .buffers = DEVICE_BUFFERS,
      .descriptors = DEVICE_RING_FRAMES,
      .tx_queues = 1, /* some drivers refuse to start without one */
      .jumbo = true,
      .all_multicast = true, /* no kernel below to set the filter for each group joined */
  };
  return PL_OK;
}

enum pl_status pl_live_attach(const struct pl_port_live_config *config, uint32_t number,
                              struct pl_live_device *ret_device, char *ret_error,
                              size_t error_bytes) {
  struct pl_live_device device = {0};
  PL_CHECK(config->driver < PL_PORT_DRIVER_COUNT);
  enum pl_status status = config->driver == PL_PORT_DRIVER_DEVICE
                              ? attach_device(config, &device, ret_error, error_bytes)
                              : attach_interface(config, number, &device, ret_error, error_bytes);
  device.shape.promiscuous = config->promiscuous;
  if (status == PL_OK) *ret_device = device;
  return status;
}
