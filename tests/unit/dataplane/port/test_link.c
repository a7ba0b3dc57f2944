/* The state of interfaces, from messages as the kernel writes them; and the kernel's own, of the
 * loopback interface. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/port/link.h"

#define LO       1 /* its index in every network namespace */
#define OTHER    77
#define START_NS 1000
#define UP       (IFF_UP | IFF_RUNNING)
#define CUTS     200
#define BYTES    256

static char error[256];
static struct pl_link *watch;

static int set_up(void **state) {
  (void)state;
  const char *const interfaces[] = {"lo", NULL, "lo"};
  assert_int_equal(pl_link_open(interfaces, 3, START_NS, &watch, error, sizeof error), PL_OK);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  pl_link_close(watch);
  return 0;
}

/* Appends an attribute; returns where the next goes. */
static size_t put(uint8_t *bytes, size_t at, uint16_t type, const void *value, size_t value_bytes) {
  struct rtattr head = {(unsigned short)(RTA_LENGTH(0) + value_bytes), type};
  memcpy(bytes + at, &head, sizeof head);
  memcpy(bytes + at + RTA_LENGTH(0), value, value_bytes);
  return at + RTA_ALIGN(head.rta_len);
}

/* One message about a link. */
static size_t tell(uint8_t *bytes, uint16_t type, int family, int index, unsigned flags,
                   const char *name) {
  const uint32_t mtu_bytes = 1500;
  size_t end = NLMSG_SPACE(sizeof(struct ifinfomsg));
  end = put(bytes, end, IFLA_MTU, &mtu_bytes, sizeof mtu_bytes);
  end = put(bytes, end, IFLA_IFNAME, name, strlen(name) + 1);
  struct nlmsghdr head = {.nlmsg_len = (uint32_t)end, .nlmsg_type = type};
  struct ifinfomsg info = {
      .ifi_family = (unsigned char)family, .ifi_index = index, .ifi_flags = flags};
  memcpy(bytes, &head, sizeof head);
  memcpy(bytes + NLMSG_HDRLEN, &info, sizeof info);
  return end;
}

static void take(uint16_t type, int index, unsigned flags, const char *name, uint64_t now_ns) {
  _Alignas(struct nlmsghdr) uint8_t bytes[BYTES] = {0};
  pl_link_take(watch, bytes, tell(bytes, type, AF_UNSPEC, index, flags, name), now_ns);
}

static void expect(uint32_t at, enum pl_link_state state, uint64_t changes, uint64_t since_ns) {
  const struct pl_link_view *view = pl_link_at(watch, at);
  assert_int_equal(view->state, state);
  assert_int_equal(view->changes, changes);
  assert_int_equal(view->since_ns, since_ns);
}

static void test_the_kernel_tells_at_once(void **state) {
  (void)state;
  expect(0, PL_LINK_UP, 0, START_NS);
  expect(1, PL_LINK_UNKNOWN, 0, 0);
  expect(2, PL_LINK_UP, 0, START_NS);
  pl_link_poll(watch, 2 * START_NS);
  expect(0, PL_LINK_UP, 0, START_NS);
}

static void test_down_and_up(void **state) {
  (void)state;
  static const struct {
    unsigned flags;
    enum pl_link_state state;
    uint64_t changes, since_ns;
  } steps[] = {
      {UP, PL_LINK_UP, 0, START_NS},     {UP | IFF_PROMISC, PL_LINK_UP, 0, START_NS},
      {IFF_UP, PL_LINK_DOWN, 1, 3},      {0, PL_LINK_DOWN, 1, 3},
      {IFF_RUNNING, PL_LINK_DOWN, 1, 3}, {UP, PL_LINK_UP, 2, 6},
      {IFF_RUNNING, PL_LINK_DOWN, 3, 7},
  };
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    take(RTM_NEWLINK, LO, steps[i].flags, "lo", i + 1);
    expect(0, steps[i].state, steps[i].changes, steps[i].since_ns);
    expect(1, PL_LINK_UNKNOWN, 0, 0);
    expect(2, steps[i].state, steps[i].changes, steps[i].since_ns); /* two ports of one interface */
  }
}

static void test_others_say_nothing(void **state) {
  (void)state;
  _Alignas(struct nlmsghdr) uint8_t bytes[BYTES] = {0};
  take(RTM_NEWLINK, OTHER, 0, "eth9", 5);
  take(RTM_DELLINK, OTHER, 0, "eth9", 5);
  take(RTM_NEWADDR, LO, 0, "lo", 5);
  /* a bridge that lets its port go */
  pl_link_take(watch, bytes, tell(bytes, RTM_DELLINK, AF_BRIDGE, LO, UP, "lo"), 5);
  expect(0, PL_LINK_UP, 0, START_NS);
}

