/* Packets of every venue put together byte by byte, and what the layouts' walkers make of them. */
#ifndef TESTS_UNIT_DATAPLANE_VENUE_WALKS_H
#define TESTS_UNIT_DATAPLANE_VENUE_WALKS_H

#include "dataplane/venue/layout.h"
#include "tests/unit/dataplane/venue/packets.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_BYTES 2048

static uint8_t room[ROOM_BYTES];
static size_t used;

static inline void begin(void) {
  used = 0;
}

static inline void put(uint64_t value, uint32_t size_bytes) {
  for (uint32_t i = 0; i < size_bytes; i++) room[used++] = (uint8_t)(value >> (8 * i));
}

static inline void put_big(uint64_t value, uint32_t size_bytes) {
  for (uint32_t i = size_bytes; i-- > 0;) room[used++] = (uint8_t)(value >> (8 * i));
}

static inline void put_bytes(uint8_t byte, uint32_t count) {
  memset(room + used, byte, count);
  used += count;
}

/* What walking a packet found. */
struct walk {
  enum pl_status begin, first_error, end;
  uint32_t messages, errors;
  size_t message_bytes;
  struct pl_layout_item items[16];
};

/* From memory of the packet's exact size, so that a sanitizer sees a read beyond; freed by
 * walk_end, which the items do not outlive. */
static uint8_t *exact;

static inline struct walk walk(const char *venue, const uint8_t *data, size_t size_bytes) {
  struct walk walk = {0};
  struct pl_layout_cursor cursor;
  exact = malloc(size_bytes + (size_bytes == 0));
  assert_non_null(exact);
  memcpy(exact, data, size_bytes);
  walk.begin = pl_layout_begin(pl_layout_find(venue), exact, size_bytes, &cursor);
  if (walk.begin != PL_OK) return walk;
  bool stuck = false;
  while (!stuck && pl_layout_more(&cursor)) {
    struct pl_layout_item item;
    size_t at = cursor.at;
    enum pl_status status = pl_layout_next(&cursor, &item);
    assert_int_equal(item.offset, at);
    assert_int_equal(cursor.at, at + item.size_bytes);
    assert_true(cursor.at <= cursor.end && cursor.end <= size_bytes);
    stuck = item.size_bytes == 0;
    assert_true(status != PL_OK || !stuck);
    if (status != PL_OK && walk.errors++ == 0) walk.first_error = status;
    if (status != PL_OK) continue;
    walk.message_bytes += item.size_bytes;
    walk.items[walk.messages++ % 16] = item;
  }
  walk.end = stuck ? walk.first_error : pl_layout_end(&cursor);
  return walk;
}

static inline void walk_end(void) {
  free(exact);
  exact = NULL;
}

/* Reads every byte that an item's fields name. */
static inline uint64_t touch_fields(const struct pl_layout_fields *fields, const uint8_t *block,
                                    uint32_t block_bytes, uint16_t version) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < fields->count; i++)
    if (pl_layout_has(&fields->rows[i], block_bytes, version))
      for (uint32_t at = 0; at < fields->rows[i].size; at++)
        sum += block[fields->rows[i].offset + at];
  return sum;
}

static inline uint64_t touch(const struct pl_layout_item *item) {
  if (item->message == NULL) return 0;
  uint64_t sum =
      touch_fields(&item->message->fields, item->block, item->block_bytes, item->version);
  for (uint32_t g = 0; g < item->group_count; g++)
    for (uint32_t i = 0; item->groups[g].group != NULL && i < item->groups[g].count; i++)
      sum += touch_fields(&item->groups[g].group->fields,
                          item->groups[g].entries + (size_t)i * item->groups[g].entry_bytes,
                          item->groups[g].entry_bytes, item->version);
  for (uint32_t i = 0; i < item->text_bytes; i++) sum += item->text[i];
  return sum;
}

static inline void cme_message(uint16_t id, uint16_t version, uint16_t block_bytes,
                               uint16_t more_bytes) {
  put(10u + block_bytes + more_bytes, 2);
  put(block_bytes, 2);
  put(id, 2);
  put(1, 2);
  put(version, 2);
  put_bytes(0x11, block_bytes);
}

static inline void cme_begin(void) {
  begin();
  put(1, 4);
  put(2, 8);
}

static inline void mold(uint16_t count) {
  begin();
  put_bytes('0', 10);
  put_big(UINT64_C(1) << 63, 8);
  put_big(count, 2);
}

static inline void itch_delete(uint16_t length) {
  put_big(length, 2);
  put_bytes('D', length);
}

static inline void deep(uint16_t protocol, uint16_t payload_bytes, uint16_t count) {
  begin();
  put(1, 2);
  put(protocol, 2);
  put(1, 8);
  put(payload_bytes, 2);
  put(count, 2);
  put_bytes(0, 24);
}

static inline void starbase(uint16_t count) {
  begin();
  put(1, 8);
  put(2, 8);
  put(3, 4);
  put(1, 2);
  put(count, 2);
}

static inline void starbase_message(uint16_t id, uint16_t body_bytes) {
  put(16u + body_bytes, 2);
  put(id, 2);
  put(1, 2);
  put(3, 2);
  put(4, 8);
  put_bytes(0x44, body_bytes);
}

#endif
