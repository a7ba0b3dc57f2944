#include "dataplane/port/ethdev.h"

#include <stdatomic.h>
#include <stdio.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "engine/base/limits.h"

/* Each burst takes and returns its buffers in one piece, so that they come round again warm. */
#define POOL_CACHE_BUFFERS (2 * PL_BURST_FRAMES_MAX)

static atomic_uint numbers;

uint32_t pl_ethdev_number(void) {
  return atomic_fetch_add_explicit(&numbers, 1, memory_order_relaxed); /* unique is enough */
}

bool pl_ethdev_attach(const char *name, const char *device_args, uint16_t *ret_port_id) {
  if (rte_eal_hotplug_add("vdev", name, device_args) != 0) return false;
  if (rte_eth_dev_get_port_by_name(name, ret_port_id) == 0) return true;
  rte_eal_hotplug_remove("vdev", name);
  return false;
}

static struct rte_mempool *make_pool(const struct pl_ethdev_shape *shape, uint32_t number) {
  char name[RTE_MEMPOOL_NAMESIZE];
  snprintf(name, sizeof(name), "pl_port%u", number);
  return rte_pktmbuf_pool_create(name, shape->buffers, POOL_CACHE_BUFFERS, 0,
                                 (uint16_t)(shape->data_bytes + RTE_PKTMBUF_HEADROOM),
                                 SOCKET_ID_ANY);
}

/* The largest MTU, up to our jumbo frame, that the device takes. */
static uint32_t jumbo_mtu(const struct rte_eth_dev_info *info) {
  uint32_t overhead_bytes = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * RTE_VLAN_HLEN;
  uint32_t mtu_bytes = PL_FRAME_BYTES_MAX - overhead_bytes;
  return mtu_bytes < info->max_mtu ? mtu_bytes : info->max_mtu;
}

static bool set_up(uint16_t port_id, const struct pl_ethdev_shape *shape,
                   struct rte_mempool *pool) {
  struct rte_eth_dev_info info;
  if (rte_eth_dev_info_get(port_id, &info) != 0) return false;
  struct rte_eth_conf conf = {0};
  if (shape->jumbo) conf.rxmode.mtu = jumbo_mtu(&info);
  if (rte_eth_dev_configure(port_id, 1, shape->tx_queues, &conf) != 0) return false;
  uint16_t descriptors = shape->descriptors;
  if (descriptors != 0 && rte_eth_dev_adjust_nb_rx_tx_desc(port_id, &descriptors, NULL) != 0)
    return false;
  if (rte_eth_rx_queue_setup(port_id, 0, descriptors, (unsigned)SOCKET_ID_ANY, NULL, pool) != 0)
    return false;
  if (shape->tx_queues > 0 &&
      rte_eth_tx_queue_setup(port_id, 0, 0, (unsigned)SOCKET_ID_ANY, NULL) != 0)
    return false;
  if (rte_eth_dev_start(port_id) != 0) return false;
  /* Both are refused by drivers that have no such filter and hand over everything anyway. */
  if (shape->all_multicast) rte_eth_allmulticast_enable(port_id);
  if (shape->promiscuous) rte_eth_promiscuous_enable(port_id);
  return true;
}

enum pl_status pl_ethdev_start(uint16_t port_id, const struct pl_ethdev_shape *shape,
                               uint32_t number, struct rte_mempool **ret_pool) {
  struct rte_mempool *pool = make_pool(shape, number);
  if (pool == NULL) {
    pl_ethdev_detach(port_id);
    return PL_E_MEMORY;
  }
  if (set_up(port_id, shape, pool)) {
    *ret_pool = pool;
    return PL_OK;
  }
  /* The device may hold buffers already: it goes first. */
  pl_ethdev_detach(port_id);
  rte_mempool_free(pool);
  return PL_E_PORT;
}

void pl_ethdev_detach(uint16_t port_id) {
  struct rte_eth_dev_info info;
  bool known = rte_eth_dev_info_get(port_id, &info) == 0;
  rte_eth_dev_stop(port_id);
  rte_eth_dev_close(port_id);
  if (known && info.device != NULL) rte_dev_remove(info.device);
}
