#include "dataplane/port/xdp_link.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pl_xdp_link_prepare(void) {
  (void)setenv("LIBXDP_SKIP_DISPATCHER", "1", 1);
}

/* The link that another port or process holds on an interface, or a negative errno. */
static int find_link(unsigned interface) {
  uint32_t id = 0;
  while (bpf_link_get_next_id(id, &id) == 0) {
    struct bpf_link_info info = {0};
    uint32_t size = sizeof info;
    int link = bpf_link_get_fd_by_id(id);
    if (link < 0) continue; /* gone meanwhile */
    if (bpf_obj_get_info_by_fd(link, &info, &size) == 0 && info.type == BPF_LINK_TYPE_XDP &&
        info.xdp.ifindex == interface)
      return link;
    (void)close(link);
  }
  return -ENOENT;
}

/* Takes the program off the interface and puts it back by a link, in the same mode. Frames between
 * the two take the kernel's own path. Returns the link or a negative errno. */
static int replace(unsigned interface, int program, uint8_t attached) {
  struct bpf_link_create_opts options = {
      .sz = sizeof options, .flags = attached == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : 0};
  struct bpf_xdp_attach_opts expected = {.sz = sizeof expected, .old_prog_fd = program};
  int result = bpf_xdp_detach((int)interface, XDP_FLAGS_REPLACE | options.flags, &expected);
  if (result == -EBUSY) return find_link(interface);
  return result == 0 ? bpf_link_create(program, (int)interface, BPF_XDP, &options) : result;
}

static int hold(unsigned interface) {
  struct bpf_xdp_query_opts found = {.sz = sizeof found};
  int result = bpf_xdp_query((int)interface, 0, &found);
  if (result != 0) return result;
  int program = bpf_prog_get_fd_by_id(found.prog_id);
  if (program < 0) return program;
  result = replace(interface, program, found.attach_mode);
  (void)close(program);
  return result;
}

enum pl_status pl_xdp_link_hold(const char *interface, int *ret_link, char *ret_error,
                                size_t error_bytes) {
  int result = hold(if_nametoindex(interface));
  if (result >= 0) {
    *ret_link = result;
    return PL_OK;
  }
  snprintf(ret_error, error_bytes,
           "%s: cannot hold its XDP program (%s): it takes cap_sys_admin and Linux 5.9", interface,
           strerror(-result));
  return PL_E_PORT;
}
