/* Compressed files: what comes out, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "dataplane/port/capture.h"
#include "dataplane/port/inflate.h"
#include "tests/unit/dataplane/port/capture_file.h"

#define PLAIN_BYTES ((3u << 18) + 77) /* several reads and several writes */
#define ROOM_BYTES  (PLAIN_BYTES * 2)

static char scratch[64], path[128], error[256];
static uint8_t plain[PLAIN_BYTES], packed[ROOM_BYTES], got[ROOM_BYTES];

/* Half of it compresses well, half does not. */
static void fill(void) {
  uint32_t state = 1;
  for (uint32_t i = 0; i < PLAIN_BYTES; i++) {
    state = state * 1664525u + 1013904223u;
    plain[i] = i % 8192 < 4096 ? (uint8_t)(i / 8192) : (uint8_t)(state >> 24);
  }
}

static size_t gzip(const uint8_t *data, size_t bytes, uint8_t *ret_packed) {
  z_stream stream = {.next_in = (uint8_t *)(uintptr_t)data,
                     .avail_in = (uInt)bytes,
                     .next_out = ret_packed,
                     .avail_out = ROOM_BYTES / 2};
  assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  size_t size = stream.total_out;
  (void)deflateEnd(&stream);
  return size;
}

static int zstd_checksum = 1; /* so that damage shows */

static size_t zstd(const uint8_t *data, size_t bytes, uint8_t *ret_packed) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, zstd_checksum)));
  size_t size = ZSTD_compress2(context, ret_packed, ROOM_BYTES / 2, data, bytes);
  assert_false(ZSTD_isError(size));
  (void)ZSTD_freeCCtx(context);
  return size;
}

typedef size_t pack_function(const uint8_t *data, size_t bytes, uint8_t *ret_packed);
static pack_function *const packers[] = {gzip, zstd};

static void write_file(const uint8_t *data, size_t bytes) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, bytes, file), bytes);
  assert_int_equal(fclose(file), 0);
}

/* Opens what was written and compares all of it with what is wanted. */
static void expect_plain(const uint8_t *wanted, size_t bytes, bool compressed) {
  int fd = -1;
  struct pl_inflate_info info;
  enum pl_status status =
      pl_inflate_open(path, PL_CAPTURE_INFLATED_BYTES_MAX, &fd, &info, error, sizeof error);
  assert_int_equal(status, PL_OK);
  assert_int_equal(info.compressed, compressed);
  assert_int_equal(info.bytes, bytes);
  size_t size = 0;
  for (ssize_t more; (more = read(fd, got + size, sizeof got - size)) > 0;) size += (size_t)more;
  assert_int_equal(size, bytes);
  assert_memory_equal(got, wanted, bytes);
  assert_int_equal(close(fd), 0);
}

static void expect_refusal(uint64_t bytes_max, enum pl_status wanted, const char *words) {
  int fd = -7;
  struct pl_inflate_info info = {.bytes = 42};
  error[0] = '\0';
  assert_int_equal(pl_inflate_open(path, bytes_max, &fd, &info, error, sizeof error), wanted);
  assert_int_equal(fd, -7);
  assert_int_equal(info.bytes, 42);
  assert_non_null(strstr(error, words));
  assert_non_null(strstr(error, path));
}

static void a_plain_file_is_itself(void **state) {
  (void)state;
  write_file(plain, 1000);
  expect_plain(plain, 1000, false);
  write_file((const uint8_t *)"\x1f", 1); /* shorter than any magic */
  expect_plain((const uint8_t *)"\x1f", 1, false);
}

static void a_compressed_file_is_inflated_whatever_its_name(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 2; i++) {
    write_file(packed, packers[i](plain, PLAIN_BYTES, packed));
    expect_plain(plain, PLAIN_BYTES, true);
  }
}

/* The second begins anywhere in a read, also right at its start. */
static void members_follow_one_another(void **state) {
  (void)state;
  static const size_t cuts[] = {1, 100, 65536, PLAIN_BYTES / 2, PLAIN_BYTES - 1};
  for (uint32_t i = 0; i < 2; i++)
    for (uint32_t cut = 0; cut < sizeof cuts / sizeof *cuts; cut++) {
      size_t size = packers[i](plain, cuts[cut], packed);
      size += packers[i](plain + cuts[cut], PLAIN_BYTES - cuts[cut], packed + size);
      size += packers[i](plain, 0, packed + size); /* an empty one adds nothing */
      write_file(packed, size);
      expect_plain(plain, PLAIN_BYTES, true);
    }
}

/* The last read's few bytes make more than one write can take; without a checksum nothing is left
 * to read when the last of it comes out. */
static void a_little_input_makes_much_output(void **state) {
  (void)state;
  memset(plain, 0, PLAIN_BYTES);
  for (uint32_t i = 0; i < 2; i++) {
    write_file(packed, packers[i](plain, PLAIN_BYTES, packed));
    expect_plain(plain, PLAIN_BYTES, true);
  }
  zstd_checksum = 0;
  for (size_t first = 100; first < 1000; first += 300) {
    size_t size = zstd(plain, first, packed);
    write_file(packed, size + zstd(plain, 1u << 18, packed + size));
    expect_plain(plain, first + (1u << 18), true);
  }
  zstd_checksum = 1;
  fill();
}

