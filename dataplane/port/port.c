#include "dataplane/port/port.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>
#include <rte_prefetch.h>

#include "dataplane/port/eal_log.h"
#include "dataplane/port/live.h"
#include "dataplane/port/xdp_link.h"
#include "engine/base/check.h"

#define REASON_BYTES      640
#define DEVICE_NAME_BYTES 64

/* libpcap hands over up to 262144 bytes of a frame, but the driver counts them in 16 bits and so
 * takes 8 buffers at most: even a burst of nothing but giants finds its buffers. */
#define CAPTURE_BUFFERS 511

struct pl_port {
  /* written by the polling thread alone */
  alignas(PL_CACHE_LINE_BYTES) struct rte_mbuf *held[PL_BURST_FRAMES_MAX];
  uint32_t held_frames;
  uint32_t empty_bursts;
  uint64_t frames_left;      /* capture: of those the scan counted */
  _Atomic uint64_t received; /* these three are read by other threads, for themselves alone */
  _Atomic uint64_t bytes;
  atomic_bool ended;
  /* fixed once open */
  alignas(PL_CACHE_LINE_BYTES) uint16_t port_id;
  bool is_capture;
  int xdp_link;          /* -1: none */
  uint32_t stamp_offset; /* of the capture stamp in an mbuf */
  uint32_t line;
  uint32_t ring_frames;
  struct rte_mempool *pool;
  struct pl_port_capture_info info;
};

enum pl_status pl_port_driver_find(const char *name, enum pl_port_driver *ret_driver) {
  for (enum pl_port_driver driver = 0; driver < PL_PORT_DRIVER_COUNT; driver++) {
    if (strcmp(name, pl_live_driver_name(driver)) != 0) continue;
    *ret_driver = driver;
    return PL_OK;
  }
  return PL_E_NOT_FOUND;
}

static struct pl_port *make_port(uint32_t line) {
  struct pl_port *port = aligned_alloc(PL_CACHE_LINE_BYTES, sizeof(*port));
  if (port == NULL) return NULL;
  memset(port, 0, sizeof(*port));
  port->line = line;
  port->xdp_link = -1;
  return port;
}

/* The driver takes its path inside a comma-separated string; a descriptor's name has no comma, and
 * is the very file that was scanned whatever happens to the path. The driver opens it during the
 * call and keeps it open. */
static enum pl_status start_capture(struct pl_port *port, int fd, const char *path, char *ret_error,
                                    size_t error_bytes) {
  uint32_t number = pl_ethdev_number();
  char name[DEVICE_NAME_BYTES];
  char device_args[DEVICE_NAME_BYTES];
  snprintf(name, sizeof(name), "net_pcap%u", number);
  snprintf(device_args, sizeof(device_args), "rx_pcap=/proc/self/fd/%d", fd);
  struct pl_ethdev_shape shape = {.data_bytes = PL_FRAME_BYTES_MAX, .buffers = CAPTURE_BUFFERS};
  enum pl_status status = PL_E_PORT;
  int stamp_offset;
  if (rte_mbuf_dyn_rx_timestamp_register(&stamp_offset, NULL) == 0 &&
      pl_ethdev_attach(name, device_args, &port->port_id))
    status = pl_ethdev_start(port->port_id, &shape, number, &port->pool);
  if (status == PL_OK) {
    port->stamp_offset = (uint32_t)stamp_offset;
    return PL_OK;
  }
  char reason[REASON_BYTES];
  pl_eal_log_tell(reason, sizeof(reason));
  snprintf(ret_error, error_bytes,
           "cannot play %s (%s): it needs /proc, the net_pcap driver and "
           "6 MB of DPDK memory",
           path, reason);
  return status;
}

enum pl_status pl_port_open_capture(const char *path, uint32_t line, struct pl_port **ret_port,
                                    char *ret_error, size_t error_bytes) {
  int fd;
  struct pl_port_capture_info info;
  enum pl_status status = pl_capture_open(path, &fd, &info, ret_error, error_bytes);
  if (status != PL_OK) return status;
  struct pl_port *port = make_port(line);
  if (port == NULL) {
    close(fd);
    snprintf(ret_error, error_bytes, "not enough memory to play %s", path);
    return PL_E_MEMORY;
  }
  port->is_capture = true;
  port->info = info;
  port->frames_left = info.frames;
  pl_eal_log_hush();
  status = start_capture(port, fd, path, ret_error, error_bytes);
  pl_eal_log_unhush();
  close(fd);
  if (status == PL_OK)
    *ret_port = port;
  else
    free(port);
  return status;
}

/* Until net_af_packet binds its socket, that takes the frames of every interface, and some are
 * missed while it binds: the ring begins with what may be another line's, and a hole. */
static void drop_early(const struct pl_live_device *device) {
  struct rte_mbuf *mbufs[PL_BURST_FRAMES_MAX];
  uint32_t dropped = 0, count;
  do {
    count = rte_eth_rx_burst(device->port_id, 0, mbufs, PL_BURST_FRAMES_MAX);
    if (count > 0) rte_pktmbuf_free_bulk(mbufs, count);
    dropped += count;
  } while (count > 0 && dropped < device->ring_frames);
}

