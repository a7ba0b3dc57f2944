#include "dataplane/port/link.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/check.h"

#define READ_BYTES 32768 /* the kernel's messages are shorter */
#define READS_MAX  64    /* of one poll */

struct pl_link {
  int fd;
  uint32_t count;
  uint64_t overruns;
  bool ask; /* something was lost: states are to be asked for anew */
  struct watched {
    bool known; /* to the kernel, at least at the start */
    char name[IF_NAMESIZE];
    int index; /* of the interface that the port has; another of its name is another */
    struct pl_link_view view;
  } watched[PL_LINK_INTERFACES_MAX];
  alignas(struct nlmsghdr) char bytes[READ_BYTES];
};

static void set_state(struct watched *watched, enum pl_link_state state, uint64_t now_ns) {
  struct pl_link_view *view = &watched->view;
  if (view->state == state) return;
  view->changes += view->state != PL_LINK_UNKNOWN;
  view->state = state;
  view->since_ns = now_ns;
}

/* The name a message tells, NULL when it tells none. */
static const char *name_of(const struct nlmsghdr *message) {
  const uint8_t *at = (const uint8_t *)message + NLMSG_SPACE(sizeof(struct ifinfomsg));
  const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;
  struct rtattr head;
  while (end - at >= (ptrdiff_t)sizeof head) {
    memcpy(&head, at, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > end - at) return NULL;
    const uint8_t *name = at + sizeof head;
    if (head.rta_type == IFLA_IFNAME && memchr(name, '\0', head.rta_len - sizeof head) != NULL)
      return (const char *)name;
    ptrdiff_t step = (ptrdiff_t)RTA_ALIGN((size_t)head.rta_len);
    if (step > end - at) return NULL;
    at += step;
  }
  return NULL;
}

static void take_link(struct pl_link *link, const struct nlmsghdr *message, uint64_t now_ns) {
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg))) return;
  const struct ifinfomsg *info = NLMSG_DATA(message);
  if (info->ifi_family != AF_UNSPEC) return; /* a bridge tells of its ports in the same words */
  const char *name = name_of(message);
  bool gone = message->nlmsg_type == RTM_DELLINK;
  bool up = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0;
  for (uint32_t i = 0; i < link->count; i++) {
    struct watched *watched = &link->watched[i];
    if (!watched->known) continue;
    if (watched->view.state == PL_LINK_GONE)
      watched->view.back |= !gone && name != NULL && strcmp(name, watched->name) == 0;
    else if (watched->index == info->ifi_index)
      set_state(watched, gone ? PL_LINK_GONE : up ? PL_LINK_UP : PL_LINK_DOWN, now_ns);
  }
}

/* The kernel refuses a question only about an interface that is no more. */
static void take_error(struct pl_link *link, const struct nlmsghdr *message, uint64_t now_ns) {
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) return;
  const struct nlmsgerr *error = NLMSG_DATA(message);
  if (error->error == -ENODEV && message->nlmsg_seq < link->count)
    set_state(&link->watched[message->nlmsg_seq], PL_LINK_GONE, now_ns);
}

void pl_link_take(struct pl_link *link, const void *messages, size_t size_bytes, uint64_t now_ns) {
  const uint8_t *at = messages;
  while (size_bytes >= sizeof(struct nlmsghdr)) {
    const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)at;
    size_t step = NLMSG_ALIGN((size_t)message->nlmsg_len);
    if (message->nlmsg_len < sizeof *message || message->nlmsg_len > size_bytes) return;
    if (message->nlmsg_type == NLMSG_ERROR)
      take_error(link, message, now_ns);
    else if (message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK)
      take_link(link, message, now_ns);
    if (step > size_bytes) return;
    at += step;
    size_bytes -= step;
  }
}

/* One question an interface, numbered by its place: a few even on a host with thousands. */
static bool ask_all(const struct pl_link *link) {
  struct {
    struct nlmsghdr head;
    struct ifinfomsg info;
  } question = {.head = {.nlmsg_len = sizeof question,
                         .nlmsg_type = RTM_GETLINK,
                         .nlmsg_flags = NLM_F_REQUEST}};
  for (uint32_t i = 0; i < link->count; i++) {
    const struct watched *watched = &link->watched[i];
    if (!watched->known || watched->view.state == PL_LINK_GONE) continue;
    question.head.nlmsg_seq = i;
    question.info.ifi_index = watched->index;
    if (send(link->fd, &question, sizeof question, 0) != (ssize_t)sizeof question) return false;
  }
  return true;
}

void pl_link_poll(struct pl_link *link, uint64_t now_ns) {
  for (uint32_t reads = 0; reads < READS_MAX; reads++) {
    ssize_t got = recv(link->fd, link->bytes, sizeof link->bytes, MSG_DONTWAIT | MSG_TRUNC);
    if (got > (ssize_t)sizeof link->bytes || (got < 0 && errno == ENOBUFS)) {
      link->ask = true;
      link->overruns++;
    } else if (got >= 0) {
      pl_link_take(link, link->bytes, (size_t)got, now_ns);
    } else if (!link->ask) {
      return; /* nothing more */
    } else {
      link->ask = !ask_all(link); /* the answers are there for the next read */
      if (link->ask) return;
    }
  }
}

static void watch(struct pl_link *link, uint32_t at, const char *name, uint64_t now_ns) {
  struct watched *watched = &link->watched[at];
  if (name == NULL) return;
  watched->known = true;
  snprintf(watched->name, sizeof watched->name, "%s", name);
  watched->index = (int)if_nametoindex(name);
  if (watched->index == 0) set_state(watched, PL_LINK_GONE, now_ns);
}

enum pl_status pl_link_open(const char *const *interfaces, uint32_t count, uint64_t now_ns,
                            struct pl_link **ret_link, char *ret_error, size_t error_bytes) {
  PL_CHECK(count <= PL_LINK_INTERFACES_MAX);
  struct pl_link *link = calloc(1, sizeof *link);
  if (link == NULL) {
    snprintf(ret_error, error_bytes, "not enough memory to watch interfaces");
    return PL_E_MEMORY;
  }
  const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
  link->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (link->fd < 0 || bind(link->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
    snprintf(ret_error, error_bytes, "cannot watch interfaces by netlink: %s", strerror(errno));
    pl_link_close(link);
    return PL_E_SYSTEM;
  }
  link->count = count;
  for (uint32_t i = 0; i < count; i++) watch(link, i, interfaces[i], now_ns);
  link->ask = true;
  pl_link_poll(link, now_ns);
  *ret_link = link;
  return PL_OK;
}

const struct pl_link_view *pl_link_at(const struct pl_link *link, uint32_t at) {
  PL_CHECK(at < link->count);
  return &link->watched[at].view;
}

uint64_t pl_link_overruns(const struct pl_link *link) {
  return link->overruns;
}

const char *pl_link_state_name(enum pl_link_state state) {
  static const char *const names[PL_LINK_STATE_COUNT] = {
      [PL_LINK_UNKNOWN] = "unknown",
      [PL_LINK_UP] = "up",
      [PL_LINK_DOWN] = "down",
      [PL_LINK_GONE] = "gone",
  };
  PL_CHECK(state < PL_LINK_STATE_COUNT);
  return names[state];
}

void pl_link_close(struct pl_link *link) {
  if (link == NULL) return;
  if (link->fd >= 0) close(link->fd);
  free(link);
}
