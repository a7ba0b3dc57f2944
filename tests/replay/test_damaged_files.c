/* Capture files cut and corrupted anywhere, headers of the file format included, through the port
 * and the whole pipeline: it never crashes, every frame that could be read is accounted for, every
 * decision stays inside the policy's bounds. */
#include "dataplane/port/eal.h"
#include "dataplane/port/port.h"
#include "tests/harness/harness.h"
#include "tests/unit/engine/random.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#define FILES        2000
#define SECONDS      2
#define UPDATES_S    60
#define HARM_MAX     8
#define FILE_HEADERS 64 /* damage falls here more often: the part that says what the file is */

static char path[] = "/tmp/plimsoll-damaged-XXXXXX";

struct file {
  uint8_t *bytes;
  size_t size_bytes;
};

static void write_good(const char *name) {
  struct pl_frames frames = {0};
  pl_frames_exchange(&frames, 3, SECONDS, UPDATES_S);
  pcap_t *dead = pcap_open_dead(DLT_EN10MB, PL_FRAME_BYTES_MAX);
  pcap_dumper_t *dump = pcap_dump_open(dead, name);
  assert_non_null(dump);
  for (uint32_t i = 0; i < frames.count; i++) {
    const struct pl_frame *frame = &frames.frames[i];
    struct pcap_pkthdr header = {.caplen = frame->size_bytes, .len = frame->size_bytes};
    header.ts.tv_sec = (time_t)(frame->recv_ns / 1000000000);
    header.ts.tv_usec = (suseconds_t)(frame->recv_ns % 1000000000 / 1000);
    pcap_dump((u_char *)dump, &header, frame->data);
  }
  pcap_dump_close(dump);
  pcap_close(dead);
  pl_frames_free(&frames);
}

static struct file read_whole(const char *name) {
  FILE *in = fopen(name, "rb");
  assert_non_null(in);
  assert_int_equal(fseek(in, 0, SEEK_END), 0);
  struct file file = {.size_bytes = (size_t)ftell(in)};
  rewind(in);
  file.bytes = malloc(file.size_bytes);
  assert_non_null(file.bytes);
  assert_int_equal(fread(file.bytes, 1, file.size_bytes, in), file.size_bytes);
  (void)fclose(in);
  return file;
}

static void write_damaged(const struct file *good, uint64_t seed) {
  uint64_t state = seed;
  uint8_t *bytes = malloc(good->size_bytes);
  size_t size_bytes = good->size_bytes;
  assert_non_null(bytes);
  memcpy(bytes, good->bytes, size_bytes);
  uint64_t harm = random_below(&state, HARM_MAX + 1);
  for (uint64_t i = 0; i < harm; i++) {
    bool in_headers = random_below(&state, 16) == 0;
    size_t at = random_below(&state, in_headers ? FILE_HEADERS : size_bytes);
    bytes[at] = (uint8_t)random_next(&state);
  }
  if (random_below(&state, 2) == 0) size_bytes = random_below(&state, size_bytes);
  int file = open(path, O_WRONLY | O_TRUNC);
  assert_true(file >= 0);
  assert_int_equal(write(file, bytes, size_bytes), (ssize_t)size_bytes);
  (void)close(file);
  free(bytes);
}

static void check_decision(void *context, const struct pl_decision *decision) {
  const struct pl_policy_row *row = &((const struct pl_policy *)context)->rows[0];
  assert_true(decision->im_ppm >= row->im_min_ppm && decision->im_ppm <= row->im_max_ppm);
  assert_true(decision->mm_ppm > 0 && decision->mm_ppm <= decision->im_ppm);
  assert_true(decision->clip_max_u6 >= 0);
}

/* Plays the damaged file; returns how many frames the scan could read. */
static uint64_t play(struct pl_policy *policy) {
  struct pl_frame frames[PL_BURST_FRAMES_MAX];
  struct pl_port *port;
  char error[PL_EAL_ERROR_BYTES] = "";
  enum pl_status status = pl_port_open_capture(path, PL_LINE_A, &port, error, sizeof error);
  if (status != PL_OK) {
    assert_true(error[0] != '\0');
    return 0;
  }
  struct pl_harness harness = {.each = check_decision, .context = policy};
  pl_harness_open(&harness, policy);
  while (!pl_port_ended(port)) {
    uint32_t count = pl_port_burst(port, frames, PL_BURST_FRAMES_MAX);
    struct pl_frames burst = {.frames = frames, .count = count};
    if (count != 0) pl_harness_play(&harness, &burst);
  }
  struct pl_port_stats stats;
  pl_port_stats(port, &stats);
  uint64_t frames_read = pl_port_capture_info(port)->frames;
  assert_true(pl_harness_ledger_closes(&harness));
  assert_int_equal(pl_feed_counters(harness.pipeline.feed)->frames + stats.rx_missing, frames_read);
  pl_harness_close(&harness);
  pl_port_close(port);
  return frames_read;
}

static void damaged_files_are_played_as_far_as_they_go(void **state) {
  (void)state;
  struct pl_policy policy;
  pl_policy_default(&policy);
  write_good(path);
  struct file good = read_whole(path);
  uint64_t whole = play(&policy), refused = 0, cut = 0;
  assert_true(whole > 200);
  for (uint64_t seed = 0; seed < FILES; seed++) {
    write_damaged(&good, seed);
    uint64_t frames = play(&policy);
    refused += frames == 0;
    cut += frames > 0 && frames < whole;
  }
  print_message("%u files: %llu refused, %llu cut short\n", FILES, (unsigned long long)refused,
                (unsigned long long)cut);
  assert_true(refused > 0 && cut > FILES / 4);
  free(good.bytes);
}

static int setup(void **state) {
  (void)state;
  char error[PL_EAL_ERROR_BYTES];
  int file = mkstemp(path);
  if (file < 0) return -1;
  (void)close(file);
  const struct pl_eal_config config = {.profile = PL_EAL_EMBEDDED};
  return pl_eal_start(&config, error, sizeof error) == PL_OK ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  pl_eal_stop();
  return unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_files_are_played_as_far_as_they_go)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
