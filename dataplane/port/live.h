/* Live drivers: what each is told when its device is made, and what it needs. */
#ifndef DATAPLANE_PORT_LIVE_H
#define DATAPLANE_PORT_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/port/ethdev.h"
#include "dataplane/port/port.h"

struct pl_live_device {
  uint16_t port_id;
  uint32_t ring_frames; /* 0 = the driver does not tell */
  struct pl_ethdev_shape shape;
};

/* pl_live_attach makes the device for a configuration, ready for pl_ethdev_start.
 *   number         from pl_ethdev_number
 *   ret_device     untouched on failure
 *   ret_error      one line on failure
 * Returns PL_OK, PL_E_CONFIG or PL_E_PORT. Port-opening thread, with the log hushed. */
PL_MUST_USE enum pl_status pl_live_attach(const struct pl_port_live_config *config, uint32_t number,
                                          struct pl_live_device *ret_device, char *ret_error,
                                          size_t error_bytes);

/* pl_live_explain writes the line for a device that did not start: the driver's own words and the
 * privileges it needs. */
void pl_live_explain(const struct pl_port_live_config *config, char *ret_error, size_t error_bytes);

/* pl_live_driver_name returns the operator's name of a driver. Any thread. */
const char *pl_live_driver_name(enum pl_port_driver driver);

#endif
