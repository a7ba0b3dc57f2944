/* The admin protocol: every field's edge, both ways, and every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/admin/client.h"
#include "control/admin/protocol.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define HEADER_BYTES sizeof(struct pl_protocol_header)

static unsigned char good[PL_PROTOCOL_REQUEST_BYTES];

static int make_good(void **state) {
  (void)state;
  const struct pl_protocol_request request = {.name = "BTC-PERPETUAL"};
  pl_protocol_put_request(PL_VERB_FREEZE, &request, good);
  return 0;
}

static enum pl_status judge(const unsigned char *bytes, size_t size_bytes) {
  /* a block of the exact size, so that a read beyond it is seen */
  unsigned char *copy = malloc(size_bytes + (size_bytes == 0));
  const struct pl_commands_row *command = NULL;
  struct pl_protocol_request request;
  const char *why = NULL;
  assert_non_null(copy);
  if (size_bytes > 0) memcpy(copy, bytes, size_bytes);
  enum pl_status status = pl_protocol_get_request(copy, size_bytes, &command, &request, &why);
  free(copy);
  assert_int_equal(status == PL_OK, command != NULL);
  assert_int_equal(status == PL_OK, why == NULL);
  return status;
}

static void test_a_request_round_trip(void **state) {
  (void)state;
  const struct pl_commands_row *command = NULL;
  struct pl_protocol_request request;
  const char *why = NULL;
  assert_int_equal(pl_protocol_get_request(good, sizeof good, &command, &request, &why), PL_OK);
  assert_int_equal(command->verb, PL_VERB_FREEZE);
  assert_string_equal(request.name, "BTC-PERPETUAL");
}

static void test_every_length(void **state) {
  (void)state;
  unsigned char longer[sizeof good + 64] = {0};
  memcpy(longer, good, sizeof good);
  for (size_t size = 0; size < sizeof longer; size++)
    assert_int_equal(judge(longer, size), size == sizeof good ? PL_OK : PL_E_PROTOCOL);
}

/* One field changed at a time. */
static void test_fields(void **state) {
  (void)state;
  static const struct {
    size_t at;
    uint32_t value, bytes;
  } wrong[] = {
      {0, 0, 4},                     /* magic */
      {0, PL_PROTOCOL_MAGIC + 1, 4}, /**/
      {4, 0, 2},                     /* version */
      {4, PL_PROTOCOL_VERSION + 1, 2} /**/,
      {6, 0, 2},                 /* verb: none */
      {6, PL_VERB_TABLE, 2},     /* one that is the tool's own */
      {6, 999, 2},               /* unknown */
      {6, PL_VERB_STATUS, 2},    /* one that takes no name */
      {6, PL_VERB_MODE, 2},      /**/
      {8, 1, 4},                 /* flags */
      {12, 0, 4},                /* length */
      {12, 63, 4},               /**/
      {12, 65, 4},               /**/
      {12, UINT32_MAX, 4},       /**/
      {HEADER_BYTES, 0, 1},      /* no name */
      {HEADER_BYTES, 0x1b, 1},   /* one that does not print */
      {HEADER_BYTES, 0xff, 1},   /**/
      {HEADER_BYTES + 40, 1, 4}, /* a mode where none belongs */
      {HEADER_BYTES + 40, UINT32_MAX, 4},
      {6, PL_VERB_CAPTURE, 2},   /* one that takes no name, and wants more */
      {HEADER_BYTES + 48, 1, 4}, /* a capture where none belongs */
      {HEADER_BYTES + 60, 1, 1}, /**/
      {HEADER_BYTES + 63, 1, 1},
  };
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    unsigned char bytes[sizeof good];
    memcpy(bytes, good, sizeof bytes);
    memcpy(bytes + wrong[i].at, &wrong[i].value, wrong[i].bytes);
    assert_int_equal(judge(bytes, sizeof bytes), PL_E_PROTOCOL);
  }
}

static void test_what_a_capture_may_hold(void **state) {
  (void)state;
  static const struct {
    struct pl_protocol_capture capture;
    enum pl_status status;
  } cases[] = {
      {{0, 1, 1, 0, {0}}, PL_OK},
      {{UINT64_MAX, PL_FRAME_BYTES_MAX, 3, 1, {0}}, PL_OK},
      {{0, 0, 1, 0, {0}}, PL_E_PROTOCOL},
      {{0, PL_FRAME_BYTES_MAX + 1, 1, 0, {0}}, PL_E_PROTOCOL},
      {{0, UINT32_MAX, 1, 0, {0}}, PL_E_PROTOCOL},
      {{0, 1, 0, 0, {0}}, PL_E_PROTOCOL},
      {{0, 1, 4, 0, {0}}, PL_E_PROTOCOL},
      {{0, 1, 0xff, 0, {0}}, PL_E_PROTOCOL},
      {{0, 1, 1, 2, {0}}, PL_E_PROTOCOL},
      {{0, 1, 1, 0, {1, 0}}, PL_E_PROTOCOL},
      {{0, 1, 1, 0, {0, 1}}, PL_E_PROTOCOL},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    unsigned char bytes[PL_PROTOCOL_REQUEST_BYTES];
    const struct pl_protocol_request request = {.capture = cases[i].capture};
    pl_protocol_put_request(PL_VERB_CAPTURE, &request, bytes);
    assert_int_equal(judge(bytes, sizeof bytes), cases[i].status);
  }
}

