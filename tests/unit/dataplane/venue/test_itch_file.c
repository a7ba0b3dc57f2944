/* The day file in packets: every message once and in order, wherever the file is cut, and a length
 * that lies is told where it stands. */
#include "dataplane/venue/itch_file.h"
#include "tests/unit/dataplane/venue/itch_packets.h"

#define ROUNDS 20u

static struct packets packets;
static uint8_t file_bytes[65536];
static size_t file_size, ends[1024]; /* where each message of the file ends */
static uint32_t message_count;

/* The file: all types, over and over, each round a second later, with a block of nothing between.
 */
static int setup(void **state) {
  (void)state;
  packets_open(&packets, INSTRUMENTS);
  file_size = message_count = 0;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    packets_begin(&packets, SESSION);
    packets_put_all(&packets);
    const struct pl_wire_itch_head head = {1, 1, TIME_NS + round * UINT64_C(1000000000)};
    assert_true(pl_wire_itch_delete(&packets.wire, &head, round));
    assert_true(pl_wire_itch_blank(&packets.wire, 0, &head, 0));
    size_t size = packets.wire.size - PL_WIRE_ITCH_HEADER;
    memcpy(file_bytes + file_size, packets.bytes + PL_WIRE_ITCH_HEADER, size);
    for (size_t at = 0; at < size; ends[message_count++] = file_size + at)
      at += 2u + ((size_t)file_bytes[file_size + at] << 8 | file_bytes[file_size + at + 1]);
    file_size += size;
  }
  packets_begin(&packets, SESSION);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  packets_close(&packets);
  return 0;
}

/* Plays a piece of the file, [size], on heap blocks of exactly the size that may be used. */
struct player {
  struct pl_itch_file file;
  uint32_t packets;
  size_t used;
  uint8_t packet[PL_ITCH_FILE_PACKET_BYTES_MAX];
};

static enum pl_status play_one(struct player *player, const uint8_t *bytes, size_t size) {
  size_t left = size - player->used, packet_bytes = 0, used = 0;
  uint8_t *exact = malloc(left != 0 ? left : 1);
  assert_non_null(exact);
  memcpy(exact, bytes + player->used, left);
  uint64_t seq = player->file.messages + 1;
  const struct pl_itch_file before = player->file;
  enum pl_status status =
      pl_itch_file_next(&player->file, exact, left, player->packet, &packet_bytes, &used);
  free(exact);
  if (status != PL_OK) {
    assert_memory_equal(&player->file, &before, sizeof before);
    return status;
  }
  assert_true(packet_bytes <= PL_ITCH_FILE_PACKET_BYTES_MAX && used + 20 == packet_bytes);
  assert_memory_equal(player->packet + 20, bytes + player->used, used);
  assert_int_equal(decoder_take(&packets.decoder, player->packet, packet_bytes, &packets.place),
                   PL_OK);
  assert_int_equal(packets.decoder.head.seq, seq);
  assert_int_equal(packets.decoder.head.seq_count, player->file.messages - before.messages);
  player->used += used;
  player->packets++;
  return PL_OK;
}

static enum pl_status play(struct player *player, const uint8_t *bytes, size_t size) {
  *player = (struct player){.used = 0};
  enum pl_status status = PL_OK;
  while ((status = play_one(player, bytes, size)) == PL_OK) continue;
  return status;
}

static void file_becomes_packets(void **state) {
  (void)state;
  struct player player;
  assert_int_equal(play(&player, file_bytes, file_size), PL_E_EMPTY);
  assert_int_equal(player.used, file_size);
  assert_int_equal(player.file.messages, message_count);
  assert_int_equal(player.file.time_ns, TIME_NS + (ROUNDS - 1) * UINT64_C(1000000000));
  /* filled as far as they go: the longest message, with its length, has 52 bytes */
  assert_in_range(player.packets, file_size / 1380, file_size / (1380 - 52) + 1);
}

static void packet_has_the_time_of_its_last_message(void **state) {
  (void)state;
  struct player player = {.used = 0};
  uint64_t later = 0;
  while (play_one(&player, file_bytes, file_size) == PL_OK) {
    uint32_t last = 0;
    while (ends[last] < player.used) last++;
    /* a round is 25 messages; the last but one is later than those before, the last is nothing */
    uint64_t round = last / 25, wanted_ns = TIME_NS;
    if (last % 25 >= 23) wanted_ns += round * UINT64_C(1000000000);
    assert_int_equal(player.file.time_ns, wanted_ns);
    later += wanted_ns > TIME_NS;
  }
  assert_true(later != 0);
}

static void cut_anywhere_gives_all_whole_messages(void **state) {
  (void)state;
  for (size_t cut = 0; cut <= 3000; cut++) {
    struct player player;
    uint32_t whole = 0;
    while (whole < message_count && ends[whole] <= cut) whole++;
    size_t whole_bytes = whole != 0 ? ends[whole - 1] : 0;
    enum pl_status wanted = whole_bytes == cut ? PL_E_EMPTY : PL_E_TRUNCATED;
    assert_int_equal(play(&player, file_bytes, cut), wanted);
    assert_int_equal(player.used, whole_bytes);
    assert_int_equal(player.file.messages, whole);
  }
}

/* Read in pieces, what was cut comes whole with the next piece. */
static void reading_in_pieces_changes_no_message(void **state) {
  (void)state;
  for (size_t piece = 53; piece < 2000; piece += 97) {
    struct player player = {.used = 0};
    for (size_t there = piece;; there += piece) {
      size_t size = there < file_size ? there : file_size;
      enum pl_status status;
      while ((status = play_one(&player, file_bytes, size)) == PL_OK) continue;
      if (size == file_size && status == PL_E_EMPTY) break;
      assert_true(size < file_size && (status == PL_E_EMPTY || status == PL_E_TRUNCATED));
    }
    assert_int_equal(player.file.messages, message_count);
  }
}

static void lying_length_is_told_where_it_stands(void **state) {
  (void)state;
  static const uint16_t lies[] = {1, 18, 20, 37, 1379, 9000, 65535};
  for (uint32_t which = 1; which < 24; which++)
    for (uint32_t i = 0; i < COUNT(lies); i++) {
      size_t at = ends[which - 1];
      uint8_t kept[2] = {file_bytes[at], file_bytes[at + 1]};
      if ((uint32_t)(kept[0] << 8 | kept[1]) == lies[i] || kept[1] == 0) continue;
      file_bytes[at] = (uint8_t)(lies[i] >> 8);
      file_bytes[at + 1] = (uint8_t)lies[i];
      struct player player;
      assert_int_equal(play(&player, file_bytes, file_size), PL_E_BLOCK);
      assert_int_equal(player.used, at);
      assert_int_equal(player.file.messages, which);
      memcpy(file_bytes + at, kept, 2);
    }
}

static void blocks_of_nothing_make_no_packet_too_large(void **state) {
  (void)state;
  static const uint8_t nothing[4096];
  struct player player;
  assert_int_equal(play(&player, nothing, sizeof nothing), PL_E_EMPTY);
  assert_int_equal(player.file.messages, 2048);
  assert_int_equal(player.packets, 4);
  assert_int_equal(player.file.time_ns, 0);
  assert_int_equal(play(&player, nothing, 4095), PL_E_TRUNCATED);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(file_becomes_packets),
      TEST(packet_has_the_time_of_its_last_message),
      TEST(cut_anywhere_gives_all_whole_messages),
      TEST(reading_in_pieces_changes_no_message),
      TEST(lying_length_is_told_where_it_stands),
      TEST(blocks_of_nothing_make_no_packet_too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
