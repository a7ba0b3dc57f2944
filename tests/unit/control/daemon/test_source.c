/* Files that operators name, made into captures: day files of the venue, compressed files, and what
 * is neither. */
#include "control/daemon/source.h"
#include "dataplane/port/capture.h"
#include "tests/venue/wire_itch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define STOCKS 100u

static char folder[] = "/tmp/plimsoll-source-XXXXXX";
static char path[64], made[PL_SOURCE_PATH_BYTES], error[256];
static uint8_t day[8192];
static size_t day_bytes;

static int setup(void **state) {
  (void)state;
  strcpy(folder + strlen(folder) - 6, "XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  (void)snprintf(path, sizeof path, "%s/day", folder);
  const struct pl_wire_itch_head head = {1, 0, UINT64_C(34200000000000)};
  day_bytes = 0;
  for (uint32_t i = 0; i <= STOCKS; i++) {
    uint8_t bytes[PL_WIRE_ITCH_PAYLOAD_MAX];
    struct pl_wire_itch packet;
    bool good = pl_wire_itch_begin(&packet, bytes, sizeof bytes, "", 1);
    const struct pl_wire_itch_directory stock = {.head = head, .stock = "A", .authenticity = 'P'};
    good &=
        i == 0 ? pl_wire_itch_system(&packet, &head, 'O') : pl_wire_itch_directory(&packet, &stock);
    size_t size = pl_wire_itch_finish(&packet) - PL_WIRE_ITCH_HEADER;
    memcpy(day + day_bytes, bytes + PL_WIRE_ITCH_HEADER, size);
    day_bytes += size;
    if (!good) return -1;
  }
  return 0;
}

static int teardown(void **state) {
  (void)state;
  (void)unlink(path);
  return rmdir(folder);
}

static void save(const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

/* Bytes of UDP payload in the capture that was made, and whether its tail is cut. */
static uint64_t payload(bool *ret_cut) {
  int fd;
  struct pl_port_capture_info info;
  assert_int_equal(pl_capture_open(made, &fd, &info, error, sizeof error), PL_OK);
  (void)close(fd);
  *ret_cut = info.tail_cut;
  assert_true(info.last_ns == UINT64_C(34200000000000));
  return info.bytes - info.frames * (42 + 20);
}

static void day_file_becomes_packets(void **state) {
  (void)state;
  bool cut;
  save(day, day_bytes);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_OK);
  assert_string_not_equal(made, path);
  assert_true(payload(&cut) == day_bytes);
  assert_false(cut);
}

static void compressed_day_file_becomes_the_same(void **state) {
  (void)state;
  bool cut;
  gzFile file = gzopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(gzwrite(file, day, (unsigned)day_bytes), day_bytes);
  assert_int_equal(gzclose(file), Z_OK);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_OK);
  assert_true(payload(&cut) == day_bytes);
}

static void cut_day_file_is_told(void **state) {
  (void)state;
  bool cut;
  save(day, day_bytes - 1);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_OK);
  assert_true(payload(&cut) == day_bytes - 41); /* a stock less */
  assert_true(cut);
}

static void damaged_day_file_is_refused(void **state) {
  (void)state;
  day[14 + 41 * 50] ^= 0x80; /* a length in its middle */
  save(day, day_bytes);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_E_BLOCK);
  assert_non_null(strstr(error, "damaged at byte"));
  assert_non_null(strstr(error, path));
  save(day, 10);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_E_TRUNCATED);
}

static void other_files_keep_their_path(void **state) {
  (void)state;
  static const char *const texts[] = {"\xd4\xc3\xb2\xa1 is a capture, plain", "no capture", "x"};
  for (uint32_t i = 0; i < 3; i++) {
    save(texts[i], strlen(texts[i]));
    assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_OK);
    assert_string_equal(made, path);
  }
  (void)unlink(path);
  assert_int_equal(pl_source_open(path, made, error, sizeof error), PL_E_NO_FILE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(day_file_becomes_packets),    TEST(compressed_day_file_becomes_the_same),
      TEST(cut_day_file_is_told),        TEST(damaged_day_file_is_refused),
      TEST(other_files_keep_their_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
