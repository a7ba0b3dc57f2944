/* Whether interfaces are up, as the kernel tells by netlink: no software driver of DPDK notices.
 * One thread. No privilege. */
#ifndef DATAPLANE_PORT_LINK_H
#define DATAPLANE_PORT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"

#define PL_LINK_INTERFACES_MAX 8

enum pl_link_state {
  PL_LINK_UNKNOWN, /* not a kernel interface, or the kernel has yet to answer */
  PL_LINK_UP,      /* frames may come (IFF_UP and IFF_RUNNING) */
  PL_LINK_DOWN,    /* it or its other end is down; a port goes on when it is up again */
  PL_LINK_GONE,    /* deleted or moved elsewhere. Final: a port that was open on it stays deaf */
  PL_LINK_STATE_COUNT
};

struct pl_link_view {
  enum pl_link_state state;
  bool back;         /* gone, and another interface has its name now */
  uint64_t changes;  /* of state, since it was first known */
  uint64_t since_ns; /* UTC, of the state */
};

struct pl_link;

/* pl_link_open begins to watch interfaces and finds their states. Open it before the ports, so that
 * nothing is missed.
 *   interfaces  [count] names, count <= PL_LINK_INTERFACES_MAX; NULL for one that the kernel does
 *               not know: it stays PL_LINK_UNKNOWN. One that is not there is PL_LINK_GONE
 *   now_ns      UTC
 *   ret_link    closed by the caller with pl_link_close; untouched on failure
 *   ret_error   one line on failure
 * Returns PL_OK, PL_E_MEMORY or PL_E_SYSTEM. */
PL_MUST_USE enum pl_status pl_link_open(const char *const *interfaces, uint32_t count,
                                        uint64_t now_ns, struct pl_link **ret_link, char *ret_error,
                                        size_t error_bytes);

/* pl_link_poll reads what the kernel has told since, without waiting. Where it told more than the
 * socket held, the states are asked for anew. */
void pl_link_poll(struct pl_link *link, uint64_t now_ns);

/* pl_link_take does what pl_link_poll does with what it read.
 *   messages  [size_bytes] netlink messages, aligned as the kernel's */
void pl_link_take(struct pl_link *link, const void *messages, size_t size_bytes, uint64_t now_ns);

/* pl_link_at returns the state of an interface by its place in pl_link_open's list. */
const struct pl_link_view *pl_link_at(const struct pl_link *link, uint32_t at);

/* pl_link_overruns returns how often the kernel had more to tell than the socket held: an interface
 * that is up may have been down meanwhile, unseen. */
uint64_t pl_link_overruns(const struct pl_link *link);

/* pl_link_state_name returns up, down, gone or unknown. */
const char *pl_link_state_name(enum pl_link_state state);

/* pl_link_close ends it. NULL is nothing to close. */
void pl_link_close(struct pl_link *link);

#endif
