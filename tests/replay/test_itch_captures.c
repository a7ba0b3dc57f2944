/* Real frames of the venue: every one judged good, every byte accounted for, every message of a
 * type counted by a walk of its own, and the exchange's time found beside the receive time. */
#include "dataplane/feed/udp.h"
#include "dataplane/venue/itch.h"
#include "tests/harness/harness.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER    "captures/nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0"
#define SECOND_NS UINT64_C(1000000000)

struct tally {
  uint32_t files, frames, messages, events;
  uint32_t types[256];
};

/* The blocks of a packet, without the decoder's help; they must end where the packet does. */
static uint32_t walk(struct tally *tally, const struct pl_packet *packet) {
  uint32_t at = 20, blocks = 0;
  for (; at + 2 < packet->size_bytes; blocks++) {
    tally->types[packet->data[at + 2]]++;
    at += 2u + (uint32_t)(packet->data[at] << 8 | packet->data[at + 1]);
  }
  assert_int_equal(at, packet->size_bytes);
  return blocks;
}

static void take(struct tally *tally, void *decoder, const struct pl_frame *frame) {
  struct pl_packet packet;
  struct pl_venue_head head;
  struct pl_venue_verdict verdict;
  struct pl_event events[PL_FRAME_EVENTS_MAX];
  assert_int_equal(pl_udp_parse(frame->data, frame->size_bytes, &packet), PL_OK);
  assert_int_equal(pl_itch_venue.head(&packet, &head), PL_OK);
  assert_int_equal(pl_itch_venue.judge(&packet, &verdict), PL_OK);
  assert_int_equal(walk(tally, &packet), verdict.messages);
  assert_int_equal(head.seq_count, verdict.messages);
  const struct pl_venue_context context = {.recv_ns = frame->recv_ns};
  uint32_t count = pl_itch_venue.write(decoder, &packet, &context, events);
  assert_true(count <= verdict.events_max);
  for (uint32_t i = 0; i < count; i++) {
    assert_true(events[i].exch_ns + SECOND_NS > frame->recv_ns);
    assert_true(events[i].exch_ns < frame->recv_ns + SECOND_NS);
  }
  tally->frames++;
  tally->messages += verdict.messages;
  tally->events += count;
}

static void take_file(struct tally *tally, void *decoder, const char *path) {
  struct pl_frames frames = {0};
  assert_true(pl_frames_read(&frames, path));
  for (uint32_t i = 0; i < frames.count; i++) take(tally, decoder, &frames.frames[i]);
  tally->files++;
  pl_frames_free(&frames);
}

static void captures_are_decoded_whole(void **state) {
  (void)state;
  char folder[4096], path[8192];
  if (pl_harness_shared(FOLDER, folder, sizeof folder) == NULL) skip();
  struct pl_arena arena;
  assert_int_equal(pl_arena_open(pl_directory_footprint(16) + pl_itch_venue.footprint(), &arena),
                   PL_OK);
  struct pl_directory *directory = pl_directory_create(&arena, 16);
  void *decoder = pl_itch_venue.create(&arena, directory);
  struct tally tally = {.files = 0};
  DIR *listing = opendir(folder);
  assert_non_null(listing);
  for (struct dirent *file; (file = readdir(listing)) != NULL;) {
    if (strstr(file->d_name, ".pcap") == NULL) continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
    take_file(&tally, decoder, path);
  }
  (void)closedir(listing);
  /* the same counts as tshark's moldudp64 dissector gives: frames, blocks, first byte of each */
  static const struct {
    char type;
    uint32_t count;
  } types[] = {{'A', 37}, {'D', 2}, {'F', 2}, {'E', 1}, {'U', 1}, {'H', 1}, {'I', 1}, {'L', 1}};
  assert_int_equal(tally.files, 8);
  assert_int_equal(tally.frames, 9);
  assert_int_equal(tally.messages, 46);
  for (uint32_t i = 0; i < sizeof types / sizeof types[0]; i++)
    assert_int_equal(tally.types[(uint8_t)types[i].type], types[i].count);
  assert_int_equal(pl_itch_venue.counters(decoder)->messages_unknown, 0);
  pl_arena_close(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(captures_are_decoded_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
