/* One receive port: a capture file that is played, or a live interface, behind the same calls. */
#ifndef DATAPLANE_PORT_PORT_H
#define DATAPLANE_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/port/capture.h"
#include "engine/base/frame.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"

/* The driver never says that a file is at its end. Should it lose frames that the scan counted, so
 * many empty bursts in a row end the port all the same. */
#define PL_PORT_EMPTY_BURSTS_MAX 64

/* With the capabilities each needs; none need be kept once the port is open. */
enum pl_port_driver {
  PL_PORT_DRIVER_PCAP,      /* cap_net_raw; slow, but it reports its losses */
  PL_PORT_DRIVER_AF_PACKET, /* cap_net_raw, cap_net_admin */
  PL_PORT_DRIVER_AF_XDP,    /* these, cap_bpf, cap_ipc_lock, cap_sys_admin; no jumbo frame */
  PL_PORT_DRIVER_DEVICE,    /* rights on a device given by PCI address or ethdev name */
  PL_PORT_DRIVER_COUNT
};

struct pl_port_live_config {
  enum pl_port_driver driver;
  const char *interface; /* kernel interface; or the device's PCI address or ethdev name */
  uint32_t line;         /* enum pl_line_id */
  uint32_t queue;        /* for AF_XDP: the interface's receive queue to attach to */
  bool promiscuous;      /* also frames for other hardware addresses; net_pcap always does */
};

struct pl_port_stats {
  uint64_t received;   /* frames handed over */
  uint64_t bytes;      /* their bytes */
  uint64_t rx_missed;  /* frames lost before the port, as the driver tells */
  uint64_t rx_nombuf;  /* times the driver found no buffer */
  uint64_t rx_errors;  /* frames the driver could not read */
  uint64_t rx_missing; /* capture only: frames of the file that never came, known once it ended */
};

struct pl_port;

/* pl_port_driver_find looks a driver up by the name operators use: net_pcap, net_af_packet,
 * net_af_xdp, device. Returns PL_OK or PL_E_NOT_FOUND. Any thread. */
PL_MUST_USE enum pl_status pl_port_driver_find(const char *name, enum pl_port_driver *ret_driver);

/* pl_port_open_capture opens a capture file for playing, as fast as it is polled. After
 * pl_eal_start; one thread at a time opens and closes ports.
 *   path           any path; read through once before the first frame is played
 *   line           enum pl_line_id its frames will carry
 *   ret_port       closed by the caller with pl_port_close; untouched on failure
 *   ret_error      one line on failure
 * Returns PL_OK, PL_E_NO_FILE, PL_E_EMPTY, PL_E_NOT_CAPTURE, PL_E_MEMORY or PL_E_PORT. */
PL_MUST_USE enum pl_status pl_port_open_capture(const char *path, uint32_t line,
                                                struct pl_port **ret_port, char *ret_error,
                                                size_t error_bytes);

/* pl_port_open_live opens an interface or device and starts receiving. The kernel drivers clear the
 * interface's promiscuous flag or set it, as the configuration says, and leave it so. Joining the
 * multicast groups is not the port's work. Threads, ret_port and ret_error as above.
 * Returns PL_OK, PL_E_CONFIG (name, MTU), PL_E_MEMORY or PL_E_PORT. */
PL_MUST_USE enum pl_status pl_port_open_live(const struct pl_port_live_config *config,
                                             struct pl_port **ret_port, char *ret_error,
                                             size_t error_bytes);

/* pl_port_close stops the port and frees all it holds, the frames of its last burst included. NULL
 * is nothing to close. Not while another thread polls it. The net_af_xdp of DPDK 22.11 keeps its
 * socket until the process ends, so that its queue cannot be opened again before. */
void pl_port_close(struct pl_port *port);

/* pl_port_burst takes the frames that are there, without waiting, and ends the life of those of the
 * burst before. One thread at a time polls a port. No allocation; no system call but the driver's.
 *   ret_frames     [frames_max]; recv_ns is the capture's stamp (whole microseconds, all that the
 *                  driver passes on) or, live, one reading of the system clock for the burst
 *   frames_max     more than PL_BURST_FRAMES_MAX means that many; ask for all of it on a live port,
 *                  since vector drivers return nothing to requests below 4
 * Returns the number of frames. A frame longer than PL_FRAME_BYTES_MAX, or one the driver split
 * over several buffers, comes exactly once with data NULL and its true size: count it as
 * PL_E_OVERSIZE. */
uint32_t pl_port_burst(struct pl_port *port, struct pl_frame *ret_frames, uint32_t frames_max);

/* pl_port_ended says whether a capture is over: every frame the scan counted was handed over, or
 * the driver gave nothing PL_PORT_EMPTY_BURSTS_MAX times in a row. A live port never ends. Any
 * thread; true is visible after the last frame was handed over. */
bool pl_port_ended(const struct pl_port *port);

/* pl_port_capture_info returns what the scan found, NULL for a live port. Any thread. */
const struct pl_port_capture_info *pl_port_capture_info(const struct pl_port *port);

/* pl_port_ring_frames returns how many frames of the common size the receive ring holds, 0 where
 * there is none or the driver does not tell. It is smaller than usual where locked memory is
 * scarce. Any thread. */
uint32_t pl_port_ring_frames(const struct pl_port *port);

/* pl_port_stats reads the counters. Software drivers lie: net_af_packet and net_af_xdp report
 * rx_missed = 0 while they lose frames. The feed's own sequence numbers are the authority; these
 * corroborate. Any thread, not during pl_port_close; may cost a system call. */
void pl_port_stats(const struct pl_port *port, struct pl_port_stats *ret_stats);

#endif