static void a_skippable_frame_is_skipped(void **state) {
  (void)state;
  static const uint8_t head[] = {0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
  memcpy(packed, head, sizeof head);
  write_file(packed, sizeof head + zstd(plain, 5000, packed + sizeof head));
  expect_plain(plain, 5000, true);
}

static void every_cut_is_refused(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 2; i++) {
    size_t size = packers[i](plain, 5000, packed);
    for (size_t cut = 4; cut < size; cut += cut < 40 || cut > size - 40 ? 1 : 97) {
      write_file(packed, cut);
      expect_refusal(PL_CAPTURE_INFLATED_BYTES_MAX, PL_E_COMPRESSED, "is cut");
    }
  }
}

static void damage_is_refused(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 2; i++) {
    size_t size = packers[i](plain, PLAIN_BYTES, packed);
    packed[size / 2] ^= 0x10;
    write_file(packed, size);
    expect_refusal(PL_CAPTURE_INFLATED_BYTES_MAX, PL_E_COMPRESSED, "damaged");
    size = packers[i](plain, 5000, packed);
    memset(packed + size, 'x', 50); /* what follows is no member */
    write_file(packed, size + 50);
    expect_refusal(PL_CAPTURE_INFLATED_BYTES_MAX, PL_E_COMPRESSED, "damaged");
  }
}

static void the_bound_holds(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 2; i++) {
    write_file(packed, packers[i](plain, 70000, packed));
    expect_refusal(69999, PL_E_TOO_LARGE, "69999 bytes");
    expect_plain(plain, 70000, true);
    write_file(packed, packers[i](plain, PLAIN_BYTES, packed)); /* in several writes */
    expect_refusal(PLAIN_BYTES - 1, PL_E_TOO_LARGE, path);
    write_file(packed, packers[i](plain, 0, packed));
    expect_refusal(69999, PL_E_EMPTY, "empty");
  }
}

static void what_is_no_file_is_refused(void **state) {
  (void)state;
  write_file(plain, 0);
  expect_refusal(1, PL_E_EMPTY, "empty");
  (void)unlink(path);
  expect_refusal(1, PL_E_NO_FILE, "cannot open");
  assert_int_equal(mkfifo(path, 0600), 0);
  expect_refusal(1, PL_E_NOT_CAPTURE, "regular");
  (void)unlink(path);
}

/* The same frames come from a capture and from its compressed copies. */
static void captures_are_read_compressed(void **state) {
  (void)state;
  capture_file_write(path, 20, capture_file_size_small);
  FILE *file = fopen(path, "rb");
  size_t bytes = fread(plain, 1, sizeof plain, file);
  (void)fclose(file);
  for (uint32_t i = 0; i < 2; i++) {
    struct pl_capture_reader *reader;
    struct pl_frame frame;
    struct pl_port_capture_info info;
    uint8_t wanted[CAPTURE_FRAME_BYTES_MAX];
    int fd;
    write_file(packed, packers[i](plain, bytes, packed));
    assert_int_equal(pl_capture_open(path, &fd, &info, error, sizeof error), PL_OK);
    assert_int_equal(info.frames, 20);
    assert_false(info.tail_cut);
    assert_int_equal(close(fd), 0);
    assert_int_equal(pl_capture_reader_open(path, &reader, error, sizeof error), PL_OK);
    for (uint32_t n = 0; n < 20; n++) {
      assert_true(pl_capture_reader_next(reader, &frame));
      capture_file_fill(wanted, n, capture_file_size_small(n));
      assert_int_equal(frame.size_bytes, capture_file_size_small(n));
      assert_memory_equal(frame.data, wanted, frame.size_bytes);
      assert_int_equal(frame.recv_ns, capture_file_stamp_us(n) * 1000);
    }
    assert_false(pl_capture_reader_next(reader, &frame));
    assert_false(pl_capture_reader_tail_cut(reader));
    pl_capture_reader_close(reader);
    /* compressed whole, but the capture inside is cut: read up to there */
    write_file(packed, packers[i](plain, bytes - 5, packed));
    assert_int_equal(pl_capture_open(path, &fd, &info, error, sizeof error), PL_OK);
    assert_int_equal(info.frames, 19);
    assert_true(info.tail_cut);
    assert_int_equal(close(fd), 0);
  }
  fill();
}

int main(void) {
  (void)snprintf(scratch, sizeof scratch, "/tmp/plimsoll-inflate-XXXXXX");
  if (mkdtemp(scratch) == NULL) return 1;
  (void)snprintf(path, sizeof path, "%s/file", scratch);
  fill();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_file_is_itself),
      cmocka_unit_test(a_compressed_file_is_inflated_whatever_its_name),
      cmocka_unit_test(members_follow_one_another),
      cmocka_unit_test(a_little_input_makes_much_output),
      cmocka_unit_test(a_skippable_frame_is_skipped),
      cmocka_unit_test(every_cut_is_refused),
      cmocka_unit_test(damage_is_refused),
      cmocka_unit_test(the_bound_holds),
      cmocka_unit_test(what_is_no_file_is_refused),
      cmocka_unit_test(captures_are_read_compressed),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  (void)unlink(path);
  (void)rmdir(scratch);
  return failed;
}