enum pl_status pl_port_open_live(const struct pl_port_live_config *config,
                                 struct pl_port **ret_port, char *ret_error, size_t error_bytes) {
  struct pl_port *port = make_port(config->line);
  if (port == NULL) {
    snprintf(ret_error, error_bytes, "not enough memory to open %s", config->interface);
    return PL_E_MEMORY;
  }
  uint32_t number = pl_ethdev_number();
  struct pl_live_device device;
  pl_eal_log_hush();
  enum pl_status status = pl_live_attach(config, number, &device, ret_error, error_bytes);
  if (status == PL_OK) {
    status = pl_ethdev_start(device.port_id, &device.shape, number, &port->pool);
    if (status == PL_E_MEMORY)
      snprintf(ret_error, error_bytes,
               "no packet memory left for %s: raise the configuration's memory", config->interface);
    else if (status != PL_OK)
      pl_live_explain(config, ret_error, error_bytes);
  }
  if (status == PL_OK && config->driver == PL_PORT_DRIVER_AF_XDP) {
    status = pl_xdp_link_hold(config->interface, &port->xdp_link, ret_error, error_bytes);
    if (status != PL_OK) {
      pl_ethdev_detach(device.port_id);
      rte_mempool_free(port->pool);
    }
  }
  pl_eal_log_unhush();
  if (status != PL_OK) {
    free(port);
    return status;
  }
  if (config->driver == PL_PORT_DRIVER_AF_PACKET) drop_early(&device);
  port->port_id = device.port_id;
  port->ring_frames = device.ring_frames;
  *ret_port = port;
  return PL_OK;
}

static void free_held(struct pl_port *port) {
  if (port->held_frames > 0) rte_pktmbuf_free_bulk(port->held, port->held_frames);
  port->held_frames = 0;
}

void pl_port_close(struct pl_port *port) {
  if (port == NULL) return;
  free_held(port);
  pl_eal_log_hush();
  pl_ethdev_detach(port->port_id);
  rte_mempool_free(port->pool);
  pl_eal_log_unhush();
  if (port->xdp_link >= 0) close(port->xdp_link);
  free(port);
}

static uint64_t capture_stamp_ns(const struct pl_port *port, const struct rte_mbuf *mbuf) {
  /* net_pcap stamps in microseconds, from nanosecond captures too */
  return *RTE_MBUF_DYNFIELD(mbuf, port->stamp_offset, const rte_mbuf_timestamp_t *) * 1000;
}

static uint64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now); /* vDSO: no system call */
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The counters have one writer, so a plain add is enough; relaxed, since nothing hangs on them. */
static void add(_Atomic uint64_t *counter, uint64_t more) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
                        memory_order_relaxed);
}

static void count_burst(struct pl_port *port, uint32_t frames, uint64_t bytes) {
  add(&port->received, frames);
  add(&port->bytes, bytes);
  if (!port->is_capture) return;
  port->frames_left -= frames;
  port->empty_bursts = frames == 0 ? port->empty_bursts + 1 : 0;
  if (port->frames_left == 0 || port->empty_bursts >= PL_PORT_EMPTY_BURSTS_MAX)
    /* release: pairs with the acquire in pl_port_ended */
    atomic_store_explicit(&port->ended, true, memory_order_release);
}

uint32_t pl_port_burst(struct pl_port *port, struct pl_frame *ret_frames, uint32_t frames_max) {
  free_held(port);
  if (frames_max > PL_BURST_FRAMES_MAX) frames_max = PL_BURST_FRAMES_MAX;
  /* Never beyond what was scanned: the file may have grown, or be unreadable from there. */
  if (port->is_capture && frames_max > port->frames_left) frames_max = (uint32_t)port->frames_left;
  if (frames_max == 0 || atomic_load_explicit(&port->ended, memory_order_relaxed)) return 0;
  uint32_t frames = rte_eth_rx_burst(port->port_id, 0, port->held, (uint16_t)frames_max);
  uint64_t now_ns = port->is_capture || frames == 0 ? 0 : clock_ns();
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < frames; i++) {
    const struct rte_mbuf *mbuf = port->held[i];
    const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);
    rte_prefetch0(data);
    bool oversize = mbuf->nb_segs > 1 || mbuf->pkt_len > PL_FRAME_BYTES_MAX;
    ret_frames[i] = (struct pl_frame){
        .data = oversize ? NULL : data,
        .size_bytes = mbuf->pkt_len,
        .line = port->line,
        .recv_ns = port->is_capture ? capture_stamp_ns(port, mbuf) : now_ns,
    };
    bytes += mbuf->pkt_len;
  }
  port->held_frames = frames;
  count_burst(port, frames, bytes);
  return frames;
}

bool pl_port_ended(const struct pl_port *port) {
  return atomic_load_explicit(&port->ended, memory_order_acquire); /* pairs with count_burst */
}

const struct pl_port_capture_info *pl_port_capture_info(const struct pl_port *port) {
  return port->is_capture ? &port->info : NULL;
}

uint32_t pl_port_ring_frames(const struct pl_port *port) {
  return port->ring_frames;
}

void pl_port_stats(const struct pl_port *port, struct pl_port_stats *ret_stats) {
  struct rte_eth_stats driver = {0};
  rte_eth_stats_get(port->port_id, &driver);
  *ret_stats = (struct pl_port_stats){
      .rx_missed = driver.imissed,
      .rx_nombuf = driver.rx_nombuf,
      .rx_errors = driver.ierrors,
  };
  bool ended = pl_port_ended(port); /* before the count, so that no frame seems missing */
  ret_stats->received = atomic_load_explicit(&port->received, memory_order_relaxed);
  ret_stats->bytes = atomic_load_explicit(&port->bytes, memory_order_relaxed);
  if (ended) ret_stats->rx_missing = port->info.frames - ret_stats->received;
}
