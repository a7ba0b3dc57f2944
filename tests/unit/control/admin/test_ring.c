/* The admin server's ring carries out its own operations, and no others. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/admin/ring.h"

#define ENTRIES 8

static struct io_uring ring;

/* What one operation came to. */
static int finish(void) {
  struct io_uring_cqe *cqe;
  assert_int_equal(io_uring_submit(&ring), 1);
  assert_int_equal(io_uring_wait_cqe(&ring, &cqe), 0);
  int result = cqe->res;
  io_uring_cqe_seen(&ring, cqe);
  return result;
}

static void test_ours_are_carried_out(void **state) {
  (void)state;
  int pair[2];
  char byte = 'x', got = 0;
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
  io_uring_prep_send(io_uring_get_sqe(&ring), pair[0], &byte, 1, MSG_NOSIGNAL);
  assert_int_equal(finish(), 1);
  io_uring_prep_poll_add(io_uring_get_sqe(&ring), pair[1], POLLIN);
  assert_int_equal(finish(), POLLIN);
  io_uring_prep_recv(io_uring_get_sqe(&ring), pair[1], &got, 1, 0);
  assert_int_equal(finish(), 1);
  assert_int_equal(got, byte);
  (void)close(pair[0]);
  (void)close(pair[1]);
}

static void test_others_are_not(void **state) {
  (void)state;
  struct sockaddr address = {.sa_family = AF_UNSPEC};
  char byte = 0;
  io_uring_prep_nop(io_uring_get_sqe(&ring));
  assert_int_equal(finish(), -EACCES);
  io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, "/", O_RDONLY, 0);
  assert_int_equal(finish(), -EACCES);
  io_uring_prep_socket(io_uring_get_sqe(&ring), AF_INET, SOCK_DGRAM, 0, 0);
  assert_int_equal(finish(), -EACCES);
  io_uring_prep_connect(io_uring_get_sqe(&ring), 0, &address, sizeof address);
  assert_int_equal(finish(), -EACCES);
  io_uring_prep_read(io_uring_get_sqe(&ring), 0, &byte, 1, 0);
  assert_int_equal(finish(), -EACCES);
  io_uring_prep_unlink(io_uring_get_sqe(&ring), "/nonexistent", 0);
  assert_int_equal(finish(), -EACCES);
}

static void test_ours_take_no_flags(void **state) {
  (void)state;
  struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
  io_uring_prep_poll_add(sqe, 0, POLLIN);
  sqe->flags |= IOSQE_ASYNC; /* a kernel thread of its own */
  assert_int_equal(finish(), -EACCES);
}

static void test_it_stays_so(void **state) {
  (void)state;
  struct io_uring_probe probe;
  memset(&probe, 0, sizeof probe);
  assert_int_equal(io_uring_register((unsigned)ring.ring_fd, IORING_REGISTER_PROBE, &probe, 0),
                   -EACCES);
  assert_int_equal(io_uring_register((unsigned)ring.ring_fd, IORING_REGISTER_RESTRICTIONS, NULL, 0),
                   -EACCES);
}

static int open_ring(void **state) {
  (void)state;
  return pl_ring_open(ENTRIES, &ring);
}

static int close_ring(void **state) {
  (void)state;
  io_uring_queue_exit(&ring);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ours_are_carried_out),
      cmocka_unit_test(test_others_are_not),
      cmocka_unit_test(test_ours_take_no_flags),
      cmocka_unit_test(test_it_stays_so),
  };
  return cmocka_run_group_tests(tests, open_ring, close_ring);
}
