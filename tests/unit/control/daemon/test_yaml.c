/* The YAML reader: an edge table of texts and the line each is refused on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/daemon/yaml.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

struct subject {
  uint64_t wait_ns;
  uint32_t share_ppm;
  int64_t size_u6;
  uint8_t colour;
  bool wanted;
  char name[8];
  uint32_t inner, list;
};

static const struct pl_yaml_choice colours[] = {{"red", 1}, {"green", 2}, {NULL, 0}};

static const struct pl_yaml_field fields[] = {
    PL_YAML_FIELD_NUMBER("wait", struct subject, wait_ns, true, ns, 1000000, 60000000000),
    PL_YAML_FIELD_NUMBER("share", struct subject, share_ppm, false, ppm, 0, 1000000),
    PL_YAML_FIELD_NUMBER("size", struct subject, size_u6, false, u6, 1, 1000000000000000000),
    PL_YAML_FIELD_CHOICE("colour", struct subject, colour, false, colours),
    PL_YAML_FIELD_OTHER("wanted", FLAG, struct subject, wanted, false),
    PL_YAML_FIELD_OTHER("name", TEXT, struct subject, name, false),
    PL_YAML_FIELD_OTHER("inner", MAP, struct subject, inner, false),
    PL_YAML_FIELD_OTHER("list", LIST, struct subject, list, false),
};

static char error[PL_YAML_ERROR_BYTES];

static enum pl_status read_text(const char *text, struct subject *ret_subject) {
  struct pl_yaml *yaml = NULL;
  enum pl_status status =
      pl_yaml_open_bytes("t.yaml", text, strlen(text), &yaml, error, sizeof error);
  if (status == PL_OK)
    status = pl_yaml_fields(yaml, pl_yaml_root(yaml), fields, COUNT_OF(fields), ret_subject, NULL);
  pl_yaml_close(yaml);
  return status;
}

static void test_values_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t wait_ns;
    uint32_t share_ppm;
    int64_t size_u6;
  } cases[] = {
      {"wait: 5 s\nshare: 10 %\nsize: 250k\n", 5000000000, 100000, 250000000000},
      {"wait: 250ms\nshare: 25 bps\nsize: 250000 USD\n", 250000000, 2500, 250000000000},
      {"wait: 1.5 ms\nshare: 500 ppm\nsize: 0.000001\n", 1500000, 500, 1},
      {"wait: 1 min\nshare: 100 %\nsize: 1_000_000 M\n", 60000000000, 1000000, 1000000000000000000},
      {"wait: '1_000_000 ns'\nshare: 0 ppm\nsize: 1.25 M USD\n", 1000000, 0, 1250000000000},
      {"wait: 0001.000 s\nshare: 0.0001 %\nsize: 0.1 k\n", 1000000000, 1, 100000000},
      {"{wait: 2 s, share: \"1.5 %\", size: 3}", 2000000000, 15000, 3000000},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    struct subject subject = {0};
    error[0] = '\0';
    assert_int_equal(read_text(cases[i].text, &subject), PL_OK);
    assert_string_equal(error, "");
    assert_int_equal(subject.wait_ns, cases[i].wait_ns);
    assert_int_equal(subject.share_ppm, cases[i].share_ppm);
    assert_int_equal(subject.size_u6, cases[i].size_u6);
  }
}

static void test_other_types(void **state) {
  (void)state;
  struct subject subject = {0};
  assert_int_equal(read_text("# comment: \xc3\xa9\nwait: 1 s\ncolour: green\nwanted: true\n"
                             "name: seven_7\ninner: {a: b}\nlist: [1, 2]\n",
                             &subject),
                   PL_OK);
  assert_int_equal(subject.colour, 2);
  assert_true(subject.wanted);
  assert_string_equal(subject.name, "seven_7");
  assert_int_not_equal(subject.inner, 0);
  assert_int_not_equal(subject.list, 0);
}

/* Every kind of error, with the whole line that the operator sees. */
static const struct {
  const char *text, *error;
} refusals[] = {
    /* keys */
    {"wait: 1 s\nshared: 1 %\n", "t.yaml:2: unknown key 'shared': did you mean 'share'?"},
    {"wait: 1 s\n\nelephant: 1\n", "t.yaml:3: unknown key 'elephant'"},
    {"wait: 1 s\nshare: 1 %\nwait: 2 s\n", "t.yaml:3: duplicate key 'wait', first on line 1"},
    {"wait: 1 s\ninner:\n  a: 1\n  a: 2\n", "t.yaml:4: duplicate key 'a', first on line 3"},
    {"share: 1 %\n", "t.yaml:1: key 'wait' is missing"},
    {"wait: 1 s\n? [a, b]\n: c\n", "t.yaml:2: a key must be a word"},
    /* types */
    {"wait: [1 s]\n", "t.yaml:1: wait: one value is wanted here"},
    {"wait: 1 s\nshare:\n", "t.yaml:2: share: no value"},
    {"wait: 1 s\ncolour: blue\n", "t.yaml:2: colour: 'blue' is none of red, green"},
    {"wait: 1 s\nwanted: yes\n", "t.yaml:2: wanted: 'yes' is neither true nor false"},
    {"wait: 1 s\nname: eight888\n", "t.yaml:2: name: longer than 7 characters"},
    {"wait: 1 s\ninner: []\n", "t.yaml:2: inner: a mapping is wanted here"},
    {"wait: 1 s\ninner: 5\n", "t.yaml:2: inner: a mapping is wanted here"},
    {"wait: 1 s\nlist: {}\n", "t.yaml:2: list: a list is wanted here"},
    /* numbers and units */
    {"wait: 5\n", "t.yaml:1: wait: '5' needs a unit: ns, us, ms, s, min, h"},
    {"wait: 5 days\n", "t.yaml:1: wait: unknown unit 'days': ns, us, ms, s, min, h"},
    {"wait: 5  S\n", "t.yaml:1: wait: unknown unit 'S': ns, us, ms, s, min, h"},
    {"wait: soon\n", "t.yaml:1: wait: 'soon' is no number of at most 18 digits"},
    {"wait: -5 s\n", "t.yaml:1: wait: '-5 s' is no number of at most 18 digits"},
    {"wait: .5 s\n", "t.yaml:1: wait: '.5 s' is no number of at most 18 digits"},
    {"wait: 5. s\n", "t.yaml:1: wait: '5. s' is no number of at most 18 digits"},
    {"wait: 1e3 s\n", "t.yaml:1: wait: unknown unit 'e3 s': ns, us, ms, s, min, h"},
    {"wait: 1.5 s 5\n", "t.yaml:1: wait: unknown unit 's 5': ns, us, ms, s, min, h"},
    {"wait: 1234567890123456789 ns\n",
     "t.yaml:1: wait: '1234567890123456789 ns' is no number of at most 18 digits"},
    {"wait: 0.5 ms\n", "t.yaml:1: wait: 0.5 ms is out of range: 1 ms to 1 min"},
    {"wait: 61 s\n", "t.yaml:1: wait: 61 s is out of range: 1 ms to 1 min"},
    {"wait: 999999999999999999 h\n",
     "t.yaml:1: wait: 999999999999999999 h is out of range: 1 ms to 1 min"},
    {"wait: 1.0000000001 s\n", "t.yaml:1: wait: '1.0000000001 s' has more digits than can be kept"},
    {"wait: 1 s\nshare: 0.00001 %\n",
     "t.yaml:2: share: '0.00001 %' has more digits than can be kept"},
    {"wait: 1 s\nshare: 101 %\n", "t.yaml:2: share: 101 % is out of range: 0 ppm to 100 %"},
    {"wait: 1 s\nsize: 0\n", "t.yaml:2: size: 0 is out of range: 0.000001 to 1000000 M"},
    {"wait: 1 s\nsize: 5 EUR\n", "t.yaml:2: size: unknown unit 'EUR': USD, k, k USD, M, M USD"},
    /* form */
    {"", "t.yaml:1: the file holds nothing"},
    {"# only a comment\n", "t.yaml:1: the file holds nothing"},
    {"- wait\n", "t.yaml:1: the file must hold `key: value` lines"},
    {"wait: &a 1 s\n", "t.yaml:1: anchors (&name) are not taken"},
    {"wait: 1 s\nshare: *a\n", "t.yaml:2: aliases (*name) are not taken"},
    {"wait: 1 s\nshare: !!int 5\n", "t.yaml:2: tags (!name) are not taken"},
    {"wait: 1 s\n---\nwait: 2 s\n", "t.yaml:2: a second document is not taken"},
    {"wait: 1 s\nname: \"\\u00e9\"\n", "t.yaml:2: only printable ASCII is taken outside comments"},
    {"wait: 1 s\nname: \"a\\0b\"\n", "t.yaml:2: only printable ASCII is taken outside comments"},
    {"wait: 1 s\nlist: [[[[[[[[1]]]]]]]]\n", "t.yaml:2: nested too deeply"},
    {"wait: 1 s\n  share: 1 %\n", "t.yaml:2: mapping values are not allowed in this context"},
    {"wait: 1 s\nlist: [1, 2\n", "t.yaml:3: did not find expected ',' or ']'"},
};