static void test_gone_is_final(void **state) {
  (void)state;
  take(RTM_DELLINK, LO, 0, "lo", 5);
  expect(0, PL_LINK_GONE, 1, 5);
  assert_false(pl_link_at(watch, 0)->back);
  take(RTM_NEWLINK, OTHER, UP, "eth9", 6);
  assert_false(pl_link_at(watch, 0)->back);
  take(RTM_NEWLINK, OTHER, UP, "lo", 7);
  assert_true(pl_link_at(watch, 0)->back);
  take(RTM_NEWLINK, LO, UP, "lo", 8);
  expect(0, PL_LINK_GONE, 1, 5);
}

static void test_a_new_name_is_the_same_interface(void **state) {
  (void)state;
  take(RTM_NEWLINK, LO, IFF_UP, "renamed", 5);
  expect(0, PL_LINK_DOWN, 1, 5);
}

/* The answer to a question about an interface that is gone. */
static void test_unknown_to_the_kernel(void **state) {
  (void)state;
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
  } answer = {.head = {.nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR}};
  answer.error.error = -EBUSY;
  pl_link_take(watch, &answer, sizeof answer, 5);
  expect(0, PL_LINK_UP, 0, START_NS);
  answer.error.error = -ENODEV;
  answer.head.nlmsg_seq = 99;
  pl_link_take(watch, &answer, sizeof answer, 5);
  expect(0, PL_LINK_UP, 0, START_NS);
  answer.head.nlmsg_seq = 0;
  pl_link_take(watch, &answer, sizeof answer, 5);
  expect(0, PL_LINK_GONE, 1, 5);
  expect(2, PL_LINK_UP, 0, START_NS);
}

static void test_not_there_from_the_start(void **state) {
  (void)state;
  const char *const interfaces[] = {"plim-none"};
  struct pl_link *other = NULL;
  assert_int_equal(pl_link_open(interfaces, 1, 5, &other, error, sizeof error), PL_OK);
  assert_int_equal(pl_link_at(other, 0)->state, PL_LINK_GONE);
  pl_link_close(other);
  pl_link_close(NULL);
}

/* Two messages, cut anywhere: what is whole is taken. */
static void test_cut_messages(void **state) {
  _Alignas(struct nlmsghdr) uint8_t bytes[2 * BYTES] = {0};
  size_t first = tell(bytes, RTM_NEWLINK, AF_UNSPEC, LO, IFF_UP, "lo");
  size_t end = first + tell(bytes + first, RTM_NEWLINK, AF_UNSPEC, LO, UP, "lo");
  for (size_t size = 0; size <= end; size++) {
    (void)tear_down(state);
    (void)set_up(state);
    pl_link_take(watch, bytes, size, 5);
    assert_int_equal(pl_link_at(watch, 0)->changes, size < first ? 0 : size < end ? 1 : 2);
  }
}

/* Lengths that lie, in the message and in its attributes. */
static void test_lying_lengths(void **state) {
  (void)state;
  for (uint32_t length = 0; length < CUTS; length++) {
    _Alignas(struct nlmsghdr) uint8_t bytes[BYTES] = {0};
    size_t end = tell(bytes, RTM_NEWLINK, AF_UNSPEC, OTHER, UP, "lo");
    uint16_t lie = (uint16_t)length;
    memcpy(bytes, &length, sizeof length);
    pl_link_take(watch, bytes, end, 5);
    end = tell(bytes, RTM_NEWLINK, AF_UNSPEC, OTHER, UP, "lo");
    memcpy(bytes + NLMSG_SPACE(sizeof(struct ifinfomsg)), &lie, sizeof lie);
    pl_link_take(watch, bytes, end, 5);
  }
  expect(0, PL_LINK_UP, 0, START_NS);
}

static void test_names(void **state) {
  (void)state;
  assert_string_equal(pl_link_state_name(PL_LINK_UNKNOWN), "unknown");
  assert_string_equal(pl_link_state_name(PL_LINK_UP), "up");
  assert_string_equal(pl_link_state_name(PL_LINK_DOWN), "down");
  assert_string_equal(pl_link_state_name(PL_LINK_GONE), "gone");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_the_kernel_tells_at_once),
      TEST(test_down_and_up),
      TEST(test_others_say_nothing),
      TEST(test_gone_is_final),
      TEST(test_a_new_name_is_the_same_interface),
      TEST(test_unknown_to_the_kernel),
      TEST(test_not_there_from_the_start),
      TEST(test_cut_messages),
      TEST(test_lying_lengths),
      TEST(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
