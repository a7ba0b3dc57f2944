/* From the frame to the payload: tags, options, fragments, padding, and lengths that lie. */
#include "dataplane/feed/udp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAYLOAD 11u

struct shape {
  uint32_t tags, option_words, padding;
};

struct frame {
  uint8_t bytes[256];
  size_t size, ip_at, udp_at;
};

static void set_be16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

/* A frame to 239.1.2.3:6100 whose payload counts up. */
static struct frame make(struct shape shape) {
  static const uint16_t tag_types[] = {0x88a8, 0x8100};
  struct frame frame = {0};
  size_t at = 12;
  for (uint32_t i = 0; i < shape.tags; i++, at += 4)
    set_be16(frame.bytes + at, tag_types[(i + 2 - shape.tags) & 1]);
  set_be16(frame.bytes + at, 0x0800);
  frame.ip_at = at + 2;
  uint8_t *ip = frame.bytes + frame.ip_at;
  uint32_t header = 20 + 4 * shape.option_words;
  ip[0] = (uint8_t)(0x40 | header / 4);
  set_be16(ip + 2, header + 8 + PAYLOAD);
  set_be16(ip + 6, 0x4000); /* do not fragment */
  ip[9] = 17;
  set_be16(ip + 16, 0xef01);
  set_be16(ip + 18, 0x0203);
  frame.udp_at = frame.ip_at + header;
  uint8_t *udp = frame.bytes + frame.udp_at;
  set_be16(udp, 1234);
  set_be16(udp + 2, 6100);
  set_be16(udp + 4, 8 + PAYLOAD);
  for (uint8_t i = 0; i < PAYLOAD; i++) udp[8 + i] = (uint8_t)(i + 1);
  memset(udp + 8 + PAYLOAD, 0xee, shape.padding);
  frame.size = frame.udp_at + 8 + PAYLOAD + shape.padding;
  return frame;
}

/* Parses a copy on a block of exactly its size. What is found must lie inside; nothing is written
 * on error. */
static enum pl_status parse(const struct frame *frame, size_t size, struct pl_packet *ret_packet) {
  uint8_t *exact = malloc(size != 0 ? size : 1);
  struct pl_packet packet, untouched;
  assert_non_null(exact);
  memcpy(exact, frame->bytes, size);
  memset(&untouched, 0x5a, sizeof untouched);
  packet = untouched;
  enum pl_status status = pl_udp_parse(exact, size, &packet);
  if (status != PL_OK) {
    assert_memory_equal(&packet, &untouched, sizeof packet);
  } else {
    assert_true(packet.data >= exact && packet.data + packet.size_bytes <= exact + size);
    packet.data = frame->bytes + (packet.data - exact);
    *ret_packet = packet;
  }
  free(exact);
  return status;
}

static void case_15_payload_is_found_behind_tags_and_options(void **state) {
  (void)state;
  for (uint32_t tags = 0; tags <= 2; tags++)
    for (uint32_t words = 0; words <= 10; words++)
      for (uint32_t padding = 0; padding <= 30; padding += 6) {
        struct frame frame = make((struct shape){tags, words, padding});
        struct pl_packet packet;
        assert_int_equal(parse(&frame, frame.size, &packet), PL_OK);
        assert_int_equal(packet.size_bytes, PAYLOAD);
        assert_ptr_equal(packet.data, frame.bytes + frame.udp_at + 8);
        assert_int_equal(packet.group_ipv4, 0xef010203);
        assert_int_equal(packet.port, 6100);
      }
}

static void case_15_every_cut_is_refused(void **state) {
  (void)state;
  for (uint32_t tags = 0; tags <= 2; tags++)
    for (uint32_t words = 0; words <= 10; words += 5) {
      struct frame frame = make((struct shape){tags, words, 0});
      struct pl_packet packet;
      for (size_t size = 0; size < frame.size; size++) {
        bool in_headers = size < frame.ip_at + 20;
        assert_int_equal(parse(&frame, size, &packet), in_headers ? PL_E_RUNT : PL_E_IP_LENGTH);
      }
    }
}

