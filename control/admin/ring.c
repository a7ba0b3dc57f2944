#include "control/admin/ring.h"

#include <string.h>

static int restrict_to_ours(const struct io_uring *ring) {
  static const uint8_t operations[] = {IORING_OP_ACCEPT, IORING_OP_RECV, IORING_OP_RECVMSG,
                                       IORING_OP_SEND, IORING_OP_POLL_ADD};
  struct io_uring_restriction allowed[sizeof operations];
  memset(allowed, 0, sizeof allowed);
  for (size_t i = 0; i < sizeof operations; i++) {
    allowed[i].opcode = IORING_RESTRICTION_SQE_OP;
    allowed[i].sqe_op = operations[i];
  }
  /* liburing 2.3 declares functions for these two, and does not export them */
  unsigned descriptor = (unsigned)ring->ring_fd;
  int result =
      io_uring_register(descriptor, IORING_REGISTER_RESTRICTIONS, allowed, sizeof operations);
  if (result < 0) return result;
  return io_uring_register(descriptor, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
}

int pl_ring_open(unsigned entries, struct io_uring *ret_ring) {
  int result = io_uring_queue_init(entries, ret_ring, IORING_SETUP_R_DISABLED);
  if (result < 0) return result;
  result = restrict_to_ours(ret_ring);
  if (result < 0) io_uring_queue_exit(ret_ring);
  return result < 0 ? result : 0;
}