static void test_names_must_end(void **state) {
  (void)state;
  unsigned char bytes[sizeof good];
  memcpy(bytes, good, sizeof bytes);
  memset(bytes + HEADER_BYTES, 'x', PL_NAME_BYTES_MAX - 1);
  assert_int_equal(judge(bytes, sizeof bytes), PL_OK);
  memset(bytes + HEADER_BYTES, 'x', PL_NAME_BYTES_MAX);
  assert_int_equal(judge(bytes, sizeof bytes), PL_E_PROTOCOL);
}

/* Every single-bit error of a request is either refused or is another sound request. */
static void test_every_bit(void **state) {
  (void)state;
  uint32_t refused = 0;
  for (size_t bit = 0; bit < 8 * sizeof good; bit++) {
    unsigned char bytes[sizeof good];
    memcpy(bytes, good, sizeof bytes);
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    refused += judge(bytes, sizeof bytes) != PL_OK;
  }
  assert_true(refused >= 8 * (HEADER_BYTES - 2) + 8 * 4 - 2);
}

/* --- replies --- */

static enum pl_status read_reply(const char *json, size_t cut, struct pl_client_reply *ret_reply) {
  unsigned char bytes[512];
  size_t json_bytes = strlen(json);
  memcpy(bytes + HEADER_BYTES, json, json_bytes);
  size_t size = pl_protocol_put_reply(PL_VERB_STATUS, json_bytes, bytes);
  unsigned char *copy = malloc(size - cut + 1);
  assert_non_null(copy);
  memcpy(copy, bytes, size - cut);
  pl_client_read_reply(copy, size - cut, PL_VERB_STATUS, ret_reply);
  free(copy);
  return ret_reply->status;
}

static void test_replies(void **state) {
  (void)state;
  static const struct {
    const char *json;
    enum pl_status status;
    const char *error;
  } cases[] = {
      {"{\"status\":\"ok\"}", PL_OK, ""},
      {"{\"status\":\"denied\",\"error\":\"no\"}", PL_E_DENIED, "no"},
      {"{\"status\":\"not_found\"}", PL_E_NOT_FOUND, "not_found"},
      {"{\"status\":\"denied\",\"error\":\"a\\u001b[2J\"}", PL_E_DENIED, "a?[2J"},
      {"{\"status\":\"of another version\"}", PL_E_PROTOCOL, "of another version"},
      {"{\"status\":5}", PL_E_PROTOCOL, "reply: not an object with a status"},
      {"{}", PL_E_PROTOCOL, "reply: not an object with a status"},
      {"[]", PL_E_PROTOCOL, "reply: not an object with a status"},
      {"", PL_E_PROTOCOL, "reply: not an object with a status"},
      {"{\"status\":\"ok\"} x", PL_E_PROTOCOL, "reply: not an object with a status"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    struct pl_client_reply reply;
    assert_int_equal(read_reply(cases[i].json, 0, &reply), cases[i].status);
    assert_string_equal(reply.error, cases[i].error);
    json_decref(reply.json);
  }
  for (size_t cut = 1; cut < HEADER_BYTES + 15; cut++) {
    struct pl_client_reply reply;
    assert_int_equal(read_reply("{\"status\":\"ok\"}", cut, &reply), PL_E_PROTOCOL);
    assert_null(reply.json);
  }
}

static void test_a_reply_to_another_verb(void **state) {
  (void)state;
  unsigned char bytes[64] = {0};
  const char *json, *why = NULL;
  size_t json_bytes;
  size_t size = pl_protocol_put_reply(PL_VERB_MODE, 2, bytes);
  assert_int_equal(pl_protocol_get_reply(bytes, size, PL_VERB_STATUS, &json, &json_bytes, &why),
                   PL_E_PROTOCOL);
  assert_string_equal(why, "reply to another verb");
  size = pl_protocol_put_reply(0, 2, bytes); /* the daemon could not read the request */
  assert_int_equal(pl_protocol_get_reply(bytes, size, PL_VERB_STATUS, &json, &json_bytes, &why),
                   PL_OK);
  assert_int_equal(json_bytes, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_request_round_trip),
      cmocka_unit_test(test_every_length),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_what_a_capture_may_hold),
      cmocka_unit_test(test_names_must_end),
      cmocka_unit_test(test_every_bit),
      cmocka_unit_test(test_replies),
      cmocka_unit_test(test_a_reply_to_another_verb),
  };
  return cmocka_run_group_tests(tests, make_good, NULL);
}