static void test_refusals_name_their_line(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(refusals); i++) {
    struct subject subject = {0};
    error[0] = '\0';
    assert_int_equal(read_text(refusals[i].text, &subject), PL_E_CONFIG);
    assert_string_equal(error, refusals[i].error);
  }
}

static void test_every_truncation_ends_cleanly(void **state) {
  (void)state;
  static const char text[] = "wait: 5 s\nshare: 10 %\ninner: {a: [b, 'c']}\nlist:\n  - \"x\"\n";
  for (size_t size = 0; size <= strlen(text); size++) {
    char cut[sizeof text];
    struct subject subject = {0};
    memcpy(cut, text, size);
    cut[size] = '\0';
    enum pl_status status = read_text(cut, &subject);
    assert_true(status == PL_OK || status == PL_E_CONFIG);
  }
}

static void test_size_is_bounded(void **state) {
  (void)state;
  static char big[PL_YAML_BYTES_MAX + 1];
  struct pl_yaml *yaml = NULL;
  memset(big, '\n', sizeof big);
  assert_int_equal(pl_yaml_open_bytes("t.yaml", big, sizeof big, &yaml, error, sizeof error),
                   PL_E_CONFIG);
  assert_string_equal(error, "t.yaml:1: longer than 262144 bytes");
  memset(big, '[', sizeof big);
  assert_int_equal(pl_yaml_open_bytes("t.yaml", big, sizeof big - 1, &yaml, error, sizeof error),
                   PL_E_CONFIG);
  assert_string_equal(error, "t.yaml:1: nested too deeply");
  assert_null(yaml);
}

static void test_a_missing_file_is_named(void **state) {
  (void)state;
  struct pl_yaml *yaml = NULL;
  assert_int_equal(pl_yaml_open("/nonexistent/x.yaml", &yaml, error, sizeof error), PL_E_NO_FILE);
  assert_string_equal(error, "/nonexistent/x.yaml: cannot be read: No such file or directory");
  assert_int_equal(pl_yaml_open("/", &yaml, error, sizeof error), PL_E_NO_FILE);
  assert_null(yaml);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_are_exact),
      cmocka_unit_test(test_other_types),
      cmocka_unit_test(test_refusals_name_their_line),
      cmocka_unit_test(test_every_truncation_ends_cleanly),
      cmocka_unit_test(test_size_is_bounded),
      cmocka_unit_test(test_a_missing_file_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
