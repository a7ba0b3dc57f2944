/* The part of opening and closing that is the same for every DPDK Ethernet device. */
#ifndef DATAPLANE_PORT_ETHDEV_H
#define DATAPLANE_PORT_ETHDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/status.h"

struct rte_mempool;

/* What a device needs of its packet buffers and queues. */
struct pl_ethdev_shape {
  uint16_t data_bytes;  /* frame bytes that fit one buffer */
  uint32_t buffers;     /* 2^n - 1 wastes nothing */
  uint16_t descriptors; /* receive ring entries, 0 = the driver's usual number */
  uint16_t tx_queues;   /* 0, or 1 for drivers that pair every receive queue with one */
  bool jumbo;           /* raise the MTU until frames of PL_FRAME_BYTES_MAX fit */
  bool all_multicast;
  bool promiscuous;
};

/* pl_ethdev_number returns a number no earlier port of the process had, for names. Any thread. */
uint32_t pl_ethdev_number(void);

/* pl_ethdev_attach makes a virtual device.
 *   name           begins with the driver's name; unique in the process
 *   device_args    in the driver's own syntax
 * Returns false with the reason in the log kept by eal_log.h. Port-opening thread. */
bool pl_ethdev_attach(const char *name, const char *device_args, uint16_t *ret_port_id);

/* pl_ethdev_start makes the packet buffers, sets up one receive queue and starts the device.
 *   port_id        a device just attached
 *   number         from pl_ethdev_number
 *   ret_pool       freed by the caller after pl_ethdev_detach; untouched on failure
 * Returns PL_OK; PL_E_MEMORY without buffers; PL_E_PORT with the reason in the log kept by
 * eal_log.h. On failure the device is detached. Port-opening thread. */
PL_MUST_USE enum pl_status pl_ethdev_start(uint16_t port_id, const struct pl_ethdev_shape *shape,
                                           uint32_t number, struct rte_mempool **ret_pool);

/* pl_ethdev_detach stops the device if it runs, closes it and takes it off its bus. */
void pl_ethdev_detach(uint16_t port_id);

#endif