static void third_tag_and_other_types_are_not_ipv4(void **state) {
  (void)state;
  struct frame frame = make((struct shape){3, 0, 0});
  struct pl_packet packet;
  assert_int_equal(parse(&frame, frame.size, &packet), PL_E_NOT_IPV4);
  frame = make((struct shape){0, 0, 0});
  for (uint32_t type = 0; type < 65536; type++) {
    if (type == 0x0800 || type == 0x8100 || type == 0x88a8) continue;
    set_be16(frame.bytes + 12, type);
    assert_int_equal(parse(&frame, frame.size, &packet), PL_E_NOT_IPV4);
  }
}

/* All values of the fields that decide, one at a time. */
static void fields_of_the_ip_header_decide(void **state) {
  (void)state;
  struct pl_packet packet;
  struct frame frame = make((struct shape){0, 2, 10});
  uint8_t *ip = frame.bytes + frame.ip_at;
  for (uint32_t protocol = 0; protocol < 256; protocol++) {
    ip[9] = (uint8_t)protocol;
    assert_int_equal(parse(&frame, frame.size, &packet), protocol == 17 ? PL_OK : PL_E_NOT_UDP);
  }
  ip[9] = 17;
  for (uint32_t bits = 0; bits < 65536; bits++) {
    set_be16(ip + 6, bits);
    enum pl_status wanted = bits & 0x3fff ? PL_E_FRAGMENT : PL_OK;
    assert_int_equal(parse(&frame, frame.size, &packet), wanted);
  }
  set_be16(ip + 6, 0);
  for (uint32_t version = 0; version < 16; version++) {
    ip[0] = (uint8_t)(version << 4 | 7);
    assert_int_equal(parse(&frame, frame.size, &packet), version == 4 ? PL_OK : PL_E_NOT_IPV4);
  }
}

static void case_15_ip_length_that_lies_is_refused(void **state) {
  (void)state;
  struct pl_packet packet;
  struct frame frame = make((struct shape){1, 0, 10});
  for (uint32_t told = 0; told < 65536; told++) {
    set_be16(frame.bytes + frame.ip_at + 2, told);
    bool fits = told >= 20 + 8 + PAYLOAD && told <= frame.size - frame.ip_at;
    assert_int_equal(parse(&frame, frame.size, &packet), fits ? PL_OK : PL_E_IP_LENGTH);
    if (fits) assert_int_equal(packet.size_bytes, PAYLOAD); /* UDP's own length rules */
  }
  frame = make((struct shape){0, 10, 0});
  for (uint32_t words = 0; words < 16; words++) {
    frame.bytes[frame.ip_at] = (uint8_t)(0x40 | words);
    enum pl_status status = parse(&frame, frame.size, &packet);
    if (words < 5) assert_int_equal(status, PL_E_IP_LENGTH);
    if (words == 15) assert_int_equal(status, PL_OK);
  }
}

static void case_15_udp_length_that_lies_is_refused(void **state) {
  (void)state;
  struct pl_packet packet;
  struct frame frame = make((struct shape){0, 0, 10});
  for (uint32_t told = 0; told < 65536; told++) {
    set_be16(frame.bytes + frame.udp_at + 4, told);
    bool fits = told >= 8 && told <= 8 + PAYLOAD; /* padding is not the datagram's */
    assert_int_equal(parse(&frame, frame.size, &packet), fits ? PL_OK : PL_E_IP_LENGTH);
    if (fits) assert_int_equal(packet.size_bytes, told - 8);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_15_payload_is_found_behind_tags_and_options),
      cmocka_unit_test(case_15_every_cut_is_refused),
      cmocka_unit_test(third_tag_and_other_types_are_not_ipv4),
      cmocka_unit_test(fields_of_the_ip_header_decide),
      cmocka_unit_test(case_15_ip_length_that_lies_is_refused),
      cmocka_unit_test(case_15_udp_length_that_lies_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
